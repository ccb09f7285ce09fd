"""Relative dose intensity: what was given in its time, beside what was planned."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.changes import Defer, Omit, Record
from schedules.review.intensity import Intensity, intensities
from tests.support.planning import RITUXIMAB, library, planned

SAID: dict[str, Any] = {
    "why": "neutrophils",
    "who": "AB",
    "when": dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC),
}
DOSES = [f"induction cycle 1 day {day}" for day in (1, 8, 15, 22)]


def given(at: str, day: str, amount: str = "700 mg") -> Record:
    return Record.model_validate(
        {"at": at, "item": "rituximab", "on": day, "amount": amount} | SAID
    )


def course(*changes: object) -> Course:
    plan = planned(RITUXIMAB).model_copy(update={"changes": list(changes)})
    return work_out(plan, library())


def rituximab(*changes: object) -> Intensity:
    (found,) = (one for one in intensities(course(*changes)) if one.drug == "rituximab")
    return found


def test_a_course_as_planned_is_whole_and_one_dose_has_no_time() -> None:
    whole = rituximab(given(DOSES[0], "2026-11-30"), given(DOSES[1], "2026-12-07"))
    assert whole.percent == pytest.approx(100)
    assert not intensities(course(given(DOSES[0], "2026-11-30")))


def test_a_delay_lowers_it() -> None:
    # 1400 mg in 14 days in the place of 1400 mg in 7 days: half.
    late = rituximab(
        given(DOSES[0], "2026-11-30"),
        Defer(at=DOSES[1], by_days=7, scope="later", **SAID),
        given(DOSES[1], "2026-12-14"),
    )
    assert (late.given_days, late.planned_days) == (14, 7)
    assert late.percent == pytest.approx(50)


def test_a_dose_that_was_left_out_and_a_lower_one_lower_it() -> None:
    # Three were planned up to 14 December, 2100 mg; 700 mg and 350 mg were given: half.
    less = rituximab(
        given(DOSES[0], "2026-11-30"),
        Omit(at=DOSES[1], scope="this day", **SAID),
        given(DOSES[2], "2026-12-14", "350 mg"),
    )
    assert less.percent == pytest.approx(50)
