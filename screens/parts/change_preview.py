"""What a change would do, before it counts: what breaks, both states, and the ways out."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import streamlit as st

from schedules.course.course import Course
from schedules.plans.change_words import in_words
from schedules.plans.changes import Change, NewFacts
from schedules.review.course_diff import new_findings, rows_that_differ
from screens.marks import date_text, quiet, reason, show_findings, show_html, title
from screens.parts.calendar_events import show_calendar
from screens.parts.findings import show_stops, show_warnings
from screens.parts.side_by_side import show_side_by_side


def show_preview(
    change: Change, before: Course, after: Course, ways_out: Sequence[str] | None
) -> None:
    """Show a change in words, what it breaks, and the course before and after it.

    Args:
        change: as it is typed.
        before: the course as it stands.
        after: the course with the change.
        ways_out: what may be done instead, where the change is stopped; None where it may be kept.
    """
    words = in_words(change)
    show_html(title("Before it takes effect"), h.p(".sentence")[words[:1].upper() + words[1:]])
    _show_what_breaks(before, after)
    if ways_out is not None:
        open_ways = "; ".join(ways_out) or "another day, or another dose"
        show_html(reason(h.strong["Ways out that are not stopped:"], f" {open_ways}."))
    elif after.stopped_from:
        day = date_text(after.stopped_from)
        show_html(reason(f"It can be confirmed. The STOP then stands, and no dose from {day} on."))
    show_side_by_side(before, after, named=("Before", "After"))
    _show_as_calendars(before, after)
    if isinstance(change, NewFacts) and "results" in change.facts:
        _show_verdicts(after)


def _show_what_breaks(before: Course, after: Course) -> None:
    fresh = new_findings(before, after)
    show_stops(after.findings)
    if show_warnings(fresh, key="preview"):
        show_html(
            quiet(
                "Once confirmed, nothing can be downloaded until each WARN is acknowledged with a "
                "tick, a reason and initials."
            )
        )
    show_findings([finding for finding in fresh if finding.level == "NOTE"])


def _show_as_calendars(before: Course, after: Course) -> None:
    """Draw both states as calendars, open on the first day that differs."""
    differing = rows_that_differ(before, after)
    days = [row.date for one in differing for row in (one.before, one.after) if row is not None]
    if not days:
        return
    with st.expander("Before and after as calendars", key="preview-calendars"):
        for column, course, state in zip(
            st.columns(2), (before, after), ("Before", "After"), strict=True
        ):
            with column:
                show_html(h.h3(".small")[state])
                show_calendar(course, state=state.lower(), opens_on=min(days))


def _show_verdicts(course: Course) -> None:
    for one in course.proposals:
        changes = ", or ".join(one.changes)
        text = f"{one}. The file proposes: {changes}. Confirm the result first; then choose."
        show_html(h.p(".sentence")[text])
    if not course.proposals and not course.stopped:
        show_html(h.p(".sentence")["Nothing is proposed because of this result."])
