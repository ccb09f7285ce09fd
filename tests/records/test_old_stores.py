"""Stores that an earlier version of the program wrote, as its database dumped them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, create_engine

from records.database import sqlite_url
from records.listing import Search
from records.place import FILE
from records.store import Store, open_copy_of_store, open_store
from tests.support.planning import library
from tests.support.ward import PLANNER, heavier, minutes, plan

DUMPS = Path(__file__).with_name("old_stores")
# The head that the program of that time printed.
HEAD = "63b401560bcb4ff7e85c7a0a69fa0f69a7c83b54c51b0a4e3ccb877b0dcc0239"


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Return the address of a store that was written before there was a list of plans."""
    dump = (DUMPS / f"0001.{request.param}.sql").read_text(encoding="utf-8")
    if request.param == "sqlite":
        with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as connection:
            connection.executescript(dump)
        yield sqlite_url(tmp_path / FILE)
        return
    server: URL = request.getfixturevalue("server")
    maker = create_engine(server.set(database="template1"), isolation_level="AUTOCOMMIT")
    with maker.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE old_store")
    url = server.set(database="old_store")
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute(dump.encode())
    yield url
    with maker.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE old_store WITH (FORCE)")
    maker.dispose()


def found(store: Store, search: Search) -> list[str]:
    return [one.label for one in store.plans(library(), search).plans]


def test_records_of_an_earlier_version_hold_and_are_listed(old: URL) -> None:
    store = open_store(old)
    verdict = store.verify()
    assert (verdict.broken, verdict.entries, verdict.erased) == (None, 12, 2)
    assert verdict.head == HEAD
    # ward-8 was erased; ward-7 signed; Ward-10 signed and then saved again.
    assert found(store, Search()) == ["Ward-10", "ward-9", "ward-7"]
    assert found(store, Search(label="ward-1")) == ["Ward-10"]
    assert found(store, Search(state="void")) == ["Ward-10"]
    assert found(store, Search(state="waiting")) == ["ward-9"]
    assert found(store, Search(state="signed")) == ["ward-7"]
    store.save(heavier(plan("ward-9")), PLANNER, expected_version=1, at=minutes(300))
    assert found(store, Search()) == ["ward-9", "Ward-10", "ward-7"]
    assert store.verify().broken is None
    store.close()


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_a_copy_of_an_earlier_version_is_verified_as_it_is(old: URL) -> None:
    copy = open_copy_of_store(Path(str(old.database)))
    verdict = copy.verify()
    copy.close()
    assert (verdict.broken, verdict.entries, verdict.head) == (None, 12, HEAD)
