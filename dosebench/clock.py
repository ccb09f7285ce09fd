"""The clocks of four places, from the rules of their law, without a table of time zones."""

from __future__ import annotations

import calendar
import datetime as dt

from dosebench.reading import refuse

_SUNDAY = 6
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# Hours ahead of UTC in winter, and whose law moves the clock.
_ZONES = {
    "Europe/London": (0, "EU"),
    "Europe/Berlin": (1, "EU"),
    "America/New_York": (-5, "US"),
    "Asia/Tokyo": (9, ""),
}


def instant(day: dt.date, at: str, zone: str) -> dt.datetime:
    """Return a clock time of a place in UTC; refuse one that is skipped or comes twice.

    The European Union and the United Kingdom move the clock at 01:00 UTC on the last Sunday of
    March and of October, the United States at 02:00 local time on the second Sunday of March and
    the first of November.
    """
    if zone not in _ZONES:
        refuse("zone", f"{zone} is none of {', '.join(_ZONES)}")
    winter, law = _ZONES[zone]
    wall = dt.datetime.combine(day, dt.time.fromisoformat(at))
    in_winter = wall - winter * _HOUR
    in_summer = in_winter - _HOUR
    right = [
        moment
        for moment, summer in ((in_winter, False), (in_summer, True))
        if _is_summer(moment, law, winter) == summer
    ]
    if len(right) != 1:
        refuse("at", f"{at} on {day} in {zone} is {'skipped' if not right else 'there twice'}")
    return right[0]


def _is_summer(moment: dt.datetime, law: str, winter: int) -> bool:
    if not law:
        return False
    year = moment.year
    if law == "EU":
        start, end = (_sunday(year, month, -1) + _HOUR for month in (3, 10))
    else:
        start = _sunday(year, 3, 2) + 2 * _HOUR - winter * _HOUR
        end = _sunday(year, 11, 1) + 2 * _HOUR - (winter + 1) * _HOUR
    return start <= moment < end


def _sunday(year: int, month: int, n: int) -> dt.datetime:
    """Return midnight of the nth Sunday of a month, -1 for the last."""
    days = (dt.date(year, month, 1) + n * _DAY for n in range(calendar.monthrange(year, month)[1]))
    sundays = [day for day in days if day.weekday() == _SUNDAY]
    return dt.datetime.combine(sundays[n if n < 0 else n - 1], dt.time())
