from __future__ import annotations

import json

import pytest
from sqlalchemy import URL

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.store import Store, open_store
from records.transfer import export, restore
from tests.support.ledger import writes
from tests.support.planning import library
from tests.support.server import database
from tests.support.ward import plan, saved


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
