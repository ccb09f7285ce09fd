"""What the Plan screen asks about the patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import streamlit as st

from dosing.units import show_share
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.patient_entry import PATIENT_FIELDS
from schedules.plans.patient_field import PatientField, Place
from schedules.plans.patient_reading import read_hematocrit
from screens.forms.known_words import ask_words
from screens.forms.patient_texts import needs_the_kidney
from screens.marks import show_html, title
from screens.parts.fields import Echo, Form, says_date, says_quantity
from screens.state.session import PlanEntries

SCREEN = "plan"
# More words than these do not fit beside each other.
_WORDS_IN_A_ROW = 3
_KIDNEY_BLOOD_TEST, _PLASMA_BLOOD_TEST = "creatinine", "hematocrit"


def ask_patient(
    entries: PlanEntries, regimen: Regimen | None, knowledge: Library, today: dt.date
) -> None:
    """Ask for label, sex, age, weight and height, and behind one click for the rest."""
    show_html(title("Patient"))
    form = Form(entries.patient, SCREEN)
    for field in _fields_at("first", "age"):
        if field.name == "age":
            _ask_age_or_born(entries)
        if field.place != "age" or field.name == entries.age_or_born:
            _ask(form, field, knowledge, today)
    form.confirm_measurements()
    beside = _blood_tests(regimen, knowledge) if regimen is not None else []
    more = st.expander(
        "More about the patient, optional", key="more-about-the-patient", on_change="rerun"
    )
    if more.open:
        with more:
            for field in _fields_at("more"):
                if field.name not in beside:
                    _ask(form, field, knowledge, today)


def _blood_tests(regimen: Regimen, knowledge: Library) -> list[str]:
    """Return the tests that a regimen needs, which stand beside it: creatinine, haematocrit."""
    medicines = (medicine for phase in regimen.phases for medicine in phase.medicines)
    plasma = any(medicine.plasma for medicine in medicines)
    kidney = needs_the_kidney(regimen, knowledge)
    return [_KIDNEY_BLOOD_TEST] * kidney + [_PLASMA_BLOOD_TEST] * plasma


def _fields_at(*places: Place) -> Iterator[PatientField]:
    return (field for field in PATIENT_FIELDS if field.place in places)


def _ask_age_or_born(entries: PlanEntries) -> None:
    titles = {field.name: field.title for field in _fields_at("age")}
    key = f"{SCREEN}-age_or_born"
    if key not in st.session_state:
        st.session_state[key] = entries.age_or_born
    entries.age_or_born = st.radio(
        "Age or date of birth",
        list(titles),
        key=key,
        horizontal=True,
        format_func=titles.__getitem__,
        label_visibility="collapsed",
    )


def _ask(form: Form, field: PatientField, knowledge: Library, today: dt.date) -> None:
    """Ask for one field of the patient, unless it says nothing without another."""
    if field.only_with and not form.entries.get(field.only_with):
        return
    if field.kind == "several":
        ask_words(form, field, knowledge.terms)
        return
    if not field.words:
        echo = echo_of(field, today)
        form.text(field.name, field.title, field.example, echo, help_text=field.hint)
        return
    form.choice(
        field.name,
        field.title,
        field.words,
        words=lambda word: f"{word[:1].upper()}{word[1:]}",
        horizontal=len(field.words) <= _WORDS_IN_A_ROW,
        help_text=field.hint,
    )


def echo_of(field: PatientField, today: dt.date) -> Echo | None:
    """Return how a typed value of a field is read back beside it; None where it is only words."""
    if field.kind == "fraction":
        return lambda text: f"= {show_share(read_hematocrit(text) or 0)}"
    if field.kind == "date":
        return says_date(field.title.lower(), today)
    return says_quantity(field.kind) if field.measured else None


def ask_what_the_regimen_needs(
    entries: PlanEntries, regimen: Regimen, knowledge: Library, today: dt.date
) -> None:
    """Ask for the genotype, the kidney and the haematocrit, only where the regimen needs them.

    The creatinine, from which a clearance is calculated, then stands beside it.

    What was typed for another regimen stays, and is asked for again where it is needed.
    """
    bands = [*regimen.bands()]
    bands += [p.when for name in regimen.drugs for p in knowledge.drug(name).adjustments if p.when]
    asked: list[PatientField] = []
    if any(band.genotype is not None for band in bands):
        asked += _fields_at("genotype")
    beside = _blood_tests(regimen, knowledge)
    asked += [field for field in _fields_at("more") if field.name in beside]
    if _KIDNEY_BLOOD_TEST in beside:
        asked += _fields_at("kidney")
    form = Form(entries.patient, SCREEN)
    for field in asked:
        _ask(form, field, knowledge, today)
