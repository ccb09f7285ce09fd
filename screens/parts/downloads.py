"""The files of a course, made at the click."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Hashable

import htpy as h
import streamlit as st

from dosing.errors import InputError
from dosing.units import read
from schedules.course.course import Course
from schedules.course.provenance import provenance, short_hash
from schedules.knowledge.library import Library
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.formats import FORMATS, Format, Job, formats_of
from schedules.outputs.progress import Progress, count_rows, unreported
from screens.marks import level_mark, part_title, quiet, reason, show_html
from screens.parts.fields import Form, says_quantity
from screens.state import clock
from screens.state.making import Files
from screens.state.records import with_its_check
from screens.state.session import CalendarEntries, Session

_UNSAFE_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_LOOK_SECONDS = 0.3
_WAYS = {
    "each": "One event for each dose",
    "run": "One all-day event for a run of equal doses",
    "utc": "In UTC, which every program tried reads correctly",
    "zone": "In the time zone, with its rules, which cal-parser ignores: it is hours wrong",
}


def show_downloads(session: Session, course: Course, library: Library) -> None:
    """Offer the files of a course, as soon as nothing stands in the way."""
    course = with_its_check(course, library)
    _show_check(course)
    # Nothing of it is printed.
    with st.container(key="files"):
        _offer_files(session, course, library)
    show_html(provenance_line(course))


def _offer_files(session: Session, course: Course, library: Library) -> None:
    waiting = len(course.unacknowledged)
    show_html(h.div("#downloads")[part_title("Downloads")])
    if waiting:
        show_html(reason(level_mark("WARN"), f" {_needs(waiting)}"))
    # As compact text: it has the characters of the plan file, and is made at every letter typed.
    printable = show_unprintable([course.plan.model_dump_json()], "No document can be printed")
    choice = _calendar_choice(session.calendar, course.plan.site.calendar)
    files = session.files
    files.collect()
    job = Job(course=course, library=library, printed_at=clock.now(), calendar=choice)

    def show(form: Format) -> None:
        _show_format(files, form, job, enabled=not waiting and (printable or not form.on_paper))

    first, *others = formats_of(course)
    # What was waited for is at hand at once.
    prepared = [one for one in others if _is_long(one, course) and _name(one, job) in files.kept]
    with st.container(horizontal=True, gap="small", key="downloads"):
        show(first)
        for form in prepared:
            show(form)
        menu = st.popover("Other files", key="other-files", on_change="rerun")
        if menu.open:
            with menu:
                for form in others:
                    if form not in prepared:
                        show(form)
                _show_plan_files(course, choice, enabled=not waiting)
    _show_making(files)
    show_html(
        quiet(f"Discreet files name no drug, dose or disease. {how_to_import()}"),
    )


def how_to_import() -> str:
    """Return what a person must know before a later file is imported over an earlier one."""
    return (
        "Keep one calendar for each plan, and import a later file whole into an emptied one: "
        "Thunderbird leaves the events that it has at their earlier dates, a few programs (Outlook "
        "on the desktop, calcurse) show them twice. Thunderbird follows a file that it subscribes "
        "to (New Calendar, On the Network, file:///...), where each later one is saved over it. A "
        "calendar that subscribes to a link follows every change."
    )


def _show_check(course: Course) -> None:
    if course.checked.state in {"void", "sent back"}:
        show_html(reason(level_mark("WARN"), f" {course.checked}. Every file says so."))


def _needs(waiting: int) -> str:
    count = "1 finding above is" if waiting == 1 else f"{waiting} findings above are"
    return (
        f"Nothing can be downloaded until {count} acknowledged with a tick, a reason and initials."
    )


def show_unprintable(texts: list[str], refusal: str) -> bool:
    """Show which characters cannot be printed, and return whether all of them can."""
    # The fonts are read only where a paper may be printed.
    from schedules.outputs.paper.glyphs import find_unprintable

    problems = find_unprintable(texts)
    if problems:
        show_html(reason(f"{refusal}: {'; '.join(map(str, problems))}."))
    return not problems


def _show_plan_files(course: Course, choice: CalendarChoice, *, enabled: bool) -> None:
    def write_changed() -> bytes:
        from schedules.outputs.calendar.ics import to_ics

        return to_ics(course, choice=choice, since=number)

    stem = _stem(course)
    if changes := course.plan.changes:
        # What was decided at once, as going back over several changes is, belongs together.
        number = next(n for n, one in enumerate(changes, 1) if one.when == changes[-1].when)
        _show_button(
            "Calendar, only what changed last (.ics)",
            write_changed,
            file_name=f"{stem}-change-{number}.ics",
            mime="text/calendar",
            key="download-changed",
            enabled=enabled,
        )
    show_plan_file(course, enabled=enabled)


def show_plan_file(course: Course, *, enabled: bool = True) -> None:
    """Offer the plan itself: it keeps what was entered, also where a STOP stands."""
    _show_button(
        "Plan file (.json)",
        lambda: course.plan.to_json().encode(),
        file_name=f"{_stem(course)}.plan.json",
        mime="application/json",
        key="download-plan",
        enabled=enabled,
    )


def _show_button(
    label: str,
    write: Callable[[], bytes],
    *,
    file_name: str,
    mime: str,
    key: str,
    enabled: bool,
) -> None:
    first = FORMATS[0]
    st.download_button(
        label,
        write,
        file_name=file_name,
        mime=mime,
        key=key,
        on_click="ignore",
        disabled=not enabled,
        type="primary" if label == f"{first.title} (.{first.ending})" else "secondary",
    )


def _show_format(files: Files, form: Format, job: Job, *, enabled: bool) -> None:
    """Offer a file, made at the click; a long one is prepared first, which can be watched."""
    course, label = job.course, f"{form.title} (.{form.ending})"
    key = f"{form.to}-{form.what}-{form.discreet}"

    def write(progress: Progress = unreported) -> bytes:
        return form.write(dataclasses.replace(job, progress=progress))

    long = _is_long(form, course)
    if long and _name(form, job) not in files.kept:
        st.button(
            f"Prepare: {label}",
            key=f"prepare-{key}",
            on_click=files.begin,
            args=(_name(form, job), form.title, write),
            disabled=not enabled or files.making is not None,
        )
        return
    _show_button(
        f"Download: {label}" if long else label,
        lambda: files.write(_name(form, job), write),
        file_name=_file_name(form, course),
        mime=form.mime,
        key=f"download-{key}",
        enabled=enabled,
    )


def _is_long(form: Format, course: Course) -> bool:
    """Whether a file is prepared first, since making it takes a while."""
    return form.at_once is not None and count_rows(course) > form.at_once


def _name(form: Format, job: Job) -> Hashable:
    """Return all that a file is made of; one that states when it was printed lasts that day."""
    course = job.course
    acknowledged = tuple(entry.model_dump_json() for entry in course.acknowledged)
    made_of = (course.plan.hash, str(course.checked), acknowledged, repr(job.calendar))
    return (*made_of, form.to, form.what, form.discreet, job.library, job.printed_at.date())


def _show_making(files: Files) -> None:
    """Show how far the file in the making is, with a way to give it up."""
    if files.making is None:
        return
    with st.container(key="making"):
        st.fragment(_watch, run_every=_LOOK_SECONDS)(files)


def _watch(files: Files) -> None:
    making = files.making
    if making is None or making.content is not None:
        st.rerun()
    if making.failed:
        show_html(reason(level_mark("WARN"), f" {making.title} could not be made. Try again."))
    else:
        st.progress(making.share, text=f"{making.title}: {making.share:.0%}")
    if st.button("Close" if making.failed else "Cancel", key="cancel-making"):
        files.cancel()
        st.rerun()


def _stem(course: Course) -> str:
    label = _UNSAFE_IN_A_FILE_NAME.sub("-", course.plan.patient.label).strip("-") or "plan"
    return f"{label}-{course.regimen.id}"


def _file_name(form: Format, course: Course) -> str:
    """Return a name made of patient and regimen; of neither where the file is discreet."""
    if form.discreet:
        return f"appointments-{short_hash(course)}.{form.ending}"
    what = f"-{form.what}" if form.what else ""
    return f"{_stem(course)}{what}.{form.ending}"


def _calendar_choice(entries: CalendarEntries, site: CalendarChoice) -> CalendarChoice:
    """Ask how the calendar is to be written; what is left open is as the site has it."""
    ways = st.expander("How the calendar is written", key="calendar-form", on_change="rerun")
    if ways.open:
        with ways:
            _ask_how_it_is_written(Form(entries, "calendar"), site)
    alarm = entries.alarm
    if alarm:
        try:
            read("duration", alarm)
        except InputError:
            alarm = ""  # what is wrong stands beneath the field
    chosen = {"oral": entries.oral, "times": entries.times, "alarm": alarm}
    return site.model_copy(update={key: value for key, value in chosen.items() if value})


def _ask_how_it_is_written(form: Form, site: CalendarChoice) -> None:
    words = _WAYS.__getitem__
    form.choice(
        "oral",
        f"Doses by mouth (site: {site.oral})",
        ["each", "run"],
        words=words,
        horizontal=False,
    )
    form.choice(
        "times",
        f"Clock times (site: {site.times})",
        ["utc", "zone"],
        words=words,
        horizontal=False,
    )
    form.text(
        "alarm",
        "Alarm before each timed event",
        "30 min" if site.alarm == "none" else site.alarm,
        says_quantity("duration"),
        help_text=f"A length of time. Left empty, it is as the site has it: {site.alarm}.",
    )


def provenance_line(course: Course) -> h.Renderable:
    """Return the line that every output carries, for the page."""
    return h.p(".provenance")[f"{provenance(course)}; times in {course.plan.zone}"]
