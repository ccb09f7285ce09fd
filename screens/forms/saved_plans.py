"""The saved plans, to choose one of: looked for by label and state, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from records.listing import ListedState, PlanPage, SavedPlan, Search
from records.store import Store
from schedules.knowledge.library import Library
from screens.marks import escape_markdown, quiet, reason, show_html, unbroken_dates
from screens.parts.fields import Form
from screens.state.session import SavedPlansEntries

_ANY = "any state"
_STATES: Mapping[str, ListedState | None] = {
    _ANY: None,
    "waiting for the check": "waiting",
    "signed": "signed",
    "sent back": "sent back",
    "changed since it was signed": "void",
}
_CHOSEN = "check-saved"


def choose_saved(entries: SavedPlansEntries, records: Store, knowledge: Library) -> str | None:
    """Ask for a saved plan, and return its id once one is chosen."""
    form = Form(entries, "saved")
    label = form.text("label", "Label begins with", "ward-7")
    state = form.choice("state", "State of the plan as it was saved last", list(_STATES))
    search = Search(label=label, state=_STATES[state or _ANY])
    if entries.searched != search:
        entries.searched, entries.pages = search, []
    after = entries.pages[-1] if entries.pages else None
    page = records.plans(knowledge, search, after=after)
    if not page.plans:
        show_html(quiet(_none_found(search)))
    chosen = _choose_one(entries, page, knowledge) if page.plans else None
    _turn_pages(entries, page)
    if search.state == "signed":
        show_html(reason("Where a file or the program has changed since, its line says void."))
    return chosen


def _none_found(search: Search) -> str:
    if search == Search():
        return "No plan was handed over yet: make one on the Plan page."
    label = f" whose label begins with {search.label}" if search.label else ""
    state = next(words for words, state in _STATES.items() if state == search.state)
    return f"No saved plan{label}{'' if search.state is None else f', {state}'}."


def _choose_one(entries: SavedPlansEntries, page: PlanPage, knowledge: Library) -> str | None:
    saved: dict[str, SavedPlan] = {one.plan_id: one for one in page.plans}
    if st.session_state.get(_key(entries)) not in (None, *saved):
        # A list whose chosen line has left it has no line left that Tab reaches: draw another.
        entries.lists += 1
    return st.radio(
        "From the records",
        list(saved),
        index=None,
        key=_key(entries),
        format_func=lambda plan_id: escape_markdown(_line(saved[plan_id], knowledge)),
    )


def _key(entries: SavedPlansEntries) -> str:
    return f"{_CHOSEN}-{entries.lists}" if entries.lists else _CHOSEN


def _line(one: SavedPlan, knowledge: Library) -> str:
    regimen = knowledge.regimens.get(one.regimen)
    title = regimen.title if regimen is not None else one.regimen
    saved = f"version {one.version} by {one.by}, {one.at:%d-%b-%Y %H:%M} UTC"
    return unbroken_dates(f"{one.label}, {title}, {saved}: {one.checked}")


def _turn_pages(entries: SavedPlansEntries, page: PlanPage) -> None:
    """Offer the pages before and after this one, where there are any."""
    if not entries.pages and page.next is None:
        return
    show_html(quiet(f"Page {len(entries.pages) + 1}"))
    with st.container(horizontal=True):
        st.button(
            "Page before",
            key="saved-before",
            disabled=not entries.pages,
            on_click=lambda: entries.pages.pop(),
        )
        st.button(
            "Next page",
            key="saved-next",
            disabled=page.next is None,
            on_click=partial(entries.pages.append, page.next),
        )
