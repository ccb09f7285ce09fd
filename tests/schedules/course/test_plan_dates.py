"""A first day in the wrong year, and a weight of which nobody knows when it was measured."""

from __future__ import annotations

import datetime as dt

import pytest

from schedules.course.course import Course
from schedules.plans.changes import AddCourse
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    MADE_ON,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    codes,
    course_of,
    library,
    man,
    planned,
    text_of,
)


@pytest.mark.parametrize(
    ("start", "found"),
    [
        # The plan is made on 20-Nov-2026; 31 days before are 20-Oct, 731 days after 20-Nov-2028.
        ("2026-10-20", []),
        ("2026-10-19", ["plan.first_day"]),
        ("2025-11-30", ["plan.first_day"]),
        ("2026-11-30", []),
        ("2028-11-20", []),
        ("2028-11-21", ["plan.first_day"]),
    ],
)
def test_a_first_day_far_from_the_plan_is_asked_about(start: str, found: list[str]) -> None:
    assert f"{MADE_ON}" == "2026-11-20"
    course = course_of(RITUXIMAB, start=start)
    assert [code for code in codes(course, "WARN") if code == "plan.first_day"] == found


def test_the_question_names_both_days() -> None:
    assert text_of(course_of(RITUXIMAB, start="2025-11-30"), "plan.first_day") == (
        "The first day, 30-Nov-2025, lies more than 31 days before the day of the plan, "
        "20-Nov-2026. Is the year right?"
    )


@pytest.mark.parametrize(
    ("start", "found"),
    [
        # The change is decided on 20-Dec-2026; 31 days before are 19-Nov, 731 after 20-Dec-2028.
        ("2026-11-19", []),
        ("2026-11-18", ["plan.first_day.2"]),
        ("2028-12-20", []),
        ("2028-12-21", ["plan.first_day.2"]),
    ],
)
def test_the_first_day_of_a_regimen_added_later_is_held_to_the_day_of_that_change(
    start: str, found: list[str]
) -> None:
    course = _with_rituximab_added(start)
    assert [code for code in codes(course, "WARN") if code.startswith("plan.first_day")] == found


def test_to_accept_one_first_day_is_not_to_accept_that_of_a_regimen_added_later() -> None:
    course = _with_rituximab_added("2025-12-07")
    assert "plan.first_day" not in codes(course)
    assert text_of(course, "plan.first_day.2") == (
        "The first day of the added regimen, 07-Dec-2025, lies more than 31 days before the day "
        "of the change, 20-Dec-2026. Is the year right?"
    )


def _with_rituximab_added(start: str) -> Course:
    known = library().knowledge_for(library().regimen(RITUXIMAB))
    change = AddCourse(
        regimen=known[f"regimens/{RITUXIMAB}"],
        drugs=[known["drugs/rituximab"]],
        first_day=dt.date.fromisoformat(start),
        choices={},
        **SAID,
    )
    return changed(planned(CYCLOPHOSPHAMIDE), change)


def test_a_weight_without_its_day_is_a_note() -> None:
    course = course_of(RITUXIMAB, who=man(weight_on=None))
    assert text_of(course, "weight.undated") == (
        "Nobody wrote when the weight was measured; this site asks for one from the last 31 days."
    )
    assert "weight.undated" in codes(course, "NOTE")


def test_a_dated_weight_and_a_course_without_a_dose_by_weight_have_no_such_note() -> None:
    dated = man(weight_on=dt.date(2026, 11, 19))
    assert "weight.undated" not in codes(course_of(RITUXIMAB, who=dated))
    flat = course_of(
        THIOCTIC,
        who=man(weight_on=None),
        choices={"iv_days": "10 days", "oral_length": "1 month"},
    )
    assert "weight.undated" not in codes(flat)


def test_a_weight_older_than_the_site_allows_is_a_warning() -> None:
    # 31 days before 30-Nov-2026 is 30-Oct-2026
    old = man(weight_on=dt.date(2026, 10, 29))
    assert "weight.old" in codes(course_of(RITUXIMAB, who=old), "WARN")
    new = man(weight_on=dt.date(2026, 10, 30))
    assert "weight.old" not in codes(course_of(RITUXIMAB, who=new))


@pytest.mark.parametrize(
    ("weighed_on", "found"),
    # The plan is made on 20-Nov-2026.
    [
        ("2026-11-20", []),
        ("2026-11-21", ["weight.dated_ahead"]),
        ("2062-11-19", ["weight.dated_ahead"]),
    ],
)
def test_a_weight_that_was_measured_after_the_plan_was_made_is_asked_about(
    weighed_on: str, found: list[str]
) -> None:
    course = course_of(RITUXIMAB, who=man(weight_on=dt.date.fromisoformat(weighed_on)))
    assert [code for code in codes(course, "WARN") if code.startswith("weight.")] == found
