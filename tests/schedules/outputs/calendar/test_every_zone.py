"""A moved course in every time zone there is: nine in the morning stays nine in the morning."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from zoneinfo import ZoneInfo, available_timezones

import pytest

from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import Defer
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, SAID, changed, planned

# Pulses from August to January pass the autumn change of the north and the spring of the south.
UTC_START = re.compile(r"DTSTART:([0-9]{8}T[0-9]{6}Z)")
WALL = dt.time(9)
LATER = ["2026-08-24", "2026-09-28", "2026-10-26", "2026-11-23", "2026-12-21", "2027-01-18"]
# From two days before the first day to two after the last.
FIRST = dt.datetime(2026, 8, 22, tzinfo=dt.UTC)
MOMENTS = [FIRST + dt.timedelta(hours=hours) for hours in range(0, 152 * 24, 6)]


def offsets(name: str) -> tuple[dt.timedelta | None, ...]:
    """Return what a zone's clock shows against UTC, four times on each day of the course."""
    zone = ZoneInfo(name)
    return tuple(moment.astimezone(zone).utcoffset() for moment in MOMENTS)


def test_a_deferred_course_stays_at_its_wall_time_in_every_zone() -> None:
    plan = planned(CYCLOPHOSPHAMIDE, start="2026-08-24", made_on=dt.date(2026, 8, 20))
    defer = Defer(at="cycle 2 day 1", by_days=7, scope="later", **SAID)
    zones = sorted(available_timezones())
    assert len(zones) > 400
    # Zones whose clocks go alike share a course: it is made for the first of them, and its starts
    # are read on the clock of each.
    alike = defaultdict(list)
    for name in zones:
        alike[offsets(name)].append(name)
    assert len(alike) > 50
    for names in alike.values():
        own = plan.model_copy(update={"zone": names[0]})
        starts = UTC_START.findall(to_ics(changed(own, defer)).decode())
        for name in names:
            zone = ZoneInfo(name)
            local = [dt.datetime.fromisoformat(one).astimezone(zone) for one in starts]
            assert [one.date().isoformat() for one in local] == LATER, name
            assert {one.time() for one in local} == {WALL}, name


@pytest.mark.parametrize(
    ("start", "by", "expected"),
    [
        # a leap day: 22 Feb 2028 and seven days is 29 Feb
        ("2028-02-15", 7, ["2028-02-15", "2028-02-29", "2028-03-07", "2028-03-14"]),
        # a year's end
        ("2026-12-18", 7, ["2026-12-18", "2027-01-01", "2027-01-08", "2027-01-15"]),
        # a short month's end, no leap year
        ("2027-02-14", 7, ["2027-02-14", "2027-02-28", "2027-03-07", "2027-03-14"]),
    ],
)
def test_days_are_counted_across_leap_days_and_the_ends_of_years_and_months(
    start: str, by: int, expected: list[str]
) -> None:
    change = Defer(at="cycle 1 day 8", by_days=by, scope="later", **SAID)
    found = changed(planned(RITUXIMAB, start=start), change)
    assert [row.date.isoformat() for row in found.rows] == expected
