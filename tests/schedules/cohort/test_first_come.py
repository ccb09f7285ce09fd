"""Visits booked one after another, and put into chairs, against days that are counted by hand.

Rituximab as in ``test_schedule``: first infusions of 3.5 hours, later ones of 2.5; a visit that
comes a day late costs 8, and an hour of overtime 10. A unit is open for 8 or for 10 hours.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter

import pytest

from schedules.cohort.bookings import find_bookings
from schedules.cohort.dates import Question
from schedules.cohort.demand import WardCourse
from schedules.cohort.first_come import AT_THE_DESK, CHEAPEST, OWN_DAY, book, book_everybody
from schedules.cohort.room import PER_HOUR, Room, VisitNeed
from schedules.cohort.schedule import ScheduleOrder, question_of
from schedules.cohort.times import find_times
from schedules.course.work_out import work_out
from tests.schedules.cohort.test_schedule import FIRST, SECOND_MONDAY, asked, found, ward
from tests.support.planning import RITUXIMAB, library, man, planned

EIGHT_HOURS = dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), "08:00 to 16:00")
DAY = dt.timedelta(days=1)


def question(people: int, wish: ScheduleOrder) -> Question:
    bookings, gaps = find_bookings(ward(people), wish.between)
    return question_of(bookings, gaps, wish)


def test_a_desk_sends_the_third_to_tuesday_and_the_cheapest_day_is_an_overtime() -> None:
    """Three first infusions are 10.5 hours of 10: half an hour of overtime is 5, a day late 8."""
    three = question(3, asked())
    desk, cheapest = (book(three, rule) for rule in (AT_THE_DESK, CHEAPEST))
    assert (desk.ticks, cheapest.ticks) == (8 * PER_HOUR, 5 * PER_HOUR)
    first = next(one.stands for one in three.bookings if one.name == "p2")
    late = [n for n, one in enumerate(three.bookings) if desk.days[n] != one.stands]
    assert [(three.bookings[n].name, desk.days[n]) for n in late] == [("p2", first + DAY)]
    assert sorted(desk.begins[n] for n, day in enumerate(desk.days) if day == first) == [0, 14]
    assert desk.without_room == cheapest.without_room == ()


def test_a_desk_that_prefers_overtime_keeps_the_day_even_where_another_costs_less() -> None:
    """At 20 an hour the half hour of overtime is 10, and a day late still 8."""
    dear = {"day": 1, "weekday": 2, "other_day": 5, "overtime_hour": 20}
    three = question(3, asked(cost=dear))
    own, cheapest = (book(three, rule) for rule in (OWN_DAY, CHEAPEST))
    assert (own.ticks, cheapest.ticks) == (10 * PER_HOUR, 8 * PER_HOUR)
    assert own.days == tuple(one.stands for one in three.bookings)


def test_a_visit_without_room_is_named_and_costs_nothing() -> None:
    """Two days of 8 hours take two first infusions each, the third day too; a seventh has none."""
    seven = question(7, asked(hours=EIGHT_HOURS, overtime="none"))
    desk = book(seven, AT_THE_DESK)
    assert next(seven.bookings[n].name for n in desk.without_room) == "p6"
    first = [n for n, one in enumerate(seven.bookings) if one.stands == seven.bookings[0].stands]
    assert [(desk.days[n] - seven.bookings[n].stands).days for n in first[:6]] == [0, 0, 1, 1, 2, 2]


def test_those_without_room_are_booked_first_until_everybody_has_room() -> None:
    """A day of 8 hours takes two first infusions; four of Wednesday come before five of Monday.

    The desk gives the four Wednesday and Thursday, so that the fifth of Monday finds Monday to
    Wednesday full. With Monday's five first, one of them on Wednesday, the four have Wednesday to
    Friday: 2 + 2 + 1 of Monday's and 1 + 2 + 1 of theirs.
    """
    starts = ["2026-12-02"] * 4 + ["2026-11-30"] * 5
    people = [
        planned(RITUXIMAB, start=day, who=man(label=f"ward-{n}")) for n, day in enumerate(starts)
    ]
    courses = [
        WardCourse(name=f"p{n}", course=work_out(one, library())) for n, one in enumerate(people)
    ]
    wish = asked(hours=EIGHT_HOURS, overtime="none")
    nine = question_of(*find_bookings(courses, wish.between), wish)
    desk = book(nine, AT_THE_DESK)
    assert [nine.bookings[n].name for n in desk.without_room] == ["p8"]
    everybody = book_everybody(nine, AT_THE_DESK)
    assert everybody.without_room == ()
    days = Counter(everybody.days[n] for n, one in enumerate(nine.bookings) if one.steps == 14)
    assert [days[FIRST + n * DAY] for n in range(5)] == [2, 2, 2, 2, 1]


@pytest.mark.hazard("H319")
def test_what_a_desk_can_book_is_always_proposed_however_little_is_looked() -> None:
    """The least effort finds nothing by itself in a ward of twenty: what is booked is kept."""
    wish = asked(SECOND_MONDAY, chairs=5, nurses=5)
    booked = [book(question(20, wish), rule) for rule in (AT_THE_DESK, OWN_DAY, CHEAPEST)]
    assert not any(one.without_room for one in booked)
    schedule = found(ward(20), dataclasses.replace(wish, effort=1e-6))
    assert len(schedule.seats) == 80
    assert schedule.cost * PER_HOUR <= min(one.ticks for one in booked)


def room(chairs: int, nurses: int) -> Room:
    return Room(chairs=chairs, nurses=nurses, watches=4, start=1, doses_per_hour=100, overtime=8)


def test_chairs_that_are_filled_to_the_last_quarter_of_an_hour_are_found() -> None:
    """Each of 8 chairs takes 19 + 14 + 7 of 40 quarters; the longest first leave no such room.

    8 nurses start all chairs at once.
    """
    needs = [VisitNeed(steps, 1) for steps in (19, 14, 7) for _ in range(8)]
    times = find_times(needs, room(8, 8), 40)
    assert (times.overtime, times.bound) == (0, 0)
    assert times.begins is not None
    for step in range(40):
        begun = zip(times.begins, needs, strict=True)
        assert sum(at <= step < at + need.steps for at, need in begun) == 8


def test_chairs_wait_for_the_nurse_who_starts_them() -> None:
    """One nurse starts three chairs one quarter of an hour after another: the last ends at 42."""
    needs = [VisitNeed(40, 1)] * 3
    times = find_times(needs, room(3, 1), 40)
    assert (times.overtime, times.bound) == (2, 2)


def test_the_last_visit_of_a_chair_begins_before_closing() -> None:
    """20, 4 and 20 end at 44, and the last begins at 24; of eleven of 4 the last would at 40."""
    assert find_times([VisitNeed(20, 1)] * 2 + [VisitNeed(4, 1)], room(1, 1), 40).overtime == 4
    assert find_times([VisitNeed(4, 1)] * 11, room(1, 1), 40).begins is None
