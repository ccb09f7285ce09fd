"""A dose is verified in the terminal: in order, each point by another person, one of them blind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from commands.posology import main
from records.database import sqlite_url
from records.place import FILE
from records.store import open_store
from schedules.library.reader import read_usable
from tests.support.places import ROOT
from tests.support.ward import plan, saved, signed

DOSE = "induction cycle 1 day 1"
SITE = (
    "verify: {points: [before preparing, after preparing, before giving, at the chair], "
    "blind: before giving}\n"
)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a library of one regimen whose site demands four points, with its plan signed."""
    folder = tmp_path / "library"
    for part in ("drugs", "regimens", "terms", "bands"):
        shutil.copytree(ROOT / part, folder / part)
    site = (ROOT / "site.yaml").read_text(encoding="utf-8")
    (folder / "site.yaml").write_text(site + SITE, encoding="utf-8")
    shutil.copy(ROOT / "sources.yaml", folder / "sources.yaml")
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    signed(store, plan(), read_usable(folder, "rituximab-weekly"))
    store.close()
    return folder


def verify(shelf: Path, *options: str) -> int:
    return main(["--library", str(shelf), "verify", plan().id, *options])


@pytest.mark.hazard("H264")
def test_a_dose_passes_every_point_each_by_another_person_and_one_blind(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*options: str, code: int = 0) -> Any:
        assert verify(shelf, "--at", DOSE, "--json", *options) == code
        return json.loads(capsys.readouterr().out)

    def refused(*options: str, code: int) -> str:
        assert verify(shelf, "--at", DOSE, *options) == code
        return capsys.readouterr().err

    nurse = ("--role", "nurse", "--who")
    assert verify(shelf) == 0
    listed = capsys.readouterr().out
    assert f"{DOSE}, rituximab: 2026-11-30: next before preparing" in listed
    assert "700" not in listed  # nothing that the blind point asks for
    assert said()["next"] == "before preparing"
    assert verify(shelf, "--at", "cycle 9") == 2
    assert f"{DOSE}, rituximab; induction cycle 1 day 8" in capsys.readouterr().err
    assert said(*nurse, "N1")["next"] == "after preparing"
    assert "n1 has verified this dose before" in refused(*nurse, "n1", code=3)
    assert "role: is missing" in refused("--who", "N2", code=2)
    assert said(*nurse, "N2")["next"] == "before giving"
    assert "weight: is missing" in refused(*nurse, "N3", code=2)
    blind = ("--weight", "70 kg", "--height", "175 cm", "--dose")
    differs = said(*nurse, "N3", *blind, "800 mg", code=3)
    assert differs["differs_in"] == "dose"
    assert not differs["passed"] and differs["next"] == "before giving"
    # Who enters next reads no figure of the plan, here or in the help.
    assert verify(shelf, "--at", DOSE) == 0
    told = capsys.readouterr().out
    assert "before giving: N3 (unverified), nurse" in told and ", differs: dose" in told
    assert "700" not in told
    assert said(*nurse, "N4", *blind, "0.7 g")["next"] == "at the chair"
    assert verify(shelf, "--at", DOSE) == 0
    assert "differs: dose 800 mg, the plan has 700 mg" in capsys.readouterr().out
    assert said(*nurse, "N5")["next"] is None
    assert "has passed every point" in refused(*nurse, "N6", code=3)


def test_a_site_that_demands_no_point_says_so(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", plan().id]) == 2
    assert "demands no point here" in capsys.readouterr().err
