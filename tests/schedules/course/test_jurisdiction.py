"""A regimen of another jurisdiction than the site's says so; where ours differs, it waits."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from commands.schedules import main
from dosing.errors import KnowledgeError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.library.reader import read_library
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from tests.support.places import ROOT
from tests.support.planning import codes, text_of
from tests.support.shelf import copy_file, read_anew

US, EU = "rozanolixizumab-us", "rozanolixizumab-eu"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for kind, name in (("regimens", US), ("regimens", EU), ("drugs", "rozanolixizumab")):
        copy_file(kind, name, tmp_path)
    for name in ("site.yaml", "sources.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def site(root: Path, text: str) -> None:
    path = root / "site.yaml"
    old = path.read_text(encoding="utf-8")
    assert "jurisdiction: [UK, EU]" in old
    path.write_text(old.replace("jurisdiction: [UK, EU]", text), encoding="utf-8")


def planned(root: Path, name: str) -> Course:
    library = read_library(read_anew(root))
    regimen = library.regimen(name)
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site,
        PatientEntry(label="ward-7", weight="60 kg"),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={},
    )
    return work_out(plan, library)


@pytest.mark.hazard("H60")
def test_the_us_dose_at_an_eu_site_has_to_be_acknowledged(root: Path) -> None:
    # 60 kg: 560 mg by the US label, 420 mg by that of the EU
    found = planned(root, US)
    assert "regimen.jurisdiction" in codes(found, "WARN")
    assert text_of(found, "regimen.jurisdiction") == (
        "This regimen is for US; this site follows UK, EU, which has its own: rozanolixizumab-eu."
    )
    assert "regimen.jurisdiction" not in codes(planned(root, EU))


def test_without_a_regimen_of_ours_it_is_a_note(root: Path) -> None:
    site(root, "jurisdiction: [AU]")
    assert "regimen.jurisdiction" in codes(planned(root, US), "NOTE")


def test_a_counterpart_that_is_not_there_is_refused(root: Path) -> None:
    (root / "regimens" / f"{EU}.yaml").unlink()
    with pytest.raises(KnowledgeError, match='"rozanolixizumab-eu" is not a regimen of EU'):
        read_library(read_anew(root))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [([], [EU, US]), (["--jurisdiction", "US"], [US]), (["--jurisdiction", "EU"], [EU])],
)
def test_the_list_begins_with_what_holds_here(
    root: Path, asked: list[str], shown: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--library", str(root), "list", "--json", *asked]) == 0
    assert [entry["id"] for entry in json.loads(capsys.readouterr().out)] == shown
