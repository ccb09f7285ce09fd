"""What is due of a course: overdue, today, later in the week."""

from __future__ import annotations

import datetime as dt

from schedules.course.work_out import work_out
from schedules.review.due import due_in_a_week
from tests.support.planning import library
from tests.support.ward import deferred, plan

# Rituximab 700 mg on Mondays: 30 November, 7, 14 and 21 December 2026.


def due(day: int, recorded: frozenset[str] = frozenset(), month: int = 12) -> list[list[str]]:
    found = due_in_a_week(work_out(plan(), library()), dt.date(2026, month, day), recorded)
    return [
        [f"{one.date:%d-%b} {one.what} {one.times}" for one in part if "rituximab" in one.what]
        for part in (found.overdue, found.today, found.later)
    ]


def test_today_the_week_after_it_and_what_is_overdue_are_told_apart() -> None:
    dose = "rituximab 700\u00a0mg"
    assert due(30, month=11) == [[], [f"30-Nov {dose} 1"], []]
    assert due(1) == [[f"30-Nov {dose} 1"], [], [f"07-Dec {dose} 1"]]
    assert due(8) == [[f"30-Nov {dose} 2"], [], [f"14-Dec {dose} 1"]]
    # A fortnight back and no further: 30 November is 15 days before 15 December.
    assert due(15) == [[f"07-Dec {dose} 2"], [], [f"21-Dec {dose} 1"]]


def test_what_is_recorded_is_not_due() -> None:
    first = work_out(plan(), library()).rows[0]
    assert due(1, frozenset([first.id]))[0] == []


def test_a_moved_dose_is_due_on_its_new_day() -> None:
    course = work_out(deferred(plan()), library())
    found = due_in_a_week(course, dt.date(2026, 12, 22), frozenset())
    assert [one.what for one in found.today if "rituximab" in one.what] == ["rituximab 700\u00a0mg"]
