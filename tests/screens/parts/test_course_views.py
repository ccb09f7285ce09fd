"""The views of a course: cycles by days, runs of equal doses, the steps of a taper."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from schedules.outputs.table import dated_rows
from schedules.review.summary import timeline
from screens.parts.course_table import fold
from screens.parts.timeline import steps_of
from tests.support.driving import PATIENT, filled, opened, shown
from tests.support.planning import CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, THIOCTIC, course_of, example_of


def test_equal_doses_of_days_in_a_row_share_a_row() -> None:
    runs = fold(dated_rows(course_of(THIOCTIC)))
    # 10 days by vein from 30 November, then a month by mouth up to 9 January
    assert [(run[0]["date"], run[-1]["date"], len(run)) for run in runs] == [
        ("2026-11-30", "2026-12-09", 10),
        ("2026-12-10", "2027-01-09", 31),
    ]


def test_doses_that_differ_or_lie_far_apart_stand_alone() -> None:
    # 2 g/kg for 70 kg are 140 g: 30, 30, 30, 25, 25 g; two are no run
    days = fold(dated_rows(course_of(IMMUNOGLOBULIN)))
    assert [(run[0]["dose_text"], len(run)) for run in days if run[0]["dose_text"]] == [
        ("30\u00a0g", 3),
        ("25\u00a0g", 1),
        ("25\u00a0g", 1),
    ]
    pulses = fold(dated_rows(course_of(CYCLOPHOSPHAMIDE)))
    assert all(len(run) == 1 for run in pulses)


def test_a_taper_is_drawn_as_its_steps() -> None:
    course = example_of("prednisolone-daily")
    steps = steps_of(timeline(course, "prednisolone"))
    # full dose for 8 weeks, then a step each 14 days
    assert steps[0]["day"] == "2026-11-30"
    assert steps[0]["until"] == steps[1]["day"] == "2027-01-25"
    assert steps[2]["day"] == "2027-02-08"
    assert [one["dose"] for one in steps] == sorted((one["dose"] for one in steps), reverse=True)
    named = [one["text"] for one in steps if one["text"]]
    assert len(named) <= 8


def test_a_dose_that_stays_the_same_has_no_steps() -> None:
    assert steps_of(timeline(course_of(CYCLOPHOSPHAMIDE), "cyclophosphamide")) == []


@pytest.fixture
def grid() -> AppTest:
    app = filled(opened(), PATIENT)
    app.session_state["view-of-course"] = "Cycles"
    return app.run()


def test_a_cycle_is_a_row_and_a_day_of_it_a_column(grid: AppTest) -> None:
    text = shown(grid)
    assert "Cycles and days: induction Day 1 Day 8 Day 15 Day 22 Cycle 1" in text
    assert re.search("Cycle 1 700 mg Mon 30-Nov-2026 700 mg Mon 07-Dec-2026", text)
