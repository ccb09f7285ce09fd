"""A ward beside its capacity, counted by hand.

Rituximab on four Mondays from 30 November: 700 mg take 3.5 hours in the chair as a first infusion.
Two chairs and one nurse who watches three people, open for 3 hours on a Monday, are 6 hours.
"""

from __future__ import annotations

import datetime as dt

import pytest

from schedules.cohort.demand import By, Days, WardCourse
from schedules.cohort.fullness import Fullness, compare_with_capacity
from schedules.course.work_out import work_out
from schedules.knowledge.capacity import Capacity
from tests.support.planning import RITUXIMAB, library, man, planned

MONDAY = dt.date(2026, 11, 30)


def full(
    count: int, *closed: dt.date, days: int = 7, by: By = "day", **more: object
) -> list[Fullness]:
    stated = {
        "chairs": 2,
        "nurses": 1,
        "start": "30 min",
        "watches": 3,
        "pharmacy_per_hour": 1,
        "hours": {"Mon": "09:00 to 12:00", "Tue": "09:00 to 12:00"},
        "overtime": "2 h",
        "cost": {"day": 1, "weekday": 2, "other_day": 5, "overtime_hour": 10},
    }
    site = library().site
    site = site.model_copy(
        update={
            "capacity": Capacity.model_validate({**stated, **more}),
            "closed": site.closed.model_copy(update={"own": list(closed)}),
        }
    )
    ward = [
        WardCourse(
            name=f"p{n}",
            course=work_out(planned(RITUXIMAB, who=man(label=f"ward-{n}")), library()),
        )
        for n in range(count)
    ]
    last = MONDAY + dt.timedelta(days=days - 1)
    return compare_with_capacity(ward, Days(MONDAY, last), by, site)


def test_what_is_enough_is_not_marked() -> None:
    (monday,) = full(1)
    assert (monday.chair, monday.chair_offered) == (3.5, 6)
    assert (monday.starts, monday.starts_offered) == (1, 6)
    assert (monday.doses, monday.doses_offered) == (1, 3)
    assert monday.over == []


@pytest.mark.hazard("H307")
def test_each_thing_that_is_over_is_named_in_words() -> None:
    """Four people take 14 hours of 6 and four doses of 3; a nurse starts 6, not 7."""
    (monday,) = full(4)
    assert monday.over == ["chairs by 8 h", "pharmacy by 1 dose"]
    (monday,) = full(7)
    assert monday.over == ["chairs by 18.5 h", "nurses by 1 start", "pharmacy by 4 doses"]


def test_fewer_nurses_leave_chairs_empty() -> None:
    """One nurse who watches one person has one of the two chairs: 3 hours."""
    (monday,) = full(1, watches=1)
    assert monday.over == ["chairs by 0.5 h"]


def test_on_a_closed_day_there_is_nothing() -> None:
    (monday,) = full(1, MONDAY)
    assert monday.over == [
        "closed, closed by the site",
        "chairs by 3.5 h",
        "nurses by 1 start",
        "pharmacy by 1 dose",
    ]


def test_a_week_has_the_hours_of_its_open_days() -> None:
    """Monday and Tuesday: 12 hours; without the Tuesday 6."""
    (week,) = full(1, by="week")
    assert (week.chair, week.chair_offered, week.doses_offered) == (3.5, 12, 6)
    (week,) = full(1, MONDAY + dt.timedelta(days=1), by="week")
    assert week.chair_offered == 6


def test_without_a_length_of_a_start_nurses_start_any_number() -> None:
    (monday,) = full(7, start="none")
    assert monday.starts_offered is None
    assert monday.over == ["chairs by 18.5 h", "pharmacy by 4 doses"]
