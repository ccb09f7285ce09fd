"""A calendar file that comes back from the ward: what it says otherwise, and taking it over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import htpy as h
import streamlit as st

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.knowledge.library import Library
from schedules.outputs.calendar.reading import NOT_COMPARED
from schedules.outputs.calendar.ward import CalendarDifference, compare_calendar
from schedules.plans.changes import Change
from schedules.plans.plan import Plan
from screens.marks import quiet, reason, show_html
from screens.parts.card import needed_panel
from screens.parts.fields import short
from screens.state.session import ChangeEntries

_KEY = "ward-file"


def ward_calendar(
    entries: ChangeEntries,
    course: Course,
    knowledge: Library,
    *,
    now: dt.datetime,
    keep: Callable[[Plan], None],
) -> None:
    """Compare a dropped calendar with the course, and offer what may be taken over.

    Args:
        entries: keep the file while the session lasts.
        course: the course as it stands.
        knowledge: to find out what each change would break.
        now: from whoever asks the clock.
        keep: lets a changed plan count.
    """
    with st.expander("A calendar file that comes back from the ward", key="ward"):
        file = st.file_uploader("Calendar file (.ics)", type="ics", key=_KEY)
        entries.ward = file.getvalue() if file is not None else entries.ward
        if entries.ward is None:
            show_html(
                quiet(
                    "Drop the file here: you see what was moved or cancelled in it, and whether "
                    "that is allowed."
                )
            )
            return
        try:
            edits = compare_calendar(
                course, entries.ward, knowledge, who=entries.who or "-", when=now
            )
        except InputError as error:
            show_html(needed_panel(error.problems, {}))
            return
        if not edits:
            show_html(h.p(role="status")["The calendar says the same as the plan."])
        show_html(quiet(NOT_COMPARED))
        for edit in edits:
            _show_edit(edit, entries, course, knowledge, keep)
        if not entries.who and any(edit.allowed for edit in edits):
            show_html(reason("To take something over, first write who decides, under One change."))


def _show_edit(
    edit: CalendarDifference,
    entries: ChangeEntries,
    course: Course,
    knowledge: Library,
    keep: Callable[[Plan], None],
) -> None:
    show_html(h.p[edit.text])
    if edit.change is None or not edit.allowed:
        return
    st.button(
        "Take over as a change",
        key=f"take-{short(edit.text + course.plan.hash)}",
        disabled=not entries.who,
        on_click=_take,
        args=(edit.change, course, knowledge, keep),
    )


def _take(change: Change, course: Course, knowledge: Library, keep: Callable[[Plan], None]) -> None:
    keep(with_change(course.plan, change, knowledge).plan)
