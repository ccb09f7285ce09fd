"""Whole courses against files that were derived without the program; see tests/golden/README.md."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from dosing.units import plain
from tests.support.places import TESTS
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    course_of,
    man,
)

GOLDEN = TESTS / "golden"

COURSES: dict[str, dict[str, Any]] = {
    "rituximab": {"regimen": RITUXIMAB},
    "cyclophosphamide": {"regimen": CYCLOPHOSPHAMIDE},
    "immunoglobulin": {"regimen": IMMUNOGLOBULIN},
    "immunoglobulin-two-courses": {
        "regimen": IMMUNOGLOBULIN,
        "choices": {"courses": "2", "repeat_every": "28 days"},
    },
    "thioctic-acid": {
        "regimen": THIOCTIC,
        "start": "2027-01-04",
        "who": man(weight="", height=""),
        "choices": {"iv_days": "10 days", "oral_length": "1 month"},
    },
}


@pytest.mark.parametrize("name", COURSES)
def test_a_course_comes_out_as_derived_by_hand(name: str) -> None:
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    got = [
        {
            "date": row.date.isoformat(),
            "time": f"{row.time:%H:%M}",
            "phase": row.phase,
            "cycle": str(row.cycle),
            "day": str(row.day),
            "drug": row.drug,
            "route": row.route,
            "dose": plain(row.dose.amount),
        }
        for row in course_of(**COURSES[name]).rows
    ]
    assert got == wanted


def test_every_golden_file_is_compared() -> None:
    of_the_taper = {"prednisolone-alternate-days"}  # in test_taper.py
    assert {path.stem for path in GOLDEN.glob("*.csv")} == set(COURSES) | of_the_taper


def test_the_dates_that_the_issue_promises_come_out() -> None:
    # 70 kg, 175 cm, from Monday 30 November 2026: 700 mg on 30 November, 7, 14, 21 December.
    rows = course_of(RITUXIMAB).rows
    assert [(f"{row.date:%a %d %b}", plain(row.dose.amount)) for row in rows] == [
        ("Mon 30 Nov", "700 mg"),
        ("Mon 07 Dec", "700 mg"),
        ("Mon 14 Dec", "700 mg"),
        ("Mon 21 Dec", "700 mg"),
    ]


def test_two_months_by_mouth_are_months_of_the_calendar_and_sixty_days_are_not() -> None:
    # From the fact sheet: 10 days by vein from 4 January 2027, tablets from 14 January;
    # one month ends on 13 February, 30 days on 12 February, 2 months on 13 March, 60 days on 14.
    ends = {}
    for length in ("1 month", "30 days", "2 months", "60 days"):
        rows = course_of(
            THIOCTIC, start="2027-01-04", choices={"iv_days": "10", "oral_length": length}
        ).rows
        ends[length] = f"{rows[-1].date:%d %b}"
    assert ends == {
        "1 month": "13 Feb",
        "30 days": "12 Feb",
        "2 months": "13 Mar",
        "60 days": "14 Mar",
    }


def test_fifteen_days_by_vein_move_the_tablets_to_the_sixteenth_day() -> None:
    # From the fact sheet: 4 to 18 January by vein, by mouth from 19 January;
    # one month ends on 18 February, two months on 18 March.
    for length, end in (("1 month", "2027-02-18"), ("2 months", "2027-03-18")):
        rows = course_of(
            THIOCTIC, start="2027-01-04", choices={"iv_days": "15 days", "oral_length": length}
        ).rows
        by_mouth = [row.date.isoformat() for row in rows if row.route == "oral"]
        assert (by_mouth[0], by_mouth[-1]) == ("2027-01-19", end)
