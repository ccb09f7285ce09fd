"""The description of an appointment: place, derivation, checks, times, change, provenance."""

from __future__ import annotations

from collections import Counter, defaultdict

from dosing.trace import SHOWN_DIGITS, Finding
from dosing.units import show
from schedules.course.course import Course
from schedules.course.provenance import discreet_provenance, provenance
from schedules.course.rows import Administration, Dated, Occasion, outcome_lines
from schedules.course.visit import Visit
from schedules.outputs.calendar.appointments import Appointment, results_before
from schedules.plans.undo import words_of


class AppointmentText:
    """The descriptions of the appointments of one course; what many share is made once."""

    def __init__(self, course: Course, *, discreet: bool) -> None:
        """Gather what many appointments share, of which the discreet file needs only the last."""
        self._discreet, self._course = discreet, course
        self._zone = course.plan.zone
        self._provenance = (discreet_provenance if discreet else provenance)(course)
        if discreet:
            return
        self._number, self._count = _number_doses(course)
        self._other = f"; not the regimen's dose but {course.plan.dose}" if course.plan.dose else ""
        self._derivations: dict[int, list[str]] = {}
        own = (row for row in course.rows if not row.companion)
        self._first = next(own, course.rows[0] if course.rows else None)
        self._first_dose = _finding_texts(course, "check.first_dose.")
        self._each_dose = [
            *_finding_texts(course, "check.each_dose."),
            *_acknowledged_warnings(course),
        ]
        self._beside: dict[tuple[int, str, int, int], list[Administration]] = defaultdict(list)
        for row in course.rows:
            if row.beside:
                self._beside[*_cycle(row), row.day].append(row)
        self._watch: dict[tuple[int, str, int], list[str]] = defaultdict(list)
        for test in course.tests_and_decisions:
            result = f" ({test.outcome})" if test.outcome else ""
            line = f"{test.date:%a %d-%b-%Y}: {test.what}{result}"
            self._watch[_cycle(test)].append(line)

    def lines(self, appointment: Appointment, stay: Visit) -> list[str]:
        """Return the description, line by line; the discreet one has only times and provenance."""
        lines = [self._clock(appointment, stay), self._provenance]
        if self._discreet:
            return lines
        return [
            self._place(appointment),
            *([_last_change(appointment)] if appointment.change else []),
            *self._derivation(appointment),
            *self._notes(appointment),
            *lines,
        ]

    def _clock(self, appointment: Appointment, stay: Visit) -> str:
        """Return the local time; the discreet file names no part of a stay around an infusion."""
        row = appointment.rows[0]
        if appointment.is_run:
            return f"Each day at {row.time:%H:%M}, {self._zone}"
        if not self._discreet and (row.before or row.after):
            return f"{stay}. Local time, {self._zone}"
        until = f" to {stay.leave_text}" if stay.leaves != stay.arrives else ""
        return f"Local time {stay.arrive_text}{until}, {self._zone}"

    def _place(self, appointment: Appointment) -> str:
        """Describe where in the course it stands."""
        row, last = appointment.rows[0], appointment.rows[-1]
        course = f"course {row.course_number}, " if row.course_number > 1 else ""
        where = f"{course}{row.phase}, cycle {row.cycle}, day {row.day}"
        if isinstance(row, Occasion):
            return f"{row.kind}; {where}"
        if row.id not in self._number or last.id not in self._number:
            # Cancelled, since an undo withdrew the change that had made it.
            return f"{where}; no longer in the course"
        number = self._number[row.id]
        which = (
            f"doses {number} to {self._number[last.id]}" if appointment.is_run else f"dose {number}"
        )
        beside = f"; {row.beside}" if row.beside else ""
        count = self._count[row.course_number, row.drug]
        return f"{where}; {which} of {count}{beside}{self._other}"

    def _derivation(self, appointment: Appointment) -> list[str]:
        """Describe how the dose came about, and of which tablets it is made."""
        row = appointment.rows[0]
        if isinstance(row, Occasion):
            return []
        if id(row.dose) not in self._derivations:
            tablets = [f"Tablets: {row.tablets.made_of}"] if row.tablets else []
            steps = [f"{step.what}: {step.value_text} ({step.why})" for step in row.dose.steps]
            self._derivations[id(row.dose)] = tablets + steps
        return self._derivations[id(row.dose)]

    def _notes(self, appointment: Appointment) -> list[str]:
        """List what must be known before this dose, and what was acknowledged and why."""
        row = appointment.rows[0]
        if isinstance(row, Occasion):
            result = [f"Result: {row.outcome}"] if row.outcome else []
            return [*result, *outcome_lines(row), *self._goes_with(row)]
        # A run that is gone keeps its old rows; another event now holds the first dose.
        takes_place = not appointment.cancelled
        first_dose = self._first_dose if takes_place and row is self._first else []
        results = [f"Result: {text}" for text in results_before(self._course, appointment.rows)]
        if row.companion:  # what is checked before a dose is checked before the one it goes with
            return results
        return [*results, *self._watch.get(_cycle(row), ()), *first_dose, *self._each_dose]

    def _goes_with(self, one: Occasion) -> list[str]:
        """List the doses that go with a procedure, such as the fluid of an exchange."""
        return [
            f"With it: {show(row.dose.amount, SHOWN_DIGITS + 1)} {row.name}, {row.beside}"
            for row in self._beside.get((*_cycle(one), one.day), ())
            if row.beside.endswith(f" of {one.what}")
        ]


def _number_doses(course: Course) -> tuple[dict[str, int], Counter[tuple[int, str]]]:
    """Return the number of each dose among its drug's doses by row id, and how many there are.

    What was left out keeps its number, so that the others keep theirs.
    """
    count: Counter[tuple[int, str]] = Counter()
    numbers: dict[str, int] = {}
    doses = [row for row in course.every if isinstance(row, Administration)]
    for row in sorted(doses, key=lambda row: (row.planned_on, row.time, row.id)):
        count[row.course_number, row.drug] += 1
        numbers[row.id] = count[row.course_number, row.drug]
    return numbers, count


def _cycle(row: Dated) -> tuple[int, str, int]:
    return row.course_number, row.phase, row.cycle


def _finding_texts(course: Course, prefix: str) -> list[str]:
    return [finding.text for finding in course.findings if finding.code.startswith(prefix)]


def _acknowledged_warnings(course: Course) -> list[str]:
    # A warning that a later change took away was never asked about.
    reasons = {entry.code: entry.reason for entry in course.acknowledgements}
    return [
        acknowledgement_line(finding, reasons[finding.code])
        for finding in course.findings
        if finding.level == "WARN" and finding.code in reasons
    ]


def acknowledgement_line(finding: Finding, reason: str) -> str:
    """Return the line that says why a warning was accepted."""
    return f"{finding.text} Acknowledged: {reason}"


def _last_change(appointment: Appointment) -> str:
    """Describe the change that last altered it, why, and who decided."""
    changes = appointment.state.plan.changes
    change = changes[-1]
    return f"Changed: {words_of(changes)[-1]}. Why: {change.why} ({change.who})"
