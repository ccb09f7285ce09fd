"""The files of a course, made at the click."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import streamlit as st

from dosing.errors import InputError
from dosing.units import read
from schedules.course.course import Course
from schedules.course.provenance import provenance, short_hash
from schedules.knowledge.library import Library
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.formats import FORMATS, Format, Job
from screens.marks import (
    escaped,
    level_mark,
)
from screens.parts.fields import choice_field, quantity_said, text_field
from screens.state.records import with_its_check
from screens.state.session import CalendarEntries, Session

_UNSAFE_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]+")


_FORMS = {
    "each": "One event for each dose",
    "run": "One all-day event for a run of equal doses",
    "utc": "As instants in UTC, read right by every program tried",
    "zone": "In the time zone, with its rules",
}


def downloads(kept: Session, found: Course, library: Library) -> None:
    """Offer the files of a course, as soon as nothing stands in the way."""
    from schedules.outputs.paper.glyphs import find_unprintable

    found = with_its_check(found, library)
    waiting = found.unacknowledged
    st.html('<h3 class="section">Take it with you</h3>')
    if found.checked.state in {"void", "sent back"}:
        st.html(
            f'<p class="reason" role="status">{level_mark("WARN")} {escaped(found.checked)}. '
            "Every file says so.</p>"
        )
    if waiting:
        st.html(
            f'<p class="reason" role="status">{level_mark("WARN")} Nothing can be downloaded until '
            f"{len(waiting)} finding{'' if len(waiting) == 1 else 's'} above "
            f"{'is' if len(waiting) == 1 else 'are'} acknowledged with a tick, a reason "
            "and initials.</p>"
        )
    unread = find_unprintable([found.plan.to_json()])
    if unread:
        said = "; ".join(escaped(str(problem)) for problem in unread)
        st.html(f'<p class="reason" role="status">No paper can be printed: {said}.</p>')
    choice = _calendar_choice(kept.calendar, found.plan.site.calendar)
    with st.container(horizontal=True, gap="small", key="downloads"):
        for form in FORMATS:
            st.download_button(
                f"{form.title} (.{form.ending})",
                _content(form, found, library, choice),
                file_name=_file_name(form, found),
                mime=form.mime,
                key=f"download-{form.to}-{form.what}-{form.discreet}",
                on_click="ignore",
                disabled=bool(waiting) or (form.on_paper and bool(unread)),
                type="primary" if form is FORMATS[0] else "secondary",
            )
        if number := len(found.plan.changes):
            st.download_button(
                "Calendar, only what changed last (.ics)",
                lambda: to_ics(found, choice=choice, since=number),
                file_name=f"{_stem(found)}-change-{number}.ics",
                mime="text/calendar",
                key="download-changed",
                on_click="ignore",
                disabled=bool(waiting),
            )
        st.download_button(
            "Plan file (.json)",
            lambda: found.plan.to_json().encode(),
            file_name=f"{_stem(found)}.plan.json",
            mime="application/json",
            key="download-plan",
            on_click="ignore",
            disabled=bool(waiting),
        )
    st.html(
        '<p class="quiet">What is discreet names no drug, dose or disease. Keep one calendar '
        "per plan: a few programs (Outlook on the desktop, calcurse) double the events when a file "
        f"is imported a second time.</p>{provenance_line(found)}"
    )


def _content(
    form: Format, found: Course, library: Library, choice: CalendarChoice
) -> Callable[[], bytes]:
    """Give what writes the file at the click; it is then that a paper is printed."""

    def write() -> bytes:
        now = dt.datetime.now(tz=dt.UTC)
        return form.write(Job(course=found, library=library, printed_at=now, calendar=choice))

    return write


def _stem(found: Course) -> str:
    label = _UNSAFE_IN_A_FILE_NAME.sub("-", found.plan.patient.label).strip("-") or "plan"
    return f"{label}-{found.regimen.id}"


def _file_name(form: Format, found: Course) -> str:
    """Name the file after patient and regimen; a discreet one after neither."""
    if form.discreet:
        return f"appointments-{short_hash(found)}.{form.ending}"
    what = f"-{form.what}" if form.what else ""
    return f"{_stem(found)}{what}.{form.ending}"


def _calendar_choice(entries: CalendarEntries, site: CalendarChoice) -> CalendarChoice:
    """Ask how the calendar is to be written; what is left open is as the site has it."""
    with st.expander("How the calendar is written", key="calendar-form"):
        oral = choice_field(
            entries,
            "oral",
            f"Doses by mouth (site: {site.oral})",
            ["each", "run"],
            screen="calendar",
            words=_FORMS.__getitem__,
            horizontal=False,
        )
        times = choice_field(
            entries,
            "times",
            f"Clock times (site: {site.times})",
            ["utc", "zone"],
            screen="calendar",
            words=_FORMS.__getitem__,
            horizontal=False,
        )
        alarm = text_field(
            entries,
            "alarm",
            "Alarm before each timed event",
            screen="calendar",
            placeholder="30 min" if site.alarm == "none" else site.alarm,
            understood=quantity_said("duration"),
            help_text=f"A length of time. Left empty, it is as the site has it: {site.alarm}.",
        )
    if alarm:
        try:
            read("duration", alarm)
        except InputError:
            alarm = ""  # what is wrong is said beneath the field
    given = {"oral": oral, "times": times, "alarm": alarm}
    return site.model_copy(update={key: value for key, value in given.items() if value})


def provenance_line(found: Course) -> str:
    """Give the line that every output carries, for the page."""
    said = f"{provenance(found)}; times in {found.plan.zone}"
    return f'<p class="provenance">{escaped(said)}</p>'
