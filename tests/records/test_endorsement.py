"""A regimen is endorsed where the records hold two proved people over what its file means now."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from pathlib import Path

import pytest

from dosing.trace import RefusedError
from records.database import sqlite_url
from records.endorsement import endorse
from records.place import FILE
from records.roles import Actor
from records.store import Store, open_store
from schedules.knowledge.library import Library
from schedules.library.reader import read_library
from tests.support.planning import RITUXIMAB
from tests.support.shelf import read_anew, shelf

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
WROTE = Actor(name="Anna Berg", role="planner", verified=True)
CHECKED = Actor(name="Jan Kowal", role="pharmacist", verified=True)
FILE_OF_IT = f"regimens/{RITUXIMAB}"


def library_that_claims(folder: Path, changes: dict[str, str] | None = None) -> Library:
    root = shelf(folder)
    path = root / "regimens" / f"{RITUXIMAB}.yaml"
    text = path.read_text("utf-8").replace("status: under review", "status: endorsed")
    for old, new in (changes or {}).items():
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return read_library(read_anew(root))


@pytest.fixture
def claims(tmp_path: Path) -> Library:
    (tmp_path / "library").mkdir()
    return library_that_claims(tmp_path / "library")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(sqlite_url(tmp_path / FILE))


def status(library: Library, store: Store, folder: Path) -> str:
    environment = {"POSOLOGY_DATA": str(folder)}
    known = endorse(library, environment, folder, lambda: nullcontext(store))
    return known.regimen(RITUXIMAB).status


@pytest.mark.hazard("H191")
def test_a_claim_in_a_file_is_no_endorsement(claims: Library, store: Store, tmp_path: Path) -> None:
    assert claims.stated[RITUXIMAB].status == "endorsed"
    assert claims.regimen(RITUXIMAB).status == "under review"
    assert status(claims, store, tmp_path) == "under review"
    store.sign_file(claims, FILE_OF_IT, WROTE, "written", at=NOW)
    assert status(claims, store, tmp_path) == "under review"
    store.sign_file(claims, FILE_OF_IT, CHECKED, "checked", at=NOW)
    assert status(claims, store, tmp_path) == "endorsed"
    assert store.verify().broken is None


def test_another_meaning_is_under_review_again(
    claims: Library, store: Store, tmp_path: Path
) -> None:
    store.sign_file(claims, FILE_OF_IT, WROTE, "written", at=NOW)
    store.sign_file(claims, FILE_OF_IT, CHECKED, "checked", at=NOW)
    (tmp_path / "other").mkdir()
    other = library_that_claims(tmp_path / "other", {"late: 2 days": "late: 3 days"})
    assert status(other, store, tmp_path) == "under review"


def test_whom_no_sign_in_proved_endorses_nothing(
    claims: Library, store: Store, tmp_path: Path
) -> None:
    store.sign_file(claims, FILE_OF_IT, WROTE, "written", at=NOW)
    typed = Actor(name="Jan Kowal", role="pharmacist", verified=False)
    store.sign_file(claims, FILE_OF_IT, typed, "checked", at=NOW)
    assert status(claims, store, tmp_path) == "under review"


def test_one_person_cannot_sign_both_parts_and_a_planner_cannot_check(
    claims: Library, store: Store
) -> None:
    both = Actor(name="JAN  kowal", role="pharmacist", verified=True)
    store.sign_file(claims, FILE_OF_IT, both, "written", at=NOW)
    with pytest.raises(RefusedError, match="another person signs"):
        store.sign_file(claims, FILE_OF_IT, CHECKED, "checked", at=NOW)
    with pytest.raises(RefusedError, match="may not sign"):
        store.sign_file(claims, FILE_OF_IT, WROTE, "checked", at=NOW)
