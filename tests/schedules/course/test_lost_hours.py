"""The hours that a clock change skips or repeats, in zones that change it at odd times."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from dosing.errors import InputError
from schedules.course.lost_hours import may_be_lost, refuse_lost_hours
from tests.support.planning import RITUXIMAB, course_of

SAO_TOME = ZoneInfo("Africa/Sao_Tome")

# From the tz database (2024a), for 2024: the zone, a day, a time, and whether it is lost.
HOURS = [
    ("Europe/London", "2024-03-31", "00:59", False),
    ("Europe/London", "2024-03-31", "01:00", True),
    ("Europe/London", "2024-03-31", "02:00", False),
    ("Europe/London", "2024-10-27", "01:30", True),
    ("Europe/London", "2024-10-26", "01:30", False),
    # at midnight: forward into the day, back into the day before
    ("Asia/Beirut", "2024-03-31", "00:30", True),
    ("Asia/Beirut", "2024-03-30", "23:30", False),
    ("Asia/Beirut", "2024-10-26", "23:30", True),
    ("Asia/Beirut", "2024-10-27", "00:30", False),
    # by half an hour
    ("Australia/Lord_Howe", "2024-10-06", "02:15", True),
    ("Australia/Lord_Howe", "2024-10-06", "02:30", False),
    ("Australia/Lord_Howe", "2024-04-07", "01:45", True),
    # on the first day of a year, and in its first month
    ("Africa/Sao_Tome", "2019-01-01", "01:30", True),
    ("Pacific/Fiji", "2019-01-13", "02:30", True),
    # never
    ("Asia/Kolkata", "2024-03-31", "01:30", False),
]


@pytest.mark.parametrize(("name", "day", "clock", "lost"), HOURS)
def test_a_time_is_refused_exactly_where_a_clock_change_skips_or_repeats_it(
    name: str, day: str, clock: str, lost: bool
) -> None:
    date, time, zone = dt.date.fromisoformat(day), dt.time.fromisoformat(clock), ZoneInfo(name)
    row = dataclasses.replace(course_of(RITUXIMAB).rows[0], date=date, time=time)
    if not lost:
        refuse_lost_hours([row], zone)
        return
    with pytest.raises(InputError, match=f"is skipped or happens twice in {name}"):
        refuse_lost_hours([row], zone)
    assert all(may_be_lost(time, date.year + years, zone) for years in (-1, 0, 1))


def test_a_morning_is_lost_on_no_day_of_the_year() -> None:
    assert not may_be_lost(dt.time(9), 2024, ZoneInfo("Europe/London"))


def test_a_change_in_one_year_is_asked_about_from_the_year_before_to_the_year_after() -> None:
    # tz database: on 1 January 2018 at 01:00 forward, on 1 January 2019 at 02:00 back; no other
    found = [year for year in range(2015, 2023) if may_be_lost(dt.time(1, 30), year, SAO_TOME)]
    assert found == [2017, 2018, 2019, 2020]
