"""To which days a dose may move: its window, the least gap to its neighbours, the closed days.

The rules are those that a moved dose is checked by; a day that they do not allow can be chosen all
the same, and is then a finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from schedules.course.closed_days import why_closed
from schedules.course.course import Course
from schedules.course.drift import is_outside, too_near
from schedules.course.rows import Administration
from schedules.knowledge.medicine import Window


class DayToMove(NamedTuple):
    """A day of the window of a dose, and in a few words why it may not be moved there."""

    day: dt.date
    why_not: str = ""


def days_to_move(course: Course) -> dict[str, tuple[DayToMove, ...]]:
    """Return the days of the window of each planned dose by its id, without its own day.

    What is given at one visit moves together, so it has the days that all of it may have. A dose of
    which no file states a window has none.
    """
    places: dict[tuple[int, str], list[tuple[Administration, dict[dt.date, str]]]] = {}
    for row, days in _of_each(course):
        places.setdefault((row.course_number, row.place), []).append((row, days))
    found: dict[str, tuple[DayToMove, ...]] = {}
    for place in places.values():
        shared = set.intersection(*(set(days) for _, days in place))
        own = tuple(
            DayToMove(day, next((days[day] for _, days in place if days[day]), ""))
            for day in sorted(shared)
        )
        found |= {row.id: own for row, _ in place}
    return found


def _of_each(course: Course) -> Iterator[tuple[Administration, dict[dt.date, str]]]:
    """Yield each planned dose of a medicine with a window, and its days."""
    windows, followed = _windows(course), _followed(course)
    by_medicine: dict[tuple[int, str], list[Administration]] = {}
    for row in course.rows:
        if (row.course_number, row.phase, row.item) in windows:
            by_medicine.setdefault((row.course_number, row.item), []).append(row)
    for rows in by_medicine.values():
        visits = [list(day) for _, day in groupby(rows, key=lambda row: row.date)]
        neighbours = [None, *(visit[0] for visit in visits), None]
        for (before, _), visit, (_, after) in zip(
            pairwise(neighbours[:-1]), visits, pairwise(neighbours[1:]), strict=True
        ):
            for row in visit:
                if (row.course_number, row.phase) in followed:
                    after = None
                if row.state == "planned":
                    window = windows[row.course_number, row.phase, row.item]
                    yield row, _days_of(row, window, (before, after), course)


def _windows(course: Course) -> dict[tuple[int, str, str], Window]:
    return {
        (number, phase.name, medicine.name): medicine.window
        for number, regimen in enumerate(course.regimens, 1)
        for phase in regimen.phases
        for medicine in regimen.dosed(phase).medicines
        if medicine.window is not None and not medicine.companion
    }


def _followed(course: Course) -> set[tuple[int, str]]:
    """Return the phases whose later doses move along, counted from the dose really given."""
    return {
        (number, phase.name)
        for number, regimen in enumerate(course.regimens, 1)
        for phase in regimen.phases
        if phase.cycle is not None and phase.cycle.counted_from == "dose given"
    }


_Neighbours = tuple[Administration | None, Administration | None]


def _days_of(
    row: Administration, window: Window, beside: _Neighbours, course: Course
) -> dict[dt.date, str]:
    """Return each day of a window, and why the dose may not be moved there."""
    before, _ = beside
    planned = row.planned_on
    if before is not None:  # as long after the dose before it as it was planned
        planned = before.date + (row.planned_on - before.planned_on)
    early, late = (span.shortest_days() if span else 0 for span in (window.early, window.late))
    days = (planned + dt.timedelta(days=by) for by in range(-early, late + 1))
    return {day: _why_not(day, row, window, beside, course) for day in days if day != row.date}


def _why_not(
    day: dt.date, row: Administration, window: Window, beside: _Neighbours, course: Course
) -> str:
    before, after = beside
    if before is not None and too_near(window, before.date, day):
        return "too near"
    if after is not None:
        drift = (after.date - day) - (after.planned_on - row.planned_on)
        if too_near(window, day, after.date) or is_outside(window, drift.days):
            return "next too near" if drift.days < 0 else "next too late"
    return "closed" if not row.at_home and why_closed(day, course.plan.site.closed) else ""


def allowed(days: Sequence[DayToMove]) -> list[dt.date]:
    """Return the days to which a dose may move."""
    return [one.day for one in days if not one.why_not]
