"""Heads are kept elsewhere by the program itself, and verify finds what the chain cannot show."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from sqlalchemy import URL, Connection, create_engine

from commands.records import main
from dosing.errors import InputError
from records.database import sqlite_url
from records.heads import read_heads
from records.place import FILE, heads_file
from records.store import Store, open_copy_of_store, open_store
from records.tables import RECORDS
from tests.records.test_chain import unguard
from tests.support.places import ROOT
from tests.support.server import database, wait_until_left
from tests.support.ward import ADMINISTRATOR, NOON, PLANNER, heavier, minutes, plan, saved

YEAR = dt.timedelta(days=365)


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere" / "heads.txt"


@pytest.fixture
def store(url: URL, heads: Path) -> Iterator[Store]:
    """Return a store of three rows whose heads are kept elsewhere."""
    opened = open_store(url, heads)
    for number in (1, 2, 3):
        saved(opened, plan(f"ward-{number}"))
    yield opened
    opened.close()


def cut(store: Store, last: int) -> None:
    """Take the last rows away, with everything that the database knows of them, guards put back."""
    with store.engine.begin() as connection:
        made = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.exec_driver_sql(made).scalars().all()
        unguard(connection)
        for table in ("texts", *RECORDS, "audit", "listed_plans"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE n > {last}")
        for trigger in triggers:
            connection.exec_driver_sql(trigger)


def file_of(store: Store) -> Path:
    return Path(store.engine.url.database or "")


def test_every_write_leaves_its_head_elsewhere(store: Store, heads: Path) -> None:
    trail = [store.audit(plan(f"ward-{number}").id)[0] for number in (1, 2, 3)]
    kept = read_heads(heads)
    assert [(head.n, head.hash) for head in kept] == [(row.n, row.hash) for row in trail]
    assert {head.chain for head in kept} == {trail[0].hash}
    saved(store, plan("ward-3"))  # the same content is no new row
    store.erase("ward-1", ADMINISTRATOR, why="asked for", at=minutes(9))
    assert [head.n for head in read_heads(heads)] == [1, 2, 3, 4]
    assert heads.stat().st_mode & 0o777 == 0o600
    assert "ward" not in heads.read_text().replace(str(file_of(store)), "")
    assert store.verify().broken is None


@pytest.mark.hazard("H52")
def test_a_tail_that_was_cut_off_is_found(sqlite_store: Store, heads: Path) -> None:
    sqlite_store.heads = heads
    for number in (1, 2, 3):
        saved(sqlite_store, plan(f"ward-{number}"))
    cut(sqlite_store, 2)
    assert str(sqlite_store.verify().broken) == (
        "audit 3 is missing: it was there on 2026-11-20T12:00:00Z, "
        "by the head that is kept elsewhere"
    )
    # What is written next does not hide it.
    saved(sqlite_store, plan("ward-4"))
    assert str(sqlite_store.verify().broken).startswith("audit 3 was another on 2026-11-20")


def other_chain(tmp_path: Path, labels: tuple[str, ...]) -> Path:
    store = open_store(sqlite_url(tmp_path / "other" / FILE))
    for label in labels:
        saved(store, plan(label))
    store.close()
    return tmp_path / "other" / FILE


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_records_swapped_for_others_or_written_anew_are_found(store: Store, tmp_path: Path) -> None:
    store.close()
    labels = ("ward-1", "ward-2", "ward-3")
    for changed in (("bed-1", "bed-2", "bed-3"), (*labels[:2], "bed-3"), labels[:2]):
        shutil.copy(other_chain(tmp_path, changed), file_of(store))
        shutil.rmtree(tmp_path / "other")
        again = open_store(store.engine.url, store.heads)
        broken = again.verify().broken
        again.close()
        assert broken is not None and "by the head that is kept elsewhere" in str(broken)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_earlier_copy_in_the_place_of_the_records_is_found(store: Store, tmp_path: Path) -> None:
    store.close()
    shutil.copy(file_of(store), tmp_path / "earlier")
    again = open_store(store.engine.url, store.heads)
    saved(again, plan("ward-4"))
    again.close()
    shutil.copy(tmp_path / "earlier", file_of(store))
    rolled_back = open_store(store.engine.url, store.heads)
    assert str(rolled_back.verify().broken).startswith("audit 4 is missing: it was there on")
    rolled_back.close()


def cut_by_the_owner(url: URL) -> None:
    """Delete the last row as an owner of the database can, with every guard as it was."""
    with postgresql_as_owner(url) as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        for table in ("texts", *RECORDS, "audit", "listed_plans"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE n > 2")


def swapped(url: URL) -> None:
    other = database(url)
    store = open_store(other)
    for label in ("bed-1", "bed-2", "bed-3"):
        saved(store, plan(label))
    store.close()
    put_in_place(other, url)


def rolled_back(url: URL) -> None:
    earlier = database(url, like=str(url.database))
    store = open_store(url, heads_file(os.environ))
    saved(store, plan("ward-4"))
    store.close()
    put_in_place(earlier, url)


@contextlib.contextmanager
def postgresql_as_owner(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def put_in_place(other: URL, url: URL) -> None:
    with postgresql_as_owner(url.set(database="template1")) as connection:
        for database_name in (url.database, other.database):
            wait_until_left(connection, str(database_name))
        connection.exec_driver_sql(f"DROP DATABASE {url.database}")
        connection.exec_driver_sql(f"ALTER DATABASE {other.database} RENAME TO {url.database}")


@pytest.mark.hazard("H52")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("act", "row"), [(cut_by_the_owner, 3), (swapped, 1), (rolled_back, 4)])
def test_a_server_that_was_cut_swapped_or_rolled_back_is_found_by_the_settings_that_are_shipped(
    url: URL,
    act: Callable[[URL], None],
    row: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shipped = YAML(typ="safe").load(ROOT / "compose.yaml")["services"]["app"]["environment"]
    named = Path(shipped["POSOLOGY_HEADS"])
    monkeypatch.setenv("POSOLOGY_HEADS", str(tmp_path / named.name))  # its volume
    monkeypatch.setenv("POSOLOGY_DATABASE_URL", url.render_as_string())
    store = open_store(url, heads_file(os.environ))
    for number in (1, 2, 3):
        saved(store, plan(f"ward-{number}"))
    store.close()
    assert main(["verify"]) == 0
    act(url)
    assert main(["verify"]) == 3
    broken = capsys.readouterr().err.splitlines()[-2]
    assert broken.startswith(f"The chain is broken: audit {row} ")
    assert broken.endswith("by the head that is kept elsewhere.")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_copy_that_is_written_to_beside_the_records_is_named(
    store: Store, tmp_path: Path
) -> None:
    assert store.notes(NOON) == []
    store.close()
    shutil.copy(file_of(store), tmp_path / "copy.sqlite3")
    copy = open_store(sqlite_url(tmp_path / "copy.sqlite3"), store.heads)
    saved(copy, plan("ward-4"))
    assert copy.notes(NOON) == [
        f"These records were also written at {file_of(store)}, which is still there: one is a copy."
    ]
    assert store.notes(NOON)[0].startswith("These records were also written at")
    copy.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("writable", [True, False])
def test_a_backup_is_verified_and_left_as_it_is(
    store: Store, tmp_path: Path, writable: bool
) -> None:
    store.close()
    folder = tmp_path / "backup"
    folder.mkdir()
    backup = folder / "monday.sqlite3"
    shutil.copy(file_of(store), backup)
    saved(store, heavier(plan("ward-3")))  # the records went on
    store.close()
    if not writable:
        backup.chmod(0o444)
        folder.chmod(0o555)
    before = backup.read_bytes()
    copy = open_copy_of_store(backup, store.heads)
    verdict = copy.verify()
    copy.close()
    assert (verdict.broken, verdict.entries) == (None, 3)
    assert backup.read_bytes() == before
    assert writable or [path.name for path in folder.iterdir()] == ["monday.sqlite3"]
    folder.chmod(0o755)


def test_a_backup_that_was_written_anew_is_found(tmp_path: Path, heads: Path) -> None:
    store = open_store(sqlite_url(tmp_path / FILE), heads)
    saved(store, plan("ward-1"))
    saved(store, plan("ward-2"))
    store.close()
    copy = open_copy_of_store(other_chain(tmp_path, ("ward-1", "bed-2")), heads)
    assert str(copy.verify().broken).startswith("audit 2 was another on")
    copy.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_copy_of_records_that_had_no_list_of_plans_is_verified(
    store: Store, tmp_path: Path
) -> None:
    store.close()
    shutil.copy(file_of(store), tmp_path / "copy.sqlite3")
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as file:
        file.execute("DROP TABLE listed_plans")
        file.commit()
    copy = open_copy_of_store(tmp_path / "copy.sqlite3", store.heads)
    assert (copy.verify().broken, copy.verify().entries) == (None, 3)
    copy.close()


MISSED = (
    "WARN  No head of these records is kept yet: the next write brings the first, unless somebody "
    "has taken them out."
)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_heads_that_were_taken_out_are_missed_until_the_head_is_kept_again(
    store: Store, heads: Path
) -> None:
    heads.unlink()
    assert store.notes(NOON) == [MISSED]
    store.keep_head(minutes(7))
    assert store.notes(NOON) == []
    (head,) = read_heads(heads)
    row = store.audit(plan("ward-3").id)[-1]
    assert (head.at, head.n, head.hash) == ("2026-11-20T12:07:00Z", 3, row.hash)
    # A copy is often of records whose heads are elsewhere, and is not written to.
    store.close()
    heads.unlink()
    copy = open_copy_of_store(file_of(store), heads)
    assert copy.notes(NOON) == []
    copy.close()


def test_records_without_a_row_have_no_head_and_those_that_keep_none_write_none(
    sqlite_store: Store, heads: Path
) -> None:
    sqlite_store.heads = heads
    sqlite_store.keep_head(NOON)
    assert sqlite_store.notes(NOON) == []
    assert not heads.exists()
    sqlite_store.heads = None
    saved(sqlite_store)
    sqlite_store.keep_head(NOON)
    assert not heads.exists()


def test_nothing_is_written_where_its_head_cannot_be_kept(url: URL, tmp_path: Path) -> None:
    store = open_store(url, tmp_path / "no" / "heads.txt")
    with pytest.raises(InputError, match=r"POSOLOGY_HEADS.* cannot be written"):
        saved(store)
    assert store.verify().entries == 0
    store.close()


def test_a_head_that_a_crash_cut_off_is_no_head(store: Store, heads: Path) -> None:
    with heads.open("a") as file:
        file.write("2026-11-20T12:00:00Z 4 5f")
    assert store.verify().broken is None


def test_times_that_go_back_or_are_still_to_come_are_said(store: Store) -> None:
    store.save(plan("ward-4"), PLANNER, expected_version=0, at=NOON + 10 * YEAR)
    store.save(plan("ward-5"), PLANNER, expected_version=0, at=NOON)
    store.save(plan("ward-6"), PLANNER, expected_version=0, at=NOON - dt.timedelta(minutes=5))
    assert store.notes(NOON) == [
        "The clock went back: row 4 is of 2036-11-17T12:00:00Z, the next of 2026-11-20T12:00:00Z.",
        "Row 4 is of 2036-11-17T12:00:00Z, a time to come.",
    ]
