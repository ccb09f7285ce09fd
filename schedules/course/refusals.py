"""Which earlier states of a course must be worked out, because they may be refused.

A plan is refused where any of its states is, though a later change took the reason away. To work
all states out would cost as many courses as there are changes; most of them differ from the one
before in the days of a few doses, and for that no state is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import zip_longest
from operator import attrgetter

from dosing.calculation.calculate import calculate
from dosing.errors import InputError
from dosing.numbers import read_decimal
from dosing.units import Unit, amount, same_kind
from schedules.course.agenda import Agenda
from schedules.course.doses import Calculator
from schedules.course.drift import may_drift
from schedules.course.lost_hours import may_be_lost
from schedules.course.rows import Slot
from schedules.knowledge.site import read_zone
from schedules.plans.changes import Result, Reweigh
from schedules.plans.plan import Plan

_YEAR = attrgetter("year")


class Refusals:
    """Looks for what could refuse a state. To find too much costs time, too little a refusal."""

    def __init__(self, plan: Plan, calculator: Calculator) -> None:
        """Begin with what the plan alone shows."""
        self._zone = read_zone(plan.zone)
        self._calculator = calculator
        self._kinds: dict[str, Unit] = {
            drug: amount(text).units for drug, text in plan.patient.earlier.items()
        }
        self._anywhere = any(
            isinstance(change, Result) and not _readable(change) for change in plan.changes
        )
        # Of all states so far: clock times, the years in which something takes place, and whether
        # a dose is a share of another.
        self._times: set[dt.time] = set()
        self._years: set[int] = set()
        self._shares = False
        self._compared: dict[tuple[int, int], Slot] = {}
        # Measured for the first time, it is used by rules that did without it.
        self._measures_more = any(
            isinstance(change, Reweigh) and bool(change.height or not plan.patient.weight)
            for change in plan.changes
        )

    def may_concern(self, after: Agenda, before: Agenda | None) -> bool:
        """Return whether a state may be refused; ``before`` is the state before it, if any."""
        laid_anew = before is None or after.laid is not before.laid
        dosed: Collection[Slot]
        if before is None:
            dosed = after.each_dose
        elif laid_anew:
            dosed = _dosed_since(after.slots, before.slots)
        else:
            dosed = after.each_dose_since(before)
        self._anywhere = self._anywhere or self._hour_may_be_lost(after, before)
        if self._anywhere:
            return True
        if dosed and self._doses_may_be_refused(dosed, first=before is None):
            return True
        if not (self._measures_more and after.newest):
            return False
        measured = before is None or after.newest > before.newest
        return self._comparing_may_be_refused(after.each_dose if measured else dosed, after)

    def _hour_may_be_lost(self, after: Agenda, before: Agenda | None) -> bool:
        """Return whether a clock time may be lost in a year, where a state adds one of them."""
        known = len(self._times), len(self._years)
        if before is None or after.laid is not before.laid:
            self._times |= {laid.time for laid in after.laid.everything}
            self._years |= {laid.date.year for laid in after.laid.everything}
        self._times |= set(after.given_at.values())
        if before is None or after.moved_to is not before.moved_to:
            self._years |= set(map(_YEAR, after.moved_to.values()))
        return (len(self._times), len(self._years)) != known and any(
            may_be_lost(time, year, self._zone) for time in self._times for year in self._years
        )

    def _doses_may_be_refused(self, dosed: Collection[Slot], *, first: bool) -> bool:
        if any(slot.medicine.rate is not None for slot in dosed):
            # Whether a dose can be timed depends on which infusion of its drug it is.
            self._anywhere = not first
            return True
        self._shares = self._shares or any(s.medicine.percent_of is not None for s in dosed)
        if self._shares:
            return True
        try:
            return not all([self._adds_up(slot) for slot in dosed])
        except InputError:
            return True

    def _comparing_may_be_refused(self, slots: Collection[Slot], after: Agenda) -> bool:
        """Return whether doses may be refused that are compared with the newest measurements.

        What is kept is compared in each later state as well, and so are the rates of infusions.
        """
        patient = after.measured[-1].patient
        compared = [slot for slot in slots if may_drift(slot, after.newest)]
        rules = {(id(slot.rule), id(patient)): slot for slot in compared}
        new = [slot for key, slot in rules.items() if key not in self._compared]
        self._compared |= rules
        try:
            for slot in new:
                calculate(slot.rule, patient)
        except InputError:
            self._anywhere = True
        if any(slot.medicine.rate is not None for slot in slots):
            self._anywhere = True
        return self._anywhere

    def _adds_up(self, slot: Slot) -> bool:
        """Return whether a dose can be calculated, and added to the others of its drug.

        The tablets that make it up refuse nothing.
        """
        unit = self._calculator.doses_alike(slot)[0].amount.units
        return same_kind(self._kinds.setdefault(slot.medicine.drug, unit), unit)


def _dosed_since(after: Sequence[Slot], before: Sequence[Slot]) -> Collection[Slot]:
    """Return one slot for each dose that did not stand in its place before."""
    return {
        (id(s.rule), id(s.medicine), s.measurement, s.dealt, id(s.adjustments), id(s.amount)): s
        for s, old in zip_longest(after, before)
        if s is not None and (old is None or not _dosed_alike(s, old))
    }.values()


def _dosed_alike(slot: Slot, before: Slot) -> bool:
    return (
        slot.rule is before.rule
        and slot.medicine is before.medicine
        and slot.measurement == before.measurement
        and slot.adjustments is before.adjustments
        and slot.amount is before.amount
        and slot.dealt == before.dealt
    )


def _readable(result: Result) -> bool:
    try:
        read_decimal(result.value, result.gate)
    except InputError:
        return False
    return True
