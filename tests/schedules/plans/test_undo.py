"""An undo is a change: what is in force after it, what it may name, and how it is said."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import pytest

from dosing.errors import InputError
from schedules.plans.changes import AddCourse, Change, Defer, Omit, Undo
from schedules.plans.undo import gone_back, numbers_in_force, undone, words_of
from tests.support.planning import CYCLOPHOSPHAMIDE, SAID, planned


def omit(day: int) -> Omit:
    return Omit(at=f"induction cycle 1 day {day}", scope="this day", **SAID)


def undo(number: int, kind: Literal["undo", "redo"] = "undo") -> Undo:
    return Undo(kind=kind, number=number, **SAID)


def add() -> AddCourse:
    other = planned(CYCLOPHOSPHAMIDE, start="2027-01-04")
    fields = {name: getattr(other, name) for name in ("regimen", "drugs", "choices")}
    return AddCourse(**fields, first_day=other.first_day, **SAID)


@pytest.mark.parametrize(
    ("changes", "in_force"),
    [
        ([], []),
        ([omit(8), omit(15)], [1, 2]),
        ([omit(8), omit(15), undo(1)], [2]),
        ([omit(8), omit(15), undo(2), undo(1)], []),
        ([omit(8), undo(1), omit(15)], [3]),
        # put back, it stands in its old place
        ([omit(8), omit(15), undo(1), undo(1, "redo")], [1, 2]),
        ([omit(8), undo(1), undo(1, "redo"), undo(1)], []),
    ],
)
def test_what_is_in_force_after_undo_and_redo(changes: list[Change], in_force: list[int]) -> None:
    assert numbers_in_force(changes) == in_force


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (undo(3), "change 3 names change 3, which is none to undo or redo"),
        (undo(2), "change 3 names change 2, which is none to undo or redo"),
        (undo(1), "change 3 undoes change 1, which is not in force"),
    ],
)
def test_an_undo_names_an_earlier_change_that_is_in_force(last: Undo, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        numbers_in_force([omit(8), undo(1), last])


def test_a_redo_names_a_change_that_is_not_in_force() -> None:
    with pytest.raises(ValueError, match="change 2 redoes change 1, which is in force"):
        numbers_in_force([omit(8), undo(1, "redo")])


def test_a_regimen_is_not_taken_from_beneath_a_change_that_was_decided_with_it() -> None:
    moved = Defer(at="course 2, pulses cycle 1 day 1", by_days=1, scope="this day", **SAID)
    why = "change 2 was decided with other regimens on the timeline than change 3 leaves there"
    with pytest.raises(ValueError, match=why):
        numbers_in_force([add(), moved, undo(1)])
    assert numbers_in_force([add(), moved, undo(2), undo(1)]) == []
    # what was decided before the regimen came does not hold it there
    assert numbers_in_force([omit(8), add(), undo(2)]) == [1]


def test_each_change_is_said_in_words_and_an_undo_with_what_it_undid() -> None:
    assert words_of([omit(8), undo(1), undo(1, "redo")]) == [
        "induction cycle 1 day 8, this day: omitted",
        "change 1 undone: induction cycle 1 day 8, this day: omitted",
        "change 1 redone: induction cycle 1 day 8, this day: omitted",
    ]


def test_without_a_number_the_last_that_is_in_force_is_undone() -> None:
    changes: list[Change] = [omit(1), omit(8), omit(15), undo(3)]
    assert undone(changes, "undo", None, **SAID) == [*changes, undo(2)]
    assert undone(changes, "redo", 3, **SAID) == [*changes, undo(3, "redo")]


def test_who_and_why_are_kept_without_blanks_around_them() -> None:
    when = dt.datetime(2026, 12, 20, 9, tzinfo=dt.UTC)
    (*_, last) = undone([omit(8)], "undo", None, who=" AB ", why=" counts fell ", when=when)
    assert (last.who, last.why, last.when) == ("AB", "counts fell", when)


@pytest.mark.parametrize("changes", [[], [omit(8), undo(1)]])
def test_where_nothing_is_in_force_there_is_nothing_to_undo(changes: list[Change]) -> None:
    with pytest.raises(InputError, match=r"has no change in force.*there is nothing to undo"):
        undone(changes, "undo", None, **SAID)


def test_a_number_that_cannot_be_taken_is_refused_with_the_way_to_the_numbers() -> None:
    with pytest.raises(InputError) as refused:
        undone([omit(8)], "redo", 1, **SAID)
    (problem,) = refused.value.problems
    assert (problem.field, problem.typed) == ("number", "1")
    assert problem.why == "cannot be taken: change 2 redoes change 1, which is in force"
    assert problem.accepted == "see the numbers: posology history"


@pytest.mark.parametrize("missing", ["who", "why"])
def test_an_undo_needs_who_and_why(missing: str) -> None:
    with pytest.raises(InputError, match=missing):
        undone([omit(8)], "undo", None, **{**SAID, missing: " "})


def test_back_to_an_earlier_state_undoes_the_later_ones_the_last_first() -> None:
    changes: list[Change] = [omit(1), omit(8), omit(15)]
    assert gone_back(changes, 1, **SAID) == [*changes, undo(3), undo(2)]
    assert gone_back(changes, 3, **SAID) == changes


def test_back_to_a_state_in_which_more_was_in_force_redoes_it_the_first_first() -> None:
    changes: list[Change] = [omit(1), omit(8), undo(2), undo(1)]
    assert gone_back(changes, 2, **SAID) == [*changes, undo(1, "redo"), undo(2, "redo")]
    # both ways at once: change 5 goes, and the first two come back
    later: list[Change] = [*changes, omit(15)]
    assert gone_back(later, 2, **SAID) == [*later, undo(5), undo(1, "redo"), undo(2, "redo")]
