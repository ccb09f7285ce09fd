from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from pydantic import ValidationError

from dosing.errors import InputError
from schedules.knowledge.choice import Choice
from schedules.knowledge.days import day_numbers_of
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.span import Span
from tests.support.outside import case_id, chosen

VEIN = "intravenous infusion"


def medicine(**more: Any) -> dict[str, Any]:
    entry = {
        "drug": "madeupine",
        "route": VEIN,
        "dose": "100 mg",
        "days": [1],
        "at": ["infusion"],
        "per_course": "100 mg",
        "source": "label",
    }
    return {key: value for key, value in {**entry, **more}.items() if value is not None}


def phase(*medicines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "course", "gives": list(medicines) or [medicine()], **more}


def regimen(*phases: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "made-up",
        "title": "Made up",
        "for": ["nothing"],
        "status": "under review",
        "version": 1,
        "reviewed": {"written_by": "", "checked_by": "", "due": dt.date(2027, 11, 20)},
        "sources": {"label": {"cite": "A made-up label", "confirmed": True}},
        "phases": list(phases) or [phase()],
        "examples": [
            {
                "patient": {},
                "start": dt.date(2026, 11, 30),
                "expect": ["2026-11-30 madeupine 100 mg"],
                "source": "label",
            }
        ],
        **more,
    }


def refused(content: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Regimen.model_validate(content)
    return str(caught.value)


def test_the_made_up_regimen_holds() -> None:
    assert Regimen.model_validate(regimen()).drugs == ["madeupine"]


# Days


@pytest.mark.parametrize(
    ("days", "times", "length", "numbers"),
    [
        ([1, 8, 15, 22], None, None, [1, 8, 15, 22]),
        ("1 to 5", None, None, [1, 2, 3, 4, 5]),
        ("3 to 3", None, None, [3]),
        ("each day", 3, None, [1, 2, 3]),
        ("each day", None, 4, [1, 2, 3, 4]),
        ("every 2 days", 4, None, [1, 3, 5, 7]),
        ("every 2 days", None, 7, [1, 3, 5, 7]),
        ("every 2 days", None, 8, [1, 3, 5, 7]),
        ("every 14 days", 3, None, [1, 15, 29]),
        ("every 3 days", 2, 30, [1, 4]),  # stated times win over the length
    ],
)
def test_days_are_counted_from_day_1(
    days: list[int] | str, times: int | None, length: int | None, numbers: list[int]
) -> None:
    assert day_numbers_of(days, times, length) == numbers


@pytest.mark.parametrize(
    "days",
    [
        "weekly",
        "each second day",
        "5 to 1",
        "0 to 4",
        "every 1 days",
        "every 0 days",
        "daily",
        "alternate days",
        "odd days",
        [],
        [0],
        [1, 1],
        [8, 1],
        [-1],
    ],
)
def test_days_that_are_not_sure_are_refused(days: list[int] | str) -> None:
    assert "days" in refused(regimen(phase(medicine(days=days))))


def test_each_day_without_an_end_is_refused() -> None:
    assert "needs times, or a phase with a length" in refused(
        regimen(phase(medicine(days="each day")))
    )


def test_times_stand_only_beside_a_repeat() -> None:
    said = refused(regimen(phase(medicine(days=[1, 8], times=2, per_course="200 mg"))))
    assert "not for listed days" in said


@pytest.mark.parametrize("row", chosen("schedules", kind="cycle_days"), ids=case_id)
def test_days_of_a_cycle_give_what_the_source_counts(row: dict[str, str]) -> None:
    asked = json.loads(row["spec_json"])
    numbers = day_numbers_of(asked["days_in_cycle"], None, asked.get("cycle_length_days"))
    wanted = json.loads(row["expected_json"])
    if row["unit"] == "doses":
        assert len(numbers) * asked["cycles"] * asked["doses_per_day"] == wanted
        return
    first = dt.date.fromisoformat(asked["start"])
    got = [(first + dt.timedelta(days=number - 1)).isoformat() for number in numbers]
    assert got == wanted


# Totals


@pytest.mark.parametrize(
    ("more", "cycle"),
    [
        ({"days": [1, 8, 15, 22], "per_course": "400 mg"}, None),
        ({"days": "1 to 5", "per_course": "0.5 g"}, None),
        ({"days": [1], "per_course": "600 mg"}, {"every": "28 days", "count": 6}),
        (
            {"days": [1, 8], "per_course": None, "per_cycle": "200 mg"},
            {"every": "28 days", "count": 6},
        ),
        ({"days": [1, 2], "at": ["infusion", "before breakfast"], "per_course": "400 mg"}, None),
        (
            {
                "dose": "100 mg/day",
                "doses_a_day": 2,
                "days": [1, 2],
                "at": ["infusion", "before breakfast"],
                "per_course": "200 mg",
            },
            None,
        ),
    ],
)
def test_dose_times_days_equal_to_the_stated_total_is_accepted(
    more: dict[str, Any], cycle: dict[str, Any] | None
) -> None:
    content = phase(medicine(**more), **({"cycle": cycle} if cycle else {}))
    Regimen.model_validate(regimen(content))


@pytest.mark.parametrize(
    ("more", "cycle", "said"),
    [
        ({"days": [1, 8, 15, 22], "per_course": "500 mg"}, None, "500 mg is not 100 mg x 4 doses"),
        ({"days": "1 to 5", "per_course": "500 g"}, None, "500 g is not 100 mg x 5 doses"),
        ({"days": "1 to 5", "per_course": "500 mg/kg"}, None, "500 mg/kg is not 100 mg x 5 doses"),
        ({"days": "1 to 5", "per_course": "500 units"}, None, "500 units is not 100 mg x 5 doses"),
        ({"per_course": "100.001 mg"}, None, "100.001 mg is not 100 mg x 1 doses"),
        (
            {"per_course": "600 mg"},
            {"every": "28 days", "count": 7},
            "600 mg is not 100 mg x 7 doses",
        ),
        (
            {"per_course": None, "per_cycle": "600 mg"},
            {"every": "28 days", "count": 6},
            "600 mg is not 100 mg x 1 doses",
        ),
    ],
)
def test_dose_times_days_differing_from_the_stated_total_is_refused(
    more: dict[str, Any], cycle: dict[str, Any] | None, said: str
) -> None:
    content = phase(medicine(**more), **({"cycle": cycle} if cycle else {}))
    assert said in refused(regimen(content))


def test_a_regimen_without_any_total_is_refused() -> None:
    assert "state per_cycle or per_course" in refused(regimen(phase(medicine(per_course=None))))


def test_a_chosen_number_of_cycles_still_needs_the_total_of_one() -> None:
    content = regimen(
        phase(
            medicine(per_course=None), cycle={"every": "28 days", "count": {"choice": "courses"}}
        ),
        choices=[{"name": "courses", "ask": "?", "number": (1, 6), "source": "label"}],
    )
    assert "state per_cycle" in refused(content)


def test_a_cycle_shorter_than_its_last_day_is_refused() -> None:
    content = phase(
        medicine(days=[1, 30], per_course="1200 mg"), cycle={"every": "28 days", "count": 6}
    )
    assert "day 30 is after the last day, 28" in refused(regimen(content))


def test_a_month_is_taken_as_28_days_when_its_last_day_is_checked() -> None:
    content = phase(
        medicine(days=[1, 29], per_course="400 mg"), cycle={"every": "1 month", "count": 2}
    )
    assert "day 29 is after the last day, 28" in refused(regimen(content))


def test_a_phase_has_a_length_or_a_cycle_but_not_both() -> None:
    content = phase(length="28 days", cycle={"every": "28 days", "count": 1})
    assert "not both" in refused(regimen(content))


@pytest.mark.parametrize("count", [0, -1])
def test_a_cycle_is_repeated_at_least_once(count: int) -> None:
    content = phase(
        medicine(per_course=None, per_cycle="100 mg"), cycle={"every": "28 days", "count": count}
    )
    assert "greater than or equal to 1" in refused(regimen(content))


# Dose rules


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"dose": "1 mg/kg", "per_course": "1 mg/kg"}, "needs weight"),
        ({"dose": "1 mg/m2", "per_course": "1 mg/m2"}, "needs surface"),
        ({"dose": "1 mg/m2", "per_course": "1 mg/m2", "surface": "mostler"}, "mostler"),
        ({"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "lean body"}, "lean body"),
        ({"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "ideal"}, "ideal needs ideal"),
        (
            {"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "ideal", "ideal": "divine"},
            "divine",
        ),
        (
            {"dose": "1 mg/kg", "per_course": "1 mg/kg", "weight": "adjusted", "ideal": "devine"},
            "adjusted needs fraction",
        ),
        ({"dose": "100 mg/day", "per_course": "100 mg"}, "needs doses_a_day"),
        ({"dose": "100 mg/day", "per_course": "100 mg", "doses_a_day": 2}, "needs doses_a_day"),
        (
            {"round": {"to": "5 units", "rule": "nearest", "over": "dose", "source": "label"}},
            "cannot round 100 mg to 5 units",
        ),
        (
            {"round": {"to": "5 mg", "rule": "half even", "over": "dose", "source": "label"}},
            "'nearest', 'down' or 'up'",
        ),
        (
            {
                "round": {"to": "5 mg", "rule": "nearest", "over": "cycle", "source": "label"},
                "at": ["infusion", "before breakfast"],
                "per_course": "200 mg",
            },
            "one dose a day",
        ),
        ({"dose": "0 mg"}, "is zero"),
        ({"dose": "100"}, "has no unit"),
        ({"dose": 100}, "is not text with a unit"),
        ({"dose": "100 MG"}, "write 100 mg"),
        ({"at": []}, "at least 1"),
        ({"takes": {"first": "30 minute s", "later": "30 min", "source": "label"}}, "duration"),
        ({"cap": {"amount": "1200 mg/kg", "source": "label"}}, "amount"),
    ],
)
def test_a_dose_rule_that_leaves_something_open_is_refused(more: dict[str, Any], said: str) -> None:
    assert said in refused(regimen(phase(medicine(**more))))


# Sources, status, names


@pytest.mark.parametrize(
    "content",
    [
        regimen(phase(medicine(source="lable"))),
        regimen(phase(medicine(window={"least_gap": "1 day", "source": "lable"}))),
        regimen(phase(medicine(cap={"amount": "1 g", "source": "lable"}))),
        regimen(phase(medicine(takes={"first": "1 h", "later": "1 h", "source": "lable"}))),
        regimen(
            phase(medicine(round={"to": "5 mg", "rule": "up", "over": "dose", "source": "lable"}))
        ),
        regimen(
            phase(monitor=[{"what": "x", "days": [1], "before_dose": True, "source": "lable"}])
        ),
        regimen(checks=[{"what": "x", "before": "first dose", "source": "lable"}]),
        regimen(
            errata=[{"prints": "a", "means": "b", "why": "c", "source": "label", "says": "lable"}]
        ),
        regimen(
            errata=[{"prints": "a", "means": "b", "why": "c", "source": "lable", "says": "label"}]
        ),
    ],
)
def test_every_figure_names_a_source_that_is_there(content: dict[str, Any]) -> None:
    assert 'no source named "lable"' in refused(content)


def test_a_give_without_a_source_is_refused() -> None:
    assert "source" in refused(regimen(phase(medicine(source=None))))


def test_endorsed_needs_the_name_of_who_checked_it() -> None:
    assert "needs reviewed.checked_by" in refused(regimen(status="endorsed"))
    reviewed = {"written_by": "A", "checked_by": "B", "due": dt.date(2027, 11, 20)}
    assert Regimen.model_validate(regimen(status="endorsed", reviewed=reviewed))


def test_two_phases_need_two_names() -> None:
    assert "two phases have the same name" in refused(regimen(phase(), phase()))


def test_two_gives_of_one_drug_need_an_item_name() -> None:
    assert "need an item name" in refused(regimen(phase(medicine(), medicine())))
    Regimen.model_validate(regimen(phase(medicine(item="morning"), medicine(item="evening"))))


@pytest.mark.parametrize("name", ["Made-up", "made up", "made_up", "-made", "made-", ""])
def test_an_id_is_small_letters_and_dashes(name: str) -> None:
    assert "String should match pattern" in refused(regimen(id=name))


# Choices

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
