"""What a calendar says in words of an appointment: its place, derivation, checks, times, change."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from schedules.course.course import Course
from schedules.course.rows import Occasion
from schedules.course.visit import time_visit
from schedules.outputs.calendar.appointments import Appointment
from schedules.plans.changes import in_words


class Words:
    """What the clinical file says of each event; what is the same for many events is made once."""

    def __init__(self, course: Course) -> None:
        """Number the doses, and gather what is said of many of them."""
        counts: dict[tuple[int, str], int] = {}
        self._number: dict[str, int] = {}
        # What was left out keeps its number, so that the others keep theirs.
        given = [row for row in course.every if not isinstance(row, Occasion)]
        for row in sorted(given, key=lambda row: (row.planned_on, row.time, row.id)):
            key = (row.course_number, row.drug)
            counts[key] = self._number[row.id] = counts.get(key, 0) + 1
        self._of = counts
        self._other = f"; not the regimen's dose but {course.plan.dose}" if course.plan.dose else ""
        self._derivations: dict[int, list[str]] = {}
        self._first = course.rows[0] if course.rows else None
        reasons = {seen.code: seen.reason for seen in course.acknowledgements}
        self._each_dose = [f.text for f in course.findings if f.code.startswith("check.each_dose.")]
        # A warning that a later change took away was never asked about.
        self._each_dose += [
            f"{f.text} Acknowledged: {reasons[f.code]}"
            for f in course.findings
            if f.level == "WARN" and f.code in reasons
        ]
        self._watched: dict[tuple[int, str, int], list[str]] = {}
        for test in course.tests_and_decisions:
            told = self._watched.setdefault((test.course_number, test.phase, test.cycle), [])
            result = f" ({test.outcome})" if test.outcome else ""
            told.append(f"{test.date:%a %d-%b-%Y}: {test.what}{result}")
        self._first_dose = [
            f.text for f in course.findings if f.code.startswith("check.first_dose.")
        ]

    def place(self, one: Appointment) -> str:
        """Say where in the course it stands."""
        row, last = one.rows[0], one.rows[-1]
        course = f"course {row.course_number}, " if row.course_number > 1 else ""
        where = f"{course}{row.phase}, cycle {row.cycle}, day {row.day}"
        if isinstance(row, Occasion):
            return f"{row.kind}; {where}"
        number = self._number[row.id]
        which = f"doses {number} to {self._number[last.id]}" if one.is_run else f"dose {number}"
        return f"{where}; {which} of {self._of[row.course_number, row.drug]}{self._other}"

    def derivation(self, one: Appointment) -> list[str]:
        """Say of which tablets the dose is made, and how it came about."""
        row = one.rows[0]
        if isinstance(row, Occasion):
            return []
        dose = row.dose
        taken = [f"Tablets: {row.tablets.made_of}"] if row.tablets else []
        if id(dose) not in self._derivations:
            self._derivations[id(dose)] = taken + [
                f"{step.what}: {step.value_text} ({step.why})" for step in dose.steps
            ]
        return self._derivations[id(dose)]

    def notes(self, one: Appointment) -> list[str]:
        """Repeat what has to be known before this dose, and what was acknowledged and why."""
        row = one.rows[0]
        if isinstance(row, Occasion):
            return [f"Result: {row.outcome}"] if row.outcome else []
        watched = self._watched.get((row.course_number, row.phase, row.cycle), [])
        first = [*watched, *self._first_dose] if row is self._first else watched
        return [*first, *self._each_dose]


def clock(one: Appointment, zone: ZoneInfo, *, discreet: bool) -> str:
    """Say the time on the wall; of a stay around an infusion the discreet file names no part."""
    row = one.rows[0]
    if one.is_run:
        return f"Each day at {row.time:%H:%M}, {zone.key}"
    stay = time_visit(row, zone)
    if not discreet and (row.before or row.after):
        return f"{stay}. Local time, {zone.key}"
    until = f" to {stay.leave_text}" if stay.leaves != stay.arrives else ""
    return f"Local time {stay.arrive_text}{until}, {zone.key}"


def decided(one: Appointment) -> str:
    """Say which change altered it last, why, and who decided."""
    change = one.state.plan.changes[-1]
    return f"Changed: {in_words(change)}. Why: {change.why} ({change.who})"
