"""The patient as typed: the one list of what is asked, and how the typed text is read.

The options of ``plan`` and of a re-weigh, the fields of the Plan screen and the keys of the plan
file are made of ``PatientEntry``, whose order is that of the plan file. A measurement added there
is asked for, read by its kind, kept and opened again; what it means for a dose is a rule in
``dosing``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from pydantic import Field

from dosing import units
from dosing.calculation.clearance import ESTIMATED_BY
from dosing.drugs.conditions import GENOTYPES
from dosing.drugs.file_model import EARLIEST_DAY, LATEST_DAY, Day, FileModel
from dosing.errors import Problems, refuse, text_of
from dosing.formulas.formula import SEXES
from dosing.patient import Patient
from dosing.units import YEAR, Quantity, age, amount, clearance, quantity
from schedules.plans.patient_field import PatientField, read_fields

_LONGEST_LABEL = 60
# The age may stand as a birth date; the unit of a clearance says what it is.
_READ_APART = ("age", "clearance")


class PatientEntry(FileModel):
    """The patient as typed. A label, never a name."""

    label: Annotated[
        str,
        PatientField(
            kind="text",
            title="Label, no name",
            example="ward-7",
            hint="Tells this plan from others in a calendar: a bed, a study number. Never a name.",
            place="first",
            help='a label for the patient, such as "ward-7"; never a name',
            metavar="LABEL",
            leads=True,
        ),
    ] = ""
    sex: Annotated[
        str,
        PatientField(kind="word", words=SEXES, title="Sex", place="first", help="male or female"),
    ] = ""
    age: Annotated[
        str,
        PatientField(
            kind="age",
            title="Age",
            example="48 years",
            place="age",
            help='"48 years" or "7 months"',
        ),
    ] = ""
    born: Annotated[
        Day | None,
        PatientField(
            kind="date",
            title="Date of birth",
            example="1978-05-14",
            place="age",
            help="the birth date, instead of the age",
        ),
    ] = None
    weight: Annotated[
        str,
        PatientField(
            kind="weight",
            title="Weight",
            example="70 kg",
            hint="In kg, g or lb, always with the unit. A gram is a gram: 3500 g is 3.5 kg.",
            place="first",
            help='"70 kg", "3500 g" or "154 lb"',
            leads=True,
            again="72 kg",
            again_help='the weight measured now: "72 kg"',
        ),
    ] = ""
    weight_on: Annotated[
        Day | None,
        PatientField(
            kind="date",
            title="Weight measured on",
            example="2026-11-19",
            help="the day the weight was measured",
            leads=True,
        ),
    ] = None
    height: Annotated[
        str,
        PatientField(
            kind="height",
            title="Height",
            example="175 cm",
            hint="In cm, m, in or ft, always with the unit.",
            place="first",
            help='"175 cm", "1.75 m" or "69 in"',
            leads=True,
            again="175 cm",
            again_help='the height measured now: "175 cm"',
        ),
    ] = ""
    creatinine: Annotated[
        str,
        PatientField(
            kind="creatinine",
            title="Creatinine",
            example="80 umol/L",
            hint="In umol/L or mg/dL.",
            help='"80 umol/L" or "0.9 mg/dL"',
            again="80 umol/L",
            again_help='the serum creatinine measured now: "80 umol/L"',
        ),
    ] = ""
    clearance: Annotated[
        str,
        PatientField(
            kind="clearance",
            title="Clearance, if one is known",
            example="42 mL/min",
            hint="Best from cystatin C, in mL/min or mL/min/1.73m2. Left empty, it is calculated "
            "from the creatinine, under More about the patient.",
            place="kidney",
            help='if it is known: "42 mL/min" or "42 mL/min/1.73m2"',
        ),
    ] = ""
    clearance_by: Annotated[
        str,
        PatientField(
            kind="word",
            words=ESTIMATED_BY,
            title="It was estimated from",
            place="kidney",
            only_with="clearance",
            help='what it is from: "cystatin C", creatinine or measured',
            metavar="HOW",
        ),
    ] = ""
    genotype: Annotated[
        str,
        PatientField(
            kind="word",
            words=GENOTYPES,
            title="TPMT and NUDT15",
            hint="Both intermediate: one in each gene. Poor: no working copy of one of them.",
            place="genotype",
            help="of TPMT and NUDT15: normal, both intermediate ...",
        ),
    ] = ""
    size_confirmed: Annotated[
        bool,
        PatientField(
            kind="confirmed",
            place="apart",
            help="confirms that weight and height of a rare size were measured again",
        ),
    ] = False
    earlier: Annotated[
        dict[str, str],
        PatientField(
            kind="amounts",
            place="apart",
            help='what was given before this course: cyclophosphamide="5 g"',
            metavar="DRUG=AMOUNT",
        ),
    ] = Field(default_factory=dict)
    conditions: Annotated[
        list[str],
        PatientField(
            kind="several",
            title="Other diseases",
            example="myasthenia gravis, dialysis",
            hint="Separated by commas. You are told what a drug of the regimen does to them.",
            option="condition",
            help='other diseases: "myasthenia gravis"',
            metavar="DISEASE",
        ),
    ] = Field(default_factory=list)
    takes: Annotated[
        list[str],
        PatientField(
            kind="several",
            title="Other drugs taken",
            example="valproate, carbamazepine",
            hint="Separated by commas. You are told of interactions that the drug files name.",
            help="other drugs that the patient takes",
            metavar="DRUG",
        ),
    ] = Field(default_factory=list)


class PatientFacts(TypedDict, total=False):
    """The patient as typed, each value with its unit. ``label`` names a bed, never a person.

    The same list, for whoever calls ``schedules.plan`` under a type checker.
    """

    label: str
    sex: str
    age: str
    born: str
    weight: str
    weight_on: str
    height: str
    creatinine: str
    clearance: str
    clearance_by: str
    genotype: str
    size_confirmed: bool
    earlier: Mapping[str, str]
    conditions: list[str]
    takes: list[str]


PATIENT_FIELDS = read_fields(PatientEntry)
MEASURED_AGAIN = tuple(field for field in PATIENT_FIELDS if field.again)
_MEASURES = {field.name for field in dataclasses.fields(Patient)}


def read_date(text: str | dt.date | None, field: str) -> dt.date:
    """Read a date written as 2026-11-30 or 30-Nov-2026; any other order could be misread.

    A program may hand in a date as such, without a time.

    Raises:
        InputError: if it is missing, cannot be read, or lies outside the years of a plan.
    """
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
        for field in PATIENT_FIELDS
        if field.measured and field.name not in _READ_APART
        if (text := getattr(entry, field.name)).strip()
    }
    patient = Patient(
        **{name: value for name, value in measured.items() if name in _MEASURES},
        age=problems.reading(_read_age, entry, on),
        sex=entry.sex or None,
        genotype=entry.genotype or None,
        size_confirmed=entry.size_confirmed,
    )
    if entry.clearance:
        problems.reading(clearance, entry.clearance, "clearance")
    for field in PATIENT_FIELDS:
        if field.words:
            _check_word(entry, field, problems)
    for drug, text in entry.earlier.items():
        problems.reading(amount, text, f"earlier {drug}")
    if len(entry.label) > _LONGEST_LABEL or not entry.label.isprintable():
        label = f"up to {_LONGEST_LABEL} letters, no name"
        problems.add("label", entry.label, why="is too long or not printable", write=label)
    problems.raise_if_any()
    return patient


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
