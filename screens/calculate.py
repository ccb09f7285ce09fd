"""The Calculate screen: a dose without a regimen, and a body by every formula side by side."""

from __future__ import annotations

import dataclasses

import htpy as h
import streamlit as st

from dosing.calculation.alone import note_unused_choices
from dosing.errors import InputError, Problem
from dosing.patient import implausible
from dosing.trace import stops
from dosing.units import KG, M2, show
from schedules.knowledge.library import Library
from schedules.review.margins import find_margins_of_dose
from screens.forms.calculate import (
    PATIENT_OF_PLAN,
    SCREEN,
    Readings,
    calculate_as_typed,
    calculate_form,
    read_entries,
)
from screens.forms.same_patient import offer_patient
from screens.marks import empty_panel, show_html
from screens.parts.body_tables import show_kidney, show_surfaces, show_weights
from screens.parts.card import needed_panel
from screens.parts.conversions import is_asked, show_conversions
from screens.parts.draft import show_draft
from screens.parts.fields import Form
from screens.parts.single_dose import show_dose, show_no_dose
from screens.state import clock
from screens.state.knowledge import library as read_knowledge
from screens.state.session import CalculateEntries, current_session

_QUESTIONS = {
    "surface": "surface formula",
    "weight basis": "dosing weight",
    "fraction": "share of the excess",
}

# What is chosen from a list
_CHOSEN = {"surface", "weight basis", "ideal weight formula"}


def main() -> None:
    """Show the screen: measurements and rate on the left, every result on the right."""
    session, knowledge = current_session(), read_knowledge()
    entries = session.calculate
    show_html(h.h1(".hidden")["Calculate a dose and body measures"])
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="calculate-form"):
        offer_patient(session, Form(entries, SCREEN), PATIENT_OF_PLAN, clock.now().date())
        show_html(h.div("#entries"))
        calculate_form(entries, knowledge)
        show_draft()
    readings = read_entries(entries, knowledge)
    with right:
        _show_results(entries, readings, knowledge)


def _show_results(entries: CalculateEntries, readings: Readings, knowledge: Library) -> None:
    patient = readings.patient
    sizes = (patient.weight, patient.height, patient.cystatin_c, readings.rate)
    nothing = all(one is None for one in sizes)
    if nothing and not readings.problems and not is_asked(entries):
        _begin()
        return
    impossible = stops(implausible(patient))
    if impossible:
        show_no_dose(impossible)
        return
    stopped = _show_dose(entries, readings, knowledge)
    # A table that went on to name the dose by each formula would undo the STOP.
    rule = None if stopped else readings.rule
    show_surfaces(patient, readings.surface, rule if readings.counts_by(M2) else None)
    show_weights(patient, readings.fraction, rule if readings.counts_by(KG) else None)
    show_kidney(patient)
    show_conversions(entries)


def _begin() -> None:
    show_html(
        empty_panel(
            "A dose without a regimen",
            h.p[
                "Write a weight and a height, each with its unit, to see the body surface by every "
                "formula, with ideal, adjusted and lean weight. Write a dose rate, such as "
                "375 mg/m2, and the dose appears on top with every step."
            ],
        )
    )


def _to_choose(problem: Problem) -> Problem:
    """Return what is missing in the words of the screen: of a list one is chosen, not written."""
    if problem.typed or problem.field not in _CHOSEN:
        return problem
    return dataclasses.replace(problem, accepted="choose one")


def _show_dose(entries: CalculateEntries, readings: Readings, knowledge: Library) -> bool:
    """Show the dose, or what keeps it from being shown; return whether that is a STOP."""
    if readings.problems:
        show_html(needed_panel(readings.problems, {}))
    if readings.rule is None or readings.rate is None or readings.problems:
        return False
    drug, route = readings.drug, entries.route or ""
    try:
        dose = calculate_as_typed(readings.rule, readings, entries, knowledge)
    except InputError as error:
        show_html(needed_panel(map(_to_choose, error.problems), _QUESTIONS))
        return False
    if stops(dose.findings):
        show_no_dose(dose.findings)
        return True
    # Both serve the tables below as well, so they are not refused.
    choices = {
        "surface": entries.surface,
        "basis": readings.rule.weight_basis,
        "fraction": readings.fraction,
    }
    beside = [*note_unused_choices(readings.rate, choices)]
    of_site = knowledge.site.surface_formula
    if of_site is not None and readings.counts_by(M2) and entries.surface is None:
        beside.append(of_site.as_finding())
    show_dose(
        dataclasses.replace(dose, findings=(*dose.findings, *beside)),
        rate=show(readings.rate),
        rounded=readings.rule.rounding is not None,
        limits_of=f"{drug.name}, {route}" if drug is not None else "",
        margins=find_margins_of_dose(dose, drug, route) if drug is not None else (),
    )
    return False


main()
