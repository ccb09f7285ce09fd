"""The course as a calendar file. The same plan gives the same bytes.

One event a dose (or, as chosen, one all-day event over a run of equal oral doses), no RRULE, no
METHOD, no floating time. UIDs come from the identity of the rows, never from their dates, and tell
a reader nothing. Only what is checked and depends on nothing is CONFIRMED.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from icalendar import Calendar, vDuration

from dosing.units import MINUTE, duration, in_unit
from schedules.course.course import Course
from schedules.course.rows import Occasion
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
# On the discreet calendar what is taken at home is a reminder, and all else an appointment.
AT_HOME, ELSEWHERE = "Reminder", "Appointment"
# The colours of RFC 7986 (5.9), by what an event is.
_COLORS = {"oral": "seagreen", "dose": "royalblue", "procedure": "darkorchid"}
_OTHER_COLOR = "darkorange"
# How often a subscribed calendar is read again, and what one says that is behind.
_READ_AGAIN = dt.timedelta(hours=1)
_OUT_OF_DATE = "NOT UP TO DATE (PLEASE ASK)"
_PROGRAM = f"-//Posology//Posology {VERSION}//EN"
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


def to_feed(course: Course, *, discreet: bool, up_to_date: bool) -> bytes:
    """Return the course as a calendar that programs subscribe to and read again each hour.

    One that is not up to date says so in its name and before each title, in words that tell nobody
    what it is about, and is certain of nothing.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    choice = course.plan.site.calendar
    calendar = _calendar(course, choice, discreet=discreet)
    if not up_to_date:
        calendar["x-wr-calname"] = CalendarText(f"{_OUT_OF_DATE}: {calendar['x-wr-calname']}")
    _ask_to_read_again(calendar)
    events = _feed_events(course, choice, discreet=discreet, up_to_date=up_to_date)
    return _join(calendar, map(write_event, events))


def to_ward_events(course: Course, *, up_to_date: bool) -> bytes:
    """Return the events of a course as they stand in the calendar of a ward, each with its label.

    Their times are instants in UTC, whatever the plan has: one calendar, several zones.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    choice = course.plan.site.calendar.model_copy(update={"times": "utc"})
    label = course.plan.patient.label
    events = _feed_events(course, choice, discreet=False, up_to_date=up_to_date, label=label)
    return b"".join(map(write_event, events))


def to_ward_feed(ward: str, events: Iterable[bytes], not_shown: Sequence[str]) -> bytes:
    """Return the events of several plans as one calendar that programs subscribe to.

    ``not_shown`` are the labels of plans of which nothing may be shown; its name says how many.
    """
    calendar = Calendar()
    calendar.add("prodid", _PROGRAM)
    calendar.add("version", "2.0")
    missing = f": {len(not_shown)} NOT SHOWN (PLEASE ASK)" if not_shown else ""
    calendar.add("x-wr-calname", CalendarText(f"{ward}{missing}"))
    if not_shown:
        text = f"Not shown, as they wait for a person or are stopped: {', '.join(not_shown)}"
        calendar.add("x-wr-caldesc", CalendarText(text))
    _ask_to_read_again(calendar)
    return _join(calendar, events)


def _ask_to_read_again(calendar: Calendar) -> None:
    # RFC 7986 (5.7); Outlook reads the second line.
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_READ_AGAIN))


def _feed_events(
    course: Course, choice: CalendarChoice, *, discreet: bool, up_to_date: bool, label: str = ""
) -> Iterator[EventContent]:
    """Return events that say before their titles whose they are, and that they are out of date."""
    before = f"{label}: " if label else ""
    if not up_to_date:
        before = f"{_OUT_OF_DATE}: {before}"
    checked = None if up_to_date else False
    appointments = list_appointments(course, choice)
    for event in _contents(course, appointments, choice, discreet=discreet, checked=checked):
        yield dataclasses.replace(event, title=f"{before}{event.title}") if before else event


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
    checked: bool | None = None,
) -> dict[str, bytes]:
    """Return one small calendar for each of these appointments, by UID, exportable or not.

    ``checked`` is whether they are written as those of a checked plan; as it is, if not given.
    """
    choice = choice or course.plan.site.calendar
    calendar = _calendar(course, choice, discreet=discreet)
    del calendar["x-wr-calname"]
    contents = _contents(course, appointments, choice, discreet=discreet, checked=checked)
    return {event.uid: _join(calendar, [write_event(event)]) for event in contents}


def _calendar(course: Course, choice: CalendarChoice, *, discreet: bool) -> Calendar:
    """Return an empty calendar with its name and, where times are in a zone, that zone."""
    calendar = Calendar()
    # The name of the program tells of doses.
    program = "-//Appointments//Appointments//EN" if discreet else _PROGRAM
    calendar.add("prodid", program)
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
    course: Course,
    appointments: Iterable[Appointment],
    choice: CalendarChoice,
    *,
    discreet: bool,
    checked: bool | None = None,
) -> Iterator[EventContent]:
    zone = ZoneInfo(course.plan.zone)
    alarm = None if choice.alarm == "none" else _read_alarm(choice.alarm)
    if checked is None:
        checked = course.checked.state == "checked"
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
        place = "" if discreet or appointment.at_home else choice.place
        yield EventContent(
            uid=appointment.uid(discreet=discreet),
            stamp=stamps[change],
            sequence=appointment.sequence,
            begin=begin,
            end=end,
            zone=zone if choice.times == "zone" else None,
            title=_discreet_title(appointment) if discreet else appointment.title,
            description="\n".join(texts[change].lines(appointment, stay)),
            cancelled=appointment.cancelled,
            certain=checked and not appointment.depends,
            blocks=not appointment.at_home,
            color="" if discreet else _color(appointment),
            location=place,
            alarm=None if alarm is None else _after_begin(appointment, alarm),
        )


def _discreet_title(appointment: Appointment) -> str:
    return AT_HOME if appointment.at_home else ELSEWHERE


def _color(appointment: Appointment) -> str:
    row = appointment.rows[0]
    kind = row.kind if isinstance(row, Occasion) else "oral" if appointment.at_home else "dose"
    return _COLORS.get(kind, _OTHER_COLOR)


def _after_begin(appointment: Appointment, alarm: dt.timedelta) -> dt.timedelta:
    """Return how long after the begin of an event its alarm comes: a run begins at midnight."""
    if not appointment.is_run:
        return -alarm
    time = appointment.rows[0].time
    return dt.timedelta(hours=time.hour, minutes=time.minute) - alarm


def _times(appointment: Appointment, stay: Visit) -> tuple[dt.date, dt.date]:
    """Return when an event begins and ends: days of a run, otherwise instants in UTC."""
    if appointment.is_run:
        return appointment.rows[0].date, appointment.rows[-1].date + _ONE_DAY
    begin, end = stay.arrives.astimezone(dt.UTC), stay.leaves.astimezone(dt.UTC)
    return begin, end if end > begin else begin + _SHOWN_FOR


def _read_alarm(text: str) -> dt.timedelta:
    return dt.timedelta(minutes=float(in_unit(duration(text, "alarm"), MINUTE, "alarm")))
