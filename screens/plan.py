"""The Plan screen: from a patient, a regimen and a first day to a dated course and its files."""

from __future__ import annotations

import datetime as dt
from functools import partial

import htpy as h
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dosing.errors import InputError, KnowledgeError
from schedules.course.course import Course
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.review.summary import course_limits
from screens.forms.changed_plan import take_planned
from screens.forms.course_changes import open_dose, show_changes, show_changing_calendar
from screens.forms.links import show_links
from screens.forms.named_plan import name_in_address, take_named
from screens.forms.patient import ask_patient
from screens.forms.plan import ask_plan
from screens.forms.plan_reading import read_plan
from screens.marks import (
    date_text,
    empty_panel,
    part_title,
    problem_panel,
    quiet,
    render,
    show_html,
)
from screens.parts.calendar_events import show_calendar
from screens.parts.card import answer_card, needed_panel, regimen_head
from screens.parts.confirm import confirm, show_notes
from screens.parts.course_table import show_table
from screens.parts.course_totals import totals_table
from screens.parts.cycle_grid import show_cycles
from screens.parts.days_that_open import open_on_click
from screens.parts.downloads import provenance_line, show_downloads, show_plan_file
from screens.parts.draft import show_draft
from screens.parts.findings import show_stops, show_warnings
from screens.parts.in_sight import OFFERED_VIEWS, show_in_sight
from screens.parts.ledger import ledger_tables, looked_at_lines
from screens.parts.plans_of_label import show_plans_of_label
from screens.parts.timeline import show_timeline
from screens.state import clock
from screens.state.courses import course_of
from screens.state.knowledge import library as read_knowledge
from screens.state.knowledge import show_left_out
from screens.state.records import with_other_plans_of_label
from screens.state.session import PlanEntries, Session, current_session

HOW = (
    "Click a dose, or press Enter on it, to look at it, change it or record it as given. To move "
    "it, drag it in the calendar, or press M on it and use the arrow keys. Nothing moves before it "
    "is confirmed."
)


def main() -> None:
    """Show the screen: what is asked on the left, what follows from it on the right."""
    session, knowledge = current_session(), read_knowledge()
    show_html(h.h1(".hidden")["Plan a course"])
    take_named(session, knowledge)
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="plan-form"):
        show_html(h.div("#entries"))
        patient = st.container(key="plan-patient")
        regimen = ask_plan(session, knowledge, clock.now().date())
        draft = st.container()
    with right:
        _patient_and_answer((patient, draft), knowledge, regimen)


@st.fragment
def _patient_and_answer(
    places: tuple[DeltaGenerator, DeltaGenerator], knowledge: Library, regimen: Regimen | None
) -> None:
    """Ask about the patient, and show what follows; the second place says what is kept of it.

    What is typed here, and in the answer, asks for nothing else: so only this is drawn again.
    """
    if read_knowledge() is not knowledge:
        st.rerun()
    session, today = current_session(), clock.now().date()
    place, draft = places
    with place:
        ask_patient(session.plan, regimen, knowledge, today)
    session.planned, session.course = None, None
    if regimen is None:
        name_in_address(session, None)
        show_left_out(knowledge)
        _begin(session.plan)
    else:
        _answer(session, knowledge, regimen, today)
    with draft:
        show_draft()


def _answer(session: Session, knowledge: Library, regimen: Regimen, today: dt.date) -> None:
    show_html(regimen_head(regimen, other_dose=session.plan.other_dose))
    plan = None
    try:
        plan = read_plan(session, knowledge, regimen, today)
        course = course_of(session, plan, knowledge)
    except InputError as error:
        questions = {choice.name: choice.ask for choice in regimen.choices}
        show_html(needed_panel(error.problems, questions))
        return
    except KnowledgeError as error:
        show_html(problem_panel("This plan cannot be calculated", error.problems))
        return
    finally:
        name_in_address(session, plan)
    may_change = take_planned(session, knowledge, plan)
    if course.stopped:
        _stop(session, course, knowledge, may_change=may_change)
        return
    course = with_other_plans_of_label(course, knowledge)
    show_in_sight(course, changing=may_change and session.change.is_open)
    answer_card(course, today)
    # What warns comes before the calendar; what is ticked and noted before the files, after it.
    above, views, below = st.container(), st.container(), st.container()
    course = confirm(session, course, above, below)
    session.planned, session.course = course.plan, course
    with views:
        show_html(h.div("#course-views"))
        _show_views(session, course, knowledge, may_change=may_change)
        if may_change:
            show_html(_how())
            show_changes(session, course, knowledge)
    if totals := totals_table(course, knowledge):
        below.html(render(totals))
    show_downloads(session, course, knowledge)
    show_links(session, course, knowledge)
    show_plans_of_label(course.plan.patient.label, knowledge, today)


def _begin(entries: PlanEntries) -> None:
    missing = f" “{entries.regimen}” is not in the library." if entries.regimen else ""
    steps = (
        "Write a label for the patient and what was measured, each with its unit.",
        "Choose a regimen: search a disease, drug or brand.",
        "Write the first day. The dose, its derivation and every date then appear here.",
    )
    example = h.strong["Try an example"]
    show_html(
        empty_panel(
            "From a patient to a calendar",
            h.p[f"Nothing has been calculated yet.{missing}"],
            h.ol[[h.li[step] for step in steps]],
            h.p["To see a whole course at once, press ", example, "."],
        )
    )


def _how() -> h.Renderable:
    # Paper cannot be pressed: there it is left out.
    return h.div(".how")[quiet(HOW)]


def _stop(session: Session, course: Course, knowledge: Library, *, may_change: bool) -> None:
    show_in_sight(course, changing=may_change and session.change.is_open)
    show_stops(course.findings)
    way_out = "Correct what was entered."
    if day := course.stopped_from:
        way_out = f"No dose is given from {date_text(day)} on; the plan itself can be saved."
    show_html(quiet(f"No dose is shown and nothing can be downloaded while this stands. {way_out}"))
    show_warnings(course.findings, key="stopped")
    show_notes(course)
    if course.stopped_from or course.plan.changes:
        session.planned = course.plan
        if may_change:
            show_html(h.div("#course-views"))
            show_changing_calendar(session.change, course)
            show_html(_how())
            show_changes(session, course, knowledge)
        show_plan_file(course)
    show_html(part_title("What was looked at"), looked_at_lines(course))
    show_html(ledger_tables(course))
    show_html(provenance_line(course))


def _show_views(session: Session, course: Course, knowledge: Library, *, may_change: bool) -> None:
    calendar, cycles, timeline, listing, entered = st.tabs(
        [*OFFERED_VIEWS, "Entered"],
        key="view-of-course",
        on_change="rerun",
    )
    if calendar.open:
        with calendar:
            if may_change:
                show_changing_calendar(session.change, course)
            else:
                show_calendar(course)
    on_open = partial(open_dose, session.change) if may_change else None
    if on_open is not None and not calendar.open:
        open_on_click(on_open)
    if cycles.open:
        with cycles:
            show_cycles(course, opens=may_change)
    if timeline.open:
        limits = course_limits(course, knowledge)
        with timeline:
            show_timeline(course, knowledge, limits, on_open)
    if listing.open:
        with listing:
            show_table(course, opens=may_change)
    if entered.open:
        with entered:
            show_html(ledger_tables(course))


main()
