"""The dated doses that follow from a plan. Pure: no clock, no file, no network.

Every row has an identity made of plan, phase, cycle, day, item and number, never of its date, so
that a dose that moves keeps its place in a calendar.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from dosing.errors import InputError, Problems
from dosing.trace import Finding
from schedules.course.agenda import Agenda
from schedules.course.apply_change import apply
from schedules.course.closed_days import move_off_closed_days
from schedules.course.course import Course
from schedules.course.doses import compute_doses
from schedules.course.drift import check_measurements, check_windows
from schedules.course.gates import date_tests_and_decisions
from schedules.course.measurements import Measurements, read_measurements
from schedules.course.planned_regimen import PlannedRegimen, plan_regimen
from schedules.course.rows import Dated
from schedules.course.spacing import find_spacing
from schedules.course.totals import check_totals, totals_of
from schedules.course.visit import with_visits
from schedules.knowledge.library import Library
from schedules.plans.changes import AddCourse, Reweigh
from schedules.plans.plan import Plan


def work_out(plan: Plan, library: Library) -> Course:
    """Return the dated doses of a plan, with its findings, its totals and its earlier states.

    The patient's texts are read once, for all states and all regimens of the course.

    Args:
        plan: what was decided.
        library: where its regimen and drugs are read from.

    Returns:
        The course; with a STOP finding it has no rows that may be exported.

    Raises:
        InputError: if a measurement or choice is missing or a clock time does not exist that day.
        KnowledgeError: if the library has no such regimen.
    """
    measurements = read_measurements(plan)
    planned = [
        plan_regimen(own, library, measurements[0], number)
        for number, own in enumerate(plan.by_regimen(), 1)
    ]

    def after(count: int) -> Course:
        state = plan.before(count)
        regimens = 1 + sum(isinstance(change, AddCourse) for change in state.changes)
        measured = 1 + sum(isinstance(change, Reweigh) for change in state.changes)
        return _state(state, planned[:regimens], measurements[:measured], library)

    course = after(0)
    for count in range(1, len(plan.changes) + 1):
        course = dataclasses.replace(after(count), before=course)
    return course


def _state(
    plan: Plan,
    planned: Sequence[PlannedRegimen],
    measurements: tuple[Measurements, ...],
    library: Library,
) -> Course:
    """Return the course of a plan without its earlier states: all stages, in their order."""
    course = Course(
        plan=plan,
        patient=planned[0].patient,
        regimen=planned[0].regimen,
        rows=(),
        totals=(),
        findings=_unique(finding for one in planned for finding in one.findings),
    )
    if course.stopped:
        return course
    agenda = move_off_closed_days(_carry_out_changes(plan, planned, measurements), plan.site)
    doses = sorted(compute_doses(plan, planned, agenda, library), key=_by_date)
    dated, about_visits = with_visits(doses, measurements, library)
    rows = tuple(row for row in dated if row.live)
    occasions = sorted(agenda.occasions, key=_by_date)
    taking_place = tuple(one for one in occasions if one.live)
    _refuse_lost_hours((*rows, *taking_place), ZoneInfo(plan.zone))
    totals = totals_of(rows, plan)
    return dataclasses.replace(
        course,
        rows=rows,
        occasions=taking_place,
        cancelled=(
            *(row for row in dated if not row.live),
            *(one for one in occasions if not one.live),
        ),
        totals=totals,
        regimens=tuple(one.regimen for one in planned),
        tests_and_decisions=date_tests_and_decisions(rows, planned, plan),
        drugs={name: library.drug(name) for one in planned for name in one.regimen.drugs},
        findings=_unique(
            (
                *course.findings,
                *agenda.findings,
                *(finding for row in rows for finding in row.dose.findings),
                *(f for one in totals for f in check_totals(one, rows, library.drug(one.drug))),
                *check_windows(agenda.slots, planned),
                *check_measurements(rows, agenda, plan.site),
                *about_visits,
                *find_spacing(rows, taking_place, library),
            )
        ),
    )


def _carry_out_changes(
    plan: Plan, planned: Sequence[PlannedRegimen], measurements: tuple[Measurements, ...]
) -> Agenda:
    """Put every regimen on its dates and carry out the changes, in the order they were decided."""
    timetables = [one.lay_out() for one in planned]
    agenda = Agenda(
        slots=tuple(slot for dates in timetables for slot in dates.slots),
        occasions=tuple(one for dates in timetables for one in dates.occasions),
        findings=tuple(finding for dates in timetables for finding in dates.findings),
        measurements=measurements,
    )
    for number, change in enumerate(plan.changes, 1):
        try:
            agenda = apply(change, agenda, planned)
        except InputError as error:
            raise InputError(
                *(
                    dataclasses.replace(problem, field=f"change {number}, {problem.field}")
                    for problem in error.problems
                )
            ) from None
    return agenda


def _by_date(dated: Dated) -> tuple[dt.date, dt.time, str]:
    return dated.date, dated.time, dated.id


def _refuse_lost_hours(dated: Iterable[Dated], zone: ZoneInfo) -> None:
    """Refuse times that the clock change skips or repeats, instead of guessing."""
    problems = Problems()
    for row in dated:
        local = dt.datetime.combine(row.date, row.time, tzinfo=zone)
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            problems.add(
                "time",
                f"{row.time:%H:%M} on {row.date:%d-%b-%Y}",
                why=f"is skipped or happens twice in {zone.key} (clock change)",
                accepted="choose another time, such as 09:00",
            )
    problems.raise_if_any()


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once, the gravest first, otherwise in the order they were found."""
    order: Mapping[str, int] = {"STOP": 0, "WARN": 1, "NOTE": 2}
    unique = {(finding.code, finding.text): finding for finding in reversed(list(findings))}
    return tuple(sorted(reversed(unique.values()), key=lambda finding: order[finding.level]))
