"""The course as a calendar file. The same plan gives the same bytes.

One event a dose (or, as chosen, one all-day event over a run of equal oral doses), no RRULE, no
METHOD, no floating time. UIDs come from the identity of the rows, never from their dates, and tell
a reader nothing, so that the clinical and the discreet file name the same events.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from icalendar import Calendar

from dosing.units import MINUTE, duration, in_unit
from schedules.course.course import Course
from schedules.course.visit import Visit, time_visit
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointment_text import AppointmentText
from schedules.outputs.calendar.appointments import Appointment, list_appointments
from schedules.outputs.calendar.event import CalendarText, EventContent, write_event
from schedules.outputs.calendar.vtimezone import build_vtimezone
from schedules.version import VERSION

_ONE_DAY = dt.timedelta(days=1)
# Oral doses have no length of their own; a quarter of an hour can be seen in a calendar.
_SHOWN_FOR = dt.timedelta(minutes=15)
DISCREET_TITLE = "Appointment"
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
    appointments = [one for one in list_appointments(course, choice) if one.change >= since]
    events = _contents(course, appointments, choice, discreet=discreet)
    return _join(_calendar(course, choice, discreet=discreet), map(write_event, events))


def to_resources(
    course: Course, *, discreet: bool = False, choice: CalendarChoice | None = None
) -> dict[str, bytes]:
    """Return one small calendar for each event, by UID, as a CalDAV server keeps them.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    appointments = list_appointments(course, choice)
    return resources_of(course, appointments, discreet=discreet, choice=choice)


def resources_of(
    course: Course,
    appointments: Iterable[Appointment],
    *,
    discreet: bool,
    choice: CalendarChoice | None = None,
) -> dict[str, bytes]:
    """Return one small calendar for each of these appointments, by UID, exportable or not."""
    choice = choice or course.plan.site.calendar
    calendar = _calendar(course, choice, discreet=discreet)
    del calendar["x-wr-calname"]
    return {
        event.uid: _join(calendar, [write_event(event)])
        for event in _contents(course, appointments, choice, discreet=discreet)
    }


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


def _contents(
    course: Course, appointments: Iterable[Appointment], choice: CalendarChoice, *, discreet: bool
) -> Iterator[EventContent]:
    zone = ZoneInfo(course.plan.zone)
    alarm = None if choice.alarm == "none" else _read_alarm(choice.alarm)
    # What is the same for every event of a state is made once: the hash of a plan takes its time.
    texts: dict[int, AppointmentText] = {}
    stamps: dict[int, dt.datetime] = {}
    for appointment in appointments:
        change = appointment.change
        if change not in texts:
            texts[change] = AppointmentText(appointment.state, discreet=discreet)
            stamps[change] = appointment.stamp
        stay = time_visit(appointment.rows[0], zone)
        begin, end = _times(appointment, stay)
        yield EventContent(
            uid=appointment.uid,
            stamp=stamps[change],
            sequence=appointment.sequence,
            begin=begin,
            end=end,
            zone=zone if choice.times == "zone" else None,
            title=DISCREET_TITLE if discreet else appointment.title,
            description="\n".join(texts[change].lines(appointment, stay)),
            cancelled=appointment.cancelled,
            blocks=not appointment.is_run,
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
