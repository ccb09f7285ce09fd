"""The Change screen: a change is seen before it takes effect, and then repairs the calendar."""

from __future__ import annotations

import datetime as dt
from functools import partial

import htpy as h
import streamlit as st

from dosing.errors import InputError, KnowledgeError
from schedules.course.course import Course
from schedules.course.read_change import read_change, with_change
from schedules.course.rows import Occasion
from schedules.knowledge.library import Library
from schedules.plans.changes import Change
from screens.access.sign_in import signed_in
from screens.forms.change import (
    Asking,
    Typed,
    ask_details,
    ask_kind,
    ask_row,
    begin,
    choosable,
    key_of,
)
from screens.forms.changed_plan import keep_plan, show_begin, show_upload, take_planned
from screens.forms.proposals import show_proposals, ways_out
from screens.marks import (
    problem_panel,
    quiet,
    reason,
    show_html,
    title,
)
from screens.parts.calendar_events import show_calendar
from screens.parts.card import needed_panel, regimen_head, show_stops
from screens.parts.change_preview import show_preview
from screens.parts.confirm import confirm
from screens.parts.course_calendar import Touched
from screens.parts.downloads import show_downloads
from screens.parts.draft import show_draft
from screens.parts.fields import Form, short
from screens.parts.history import show_history, show_planned_and_now
from screens.parts.ward import ward_calendar
from screens.state import clock
from screens.state.courses import course_of
from screens.state.knowledge import library as read_knowledge
from screens.state.session import ChangeEntries, Session, current_session


def _now() -> dt.datetime:
    return clock.now().astimezone(dt.UTC)


def main() -> None:
    """Show the screen: the course, a change of it with its preview, its history, its files."""
    session, knowledge = current_session(), read_knowledge()
    show_html(h.h1(".hidden")["Change a course"])
    take_planned(session)
    plan = session.change.plan
    if plan is None:
        show_begin(session)
        return
    try:
        course = course_of(session, plan, knowledge)
    except (InputError, KnowledgeError) as error:
        show_html(problem_panel("This plan cannot be calculated", error.problems))
        show_upload(session)
        return
    _show_course(session, course, knowledge)


def _show_course(session: Session, course: Course, knowledge: Library) -> None:
    _show_head(course)
    form, after, files = st.container(), st.container(), st.container()
    with files:  # what is acknowledged here goes with the next change
        course = _show_files(session, course, knowledge)
    keep = partial(keep_plan, session)
    with form:
        _show_calendar(session.change, course)
        show_proposals(session.change, course)
        _ask_change(session, course, knowledge)
    with after:
        show_planned_and_now(session.change, course)
        show_history(session.change, course, keep)
        ward_calendar(session.change, course, knowledge, now=_now(), keep=keep)
    with files:
        with st.expander("Change another plan", key="another-plan"):
            show_upload(session)
        show_draft()


def _show_head(course: Course) -> None:
    show_html(regimen_head(course.regimen, other_dose=course.plan.dose))
    others = "".join(f", {one.title}" for one in course.regimens[1:])
    count = len(course.plan.changes)
    changes = "not changed yet" if not count else f"{count} change{'' if count == 1 else 's'}"
    show_html(h.p(".lead")[h.strong[course.plan.patient.label], f"{others}, {changes}"])
    show_stops(course.findings)


def _show_calendar(entries: ChangeEntries, course: Course) -> None:
    def touch(touched: Touched) -> None:
        row = choosable(course).get(touched.id)
        if row is None or touched.to == row.date.isoformat():
            return
        # A decision moves with its dose, never by itself.
        dropped = "" if isinstance(row, Occasion) and row.kind == "decision" else touched.to
        begin(entries, row=row.id, kind="defer" if dropped else None)
        if dropped:
            entries.texts["to"] = dropped

    show_calendar(course, key="change-calendar", on_touch=touch)
    show_html(
        quiet(
            "Click a dose to change it, or drag it to another day. "
            "Nothing moves before it is confirmed."
        )
    )


def _ask_change(session: Session, course: Course, knowledge: Library) -> None:
    entries = session.change
    with st.container(key="change-form"):
        show_html(title("One change"))
        rows = choosable(course)
        row = ask_row(entries, rows) if rows else None
        if row is None:
            hint = "Choose a dose: its actions open here." if rows else "No dose is left to change."
            show_html(quiet(hint))
            return
        kind = ask_kind(entries, row, course)
        if kind is None:
            return
        asking = Asking(
            entries=entries,
            row=row,
            course=course,
            knowledge=knowledge,
            today=clock.now().date(),
        )
        typed = ask_details(kind, asking)
        _ask_why(entries)
    _show_preview(session, course, knowledge, kind, typed)


def _ask_why(entries: ChangeEntries) -> None:
    why, who = st.columns([3, 1])
    with why:
        Form(entries, key_of(entries)).text("why", "Reason", "neutrophils 0.9")
    with who:
        if proved := signed_in():
            entries.who = proved.name
            show_html(quiet("Who decides"), h.p[proved.name])
        else:
            Form(entries, "change").text(
                "who", "Who decides", "AB", help_text="Initials or a role; saved with the change."
            )


def _show_preview(
    session: Session, course: Course, knowledge: Library, kind: str, typed: Typed
) -> None:
    """Show what the change would do, recalculated from what stands in the fields now."""
    entries = session.change
    who, why = entries.who or "-", entries.why or "-"
    try:
        change = read_change(kind, typed, course, knowledge, who=who, why=why, when=_now())
        after = with_change(course.plan, change, knowledge)
    except InputError as error:
        show_html(needed_panel(error.problems, {"by": "By how long, or to which day"}))
        return
    instead = ways_out(course, knowledge, kind, typed, now=_now()) if after.stopped else []
    with st.container(key="preview", gap="small"):
        show_preview(change, course, after, instead)
        _ask_confirmation(session, after, change)


def _ask_confirmation(session: Session, after: Course, change: Change) -> None:
    """Ask for the confirmation of exactly what stands above."""
    entries = session.change
    missing = [
        words
        for words, lacks in (
            ("a STOP stands above", after.stopped),
            ("the reason is missing", not entries.why),
            ("who decides is missing", not entries.who),
        )
        if lacks
    ]
    if missing:
        show_html(reason(f"It cannot be confirmed: {'; '.join(missing)}."))
    # The button belongs to this preview: with other entries it is another button, so that a press
    # never confirms what was not yet seen.
    content = change.model_dump_json(exclude={"when"})
    plan = entries.plan.hash if entries.plan else ""
    pressed = st.button(
        "Confirm this change",
        key=f"confirm-change-{short(content + plan)}",
        type="primary",
        disabled=bool(missing),
    )
    if pressed:
        keep_plan(session, after.plan)
        st.rerun()


def _show_files(session: Session, course: Course, knowledge: Library) -> Course:
    """Ask for what must be acknowledged and offer the files of the course as it stands."""
    if course.stopped:
        show_html(quiet("Nothing can be downloaded while a STOP stands."))
        return course
    course = confirm(session, course)
    show_downloads(session, course, knowledge)
    return course


main()
