"""The changes of a plan, newest first, each with the way back to it."""

from __future__ import annotations

from collections.abc import Callable

import htpy as h
import streamlit as st

from schedules.course.course import Course
from schedules.plans.changes import Change, in_words
from schedules.plans.plan import Plan
from screens.marks import show_html, title
from screens.parts.fields import Form
from screens.parts.side_by_side import show_side_by_side
from screens.state.session import ChangeEntries


@st.fragment
def show_planned_and_now(entries: ChangeEntries, course: Course) -> None:
    """Show what was planned, or any state since, beside what the patient now has."""
    if not course.plan.changes:
        return
    show_html(title("What was planned, and what the patient now has"))
    states = len(course.plan.changes) + 1
    names = ["as planned"] + [f"after change {n}" for n in range(1, states - 1)]
    chosen = {"state": names[entries.state] if entries.state < len(names) else names[0]}
    if len(names) > 1:
        Form(chosen, f"state-{len(names)}").pick("state", "Compare with", names)
        entries.state = names.index(chosen["state"]) if chosen["state"] in names else 0
    left = "Planned" if not entries.state else f"After change {entries.state}"
    show_side_by_side(course.state(entries.state), course, named=(left, "Now"))


def show_history(entries: ChangeEntries, course: Course, keep: Callable[[Plan], None]) -> None:
    """List the changes; ``keep`` lets a plan count from which the later ones were taken back."""
    changes = course.plan.changes
    if not changes:
        return
    show_html(title("History"))
    for number in range(len(changes), -1, -1):
        with st.container(key=f"history-{number}", horizontal=True, gap="medium"):
            show_html(_entry(number, changes[number - 1] if number else None, course))
            if number < len(changes) and entries.undo_to is None:
                st.button(
                    "Undo back to here",
                    key=f"undo-{number}",
                    on_click=_set_undo,
                    args=(entries, number),
                )
        if entries.undo_to == number and number < len(changes):
            _ask_if_sure(entries, course, number, keep)


def _entry(number: int, change: Change | None, course: Course) -> h.Renderable:
    if change is None:
        return _lines("Planned", f"{course.plan.made_on:%d-%b-%Y}")
    words = in_words(change)
    when = f"{change.when:%d-%b-%Y %H:%M} UTC"
    return _lines(
        f"{number}. {words[:1].upper()}{words[1:]}", f"{change.why} ({change.who}, {when})"
    )


def _lines(heading: str, rest: str) -> h.Renderable:
    return h.p[h.strong[heading], h.br, h.span(".quiet")[rest]]


def _set_undo(entries: ChangeEntries, number: int | None) -> None:
    entries.undo_to = number


def _ask_if_sure(
    entries: ChangeEntries, course: Course, number: int, keep: Callable[[Plan], None]
) -> None:
    count = len(course.plan.changes) - number
    what = "the last change" if count == 1 else f"the last {count} changes"
    with st.container(key="sure", gap="small"):
        show_html(
            h.p(".sentence")[f"Take back {what}?"],
            h.p[
                "A calendar that already holds the later state may ignore a file with lower "
                "sequence numbers. If one was handed out, it is better to defer back: that is a "
                "change of its own, which every calendar accepts."
            ],
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Yes, take back", key="undo-yes", on_click=keep, args=(course.plan.before(number),)
            )
            st.button("Keep as it is", key="undo-no", on_click=_set_undo, args=(entries, None))
