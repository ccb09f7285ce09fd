"""The sentence of a problem, whatever a program hands in where a person types a text."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import Problem


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
