"""The course as a calendar file. The same plan gives the same bytes.

One event a dose (or, as chosen, one all-day event over a run of equal oral doses), no RRULE, no
METHOD, no floating time. UIDs come from the identity of the rows, never from their dates, and tell
nothing to a reader, so that the clinical and the discreet file name the same events.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, vText

from dosing.errors import refuse
from dosing.units import MINUTE, duration, in_unit
from schedules import VERSION
from schedules.course.course import Course
from schedules.course.provenance import discreet_provenance, provenance
from schedules.course.visit import time_visit
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointment_text import Words, clock, decided
from schedules.outputs.calendar.appointments import Appointment, appointments
from schedules.outputs.calendar.vtimezone import vtimezone

_ONE_DAY = dt.timedelta(days=1)
# Oral doses have no length of their own; a quarter of an hour can be seen in a calendar.
_SHOWN_FOR = dt.timedelta(minutes=15)


def to_ics(
    course: Course,
    *,
    discreet: bool = False,
    choice: CalendarChoice | None = None,
    since: int = 0,
) -> bytes:
    """Write the course as an iCalendar file.

    Args:
        course: the course; it must be exportable.
        discreet: name no drug, dose or disease, only appointments.
        choice: oral doses singly or as runs, UTC or zone times, alarm; the plan's if not given.
        since: only what this change (1 is the first) or a later one altered; 0 is everything.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: if the alarm is not a length of time.
    """
    course.must_be_exportable()
    choice = choice or course.plan.site.calendar
    calendar = _calendar(course, choice, discreet=discreet)
    for event in _events(course, choice, discreet=discreet, since=since):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def to_resources(
    course: Course, *, discreet: bool = False, choice: CalendarChoice | None = None
) -> dict[str, bytes]:
    """Write one small calendar for each event, by UID, as a CalDAV server keeps them.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    choice = choice or course.plan.site.calendar
    resources = {}
    for event in _events(course, choice, discreet=discreet):
        calendar = _calendar(course, choice, discreet=discreet)
        del calendar["x-wr-calname"]
        calendar.add_component(event)
        resources[str(event["uid"])] = bytes(calendar.to_ical())
    return resources


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """An event as some calendar shows it: a date for a whole day, otherwise an instant."""

    uid: str
    start: dt.datetime | dt.date
    summary: str
    text: str
    cancelled: bool
    sequence: int


def read_events(file: bytes) -> list[ReadEvent]:
    """Read the events of a calendar file that some other program wrote.

    Times in a zone become instants; a time without a zone is refused, since programs read it
    differently.

    Raises:
        InputError: if it is no calendar file, or an event cannot be placed in time.
    """
    try:
        calendars = Calendar.from_ical(file, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, IndexError, KeyError):
        calendars, events = [], []
    if not calendars:
        refuse(
            "calendar file",
            "",
            why="is not an iCalendar file",
            accepted="give a file that ends in .ics, as a calendar program saves it",
        )
    return [_seen(event) for event in events]


def _seen(event: Component) -> ReadEvent:
    start = event.get("dtstart")
    when = getattr(start, "dt", None)
    summary = str(event.get("summary", ""))
    floating = isinstance(when, dt.datetime) and when.utcoffset() is None
    if when is None or floating:
        refuse(
            "calendar file",
            summary,
            why="has no time zone" if floating else "has no start",
            accepted="export it again with times in UTC or with their zone",
        )
    cancelled = str(event.get("status", "")).upper() == "CANCELLED"
    return ReadEvent(
        uid=str(event.get("uid", "")),
        summary=summary,
        text=str(event.get("description", "")),
        start=when.astimezone(dt.UTC) if isinstance(when, dt.datetime) else when,
        cancelled=cancelled or summary.startswith("CANCELLED:"),
        sequence=int(event.get("sequence", 0)),
    )


def _calendar(course: Course, choice: CalendarChoice, *, discreet: bool) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//Posology//Posology {VERSION}//EN")
    calendar.add("version", "2.0")
    name = (
        "Appointments"
        if discreet
        else f"{course.plan.patient.label} {course.regimen.title}".strip()
    )
    # icalendar escapes what it knows to be text; it does not know this name.
    calendar.add("x-wr-calname", vText(name))
    years = [row.date.year for row in course.every]
    if choice.times == "zone" and years:
        zone = ZoneInfo(course.plan.zone)
        calendar.add_component(vtimezone(zone, min(years), max(years)))
    return calendar


def _events(
    course: Course, choice: CalendarChoice, *, discreet: bool, since: int = 0
) -> Iterator[Event]:
    zone = ZoneInfo(course.plan.zone)
    alarm = None if choice.alarm == "none" else _alarm(choice.alarm)
    # What is the same for every event of a state is made once: the hash of a plan takes its time.
    words: dict[int, Words] = {}
    from_where: dict[int, str] = {}
    for one in appointments(course, choice):
        if one.change < since:
            continue
        event = Event()
        event.add("uid", one.uid)
        event.add("dtstamp", one.stamp)
        event.add("last-modified", one.stamp)
        event.add("sequence", one.sequence)
        _when(event, one, zone, choice)
        summary = "Appointment" if discreet else one.title
        # Some programs ignore STATUS, so the word stands where everybody reads it.
        event.add("summary", f"CANCELLED: {summary}" if one.cancelled else summary)
        if one.change not in from_where:
            from_where[one.change] = (discreet_provenance if discreet else provenance)(one.state)
            words[one.change] = Words(one.state)
        lines = [clock(one, zone, discreet=discreet), from_where[one.change]]
        if not discreet:
            told = words[one.change]
            why = [decided(one)] if one.change else []
            lines = [told.place(one), *why, *told.derivation(one), *told.notes(one), *lines]
        event.add("description", "\n".join(lines))
        event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        event.add("class", "PRIVATE")
        if alarm is not None and not one.is_run and not one.cancelled:
            event.add_component(_display(alarm, summary))
        yield event


def _when(event: Event, one: Appointment, zone: ZoneInfo, choice: CalendarChoice) -> None:
    first, last = one.rows[0], one.rows[-1]
    if one.is_run:
        event.add("dtstart", first.date)
        event.add("dtend", last.date + _ONE_DAY)
        return
    stay = time_visit(first, zone)
    begin, end = (time.astimezone(dt.UTC) for time in (stay.arrives, stay.leaves))
    if begin == end:
        end += _SHOWN_FOR
    shown = zone if choice.times == "zone" else dt.UTC
    event.add("dtstart", begin.astimezone(shown))
    event.add("dtend", end.astimezone(shown))


def _alarm(text: str) -> dt.timedelta:
    return dt.timedelta(minutes=float(in_unit(duration(text, "alarm"), MINUTE, "alarm")))


def _display(before: dt.timedelta, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", summary)
    return alarm
