"""The hours that a clock change skips or repeats: a time there is refused, never guessed."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from dosing.errors import Problems
from schedules.course.rows import Dated

_ONE_DAY = dt.timedelta(days=1)
# A plan has a few clock times in a few years.
_PLACES = 1024


def refuse_lost_hours(dated: Iterable[Dated], zone: ZoneInfo) -> None:
    """Refuse times that the clock change skips or repeats, instead of guessing."""
    problems = Problems()
    for row in dated:
        if row.date in _turning_days(zone, row.date.year) and _is_lost(row.date, row.time, zone):
            problems.add(
                "time",
                f"{row.time:%H:%M} on {row.date:%d-%b-%Y}",
                why=f"is skipped or happens twice in {zone.key} (clock change)",
                accepted="choose another time, such as 09:00",
            )
    problems.raise_if_any()


def _is_lost(date: dt.date, time: dt.time, zone: ZoneInfo) -> bool:
    local = dt.datetime.combine(date, time, tzinfo=zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@functools.lru_cache(maxsize=_PLACES)
def _turning_days(zone: ZoneInfo, year: int) -> frozenset[dt.date]:
    """Return the days of a year on which the clock of a zone changes."""
    day, changing = dt.datetime(year, 1, 1, tzinfo=zone), set()
    while day.year == year:
        if day.utcoffset() != (day + _ONE_DAY).utcoffset():
            changing.add(day.date())
        day += _ONE_DAY
    return frozenset(changing)


@functools.lru_cache(maxsize=_PLACES)
def may_be_lost(time: dt.time, year: int, zone: ZoneInfo) -> bool:
    """Return whether a time is lost on some day of a year, or of the year before or after it."""
    return any(
        _is_lost(day, time, zone)
        for near in (year - 1, year, year + 1)
        for day in _turning_days(zone, near)
    )
