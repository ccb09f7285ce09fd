"""Looks at the patients of a table in classes: whose facts are equal, and compare alike.

One patient of each class is planned by ``plan_regimen``; what is found in that one is found in all
of the class. Who cannot go by columns is named, and goes through ``work_out`` alone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dosing import units
from dosing.errors import InputError
from dosing.formulas.body import BMI
from dosing.patient import Patient, implausible
from dosing.plausibility import PLAUSIBLE
from dosing.trace import Finding
from dosing.units import KG_PER_M2, Quantity, Unit, in_unit, quantity
from schedules.cohort.cells import UNITS, Cells
from schedules.cohort.table import FIRST_DAY, BadRow, PatientRow, entry_of
from schedules.course.measurements import Measurements, read_measurements
from schedules.course.planned_regimen import PlannedRegimen, plan_regimen
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.label import about_label
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from schedules.plans.patient_reading import age_on, read_date
from schedules.plans.plan import Acknowledgement, Plan
from schedules.plans.wrong_values import make_of

# Their numbers go in columns; every other fact of a class is equal.
MEASURED = ("weight", "height", "age", "creatinine")
# What changes which weight or clearance counts, or proposes a change of a dose: who has one of
# these goes alone.
_ALONE = (
    "results",
    "vaccinations",
    "actual_weight_because",
    "dry_weight",
    "weight_before_pregnancy",
    "amputations",
    "cystatin_c",
    "hematocrit",
    "clearance",
    "clearance_by",
    "earlier",
)
_KINDS = {field.name: field for field in PATIENT_FIELDS}
_LABEL = "row"
_LONGEST_LABEL = 60


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableOrder:
    """What is planned for every patient of a table: as the options of ``plan`` state it."""

    regimen: str
    made_on: dt.date
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    acknowledgements: tuple[Acknowledgement, ...] = ()


@dataclasses.dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """One patient of a table: as typed, as read, and what was found on the label.

    ``weighed_before`` is how many days before the first day the weight was measured.
    """

    row: PatientRow
    entry: dict[str, Any]
    first_day: dt.date
    measured: dict[str, Quantity]
    about_label: tuple[Finding, ...] = ()

    @property
    def weighed_before(self) -> int | None:
        """Return how old the weight is on the first day; None if nobody wrote it."""
        on = self.entry.get("weight_on")
        return None if on is None else (self.first_day - on).days


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Patients whose facts are equal, what the regimen is for them, and what is found in all."""

    people: tuple[Person, ...]
    plan: Plan
    planned: PlannedRegimen
    findings: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """The patients of a table: in classes, alone, or refused."""

    classes: tuple[Class, ...]
    alone: tuple[Person, ...]
    bad: tuple[BadRow, ...]


class Screen:
    """Reads and classes patients for one order; what is equal is read once."""

    def __init__(self, order: TableOrder, library: Library) -> None:
        """Look up the regimen, and the numbers that anything compares a patient with."""
        self.order, self.library = order, library
        self.regimen: Regimen = library.regimen(order.regimen).as_chosen(order.choices)
        drugs = [library.drug(name) for name in self.regimen.drugs]
        self._cells = Cells.of([self.regimen, *drugs, library.site])
        self._date = functools.cache(functools.partial(read_date, field="first day"))
        self._read = functools.cache(_read)
        self._cell = functools.cache(self._cell_of)

    def screen(self, rows: Iterable[PatientRow]) -> Screened:
        """Class the patients; a row in which anything is wrong is refused with all of it."""
        classed: dict[tuple[object, ...], list[Person]] = {}
        alone: list[Person] = []
        bad: list[BadRow] = []
        for row in rows:
            try:
                person = self.person(row)
                if self._goes_alone(person):
                    self.plan_of(person)  # refuses what is wrong
                    alone.append(person)
                else:
                    classed.setdefault(self._key(person), []).append(person)
            except InputError as error:
                bad.append(BadRow(row.number, error.problems))
        classes: list[Class] = []
        for people in classed.values():
            try:
                classes.append(self._class(people))
            except InputError:
                # The first of a class is refused; each is asked, since a text may name its number.
                for person in people:
                    try:
                        self._class([person])
                        alone.append(person)
                    except InputError as error:
                        bad.append(BadRow(person.row.number, error.problems))
        bad.sort(key=lambda one: one.number)
        return Screened(classes=tuple(classes), alone=tuple(alone), bad=tuple(bad))

    def plan_of(self, person: Person, label: str | None = None) -> Plan:
        """Return the plan of one patient, as the command ``plan`` makes it."""
        typed = person.entry if label is None else {**person.entry, "label": label}
        return make_plan(
            self.regimen,
            self.library.knowledge_for(self.regimen),
            self.library.site,
            make_of(PatientEntry, typed, "patient", ""),
            first_day=person.first_day,
            made_on=self.order.made_on,
            choices=self.order.choices,
            acknowledgements=list(self.order.acknowledgements),
        )

    def person(self, row: PatientRow) -> Person:
        """Read one row.

        Raises:
            InputError: with everything in it that cannot be read.
        """
        entry, problems = entry_of(row)
        first_day = None
        try:
            first_day = self._date(row.cells.get(FIRST_DAY, ""))
        except InputError as error:
            problems += error.problems
        measured: dict[str, Quantity] = {}
        for name in [name for name, field in _KINDS.items() if name in entry]:
            kind, text = _KINDS[name].kind, entry[name]
            try:
                if kind == "date":
                    entry[name] = read_date(str(text), name.replace("_", " "))
                elif name in MEASURED:
                    measured[name] = self._read(kind, text, name)
            except InputError as error:
                problems += error.problems
        born = entry.get("born")
        if isinstance(born, dt.date) and first_day is not None and "age" not in measured:
            try:
                measured["age"] = age_on(born, first_day)
            except InputError as error:
                problems += error.problems
        if problems or first_day is None:
            raise InputError(*problems)
        label = str(entry.get("label", ""))
        found = tuple(about_label(label, born=born is not None))
        return Person(
            row=row, entry=entry, first_day=first_day, measured=measured, about_label=found
        )

    def _goes_alone(self, person: Person) -> bool:
        entry, label = person.entry, str(person.entry.get("label", ""))
        odd = bool(label) and (len(label) > _LONGEST_LABEL or not label.isprintable())
        return odd or any(name in entry for name in _ALONE) or {"born", "age"} <= entry.keys()

    def _key(self, person: Person) -> tuple[object, ...]:
        """Return what is equal in a class."""
        entry, measured = person.entry, person.measured
        facts = tuple(
            (name, tuple(value) if isinstance(value, list) else value)
            for name, value in entry.items()
            if name not in (*MEASURED, "label", "weight_on", "born")
        )
        dated = person.first_day if entry.get("results") else None
        weighed = entry.get("weight_on")
        ahead = None if weighed is None else weighed > self.order.made_on
        first, days = PLAUSIBLE.first_day, (person.first_day - self.order.made_on).days
        far = days < -first.days_back, days > first.days_ahead
        return (
            tuple(sorted(facts)),
            bool(entry.get("label")),
            "born" in entry,
            (dated, ahead, far, self._begins(person.first_day)),
            tuple((name, value.units) for name, value in measured.items()),
            self._cells_of(person),
        )

    def _begins(self, first_day: dt.date) -> tuple[bool, ...]:
        """Return which days from which a rule of the drugs holds have come."""
        days = [
            rule.from_day
            for name in self.regimen.drugs
            for rule in self.library.drug(name).dosing_weight
            if rule.from_day is not None
        ]
        return tuple(first_day >= day for day in days)

    def _cells_of(self, person: Person) -> tuple[object, ...]:
        measured, cell = person.measured, self._cells.cell
        cells: list[object] = [
            self._cell(name, float(value.magnitude), value.units)
            for name, value in measured.items()
        ]
        if "weight" in measured and "height" in measured:
            index = BMI(weight=measured["weight"], height=measured["height"])
            cells.append(cell("bmi", float(in_unit(index, KG_PER_M2, "bmi"))))
        if "creatinine" in measured:
            patient, used = _measurements(person).screened()
            del patient
            if used is not None:
                cells.append((used.by, cell("clearance", _number("clearance", used.value))))
            rule = self.regimen.clearance
            if rule is not None:
                cells.append(self._own_clearance(person))
        return tuple(cells)

    def _cell_of(self, name: str, number: float, unit: Unit) -> tuple[int, int]:
        return self._cells.cell(name, _number(name, quantity(number, unit)))

    def _own_clearance(self, person: Person) -> object:
        """Return the cell of the clearance by the regimen's own rule."""
        plan = _FirstDayAndChoices(dict(self.order.choices), person.first_day)
        # Only these two of a plan decide here; a whole plan for each patient costs too much.
        _, used = _measurements(person).for_regimen(plan, self.regimen)  # type: ignore[arg-type]
        if used is None:
            return None
        return used.by, self._cells.cell("clearance", _number("clearance", used.value))

    def _class(self, people: Sequence[Person]) -> Class:
        first = people[0]
        plan = self.plan_of(first, _LABEL if first.entry.get("label") else "")
        planned = plan_regimen(plan, self.library, read_measurements(plan)[0], 1)
        body = {(found.code, found.text) for found in implausible(planned.patient)}
        return Class(
            people=tuple(people),
            plan=plan,
            planned=planned,
            findings=tuple(f for f in planned.findings if (f.code, f.text) not in body),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _FirstDayAndChoices:
    """What a clearance needs of a plan."""

    choices: Mapping[str, str]
    first_day: dt.date


def patient_of(person: Person) -> Patient:
    """Return the measurements of one patient."""
    measured: dict[str, Any] = {**person.measured}
    return Patient(
        **measured,
        sex=person.entry.get("sex") or None,
        genotype=person.entry.get("genotype") or None,
        size_confirmed=bool(person.entry.get("size_confirmed")),
    )


def _measurements(person: Person) -> Measurements:
    return Measurements(
        entry=PatientEntry(),
        patient=patient_of(person),
        clearance=None,
        measured_on=person.first_day,
    )


def _read(kind: str, text: str, name: str) -> Quantity:
    return units.read(kind, text, field=name)


def _number(name: str, value: Quantity) -> float:
    return float(in_unit(value, UNITS[name], name))
