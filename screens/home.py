"""The Home screen: find something, go on with something, see what is due."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import htpy as h
import streamlit as st

from dosing.errors import InputError
from records.place import are_begun, home_of_records
from schedules.knowledge.library import Library
from screens.access.sign_in import signed_in
from screens.forms.dose_line import read_dose_line
from screens.forms.found_doses import FoundDose, find_dose_of, find_doses, open_dose
from screens.marks import (
    date_text,
    escape_markdown,
    part_title,
    quiet,
    show_html,
    title,
    unbroken_dates,
)
from screens.parts.closed_records import closed_records_panel
from screens.parts.draft import show_draft_to_continue
from screens.parts.fields import Form, short, show_line
from screens.parts.focus import focus_by_key, lead_to_found
from screens.parts.navigation import file_of, pages_of
from screens.state import clock
from screens.state.knowledge import library as read_knowledge
from screens.state.knowledge import show_left_out
from screens.state.records import NAMED
from screens.state.records import store as open_records
from screens.state.session import Session, current_session

if TYPE_CHECKING:  # the database and all of a course, imported where there are saved plans
    from records.listing import PlanPage, SavedPlan
    from records.store import Store
    from schedules.review.due import Due
    from screens.parts.board import Board

_DOORS = (
    ("calculate", "Calculate a dose", "One dose beside its limits."),
    ("plan", "Plan a course", "From a patient to a calendar."),
    ("check", "Check a plan", "A second person verifies and signs."),
)
_EXAMPLE = "IVIG, or ritux 375 mg/m2 70 kg"
_REGIMENS, _DRUGS, _PLANS, _LINES = 5, 3, 5, 8


def main() -> None:
    """Show the screen: the search, the doors, and what is due over the saved plans."""
    session, knowledge = current_session(), read_knowledge()
    show_html(h.h1(".hidden")["Home"])
    try:
        begun = are_begun(os.environ, home_of_records())
        records = open_records() if begun else None
        board = _read_board(records, knowledge) if records else None
    except InputError as error:
        show_html(closed_records_panel(error))
        records = board = None
    _search(session, knowledge, records)
    _show_doors(session, knowledge)
    show_left_out(knowledge)
    if board is not None:
        _show_board(session, knowledge, board)


def _read_board(records: Store, knowledge: Library) -> Board:
    from screens.parts.board import read_board

    return read_board(records, knowledge, clock.now().date())


def _search(session: Session, knowledge: Library, records: Store | None) -> None:
    # The first page needs no pandas.
    typed = Form(session, "home", live=True).text(
        "find", "Find a disease, drug, brand, regimen or label", _EXAMPLE
    )
    focus_by_key(".st-key-home-find input", "/")
    lead_to_found(".st-key-home-find input", ".st-key-found button")
    if not typed:
        return
    own = pages_of(signed_in())
    regimens, drugs = knowledge.search(typed), knowledge.search_drugs(typed)
    page = _plans_of(records, knowledge, typed) if records else None
    line = read_dose_line(typed, knowledge) if "calculate" in own else None
    doses = find_doses(line, knowledge) if line is not None else ()
    with st.container(key="found", gap=None):
        for dose in doses:
            _dose_button(session, dose)
        for saved in page.plans if page else ():
            words = f"{saved.label}, {_title(knowledge, saved.regimen)}"
            _plan_button(escape_markdown(words), saved.plan_id, "found")
        for regimen in regimens[:_REGIMENS]:
            place = "plan" if "plan" in own else "library"
            words = f"{regimen.title} (for {', '.join(regimen.for_)})"
            _button(escape_markdown(words), partial(_open_regimen, session, regimen.id), place)
        for drug in drugs[:_DRUGS]:
            if "calculate" in own:
                _dose_button(session, find_dose_of(drug))
            words = f"{drug.name}: its limits and safety"
            _button(
                escape_markdown(words), partial(_open_drug, session, drug.id, drug.name), "library"
            )
    if len(regimens) > _REGIMENS:
        show_line(f"{len(regimens) - _REGIMENS} more regimens: write another word of it.")
    if regimens or drugs or doses or (page and page.plans):
        return
    # Where something has every word of it, none was passed over.
    if line is not None:
        show_line(f"{'. '.join(line.problems)}. No dose is offered until all of it is understood.")
    else:
        show_line(f"Nothing here is called “{typed}”. Try a single word of it.")


def _plan_button(words: str, plan_id: str, key: str) -> None:
    """Show a line that opens a saved plan under its address, where this person may read it."""
    if st.button(words, key=f"open-{key}-{plan_id}", type="tertiary"):
        page = "plan" if "plan" in pages_of(signed_in()) else "check"
        st.switch_page(file_of(page), query_params={NAMED: plan_id})


def _button(words: str, act: Callable[[], None], page: str, key: str = "") -> None:
    """Show a line that leads to a page, which finds there what it is about."""
    if st.button(words, key=f"go-{key}{words}", type="tertiary", on_click=act):
        st.switch_page(file_of(page))


def _dose_button(session: Session, dose: FoundDose) -> None:
    # What is typed of a patient is no name of a widget, which stands in the page as a class.
    key = f"dose-{short(dose.words)}"
    if st.button(escape_markdown(dose.words), key=key, type="tertiary"):
        # Not before the search was drawn, which keeps what stands in it.
        open_dose(session, dose)
        st.switch_page(file_of("calculate"))


def _open_regimen(session: Session, name: str) -> None:
    session.plan.regimen = session.library.entry = st.session_state["plan-regimen"] = name
    session.library.search = ""


def _open_drug(session: Session, name: str, words: str) -> None:
    session.library.entry, session.library.search = f"drug {name}", words


def _plans_of(records: Store, knowledge: Library, label: str) -> PlanPage:
    from records.listing import Search

    return records.plans(knowledge, Search(label=label), size=_PLANS)


def _open_plan(session: Session, saved: SavedPlan) -> None:
    from screens.forms.queue import take_plan

    take_plan(session.check, open_records(), saved.plan_id)


def _show_doors(session: Session, knowledge: Library) -> None:
    own = pages_of(signed_in())
    with st.container(key="doors", horizontal=True, gap="small"):
        for name, words, said in _DOORS:
            if name in own:
                with st.container(key=f"door-{name}", gap=None):
                    st.page_link(file_of(name), label=words, width="stretch")
                    show_html(quiet(said))
        if "plan" in own and knowledge.regimens:
            tried = st.button(
                "Try an example",
                key="home-example",
                on_click=_fill_example,
                args=(session, knowledge),
            )
            if tried:
                st.switch_page(file_of("plan"))
    show_draft_to_continue()


def _fill_example(session: Session, knowledge: Library) -> None:
    from screens.forms.plan_file import fill_example  # the forms of a plan bring all of a course

    fill_example(session, knowledge)


def _show_board(session: Session, knowledge: Library, board: Board) -> None:
    today = clock.now().date()
    due, later, plans = st.columns(3, gap="large")
    with due, st.container(key="home-today"):
        show_html(title(f"Today, {date_text(today)}"))
        if board.overdue:
            show_html(part_title("Overdue: no record of it"))
            _show_due("overdue", board.overdue, lambda one: _late(one, today), "")
            show_html(part_title("Due today"))
        _show_due("today", board.today, lambda one: f"{one.time:%H:%M}", "Nothing is due today.")
    with later, st.container(key="home-week"):
        show_html(title("This week"))
        _show_due(
            "week", board.later, lambda one: f"{one.date:%a %d-%b}", "Nothing else this week."
        )
    with plans, st.container(key="home-plans", gap="small"):
        show_html(title(f"Waiting for a check ({len(board.waiting)})"))
        _show_plans(session, knowledge, board.waiting, "No plan waits for a check.", "waiting")
        if board.changed:
            show_html(title("Changed since it was signed"))
            _show_plans(session, knowledge, board.changed, "", "changed")
        show_html(title("Recent"))
        if not board.recent:
            show_html(quiet("No plan was saved yet."))
        with st.container(key="plans-recent", gap=None):
            for saved in board.recent:
                _plan_button(_plan_words(knowledge, saved), saved.plan_id, "recent")
    if board.left_out:
        names = ", ".join(board.left_out)
        show_html(quiet(f"Not in these lists, as they cannot be calculated now: {names}."))
    if board.is_cut:
        from screens.parts.board import MOST_PLANS

        show_html(quiet(f"These lists hold the newest {MOST_PLANS} plans; Check finds the others."))


def _show_due(key: str, dues: Sequence[Due], when: Callable[[Due], str], none: str) -> None:
    """Show what is due, each line as the way to its plan; the buttons of a closed fold are none."""
    if not dues and none:
        show_html(quiet(none))
    more = dues[_LINES:]
    with st.container(key=f"due-{key}", gap=None):
        for number, one in enumerate(dues[:_LINES]):
            _plan_button(_due_words(one, when(one)), one.plan_id, f"{key}-{number}")
    if not more:
        return
    folded = st.expander(f"{len(more)} more", key=f"more-{key}", on_change="rerun")
    if folded.open:
        with folded, st.container(key=f"due-more-{key}", gap=None):
            for number, one in enumerate(more, _LINES):
                _plan_button(_due_words(one, when(one)), one.plan_id, f"{key}-{number}")


def _due_words(one: Due, when: str) -> str:
    label, what = escape_markdown(one.label), escape_markdown(one.what)
    return f"**{label}** {what}, {unbroken_dates(when)}{_times(one)}"


def _late(one: Due, today: dt.date) -> str:
    days = (today - one.date).days
    return f"since {one.date:%d-%b}, {days} day{'' if days == 1 else 's'}"


def _times(one: Due) -> str:
    return f", {one.times} times" if one.times > 1 else ""


def _show_plans(
    session: Session, knowledge: Library, plans: Sequence[SavedPlan], none: str, key: str
) -> None:
    if not plans:
        show_html(quiet(none))
    with st.container(key=f"plans-{key}", gap=None):
        for saved in plans[:_PLANS]:
            words = _plan_words(knowledge, saved)
            _button(words, partial(_open_plan, session, saved), "check", f"{key}-{saved.plan_id}-")
    if len(plans) > _PLANS:
        show_html(quiet(f"{len(plans) - _PLANS} more on the Check page."))


def _plan_words(knowledge: Library, saved: SavedPlan) -> str:
    return escape_markdown(f"{saved.label}, {_title(knowledge, saved.regimen)}, {_since(saved.at)}")


def _title(knowledge: Library, regimen: str) -> str:
    found = knowledge.regimens.get(regimen)
    return found.title if found is not None else regimen


def _since(at: dt.datetime) -> str:
    return unbroken_dates(f"{at.astimezone():%d-%b %H:%M}")


main()
