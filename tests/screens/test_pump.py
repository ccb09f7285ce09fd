"""The Pump screen: the steps of an infusion, the present one, pauses and reactions."""

from __future__ import annotations

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from screens.state import clock
from tests.support.driving import PATIENT, filled, opened, shown, type_in

MONDAY = dt.datetime(2026, 11, 30, 9, 40, tzinfo=dt.UTC)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """A clock whose hands a test moves: the last time in the list is now."""
    times = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times


def rituximab(start: str = "09:00") -> AppTest:
    app = opened("pump")
    app = app.selectbox(key="pump-drug").select("rituximab").run()
    app = app.selectbox(key="pump-ladder").select("rituximab-first").run()
    app = app.radio(key="pump-bag").set_value("everything").run()
    for label, text in (
        ("Label, no name", "ward-7"),
        ("Dose", "700 mg"),
        ("Volume of the bag", "500 mL"),
        ("Starts at", start),
    ):
        if text:
            app = type_in(app, label, text)
    return app


def press(app: AppTest, key: str) -> AppTest:
    app = app.button(key=key).click().run()
    assert not app.exception
    return app


def test_nothing_is_filled_in_and_no_ladder_is_chosen_beforehand() -> None:
    app = opened("pump")
    assert {field.value for field in app.text_input} == {""}
    assert app.radio(key="pump-bag").value is None
    assert "From a bag to the steps of a pump" in shown(app)
    app = app.selectbox(key="pump-drug").select("rituximab").run()
    assert app.selectbox(key="pump-ladder").value is None


def test_what_is_missing_is_listed_in_the_place_of_the_steps() -> None:
    text = shown(type_in(opened("pump"), "Dose", "700 mg"))
    for needed in ("Label:", "What the bag holds:", "Order:"):
        assert needed in text
    assert "mL/h" not in text


def test_the_present_step_is_marked_and_the_next_change_counted_down(
    hands: list[dt.datetime],
) -> None:
    text = shown(rituximab())
    assert "700 mg" in text
    assert "3 h 30 min in all, ends 12:30" in text
    assert "71.4 mL/h Next: 107.1 mL/h in 20 min 00 s, at 10:00" in text
    assert "09:30 now 71.4 mL/h 100 mg/h 30 min 53.57 mL by its end" in text
    hands.append(MONDAY.replace(hour=12, minute=29))
    assert "Next: empty in 1 min 00 s, at 12:30" in shown(rituximab())


@pytest.mark.hazard("H40")
def test_a_changed_entry_forgets_the_stops_of_the_infusion_before(
    hands: list[dt.datetime],
) -> None:
    app = press(rituximab(), "pump-pause")
    assert "Paused since 09:40" in shown(app)
    hands.append(MONDAY.replace(minute=55))
    app = press(app, "pump-go-on")
    assert "3 h 45 min in all, ends 12:45" in shown(app)
    app = type_in(app, "Dose", "800 mg")
    assert "paused" not in shown(app)
    assert "3 h 45 min in all, ends 12:45" in shown(app)  # 800 mg: 700 mg in 210 min, 15 min more
    assert "mL/h" not in shown(type_in(app, "Dose", "8"))


def test_after_a_reaction_the_rest_runs_at_half_the_rate(hands: list[dt.datetime]) -> None:
    app = press(rituximab(), "pump-reaction")
    assert "Reaction: the pump is stopped since 09:40. It goes on at 35.7 mL/h." in shown(app)
    hands.append(MONDAY.replace(hour=10, minute=10))
    app = press(app, "pump-go-on")
    assert "10:10 now 35.7 mL/h 50 mg/h" in shown(app)


def test_an_infusion_that_is_too_fast_shows_no_rate(hands: list[dt.datetime]) -> None:
    app = opened("pump")
    app = app.selectbox(key="pump-drug").select("thioctic-acid").run()
    app = app.selectbox(key="pump-ladder").select("thioctic-acid-as-stated").run()
    app = app.radio(key="pump-bag").set_value("everything").run()
    for label, text in (
        ("Label, no name", "ward-7"),
        ("Dose", "600 mg"),
        ("Length", "10 min"),
        ("Volume of the bag", "250 mL"),
    ):
        app = type_in(app, label, text)
    assert "60 mg/min is above the highest rate, 50 mg/min." in shown(app)
    assert "mL/h" not in shown(app)


def test_a_dose_of_the_planned_course_fills_the_form_and_proposes_a_ladder() -> None:
    app = filled(opened(), {**PATIENT, "Age": "48 years"})
    app = app.radio(key="plan-sex").set_value("male").run()
    app = app.switch_page("screens/pump.py").run()
    field = app.selectbox(key="pump-planned")
    assert len(field.options) == 4
    app = field.select_index(1).run()
    assert not app.exception
    assert app.text_input(key="pump-dose").value == "700 mg"
    assert app.text_input(key="pump-label").value == "ward-7"
    assert app.selectbox(key="pump-ladder").value is None
    assert "Dose 2 of 4 in this course: a later infusion, so rituximab-later is proposed." in (
        shown(app)
    )
