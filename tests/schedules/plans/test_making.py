from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import InputError, Problem
from schedules.plans.making import choice_problems, earlier_problems
from schedules.plans.plan import Plan
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    library,
    man,
    planned,
)


def problems_of(regimen: str = RITUXIMAB, **more: Any) -> dict[str, Problem]:
    with pytest.raises(InputError) as caught:
        planned(regimen, **more)
    return {problem.field: problem for problem in caught.value.problems}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems_of(
        THIOCTIC,
        who=man(weight="70", height="1,75 m", sex="m", age="48", creatinine="80"),
        start="30/11/2026",
        zone="London",
        choices={"iv_days": "9", "speed": "2"},
        dose="10 U",
        times={"teatime": "12:00", "infusion": "9 am"},
    )
    assert set(found) == {
        "weight",
        "height",
        "sex",
        "age",
        "creatinine",
        "first day",
        "zone",
        "iv_days",
        "speed",
        "oral_length",
        "dose",
        "time",
        "time infusion",
    }


def test_what_the_dose_needs_is_asked_for() -> None:
    found = problems_of(RITUXIMAB, who=man(weight="", height=" "))
    assert {field: problem.why for field, problem in found.items()} == {
        "weight": "is missing",
        "height": "is missing",
    }
    assert found["weight"].accepted == "a dose per m2 needs it; write 70 kg"


def test_a_dose_per_kg_by_the_actual_weight_needs_no_height() -> None:
    assert planned(IMMUNOGLOBULIN, who=man(height="", sex="")).patient.height == ""


def test_a_flat_dose_needs_no_size() -> None:
    assert planned(THIOCTIC, who=man(weight="", height="", age="", sex="")).dose == ""


def test_choices_that_are_missing_unknown_or_not_offered_are_refused() -> None:
    found = problems_of(THIOCTIC, choices={"iv_days": "16 days", "mouth": "1 month"})
    assert {field: str(problem) for field, problem in found.items()} == {
        "iv_days": 'iv_days: "16 days" is not offered here; write 10 days to 15 days',
        "mouth": 'mouth: "1 month" is not a choice here; write one of: iv_days, oral_length',
        "oral_length": "oral_length: is not chosen; "
        "write 1 month or 2 months or 30 days or 60 days",
    }


def test_a_regimen_without_choices_says_so() -> None:
    regimen = library().regimen(RITUXIMAB).model_copy(update={"choices": []})
    (found,) = choice_problems(regimen, {"doses": "5"})
    assert found.accepted == "rituximab-weekly has no choices"


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"courses": "2"}, "repeat_every"), ({"repeat_every": "28"}, "courses")],
)
def test_a_repeat_is_chosen_as_a_whole_or_not_at_all(given: dict[str, str], missing: str) -> None:
    assert set(problems_of(IMMUNOGLOBULIN, choices=given)) == {missing}
    planned(IMMUNOGLOBULIN, choices={})


def test_an_earlier_amount_of_another_drug_would_be_counted_nowhere_and_is_refused() -> None:
    regimen = library().regimen(CYCLOPHOSPHAMIDE).as_chosen({})
    (found,) = earlier_problems(regimen, {"cyclophosphamid": "5 g", "cyclophosphamide": "5 g"})
    assert found.typed == "cyclophosphamid=5 g"
    assert found.accepted == "write cyclophosphamide"


def test_blanks_at_the_ends_of_what_is_typed_are_no_part_of_a_plan() -> None:
    typed = man(
        label=" ward-7\t",
        sex="male ",
        weight=" 70 kg",
        creatinine="  ",
        conditions=["multiple sclerosis "],
    )
    plan = planned(RITUXIMAB, who=typed)
    assert plan.patient == man(conditions=["multiple sclerosis"])
    # The same plan is made twice: it names the same events of a calendar.
    assert plan.id == planned(RITUXIMAB, who=man(conditions=["multiple sclerosis"])).id
    assert planned(RITUXIMAB, who=man(label="  ")).patient.label == ""


def test_a_plan_that_was_saved_with_blanks_keeps_every_letter_and_its_hash() -> None:
    # As a version before wrote it: its id and its hash are of that text.
    old = planned(RITUXIMAB).to_json().replace('"label": "ward-7"', '"label": "ward-7 "')
    read = Plan.from_json(old)
    assert read.patient.label == "ward-7 "
    assert read.to_json() == old
    assert read.hash != planned(RITUXIMAB).hash
