"""Dates as FHIR tells them: a rhythm wherever one says them all, else each date by itself.

A rhythm has its first and last day, so that it stands for exactly these dates: each so many days,
on the same weekdays of each week, or on the same day of each so many months. Its times are wall
clock times; an event by itself has its offset from UTC.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from schedules.course.rows import Dated
from schedules.outputs.fhir.parts import Period, Repeat, Timing

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Shorter stretches on average say less than the dates themselves.
_FEWEST_EACH = 3
_DAYS_IN_WEEK = 7
_MONTHS_IN_YEAR = 12
_MINUTE = dt.timedelta(minutes=1)
_UNITS = {"d": ("day", "days"), "wk": ("week", "weeks"), "mo": ("month", "months")}


@dataclasses.dataclass(frozen=True, slots=True)
class TimedRows:
    """Rows that one timing tells, and the timing in words."""

    rows: tuple[Dated, ...]
    timing: Timing
    words: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Rhythm:
    """How many days from the first on it tells, each how often, and on which weekdays."""

    count: int
    period: int = 1
    unit: str = "d"
    weekdays: tuple[int, ...] = ()


def stretches(rows: Sequence[Dated], zone: ZoneInfo) -> list[TimedRows]:
    """Return equal doses as few rhythms, or as single dates where most would stand alone.

    Args:
        rows: equal doses, in any order.
        zone: in which their times are.
    """
    days = _by_day(rows)
    if any(len(set(_times(day))) < len(_times(day)) for day in days):
        return [_events(rows, zone)]
    parts = list(_split(days))
    if len(parts) > 1 and len(parts) * _FEWEST_EACH > len(days):
        return [_events(rows, zone)]
    found, begin = [], 0
    for rhythm in parts:
        found.append(_told(days[begin : begin + rhythm.count], rhythm))
        begin += rhythm.count
    return found


def one_timing(rows: Sequence[Dated], zone: ZoneInfo) -> Timing:
    """Return the timing of rows that stay together: one rhythm, else their dates."""
    found = stretches(rows, zone)
    return found[0].timing if len(found) == 1 else _events(rows, zone).timing


_Day = tuple[dt.date, tuple[Dated, ...]]


def _by_day(rows: Sequence[Dated]) -> list[_Day]:
    days: dict[dt.date, list[Dated]] = {}
    for row in sorted(rows, key=lambda row: (row.date, row.time)):
        days.setdefault(row.date, []).append(row)
    return [(date, tuple(found)) for date, found in days.items()]


def _split(days: Sequence[_Day]) -> Iterator[_Rhythm]:
    """Yield rhythms that tell the days one after another, each as many as it can."""
    begin = 0
    while begin < len(days):
        alike = _as_the_first(days[begin:])
        best = max((find(alike) for find in _RHYTHMS), key=lambda rhythm: rhythm.count)
        yield best
        begin += best.count


def _as_the_first(days: Sequence[_Day]) -> list[dt.date]:
    """Return the dates from the first on that have its times."""
    times = _times(days[0])
    return [date for date, _ in takewhile(lambda day: _times(day) == times, days)]


def _times(day: _Day) -> list[tuple[dt.time, dt.timedelta]]:
    """Return the times of a day; the same time twice is two doses, which no rhythm can tell."""
    return [(row.time, row.length) for row in day[1]]


def _every_few_days(dates: Sequence[dt.date]) -> _Rhythm:
    if len(dates) == 1:
        return _Rhythm(1)
    apart = dates[1] - dates[0]
    equal = takewhile(lambda pair: pair[1] - pair[0] == apart, pairwise(dates))
    return _Rhythm(1 + sum(1 for _ in equal), apart.days)


def _on_weekdays(dates: Sequence[dt.date]) -> _Rhythm:
    week = [date for date in dates if (date - dates[0]).days < _DAYS_IN_WEEK]
    on = sorted({date.weekday() for date in week})
    count, day = 0, dates[0]
    while count < len(dates):
        if day.weekday() in on:
            if dates[count] != day:
                break
            count += 1
        day += dt.timedelta(days=1)
    # Within one week they are some days, and no rhythm yet.
    return _Rhythm(count, 1, "wk", tuple(on)) if count > len(on) else _Rhythm(1)


def _every_few_months(dates: Sequence[dt.date]) -> _Rhythm:
    if len(dates) == 1 or dates[1].day != dates[0].day:
        return _Rhythm(1)
    apart = _months(dates[1]) - _months(dates[0])
    pairs = takewhile(
        lambda pair: pair[0].day == pair[1].day and _months(pair[1]) - _months(pair[0]) == apart,
        pairwise(dates),
    )
    return _Rhythm(1 + sum(1 for _ in pairs), apart, "mo")


# Of those that tell as many days, the first is taken.
_RHYTHMS: tuple[Callable[[Sequence[dt.date]], _Rhythm], ...] = (
    _every_few_days,
    _on_weekdays,
    _every_few_months,
)


def _months(date: dt.date) -> int:
    return date.year * _MONTHS_IN_YEAR + date.month


def _told(days: Sequence[_Day], rhythm: _Rhythm) -> TimedRows:
    """Return the days of a rhythm as one timing."""
    (first, own), last = days[0], days[-1][0]
    times = [row.time for row in own]
    length = own[0].length
    repeat = Repeat(
        bounds_period=Period(start=first.isoformat(), end=last.isoformat()),
        duration=int(length / _MINUTE) or None,
        duration_unit="min" if length else None,
        frequency=len(times) * (len(rhythm.weekdays) or 1),
        period=rhythm.period,
        period_unit=rhythm.unit,
        day_of_week=[_WEEKDAYS[day] for day in rhythm.weekdays] or None,
        time_of_day=[f"{time:%H:%M:%S}" for time in times],
    )
    rows = tuple(row for _, found in days for row in found)
    return TimedRows(rows, Timing(repeat=repeat), _in_words(first, last, times, rhythm))


def _in_words(first: dt.date, last: dt.date, times: Sequence[dt.time], rhythm: _Rhythm) -> str:
    at = " and ".join(f"{time:%H:%M}" for time in times)
    if first == last:
        return f"on {first:%d-%b-%Y} at {at}"
    if rhythm.weekdays:
        each = f"each {', '.join(f'{_a_day(day):%A}' for day in rhythm.weekdays)}"
    else:
        one, many = _UNITS[rhythm.unit]
        each = f"each {one}" if rhythm.period == 1 else f"every {rhythm.period} {many}"
    return f"{each} at {at}, from {first:%d-%b-%Y} to {last:%d-%b-%Y}"


def _a_day(weekday: int) -> dt.date:
    return dt.date(2026, 11, 30) + dt.timedelta(days=weekday)  # a Monday


def _events(rows: Sequence[Dated], zone: ZoneInfo) -> TimedRows:
    instants = sorted(dt.datetime.combine(row.date, row.time, tzinfo=zone) for row in rows)
    words = "on " + ", ".join(f"{at:%d-%b-%Y %H:%M}" for at in instants)
    timing = Timing(event=[at.isoformat() for at in instants])
    return TimedRows(tuple(rows), timing, words)
