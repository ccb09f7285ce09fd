from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import InputError
from schedules.knowledge.choice import Choice
from schedules.knowledge.phase import Phase
from schedules.knowledge.span import Span
from tests.support.made_up_regimen import medicine, phase, refused, regimen

LENGTHS = Choice.model_validate(
    {"name": "oral", "ask": "?", "one_of": ["1 month", "30 days"], "source": "s"}
)
RANGE = Choice.model_validate({"name": "iv", "ask": "?", "days": [10, 15], "source": "s"})
NUMBER = Choice.model_validate({"name": "courses", "ask": "?", "number": [2, 13], "source": "s"})


def test_one_of_the_offered_lengths_is_read() -> None:
    assert LENGTHS.read("1 month") == Span(months=1)
    assert LENGTHS.read("30 days") == Span(days=30)


@pytest.mark.parametrize("text", ["10", "10 days", "15 days", "2 weeks"])
def test_a_length_within_the_range_is_read(text: str) -> None:
    days = {"10": 10, "10 days": 10, "15 days": 15, "2 weeks": 14}[text]
    assert RANGE.read(text) == Span(days=days)


@pytest.mark.parametrize("count", [2, 13])
def test_a_number_within_the_range_is_read(count: int) -> None:
    assert NUMBER.read(str(count)) == count


@pytest.mark.parametrize(
    ("choice", "text", "accepted"),
    [
        (LENGTHS, "2 months", "write 1 month or 30 days"),
        (LENGTHS, "30", "write 1 month or 30 days"),
        (LENGTHS, "monthly", "write 1 month or 30 days"),
        (RANGE, "9", "write 10 days to 15 days"),
        (RANGE, "16 days", "write 10 days to 15 days"),
        (RANGE, "1 month", "write 10 days to 15 days"),
        (RANGE, "12.5", "write 10 days to 15 days"),
        (RANGE, "", "write 10 days to 15 days"),
        (NUMBER, "1", "write a number from 2 to 13"),
        (NUMBER, "14", "write a number from 2 to 13"),
        (NUMBER, "-2", "write a number from 2 to 13"),
        (NUMBER, "2.0", "write a number from 2 to 13"),
        (NUMBER, "\u0662", "write a number from 2 to 13"),
        (NUMBER, "two", "write a number from 2 to 13"),
    ],
)
def test_what_is_not_offered_is_refused_with_what_is(
    choice: Choice, text: str, accepted: str
) -> None:
    with pytest.raises(InputError) as caught:
        choice.read(text)
    (problem,) = caught.value.problems
    assert (problem.field, problem.typed, problem.accepted) == (choice.name, text, accepted)


CHOSEN = phase(medicine(days="each day", per_course=None), length={"choice": "iv"})


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"days": (15, 10)}, "low 15 is above high 10"),
        ({"days": (0, 10)}, "low 0 is below 1"),
        ({"number": (3, 2)}, "low 3 is above high 2"),
        ({}, "exactly one of"),
        ({"days": (1, 2), "one_of": ["1 day"]}, "exactly one of"),
        ({"one_of": ["monthly"]}, "is not a length"),
        ({"number": (1, 2)}, 'choice "iv" is not a length'),
        ({"days": (1, 2), "source": "lable"}, 'no source named "lable"'),
        ({"days": (1, 2), "optional_with": "other"}, 'no choice named "other"'),
        ({"days": (1, 2), "name": "IV days"}, "String should match pattern"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(choice: dict[str, Any], said: str) -> None:
    entry = {"name": "iv", "ask": "?", "source": "label", **choice}
    assert said in refused(regimen(CHOSEN, choices=[entry]))


def test_a_choice_that_is_missing_or_never_used_is_refused() -> None:
    entry = {"name": "other", "ask": "?", "days": (1, 2), "source": "label"}
    said = refused(regimen(CHOSEN, choices=[entry]))
    assert 'no choice named "iv"' in said
    assert 'choice "other" is never used' in said


def test_a_number_is_chosen_for_the_count_and_a_length_for_the_rest() -> None:
    content = regimen(
        phase(
            medicine(per_course=None, per_cycle="100 mg"),
            cycle={"every": {"choice": "count"}, "count": {"choice": "every"}},
        ),
        choices=[
            {"name": "count", "ask": "?", "number": (1, 6), "source": "label"},
            {"name": "every", "ask": "?", "days": (28, 56), "source": "label"},
        ],
    )
    said = refused(content)
    assert 'choice "count" is not a length' in said
    assert 'choice "every" is not a number' in said


def test_a_length_that_a_person_chooses_is_written_as_a_file_holds_it() -> None:
    phase = Phase.model_validate(
        {
            "name": "course",
            "length": {"choice": "iv_days"},
            "procedures": [
                {"what": "x", "kind": "review", "days": [1], "at": ["clinic"], "source": "s"}
            ],
        }
    )
    written = phase.model_dump(mode="json", by_alias=True)
    assert written["length"] == {"choice": "iv_days"}
    assert Phase.model_validate(written).length == phase.length
