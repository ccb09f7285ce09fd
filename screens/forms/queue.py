"""The pharmacist's queue: which plans wait, whose and since when, and the way through by keys."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from dosing.errors import InputError
from records.listing import SavedPlan, Search
from records.roles import same_person
from records.store import Store
from schedules.knowledge.library import Library
from screens.marks import escape_markdown, quiet, show_html, unbroken_dates
from screens.state import clock
from screens.state.records import newest_saved
from screens.state.session import CheckEntries

MOST_PLANS = 100
_STATES = {"sent back": "Sent back", "checked": "Signed", "void": "Void"}
_WAITING, _MINE = "Waiting", "Mine"
_HOUR_MINUTES, _DAY_HOURS = 60, 48
NEXT, PREVIOUS, ALL = "Alt+Down", "Alt+Up", "Alt+Q"


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """The plans of each list, the longest waiting first; and whether older ones are left out."""

    lists: Mapping[str, Sequence[SavedPlan]]
    is_cut: bool


def read_queue(records: Store, knowledge: Library, person: str) -> Queue:
    """Return the newest plans by state; those that wait are looked for among all."""
    page = records.plans(knowledge, size=MOST_PLANS)
    waiting = records.plans(knowledge, Search(state="waiting"), size=MOST_PLANS)
    lists = {
        _WAITING: sorted(waiting.plans, key=lambda one: (one.at, one.n)),
        _MINE: [one for one in page.plans if person and same_person(one.by.name, person)],
    }
    for state, words in _STATES.items():
        lists[words] = [one for one in page.plans if one.checked.state == state]
    return Queue(lists, is_cut=page.next is not None or waiting.next is not None)


def show_queue(entries: CheckEntries, queue: Queue, records: Store, knowledge: Library) -> None:
    """Show one list of the queue, each plan as the button that opens it."""
    names = list(queue.lists)
    if entries.queue not in names:
        entries.queue = _WAITING
    if st.session_state.get("check-queue") is None:
        st.session_state["check-queue"] = entries.queue
    chosen = st.segmented_control(
        "Queue",
        names,
        key="check-queue",
        required=True,
        format_func=lambda name: f"{name} ({len(queue.lists[name])})",
    )
    entries.queue = chosen or _WAITING
    plans = queue.lists[entries.queue]
    if not plans:
        show_html(quiet(_none_of(entries.queue)))
    with st.container(key="check-queue-plans", gap=None):
        for place, one in enumerate(plans):
            st.button(
                escape_markdown(unbroken_dates(_line(one, knowledge))),
                key=f"check-open-{one.plan_id}",
                type="tertiary",
                wrap=True,
                shortcut=NEXT if not place else None,
                on_click=partial(_open, entries, records, plans, place),
            )
    if queue.is_cut:
        show_html(quiet(f"The newest {MOST_PLANS} plans; older ones are found by label below."))


def show_place(entries: CheckEntries, queue: Queue, records: Store) -> None:
    """Show where in the queue the plan stands that is being checked, and the ways on."""
    name = entries.queue or _WAITING
    plans = queue.lists[name]
    ids = [one.plan_id for one in plans]
    here = entries.plan.record_id if entries.plan is not None else ""
    # What was signed has left its list, in which the next one has taken its place.
    place = ids.index(here) if here in ids else entries.place
    after = place + 1 if here in ids else place
    with st.container(horizontal=True, vertical_alignment="center", key="check-place"):
        for words, keys, to in (("Previous", PREVIOUS, place - 1), ("Next", NEXT, after)):
            st.button(
                words,
                key=f"check-{words.lower()}",
                shortcut=keys,
                disabled=not 0 <= to < len(plans),
                on_click=partial(_open, entries, records, plans, to),
            )
        st.button("Queue", key="check-to-queue", shortcut=ALL, on_click=partial(_close, entries))
        where = f"{place + 1} of {len(plans)}" if here in ids else f"{len(plans)} left"
        show_html(quiet(f"{name}: {where}"))


def _open(entries: CheckEntries, records: Store, plans: Sequence[SavedPlan], place: int) -> None:
    take_plan(entries, records, plans[place].plan_id)
    entries.place = place


def take_plan(entries: CheckEntries, records: Store, plan_id: str) -> None:
    """Take the last version of a saved plan for the check, or say why it cannot be taken."""
    entries.problems, entries.done = (), ""
    entries.not_opened, entries.not_found = (), ()
    entries.at_queue = entries.verifying = False
    try:
        entries.plan = newest_saved(records, plan_id)
    except InputError as error:
        # Not the session's own plan in its place, which may be another patient's.
        entries.plan, entries.at_queue = None, True
        entries.not_found = tuple(map(str, error.problems))


def _close(entries: CheckEntries) -> None:
    entries.plan, entries.at_queue, entries.verifying = None, True, False
    entries.problems, entries.done = (), ""


def _line(one: SavedPlan, knowledge: Library) -> str:
    regimen = knowledge.regimens.get(one.regimen)
    title = regimen.title if regimen is not None else one.regimen
    if one.checked.state in ("checked", "sent back", "void"):
        return f"{one.label}, {title}: {one.checked}"
    since = one.at.astimezone()
    return f"{one.label}, {title}: waits {_ago(one.at)}, since {since:%d-%b %H:%M}, by {one.by}"


def _ago(at: dt.datetime) -> str:
    minutes = int((clock.now() - at).total_seconds() // 60)
    if minutes < _HOUR_MINUTES:
        return f"{max(minutes, 0)} min"
    hours = minutes // _HOUR_MINUTES
    return f"{hours} h" if hours < _DAY_HOURS else f"{hours // 24} days"


def _none_of(name: str) -> str:
    if name == _MINE:
        return "Nothing here was handed over under your name."
    return "Nobody waits for a check." if name == _WAITING else "There is none."
