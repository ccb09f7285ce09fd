"""Looks at the patients of a table in classes: whose facts are equal, and compare alike.

One patient of each class is planned by ``plan_regimen``; what is found in that one is found in all
of the class. Who cannot go by columns is named, and goes through ``work_out`` alone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosing.calculation.clearance import Clearance
from dosing.drugs.conditions import is_child
from dosing.errors import InputError
from dosing.formulas.body import BMI
from dosing.patient import Patient, implausible
from dosing.plausibility import PLAUSIBLE
from dosing.trace import Finding
from dosing.units import ML_PER_MIN, quantity
from schedules.cohort.cells import INDEXED, Cells
from schedules.cohort.people import (
    MEASURED,
    UNDATED,
    People,
    Person,
    combined,
    places_of_each,
    read_people,
    read_person,
)
from schedules.cohort.table import FIRST_DAY, REGIMEN, BadRow, PatientTable, Positions
from schedules.cohort.timetables import Timetables
from schedules.course.measurements import Measurements, read_measurements
from schedules.course.planned_regimen import PlannedRegimen, plan_regimen
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.making import for_another_patient, make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement, Plan
from schedules.plans.wrong_values import make_of

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
# What is no fact of a class: it stands in columns, or is classed on its own.
_APART = (*MEASURED, "label", "weight_on", "born", FIRST_DAY, REGIMEN)
_LABEL = "row"
_LONGEST_LABEL = 60
# So many classes are kept for further tables: a list of free texts may have as many as patients.
_CLASSES_KEPT = 1_024
_NOBODY = np.empty(0, dtype=np.intp)
# A fact of all as numbers, and what each number stands for in any table; None where it is itself.
_Fact: TypeAlias = tuple[NDArray[Any], Sequence[object] | None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableOrder:
    """What is planned for every patient of a table: as the options of ``plan`` state it."""

    regimen: str
    made_on: dt.date
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    acknowledgements: tuple[Acknowledgement, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Patients whose facts are equal, what the regimen is for them, and what is found in all.

    ``people`` are their positions in the table, ``first`` is one of them.
    """

    people: Positions
    first: Person
    plan: Plan
    planned: PlannedRegimen
    timetables: Timetables
    findings: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """The patients of a table: in classes, alone, or refused; all by their positions."""

    people: People
    classes: tuple[Class, ...]
    alone: tuple[int, ...]
    bad: tuple[BadRow, ...]


class Screen:
    """Reads and classes patients for one order; what is equal is read and planned once.

    Also over many tables: who is of a class that was met in an earlier one has its plan.
    """

    def __init__(self, order: TableOrder, library: Library) -> None:
        """Look up the regimen, and the numbers that anything compares a patient with."""
        self.order, self.library = order, library
        self.regimen: Regimen = library.regimen(order.regimen).as_chosen(order.choices)
        drugs = [library.drug(name) for name in self.regimen.drugs]
        self._cells = Cells.of_regimen(order.regimen, order.choices, library)
        self._begins = sorted(
            {rule.from_day for drug in drugs for rule in drug.dosing_weight if rule.from_day}
        )
        self._classes: dict[object, Class] = {}

    @property
    def timed_by_weight(self) -> bool:
        """Whether the time that an infusion takes depends on the weight."""
        return self._cells.rate_per_kg

    def screen(self, table: PatientTable) -> Screened:
        """Class the patients; a row in which anything is wrong is refused with all of it."""
        people = read_people(table, self._cells)
        bad = [self._refused(table, n) for n in people.wrong.nonzero()[0].tolist()]
        alone: list[int] = []
        going_alone = self._going_alone(people) & ~people.wrong
        for n in going_alone.nonzero()[0].tolist():
            self._tell_apart(table, n, alone, bad)
        classes: list[Class] = []
        for facts, members in self._alike(people, ~(people.wrong | going_alone)):
            try:
                classes.append(self._class(table, facts, members))
            except InputError:
                # The first of a class is refused; each is asked, since a text may name its number.
                for n in members.tolist():
                    self._tell_apart(table, n, alone, bad)
        bad.sort(key=lambda one: one.number)
        return Screened(people=people, classes=tuple(classes), alone=tuple(alone), bad=tuple(bad))

    def plan_of(self, person: Person) -> Plan:
        """Return the plan of one patient, as the command ``plan`` makes it."""
        return make_plan(
            self.regimen,
            self.library.knowledge_for(self.regimen),
            self.library.site,
            _entry(person),
            first_day=person.first_day,
            made_on=self.order.made_on,
            choices=self.order.choices,
            acknowledgements=list(self.order.acknowledgements),
        )

    def _plan_of_class(self, first: Person) -> Plan:
        """Return the plan of the first of a class: but for the patient it is that of any other."""
        if self._classes:
            other = next(iter(self._classes.values())).plan
            return for_another_patient(other, self.regimen, _entry(first), first.first_day)
        return self.plan_of(first)

    def _refused(self, table: PatientTable, position: int) -> BadRow:
        """Return all that is wrong in a row of which something cannot be read."""
        row = table.row(position)
        try:
            read_person(row)
        except InputError as error:
            return BadRow(row.number, error.problems)
        raise AssertionError(f"row {row.number} is read alone, and not by columns")

    def _tell_apart(
        self, table: PatientTable, position: int, alone: list[int], bad: list[BadRow]
    ) -> None:
        """Let a patient go alone, or refuse the row."""
        row = table.row(position)
        try:
            plan = self.plan_of(read_person(row))
            plan_regimen(plan, self.library, read_measurements(plan)[0], 1)
            alone.append(position)
        except InputError as error:
            bad.append(BadRow(row.number, error.problems))

    def _going_alone(self, people: People) -> NDArray[np.bool_]:
        odd = np.zeros(len(people.table), dtype=bool)
        label = people.table.columns.get("label")
        if label is not None and not _all_ordinary(label.texts):
            odd |= label.each(lambda text: not _all_ordinary([text]))
        typed_age = people.stated("age")
        for name in _ALONE:
            odd |= people.stated(name)
        return odd | (people.stated("born") & typed_age)

    def _alike(self, people: People, rows: NDArray[np.bool_]) -> Iterator[tuple[object, Positions]]:
        """Yield the positions of those whose facts are equal, and these facts."""
        positions = rows.nonzero()[0]
        if not len(positions):
            return
        facts = list(self._facts(people, rows))
        class_of = combined((which[positions], int(which.max(initial=0)) + 1) for which, _ in facts)
        for own in places_of_each(class_of):
            members = positions[own]
            # The columns of a table tell which fact stands where.
            yield (tuple(people.table.columns), _in_any_table(facts, members[0])), members

    def _facts(self, people: People, rows: NDArray[np.bool_]) -> Iterator[_Fact]:
        """Yield what is equal in a class, as numbers from 0 on."""
        for name, column in people.table.columns.items():
            if name not in _APART:
                yield column.which, column.texts
        yield from ((number, None) for number in self._numbered_facts(people))
        for measured in people.measured.values():
            yield measured.unit + 1, (None, *measured.units)
        if "creatinine" in people.measured:
            yield self._cells_of_clearance(people, rows & (people.measured["creatinine"].unit >= 0))

    def _numbered_facts(self, people: People) -> Iterator[NDArray[Any]]:
        """Yield the facts whose numbers are the same in every table."""
        yield people.stated("label")
        yield people.stated("born")
        made_on, first_days = self.order.made_on.toordinal(), people.first_days
        weighed = people.weighed_before
        yield np.where(weighed == UNDATED, 0, 1 + (first_days - weighed > made_on))
        limits, days = PLAUSIBLE.first_day, first_days - made_on
        yield (days < -limits.days_back) + 2 * (days > limits.days_ahead)
        yield np.searchsorted([day.toordinal() for day in self._begins], first_days, side="right")
        yield from (measured.cell for measured in people.measured.values())
        yield from self._cells_of_size(people)

    def _cells_of_size(self, people: People) -> Iterator[Positions]:
        """Yield the cells of the body-mass index."""
        weight, height = people.measured.get("weight"), people.measured.get("height")
        if weight is None or height is None:
            return
        cells = np.zeros(len(people.table), dtype=np.intp)
        for kg, weighed in weight.of_unit():
            for cm, sized in height.of_unit():
                own = weighed & sized
                index = BMI(
                    weight=quantity(weight.numbers[own], kg),
                    height=quantity(height.numbers[own], cm),
                )
                cells[own] = 1 + self._cells.numbered("bmi", index)
        yield cells

    def _cells_of_clearance(self, people: People, rows: NDArray[np.bool_]) -> _Fact:
        """Return the cells of the clearances that anything goes by."""
        cells, known = np.zeros(len(rows), dtype=np.intp), dict[object, int]({None: 0})
        for members in people.measured_alike(rows):
            of_each = self._clearances_together(people, members) or [
                self._clearances_alone(people, n) for n in members.tolist()
            ]
            for n, cell in zip(members.tolist(), of_each, strict=True):
                cells[n] = known.setdefault(cell, len(known))
        return cells, list(known)

    def _clearances_alone(self, people: People, n: int) -> object:
        try:
            patient = read_person(people.table.row(n)).patient
            used = [*self._clearances(patient)]
        except InputError:
            return n  # a class of its own, which is refused with its number
        child = is_child(patient)
        return tuple(one and next(self._cells_in(one, child=child)) for one in used)

    def _clearances_together(self, people: People, members: Positions) -> list[object] | None:
        """Return the same of each who is measured alike; None if any has none, or is a child."""
        patient = people.patient(members)
        try:
            used = [] if is_child(patient) else [*self._clearances(patient)]
        except InputError:
            return None
        if not used or None in used:
            return None
        return [*zip(*(self._cells_in(one) for one in used if one is not None), strict=True)]

    def _clearances(self, patient: Patient) -> Iterator[Clearance | None]:
        """Yield what limits are compared with, and what the regimen goes by where it says so."""
        on = self.order.made_on
        measured = Measurements(
            entry=PatientEntry(), patient=patient, clearance=None, measured_on=on
        )
        yield measured.screened()[1]
        if self.regimen.clearance is not None:
            plan = _FirstDayAndChoices(dict(self.order.choices), on)
            yield measured.for_regimen(plan, self.regimen)[1]

    def _cells_in(self, used: Clearance, *, child: bool = False) -> Iterator[tuple[object, ...]]:
        """Yield where each clearance lies, in mL/min and for 1.73 m2; every limit in a child."""
        of_each = [self._cells.numbered("clearance", used.value)]
        if used.indexed is not None:
            of_each.append(self._cells.numbered(INDEXED, used.indexed))
        if used.indexed is not None and child:
            by_limits = quantity(used.indexed.magnitude, ML_PER_MIN)
            of_each.append(self._cells.numbered("clearance", by_limits))
        cells = zip(*(np.ravel(one).tolist() for one in of_each), strict=True)
        yield from ((used.by, *cell) for cell in cells)

    def _class(self, table: PatientTable, facts: object, members: Positions) -> Class:
        """Return a class as it was planned before, or for the first of its members.

        Raises:
            InputError: if the plan of the first is refused.
        """
        if facts in self._classes:
            return dataclasses.replace(self._classes[facts], people=members)
        planned = self._planned(table, members)
        if len(self._classes) < _CLASSES_KEPT:
            self._classes[facts] = dataclasses.replace(planned, people=_NOBODY)
        return planned

    def _planned(self, table: PatientTable, members: Positions) -> Class:
        first = read_person(table.row(int(members[0])))
        if first.entry.get("label"):
            first = dataclasses.replace(first, entry={**first.entry, "label": _LABEL})
        plan = self._plan_of_class(first)
        planned = plan_regimen(plan, self.library, read_measurements(plan)[0], 1)
        # What is found on a body is found in each row; of most there is nothing.
        told = any(found.code.startswith("body.") for found in planned.findings)
        body = {(f.code, f.text) for f in implausible(planned.patient)} if told else ()
        return Class(
            people=members,
            first=first,
            plan=plan,
            planned=planned,
            timetables=Timetables(planned),
            findings=tuple(f for f in planned.findings if (f.code, f.text) not in body),
        )


def _all_ordinary(labels: Sequence[str]) -> bool:
    return "".join(labels).isprintable() and max(map(len, labels), default=0) <= _LONGEST_LABEL


def _entry(person: Person) -> PatientEntry:
    return make_of(PatientEntry, person.entry, "patient", "")


def _in_any_table(facts: Sequence[_Fact], n: int) -> Sequence[object]:
    """Return the facts of one patient by what their numbers stand for."""
    return tuple(
        int(which[n]) if stands_for is None else stands_for[int(which[n])]
        for which, stands_for in facts
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _FirstDayAndChoices:
    """What a clearance needs of a plan: a whole plan for each patient costs too much."""

    choices: Mapping[str, str]
    first_day: dt.date
