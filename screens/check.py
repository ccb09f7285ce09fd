"""The Check screen: another person verifies a plan, and signs this content or sends it back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from functools import partial

import htpy as h
import streamlit as st

from dosing.errors import InputError, KnowledgeError
from dosing.trace import RefusedError
from records.roles import Actor
from records.signature import Outcome, checked
from records.store import Store
from records.versions import SavedMeanwhileError
from schedules.course.course import Course
from schedules.course.work_out import course as work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.review.checklist import checklist
from screens.access.sign_in import signed_in
from screens.forms.check import (
    ask_reason,
    ask_remarks,
    ask_ticks,
    ask_who,
    is_open_to,
    named_actor,
    tick_key,
)
from screens.forms.plan_file import read_plan_file
from screens.marks import empty_panel, problem_panel, quiet, reason, show_html, title
from screens.parts.checked_plan import (
    changes_since_signed,
    check_state,
    show_planned,
    show_verified,
)
from screens.parts.downloads import provenance_line
from screens.parts.fields import short
from screens.parts.meanwhile import (
    saved_meanwhile,
    show_meanwhile,
    signed_meanwhile,
    version_looked_at,
)
from screens.state import clock
from screens.state.knowledge import library as read_knowledge
from screens.state.records import store as open_records
from screens.state.records import with_its_check
from screens.state.session import CheckEntries, Session, current_session

_OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("signed", "Sign"),
    ("signed with remarks", "Sign with remarks"),
    ("sent back", "Send back with reasons"),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What an act is done with: the entries, the records, the plan, the knowledge."""

    entries: CheckEntries
    records: Store
    plan: Plan
    knowledge: Library


def _now() -> dt.datetime:
    return clock.now().astimezone(dt.UTC)


def main() -> None:
    """Show the screen: the state of this content, the plan, what is verified, the decision."""
    session, knowledge = current_session(), read_knowledge()
    entries = session.check
    show_html(h.h1(".hidden")["Check a plan"])
    try:
        records = open_records()
    except InputError as error:
        show_html(problem_panel("The records cannot be opened", error.problems))
        return
    plan = entries.plan or _plan_of_the_session(session)
    if plan is None:
        _begin()
    else:
        _check(session, _Desk(entries=entries, records=records, plan=plan, knowledge=knowledge))
    with st.expander("Check another plan", key="another-to-check", expanded=plan is None):
        _choose(entries, records)


def _plan_of_the_session(session: Session) -> Plan | None:
    """Return the plan that was worked on last: as it was changed, or as the Plan screen has it."""
    changed = session.change
    if changed.plan is not None and changed.taken == session.planned:
        return changed.plan
    return session.planned


def _begin() -> None:
    steps = (
        "Make a plan on the Plan screen, or choose a saved one below.",
        "Hand it over for the check: it is saved in the records.",
        "A pharmacist who did not plan it verifies each line, then signs it or sends it back.",
    )
    show_html(
        empty_panel(
            "Another person checks the plan",
            h.p["There is no plan here yet."],
            h.ol[[h.li[step] for step in steps]],
        )
    )


def _choose(entries: CheckEntries, records: Store) -> None:
    saved = {
        f"{one.plan.patient.label}, {one.plan.regimen.id}, {one}": one.plan
        for one in records.plans()
        if one.plan is not None
    }
    name = st.selectbox(
        "From the records",
        list(saved),
        index=None,
        key="check-saved",
        placeholder="a plan that was handed over" if saved else "nothing was handed over yet",
    )
    if name:
        st.button("Check this plan", key="check-take", on_click=_take, args=(entries, saved[name]))
    st.file_uploader(
        "Plan file",
        type="json",
        key=f"check-upload-{entries.uploads}",
        on_change=_upload,
        args=(entries,),
    )
    if entries.plan is not None:
        st.button(
            "Back to the plan of this session",
            key="check-back",
            type="tertiary",
            on_click=_take,
            args=(entries, None),
        )


def _take(entries: CheckEntries, plan: Plan | None) -> None:
    entries.plan, entries.problems, entries.done = plan, (), ""


def _upload(entries: CheckEntries) -> None:
    plan = read_plan_file(f"check-upload-{entries.uploads}")
    if isinstance(plan, Plan):
        _take(entries, plan)
        entries.uploads += 1
    elif plan:
        entries.problems = plan


def _check(session: Session, desk: _Desk) -> None:
    entries, records, plan, knowledge = desk.entries, desk.records, desk.plan, desk.knowledge
    try:
        course = with_its_check(work_out(plan, knowledge), knowledge)
    except (InputError, KnowledgeError) as error:
        show_html(problem_panel("This plan cannot be calculated", error.problems))
        return
    content = checked(plan, knowledge).sha256
    if entries.content != content:
        entries.content, entries.ticked, entries.remarks, entries.reasons = content, {}, "", {}
    _show_outcome(entries)
    versions = records.versions(plan.id)
    looked_at = version_looked_at(session, plan, versions)
    meanwhile = saved_meanwhile(plan, looked_at, versions)
    if meanwhile is not None:
        show_meanwhile(meanwhile, knowledge, take=partial(_take, entries))
    show_html(check_state(course.checked))
    if since := changes_since_signed(records, plan, knowledge):
        show_html(since)
    listed = checklist(course, knowledge)
    left, right = st.columns(2, gap="large")
    with left:
        show_planned(course, listed)
    with right:
        show_verified(listed)
        show_html(title("Checklist"))
        ask_ticks(entries, listed)
        _decide(session, desk, course, meanwhile)
    show_html(provenance_line(course))


def _show_outcome(entries: CheckEntries) -> None:
    if entries.problems:
        show_html(problem_panel("Not done", entries.problems))
    if entries.done:
        show_html(reason(entries.done))


def _decide(
    session: Session, desk: _Desk, course: Course, meanwhile: SavedMeanwhileError | None
) -> None:
    proved = signed_in()
    if proved is None and not ask_who(desk.entries):
        return
    versions = desk.records.versions(desk.plan.id)
    if not versions or versions[-1].plan != desk.plan:
        _ask_to_hand_over(session, desk, proved, meanwhile)
        return
    show_html(quiet(f"In the records: {versions[-1]}."))
    if course.checked.state != "checked" and is_open_to(proved, "acknowledge", explained=False):
        _ask_to_acknowledge(desk)
    if is_open_to(proved, "sign"):
        _ask_to_sign(desk)


def _ask_to_hand_over(
    session: Session, desk: _Desk, proved: Actor | None, meanwhile: SavedMeanwhileError | None
) -> None:
    number = session.looked_at[desk.plan.id]
    word = f"version {number} is saved" if number else "it is not in the records yet"
    label = "Hand over for the check"
    if meanwhile is not None:
        # Whoever has read what the first did may go on from there; the first version stays.
        number = meanwhile.theirs[-1].version
        word, label = f"version {number} is saved", f"Hand over mine after version {number}"
        if meanwhile.base is not None and meanwhile.base.plan == desk.plan:
            show_html(reason(f"This is version {meanwhile.base.version}; {word}."))
            return
    show_html(reason(f"This content was not handed over: {word}."))
    if is_open_to(proved, "save"):
        st.button(
            label,
            key="check-hand-over",
            type="secondary" if meanwhile else "primary",
            on_click=_hand_over,
            args=(session, desk, number),
        )


def _ask_to_acknowledge(desk: _Desk) -> None:
    for finding in desk.records.waiting(desk.plan, desk.knowledge):
        if finding.level != "WARN":
            continue
        with st.container(key=f"warn-check-{short(finding.code)}", gap="small"):
            ask_reason(desk.entries, finding)
            st.button(
                "Acknowledge",
                key=f"check-acknowledge-{finding.code}",
                on_click=_acknowledge,
                args=(desk, finding.code),
            )


def _ask_to_sign(desk: _Desk) -> None:
    ask_remarks(desk.entries)
    signatures = len(desk.records.signatures(desk.plan.id))
    with st.container(horizontal=True, gap="small", key="check-decide"):
        for outcome, label in _OUTCOMES:
            st.button(
                label,
                key=f"check-{outcome.replace(' ', '-')}",
                on_click=_sign,
                args=(desk, outcome, signatures),
                type="primary" if outcome == "signed" else "secondary",
            )


def _hand_over(session: Session, desk: _Desk, version: int) -> None:
    def save(who: Actor) -> str:
        saved = desk.records.save(desk.plan, who, expected_version=version, at=_now())
        session.looked_at[desk.plan.id] = saved.version
        return f"Saved: {saved}."

    _act(desk.entries, save)


def _acknowledge(desk: _Desk, code: str) -> None:
    def acknowledge(who: Actor) -> str:
        reason = desk.entries.reasons.get(code) or ""
        desk.records.acknowledge(
            desk.plan, desk.knowledge, who, code=code, reason=reason, at=_now()
        )
        return f"Acknowledged: {code}."

    _act(desk.entries, acknowledge)


def _sign(desk: _Desk, outcome: Outcome, seen: int) -> None:
    """Sign, unless somebody has signed or sent back since the signatures that were on screen."""
    entries, records, plan = desk.entries, desk.records, desk.plan
    if first := signed_meanwhile(records.signatures(plan.id), seen):
        entries.done, entries.problems = "", first
        return

    def sign(who: Actor) -> str:
        # As the boxes stand at the press: the run that followed the last tick may be cut short.
        ticked = [key for key in entries.ticked if st.session_state.get(tick_key(entries, key))]
        done = records.sign(
            plan,
            desk.knowledge,
            who,
            outcome=outcome,
            remarks=entries.remarks,
            ticked=ticked,
            at=_now(),
        )
        return f"Saved: {done.outcome} by {done}."

    _act(entries, sign)


def _act(entries: CheckEntries, act: Callable[[Actor], str]) -> None:
    """Let the signed-in person act, or on one desk a named one; a refusal says why."""
    entries.done, entries.problems = "", ()
    try:
        entries.done = act(signed_in() or named_actor(entries))
    except InputError as error:
        entries.problems = tuple(map(str, error.problems))
    except RefusedError as error:
        entries.problems = tuple(finding.text for finding in error.findings)
    except SavedMeanwhileError as error:
        entries.problems = (str(error),)


main()
