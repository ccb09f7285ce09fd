"""A calendar file that comes back from the ward: what it says otherwise, and taking it over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import streamlit as st

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.knowledge.library import Library
from schedules.outputs.calendar.ward import CalendarDifference, compare_calendar
from schedules.plans.changes import Change
from schedules.plans.plan import Plan
from screens.marks import escaped
from screens.parts.card import needed_panel
from screens.parts.fields import short
from screens.state.session import ChangeEntries

_KEY = "ward-file"


def ward_calendar(
    entries: ChangeEntries,
    found: Course,
    knowledge: Library,
    *,
    now: dt.datetime,
    keep: Callable[[Plan], None],
) -> None:
    """Hold a dropped calendar against the course, and offer what may be taken over.

    Args:
        entries: keep the file while the session lasts.
        found: the course as it stands.
        knowledge: to work out what each change would break.
        now: from whoever asks the clock.
        keep: lets a changed plan count.
    """
    with st.expander("A calendar file that comes back from the ward", key="ward"):
        file = st.file_uploader("Calendar file (.ics)", type="ics", key=_KEY)
        entries.ward = file.getvalue() if file is not None else entries.ward
        if entries.ward is None:
            st.html(
                '<p class="quiet">Drop it here: what was moved or cancelled in it is said, '
                "and whether it is allowed.</p>"
            )
            return
        try:
            told = compare_calendar(
                found, entries.ward, knowledge, who=entries.who or "-", when=now
            )
        except InputError as error:
            st.html(needed_panel(error.problems, {}))
            return
        if not told:
            st.html('<p role="status">The calendar says the same as the plan.</p>')
        for one in told:
            _told(one, entries, found, knowledge, keep)
        if not entries.who and any(one.allowed for one in told):
            st.html(
                '<p class="reason">To take something over, write under One change who decides.</p>'
            )


def _told(
    one: CalendarDifference,
    entries: ChangeEntries,
    found: Course,
    knowledge: Library,
    keep: Callable[[Plan], None],
) -> None:
    st.html(f"<p>{escaped(one.text)}</p>")
    if one.change is None or not one.allowed:
        return
    st.button(
        "Take over as a change",
        key=f"take-{short(one.text + found.plan.hash)}",
        disabled=not entries.who,
        on_click=_take,
        args=(one.change, found, knowledge, keep),
    )


def _take(change: Change, found: Course, knowledge: Library, keep: Callable[[Plan], None]) -> None:
    keep(with_change(found.plan, change, knowledge).plan)
