"""The patient between the fields of the Plan screen, which hold texts, and the entry of a plan."""

from __future__ import annotations

from typing import Any

from dosing.errors import Problems
from dosing.units import amount
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import Terms
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from schedules.plans.patient_field import PatientField, join_words
from schedules.plans.patient_reading import read_date
from screens.state.session import PlanEntries


def needs_the_kidney(regimen: Regimen, knowledge: Library) -> bool:
    """Return whether a regimen, or the file of one of its drugs, looks at the kidney.

    Companions, which may be left out, do not bring the question to first sight.
    """
    drugs = [knowledge.drug(name) for name in regimen.as_chosen({}).drugs]
    return regimen.clearance is not None or any(drug.answers_about_the_kidney for drug in drugs)


def read_patient(
    problems: Problems, entries: PlanEntries, regimen: Regimen, knowledge: Library
) -> PatientEntry:
    """Return the patient as typed; what is wrong with dates and amounts is added to the problems.

    What is not asked for now is left out: the age beside a date of birth, the clearance where
    nothing looks at it.
    """
    kidney = needs_the_kidney(regimen, knowledge)
    fields = [field for field in PATIENT_FIELDS if _applies(field, entries, kidney=kidney)]
    values = {
        field.name: _read(problems, field, entries.patient.get(field.name) or "", knowledge.terms)
        for field in fields
    }
    return PatientEntry(**values, earlier=_read_earlier(problems, entries, regimen))


def _applies(field: PatientField, entries: PlanEntries, *, kidney: bool) -> bool:
    if field.kind == "amounts" or (field.only_with and not entries.patient.get(field.only_with)):
        return False
    if field.place == "age":
        return field.name == entries.age_or_born
    return field.place != "kidney" or kidney


def _read(problems: Problems, field: PatientField, text: str, terms: Terms) -> Any:
    match field.kind:
        case "date":
            return problems.reading(read_date, text, field.title.lower()) if text else None
        case "several":
            return terms.words_of(field.name).parted(text)
        case "confirmed":
            return bool(text)
    return text


def _read_earlier(problems: Problems, entries: PlanEntries, regimen: Regimen) -> dict[str, str]:
    earlier = {
        drug: text for drug, text in entries.earlier.items() if text and drug in regimen.drugs
    }
    amounts = [
        problems.reading(amount, text, f"{drug} given before") for drug, text in earlier.items()
    ]
    return {} if any(one is None for one in amounts) else earlier


def texts_of(patient: PatientEntry) -> dict[str, str | None]:
    """Return what would have to be typed for a patient, without what is held by drug."""
    texts = {
        field.name: _text_of(field, getattr(patient, field.name))
        for field in PATIENT_FIELDS
        if field.kind not in ("amounts", "confirmed")
    }
    measured = f"{patient.weight.strip()} at {patient.height.strip()}"
    return {**texts, "size_confirmed": measured if patient.size_confirmed else ""}


def _text_of(field: PatientField, value: Any) -> str | None:
    match field.kind:
        case "date":
            return value.isoformat() if value else ""
        case "several":
            return join_words(value)
    return empty(field) if value == "" else str(value)


def empty(field: PatientField) -> str | None:
    """Return what the widget of a field holds while nothing is typed or chosen."""
    return None if field.words else ""
