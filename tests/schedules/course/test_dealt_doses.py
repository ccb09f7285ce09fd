"""A total that is rounded and dealt out: unequal doses in a day, and days that alternate."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.errors import KnowledgeError
from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.expected import expanded, totals
from schedules.knowledge.medicine import Medicine
from schedules.plans.making import make_plan
from schedules.review.dispensing import dispensing
from schedules.review.summary import groups
from tests.support.planning import MADE_ON, man, whole_library

START = "ciclosporin-start"
ORAL = "cyclophosphamide-oral"
CHOICES = {START: {"days_to_review": "14 days"}, ORAL: {"length": "3 months"}}
KIDNEY = {"clearance": "90 mL/min", "clearance_by": "cystatin C"}


def course(regimen: str, start: str = "2026-12-01", **who: Any) -> Course:
    library = whole_library()
    found = library.regimen(regimen)
    plan = make_plan(
        found,
        library.knowledge_for(found),
        library.site,
        man(**{**KIDNEY, **who}),
        first_day=start,
        made_on=MADE_ON,
        choices=CHOICES[regimen],
    )
    return work_out(plan, library)


def doses(found: Course) -> list[float]:
    return [row.dose.amount.magnitude for row in found.rows]


def packs(found: Course) -> dict[str, int]:
    rows = dispensing(found).rows
    return {f"{row.strength.magnitude:g} mg": row.count for row in rows}


def deviations(found: Course) -> list[str]:
    every = [*found.findings, *(one for row in found.rows for one in row.dose.findings)]
    return [one.text for one in every if one.code == "dose.deviation"]


def test_a_day_that_capsules_cannot_halve_is_dealt_out_unequally() -> None:
    # 70 kg x 2.5 mg/kg = 175 mg a day: 100 mg in the morning and 75 mg in the evening
    found = course(START)
    assert doses(found) == [100, 75] * 14
    assert [f"{row.time:%H:%M}" for row in found.rows[:3]] == ["08:00", "20:00", "08:00"]
    made_of = [ordinary_spaces(row.tablets.made_of) for row in found.rows[:2] if row.tablets]
    assert made_of == [
        "100 mg x 1",
        "50 mg x 1 + 25 mg x 1",
    ]
    # 14 x 175 = 2,450 mg; each day takes a capsule of each strength
    assert [total.course.magnitude for total in found.totals] == [2450]
    assert packs(found) == {"100 mg": 14, "50 mg": 14, "25 mg": 14}
    assert deviations(found) == []
    (group,) = groups(found)
    assert list(map(ordinary_spaces, group.amounts)) == ["100,", "75 mg"]


def test_a_day_that_halves_exactly_stays_as_it_was() -> None:
    # 80 kg x 2.5 mg/kg = 200 mg a day
    assert doses(course(START, weight="80 kg")) == [100, 100] * 14


@pytest.mark.parametrize(
    ("kg", "age", "in_turn", "in_all", "tablets"),
    [
        # 85 x 1.5 = 127.5 mg, 255 mg in two days: 250 mg; 45 x 250 = 11,250 mg
        ("85 kg", "48 years", [150, 100], 11250, 225),
        # 70 x 1.5 = 105 mg, 210 mg in two days: 200 mg
        ("70 kg", "48 years", [100, 100], 9000, 180),
        # 70 x 1 = 70 mg, 140 mg in two days: 150 mg, 7.1 % more, where 50 mg was 28.6 % less
        ("70 kg", "74 years", [100, 50], 6750, 135),
        # 78 x 1 = 78 mg, 156 mg in two days: 150 mg, 3.8 % less
        ("78 kg", "74 years", [100, 50], 6750, 135),
    ],
)
@pytest.mark.hazard("H63")
def test_days_alternate_where_whole_tablets_make_the_total_of_two(
    kg: str, age: str, in_turn: list[float], in_all: float, tablets: int
) -> None:
    found = course(ORAL, weight=kg, age=age)
    assert doses(found) == in_turn * 45
    assert {row.date for row in found.rows} == {
        dt.date(2026, 12, 1) + dt.timedelta(days=n) for n in range(90)
    }
    assert [total.course.magnitude for total in found.totals] == [in_all]
    assert packs(found) == {"50 mg": tablets}
    assert deviations(found) == []


def test_the_total_decides_whether_rounding_moves_the_dose_too_far() -> None:
    # 45 kg at 74 years: 90 mg in two days, to 100 mg, 11.1 % more, where the site allows 10 %
    assert deviations(course(ORAL, weight="45 kg", age="74 years"))[0].startswith(
        "Rounding moves the dose by +11.1"
    )


MEDICINE = {
    "drug": "ciclosporin",
    "route": "oral",
    "dose": "100 mg",
    "days": "each day",
    "times": 10,
    "at": ["morning"],
    "per_cycle": "1000 mg",
    "source": "x",
}


@pytest.mark.parametrize(
    ("over", "more", "why"),
    [
        ("day", {}, "over a day is for several doses a day"),
        ("2 days", {"days": "every 2 days"}, "over 2 days is for a dose on each day"),
        ("cycle", {"at": ["morning", "evening"]}, "over a cycle is for one dose a day"),
        (
            "day",
            {"days": "with each pulse", "at": ["at start", "at end"], "times": None},
            "go with",
        ),
    ],
)
def test_a_total_that_cannot_be_dealt_out_is_refused(
    over: str, more: dict[str, Any], why: str
) -> None:
    rounded = {"to": "25 mg", "rule": "nearest", "over": over, "source": "x"}
    with pytest.raises((ValueError, KnowledgeError), match=why):
        Medicine.model_validate({**MEDICINE, "round": rounded, **more})


def test_amounts_that_come_in_turn_are_written_once() -> None:
    assert expanded("2026-11-30 to 2026-12-01 ciclosporin 100 mg then 75 mg, 2 times a day") == [
        f"2026-{day} ciclosporin {mg} mg" for day in ("11-30", "12-01") for mg in (100, 75)
    ]
    turns = "2026-12-01 to 2026-12-03 cyclophosphamide 150 mg then 100 mg"
    assert expanded(turns)[-1] == "2026-12-03 cyclophosphamide 150 mg"
    # 150 + 100 + 150 mg
    assert totals([turns]) == ["3 doses of cyclophosphamide, 400 mg in all"]
    assert expanded("2026-12-01 rest, then walk") == ["2026-12-01 rest, then walk"]
