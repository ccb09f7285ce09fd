"""Patients dosed by the same rules: amounts by ``calculate`` over columns, dates laid once.

What is found in them is noted by code, in whom it holds.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dosing.calculation.calculate import Dose, calculate
from dosing.calculation.packs import Packs
from dosing.columns import is_column
from dosing.drugs.drug import Drug
from dosing.patient import Patient, implausible
from dosing.trace import Finding
from dosing.units import quantity
from schedules.cohort.doses import Piece, RowKind
from schedules.cohort.people import (
    UNDATED,
    Code,
    Found,
    People,
    combined,
    places_of_each,
    read_person,
)
from schedules.cohort.screening import Class, Screen
from schedules.cohort.table import Positions
from schedules.cohort.timetables import LaidDates, Timetables
from schedules.course.doses import Calculator
from schedules.course.drift import check_measurements, check_places, check_windows
from schedules.course.measurements import Measurements
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Slot, replaced
from schedules.course.spacing import find_spacing
from schedules.course.tablets import with_tablets
from schedules.course.totals import check_totals, totals_of
from schedules.course.visit import with_visits


class PatientGroup:
    """Patients whose doses go by the same rules: one column for each of their numbers.

    ``alone`` are those of whom only ``work_out`` knows what is found.
    """

    def __init__(
        self,
        screen: Screen,
        people: People,
        classes: Sequence[Class],
        found: Found,
        kinds: list[RowKind],
    ) -> None:
        """Put some classes together; what is found in all of a class is noted at once.

        Args:
            screen: by whose order they are planned.
            people: all patients of the table.
            classes: whose doses go by the same rules and the same kind of columns.
            found: takes what is found in each.
            kinds: takes the kinds of rows that their doses are of.
        """
        self._library, self._people, self._kinds = screen.library, people, kinds
        self._where = np.concatenate([one.people for one in classes])
        self._first_days = people.first_days[self._where]
        self._weighed_before = people.weighed_before[self._where]
        self._first = classes[0].first
        self._planned: PlannedRegimen = classes[0].planned
        self._timetables = classes[0].timetables
        self._plan = classes[0].plan
        self._patient = self._column(classes)
        self._measurements = Measurements(
            entry=self._plan.patient,
            patient=self._patient,
            clearance=None,
            measured_on=self._plan.first_day,
        )
        self._calculator = _Columns(
            self._plan, [self._planned], [self._measurements], self._library
        )
        self._found, self._alone = found, np.zeros(len(self._where), dtype=bool)
        # The calculator keeps the doses, so that no identity of one is used twice.
        self._totals: dict[object, list[Finding]] = {}
        for one in classes:
            for finding in one.findings:
                found.add((finding.level, finding.code), one.people)
        self._timed_by_weight = screen.timed_by_weight

    @property
    def alone(self) -> list[int]:
        """Return the positions of those who must go alone, once their doses were looked for."""
        return [int(n) for n in self._where[self._alone]]

    def _column(self, classes: Sequence[Class]) -> Patient:
        columns: dict[str, Any] = {
            name: quantity(self._people.measured[name].numbers[self._where], value.units)
            for name, value in self._first.measured.items()
        }
        sexes: list[Any] = [one.first.sex for one in classes]
        if len({*sexes}) > 1:
            columns["sex"] = np.repeat(sexes, [len(one.people) for one in classes])
        return dataclasses.replace(self._first.patient, **columns)

    def expand(self) -> list[Piece]:
        """Return the doses of those whom nothing stops, and note what is found in all."""
        everybody = np.arange(len(self._where))
        self._note(implausible(self._patient), everybody)
        stopped = self._found.any_of(lambda level, _: level == "STOP")[self._where]
        pieces = []
        for starts, members in self._by_taper(everybody[~stopped]):
            timetables = self._timetables
            if starts:
                timetables = Timetables(self._planned_for(int(members[0])))
            for dates, own in self._by_dates(timetables, members):
                pieces.append(self._on_dates(dates, own))
        return [piece for piece in pieces if len(piece.people)]

    def _by_taper(self, going: Positions) -> Iterator[tuple[bool, Positions]]:
        """Yield the patients by the full doses from which their tapers come down."""
        columns = [
            calculate(self._planned.rules[phase.name, medicine.name], self._patient).amount
            for phase in self._planned.regimen.phases
            if phase.taper is not None
            for medicine in self._planned.medicines[phase.name]
        ]
        if not columns:
            yield False, going
            return
        starts = [_of(value.magnitude, going) for value in columns]
        for own, _ in _different(starts, len(going)):
            yield True, going[own]

    def _planned_for(self, n: int) -> PlannedRegimen:
        person = read_person(self._people.table.row(int(self._where[n])))
        return dataclasses.replace(self._planned, patient=person.patient)

    def _by_dates(
        self, timetables: Timetables, members: Positions
    ) -> Iterator[tuple[LaidDates, Positions]]:
        """Yield the patients whose dates lie alike, and note what is found on those of each."""
        zone = ZoneInfo(self._plan.zone)
        alike: dict[object, tuple[LaidDates, list[Positions]]] = {}
        first_days = self._first_days[members]
        for own, first in _different([first_days], len(members)):
            day = dt.date.fromordinal(int(first_days[first]))
            dates, on_closed_days = timetables.on(day)
            if dates.meet_lost_hours(day, zone):
                self._alone[members[own]] = True
            else:
                # A closed day on which doses stay is found, and moves nothing.
                self._note((*dates.findings, *on_closed_days), members[own])
                alike.setdefault(dates.key, (dates, []))[1].append(members[own])
        for dates, some in alike.values():
            own = np.concatenate(some)
            # In the order of the table, in which their doses are put in rows.
            yield dates, own[np.argsort(self._where[own])]

    def _on_dates(self, dates: LaidDates, members: Positions) -> Piece:
        """Return the doses of patients whose dates lie alike, and note what is found in them."""
        agenda = dates.agenda.slots
        found = (*check_windows(agenda, [self._planned]), *check_places(agenda, [self._planned]))
        self._note(found, members)
        slots = {slot.id: slot for slot in agenda}
        rows = sorted(
            self._calculator.compute(slots.values()), key=lambda row: (row.date, row.time, row.id)
        )
        columns = [(slots[row.id], row) for row in rows]
        for dose, slot in {id(row.dose): (row.dose, slot) for slot, row in columns}.values():
            self._note(dose.findings, members)
            self._send_settled(dose, slot, members)
        self._note(self._about_totals(rows), members)
        self._note_ages(rows, dates, members)
        self._note_visits(rows, dates, members)
        offsets = [row.date.toordinal() - dates.first_day.toordinal() for row in rows]
        kinds, same, amounts, tablets = self._kinds_of(columns, members)
        return Piece(
            people=self._where[members],
            first_days=self._first_days[members].astype(np.int32),
            offsets=np.array(offsets, dtype=np.int32),
            kinds=kinds,
            same=same,
            amounts=amounts,
            tablets=tablets,
        ).of(~self._alone[members])

    def _about_totals(self, rows: Sequence[Administration]) -> list[Finding]:
        """Return what is found on the totals; it is the same where the same doses share a day."""
        days = {day: n for n, day in enumerate(dict.fromkeys(row.date for row in rows))}
        key = tuple((id(row.dose), days[row.date]) for row in rows)
        if key not in self._totals:
            self._totals[key] = [
                finding
                for total in totals_of(rows, self._plan)
                for finding in check_totals(
                    total, rows, self._library.drug(total.drug), [self._measurements]
                )
            ]
        return self._totals[key]

    def _send_settled(self, dose: Dose, slot: Slot, members: Positions) -> None:
        """Send those alone of whom the regimen may expect a finding: it depends on how far."""
        expected = {one.finding for one in slot.medicine.settled}
        for finding in dose.findings:
            if finding.level == "WARN" and finding.code in expected:
                self._alone[_in_whom(finding, members)] = True

    def _note_ages(
        self, rows: Sequence[Administration], dates: LaidDates, members: Positions
    ) -> None:
        before = self._weighed_before[members]
        for own, first in _different([before], len(members)):
            age = int(before[first])
            weighed = None if age == UNDATED else dates.first_day - dt.timedelta(days=age)
            entry = self._measurements.entry.model_copy(update={"weight_on": weighed})
            measured = dataclasses.replace(self._measurements, entry=entry)
            agenda = dataclasses.replace(dates.agenda, measurements=(measured,))
            self._note(check_measurements(rows, agenda, self._plan.site), members[own])

    def _note_visits(
        self, rows: Sequence[Administration], dates: LaidDates, members: Positions
    ) -> None:
        """Note what is found on the length of infusions and on what must be kept apart.

        It is looked for once for each different set of amounts.
        """
        by_rate = [row for row in rows if row.rate is not None and "infusion" in row.route]
        drugs = [self._library.drug(name) for name in dict.fromkeys(row.drug for row in rows)]
        spaced = any(drug.spacing for drug in drugs)
        if not by_rate and not spaced:
            return
        doses = {id(row.dose): row.dose for row in rows}
        # Equal doses share one amount.
        infused = [*{id(row.dose): row.dose.amount.magnitude for row in by_rate}.values()]
        weight = self._patient.weight
        if by_rate and self._timed_by_weight and weight is not None:
            infused.append(weight.magnitude)
        occasions = [one for one in dates.agenda.occasions if one.live]
        for own, first in _different([_of(one, members) for one in infused], len(members)):
            n = int(members[first])
            measured = dataclasses.replace(self._measurements, patient=self._patient_at(n))
            single = {key: _single(dose, n) for key, dose in doses.items()}
            one = [replaced(row, dose=single[id(row.dose)]) for row in rows]
            visits, found = with_visits(one, [measured], self._library)
            if spaced:
                found = [*found, *find_spacing(visits, occasions, self._library)]
            self._note(found, members[own])

    def _patient_at(self, n: int) -> Patient:
        columns: dict[str, Any] = {
            name: quantity(_at(getattr(self._patient, name).magnitude, n), value.units)
            for name, value in self._first.measured.items()
        }
        sex = self._patient.sex
        columns["sex"] = str(sex[n]) if is_column(sex) else sex
        return dataclasses.replace(self._patient, **columns)

    def _kinds_of(
        self, columns: Sequence[tuple[Slot, Administration]], members: Positions
    ) -> tuple[NDArray[np.int32], Positions, NDArray[np.float64], NDArray[np.int32]]:
        """Return the first kind of each dose, and which amount; of the amounts those of each.

        Beside them stands which of the tablets that make up an amount each patient takes.
        """
        kinds = np.empty(len(columns), dtype=np.int32)
        same = np.empty(len(columns), dtype=np.intp)
        different: dict[tuple[int, int], int] = {}
        amounts: list[NDArray[np.float64]] = []
        made_up: list[tuple[list[Packs | None], Positions]] = []
        for n, (slot, row) in enumerate(columns):
            same[n] = different.setdefault((id(slot.medicine), id(row.dose)), len(amounts))
            if same[n] == len(amounts):
                amounts.append(_of(row.dose.amount.magnitude, members))
                made_up.append(self._tablets(slot, row, members, amounts[-1]))
            kinds[n] = len(self._kinds)
            self._kinds += [RowKind(row, one) for one in made_up[same[n]][0]]
        shape = len(amounts), len(members)
        tablets = np.array([which for _, which in made_up], dtype=np.int32).reshape(shape)
        return kinds, same, np.array(amounts, dtype=np.float64).reshape(shape), tablets

    def _tablets(
        self, slot: Slot, row: Administration, members: Positions, amounts: NDArray[np.float64]
    ) -> tuple[list[Packs | None], Positions]:
        """Return the different packs that make up a dose, and which each patient takes."""
        drug, regimen = self._library.drug(row.drug), self._planned.regimen
        which = np.zeros(len(members), dtype=np.intp)
        if not any(one.solid and slot.medicine.route in one.routes for one in drug.products):
            return [None], which
        packs: list[Packs | None] = []
        for own, first in _different([amounts], len(members)):
            dose = _single(row.dose, int(members[first]))
            counted, one = with_tablets(dose, slot.medicine, regimen, drug)
            self._note(counted.findings, members[own])
            which[own] = len(packs)
            packs.append(one)
        return packs, which

    def _note(self, findings: Iterable[Finding], members: Positions) -> None:
        """Note findings in whom of the members they hold."""
        for finding in findings:
            code: Code = (finding.level, finding.code)
            self._found.add(code, self._where[_in_whom(finding, members)])


class _Columns(Calculator):
    """Doses of many: their tablets, and what a regimen expects, differ from one to another."""

    def _finished(self, dose: Dose, slot: Slot, drug: Drug) -> tuple[Dose, Packs | None]:
        return dose, None


def _different(columns: Sequence[Any], count: int) -> Iterator[tuple[Positions, int]]:
    """Yield where each different set of numbers stands in columns, and the first place of it."""
    if not count:
        return
    # Most columns, such as how old the weights are, hold one number.
    differing = [column for column in columns if (column != column[0]).any()]
    numbered = [np.unique(column, return_inverse=True)[1] for column in differing]
    alike = np.zeros(count, dtype=np.intp)
    which = combined([(alike, 1), *((own, int(own.max()) + 1) for own in numbered)])
    for places in places_of_each(which):
        yield places, int(places[0])


def _of(number: Any, members: Positions) -> Any:
    return number[members] if is_column(number) else np.full(len(members), float(number))


def _at(number: Any, n: int) -> float:
    return float(number[n] if is_column(number) else number)


def _in_whom(finding: Finding, members: Positions) -> Positions:
    return members if finding.rows is None else members[finding.rows[members]]


def _single(dose: Dose, n: int) -> Dose:
    """Return the dose of one patient of a column, without its derivation."""
    amount = quantity(_at(dose.amount.magnitude, n), dose.amount.units)
    return Dose(amount=amount, reference=amount, steps=(), findings=(), bodies={})
