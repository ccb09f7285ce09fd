"""The first and the second file of a changed course, read by three programs that are not ours.

vobject (Radicale), libical (Evolution, KDE) and ical.js (Thunderbird, Nextcloud) must see the same
events at the same instants, in UTC and in a zone that changes its clocks.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import datetime as dt
import functools
import json
import os
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import vobject

from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import Defer, Omit
from tests.support import programs
from tests.support.places import TESTS
from tests.support.planning import CYCLOPHOSPHAMIDE, SAID, changed, library, planned

ICAL_JS = TESTS / "vendor" / "ical.js" / "ical.es5.min.cjs"
VEVENT = 4  # icalcomponent_kind of libical
READ_BY_ICAL_JS = """
const ICAL = require(process.argv[1]);
const read = text => {
    const calendar = new ICAL.Component(ICAL.parse(text));
    for (const zone of calendar.getAllSubcomponents("vtimezone"))
        ICAL.TimezoneService.register(zone);
    return calendar.getAllSubcomponents("vevent").map(part => {
        const event = new ICAL.Event(part);
        return [event.uid, event.startDate.toUnixTime(), event.summary, event.sequence || 0];
    });
};
const files = JSON.parse(require("fs").readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(files.map(read)));
"""


class Event(NamedTuple):
    start: dt.datetime
    cancelled: bool
    sequence: int


Events = dict[str, Event]


def instant(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def by_vobject(file: bytes) -> Events:
    return {
        event.uid.value: Event(
            event.dtstart.value.astimezone(dt.UTC),
            event.summary.value.startswith("CANCELLED:"),
            int(event.sequence.value),
        )
        for event in vobject.readOne(file.decode()).vevent_list
    }


class _Time(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    ]


@functools.cache
def libical() -> Any:
    name = ctypes.util.find_library("ical")
    assert name, "the tests need libical: on Debian, apt-get install libical3"
    loaded = ctypes.CDLL(name)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for function, medicines, takes in (
        ("icalparser_parse_string", pointer, [text]),
        ("icalcomponent_get_first_component", pointer, [pointer, number]),
        ("icalcomponent_get_next_component", pointer, [pointer, number]),
        ("icalcomponent_get_uid", text, [pointer]),
        ("icalcomponent_get_summary", text, [pointer]),
        ("icalcomponent_get_sequence", number, [pointer]),
        ("icalcomponent_get_dtstart", _Time, [pointer]),
        ("icaltime_as_timet_with_zone", ctypes.c_long, [_Time, pointer]),
    ):
        getattr(loaded, function).restype = medicines
        getattr(loaded, function).argtypes = takes
    return loaded


def by_libical(file: bytes) -> Events:
    lib = libical()
    calendar = lib.icalparser_parse_string(file)
    assert calendar
    events = {}
    event = lib.icalcomponent_get_first_component(calendar, VEVENT)
    while event:
        start = lib.icalcomponent_get_dtstart(event)
        assert start.zone, "libical takes the time for one without a zone"
        events[lib.icalcomponent_get_uid(event).decode()] = Event(
            instant(lib.icaltime_as_timet_with_zone(start, start.zone)),
            lib.icalcomponent_get_summary(event).startswith(b"CANCELLED:"),
            lib.icalcomponent_get_sequence(event),
        )
        event = lib.icalcomponent_get_next_component(calendar, VEVENT)
    return events


def by_ical_js(*files: bytes) -> list[Events]:
    node = programs.node()
    assert node
    done = subprocess.run(
        [str(node), "-e", READ_BY_ICAL_JS, str(ICAL_JS)],
        input=json.dumps([file.decode() for file in files]),
        # a reader far from the ward, so that a floating time would show
        env={**os.environ, "TZ": "Asia/Kolkata"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return [
        {
            uid: Event(instant(start), summary.startswith("CANCELLED:"), sequence)
            for uid, start, summary, sequence in seen
        }
        for seen in json.loads(done.stdout)
    ]


def expected(found: Course) -> dict[str, tuple[dt.datetime, bool]]:
    """Return what the course says, by row: its instant in the ward's zone, whether it is off."""
    zone = ZoneInfo(found.plan.zone)
    return {
        row.id: (dt.datetime.combine(row.date, row.time, zone).astimezone(dt.UTC), not row.live)
        for row in found.every
    }


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_three_programs_read_the_same_first_and_second_file(zone: str) -> None:
    # pulses from October to March lie on both sides of the clock changes
    made_on = dt.date(2026, 10, 1)
    plan = planned(CYCLOPHOSPHAMIDE, start="2026-10-05", made_on=made_on, zone=zone)
    first = work_out(plan, library())
    second = changed(
        plan,
        Defer(at="cycle 2 day 1", by_days=7, scope="later", **SAID),
        Omit(at="cycle 6 day 1", scope="this day", **SAID),
    )
    files = []
    for form in ("utc", "zone"):
        choice = first.plan.site.calendar.model_copy(update={"times": form})
        files += [to_ics(first, choice=choice), to_ics(second, choice=choice)]
    everything = by_ical_js(*files)
    for number, file in enumerate(files):
        found = (first, second)[number % 2]
        readers: list[Callable[[bytes], Events]] = [by_vobject, by_libical]
        for events in (*(read(file) for read in readers), everything[number]):
            assert len(events) == 6  # nothing twice, nothing lost
            assert sorted((e.start, e.cancelled) for e in events.values()) == sorted(
                expected(found).values()
            )
            numbers = sorted(event.sequence for event in events.values())
            assert numbers == ([0] * 6, [0, 1, 1, 1, 1, 2])[number % 2]
    # the second file names the same events: a program that holds the first repairs them
    assert set(by_vobject(files[0])) == set(by_vobject(files[1]))
