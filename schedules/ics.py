"""The course as a calendar file. The same plan gives the same bytes.

One event a dose (or, as chosen, one all-day event over a run of equal oral doses), no RRULE, no
METHOD, no floating time. UIDs come from the identity of the rows, never from their dates, and tell
nothing to a reader, so that the clinical and the discreet file name the same events.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, vText

from dosing.errors import InputError, Problem
from dosing.trace import SHOWN_DIGITS
from dosing.units import MINUTE, duration, in_unit, show
from schedules import VERSION
from schedules.changes import in_words
from schedules.provenance import discreet_provenance, provenance
from schedules.site import CalendarChoice
from schedules.timetable import Occasion
from schedules.visit import visit
from schedules.zones import vtimezone

if TYPE_CHECKING:
    from schedules.course import Administration, Course

_ONE_DAY = dt.timedelta(days=1)
# Oral doses have no length of their own; a quarter of an hour can be seen in a calendar.
_SHOWN_FOR = dt.timedelta(minutes=15)
_UID_FIGURES = 32


@dataclasses.dataclass(frozen=True, slots=True)
class _Entry:
    """What one event stands for: a dose, a run of equal doses by mouth, a procedure, a review."""

    rows: tuple[Administration | Occasion, ...]

    @property
    def is_run(self) -> bool:
        return len(self.rows) > 1


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
class Seen:
    """An event as some calendar shows it: a date for a whole day, otherwise an instant."""

    uid: str
    start: dt.datetime | dt.date
    summary: str
    text: str
    cancelled: bool
    sequence: int


def read_events(file: bytes) -> list[Seen]:
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
        raise InputError(
            Problem(field="calendar file", typed="", why="is not an iCalendar file",
                    accepted="give a file that ends in .ics, as a calendar program saves it")
        )  # fmt: skip
    return [_seen(event) for event in events]


def _seen(event: Component) -> Seen:
    start = event.get("dtstart")
    when = getattr(start, "dt", None)
    summary = str(event.get("summary", ""))
    floating = isinstance(when, dt.datetime) and when.utcoffset() is None
    if when is None or floating:
        raise InputError(
            Problem(field="calendar file", typed=summary,
                    why="has no time zone" if floating else "has no start",
                    accepted="export it again with times in UTC or with their zone")
        )  # fmt: skip
    cancelled = str(event.get("status", "")).upper() == "CANCELLED"
    return Seen(
        uid=str(event.get("uid", "")), summary=summary, text=str(event.get("description", "")),
        start=when.astimezone(dt.UTC) if isinstance(when, dt.datetime) else when,
        cancelled=cancelled or summary.startswith("CANCELLED:"),
        sequence=int(event.get("sequence", 0)),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """An event as this program would write it, with the rows it stands for."""

    uid: str
    rows: tuple[Administration | Occasion, ...]
    start: dt.datetime | dt.date
    cancelled: bool
    sequence: int


def what_stands(course: Course, choice: CalendarChoice | None = None) -> list[Stands]:
    """Give every event of the course's calendar without its text, to hold another one against."""
    choice = choice or course.plan.site.calendar
    zone = ZoneInfo(course.plan.zone)
    found = []
    for revised in _revised(course, runs=choice.oral == "run", watch=choice.watch == "event"):
        first = revised.entry.rows[0]
        start: dt.datetime | dt.date = first.date
        if not revised.entry.is_run:
            start = visit(first, zone).arrives.astimezone(dt.UTC)
        found.append(
            Stands(uid=_uid(revised.entry), rows=revised.entry.rows, start=start,
                   cancelled=revised.cancelled, sequence=revised.sequence)
        )  # fmt: skip
    return found


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
    words: dict[int, _Words] = {}
    for revised in _revised(course, runs=choice.oral == "run", watch=choice.watch == "event"):
        if revised.change < since:
            continue
        entry, state = revised.entry, revised.state
        event = Event()
        event.add("uid", _uid(entry))
        event.add("dtstamp", revised.stamp)
        event.add("last-modified", revised.stamp)
        event.add("sequence", revised.sequence)
        _when(event, entry, zone, choice)
        summary = "Appointment" if discreet else _summary(entry)
        # Some programs ignore STATUS, so the word stands where everybody reads it.
        event.add("summary", f"CANCELLED: {summary}" if revised.cancelled else summary)
        lines = [
            _clock(entry, zone, discreet=discreet),
            discreet_provenance(state) if discreet else provenance(state),
        ]
        if not discreet:
            told = words.setdefault(revised.change, _Words(state))
            why = [_decided(state)] if revised.change else []
            lines = [told.place(entry), *why, *told.derivation(entry), *told.notes(entry), *lines]
        event.add("description", "\n".join(lines))
        event.add("status", "CANCELLED" if revised.cancelled else "CONFIRMED")
        event.add("class", "PRIVATE")
        if alarm is not None and not entry.is_run and not revised.cancelled:
            event.add_component(_display(alarm, summary))
        yield event


@dataclasses.dataclass(frozen=True, slots=True)
class _Revised:
    """An event with the state of the course in which it last changed, and how often it has."""

    entry: _Entry
    cancelled: bool
    sequence: int
    change: int
    state: Course

    @property
    def stamp(self) -> dt.datetime:
        """Give the instant of that change; the plan itself counts from midnight of its day."""
        if self.change:
            return self.state.plan.changes[-1].when
        return dt.datetime.combine(self.state.plan.made_on, dt.time(), tzinfo=dt.UTC)


def _revised(course: Course, *, runs: bool, watch: bool) -> list[_Revised]:
    """Follow every event from the plan through each change, so that an earlier file is repaired.

    An event that changed, and no other, has a higher sequence. One that is no longer there, as a
    run of doses that now begins elsewhere, is cancelled: some calendar may hold it.
    """
    known: dict[str, _Revised] = {}
    for change, state in enumerate(course.states):
        now = {_uid(entry): entry for entry in _entries(state, runs=runs, watch=watch)}
        for uid, entry in now.items():
            was, gone = known.get(uid), not entry.rows[0].live
            if was is None:
                known[uid] = _Revised(entry, gone, 0, change, state)
            elif gone != was.cancelled or _as_seen(entry) != _as_seen(was.entry):
                known[uid] = _Revised(entry, gone, was.sequence + 1, change, state)
        for uid, was in known.items():
            if uid not in now and not was.cancelled:
                known[uid] = _Revised(was.entry, True, was.sequence + 1, change, state)
    return sorted(known.values(), key=lambda one: _place_in_time(one.entry))


def _decided(state: Course) -> str:
    change = state.plan.changes[-1]
    return f"Changed: {in_words(change)}. Why: {change.why} ({change.who})"


def _as_seen(entry: _Entry) -> tuple[object, ...]:
    """Give what a person sees of an event in a calendar."""
    first, last = entry.rows[0], entry.rows[-1]
    return (
        _summary(entry),
        first.date,
        first.time,
        first.length,
        first.before,
        first.after,
        last.date,
        first.state,
    )


def _place_in_time(entry: _Entry) -> tuple[dt.date, dt.time]:
    return entry.rows[0].date, entry.rows[0].time


def _entries(course: Course, *, runs: bool, watch: bool) -> Iterator[_Entry]:
    """Group consecutive equal oral doses into runs, if chosen; every other dose stands alone."""
    open_runs: dict[tuple[int, str, int, str, int], list[Administration]] = {}
    order: list[list[Administration]] = []
    for row in course.rows:
        key = (row.strand, row.phase, row.cycle, row.item, row.n)
        run = open_runs.get(key)
        by_mouth = runs and row.route == "oral"
        if (
            by_mouth
            and run is not None
            and row.date - run[-1].date == _ONE_DAY
            and (row.time, row.dose.amount) == (run[-1].time, run[-1].dose.amount)
        ):
            run.append(row)
            continue
        started = [row]
        order.append(started)
        if by_mouth:
            open_runs[key] = started
    entries = [_Entry(tuple(group)) for group in order]
    entries += [_Entry((other,)) for other in (*course.occasions, *course.cancelled)]
    entries += [_Entry((other,)) for other in course.watch if watch]
    yield from sorted(entries, key=_place_in_time)


def _uid(entry: _Entry) -> str:
    """Give a UID that stays with the row wherever it moves, and that tells nothing."""
    identity = entry.rows[0].id + ("/run" if entry.is_run else "")
    return hashlib.sha256(identity.encode()).hexdigest()[:_UID_FIGURES] + "@posology"


def _when(event: Event, entry: _Entry, zone: ZoneInfo, choice: CalendarChoice) -> None:
    first, last = entry.rows[0], entry.rows[-1]
    if entry.is_run:
        event.add("dtstart", first.date)
        event.add("dtend", last.date + _ONE_DAY)
        return
    stay = visit(first, zone)
    begin, end = (time.astimezone(dt.UTC) for time in (stay.arrives, stay.leaves))
    if begin == end:
        end += _SHOWN_FOR
    shown = zone if choice.times == "zone" else dt.UTC
    event.add("dtstart", begin.astimezone(shown))
    event.add("dtend", end.astimezone(shown))


def _summary(entry: _Entry) -> str:
    """Put the dose first: phones cut what comes later."""
    row = entry.rows[0]
    depends = f" - ONLY IF {row.condition}" if row.condition else ""
    if isinstance(row, Occasion):
        return f"{row.what}{depends}"
    each_day = ", each day" if entry.is_run else ""
    dose = f"{show(row.dose.amount, SHOWN_DIGITS + 1)} {row.drug_name}, {row.route}"
    return f"{dose}{each_day}{depends}"


class _Words:
    """What the clinical file says of each event; what is the same for many events is made once."""

    def __init__(self, course: Course) -> None:
        counts: dict[tuple[int, str], int] = {}
        self._number: dict[str, int] = {}
        # What was left out keeps its number, so that the others keep theirs.
        given = [row for row in course.every if not isinstance(row, Occasion)]
        for row in sorted(given, key=lambda row: (row.planned_on, row.time, row.id)):
            key = (row.strand, row.drug)
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
        for one in course.watch:
            told = self._watched.setdefault((one.strand, one.phase, one.cycle), [])
            result = f" ({one.outcome})" if one.outcome else ""
            told.append(f"{one.date:%a %d-%b-%Y}: {one.what}{result}")
        self._first_dose = [
            f.text for f in course.findings if f.code.startswith("check.first_dose.")
        ]

    def place(self, entry: _Entry) -> str:
        """Say where in the course it stands."""
        row, last = entry.rows[0], entry.rows[-1]
        course = f"course {row.strand}, " if row.strand > 1 else ""
        where = f"{course}{row.phase}, cycle {row.cycle}, day {row.day}"
        if isinstance(row, Occasion):
            return f"{row.kind}; {where}"
        number = self._number[row.id]
        which = f"doses {number} to {self._number[last.id]}" if entry.is_run else f"dose {number}"
        return f"{where}; {which} of {self._of[row.strand, row.drug]}{self._other}"

    def derivation(self, entry: _Entry) -> list[str]:
        """Say of which tablets the dose is made, and how it came about."""
        row = entry.rows[0]
        if isinstance(row, Occasion):
            return []
        dose = row.dose
        taken = [f"Tablets: {row.tablets.made_of}"] if row.tablets else []
        if id(dose) not in self._derivations:
            self._derivations[id(dose)] = taken + [
                f"{step.what}: {step.value_text} ({step.why})" for step in dose.steps
            ]
        return self._derivations[id(dose)]

    def notes(self, entry: _Entry) -> list[str]:
        """Repeat what has to be known before this dose, and what was acknowledged and why."""
        row = entry.rows[0]
        if isinstance(row, Occasion):
            return [f"Result: {row.outcome}"] if row.outcome else []
        watched = self._watched.get((row.strand, row.phase, row.cycle), [])
        first = [*watched, *self._first_dose] if row is self._first else watched
        return [*first, *self._each_dose]


def _clock(entry: _Entry, zone: ZoneInfo, *, discreet: bool) -> str:
    """Say the time on the wall; of a stay around an infusion the discreet file names no part."""
    row = entry.rows[0]
    if entry.is_run:
        return f"Each day at {row.time:%H:%M}, {zone.key}"
    stay = visit(row, zone)
    if not discreet and (row.before or row.after):
        return f"{stay}. Local time, {zone.key}"
    until = f" to {stay.leave_text}" if stay.leaves != stay.arrives else ""
    return f"Local time {stay.arrive_text}{until}, {zone.key}"


def _alarm(text: str) -> dt.timedelta:
    return dt.timedelta(minutes=float(in_unit(duration(text, "alarm"), MINUTE, "alarm")))


def _display(before: dt.timedelta, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", summary)
    return alarm
