"""The views of a course: cycles by days, runs of equal doses, the steps of a taper."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from streamlit.testing.v1 import AppTest

from schedules.course.course import Course
from schedules.outputs.table import dated_rows
from schedules.review.summary import timeline
from screens.marks import render, table, with_whole_dates
from screens.parts.charts import bars_form, doses_form
from screens.parts.course_table import dates_of, fold
from screens.parts.cycle_grid import columns_of
from screens.parts.timeline import bands_of, steps_of
from screens.state import clock
from tests.support.driving import PATIENT, filled, opened, shown, type_in
from tests.support.planning import CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN, THIOCTIC, course_of, example_of

# What a button opens, by the day of its cycle, and the day that stands on it.
DOSE = re.compile(r'data-dose="[^"]*/1/(\d+)/[^"]*"[^>]*><span class="whole">([^<]*)</span>')


def test_equal_doses_of_days_in_a_row_share_a_row() -> None:
    runs = fold(dated_rows(course_of(THIOCTIC)))
    # 10 days by vein from 30 November, then a month by mouth up to 9 January
    assert [(run[0]["date"], run[-1]["date"], len(run)) for run in runs] == [
        ("2026-11-30", "2026-12-09", 10),
        ("2026-12-10", "2027-01-09", 31),
    ]


@pytest.mark.hazard("H314")
def test_each_day_of_a_folded_run_opens_the_dose_of_that_day() -> None:
    run = fold(dated_rows(course_of(THIOCTIC)))[0]
    buttons = DOSE.findall(render(dates_of(run, opens=True)))
    # the first, the last, and each: day 1 by vein is Monday, 30 November, day 10 is 9 December
    days = [
        ("1", "Mon 30-Nov-2026"),
        ("2", "Tue 01-Dec-2026"),
        ("3", "Wed 02-Dec-2026"),
        ("4", "Thu 03-Dec-2026"),
        ("5", "Fri 04-Dec-2026"),
        ("6", "Sat 05-Dec-2026"),
        ("7", "Sun 06-Dec-2026"),
        ("8", "Mon 07-Dec-2026"),
        ("9", "Tue 08-Dec-2026"),
        ("10", "Wed 09-Dec-2026"),
    ]
    assert buttons == [days[0], days[-1], *days]
    assert DOSE.findall(render(dates_of(run, opens=False))) == []


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


def test_the_name_of_a_phase_has_the_room_up_to_the_next() -> None:
    # 10 days by vein, then 30 by mouth: a quarter of the width, and three
    first, second, end = dt.date(2026, 12, 1), dt.date(2026, 12, 11), dt.date(2027, 1, 10)
    bands = bands_of([("intravenous", first, second), ("oral", second, end)])
    assert [band["room"] for band in bands] == [0.25, 0.75]
    # Three plans of one patient, two of which begin on one day
    plans = bands_of([("plan 1", first, second), ("plan 2", first, end), ("plan 3", second, end)])
    assert [band["name"] for band in plans] == ["plan 1, plan 2", "", "plan 3"]
    assert bands_of([]) == []
    names = doses_form("mg", "#000000", stepped=False, opens=False)["layer"][1]["mark"]
    assert names["limit"] == {"expr": "max(1, datum.room * width - 4)"}
    # "oral" takes about 27 px; what has no room for four letters is left out
    assert names["opacity"] == {"expr": "datum.room * width < 32 ? 0 : 1"}


@pytest.fixture
def grid() -> AppTest:
    app = filled(opened(), PATIENT)
    app.session_state["view-of-course"] = "Cycles"
    return app.run()


def test_a_cycle_is_a_row_and_a_day_of_it_a_column(grid: AppTest) -> None:
    text = shown(grid)
    assert "Cycles and days: induction Day 1 Day 8 Day 15 Day 22 Cycle 1" in text
    assert re.search("Cycle 1 700 mg Mon 30-Nov-2026 700 mg Mon 07-Dec-2026", text)
    opens = re.findall(r'data-dose="[^"]*/1/(\d+)/[^>]*aria-label="([^"]*)"', bodies(grid))
    assert opens == [
        ("1", "700\u00a0mg rituximab, planned, Mon 30-Nov-2026"),
        ("8", "700\u00a0mg rituximab, planned, Mon 07-Dec-2026"),
        ("15", "700\u00a0mg rituximab, planned, Mon 14-Dec-2026"),
        ("22", "700\u00a0mg rituximab, planned, Mon 21-Dec-2026"),
    ]


def bodies(app: AppTest) -> str:
    """Return the page as it is written, tags and all."""
    return " ".join(one.proto.body for one in app.html)


def test_where_no_drug_is_given_the_sessions_stay_in_sight_and_nothing_is_summed_up() -> None:
    app = filled(opened(), PATIENT, regimen="haemodialysis-thrice-weekly")
    text = shown(type_in(app, "How many stretches of 28 days?", "1"))
    # three sessions a week for four weeks
    assert "haemodialysis session 12 times Entries Calendar Cycles Timeline Table Downloads" in text
    assert "Course totals" not in text


def test_of_many_steps_the_first_and_that_of_today_are_shown_and_the_rest_unfolds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def steps_of_card(app: AppTest) -> tuple[list[str], list[str]]:
        at_once, folded = shown(app).split(" 4 steps and 2 reviews more ")
        step = re.compile(r"step (\d) dantrolene")
        return step.findall(at_once), step.findall(folded)

    app = filled(opened(), {**PATIENT, "Age": "28 years"}, regimen="dantrolene-uk")
    assert steps_of_card(app) == (["1", "2", "3"], ["4", "5", "6", "7"])
    # A step is a week: the fifth goes from Mon 28-Dec-2026 to Sun 03-Jan-2027.
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 12, 30, 9, tzinfo=dt.UTC))
    assert steps_of_card(app.run()) == (["1", "2", "5"], ["3", "4", "6", "7"])


def test_what_is_ticked_before_the_doses_stands_beneath_the_views_and_what_warns_above() -> None:
    app = filled(opened(), PATIENT)
    text = shown(app)
    assert text.index("No finding stops or warns") < text.index("Click a dose")
    assert text.index("Click a dose") < text.index("Before the doses") < text.index("Course totals")
    # A word that is not known warns, and is answered before the calendar.
    warned = shown(type_in(app, "Conditions", "qux"))
    assert 0 < warned.index("nothing was checked about it") < warned.index("Click a dose")


def test_no_date_is_broken_at_the_end_of_a_line_and_no_empty_cell_heads_a_row() -> None:
    said = render(*with_whole_dates("IgG: no result, due by Mon 30-Nov-2026"))
    assert said == 'IgG: no result, due by <span class="whole">Mon 30-Nov-2026</span>'
    assert with_whole_dates("") == []
    rows = render(table(["Dose", "Day"], [["1", "Monday"], ["", "Friday"]], caption="Doses"))
    assert '<th scope="row">1</th>' in rows
    assert '<td></td><td data-head="Day">Friday</td>' in rows


def test_the_axis_of_weekly_bars_names_days_on_which_one_begins() -> None:
    # ten weeks from a Wednesday: every second is named, as there is room for six
    first = dt.date(2026, 12, 2)
    starts = tuple((first + dt.timedelta(weeks=week)).isoformat() for week in range(10))
    form = bars_form("Visits", "#000000", starts)
    named = [layer["encoding"]["x"]["axis"]["values"] for layer in form["layer"]]
    wednesdays = ["2026-12-02", "2026-12-16", "2026-12-30", "2027-01-13", "2027-01-27"]
    assert named == [wednesdays, wednesdays]


def test_days_that_hold_the_same_share_a_column_where_they_follow_each_other_evenly() -> None:
    def columns(course: Course, phase: str) -> list[list[int]]:
        return list(columns_of([row for row in course.every if row.phase == phase]))

    # 8 weeks of each second day: the last dose is on day 55, the decision on day 56
    taper = example_of("prednisolone-alternate-days")
    assert columns(taper, "full dose") == [list(range(1, 56, 2)), [56]]
    assert columns(course_of(THIOCTIC), "intravenous") == [list(range(1, 11))]
    # a week apart, or two alone that do not follow each other, each is a day to come in
    assert columns(course_of(IMMUNOGLOBULIN), "course") == [[1, 2, 3], [4, 5]]
    pulses = example_of("cyclophosphamide-euvas")
    assert columns(pulses, "pulses") == [[1], [15], [29], [50], [71], [92]]
    exchanges = example_of("plasma-exchange-gbs-2")
    assert columns(exchanges, "exchanges") == [[1], [3]]


def test_a_row_says_beneath_what_it_belongs_to() -> None:
    app = filled(opened(), PATIENT)
    app.session_state["view-of-course"] = "Table"
    head = "Dose Day Time Amount Drug Phase In all by then Status"
    first = "1 Mon 30-Nov-2026 09:00 visit 09:00 to 12:30 700 mg rituximab intravenous infusion"
    text = shown(app.run())
    assert head in text
    assert f"{first} induction cycle 1, day 1 700 mg planned" in text
