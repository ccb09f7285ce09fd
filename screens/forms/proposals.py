"""What may be done instead: what a gate proposes, and the ways out of a change that is stopped."""

from __future__ import annotations

import datetime as dt

import htpy as h
import streamlit as st

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.gates import gate_named, proposals
from schedules.course.places import find
from schedules.course.read_change import read_change, with_change
from schedules.knowledge.library import Library
from schedules.plans.changes import SCOPES, Result
from screens.forms.change import SCOPED, Typed, begin
from screens.marks import show_html
from screens.parts.fields import short
from screens.state.session import ChangeEntries

_FULL_SCOPES = {"day": "this day", "cycle": "this cycle", "later": "later"}


def show_proposals(entries: ChangeEntries, course: Course) -> None:
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
