"""The Plan screen: from a patient, a regimen and a first day to a dated course and its files."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dosing.errors import InputError, Problems
from dosing.units import amount, show
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry, read_date
from schedules.plans.plan import Plan, PlannedAdjustment
from schedules.review.summary import course_limits
from screens.forms.plan import plan_form, typed_entries
from screens.marks import (
    escaped,
    findings_list,
    table,
)
from screens.parts.calendar_events import show_calendar
from screens.parts.card import answer_card, needed_panel, regimen_head, stop_panel
from screens.parts.confirm import confirmed, notes
from screens.parts.course_table import show_table
from screens.parts.downloads import downloads, provenance_line
from screens.parts.timeline import show_timeline
from screens.state.knowledge import library as read_knowledge
from screens.state.session import PlanEntries, Session, session

_TOTAL_DIGITS = 6


def _today() -> dt.date:
    """Ask the clock; only the screens may."""
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


def main() -> None:
    """Show the screen: what is asked on the left, what follows from it on the right."""
    kept, knowledge, today = session(), read_knowledge(), _today()
    st.html('<h1 class="hidden">Plan a course</h1>')
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="plan-form"):
        regimen = plan_form(kept, knowledge, today)
    with right:
        _answer(kept, knowledge, regimen, today)


def _answer(kept: Session, knowledge: Library, regimen: Regimen | None, today: dt.date) -> None:
    entries = kept.plan
    kept.planned, kept.course = None, None
    if regimen is None:
        _begin(entries)
        return
    other = entries.other_dose
    st.html(regimen_head(regimen, other_dose=other))
    try:
        plan = _plan(kept, knowledge, regimen, today)
        found = work_out(plan, knowledge)
    except InputError as error:
        asked = {choice.name: choice.ask for choice in regimen.choices}
        st.html(needed_panel(error.problems, asked))
        return
    if found.stopped:
        _stopped(found)
        return
    answer_card(found)
    found = confirmed(kept, found)
    kept.planned, kept.course = found.plan, found
    _totals(found, knowledge)
    _views(found, knowledge)
    downloads(kept, found, knowledge)


def _begin(entries: PlanEntries) -> None:
    missing = f" “{escaped(entries.regimen)}” is not in the library." if entries.regimen else ""
    st.html(
        '<section class="panel empty"><h2>From a patient to a calendar</h2>'
        f"<p>Nothing is calculated yet.{missing}</p><ol>"
        "<li>Write a label for the patient and what was measured, each with its unit.</li>"
        "<li>Choose a regimen: search by disease or drug.</li>"
        "<li>Write the first day. The dose, its derivation and every date stand here then.</li>"
        "</ol><p>To see a whole course at once, press <strong>Try an example</strong>.</p>"
        "</section>"
    )


def _plan(kept: Session, knowledge: Library, regimen: Regimen, today: dt.date) -> Plan:
    """Make the plan of what is typed, or give the saved one while nothing in it was changed."""
    entries = kept.plan
    if kept.opened is not None and typed_entries(entries) == kept.opened_entries:
        return kept.opened
    problems = Problems()
    if not entries.label:
        problems.add("label", "", why="is missing", write="a bed or a number, never a name")
    by_birth = entries.age_or_born == "born"
    born = _date(problems, entries.born, "date of birth") if by_birth else None
    weight_on = _date(problems, entries.weight_on, "weight measured on")
    first_day = _date(problems, entries.first_day, "first day")
    earlier = {
        drug: text for drug, text in entries.earlier.items() if text and drug in regimen.drugs
    }
    for drug, text in earlier.items():
        problems.reading(amount, text, f"{drug} given before")
    made: Plan | None = None
    kidney = regimen.clearance is not None
    adjusted = _adjustments(problems, entries, regimen)
    entry = PatientEntry(
        label=entries.label,
        sex=entries.sex or "",
        age="" if by_birth else entries.age,
        born=born,
        weight=entries.weight,
        weight_on=weight_on,
        height=entries.height,
        creatinine=entries.creatinine,
        clearance=entries.clearance if kidney else "",
        clearance_by=(entries.clearance_by or "") if kidney and entries.clearance else "",
        genotype=entries.genotype or "",
        size_confirmed=bool(entries.size_confirmed),
        earlier={} if problems else earlier,
        conditions=_listed(entries.conditions),
        takes=_listed(entries.takes),
    )
    chosen = {k: v for k, v in entries.choices.get(regimen.id, {}).items() if v}
    made = problems.reading(
        make_plan,
        regimen,
        knowledge.knowledge_for(regimen),
        knowledge.site,
        entry,
        first_day=first_day.isoformat() if first_day else "",
        made_on=today,
        choices=chosen,
        dose_text=entries.other_dose,
        zone=entries.zone,
        adjustments=adjusted,
        times={word: text for word, text in entries.times.items() if text},
    )
    return problems.settled(made)


def _adjustments(
    problems: Problems, entries: PlanEntries, regimen: Regimen
) -> list[PlannedAdjustment]:
    parts = {drug: text for drug in regimen.drugs if (text := entries.adjust.get(drug))}
    if parts and not entries.adjust_reason:
        problems.add(
            "why it is adjusted", "", why="is missing", write="a reason, such as allopurinol"
        )
        return []
    return [
        PlannedAdjustment(drug=drug, part=text, reason=entries.adjust_reason)
        for drug, text in parts.items()
    ]


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _date(problems: Problems, text: str, field: str) -> dt.date | None:
    return problems.reading(read_date, text, field) if text else None


def _stopped(found: Course) -> None:
    for finding in found.findings:
        if finding.level == "STOP":
            st.html(stop_panel(finding))
    st.html(
        '<p class="quiet">No dose is shown and nothing can be downloaded while this stands. '
        "Correct what was typed on the left.</p>"
    )
    findings_list([f for f in found.findings if f.level == "WARN"])
    notes(found)
    st.html(provenance_line(found))


def _totals(found: Course, knowledge: Library) -> None:
    rows = []
    for total in found.totals:
        per_cycle = "; ".join(
            dict.fromkeys(
                f"{escaped(phase)}: {escaped(show(value, _TOTAL_DIGITS))}"
                for phase, _, value in total.cycles
            )
        )
        lifetime = (
            show(total.lifetime, _TOTAL_DIGITS) if total.lifetime is not None else "not stated"
        )
        rows.append(
            [
                escaped(knowledge.drug(total.drug).name),
                str(total.doses),
                escaped(show(total.course, _TOTAL_DIGITS)),
                escaped(show(total.most_in_a_day, _TOTAL_DIGITS)),
                per_cycle,
                escaped(lifetime),
            ]
        )
    head = ["Drug", "Doses", "Whole course", "Most in a day", "Each cycle", "In a lifetime"]
    st.html('<h3 class="section">Course totals</h3>' + table(head, rows, caption="Course totals"))


def _views(found: Course, knowledge: Library) -> None:
    calendar, timeline, listing = st.tabs(
        ["Calendar", "Timeline", "Table"], key="view-of-course", on_change="rerun"
    )
    if calendar.open:
        with calendar:
            show_calendar(found)
    if timeline.open:
        with timeline:
            show_timeline(found, knowledge, course_limits(found, knowledge))
    if listing.open:
        with listing:
            show_table(found)


main()
