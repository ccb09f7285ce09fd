"""Courses of many doses and many changes, against the shorter and the unchanged ones."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from benchmarks.measure import Row, Side, best_times, ratio
from benchmarks.places import library
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.span import Span
from schedules.plans.changes import Adjust, Change, Defer, Omit, Record, Reweigh
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan

SIZES = (10, 365, 5000)
CHANGES = (0, 1, 10, 50)
YEAR = 365
_REGIMEN = "thioctic-acid"
_INTRAVENOUS_DAYS = 15
_SAID: dict[str, Any] = {
    "who": "AB",
    "when": dt.datetime(2026, 12, 20, 9, tzinfo=dt.UTC),
    "why": "neutrophils 0.9",
}
# Returns a plan with so many changes; the course is that of the plan as it was.
Changing: TypeAlias = Callable[[Plan, Course, int], Plan]
# How much of a course's time is spent on each size, with all numbers of changes.
_SECONDS = 8.0
_ROUNDS = 9


def measure() -> Iterator[Row]:
    """Measure the changes at each size, those of all kinds for a year, then the sizes."""
    times = {size: _times(size) for size in SIZES}
    mixed = _times(YEAR, with_mixed_changes)
    for size, changes, by_count in (
        *((size, "change", times[size]) for size in SIZES),
        (YEAR, "mixed change", mixed),
    ):
        for count in CHANGES[1:]:
            aim = 3 if (size, count) == (YEAR, CHANGES[-1]) else None
            what = f"{size:,} doses with {count} {changes}{'s' if count > 1 else ''}"
            yield ratio(what, "the same without", by_count[count], by_count[0], aim)
    most = SIZES[-1]
    for count, words in ((0, ""), (CHANGES[-1], f" with {CHANGES[-1]} changes")):
        each, each_of_a_year = times[most][count] / most, times[YEAR][count] / YEAR
        what, against = f"each of {most:,} doses{words}", f"each of {YEAR} doses{words}"
        yield ratio(what, against, each, each_of_a_year, 1.25)


def _times(size: int, change: Changing | None = None) -> dict[int, float]:
    """Return the time of a course of one size, by the number of its changes."""
    doses = DailyDoses(size)
    sides = [Side(work=doses.computing(count, change)) for count in CHANGES]
    times = best_times(sides, rounds=_ROUNDS, seconds=_SECONDS)
    return dict(zip(CHANGES, times, strict=True))


@dataclasses.dataclass(frozen=True, slots=True)
class DailyDoses:
    """A course with a dose on each of so many days: a shipped regimen with other lengths."""

    size: int

    def library(self) -> Library:
        """Return the library with the regimen at this length."""
        shelf = library()
        regimen = shelf.regimen(_REGIMEN)
        first = min(_INTRAVENOUS_DAYS, self.size // 2)
        lengths = (Span(days=first), Span(days=self.size - first))
        phases = [
            phase.model_copy(update={"length": length})
            for phase, length in zip(regimen.phases, lengths, strict=True)
        ]
        longer = regimen.model_copy(update={"phases": phases, "choices": []})
        regimens = {**shelf.regimens, _REGIMEN: longer}
        return Library(regimens, shelf.drugs, shelf.knowledge_for(longer), shelf.site, shelf.bands)

    def plan(self, label: str = "bench") -> Plan:
        """Return a plan of it."""
        shelf = self.library()
        regimen = shelf.regimen(_REGIMEN)
        return make_plan(
            regimen,
            shelf.knowledge_for(regimen),
            shelf.site,
            PatientEntry(label=label, sex="male", age="48 years"),
            first_day="2026-11-30",
            made_on=dt.date(2026, 11, 20),
            choices={},
        )

    def courses(self) -> Iterator[Course]:
        """Return courses that differ in their labels, so that none was there before."""
        shelf = self.library()
        return (work_out(self.plan(f"bench-{number}"), shelf) for number in itertools.count())

    def computing(self, changes: int, change: Changing | None = None) -> Callable[[], Course]:
        """Return the work of computing a course that was not computed before."""
        shelf = self.library()
        plan = (change or with_changes)(self.plan(), work_out(self.plan(), shelf), changes)
        numbers = itertools.count()

        def work() -> Course:
            patient = plan.patient.model_copy(update={"label": f"bench-{next(numbers)}"})
            return work_out(plan.model_copy(update={"patient": patient}), shelf)

        return work


def with_changes(plan: Plan, course: Course, count: int) -> Plan:
    """Return a plan whose doses from some day on come a day or two later, so many times.

    Every seventh dose begins one, from the first again when the course is at its end.
    """
    changes = [
        Defer(
            at=course.rows[7 * number % len(course.rows)].place,
            by_days=1 + number % 2,
            scope="later",
            **_SAID,
        )
        for number in range(count)
    ]
    return plan.model_copy(update={"changes": changes})


def with_mixed_changes(plan: Plan, course: Course, count: int) -> Plan:
    """Return a plan with changes of one kind after the other, each of them a week later.

    They touch a dose or all from it on; what was given or left out is not changed again.
    """
    settled: set[int] = set()
    changes: list[Change] = []
    for number in range(count):
        position = 7 * number % len(course.rows)
        while position in settled:
            position = (position + 1) % len(course.rows)
        row = course.rows[position]
        at, kind = row.place, number % 7
        if kind in (1, 3):
            settled.add(position)
        changes.append(
            (
                Defer(at=at, by_days=1, scope="later", **_SAID),
                Omit(at=at, scope="this day", **_SAID),
                Adjust(at=at, percent=75, of="standard dose", scope="later", **_SAID),
                Record(at=at, on=row.date, **_SAID),
                Adjust(at=at, amount="300 mg", scope="this day", **_SAID),
                Defer(at=at, by_days=2, scope="this day", **_SAID),
                Reweigh(from_day=row.date, weight="71 kg", doses="worked out again", **_SAID),
            )[kind]
        )
    return plan.model_copy(update={"changes": changes})
