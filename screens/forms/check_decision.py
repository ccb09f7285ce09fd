"""What is decided on the Check screen: a plan is handed over, acknowledged, signed or sent back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence

import htpy as h
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dosing.errors import InputError
from dosing.trace import Finding, RefusedError
from records.roles import Actor
from records.signature import Outcome
from records.store import Store
from records.versions import OtherVersionSavedError
from schedules.course.course import Course
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.access.sign_in import signed_in
from screens.forms.check import (
    ask_reason,
    ask_remarks,
    is_known,
    is_open_to,
    named_actor,
    tick_key,
)
from screens.marks import problem_panel, quiet, reason, render, show_html
from screens.parts.confirm import TO_DECIDE
from screens.parts.draft import end_draft_of_course
from screens.parts.focus import move_focus
from screens.parts.other_version import list_later_decisions
from screens.state import clock
from screens.state.session import CheckEntries, Session

_OUTCOMES: tuple[tuple[Outcome, str, str | None], ...] = (
    ("signed", "Sign", "Alt+S"),
    ("signed with remarks", "Sign with remarks", None),
    ("sent back", "Send back with reasons", "Alt+B"),
)


# Each WARN, equal ones together, with the place in which it is acknowledged
Warnings = Sequence[tuple[Sequence[Finding], DeltaGenerator]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an act is done with: the entries, the records, the plan, the knowledge."""

    entries: CheckEntries
    records: Store
    plan: Plan
    knowledge: Library


def now_utc() -> dt.datetime:
    """Return the time now in UTC, as the records keep it."""
    return clock.now().astimezone(dt.UTC)


def decide(
    session: Session,
    desk: Desk,
    course: Course,
    other: OtherVersionSavedError | None,
    warnings: Warnings,
) -> None:
    """Offer what this person may do with the plan, and say beneath it what came of the last act."""
    _offer(session, desk, course, other, warnings)
    _show_outcome(desk.entries)


def _show_outcome(entries: CheckEntries) -> None:
    if entries.problems:
        show_html(h.div("#check-refused")[problem_panel("Not done", entries.problems)])
        move_focus("#check-refused", f"refused {entries.tries}")
    if entries.done:
        show_html(h.div("#check-done")[reason(entries.done)])
        move_focus("#check-done", f"done {entries.tries}")


def _offer(
    session: Session,
    desk: Desk,
    course: Course,
    other: OtherVersionSavedError | None,
    warnings: Warnings,
) -> None:
    """Offer to hand over, acknowledge, sign, send back."""
    proved = signed_in()
    if proved is None and not is_known(desk.entries):
        show_html(quiet("Name and role are needed above before anything is saved."))
        return
    versions = desk.records.versions(desk.plan.record_id)
    if not versions or versions[-1].plan != desk.plan:
        _ask_to_hand_over(session, desk, proved, other)
        return
    show_html(quiet(f"In the records: {versions[-1]}."))
    if course.checked.state != "checked" and is_open_to(proved, "acknowledge", explained=False):
        _ask_to_acknowledge(desk, course, warnings)
    if is_open_to(proved, "sign"):
        _ask_to_sign(desk)


def _ask_to_hand_over(
    session: Session, desk: Desk, proved: Actor | None, other: OtherVersionSavedError | None
) -> None:
    number = session.looked_at[desk.plan.id]
    word = f"version {number} is saved" if number else "it is not in the records yet"
    label = "Hand over for the check"
    if other is not None:
        # Whoever has read what the first did may go on from there; the first version stays.
        number = other.theirs[-1].version
        word, label = f"version {number} is saved", f"Hand over mine after version {number}"
        if other.base is not None and other.base.plan == desk.plan:
            show_html(reason(f"This is version {other.base.version}; {word}."))
            return
    show_html(reason(f"This content has not been handed over: {word}."))
    if is_open_to(proved, "save"):
        st.button(
            label,
            key="check-hand-over",
            type="secondary" if other else "primary",
            on_click=_hand_over,
            args=(session, desk, number),
        )


def _ask_to_acknowledge(desk: Desk, course: Course, warnings: Warnings) -> None:
    """Ask, beneath each WARN that waits, why it may stand; equal ones are acknowledged together."""
    waiting = {finding.code for finding in desk.records.waiting(desk.plan, desk.knowledge)}
    for equal, place in warnings:
        if equal[0].code in course.undecided:
            place.html(render(quiet(TO_DECIDE)))
            continue
        codes = [finding.code for finding in equal if finding.code in waiting]
        if not codes:
            continue
        with place, st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            ask_reason(desk.entries, equal[0])
            st.button(
                "Acknowledge",
                key=f"check-acknowledge-{codes[0]}",
                on_click=_acknowledge,
                args=(desk, equal[0].text, codes),
            )


def _ask_to_sign(desk: Desk) -> None:
    ask_remarks(desk.entries)
    signatures = len(desk.records.signatures(desk.plan.record_id))
    with st.container(horizontal=True, gap="small", key="check-decide"):
        for outcome, label, keys in _OUTCOMES:
            st.button(
                label,
                key=f"check-{outcome.replace(' ', '-')}",
                on_click=_sign,
                args=(desk, outcome, signatures),
                shortcut=keys,
                type="primary" if outcome == "signed" else "secondary",
            )


def _hand_over(session: Session, desk: Desk, version: int) -> None:
    def save(who: Actor) -> str:
        if version or desk.plan.saved_as:
            saved = desk.records.save(desk.plan, who, expected_version=version, at=now_utc())
        else:
            saved = desk.records.save_first(desk.plan, who, at=now_utc())
            session.saved_as[desk.plan.id] = saved.plan_id
        session.looked_at[desk.plan.id] = saved.version
        if desk.entries.plan is None:  # what was typed in this session, and no other plan
            session.change.decided = False
            end_draft_of_course(session)
        return f"Saved: {saved}."

    _act(desk, save)


def _acknowledge(desk: Desk, text: str, codes: list[str]) -> None:
    def acknowledge(who: Actor) -> str:
        why = desk.entries.reasons.get(codes[0]) or ""
        for code in codes:
            desk.records.acknowledge(
                desk.plan, desk.knowledge, who, code=code, reason=why, at=now_utc()
            )
        return f"Acknowledged: {text}"

    _act(desk, acknowledge)


def _sign(desk: Desk, outcome: Outcome, seen: int) -> None:
    """Sign, unless somebody has signed or sent back since the signatures that were on screen."""
    entries, records, plan = desk.entries, desk.records, desk.plan
    if first := list_later_decisions(records.signatures(plan.record_id), seen):
        entries.done, entries.problems = "", first
        entries.tries += 1
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
            at=now_utc(),
        )
        return f"Saved: {done.outcome} by {done}."

    _act(desk, sign)


def _act(desk: Desk, act: Callable[[Actor], str]) -> None:
    """Let the signed-in person act, or on one desk a named one; a refusal says why."""
    entries = desk.entries
    entries.done, entries.problems = "", ()
    entries.tries += 1
    try:
        odd = desk.records.check_clock(now_utc())
        done = act(signed_in() or named_actor(entries))
        entries.done = f"{done} {odd}".rstrip()
    except InputError as error:
        entries.problems = tuple(map(str, error.problems))
    except RefusedError as error:
        entries.problems = tuple(finding.text for finding in error.findings)
    except OtherVersionSavedError as error:
        entries.problems = (str(error),)
