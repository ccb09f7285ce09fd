"""The Change screen: a change is seen before it counts, and the calendar is repaired after it."""

from __future__ import annotations

import datetime as dt
from functools import partial

import htpy as h
import streamlit as st

from dosing.errors import InputError, KnowledgeError
from schedules.course.apply_change import find
from schedules.course.course import Course
from schedules.course.gates import gate_named, proposals
from schedules.course.read_change import decide, with_change
from schedules.course.rows import Occasion
from schedules.course.work_out import course as work_out
from schedules.knowledge.library import Library
from schedules.plans.changes import SCOPES, Change, Result
from schedules.plans.plan import Plan
from screens.access.sign_in import signed_in
from screens.forms.change import (
    SCOPED,
    Asking,
    Typed,
    ask_details,
    ask_kind,
    ask_row,
    begin,
    choosable,
    key_of,
)
from screens.forms.plan_file import read_plan_file, show_not_opened, typed_entries
from screens.marks import (
    empty_panel,
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
from screens.parts.fields import Form, short
from screens.parts.history import show_history, show_planned_and_now
from screens.parts.ward import ward_calendar
from screens.state import clock
from screens.state.knowledge import library as read_knowledge
from screens.state.session import ChangeEntries, Session, current_session

_FULL_SCOPES = {"day": "this day", "cycle": "this cycle", "later": "later"}


def _now() -> dt.datetime:
    return clock.now().astimezone(dt.UTC)


def main() -> None:
    """Show the screen: the course, a change of it with its preview, its history, its files."""
    session, knowledge = current_session(), read_knowledge()
    show_html(h.h1(".hidden")["Change a course"])
    _take_planned(session)
    plan = session.change.plan
    if plan is None:
        _begin(session)
        return
    try:
        course = work_out(plan, knowledge)
    except (InputError, KnowledgeError) as error:
        show_html(problem_panel("This plan cannot be calculated", error.problems))
        _show_upload(session)
        return
    _show_course(session, course, knowledge)


def _show_course(session: Session, course: Course, knowledge: Library) -> None:
    _show_head(course)
    form, after, files = st.container(), st.container(), st.container()
    with files:  # what is acknowledged here goes with the next change
        course = _show_files(session, course, knowledge)
    keep = partial(_keep, session)
    with form:
        _show_calendar(session.change, course)
        _show_proposals(session.change, course)
        _ask_change(session, course, knowledge)
    with after:
        show_planned_and_now(session.change, course)
        show_history(session.change, course, keep)
        ward_calendar(session.change, course, knowledge, now=_now(), keep=keep)
    with files, st.expander("Change another plan", key="another-plan"):
        _show_upload(session)


def _take_planned(session: Session) -> None:
    """Take over the plan of the Plan screen, unless decisions made here would be lost by it."""
    entries, planned = session.change, session.planned
    if planned == entries.taken:
        return
    mine = entries.plan
    same = (
        mine is not None
        and planned is not None
        and (planned.id, planned.changes) == (mine.id, mine.changes)
    )
    if mine is None or same or (mine == entries.taken and not mine.changes):
        entries.plan = entries.taken = planned
        if not same:
            begin(entries)
            entries.ward = None
        return
    if planned is not None:
        name = h.strong[f"{planned.patient.label}, {planned.regimen.id}"]
        show_html(
            reason(
                "The Plan screen holds another plan: ",
                name,
                ". Below is the one whose changes were decided here; save its plan file first.",
            )
        )
        st.button(
            "Switch to the plan of the Plan screen",
            key="go-over",
            on_click=_work_on,
            args=(session, planned),
        )


def _work_on(session: Session, plan: Plan) -> None:
    entries = session.change
    entries.plan, entries.taken, entries.ward, entries.problems = plan, session.planned, None, ()
    begin(entries)


def _begin(session: Session) -> None:
    steps = (
        "Make a plan on the Plan screen, or open a plan file here.",
        "Choose a dose on its calendar, and what happens to it.",
        "See every date, dose and total before and after, then confirm with the reason.",
    )
    show_html(
        empty_panel(
            "A change is seen before it counts",
            h.p["There is no plan here yet."],
            h.ol[[h.li[step] for step in steps]],
        )
    )
    _show_upload(session)


def _show_upload(session: Session) -> None:
    st.file_uploader(
        "Plan file",
        type="json",
        key=f"change-upload-{session.uploads}",
        on_change=_open,
        args=(session,),
    )
    show_not_opened(session.change.problems)


def _open(session: Session) -> None:
    plan = read_plan_file(f"change-upload-{session.uploads}")
    if isinstance(plan, Plan):
        _work_on(session, plan)
        session.uploads += 1
    elif plan:
        session.change.problems = plan


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


def _show_proposals(entries: ChangeEntries, course: Course) -> None:
    """Show what a gate proposes for the result that was entered last; a person decides."""
    last = course.plan.changes[-1] if course.plan.changes else None
    if not isinstance(last, Result):
        return
    row = find(last.at, course.every)
    gate = gate_named(last.gate, row, course.regimens)
    offered = proposals(gate, last.at, last.value)
    if not offered:
        return
    with st.container(key="proposed", gap="small"):
        result = f"{last.at}: {gate.what} {last.value} {gate.unit}, not reached."
        show_html(h.p(".sentence")[f"{result} The regimen proposes:"])
        with st.container(horizontal=True, gap="small"):
            for one in offered:
                st.button(
                    one.text[:1].upper() + one.text[1:],
                    key=f"propose-{short(one.text)}",
                    on_click=_fill,
                    args=(entries, row.id, one.kind, one.typed),
                )


def _fill(entries: ChangeEntries, row: str, kind: str, typed: Typed) -> None:
    """Fill in the form with what is proposed; it is still seen and confirmed."""
    begin(entries, row=row, kind=kind)
    entries.scope = _FULL_SCOPES.get(typed.get("scope", ""))
    entries.why = typed.get("why", "")
    entries.texts = {name: typed[name] for name in ("by", "give") if name in typed}


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
        change = decide(kind, typed, course, knowledge, who=who, why=why, when=_now())
        after = with_change(course.plan, change, knowledge)
    except InputError as error:
        show_html(needed_panel(error.problems, {"by": "By how long, or to which day"}))
        return
    ways_out = _ways_out(course, knowledge, kind, typed) if after.stopped else []
    with st.container(key="preview", gap="small"):
        show_preview(change, course, after, ways_out)
        _ask_confirmation(session, after, change)


def _ways_out(course: Course, knowledge: Library, kind: str, typed: Typed) -> list[str]:
    """Name the other scopes, and leaving the dose out, where they are not stopped."""
    others: list[tuple[str, str, Typed]] = []
    if kind in SCOPED:
        others += [
            (f"the same for {words}", kind, {**typed, "scope": scope})
            for scope, words in SCOPES.items()
            if scope != typed["scope"]
        ]
    if kind == "defer":
        others.append(("omit this day's dose", "omit", {**typed, "scope": "this day"}))
    return [words for words, other, fields in others if _is_open(course, knowledge, other, fields)]


def _is_open(course: Course, knowledge: Library, kind: str, typed: Typed) -> bool:
    try:
        change = decide(kind, typed, course, knowledge, who="-", why="-", when=_now())
        return not with_change(course.plan, change, knowledge).stopped
    except InputError:
        return False


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
        _keep(session, after.plan)
        st.rerun()


def _keep(session: Session, plan: Plan) -> None:
    """Let a changed plan count, on this screen and, if it is the same one, on the Plan screen."""
    entries = session.change
    entries.plan, entries.state = plan, 0
    begin(entries)
    if session.planned is not None and session.planned.id == plan.id:
        # The Plan screen must not give out the course as it was before.
        session.planned = entries.taken = session.opened = plan
        session.opened_entries = typed_entries(session.plan)


def _show_files(session: Session, course: Course, knowledge: Library) -> Course:
    """Ask for what must be acknowledged and offer the files of the course as it stands."""
    if course.stopped:
        show_html(quiet("Nothing can be downloaded while a STOP stands."))
        return course
    course = confirm(session, course)
    show_downloads(session, course, knowledge)
    return course


main()
