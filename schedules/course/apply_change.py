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
from dosing.errors import InputError, Problem
from dosing.trace import TYPED, Finding
from dosing.units import amount
from schedules.course.rows import Dated, Occasion, Slot
from schedules.course.timetable import Timetable
from schedules.knowledge.medicine import Give
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
    [int, PatientEntry], tuple[Mapping[tuple[str, str], tuple[Give, DoseRule]], list[Finding]]
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where everything stands after some changes: dates, and the measurements in force.

    ``sizes`` are all measurements, those of the plan first, ``sized_on`` the day each counts from.
    """

    slots: tuple[Slot, ...]
    occasions: tuple[Occasion, ...]
    sizes: tuple[PatientEntry, ...]
    sized_on: tuple[dt.date, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def dated(self) -> tuple[Slot | Occasion, ...]:
        """Give doses, procedures and reviews together."""
        return (*self.slots, *self.occasions)

    def mapped(self, move: Callable[[Dated], Mapping[str, object]]) -> Standing:
        """Give it with the fields that a function names for each dose, procedure and review."""
        return dataclasses.replace(
            self,
            slots=tuple(_with(slot, move(slot)) for slot in self.slots),
            occasions=tuple(_with(occasion, move(occasion)) for occasion in self.occasions),
        )


def apply(change: Change, standing: Standing, lay: Lay, rules: Rules) -> Standing:
    """Carry out one change.

    Raises:
        InputError: if it names a place that is not there, or does what cannot be done.
    """
    match change:
        case Defer():
            return _deferred(change, standing)
        case Omit():
            chosen = _chosen(standing, change.at, change.scope)
            return standing.mapped(lambda d: {"state": "omitted"} if d.id in chosen else {})
        case Cease():
            chosen = _chosen(standing, change.at, "later")
            return standing.mapped(lambda d: {"state": "ceased"} if d.id in chosen else {})
        case Reweigh():
            return _reweighed(change, standing, rules)
        case Adjust():
            return _adjusted(change, standing)
        case Switch():
            return _switched(change, standing, lay)
        case Record():
            return _recorded(change, standing)
        case Hold():
            return _held(change, standing)
        case AddCourse() | Result():  # laid out with the other strands; moves nothing
            return standing


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
        strand, phase, cycle, day = match[1], match[2], int(match[3]), int(match[4])
        fitting = [
            d for d in everything
            if (d.cycle, d.day) == (cycle, day) and phase in (None, d.phase)
            and strand in (None, str(d.strand))
        ]  # fmt: skip
    else:
        day_meant = read_date(text, field)
        fitting = [d for d in everything if d.date == day_meant]
    places = list(dict.fromkeys(d.place for d in fitting))
    if len(places) == 1:
        return fitting[0]
    if places:
        raise InputError(
            Problem(field=field, typed=text, why="could mean several places",
                    accepted=f"write one of: {'; '.join(places)}")
        )  # fmt: skip
    known = list(dict.fromkeys(d.place for d in everything))
    some = "; ".join(known[:_NAMED]) + (f" ... {known[-1]}" if len(known) > _NAMED else "")
    raise InputError(
        Problem(field=field, typed=text, why="is no place of this course",
                accepted=f"write a place or a date, such as {some}")
    )  # fmt: skip


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
        raise InputError(
            Problem(field="from", typed=at, why=f"cannot be changed: it is {target.state}",
                    accepted="name a dose that is still planned")
        )  # fmt: skip
    return {
        d.id: d for d in dated
        if d.strand == target.strand and d.state == "planned" and fits[scope](d)
    }  # fmt: skip


def _with(dated: D, fields: Mapping[str, object]) -> D:
    changed: Any = fields
    return dataclasses.replace(dated, **changed) if fields else dated


def _chosen(standing: Standing, at: str, scope: Scope) -> Mapping[str, Dated]:
    """Give what a scope holds from a place on; what was given or left out stays as it is."""
    return touched(standing.dated, at, scope)


def _moved(dated: Dated, days: int) -> Mapping[str, object]:
    return {"date": dated.date + dt.timedelta(days=days), "grid": dated.planned_on}


def _flows(standing: Standing, target: Dated) -> bool:
    """Tell whether later cycles are counted from the dose really given."""
    return any(
        slot.flows for slot in standing.slots
        if (slot.strand, slot.phase, slot.cycle) == (target.strand, target.phase, target.cycle)
    )  # fmt: skip


def _deferred(change: Defer, standing: Standing) -> Standing:
    target = find(change.at, standing.dated)
    days = change.by_days
    if days is None:
        days = ((change.to or target.date) - target.date).days
    if days == 0:
        raise InputError(
            Problem(field="to", typed=str(change.to), why="is the day on which it stands already",
                    accepted="write another day")
        )  # fmt: skip
    scope: Scope = "later" if _flows(standing, target) else change.scope
    chosen = _chosen(standing, change.at, scope)
    return standing.mapped(lambda d: _moved(d, days) if d.id in chosen else {})


def _reweighed(change: Reweigh, standing: Standing, rules: Rules) -> Standing:
    measured = {
        name: text for name in ("weight", "height", "creatinine") if (text := getattr(change, name))
    }
    entry = standing.sizes[-1].model_copy(
        update={**measured, "weight_on": change.from_day if change.weight else None}
    )
    sizes = (*standing.sizes, entry)
    standing = dataclasses.replace(
        standing, sizes=sizes, sized_on=(*standing.sized_on, change.from_day)
    )
    if change.doses == "kept":
        return standing
    findings = list(standing.findings)
    anew: dict[int, Mapping[tuple[str, str], tuple[Give, DoseRule]]] = {}
    slots = []
    for slot in standing.slots:
        if slot.state == "planned" and slot.date >= change.from_day:
            if slot.strand not in anew:
                anew[slot.strand], found = rules(slot.strand, entry)
                findings += found
            give, rule = anew[slot.strand].get((slot.phase, slot.give.name), (None, None))
            if give is not None and rule is not None:
                slot = dataclasses.replace(slot, give=give, rule=rule, size=len(sizes) - 1)
        slots.append(slot)
    if any(d.rule.derived and d.state == "planned" and d.date >= change.from_day for d in slots):
        findings.append(
            Finding(
                level="WARN", code="taper.not_reweighed", source=TYPED,
                text="The steps of the taper still come down from the dose that it was planned "
                "with. If the full dose changes, adjust the steps too, or plan the taper anew.",
            )
        )  # fmt: skip
    return dataclasses.replace(standing, slots=tuple(slots), findings=tuple(findings))


def _adjusted(change: Adjust, standing: Standing) -> Standing:
    chosen = _chosen(standing, change.at, change.scope)
    # What is a part of another dose follows it, and is never adjusted a second time.
    slots = [s for s in standing.slots if s.id in chosen and s.give.percent_of is None]
    chosen = {slot.id: slot for slot in slots}
    if not slots:
        raise InputError(
            Problem(field="from", typed=change.at, why="has no dose to adjust",
                    accepted="name a day on which a drug is given")
        )  # fmt: skip
    if change.amount:
        stated = amount(change.amount)
        return standing.mapped(
            lambda d: {"amount": stated, "adjustments": ()}
            if d.id in chosen and isinstance(d, Slot) else {}
        )  # fmt: skip
    part = Adjustment(
        factor=(change.percent or 0) / 100, source=TYPED,
        reason=change.why if change.of != PREVIOUS else f"{change.why} (of the previous dose)",
    )  # fmt: skip
    before = _before(standing.slots, slots) if change.of == PREVIOUS else {}

    def adjusted(dated: Dated) -> Mapping[str, object]:
        if dated.id not in chosen or not isinstance(dated, Slot):
            return {}
        if change.of != PREVIOUS:
            return {"amount": None, "adjustments": (part,)}
        base = before.get((dated.strand, dated.give.name))
        if base is None:
            raise InputError(
                Problem(field="of", typed=PREVIOUS, why="there is no dose before this one",
                        accepted="write standard dose")
            )  # fmt: skip
        return {"amount": base.amount, "adjustments": (*base.adjustments, part)}

    return standing.mapped(adjusted)


def _before(every: Sequence[Slot], chosen: Sequence[Slot]) -> dict[tuple[int, str], Slot]:
    """Give the last live dose of each item before the first that is chosen."""
    found: dict[tuple[int, str], Slot] = {}
    firsts: dict[tuple[int, str], dt.date] = {}
    for slot in chosen:
        key = (slot.strand, slot.give.name)
        firsts[key] = min(firsts.get(key, slot.date), slot.date)
    for slot in sorted(every, key=lambda s: (s.date, s.time)):
        key = (slot.strand, slot.give.name)
        if slot.live and key in firsts and slot.date < firsts[key]:
            found[key] = slot
    return found


def _switched(change: Switch, standing: Standing, lay: Lay) -> Standing:
    """Lay the rest out anew with the other choice, counted on from the last that stays."""
    target = find(change.at, standing.dated)
    fresh = lay(target.strand, change.choices)
    dates = {d.id: d.date for d in (*fresh.slots, *fresh.occasions)}
    own = [d for d in standing.dated if d.strand == target.strand]
    stays = {d.id: d for d in own if d.date < target.date or d.state == "given"}
    known = [d for d in stays.values() if d.id in dates]
    last = max(known, key=lambda d: (d.date, d.time)) if known else target
    days = (last.date - dates[last.id]).days if last.id in dates else 0

    def relaid(old: Sequence[D], new: Sequence[D]) -> tuple[D, ...]:
        before = {d.id: d for d in old}
        ids = {d.id for d in new}
        kept = [d for d in old if d.strand != target.strand or d.id in stays]
        gone = [
            d if d.state != "planned" else _with(d, {"state": "ceased"})
            for d in old
            if d.strand == target.strand and d.id not in stays and d.id not in ids
        ]
        carried = []
        for d in new:
            if d.id in stays:
                continue
            was = before.get(d.id)
            fields: dict[str, object] = {
                "date": d.date + dt.timedelta(days=days), "strand": target.strand,
                "state": was.state if was is not None else "planned",
            }  # fmt: skip
            if isinstance(d, Slot):
                model = was if isinstance(was, Slot) else _model_for(d, old)
                # A new dose of a taper has the amount of its own step, not of another's.
                if d.rule.derived and not isinstance(was, Slot):
                    model = None
                if model is not None:
                    fields |= {
                        "size": model.size, "adjustments": model.adjustments,
                        "amount": model.amount, "rule": model.rule, "give": model.give,
                    }  # fmt: skip
            carried.append(_with(d, fields))
        return (*kept, *gone, *carried)

    return dataclasses.replace(
        standing,
        slots=relaid(standing.slots, fresh.slots),
        occasions=relaid(standing.occasions, fresh.occasions),
    )


def _model_for(slot: Slot, old: Sequence[Dated]) -> Slot | None:
    """Give the last dose of the same item, from which a dose that is new takes its measures."""
    same = [
        d for d in old
        if isinstance(d, Slot) and (d.phase, d.give.name) == (slot.phase, slot.give.name)
    ]  # fmt: skip
    return max(same, key=lambda d: (d.cycle, d.day), default=None)


def _recorded(change: Record, standing: Standing) -> Standing:
    place = find(change.at, standing.dated).place
    here = [d for d in standing.slots if d.place == place and d.n == change.n]
    if change.item:
        here = [slot for slot in here if slot.give.name == change.item]
    if len(here) != 1:
        names = ", ".join(dict.fromkeys(s.give.name for s in standing.slots if s.place == place))
        raise InputError(
            Problem(field="item", typed=change.item, why="does not name one dose of this place",
                    accepted=f"write one of: {names}" if names else "name a place with a dose")
        )  # fmt: skip
    slot = here[0]
    if slot.state != "planned":
        raise InputError(
            Problem(field="from", typed=change.at, why=f"is already {slot.state}",
                    accepted="record a dose that is planned")
        )  # fmt: skip
    fields = {**_moved(slot, (change.on - slot.date).days), "state": "given"}
    if change.time:
        fields["time"] = _clock(change.time)
    if change.amount:
        fields |= {"amount": amount(change.amount), "adjustments": ()}
    after = standing.mapped(lambda d: fields if d.id == slot.id else {})
    days = (change.on - slot.date).days
    if days and slot.flows:
        return after.mapped(
            lambda d: _moved(d, days)
            if d.strand == slot.strand and d.state == "planned" and d.date > slot.date else {}
        )  # fmt: skip
    return after


def _clock(text: str) -> dt.time:
    try:
        return read_clock(text)
    except ValueError:
        raise InputError(
            Problem(field="time", typed=text, why="is not a clock time", accepted="write 09:00")
        ) from None


def _held(change: Hold, standing: Standing) -> Standing:
    """Stay on a step, or go back one, for some days; everything later waits as long."""
    target = find(change.at, standing.slots)
    step = _step(standing.slots, target)
    if any(slot.share or slot.give.per_cycle or slot.give.per_course for slot in step):
        raise InputError(
            Problem(field="from", typed=change.at, why="has a stated total, which more days exceed",
                    accepted="hold a step of a titration or a taper; defer this one")
        )  # fmt: skip
    if change.kind == "step back":
        earlier = [
            slot for slot in standing.slots
            if slot.strand == target.strand and slot.live and slot.date < step[0].date
        ]  # fmt: skip
        if not earlier:
            raise InputError(
                Problem(field="from", typed=change.at, why="is the first step",
                        accepted="hold it, or name a later step")
            )  # fmt: skip
        step = _step(standing.slots, max(earlier, key=lambda slot: (slot.date, slot.time)))
    later = _chosen(standing, change.at, "later")
    days = sorted({slot.date for slot in step})
    apart = min((after - one).days for one, after in pairwise(days)) if len(days) > 1 else 1
    pattern = [slot for slot in step if slot.date == days[-1]]
    last_day = max(slot.day for slot in step)
    filled = [
        dataclasses.replace(
            slot, date=target.date + dt.timedelta(days=gone), grid=None, state="planned",
            day=last_day + 1 + gone, id=_on_day(slot.id, slot.day, last_day + 1 + gone),
        )
        for gone in range(0, change.days, apart)
        for slot in pattern
    ]  # fmt: skip
    waiting = standing.mapped(lambda d: _moved(d, change.days) if d.id in later else {})
    return dataclasses.replace(waiting, slots=(*waiting.slots, *filled))


def _step(slots: Sequence[Slot], one: Slot) -> list[Slot]:
    """Give the doses of the step of a ladder or taper to which a dose belongs."""
    same = [
        slot for slot in slots
        if (slot.strand, slot.phase, slot.cycle) == (one.strand, one.phase, one.cycle)
    ]  # fmt: skip
    return sorted(same, key=lambda slot: (slot.date, slot.time))


def _on_day(identity: str, day: int, other: int) -> str:
    """Give the identity of a dose of the same step on a day that the step did not have."""
    head, item, n = identity.rsplit("/", 2)
    return f"{head.removesuffix(f'/{day}')}/{other}/{item}/{n}"
