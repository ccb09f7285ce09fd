"""The amount of each dose: what it is computed from, and what is expected of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.trace import Finding
from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.changes import AddCourse, Adjust, Change, Record
from schedules.plans.making import make_plan
from schedules.plans.plan import Plan
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    MADE_ON,
    RITUXIMAB,
    SAID,
    changed,
    course_of,
    example_of,
    library,
    man,
    planned,
    shelved,
)

ORAL = "cyclophosphamide-oral"
MESNA = "cyclophosphamide-monthly-mesna"
GIVEN = {"premedication": "given"}
FIRST = "induction cycle 1 day 1"


def amounts(found: Course, **of: Any) -> list[str]:
    rows = (row for row in found.rows if all(getattr(row, k) == v for k, v in of.items()))
    return [ordinary_spaces(str(row.dose)) for row in rows]


def premedication(found: Course) -> Finding:
    """Return the one finding on the first dose of methylprednisolone."""
    first = next(row for row in found.rows if row.drug == "methylprednisolone")
    (finding,) = first.dose.findings
    return finding


def test_premedication_below_the_usual_pulse_is_a_note_with_its_reason() -> None:
    found = premedication(course_of(RITUXIMAB, choices=GIVEN))
    assert (found.level, found.code) == ("NOTE", "dose.settled")
    assert found.text.endswith(" It is premedication, no pulse.")


def test_another_dose_of_the_drug_leaves_what_is_expected_of_its_premedication() -> None:
    # 400 mg/m2 are typed for rituximab; methylprednisolone stays the regimen's 100 mg
    found = premedication(course_of(RITUXIMAB, choices=GIVEN, dose="400 mg/m2"))
    assert (found.level, found.code) == ("NOTE", "dose.settled")


@pytest.mark.parametrize("decided", [{"amount": "600 mg"}, {"percent": 50, "of": "standard dose"}])
def test_a_dose_that_somebody_decided_is_not_what_the_regimen_expects(
    decided: dict[str, Any],
) -> None:
    # after an exchange the label gives 600 mg, which is less than usual; the rest stays so
    exchanges = example_of("eculizumab-after-plasma-exchange")
    change = Adjust(at="exchanges cycle 1 day 1", scope="this day", **decided, **SAID)
    found = with_changes(exchanges.plan, change)
    levels = [[one.level for one in row.dose.findings] for row in found.rows[:3]]
    assert levels == [["WARN"], ["NOTE"], ["NOTE"]]


def with_changes(plan: Plan, *changes: Change) -> Course:
    whole = plan.model_copy(update={"changes": [*changes]})
    return work_out(whole, shelved(plan.regimen.id))


def test_what_a_second_regimen_expects_is_said_with_its_own_source() -> None:
    added = AddCourse(
        regimen=library().knowledge_for(library().regimen(RITUXIMAB))[f"regimens/{RITUXIMAB}"],
        drugs=list(planned(RITUXIMAB, choices=GIVEN).drugs),
        first_day=dt.date(2027, 6, 7),
        choices=GIVEN,
        **SAID,
    )
    found = changed(planned(CYCLOPHOSPHAMIDE), added)
    assert premedication(found) == premedication(course_of(RITUXIMAB, choices=GIVEN))


def test_two_amounts_that_were_typed_are_each_given_where_they_were_typed() -> None:
    first, second = (
        Adjust(at=f"cycle {cycle} day 1", scope="this day", amount=amount, **SAID)
        for cycle, amount in ((2, "1000 mg"), (3, "1200 mg"))
    )
    found = changed(planned(CYCLOPHOSPHAMIDE), first, second)
    assert amounts(found) == ["1,850 mg", "1,000 mg", "1,200 mg", *["1,850 mg"] * 3]


def test_the_course_before_a_change_keeps_the_share_of_the_dose_that_was_then() -> None:
    # mesna is 20 % of 1,850 mg before it, and of 1,400 mg (75 %) after it
    change = Adjust(at="cycle 1 day 1", scope="this day", percent=75, of="standard dose", **SAID)
    found = with_changes(example_of(MESNA).plan, change)
    assert amounts(found, cycle=1) == ["1,400 mg", *["280 mg"] * 3]
    assert found.earlier is not None
    assert amounts(found.earlier(0), cycle=1) == ["1,850 mg", *["370 mg"] * 3]


def test_the_share_of_another_dose_can_be_replaced_by_an_amount() -> None:
    change = Record(
        at="cycle 1 day 1", item="mesna", n=2, on=dt.date(2026, 11, 30), amount="400 mg", **SAID
    )
    later = Adjust(at="cycle 2 day 1", scope="this day", percent=75, of="standard dose", **SAID)
    found = with_changes(example_of(MESNA).plan, change, later)
    assert amounts(found, cycle=1) == ["1,850 mg", "370 mg", "400 mg", "370 mg"]


def test_what_was_given_is_warned_of_and_what_is_planned_is_stopped() -> None:
    # 18.5 g of cyclophosphamide are far above its hard limit
    given = Record(at="cycle 1 day 1", on=dt.date(2026, 11, 30), amount="18.5 g", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), given)
    assert not found.stopped
    assert {one.level for one in found.rows[0].dose.findings} == {"WARN"}
    ordered = Adjust(at="cycle 1 day 1", scope="this day", amount="18.5 g", **SAID)
    assert changed(planned(CYCLOPHOSPHAMIDE), ordered).stopped


def oral(weight: str, tolerance: float = 10, *changes: Change) -> Course:
    """Return 1 mg/kg a day of cyclophosphamide by mouth at 74 years, in tablets of 50 mg."""
    shelf = shelved(ORAL)
    regimen = shelf.regimen(ORAL)
    plan = make_plan(
        regimen,
        shelf.knowledge_for(regimen),
        shelf.site.model_copy(update={"rounding_tolerance_percent": tolerance}),
        man(age="74 years", weight=weight, clearance="90 mL/min", clearance_by="cystatin C"),
        first_day="2026-12-01",
        made_on=MADE_ON,
        choices={"length": "3 months"},
    )
    return with_changes(plan, *changes)


@pytest.mark.parametrize(
    ("weight", "warned"),
    [
        # 80 mg in two days, to 100 mg: 25 % more, as much as this site lets pass
        ("40 kg", False),
        # 79.9 mg: 25.2 % more
        ("39.95 kg", True),
    ],
)
def test_rounding_may_move_a_dose_as_far_as_the_site_says(weight: str, warned: bool) -> None:
    found = oral(weight, 25).rows[0].dose.findings
    assert ("dose.deviation" in [one.code for one in found]) == warned


def test_an_amount_that_no_tablets_make_stops_and_says_so() -> None:
    change = Adjust(at="daily cycle 1 day 1", scope="this day", amount="60 mg", **SAID)
    found = oral("70 kg", 10, change).rows[0].dose.findings
    assert "tablets.unreachable" in [one.code for one in found]


def test_each_dose_of_a_cycle_carries_the_warning_of_its_total() -> None:
    # 0.45 g/kg on 5 days are 2.25 g/kg, where a cycle usually has at most 2 g/kg
    first = course_of(IMMUNOGLOBULIN, dose="0.45 g/kg").rows[0].dose
    assert "limit.usual.above.cycle" in [one.code for one in first.findings]
