"""The days offered for a dose are those that no rule about a moved dose finds fault with."""

from __future__ import annotations

import datetime as dt

import pytest

from schedules.course.work_out import work_out
from schedules.plans.changes import Defer
from schedules.review.days_to_move import allowed, days_to_move
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    SAID,
    course_of,
    library,
    planned,
)


def days(regimen: str, number: int) -> list[tuple[str, str]]:
    course = course_of(regimen)
    row = [row for row in course.rows if not row.companion][number]
    return [(f"{one.day}", one.why_not) for one in days_to_move(course).get(row.id, ())]


def test_a_window_is_cut_by_closed_days_and_by_the_dose_after_it() -> None:
    # 1 day early, 2 late. Sun 6 December is closed; from Wed 9th it is 5 days to the 14th, two
    # less than planned, and the window of the 14th allows 1 day early.
    assert days(RITUXIMAB, 1) == [
        ("2026-12-06", "closed"),
        ("2026-12-08", ""),
        ("2026-12-09", "next too near"),
    ]


def test_nothing_comes_after_the_last_dose() -> None:
    assert days(RITUXIMAB, 3)[1:] == [("2026-12-22", ""), ("2026-12-23", "")]


def test_what_is_counted_from_the_dose_given_moves_along_and_is_in_nobodys_way() -> None:
    found = days(CYCLOPHOSPHAMIDE, 1)
    # up to 14 days late, never early; Fri 1 January is a holiday, and so are the weekends
    assert found[0] == ("2026-12-29", "")
    assert found[-1] == ("2027-01-11", "")
    assert [day for day, why in found if why] == [
        "2027-01-01",
        "2027-01-02",
        "2027-01-03",
        "2027-01-09",
        "2027-01-10",
    ]


@pytest.mark.hazard("H285")
def test_a_day_is_allowed_where_the_moved_course_has_no_finding_about_it() -> None:
    course = course_of(RITUXIMAB)
    plan, second = planned(RITUXIMAB), course.rows[1]
    offered = allowed(days_to_move(course)[second.id])
    around = [second.date + dt.timedelta(days=by) for by in range(-5, 6) if by]
    wrong = []
    for day in around:
        change = Defer(at=second.place, to=day, scope="this day", **SAID)
        moved = work_out(plan.model_copy(update={"changes": [change]}), library())
        found = [f.code for f in moved.findings if f.code.startswith(("window.", "closed."))]
        if (day in offered) == bool(found):
            wrong.append((day, found))
    assert offered
    assert wrong == []


def test_a_dose_of_which_no_window_is_stated_is_offered_no_day() -> None:
    assert days(IMMUNOGLOBULIN, 0) == []
