"""What the Plan screen asks about the patient."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dosing.calculation.clearance import ESTIMATED_BY
from dosing.drugs.conditions import GENOTYPES
from dosing.formulas.formula import SEXES
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from screens.marks import show_html, title
from screens.parts.fields import Form, says_date, says_quantity
from screens.state.session import PlanEntries

SCREEN = "plan"
_WORDS = {
    "age": "Age",
    "born": "Date of birth",
    "male": "Male",
    "female": "Female",
    "creatinine": "Creatinine",
    "cystatin C": "Cystatin C",
    "measured": "Measured",
}


def ask_patient(entries: PlanEntries, today: dt.date) -> None:
    """Ask for label, sex, age, weight and height, and behind one click for the rest."""
    form = Form(entries, SCREEN)
    show_html(title("Patient"))
    form.text(
        "label",
        "Label, no name",
        "ward-7",
        help_text="Tells this plan from others in a calendar: a bed, a study number. Never a name.",
    )
    form.choice("sex", "Sex", SEXES, words=_WORDS.__getitem__)
    _ask_age(entries, today)
    form.text(
        "weight",
        "Weight",
        "70 kg",
        says_quantity("weight"),
        help_text="In kg, g or lb, always with the unit. A gram is a gram: 3500 g is 3.5 kg.",
    )
    form.text(
        "height",
        "Height",
        "175 cm",
        says_quantity("height"),
        help_text="In cm, m, in or ft, always with the unit.",
    )
    form.confirm_measurements()
    with st.expander("More about the patient, optional", key="more-about-the-patient"):
        _ask_more(form, today)


def _ask_age(entries: PlanEntries, today: dt.date) -> None:
    key = f"{SCREEN}-age_or_born"
    if key not in st.session_state:
        st.session_state[key] = entries.age_or_born
    entries.age_or_born = st.radio(
        "Age or date of birth",
        ["age", "born"],
        key=key,
        horizontal=True,
        format_func=_WORDS.__getitem__,
        label_visibility="collapsed",
    )
    form = Form(entries, SCREEN)
    if entries.age_or_born == "age":
        form.text("age", "Age", "48 years", says_quantity("age"))
    else:
        form.text("born", "Date of birth", "1978-05-14", says_date("date of birth", today))


def _ask_more(form: Form, today: dt.date) -> None:
    measured_on = says_date("weight measured on", today)
    form.text("weight_on", "Weight measured on", "2026-11-19", measured_on)
    form.text(
        "creatinine",
        "Creatinine",
        "80 umol/L",
        says_quantity("creatinine"),
        help_text="In umol/L or mg/dL.",
    )
    form.text(
        "conditions",
        "Other diseases",
        "myasthenia gravis, dialysis",
        help_text="Separated by commas. You are told what a drug of the regimen does to them.",
    )
    form.text(
        "takes",
        "Other drugs taken",
        "valproate, carbamazepine",
        help_text="Separated by commas. You are told of interactions that the drug files name.",
    )


def ask_what_the_regimen_needs(entries: PlanEntries, regimen: Regimen, knowledge: Library) -> None:
    """Ask for the kidney and the genotype, only where the regimen or one of its drugs needs them.

    What was typed for another regimen stays, and is asked for again where it is needed.
    """
    form = Form(entries, SCREEN)
    bands = [*regimen.bands()]
    bands += [p.when for name in regimen.drugs for p in knowledge.drug(name).adjustments if p.when]
    if any(band.genotype is not None for band in bands):
        form.choice(
            "genotype",
            "TPMT and NUDT15",
            GENOTYPES,
            words=str.capitalize,
            horizontal=False,
            help_text="Both intermediate: one in each gene. Poor: no working copy of one of them.",
        )
    if regimen.clearance is None:
        return
    form.text(
        "clearance",
        "Clearance, if one is known",
        "42 mL/min",
        says_quantity("clearance"),
        help_text="Best from cystatin C, in mL/min or mL/min/1.73m2. Left empty, it is calculated "
        "from the creatinine, under More about the patient.",
    )
    if entries.clearance:
        form.choice(
            "clearance_by",
            "It was estimated from",
            ESTIMATED_BY,
            words=lambda word: _WORDS.get(word, word),
        )
