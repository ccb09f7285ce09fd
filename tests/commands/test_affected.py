"""A figure proved wrong: which plans were made or checked with another meaning of the file."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest

from records.database import sqlite_url
from records.place import FILE
from records.store import open_store
from schedules.plans.plan import Plan
from tests.support.asking import Answer, Ask
from tests.support.planning import RITUXIMAB, planned
from tests.support.shelf import read_anew, shelf
from tests.support.ward import ADMINISTRATOR, heavier, minutes, plan, saved, signed

DRUG = "drugs/rituximab.yaml"
REGIMEN = "regimens/rituximab-weekly.yaml"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return a library in which the window of the doses was 2 days late and is 1 day now."""
    folder = shelf(tmp_path / "library", ("rituximab-weekly", "rituximab"))
    file = folder / REGIMEN
    shutil.copy(file, tmp_path / "before.yaml")
    text = file.read_text(encoding="utf-8")
    assert text.count("late: 2 days") == 1 and text.count("\nversion: 1\n") == 1
    text = text.replace("late: 2 days", "late: 1 day").replace("\nversion: 1\n", "\nversion: 2\n")
    file.write_text(text, encoding="utf-8")
    return read_anew(folder)


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    """Return a folder with a plan that was made before the edit."""
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "one.json").write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    return folder


def ask_affected(ask: Ask, library: Path, *more: str | Path, file: str = REGIMEN) -> Answer:
    return ask("--library", library, "affected", "--file", file, *more, program="posology")


def with_version(of: Plan, version: int) -> Plan:
    """Return a plan that was made with another version of the regimen, which meant otherwise."""
    used = of.regimen.model_copy(update={"version": version, "sha256": f"{version}" * 64})
    return of.model_copy(update={"regimen": used})


def test_a_plan_of_another_meaning_is_named_with_what_changed(
    ask: Ask, library: Path, plans: Path
) -> None:
    said = ask_affected(ask, library, "--old", library.parent / "before.yaml", plans)
    assert said.code == 3
    lines = said.out.splitlines()
    assert lines[0].startswith("regimens/rituximab-weekly is version 2, meaning ")
    assert lines[1] == "1 of 1 plans that use it are affected."
    assert lines[3].startswith("It was version 1, meaning ")
    (gone,) = [line for line in lines if "2 days" in line]
    (new,) = [line for line in lines if line.startswith("    new:  ") and "late" in line]
    assert gone.startswith("    gone: ")
    assert new == gone.replace("gone: ", "new:  ").replace("2 days", "1 day")
    assert lines[-1] == f"  PLAN {plans / 'one.json'}: made with it"


def test_the_label_is_told_only_when_it_is_asked_for(ask: Ask, library: Path, plans: Path) -> None:
    assert "ward-7" not in ask_affected(ask, library, plans).out
    assert "ward-7" not in ask_affected(ask, library, plans, "--json").out
    said = ask_affected(ask, library, plans, "--labels")
    assert f"  PLAN {plans / 'one.json'} (ward-7): made with it" in said.out.splitlines()


def test_a_plan_of_the_meaning_of_today_is_not_affected(
    ask: Ask, library: Path, plans: Path
) -> None:
    said = ask_affected(ask, library, plans, file=DRUG)
    assert said.code == 0
    assert said.out.splitlines()[1] == "0 of 1 plans that use it are affected."


def test_since_a_version_leaves_out_earlier_plans_and_says_so(
    ask: Ask, library: Path, plans: Path
) -> None:
    later = with_version(planned(RITUXIMAB), 3)
    (plans / "three.json").write_text(later.to_json(), encoding="utf-8")
    said = ask_affected(ask, library, plans, "--since", "3", "--json")
    assert said.code == 3
    assert [one["plans"][0]["plan"] for one in said.json["affected"]] == [str(plans / "three.json")]
    assert said.json["affected"][0]["changes"] is None
    assert said.json["left_out_by_since"] == 1
    said = ask_affected(ask, library, plans, "--since", "3")
    assert "1 with another meaning are left out by --since 3." in said.out.splitlines()
    assert "give the file as it was: --old FILE" in said.out
    said = ask_affected(ask, library, plans, "--since", "33333333", "--json")
    assert [one["versions"] for one in said.json["affected"]] == [[3]]


@pytest.mark.parametrize(
    ("since", "problem"),
    [
        ("9", 'since: "9" is above every version that a plan used, the newest being 1; write 1'),
        ("deadbeef", 'since: "deadbeef" is no meaning that is known here; write '),
        ("v2", 'since: "v2" is neither a version nor the hash of a meaning; write '),
    ],
)
def test_a_typo_in_since_clears_no_plan(
    ask: Ask, library: Path, plans: Path, since: str, problem: str
) -> None:
    said = ask_affected(ask, library, plans, "--since", since)
    assert said.code == 2
    assert said.out == ""
    assert said.problems[0].startswith(problem)


def test_a_file_that_is_no_plan_is_named_and_is_not_passed_over(
    ask: Ask, library: Path, plans: Path
) -> None:
    (plans / "other.json").write_text("{}", encoding="utf-8")
    said = ask_affected(ask, library, plans, file=DRUG)
    assert said.code == 2
    assert said.problems[0].startswith(f"{plans / 'other.json'}: plan file, format: is missing")
    said = ask_affected(ask, library, plans)
    assert said.code == 3
    assert len(said.problems) == 1


@pytest.mark.parametrize("file", ["drugs/nothing.yaml", "rituximab.yaml", "docs/x.yaml"])
def test_a_file_that_nothing_used_is_refused(
    ask: Ask, library: Path, plans: Path, file: str
) -> None:
    said = ask_affected(ask, library, plans, file=file)
    assert said.code == 2
    assert said.problems[0].endswith("; write drugs/rituximab.yaml")


def test_every_plan_is_affected_once_a_file_is_gone(ask: Ask, library: Path, plans: Path) -> None:
    (library / REGIMEN).unlink()
    said = ask_affected(ask, library, "--old", library.parent / "before.yaml", plans)
    assert said.code == 3
    assert said.out.startswith("regimens/rituximab-weekly is no longer in the library.\n")
    # the file as it was is there, and nothing to compare it with
    assert "There is no file of now to compare with: it was taken out, or is not read." in said.out
    assert "--old FILE" not in said.out


def test_the_records_name_every_version_and_who_checked_it(
    ask: Ask, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("POSOLOGY_DATA", str(data))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    said = ask_affected(ask, library)
    assert said.code == 2
    assert said.problems[0].startswith("records: ")
    with contextlib.closing(open_store(sqlite_url(data / FILE))) as store:
        first = plan()
        saved(store, plan("ward-8"))  # erased, and before all others in the records
        saved(store, first)
        signed(store, first)
        saved(store, heavier(first))
        store.erase("ward-8", ADMINISTRATOR, why="asked for", at=minutes(300))
    said = ask_affected(ask, library, "--json")
    assert said.code == 3
    assert "ward" not in said.out
    (meaning,) = said.json["affected"]
    assert meaning["plans"] == [
        {
            "plan": first.id,
            "how": [
                "saved as version 1",
                "saved as version 2",
                "version 1 signed by AB, pharmacist, 20-Nov-2026 14:05 UTC",
            ],
        }
    ]
    assert json.loads(ask_affected(ask, library, "--json", file=DRUG).out)["affected"] == []
