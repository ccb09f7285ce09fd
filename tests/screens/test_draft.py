"""What is typed is kept: for a new session that knows the id, and for no other."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from records.drafts import FILE
from records.roles import Actor
from screens.state import clock
from tests.support.driving import (
    APP,
    PATIENT,
    at_pump,
    dose,
    filled,
    opened,
    running_infusion,
    shown,
    type_in,
    unfold,
)
from tests.support.signing_in import sign_in_as


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    return tmp_path


def named(app: AppTest) -> str:
    """Return the id in the address, or nothing."""
    found = app.query_params.get("draft", "")
    return found if isinstance(found, str) else found[0]


def reloaded(query: dict[str, str], page: str = "plan") -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params.update(query)
    app = app.run()
    app = app.switch_page(f"screens/{page}.py").run()
    assert not app.exception
    return app


def entry(app: AppTest, label: str) -> str | None:
    return next(field.value for field in app.text_input if field.label == label)


def kept(folder: Path) -> int:
    if not (folder / FILE).exists():
        return 0
    with closing(sqlite3.connect(folder / FILE)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM drafts").fetchone()
    return int(count)


def test_a_course_is_found_again_by_the_address_and_by_nobody_else() -> None:
    before = filled(opened(), PATIENT)
    assert "Kept as a draft at" in shown(before)
    after = reloaded({"draft": named(before)})
    assert dose(after) == "700 mg"
    assert entry(after, "Label, no name") == "ward-7"
    for query in ({}, {"draft": "guessed"}):
        other = reloaded(query)
        assert (dose(other), entry(other, "Weight"), named(other)) == ("", "", "")
        assert "Kept as a draft" not in shown(other)


def test_nothing_of_the_patient_stands_in_the_address() -> None:
    app = filled(opened(), PATIENT)
    assert set(app.query_params) == {"draft"}
    assert not any(word in named(app) for word in ("ward-7", "70", "rituximab"))


def test_an_empty_page_keeps_nothing_and_a_cleared_one_discards(folder: Path) -> None:
    app = opened()
    assert (kept(folder), named(app)) == (0, "")
    app = type_in(app, "Weight", "70 kg")
    assert kept(folder) == 1
    app = app.button(key="clear").click().run()
    assert (kept(folder), named(app)) == (0, "")


def test_a_discarded_draft_is_deleted_and_its_page_is_empty(folder: Path) -> None:
    before = filled(opened(), PATIENT)
    after = reloaded({"discard": named(before)})
    assert (kept(folder), entry(after, "Weight"), named(after)) == (0, "", "")


def test_two_windows_of_one_address_never_show_each_other_s_patient() -> None:
    first = filled(opened(), PATIENT)
    second = type_in(reloaded({"draft": named(first)}), "Weight", "71 kg")
    first = type_in(first, "Weight", "3 kg")
    assert named(first) != named(second)
    assert entry(reloaded({"draft": named(second)}), "Weight") == "71 kg"
    assert entry(reloaded({"draft": named(first)}), "Weight") == "3 kg"


def test_a_change_that_is_not_saved_is_found_again_where_it_was_made() -> None:
    app = filled(opened(), PATIENT)
    app = app.button(key="ask-change").click().run()
    box = next(box for box in app.selectbox if box.label == "Dose")
    app = box.select_index(1).run()
    for name, value in (("kind", "omit"), ("scope", "this day")):
        group = next(one for one in app.button_group if str(one.key).endswith(f"-{name}"))
        app = group.set_value(value).run()
    for label, text in (("Reason", "neutrophils 0.9"), ("Who decides", "AB")):
        app = type_in(app, label, text)
    typed = reloaded({"draft": named(app)})
    assert entry(typed, "Reason") == "neutrophils 0.9"
    confirm = next(one for one in typed.button if one.label == "Confirm this change")
    changed = confirm.click().run()
    assert not changed.exception
    again = reloaded({"draft": named(changed)})
    assert "History" in shown(again)
    assert "neutrophils 0.9" in shown(unfold(again))


def test_a_dose_alone_is_found_again_by_the_address(folder: Path) -> None:
    app = opened("calculate")
    for label, text in (("Weight", "70 kg"), ("Height", "175 cm"), ("Dose rate", "375 mg/m2")):
        app = type_in(app, label, text)
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    # sqrt(70 x 175 / 3600) is 1.8447 m2
    assert dose(app) == "691.75 mg"
    again = reloaded({"draft": named(app)}, "calculate")
    assert dose(again) == "691.75 mg"
    assert (entry(again, "Weight"), entry(again, "Dose rate")) == ("70 kg", "375 mg/m2")
    app = reloaded({"discard": named(app)}, "calculate")
    assert (kept(folder), entry(app, "Weight"), named(app)) == (0, "", "")


def test_what_is_handed_over_is_a_draft_no_longer_and_a_running_infusion_stays(
    folder: Path,
) -> None:
    app = filled(opened(), PATIENT).switch_page("screens/pump.py").run()
    app = type_in(app, "Volume of the bag", "500 mL")
    assert kept(folder) == 2
    app = app.switch_page("screens/check.py").run()
    app = type_in(app, "Your name or initials", "A. Planner")
    app = app.radio(key="check-role").set_value("planner").run()
    app = app.button(key="check-hand-over").click().run()
    assert "Saved: version 1" in shown(app)
    assert kept(folder) == 1
    again = reloaded({"draft": named(app)}, "pump")
    assert entry(again, "Volume of the bag") == "500 mL"


@pytest.mark.hazard("H263")
def test_a_running_infusion_is_found_again_with_its_pause_and_the_right_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = [dt.datetime(2026, 11, 30, 9, 40, tzinfo=dt.UTC)]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    app = opened("pump")
    app = app.selectbox(key="pump-drug").select("rituximab").run()
    app = app.selectbox(key="pump-ladder").select("rituximab-first").run()
    app = app.radio(key="pump-bag").set_value("everything").run()
    for label, text in (
        ("Label, no name", "ward-7"),
        ("Dose", "700 mg"),
        ("Volume of the bag", "500 mL"),
        ("Starts at", "09:00"),
    ):
        app = type_in(app, label, text)
    app = at_pump(app, "pause")
    times.append(times[-1] + dt.timedelta(minutes=10))
    again = reloaded({"draft": named(app)}, "pump")
    assert entry(again, "Starts at") == "09:00"
    (stop,) = again.session_state["posology"].pump.stops
    assert (stop.at, stop.until) == (40.0, None)
    assert running_infusion(again)["halt"] == {"act": "pause", "at": stop.at}


@pytest.mark.parametrize(
    ("page", "title", "field"),
    [("plan", "Plan", "Height"), ("calculate", "Calculate", "Height"), ("pump", "Pump", "Dose")],
)
def test_home_leads_a_signed_in_person_to_the_page_of_the_draft_with_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, page: str, title: str, field: str
) -> None:
    sign_in_as(monkeypatch, Actor(name="A. Planner", role="planner", verified=True))
    type_in(opened(page), field, "175")
    told = "".join(markup.proto.body for markup in opened("home").html)
    assert f"What you typed on {title} at " in told
    (there,) = re.findall(r'<a href="([^"]*)"[^>]*>go on with it</a>', told)
    name, _, draft = there.partition("?draft=")
    assert name == page
    assert entry(reloaded({"draft": draft}, name), field) == "175"


def test_home_leads_nobody_to_a_page_that_the_role_does_not_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in_as(monkeypatch, Actor(name="A. Planner", role="planner", verified=True))
    type_in(opened("plan"), "Weight", "70 kg")
    assert "go on with it" in shown(opened("home"))
    sign_in_as(monkeypatch, Actor(name="A. Planner", role="nurse", verified=True))
    assert "go on with it" not in shown(opened("home"))


def test_a_folder_that_cannot_be_written_is_said_and_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a file").touch()
    monkeypatch.setenv("POSOLOGY_DATA", str(folder / "a file"))
    app = filled(opened(), PATIENT)
    assert dose(app) == "700 mg"
    assert "Not kept as a draft" in shown(app)
