"""The Ward screen: what all plans of a ward, or a table of patients, take by day or week."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import htpy as h
import streamlit as st

from dosing.errors import InputError
from records.place import are_begun, home_of_records
from records.store import Store
from schedules.cohort.ward_answer import WardAnswer
from schedules.knowledge.library import Library
from screens.access.sign_in import signed_in
from screens.forms.links import show_ward_links
from screens.forms.ward import QUESTIONS, RECORDS, SCREEN, read_question, ward_form
from screens.forms.ward_move import show_move
from screens.marks import empty_panel, escape_markdown, problem_panel, show_html
from screens.parts.card import needed_panel
from screens.parts.closed_records import closed_records_panel
from screens.parts.fields import Form, short
from screens.parts.focus import move_focus
from screens.parts.making import ToMake, give_up, made_of
from screens.parts.navigation import file_of, pages_of
from screens.parts.ward_moves import taken_panel
from screens.parts.ward_tables import (
    left_out_panel,
    show_alternatives,
    show_days,
    show_drugs,
    show_moves,
    show_notes_of_ward,
    show_stock,
    ward_head,
)
from screens.state.knowledge import library as read_knowledge
from screens.state.knowledge import show_left_out
from screens.state.records import NAMED
from screens.state.records import store as open_records
from screens.state.session import MoveEntries, Session, WardEntries, current_session
from screens.state.ward import WardQuestion, WardSeen, look_at_ward
from screens.state.ward_move import TakenMoves

# More ways to plans than these are found in a list by typing.
_FEW = 6


def main() -> None:
    """Show the screen: what is asked on the left, what the ward takes on the right."""
    session, knowledge = current_session(), read_knowledge()
    entries = session.ward
    show_html(h.h1(".hidden")["What a ward takes"])
    try:
        begun = are_begun(os.environ, home_of_records())
        records = open_records() if begun else None
    except InputError as error:
        show_html(closed_records_panel(error))
        records = None
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="ward-form"):
        ward_form(entries, knowledge)
    with right:
        show_left_out(knowledge)
        if entries.of is None and not entries.first and not entries.last:
            _begin()
        else:
            _answer(session, knowledge, records)


def _begin() -> None:
    steps = (
        "Choose the saved plans of a ward, or drop a table of patients.",
        "Write the first and the last day, and whether each day or each week has a line.",
        "Add a stock file, a shortage, or what would be otherwise, if you want to compare.",
    )
    show_html(
        empty_panel(
            "What a ward takes",
            h.p["Doses, packs, waste, visits and hours in the chair over all of its plans."],
            h.ol[[h.li[step] for step in steps]],
        )
    )


def _answer(session: Session, knowledge: Library, records: Store | None) -> None:
    entries = session.ward
    if entries.move.taken is not None:
        _show_taken(entries.move, entries.move.taken)
    try:
        question = read_question(entries, knowledge, records)
    except InputError as error:
        give_up(entries)
        show_html(needed_panel(error.problems, QUESTIONS))
        return
    count = len(question.plans) or len(question.rows)
    asked = ToMake(
        name=question.name,
        make=partial(look_at_ward, question, records, knowledge),
        button=f"Add up {count} plan{'' if count == 1 else 's'}",
        again="add up again",
        title="Adding up",
    )
    seen = made_of(entries, asked, "ward")
    if seen is not None:
        _show(session, seen, question, records, knowledge)


def _show_taken(entries: MoveEntries, taken: TakenMoves) -> None:
    """Show what was moved, with a way to each plan, until another proposal is asked for."""
    with st.container(key="taken"):
        show_html(taken_panel(taken))
    # On a telephone the form above would fill the window.
    move_focus(".st-key-taken h2", f"taken {short(repr(taken.saved))}")
    page = "plan" if "plan" in pages_of(signed_in()) else "check"
    saved, labels = taken.saved, dict(taken.saved)
    if len(saved) > _FEW:
        find = Form(entries, "moved")
        name = find.pick("found", "Open one of them", list(labels), words=labels.__getitem__)
        saved = ((name, labels[name]),) if name else ()
    for name, label in saved:
        st.page_link(file_of(page), label=escape_markdown(label), query_params={NAMED: name})


def _show(
    session: Session,
    seen: WardSeen,
    question: WardQuestion,
    records: Store | None,
    knowledge: Library,
) -> None:
    found = seen.answer
    if found is None:
        show_html(problem_panel("Nothing is added up until these rows hold", seen.problems))
        return
    entries = session.ward
    with st.container(key="answer"):
        show_html(ward_head(found.demand, seen.at))
    move_focus(".st-key-answer .ward-head", f"ward {seen.at}")
    panel = left_out_panel(found.ward, seen.labels)
    if panel is not None:
        show_html(panel)
    _show_views(entries, seen, found, knowledge, partial(show_move, session, question, records))
    _show_downloads(found)
    if entries.of == RECORDS:
        show_ward_links(session, entries.label, knowledge)


def _show_views(
    entries: WardEntries,
    seen: WardSeen,
    found: WardAnswer,
    knowledge: Library,
    show_move_view: Callable[[Library], None],
) -> None:
    days, drugs, stock, what_if, waiting, move, notes = st.tabs(
        ["Visits and hours", "Drugs", "Stock", "What if", "Who can wait", "Move", "Notes"],
        key="view-of-ward",
        on_change="rerun",
    )
    if days.open:
        with days:
            show_days(found.demand, found.fullness)
    if drugs.open:
        with drugs:
            given = list(dict.fromkeys(need.line.drug for need in found.demand.needs))
            words = {drug: knowledge.drugs[drug].name for drug in given if drug in knowledge.drugs}
            form = Form(entries, SCREEN)
            drug = form.pick("drug", "Drug", list(words), "All drugs", words=words.__getitem__)
            show_drugs(found.demand, drug)
    if stock.open:
        with stock:
            show_stock(found.stock)
    if what_if.open:
        with what_if:
            show_alternatives(found.alternatives, seen.labels)
    if waiting.open:
        with waiting:
            show_moves(seen.moves, seen.labels)
    if move.open:
        with move:
            show_move_view(knowledge)
    if notes.open:
        with notes:
            show_notes_of_ward(found.ward, found.demand)


def _show_downloads(found: WardAnswer) -> None:
    between = found.demand.between
    stem = f"ward-{between.first}-{between.last}"
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    with st.container(horizontal=True, gap="small", key="ward-downloads"):
        st.download_button(
            "Workbook (.xlsx)",
            lambda: found.xlsx,
            file_name=f"{stem}.xlsx",
            mime=mime,
            key="ward-xlsx",
            on_click="ignore",
            type="primary",
        )
        st.download_button(
            "All tables (.csv)",
            lambda: found.csv,
            file_name=f"{stem}.csv",
            mime="text/csv",
            key="ward-csv",
            on_click="ignore",
        )


main()
