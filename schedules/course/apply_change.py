"""What a change does to the dates of a course, one function for each word of the clinic.

Nothing is dropped: what is omitted or ceased stays in its place, marked, so that a calendar can
cancel it. What was given never moves again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from dosing.calculation.rule import Adjustment, DoseRule
from dosing.errors import refuse
from dosing.trace import TYPED, Finding, warn
from dosing.units import amount
from schedules.course.rows import Dated, Occasion, Slot
from schedules.course.timetable import Timetable
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.site import read_clock
from schedules.plans.changes import (
    PREVIOUS,
    AddCourse,
    Adjust,
    Cease,
    Change,
    Defer,
    Hold,
    Omit,
    Record,
    Result,
    Reweigh,
    Scope,
    Switch,
)
from schedules.plans.patient_entry import PatientEntry, read_date

_PLACE = re.compile(r"(?:course ([0-9]+),? )?(?:([a-z][a-z0-9 -]*?) )?cycle ([0-9]+) day ([0-9]+)")
_NAMED = 3
D = TypeVar("D", bound=Dated)

# What a strand gives anew: its dates for other choices, its rules for other measurements.
Lay = Callable[[int, Mapping[str, str]], Timetable]
Rules = Callable[
    [int, PatientEntry], tuple[Mapping[tuple[str, str], tuple[Medicine, DoseRule]], list[Finding]]
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The dates of a course after some changes, and the measurements in force.

    ``measurements`` are all there are, those of the plan first; ``measured_on`` is the day from
    which each counts.
    """

    slots: tuple[Slot, ...]
    occasions: tuple[Occasion, ...]
    measurements: tuple[PatientEntry, ...]
    measured_on: tuple[dt.date, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def dated(self) -> tuple[Slot | Occasion, ...]:
        """Give doses, procedures and reviews together."""
        return (*self.slots, *self.occasions)

    def mapped(self, move: Callable[[Dated], Mapping[str, object]]) -> Agenda:
        """Give it with the fields that a function names for each dose, procedure and review."""
        return dataclasses.replace(
            self,
            slots=tuple(_with(slot, move(slot)) for slot in self.slots),
            occasions=tuple(_with(occasion, move(occasion)) for occasion in self.occasions),
        )


def apply(change: Change, agenda: Agenda, lay: Lay, rules: Rules) -> Agenda:
    """Carry out one change.

    Raises:
        InputError: if it names a place that is not there, or does what cannot be done.
    """
    match change:
        case Defer():
            return _deferred(change, agenda)
        case Omit():
            chosen = _chosen(agenda, change.at, change.scope)
            return agenda.mapped(lambda d: {"state": "omitted"} if d.id in chosen else {})
        case Cease():
            chosen = _chosen(agenda, change.at, "later")
            return agenda.mapped(lambda d: {"state": "ceased"} if d.id in chosen else {})
        case Reweigh():
            return _reweighed(change, agenda, rules)
        case Adjust():
            return _adjusted(change, agenda)
        case Switch():
            return _switched(change, agenda, lay)
        case Record():
            return _recorded(change, agenda)
        case Hold():
            return _held(change, agenda)
        case AddCourse() | Result():  # laid out with the other strands; moves nothing
            return agenda


def find(text: str, dated: Iterable[D], field: str = "from") -> D:
    """Find the first dose, procedure or review of a place.

    Args:
        text: "cycle 2 day 1", "taper cycle 3 day 1", "course 2, cycle 1 day 1" or a date.
        dated: everything that stands in the course.
        field: what to call it in an error.

    Raises:
        InputError: if it is not there, or could mean two places; the error names those it could be.
    """
    everything = sorted(dated, key=lambda d: (d.date, d.time, d.id))
    match = _PLACE.fullmatch(text.strip())
    if match:
        course, phase, cycle, day = match[1], match[2], int(match[3]), int(match[4])
        fitting = [
            d
            for d in everything
            if (d.cycle, d.day) == (cycle, day)
            and phase in (None, d.phase)
            and course in (None, str(d.course_number))
        ]
    else:
        day_meant = read_date(text, field)
        fitting = [d for d in everything if d.date == day_meant]
    places = list(dict.fromkeys(d.place for d in fitting))
    if len(places) == 1:
        return fitting[0]
    if places:
        refuse(field, text, why="could mean several places", write=f"one of: {'; '.join(places)}")
    known = list(dict.fromkeys(d.place for d in everything))
    some = "; ".join(known[:_NAMED]) + (f" ... {known[-1]}" if len(known) > _NAMED else "")
    refuse(
        field, text, why="is no place of this course", write=f"a place or a date, such as {some}"
    )


def touched(dated: Sequence[Dated], at: str, scope: Scope) -> Mapping[str, Dated]:
    """Give what a change of this scope would touch, by id.

    Raises:
        InputError: if the place is not there, or was given or left out already.
    """
    target = find(at, dated)
    fits: dict[Scope, Callable[[Dated], bool]] = {
        "this day": lambda d: d.place == target.place,
        "this cycle": lambda d: (
            (d.phase, d.cycle) == (target.phase, target.cycle)
            and (d.date >= target.date or d.place == target.place)
        ),
        "later": lambda d: d.date >= target.date or d.place == target.place,
    }
    if target.state != "planned":
        refuse(
            "from",
            at,
            why=f"cannot be changed: it is {target.state}",
            accepted="name a dose that is still planned",
        )
    return {
        d.id: d
        for d in dated
        if d.course_number == target.course_number and d.state == "planned" and fits[scope](d)
    }


def _with(dated: D, fields: Mapping[str, object]) -> D:
    changed: Any = fields
    return dataclasses.replace(dated, **changed) if fields else dated


def _chosen(agenda: Agenda, at: str, scope: Scope) -> Mapping[str, Dated]:
    """Give what a scope holds from a place on; what was given or left out stays as it is."""
    return touched(agenda.dated, at, scope)


def _moved(dated: Dated, days: int) -> Mapping[str, object]:
    return {"date": dated.date + dt.timedelta(days=days), "original_date": dated.planned_on}


def _flows(agenda: Agenda, target: Dated) -> bool:
    """Tell whether later cycles are counted from the dose really given."""
    return any(
        slot.follows_given_dose
        for slot in agenda.slots
        if (slot.course_number, slot.phase, slot.cycle)
        == (target.course_number, target.phase, target.cycle)
    )


def _deferred(change: Defer, agenda: Agenda) -> Agenda:
    target = find(change.at, agenda.dated)
    days = change.by_days
    if days is None:
        days = ((change.to or target.date) - target.date).days
    if days == 0:
        refuse(
            "to", str(change.to), why="is the day on which it stands already", write="another day"
        )
    scope: Scope = "later" if _flows(agenda, target) else change.scope
    chosen = _chosen(agenda, change.at, scope)
    return agenda.mapped(lambda d: _moved(d, days) if d.id in chosen else {})


def _reweighed(change: Reweigh, agenda: Agenda, rules: Rules) -> Agenda:
    measured = {
        name: text for name in ("weight", "height", "creatinine") if (text := getattr(change, name))
    }
    entry = agenda.measurements[-1].model_copy(
        update={**measured, "weight_on": change.from_day if change.weight else None}
    )
    measurements = (*agenda.measurements, entry)
    agenda = dataclasses.replace(
        agenda, measurements=measurements, measured_on=(*agenda.measured_on, change.from_day)
    )
    if change.doses == "kept":
        return agenda
    findings = list(agenda.findings)
    anew: dict[int, Mapping[tuple[str, str], tuple[Medicine, DoseRule]]] = {}
    slots = []
    for slot in agenda.slots:
        if slot.state == "planned" and slot.date >= change.from_day:
            if slot.course_number not in anew:
                anew[slot.course_number], found = rules(slot.course_number, entry)
                findings += found
            medicine, rule = anew[slot.course_number].get(
                (slot.phase, slot.medicine.name), (None, None)
            )
            if medicine is not None and rule is not None:
                slot = dataclasses.replace(
                    slot, medicine=medicine, rule=rule, measurement=len(measurements) - 1
                )
        slots.append(slot)
    if any(d.rule.derived and d.state == "planned" and d.date >= change.from_day for d in slots):
        findings.append(
            warn(
                "taper.not_reweighed",
                (
                    "The steps of the taper still come down from the dose that it was planned "
                    "with. If the full dose changes, adjust the steps too, or plan the taper anew."
                ),
                TYPED,
            )
        )
    return dataclasses.replace(agenda, slots=tuple(slots), findings=tuple(findings))


def _adjusted(change: Adjust, agenda: Agenda) -> Agenda:
    chosen = _chosen(agenda, change.at, change.scope)
    # What is a part of another dose follows it, and is never adjusted a second time.
    slots = [s for s in agenda.slots if s.id in chosen and s.medicine.percent_of is None]
    chosen = {slot.id: slot for slot in slots}
    if not slots:
        refuse(
            "from",
            change.at,
            why="has no dose to adjust",
            accepted="name a day on which a drug is given",
        )
    if change.amount:
        stated = amount(change.amount)
        return agenda.mapped(
            lambda d: (
                {"amount": stated, "adjustments": ()}
                if d.id in chosen and isinstance(d, Slot)
                else {}
            )
        )
    part = Adjustment(
        factor=(change.percent or 0) / 100,
        source=TYPED,
        reason=change.why if change.of != PREVIOUS else f"{change.why} (of the previous dose)",
    )
    before = _before(agenda.slots, slots) if change.of == PREVIOUS else {}

    def adjusted(dated: Dated) -> Mapping[str, object]:
        if dated.id not in chosen or not isinstance(dated, Slot):
            return {}
        if change.of != PREVIOUS:
            return {"amount": None, "adjustments": (part,)}
        base = before.get((dated.course_number, dated.medicine.name))
        if base is None:
            refuse("of", PREVIOUS, why="there is no dose before this one", write="standard dose")
        return {"amount": base.amount, "adjustments": (*base.adjustments, part)}

    return agenda.mapped(adjusted)


def _before(every: Sequence[Slot], chosen: Sequence[Slot]) -> dict[tuple[int, str], Slot]:
    """Give the last live dose of each item before the first that is chosen."""
    found: dict[tuple[int, str], Slot] = {}
    firsts: dict[tuple[int, str], dt.date] = {}
    for slot in chosen:
        key = (slot.course_number, slot.medicine.name)
        firsts[key] = min(firsts.get(key, slot.date), slot.date)
    for slot in sorted(every, key=lambda s: (s.date, s.time)):
        key = (slot.course_number, slot.medicine.name)
        if slot.live and key in firsts and slot.date < firsts[key]:
            found[key] = slot
    return found


def _switched(change: Switch, agenda: Agenda, lay: Lay) -> Agenda:
    """Lay the rest out anew with the other choice, counted on from the last that stays."""
    target = find(change.at, agenda.dated)
    fresh = lay(target.course_number, change.choices)
    dates = {d.id: d.date for d in (*fresh.slots, *fresh.occasions)}
    own = [d for d in agenda.dated if d.course_number == target.course_number]
    stays = {d.id: d for d in own if d.date < target.date or d.state == "given"}
    known = [d for d in stays.values() if d.id in dates]
    last = max(known, key=lambda d: (d.date, d.time)) if known else target
    days = (last.date - dates[last.id]).days if last.id in dates else 0

    def relaid(old: Sequence[D], new: Sequence[D]) -> tuple[D, ...]:
        before = {d.id: d for d in old}
        ids = {d.id for d in new}
        kept = [d for d in old if d.course_number != target.course_number or d.id in stays]
        gone = [
            d if d.state != "planned" else _with(d, {"state": "ceased"})
            for d in old
            if d.course_number == target.course_number and d.id not in stays and d.id not in ids
        ]
        carried = []
        for d in new:
            if d.id in stays:
                continue
            was = before.get(d.id)
            fields: dict[str, object] = {
                "date": d.date + dt.timedelta(days=days),
                "course_number": target.course_number,
                "state": was.state if was is not None else "planned",
            }
            if isinstance(d, Slot):
                model = was if isinstance(was, Slot) else _model_for(d, old)
                # A new dose of a taper has the amount of its own step, not of another's.
                if d.rule.derived and not isinstance(was, Slot):
                    model = None
                if model is not None:
                    fields |= {
                        "measurement": model.measurement,
                        "adjustments": model.adjustments,
                        "amount": model.amount,
                        "rule": model.rule,
                        "medicine": model.medicine,
                    }
            carried.append(_with(d, fields))
        return (*kept, *gone, *carried)

    return dataclasses.replace(
        agenda,
        slots=relaid(agenda.slots, fresh.slots),
        occasions=relaid(agenda.occasions, fresh.occasions),
    )


def _model_for(slot: Slot, old: Sequence[Dated]) -> Slot | None:
    """Give the last dose of the same item, from which a dose that is new takes its measures."""
    same = [
        d
        for d in old
        if isinstance(d, Slot) and (d.phase, d.medicine.name) == (slot.phase, slot.medicine.name)
    ]
    return max(same, key=lambda d: (d.cycle, d.day), default=None)


def _recorded(change: Record, agenda: Agenda) -> Agenda:
    place = find(change.at, agenda.dated).place
    here = [d for d in agenda.slots if d.place == place and d.n == change.n]
    if change.item:
        here = [slot for slot in here if slot.medicine.name == change.item]
    if len(here) != 1:
        names = ", ".join(dict.fromkeys(s.medicine.name for s in agenda.slots if s.place == place))
        refuse(
            "item",
            change.item,
            why="does not name one dose of this place",
            accepted=f"write one of: {names}" if names else "name a place with a dose",
        )
    slot = here[0]
    if slot.state != "planned":
        refuse(
            "from",
            change.at,
            why=f"is already {slot.state}",
            accepted="record a dose that is planned",
        )
    fields = {**_moved(slot, (change.on - slot.date).days), "state": "given"}
    if change.time:
        fields["time"] = _clock(change.time)
    if change.amount:
        fields |= {"amount": amount(change.amount), "adjustments": ()}
    after = agenda.mapped(lambda d: fields if d.id == slot.id else {})
    days = (change.on - slot.date).days
    if days and slot.follows_given_dose:
        return after.mapped(
            lambda d: (
                _moved(d, days)
                if d.course_number == slot.course_number
                and d.state == "planned"
                and d.date > slot.date
                else {}
            )
        )
    return after


def _clock(text: str) -> dt.time:
    try:
        return read_clock(text)
    except ValueError:
        refuse("time", text, why="is not a clock time", write="09:00")


def _held(change: Hold, agenda: Agenda) -> Agenda:
    """Stay on a step, or go back one, for some days; everything later waits as long."""
    target = find(change.at, agenda.slots)
    step = _step(agenda.slots, target)
    if any(slot.dealt or slot.medicine.per_cycle or slot.medicine.per_course for slot in step):
        refuse(
            "from",
            change.at,
            why="has a stated total, which more days exceed",
            accepted="hold a step of a titration or a taper; defer this one",
        )
    if change.kind == "step back":
        earlier = [
            slot
            for slot in agenda.slots
            if slot.course_number == target.course_number and slot.live and slot.date < step[0].date
        ]
        if not earlier:
            refuse(
                "from", change.at, why="is the first step", accepted="hold it, or name a later step"
            )
        step = _step(agenda.slots, max(earlier, key=lambda slot: (slot.date, slot.time)))
    later = _chosen(agenda, change.at, "later")
    days = sorted({slot.date for slot in step})
    apart = min((after - one).days for one, after in pairwise(days)) if len(days) > 1 else 1
    pattern = [slot for slot in step if slot.date == days[-1]]
    last_day = max(slot.day for slot in step)
    filled = [
        dataclasses.replace(
            slot,
            date=target.date + dt.timedelta(days=gone),
            original_date=None,
            state="planned",
            day=last_day + 1 + gone,
            id=_on_day(slot.id, slot.day, last_day + 1 + gone),
        )
        for gone in range(0, change.days, apart)
        for slot in pattern
    ]
    waiting = agenda.mapped(lambda d: _moved(d, change.days) if d.id in later else {})
    return dataclasses.replace(waiting, slots=(*waiting.slots, *filled))


def _step(slots: Sequence[Slot], one: Slot) -> list[Slot]:
    """Give the doses of the step of a ladder or taper to which a dose belongs."""
    same = [
        slot
        for slot in slots
        if (slot.course_number, slot.phase, slot.cycle) == (one.course_number, one.phase, one.cycle)
    ]
    return sorted(same, key=lambda slot: (slot.date, slot.time))


def _on_day(identity: str, day: int, other: int) -> str:
    """Give the identity of a dose of the same step on a day that the step did not have."""
    head, item, n = identity.rsplit("/", 2)
    return f"{head.removesuffix(f'/{day}')}/{other}/{item}/{n}"
