"""The Check screen: another person signs this content, and a change makes the signature void."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.driving import APP, PATIENT, filled, shown, type_in


@pytest.fixture(autouse=True)
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))


def app_opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


def page(app: AppTest, name: str) -> AppTest:
    app = app.switch_page(f"screens/{name}.py").run()
    assert not app.exception
    return app


def acting(app: AppTest, who: str, role: str) -> AppTest:
    app = type_in(app, "Your name or initials", who)
    app = app.radio(key="check-role").set_value(role).run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app = app.button(key=key).click().run()
    assert not app.exception
    return app


def ticked(app: AppTest) -> AppTest:
    for box in app.checkbox:
        box.check()
    app = app.run()
    assert not app.exception
    return app


def handed_over() -> AppTest:
    app = page(filled(app_opened(), PATIENT), "check")
    text = shown(app)
    assert "planned 700 mg calculated a second time 700 mg, agrees" in text
    assert "120.53 mg/m2 below its highest" in text
    assert "Not checked by a pharmacist" in text
    return press(acting(app, "CD", "planner"), "check-hand-over")


def test_the_screen_says_first_what_to_do() -> None:
    assert "Make a plan on the Plan screen" in shown(page(app_opened(), "check"))


@pytest.mark.hazard("H77")
def test_a_plan_is_signed_by_another_person_and_void_after_a_change() -> None:
    app = press(ticked(acting(handed_over(), "AB", "pharmacist")), "check-signed")
    assert "Checked by AB (unverified), pharmacist" in shown(app)
    app = page(app, "plan")
    assert "this content" in shown(app)
    # The same plan with another clock time is another content.
    clock = next(field for field in app.text_input if (field.key or "").startswith("plan-time-"))
    app = clock.set_value("10:30").run()
    assert "void: checked by AB (unverified), pharmacist" in shown(app)
    app = page(app, "check")
    assert "Void: checked by AB" in shown(app)
    assert "the plan has changed" in shown(app)
    assert "Changed since it was signed by AB" in shown(app)
    assert not any(box.value for box in app.checkbox)


def test_the_planner_cannot_sign_the_own_plan() -> None:
    app = press(ticked(acting(handed_over(), "cd", "pharmacist")), "check-signed")
    assert "has planned this; another pharmacist has to check it" in shown(app)
    assert "Not checked by a pharmacist" in shown(app)


def test_nobody_but_a_pharmacist_signs_and_an_open_tick_is_named() -> None:
    app = press(ticked(acting(handed_over(), "AB", "nurse")), "check-signed")
    assert "The role nurse may not sign a plan" in shown(app)
    app = acting(app, "AB", "pharmacist")
    app.checkbox[0].uncheck()
    app = press(app.run(), "check-signed")
    assert "Not ticked on the checklist: Patient." in shown(app)


def test_a_plan_is_sent_back_with_reasons() -> None:
    app = press(acting(handed_over(), "AB", "pharmacist"), "check-sent-back")
    assert "remarks: is missing" in shown(app)
    app = type_in(app, "Remarks, or the reasons to send it back", "weight is old")
    app = press(app, "check-sent-back")
    assert "Sent back by AB (unverified), pharmacist" in shown(app)
