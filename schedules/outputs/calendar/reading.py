"""The events of a calendar file, with everything that a person may have edited in them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from dosing.errors import refuse
from dosing.plausibility import EARLIEST_DAY, LATEST_DAY

# A ward's year, with alarms. Three thousand take a second to read.
_MOST_COMPONENTS = 3_000
_LARGEST = 5_000_000
_SEQUENCE = re.compile(r"-?[0-9]{1,9}")
_ONE_DAY = dt.timedelta(days=1)
CANCELLED = "CANCELLED"
# Fields of ReadEvent, and what calendar programs keep for themselves.
_READ = {"UID", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "STATUS", "SEQUENCE"}
_KEPT_BY_PROGRAMS = {"DTSTAMP", "CREATED", "LAST-MODIFIED"}
# What is the same as nothing: programs write it or leave it out.
_DEFAULTS = {("TRANSP", "OPAQUE"), ("PRIORITY", "0"), ("CLASS", "PUBLIC")}
NOT_COMPARED = (
    "Not compared: when an event was made or altered, what programs keep under names of their "
    "own (X-...), an alarm that most events share, whether it was written before the check "
    "(tentative) or after it, a status in a calendar that keeps none, a reason that was "
    "acknowledged for the calendar alone, and the last line of each text (plan, check, version of "
    "the program)."
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """An event as some calendar shows it: dates for whole days, otherwise instants in UTC.

    ``more`` is every other property that a person can edit, alarms too, by name; ``unread`` are
    the lines that no program can read.
    """

    uid: str
    start: dt.datetime | dt.date
    end: dt.datetime | dt.date
    summary: str
    text: str
    status: str
    sequence: int
    more: tuple[tuple[str, str], ...] = ()
    unread: int = 0

    @property
    def cancelled(self) -> bool:
        """Whether it is cancelled, by its status or, as some programs keep none, by its title."""
        return self.status == CANCELLED or self.summary.startswith(f"{CANCELLED}:")

    @property
    def length(self) -> dt.timedelta | None:
        """Return how long it lasts; None where it begins on a day and ends at an instant."""
        if isinstance(self.start, dt.datetime) and isinstance(self.end, dt.datetime):
            return self.end - self.start
        if isinstance(self.start, dt.datetime) or isinstance(self.end, dt.datetime):
            return None
        return self.end - self.start

    @property
    def gist(self) -> tuple[object, ...]:
        """Return what no server may alter: when, what, and whether at all."""
        return self.start, self.end, self.summary, self.cancelled

    @property
    def told(self) -> str:
        """Return its text without the last line, which says which program wrote it when."""
        return self.text.rpartition("\n")[0]

    @property
    def shape(self) -> str:
        """Return its fingerprint without the last line of its text."""
        return dataclasses.replace(self, text=self.told).fingerprint

    @property
    def fingerprint(self) -> str:
        """Return the hash of all that a person can edit; bookkeeping and version stay out."""
        content = repr(dataclasses.replace(self, sequence=0))
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


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
    start = _read_time(event, "dtstart", summary)
    if start is None:
        _refuse_event(summary, "has no start that can be read")
    return ReadEvent(
        uid=str(event.get("uid", "")),
        summary=summary,
        text=str(event.get("description", "")).replace("\r\n", "\n").strip(),
        start=start,
        end=_read_end(event, start, summary),
        status=str(event.get("status", "")).upper(),
        sequence=_read_sequence(event, summary),
        more=tuple(sorted(_read_more(event))),
        unread=len(event.errors),
    )


def _read_time(event: Component, name: str, summary: str) -> dt.datetime | dt.date | None:
    """Return an instant in UTC or a day, or None where there is none that can be read."""
    try:
        when = getattr(event.get(name), "dt", None)
    except BrokenCalendarProperty:
        return None
    if not isinstance(when, dt.date):
        return None
    if isinstance(when, dt.datetime) and when.utcoffset() is None:
        _refuse_event(summary, "has no time zone")
    day = when.date() if isinstance(when, dt.datetime) else when
    # A time in UTC may be the day before or after: at the ends of the calendar there is none.
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        _refuse_event(summary, f"is not of a year from {EARLIEST_DAY.year} to {LATEST_DAY.year}")
    return when.astimezone(dt.UTC) if isinstance(when, dt.datetime) else when


def _read_end(
    event: Component, start: dt.datetime | dt.date, summary: str
) -> dt.datetime | dt.date:
    """Return the stated end, or what RFC 5545 (3.6.1) says of an event that states none."""
    if "dtend" in event:
        end = _read_time(event, "dtend", summary)
    elif "duration" in event:
        end = _after(start, event)
    else:
        end = start if isinstance(start, dt.datetime) else start + _ONE_DAY
    if end is None:
        _refuse_event(summary, "has no end that can be read")
    return end


def _after(start: dt.datetime | dt.date, event: Component) -> dt.datetime | dt.date | None:
    try:
        length = getattr(event.get("duration"), "dt", None)
        return start + length if isinstance(length, dt.timedelta) else None
    except (BrokenCalendarProperty, OverflowError):
        return None


def _read_more(event: Component) -> Iterator[tuple[str, str]]:
    # A length is the end, unless an end is stated beside it.
    read = _READ if "dtend" in event else {*_READ, "DURATION"}
    for name, values in event.items():
        if name in read or name in _KEPT_BY_PROGRAMS or name.startswith("X-"):
            continue
        for value in values if isinstance(values, list) else [values]:
            text = _as_written(value)
            if (name, text) not in _DEFAULTS:
                yield name, text
    for alarm in event.walk("VALARM"):
        trigger = alarm.get("trigger")
        when = _as_written(trigger) if trigger is not None else ""
        text = str(alarm.get("description", ""))
        again = f"{alarm.get('repeat', '')} times" if "repeat" in alarm else ""
        said = (str(alarm.get("action", "")).upper(), when, text, again)
        yield "ALARM", " ".join(filter(None, said))


def _as_written(value: Any) -> str:
    """Return a value as a file has it; icalendar writes most as bytes, and a place as text."""
    written = value.to_ical()
    return written.decode("utf-8", "replace") if isinstance(written, bytes) else str(written)


def _read_sequence(event: Component, summary: str) -> int:
    text = str(event.get("sequence", 0))
    if not _SEQUENCE.fullmatch(text):
        _refuse_event(summary, "has a sequence that is no number")
    return int(text)


def _refuse_event(summary: str, why: str) -> NoReturn:
    remedy = "export it again with times in UTC or with their zone"
    refuse("calendar file", summary, why=why, accepted=remedy)
