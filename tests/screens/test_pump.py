"""The Pump screen: the steps of an infusion, the present one, pauses and reactions."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from screens.state import clock
from tests.support.driving import (
    PATIENT,
    at_pump,
    filled,
    opened,
    running_infusion,
    shown,
    told_at_pump,
    type_in,
)

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


def spaced(step: dict[str, Any]) -> dict[str, Any]:
    spaces: dict[str, Any] = json.loads(json.dumps(step).replace("\\u00a0", " "))
    return spaces


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


def test_the_browser_is_told_the_steps_and_when_the_first_began(hands: list[dt.datetime]) -> None:
    app = rituximab()
    text = shown(app)
    assert "700 mg" in text
    assert "3 h 30 min in all, ends 12:30" in text
    infusion = running_infusion(app)
    # 700 mg in 500 mL: 100 mg/h are 71.4 mL/h; 25 mg and 50 mg have run in after an hour.
    assert spaced(infusion["steps"][1]) == {
        "from": 30.0,
        "to": 60.0,
        "runs": True,
        "coming": False,
        "at": "09:30",
        "flow": "71.4 mL/h",
        "drops": "",
        "dose": "100 mg/h",
        "lasts": "30 min",
        "volume": "35.7 mL",
        "left": "482.1 mL",
        "total": "53.6 mL",
        # Half of 71.4 mL/h: the 482.14 mL that are left as the step begins take 13.5 h, the
        # 446.43 mL as it ends 12.5 h. After one more reaction a quarter, twice as long.
        "slower": {
            "flow": "35.7 mL/h",
            "drops": "",
            "dose": "50 mg/h",
            "rest": [pytest.approx(810), pytest.approx(750)],
            "slower": {
                "flow": "17.9 mL/h",
                "drops": "",
                "dose": "25 mg/h",
                "rest": [pytest.approx(1620), pytest.approx(1500)],
                "slower": None,
            },
        },
    }
    assert infusion["began"] == MONDAY.replace(hour=9, minute=0).timestamp() * 1000
    assert infusion["now"] == MONDAY.timestamp() * 1000
    assert infusion["heard"] == 40.0
    assert "ward-7" not in json.dumps(infusion)


@pytest.mark.parametrize(
    ("start", "began"),
    [
        ("00:10", MONDAY.replace(hour=0, minute=10)),
        ("23:50", MONDAY.replace(hour=23, minute=50) - dt.timedelta(days=1)),
        ("06:00", MONDAY.replace(hour=6, minute=0)),  # over at 09:30, and not to come
    ],
)
def test_an_infusion_keeps_the_day_on_which_its_start_was_written(
    hands: list[dt.datetime], start: str, began: dt.datetime
) -> None:
    hands.append(MONDAY.replace(hour=0, minute=5))
    if began.hour == 6:
        hands.append(MONDAY)
    app = rituximab(start)
    assert running_infusion(app)["began"] == began.timestamp() * 1000
    hands.append(MONDAY + dt.timedelta(hours=20))
    assert running_infusion(app.run())["began"] == began.timestamp() * 1000


def test_units_are_offered_where_a_number_stands_alone() -> None:
    app = type_in(opened("pump"), "Dose", "700")
    app = press(app, "pump-dose-in-mg")
    assert app.text_input(key="pump-dose").value == "700 mg"
    assert not [one for one in app.button if (one.key or "").startswith("pump-dose-in-")]


def test_a_reaction_is_answered_by_the_words_of_the_drug_file() -> None:
    text = shown(rituximab())
    assert "Reaction: what the file of rituximab says" in text
    assert "go on at no more than 50 % of the rate before" in text
    assert "stop or slow for a reaction, go on at no more than half the rate" in text


@pytest.mark.hazard("H40")
def test_a_changed_entry_forgets_the_stops_of_the_infusion_before(
    hands: list[dt.datetime],
) -> None:
    app = at_pump(rituximab(), "pause")
    assert "Paused since 09:40" in shown(app)
    hands.append(MONDAY.replace(minute=55))
    app = at_pump(app, "go on")
    assert "3 h 45 min in all, ends 12:45" in shown(app)
    app = type_in(app, "Dose", "800 mg")
    assert "paused" not in shown(app)
    assert "3 h 45 min in all, ends 12:45" in shown(app)  # 800 mg: 700 mg in 210 min, 15 min more
    assert "mL/h" not in shown(type_in(app, "Dose", "8"))


def test_after_a_reaction_the_rest_runs_at_half_the_rate(hands: list[dt.datetime]) -> None:
    app = at_pump(rituximab(), "reaction")
    assert "Reaction: the pump is stopped since 09:40. It goes on at 35.7 mL/h." in shown(app)
    assert [step["coming"] for step in running_infusion(app)["steps"]] == [False] * 3 + [True]
    hands.append(MONDAY.replace(hour=10, minute=10))
    app = at_pump(app, "go on")
    last = spaced(running_infusion(app)["steps"][-1])
    assert (last["at"], last["flow"], last["dose"]) == ("10:10", "35.7 mL/h", "50 mg/h")
    assert running_infusion(app)["heard"] == 70.0


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


def cyclophosphamide(*, drug: bool = True, ladder: bool = True) -> str:
    """Return what the Pump says of 750 mg in 50 L, by the label in an hour."""
    app = opened("pump")
    if drug:
        app = app.selectbox(key="pump-drug").select("cyclophosphamide").run()
    if drug and ladder:
        app = app.selectbox(key="pump-ladder").select("cyclophosphamide-1-h").run()
    else:
        app = type_in(app, "Length", "1 h")
    app = app.radio(key="pump-bag").set_value("everything").run()
    for label, text in (("Label, no name", "bed 3"), ("Dose", "750 mg")):
        app = type_in(app, label, text)
    return shown(type_in(app, "Volume of the bag", "50 L"))


def test_what_no_figure_limits_is_said_to_be_held_to_nothing() -> None:
    # The file states no strength of a bag for an hour's infusion, so that no volume is refused.
    assert (
        "The file of cyclophosphamide states no lowest strength for cyclophosphamide-1-h: "
        "volume and mL/h are held to nothing."
    ) in cyclophosphamide()
    assert "No ladder of cyclophosphamide chosen: dose, strength" in cyclophosphamide(ladder=False)
    unnamed = cyclophosphamide(drug=False)
    assert unnamed.count("No drug named: dose, strength, rate and length are held to nothing.") == 1
    # of rituximab it states 1 mg/mL to 4 mg/mL: 700 mg in 50 L are 0.014 mg/mL
    assert "held to nothing" not in shown(rituximab())


def test_a_bag_that_is_too_weak_warns_before_its_steps_and_beside_the_form() -> None:
    text = shown(type_in(rituximab(), "Volume of the bag", "50 L"))
    assert "rituximab 700 mg ! WARN Pump" in text
    assert text.count("0.014 mg/mL in the bag is weaker than 1 mg/mL.") == 1
    assert text.index("is weaker than") < text.index("Reaction: what the file of rituximab says")


def test_what_keeps_the_steps_back_is_counted_beside_the_form() -> None:
    # the label, what the bag holds, the order and the volume
    assert "No rate Still needed: 4" in shown(type_in(opened("pump"), "Dose", "700 mg"))
    assert "No rate To correct: 1" in shown(type_in(rituximab(), "Volume of the bag", "50 x"))
    assert "No rate ! STOP" in shown(type_in(rituximab(), "Dose", "7000 mg"))


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


def test_after_a_pause_it_goes_on_at_the_rate_that_ran(hands: list[dt.datetime]) -> None:
    # In a pause at 09:40 the 71.4 mL/h of 09:30 wait, not the last step of the ladder.
    text = shown(at_pump(rituximab(), "pause"))
    assert "Paused since 09:40. It goes on at 71.4 mL/h." in text
    assert "in all, ends" not in text


def test_what_had_run_in_until_it_was_stopped_for_good_is_said(hands: list[dt.datetime]) -> None:
    app = at_pump(rituximab(), "stop")
    # 30 min at 50 mg/h and 10 min at 100 mg/h are 41.67 mg, of 1.4 mg/mL 29.76 mL.
    text = shown(app)
    assert "Stopped for good since 09:40. 29.8 mL of 500 mL had run in, 41.67 mg of the drug." in (
        text
    )
    hands.append(MONDAY.replace(minute=45))
    assert "3 h 35 min in all, ends 12:35" in shown(at_pump(app, "go on"))


def test_a_stop_between_two_seconds_says_how_long_and_how_much_and_no_length_before_it_ends(
    hands: list[dt.datetime],
) -> None:
    # 24 s of 71.43 mL/h are 0.476 mL and 6.6 s 0.131 mL, after 17.857 mL in the 30 min before.
    acts = (("pause", 30.4), ("go on", 30.5), ("stop", 30.61012345612))
    app = told_at_pump(rituximab(), *({"id": act, "act": act, "at": at} for act, at in acts))
    rows = [spaced(step) for step in running_infusion(app)["steps"]]
    said = [
        tuple(row[name] for name in ("flow", "lasts", "volume", "total"))
        for row in rows
        if not row["coming"]
    ]
    assert said == [
        ("35.7 mL/h", "30 min", "17.9 mL", "17.9 mL"),
        ("71.4 mL/h", "24 s", "0.48 mL", "18.3 mL"),
        ("paused", "6 s", "", "18.3 mL"),
        ("71.4 mL/h", "7 s", "0.13 mL", "18.5 mL"),
        ("stopped for good", "", "", "18.5 mL"),
    ]


@pytest.mark.hazard("H287")
def test_what_is_told_twice_or_late_counts_once_and_in_its_place(
    hands: list[dt.datetime],
) -> None:
    app = rituximab()
    acts = [
        {"id": "a", "act": "pause", "at": 10.0},
        {"id": "b", "act": "go on", "at": 20.0},
        {"id": "c", "act": "reaction", "at": 35.0},
    ]
    for told in (acts[:1], acts, acts):
        app = told_at_pump(app, *told)
    stops = app.session_state["posology"].pump.stops
    assert [(stop.at, stop.until, stop.percent) for stop in stops] == [
        (10.0, 20.0, None),
        (35.0, None, 50),
    ]
    # What cannot have been is kept in words, and stops nothing else.
    late = [{"id": "d", "act": "pause", "at": 36.0}, {"id": "e", "act": "go on", "at": 30.0}]
    app = told_at_pump(app, *late)
    assert len(app.session_state["posology"].pump.stops) == 2
    words = "not possible at that time: pause, 36 min from the start; go on, 30 min"
    assert words in shown(app)
