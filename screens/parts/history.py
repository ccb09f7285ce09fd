"""The changes of a plan, newest first, each with the way back to it."""

from __future__ import annotations

from collections.abc import Callable

import htpy as h
import streamlit as st

from schedules.course.course import Course
from schedules.plans.changes import Undo
from schedules.plans.plan import Plan
from schedules.plans.undo import gone_back, numbers_in_force, words_of
from screens.marks import show_html, title
from screens.parts.fields import Form
from screens.parts.side_by_side import show_side_by_side
from screens.state import clock
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


def show_history(
    entries: ChangeEntries,
    course: Course,
    *,
    ask_why: Callable[[ChangeEntries], None],
    keep: Callable[[Plan], None],
) -> None:
    """List the changes, each with the way back to the course as it was after it.

    Args:
        entries: keep which way back is asked about, who takes it and why.
        course: the course as it stands.
        ask_why: asks for the reason and for who decides.
        keep: lets a changed plan count.
    """
    changes = course.plan.changes
    if not changes:
        return
    show_html(h.div("#history"), title("History"))
    in_force = numbers_in_force(changes)
    for number in range(len(changes), -1, -1):
        with st.container(key=f"history-{number}", horizontal=True, gap="medium"):
            show_html(_entry(number, course, undone=number not in in_force))
            if numbers_in_force(changes[:number]) != in_force and entries.undo_to is None:
                st.button(
                    "Undo back to here",
                    key=f"undo-{number}",
                    on_click=_set_undo,
                    args=(entries, number),
                )
        if entries.undo_to == number and number < len(changes):
            _ask_if_sure(entries, course, number, ask_why, keep)


def _entry(number: int, course: Course, *, undone: bool) -> h.Renderable:
    if not number:
        return _lines("Planned", f"{course.plan.made_on:%d-%b-%Y}")
    change, words = course.plan.changes[number - 1], words_of(course.plan.changes)[number - 1]
    when = f"{change.when:%d-%b-%Y %H:%M} UTC"
    state = "; undone" if undone and not isinstance(change, Undo) else ""
    return _lines(
        f"{number}. {words[:1].upper()}{words[1:]}{state}", f"{change.why} ({change.who}, {when})"
    )


def _lines(heading: str, rest: str) -> h.Renderable:
    return h.p[h.strong[heading], h.br, h.span(".quiet")[rest]]


def _set_undo(entries: ChangeEntries, number: int | None) -> None:
    entries.undo_to = number


def _ask_if_sure(
    entries: ChangeEntries,
    course: Course,
    number: int,
    ask_why: Callable[[ChangeEntries], None],
    keep: Callable[[Plan], None],
) -> None:
    def go_back() -> None:
        decided = {"who": entries.who, "why": entries.why}
        changes = gone_back(course.plan.changes, number, **decided, when=clock.now())
        keep(course.plan.model_copy(update={"changes": changes}))

    where = f"after change {number}" if number else "planned"
    with st.container(key="sure", gap="small"):
        show_html(
            h.p(".sentence")[f"Go back to the course as it was {where}?"],
            h.p[
                "This is a change of its own, which every calendar accepts: write the next file "
                "to those that were handed out."
            ],
        )
        ask_why(entries)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Yes, take back",
                key="undo-yes",
                on_click=go_back,
                disabled=not (entries.who and entries.why),
            )
            st.button("Keep as it is", key="undo-no", on_click=_set_undo, args=(entries, None))
