"""``posology ward``: over plan files and over the records, as table, CSV, workbook and JSON."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from records.database import sqlite_url
from records.place import FILE
from records.store import Store, open_store
from tests.support.asking import Answer, Ask
from tests.support.planning import RITUXIMAB, man, planned
from tests.support.ward import NOON, PLANNER, deferred, plan, saved

DAYS = ("--from", "2026-11-30", "--to", "2026-12-07")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return two plans of rituximab, 700 mg and 800 mg on each of four Mondays; without records."""
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    paths = []
    for name, one in (("a", plan()), ("b", plan(weight="95 kg"))):
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(one.to_json(), encoding="utf-8")
    return paths


@pytest.fixture
def store(files: list[Path], tmp_path: Path) -> Store:
    """Return the records, to which the settings point."""
    return open_store(sqlite_url(tmp_path / FILE))


def ward(ask: Ask, *options: str | Path) -> Answer:
    return ask("ward", *options, program="posology")


def test_the_table_of_two_plans(ask: Ask, files: list[Path]) -> None:
    """700 + 800 mg: 500 + 100 + 100 and 500 + 100 + 100 + 100 mg.

    By the ladder, half an hour on each step, the first infusion has run 700 mg after 3.5 h and a
    later one 300 mg after 1.5 h; the rest runs at 400 mg/h: 3.5 + 3.75 h, and 2.5 + 2.75 h.
    """
    said = ward(ask, "--plans", *files, *DAYS)
    assert said.code == 0
    line = (
        "drug rituximab, intravenous infusion; doses 2; amount 1,500 mg; "
        "packs 500 mg x 2 + 100 mg x 5; waste 0 mg; hours"
    )
    assert said.out.splitlines()[:6] == [
        "2 plans, 30-Nov-2026 to 07-Dec-2026",
        "",
        f"Mon 30-Nov-2026: {line} 7.25 h",
        f"Mon 07-Dec-2026: {line} 5.25 h",
        "",
        "Mon 30-Nov-2026: visits 2; chair 7.25 h",
    ]
    assert "ward-7" not in said.out


def test_all_tables_stand_in_the_csv_file_and_in_the_workbook(
    ask: Ask, files: list[Path], tmp_path: Path
) -> None:
    """Of seven vials of 100 mg five are taken on the first day, five on the second."""
    stock = tmp_path / "stock.csv"
    stock.write_text("drug,form,strength,packs\nrituximab,vial,100 mg,7\n", encoding="utf-8")
    table, book = tmp_path / "ward.csv", tmp_path / "ward.xlsx"
    options = ("--stock", stock, "--csv", table, "--out", book)
    assert ward(ask, "--plans", *files, *DAYS, *options).code == 0
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    (short,) = [row for row in rows if row["runs_out"]]
    assert (short["table"], short["strength"], short["packs"]) == ("stock", "100 mg", "10")
    assert (short["short_of"], short["runs_out"]) == ("3", "2026-12-07")
    assert sum(float(row["amount"] or 0) for row in rows) == 3000
    read = openpyxl.load_workbook(book)
    assert read.sheetnames == ["drug", "packs", "visits", "stock", "left out", "note"]
    assert [cell.value for cell in read["visits"]["D"]] == ["visits", 2, 2]


@pytest.mark.hazard("H274")
def test_a_plan_that_gives_no_course_is_named_and_left_out(
    ask: Ask, files: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    said = ward(ask, "--plans", *files, broken, *DAYS, "--json")
    assert said.code == 2
    assert [one["plan"] for one in said.json["left_out"]] == [str(broken)]
    assert said.problems[0].startswith(f"LEFT OUT {broken}: plan file")
    assert said.problems[-1] == "1 of 3 plans are left out: what stands above lacks them."


def test_a_plan_with_a_stop_is_left_out(ask: Ask, files: list[Path], tmp_path: Path) -> None:
    stopped = tmp_path / "stopped.json"
    who = man(conditions=["hepatitis B"])
    stopped.write_text(planned(RITUXIMAB, who=who).to_json(), encoding="utf-8")
    said = ward(ask, "--plans", files[0], stopped, *DAYS, "--json")
    assert said.code == 3
    assert [row["amount"] for row in said.json["drugs"]] == [700, 700]
    assert {one["plan"] for one in said.json["left_out"]} == {str(stopped)}


def test_one_plan_named_by_two_files_is_refused(
    ask: Ask, files: list[Path], tmp_path: Path
) -> None:
    """Two files may be two versions of one plan: its doses would count twice."""
    again = tmp_path / "again.json"
    again.write_text(deferred(plan()).to_json(), encoding="utf-8")
    said = ward(ask, "--plans", *files, again, *DAYS)
    assert (said.code, said.out) == (2, "")
    assert said.problems == [
        f"plans: {again} is the same plan as {files[0]}; name one of the two files"
    ]


def test_a_version_that_waits_is_counted_as_it_was_before_and_said(ask: Ask, store: Store) -> None:
    """The newest version is stopped by hepatitis B: the one before it is what is given."""
    first = saved(store, plan())
    ill = planned(RITUXIMAB, who=man(conditions=["hepatitis B"]))
    again = ill.model_copy(update={"saved_as": first.plan_id})
    store.save(again, PLANNER, expected_version=1, at=NOON)
    said = ward(ask, *DAYS, "--json")
    assert said.code == 0
    assert [row["amount"] for row in said.json["drugs"]] == [700, 700]
    (note,) = [note for note in said.json["notes"] if first.plan_id in note]
    assert note.endswith("its last version that may be shown is counted; the newest is held back.")
    assert note in said.problems


def test_the_records_are_read_by_how_labels_begin(ask: Ask, store: Store) -> None:
    saved(store, plan("ward-7 bed 1"))
    saved(store, plan("ward-7 bed 2", weight="95 kg"))
    saved(store, plan("ward-70 bed 1"))
    of_ward = ward(ask, "--label", "ward-7", *DAYS, "--json")
    assert (of_ward.code, [row["amount"] for row in of_ward.json["drugs"]]) == (0, [1500, 1500])
    everybody = ward(ask, *DAYS, "--json")
    assert [row["amount"] for row in everybody.json["drugs"]] == [2200, 2200]
    nobody = ward(ask, "--label", "ward-8", *DAYS)
    assert nobody.code == 2
    assert nobody.problems[0].startswith('label: "ward-8" is how no label begins')


def test_a_shortage_names_who_can_wait(ask: Ask, files: list[Path]) -> None:
    """The first doses can wait a day, as the window is two days and the next dose one day early."""
    short = ("--short", "rituximab", "--from", "2026-11-20", "--until", "2026-11-30")
    said = ward(ask, "--plans", *files, *short)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == (
        "rituximab is short until 30-Nov-2026. Plans affected: 2; of 2 of them everything may move."
    )
    assert lines[1] == (
        f"Mon 30-Nov-2026: plan {files[0]}; place induction cycle 1 day 1; what rituximab 700 mg; "
        "to Tue 01-Dec-2026"
    )
    labelled = ward(ask, "--plans", files[0], *short, "--labels", "--json").json
    assert [(one["label"], one["may_move"]) for one in labelled["moves"]] == [("ward-7", True)]
    assert labelled["moves"][0]["change"]["to"] == "2026-12-01"


def test_a_closed_day_needs_a_rule_that_moves(ask: Ask, files: list[Path]) -> None:
    closed = ("--plans", files[0], "--closed", "2026-12-07")
    refused = ward(ask, *closed)
    assert (refused.code, refused.problems) == (
        2,
        ['rule: "stay" moves nothing; write --rule earlier or --rule later'],
    )
    said = ward(ask, *closed, "--rule", "later")
    assert said.code == 0 and "to Tue 08-Dec-2026" in said.out


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ("--from", "2026-12-07", "--to", "2026-11-30"),
            'to: "2026-11-30" is before the first day',
        ),
        ((*DAYS, "--by", "month"), 'by: "month" is not known; write day or week'),
        ((*DAYS, "--csv", "ward.txt"), 'csv: "ward.txt" is of another kind; write ward.csv'),
        ((*DAYS, "--rule", "later"), 'rule: "later" is not asked for by the table of a ward'),
        (("--closed", "2026-12-07", "--short", "rituximab"), "closed: "),
        (("--short", "aspirin", "--until", "2026-12-07"), ""),
    ],
)
def test_what_cannot_be_meant_is_refused(
    ask: Ask, files: list[Path], options: tuple[str, ...], problem: str
) -> None:
    said = ward(ask, "--plans", files[0], *options)
    assert said.code == 2
    assert said.problems[0].startswith(problem)
    assert not said.out


def test_what_if_stands_beside_what_is_planned(ask: Ask, files: list[Path], tmp_path: Path) -> None:
    """Two days late are in the window: from Monday 30 November all may come on a Wednesday."""
    table = tmp_path / "ward.csv"
    options = ("--to", "2026-11-30", "--what-if", "weekday=rituximab:Wed", "--csv", table)
    said = ward(ask, "--plans", *files, "--from", "2026-11-30", *options)
    assert said.code == 0
    assert (
        "rituximab, intravenous infusion: doses: as planned: 2 | weekday=rituximab:Wed: none"
    ) in said.out.splitlines()
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["doses"] for row in rows if row["what_if"] == "as planned"] == ["2", ""]


def test_a_what_if_that_is_none_is_refused_with_what_it_may_be(ask: Ask, files: list[Path]) -> None:
    said = ward(ask, "--plans", *files, *DAYS, "--what-if", "speed=2")
    assert (said.code, said.out) == (2, "")
    assert 'what if: "speed=2" is no alteration; write interval=28 days' in said.problems[0]
