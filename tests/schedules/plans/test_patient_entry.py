from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.errors import InputError, Problem
from dosing.units import YEAR, in_unit
from schedules.course.work_out import work_out
from schedules.plans.patient_reading import read_date, read_patient
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    codes,
    library,
    man,
    planned,
)


def problems_of(regimen: str = RITUXIMAB, **more: Any) -> dict[str, Problem]:
    with pytest.raises(InputError) as caught:
        planned(regimen, **more)
    return {problem.field: problem for problem in caught.value.problems}


@pytest.mark.parametrize("label", ["", "ward-7", "7/12 B, bed 3", "Zimmer 4 grün", "x" * 60])
def test_a_short_label_is_kept_as_it_is(label: str) -> None:
    assert planned(RITUXIMAB, who=man(label=label)).patient.label == label


@pytest.mark.parametrize("label", ["x" * 61, "a\nb", "a\tb", "a\x00b", "a\u202eb", "\ud83d"])
def test_a_label_that_is_too_long_or_breaks_a_line_is_refused(label: str) -> None:
    entry = man().model_copy(update={"label": label})
    assert "no name" in problems_of(RITUXIMAB, who=entry)["label"].accepted


def test_a_plan_without_a_label_says_what_that_costs() -> None:
    found = work_out(planned(RITUXIMAB, who=man(label="")), library())
    assert "plan.no_label" in codes(found, "NOTE")
    assert "plan.no_label" not in codes(work_out(planned(RITUXIMAB), library()))


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("1978-11-30", "2026-11-30", 48),
        ("1978-12-01", "2026-11-30", 47),
        ("1978-11-29", "2026-11-30", 48),
        ("2024-02-29", "2028-02-28", 3),  # the birthday of a leap day is not there yet
        ("2024-02-29", "2028-02-29", 4),
        ("2024-02-29", "2027-02-28", 2),
        ("2024-02-29", "2027-03-01", 3),
        ("1900-01-01", "2026-11-30", 126),
    ],
)
def test_the_age_is_in_completed_years_on_the_first_day(born: str, on: str, years: int) -> None:
    entry = man(age="", born=born)
    found = read_patient(entry, dt.date.fromisoformat(on)).age
    assert found is not None
    assert in_unit(found, YEAR, "age") == years


def test_a_child_below_one_year_has_a_part_of_a_year() -> None:
    found = read_patient(man(age="", born="2026-06-01"), dt.date(2026, 11, 30)).age
    assert found is not None
    # 1 June to 30 November 2026 is 182 days, half a year of 365.25 days.
    assert in_unit(found, YEAR, "age") == pytest.approx(182 / 365.25)


def test_a_birth_date_after_the_first_day_is_refused() -> None:
    assert "after the first day" in problems_of(who=man(age="", born="2026-12-01"))["born"].why


def test_an_age_beside_a_birth_date_is_refused_because_they_may_differ() -> None:
    assert "not both" in problems_of(who=man(age="20 years", born="1950-01-01"))["age"].accepted


@pytest.mark.parametrize("text", ["2026-11-30", "30-Nov-2026", " 2026-11-30 "])
def test_a_date_that_can_be_read_in_one_way_is_read(text: str) -> None:
    assert read_date(text, "first day") == dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    "text",
    [
        "30/11/2026",
        "11/30/2026",
        "30.11.2026",
        "30-11-2026",
        "2026-02-29",
        "26-11-30",
        "today",
        "2026-11-30T09:00",
        "20261130",
        "",
        "1.12.26",
    ],
)
def test_a_date_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write 2026-11-30 or 30-Nov-2026"):
        read_date(text, "first day")


@pytest.mark.parametrize("text", ["9999-12-31", "0206-11-30", "1899-12-31", "2200-01-01"])
def test_a_year_that_is_a_typo_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write a year from 1900 to 2199"):
        read_date(text, "first day")


def test_earlier_amounts_are_read_like_every_amount() -> None:
    found = problems_of(CYCLOPHOSPHAMIDE, who=man(earlier={"cyclophosphamide": "5,5 g"}))
    assert found["earlier cyclophosphamide"].accepted == "write 5.5 g"
