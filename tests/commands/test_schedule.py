"""``posology schedule``: over plan files and over the records; what is saved, and when."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from records.database import sqlite_url
from records.place import FILE
from records.store import Store, open_store
from schedules.plans.plan import Plan
from tests.support.asking import Answer, Ask
from tests.support.places import ROOT
from tests.support.ward import plan, saved

CAPACITY = """
capacity:
  chairs: 2
  nurses: 1
  start: 15 min
  watches: 4
  pharmacy_per_hour: 4
  hours: {Mon: 08:00 to 18:00, Tue: 08:00 to 18:00, Wed: 08:00 to 18:00}
  overtime: none
  cost: {day: 1, weekday: 2, other_day: 5, overtime_hour: 10}
"""
DAYS = ("--from", "2026-11-30", "--to", "2026-12-27")
TAKEN = ("--write", "--who", "AB", "--why", "public holiday")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a site that states its capacity, and two plans of rituximab."""
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("regimens", "drugs", "terms", "bands", "sources.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    site = (ROOT / "site.yaml").read_text(encoding="utf-8")
    (tmp_path / "site.yaml").write_text(site + CAPACITY, encoding="utf-8")
    (tmp_path / "plans").mkdir()
    for name, one in (("a", plan()), ("b", plan(weight="95 kg"))):
        (tmp_path / "plans" / f"{name}.json").write_text(one.to_json(), encoding="utf-8")
    return tmp_path


def schedule(ask: Ask, folder: Path, *options: str | Path) -> Answer:
    return ask("--library", folder, "schedule", *options, *DAYS, program="posology")


def plans(folder: Path) -> list[Plan]:
    files = sorted((folder / "plans").glob("*.json"))
    return [Plan.from_json(file.read_text(encoding="utf-8")) for file in files]


@pytest.mark.hazard("H296")
def test_nothing_is_saved_unless_somebody_takes_it(ask: Ask, folder: Path) -> None:
    """Two people leave Monday 7 December for Tuesday: 2 x (1 + 2 + 5)."""
    options = ("--plans", folder / "plans", "--closed", "2026-12-07")
    said = schedule(ask, folder, *options)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[:2] == [
        "30-Nov-2026 to 27-Dec-2026: 8 visits; 2 move, of 2 plans.",
        "Cost 16: no schedule costs less.",
    ]
    assert lines[3].startswith("Mon 07-Dec-2026  to Tue 08-Dec-2026  08:00  ")
    assert "ward-7" not in said.out
    assert [one.changes for one in plans(folder)] == [[], []]
    taken = schedule(ask, folder, *options, *TAKEN)
    assert taken.code == 0
    assert "Saved: 2 plans. Each has to be checked again." in taken.err
    for one in plans(folder):
        (change,) = one.changes
        assert (change.kind, change.who) == ("defer", "AB")
        assert change.why.startswith("public holiday; proposed for ")
        assert one.site.capacity is None
    again = schedule(ask, folder, *options)
    assert "0 move, of 0 plans." in again.out


def test_in_the_records_each_plan_is_a_new_version(ask: Ask, folder: Path) -> None:
    store: Store = open_store(sqlite_url(folder / FILE))
    version = saved(store)
    said = schedule(ask, folder, "--ward", "--closed", "2026-12-07", *TAKEN)
    assert said.code == 0
    versions = store.versions(version.plan.record_id if version.plan else "")
    assert [len(one.plan.changes) if one.plan else None for one in versions] == [0, 1]


def test_without_a_schedule_it_stops_and_says_why(ask: Ask, folder: Path) -> None:
    closed = ("--closed", "2026-12-07", "2026-12-08", "2026-12-09")
    said = schedule(ask, folder, "--plans", folder / "plans", *closed, *TAKEN)
    assert said.code == 3
    assert "  - Tue 08-Dec-2026 is closed: closed by the site" in said.out.splitlines()
    assert [one.changes for one in plans(folder)] == [[], []]


def test_everything_that_is_wrong_is_said_in_words(ask: Ask, folder: Path) -> None:
    said = schedule(
        ask, folder, "--plans", "x", "--chairs", "0", "--closed", "x", "--not-before", "a=b"
    )
    assert said.code == 2
    assert [line.partition(":")[0] for line in said.err.splitlines()] == [
        "closed",
        "drug",
        "not-before",
        "chairs",
    ]


# The tests play on Friday 27 November 2026.
@pytest.mark.parametrize(
    ("first", "why"),
    [
        ("2026-01-30", "is past"),
        ("26-Nov-2026", "is past"),
        ("2026-11-27", "is today, whose people are on their way"),
    ],
)
def test_visits_are_moved_to_no_day_before_tomorrow(
    ask: Ask, folder: Path, first: str, why: str
) -> None:
    said = ask(
        *("--library", folder, "schedule", "--plans", folder / "plans", "--chairs", "0"),
        *("--from", first, "--to", "2026-12-27"),
        program="posology",
    )
    assert (said.code, said.out) == (2, "")
    assert said.problems[0] == (
        f'from: "{first}" {why}; write 2026-11-28 or later, or leave it out'
    )
    assert said.problems[1].startswith("chairs:")


def test_everything_typed_wrong_is_said_at_once_whoever_decides(ask: Ask, folder: Path) -> None:
    """Who and why, the number of workers and a plan that is none of these, beside the numbers."""
    wrong = (
        "--workers",
        "99",
        "--nurses",
        "many",
        "--overtime",
        "soon",
        "--effort",
        "0",
        "--write",
    )
    said = schedule(ask, folder, "--plans", folder / "plans", "--stay", "c", "d", *wrong)
    assert said.code == 2
    assert [line.partition(":")[0] for line in said.err.splitlines()] == [
        "workers",
        "who",
        "why",
        "nurses",
        "overtime",
        "effort",
        "stay",
        "stay",
    ]


def test_where_no_plan_can_be_read_nothing_is_said_to_be_cheapest(ask: Ask, folder: Path) -> None:
    said = schedule(ask, folder, "--plans", folder / "c.json")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"LEFT OUT {folder / 'c.json'}: plan file: ")
    open_store(sqlite_url(folder / FILE)).close()
    nobody = schedule(ask, folder, "--ward")
    assert (nobody.code, nobody.out) == (2, "")
    assert nobody.err == "ward: is empty: no plan is saved; save one, or name --plans\n"


def test_a_plan_that_is_left_out_may_be_named_among_those_that_stay(ask: Ask, folder: Path) -> None:
    broken = folder / "plans" / "c.json"
    broken.write_text("{}", encoding="utf-8")
    said = schedule(ask, folder, "--plans", folder / "plans", "--stay", broken)
    assert said.code == 2
    assert said.out.startswith("30-Nov-2026 to 27-Dec-2026: 8 visits; 0 move, of 0 plans.")
    assert {line[: len(f"LEFT OUT {broken}:")] for line in said.err.splitlines()} == {
        f"LEFT OUT {broken}:"
    }


@pytest.mark.hazard("H318")
def test_the_preview_says_that_plans_were_judged_anew_and_the_notes_they_gain(
    ask: Ask, folder: Path
) -> None:
    """A plan was made when the site was closed on Tuesday 8 December: it says so of that day."""
    one = plan()
    closed = one.site.closed.model_copy(update={"own": [dt.date(2026, 12, 8)]})
    own = one.model_copy(update={"site": one.site.model_copy(update={"closed": closed})})
    (folder / "plans" / "a.json").write_text(own.to_json(), encoding="utf-8")
    said = schedule(ask, folder, "--plans", folder / "plans", "--closed", "2026-12-07")
    assert said.code == 0
    lines = said.out.splitlines()
    place = lines.index("Judged anew: no plan that moves has a STOP or a WARN that it has not now.")
    notes = [line for line in lines[place + 1 :] if line.startswith("NOTE ")]
    assert notes == [
        f"NOTE {folder / 'plans' / 'a.json'}: induction cycle 1 day 8 falls on Tue 08-Dec-2026, "
        "closed by the site. The nearest open days are Mon 07-Dec-2026 and Wed 09-Dec-2026."
    ]
    unmoved = schedule(ask, folder, "--plans", folder / "plans")
    assert "Judged anew" not in unmoved.out


def test_visits_after_the_last_day_are_counted_apart(ask: Ask, folder: Path) -> None:
    """Two visits of each plan until 7 December; a Wednesday drives the next one on to Tuesday."""
    closed = ("--closed", "2026-12-07", "2026-12-08")
    days = ("--from", "2026-11-30", "--to", "2026-12-09")
    plans = ("schedule", "--plans", folder / "plans")
    said = ask("--library", folder, *plans, *closed, *days, program="posology")
    assert said.code == 0
    head = "30-Nov-2026 to 09-Dec-2026: 4 visits, and 2 later ones that follow; 4 move, of 2 plans."
    assert said.out.splitlines()[0] == head


def test_a_plan_without_days_is_named_once_before_its_reasons(ask: Ask, folder: Path) -> None:
    closed = ("--closed", "2026-12-07", "2026-12-08", "2026-12-09")
    said = schedule(ask, folder, "--plans", folder / "plans", *closed)
    for name in ("a", "b"):
        file = folder / "plans" / f"{name}.json"
        (line,) = [one for one in said.out.splitlines() if one.startswith(f"{file} has no days")]
        assert line == (
            f"{file} has no days even in an empty ward: induction cycle 1 day 8: its window, "
            "Sun 06-Dec-2026 to Wed 09-Dec-2026; Sun 06-Dec-2026 is closed: a Sunday; "
            "Mon 07-Dec-2026 is closed: closed by the site; "
            "Tue 08-Dec-2026 is closed: closed by the site; "
            "Wed 09-Dec-2026 is closed: closed by the site"
        )


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("Wed: 08:00 to 18:00", "Wed: 18:00 to 08:00", "ends before it begins; write 08:00 to 18:"),
        ("overtime: none", "overtime: 7 h", "passes midnight; write a shorter one"),
        ("start: 15 min", "start: soon", "or none"),
        ("chairs: 2", "chairs: 0", "greater than or equal to 1"),
    ],
)
def test_a_capacity_that_does_not_hold_is_refused(
    ask: Ask, folder: Path, was: str, becomes: str, said: str
) -> None:
    site = (folder / "site.yaml").read_text(encoding="utf-8")
    (folder / "site.yaml").write_text(site.replace(was, becomes), encoding="utf-8")
    answer = schedule(ask, folder, "--plans", folder / "plans")
    assert answer.code == 2
    assert said in answer.err
