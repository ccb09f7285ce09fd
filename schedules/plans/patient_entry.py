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

# Beyond these a date is a slip of hand, and calendars cannot count on.
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


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
    """Read a date written as 2026-11-30 or 30-Nov-2026: no other order, which could be misread."""
    for form in ("%Y-%m-%d", "%d-%b-%Y"):
        try:
            read = dt.date(*time.strptime(text.strip(), form)[:3])
        except ValueError:
            continue
        if not _EARLIEST <= read <= _LATEST:
            refuse(
                field,
                text,
                why="is not a day that can be planned with",
                write=f"a year from {_EARLIEST.year} to {_LATEST.year}",
            )
        return read
    refuse(
        field,
        text,
        why="is not a date" if text else "is missing",
        write="2026-11-30 or 30-Nov-2026",
    )


def read_patient(entry: PatientEntry, on: dt.date) -> Patient:
    """Read the measurements; the age is that on a given day, when the birth date is known.

    Raises:
        InputError: with every measurement that cannot be read.
    """
    problems = Problems()

    def measured(reader: Callable[..., Quantity], text: str, field: str) -> Quantity | None:
        return problems.reading(reader, text, field) if text.strip() else None

    found_weight = measured(weight, entry.weight, "weight")
    found_height = measured(height, entry.height, "height")
    found_creatinine = measured(creatinine, entry.creatinine, "creatinine")
    found_age = measured(age, entry.age, "age")
    if entry.born is not None:
        if found_age is not None:
            problems.add(
                "age",
                entry.age,
                why="stands beside a birth date",
                accepted="give the age or the birth date, not both",
            )
        found_age = problems.reading(age_on, entry.born, on)
    if entry.clearance:
        problems.reading(clearance, entry.clearance, "clearance")
    if entry.clearance and entry.clearance_by not in ESTIMATED_BY:
        problems.add(
            "clearance by",
            entry.clearance_by,
            why="is not known here" if entry.clearance_by else "is missing",
            write=f"{', '.join(ESTIMATED_BY[:-1])} or {ESTIMATED_BY[-1]}",
        )
    if entry.genotype and entry.genotype not in GENOTYPES:
        problems.add(
            "genotype", entry.genotype, why="is not known here", write=f"{EXAMPLES['genotype']}"
        )
    for drug, text in entry.earlier.items():
        problems.reading(amount, text, f"earlier {drug}")
    if entry.sex and entry.sex not in SEXES:
        problems.add("sex", entry.sex, why="is not known here", write="male or female")
    if len(entry.label) > _LONGEST_LABEL or not entry.label.isprintable():
        problems.add(
            "label",
            entry.label,
            why="is too long or not printable",
            write=f"up to {_LONGEST_LABEL} letters, no name",
        )
    problems.raise_if_any()
    return Patient(
        weight=found_weight,
        height=found_height,
        creatinine=found_creatinine,
        age=found_age,
        sex=entry.sex or None,
        genotype=entry.genotype or None,
        size_confirmed=entry.size_confirmed,
    )


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
