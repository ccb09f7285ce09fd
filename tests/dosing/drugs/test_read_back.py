"""What is read back of a file, and how a difference is said."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.drugs.read_back import find_difference, read_back

FILE: dict[str, Any] = {
    "id": "made-up-5",
    "title": "5 mg once",
    "version": 2,
    "reviewed": {"written_by": "", "due": dt.date(2027, 11, 20)},
    "read_back": ["what it says now is no figure"],
    "sources": {"label": {"cite": "2 mg or 3 mg"}, "hand": {"cite": "x"}},
    "errata": [{"prints": "5 mg"}],
    "choices": [{"name": "length", "ask": "3 or 4?", "one_of": ["3 weeks", "2 months"]}],
    "phases": [
        {
            "name": "step 1",
            "length": "7 days",
            "only_if": "5 mg was tolerated",
            "medicines": [
                {
                    "drug": "made-up",
                    "dose": "5 mg",
                    "days": "each day",
                    "scored": True,
                    "window": {"least_gap": "1 day", "source": "label"},
                }
            ],
        },
        {"name": "step 2", "taper": {"from": "5 mg", "steps": [{"by": "1 mg"}, {"by": "2 mg"}]}},
    ],
    "examples": [{"patient": {"weight": "70 kg"}, "expect": ["2026-11-30 made-up 5 mg"]}],
}
LINES = [
    "sources label hand, version 2, reviewed due 2027-11-20",
    "choices 1 length, one_of 3 weeks 2 months",
    "phases 1 step 1, length 7 days",
    "phases 1 step 1, medicines 1 made-up, dose 5 mg, days each day, window least_gap 1 day",
    "phases 2 step 2, taper from 5 mg",
    "phases 2 step 2, taper steps 1, by 1 mg",
    "phases 2 step 2, taper steps 2, by 2 mg",
    "examples 1, patient weight 70 kg",
]


def test_every_figure_is_read_back_and_free_words_are_not() -> None:
    assert read_back(FILE) == LINES


@pytest.mark.parametrize(
    ("stated", "number", "said"),
    [
        ([LINES[0], LINES[1].replace("3 w", "30 w"), *LINES[2:]], 1, 'says "choices 1 length'),
        (LINES[:7], 7, "is missing; the figures of the file say"),
        ([*LINES, "limits 1"], 8, 'says "limits 1", which the file does not have'),
    ],
)
def test_the_first_line_that_differs_is_said_with_what_the_figures_are(
    stated: list[str], number: int, said: str
) -> None:
    found = find_difference(FILE, stated)
    assert found is not None
    assert found[0] == number
    assert said in found[1]


def test_what_is_read_back_rightly_differs_in_nothing() -> None:
    assert find_difference(FILE, LINES) is None
