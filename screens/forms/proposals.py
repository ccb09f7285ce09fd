"""What may be done instead: what a gate proposes, and the ways out of a change that is stopped."""

from __future__ import annotations

import datetime as dt

import htpy as h
import streamlit as st

from dosing.errors import InputError
from schedules.course.answer_result import Option, answer_results
from schedules.course.course import Course
from schedules.course.proposals import Proposal
from schedules.course.read_change import read_change, with_change
from schedules.knowledge.library import Library
from schedules.plans.changes import SCOPES
from schedules.review.course_diff import rows_that_differ
from screens.forms.change import SCOPED, Typed, begin
from screens.marks import show_html, source_mark, title
from screens.parts.fields import short
from screens.state.session import ChangeEntries

_FILLED = ("by", "give", "days", "gate")
_ROWS_SHOWN = 4
_FULL_SCOPES = {"day": "this day", "cycle": "this cycle", "later": "later"}


def show_proposals(
    entries: ChangeEntries, course: Course, knowledge: Library, *, now: dt.datetime
) -> None:
    """Show what results propose, each with the rows that would change; a person decides."""
    answering = answer_results(course, (), knowledge, who="-", when=now)
    for proposal in answering.proposals:
        at = f"{proposal.dose.id}-{proposal.state.test}"
        text = str(proposal)
        with st.container(key=f"proposed-{short(at)}", gap="small"):
            show_html(
                title("A result waits for a decision"),
                h.p(".sentence")[f"{text[:1].upper()}{text[1:]}. Proposed:"],
                h.p(".from")[source_mark(proposal.state.source)],
            )
            for option in answering.options(proposal, now):
                _show_option(entries, proposal, option, course, at)
            st.button(
                "Keep the dose as planned",
                key=f"decline-{short(at)}",
                on_click=_fill,
                args=(entries, proposal.dose.id, "decline", {"gate": proposal.state.test}),
            )


def _show_option(
    entries: ChangeEntries, proposal: Proposal, option: Option, course: Course, at: str
) -> None:
    """Show one change that is proposed: what it does to the rows, and the button that begins it."""
    one = option.change
    st.button(
        one.text[:1].upper() + one.text[1:],
        key=f"propose-{short(at + one.text)}",
        on_click=_fill,
        args=(entries, proposal.dose.id, one.kind, one.typed),
    )
    rows = rows_that_differ(course, option.after) if option.after else ()
    shown = [h.li[row.text] for row in rows[:_ROWS_SHOWN]]
    if len(rows) > _ROWS_SHOWN:
        shown.append(h.li[f"and {len(rows) - _ROWS_SHOWN} more, all of them before you confirm"])
    show_html(h.ul(".lines")[shown or [h.li["It cannot be carried out as the course stands."]]])


def _fill(entries: ChangeEntries, row: str, kind: str, typed: Typed) -> None:
    """Fill in the form with what is proposed; it is still seen and confirmed."""
    begin(entries, row=row, kind=kind)
    entries.scope = _FULL_SCOPES.get(typed.get("scope", ""))
    entries.why = typed.get("why", "")
    entries.texts = {name: typed[name] for name in _FILLED if name in typed}


def ways_out(
    course: Course, knowledge: Library, kind: str, typed: Typed, *, now: dt.datetime
) -> list[str]:
    """Name the other scopes, and leaving the dose out, where they are not stopped."""
    others: list[tuple[str, str, Typed]] = []
    if kind in SCOPED:
        others += [
            (f"the same for {words}", kind, {**typed, "scope": scope})
            for scope, words in SCOPES.items()
            if scope != typed["scope"]
        ]
    if kind == "defer":
        omitted = {"from": typed["from"], "scope": "this day"}
        others.append(("omit this day's dose", "omit", omitted))
    return [
        words for words, other, fields in others if _is_open(course, knowledge, other, fields, now)
    ]


def _is_open(course: Course, knowledge: Library, kind: str, typed: Typed, now: dt.datetime) -> bool:
    try:
        change = read_change(kind, typed, course, knowledge, who="-", why="-", when=now)
        return not with_change(course.plan, change, knowledge).stopped
    except InputError:
        return False
