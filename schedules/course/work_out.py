"""The dated doses that follow from a plan. Pure: no clock, no file, no network.

Every row has an identity made of plan, phase, cycle, day, item and number, never of its date, so
that a dose that moves keeps its place in a calendar.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from dosing.errors import InputError, Problem
from dosing.trace import Finding, Level, stops
from schedules.course.agenda import Agenda, Laid
from schedules.course.apply_change import apply
from schedules.course.closed_days import move_off_closed_days
from schedules.course.course import Course
from schedules.course.doses import Calculator
from schedules.course.drift import check_measurements, check_places, check_windows
from schedules.course.facts import Judged
from schedules.course.gate_states import find_gate_states
from schedules.course.gates import date_tests_and_decisions, with_outcomes
from schedules.course.ledger import joined, with_tests_before_doses
from schedules.course.lost_hours import refuse_lost_hours
from schedules.course.measurements import Measurements, read_measurements
from schedules.course.planned_regimen import PlannedRegimen, plan_regimen
from schedules.course.proposals import open_proposals, with_proposals
from schedules.course.refusals import Refusals
from schedules.course.rows import Administration, Dated
from schedules.course.spacing import find_spacing
from schedules.course.stopped_doses import stop_doses
from schedules.course.timetable import Timetable
from schedules.course.totals import Total, check_totals, totals_of
from schedules.course.visit import with_visits
from schedules.knowledge.library import Library
from schedules.plans.changes import NewFacts, Reweigh, Undo, courses_added
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from schedules.plans.undo import numbers_in_force


def work_out(plan: Plan, library: Library) -> Course:
    """Return the dated doses of a plan, with its findings and its totals.

    The patient's texts are read once, and each change is carried out once, for all states of the
    course; an earlier state is worked out when it is asked for.

    Args:
        plan: what was decided.
        library: where its regimen and drugs are read from.

    Returns:
        The course; with a STOP finding it has no rows that may be exported. What became known later
        stops the doses from then on; those before it stay.

    Raises:
        InputError: if a measurement or choice is missing or a clock time does not exist that day,
            in this state of the course or in an earlier one.
        KnowledgeError: if the library has no such regimen.
    """
    states: _Branches | _States = (
        _Branches(plan, library)
        if any(isinstance(change, Undo) for change in plan.changes)
        else _States(plan, library)
    )
    return states.course(len(plan.changes))


class _Branches:
    """The states of a course where something was undone: each is that of the changes in force.

    States of which one has all the changes of the other share what they can.
    """

    def __init__(self, plan: Plan, library: Library) -> None:
        self._plan, self._library = plan, library
        self._branches: list[tuple[list[int], _States]] = []

    def course(self, count: int) -> Course:
        """Return the course after so many changes."""
        plan = self._plan.before(count)
        numbers = numbers_in_force(plan.changes)
        try:
            course = self._states(numbers).course(len(numbers))
        except InputError as error:
            raise InputError(*(_numbered(one, numbers) for one in error.problems)) from None
        return dataclasses.replace(course, plan=plan, earlier=self.course)

    def _states(self, numbers: list[int]) -> _States:
        for branch, states in self._branches:
            if branch[: len(numbers)] == numbers:
                return states
        changes = [self._plan.changes[number - 1] for number in numbers]
        states = _States(self._plan.model_copy(update={"changes": changes}), self._library)
        self._branches.append((numbers, states))
        return states


def _numbered(problem: Problem, numbers: Sequence[int]) -> Problem:
    """Return what is wrong with a change under its number in the plan, not among those in force."""
    field = re.sub(r"^change (\d+)", lambda m: f"change {numbers[int(m[1]) - 1]}", problem.field)
    return dataclasses.replace(problem, field=field)


class _States:
    """The states of a course: as it was planned, and after each change. They share what they can.

    ``_agendas`` are their dates, as far as no finding stops a regimen before it has dates.
    """

    def __init__(self, plan: Plan, library: Library) -> None:
        self._plan, self._library = plan, library
        measurements = read_measurements(plan)
        self._planned = [
            dataclasses.replace(
                plan_regimen(own, library, _known_by_then(own, measurements[newest]), number),
                measurement=newest,
            )
            for number, (own, newest) in enumerate(
                zip(plan.by_regimen(), _newest_measurements(plan), strict=True), 1
            )
        ]
        self._calculator = Calculator(plan, self._planned, measurements, library)
        self._courses: dict[int, Course] = {}
        self._measurements = measurements
        self._judged: list[tuple[PatientEntry, Judged, PlannedRegimen]] = []
        self._agendas: list[Agenda] = []
        refusals, before = Refusals(plan, self._calculator), None
        for count, agenda in enumerate(_carry_out_changes(plan, self._planned, measurements)):
            self._agendas.append(agenda)
            # The first state that is refused is the one that speaks.
            if count < len(plan.changes) and refusals.may_concern(agenda, before):
                self.course(count)
            before = agenda

    def course(self, count: int) -> Course:
        """Return the course after so many changes."""
        if count not in self._courses:
            self._courses[count] = self._work_out(count)
        return self._courses[count]

    def _work_out(self, count: int) -> Course:
        """Return the course after so many changes: all stages, in their order."""
        plan, library = self._plan.before(count), self._library
        planned = self._planned[: 1 + sum(len(courses_added(one)) for one in plan.changes)]
        agenda, judged = None, planned  # what was stopped when it was planned has no dates
        known_later: set[str] = set()
        if count < len(self._agendas):
            agenda, judged, known_later = self._look_at(plan, planned, self._agendas[count])
        course = Course(
            plan=plan,
            patient=planned[0].patient,
            regimen=planned[0].regimen,
            rows=(),
            totals=(),
            findings=_findings_of(judged),
            earlier=self.course,
            regimens=tuple(one.regimen for one in planned),
            drugs={name: library.drug(name) for one in planned for name in one.regimen.drugs},
            ledger=joined(one.safety.ledger for one in judged),
            questions={name: own for one in judged for name, own in one.safety.questions.items()},
        )
        if agenda is None or any(one.code not in known_later for one in stops(course.findings)):
            return course
        agenda, about_closed_days = move_off_closed_days(agenda, plan.site)
        doses = sorted(self._calculator.compute(agenda.slots), key=_by_date)
        dated, about_visits = with_visits(doses, agenda.measured, library)
        rows = tuple(row for row in dated if row.live)
        occasions = sorted(agenda.occasions, key=_by_date)
        taking_place = tuple(one for one in occasions if one.live)
        refuse_lost_hours((*rows, *taking_place), ZoneInfo(plan.zone))
        totals = totals_of(rows, plan)
        states = find_gate_states(dated, taking_place, course.regimens, plan, library)
        proposals = open_proposals(dated, states)
        return dataclasses.replace(
            course,
            rows=rows,
            occasions=with_outcomes(taking_place, rows, planned, states),
            cancelled=(
                *(row for row in dated if not row.live),
                *(one for one in occasions if not one.live),
            ),
            totals=totals,
            recorded=agenda.recorded,
            gate_states=states,
            ledger=with_tests_before_doses(
                course.ledger, (one for own in states.values() for one in own)
            ),
            proposals=proposals,
            tests_and_decisions=date_tests_and_decisions(rows, taking_place, planned, plan, states),
            findings=_unique(
                (
                    *with_proposals(course.findings, states, proposals),
                    *agenda.findings,
                    *about_closed_days,
                    *(finding for row in rows for finding in row.dose.findings),
                    *_about_totals(totals, rows, agenda.measurements, library),
                    *check_windows(agenda.slots, planned),
                    *check_places(agenda.slots, planned),
                    *check_measurements(rows, agenda, plan.site),
                    *about_visits,
                    *find_spacing(rows, taking_place, library),
                )
            ),
        )

    def _look_at(
        self, plan: Plan, planned: Sequence[PlannedRegimen], agenda: Agenda
    ) -> tuple[Agenda, list[PlannedRegimen], set[str]]:
        """Look at the patient as known in a state of the course.

        Returns:
            The agenda, in which no dose is given from the day on which what stops it became known;
            the regimens with their findings; and the codes of the STOPs that became known later.
        """
        judged, known_later, laid = [], set(), agenda
        for one in planned:
            beside = _drugs_beside(one, planned, laid)
            found = self._judge(one, plan, beside)
            known_on = self._stopped_since(one, plan, beside) if stops(found.findings) else {}
            agenda, findings = stop_doses(agenda, found.findings, one.number, known_on)
            judged.append(dataclasses.replace(found, findings=findings) if known_on else found)
            known_later |= set(known_on)
        return agenda, judged, known_later

    def _stopped_since(
        self, planned: PlannedRegimen, plan: Plan, beside: tuple[str, ...]
    ) -> dict[str, dt.date]:
        """Return since when each STOP holds that facts known after the plan led to."""

        def codes(count: int) -> list[str]:
            found = self._judge(planned, plan.before(count), beside)
            return [finding.code for finding in stops(found.findings)]

        as_planned, since = codes(0), dict[str, dt.date]()
        for count, change in enumerate(plan.changes, 1):
            if isinstance(change, NewFacts | Reweigh):
                new = [code for code in codes(count) if code not in as_planned]
                since = {code: since.get(code, change.from_day) for code in new}
        return since

    def _judge(
        self, planned: PlannedRegimen, plan: Plan, beside: tuple[str, ...]
    ) -> PlannedRegimen:
        """Return a regimen with the findings of what is known and given in a state of the course.

        Its doses are not worked out by them: they stay as they were planned.
        """
        now = _looked_at_now(plan, planned.plan.patient)
        if now == planned.plan.patient and not beside:
            return planned
        judged = Judged(max(plan.known_since, planned.plan.first_day), beside)
        for entry, when, found in self._judged:
            if (entry, when, found.number) == (now, judged, planned.number):
                return found
        own = planned.plan.model_copy(update={"patient": now})
        measured = _known_by_then(own, self._measurements[planned.measurement])
        found = plan_regimen(own, self._library, measured, planned.number, judged)
        self._judged.append((now, judged, found))
        return found


def _looked_at_now(plan: Plan, planned: PatientEntry) -> PatientEntry:
    """Return the patient as known and measured now, of the size by which the doses are planned."""
    return plan.patient_now.model_copy(update={name: getattr(planned, name) for name in _SIZE})


_SIZE = ("weight", "weight_on", "height", "dry_weight")
_GRAVEST_FIRST: tuple[Level, ...] = ("STOP", "WARN", "NOTE")


def _newest_measurements(plan: Plan) -> list[int]:
    """Return for each regimen the index of the measurements that were the newest by then."""
    measured, newest = 0, [0]
    for change in plan.changes:
        measured += isinstance(change, Reweigh)
        newest += [measured] * len(courses_added(change))
    return newest


def _known_by_then(own: Plan, measurements: Measurements) -> Measurements:
    """Return the measurements of a regimen, read anew where more of the patient was known."""
    return measurements if own.patient == measurements.entry else read_measurements(own)[0]


def _drugs_beside(
    planned: PlannedRegimen, others: Sequence[PlannedRegimen], agenda: Agenda
) -> tuple[str, ...]:
    """Return the drugs of the other regimens that are given while this one is."""
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for slot in agenda.slots:
        if slot.live:
            first, last = spans.get(slot.course_number, (slot.date, slot.date))
            spans[slot.course_number] = min(first, slot.date), max(last, slot.date)
    own = spans.pop(planned.number, None)
    together = [
        one
        for one in others
        if own is not None
        and (span := spans.get(one.number)) is not None
        and span[0] <= own[1]
        and own[0] <= span[1]
    ]
    drugs = (drug for one in together for drug in one.regimen.drugs)
    return tuple(drug for drug in dict.fromkeys(drugs) if drug not in planned.regimen.drugs)


def _carry_out_changes(
    plan: Plan, planned: Sequence[PlannedRegimen], measurements: tuple[Measurements, ...]
) -> Iterator[Agenda]:
    """Yield the dates as planned, then after each change, in the order they were decided.

    A regimen that a change adds stands on its dates from the beginning: what was decided before
    may concern its days too, so the changes up to there are carried out on all of them. Where a
    finding stops a regimen, there are no dates.
    """
    timetables: list[Timetable] = []
    agenda: Agenda | None = None
    for count in range(len(plan.changes) + 1):
        added = len(courses_added(plan.changes[count - 1])) if count else 1
        if agenda is not None and not added:
            agenda = _carry_out(plan, count, agenda, planned)
        else:
            known = len(timetables)
            if stops(_findings_of(planned[: known + added])):
                return
            timetables += [one.lay_out() for one in planned[known : known + added]]
            agenda = _put_together(timetables, measurements)
            for number in range(1, count + 1):
                agenda = _carry_out(plan, number, agenda, planned)
        yield agenda


def _findings_of(planned: Iterable[PlannedRegimen]) -> tuple[Finding, ...]:
    return _unique(finding for one in planned for finding in one.findings)


def _put_together(
    timetables: Sequence[Timetable], measurements: tuple[Measurements, ...]
) -> Agenda:
    return Agenda(
        laid=Laid(
            tuple(slot for dates in timetables for slot in dates.slots),
            tuple(one for dates in timetables for one in dates.occasions),
        ),
        findings=tuple(finding for dates in timetables for finding in dates.findings),
        measurements=measurements,
    )


def _carry_out(
    plan: Plan, number: int, agenda: Agenda, planned: Sequence[PlannedRegimen]
) -> Agenda:
    """Carry out one change; what is wrong with it names its number."""
    try:
        return apply(plan.changes[number - 1], agenda, planned)
    except InputError as error:
        raise InputError(
            *(
                dataclasses.replace(problem, field=f"change {number}, {problem.field}")
                for problem in error.problems
            )
        ) from None


def _by_date(dated: Dated) -> tuple[dt.date, dt.time, str]:
    return dated.date, dated.time, dated.id


def _about_totals(
    totals: Iterable[Total],
    rows: Sequence[Administration],
    measured: Sequence[Measurements],
    library: Library,
) -> Iterator[Finding]:
    for total in totals:
        yield from check_totals(total, rows, library.drug(total.drug), measured)


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once, the gravest first, otherwise in the order they were found."""
    unique = {(finding.code, finding.text): finding for finding in reversed(list(findings))}
    return tuple(sorted(reversed(unique.values()), key=lambda one: _GRAVEST_FIRST.index(one.level)))
