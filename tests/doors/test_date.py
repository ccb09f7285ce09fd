"""The door of dates, clock times and zones."""

from __future__ import annotations

import datetime as dt

import pytest

from schedules.knowledge.site import read_clock, read_zone
from schedules.plans.patient_reading import age_on, read_date
from tests.doors.answering import answer, each

DATES = [
    (None, "is missing"),
    ("", "is missing"),
    ("  ", "is missing"),
    ("2027-02-30", "is not a date"),
    ("2027-02-29", "is not a date"),
    ("29-Feb-2027", "is not a date"),
    ("29 February 2027", "is not a date"),
    ("2027-13-01", "is not a date"),
    ("2027-00-10", "is not a date"),
    ("2027-04-31", "is not a date"),
    ("0000-01-01", "is not a date"),
    ("0001-01-01", "a year from"),
    ("9999-12-31", "a year from"),
    ("10000-01-01", "is not a date"),
    ("-2027-01-01", "is not a date"),
    ("30/11/2026", "is not a date"),
    ("11/30/2026", "is not a date"),
    ("30.11.2026", "is not a date"),
    ("30112026", "is not a date"),
    ("20261130", "is not a date"),
    ("2026-11-30T09:00", "is not a date"),
    ("2026-11-30 24:00", "is not a date"),
    ("2026-W49-1", "is not a date"),
    ("2026-334", "is not a date"),
    ("today", "is not a date"),
    ("46356", "is not a date"),
    (46356, "is not a date"),
    (20261130, "is not a date"),
    (46356.5, "is not a date"),
    (True, "is not a date"),
    (10**5000, "is not a date"),
    (b"2026-11-30", "is not a date"),
    (["2026-11-30"], "is not a date"),
    (dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC), "is not a date"),
    (dt.date.min, "a year from"),
    (dt.date.max, "a year from"),
    ("\u0662\u0660\u0662\u0666-\u0661\u0661-\u0663\u0660", "is not a date"),
    ("\uff12\uff10\uff12\uff16-11-30", "is not a date"),
    ("2026\u221211\u221230", "is not a date"),
    ("2026\u201011\u201030", "is not a date"),
    ("2026-11-30\x00", "is not a date"),
    ("\u202e2026-11-30", "is not a date"),
    ("\ud8002026-11-30", "is not a date"),
    ("30-Nov-26", "is not a date"),
    ("30-Nonsense-2026", "is not a date"),
    ("9" * 1_000_000, "is not a date"),
    ("%Y-%m-%d", "is not a date"),
]


@each("typed, word", DATES)
def test_a_date_is_refused_in_words(typed: str, word: str) -> None:
    words = answer(read_date, typed, "first day")
    assert words.startswith("first day: ")
    assert word in words


ZONES = [
    "",
    "Mars/Olympus",
    "europe/london",
    "../etc/passwd",
    "/etc/passwd",
    "Europe/London\x00",
    "GMT+25",
    "\ud800",
    "A" * 100_000,
]


@each("zone", ZONES)
def test_a_zone_is_refused_in_words(zone: str) -> None:
    assert "write a name such as Europe/London" in answer(read_zone, zone)


@each("zone", [None, 5, ["Europe/London"], {}, b"UTC"])
def test_a_zone_that_is_no_text_is_refused_in_words(zone: object) -> None:
    assert "write a name such as Europe/London" in answer(read_zone, zone)


# The clock of a site file: pydantic turns a ValueError into a problem with its place.
@each(
    "typed",
    [
        "",
        "24:00",
        "25:00",
        "09:60",
        "9",
        "0900",
        "09:00 ",
        "09:00:00",
        "noon",
        "0\u0669:00",
        "\u0660\u0669:\u0660\u0660",
        "\uff10\uff19:00",
        "09:0\x00",
        "9" * 100_000,
    ],
)
def test_a_clock_time_of_a_site_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a clock time; write 09:00"):
        read_clock(typed)


def test_a_birth_after_the_first_day_is_refused_in_words() -> None:
    assert "is after the first day" in answer(age_on, dt.date(2027, 1, 1), dt.date(2026, 11, 30))
