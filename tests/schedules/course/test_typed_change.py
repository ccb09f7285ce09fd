"""What was typed for one change, field by field, and the problem that each field can be."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import InputError, Problem, Problems
from schedules.course.typed_change import TypedChange, text_typed
from tests.support.planning import RITUXIMAB, course_of, library


def typed(**texts: Any) -> TypedChange:
    return TypedChange(texts, course_of(RITUXIMAB), library(), Problems())


def problems_of(change: TypedChange) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as error:
        change.problems.raise_if_any()
    return error.value.problems


def test_what_was_typed_is_one_text_also_of_choices_and_of_nothing() -> None:
    assert text_typed({"doses": "3", "weeks": "2"}) == "doses=3, weeks=2"
    assert text_typed("  7 days ") == "7 days"
    assert text_typed(None) == ""
    assert text_typed(7) == "7"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("day", "this day"),
        ("rest of this cycle", "this cycle"),
        ("all later", "later"),
    ],
)
def test_how_far_a_change_reaches_is_read(text: str, scope: str) -> None:
    change = typed(scope=text)
    assert change.scope() == scope
    assert not change.problems


def test_a_scope_that_is_none_and_one_that_is_missing_are_said() -> None:
    accepted = "choose this day, rest of this cycle or all later"
    other, missing = typed(scope="this week"), typed()
    assert (other.scope(), missing.scope()) == (None, None)
    assert problems_of(other) == (
        Problem(field="scope", typed="this week", why="is not a scope", accepted=accepted),
    )
    (problem,) = problems_of(missing)
    assert (problem.field, problem.typed, problem.accepted) == ("scope", "", accepted)


def test_choices_are_read_by_their_names_and_what_names_none_is_said() -> None:
    assert typed(choose={"doses": 3}).choices() == {"doses": "3"}
    assert typed().choices() == {}
    wrong = typed(choose="doses")
    assert wrong.choices() == {}
    assert problems_of(wrong) == (
        Problem(
            field="choose",
            typed="doses",
            why="names no choice",
            accepted='write NAME="VALUE", as the regimen names it',
        ),
    )


def test_a_place_and_a_day_are_read_or_said() -> None:
    change = typed(**{"from": "induction cycle 1 day 8", "on": "2026-12-07"})
    assert change.place() == "induction cycle 1 day 8"
    assert str(change.date("on")) == "2026-12-07"
    assert not change.problems
    nowhere = typed(**{"from": "induction cycle 9 day 8", "on": "7 December"})
    assert nowhere.place() == ""
    assert nowhere.date("on") is None
    assert [problem.field for problem in problems_of(nowhere)] == ["from", "on"]


def test_several_texts_are_a_list_or_parted_by_commas() -> None:
    assert typed(takes=["ramipril", " ", None, "aspirin"]).several("takes") == [
        "ramipril",
        "aspirin",
    ]
    assert typed(takes="ramipril, aspirin").several("takes") == ["ramipril", "aspirin"]
