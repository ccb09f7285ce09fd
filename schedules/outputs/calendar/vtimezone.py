"""A VTIMEZONE made of yearly rules, which the calendar programs read right.

Explicit dates for each change, as libraries write them, are misread by common programs an hour
late. Zones that follow no yearly rule in the years of the course get one entry for each change.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAYS_IN_WEEK = 7
_MINUTE = dt.timedelta(minutes=1)


@dataclasses.dataclass(frozen=True, slots=True)
class _Change:
    """A change of the clock: the wall time at which it happens, and the offsets around it."""

    wall: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str
    daylight: bool

    @property
    def kind(self) -> tuple[int, dt.timedelta, dt.timedelta, dt.time, int]:
        """What stays the same each year when a zone has a yearly rule."""
        return self.wall.month, self.before, self.after, self.wall.time(), self.wall.weekday()

    @property
    def places(self) -> set[int]:
        """How the weekday can be named in its month: the nth, or the last."""
        nth = (self.wall.day - 1) // _DAYS_IN_WEEK + 1
        last = calendar.monthrange(self.wall.year, self.wall.month)[1]
        return {nth, -1} if self.wall.day + _DAYS_IN_WEEK > last else {nth}


def build_vtimezone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """Describe a zone from the year before the course to its last year."""
    years = range(first_year - 1, last_year + 1)
    changes = _changes(zone, years)
    component = Timezone()
    component.add("tzid", zone.key)
    if not changes:
        component.add_component(_fixed(zone, first_year))
        return component
    groups: dict[object, list[_Change]] = {}
    for change in changes:
        groups.setdefault(change.kind, []).append(change)
    yearly = all(
        [change.wall.year for change in group] == list(years) and _common_place(group)
        for group in groups.values()
    )
    if yearly:
        for group in groups.values():
            component.add_component(_observance(group[0], _common_place(group)))
    else:
        for change in changes:
            component.add_component(_observance(change, None))
    return component


def _changes(zone: ZoneInfo, years: range) -> list[_Change]:
    """Find the changes of the clock by halving each day on which the offset differs."""
    found = []
    day = dt.datetime(years[0], 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(years[-1] + 1, 1, 1, tzinfo=dt.UTC)
    while day < end:
        after_day = day + dt.timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after_day.astimezone(zone).utcoffset():
            low, high = day, after_day
            while high - low > _MINUTE:
                middle = low + (high - low) // 2
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            instant = high.replace(second=0, microsecond=0)
            before = day.astimezone(zone).utcoffset() or dt.timedelta()
            local = instant.astimezone(zone)
            found.append(
                _Change(
                    wall=(instant + before).replace(tzinfo=None),
                    before=before,
                    after=local.utcoffset() or dt.timedelta(),
                    name=local.tzname() or zone.key,
                    daylight=bool(local.dst()),
                )
            )
        day = after_day
    return found


def _common_place(group: list[_Change]) -> int | None:
    """Give the place in the month that all years share, the last before the nth."""
    shared = set.intersection(*(change.places for change in group))
    return min(shared) if shared else None


def _observance(change: _Change, place: int | None) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if change.daylight else TimezoneStandard()
    part.add("dtstart", change.wall)
    if place is not None:
        weekday = _WEEKDAYS[change.wall.weekday()]
        part.add(
            "rrule", {"freq": "yearly", "bymonth": change.wall.month, "byday": f"{place}{weekday}"}
        )
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    return part


def _fixed(zone: ZoneInfo, year: int) -> TimezoneStandard:
    local = dt.datetime(year - 1, 1, 1, tzinfo=zone)
    part = TimezoneStandard()
    part.add("dtstart", local.replace(tzinfo=None))
    part.add("tzoffsetfrom", local.utcoffset())
    part.add("tzoffsetto", local.utcoffset())
    part.add("tzname", local.tzname() or zone.key)
    return part
