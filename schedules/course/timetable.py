"""From a plan and its regimen to dates: where each dose, procedure and review stands.

Dates come first and amounts later, so that a change can move a dose before it is computed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from dosing.calculation.rule import DoseRule
from dosing.errors import refuse
from dosing.trace import Finding, note, warn
from dosing.units import Quantity
from schedules.course.rows import Dated, Occasion, Slot
from schedules.course.shares import dealt_of, length_of, lengths_of
from schedules.course.taper import Stretch, levels, stretches
from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.days import DayPick
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Phase, Taper
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import read_clock
from schedules.knowledge.span import Span
from schedules.knowledge.times import TimeOfDay, later, on_the_clock
from schedules.plans.plan import Plan, chosen

# A date and a clock time in the plan's zone.
_Wall: TypeAlias = tuple[dt.date, dt.time]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The dates of one regimen for one patient, and the findings on its open ends."""

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
        starts: the dose from which each taper comes down, by the phase of the taper.

    Raises:
        InputError: if a cycle is shorter than its last day, or a time has no clock time here.
    """
    layout = _Layout(plan, regimen)
    for phase in regimen.phases:
        own = [(medicine, rules[phase.name, medicine.name]) for medicine in medicines[phase.name]]
        if phase.taper is not None:
            layout.add_taper(phase, phase.taper, medicines[phase.name], starts)
        else:
            layout.add_phase(phase, own)
    return Timetable(
        slots=tuple(layout.slots),
        occasions=tuple(layout.occasions),
        findings=tuple(layout.findings),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Cycle:
    """One cycle of a phase; ``days`` is its length, None where it is open."""

    number: int
    first_day: dt.date
    days: int | None


class _Layout:
    """Collects the dates of a regimen phase by phase; ``_start`` is where the next one begins."""

    def __init__(self, plan: Plan, regimen: Regimen) -> None:
        self.slots: list[Slot] = []
        self.occasions: list[Occasion] = []
        self.findings: list[Finding] = []
        self._plan = plan
        self._regimen = regimen
        self._zone = ZoneInfo(plan.zone)
        self._start = plan.first_day
        self._clocks: dict[str, dt.time] = {}

    def add_phase(self, phase: Phase, own: Sequence[tuple[Medicine, DoseRule]]) -> None:
        """Add the cycles of a phase, with its procedures and doses."""
        cycles = self._cycles(phase)
        occasions = list(self._occasions(phase, cycles))
        self.occasions += occasions
        events: list[Dated] = [*occasions]
        # What goes with something else can be dated only after it.
        for medicine, rule in sorted(own, key=lambda entry: bool(entry[0].event)):
            slots = list(
                self._with_event(phase, medicine, rule, events)
                if medicine.event
                else self._by_days(phase, medicine, rule, cycles)
            )
            self.slots += slots
            events += slots
        if phase.open_end:
            named = [part.source for part in phase.medicines]
            named += [part.source for part in phase.procedures]
            text = f"The {phase.name} phase has no fixed end: review it by {self._start:%d-%b-%Y}."
            self.findings.append(note("phase.open_end", text, self._regimen.source(named[0])))

    def add_taper(
        self,
        phase: Phase,
        taper: Taper,
        medicines: Sequence[Medicine],
        starts: Mapping[str, Quantity],
    ) -> None:
        """Add the steps of a taper that comes down from a dose, and where it ends."""
        for medicine in medicines:
            start = starts[phase.name]
            steps = list(stretches(levels(start, taper), self._start))
            last_full = max(slot.date for slot in self.slots if slot.phase == taper.reduces)
            self.slots += self._reduced(phase, taper, medicine, steps, (start, last_full))
            cycles = [_Cycle(s.step.number, s.first_day, s.days) for s in steps]
            self.occasions += self._occasions(phase, cycles)
            self._start = max((stretch.end for stretch in steps), default=self._start)
        self.findings.append(self._taper_end(taper))

    def _taper_end(self, taper: Taper) -> Finding:
        """Return when a taper ends, and whether that is when its source wants it to."""
        end, first = self._start, self._plan.first_day
        text = f"The taper ends on {end:%d-%b-%Y}, {(end - first).days} days from the first"
        ends = taper.ends
        if ends is None or ends.earliest.after(first) <= end <= ends.latest.after(first):
            return note("taper.ends", f"{text}.", self._regimen.source(taper.source))
        return warn(
            "taper.ends_outside",
            f"{text}; the source states {ends.earliest} to {ends.latest}.",
            self._regimen.source(ends.source),
        )

    def _reduced(
        self,
        phase: Phase,
        taper: Taper,
        medicine: Medicine,
        stretches: Sequence[Stretch],
        full: tuple[Quantity, dt.date],
    ) -> Iterator[Slot]:
        """Yield the doses of a taper. ``full`` is the dose that it begins at, and its last day.

        The days go on from that of the last dose that was not reduced, so that a dose on every
        second day never comes on two days running, however long a step is.
        """
        start, last_full = full
        source = self._regimen.source(taper.source)
        apart = dt.timedelta(days=medicine.apart or 1)
        # The totals that the file states are those of the full dose.
        medicine = medicine.model_copy(update={"per_cycle": None, "per_course": None})
        date = last_full
        times, length = medicine.times_of_day, length_of(medicine, first=False)
        for stretch in stretches:
            step = stretch.step
            derived = step.step(start, of=len(stretches), source=source)
            rule = DoseRule(rate=step.amount, source=source, derived=(derived,))
            dose = self._dose(phase, medicine, rule)
            while date < stretch.first_day:
                date += apart
            while date < stretch.end:
                day = (date - stretch.first_day).days + 1
                for n, time in enumerate(times, 1):
                    at = self._wall(time, stretch.first_day, day)
                    place = (step.number, day, n)
                    yield dose(**self._dated(phase, medicine.name, place, at), length=length)
                date += apart

    def _cycles(self, phase: Phase) -> list[_Cycle]:
        """Return the cycles of a phase, and begin the next phase after them."""
        anchor = self._anchor(phase)
        if phase.begins is not None:
            self._start = phase.begins.after.after(anchor)
        start = self._start
        every, count = self._rhythm(phase)
        if every is None or count is None:  # open, or an optional repeat that nobody chose
            self._start += dt.timedelta(days=phase.last_day(None, start, companions=False))
            return [_Cycle(1, start, None)]
        firsts = [start, every.after(start)]
        if phase.cycle is not None:
            firsts = _firsts(phase, every, count, start, anchor)
        self._start = firsts[-1]
        cycles = [
            _Cycle(n, first, (after - first).days)
            for n, (first, after) in enumerate(pairwise(firsts), 1)
        ]
        for cycle in cycles if phase.cycle is not None else ():
            last_day = phase.last_day(cycle.days, cycle.first_day)
            if cycle.days is not None and last_day > cycle.days:
                refuse(
                    phase.name,
                    f"{cycle.days} days",
                    why="is shorter than its last day",
                    accepted=f"choose at least {last_day} days",
                )
        return cycles

    def _rhythm(self, phase: Phase) -> tuple[Span | None, int | None]:
        """Return the length and the number of cycles; a phase of one length is one cycle."""
        if phase.cycle is None:
            return self._chosen(phase.length), 1
        return self._chosen(phase.cycle.every), self._chosen(phase.cycle.count)

    def _chosen(self, value: Any) -> Any:
        if isinstance(value, Chosen):
            return chosen(self._regimen, self._plan, value.choice)
        return value

    def _anchor(self, phase: Phase) -> dt.date:
        """Return the day from which a phase that begins elsewhere is counted."""
        if phase.begins is not None and phase.begins.of == "last dose":
            own = (slot.date for slot in self.slots if not slot.medicine.companion)
            return max(own, default=self._plan.first_day)
        return self._plan.first_day

    def _occasions(self, phase: Phase, cycles: Sequence[_Cycle]) -> Iterator[Occasion]:
        for procedure in phase.procedures:
            lengths, times = lengths_of(procedure), procedure.times_of_day
            condition = "" if procedure.in_any_case else self._regimen.condition(phase)
            for cycle in cycles:
                for number in phase.day_numbers(procedure, cycle.days, cycle.first_day):
                    day = number - 1 + phase.first_day
                    for n, time in enumerate(times, 1):
                        at = self._wall(time, cycle.first_day, number)
                        yield Occasion(
                            **self._dated(phase, procedure.what, (cycle.number, day, n), at),
                            phase=phase.name,
                            condition=condition,
                            length=next(lengths),
                            what=procedure.what,
                            kind=procedure.kind,
                            window=procedure.window,
                            branches=tuple(procedure.outcomes),
                        )

    def _by_days(
        self, phase: Phase, medicine: Medicine, rule: DoseRule, cycles: Sequence[_Cycle]
    ) -> Iterator[Slot]:
        """Yield the doses of a medicine that has days of its own in each cycle."""
        follows = (
            phase.cycle is not None
            and phase.cycle.counted_from == "dose given"
            and not medicine.companion
        )
        pick = self._picked(medicine)
        dose = self._dose(phase, medicine, rule, follows_given_dose=follows)
        lengths, times = lengths_of(medicine), medicine.times_of_day
        for cycle in cycles:
            numbers = (
                pick.days(cycle.first_day)
                if pick
                else phase.day_numbers(medicine, cycle.days, cycle.first_day)
            )
            for position, number in enumerate(numbers):
                day = number - 1 + phase.first_day
                for n, time in enumerate(times, 1):
                    at = self._wall(time, cycle.first_day, number)
                    yield dose(
                        **self._dated(phase, medicine.name, (cycle.number, day, n), at),
                        length=next(lengths),
                        dealt=dealt_of(medicine, (position, len(numbers)), (n - 1, len(times))),
                    )

    def _with_event(
        self, phase: Phase, medicine: Medicine, rule: DoseRule, events: Sequence[Dated]
    ) -> Iterator[Slot]:
        """Yield doses tied to a dose or procedure of their phase, from its start or its end."""
        dose = self._dose(phase, medicine, rule)
        lengths, times, name = lengths_of(medicine), medicine.times_of_day, medicine.event
        counts: dict[tuple[int, int], int] = {}
        for event in events:
            what = event.medicine.name if isinstance(event, Slot) else getattr(event, "what", "")
            if what != name:
                continue
            for time in times:
                after = time.after + (event.length if time.of == "end" else dt.timedelta())
                at = _on_the_wall(later(event.date, event.time, after, self._zone))
                day = (event.cycle, event.day)
                counts[day] = counts.get(day, 0) + 1
                yield dose(
                    **self._dated(phase, medicine.name, (*day, counts[day]), at),
                    length=next(lengths),
                    goes_with=event.id,
                )

    def _dose(
        self, phase: Phase, medicine: Medicine, rule: DoseRule, *, follows_given_dose: bool = False
    ) -> partial[Slot]:
        """Return what all doses of a medicine in a phase have in common, before each is dated."""
        return partial(
            Slot,
            phase=phase.name,
            condition=self._regimen.condition(phase),
            medicine=medicine,
            rule=rule,
            follows_given_dose=follows_given_dose,
            into=self._plan.choices.get(medicine.into.choice, "") if medicine.into else "",
        )

    def _dated(
        self, phase: Phase, what: str, place: tuple[int, int, int], at: _Wall
    ) -> dict[str, Any]:
        """Return the identity, which has no date in it, and the date of a dose or a procedure.

        Args:
            phase: the phase that it is in.
            what: the name of the medicine or the procedure.
            place: cycle, day (the number that the file gives it, from 1 or from 0) and number.
            at: its wall-clock time in the plan's zone.
        """
        cycle, day, n = place
        date, time = at
        return {
            "id": f"{self._plan.id}/{phase.name}/{cycle}/{day}/{what}/{n}",
            "cycle": cycle,
            "day": day,
            "n": n,
            "date": date,
            "time": time,
        }

    def _picked(self, medicine: Medicine) -> DayPick | None:
        """Return the days that the person picked, where the regimen leaves them open."""
        if not isinstance(medicine.days, Picked):
            return None
        pick = chosen(self._regimen, self._plan, medicine.days.choice)
        return pick if isinstance(pick, DayPick) else None

    def _wall(self, time: TimeOfDay, first_day: dt.date, number: int) -> _Wall:
        """Return the wall-clock time on a day; hours that elapse count from the first day."""
        clock, days = self._clock(time.word), dt.timedelta(days=number - 1)
        if time.elapsed:
            return _on_the_wall(later(first_day, clock, days + time.after, self._zone))
        if time.after:
            return _on_the_wall(on_the_clock(first_day + days, clock, time.after, self._zone))
        return first_day + days, clock

    def _clock(self, word: str) -> dt.time:
        """Return the clock time of a word at this site; each word is read once."""
        if word not in self._clocks:
            self._clocks[word] = self._read_clock(word)
        return self._clocks[word]

    def _read_clock(self, word: str) -> dt.time:
        text = self._plan.site.times.get(word)
        if text is None:
            refuse(
                "site.yaml, times",
                word,
                why="has no clock time at this site",
                accepted=f'add {word}: "09:00"',
            )
        return read_clock(text)


def _firsts(
    phase: Phase, every: Span, count: int, start: dt.date, anchor: dt.date
) -> list[dt.date]:
    """Return the first day of each cycle and of the one after the last.

    Months are counted from the day that anchors the phase, never chained from cycle to cycle: a
    day that a short month has clipped comes back after it.
    """
    begins = phase.begins
    if begins is not None and begins.after.months and every.months:
        months = [begins.after.months + every.months * n for n in range(count + 1)]
        return [Span(months=number).after(anchor) for number in months]
    return [every.after(start, n) for n in range(count + 1)]


def _on_the_wall(at: dt.datetime) -> _Wall:
    return at.date(), at.time()
