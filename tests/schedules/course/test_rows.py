"""What has a date in a course: what became of it, where it goes, beside what it is given."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.calculation.rule import DoseRule
from dosing.units import dose
from schedules.course.rows import Administration, Dated, Occasion, Slot, outcome_lines, replaced
from schedules.knowledge.branch import Branch
from schedules.knowledge.medicine import Medicine
from tests.support.planning import RITUXIMAB, course_of

MESNA = {
    "drug": "mesna",
    "route": "oral",
    "dose": "100 mg",
    "source": "label",
    "days": "with each cyclophosphamide",
    "at": ["at start", "4 hours after start", "8 hours after start"],
}
WHERE: dict[str, Any] = {
    "id": "x",
    "date": dt.date(2026, 11, 30),
    "time": dt.time(9),
    "length": dt.timedelta(hours=1),
    "phase": "pulses",
    "cycle": 2,
    "day": 1,
    "n": 1,
}


def slot(medicine: dict[str, Any] | None = None, **more: Any) -> Slot:
    own = Medicine.model_validate({**MESNA, **(medicine or {})})
    return Slot(**{**WHERE, "medicine": own, "rule": DoseRule(rate=dose("100 mg")), **more})


def occasion(**more: Any) -> Occasion:
    return Occasion(**{**WHERE, "what": "strength", "kind": "review", **more})


def given(**more: Any) -> Administration:
    """Return the first dose of rituximab, an infusion, with other fields."""
    return replaced(course_of(RITUXIMAB).rows[0], **more)


@pytest.mark.parametrize(
    ("state", "condition", "status"),
    [
        ("planned", "", "planned"),
        ("planned", "strength holds", "conditional"),
        # what was given was given, whatever it had depended on
        ("given", "strength holds", "given"),
        ("omitted", "strength holds", "omitted"),
        ("stopped", "", "stopped"),
    ],
)
def test_what_is_planned_on_a_condition_is_said_to_be_so(
    state: Any, condition: str, status: str
) -> None:
    assert occasion(state=state, condition=condition).status == status


def test_what_is_given_or_planned_takes_place_and_nothing_else() -> None:
    states: list[Any] = ["planned", "given", "omitted", "ceased", "stopped"]
    assert [occasion(state=state).live for state in states] == [True, True, False, False, False]


def test_a_place_is_told_from_another_by_each_of_its_parts() -> None:
    here = occasion()
    assert here.place == "pulses cycle 2 day 1"
    assert occasion(course_number=2).place == "course 2, pulses cycle 2 day 1"
    assert here.stands_with(slot())
    others: list[dict[str, Any]] = [
        {"day": 2},
        {"cycle": 1},
        {"phase": "down"},
        {"course_number": 2},
    ]
    assert [here.stands_with(occasion(**one)) for one in others] == [False] * 4


def test_a_day_that_was_moved_knows_the_one_on_which_it_stood() -> None:
    moved = occasion(original_date=dt.date(2026, 11, 27))
    assert (moved.planned_on, occasion().planned_on) == (dt.date(2026, 11, 27), WHERE["date"])


def test_only_what_is_taken_by_mouth_is_taken_at_home() -> None:
    by_mouth, infused = slot(), slot({"route": "intravenous injection"})
    assert (by_mouth.at_home, infused.at_home) == (True, False)
    assert (given(route="oral").at_home, given().at_home, occasion().at_home) == (
        True,
        False,
        False,
    )


def test_a_dose_is_given_beside_what_it_goes_with_by_its_own_time() -> None:
    # three times: the fourth dose is at the first of them again
    texts = [slot(goes_with="y", n=n).beside for n in (1, 2, 3, 4)]
    assert texts == [
        "at the start of cyclophosphamide",
        "4 hours after the start of cyclophosphamide",
        "8 hours after the start of cyclophosphamide",
        "at the start of cyclophosphamide",
    ]
    assert slot(goes_with="y", medicine={"at": ["at end"]}).beside == (
        "at the end of cyclophosphamide"
    )
    assert slot().beside == ""


def test_a_dose_goes_by_the_first_measurements_and_later_cycles_by_their_own_days() -> None:
    own = slot()
    assert (own.place, own.course_number) == ("pulses cycle 2 day 1", 1)
    assert (own.follows_given_dose, own.measurement) == (False, 0)
    drug: dict[str, Any] = {"item": "mesna", "drug": "mesna", "drug_name": "mesna", "route": "oral"}
    row = Administration(**WHERE, **drug, dose=given().dose)
    assert (row.site, row.measurement) == ("", 0)


def test_an_infusion_runs_by_the_ladder_that_its_regimen_names() -> None:
    # rituximab: first and later infusions have ladders of their own
    assert given(infusion="first").ladder == "rituximab-first"
    assert given(infusion="later").ladder == "rituximab-later"
    assert given(infusion="").ladder == ""
    assert given(infusion="first", rate=None).ladder == ""


def test_a_review_lists_what_it_may_open_until_its_outcome_is_entered() -> None:
    better = Branch.model_validate({"outcome": "improved", "source": "x"})
    waits = occasion(branches=(better,))
    assert waits.open_branches == (better,)
    assert outcome_lines(waits) == [
        "Outcomes, of which a person enters one:",
        "- improved: goes on as planned",
    ]
    entered = replaced(waits, outcome="improved")
    assert (entered.open_branches, outcome_lines(entered)) == ((), [])
    assert outcome_lines(occasion()) == []


@pytest.mark.parametrize(
    ("drug", "item", "route", "into", "site"),
    [
        ("botulinum-toxin", "botulinum toxin left parotid", "injection", "", "left parotid"),
        ("triamcinolone", "triamcinolone", "injection", "right knee", "right knee"),
        ("rituximab", "rituximab", "intravenous infusion", "", ""),
        # doses by mouth are told apart by their times
        ("mesna", "mesna second dose", "oral", "", ""),
    ],
)
def test_two_doses_of_a_visit_are_told_apart_by_where_they_go(
    drug: str, item: str, route: str, into: str, site: str
) -> None:
    row = given(drug=drug, drug_name=drug, item=item, route=route, into=into)
    assert row.site == site
    assert row.name == (f"{drug}, {site}" if site else drug)


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="one of weight is no field of Occasion"):
        replaced(occasion(), weight="70 kg")
    copy: Dated = replaced(occasion(), day=3)
    assert copy.day == 3
