"""What a ward's calendar says of a course: which doses were moved there, and whether they may be.

The calendar proposes, a person decides: each difference comes with the change that would take it
over, and with what that change would break.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from dosing.errors import InputError
from dosing.trace import Finding
from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.course.rows import Administration
from schedules.knowledge.library import Library
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointments import Appointment, list_appointments
from schedules.outputs.calendar.ics import ReadEvent, read_events
from schedules.plans.changes import Change, Defer, Omit
from schedules.review.course_diff import new_findings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDifference:
    """One thing that a calendar says otherwise. ``change`` would take it over, where one can."""

    text: str
    change: Change | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def allowed(self) -> bool:
        """Tell whether it may be taken over."""
        return self.change is not None and not any(f.level == "STOP" for f in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain text for JSON."""
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
    """Hold a calendar file against a course.

    Args:
        course: the course as it stands.
        file: the calendar as some program saved it.
        library: to work out what a change would break.
        who: who would take the changes over.
        when: now, from whoever asks the clock.
        choice: how the course was written to that calendar.

    Raises:
        InputError: if it is no calendar file, or holds nothing of this course.
    """
    ward = {seen.uid: seen for seen in read_events(file)}
    ours = list_appointments(course, choice)
    told: list[CalendarDifference] = []
    said = {"who": who, "when": when, "why": "as the ward's calendar has it"}
    for one in ours:
        seen = ward.pop(one.uid, None)
        told += _differences(one, seen, course, library, said)
    if len(told) == len(ours) and all(entry.change is None for entry in told):
        return [CalendarDifference(text="The calendar holds no event of this course.")]
    if ward:
        count = len(ward)
        events = "1 event" if count == 1 else f"{count} events"
        told.append(
            CalendarDifference(text=f"The calendar holds {events} that are not of this course.")
        )
    return told


def _differences(
    one: Appointment,
    seen: ReadEvent | None,
    course: Course,
    library: Library,
    said: Mapping[str, Any],
) -> list[CalendarDifference]:
    row = one.rows[0]
    name = row.drug_name if isinstance(row, Administration) else row.what
    what = f"{row.place}, {name}"
    if seen is None:
        if one.cancelled:
            return []
        return [
            CalendarDifference(
                text=f"{what}, {_day(one.start, course)}: no longer in the calendar."
            )
        ]
    if seen.cancelled and not one.cancelled:
        omit = Omit.model_validate({"at": row.place, "scope": "this day", **said})
        cancelled = f"{what}, {_day(one.start, course)}: cancelled in the calendar"
        return [_weighed(cancelled, omit, course, library)]
    if seen.start == one.start or one.cancelled:
        return []
    text = f"{what}: moved in the calendar from {_day(one.start, course)} to "
    text += _day(seen.start, course)
    days = (_date(seen.start, course) - _date(one.start, course)).days
    if not days:
        return [
            CalendarDifference(
                text=f"{text}; another time of the same day is kept by recording the dose."
            )
        ]
    scope = "this cycle" if len(one.rows) > 1 else "this day"
    defer = Defer.model_validate({"at": row.place, "by_days": days, "scope": scope, **said})
    return [_weighed(text, defer, course, library)]


def _weighed(text: str, change: Change, course: Course, library: Library) -> CalendarDifference:
    """Say whether a change would be allowed, by making it and looking at what follows."""
    try:
        after = with_change(course.plan, change, library)
    except InputError as error:
        why = "; ".join(map(str, error.problems))
        return CalendarDifference(text=f"{text}; it cannot be taken over: {why}.")
    found = new_findings(course, after)
    stops = [finding for finding in found if finding.level == "STOP"]
    warns = [finding for finding in found if finding.level == "WARN"]
    verdict = "not allowed" if stops else "allowed with a reason" if warns else "allowed"
    because = " ".join(finding.text for finding in stops or warns)
    return CalendarDifference(
        text=f"{text}; {verdict}. {because}".strip(), change=change, findings=found
    )


def _date(start: dt.datetime | dt.date, course: Course) -> dt.date:
    if isinstance(start, dt.datetime):
        return start.astimezone(ZoneInfo(course.plan.zone)).date()
    return start


def _day(start: dt.datetime | dt.date, course: Course) -> str:
    if isinstance(start, dt.datetime):
        return f"{start.astimezone(ZoneInfo(course.plan.zone)):%a %d-%b-%Y %H:%M}"
    return f"{start:%a %d-%b-%Y}"
