"""The patient as typed, and how the typed text is read."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from pydantic import Field

from dosing.calculation.clearance import ESTIMATED_BY
from dosing.drugs.conditions import EXAMPLES, GENOTYPES
from dosing.drugs.file_model import FileModel
from dosing.errors import Problems, refuse
from dosing.formulas.formula import SEXES
from dosing.patient import Patient
from dosing.plausibility import PLAUSIBLE
from dosing.units import (
    YEAR,
    Quantity,
    age,
    amount,
    clearance,
    creatinine,
    height,
    quantity,
    weight,
)

EARLIEST_DAY, LATEST_DAY = PLAUSIBLE.dates.low, PLAUSIBLE.dates.high
_LONGEST_LABEL = 60


class PatientEntry(FileModel):
    """The patient as typed. A label, never a name."""

    label: str = ""
    sex: str = ""
    age: str = ""
    born: dt.date | None = Field(default=None, strict=False)
    weight: str = ""
    weight_on: dt.date | None = Field(default=None, strict=False)
    height: str = ""
    creatinine: str = ""
    clearance: str = ""
    clearance_by: str = ""
    genotype: str = ""
    size_confirmed: bool = False
    earlier: dict[str, str] = Field(default_factory=dict)
    conditions: list[str] = Field(default_factory=list)
    takes: list[str] = Field(default_factory=list)


def read_date(text: str, field: str) -> dt.date:
    """Read a date written as 2026-11-30 or 30-Nov-2026; any other order could be misread.

    Raises:
        InputError: if it is missing, cannot be read, or lies outside the years of a plan.
    """
    for form in ("%Y-%m-%d", "%d-%b-%Y"):
        try:
            read = dt.date(*time.strptime(text.strip(), form)[:3])
        except ValueError:
            continue
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

    def measured(read: Callable[..., Quantity], text: str, field: str) -> Quantity | None:
        return problems.reading(read, text, field) if text.strip() else None

    patient = Patient(
        weight=measured(weight, entry.weight, "weight"),
        height=measured(height, entry.height, "height"),
        creatinine=measured(creatinine, entry.creatinine, "creatinine"),
        age=problems.reading(_read_age, entry, on),
        sex=entry.sex or None,
        genotype=entry.genotype or None,
        size_confirmed=entry.size_confirmed,
    )
    _check_clearance(entry, problems)
    if entry.genotype and entry.genotype not in GENOTYPES:
        genotypes = EXAMPLES["genotype"]
        problems.add("genotype", entry.genotype, why="is not known here", write=genotypes)
    for drug, text in entry.earlier.items():
        problems.reading(amount, text, f"earlier {drug}")
    if entry.sex and entry.sex not in SEXES:
        problems.add("sex", entry.sex, why="is not known here", write="male or female")
    if len(entry.label) > _LONGEST_LABEL or not entry.label.isprintable():
        label = f"up to {_LONGEST_LABEL} letters, no name"
        problems.add("label", entry.label, why="is too long or not printable", write=label)
    problems.raise_if_any()
    return patient


def _check_clearance(entry: PatientEntry, problems: Problems) -> None:
    if not entry.clearance:
        return
    problems.reading(clearance, entry.clearance, "clearance")
    if entry.clearance_by not in ESTIMATED_BY:
        why = "is not known here" if entry.clearance_by else "is missing"
        formulas = f"{', '.join(ESTIMATED_BY[:-1])} or {ESTIMATED_BY[-1]}"
        problems.add("clearance by", entry.clearance_by, why=why, write=formulas)


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
