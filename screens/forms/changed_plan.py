"""Which plan is changed: the one in the fields, unless what was decided would be lost by it."""

from __future__ import annotations

import htpy as h
import streamlit as st

from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.forms.change import begin
from screens.forms.plan_file import fill_plan, typed_entries
from screens.marks import reason, show_html
from screens.state.session import ChangeEntries, Session


def take_planned(session: Session, knowledge: Library, plan: Plan) -> bool:
    """Work on the plan that stands in the fields; otherwise say which one waits, and ask.

    Returns whether the plan in the fields may be changed.
    """
    entries, mine = session.change, session.change.plan
    if mine is None or not _would_lose(entries, plan):
        same = mine is not None and (mine.id, mine.changes) == (plan.id, plan.changes)
        if not same:
            begin(entries)
            entries.ward, entries.decided, entries.state = None, False, 0
        entries.plan = plan
        return True
    decided = h.strong[f"{mine.patient.label}, {mine.regimen.id}"]
    show_html(
        reason(
            f"The fields hold another plan: {plan.patient.label}, {plan.regimen.id}. What was "
            "decided here belongs to ",
            decided,
            " and is kept. Go back to it, or let it go; nothing is changed before.",
        )
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Go back to what was decided",
            key="go-back",
            type="primary",
            on_click=fill_plan,
            args=(session, knowledge, mine),
        )
        st.button(
            "Let it go and work on this plan", key="go-over", on_click=_let_go, args=(entries,)
        )
    return False


def _would_lose(entries: ChangeEntries, plan: Plan) -> bool:
    """Return whether changes were decided here that another plan in the fields does not have."""
    mine = entries.plan
    return (
        entries.decided and mine is not None and (plan.id, plan.changes) != (mine.id, mine.changes)
    )


def _let_go(entries: ChangeEntries) -> None:
    entries.plan, entries.decided = None, False


def keep_plan(session: Session, plan: Plan) -> None:
    """Let a changed plan count: it stands in the fields, as if it had been opened from a file."""
    entries = session.change
    entries.plan, entries.decided, entries.state, entries.asked = plan, True, 0, False
    begin(entries)
    session.planned = session.opened = plan
    session.opened_entries = typed_entries(session.plan)
