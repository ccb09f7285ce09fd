"""Which earlier states of a course must be worked out, because they may be refused.

A plan is refused where any of its states is, though a later change took the reason away. To work
all states out would cost as many courses as there are changes; most of them differ from the one
before in the days of a few doses, and for that no state is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from dosing.errors import InputError
from dosing.numbers import read_decimal
from dosing.units import Unit, amount, same_kind
from schedules.course.agenda import Agenda
from schedules.course.doses import Calculator
from schedules.course.lost_hours import may_be_lost
from schedules.course.rows import Administration, D, Slot
from schedules.knowledge.site import read_zone
from schedules.plans.changes import Result, Reweigh
from schedules.plans.plan import Plan


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
            not _readable(change)
            if isinstance(change, Result)
            # Measured for the first time, it is used by rules that did without it.
            else isinstance(change, Reweigh) and bool(change.height or not plan.patient.weight)
            for change in plan.changes
        )

    def may_concern(self, after: Agenda, before: Agenda | None) -> bool:
        """Return whether a state may be refused; ``before`` is the state before it, if any."""
        slots: list[tuple[Slot, Slot | None]] = []
        if before is not None and after.only_moved_since(before):
            times = after.times_moved_since(before)
        else:
            slots = _changed(after.slots, before.slots if before else ())
            occasions = _changed(after.occasions, before.occasions if before else ())
            times = {(new.time, new.date.year) for new, _ in (*slots, *occasions)}
        if self._anywhere or any(may_be_lost(*time, self._zone) for time in times):
            return True
        dosed = [new for new, old in slots if old is None or not _dosed_alike(new, old)]
        return bool(dosed) and self._doses_may_be_refused(dosed, after, first=before is None)

    def _doses_may_be_refused(self, dosed: list[Slot], after: Agenda, *, first: bool) -> bool:
        if any(slot.medicine.rate is not None for slot in dosed):
            # Whether a dose can be timed depends on which infusion of its drug it is.
            self._anywhere = not first
            return True
        if any(slot.medicine.percent_of is not None for slot in after.slots):
            return True
        try:
            rows = list(map(self._calculator.dosed_alike, _without_equals(dosed)))
        except InputError:
            return True
        return not all(map(self._adds_up, rows))

    def _adds_up(self, row: Administration) -> bool:
        """Return whether a dose can be added to the others of its drug."""
        unit = row.dose.amount.units
        return same_kind(self._kinds.setdefault(row.drug, unit), unit)


def _changed(after: Sequence[D], before: Sequence[D]) -> list[tuple[D, D | None]]:
    """Return what is not the very one that stood in its place before, and that one."""
    return [
        (new, old) for new, old in zip_longest(after, before) if new is not None and new is not old
    ]


def _dosed_alike(slot: Slot, before: Slot) -> bool:
    return (
        slot.rule is before.rule
        and slot.medicine is before.medicine
        and slot.measurement == before.measurement
        and slot.adjustments is before.adjustments
        and slot.amount is before.amount
        and slot.dealt == before.dealt
    )


def _without_equals(slots: Sequence[Slot]) -> Iterable[Slot]:
    """Return one slot for each dose: a change gives the same amount and rule to many."""
    return {
        (id(s.rule), id(s.medicine), s.measurement, s.dealt, id(s.adjustments), id(s.amount)): s
        for s in slots
    }.values()


def _readable(result: Result) -> bool:
    try:
        read_decimal(result.value, result.gate)
    except InputError:
        return False
    return True
