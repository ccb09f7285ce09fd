"""A regimen for one patient: a plan file that was edited by hand is refused as a typed one is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.errors import InputError, Problem
from schedules.course.measurements import read_measurements
from schedules.course.planned_regimen import PlannedRegimen, plan_regimen
from schedules.plans.making import make_plan
from schedules.plans.plan import Plan, PlannedAdjustment
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    MADE_ON,
    RITUXIMAB,
    THIOCTIC,
    man,
    planned,
    whole_library,
)

KNEE = "joint-injection-large-triamcinolone"


def regimen_of(plan: Plan, number: int = 1, **edited: Any) -> PlannedRegimen:
    own = plan.model_copy(update=edited)
    return plan_regimen(own, whole_library(), read_measurements(own)[0], number)


def problems_of(call: Any, *args: Any, **more: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as error:
        call(*args, **more)
    problems: tuple[Problem, ...] = error.value.problems
    return [(one.field, one.typed, one.why) for one in problems]


def injection() -> Plan:
    """Return a plan of injections into a joint, as it was saved before the joint was asked for."""
    library = whole_library()
    regimen = library.regimen(KNEE)
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site,
        man(),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={"joint": "right knee"} | NEEDED,
    )
    return plan.model_copy(update={"choices": NEEDED})


NEEDED = {"injections": "2"}


def test_a_choice_that_is_none_or_is_not_made_is_refused() -> None:
    plan = planned(THIOCTIC)
    assert problems_of(regimen_of, plan, choices={**plan.choices, "weeks": "4"}) == [
        ("weeks", "4", "is not a choice here")
    ]
    assert problems_of(regimen_of, plan, choices={"iv_days": "10 days"}) == [
        ("oral_length", "", "is not chosen")
    ]


def test_a_plan_that_was_saved_without_the_joint_is_worked_out() -> None:
    found = regimen_of(injection())
    assert len(found.lay_out().slots) == 2
    assert len(found.lay_out({"injections": "1"}).slots) == 1


def test_a_share_of_a_drug_that_is_not_in_the_regimen_is_refused() -> None:
    def share(drug: str, part: str = "75 %") -> PlannedAdjustment:
        return PlannedAdjustment(drug=drug, part=part, reason="kidney")

    plan = planned(RITUXIMAB)
    assert regimen_of(plan, adjustments=[share("rituximab")]).regimen.id == RITUXIMAB
    assert problems_of(regimen_of, plan, adjustments=[share("azathioprine")]) == [
        ("adjust", "azathioprine=75 %", "is not a drug of this regimen")
    ]
    twice = [share("rituximab"), share("rituximab", "50 %")]
    assert problems_of(regimen_of, plan, adjustments=twice) == [
        ("adjust", "rituximab=50 %", "is given twice")
    ]


def test_other_choices_lay_it_out_anew_and_one_that_is_not_offered_does_not() -> None:
    # 10 infusions from Monday 30 November, or 15
    found = regimen_of(planned(THIOCTIC))
    by_vein = [one for one in found.lay_out().slots if "intravenous" in one.medicine.route]
    assert len(by_vein) == 10
    longer = found.lay_out({"iv_days": "15 days"})
    assert len([one for one in longer.slots if "intravenous" in one.medicine.route]) == 15
    assert problems_of(found.lay_out, {"weeks": "4"}) == [("weeks", "4", "is not a choice here")]


def test_what_goes_with_a_drug_is_decided_when_the_course_is_planned() -> None:
    found = regimen_of(planned(CYCLOPHOSPHAMIDE, choices={"hydration": "left out: drinks enough"}))
    assert len(found.lay_out({"hydration": "left out: drinks enough"}).slots) == 6
    assert problems_of(found.lay_out, {"hydration": "given"}) == [
        ("hydration", "given", "is decided when the course is planned")
    ]


def test_the_doses_of_a_second_regimen_know_that_they_are_of_it() -> None:
    first, second = regimen_of(planned(RITUXIMAB)), regimen_of(planned(RITUXIMAB), 2)
    assert [(one.course_number, one.measurement) for one in first.lay_out().slots] == [(1, 0)] * 4
    assert [(one.course_number, one.measurement) for one in second.lay_out().slots] == [(2, 0)] * 4
    assert [one.date for one in second.lay_out().slots] == [
        dt.date(2026, 11, 30),
        dt.date(2026, 12, 7),
        dt.date(2026, 12, 14),
        dt.date(2026, 12, 21),
    ]
