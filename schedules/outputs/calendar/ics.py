"""The course as a calendar file. The same plan gives the same bytes.

One event a dose (or, as chosen, one all-day event over a run of equal oral doses), no RRULE, no
METHOD, no floating time. UIDs come from the identity of the rows, never from their dates, and tell
a reader nothing, so that the clinical and the discreet file name the same events.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import NoReturn
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from dosing.errors import refuse
from dosing.plausibility import EARLIEST_DAY, LATEST_DAY
from dosing.units import MINUTE, duration, in_unit
from schedules.course.course import Course
from schedules.course.visit import Visit, time_visit
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointment_text import AppointmentText
from schedules.outputs.calendar.appointments import Appointment, list_appointments
from schedules.outputs.calendar.event import CalendarText, EventContent, write_event
from schedules.outputs.calendar.vtimezone import build_vtimezone
from schedules.version import VERSION

# A ward's year, with alarms. Three thousand take a second to read.
_MOST_COMPONENTS = 3_000
_LARGEST = 5_000_000
_SEQUENCE = re.compile(r"-?[0-9]{1,9}")
_ONE_DAY = dt.timedelta(days=1)
# Oral doses have no length of their own; a quarter of an hour can be seen in a calendar.
_SHOWN_FOR = dt.timedelta(minutes=15)
_END = b"END:VCALENDAR\r\n"


def to_ics(
    course: Course,
    *,
    discreet: bool = False,
    choice: CalendarChoice | None = None,
    since: int = 0,
) -> bytes:
    """Return the course as an iCalendar file.

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
    events = _events(course, choice, discreet=discreet, since=since)
    return _join(_calendar(course, choice, discreet=discreet), map(write_event, events))


def to_resources(
    course: Course, *, discreet: bool = False, choice: CalendarChoice | None = None
) -> dict[str, bytes]:
    """Return one small calendar for each event, by UID, as a CalDAV server keeps them.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    choice = choice or course.plan.site.calendar
    calendar = _calendar(course, choice, discreet=discreet)
    del calendar["x-wr-calname"]
    return {
        event.uid: _join(calendar, [write_event(event)])
        for event in _events(course, choice, discreet=discreet)
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """An event as some calendar shows it: a date for a whole day, otherwise an instant in UTC."""

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
    _refuse_too_large(file)
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
    return [_read_event(event) for event in events]


def _refuse_too_large(file: bytes) -> None:
    """Refuse what takes longer to read than anybody waits; components within components do too."""
    found = file.upper().count(b"BEGIN:")
    if len(file) > _LARGEST or found > _MOST_COMPONENTS:
        why = f"is larger than {_LARGEST:,} bytes"
        if found > _MOST_COMPONENTS:
            why = f"holds more than {_MOST_COMPONENTS:,} events, alarms and zones"
        refuse("calendar file", "", why=why, accepted="export fewer days, or one patient")


def _read_event(event: Component) -> ReadEvent:
    summary = str(event.get("summary", ""))
    when = _read_start(event)
    if when is None:
        _refuse_event(summary, "has no start that can be read")
    if isinstance(when, dt.datetime) and when.utcoffset() is None:
        _refuse_event(summary, "has no time zone")
    day = when.date() if isinstance(when, dt.datetime) else when
    # A time in UTC may be the day before or after: at the ends of the calendar there is none.
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        _refuse_event(summary, f"is not of a year from {EARLIEST_DAY.year} to {LATEST_DAY.year}")
    cancelled = str(event.get("status", "")).upper() == "CANCELLED"
    return ReadEvent(
        uid=str(event.get("uid", "")),
        summary=summary,
        text=str(event.get("description", "")),
        start=when.astimezone(dt.UTC) if isinstance(when, dt.datetime) else when,
        cancelled=cancelled or summary.startswith("CANCELLED:"),
        sequence=_read_sequence(event, summary),
    )


def _read_start(event: Component) -> dt.datetime | dt.date | None:
    """Return when an event starts, or None where it has no start, or not one that can be read."""
    try:
        when = getattr(event.get("dtstart"), "dt", None)
    except BrokenCalendarProperty:
        return None
    return when if isinstance(when, dt.date) else None


def _read_sequence(event: Component, summary: str) -> int:
    text = str(event.get("sequence", 0))
    if not _SEQUENCE.fullmatch(text):
        _refuse_event(summary, "has a sequence that is no number")
    return int(text)


def _refuse_event(summary: str, why: str) -> NoReturn:
    remedy = "export it again with times in UTC or with their zone"
    refuse("calendar file", summary, why=why, accepted=remedy)


def _calendar(course: Course, choice: CalendarChoice, *, discreet: bool) -> Calendar:
    """Return an empty calendar with its name and, where times are in a zone, that zone."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Posology//Posology {VERSION}//EN")
    calendar.add("version", "2.0")
    name = f"{course.plan.patient.label} {course.regimen.title}".strip()
    # icalendar escapes what it knows to be text; it does not know this name.
    calendar.add("x-wr-calname", CalendarText("Appointments" if discreet else name))
    years = [row.date.year for row in course.every]
    if choice.times == "zone" and years:
        zone = ZoneInfo(course.plan.zone)
        calendar.add_component(build_vtimezone(zone, min(years), max(years)))
    return calendar


def _join(calendar: Calendar, events: Iterable[bytes]) -> bytes:
    """Return the calendar as icalendar writes it, with these events before its end."""
    shell = bytes(calendar.to_ical())
    return b"".join([shell.removesuffix(_END), *events, _END])


def _events(
    course: Course, choice: CalendarChoice, *, discreet: bool, since: int = 0
) -> Iterator[EventContent]:
    zone = ZoneInfo(course.plan.zone)
    alarm = None if choice.alarm == "none" else _read_alarm(choice.alarm)
    # What is the same for every event of a state is made once: the hash of a plan takes its time.
    texts: dict[int, AppointmentText] = {}
    for appointment in list_appointments(course, choice):
        change = appointment.change
        if change < since:
            continue
        if change not in texts:
            texts[change] = AppointmentText(appointment.state, discreet=discreet)
        stay = time_visit(appointment.rows[0], zone)
        begin, end = _times(appointment, stay)
        yield EventContent(
            uid=appointment.uid,
            stamp=appointment.stamp,
            sequence=appointment.sequence,
            begin=begin,
            end=end,
            zone=zone if choice.times == "zone" else None,
            title="Appointment" if discreet else appointment.title,
            description="\n".join(texts[change].lines(appointment, stay)),
            cancelled=appointment.cancelled,
            alarm=None if appointment.is_run else alarm,
        )


def _times(appointment: Appointment, stay: Visit) -> tuple[dt.date, dt.date]:
    """Return when an event begins and ends: days of a run, otherwise instants in UTC."""
    if appointment.is_run:
        return appointment.rows[0].date, appointment.rows[-1].date + _ONE_DAY
    begin, end = stay.arrives.astimezone(dt.UTC), stay.leaves.astimezone(dt.UTC)
    return begin, end if end > begin else begin + _SHOWN_FOR


def _read_alarm(text: str) -> dt.timedelta:
    return dt.timedelta(minutes=float(in_unit(duration(text, "alarm"), MINUTE, "alarm")))
