"""A calendar of the doses of one course, in five-week, month, year, week and agenda views.

The calendar is drawn in the browser by FullCalendar, whose bundle is kept in the
`fullcalendar` folder next to this module, so nothing is fetched from another host.

The script is ours and comes with the doses; FullCalendar is fetched by it from a route of this
program (``calendar_library``), once, so that no message carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import streamlit as st

from screens.parts.calendar_library import CALENDAR_LIBRARY
from screens.parts.scripts import together

_calendar = st.components.v2.component(
    "posology_course_calendar",
    css=together("fullcalendar/calendar.css"),
    js=together("drawer.js", "fullcalendar/moving.js", "fullcalendar/calendar.js"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One dose as the calendar draws it.

    Attributes:
        id: Identity of the row the dose comes from.
        title: The dose itself, for example ``700 mg`` with a no-break space. It is
            never clipped.
        detail: What is given and how, shown beneath the dose and read out with it.
        start: ISO date for an all-day dose, ISO local date-time for a timed one. Times
            are wall-clock times and are never converted.
        end: End in the same form as ``start``, or None. The end is exclusive, so an
            all-day event of two days ends on the third.
        phase: Number of the phase, from 0, which chooses a colour and a letter.
        phase_name: Name of the phase for the legend.
        cancelled: The word for a dose that is not given, CANCELLED or STOPPED; empty for others.
        choosable: Whether it can be chosen.
        movable: Whether it can be dragged to another day as well.
        proposed: Whether it shows where a dose would go; the dose itself stands where it stood.
        days: ISO dates of its window, each with why it may not go there, in their order; None where
            no file states a window.
        stop: ISO date from which nothing of its regimen is given.
    """

    id: str
    title: str
    detail: str
    start: str
    end: str | None
    phase: int
    phase_name: str
    cancelled: str
    choosable: bool = False
    movable: bool = False
    proposed: bool = False
    days: tuple[tuple[str, str], ...] | None = None
    stop: str | None = None


_TOLD: Final = tuple(field.name for field in fields(CalendarEvent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a person did in the calendar: chose a dose, or let it fall on another day.

    Attributes:
        id: Identity of the row.
        to: ISO date of the day it fell on, empty if it was only chosen.
    """

    id: str
    to: str


def course_calendar(
    events: Sequence[CalendarEvent],
    *,
    first_day: str,
    state: str = "",
    on_touch: Callable[[Touched], None] | None = None,
) -> None:
    """Draw the calendar of a course.

    Args:
        events: The doses, in any order.
        first_day: ISO date the calendar opens on and its "First day" button returns to.
        state: Which state of the course it is, where the page draws more than one: no two of them
            have one key, or are called the same by a screen reader.
        on_touch: Called when a dose is chosen or dragged. Nothing moves before it is confirmed:
            the dose goes back to its day, and where it was dropped stands what is then proposed.
    """
    key = f"course-calendar-{state}" if state else "course-calendar"

    def touched() -> None:
        touch = st.session_state[key].touched
        if touch and on_touch is not None:
            on_touch(Touched(id=str(touch["id"]), to=str(touch["to"])))

    _calendar(
        key=key,
        data={
            "key": key,
            "name": f"Course calendar, {state}" if state else "Course calendar",
            "library": CALENDAR_LIBRARY.path,
            "firstDay": first_day,
            "events": [{name: getattr(event, name) for name in _TOLD} for event in events],
        },
        on_touched_change=touched,
    )
