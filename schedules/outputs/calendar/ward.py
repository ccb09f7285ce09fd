"""How a ward's calendar differs from a course: which doses were moved there, and whether they may.

The calendar proposes, a person decides: each difference comes with the change that would adopt it
and with the findings that this change would raise.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from dosing.errors import InputError
from dosing.trace import Finding, stops
from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.course.rows import Administration
from schedules.knowledge.library import Library
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointments import Appointment, list_appointments
from schedules.outputs.calendar.reading import ReadEvent, read_events
from schedules.plans.changes import Change, Defer, Omit
from schedules.plans.wrong_values import make_of
from schedules.review.course_diff import new_findings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDifference:
    """One difference between a calendar and the course, with the change that would adopt it."""

    text: str
    change: Change | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def allowed(self) -> bool:
        """Return whether it may be adopted."""
        return self.change is not None and not stops(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain text for JSON."""
        return {
            "text": self.text,
            "allowed": self.allowed,
            "change": None if self.change is None else self.change.model_dump(mode="json"),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def compare_calendar(
    course: Course,
    file: bytes,
    library: Library,
    *,
    who: str,
    when: dt.datetime,
    choice: CalendarChoice | None = None,
) -> list[CalendarDifference]:
    """Compare a calendar file with a course.

    Args:
        course: the course as it stands.
        file: the calendar as some program saved it.
        library: to compute what a change would break.
        who: who would make the changes.
        when: now, from whoever asks the clock.
        choice: how the course was written to that calendar.

    Raises:
        InputError: if it is no calendar file, or an event in it cannot be placed in time.
    """
    events = {event.uid: event for event in read_events(file)}
    appointments = list_appointments(course, choice)
    comparison = _Comparison(course=course, library=library, who=who, when=when)
    differences = [
        difference
        for appointment in appointments
        for difference in comparison.differences(appointment, events.pop(appointment.uid, None))
    ]
    if len(differences) == len(appointments) and all(one.change is None for one in differences):
        return [CalendarDifference(text="The calendar holds no event of this course.")]
    if events:
        count = "1 event" if len(events) == 1 else f"{len(events)} events"
        text = f"The calendar holds {count} that are not of this course."
        differences.append(CalendarDifference(text=text))
    return differences


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """The course that a calendar is compared with, and who would make the changes."""

    course: Course
    library: Library
    who: str
    when: dt.datetime

    def differences(
        self, appointment: Appointment, event: ReadEvent | None
    ) -> list[CalendarDifference]:
        """Return the difference of one appointment, if there is one."""
        row = appointment.rows[0]
        name = row.drug_name if isinstance(row, Administration) else row.what
        what, planned = f"{row.place}, {name}", self._day(appointment.start)
        if event is None:
            if appointment.cancelled:
                return []
            return [CalendarDifference(text=f"{what}, {planned}: no longer in the calendar.")]
        if event.cancelled and not appointment.cancelled:
            text = f"{what}, {planned}: cancelled in the calendar"
            return [self._judge(text, Omit, {"at": row.place, "scope": "this day"})]
        if event.start == appointment.start or appointment.cancelled:
            return []
        text = f"{what}: moved in the calendar from {planned} to {self._day(event.start)}"
        days = (self._date(event.start) - self._date(appointment.start)).days
        if not days:
            text += "; record the dose to keep another time of the same day."
            return [CalendarDifference(text=text)]
        scope = "this cycle" if appointment.is_run else "this day"
        move = {"at": row.place, "by_days": days, "scope": scope}
        return [self._judge(text, Defer, move)]

    @property
    def _decision(self) -> dict[str, Any]:
        return {"who": self.who, "when": self.when, "why": "as the ward's calendar has it"}

    def _judge(
        self, text: str, kind: type[Omit | Defer], what: dict[str, Any]
    ) -> CalendarDifference:
        """Judge a change by making it and looking at the findings that follow."""
        try:
            accepted = "record the dose, or make another plan"
            change: Change = make_of(kind, {**what, **self._decision}, "change", accepted)
            after = with_change(self.course.plan, change, self.library)
        except InputError as error:
            why = "; ".join(map(str, error.problems))
            return CalendarDifference(text=f"{text}; it cannot be taken over: {why}.")
        findings = new_findings(self.course, after)
        stopping = stops(findings)
        warnings = [finding for finding in findings if finding.level == "WARN"]
        verdict = "not allowed" if stopping else "allowed with a reason" if warnings else "allowed"
        reasons = " ".join(finding.text for finding in stopping or warnings)
        text = f"{text}; {verdict}. {reasons}".strip()
        return CalendarDifference(text=text, change=change, findings=findings)

    def _date(self, start: dt.datetime | dt.date) -> dt.date:
        return self._local(start).date() if isinstance(start, dt.datetime) else start

    def _day(self, start: dt.datetime | dt.date) -> str:
        if isinstance(start, dt.datetime):
            return f"{self._local(start):%a %d-%b-%Y %H:%M}"
        return f"{start:%a %d-%b-%Y}"

    def _local(self, at: dt.datetime) -> dt.datetime:
        return at.astimezone(ZoneInfo(self.course.plan.zone))
