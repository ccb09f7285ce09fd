"""The Home screen: the search, three doors, what is due, what waits."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from records.database import database_url
from records.place import FILE, home_of_records
from records.roles import Actor
from records.store import Store, open_store
from screens.parts.board import read_board
from screens.state import clock
from tests.support.driving import dose, opened, shown, type_in
from tests.support.planning import library
from tests.support.signing_in import sign_in_as
from tests.support.ward import changed_library, damage, plan, saved, signed

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


LINE = "ritux 375 mg/m2 70 kg 175 cm mosteller"


def test_a_dose_in_one_line_stands_beside_its_limits() -> None:
    app = type_in(opened("home"), FIND, LINE)
    first = next(one for one in app.button if str(one.key).startswith("dose-"))
    assert first.label == "Calculate rituximab 375 mg/m2 for 70 kg, 175 cm (Mosteller)"
    app = press(app, first.label)
    # sqrt(70 x 175 / 3600) is 1.8447 m2, and 375 mg/m2 of it 691.75 mg
    assert dose(app) == "691.75 mg"
    # The file's limits of one dose: 340 to 410 mg/m2 is usual.
    assert "340 mg/m2 to 410 mg/m2: 35 mg/m2 above its lowest" in shown(app)
    fields = {field.label: field.value for field in app.text_input}
    assert [fields[label] for label in ("Weight", "Height", "Dose rate")] == [
        "70 kg",
        "175 cm",
        "375 mg/m2",
    ]
    # The next one who searches finds nothing of this patient in the field.
    assert app.switch_page("screens/home.py").run().text_input(key="home-find").value == ""


def test_a_line_is_refused_by_the_field_and_not_by_home() -> None:
    app = press(type_in(opened("home"), FIND, "ritux 375 mg/m2 1,5 kg"), "Calculate rituximab")
    assert app.text_input(key="calculate-weight").value == "1,5 kg"
    assert "Has a decimal comma: write 1.5 kg" in shown(app)
    assert not dose(app)


def test_a_line_half_understood_offers_no_dose_and_says_what_was_not() -> None:
    app = type_in(opened("home"), FIND, f"{LINE} tomorrow")
    assert "Not understood: “tomorrow”. No dose is offered" in shown(app)
    assert not [one for one in app.button if str(one.key).startswith("dose-")]


def test_what_is_typed_of_a_patient_names_no_widget() -> None:
    app = type_in(opened("home"), FIND, LINE)
    assert not [one.key for one in app.button if "70" in str(one.key) and "175" in str(one.key)]


def test_a_drug_leads_to_its_dose_and_a_search_for_a_course_to_the_course_first() -> None:
    app = type_in(opened("home"), FIND, "ritux")
    labels = [one.label for one in app.button]
    assert labels.index("Calculate a dose of rituximab beside its limits") > 1
    assert labels[0].startswith("Rituximab")
    app = press(app, "Calculate a dose of rituximab")
    assert app.selectbox(key="calculate-drug").value == "rituximab"
    assert not dose(app)


def test_a_rate_of_a_regimen_is_filled_in_by_a_click_and_says_where_it_is_from() -> None:
    app = type_in(opened("home"), FIND, "ritux 70 kg 175 cm")
    app = press(app, "Calculate rituximab 375 mg/m2 for 70 kg, 175 cm, as in rituximab-weekly")
    said = "As in rituximab-weekly (under review): MabThera, EU product information, posology"
    assert said in shown(app)
    # The formula is still a person's choice.
    assert not dose(app)
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    assert dose(app) == "691.75 mg"
    # Another rate, or the same of another drug, is no longer the regimen's.
    assert said not in shown(type_in(app, "Dose rate", "376 mg/m2"))
    app = type_in(app, "Dose rate", "375 mg/m2")
    assert said in shown(app)
    assert said not in shown(app.selectbox(key="calculate-drug").select("immunoglobulin").run())


def test_due_overdue_and_waiting_plans_stand_there_and_one_is_opened(store: Store) -> None:
    saved(store)
    app = opened("home")
    # Four Mondays from 30 November: one is a day late, one comes on Monday.
    assert "Overdue: no record of it Due today" in shown(app)
    late, next_week = (one.label for one in app.button if one.label.startswith(DUE))
    assert (late, next_week) == (f"{DUE}, since 30\u2011Nov, 1 day", f"{DUE}, Mon 07\u2011Dec")
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


def test_damaged_records_leave_the_search_and_the_doors(store: Store, folder: Path) -> None:
    saved(store)
    store.close()
    damage(folder / FILE)
    app = opened("home")
    assert "put back the last good copy of their file" in shown(app)
    app = type_in(app, FIND, "IVIG")
    assert "put back the last good copy of their file" in shown(app)
    assert not app.exception


def test_a_viewer_sees_the_doors_that_a_viewer_may_open(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, Actor(name="v", role="viewer", verified=True))
    app = opened("home")
    assert doors(app) == ["Check a plan"]
    assert "Try an example" not in {one.label for one in app.button}
    # Calculate is closed to a viewer, and so is the way to it.
    app = type_in(app, FIND, LINE)
    assert not [one for one in app.button if one.label.startswith("Calculate")]
