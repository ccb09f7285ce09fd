"""Places of a course as a person names them, and what is answered where one is not there."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from dosing.errors import InputError
from schedules.course.places import find, name_places, touched, touched_from
from schedules.course.rows import Dated, replaced
from schedules.course.work_out import work_out
from schedules.plans.changes import AddCourse, Defer, Scope
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    course_of,
    example_of,
    library,
    planned,
)


@pytest.mark.parametrize("text", ["day 8", "induction day 8", "cycle 1 day 8", "2026-12-07"])
def test_a_day_is_enough_where_only_one_place_has_it(text: str) -> None:
    # four infusions in one cycle, on days 1, 8, 15 and 22 from Mon 30-Nov-2026
    assert find(text, course_of(RITUXIMAB).rows).place == "induction cycle 1 day 8"


def test_a_day_that_several_cycles_have_is_asked_about() -> None:
    with pytest.raises(InputError) as refused:
        find("day 1", course_of(CYCLOPHOSPHAMIDE).rows)
    assert str(refused.value) == (
        'from: "day 1" could mean several places; write one of: pulses cycle 1 day 1; '
        "pulses cycle 2 day 1; pulses cycle 3 day 1; pulses cycle 4 day 1; "
        "pulses cycle 5 day 1; pulses cycle 6 day 1"
    )


@pytest.mark.parametrize("text", ["day 9", "cycle 2", "cycle 2 day 1", "next week", "2026-12-01"])
def test_every_refusal_names_all_places_of_a_short_course(text: str) -> None:
    with pytest.raises(InputError) as refused:
        find(text, course_of(RITUXIMAB).rows)
    assert str(refused.value) == (
        f'from: "{text}" is not a place in this course; write a date or one of: '
        "induction cycle 1 day 1; induction cycle 1 day 8; induction cycle 1 day 15; "
        "induction cycle 1 day 22"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "from: is missing; write a date or one of: "),
        ("30.11.2026", '"30.11.2026" is not a date; write 2026-11-30 or 30-Nov-2026, or one of: '),
        ("1700-01-01", '"1700-01-01" is not a day that can be planned with; '),
    ],
)
def test_a_date_that_cannot_be_read_is_answered_with_the_places_too(text: str, why: str) -> None:
    with pytest.raises(InputError, match=re.escape(why)) as refused:
        find(text, course_of(IMMUNOGLOBULIN).rows)
    assert str(refused.value).endswith(
        "course cycle 1 day 1; course cycle 1 day 2; course cycle 1 day 3; course cycle 1 day 4; "
        "course cycle 1 day 5"
    )


@pytest.mark.parametrize(
    ("regimen", "places"),
    [
        # ten infusions, then a month of tablets, each day
        (THIOCTIC, "intravenous cycle 1 day 1 to 10; oral cycle 1 day 1 to 31"),
        ("methylprednisolone-pulses-6-months", "pulses cycle 1 to 6 day 1 to 4"),
        # each weekday of a fortnight, from Mon 30-Nov-2026
        (
            "edaravone-oral",
            "first cycle cycle 1 day 1 to 14; later cycles cycle 1 to 5 day 1 to 5, 8 to 12",
        ),
        ("rozanolixizumab-us", "cycle cycle 1, 2 day 1, 8, 15, 22, 29, 36"),
        (
            "lamotrigine-with-valproate",
            "step 1 cycle 1 day 1, 3, 5 ... 13; step 2 cycle 1 day 1 to 14; "
            "step 3 cycle 1 day 1 to 14; step 4 cycle 1 day 1 to 7",
        ),
    ],
)
def test_many_places_are_named_in_short(regimen: str, places: str) -> None:
    course = course_of(regimen) if regimen == THIOCTIC else example_of(regimen)
    assert name_places(course.every) == places


def test_seven_places_are_put_together_and_three_days_in_a_row() -> None:
    left = [d for d in course_of(THIOCTIC).rows if d.day in (1, 2, 3, 5, 6, 8, 10)]
    by_vein = [d for d in left if d.phase == "intravenous"]
    assert name_places(by_vein) == "intravenous cycle 1 day 1 to 3, 5, 6, 8, 10"
    assert name_places(by_vein[:6]) == (
        "intravenous cycle 1 day 1; intravenous cycle 1 day 2; intravenous cycle 1 day 3; "
        "intravenous cycle 1 day 5; intravenous cycle 1 day 6; intravenous cycle 1 day 8"
    )


def test_a_date_may_begin_with_one_digit() -> None:
    assert find("7-Dec-2026", course_of(RITUXIMAB).rows).place == "induction cycle 1 day 8"


def test_a_place_is_where_its_first_dose_is() -> None:
    # mesna comes with the pulse at 09:00, and 4 and 8 hours later
    found = find("cycle 2 day 1", reversed(example_of("cyclophosphamide-monthly-mesna").rows))
    assert (found.date, found.time) == (dt.date(2026, 12, 28), dt.time(9))


def test_a_regimen_that_is_added_again_leaves_the_places_of_the_first_what_they_were() -> None:
    known = library().knowledge_for(library().regimen(RITUXIMAB))
    again = AddCourse(
        regimen=known[f"regimens/{RITUXIMAB}"],
        drugs=[known["drugs/rituximab"]],
        first_day=dt.date(2027, 6, 7),
        choices={},
        **SAID,
    )
    defer = Defer(at="induction cycle 1 day 22", by_days=1, scope="this day", **SAID)
    before = work_out(planned(RITUXIMAB), library())
    moved = changed(planned(RITUXIMAB), defer, again)
    assert [row.date.isoformat() for row in moved.rows if row.course_number == 1] == [
        *(row.date.isoformat() for row in before.rows[:3]),
        "2026-12-22",
    ]
    with pytest.raises(InputError, match="course 2, induction cycle 1 day 22"):
        find("cycle 1 day 22", moved.rows)
    # in full it is a place of the first alone
    assert find("induction cycle 1 day 22", moved.rows).course_number == 1


def stands(key: str, date: str, cycle: int, day: int, phase: str = "pulses") -> Dated:
    """Return what stands at 9:00 on a day of December or January."""
    return Dated(
        id=key,
        date=dt.date.fromisoformat(date),
        time=dt.time(9),
        length=dt.timedelta(hours=1),
        phase=phase,
        cycle=cycle,
        day=day,
        n=1,
    )


# Two pulses a cycle, on days 1 and 8; what goes with the second is taken on its eve. Tablets begin
# on that very day, and another course has a day 8 in between.
TWO_CYCLES = (
    stands("first", "2026-11-30", 1, 1),
    stands("eve", "2026-12-06", 1, 8),
    stands("second", "2026-12-07", 1, 8),
    stands("tablets", "2026-12-07", 1, 1, phase="oral"),
    replaced(stands("of another course", "2026-12-14", 1, 8), course_number=2),
    stands("third", "2026-12-28", 2, 1),
    stands("fourth", "2027-01-04", 2, 8),
)
SECOND = TWO_CYCLES[2]


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        ("this day", ["eve", "second"]),
        ("this cycle", ["eve", "second"]),
        ("later", ["eve", "second", "tablets", "third", "fourth"]),
    ],
)
def test_a_change_touches_its_place_its_cycle_or_all_that_comes_later_in_its_course(
    scope: Scope, reached: list[str]
) -> None:
    at = "pulses cycle 1 day 8"
    assert [d.id for d in touched(TWO_CYCLES, at, scope)] == reached
    assert [d.id for d in touched_from(SECOND, TWO_CYCLES, at, scope)] == reached


def test_a_change_of_a_cycle_leaves_what_comes_before_its_place_and_other_cycles() -> None:
    def reached(at: str) -> list[str]:
        return [d.id for d in touched(TWO_CYCLES, at, "this cycle")]

    assert reached("pulses cycle 1 day 1") == ["first", "eve", "second"]
    assert reached("pulses cycle 2 day 1") == ["third", "fourth"]
    assert reached("oral cycle 1 day 1") == ["tablets"]


def test_what_was_moved_is_touched_from_where_it_stands_now() -> None:
    # the third now stands a day before the second, the first a day after it
    moved = {"third": dt.date(2026, 12, 6), "first": dt.date(2026, 12, 8)}
    found = touched_from(SECOND, TWO_CYCLES, "cycle 1 day 8", "later", moved)
    assert [d.id for d in found] == ["first", "eve", "second", "tablets", "fourth"]


@pytest.mark.parametrize(
    ("scope", "reached"),
    [("this day", ["second"]), ("later", ["second", "tablets", "fourth"])],
)
def test_what_became_of_a_dose_since_keeps_a_change_off_it(
    scope: Scope, reached: list[str]
) -> None:
    became = {"eve", "third"}
    found = touched_from(SECOND, TWO_CYCLES, "cycle 1 day 8", scope, became=became)
    assert [d.id for d in found] == reached


def test_what_was_given_is_touched_by_nothing_and_cannot_be_named() -> None:
    given = [replaced(d, state="given") if d.id == "second" else d for d in TWO_CYCLES]
    assert [d.id for d in touched(given, "pulses cycle 1 day 1", "this cycle")] == ["first", "eve"]
    alone = [d for d in given if d.id != "eve"]
    with pytest.raises(InputError) as refused:
        touched(alone, "pulses cycle 1 day 8", "this day")
    assert str(refused.value) == (
        'from: "pulses cycle 1 day 8" cannot be changed: it is given; '
        "name a dose that is still planned"
    )
