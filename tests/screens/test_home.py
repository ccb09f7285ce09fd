"""The Home screen: the search, three doors, what is due, what waits."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from records.database import database_url
from records.place import home_of_records
from records.roles import Actor
from records.store import Store, open_store
from screens.access import sign_in
from screens.parts.board import read_board
from screens.state import clock
from tests.support.driving import dose, opened, shown, type_in
from tests.support.planning import library
from tests.support.ward import changed_library, plan, saved, signed

FIND = "Find a disease, drug, brand, regimen or label"
DUE = "**ward-7** rituximab 700\N{NO-BREAK SPACE}mg"
TUESDAY = dt.datetime(2026, 12, 1, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened_store = open_store(database_url(os.environ, home_of_records()))
    yield opened_store
    opened_store.close()


def press(app: AppTest, words: str) -> AppTest:
    app = next(one for one in app.button if one.label.startswith(words)).click().run()
    assert not app.exception
    return app


def doors(app: AppTest) -> list[str]:
    return [one.proto.label for one in app.get("page_link")]


def test_a_first_visit_shows_three_doors_and_an_example_and_makes_no_records(folder: Path) -> None:
    app = opened("home")
    assert doors(app) == ["Calculate a dose", "Plan a course", "Check a plan"]
    assert dose(press(app, "Try an example")) == "700 mg"
    assert not (folder / "records.sqlite3").exists()


def test_what_is_found_is_opened_where_it_is_used() -> None:
    app = press(type_in(opened("home"), FIND, "IVIG"), "Immunoglobulin 0.4 g/kg a day for 5 days")
    assert app.radio(key="plan-regimen").value == "immunoglobulin-5-days"
    app = press(type_in(opened("home"), FIND, "Privigen"), "immunoglobulin: its limits")
    assert app.radio(key="library-entry").value == "drug immunoglobulin"
    assert "Nothing here is called “aspirin”" in shown(type_in(opened("home"), FIND, "aspirin"))


def test_due_overdue_and_waiting_plans_stand_there_and_one_is_opened(store: Store) -> None:
    saved(store)
    app = opened("home")
    # Four Mondays from 30 November: one is a day late, one comes on Monday.
    assert "Overdue: no record of it Due today" in shown(app)
    late, next_week = (one.label for one in app.button if one.label.startswith(DUE))
    assert (late, next_week) == (f"{DUE}, since 30-Nov, 1 day", f"{DUE}, Mon 07-Dec")
    assert "Waiting for a check (1)" in shown(app)
    assert dose(press(app, DUE)) == "700 mg"
    app = app.switch_page("screens/home.py").run()
    app = press(app, "ward-7, Rituximab")
    assert "planned 700 mg calculated a second time 700 mg, agrees" in shown(app)
    app = press(type_in(opened("home"), FIND, "ward"), "ward-7, Rituximab")
    assert dose(app) == "700 mg"


def test_a_signed_plan_does_not_wait_and_one_whose_library_changed_is_named(store: Store) -> None:
    saved(store)
    signed(store, plan())
    board = read_board(store, library(), TUESDAY.date())
    assert (board.waiting, board.changed) == ((), ())
    assert [one.label for one in board.recent] == ["ward-7"]
    changed = read_board(store, changed_library(), TUESDAY.date())
    assert [one.label for one in changed.changed] == ["ward-7"]


def test_a_plan_that_cannot_be_calculated_is_named_and_hides_no_other(store: Store) -> None:
    saved(store)
    other = plan("bed 12")
    gone = other.regimen.model_copy(update={"id": "no-longer-here"})
    saved(store, other.model_copy(update={"regimen": gone, "id": "0123456789abcdef"}))
    app = opened("home")
    assert "cannot be calculated now: bed 12" in shown(app)
    assert any(one.label.startswith(DUE) for one in app.button)


def test_a_viewer_sees_the_doors_that_a_viewer_may_open(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = Actor(name="v", role="viewer", verified=True)
    monkeypatch.setattr(sign_in, "configured", lambda: True)
    monkeypatch.setattr("screens.access.signed_in.configured", lambda: True)
    monkeypatch.setattr(sign_in.SIGN_INS, "actor", lambda cookies: viewer)
    app = opened("home")
    assert doors(app) == ["Check a plan"]
    assert "Try an example" not in {one.label for one in app.button}
