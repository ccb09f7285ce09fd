"""What is said of a course that was moved, or whose patient was weighed again."""

from __future__ import annotations

import datetime as dt

import pytest

from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.drift import is_outside
from schedules.course.work_out import work_out
from schedules.knowledge.medicine import Window
from schedules.plans.changes import AddCourse, Adjust, Defer, Omit, Record, Reweigh
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    codes,
    example_of,
    library,
    man,
    planned,
    shelved,
    text_of,
)

WINDOW = {"least_gap": "5 days", "source": "made"}


def said_of(found: Course, code: str) -> list[str]:
    return [ordinary_spaces(one.text) for one in found.findings if one.code == code]


@pytest.mark.parametrize(
    ("sides", "outside"),
    [
        ({"early": "1 day", "late": "2 days"}, [-3, -2, 3]),
        ({"early": "2 days", "late": "1 day"}, [-3, 2, 3]),
        # what is not stated has no end
        ({"late": "2 days"}, [3]),
        ({"early": "2 days"}, [-3]),
    ],
)
def test_each_side_of_a_window_is_its_own(sides: dict[str, str], outside: list[int]) -> None:
    window = Window.model_validate({**WINDOW, **sides})
    assert [days for days in range(-3, 4) if is_outside(window, days)] == outside


def test_a_dose_that_was_left_out_is_no_neighbour() -> None:
    # weekly from 30 November; the third, brought forward by 4 days to 10 December, is 3 days after
    # the second, which is left out, and 10 after the first
    left_out = Omit(at="induction cycle 1 day 8", scope="this day", **SAID)
    forward = Defer(at="induction cycle 1 day 15", by_days=-4, scope="this day", **SAID)
    assert "window.least_gap" not in codes(changed(planned(RITUXIMAB), left_out, forward))
    (text,) = said_of(changed(planned(RITUXIMAB), forward), "window.least_gap")
    assert "is 3 days after the dose before it; at least 5 days must lie between them." in text


@pytest.mark.parametrize(
    ("fourth", "first", "is_too_near"), [(0, -1, True), (0, 1, False), (1, 1, False)]
)
def test_a_next_phase_may_begin_as_near_as_the_plan_has_it(
    fourth: int, first: int, is_too_near: bool
) -> None:
    # the fourth weekly dose is on 21 December, the first of 1,200 mg on the 28th, 7 days later, of
    # which two doses are at least 12 days apart: a day later, or both, are not nearer than planned
    days = {"weekly cycle 1 day 22": fourth, "maintenance cycle 1 day 1": first}
    moves = [Defer(at=at, by_days=by, scope="this day", **SAID) for at, by in days.items() if by]
    plan = example_of("eculizumab").plan.model_copy(update={"changes": moves})
    found = work_out(plan, shelved("eculizumab"))
    assert ("window.least_gap" in codes(found, "STOP")) is is_too_near


def test_a_dose_may_come_as_near_as_the_least_gap() -> None:
    # weekly, of which two are at least 5 days apart
    nearer = [
        Defer(at="induction cycle 1 day 15", by_days=by, scope="this day", **SAID)
        for by in (-2, -3)
    ]
    stopped = ["window.least_gap" in codes(changed(planned(RITUXIMAB), one)) for one in nearer]
    assert stopped == [False, True]


def test_what_is_said_of_a_second_course_has_the_source_of_its_regimen() -> None:
    known = library().knowledge_for(library().regimen(RITUXIMAB))
    added = AddCourse(
        regimen=known[f"regimens/{RITUXIMAB}"],
        drugs=[known["drugs/rituximab"]],
        first_day=dt.date(2026, 12, 7),
        choices={},
        **SAID,
    )
    late = Defer(at="pulses cycle 6 day 1", by_days=15, scope="this day", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), added, late)
    (one,) = [one for one in found.findings if one.code == "window.late"]
    assert "15 days later than planned; the window allows 14 days late." in ordinary_spaces(
        one.text
    )
    own = library().regimen(CYCLOPHOSPHAMIDE).source("french cyclophosphamide table 7")
    assert (one.level, one.source) == ("WARN", own)


def test_two_doses_too_near_stop_a_plan_and_warn_of_what_was_given() -> None:
    near = Defer(at="induction cycle 1 day 8", by_days=-4, scope="this day", **SAID)
    given = Record(at="induction cycle 1 day 8", on=dt.date(2026, 12, 3), **SAID)
    for change, level in ((near, "STOP"), (given, "WARN")):
        found = changed(planned(RITUXIMAB), change)
        told = [one.level for one in found.findings if one.code == "window.least_gap"]
        # 30 November and 3 December; 14 December is 11 days after
        assert told == [level]


def test_a_day_is_one_day() -> None:
    # the last of four weekly doses, two days early: the window allows one
    change = Defer(at="induction cycle 1 day 22", by_days=-2, scope="this day", **SAID)
    (text,) = said_of(changed(planned(RITUXIMAB), change), "window.early")
    assert "is 5 days after the dose before it, 2 days earlier than planned" in text
    near = Defer(at="induction cycle 1 day 22", by_days=-6, scope="this day", **SAID)
    (text,) = said_of(changed(planned(RITUXIMAB), near), "window.least_gap")
    assert "is 1 day after the dose before it" in text


def reweighed(day: str, weight: str, doses: str = "kept") -> Reweigh:
    return Reweigh.model_validate(
        {"from_day": dt.date.fromisoformat(day), "weight": weight, "doses": doses, **SAID}
    )


def test_a_little_more_than_a_tenth_of_the_weight_is_named() -> None:
    # 77.04 kg are 10.06 % more than 70 kg; the site tolerates 10 %
    found = changed(planned(CYCLOPHOSPHAMIDE), reweighed("2027-01-01", "77.04 kg"))
    assert "changed by +10.1 % since the plan, from 70 kg to 77.04 kg" in ordinary_spaces(
        text_of(found, "weight.changed")
    )


def test_a_dose_on_the_day_of_the_weighing_is_compared_and_told_by_how_much() -> None:
    # sqrt(98 x 175 / 3600) = 2.182633 m2: 2,182.6 mg; 1,850 mg lie 15.2 % below
    found = changed(planned(CYCLOPHOSPHAMIDE), reweighed("2027-01-25", "98 kg"))
    (text,) = said_of(found, "dose.total_deviation")
    assert "dose.total_deviation" in codes(found, "WARN")
    assert "25-Jan-2027" in text
    assert "1,850 mg lies -15.2 % from the dose for the newest measurements, more than 10 %" in text


def test_each_drug_of_a_course_is_compared_once() -> None:
    known = library().knowledge_for(library().regimen(RITUXIMAB))
    added = AddCourse(
        regimen=known[f"regimens/{RITUXIMAB}"],
        drugs=[known["drugs/rituximab"]],
        first_day=dt.date(2027, 1, 4),
        choices={},
        **SAID,
    )
    heavier = reweighed("2027-01-01", "98 kg")
    texts = said_of(changed(planned(CYCLOPHOSPHAMIDE), added, heavier), "dose.total_deviation")
    # the first of each after the weighing: 4 January of the one, 25 January of the other
    assert [day for day in ("04-Jan", "11-Jan", "18-Jan", "25-Jan", "22-Feb") if day in str(texts)]
    assert len(texts) == 2
    assert "04-Jan-2027" in texts[0]
    assert "25-Jan-2027" in texts[1]


def test_a_dose_that_somebody_decided_is_not_compared() -> None:
    heavier = reweighed("2027-01-01", "98 kg")
    for decided in ({"amount": "1500 mg"}, {"percent": 75, "of": "standard dose"}):
        own = Adjust.model_validate({"at": "cycle 3 day 1", "scope": "later", **decided, **SAID})
        found = changed(planned(CYCLOPHOSPHAMIDE), own, heavier)
        assert said_of(found, "dose.total_deviation") == []
    # one that goes by the newest weight already fits it
    again = reweighed("2027-01-01", "98 kg", "worked out again")
    assert said_of(changed(planned(CYCLOPHOSPHAMIDE), again), "dose.total_deviation") == []


def test_a_weight_that_was_not_there_before_has_not_changed() -> None:
    plan = planned(THIOCTIC, who=man(weight=""))
    found = changed(plan, reweighed("2026-12-07", "98 kg"))
    assert "weight.changed" not in codes(found)
