"""From classes of patients to doses: amounts by ``calculate`` over columns, dates laid once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from dosing.calculation.calculate import Dose, calculate
from dosing.calculation.packs import Packs
from dosing.columns import is_column
from dosing.drugs.drug import Drug
from dosing.patient import Patient, implausible
from dosing.trace import Finding
from dosing.units import is_quantity, quantity, spelling
from schedules.cohort.cells import walk
from schedules.cohort.screening import Class, Person, Screen, patient_of
from schedules.cohort.timetables import LaidDates, Timetables, meets_lost_hours
from schedules.course.doses import Calculator
from schedules.course.drift import check_measurements, check_places, check_windows
from schedules.course.measurements import Measurements
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Slot, replaced
from schedules.course.spacing import find_spacing
from schedules.course.tablets import with_tablets
from schedules.course.totals import check_totals, totals_of
from schedules.course.visit import with_visits
from schedules.course.work_out import work_out

Codes: TypeAlias = set[tuple[str, str]]
# Each dose with this patient's amount, in the unit of the dose, and the tablets that make it up.
Rows: TypeAlias = Sequence[tuple[Administration, float, Packs | None]]


@dataclasses.dataclass(slots=True, kw_only=True)
class Expanded:
    """One patient's doses in the order of their dates, and the findings as level and code."""

    person: Person
    found: Codes
    rows: Rows = ()
    alone: bool = False

    def in_the_way(self, acknowledged: Iterable[str]) -> bool:
        """Return whether a STOP or a WARN that nobody acknowledged keeps the doses back."""
        accepted = set(acknowledged)
        return any(
            level == "STOP" or (level == "WARN" and code not in accepted)
            for level, code in self.found
        )


def expand(screen: Screen, classes: Sequence[Class], alone: Sequence[Person]) -> list[Expanded]:
    """Return the doses and findings of all patients, in the order of their rows."""
    done: list[Expanded] = []
    for group in _grouped(classes):
        done += _PatientGroup(screen, group).expand()
    done += [expand_alone(screen, person) for person in alone]
    return sorted(done, key=lambda one: one.person.row.number)


def expand_alone(screen: Screen, person: Person) -> Expanded:
    """Return what ``work_out`` gives for one patient: slow, and right for everybody."""
    course = work_out(screen.plan_of(person), screen.library)
    return Expanded(
        person=person,
        found={(finding.level, finding.code) for finding in course.findings},
        rows=[(row, float(row.dose.amount.magnitude), row.tablets) for row in course.rows],
        alone=True,
    )


def _grouped(classes: Iterable[Class]) -> list[list[Class]]:
    """Put classes together whose doses go by the same rules and the same kind of columns."""
    groups: list[tuple[Class, list[Class]]] = []
    for one in classes:
        for first, members in groups:
            if _alike(first, one):
                members.append(one)
                break
        else:
            groups.append((one, [one]))
    return [members for _, members in groups]


def _alike(one: Class, other: Class) -> bool:
    a, b = one.people[0], other.people[0]
    return (
        a.entry.get("sex") == b.entry.get("sex")
        and a.entry.get("size_confirmed") == b.entry.get("size_confirmed")
        and {name: value.units for name, value in a.measured.items()}
        == {name: value.units for name, value in b.measured.items()}
        and (one.planned.patient.clearance is None) == (other.planned.patient.clearance is None)
        and one.planned.medicines == other.planned.medicines
        and one.planned.rules == other.planned.rules
    )


class _PatientGroup:
    """Patients whose doses go by the same rules: one column for each of their numbers."""

    def __init__(self, screen: Screen, classes: Sequence[Class]) -> None:
        self._screen, self._library = screen, screen.library
        pairs = [(one, person) for one in classes for person in one.people]
        self._people = [person for _, person in pairs]
        self._classes = [one for one, _ in pairs]
        self._planned: PlannedRegimen = classes[0].planned
        self._plan = classes[0].plan
        self._patient = self._column()
        measured = Measurements(
            entry=self._plan.patient,
            patient=self._patient,
            clearance=None,
            measured_on=self._plan.first_day,
        )
        self._measurements = measured
        self._calculator = Calculator(self._plan, [self._planned], [measured], self._library)
        self._found: list[Codes] = [
            {(f.level, f.code) for f in (*one.findings, *person.about_label)}
            for one, person in pairs
        ]
        self._alone: set[int] = set()
        self._visits: dict[object, tuple[list[Administration], list[Finding]]] = {}
        self._totals: dict[object, tuple[Sequence[Administration], list[Finding]]] = {}
        self._drugs_by_weight = {
            name: _by_weight(self._library.drug(name)) for name in self._planned.regimen.drugs
        }
        # The slots are kept, so that no identity of a medicine is used twice.
        self._tablets: dict[tuple[int, float], tuple[Slot, Codes, Packs | None]] = {}

    def _column(self) -> Patient:
        first = patient_of(self._people[0])
        columns: dict[str, Any] = {
            name: quantity(
                np.array([float(one.measured[name].magnitude) for one in self._people]),
                value.units,
            )
            for name, value in self._people[0].measured.items()
        }
        return dataclasses.replace(first, **columns)

    def expand(self) -> Iterator[Expanded]:
        self._note(self._body_findings(), range(len(self._people)))
        going = [n for n in range(len(self._people)) if not self._stopped(n)]
        rows: dict[int, Rows] = {}
        for starts, members in self._by_taper(going):
            planned = self._planned_for(members[0]) if starts else self._planned
            timetables = Timetables(planned, self._measurements)
            by_day: dict[dt.date, list[int]] = defaultdict(list)
            for n in members:
                by_day[self._people[n].first_day].append(n)
            for day, own in by_day.items():
                rows |= self._on_day(timetables.on(day), own)
        for n, person in enumerate(self._people):
            if n in self._alone:
                yield expand_alone(self._screen, person)
            else:
                yield Expanded(person=person, found=self._found[n], rows=rows.get(n, ()))

    def _body_findings(self) -> Sequence[Finding]:
        """Return what is found in the measurements of all of them, as in those of one."""
        return implausible(self._patient)

    def _stopped(self, n: int) -> bool:
        return any(level == "STOP" for level, _ in self._found[n])

    def _by_taper(self, going: Sequence[int]) -> Iterator[tuple[tuple[float, ...], list[int]]]:
        """Yield the patients by the full doses from which their tapers come down."""
        columns = [
            calculate(self._planned.rules[phase.name, medicine.name], self._patient).amount
            for phase in self._planned.regimen.phases
            if phase.taper is not None
            for medicine in self._planned.medicines[phase.name]
        ]
        by_starts: dict[tuple[float, ...], list[int]] = defaultdict(list)
        for n in going:
            by_starts[tuple(_at(value.magnitude, n) for value in columns)].append(n)
        yield from by_starts.items()

    def _planned_for(self, n: int) -> PlannedRegimen:
        return dataclasses.replace(self._planned, patient=patient_of(self._people[n]))

    def _on_day(self, dates: LaidDates, members: list[int]) -> dict[int, Rows]:
        """Return the rows of the patients with one first day, and note what is found in them."""
        if meets_lost_hours(dates, ZoneInfo(self._plan.zone)):
            self._alone.update(members)
            return {}
        slots = dates.agenda.slots
        found = (*check_windows(slots, [self._planned]), *check_places(slots, [self._planned]))
        self._note((*dates.findings, *found), members)
        columns = self._calculated(dates)
        for dose, slot in {id(row.dose): (row.dose, slot) for slot, row in columns}.values():
            self._note(dose.findings, members)
            self._send_settled(dose, slot, members)
        rows = [row for _, row in columns]
        self._note(self._about_totals(rows), members)
        self._note_ages(rows, dates, members)
        self._note_visits(rows, dates, members)
        return {n: self._rows_of(columns, n) for n in members}

    def _about_totals(self, rows: Sequence[Administration]) -> Sequence[Finding]:
        """Return what is found on the totals; they are the same as far apart on other days."""
        key = tuple((id(row.dose), row.date - rows[0].date) for row in rows)
        if key not in self._totals:
            found = [
                finding
                for total in totals_of(rows, self._plan)
                for finding in check_totals(
                    total, rows, self._library.drug(total.drug), [self._measurements]
                )
            ]
            self._totals[key] = rows, found
        return self._totals[key][1]

    def _send_settled(self, dose: Dose, slot: Slot, members: Iterable[int]) -> None:
        """Send those alone of whom the regimen may expect a finding: it depends on how far."""
        expected = {one.finding for one in slot.medicine.settled}
        for finding in dose.findings:
            if finding.level == "WARN" and finding.code in expected:
                self._alone.update(n for n in members if _holds(finding, n))

    def _note_ages(
        self, rows: Sequence[Administration], dates: LaidDates, members: Iterable[int]
    ) -> None:
        by_age: dict[int | None, list[int]] = defaultdict(list)
        for n in members:
            by_age[self._people[n].weighed_before].append(n)
        for own in by_age.values():
            weighed = self._people[own[0]].entry.get("weight_on")
            entry = self._measurements.entry.model_copy(update={"weight_on": weighed})
            measured = dataclasses.replace(self._measurements, entry=entry)
            agenda = dataclasses.replace(dates.agenda, measurements=(measured,))
            self._note(check_measurements(rows, agenda, self._plan.site), own)

    def _note_visits(
        self, rows: Sequence[Administration], dates: LaidDates, members: Iterable[int]
    ) -> None:
        """Note what is found on the length of infusions and on what must be kept apart.

        It is looked for once for each different set of amounts.
        """
        by_rate = [row for row in rows if row.rate is not None and "infusion" in row.route]
        drugs = [self._library.drug(name) for name in dict.fromkeys(row.drug for row in rows)]
        spaced = any(drug.spacing for drug in drugs)
        if not by_rate and not spaced:
            return
        weighed = bool(by_rate) and any(self._drugs_by_weight.values())
        order = tuple(row.id for row in rows)
        alike: dict[tuple[float, ...], list[int]] = defaultdict(list)
        for n in members:
            amounts = tuple(_at(row.dose.amount.magnitude, n) for row in by_rate)
            weight = self._people[n].measured.get("weight") if weighed else None
            alike[amounts if weight is None else (*amounts, float(weight.magnitude))].append(n)
        occasions = [one for one in dates.agenda.occasions if one.live]
        for amounts, own in alike.items():
            key = (order, amounts)
            if key not in self._visits:
                measured = dataclasses.replace(
                    self._measurements, patient=patient_of(self._people[own[0]])
                )
                one = [replaced(row, dose=_single(row.dose, own[0])) for row in rows]
                self._visits[key] = with_visits(one, [measured], self._library)
            visits, found = self._visits[key]
            self._note(found, own)
            if spaced:
                by_id = {row.id: row.date for row in rows}
                dated = [replaced(visit, date=by_id[visit.id]) for visit in visits]
                self._note(find_spacing(dated, occasions, self._library), own)

    def _rows_of(self, columns: Sequence[tuple[Slot, Administration]], n: int) -> Rows:
        rows: list[tuple[Administration, float, Packs | None]] = []
        for slot, row in columns:
            amount = _at(row.dose.amount.magnitude, n)
            key = (id(slot.medicine), amount)
            if key not in self._tablets:
                dose = _single(row.dose, n)
                drug, regimen = self._library.drug(row.drug), self._planned.regimen
                counted, packs = with_tablets(dose, slot.medicine, regimen, drug)
                own: Codes = {(f.level, f.code) for f in counted.findings}
                self._tablets[key] = slot, own, packs
            _, codes, packs = self._tablets[key]
            if codes:
                self._found[n] |= codes
            rows.append((row, amount, packs))
        return rows

    def _note(self, findings: Iterable[Finding], members: Iterable[int]) -> None:
        """Note findings in whom of the members they hold."""
        for finding in findings:
            code = (finding.level, finding.code)
            for n in members:
                if _holds(finding, n):
                    self._found[n].add(code)

    def _calculated(self, dates: LaidDates) -> list[tuple[Slot, Administration]]:
        """Return the doses with a column of amounts each, as ``Calculator.compute`` orders them."""
        rows: list[tuple[Slot, Administration]] = []
        by_id: dict[str, Administration] = {}
        slots = sorted(dates.agenda.slots, key=lambda slot: slot.medicine.percent_of is not None)
        for slot in slots:
            share = slot.medicine.percent_of is not None
            whole = by_id[slot.goes_with] if share else None
            doses = self._calculator.doses_alike(slot, whole)
            dose = doses[slot.dealt[0]] if slot.dealt and slot.amount is None else doses[0]
            row = self._row(slot, dose)
            by_id[slot.id] = row
            rows.append((slot, row))
        return sorted(rows, key=lambda pair: (pair[1].date, pair[1].time, pair[1].id))

    def _row(self, slot: Slot, dose: Dose) -> Administration:
        drug = self._library.drug(slot.medicine.drug)
        return Administration(
            id=slot.id,
            date=slot.date,
            time=slot.time,
            length=slot.length,
            phase=slot.phase,
            cycle=slot.cycle,
            day=slot.day,
            n=slot.n,
            condition=slot.condition,
            course_number=slot.course_number,
            state=slot.state,
            original_date=slot.original_date,
            item=slot.medicine.name,
            drug=drug.id,
            drug_name=drug.name,
            route=slot.medicine.route,
            dose=dose,
            rate=slot.medicine.rate,
            companion=slot.medicine.companion,
            beside=slot.beside,
            into=slot.into,
        )


def _at(number: Any, n: int) -> float:
    return float(number[n] if is_column(number) else number)


def _holds(finding: Finding, n: int) -> bool:
    return finding.rows is None or bool(finding.rows[n])


def _single(dose: Dose, n: int) -> Dose:
    """Return the dose of one patient of a column, without its derivation."""
    amount = quantity(_at(dose.amount.magnitude, n), dose.amount.units)
    return Dose(amount=amount, reference=amount, steps=(), findings=(), bodies={})


def _by_weight(drug: Drug) -> bool:
    """Return whether a rate of a drug is per kg, so that its time depends on the weight."""
    return any(
        is_quantity(value) and "kg" in spelling(value.units) for _, value in walk([drug.ladders])
    )
