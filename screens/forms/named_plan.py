"""The saved plan that the address of the Plan page names: it survives a reload, and a bookmark."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dosing.errors import InputError
from records.place import are_begun, home_of_records
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.forms.plan_file import fill_plan
from screens.marks import problem_panel, show_html
from screens.parts.draft import leave_draft
from screens.state.records import NAMED, as_saved, newest_saved
from screens.state.records import store as open_records
from screens.state.session import Session

if TYPE_CHECKING:  # the database takes a fifth of a second to import, and a desk may have none
    from records.versions import PlanVersion


def take_named(session: Session, knowledge: Library) -> None:
    """Fill the form with the saved plan that the address names, unless it stands there."""
    name = st.query_params.get(NAMED, "")
    if not name or name == session.named:
        return
    try:
        records = open_records() if are_begun(os.environ, home_of_records()) else None
        newest = newest_saved(records, name)
        if records is not None and _is_changed_here(session, name, records.versions(name)):
            return
    except InputError as error:
        show_html(problem_panel("This plan was not opened", error.problems))
        return
    fill_plan(session, knowledge, newest)
    session.planned, session.named = newest, name
    leave_draft(session)


def _is_changed_here(session: Session, name: str, versions: Sequence[PlanVersion]) -> bool:
    """Return whether the form holds this plan as it was never saved: what a draft has kept."""
    held = session.planned or session.opened
    if held is None or as_saved(held).record_id != name:
        return False
    return as_saved(held).hash not in {one.plan.hash for one in versions if one.plan is not None}


def name_in_address(session: Session, plan: Plan | None) -> None:
    """Name the plan that stands on the page, if it was saved, and nothing otherwise."""
    known = as_saved(plan) if plan is not None else None
    # Before the records gave names, a plan was known by its own id.
    is_named = known is not None and (known.saved_as or known.id == session.named)
    session.named = known.record_id if known is not None and is_named else ""
    if st.query_params.get(NAMED, "") == session.named:
        return
    if session.named:
        st.query_params[NAMED] = session.named
    else:
        del st.query_params[NAMED]
