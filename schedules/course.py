"""The dated doses that follow from a plan. Pure: no clock, no file, no network.

Every row has an identity made of plan, phase, cycle, day, item and number, never of its date, so
that a dose that moves keeps its place in a calendar.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from dosing.dose import Dose, DoseRule, Rounding, calculate, calculate_course
from dosing.errors import InputError, Problem, Problems, RefusedError
from dosing.limits import Per, check_amount, check_rate
from dosing.packs import Packs, vials
from dosing.patient import Patient, implausible
from dosing.trace import TYPED, Finding, Source, stops
from dosing.units import (
    MINUTE,
    Quantity,
    amount,
    dose,
    in_unit,
    parts,
    quantity,
    same_kind,
    show,
)
from schedules.plan import Plan, choice_problems, chosen, read_patient
from schedules.regimen import Chosen, Give, Phase, Regimen
from schedules.site import read_clock
from schedules.span import Span

if TYPE_CHECKING:
    from dosing.drug import Drug
    from schedules.library import Library

Status = Literal["planned"]
_ONCE = Span(days=1)
_SAME = 0.001


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """One dated dose. ``time`` is a wall-clock time in the plan's zone."""

    id: str
    date: dt.date
    time: dt.time
    length: dt.timedelta
    phase: str
    cycle: int
    day: int
    item: str
    n: int
    drug: str
    drug_name: str
    route: str
    dose: Dose
    status: Status = "planned"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a course holds of one drug."""

    drug: str
    doses: int
    course: Quantity
    most_in_a_day: Quantity
    cycles: tuple[tuple[str, int, Quantity], ...]
    lifetime: Quantity | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What follows from a plan: rows, totals, findings. With a STOP it is shown, never exported."""

    plan: Plan
    regimen: Regimen
    rows: tuple[Administration, ...]
    totals: tuple[Total, ...]
    findings: tuple[Finding, ...]

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
    findings = [*_about_the_plan(plan, regimen, library), *implausible(patient)]
    rules = _rules(plan, regimen, library, findings)
    if stops(tuple(findings)):
        return Course(plan=plan, regimen=regimen, rows=(), totals=(), findings=_unique(findings))
    rows: list[Administration] = []
    start = plan.first_day
    for phase in regimen.phases:
        cycles, end = _cycles(plan, regimen, phase, start)
        for give in phase.gives:
            rows += _rows(plan, phase, give, rules[phase.name, give.name], cycles, patient,
                          library.drug(give.drug))  # fmt: skip
        start = end
    rows.sort(key=lambda row: (row.date, row.time, row.id))
    _no_lost_hours(rows, ZoneInfo(plan.zone))
    totals = _totals(rows, plan)
    for row in rows:
        findings += row.dose.findings
    for total in totals:
        findings += _check_totals(total, rows, library.drug(total.drug))
    return Course(
        plan=plan, regimen=regimen, rows=tuple(rows), totals=totals, findings=_unique(findings)
    )


def packs(row: Administration, drug: Drug) -> Packs | None:
    """Choose the vials for one dose, or None where the drug file names none for its route."""
    strengths = [
        strength
        for product in drug.products
        if row.route in product.routes and product.form in {"vial", "ampoule"}
        for strength in product.strengths
    ]
    return vials(row.dose.amount, strengths) if strengths else None


def _about_the_plan(plan: Plan, regimen: Regimen, library: Library) -> Iterable[Finding]:
    """Say what holds for every dose of this plan: status, errata, checks, drift of the files."""
    source = Source(cite=f"regimen {regimen.id} version {regimen.version}", confirmed=True)

    def finding(level: Any, code: str, text: str, said_by: Source = source) -> Finding:
        return Finding(level=level, code=code, text=text, source=said_by)

    if regimen.status == "under review":
        text = "No clinician has endorsed this regimen yet: it is under review."
        yield finding("NOTE", "regimen.under_review", text)
    elif regimen.status != "endorsed":
        yield finding("STOP", "regimen.withdrawn", f"This regimen is {regimen.status}.")
    for erratum in regimen.errata:
        yield finding("NOTE", "regimen.erratum", erratum.why, regimen.source(erratum.says))
    for check in regimen.checks:
        code = f"check.{check.before.replace(' ', '_')}"
        yield finding(
            "NOTE",
            code,
            f"Before {_the(check.before)}: {check.what}.",
            regimen.source(check.source),
        )
    for used in (plan.regimen, *plan.drugs):
        now = library.used(used.id)
        if now is None or now.sha256 != used.sha256:
            yield finding(
                "WARN", f"plan.knowledge_changed.{used.id.replace('-', '_')}",
                f"The file of {used.id} has changed since this plan was made; check every dose.",
            )  # fmt: skip
    if not plan.patient.label:
        yield finding(
            "NOTE", "plan.no_label",
            "This plan has no label: two plans alike cannot be told apart in one calendar.", TYPED,
        )  # fmt: skip


def _the(words: str) -> str:
    return words if words.startswith("each") else f"the {words}"


def _rules(
    plan: Plan, regimen: Regimen, library: Library, findings: list[Finding]
) -> dict[tuple[str, str], DoseRule]:
    """Turn each give into a dose rule; a dose that is not the regimen's is marked and checked."""
    if plan.dose and len(regimen.drugs) > 1:
        raise InputError(
            Problem(field="dose", typed=plan.dose, why="could be meant for several drugs",
                    accepted=f"{regimen.id} gives {', '.join(regimen.drugs)}")
        )  # fmt: skip
    rules = {}
    for phase in regimen.phases:
        for give in phase.gives:
            rate = give.dose
            if plan.dose:
                rate = dose(plan.dose)
                findings += _other_dose(plan, regimen, phase, give, library.drug(give.drug), rate)
            rounding = give.round and Rounding(
                step=give.round.to, rule=give.round.rule, source=regimen.source(give.round.source)
            )
            rules[phase.name, give.name] = DoseRule(
                rate=rate, weight_basis=give.weight, ideal=give.ideal, fraction=give.fraction,
                surface=give.surface, doses_a_day=give.doses_a_day, rounding=rounding or None,
                cap=give.cap.amount if give.cap else None,
                cap_source=regimen.source(give.cap.source) if give.cap else TYPED,
                source=TYPED if plan.dose else regimen.source(give.source),
            )  # fmt: skip
    return rules


def _other_dose(
    plan: Plan, regimen: Regimen, phase: Phase, give: Give, drug: Drug, rate: Quantity
) -> list[Finding]:
    standard, written = show(give.dose), show(rate)
    unit, regimen_unit = parts(rate.units), parts(give.dose.units)
    found = [
        Finding(level="NOTE", code="dose.not_the_regimens", source=TYPED,
                text=f"The dose is {written}, not the regimen's {standard}.")
    ]  # fmt: skip
    found += _course_as_daily(phase, give, rate)
    found += check_rate(drug, give.route, rate, "day" if unit.per_day else "dose")
    same_form = (unit.body, unit.per_day) == (regimen_unit.body, regimen_unit.per_day)
    if not same_form and not stops(tuple(found)):
        raise InputError(
            Problem(field="dose", typed=plan.dose, why="is another kind of dose than the regimen's",
                    accepted=f"{regimen.id} doses as {standard}")
        )  # fmt: skip
    return found


def _course_as_daily(phase: Phase, give: Give, rate: Quantity) -> list[Finding]:
    """Find the total of a whole course written as one dose, the field's landmark death."""
    total = give.per_course if give.per_course is not None else give.per_cycle
    of_what = "course" if give.per_course is not None else "cycle"
    written = parts(rate.units)
    if total is None or parts(total.units).body != written.body:
        return []
    if not same_kind(parts(total.units).amount, written.amount):
        return []
    scale = float(in_unit(quantity(1.0, parts(total.units).amount), written.amount, "dose"))
    stated = total.magnitude * scale
    single = give.dose.magnitude * float(
        in_unit(quantity(1.0, parts(give.dose.units).amount), written.amount, "dose")
    )
    if stated <= single or abs(rate.magnitude - stated) > _SAME * stated:
        return []
    return [
        Finding(
            level="STOP", code="dose.course_total_as_dose", source=TYPED,
            text=f"{show(rate)} is the total of a whole {of_what}; one dose is "
            f"{show(give.dose)}. Was the total written for a single dose?",
        )
    ]  # fmt: skip


def _cycles(
    plan: Plan, regimen: Regimen, phase: Phase, start: dt.date
) -> tuple[list[tuple[int, dt.date, int | None]], dt.date]:
    """Give number, first day and length of each cycle, and the first day of the next phase."""

    def resolved(part: Any) -> Any:
        return chosen(regimen, plan, part.choice) if isinstance(part, Chosen) else part

    if phase.cycle is not None:
        every, count = resolved(phase.cycle.every), resolved(phase.cycle.count)
        if every is None or count is None:  # an optional repeat that nobody chose
            return [(1, start, None)], start + dt.timedelta(days=_last_day(phase, None))
        firsts = [every.after(start, n) for n in range(count + 1)]
        cycles = [
            (n, first, (after - first).days) for n, (first, after) in enumerate(pairwise(firsts), 1)
        ]
        for _, _, days in cycles:
            if _last_day(phase, days) > days:
                raise InputError(
                    Problem(
                        field=phase.name, typed=f"{days} days", why="is shorter than its last day",
                        accepted=f"choose at least {_last_day(phase, days)} days",
                    )
                )  # fmt: skip
        return cycles, firsts[-1]
    span = resolved(phase.length)
    if span is None:
        return [(1, start, None)], start + dt.timedelta(days=_last_day(phase, None))
    end = span.after(start)
    return [(1, start, (end - start).days)], end


def _last_day(phase: Phase, length: int | None) -> int:
    return max(give.day_numbers(length)[-1] for give in phase.gives)


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
                    dose=given,
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


def _length(give: Give, *, first: bool) -> dt.timedelta:
    if give.takes is None:
        return dt.timedelta()
    taken = give.takes.first if first else give.takes.later
    return dt.timedelta(minutes=float(in_unit(taken, MINUTE, "takes")))


def _no_lost_hours(rows: Iterable[Administration], zone: ZoneInfo) -> None:
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


def _totals(rows: list[Administration], plan: Plan) -> tuple[Total, ...]:
    """Add up what is given of each drug: per day, per cycle, in the course, in a lifetime."""
    totals = []
    for drug in dict.fromkeys(row.drug for row in rows):
        own = [row for row in rows if row.drug == drug]
        unit = own[0].dose.amount.units
        days: dict[dt.date, float] = {}
        cycles: dict[tuple[str, int], float] = {}
        for row in own:
            number = float(in_unit(row.dose.amount, unit, "dose"))
            days[row.date] = days.get(row.date, 0.0) + number
            cycle = (row.phase, row.cycle)
            cycles[cycle] = cycles.get(cycle, 0.0) + number
        sum_of_course = _clean(sum(cycles.values()))
        earlier = plan.patient.earlier.get(drug)
        lifetime = None
        if earlier is not None:
            before = float(in_unit(amount(earlier, f"earlier {drug}"), unit, f"earlier {drug}"))
            lifetime = quantity(_clean(sum_of_course + before), unit)
        totals.append(
            Total(
                drug=drug, doses=len(own), course=quantity(sum_of_course, unit),
                most_in_a_day=quantity(_clean(max(days.values())), unit),
                cycles=tuple((p, c, quantity(_clean(v), unit)) for (p, c), v in cycles.items()),
                lifetime=lifetime,
            )
        )  # fmt: skip
    return tuple(totals)


def _clean(value: float) -> float:
    return round(value, 9)


def _check_totals(total: Total, rows: list[Administration], drug: Drug) -> list[Finding]:
    own = [row for row in rows if row.drug == total.drug]
    bodies = own[0].dose.bodies
    most_in_a_cycle = max(
        (value for _, _, value in total.cycles), key=lambda value: value.magnitude
    )
    found: list[Finding] = []
    checks: tuple[tuple[Per, Quantity], ...] = (
        ("day", total.most_in_a_day),
        ("cycle", most_in_a_cycle),
        ("course", total.course),
        ("lifetime", total.lifetime if total.lifetime is not None else total.course),
    )
    for route in dict.fromkeys(row.route for row in own):
        for per, value in checks:
            found += check_amount(drug, route, value, per, bodies)
    return found


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each finding once, the gravest first, otherwise in the order they were found."""
    order: Mapping[str, int] = {"STOP": 0, "WARN": 1, "NOTE": 2}
    kept = {(finding.code, finding.text): finding for finding in reversed(list(findings))}
    return tuple(sorted(reversed(kept.values()), key=lambda finding: order[finding.level]))
