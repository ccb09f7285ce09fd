"""The dated doses that follow from a plan. Pure: no clock, no file, no network.

Every row has an identity made of plan, phase, cycle, day, item and number, never of its date, so
that a dose that moves keeps its place in a calendar.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dosing.calculation.calculate import Dose, calculate, calculate_course
from dosing.calculation.packs import Packs
from dosing.calculation.rule import DoseRule, PercentOf
from dosing.errors import InputError, Problem
from dosing.trace import TYPED, Finding, stops
from dosing.units import plain
from schedules.course.apply_change import Standing, apply
from schedules.course.closed_days import kept_open
from schedules.course.course import Course
from schedules.course.drift import kept_apart, measured_again
from schedules.course.gates import watch
from schedules.course.planned_regimen import Strand, strand
from schedules.course.rows import Administration, Dated
from schedules.course.spacing import spacing
from schedules.course.tablets import with_tablets
from schedules.course.totals import check_totals, totals_of
from schedules.course.visit import with_visits
from schedules.plans.patient_entry import read_patient
from schedules.plans.plan import Plan

if TYPE_CHECKING:
    from schedules.knowledge.library import Library


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
    found = _course(plan, library)
    if not plan.changes:
        return found
    return dataclasses.replace(found, before=course(plan.before(-1), library))


def _course(plan: Plan, library: Library) -> Course:
    strands = [strand(own, library, n) for n, own in enumerate(plan.strands(), 1)]
    regimen = strands[0].regimen
    findings = [finding for one in strands for finding in one.findings]
    if stops(tuple(findings)):
        return Course(plan=plan, regimen=regimen, rows=(), totals=(), findings=_unique(findings))
    standing = kept_open(_standing(plan, strands), plan.site)
    findings += standing.findings
    dosed = sorted(_administrations(plan, strands, standing, library), key=_by_date)
    everything, about_visits = with_visits(dosed, plan, library)
    rows = tuple(row for row in everything if row.live)
    occasions = sorted(standing.occasions, key=_by_date)
    _no_lost_hours((*rows, *(one for one in occasions if one.live)), ZoneInfo(plan.zone))
    totals = totals_of(list(rows), plan)
    for row in rows:
        findings += row.dose.findings
    for total in totals:
        findings += check_totals(total, list(rows), library.drug(total.drug))
    findings += kept_apart(standing.slots, strands)
    findings += measured_again(rows, standing, plan)
    findings += about_visits
    findings += spacing(rows, [one for one in occasions if one.live], library)
    return Course(
        plan=plan, regimen=regimen, rows=rows, totals=totals, findings=_unique(findings),
        occasions=tuple(one for one in occasions if one.live),
        cancelled=(
            *(row for row in everything if not row.live),
            *(one for one in occasions if not one.live),
        ),
        regimens=tuple(one.regimen for one in strands), watch=watch(rows, strands, plan),
        drugs={name: library.drug(name) for one in strands for name in one.regimen.drugs},
    )  # fmt: skip


def _standing(plan: Plan, strands: Sequence[Strand]) -> Standing:
    """Put every strand on its dates and carry out the changes, in the order they were decided."""
    laid = [one.timetable() for one in strands]
    standing = Standing(
        slots=tuple(slot for dates in laid for slot in dates.slots),
        occasions=tuple(occasion for dates in laid for occasion in dates.occasions),
        findings=tuple(finding for dates in laid for finding in dates.findings),
        sizes=(plan.patient,),
        sized_on=(plan.first_day,),
    )
    for number, change in enumerate(plan.changes, 1):
        try:
            standing = apply(
                change, standing,
                lambda n, choices: strands[n - 1].timetable(choices),
                lambda n, entry: strands[n - 1].rules_for(entry),
            )  # fmt: skip
        except InputError as error:
            raise InputError(
                *(dataclasses.replace(problem, field=f"change {number}, {problem.field}")
                  for problem in error.problems)
            ) from None  # fmt: skip
    return standing


def _by_date(row: Dated) -> tuple[dt.date, dt.time, str]:
    return row.date, row.time, row.id


def _administrations(
    plan: Plan, strands: Sequence[Strand], standing: Standing, library: Library
) -> Iterable[Administration]:
    """Work out the amount of each dose; what is the same for many is worked out once."""
    tolerance = plan.site.rounding_tolerance_percent / 100
    patients = [read_patient(entry, plan.first_day) for entry in standing.sizes]
    known: dict[tuple[Any, ...], tuple[tuple[Dose, Packs | None], ...]] = {}
    worked: dict[str, Administration] = {}
    # A part of another dose can be worked out only after that dose.
    for slot in sorted(standing.slots, key=lambda slot: slot.give.percent_of is not None):
        give, drug = slot.give, library.drug(slot.give.drug)
        rule, (position, of) = slot.rule, slot.share or (0, 0)
        if slot.amount is not None:
            position, of = 0, 0
        # The slots hold their rules, so that no identity is used twice.
        key: tuple[Any, ...] = (
            id(rule),
            slot.size,
            of,
            slot.adjustments,
            id(slot.amount) if slot.amount is not None else 0,
        )
        if give.percent_of is not None:
            whole = worked[slot.tied]
            part = PercentOf(percent=give.percent_of.percent, of=whole.drug_name)
            rule = dataclasses.replace(rule, rate=whole.dose.amount, percent_of=part)
            key = (*key, plain(whole.dose.amount))
        if key not in known:
            if slot.amount is not None:
                rule = DoseRule(rate=slot.amount, source=TYPED)
            if slot.adjustments:
                own = () if slot.amount is not None else rule.adjustments
                rule = dataclasses.replace(rule, adjustments=(*own, *slot.adjustments))
            if of:
                _, doses = calculate_course(
                    rule, patients[slot.size], days=of, drug=drug, route=give.route,
                    tolerance=tolerance,
                )  # fmt: skip
            else:
                single = calculate(
                    rule, patients[slot.size], drug=drug, route=give.route, tolerance=tolerance
                )
                doses = (single,)
            own_regimen = strands[slot.strand - 1].regimen
            known[key] = tuple(with_tablets(dose, give, own_regimen, drug) for dose in doses)
        given, tablets = known[key][position]
        if slot.state == "given":
            given = dataclasses.replace(given, findings=_after_the_fact(given.findings))
        worked[slot.id] = Administration(
            id=slot.id, date=slot.date, time=slot.time, length=slot.length, phase=slot.phase,
            cycle=slot.cycle, day=slot.day, n=slot.n, condition=slot.condition,
            strand=slot.strand, state=slot.state, grid=slot.grid, size=slot.size,
            item=give.name, drug=drug.id, drug_name=drug.name, route=give.route,
            dose=given, tablets=tablets, rate=give.rate,
        )  # fmt: skip
        yield worked[slot.id]


def _after_the_fact(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Turn a STOP into a WARN: what was given cannot be stopped, and must still be recorded."""
    return tuple(
        dataclasses.replace(finding, level="WARN") if finding.level == "STOP" else finding
        for finding in findings
    )


def _no_lost_hours(rows: Iterable[Dated], zone: ZoneInfo) -> None:
    """Ask about times that the clock change skips or repeats, instead of guessing."""
    problems = []
    for row in rows:
        local = dt.datetime.combine(row.date, row.time, tzinfo=zone)
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
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
