"""One event of a calendar, each of its lines as icalendar writes it.

An event that has not changed is not written anew, and a line that many share is written once.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from zoneinfo import ZoneInfo

from icalendar import Alarm, Event, vText

# Ten courses of a year, in about 10 MB; and the few lines that their events share.
_EVENTS_KEPT, _LINES_KEPT = 4096, 256

_ONE_DAY = dt.timedelta(days=1)
# Outlook reads the second line, every other program the first.
_FREE = b"TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EventContent:
    """All that an event says: two of equal content have the same bytes.

    ``stamp`` is in UTC. ``begin`` and ``end`` are days, or instants in UTC; ``zone`` is that in
    which instants are written, None for UTC. It stands apart, since equal instants in two zones
    are one and the same to Python. ``blocks`` is whether the person is busy meanwhile. ``certain``
    is whether it is checked and depends on nothing. The alarm comes so long after ``begin``, or
    before it where it is negative, and again on each day of a run.
    """

    uid: str
    stamp: dt.datetime
    sequence: int
    begin: dt.date
    end: dt.date
    zone: ZoneInfo | None
    title: str
    description: str
    cancelled: bool
    certain: bool
    blocks: bool
    color: str
    location: str
    alarm: dt.timedelta | None

    @property
    def status(self) -> str:
        """Return its status as RFC 5545 (3.8.1.11) has it."""
        if self.cancelled:
            return "CANCELLED"
        return "CONFIRMED" if self.certain else "TENTATIVE"

    @property
    def days(self) -> int:
        """Return on how many days it takes place."""
        return 1 if isinstance(self.begin, dt.datetime) else (self.end - self.begin).days


class CalendarText(vText):
    """A text in which a backslash and an N come through as typed, as RFC 5545 (3.3.11) asks.

    icalendar takes the two for the end of a line before it escapes the backslash.
    """

    __slots__ = ()

    def to_ical(self) -> bytes:
        """Return the text, escaped: backslashes here, what stands between them by icalendar."""
        return b"\\\\".join(vText(part).to_ical() for part in self.split("\\"))


@functools.lru_cache(maxsize=_EVENTS_KEPT)
def write_event(content: EventContent) -> bytes:
    """Return an event as it stands in a calendar file, its lines in icalendar's order."""
    # Some programs ignore STATUS, so the word stands where everybody reads it.
    title = f"CANCELLED: {content.title}" if content.cancelled else content.title
    return b"".join(
        [
            b"BEGIN:VEVENT\r\n",
            _shared_line("SUMMARY", CalendarText(title)),
            _line("DTSTART", _in_zone(content.begin, content.zone)),
            _line("DTEND", _in_zone(content.end, content.zone)),
            _shared_line("DTSTAMP", content.stamp),
            _line("UID", content.uid),
            _shared_line("SEQUENCE", content.sequence),
            _shared_line("CLASS", "PRIVATE"),
            _shared_line("COLOR", content.color) if content.color else b"",
            _line("DESCRIPTION", CalendarText(content.description)),
            _shared_line("LAST-MODIFIED", content.stamp),
            _shared_line("LOCATION", CalendarText(content.location)) if content.location else b"",
            _shared_line("STATUS", content.status),
            b"" if content.blocks else _FREE,
            b"" if content.cancelled else _alarm(content.alarm, content.title, content.days),
            b"END:VEVENT\r\n",
        ]
    )


def _line(name: str, value: object) -> bytes:
    """Return one property, encoded, escaped and folded by icalendar."""
    event = Event()
    event.add(name, value)
    return bytes(event.content_line(name, event[name]).to_ical()) + b"\r\n"


_shared_line = functools.lru_cache(maxsize=_LINES_KEPT)(_line)


def _in_zone(when: dt.date, zone: ZoneInfo | None) -> dt.date:
    return when.astimezone(zone) if zone and isinstance(when, dt.datetime) else when


@functools.lru_cache(maxsize=_LINES_KEPT)
def _alarm(after: dt.timedelta | None, title: str, days: int) -> bytes:
    if after is None:
        return b""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", after)
    alarm.add("description", CalendarText(title))
    if days > 1:
        alarm.add("repeat", days - 1)
        alarm.add("duration", _ONE_DAY)
    return bytes(alarm.to_ical())
