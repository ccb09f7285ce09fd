"""Signing a file on the Library screen: by two people whom a sign-in proved, never by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from records.roles import Actor, Role
from screens.access import sign_in
from tests.screens.access.test_sign_in import SECRETS
from tests.support.driving import APP, RITUXIMAB, opened, shown

WRITTEN, CHECKED = "library-sign-written", "library-sign-checked"


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    return tmp_path


def library_of(name: str, role: Role, entry: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open the Library screen as somebody who is signed in, and choose a regimen or drug."""
    actor = Actor(name=name, role=role, verified=True)
    monkeypatch.setattr(sign_in.SIGN_INS, "actor", lambda cookies: actor)
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets.update(SECRETS)
    app = app.run().switch_page("screens/library.py").run()
    app = app.radio(key="library-entry").set_value(entry).run()
    assert not app.exception
    return app


def buttons(app: AppTest) -> set[str | None]:
    return {one.key for one in app.button if str(one.key).startswith("library-sign-")}


@pytest.mark.hazard("H191")
@pytest.mark.parametrize("entry", [RITUXIMAB, "drug rituximab"])
def test_a_file_is_signed_by_two_people_and_never_by_one(
    entry: str, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = library_of("p.pharmacist", "pharmacist", entry, monkeypatch)
    assert buttons(app) == {WRITTEN, CHECKED}
    app = app.button(key=WRITTEN).click().run()
    assert "Written by p.pharmacist, pharmacist" in shown(app)
    app = app.button(key=CHECKED).click().run()
    refusal = "p.pharmacist signed this file as written: another person signs."
    assert refusal in shown(app)
    assert "Checked by" not in shown(app)
    app = library_of("j.kowal", "pharmacist", entry, monkeypatch)
    assert refusal not in shown(app)
    app = app.button(key=CHECKED).click().run()
    assert "Checked by j.kowal, pharmacist" in shown(app)
    # The records hold both; the file itself claims nothing, and ours stay under review.
    assert "Both have signed. It is endorsed once its" in shown(app)
    assert "This file is under review" in shown(app)


@pytest.mark.hazard("H191")
def test_whose_role_allows_it_not_is_offered_no_signature(
    records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert buttons(library_of("a.berg", "planner", RITUXIMAB, monkeypatch)) == {WRITTEN}
    assert buttons(library_of("n.nurse", "nurse", RITUXIMAB, monkeypatch)) == set()


@pytest.mark.hazard("H191")
def test_a_refusal_is_not_shown_beside_another_file(
    records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = library_of("p.pharmacist", "pharmacist", RITUXIMAB, monkeypatch)
    app = app.button(key=WRITTEN).click().run()
    app = app.button(key=CHECKED).click().run()
    assert "another person signs" in shown(app)
    app = app.radio(key="library-entry").set_value("drug rituximab").run()
    assert "another person signs" not in shown(app)


def test_on_one_desk_nobody_is_proved_and_nobody_signs() -> None:
    app = opened("library").radio(key="library-entry").set_value(RITUXIMAB).run()
    assert buttons(app) == set()
