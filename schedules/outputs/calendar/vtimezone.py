"""A VTIMEZONE made of yearly rules, which calendar programs read rightly.

Explicit dates for each change, as libraries write them, are read an hour late by common programs.
Zones that follow no yearly rule in the years of the course get one entry for each change.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import TypeAlias
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_Observance: TypeAlias = TimezoneStandard | TimezoneDaylight

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAYS_IN_WEEK = 7
_MINUTE = dt.timedelta(minutes=1)


@dataclasses.dataclass(frozen=True, slots=True)
class _ClockChange:
    """A change of the clock: the wall time at which it happens, and the offsets around it."""

    wall: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str
    daylight: bool

    @property
    def kind(self) -> tuple[int, dt.timedelta, dt.timedelta, dt.time, int]:
        """Return what stays the same each year when a zone has a yearly rule."""
        return self.wall.month, self.before, self.after, self.wall.time(), self.wall.weekday()

    @property
    def places(self) -> set[int]:
        """Return how the weekday can be named in its month: the nth, or the last."""
        nth = (self.wall.day - 1) // _DAYS_IN_WEEK + 1
        last = calendar.monthrange(self.wall.year, self.wall.month)[1]
        return {nth, -1} if self.wall.day + _DAYS_IN_WEEK > last else {nth}


def build_vtimezone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """Return the VTIMEZONE of a zone, from the year before the course to its last year."""
    years = range(first_year - 1, last_year + 1)
    changes = list(_find_changes(zone, years))
    component = Timezone()
    component.add("tzid", zone.key)
    for observance in _observances(changes, years) if changes else [_fixed(zone, first_year)]:
        component.add_component(observance)
    return component


def _observances(changes: list[_ClockChange], years: range) -> list[_Observance]:
    """Return one yearly rule for each kind of change, or one entry for each change."""
    groups: dict[object, list[_ClockChange]] = {}
    for change in changes:
        groups.setdefault(change.kind, []).append(change)
    yearly = all(
        [change.wall.year for change in group] == list(years) and _common_place(group)
        for group in groups.values()
    )
    if yearly:
        return [_observance(group[0], _common_place(group)) for group in groups.values()]
    return [_observance(change, None) for change in changes]


def _find_changes(zone: ZoneInfo, years: range) -> Iterator[_ClockChange]:
    """Find the changes of the clock, by looking at each day for another offset at its end."""
    day = dt.datetime(years[0], 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(years[-1] + 1, 1, 1, tzinfo=dt.UTC)
    while day < end:
        next_day = day + dt.timedelta(days=1)
        before = _offset(day, zone)
        if before != _offset(next_day, zone):
            instant = _find_instant(day, next_day, zone)
            local = instant.astimezone(zone)
            yield _ClockChange(
                wall=(instant + before).replace(tzinfo=None),
                before=before,
                after=_offset(instant, zone),
                name=local.tzname() or zone.key,
                daylight=bool(local.dst()),
            )
        day = next_day


def _find_instant(low: dt.datetime, high: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the minute at which the offset changes, by halving the day."""
    while high - low > _MINUTE:
        middle = low + (high - low) // 2
        same = _offset(middle, zone) == _offset(low, zone)
        low, high = (middle, high) if same else (low, middle)
    return high.replace(second=0, microsecond=0)


def _offset(at: dt.datetime, zone: ZoneInfo) -> dt.timedelta:
    return at.astimezone(zone).utcoffset() or dt.timedelta()


def _common_place(group: list[_ClockChange]) -> int | None:
    """Return the place in the month that all years share, the last before the nth."""
    shared = set.intersection(*(change.places for change in group))
    return min(shared) if shared else None


def _observance(change: _ClockChange, place: int | None) -> _Observance:
    observance = TimezoneDaylight() if change.daylight else TimezoneStandard()
    observance.add("dtstart", change.wall)
    if place is not None:
        day = f"{place}{_WEEKDAYS[change.wall.weekday()]}"
        observance.add("rrule", {"freq": "yearly", "bymonth": change.wall.month, "byday": day})
    observance.add("tzoffsetfrom", change.before)
    observance.add("tzoffsetto", change.after)
    observance.add("tzname", change.name)
    return observance


def _fixed(zone: ZoneInfo, year: int) -> TimezoneStandard:
    local = dt.datetime(year - 1, 1, 1, tzinfo=zone)
    observance = TimezoneStandard()
    observance.add("dtstart", local.replace(tzinfo=None))
    observance.add("tzoffsetfrom", local.utcoffset())
    observance.add("tzoffsetto", local.utcoffset())
    observance.add("tzname", local.tzname() or zone.key)
    return observance
