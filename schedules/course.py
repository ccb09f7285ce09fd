"""The dated doses that follow from a plan. Pure: no clock, no file, no network.

Every row has an identity made of plan, phase, cycle, day, item and number, never of its date, so
that a dose that moves keeps its place in a calendar.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from dosing.dose import Dose, DoseRule, calculate, calculate_course
from dosing.errors import InputError, Problem, Problems, RefusedError
from dosing.packs import Packs, vials
from dosing.patient import Patient, implausible
from dosing.trace import Finding, stops
from dosing.units import (
    MINUTE,
    in_unit,
)
from schedules.phase import Act, Chosen, Give, Phase
from schedules.plan import Plan, choice_problems, chosen, read_patient
from schedules.regimen import Regimen
from schedules.rules import about_the_plan, dose_rules, gives_that_hold
from schedules.site import read_clock
from schedules.span import Span
from schedules.totals import Total, check_totals, totals_of

if TYPE_CHECKING:
    from dosing.drug import Drug
    from schedules.library import Library

Status = Literal["planned", "conditional"]
_ONCE = Span(days=1)


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

    @property
    def status(self) -> Status:
        """Tell whether it is planned, or depends on something that is not known yet."""
        return "conditional" if self.condition else "planned"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Administration(Dated):
    """One dated dose."""

    item: str
    drug: str
    drug_name: str
    route: str
    dose: Dose


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Occasion(Dated):
    """One dated procedure or review: it takes place like a dose, and has none."""

    what: str
    kind: Literal["procedure", "review"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What follows from a plan: rows, totals, findings. With a STOP it is shown, never exported."""

    plan: Plan
    regimen: Regimen
    rows: tuple[Administration, ...]
    totals: tuple[Total, ...]
    findings: tuple[Finding, ...]
    occasions: tuple[Occasion, ...] = ()

    @property
    def stopped(self) -> bool:
        """Tell whether a finding stops it."""
        return bool(stops(self.findings))

    @property
    def unacknowledged(self) -> tuple[Finding, ...]:
        """Give the WARN findings that nobody has acknowledged with a reason."""
        seen = {entry.code for entry in self.plan.acknowledgements}
        return tuple(f for f in self.findings if f.level == "WARN" and f.code not in seen)

    def must_be_exportable(self) -> None:
        """Refuse to let it out while a finding stops it or waits for an acknowledgement.

        Raises:
            RefusedError: with the findings that stand in the way.
        """
        in_the_way = stops(self.findings) or self.unacknowledged
        if in_the_way:
            raise RefusedError(*in_the_way)


def course(plan: Plan, library: Library) -> Course:
    """Work out the dated doses of a plan.

    Args:
        plan: what was decided.
        library: where its regimen and drugs are read from.

    Returns:
        The course; with a STOP finding it has no rows that may be exported.

    Raises:
        InputError: if a measurement or choice is missing or a clock time does not exist that day.
        KnowledgeError: if the library has no such regimen.
    """
    regimen = library.regimen(plan.regimen.id)
    problems = Problems()
    problems.add(choice_problems(regimen, plan.choices))
    problems.raise_if_any()
    patient = read_patient(plan.patient, plan.first_day)
    findings = [*about_the_plan(plan, regimen, library), *implausible(patient)]
    gives = gives_that_hold(regimen, patient, findings)
    rules = dose_rules(plan, regimen, library, gives, findings)
    if stops(tuple(findings)):
        return Course(plan=plan, regimen=regimen, rows=(), totals=(), findings=_unique(findings))
    rows: list[Administration] = []
    occasions: list[Occasion] = []
    start = plan.first_day
    for phase in regimen.phases:
        anchor = _anchor(plan, phase, rows)
        if phase.begins is not None:
            start = phase.begins.after.after(anchor)
        cycles, start = _cycles(plan, regimen, phase, start, anchor)
        for give in gives[phase.name]:
            rows += _rows(plan, phase, give, rules[phase.name, give.name], cycles, patient,
                          library.drug(give.drug))  # fmt: skip
        occasions += _occasions(plan, phase, cycles)
        if phase.open_end:
            findings.append(_open_end(regimen, phase, start))
    rows.sort(key=lambda row: (row.date, row.time, row.id))
    occasions.sort(key=lambda row: (row.date, row.time, row.id))
    _no_lost_hours([*rows, *occasions], ZoneInfo(plan.zone))
    totals = totals_of(rows, plan)
    for row in rows:
        findings += row.dose.findings
    for total in totals:
        findings += check_totals(total, rows, library.drug(total.drug))
    return Course(
        plan=plan, regimen=regimen, rows=tuple(rows), totals=totals, findings=_unique(findings),
        occasions=tuple(occasions),
    )  # fmt: skip


def _anchor(plan: Plan, phase: Phase, rows: Sequence[Administration]) -> dt.date:
    """Give the day from which a phase that begins elsewhere is counted."""
    if phase.begins is not None and phase.begins.of == "last dose":
        return max((row.date for row in rows), default=plan.first_day)
    return plan.first_day


def _open_end(regimen: Regimen, phase: Phase, end: dt.date) -> Finding:
    named = [part.source for part in phase.gives] + [part.source for part in phase.acts]
    return Finding(
        level="NOTE", code="phase.open_end", source=regimen.source(named[0]),
        text=f"The {phase.name} phase has no fixed end: review it by {end:%d-%b-%Y}.",
    )  # fmt: skip


def packs(row: Administration, drug: Drug) -> Packs | None:
    """Choose the vials for one dose, or None where the drug file names none for its route."""
    strengths = [
        strength
        for product in drug.products
        if row.route in product.routes and product.form in {"vial", "ampoule"}
        for strength in product.strengths
    ]
    return vials(row.dose.amount, strengths) if strengths else None


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


def _rows(
    plan: Plan, phase: Phase, give: Give, rule: DoseRule,
    cycles: list[tuple[int, dt.date, int | None]], patient: Patient, drug: Drug,
) -> Iterable[Administration]:  # fmt: skip
    tolerance = plan.site.rounding_tolerance_percent / 100
    times = [_clock(plan, word) for word in give.at]
    dealt: dict[int, tuple[Dose, ...]] = {}
    single: Dose | None = None
    first = True
    for cycle, first_day, length in cycles:
        numbers = give.day_numbers(length)
        for position, number in enumerate(numbers):
            if give.round is not None and give.round.over == "cycle":
                if len(numbers) not in dealt:
                    _, dealt[len(numbers)] = calculate_course(
                        rule, patient, days=len(numbers), drug=drug, route=give.route,
                        tolerance=tolerance,
                    )  # fmt: skip
                given = dealt[len(numbers)][position]
            else:
                single = single or calculate(
                    rule, patient, drug=drug, route=give.route, tolerance=tolerance
                )
                given = single
            for n, time in enumerate(times, 1):
                yield Administration(
                    id=f"{plan.id}/{phase.name}/{cycle}/{number}/{give.name}/{n}",
                    date=first_day + dt.timedelta(days=number - 1), time=time,
                    length=_length(give, first=first), phase=phase.name, cycle=cycle, day=number,
                    item=give.name, n=n, drug=drug.id, drug_name=drug.name, route=give.route,
                    dose=given, condition=phase.only_if,
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


def _no_lost_hours(rows: Iterable[Administration | Occasion], zone: ZoneInfo) -> None:
    """Ask about times that the clock change skips or repeats, instead of guessing."""
    problems = []
    for row in rows:
        local = dt.datetime.combine(row.date, row.time, tzinfo=zone)
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            problems.append(
                Problem(field="time", typed=f"{row.time:%H:%M} on {row.date:%d-%b-%Y}",
                        why=f"is skipped or comes twice in {zone.key} (clock change)",
                        accepted="choose another time, such as 09:00")
            )  # fmt: skip
    if problems:
        raise InputError(*problems)


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each finding once, the gravest first, otherwise in the order they were found."""
    order: Mapping[str, int] = {"STOP": 0, "WARN": 1, "NOTE": 2}
    kept = {(finding.code, finding.text): finding for finding in reversed(list(findings))}
    return tuple(sorted(reversed(kept.values()), key=lambda finding: order[finding.level]))
