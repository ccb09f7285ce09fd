"""A course as the events of the calendar component."""

from __future__ import annotations

import datetime as dt

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course import Administration, Course
from schedules.timetable import Occasion
from screens.course_calendar import CalendarEvent, course_calendar


def show_calendar(course: Course) -> None:
    """Draw the doses of a course, each on its day and with its length."""
    phases = {phase.name: number for number, phase in enumerate(course.regimen.phases)}
    rows: list[Administration | Occasion] = [*course.rows, *course.occasions]
    events = [event(row, phases[row.phase]) for row in rows]
    course_calendar(events, first_day=course.plan.first_day.isoformat(), key="course-calendar")


def event(row: Administration | Occasion, phase: int) -> CalendarEvent:
    """Give one dose or procedure as the calendar draws it: the dose first, wall-clock times."""
    start = dt.datetime.combine(row.date, row.time)
    if isinstance(row, Occasion):
        title, detail = row.what, str(row.kind)
    else:
        title = show(row.dose.amount, SHOWN_DIGITS + 1)
        detail = f"{row.drug_name}, {row.route}"
    if row.condition:
        detail += f", only if {row.condition}"
    return CalendarEvent(
        id=row.id,
        title=title,
        detail=detail,
        start=start.isoformat(timespec="minutes"),
        end=(start + row.length).isoformat(timespec="minutes") if row.length else None,
        phase=phase,
        phase_name=row.phase,
        cancelled=False,
    )
