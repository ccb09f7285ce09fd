"""Events are kept as bytes: the whole is what icalendar writes, and nothing is kept too long."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import icalendar
import pytest

from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.event import write_event
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import Defer, Omit
from tests.support.planning import ALL, THIOCTIC, course_of, library

DECIDED: dict[str, Any] = {
    "who": "AB",
    "why": "holiday, away",
    "when": dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC),
}


def choice(**more: str) -> CalendarChoice:
    return CalendarChoice.model_validate({"oral": "each", "times": "utc", "alarm": "none", **more})


def moved(course: Course) -> Course:
    """Return the course with its first dose a day later, and its last one left out."""
    first, last = course.rows[0], course.rows[-1]
    later = with_change(
        course.plan, Defer(at=first.place, by_days=1, scope="this day", **DECIDED), library()
    )
    return with_change(later.plan, Omit(at=last.place, scope="this day", **DECIDED), library())


def exportable(course: Course) -> Course:
    return dataclasses.replace(course, findings=())


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("times", ["utc", "zone"])
@pytest.mark.parametrize("oral", ["each", "run"])
def test_the_joined_file_is_the_very_file_that_icalendar_writes(
    name: str, times: str, oral: str
) -> None:
    course = exportable(moved(course_of(name)))
    for discreet in (False, True):
        how = choice(times=times, oral=oral, alarm="30 min", watch="event")
        data = to_ics(course, discreet=discreet, choice=how)
        assert b"CANCELLED: " in data
        assert icalendar.Calendar.from_ical(data).to_ical() == data


def test_only_the_events_that_a_change_altered_are_written_anew() -> None:
    before = course_of(THIOCTIC)
    to_ics(before, choice=choice())
    misses = write_event.cache_info().misses
    to_ics(exportable(moved(before)), choice=choice())
    # The first dose moved and the last was left out; all others stand as they were.
    assert write_event.cache_info().misses - misses == 2


def test_an_event_kept_in_utc_is_not_taken_for_one_in_a_zone() -> None:
    course = course_of(THIOCTIC)
    in_utc = to_ics(course, choice=choice())
    in_zone = to_ics(course, choice=choice(times="zone"))
    assert b"\r\nDTSTART:" in in_utc
    assert b"TZID" not in in_utc
    assert in_zone.count(b"\r\nDTSTART;TZID=Europe/London:") == len(course.rows)


@pytest.mark.parametrize(("oral", "count"), [("run", 1), ("each", 31)])
def test_tablets_at_home_leave_the_days_free_and_no_other_event_does(oral: str, count: int) -> None:
    text = to_ics(course_of(THIOCTIC), choice=choice(oral=oral)).decode()
    events = text.split("BEGIN:VEVENT")[1:]
    free = ["TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n" in one for one in events]
    assert free == [", oral" in one for one in events]
    assert sum(free) == count
