"""A course is changed where it stands: asked for, seen before it takes effect, and taken back."""

from __future__ import annotations

import datetime as dt
from functools import partial

import htpy as h
import streamlit as st

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.read_change import may_be_kept, read_change, with_change
from schedules.knowledge.library import Library
from schedules.plans.changes import Change
from schedules.plans.patient_reading import read_date
from screens.access.sign_in import signed_in
from screens.forms.change import (
    Asking,
    Row,
    Typed,
    ask_details,
    ask_kind,
    ask_row,
    begin,
    choosable,
    key_of,
)
from screens.forms.changed_plan import keep_plan
from screens.forms.due_reviews import show_due_reviews
from screens.forms.proposals import show_proposals, ways_out
from screens.marks import date_text, quiet, reason, show_html, title
from screens.parts.calendar_events import can_move, show_calendar
from screens.parts.card import needed_panel
from screens.parts.change_preview import show_preview
from screens.parts.course_calendar import Touched
from screens.parts.dose_drawer import open_drawer, row_of
from screens.parts.fields import Form, short
from screens.parts.history import show_history, show_planned_and_now
from screens.parts.ward import ward_calendar
from screens.state import clock
from screens.state.session import ChangeEntries, Session

# The fields of a change whose question is not their name.
_QUESTIONS = {
    "by": "By how long, or to which day",
    "give": "What is given",
    "scope": "How far",
}
_DAYS = {"record": "Given on", "outcome": "Held on"}


def _now() -> dt.datetime:
    return clock.now().astimezone(dt.UTC)


def show_changing_calendar(entries: ChangeEntries, course: Course) -> None:
    """Show the calendar on which a dose is chosen, and dragged to another day."""

    def touch(touched: Touched) -> None:
        row = row_of(course, touched.id)
        if row is None or touched.to in ("", row.date.isoformat()) or not can_move(row):
            open_dose(entries, touched.id)
            return
        begin(entries, row=row.id, kind="defer")
        entries.texts["to"], entries.scope = touched.to, "this day"

    proposed = _proposed(entries, course)
    show_calendar(course, on_touch=touch, movable=True, tests=entries.asked, proposed=proposed)


def open_dose(entries: ChangeEntries, name: str) -> None:
    """Look at the dose with an id in its drawer."""
    begin(entries, row=name)
    entries.in_drawer = True


def _proposed(entries: ChangeEntries, course: Course) -> tuple[str, dt.date] | None:
    """Return the dose that is about to be deferred, and its day, while that can be read."""
    if entries.row is None or entries.kind != "defer":
        return None
    row = choosable(course).get(entries.row)
    try:
        return (row.id, read_date(entries.texts.get("to"), "to")) if row is not None else None
    except InputError:
        return None


def show_changes(session: Session, course: Course, knowledge: Library) -> None:
    """Show what waits for a decision, the change that is asked for, and those that were made."""
    entries, keep = session.change, partial(keep_plan, session)
    if course.proposals:
        show_proposals(entries, course, knowledge, now=_now())
    show_due_reviews(entries, course, clock.now().date(), coming=entries.asked)
    if course.stopped_from:
        _offer_to_cease(entries, course)
    _ask_change(session, course, knowledge)
    if course.plan.changes:
        show_planned_and_now(entries, course)
        show_history(entries, course, ask_why=partial(_ask_why, of="undo"), keep=keep)
    if entries.asked or entries.ward is not None:
        ward_calendar(entries, course, knowledge, now=_now(), keep=keep)


def _offer_to_cease(entries: ChangeEntries, course: Course) -> None:
    """Say from when nothing is given, and offer to cease the course from there."""
    stopped = [row for row in choosable(course).values() if row.state == "stopped"]
    if not stopped:
        return
    first = stopped[0]
    day = date_text(first.date)
    show_html(
        reason(
            f"No dose is given from {day} on while this stands. Cease the course from there, or "
            "correct the facts: both are changes, and nothing that was entered is lost."
        )
    )
    st.button(
        f"Cease from {day} on",
        key="cease-stopped",
        on_click=partial(begin, entries, row=first.id, kind="cease"),
    )


def _ask_change(session: Session, course: Course, knowledge: Library) -> None:
    """Ask for one change: in the drawer of the dose while it is open, else below the views."""
    entries = session.change
    looked_at = row_of(course, entries.row or "") if entries.in_drawer else None
    if looked_at is not None:
        act = partial(_ask_in_drawer, session, course, knowledge)
        open_drawer(looked_at, course, act=act, close=partial(_leave_drawer, entries))
    if looked_at is not None or not entries.is_open:
        st.button("Change or record a dose", key="ask-change", on_click=_ask, args=(entries,))
        return
    rows = choosable(course)
    with st.container(key="change-form"):
        show_html(h.div("#one-change"), title("One change"))
        row = ask_row(entries, rows) if rows else None
        if row is None:
            hint = "Choose a dose: its actions open here." if rows else "No dose is left to change."
            show_html(quiet(hint))
        asked = _ask_about(session, course, knowledge, row) if row is not None else None
        st.button("Change nothing", key="ask-nothing", on_click=_leave, args=(entries,))
    if asked is not None:
        _show_preview(session, course, knowledge, *asked)


def _ask(entries: ChangeEntries) -> None:
    begin(entries)
    entries.asked = True


def _leave(entries: ChangeEntries) -> None:
    begin(entries)
    entries.asked, entries.ward = False, None


def _ask_in_drawer(session: Session, course: Course, knowledge: Library) -> None:
    row = choosable(course).get(session.change.row or "")
    if row is None:
        show_html(
            quiet(
                "What was given or left out is not changed; go back over the change that said so."
            )
        )
        return
    asked = _ask_about(session, course, knowledge, row)
    if asked is not None:
        _show_preview(session, course, knowledge, *asked)


def _leave_drawer(entries: ChangeEntries) -> None:
    """Close the drawer: what was begun in it goes on on the page."""
    entries.in_drawer = False
    if entries.kind is None:
        begin(entries)


def _ask_about(
    session: Session, course: Course, knowledge: Library, row: Row
) -> tuple[str, Typed] | None:
    """Ask what happens to a dose, and all that this needs."""
    entries = session.change
    kind = ask_kind(entries, row, course)
    if kind is None:
        return None
    asking = Asking(
        entries=entries,
        row=row,
        course=course,
        knowledge=knowledge,
        today=clock.now().date(),
    )
    typed = ask_details(kind, asking)
    _ask_why(entries, of=key_of(entries))
    return kind, typed


def _ask_why(entries: ChangeEntries, *, of: str) -> None:
    """Ask for the reason and for who decides; ``of`` begins the keys of the fields."""
    why, who = st.columns([3, 1])
    with why:
        Form(entries, of).text("why", "Reason", "neutrophils 0.9")
    with who:
        if proved := signed_in():
            entries.who = proved.name
            show_html(quiet("Who decides"), h.p[proved.name])
        else:
            Form(entries, "undo" if of == "undo" else "change").text(
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
        show_html(needed_panel(error.problems, {**_QUESTIONS, "on": _DAYS.get(kind, "on")}))
        return
    kept = may_be_kept(change, course, after)
    instead = [] if kept else ways_out(course, knowledge, kind, typed, now=_now())
    with st.container(key="preview", gap="small"):
        show_preview(change, course, after, None if kept else instead)
        _ask_confirmation(session, after, change, may_be_kept=kept)


def _ask_confirmation(
    session: Session, after: Course, change: Change, *, may_be_kept: bool
) -> None:
    """Ask for the confirmation of exactly what stands above."""
    entries = session.change
    missing = [
        words
        for words, lacks in (
            ("a STOP stands above", not may_be_kept),
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
    with st.container(horizontal=True, gap="small"):
        pressed = st.button(
            "Confirm this change",
            key=f"confirm-change-{short(content + plan)}",
            type="primary",
            disabled=bool(missing),
        )
        st.button("Dismiss it", key="dismiss-change", on_click=_dismiss, args=(entries,))
    if pressed:
        keep_plan(session, after.plan)
        st.rerun()


def _dismiss(entries: ChangeEntries) -> None:
    """Let go of what is proposed; the drawer it stands in stays open."""
    row, in_drawer = entries.row, entries.in_drawer
    begin(entries, row=row)
    entries.in_drawer = in_drawer
