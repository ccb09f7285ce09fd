"""A course as the events of the calendar component."""

from __future__ import annotations

import datetime as dt

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course import Administration, Course
from screens.course_calendar import CalendarEvent, course_calendar


def show_calendar(course: Course) -> None:
    """Draw the doses of a course, each on its day and with its length."""
    phases = {phase.name: number for number, phase in enumerate(course.regimen.phases)}
    events = [event(row, phases[row.phase]) for row in course.rows]
    course_calendar(events, first_day=course.plan.first_day.isoformat(), key="course-calendar")


def event(row: Administration, phase: int) -> CalendarEvent:
    """Give one dose as the calendar draws it: the dose first, times by the wall clock."""
    start = dt.datetime.combine(row.date, row.time)
    return CalendarEvent(
        id=row.id,
        title=show(row.dose.amount, SHOWN_DIGITS + 1),
        detail=f"{row.drug_name}, {row.route}",
        start=start.isoformat(timespec="minutes"),
        end=(start + row.length).isoformat(timespec="minutes") if row.length else None,
        phase=phase,
        phase_name=row.phase,
        cancelled=False,
    )
