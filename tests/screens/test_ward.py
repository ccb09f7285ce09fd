"""The Ward screen: what all saved plans take, what is cleared, what is refused, a table."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from records.store import Store
from tests.support.driving import opened, shown, type_in, unfold
from tests.support.ward import PLANNER, heavier, plan, saved
from tests.support.ward_screen import asked, choose, press, session

HEAD = "id,regimen,first_day,sex,age,weight (kg),height (cm)"
ROW = "a,rituximab-weekly,2026-11-30,male,48 years,70,175"


pytestmark = pytest.mark.usefixtures("at_once")


def test_an_empty_screen_says_what_to_do_first() -> None:
    text = shown(opened("ward"))
    assert "Choose the saved plans of a ward, or drop a table of patients." in text


def test_what_is_missing_is_named_and_nothing_is_added_up() -> None:
    app = choose(opened("ward"), "Which plans", "records")
    assert "Still needed" in shown(app)
    assert "Plans: hand one over on the Check page first" in shown(app)
    assert not [one for one in app.button if one.label.startswith("Add up")]


def test_two_plans_are_added_up(store: Store) -> None:
    """Two Mondays with 700 + 800 mg each; 7.25 and 5.25 h, as the ladder has them."""
    app = press(asked(), "Add up 2 plans")
    text = shown(app)
    assert "plans 2 doses 4 visits 4 hours in the chair 12.5" in text
    assert "Mon 30-Nov-2026 2 2 7.25 h Mon 07-Dec-2026 2 2 5.25 h" in text
    assert [one.proto.label for one in app.download_button] == [
        "Workbook (.xlsx)",
        "All tables (.csv)",
    ]


@pytest.mark.hazard("H291")
def test_a_plan_that_changes_clears_the_answer(store: Store) -> None:
    app = press(asked(), "Add up 2 plans")
    saved(store, heavier(plan()), by=PLANNER)
    app = app.run()
    assert "a plan, has changed since: add up again" in shown(app)
    assert "hours in the chair" not in shown(app)
    assert not app.download_button
    assert "visits 4" in shown(press(app, "Add up 2 plans"))


def test_another_day_clears_the_answer(store: Store) -> None:
    app = type_in(press(asked(), "Add up 2 plans"), "To", "2026-12-06")
    assert "visits" not in shown(app)
    assert "plans 2 doses 2 visits 2" in shown(press(app, "Add up 2 plans"))


def test_a_label_of_nobody_is_refused_in_words(store: Store) -> None:
    app = type_in(asked(), "Label begins with", "ward-9")
    assert "“ward-9” is how no label begins" in shown(app)
    app = type_in(app, "Label begins with", "bed 3")
    assert [one.label for one in app.button if one.label.startswith("Add up")] == ["Add up 1 plan"]


def test_what_would_be_otherwise_stands_beside_what_is_planned(store: Store) -> None:
    app = unfold(asked())
    app = app.selectbox(key="ward-kind").set_value("weekday").run()
    app = app.selectbox(key="ward-weekday-drug").set_value("rituximab").run()
    app = press(app, "Add to compare")
    assert "is no weekday" in shown(app)
    app = app.selectbox(key="ward-weekday-value").set_value("Wed").run()
    app = press(app, "Add to compare")
    assert session(app).ward.what_ifs == ["weekday=rituximab:Wed"]
    app.session_state["view-of-ward"] = "What if"
    text = shown(press(app, "Add up 2 plans"))
    assert "weekday: rituximab, Wed: it alters 2 of 2 plans." in text
    app = press(app, "Remove")
    assert session(app).ward.what_ifs == []
    assert "it alters" not in shown(app)


def test_who_can_wait_in_a_shortage_is_named_by_the_label(store: Store) -> None:
    """Until Monday 7 December: only the last of the two Mondays lies within its window."""
    app = unfold(asked())
    app = app.selectbox(key="ward-short").set_value("rituximab").run()
    app = type_in(app, "Short until", "2026-12-07")
    app.session_state["view-of-ward"] = "Who can wait"
    text = shown(press(app, "Add up 2 plans"))
    assert "Plans affected: 2. Of 0 of them everything may wait." in text
    assert "Mon 30-Nov-2026 ward-7 rituximab 700 mg its window allows at most 2 days late" in text


def in_table(*rows: str) -> AppTest:
    app = choose(asked(), "Which plans", "table")
    session(app).ward.table = "\n".join((HEAD, *rows)).encode()
    session(app).ward.table_name = "ward.csv"
    return app.run()


def test_a_table_of_patients_is_a_ward() -> None:
    app = press(in_table(ROW, ROW.replace("70,175", "95,175")), "Add up 2 plans")
    assert "plans 2 doses 4 visits 4 hours in the chair 12.5" in shown(app)


def test_a_wrong_row_is_named_and_left_out_by_its_number() -> None:
    app = press(in_table(ROW, ROW.replace("70,175", "heavy,175")), "Add up 2 plans")
    assert "Nothing is added up until these rows hold" in shown(app)
    assert "row 3, weight" in shown(app)
    app = press(type_in(app, "Leave out rows", "3"), "Add up 1 plan")
    assert "plans 1 doses 2" in shown(app)


def test_rows_are_left_out_by_their_number_alone() -> None:
    """The head is row 1: two patients are rows 2 and 3."""
    app = type_in(in_table(ROW, ROW), "Leave out rows", "2, 4, first")
    text = shown(app)
    assert "Leave out rows: “4” is no row of the table" in text
    assert "“first” is no row of the table; write a number from 2 to 3" in text
    assert "leaves no row" in shown(type_in(app, "Leave out rows", "2 3"))


def test_what_is_no_table_is_refused() -> None:
    app = choose(asked(), "Which plans", "table")
    session(app).ward.table, session(app).ward.table_name = b"\x00\xff", "../ward.csv"
    assert "cannot be read" in shown(app.run())
