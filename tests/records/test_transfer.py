from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.chain import append
from records.database import sqlite_url
from records.place import FILE
from records.store import Store, open_store
from records.transfer import export, restore
from tests.support.ledger import writes
from tests.support.planning import library
from tests.support.server import database
from tests.support.ward import NOON, PLANNER, plan, saved


def exported(store: Store) -> list[str]:
    return list(export(store.engine))


def test_everything_comes_back_as_the_same_bytes(store: Store, other_url: URL) -> None:
    for write in writes():
        write(store)
    lines = exported(store)
    assert len(lines) == len(writes()) + 2
    other = open_store(other_url)
    verdict = restore(other.engine, lines)
    assert verdict == store.verify() == other.verify()
    assert verdict.broken is None
    assert exported(other) == lines
    assert other.plans(library()) == store.plans(library())
    assert other.signatures(plan().id) == store.signatures(plan().id)
    # It goes on where the other one stood.
    assert saved(other, plan("ward-9")).n == len(writes()) + 1
    assert other.verify().broken is None
    other.close()


def test_both_databases_write_the_same_bytes(server: URL, sqlite_store: Store) -> None:
    """What one wrote is read into the other: a ward may move from a file to a server."""
    for write in writes():
        write(sqlite_store)
    lines = exported(sqlite_store)
    other = open_store(database(server))
    restore(other.engine, lines)
    assert exported(other) == lines
    other.close()


def test_an_empty_store_comes_back_empty(store: Store, other_url: URL) -> None:
    other = open_store(other_url)
    assert restore(other.engine, exported(store)).entries == 0
    other.close()


def test_a_store_that_holds_something_is_not_written_over(store: Store) -> None:
    saved(store)
    with pytest.raises(InputError, match="restore into an empty store"):
        restore(store.engine, exported(store))
    assert store.verify().entries == 1


@pytest.fixture
def lines(sqlite_store: Store) -> list[str]:
    saved(sqlite_store)
    saved(sqlite_store, plan("ward-8"))
    return exported(sqlite_store)


def test_what_is_no_whole_export_is_refused_and_nothing_is_kept(
    lines: list[str], other_url: URL
) -> None:
    first, one, two, last = lines
    wrong_row = json.dumps({"audit": {"n": "1"}}) + "\n"
    wrong = {
        "is not one of this program": ["{}\n", one, last],
        "line 2: cannot be read": [first, one[:-9], last],
        "was cut off or pieced together": [first, one, two],
        "was cut off": [first, one, last],
        "comes after the last": [first, one, two, last, two],
        "has no table wards": [first, json.dumps({"wards": {}}) + "\n", last],
        "has a row that does not fit audit": [first, wrong_row, last],
    }
    other = open_store(other_url)
    for said, given in wrong.items():
        with pytest.raises(InputError, match=said):
            restore(other.engine, given)
    assert other.verify().entries == 0
    other.close()


def test_a_changed_export_is_refused_and_the_row_is_named(lines: list[str], other_url: URL) -> None:
    other = open_store(other_url)
    changed = [line.replace("70 kg", "80 kg") for line in lines]
    assert changed != lines
    with pytest.raises(RefusedError, match="texts 1 was changed"):
        restore(other.engine, changed)
    assert other.verify().entries == 0
    other.close()


def altered(line: str, **tables: dict[str, Any] | None) -> str:
    """Return an entry in which rows have other values; None takes a row out."""
    entry = json.loads(line)
    for name, values in tables.items():
        entry[name] = None if values is None else {**entry.get(name, {}), **values}
    return json.dumps(entry) + "\n"


def test_a_row_that_cannot_be_one_is_refused_by_its_line_before_anything_is_compared(
    lines: list[str], sqlite_store: Store, tmp_path: Path
) -> None:
    first, one, two, last = lines
    other = open_store(sqlite_url(tmp_path / "other" / FILE))
    no_text: Any = []
    for line, said in (
        ("[]\n", "line 3: cannot be read"),
        ("{}\n", "line 3: has no row of audit"),
        (altered(two, audit=None), "line 3: has no row of audit"),
        (altered(two, texts={"n": 1}), "line 3: has a row of another entry in texts"),
        (altered(two, texts={"content": 5}), "line 3: has a row that does not fit texts"),
        (altered(two, texts={"more": "x"}), "line 3: has a row that does not fit texts"),
        (altered(two, texts={"sha256": None}), "line 3: has a row that does not fit texts"),
        (
            json.dumps({**json.loads(two), "texts": ["n"]}),
            "line 3: has a row that does not fit texts",
        ),
        *(
            (altered(two, plan_versions={"version": version}), "does not fit plan_versions")
            for version in (0, -1, "1", True, 1.0, None, 2**31, no_text)
        ),
    ):
        with pytest.raises(InputError, match=said):
            restore(other.engine, [first, one, line, last])
    # The greatest number of both databases is one that a row can have: then the chain is asked.
    for version in (1, 2_147_483_647):
        entry = altered(two, plan_versions={"version": version}, texts={"content": None})
        with pytest.raises(RefusedError, match="The chain in the file is broken"):
            restore(other.engine, [first, one, entry, last])
    assert other.verify().entries == 0
    assert restore(other.engine, lines) == sqlite_store.verify()
    other.close()


@pytest.mark.parametrize("content", ["[]", '{"patient": {}}', "no plan"])
def test_a_whole_chain_around_what_is_no_plan_is_refused(
    sqlite_store: Store, tmp_path: Path, content: str
) -> None:
    with sqlite_store.writing(NOON) as connection:
        values = {"plan": "x", "version": 1}
        append(connection, PLANNER, NOON, "plan_versions", values, content)
    other = open_store(sqlite_url(tmp_path / "other" / FILE))
    with pytest.raises(InputError, match="holds a plan that cannot be read; give an export"):
        restore(other.engine, exported(sqlite_store))
    assert other.verify().entries == 0
    other.close()
