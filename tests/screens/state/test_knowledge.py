"""The library that all sessions share: read once, and again as soon as one of its files changes."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from dosing.errors import KnowledgeError
from schedules.library.cache import read_cached
from screens.state import knowledge
from screens.state.knowledge import SharedLibrary, stamps
from tests.support.driving import PATIENT, dose, filled, opened, shown
from tests.support.shelf import read_anew, shelf

Tick = Callable[[float], None]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(knowledge, "shipped_knowledge", lambda: tmp_path)
    return shelf(tmp_path)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every reading of the library."""
    begun: list[Path] = []

    def read(root: Path) -> object:
        begun.append(root)
        return read_cached(root)

    monkeypatch.setattr(knowledge, "read_cached", read)
    return begun


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Tick:
    """Move the clock by which the files are looked at; it stands still otherwise."""
    now = [0.0]

    def move(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(knowledge, "SHARED", SharedLibrary(lambda: now[0]))
    return move


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    read_anew(file.parents[1])


@pytest.mark.parametrize(("frozen", "looks"), [(0, 0), (200_000, 1)])
def test_garbage_is_looked_for_when_the_library_is_read_again_not_at_the_start(
    frozen: int, looks: int, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = Mock(spec=gc, **{"get_freeze_count.return_value": frozen})
    monkeypatch.setattr(knowledge, "gc", collector)
    SharedLibrary().current(files)
    assert collector.collect.call_count == looks
    assert collector.freeze.call_count == 1


@pytest.mark.parametrize("looks", [True, False])
def test_nobody_looks_for_garbage_while_the_library_is_read_and_then_as_before(
    looks: bool, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(root: Path) -> object:
        assert collector.enable.call_count < collector.disable.call_count
        raise KnowledgeError("site.yaml: is missing")

    collector = Mock(
        spec=gc, **{"get_freeze_count.return_value": 0, "isenabled.return_value": looks}
    )
    monkeypatch.setattr(knowledge, "gc", collector)
    monkeypatch.setattr(knowledge, "read_cached", read)
    with pytest.raises(KnowledgeError):
        SharedLibrary().current(files)
    assert collector.disable.call_count == 1
    assert collector.enable.call_count == int(looks)


@pytest.mark.hazard("H23")
def test_a_figure_that_changes_while_a_plan_is_open_is_seen_by_its_next_rerun(
    files: Path, tick: Tick
) -> None:
    # 375 mg/m2 by 2.2048 m2 is 826.8 mg, to the nearest 100 mg
    app = filled(opened(), {**PATIENT, "Weight": "100 kg"})
    assert dose(app) == "800 mg"
    assert "above the usual dose" not in shown(app)
    change(files / "drugs" / "rituximab.yaml", "1000 mg", "750 mg")
    tick(1)
    app = app.run()
    assert dose(app) == "800 mg"
    assert "800 mg a dose is above the usual dose" in shown(app)


def test_the_library_is_read_once_for_all(files: Path, tick: Tick, readings: list[Path]) -> None:
    first = knowledge.SHARED.current(files)
    tick(1)
    assert knowledge.SHARED.current(files) is first
    assert readings == [files]


def test_the_files_are_looked_at_once_a_second(
    files: Path, tick: Tick, readings: list[Path]
) -> None:
    first = knowledge.SHARED.current(files)
    change(files / "site.yaml", 'infusion: "09:00"', 'infusion: "09:30"')
    tick(0.5)
    assert knowledge.SHARED.current(files) is first
    tick(0.5)
    assert f"{knowledge.SHARED.current(files).site.times['infusion']}" == "09:30"
    assert len(readings) == 2


def test_a_file_of_the_same_length_and_time_is_still_another_file(files: Path, tick: Tick) -> None:
    """A file that is copied into its place keeps the time at which it was written elsewhere."""
    file = files / "site.yaml"
    knowledge.SHARED.current(files)
    before, looked = stamps(files), file.stat()
    change(file, 'infusion: "09:00"', 'infusion: "09:30"')
    os.utime(file, ns=(looked.st_atime_ns, looked.st_mtime_ns))
    assert stamps(files) != before
    tick(1)
    assert knowledge.SHARED.current(files).site.times["infusion"] == "09:30"


def test_files_that_do_not_hold_are_read_again_only_when_one_of_them_changes(
    files: Path, tick: Tick, readings: list[Path]
) -> None:
    change(files / "site.yaml", "Europe/London", "Europe/Londin")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match=r"site\.yaml"):
            knowledge.SHARED.current(files)
        tick(1)
    assert len(readings) == 1
    change(files / "site.yaml", "Europe/Londin", "Europe/London")
    tick(1)
    assert knowledge.SHARED.current(files).site.zone == "Europe/London"


def test_a_band_table_is_one_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "bands").mkdir()
    file = tmp_path / "bands" / "site.csv"
    file.write_text("a")
    before = stamps(tmp_path)
    file.write_text("b")
    assert stamps(tmp_path) != before
