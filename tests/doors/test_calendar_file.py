"""The door of calendar files: what a ward's calendar program saved, or something else did."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.calendar.reading import read_events
from schedules.outputs.calendar.ward import compare_calendar
from tests.doors.answering import answer, each, nested
from tests.support.planning import RITUXIMAB, course_of, library

COURSE = course_of(RITUXIMAB)
GOOD = to_ics(COURSE)
FIRST_DOSE = re.compile(rb"DTSTART:20261130T[0-9]{6}Z")
WHEN = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)


def event(*lines: str) -> bytes:
    """Return a calendar of one event."""
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", *lines]
    return "\r\n".join([*text, "END:VEVENT", "END:VCALENDAR", ""]).encode("utf-8", "surrogatepass")


FILES = [
    b"",
    b"\r\n",
    b"\x00" * 10_000,
    b"BEGIN:VCALENDAR",
    b"BEGIN:VCALENDAR\r\n",
    b"END:VCALENDAR\r\n",
    b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
    b"hello",
    b"<html></html>",
    b'{"a": 1}',
    b"\xff\xfeB\x00E\x00",
    GOOD.decode().encode("utf-16"),
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
    GOOD[: len(GOOD) // 2],
    GOOD[:-20],
    b"BEGIN:VEVENT\r\n" * 20_000,
    b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 20_000,
    b"BEGIN:VCALENDAR\r\n" * 20_000,
    bytes(range(256)) * 100,
    nested("[", "]").encode(),
    event("DTSTART:20270230T090000Z"),
    event("DTSTART:20270229T090000Z"),
    event("DTSTART:20261130T240000Z"),
    event("DTSTART:20261130T096000Z"),
    event("DTSTART:00000101T090000Z"),
    event("DTSTART:00010101T000000Z"),
    event("DTSTART;TZID=Asia/Tokyo:00010101T000000"),
    event("DTSTART:99991231T235959Z"),
    event("DTSTART;TZID=America/New_York:99991231T235959"),
    event("DTSTART;VALUE=DATE:00010101"),
    event("DTSTART;VALUE=DATE:99991231"),
    event("DTSTART;VALUE=DATE:20270230"),
    event("DTSTART:20261130T090000"),
    event("DTSTART;TZID=Mars/Olympus:20261130T090000"),
    event("DTSTART;TZID=../../etc/passwd:20261130T090000"),
    event("DTSTART:soon"),
    event("DTSTART:"),
    event("DTSTART;VALUE=PERIOD:20261130T090000Z/PT1H"),
    event("DTSTART;VALUE=DURATION:PT1H"),
    event("DTSTART:20261130T090000Z", "DTSTART:20261201T090000Z"),
    event("SUMMARY:no start"),
    event("DTSTART:20261130T090000Z", "SEQUENCE:one"),
    event("DTSTART:20261130T090000Z", "SEQUENCE:" + "9" * 5000),
    event("DTSTART:20261130T090000Z", "SEQUENCE:1", "SEQUENCE:2"),
    event("DTSTART:20261130T090000Z", "BEGIN:VALARM"),
    b"BEGIN:VCALENDAR\r\n" + b"X:" + b"y" * 60_000_000,
]


@each("file", FILES)
def test_a_calendar_file_is_refused_in_words(file: bytes) -> None:
    assert answer(compare_calendar, COURSE, file, library(), who="AB", when=WHEN).startswith(
        "calendar file: "
    )


# What programs write that is a calendar all the same.
ODD = [
    event("DTSTART:20261130T090000Z", "RRULE:FREQ=DAILY;COUNT=1000000"),
    event("DTSTART:20261130T090000Z", "NO COLON HERE"),
    event("DTSTART:20261130T090000Z", "SEQUENCE:-1"),
    event("DTSTART:\u0662\u0660\u0662\u0666\u0661\u0661\u0663\u0660T090000Z"),
    event("DTSTART;VALUE=DATE-TIME:20261130"),
    GOOD,
    GOOD.replace(b"\r\n", b"\n"),
    b"\xef\xbb\xbf" + GOOD,
    GOOD.replace(b"SUMMARY:", b"SUMMARY;X-ODD=1:"),
    GOOD.replace(b"SUMMARY:", b"SUMMARY:\xff\xfe"),
    event("DTSTART;TZID=Europe/London:20270328T013000"),  # in the gap of spring
    event("DTSTART;TZID=Europe/London:20261025T013000"),  # twice in autumn
    event("DTSTART:20261130T090000Z", "STATUS:\u202eDELLECNAC"),
    event("DTSTART:20261130T090000Z", "SUMMARY:" + "x" * 100_000),
    event("DTSTART:20261130T090000Z", "SUMMARY:=cmd|'/c calc'!A1"),
]


@each("file", ODD)
def test_what_other_programs_write_is_read(file: bytes) -> None:
    assert read_events(file)
    compare_calendar(COURSE, file, library(), who="AB", when=WHEN)


def test_a_calendar_of_more_events_than_a_ward_has_is_refused() -> None:
    one = GOOD[GOOD.index(b"BEGIN:VEVENT") : GOOD.index(b"END:VEVENT") + len(b"END:VEVENT\r\n")]
    many = GOOD.replace(b"END:VCALENDAR", one * 10_000 + b"END:VCALENDAR")
    assert "events" in answer(read_events, many)


@pytest.mark.parametrize("moved", [b"DTSTART:19000101T090000Z", b"DTSTART:21991231T090000Z"])
def test_a_dose_that_was_moved_by_centuries_is_answered(moved: bytes) -> None:
    [first, *_] = compare_calendar(
        COURSE, FIRST_DOSE.sub(moved, GOOD, count=1), library(), who="AB", when=WHEN
    )
    assert not first.allowed
    assert "it cannot be taken over: by_days" in first.text
