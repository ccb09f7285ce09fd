"""The sentence of a problem, whatever a program hands in where a person types a text."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import InputError, KnowledgeError, Problem
from dosing.trace import RefusedError, Source, stop


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("70\nkg", 'weight: "70 kg" is wrong; write 70 kg'),
        (None, "weight: is wrong; write 70 kg"),
        (70, 'weight: "70" is wrong; write 70 kg'),
    ],
)
def test_a_problem_of_any_value_has_its_sentence(typed: Any, sentence: str) -> None:
    problem = Problem(field="weight", typed=typed, why="is wrong", accepted="write 70 kg")
    assert str(problem) == sentence


def test_of_very_many_problems_the_first_are_said_and_how_many_more_there_are() -> None:
    lines = [f"t.csv:{number}: {'x' * 90}" for number in range(100, 160)]
    error = KnowledgeError(*lines)
    # Each line has 101 letters and an end: 38 of them are 3,876 letters, and 39 more than 3,960.
    assert str(error).split("\n") == [*lines[:38], "and 22 more"]
    assert error.problems == tuple(lines)


def test_what_is_short_is_said_whole() -> None:
    assert str(KnowledgeError("one", "two")) == "one\ntwo"
    assert str(KnowledgeError()) == ""


def test_a_problem_that_stands_alone_is_never_hidden() -> None:
    assert str(KnowledgeError("x" * 5000)) == "x" * 5000


def test_every_kind_of_refusal_is_cut() -> None:
    typed = Problem(field="dose", typed="7", why="x" * 100, accepted="write 7 mg")
    found = stop("dose.zero", "x" * 100, Source(cite="here"))
    assert str(InputError(*[typed] * 60)).rpartition("\n")[2].startswith("and ")
    assert str(RefusedError(*[found] * 60)).rpartition("\n")[2].startswith("and ")
