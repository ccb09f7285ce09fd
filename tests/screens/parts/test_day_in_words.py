"""A day is said in words or with points, and stands as a date from then on."""

from __future__ import annotations

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from screens.parts.day_in_words import day_in_words
from tests.support.driving import opened, shown, type_in

FRIDAY = dt.date(2026, 11, 27)


def test_each_way_to_say_a_day_is_understood() -> None:
    # counted on a calendar of the end of 2026, in which 27 November is a Friday
    said = {
        "30.11.2026": "2026-11-30",
        "1.2.2027": "2027-02-01",
        "today": "2026-11-27",
        "Tomorrow": "2026-11-28",
        "yesterday": "2026-11-26",
        "next Monday": "2026-11-30",
        " next  friday ": "2026-12-04",
        "in 1 day": "2026-11-28",
        "in 10 days": "2026-12-07",
        "in 1 week": "2026-12-04",
        "in 2 weeks": "2026-12-11",
    }
    assert {text: f"{day_in_words(text, FRIDAY)}" for text in said} == said


def test_what_could_be_two_days_or_none_is_left_to_the_reader_of_dates() -> None:
    texts = [
        "",
        "11/30/2026",
        "30.11.26",
        "31.02.2026",
        "Monday",
        "next week",
        "3 days",
    ]
    assert [text for text in texts if day_in_words(text, FRIDAY) is not None] == []


@pytest.fixture
def app() -> AppTest:
    return opened()


@pytest.mark.hazard("H284")
def test_a_day_said_in_words_is_kept_as_a_date(app: AppTest) -> None:
    app = type_in(app, "First day", "tomorrow")
    entries = app.session_state["posology"].plan
    kept = dt.date.fromisoformat(entries.first_day)
    assert app.text_input(key="plan-first_day").value == kept.isoformat()
    assert f"= {kept:%A %d-%b-%Y}, in 1 day" in shown(app)


def test_a_day_that_is_picked_stands_in_the_field(app: AppTest) -> None:
    app = app.date_input(key="plan-first_day-picked").set_value(dt.date(2026, 11, 30)).run()
    assert not app.exception
    assert app.session_state["posology"].plan.first_day == "2026-11-30"
    app = type_in(app, "First day", "2.12.2026")
    assert app.text_input(key="plan-first_day").value == "2026-12-02"
    assert app.date_input(key="plan-first_day-picked").value == dt.date(2026, 12, 2)
