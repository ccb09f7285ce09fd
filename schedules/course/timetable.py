"""From a plan and its regimen to dates: where each dose, procedure and review stands.

Dates come first and amounts later, so that a change can move a dose before it is worked out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from dosing.calculation.rule import DoseRule
from dosing.errors import refuse
from dosing.trace import Finding, note, warn
from dosing.units import MINUTE, Quantity, in_unit
from schedules.course.rows import Dated, Occasion, Slot
from schedules.course.taper import TaperStep, levels
from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.days import DayPick
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Phase, Procedure, Taper
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import read_clock
from schedules.knowledge.span import Span
from schedules.knowledge.times import TimeOfDay, later
from schedules.plans.plan import Plan, chosen


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The dates of one regimen for one patient, with what has to be said of its open ends."""

    slots: tuple[Slot, ...]
    occasions: tuple[Occasion, ...]
    findings: tuple[Finding, ...]


def lay_out(
    plan: Plan,
    regimen: Regimen,
    medicines: Mapping[str, Sequence[Medicine]],
    rules: Mapping[tuple[str, str], DoseRule],
    starts: Mapping[str, Quantity],
) -> Timetable:
    """Put every dose, procedure and review of a regimen on its date.

    Args:
        plan: first day, choices and clock times.
        regimen: phases, cycles and days.
        medicines: what holds for this patient, by phase.
        rules: the dose rule of each, by phase and name.
        starts: the dose that each taper begins at, by the phase of the taper.

    Raises:
        InputError: if a cycle is shorter than its last day, or a time has no clock time here.
    """
    slots: list[Slot] = []
    occasions: list[Occasion] = []
    findings: list[Finding] = []
    start = plan.first_day
    for phase in regimen.phases:
        if phase.taper is not None:
            for medicine in medicines[phase.name]:
                begun = starts[phase.name]
                steps = list(_stretches(levels(begun, phase.taper), start))
                grid = max(slot.date for slot in slots if slot.phase == phase.taper.reduces)
                slots += _reduced(plan, regimen, phase, phase.taper, medicine, begun, grid, steps)
                occasions += _occasions(plan, phase, [(v.number, day, n) for v, day, n in steps])
                start = max((day + dt.timedelta(days=n) for _, day, n in steps), default=start)
            findings.append(_taper_ends(plan, regimen, phase.taper, start))
            continue
        anchor = _anchor(plan, phase, slots)
        if phase.begins is not None:
            start = phase.begins.after.after(anchor)
        cycles, start = _cycles(plan, regimen, phase, start, anchor)
        happens: list[Dated] = list(_occasions(plan, phase, cycles))
        occasions += [one for one in happens if isinstance(one, Occasion)]
        # What goes with something else can be dated only after it.
        for medicine in sorted(medicines[phase.name], key=lambda medicine: bool(medicine.event)):
            rule = rules[phase.name, medicine.name]
            found = (
                _tied(plan, phase, medicine, rule, happens)
                if medicine.event
                else _slots(plan, phase, medicine, rule, cycles, _picked(plan, regimen, medicine))
            )
            dated = list(found)
            slots += dated
            happens += dated
        if phase.open_end:
            findings.append(_open_end(regimen, phase, start))
    return Timetable(slots=tuple(slots), occasions=tuple(occasions), findings=tuple(findings))


def _anchor(plan: Plan, phase: Phase, slots: Sequence[Slot]) -> dt.date:
    """Give the day from which a phase that begins elsewhere is counted."""
    if phase.begins is not None and phase.begins.of == "last dose":
        return max((slot.date for slot in slots), default=plan.first_day)
    return plan.first_day


def _reduced(
    plan: Plan,
    regimen: Regimen,
    phase: Phase,
    taper: Taper,
    medicine: Medicine,
    begun: Quantity,
    grid: dt.date,
    stretches: Sequence[tuple[TaperStep, dt.date, int]],
) -> Iterable[Slot]:
    """Put the doses of a taper on their dates; each step counts as a cycle.

    ``grid`` is the day of the last dose that was not reduced. The days go on from there, so that a
    dose on every second day never comes on two days running, however long a step is.
    """
    source, apart = regimen.source(taper.source), dt.timedelta(days=medicine.apart or 1)
    # The totals that the file states are those of the full dose.
    medicine = medicine.model_copy(update={"per_cycle": None, "per_course": None})
    date = grid + apart
    for level, first, length in stretches:
        derived = level.step(begun, of=len(stretches), source=source)
        rule = DoseRule(rate=level.amount, source=source, derived=(derived,))
        while date < first:
            date += apart
        while date < first + dt.timedelta(days=length):
            day = (date - first).days + 1
            for n, moment in enumerate(medicine.times_of_day, 1):
                at = _wall(plan, moment, first, day)
                yield Slot(
                    **_place(plan, phase, medicine.name, level.number, day, n),
                    date=at.date(),
                    time=_time(at),
                    length=_length(medicine, first=False),
                    medicine=medicine,
                    rule=rule,
                )
            date += apart


def _stretches(
    steps: Sequence[TaperStep], start: dt.date
) -> Iterable[tuple[TaperStep, dt.date, int]]:
    """Give each step of a taper with its first day and its length, one after the other."""
    for each, run in groupby(steps, key=lambda level: level.each):
        first = start
        for n, level in enumerate(run, 1):
            begin, start = each.after(first, n - 1), each.after(first, n)
            yield level, begin, (start - begin).days


def _taper_ends(plan: Plan, regimen: Regimen, taper: Taper, end: dt.date) -> Finding:
    """Say when a taper ends, and whether that is when its source wants it to."""
    said = f"The taper ends on {end:%d-%b-%Y}, {(end - plan.first_day).days} days from the first"
    ends = taper.ends
    if ends is None or ends.earliest.after(plan.first_day) <= end <= ends.latest.after(
        plan.first_day
    ):
        return note("taper.ends", f"{said}.", regimen.source(taper.source))
    return warn(
        "taper.ends_outside",
        f"{said}; the source wants {ends.earliest} to {ends.latest}.",
        regimen.source(ends.source),
    )


def _open_end(regimen: Regimen, phase: Phase, end: dt.date) -> Finding:
    named = [part.source for part in phase.medicines] + [part.source for part in phase.procedures]
    return note(
        "phase.open_end",
        f"The {phase.name} phase has no fixed end: review it by {end:%d-%b-%Y}.",
        regimen.source(named[0]),
    )


def _cycles(
    plan: Plan, regimen: Regimen, phase: Phase, start: dt.date, anchor: dt.date
) -> tuple[list[tuple[int, dt.date, int | None]], dt.date]:
    """Give number, first day and length of each cycle, and the first day of the next phase."""

    def resolved(part: Any) -> Any:
        return chosen(regimen, plan, part.choice) if isinstance(part, Chosen) else part

    if phase.cycle is not None:
        every, count = resolved(phase.cycle.every), resolved(phase.cycle.count)
        if every is None or count is None:  # an optional repeat that nobody chose
            return [(1, start, None)], start + dt.timedelta(days=phase.last_day(None, start))
        firsts = _firsts(phase, every, count, start, anchor)
        cycles: list[tuple[int, dt.date, int | None]] = [
            (n, first, (after - first).days) for n, (first, after) in enumerate(pairwise(firsts), 1)
        ]
        for _, first, days in cycles:
            if days is not None and phase.last_day(days, first) > days:
                refuse(
                    phase.name,
                    f"{days} days",
                    why="is shorter than its last day",
                    accepted=f"choose at least {phase.last_day(days, first)} days",
                )
        return cycles, firsts[-1]
    span = resolved(phase.length)
    if span is None:
        return [(1, start, None)], start + dt.timedelta(days=phase.last_day(None, start))
    end = span.after(start)
    return [(1, start, (end - start).days)], end


def _firsts(
    phase: Phase, every: Span, count: int, start: dt.date, anchor: dt.date
) -> list[dt.date]:
    """Give the first day of each cycle and of the one after the last.

    Months are counted from the day that anchors the phase, never chained from cycle to cycle: a
    day that a short month has clipped comes back after it.
    """
    begins = phase.begins
    if begins is not None and begins.after.months and every.months:
        months = [begins.after.months + every.months * n for n in range(count + 1)]
        return [Span(months=number).after(anchor) for number in months]
    return [every.after(start, n) for n in range(count + 1)]


def _occasions(
    plan: Plan, phase: Phase, cycles: Sequence[tuple[int, dt.date, int | None]]
) -> Iterator[Occasion]:
    for procedure in phase.procedures:
        first = True
        for cycle, first_day, length in cycles:
            for number in phase.day_numbers(procedure, length, first_day):
                for n, moment in enumerate(procedure.times_of_day, 1):
                    at = _wall(plan, moment, first_day, number)
                    yield Occasion(
                        **_place(
                            plan, phase, procedure.what, cycle, number - 1 + phase.first_day, n
                        ),
                        date=at.date(),
                        time=_time(at),
                        length=_length(procedure, first=first),
                        what=procedure.what,
                        kind=procedure.kind,
                    )
                    first = False


def _slots(
    plan: Plan,
    phase: Phase,
    medicine: Medicine,
    rule: DoseRule,
    cycles: Sequence[tuple[int, dt.date, int | None]],
    pick: DayPick | None,
) -> Iterator[Slot]:
    times = medicine.times_of_day
    dealt = medicine.round is not None and medicine.round.over == "cycle"
    first = True
    for cycle, first_day, length in cycles:
        numbers = pick.days(first_day) if pick else phase.day_numbers(medicine, length, first_day)
        for position, number in enumerate(numbers):
            for n, moment in enumerate(times, 1):
                at = _wall(plan, moment, first_day, number)
                yield Slot(
                    **_place(plan, phase, medicine.name, cycle, number - 1 + phase.first_day, n),
                    date=at.date(),
                    time=_time(at),
                    length=_length(medicine, first=first),
                    medicine=medicine,
                    rule=rule,
                    dealt=(position, len(numbers)) if dealt else None,
                    follows_given_dose=phase.cycle is not None
                    and phase.cycle.counted_from == "dose given",
                )
                first = False


def _tied(
    plan: Plan, phase: Phase, medicine: Medicine, rule: DoseRule, happens: Iterable[Dated]
) -> Iterator[Slot]:
    """Date the doses that go with a dose or procedure of their phase, from its start or end."""
    zone = ZoneInfo(plan.zone)
    first, times = True, medicine.times_of_day
    counts: dict[tuple[int, int], int] = {}
    for event in happens:
        what = event.medicine.name if isinstance(event, Slot) else getattr(event, "what", "")
        if what != medicine.event:
            continue
        for moment in times:
            after = moment.after + (event.length if moment.of == "end" else dt.timedelta())
            at = later(event.date, event.time, after, zone)
            day = (event.cycle, event.day)
            counts[day] = counts.get(day, 0) + 1
            yield Slot(
                **_place(plan, phase, medicine.name, event.cycle, event.day, counts[day]),
                date=at.date(),
                time=_time(at),
                length=_length(medicine, first=first),
                medicine=medicine,
                rule=rule,
                goes_with=event.id,
            )
            first = False


def _place(plan: Plan, phase: Phase, what: str, cycle: int, day: int, n: int) -> dict[str, Any]:
    """Give what tells a row from all others: its identity has no date in it.

    The day is the number that the file gives it, from 1 or from 0.
    """
    return {
        "id": f"{plan.id}/{phase.name}/{cycle}/{day}/{what}/{n}",
        "phase": phase.name,
        "cycle": cycle,
        "day": day,
        "n": n,
        "condition": phase.only_if,
    }


def _picked(plan: Plan, regimen: Regimen, medicine: Medicine) -> DayPick | None:
    """Give the days that the person picked, where the regimen leaves them open."""
    if not isinstance(medicine.days, Picked):
        return None
    pick = chosen(regimen, plan, medicine.days.choice)
    return pick if isinstance(pick, DayPick) else None


def _wall(plan: Plan, moment: TimeOfDay, first_day: dt.date, number: int) -> dt.datetime:
    """Give the time on the wall of a day; hours that elapse are counted from the first day."""
    time, days = _clock(plan, moment.word), dt.timedelta(days=number - 1)
    if moment.elapsed:
        return later(first_day, time, days + moment.after, ZoneInfo(plan.zone))
    return dt.datetime.combine(first_day + days, time, tzinfo=ZoneInfo(plan.zone))


def _time(at: dt.datetime) -> dt.time:
    return at.time().replace(fold=at.fold)


def _clock(plan: Plan, word: str) -> dt.time:
    text = plan.site.times.get(word)
    if text is None:
        refuse(
            "site.yaml, times",
            word,
            why="has no clock time at this site",
            accepted=f'add {word}: "09:00"',
        )
    return read_clock(text)


def _length(medicine: Medicine | Procedure, *, first: bool) -> dt.timedelta:
    if medicine.takes is None:
        return dt.timedelta()
    taken = medicine.takes.first if first else medicine.takes.later
    return dt.timedelta(minutes=float(in_unit(taken, MINUTE, "takes")))
