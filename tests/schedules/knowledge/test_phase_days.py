from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from schedules.knowledge.days import day_numbers_of
from schedules.knowledge.regimen import Regimen
from tests.support.made_up_regimen import medicine, phase, refused, regimen
from tests.support.outside import case_id, chosen


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
        ("1, 3 and 5 of each week", None, 15, [1, 3, 5, 8, 10, 12, 15]),
        ("1 and 4 of each week", None, 10, [1, 4, 8]),
        ("2 and 7 of each week", 3, None, [2, 7, 9]),
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
        "3 and 1 of each week",
        "1, 1 and 3 of each week",
        "1 and 8 of each week",
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
