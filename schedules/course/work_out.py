"""The dated doses that follow from a plan. Pure: no clock, no file, no network.

Every row has an identity made of plan, phase, cycle, day, item and number, never of its date, so
that a dose that moves keeps its place in a calendar.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dosing.calculation.calculate import Dose, calculate, calculate_course
from dosing.calculation.packs import Packs
from dosing.calculation.rule import DoseRule, PercentOf
from dosing.errors import InputError, Problem
from dosing.trace import TYPED, Finding, stops
from dosing.units import plain
from schedules.course.apply_change import Agenda, apply
from schedules.course.closed_days import move_off_closed_days
from schedules.course.course import Course
from schedules.course.drift import check_measurements, check_windows
from schedules.course.gates import date_tests_and_decisions
from schedules.course.planned_regimen import PlannedRegimen, plan_regimen
from schedules.course.rows import Administration, Dated
from schedules.course.spacing import find_spacing
from schedules.course.tablets import with_tablets
from schedules.course.totals import check_totals, totals_of
from schedules.course.visit import with_visits
from schedules.knowledge.library import Library
from schedules.plans.patient_entry import read_patient
from schedules.plans.plan import Plan


def work_out(plan: Plan, library: Library) -> Course:
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
    return dataclasses.replace(found, before=work_out(plan.before(-1), library))


def _course(plan: Plan, library: Library) -> Course:
    planned = [plan_regimen(own, library, n) for n, own in enumerate(plan.by_regimen(), 1)]
    regimen = planned[0].regimen
    findings = [finding for one in planned for finding in one.findings]
    if stops(tuple(findings)):
        return Course(plan=plan, regimen=regimen, rows=(), totals=(), findings=_unique(findings))
    agenda = move_off_closed_days(_agenda(plan, planned), plan.site)
    findings += agenda.findings
    dosed = sorted(_administrations(plan, planned, agenda, library), key=_by_date)
    everything, about_visits = with_visits(dosed, plan, library)
    rows = tuple(row for row in everything if row.live)
    occasions = sorted(agenda.occasions, key=_by_date)
    _no_lost_hours((*rows, *(one for one in occasions if one.live)), ZoneInfo(plan.zone))
    totals = totals_of(list(rows), plan)
    for row in rows:
        findings += row.dose.findings
    for total in totals:
        findings += check_totals(total, list(rows), library.drug(total.drug))
    findings += check_windows(agenda.slots, planned)
    findings += check_measurements(rows, agenda, plan)
    findings += about_visits
    findings += find_spacing(rows, [one for one in occasions if one.live], library)
    return Course(
        plan=plan,
        regimen=regimen,
        rows=rows,
        totals=totals,
        findings=_unique(findings),
        occasions=tuple(one for one in occasions if one.live),
        cancelled=(
            *(row for row in everything if not row.live),
            *(one for one in occasions if not one.live),
        ),
        regimens=tuple(one.regimen for one in planned),
        tests_and_decisions=date_tests_and_decisions(rows, planned, plan),
        drugs={name: library.drug(name) for one in planned for name in one.regimen.drugs},
    )


def _agenda(plan: Plan, planned: Sequence[PlannedRegimen]) -> Agenda:
    """Put every strand on its dates and carry out the changes, in the order they were decided."""
    laid = [one.lay_out() for one in planned]
    agenda = Agenda(
        slots=tuple(slot for dates in laid for slot in dates.slots),
        occasions=tuple(occasion for dates in laid for occasion in dates.occasions),
        findings=tuple(finding for dates in laid for finding in dates.findings),
        measurements=(plan.patient,),
        measured_on=(plan.first_day,),
    )
    for number, change in enumerate(plan.changes, 1):
        try:
            agenda = apply(
                change,
                agenda,
                lambda n, choices: planned[n - 1].lay_out(choices),
                lambda n, entry: planned[n - 1].rules_for(entry),
            )
        except InputError as error:
            raise InputError(
                *(
                    dataclasses.replace(problem, field=f"change {number}, {problem.field}")
                    for problem in error.problems
                )
            ) from None
    return agenda


def _by_date(row: Dated) -> tuple[dt.date, dt.time, str]:
    return row.date, row.time, row.id


def _administrations(
    plan: Plan, planned: Sequence[PlannedRegimen], agenda: Agenda, library: Library
) -> Iterable[Administration]:
    """Work out the amount of each dose; what is the same for many is worked out once."""
    tolerance = plan.site.rounding_tolerance_percent / 100
    patients = [read_patient(entry, plan.first_day) for entry in agenda.measurements]
    known: dict[tuple[Any, ...], tuple[tuple[Dose, Packs | None], ...]] = {}
    worked: dict[str, Administration] = {}
    # A part of another dose can be worked out only after that dose.
    for slot in sorted(agenda.slots, key=lambda slot: slot.medicine.percent_of is not None):
        medicine, drug = slot.medicine, library.drug(slot.medicine.drug)
        rule, (position, of) = slot.rule, slot.dealt or (0, 0)
        if slot.amount is not None:
            position, of = 0, 0
        # The slots hold their rules, so that no identity is used twice.
        key: tuple[Any, ...] = (
            id(rule),
            slot.measurement,
            of,
            slot.adjustments,
            id(slot.amount) if slot.amount is not None else 0,
        )
        if medicine.percent_of is not None:
            whole = worked[slot.goes_with]
            part = PercentOf(percent=medicine.percent_of.percent, of=whole.drug_name)
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
                    rule,
                    patients[slot.measurement],
                    days=of,
                    drug=drug,
                    route=medicine.route,
                    tolerance=tolerance,
                )
            else:
                single = calculate(
                    rule,
                    patients[slot.measurement],
                    drug=drug,
                    route=medicine.route,
                    tolerance=tolerance,
                )
                doses = (single,)
            own_regimen = planned[slot.course_number - 1].regimen
            known[key] = tuple(with_tablets(dose, medicine, own_regimen, drug) for dose in doses)
        given, tablets = known[key][position]
        if slot.state == "given":
            given = dataclasses.replace(given, findings=_after_the_fact(given.findings))
        worked[slot.id] = Administration(
            id=slot.id,
            date=slot.date,
            time=slot.time,
            length=slot.length,
            phase=slot.phase,
            cycle=slot.cycle,
            day=slot.day,
            n=slot.n,
            condition=slot.condition,
            course_number=slot.course_number,
            state=slot.state,
            original_date=slot.original_date,
            measurement=slot.measurement,
            item=medicine.name,
            drug=drug.id,
            drug_name=drug.name,
            route=medicine.route,
            dose=given,
            tablets=tablets,
            rate=medicine.rate,
        )
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
                Problem(
                    field="time",
                    typed=f"{row.time:%H:%M} on {row.date:%d-%b-%Y}",
                    why=f"is skipped or comes twice in {zone.key} (clock change)",
                    accepted="choose another time, such as 09:00",
                )
            )
    if problems:
        raise InputError(*problems)


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each finding once, the gravest first, otherwise in the order they were found."""
    order: Mapping[str, int] = {"STOP": 0, "WARN": 1, "NOTE": 2}
    kept = {(finding.code, finding.text): finding for finding in reversed(list(findings))}
    return tuple(sorted(reversed(kept.values()), key=lambda finding: order[finding.level]))
