"""Dates and times for a ward, against costs that are counted by hand or by trying everything.

Rituximab on four Mondays from 30 November; its window is 1 day early, 2 days late, and at least
5 days lie between two doses. 700 mg take 3.5 hours as a first infusion, then 2.5 hours. To move a
visit by a day to another weekday, off the day of its regimen, costs 1 + 2 + 5 = 8.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import pytest

from schedules.cohort.bookings import find_bookings
from schedules.cohort.demand import Days, WardCourse
from schedules.cohort.moves import Decision
from schedules.cohort.replan import Refused, replan
from schedules.cohort.schedule import Schedule, ScheduleOrder, propose
from schedules.course.work_out import work_out
from schedules.knowledge.capacity import Capacity
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, library, man, planned

FIRST, LAST = dt.date(2026, 11, 30), dt.date(2026, 12, 31)
SECOND_MONDAY = dt.date(2026, 12, 7)
DECISION = Decision(who="AB", when=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), why="closed")


def capacity(**more: object) -> Capacity:
    stated = {
        "chairs": 1,
        "nurses": 1,
        "start": "15 min",
        "watches": 3,
        "pharmacy_per_hour": 4,
        "hours": dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), "08:00 to 18:00"),
        "overtime": "2 h",
        "cost": {"day": 1, "weekday": 2, "other_day": 5, "overtime_hour": 10},
    }
    return Capacity.model_validate({**stated, **more})


def ward(count: int, regimen: str = RITUXIMAB) -> list[WardCourse]:
    return [
        WardCourse(
            name=f"p{number}",
            course=work_out(planned(regimen, who=man(label=f"ward-{number}")), library()),
        )
        for number in range(count)
    ]


def asked(
    *closed: dt.date, late: dict[str, dt.date] | None = None, **room: object
) -> ScheduleOrder:
    site = library().site.closed
    return ScheduleOrder(
        between=Days(FIRST, LAST),
        capacity=capacity(**room),
        closed=site.model_copy(update={"own": [*site.own, *closed]}),
        decision=DECISION,
        not_before=late or {},
        effort=10.0,
    )


def found(courses: list[WardCourse], wish: ScheduleOrder) -> Schedule:
    schedule = propose(courses, library(), wish)
    assert schedule is not None
    return schedule


def moves(schedule: Schedule) -> list[tuple[str, dt.date, dt.date]]:
    return [(s.booking.name, s.booking.stands, s.day) for s in schedule.seats if s.moves]


@pytest.mark.hazard("H294")
def test_a_bank_holiday_moves_its_own_visits_alone_and_no_window_is_broken() -> None:
    """Three people leave Monday 7 December for Tuesday: 3 x 8.

    On the first Monday 3 x 3.5 hours in one chair are half an hour more than the 10 hours there
    are: 5.
    """
    schedule = found(ward(3), asked(SECOND_MONDAY))
    tuesday = dt.date(2026, 12, 8)
    assert moves(schedule) == [(f"p{n}", SECOND_MONDAY, tuesday) for n in range(3)]
    assert schedule.overtime == {FIRST: dt.timedelta(minutes=30)}
    assert (schedule.cost, schedule.proved, schedule.gap) == (29, True, 0)
    for one in schedule.replanned:
        assert [(c.at, c.to) for c in one.changes] == [("induction cycle 1 day 8", tuesday)]
        assert one.changes[0].why.startswith("closed; proposed for ")
        assert {f.code for f in one.after.findings} == {f.code for f in one.before.findings}


def test_nobody_shares_a_chair_and_each_time_lies_in_the_opening_hours() -> None:
    schedule = found(ward(3), asked(SECOND_MONDAY))
    for day in {seat.day for seat in schedule.seats}:
        times = sorted((s.begins, s.ends) for s in schedule.seats if s.day == day)
        assert times[0][0] == dt.time(8)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(times) if a[1] and b[0])


def weeks_of_one_person() -> list[tuple[int, ...]]:
    """Return how many days late each of four visits may be: all that window and open days allow.

    A day early is a Sunday, and the second Monday is closed. Between two visits lie 7 days, at
    most 1 less and 2 more.
    """
    return [
        late
        for late in itertools.product((0, 1, 2), (1, 2), (0, 1, 2), (0, 1, 2))
        if all(-1 <= b - a <= 2 for a, b in itertools.pairwise(late))
    ]


def test_the_cost_is_the_least_of_all_that_there_are() -> None:
    """All days of four people are tried; of their first visits a day takes two, of others three."""
    hours = dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), "08:00 to 16:00")
    schedule = found(ward(4), asked(SECOND_MONDAY, hours=hours, overtime="none"))
    costs = [
        sum(7 + late for person in people for late in person if late)
        for people in itertools.combinations_with_replacement(weeks_of_one_person(), 4)
        if all(
            max(Counter(visits).values()) <= most
            for visits, most in zip(zip(*people, strict=True), (2, 3, 3, 3), strict=True)
        )
    ]
    assert len(costs) > 1000
    assert schedule.cost == min(costs)
    assert schedule.proved


def test_where_four_do_not_fit_two_wait_a_day_longer() -> None:
    """One chair for 8 hours takes three infusions of 2.5 hours: four people, and one more day.

    The first visits: 3.5 hours each, two a day: two stay on Monday, two come on Tuesday, 2 x 8.
    The second: three on Tuesday 3 x 8 and one on Wednesday 9, after which its third visit is two
    days early, where one is allowed: it moves too, by a day: 8. The third and fourth: three fit on
    a Monday, one moves each time: whoever moves the third anyway, and 8 for the fourth.
    """
    hours = dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), "08:00 to 16:00")
    schedule = found(ward(4), asked(SECOND_MONDAY, hours=hours, overtime="none"))
    assert schedule.proved
    assert schedule.cost == 16 + 24 + 9 + 8 + 8


@pytest.mark.hazard("H295")
def test_without_a_schedule_it_names_reasons_each_of_which_it_takes() -> None:
    closed = [SECOND_MONDAY + dt.timedelta(days=n) for n in (0, 1, 2)]
    schedule = found(ward(1), asked(*closed))
    assert schedule.seats == () and schedule.replanned == ()
    assert sorted(schedule.reasons) == [
        "Mon 07-Dec-2026 is closed: closed by the site",
        "Sun 06-Dec-2026 is closed: a Sunday",
        "Tue 08-Dec-2026 is closed: closed by the site",
        "Wed 09-Dec-2026 is closed: closed by the site",
        "p0, induction cycle 1 day 8: its window, Sun 06-Dec-2026 to Wed 09-Dec-2026",
    ]
    for day in closed:
        assert found(ward(1), asked(*(one for one in closed if one != day))).seats


def test_a_drug_that_comes_late_is_waited_for_within_the_window() -> None:
    """Until Tuesday is a day: 8. Until Thursday would be three days, and two are allowed."""
    waits = found(ward(1), asked(late={"rituximab": dt.date(2026, 12, 1)}))
    assert moves(waits) == [("p0", FIRST, dt.date(2026, 12, 1))]
    assert waits.cost == 8
    too_late = found(ward(1), asked(late={"rituximab": dt.date(2026, 12, 3)}))
    assert sorted(too_late.reasons) == [
        "p0, induction cycle 1 day 1: its window, Mon 30-Nov-2026 to Wed 02-Dec-2026",
        "rituximab is not there before 03-Dec-2026",
    ]


def test_a_chair_that_is_lost_is_named_where_it_leaves_no_schedule() -> None:
    """Nine second visits of 2.5 hours: in two days of 10 + 2 hours one chair takes eight."""
    assert found(ward(9), asked(SECOND_MONDAY, chairs=2)).seats
    reasons = found(ward(9), asked(SECOND_MONDAY)).reasons
    assert "chairs: 1" in reasons
    assert sum("induction cycle 1 day 8" in one for one in reasons) == 9


def test_what_there_is_enough_of_is_no_reason() -> None:
    """Five first visits of 3.5 hours from 08:00 to 18:00, all on Wednesday 2 December.

    Two chairs take two of them each; a nurse starts five in an hour and a quarter and may watch
    three people, and four doses are prepared in an hour: only chairs and hours are short.
    """
    late = {"rituximab": FIRST + dt.timedelta(days=2)}
    reasons = found(ward(5), asked(late=late, chairs=2, overtime="none")).reasons
    assert sorted(one for one in reasons if "its window" not in one) == [
        "chairs: 2",
        "opening hours, and the longest overtime",
        "rituximab is not there before 02-Dec-2026",
    ]


def test_a_visit_says_whether_another_one_drives_it() -> None:
    """The second dose waits for Wednesday 9 December: the third would then come two days early.

    One is allowed, so that the third leaves Monday 14 for its gap, and the fourth stays.
    """
    closed = [SECOND_MONDAY, SECOND_MONDAY + dt.timedelta(days=1)]
    wish = asked(*closed)
    schedule = found(ward(1), wish)
    assert [(f"{s.day:%d-%b}", wish.why_moves(s)) for s in schedule.seats if s.moves] == [
        ("09-Dec", "Mon 07-Dec-2026 is closed: closed by the site"),
        ("15-Dec", "to keep its gap to induction cycle 1 day 8, which moves"),
    ]


def test_a_later_visit_that_another_one_drives_is_not_told_a_holiday_of_its_own() -> None:
    """Pulses 28 days apart from Monday 7 December, which is closed: the fifth is on 29 March.

    That is Easter Monday (Easter 2027 is 28 March). Nobody is moved for it after the last day: the
    visit goes to Tuesday because the fourth went from 1 to 2 March, and 28 days lie between them.
    """
    course = work_out(planned(CYCLOPHOSPHAMIDE, start="2026-12-07"), library())
    wish = asked(SECOND_MONDAY)
    schedule = found([WardCourse(name="p", course=course)], wish)
    (fifth,) = [seat for seat in schedule.seats if seat.day == dt.date(2027, 3, 30)]
    assert wish.why_closed(fifth.booking.stands) == "Easter Monday"
    assert wish.why_moves(fifth) == "to keep its gap to pulses cycle 4 day 1, which moves"


def test_a_visit_without_a_window_stays_and_a_person_decides() -> None:
    """Cyclophosphamide may come 14 days late; the last tests of its window are of the course."""
    bookings, _ = find_bookings(ward(1, CYCLOPHOSPHAMIDE), Days(FIRST, LAST))
    assert bookings[0].days[0] == FIRST
    assert bookings[0].days[-1] == FIRST + dt.timedelta(days=14)


def test_the_same_question_has_the_same_answer() -> None:
    one, other = (found(ward(3), asked(SECOND_MONDAY)) for _ in range(2))
    assert one.seats == other.seats
    assert [r.changes for r in one.replanned] == [r.changes for r in other.replanned]


@pytest.mark.hazard("H294")
def test_what_the_course_refuses_is_no_proposal() -> None:
    """To Wednesday is two days late, and the next dose then two days early: one is allowed."""
    (one,) = ward(1)
    days = {"induction cycle 1 day 8": SECOND_MONDAY + dt.timedelta(days=2)}
    refused = replan(one, days, DECISION, library())
    assert isinstance(refused, Refused)
    assert refused.codes == {"window.early"}
