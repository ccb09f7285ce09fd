"""From a plan and its regimen to dates: where each dose, procedure and review stands.

Dates come first and amounts later, so that a change can move a dose before it is worked out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from dosing.dose import Adjustment, DoseRule
from dosing.errors import InputError, Problem
from dosing.trace import Finding
from dosing.units import MINUTE, Quantity, in_unit
from schedules.phase import Act, Chosen, Give, Phase
from schedules.plan import Plan, chosen
from schedules.regimen import Regimen
from schedules.site import read_clock
from schedules.span import Span

State = Literal["planned", "given", "omitted", "ceased"]
Status = Literal["planned", "conditional", "given", "omitted", "ceased"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What stands on a date of a course. ``time`` is a wall-clock time in the plan's zone."""

    id: str
    date: dt.date
    time: dt.time
    length: dt.timedelta
    phase: str
    cycle: int
    day: int
    n: int
    condition: str = ""
    strand: int = 1
    state: State = "planned"
    grid: dt.date | None = None

    @property
    def status(self) -> Status:
        """Tell what became of it; what is only planned may depend on something not known yet."""
        return "conditional" if self.condition and self.state == "planned" else self.state

    @property
    def live(self) -> bool:
        """Tell whether it takes place, or took place."""
        return self.state in {"planned", "given"}

    @property
    def planned_on(self) -> dt.date:
        """Give the day on which it stood before it was moved."""
        return self.grid or self.date

    @property
    def place(self) -> str:
        """Say where in the course it stands, in words that a change can name."""
        course = f"course {self.strand}, " if self.strand > 1 else ""
        return f"{course}{self.phase} cycle {self.cycle} day {self.day}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Slot(Dated):
    """A dose on its date, before its amount is worked out.

    ``share`` is its position among the doses over which the total of a cycle is dealt out.
    Later cycles of one that ``flows`` are counted from the day on which it was really given.
    ``size`` numbers the measurements it is worked out with: 0 are those of the plan. An
    ``amount`` that a person stated stands instead of the rule.
    """

    give: Give
    rule: DoseRule
    share: tuple[int, int] | None = None
    flows: bool = False
    size: int = 0
    adjustments: tuple[Adjustment, ...] = ()
    amount: Quantity | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Occasion(Dated):
    """What takes place like a dose and has none: a procedure, a review, a test, a decision.

    ``outcome`` is the result of a decision, once it was entered.
    """

    what: str
    kind: Literal["procedure", "review", "monitoring", "decision"]
    outcome: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The dates of one regimen for one patient, with what has to be said of its open ends."""

    slots: tuple[Slot, ...]
    occasions: tuple[Occasion, ...]
    findings: tuple[Finding, ...]


def timetable(
    plan: Plan, regimen: Regimen, gives: Mapping[str, Sequence[Give]],
    rules: Mapping[tuple[str, str], DoseRule],
) -> Timetable:  # fmt: skip
    """Put every dose, procedure and review of a regimen on its date.

    Args:
        plan: first day, choices and clock times.
        regimen: phases, cycles and days.
        gives: what holds for this patient, by phase.
        rules: the dose rule of each, by phase and name.

    Raises:
        InputError: if a cycle is shorter than its last day, or a time has no clock time here.
    """
    slots: list[Slot] = []
    occasions: list[Occasion] = []
    findings: list[Finding] = []
    start = plan.first_day
    for phase in regimen.phases:
        anchor = _anchor(plan, phase, slots)
        if phase.begins is not None:
            start = phase.begins.after.after(anchor)
        cycles, start = _cycles(plan, regimen, phase, start, anchor)
        for give in gives[phase.name]:
            slots += _slots(plan, phase, give, rules[phase.name, give.name], cycles)
        occasions += _occasions(plan, phase, cycles)
        if phase.open_end:
            findings.append(_open_end(regimen, phase, start))
    return Timetable(slots=tuple(slots), occasions=tuple(occasions), findings=tuple(findings))


def _anchor(plan: Plan, phase: Phase, slots: Sequence[Slot]) -> dt.date:
    """Give the day from which a phase that begins elsewhere is counted."""
    if phase.begins is not None and phase.begins.of == "last dose":
        return max((slot.date for slot in slots), default=plan.first_day)
    return plan.first_day


def _open_end(regimen: Regimen, phase: Phase, end: dt.date) -> Finding:
    named = [part.source for part in phase.gives] + [part.source for part in phase.acts]
    return Finding(
        level="NOTE", code="phase.open_end", source=regimen.source(named[0]),
        text=f"The {phase.name} phase has no fixed end: review it by {end:%d-%b-%Y}.",
    )  # fmt: skip


def _cycles(
    plan: Plan, regimen: Regimen, phase: Phase, start: dt.date, anchor: dt.date
) -> tuple[list[tuple[int, dt.date, int | None]], dt.date]:
    """Give number, first day and length of each cycle, and the first day of the next phase."""

    def resolved(part: Any) -> Any:
        return chosen(regimen, plan, part.choice) if isinstance(part, Chosen) else part

    if phase.cycle is not None:
        every, count = resolved(phase.cycle.every), resolved(phase.cycle.count)
        if every is None or count is None:  # an optional repeat that nobody chose
            return [(1, start, None)], start + dt.timedelta(days=phase.last_day(None))
        firsts = _firsts(phase, every, count, start, anchor)
        cycles: list[tuple[int, dt.date, int | None]] = [
            (n, first, (after - first).days) for n, (first, after) in enumerate(pairwise(firsts), 1)
        ]
        for _, _, days in cycles:
            if days is not None and phase.last_day(days) > days:
                raise InputError(
                    Problem(
                        field=phase.name, typed=f"{days} days", why="is shorter than its last day",
                        accepted=f"choose at least {phase.last_day(days)} days",
                    )
                )  # fmt: skip
        return cycles, firsts[-1]
    span = resolved(phase.length)
    if span is None:
        return [(1, start, None)], start + dt.timedelta(days=phase.last_day(None))
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
) -> Iterable[Occasion]:
    first = True
    for cycle, first_day, length in cycles:
        for act in phase.acts:
            for number in act.day_numbers(length):
                for n, word in enumerate(act.at, 1):
                    yield Occasion(
                        id=f"{plan.id}/{phase.name}/{cycle}/{number}/{act.what}/{n}",
                        date=first_day + dt.timedelta(days=number - 1), time=_clock(plan, word),
                        length=_length(act, first=first), phase=phase.name, cycle=cycle,
                        day=number, what=act.what, kind=act.kind, n=n, condition=phase.only_if,
                    )  # fmt: skip
                    first = False


def _slots(
    plan: Plan, phase: Phase, give: Give, rule: DoseRule,
    cycles: Sequence[tuple[int, dt.date, int | None]],
) -> Iterable[Slot]:  # fmt: skip
    times = [_clock(plan, word) for word in give.at]
    dealt = give.round is not None and give.round.over == "cycle"
    first = True
    for cycle, first_day, length in cycles:
        numbers = give.day_numbers(length)
        for position, number in enumerate(numbers):
            for n, time in enumerate(times, 1):
                yield Slot(
                    id=f"{plan.id}/{phase.name}/{cycle}/{number}/{give.name}/{n}",
                    date=first_day + dt.timedelta(days=number - 1), time=time,
                    length=_length(give, first=first), phase=phase.name, cycle=cycle, day=number,
                    n=n, condition=phase.only_if, give=give, rule=rule,
                    share=(position, len(numbers)) if dealt else None,
                    flows=phase.cycle is not None and phase.cycle.counted_from == "dose given",
                )  # fmt: skip
                first = False


def _clock(plan: Plan, word: str) -> dt.time:
    text = plan.site.times.get(word)
    if text is None:
        raise InputError(
            Problem(field="site.yaml, times", typed=word, why="has no clock time at this site",
                    accepted=f'add {word}: "09:00"')
        )  # fmt: skip
    return read_clock(text)


def _length(give: Give | Act, *, first: bool) -> dt.timedelta:
    if give.takes is None:
        return dt.timedelta()
    taken = give.takes.first if first else give.takes.later
    return dt.timedelta(minutes=float(in_unit(taken, MINUTE, "takes")))
