"""Both sides of each comparison do the same thing."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import re
from pathlib import Path
from typing import Any

import icalendar
import numpy as np
import pytest

from benchmarks import cohort, dose, files
from benchmarks.course import DailyDoses
from benchmarks.measure import Duel
from benchmarks.page import APP, PAGE, PATIENT, TEXT_ONLY, new_weights
from benchmarks.places import ROOT, environment, library
from benchmarks.programs import LINES, run
from benchmarks.server import serving
from benchmarks.store import build, first_page
from benchmarks.visitor import visiting
from schedules.cohort.screening import Screen, TableOrder
from schedules.course.course import Course


def test_a_dose_by_weight_is_that_of_pint_for_each_patient_in_turn() -> None:
    duel = dose.by_weight()
    # 0.4 g/kg of 50 kg, 50.05 kg, 50.1 kg
    for grams in (20, 20.02, 20.04):
        ours: Any = duel.ours()
        theirs: Any = duel.theirs()
        assert ours.amount.to("g").magnitude == pytest.approx(grams, rel=1e-12)
        assert theirs.magnitude == pytest.approx(grams, rel=1e-12)


def test_a_dose_by_surface_is_that_of_pint_for_each_patient_in_turn() -> None:
    duel = dose.by_surface()
    # 375 mg/m2 of sqrt(175 x 50 / 3600) = 1.5590 m2 is 584.6 mg
    for _ in range(20):
        ours: Any = duel.ours()
        bare: Any = duel.theirs()
        theirs, within, away = bare
        assert ours.amount.to("mg").magnitude == theirs.magnitude == 600
        assert within
        assert ours.deviation == pytest.approx(away.magnitude, rel=1e-9)


@pytest.mark.parametrize("duel", [dose.in_numpy(), dose.in_polars(), dose.few()])
def test_a_column_is_that_of_its_peer(duel: Duel) -> None:
    ours: Any = duel.ours()
    bare: Any = duel.theirs()
    theirs, away, nothing, impossible = bare
    assert np.array_equal(ours.amount.to("mg").magnitude, theirs)
    # The lightest, 40 kg, has 400 mg; every step of 50 mg is within 10 %.
    assert (theirs.min(), theirs.max()) == (400, 1200)
    assert (bool(away), bool(nothing), bool(impossible)) == (False, False, False)


def events(file: bytes) -> list[dict[str, object]]:
    return [
        {
            key: event.decoded(key) if key.startswith("DT") else str(event[key])
            for key in ("UID", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE")
        }
        for event in icalendar.Calendar.from_ical(file).walk("VEVENT")
    ]


def test_icalendar_alone_writes_the_events_of_the_course() -> None:
    duel = files.calendar()
    ours, theirs = duel.ours(), duel.theirs()
    assert isinstance(ours, bytes)
    assert isinstance(theirs, bytes)
    assert events(ours) == events(theirs)
    assert len(events(ours)) == 365


def test_xlsxwriter_alone_writes_the_cells_of_the_workbook() -> None:
    duel = files.workbook()
    ours, theirs = duel.ours(), duel.theirs()
    assert isinstance(ours, bytes)
    assert isinstance(theirs, bytes)
    found = files.read_cells(ours)
    assert len(found) > 1
    assert sum(map(len, found.values())) > 365
    others = files.read_cells(theirs)
    assert [
        (title, row, column)
        for title, rows in found.items()
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell != others[title][row][column] and "bench-" not in str(cell)
    ] == []


@pytest.mark.parametrize("size", [10, 40])
def test_a_course_has_as_many_doses_and_changes_as_it_says(size: int) -> None:
    unchanged, changed = (DailyDoses(size).computing(count)() for count in (0, 10))
    assert (len(unchanged.rows), len(unchanged.plan.changes)) == (size, 0)
    assert (len(changed.rows), len(changed.plan.changes)) == (size, 10)
    # Five changes by one day and five by two, each of all later doses, all before the last dose.
    assert (changed.rows[-1].date - unchanged.rows[-1].date).days == 15


def test_no_course_is_computed_twice() -> None:
    work = DailyDoses(10).computing(1)
    first, second = work(), work()
    assert first.plan.hash != second.plan.hash
    assert dates(first) == dates(second)
    plans = [course.plan.hash for course in itertools.islice(DailyDoses(10).courses(), 3)]
    assert len(set(plans)) == 3


def dates(course: Course) -> list[object]:
    return [row.date for row in course.rows]


@pytest.fixture(scope="module")
def home() -> Path:
    """Return the folder of all servers of this run: each finds what the first of them kept."""
    return Path(os.environ["XDG_CACHE_HOME"]).parent


def test_the_plan_page_answers_a_changed_weight_with_its_dose(home: Path) -> None:
    with (
        serving(APP, home) as server,
        visiting(server.port, PAGE) as visitor,
    ):
        before = server.cpu()
        visitor.fill_in(PATIENT)
        # 375 mg/m2 of sqrt(175 x 70 / 3600) = 1.8447 m2 is 691.75 mg
        assert "691.75 mg" in plain(visitor.text)
        assert server.cpu() > before
        assert server.memory() > 10_000_000
        visitor.fill_in({"plan-weight": "64 kg"})
        # sqrt(175 x 64 / 3600) = 1.7638 m2: 661.44 mg
        assert "661.44 mg" in plain(visitor.text)
        assert "691.75 mg" not in plain(visitor.text)


def plain(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page).replace("\u00a0", " ")


def test_the_text_only_page_answers_with_the_text(home: Path) -> None:
    with (
        serving(TEXT_ONLY, home) as server,
        visiting(server.port) as visitor,
    ):
        visitor.fill_in({"text": "60.000 kg"})
        assert visitor.text == "60.000 kg"


def test_no_weight_is_typed_twice_nor_by_two_people() -> None:
    first = list(itertools.islice(new_weights(), 500))
    second = list(itertools.islice(new_weights(500), 500))
    assert first[:2] == ["60.000 kg", "60.001 kg"]
    assert len({*first, *second}) == 1000


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_each_command_line_prints_what_it_is_asked_for(
    line: tuple[str, Any, float], home: Path
) -> None:
    expected = {
        "schedules list": "rituximab-weekly",
        "schedules plan": "700 mg",
        "dosing dose": "28.8 g",
    }
    name, words, _ = line
    printed = run(home, words).replace("\u00a0", " ")
    assert expected.get(name, "usage") in printed


def test_a_program_that_is_measured_keeps_its_files_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POSOLOGY_DATABASE_URL", "STREAMLIT_SERVER_PORT", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "1")
    given = environment(tmp_path)
    assert [name for name in given if name.startswith(("STREAMLIT_", "PYTHON"))] == []
    own = {name: value for name, value in given.items() if name.startswith(("POSOLOGY_", "XDG_CA"))}
    assert own == {
        "POSOLOGY_DATA": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    assert str(ROOT) not in own.values()


def test_the_records_hold_and_list_the_newest_plans(tmp_path: Path) -> None:
    smaller, larger = build(tmp_path, (60, 130))
    assert [store.verify().broken for store in (smaller, larger)] == [None, None]
    assert [store.verify().entries for store in (smaller, larger)] == [60, 130]
    labels = [one.label for one in first_page(larger).plans]
    assert labels == [f"bench-{number}" for number in range(130, 120, -1)]
    for store in (smaller, larger):
        store.close()


def test_packs_by_day_are_those_of_the_amounts_that_are_counted_without_rows() -> None:
    """Of eight people four have 600 mg and four 700 mg, in four weeks from eight weekdays on.

    On Tuesday 8-Dec the second of them (60.7 kg, 171 cm, 1.698 m2, 637 mg: 600 mg) has the second
    dose, the seventh (64.2 kg, 174 cm, 1.762 m2, 661 mg: 700 mg) the first: two vials of 500 mg,
    and one and two of 100 mg.
    """
    order = TableOrder(regimen="rituximab-weekly", made_on=dt.date(2026, 11, 20))
    screen = Screen(order, library())
    duel = cohort.packs_of(cohort.columns(screen, cohort.people_of(8)))
    ours: Any = duel.ours()
    theirs: Any = duel.theirs()
    assert theirs.sum(axis=1).tolist() == [16, 16]
    own = {(what[0], what[-1]): (packs, doses) for what, packs, doses in ours}
    assert own["2026-12-08", "500 mg"] == (2, 2)
    assert own["2026-12-08", "100 mg"] == (3, 2)
    days = [f"{dt.date(2026, 11, 30) + dt.timedelta(days=n)}" for n in range(theirs.shape[1])]
    of_600, of_700 = theirs.tolist()
    for day, some, more in zip(days, of_600, of_700, strict=True):
        assert own.get((day, "500 mg"), (0, 0)) == (some + more, some + more)
        assert own.get((day, "100 mg"), (0, 0)) == (some + 2 * more, some + more)
