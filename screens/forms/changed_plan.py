"""Which plan the Change screen works on: the planned one, one from a file, or the changed one."""

from __future__ import annotations

import htpy as h
import streamlit as st

from schedules.plans.plan import Plan
from screens.forms.change import begin
from screens.forms.plan_file import read_plan_file, show_not_opened, typed_entries
from screens.marks import empty_panel, reason, show_html
from screens.state.session import Session


def take_planned(session: Session) -> None:
    """Take over the plan of the Plan screen, unless decisions made here would be lost by it."""
    entries, planned = session.change, session.planned
    if planned == entries.taken:
        return
    mine = entries.plan
    same = (
        mine is not None
        and planned is not None
        and (planned.id, planned.changes) == (mine.id, mine.changes)
    )
    if mine is None or same or (mine == entries.taken and not mine.changes):
        entries.plan = entries.taken = planned
        if not same:
            begin(entries)
            entries.ward = None
        return
    if planned is not None:
        name = h.strong[f"{planned.patient.label}, {planned.regimen.id}"]
        show_html(
            reason(
                "The Plan screen holds another plan: ",
                name,
                ". Below is the one whose changes were decided here; save its plan file first.",
            )
        )
        st.button(
            "Switch to the plan of the Plan screen",
            key="go-over",
            on_click=_work_on,
            args=(session, planned),
        )


def _work_on(session: Session, plan: Plan) -> None:
    entries = session.change
    entries.plan, entries.taken, entries.ward, entries.problems = plan, session.planned, None, ()
    begin(entries)


def show_begin(session: Session) -> None:
    """Show what to do first, while there is no plan."""
    steps = (
        "Make a plan on the Plan screen, or open a plan file here.",
        "Choose a dose on its calendar, and what happens to it.",
        "See every date, dose and total before and after, then confirm with the reason.",
    )
    show_html(
        empty_panel(
            "A change is seen before it takes effect",
            h.p["There is no plan here yet."],
            h.ol[[h.li[step] for step in steps]],
        )
    )
    show_upload(session)


def show_upload(session: Session) -> None:
    """Offer to open a plan file."""
    st.file_uploader(
        "Plan file",
        type="json",
        key=f"change-upload-{session.uploads}",
        on_change=_open,
        args=(session,),
    )
    show_not_opened(session.change.problems)


def _open(session: Session) -> None:
    plan = read_plan_file(f"change-upload-{session.uploads}")
    if isinstance(plan, Plan):
        _work_on(session, plan)
        session.uploads += 1
    elif plan:
        session.change.problems = plan


def keep_plan(session: Session, plan: Plan) -> None:
    """Let a changed plan count, on this screen and, if it is the same one, on the Plan screen."""
    entries = session.change
    entries.plan, entries.state = plan, 0
    begin(entries)
    if session.planned is not None and session.planned.id == plan.id:
        # The Plan screen must not give out the course as it was before.
        session.planned = entries.taken = session.opened = plan
        session.opened_entries = typed_entries(session.plan)
