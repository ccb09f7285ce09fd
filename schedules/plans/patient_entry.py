"""The patient as typed, and how the typed text is read."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from pydantic import Field

from dosing.calculation.clearance import ESTIMATED_BY
from dosing.drugs.conditions import EXAMPLES, GENOTYPES
from dosing.drugs.file_model import FileModel
from dosing.errors import InputError, Problem, Problems
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
            raise InputError(
                Problem(field=field, typed=text, why="is not a day that can be planned with",
                        accepted=f"write a year from {_EARLIEST.year} to {_LATEST.year}")
            )  # fmt: skip
        return read
    raise InputError(
        Problem(field=field, typed=text, why="is not a date" if text else "is missing",
                accepted="write 2026-11-30 or 30-Nov-2026")
    )  # fmt: skip


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
            problems.add([
                Problem(field="age", typed=entry.age, why="stands beside a birth date",
                        accepted="give the age or the birth date, not both")
            ])  # fmt: skip
        found_age = problems.reading(_age_on, entry.born, on)
    if entry.clearance:
        problems.reading(clearance, entry.clearance, "clearance")
    if entry.clearance and entry.clearance_by not in ESTIMATED_BY:
        problems.add([
            Problem(field="clearance by", typed=entry.clearance_by,
                    why="is not known here" if entry.clearance_by else "is missing",
                    accepted=f"write {', '.join(ESTIMATED_BY[:-1])} or {ESTIMATED_BY[-1]}")
        ])  # fmt: skip
    if entry.genotype and entry.genotype not in GENOTYPES:
        problems.add([Problem(field="genotype", typed=entry.genotype, why="is not known here",
                              accepted=f"write {EXAMPLES['genotype']}")])  # fmt: skip
    for drug, text in entry.earlier.items():
        problems.reading(amount, text, f"earlier {drug}")
    if entry.sex and entry.sex not in SEXES:
        problems.add([Problem(field="sex", typed=entry.sex, why="is not known here",
                              accepted="write male or female")])  # fmt: skip
    if len(entry.label) > _LONGEST_LABEL or not entry.label.isprintable():
        problems.add([
            Problem(field="label", typed=entry.label, why="is too long or not printable",
                    accepted=f"write up to {_LONGEST_LABEL} letters, no name")
        ])  # fmt: skip
    problems.raise_if_any()
    return Patient(
        weight=found_weight, height=found_height, creatinine=found_creatinine, age=found_age,
        sex=entry.sex or None, genotype=entry.genotype or None, size_confirmed=entry.size_confirmed,
    )  # fmt: skip


def _age_on(born: dt.date, on: dt.date) -> Quantity:
    if born > on:
        raise InputError(
            Problem(field="born", typed=born.isoformat(), why="is after the first day",
                    accepted="write the date of birth")
        )  # fmt: skip
    before_birthday = (on.month, on.day) < (born.month, born.day)
    years = on.year - born.year - before_birthday
    if years:
        return quantity(float(years), YEAR)
    return quantity((on - born).days / 365.25, YEAR)
