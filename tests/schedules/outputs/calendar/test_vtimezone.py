"""The VTIMEZONE, as another program (dateutil) reads it."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil import tz

from schedules.outputs.calendar.vtimezone import build_vtimezone

ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Santiago",
    "UTC",
)


def independent(zone: str, first: int, last: int) -> Any:
    calendar = icalendar.Calendar()
    calendar.add_component(build_vtimezone(ZoneInfo(zone), first, last))
    return tz.tzical(io.StringIO(calendar.to_ical().decode())).get()


def changes(zone: str, first: int, last: int) -> list[dt.datetime]:
    """Find the hours of some years in which a zone's offset changes, by zoneinfo alone."""
    found, hour = [], dt.datetime(first, 1, 1, tzinfo=dt.UTC)
    before = hour.astimezone(ZoneInfo(zone)).utcoffset()
    while hour.year <= last:
        after = hour.astimezone(ZoneInfo(zone)).utcoffset()
        if after != before:
            found.append(hour)
        before, hour = after, hour + dt.timedelta(hours=1)
    return found


@pytest.mark.parametrize("zone", [*ZONES, "Africa/Cairo", "Asia/Jerusalem", "Atlantic/Azores"])
def test_another_program_reads_the_right_offset_before_and_after_each_change(zone: str) -> None:
    read = independent(zone, 2026, 2028)
    hours = changes(zone, 2026, 2028)
    instants = [hour + dt.timedelta(hours=h) for hour in hours for h in (-48, -5, 5, 48)]
    instants += [
        dt.datetime(year, month, 15, 12, tzinfo=dt.UTC)
        for year in (2026, 2027, 2028)
        for month in range(1, 13)
    ]
    for instant in instants:
        wall = instant.astimezone(ZoneInfo(zone))
        assert wall.replace(tzinfo=read).utcoffset() == wall.utcoffset(), wall


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("Europe/London", {"BYDAY=-1SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10"}),
        ("Europe/Dublin", {"BYDAY=-1SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10"}),
        ("America/New_York", {"BYDAY=2SU;BYMONTH=3", "BYDAY=1SU;BYMONTH=11"}),
        ("Australia/Sydney", {"BYDAY=1SU;BYMONTH=4", "BYDAY=1SU;BYMONTH=10"}),
        ("Asia/Kolkata", set()),
        ("UTC", set()),
    ],
)
def test_a_zone_is_written_as_yearly_rules(zone: str, rules: set[str]) -> None:
    text = build_vtimezone(ZoneInfo(zone), 2026, 2028).to_ical().decode()
    found = re.findall(r"RRULE:FREQ=YEARLY;(\S+)", text)
    assert set(found) == rules
    assert len(found) == len(rules)
    assert "RDATE" not in text


def test_the_last_sunday_is_never_written_as_the_fifth() -> None:
    # In March 2024 and 2025 the last Sunday was the fifth; in 2026 it is again, in 2027 it is not.
    text = build_vtimezone(ZoneInfo("Europe/London"), 2025, 2025).to_ical().decode()
    assert re.findall(r"BYDAY=(\S+?);BYMONTH=3", text) == ["-1SU"]


@pytest.mark.parametrize(
    ("zone", "walls"),
    [
        # The clock as it stands just before it changes, as the format asks. The European Union and
        # Britain change at 01:00 UTC, the United States at 02:00, Sydney at 02:00 and 03:00.
        ("Europe/London", {"20260329T010000", "20261025T020000"}),
        ("Europe/Berlin", {"20260329T020000", "20261025T030000"}),
        ("America/New_York", {"20260308T020000", "20261101T020000"}),
        ("Australia/Sydney", {"20260405T030000", "20261004T020000"}),
    ],
)
def test_a_change_begins_at_the_time_that_the_old_clock_shows(zone: str, walls: set[str]) -> None:
    text = build_vtimezone(ZoneInfo(zone), 2027, 2027).to_ical().decode()
    assert set(re.findall(r"DTSTART:(\S+)", text)) == walls


def test_a_zone_without_a_yearly_rule_has_one_entry_for_each_change() -> None:
    # Morocco leaves and re-enters its time around Ramadan, which moves through the year.
    text = build_vtimezone(ZoneInfo("Africa/Casablanca"), 2027, 2027).to_ical().decode()
    assert "RRULE" not in text
    assert text.count("TZOFFSETTO") == len(changes("Africa/Casablanca", 2026, 2027))
