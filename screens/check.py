"""The Check screen: another person verifies a plan, and signs this content or sends it back."""

from __future__ import annotations

from functools import partial

import htpy as h
import streamlit as st

from dosing.errors import InputError, KnowledgeError
from records.signature import checked_content
from records.store import Store
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.review.checklist import checklist
from screens.access.sign_in import signed_in
from screens.forms.check import ask_ticks, ask_who
from screens.forms.check_decision import Desk, decide
from screens.forms.plan_file import read_plan_file, show_not_opened
from screens.forms.points import offer_points, show_points
from screens.forms.queue import Queue, read_queue, show_place, show_queue, take_plan
from screens.forms.saved_plans import choose_saved
from screens.marks import empty_panel, problem_panel, show_html, title
from screens.parts.checked_plan import (
    changes_since_signed,
    check_state,
    reasons_sent_back,
    show_doses_in_sight,
    show_planned,
    show_verified,
)
from screens.parts.closed_records import closed_records_panel
from screens.parts.downloads import provenance_line
from screens.parts.focus import move_focus
from screens.parts.other_version import (
    find_other_version,
    show_other_version,
    version_looked_at,
)
from screens.state.courses import course_of
from screens.state.knowledge import library as read_knowledge
from screens.state.records import NAMED, as_saved, with_its_check
from screens.state.records import store as open_records
from screens.state.session import CheckEntries, Session, current_session


def main() -> None:
    """Show the screen: the state of this content, the plan, what is verified, the decision."""
    session, knowledge = current_session(), read_knowledge()
    show_html(h.h1(".hidden")["Check a plan"])
    try:
        _show(session, knowledge, open_records())
    except InputError as error:
        show_html(closed_records_panel(error))


def _show(session: Session, knowledge: Library, records: Store) -> None:
    entries = session.check
    _take_named(entries, records)
    proved = signed_in()
    if proved is None:
        ask_who(entries)
    queue = read_queue(records, knowledge, entries.who if proved is None else proved.name)
    plan = entries.plan or (None if entries.at_queue else session.planned)
    # However long the queue is, it does not stand above what was not opened.
    if entries.not_found:
        show_html(problem_panel("This plan was not opened", entries.not_found))
    if plan is None:
        _show_queue(entries, queue, records, knowledge)
    else:
        if any(queue.lists.values()):
            show_place(entries, queue, records)
        plan = as_saved(plan)
        _check(session, Desk(entries=entries, records=records, plan=plan, knowledge=knowledge))
    with (
        st.container(key="another-to-check"),
        # A key of its own would keep it open beneath the plan that was opened.
        st.expander(f"Check {'a' if plan is None else 'another'} plan", expanded=plan is None),
    ):
        _choose(session, records, knowledge)


def _take_named(entries: CheckEntries, records: Store) -> None:
    """Take up the saved plan that the address names, as the code on a paper does, once."""
    name = st.query_params.pop(NAMED, "")
    if name:
        take_plan(entries, records, name)


def _show_queue(entries: CheckEntries, queue: Queue, records: Store, knowledge: Library) -> None:
    if any(queue.lists.values()):
        show_queue(entries, queue, records, knowledge)
    else:
        _begin()


def _begin() -> None:
    steps = (
        "Make a plan on the Plan page, or choose a saved one below.",
        "Hand it over for the check: it is saved in the records.",
        "A pharmacist who did not plan it verifies each line, then signs it or sends it back.",
    )
    show_html(
        empty_panel(
            "Another person checks the plan",
            h.p["There is no plan here yet."],
            h.ol[[h.li[step] for step in steps]],
        )
    )


def _choose(session: Session, records: Store, knowledge: Library) -> None:
    entries = session.check
    plan_id = choose_saved(entries.saved, records, knowledge)
    if plan_id:
        st.button(
            "Check this plan",
            key="check-take",
            on_click=take_plan,
            args=(entries, records, plan_id),
        )
    st.file_uploader(
        "Plan file",
        type="json",
        key=f"check-upload-{entries.uploads}",
        on_change=_upload,
        args=(entries,),
    )
    show_not_opened(entries.not_opened)
    if (entries.plan or entries.at_queue) and session.planned is not None:
        st.button(
            "Back to the plan of this session",
            key="check-back",
            type="tertiary",
            on_click=_take,
            args=(entries, None),
        )


def _take(entries: CheckEntries, plan: Plan | None) -> None:
    entries.plan, entries.problems, entries.done = plan, (), ""
    entries.not_opened, entries.not_found = (), ()
    entries.at_queue = entries.verifying = False


def _upload(entries: CheckEntries) -> None:
    plan = read_plan_file(f"check-upload-{entries.uploads}")
    if isinstance(plan, Plan):
        _take(entries, plan)
        entries.uploads += 1
    elif plan:
        entries.not_opened = plan


def _check(session: Session, desk: Desk) -> None:
    entries, records, plan, knowledge = desk.entries, desk.records, desk.plan, desk.knowledge
    try:
        course = with_its_check(course_of(session, plan, knowledge), knowledge)
    except (InputError, KnowledgeError) as error:
        show_html(problem_panel("This plan cannot be calculated", error.problems))
        return
    if entries.verifying:
        # Without the plan in sight, because one of the entries is blind.
        show_points(desk, course)
        return
    content = checked_content(plan, knowledge).sha256
    if entries.content != content:
        entries.content, entries.ticked, entries.remarks, entries.reasons = content, {}, "", {}
    versions = records.versions(plan.record_id)
    looked_at = version_looked_at(session, plan, versions)
    other = find_other_version(plan, looked_at, versions)
    if other is not None:
        show_other_version(other, knowledge, take=partial(_take, entries))
    show_html(check_state(course.checked), reasons_sent_back(records, plan))
    if since := changes_since_signed(records, plan, knowledge):
        show_html(since)
    listed = checklist(course, knowledge)
    show_doses_in_sight(course, listed)
    left, right = st.columns(2, gap="large")
    with left, st.container(key="check-plan"):
        show_planned(course, listed)
    if entries.plan is not None:
        move_focus(".st-key-check-plan .head", f"plan {content}", from_top=True)
    with right:
        warnings = show_verified(course, listed)
        show_html(title("Checklist"))
        ask_ticks(entries, listed)
        decide(session, desk, course, other, warnings)
        offer_points(desk, course)
    show_html(provenance_line(course))


main()
