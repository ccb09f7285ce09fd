"""When on its day a dose is given: by the clock, every few hours, or around another event."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

_HOURS = re.compile(r"every ([1-9][0-9]?) (elapsed )?hours from (.+)")
_AROUND = re.compile(
    r"at (start|end)|([1-9][0-9]{0,3}) (hours?|min) (before|after) (start|end)"
    r"|within [1-9][0-9]{0,3} (?:hours?|min) after (end)"
)
_HOURS_IN_DAY = 24


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfDay:
    """One time of a day: a word of the site's clock, or a time from the start or end of an event.

    ``after`` moves a word's time on the clock: 12 hours after 08:00 is 20:00 on each day. With
    ``elapsed`` it counts the hours that pass from the first day on, so that a clock change moves
    the wall-clock time and not the dose.
    """

    word: str = ""
    of: Literal["clock", "start", "end"] = "clock"
    after: dt.timedelta = dt.timedelta()
    elapsed: bool = False


def read_times(at: Sequence[str], *, around: bool) -> tuple[TimeOfDay, ...]:
    """Read the times of a day.

    Args:
        at: as the file writes them: ``morning``, ``every 8 hours from morning`` by the clock,
            ``every 8 elapsed hours from morning``, or around an event: ``at start``,
            ``4 hours after start``, ``30 min before start``, ``at end``,
            ``within 60 min after end`` (planned for the end itself).
        around: whether they are counted from an event.

    Raises:
        ValueError: if one cannot be read.
    """
    if around:
        return tuple(_around(text) for text in at)
    hours = [match for text in at if (match := _HOURS.fullmatch(text))]
    if not hours:
        return tuple(TimeOfDay(word=text) for text in at)
    each, elapsed, word = int(hours[0][1]), hours[0][2], hours[0][3]
    if len(at) > 1 or _HOURS_IN_DAY % each:
        raise ValueError("every few hours stands alone, and must divide 24 hours")
    return tuple(
        TimeOfDay(word=word, after=dt.timedelta(hours=each * n), elapsed=bool(elapsed))
        for n in range(_HOURS_IN_DAY // each)
    )


def _around(text: str) -> TimeOfDay:
    match = _AROUND.fullmatch(text)
    if match is None:
        raise ValueError(
            f'"{text}" is not known with an event; write at start, 4 hours after start, '
            "30 min before start, at end, or within 60 min after end"
        )
    here, number, unit, side, end, within = match.groups()
    of: Literal["start", "end"] = "start" if (here or within or end) == "start" else "end"
    if number is None:
        return TimeOfDay(of=of)
    length = dt.timedelta(minutes=int(number) * (1 if unit == "min" else 60))
    return TimeOfDay(of=of, after=-length if side == "before" else length)


def on_the_clock(date: dt.date, time: dt.time, by: dt.timedelta, zone: ZoneInfo) -> dt.datetime:
    """Return a time of the day moved on the clock: 12 hours after 08:00 is 20:00 on each day.

    A time that the clock skips is the one to which it jumps: 02:00 becomes 03:00.
    """
    on_the_wall = dt.datetime.combine(date, time) + by
    return on_the_wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)


def later(date: dt.date, time: dt.time, by: dt.timedelta, zone: ZoneInfo) -> dt.datetime:
    """Return the wall-clock time after some hours have passed, across a clock change too."""
    begin = dt.datetime.combine(date, time, tzinfo=zone).astimezone(dt.UTC)
    return (begin + by).astimezone(zone)
