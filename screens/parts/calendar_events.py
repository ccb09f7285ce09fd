"""A course as the events of the calendar component."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from schedules.course.visit import time_visit
from schedules.review.days_to_move import DayToMove, days_to_move
from screens.parts.course_calendar import CalendarEvent, Touched, course_calendar


def show_calendar(
    course: Course,
    *,
    state: str = "",
    on_touch: Callable[[Touched], None] | None = None,
    movable: bool = False,
    tests: bool = False,
    opens_on: dt.date | None = None,
    proposed: tuple[str, dt.date] | None = None,
) -> None:
    """Draw the doses of a course, each on its day and with its length.

    Args:
        course: what is drawn; what was omitted or ceased is struck through.
        state: which state of the course it is, where the page draws more than one.
        on_touch: called with a chosen or dragged dose.
        movable: whether what may still move can be dragged.
        tests: whether tests and decisions are drawn too.
        opens_on: the day it opens on, the first day of the plan if not given.
        proposed: the id of a dose, and the day to which it may be moved.
    """
    regimens = course.regimens or (course.regimen,)
    named = [(n, phase.name) for n, one in enumerate(regimens, 1) for phase in one.phases]
    phases = {name: number for number, name in enumerate(named)}
    rows = [*course.every, *(course.tests_and_decisions if tests else ())]
    zone = ZoneInfo(course.plan.zone)
    events = [
        event(row, phases[row.course_number, row.phase], zone, choosable=on_touch is not None)
        for row in rows
    ]
    if movable:
        days, stops = days_to_move(course), _stops(course)
        events = [
            _movable(one, row, days.get(row.id), stops.get(row.course_number))
            for one, row in zip(events, rows, strict=True)
        ]
    if proposed is not None:
        of, to = proposed
        events += [_moved(each, to) for each in events if each.id == of]
    first_day = (opens_on or course.plan.first_day).isoformat()
    course_calendar(events, first_day=first_day, state=state, on_touch=on_touch)


def event(
    row: Administration | Occasion, phase: int, zone: ZoneInfo, *, choosable: bool = False
) -> CalendarEvent:
    """Return one dose or procedure as the calendar draws it: dose first, wall-clock times."""
    stay = time_visit(row, zone)
    start, end = (time.replace(tzinfo=None) for time in (stay.arrives, stay.leaves))
    if isinstance(row, Occasion):
        title, detail = row.what, str(row.kind)
        if row.outcome:
            detail += f": {row.outcome}"
        elif row.open_branches:
            detail += f", outcomes {', '.join(one.outcome for one in row.open_branches)}"
    else:
        title = show(row.dose.amount, SHOWN_DIGITS + 1)
        detail = ", ".join(filter(None, (row.name, row.route, row.beside)))
    if row.condition:
        detail += f", only if {row.condition}"
    if row.state != "planned":
        detail += f", {row.state}"
    if row.before or row.after:
        detail += f". {stay}"
    return CalendarEvent(
        id=row.id,
        title=title,
        detail=detail,
        start=start.isoformat(timespec="minutes"),
        end=end.isoformat(timespec="minutes") if end != start else None,
        phase=phase,
        phase_name=row.phase,
        cancelled="" if row.live else "STOPPED" if row.state == "stopped" else "CANCELLED",
        choosable=choosable,
    )


def _stops(course: Course) -> dict[int, dt.date]:
    """Return from when nothing is given of each regimen that what became known later stops."""
    stopped = sorted(
        ((row.date, row.course_number) for row in course.cancelled if row.state == "stopped"),
        reverse=True,
    )
    return {number: day for day, number in stopped}


def _movable(
    event: CalendarEvent,
    row: Administration | Occasion,
    days: Sequence[DayToMove] | None,
    stop: dt.date | None,
) -> CalendarEvent:
    if not (can_change(row) and can_move(row)):
        return event
    told = None if days is None else tuple((one.day.isoformat(), one.why_not) for one in days)
    return dataclasses.replace(
        event, movable=True, days=told, stop=stop.isoformat() if stop else None
    )


def _moved(event: CalendarEvent, to: dt.date) -> CalendarEvent:
    """Return where a dose would stand on another day, at the same time."""
    by = to - dt.datetime.fromisoformat(event.start).date()
    start, end = (
        (dt.datetime.fromisoformat(text) + by).isoformat(timespec="minutes") if text else None
        for text in (event.start, event.end)
    )
    return dataclasses.replace(event, start=start or event.start, end=end, proposed=True)


def can_move(row: Administration | Occasion) -> bool:
    """Return whether a row can be moved: a decision goes with its dose, never by itself."""
    return not (isinstance(row, Occasion) and row.kind == "decision")


def can_change(row: Administration | Occasion) -> bool:
    """Return whether a row can be changed: what was given or left out stays as it is.

    What a STOP holds back can be changed: it may have to be ceased.
    """
    test = isinstance(row, Occasion) and row.kind == "monitoring"
    return row.state in {"planned", "stopped"} and not test
