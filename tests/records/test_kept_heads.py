"""The file in which heads are kept: what is read out of it, and what each line of it proves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dosing.errors import InputError
from records.database import sqlite_url
from records.heads import append_line, read_heads
from records.place import FILE
from records.store import Store, open_store
from schedules.course.work_out import work_out
from tests.support.planning import library
from tests.support.ward import NOON, plan, saved, signed


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "heads.txt"


@pytest.fixture
def kept(sqlite_store: Store, heads: Path) -> Iterator[Store]:
    """Return a store of one row whose head is kept elsewhere."""
    opened = open_store(sqlite_store.engine.url, heads)
    saved(opened, plan("ward-1"))
    yield opened
    opened.close()


def test_heads_of_several_records_in_a_folder_with_blanks_are_told_apart(
    kept: Store, heads: Path, tmp_path: Path
) -> None:
    """One file for two chains: neither is missed, and neither is a copy of the other."""
    other = open_store(sqlite_url(tmp_path / "the other ward" / FILE), heads)
    assert other.notes(NOON) == []
    saved(other, plan("bed-1"))
    assert read_heads(heads)[-1].place == other.engine.url.database
    for each in (kept, other):
        assert each.notes(NOON) == []
        assert each.verify().broken is None
    # Written to at another place, from which it is gone: no copy is there to be named.
    other.close()
    moved = tmp_path / "moved.sqlite3"
    shutil.move(tmp_path / "the other ward" / FILE, moved)
    again = open_store(sqlite_url(moved), heads)
    assert again.notes(NOON) == []
    again.close()


def test_what_is_no_head_in_the_file_is_passed_over(heads: Path) -> None:
    assert read_heads(heads) == []
    lines = ("2026-11-20T12:00:00Z four 5f 5f here", "2026-11-20T12:00:00Z 4 5f 5f", "", "4 4 4")
    heads.write_text("\n".join(lines), encoding="utf-8")
    assert read_heads(heads) == []
    heads.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"POSOLOGY_HEADS: .* cannot be read; look at this file"):
        read_heads(heads)


def next_descriptor() -> int:
    """Return the number of the next file to be opened, the lowest that no open file has (POSIX)."""
    with Path(os.devnull).open("rb") as file:
        return file.fileno()


def test_a_head_is_on_the_disk_once_it_was_added_and_its_file_is_closed(
    heads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: on_disk.append(heads.read_text(encoding="utf-8")))
    before = next_descriptor()
    append_line(heads, "one")
    append_line(heads)
    append_line(heads, "two")
    assert on_disk == ["one\n", "one\ntwo\n"]
    assert next_descriptor() == before


@pytest.mark.parametrize(
    ("line", "done"),
    [("", ""), ("one", ": what was done is in the records, but not its head in this file")],
)
def test_a_head_that_cannot_be_written_says_whether_the_records_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, done: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        append_line(Path("no/heads.txt"), line)
    assert str(refused.value) == (
        f'POSOLOGY_HEADS: "no/heads.txt" cannot be written (No such file or directory){done}; '
        "name a file in a folder that exists and may be written to"
    )


def test_a_course_names_the_row_that_saved_or_judged_its_plan_last(sqlite_store: Store) -> None:
    def row(label: str = "ward-7") -> str:
        found = work_out(plan(label), library())
        return sqlite_store.look_up_check(found, library()).checked.row

    assert row() == ""
    saved(sqlite_store)
    saved(sqlite_store, plan("ward-8"))
    digits = [sqlite_store.audit(plan(label).id)[0].hash[:12] for label in ("ward-7", "ward-8")]
    assert (row(), row("ward-8")) == (f"1 {digits[0]}", f"2 {digits[1]}")
    signed(sqlite_store, plan())
    assert row() == f"3 {sqlite_store.audit(plan().id)[-1].hash[:12]}"
