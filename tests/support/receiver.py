"""A calendar that imports files one after another, as RFC 5545 and 5546 say a calendar does.

An event is known by its UID. A version is taken over if its SEQUENCE is higher, or the same with a
later DTSTAMP (RFC 5546, 2.1.5); one with a lower SEQUENCE is refused and counted. What is cancelled
is no longer shown; what a file does not hold stays as it is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import icalendar

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion

# UID, begin, end and title of an event, as a program in UTC shows it.
Line = tuple[str, str, str, str]


@dataclasses.dataclass(slots=True)
class Receiver:
    """The events of a calendar by UID, and how many versions it refused."""

    events: dict[str, icalendar.Event] = dataclasses.field(default_factory=dict)
    refused: int = 0

    def take(self, file: bytes) -> None:
        """Import a file."""
        for event in icalendar.Calendar.from_ical(file).events:
            uid = str(event["UID"])
            held = self.events.get(uid)
            if held is not None and _version(event) < _version(held):
                self.refused += 1
                continue
            self.events[uid] = event

    @property
    def live(self) -> list[icalendar.Event]:
        """Return the events that a person sees."""
        return [one for one in self.events.values() if str(one["STATUS"]) != "CANCELLED"]


def _version(event: icalendar.Event) -> tuple[int, dt.datetime]:
    return event.sequence, event.decoded("DTSTAMP")


def shown(events: list[icalendar.Event]) -> Counter[tuple[str, str]]:
    """Return day or instant and title of each dose that events show; a run has one each day."""
    told: Counter[tuple[str, str]] = Counter()
    for event in events:
        start, end, title = event.decoded("DTSTART"), event.decoded("DTEND"), str(event["SUMMARY"])
        if isinstance(start, dt.datetime):
            told[f"{start.astimezone(dt.UTC):%Y-%m-%d %H:%M}", _plain(title)] += 1
            assert end > start
            continue
        assert title.count(", each day") == 1
        for day in range((end - start).days):
            date = start + dt.timedelta(days=day)
            told[f"{date:%Y-%m-%d}", _plain(title.replace(", each day", ""))] += 1
    return told


def shown_lines(lines: Iterable[Line]) -> Counter[tuple[str, str]]:
    """Return the same of lines of text.

    The days of a run are shown with their last day, not the day after it.
    """
    told: Counter[tuple[str, str]] = Counter()
    for _, start, end, title in lines:
        if title.startswith("CANCELLED:"):
            continue
        if " " in start:
            told[start, _plain(title)] += 1
            continue
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
        for day in range((last - first).days + 1):
            date = first + dt.timedelta(days=day)
            told[f"{date:%Y-%m-%d}", _plain(title.replace(", each day", ""))] += 1
    return told


def live_lines(file: bytes, *, uids: bool = True) -> Counter[Line]:
    """Return the lines of what a file does not cancel, with or without UIDs."""
    told: Counter[Line] = Counter()
    for event in icalendar.Calendar.from_ical(file).events:
        if str(event["STATUS"]) != "CANCELLED":
            begin, end = event.decoded("DTSTART"), event.decoded("DTEND")
            if not isinstance(begin, dt.datetime):
                end -= dt.timedelta(days=1)
            uid = str(event["UID"]) if uids else ""
            told[uid, _in_utc(begin), _in_utc(end), str(event["SUMMARY"])] += 1
    return told


def _in_utc(when: dt.date) -> str:
    if isinstance(when, dt.datetime):
        return f"{when.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    return f"{when:%Y-%m-%d}"


def planned_events(course: Course, uids: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Return what a calendar should show of a course, row by row and not by its appointments.

    A dose of which ``uids`` shows the day alone belongs to a run, for which the day is told.
    """
    zone, told = ZoneInfo(course.plan.zone), Counter[tuple[str, str]]()
    rows: list[Administration | Occasion] = [*course.rows, *course.occasions]
    for row in rows:
        begin = dt.datetime.combine(row.date, row.time, zone) - row.before
        title = row.what if not isinstance(row, Administration) else _dose(row)
        if row.condition:
            title = f"ONLY IF {row.condition}: {title}"
        day = (f"{row.date:%Y-%m-%d}", _plain(title))
        alone = (f"{begin.astimezone(dt.UTC):%Y-%m-%d %H:%M}", _plain(title))
        told[day if uids[day] > told[day] else alone] += 1
    return told


def _dose(row: Administration) -> str:
    return f"{show(row.dose.amount, SHOWN_DIGITS + 1)} {row.drug_name}, {row.route}"


def _plain(title: str) -> str:
    return title.replace("\u00a0", " ")
