"""How the typed text of a patient is read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from typing import Any

from dosing import units
from dosing.amputation import read_amputations
from dosing.errors import Problems, refuse, text_of
from dosing.numbers import read_fraction
from dosing.patient import Patient
from dosing.plausibility import EARLIEST_DAY, LATEST_DAY, PLAUSIBLE
from dosing.units import KG, YEAR, Quantity, age, amount, clearance, in_unit, plain, quantity
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from schedules.plans.patient_field import PatientField

_LONGEST_LABEL = 60
# The age may stand as a birth date; the unit of a clearance says what it is.
_READ_APART = ("age", "clearance")
_MEASURES = {field.name for field in dataclasses.fields(Patient)}
_MEASURED = [f for f in PATIENT_FIELDS if f.measured and f.name not in _READ_APART]
_WITH_WORDS = [field for field in PATIENT_FIELDS if field.words]
_SEVERAL = [field for field in PATIENT_FIELDS if field.kind == "several"]


def read_date(text: str | dt.date | None, field: str) -> dt.date:
    """Read a date written as 2026-11-30 or 30-Nov-2026; any other order could be misread.

    A program may hand in a date as such, without a time.

    Raises:
        InputError: if it is missing, cannot be read, or lies outside the years of a plan.
    """
    if type(text) is dt.date and EARLIEST_DAY <= text <= LATEST_DAY:
        return text
    text = "" if text is None else text_of(text).strip()  # a date prints as 2026-11-30
    for form in ("%Y-%m-%d", "%d-%b-%Y"):
        try:
            read = dt.date(*time.strptime(text, form)[:3])
        except ValueError:
            continue
        if not text.isascii():  # strptime takes the digits of any script
            break
        if not EARLIEST_DAY <= read <= LATEST_DAY:
            years = f"a year from {EARLIEST_DAY.year} to {LATEST_DAY.year}"
            refuse(field, text, why="is not a day that can be planned with", write=years)
        return read
    why = "is not a date" if text else "is missing"
    refuse(field, text, why=why, write="2026-11-30 or 30-Nov-2026")


def read_patient(entry: PatientEntry, on: dt.date) -> Patient:
    """Read the measurements of a patient.

    Args:
        entry: the patient as typed.
        on: the day on which the age is taken, where the birth date is known.

    Raises:
        InputError: with every measurement that cannot be read.
    """
    problems = Problems()
    measured: dict[str, Any] = {
        field.name: problems.reading(units.read, field.kind, text, field=field.in_words)
        for field in _MEASURED
        if (text := getattr(entry, field.name)).strip()
    }
    _prefer_dry_weight(measured, problems)
    patient = Patient(
        **{name: value for name, value in measured.items() if name in _MEASURES},
        age=problems.reading(_read_age, entry, on),
        sex=entry.sex or None,
        genotype=entry.genotype or None,
        size_confirmed=entry.size_confirmed,
        amputated=problems.reading(read_amputations, entry.amputations),
        hematocrit=problems.reading(read_hematocrit, entry.hematocrit),
    )
    if entry.clearance:
        problems.reading(clearance, entry.clearance, "clearance")
    for field in _WITH_WORDS:
        _check_word(entry, field, problems)
    for drug, text in entry.earlier.items():
        problems.reading(amount, text, f"earlier {drug}")
    for field in _SEVERAL:
        if not all(map(str.strip, getattr(entry, field.name))):
            problems.add(field.in_words, "", why="has an empty entry", accepted="leave it out")
    if entry.label and not entry.label.strip():
        problems.add("label", entry.label, why="is blank", write="a bed or a number, no name")
    elif len(entry.label) > _LONGEST_LABEL or not entry.label.isprintable():
        label = f"up to {_LONGEST_LABEL} letters, no name"
        problems.add("label", entry.label, why="is too long or not printable", write=label)
    problems.raise_if_any()
    return patient


def _prefer_dry_weight(measured: dict[str, Any], problems: Problems) -> None:
    """Take the dry weight for the weight that doses go by."""
    dry, weight = measured.pop("dry_weight", None), measured.get("weight")
    if dry is None:
        return
    if weight is not None and in_unit(dry, KG, "dry weight") > in_unit(weight, KG, "weight"):
        why = f"is more than the weight of {plain(weight)}"
        problems.add("dry weight", plain(dry), why=why, accepted="correct one of them")
    measured["weight"] = dry


def _check_word(entry: PatientEntry, field: PatientField, problems: Problems) -> None:
    word = getattr(entry, field.name)
    needed = bool(field.only_with and getattr(entry, field.only_with))
    if field.only_with and not needed:
        return
    if word not in field.words and (word or needed):
        why = "is not known here" if word else "is missing"
        problems.add(field.in_words, word, why=why, write=field.spelling)


def _read_age(entry: PatientEntry, on: dt.date) -> Quantity | None:
    """Return the age as entered, or that on a day by the birth date."""
    problems = Problems()
    years = problems.reading(age, entry.age, "age") if entry.age.strip() else None
    if entry.born is not None and years is not None:
        why, accepted = "stands beside a birth date", "give the age or the birth date, not both"
        problems.add("age", entry.age, why=why, accepted=accepted)
    if entry.born is not None:
        years = problems.reading(age_on, entry.born, on)
    problems.raise_if_any()
    return years


def read_hematocrit(text: str, field: str = "hematocrit") -> float | None:
    """Read a haematocrit written as a fraction; None if there is none.

    Raises:
        InputError: if it is no fraction, or one that no patient who is exchanged has.
    """
    if not text.strip():
        return None
    share, decided = read_fraction(text, field), PLAUSIBLE.plasma_volumes.hematocrit
    if not decided.low <= share <= decided.high:
        accepted = f"write a fraction from {decided.low:g} to {decided.high:g}"
        refuse(field, text, why="is not plausible", accepted=accepted)
    return share


def read_measured(fact: PatientField, text: str, field: str) -> Quantity | float | None:
    """Read one measurement, as the kind of its field says.

    Raises:
        InputError: if it cannot be read.
    """
    if fact.kind == "fraction":
        return read_hematocrit(text, field)
    return units.read(fact.kind, text, field=field)


def age_on(born: dt.date, on: dt.date) -> Quantity:
    """Return the age on a day, in completed years, or as a fraction in the first year of life.

    Raises:
        InputError: if the day is before the birth.
    """
    if born > on:
        refuse("born", born.isoformat(), why="is after the first day", write="the date of birth")
    before_birthday = (on.month, on.day) < (born.month, born.day)
    years = on.year - born.year - before_birthday
    if years:
        return quantity(float(years), YEAR)
    return quantity((on - born).days / 365.25, YEAR)
