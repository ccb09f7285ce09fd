"""What is due of one course: overdue, today, and in the six days after it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection

from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion

DAYS_AHEAD, DAYS_BACK = 6, 14


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What takes place once or several times: ``date`` is the first, ``times`` how often.

    ``plan_id`` is what the records know its plan by.
    """

    plan_id: str
    label: str
    what: str
    date: dt.date
    time: dt.time
    times: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DueInAWeek:
    """What is due, each in the order of its time; what repeats stands once with its number."""

    overdue: tuple[Due, ...] = ()
    today: tuple[Due, ...] = ()
    later: tuple[Due, ...] = ()


def due_in_a_week(course: Course, today: dt.date, recorded: Collection[str]) -> DueInAWeek:
    """Return what is due of a course.

    Overdue is what stands in the fortnight before today and is neither given nor recorded.

    Args:
        course: the course.
        today: the day at the bedside.
        recorded: the ids of what was recorded as given or not given.
    """
    first, last = today - dt.timedelta(days=DAYS_BACK), today + dt.timedelta(days=DAYS_AHEAD)
    every: list[Administration | Occasion] = [
        *course.rows,
        *course.occasions,
        *course.tests_and_decisions,
    ]
    rows = [
        row
        for row in sorted(every, key=lambda row: (row.date, row.time))
        if _is_open(row) and row.id not in recorded and first <= row.date <= last
    ]
    return DueInAWeek(
        overdue=_together(course, [row for row in rows if row.date < today]),
        today=_together(course, [row for row in rows if row.date == today]),
        later=_together(course, [row for row in rows if row.date > today]),
    )


def _is_open(row: Administration | Occasion) -> bool:
    """Return whether it still has to take place; a review with its outcome was held."""
    held = isinstance(row, Occasion) and bool(row.branches and row.outcome)
    return row.state == "planned" and not held


def _together(course: Course, rows: list[Administration | Occasion]) -> tuple[Due, ...]:
    found: dict[str, Due] = {}
    for row in rows:
        what = _what(row)
        if what in found:
            found[what] = dataclasses.replace(found[what], times=found[what].times + 1)
        else:
            found[what] = Due(
                plan_id=course.plan.record_id,
                label=course.plan.patient.label,
                what=what,
                date=row.date,
                time=row.time,
            )
    return tuple(found.values())


def _what(row: Administration | Occasion) -> str:
    only_if = f"only if {row.condition}: " if row.condition else ""
    if isinstance(row, Occasion):
        return f"{only_if}{row.what}"
    return f"{only_if}{row.name} {show(row.dose.amount)}"
