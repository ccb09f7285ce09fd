from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, inspect

from dosing.errors import InputError
from records.chain import append
from records.database import (
    MIGRATIONS,
    DamagedError,
    database_url,
    open_engine,
    reading,
    sqlite_url,
    writing,
)
from records.guards import KNOWN_TABLES
from records.place import FILE
from records.store import Store, open_store
from records.tables import metadata
from tests.support.places import ROOT
from tests.support.planning import library
from tests.support.ward import NOON, PLANNER, damage, plan, saved

# A later migration, as a later version of the program would bring it.
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "0004"


def upgrade() -> None:
    op.create_table("later", sa.Column("n", sa.Integer, primary_key=True))
    {then}
"""


def later(folder: Path, then: str = "pass") -> Path:
    scripts = folder / "migrations"
    shutil.copytree(MIGRATIONS, scripts)
    (scripts / "versions" / "later.py").write_text(LATER.format(then=then))
    return scripts


def test_without_settings_the_records_are_a_file_beside_the_program() -> None:
    url = database_url({}, Path("/srv/posology"))
    assert (url.get_backend_name(), url.database) == (
        "sqlite",
        "/srv/posology/data/records.sqlite3",
    )


def test_posology_data_names_another_folder() -> None:
    url = database_url({"POSOLOGY_DATA": "/mnt/ward"}, Path("/srv/posology"))
    assert url.database == "/mnt/ward/records.sqlite3"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_one_setting_names_a_postgresql_database(scheme: str) -> None:
    typed = f"{scheme}://posology:pw@db.ward.example:5432/records"
    url = database_url({"POSOLOGY_DATABASE_URL": typed}, Path("/srv"))
    assert url.drivername == "postgresql+psycopg"
    assert (url.host, url.port, url.database) == ("db.ward.example", 5432, "records")


@pytest.mark.parametrize("typed", ["mysql://posology:hush@db/x", "hush", "sqlite://", "://hush"])
def test_another_address_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(InputError, match=r"write postgresql://user:password@host/database") as no:
        database_url({"POSOLOGY_DATABASE_URL": typed}, Path("/srv"))
    assert "hush" not in str(no.value)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    typed = f"postgresql://posology:hush@/records?host={tmp_path}"
    url = database_url({"POSOLOGY_DATABASE_URL": typed}, Path("/srv"))
    with pytest.raises(InputError, match="cannot be opened") as no:
        open_engine(url)
    assert "hush" not in str(no.value)


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text("shopping list " * 100)
    with pytest.raises(InputError, match="cannot be opened"):
        open_engine(sqlite_url(path))
    assert path.read_text().startswith("shopping list")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        open_engine(sqlite_url(tmp_path / "data" / FILE))


@pytest.mark.parametrize("closed", [".", FILE])
def test_records_that_are_closed_to_writing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    place = tmp_path / closed
    open_engine(sqlite_url(tmp_path / FILE)).dispose()
    # Whoever runs the tests may write everything, as root may.
    monkeypatch.setattr(os, "access", lambda of, _: Path(of) != place)
    with pytest.raises(InputError) as no:
        open_engine(sqlite_url(tmp_path / FILE))
    [problem] = no.value.problems
    assert (problem.typed, problem.why) == (str(place), "cannot be written")


def test_the_migrations_make_the_tables_that_the_program_writes_to(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_sqlite_writes_ahead_keeps_foreign_keys_and_wipes_what_it_frees(
    sqlite_store: Store,
) -> None:
    with reading(sqlite_store.engine) as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "synchronous")
        }
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert settings == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "synchronous": 2,
    }
    assert patience >= 10_000


def test_the_file_is_readable_for_its_owner_alone(sqlite_store: Store) -> None:
    path = Path(sqlite_store.engine.url.database or "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_later_migration_keeps_what_was_saved(
    url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The later version of the program knows the table that it makes.
    monkeypatch.setattr("records.guards.KNOWN_TABLES", {*KNOWN_TABLES, "later"})
    store = open_store(url)
    kept = saved(store)
    store.close()
    scripts = later(tmp_path)
    for _ in range(2):  # the second time there is nothing left to do
        migrated = Store(open_engine(url, scripts))
        assert "later" in inspect(migrated.engine).get_table_names()
        assert migrated.versions(plan().id) == [kept]
        assert migrated.verify().broken is None
        migrated.close()


def test_the_sqlite_file_is_copied_before_each_migration(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / FILE)
    store = open_store(url)
    kept = saved(store)
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE]
    open_engine(url, later(tmp_path)).dispose()
    copy = tmp_path / f"{FILE}.before-later"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert ("later",) not in tables
    before = open_store(sqlite_url(copy))
    assert before.versions(plan().id) == [kept]
    before.close()


def test_a_migration_that_fails_changes_nothing(url: URL, tmp_path: Path) -> None:
    store = open_store(url)
    kept = saved(store)
    store.close()
    with pytest.raises(InputError, match="cannot be opened"):
        open_engine(url, later(tmp_path, then='op.execute("NONSENSE")'))
    again = open_store(url)
    assert "later" not in inspect(again.engine).get_table_names()
    assert again.versions(plan().id) == [kept]
    again.close()


def test_records_of_a_newer_program_are_left_alone(url: URL, tmp_path: Path) -> None:
    open_engine(url, later(tmp_path)).dispose()
    with pytest.raises(
        InputError, match="was written by a newer Posology; open them with that version"
    ):
        open_store(url)


def test_what_fails_halfway_leaves_nothing_behind(store: Store) -> None:
    def halfway() -> None:
        with writing(store.engine) as connection:
            values = {"plan": "x", "version": 1}
            append(connection, PLANNER, NOON, "plan_versions", values, "{}")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        halfway()
    assert store.verify().entries == 0


def test_the_folder_of_the_records_is_no_part_of_the_program() -> None:
    root = ROOT
    assert "/data/" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_a_damaged_page_is_said_in_words_with_how_to_go_on(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    store.close()
    damage(tmp_path / FILE)
    damaged = open_store(sqlite_url(tmp_path / FILE))
    with pytest.raises(DamagedError, match="put back the last good copy of their file"):
        damaged.plans(library())
    damaged.close()
