"""The links of calendars on the Plan screen: made, told once, and ended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dosing.clock import now
from records.database import sqlite_url
from records.feeds import find_feed, list_feeds
from records.place import FILE
from records.store import Store, open_store
from tests.support.driving import PATIENT, filled, opened, shown, type_in, unfold
from tests.support.ward import damage, plan, saved

AUDIENCE, WORDS, DAYS = "link-audience", "link-words", "It ends after so many days"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    monkeypatch.delenv("POSOLOGY_FEEDS", raising=False)
    return tmp_path


def records(folder: Path) -> Store:
    return open_store(sqlite_url(folder / FILE))


def handed_over(app: AppTest) -> AppTest:
    """Hand the plan of the Plan screen over, and come back."""
    app = app.switch_page("screens/check.py").run()
    app = type_in(app, "Your name or initials", "CD")
    app = app.radio(key="check-role").set_value("planner").run()
    app = app.button(key="check-hand-over").click().run()
    return unfold(app.switch_page("screens/plan.py").run())


def press(app: AppTest, key: str) -> AppTest:
    app = app.button(key=key).click().run()
    assert not app.exception
    return app


def made(app: AppTest, audience: str, days: str = "90") -> AppTest:
    app = app.radio(key=AUDIENCE).set_value(audience).run()
    return press(type_in(app, DAYS, days), "link-make")


def link(app: AppTest) -> str:
    [code] = app.code
    return str(code.value)


def test_a_plan_that_is_not_saved_has_no_link() -> None:
    app = unfold(filled(opened(), PATIENT))
    assert "hand the plan over on the Check page first" in shown(app)
    assert not any(button.key == "link-make" for button in app.button)


def test_damaged_records_are_said_in_the_fold_and_the_course_stands(folder: Path) -> None:
    app = handed_over(filled(opened(), PATIENT))
    damage(folder / FILE, "texts")
    app = app.run()
    assert not app.exception
    assert "put back the last good copy of their file" in shown(app)
    assert "rituximab, intravenous infusion" in shown(app)


@pytest.mark.hazard("H233")
def test_a_link_is_told_once_listed_and_revoked(folder: Path) -> None:
    app = handed_over(filled(opened(), PATIENT))
    assert "once it is started with POSOLOGY_FEEDS=on" in shown(app)
    assert "No open link shows this plan." in shown(app)
    app = made(app, "patient")
    told = link(app)
    assert re.fullmatch(r"/feed/[A-Za-z0-9_-]{22}\.ics", told)
    assert "Before it comes the address of this program" in shown(app)
    token = told.removeprefix("/feed/").removesuffix(".ics")
    feed = find_feed(records(folder), token, now())
    assert feed is not None
    assert (feed.audience, feed.discreet, str(feed.by)) == (
        "patient",
        True,
        "CD (unverified), planner",
    )
    app = press(app, "link-told")
    assert not app.code
    assert token not in str(app)
    title = "Rituximab 375 mg/m2 once a week, 4 doses"
    assert f"{feed.n}: ward-7, {title}, patient, discreet, until " in shown(app)
    assert feed.plan_id not in shown(app)
    app = press(app, f"link-revoke-{feed.n}")
    assert find_feed(records(folder), token, now()) is None
    assert "No open link shows this plan." in shown(app)


def test_drug_and_dose_are_named_to_a_patient_only_where_that_is_chosen(folder: Path) -> None:
    app = handed_over(filled(opened(), PATIENT))
    app = app.radio(key=AUDIENCE).set_value("patient").run()
    app = app.radio(key=WORDS).set_value("clinical").run()
    made(app, "patient")
    assert [feed.discreet for feed in list_feeds(records(folder))] == [False]


def test_a_ward_s_link_is_of_all_its_plans(folder: Path) -> None:
    app = handed_over(filled(opened(), PATIENT))
    app = app.radio(key=AUDIENCE).set_value("ward").run()
    app = made(type_in(app, "Instead of this plan, all whose label begins with", "ward"), "ward")
    # "ward-7" begins with the word "ward".
    [feed] = list_feeds(records(folder))
    assert (feed.ward, feed.plan_id, feed.discreet) == ("ward", "", False)
    assert "ward ward, ward, clinical, until " in shown(app)


@pytest.mark.parametrize(
    ("audience", "days", "said"),
    [(None, "90", "audience: is missing"), ("ward", "", "days: "), ("ward", "400", "1 to 366")],
)
def test_what_is_missing_makes_no_link(
    folder: Path, audience: str | None, days: str, said: str
) -> None:
    app = handed_over(filled(opened(), PATIENT))
    if audience:
        app = app.radio(key=AUDIENCE).set_value(audience).run()
    app = press(type_in(app, DAYS, days), "link-make")
    assert said in shown(app)
    assert not list_feeds(records(folder))


def test_the_code_on_a_paper_opens_the_saved_plan(folder: Path) -> None:
    name = saved(records(folder), plan("ward-9")).plan_id
    app = opened("check")
    app.query_params["plan"] = name
    app = app.run()
    assert "ward-9" in shown(app)
    app = opened("check")
    app.query_params["plan"] = "0" * 16
    text = shown(app.run())
    assert "was erased, or is not in the records" in text
