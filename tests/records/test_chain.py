from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from records.chain import (
    Broken,
    Proved,
    Verdict,
    append,
    audit_hash,
    canonical,
    record_hash,
    sha256,
    verify,
)
from records.feeds import make_feed, revoke_feed
from records.store import Store, open_store
from records.tables import RECORDS, WITH_TEXT, audit, texts
from records.transfer import export
from tests.support.ledger import writes
from tests.support.ward import NOON, PLANNER, minutes, plan, saved

TABLES = {"audit": audit, "texts": texts, **RECORDS}


@pytest.fixture
def filled(store: Store) -> Store:
    """Return a store with every kind of record, one of them erased, that others may change now."""
    for write in writes():
        write(store)
    with store.engine.begin() as connection:
        unguard(connection)
    return store


@pytest.fixture
def with_links(filled: Store) -> Store:
    """Return the same store with the link of a calendar, which is revoked, and a verified dose."""
    _, feed = make_feed(
        filled, plan().id, PLANNER, audience="ward", discreet=False, days=1, at=minutes(300)
    )
    revoke_feed(filled, feed.n, PLANNER, at=minutes(301))
    values = {
        "plan": plan().id,
        "version": 1,
        "dose_id": "day 1",
        "point": "at the chair",
        "outcome": "agrees",
    }
    with filled.writing(minutes(302)) as connection:
        content = canonical({"entered": {}, "differs": []})
        append(connection, PLANNER, minutes(302), "verified_points", values, content)
    return filled


def unguard(connection: Connection) -> None:
    """Take away what holds the tables: triggers, and the foreign keys that point to a number."""
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in names.scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for table in TABLES:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update ON {table}")
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_delete ON {table}")
        if table != "audit":
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {table}_n_fkey")


def tampered(store: Store, *statements: str) -> Broken | None:
    """Change the tables behind the program's back, verify, and change them back."""
    with store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for statement in statements:
            done = connection.exec_driver_sql(statement)
            assert done.rowcount, statement
        broken = verify(connection).broken
        connection.rollback()
    return broken


def cells(store: Store) -> Iterator[tuple[str, int, str, Any]]:
    """Return every stored value with its table, its row's number and its column."""
    with store.engine.connect() as connection:
        for name, table in TABLES.items():
            for row in connection.execute(table.select()):
                for column, value in row._mapping.items():
                    yield name, row.n, column, value


def test_the_tests_fill_every_table(with_links: Store) -> None:
    assert {name for name, *_ in cells(with_links)} == set(TABLES) - {"acknowledgements"}


@pytest.mark.hazard("H52")
def test_a_change_of_any_value_in_any_row_is_found_and_the_row_is_named(
    with_links: Store,
) -> None:
    tried = 0
    for table, n, column, value in cells(with_links):
        if isinstance(value, int):
            new = str(value + 1000)
        elif value is None:  # an erased text that comes back
            new = "'{}'"
        else:
            changed = value[:-1] + ("y" if value.endswith("x") else "x")
            new = "'" + changed.replace("'", "''") + "'"
        broken = tampered(with_links, f"UPDATE {table} SET {column} = {new} WHERE n = {n}")
        assert broken is not None, (table, n, column)
        # Of an erased text only the hash is left; that it was changed shows in its record alone.
        either = str(broken).endswith("or the hash of its erased text was")
        assert broken.n == n
        assert broken.table == table or (either and (table, column) == ("texts", "sha256")), column
        tried += 1
    assert tried > 100


@pytest.mark.hazard("H52")
def test_a_change_of_any_byte_is_found(sqlite_store: Store) -> None:
    saved(sqlite_store)
    with sqlite_store.engine.begin() as connection:
        unguard(connection)
    tried = 0
    for table, n, column, value in cells(sqlite_store):
        for place in range(len(value) if isinstance(value, str) else 0):
            # The canonical plan is long and all alike to the hash: every seventh byte of it.
            if column == "content" and place % 7:
                continue
            new = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
            quoted = new.replace("'", "''")
            broken = tampered(sqlite_store, f"UPDATE {table} SET {column} = '{quoted}'")
            assert broken is not None and broken.n == n, (table, column, place)
            tried += 1
    assert tried > 400


def test_bytes_in_the_place_of_text_are_found(sqlite_store: Store) -> None:
    saved(sqlite_store)
    with sqlite_store.engine.begin() as connection:
        unguard(connection)
    for table, n, column, value in cells(sqlite_store):
        if isinstance(value, str):
            broken = tampered(sqlite_store, f"UPDATE {table} SET {column} = CAST({column} AS BLOB)")
            assert broken is not None and broken.n == n, (table, column)


def test_a_row_that_is_gone_is_named(filled: Store) -> None:
    for table, n, column, _ in cells(filled):
        if column == "n":
            broken = tampered(filled, f"DELETE FROM {table} WHERE n = {n}")
            last = table == "audit" and n == len(writes())
            wanted = [(table, n)] if not last else [(t, n) for t in TABLES]
            assert broken is not None and (broken.table, broken.n) in wanted, (table, n, broken)


def test_a_row_that_nobody_wrote_is_named(filled: Store) -> None:
    broken = tampered(filled, f"INSERT INTO erasures (n, plan, why) VALUES (2, '{plan().id}', 'x')")
    assert broken == Broken(table="erasures", n=2, why="is not in the audit trail")
    beyond = len(writes()) + 1
    broken = tampered(
        filled,
        f"INSERT INTO acknowledgements (n, plan, version, code) VALUES ({beyond}, 'x', 1, 'y')",
    )
    assert broken == Broken(table="audit", n=beyond, why="is missing")


@pytest.mark.parametrize("n", [0, -5])
def test_a_row_before_the_first_is_named_and_exported(filled: Store, n: int) -> None:
    """Its own row of the trail goes with it, so that no key of the database misses it."""
    columns = "at, who, role, sign_in, record, sha256, previous, hash"
    with filled.engine.begin() as connection:
        for statement in (
            f"INSERT INTO audit (n, {columns}) SELECT {n}, {columns} FROM audit WHERE n = 8",
            f"INSERT INTO administrations SELECT {n}, plan, version, dose_id, outcome, given_at "
            "FROM administrations WHERE n = 8",
        ):
            connection.exec_driver_sql(statement)
    broken = filled.verify().broken
    assert broken == Broken(table="audit", n=n, why="stands before the first row")
    assert entries_of(filled)[0]["administrations"]["n"] == n


def test_a_text_that_was_blanked_without_an_erasure_is_named(filled: Store) -> None:
    broken = tampered(filled, "UPDATE texts SET content = NULL WHERE n = 2")
    assert broken == Broken(table="texts", n=2, why="was blanked without an erasure")


def test_a_text_changed_together_with_its_hash_is_found(filled: Store) -> None:
    broken = tampered(
        filled, f"UPDATE texts SET content = '{{}}', sha256 = '{sha256('{}')}' WHERE n = 2"
    )
    assert broken == Broken(table="plan_versions", n=2, why="was changed")


def test_a_record_changed_together_with_its_audit_row_breaks_the_next_one(filled: Store) -> None:
    """The audit row is written anew with all its hashes; the row after it does not follow."""
    with filled.engine.connect() as connection:
        row = dict(connection.execute(audit.select().where(audit.c.n == 2)).one()._mapping)
        said = connection.execute(texts.select().where(texts.c.n == 2)).one()
        record = connection.execute(
            RECORDS["plan_versions"].select().where(RECORDS["plan_versions"].c.n == 2)
        ).one()
    changed = {**record._mapping, "version": 9}
    row["sha256"] = record_hash("plan_versions", changed, said.sha256)
    row["hash"] = audit_hash(row)
    broken = tampered(
        filled,
        "UPDATE plan_versions SET version = 9 WHERE n = 2",
        f"UPDATE audit SET sha256 = '{row['sha256']}', hash = '{row['hash']}' WHERE n = 2",
    )
    assert broken == Broken(table="audit", n=3, why="does not follow from the row before it")


def test_rows_cut_off_at_the_end_are_found_with_a_head_that_was_kept(filled: Store) -> None:
    head = filled.verify().head
    kept = filled.verify(head=head)
    assert kept.broken is None or kept.broken.n == 0  # the triggers are gone, the rows are not
    last = len(writes())
    with filled.engine.begin() as connection:
        for table in ("texts", *RECORDS, "audit"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE n = {last}")
    broken = filled.verify(head=head).broken
    assert broken == Broken(table="audit", n=last, why="is missing: the head given is not here")


def test_a_head_in_short_is_the_number_of_a_row_and_the_first_12_digits_of_its_hash(
    sqlite_store: Store,
) -> None:
    appended(sqlite_store, NOON, NOON)
    head = sqlite_store.verify().head
    for there in (head, f"2 {head[:12]}", f"2 {head}", f"{2:011d} {head[:12]}"):
        assert sqlite_store.verify(head=there).broken is None, there
    # Too few digits, another row, any digits at all, and a number that no database holds.
    no_head = (head[:12], f"2 {head[:11]}", f"1 {head[:12]}", f"2 {'_' * 12}", f"2 {head[:11]}%")
    for missing in (*no_head, f"{2:012d} {head[:12]}", f"{10**30} {head[:12]}", "2", "two"):
        broken = sqlite_store.verify(head=missing).broken
        assert broken is not None and broken.n == 3, missing
        assert broken.why == "is missing: the head given is not here"


def test_what_was_proved_is_not_read_again_and_its_erased_texts_are_counted(filled: Store) -> None:
    """Of the ledger's rows 3 and 5 are erased, by row 6."""
    with filled.engine.connect() as connection:
        hashes = {row.n: row.hash for row in connection.execute(audit.select())}
        for last in (2, 3, 4, 5, 8):
            found = verify(connection, after=Proved(entries=last, head=hashes[last]))
            # The guards of this store are gone, which is found behind the rows.
            assert found.broken is not None and found.broken.n == 0
            assert (found.entries, found.erased, found.head) == (8, 2, hashes[8])
            assert verify(connection, after=Proved(entries=last, head="0")) == Verdict(
                entries=0,
                erased=0,
                head="",
                broken=Broken(table="audit", n=last, why="is not as it was when it was proved"),
            )


def test_how_far_a_proof_came_is_told_after_every_500_rows(sqlite_store: Store) -> None:
    appended(sqlite_store, *[NOON] * 501)
    told: list[Proved] = []
    with sqlite_store.engine.connect() as connection:
        verdict = verify(connection, tell=told.append)
        row = connection.execute(audit.select().where(audit.c.n == 500)).one()
    assert (verdict.entries, verdict.broken) == (501, None)
    assert told == [Proved(entries=500, head=row.hash)]
    assert sqlite_store.verify() == verdict


def test_a_verdict_is_written_with_the_row_that_breaks_the_chain() -> None:
    broken = Broken(table="texts", n=2, why="was changed")
    assert Verdict(entries=1, erased=0, head="5f", broken=broken).as_dict() == {
        "entries": 1,
        "erased": 0,
        "head": "5f",
        "broken": {"table": "texts", "n": 2, "why": "was changed"},
    }


def test_damage_in_the_file_itself_is_named(sqlite_store: Store) -> None:
    """Two indexes change places: every row is as it was, and the file is not."""
    appended(sqlite_store, NOON)
    url = sqlite_store.engine.url
    sqlite_store.close()
    swap = (
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = ?) "
        "WHERE name = ?"
    )
    with contextlib.closing(sqlite3.connect(str(url.database))) as file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute(swap, ("feeds_of_token", "sqlite_autoindex_plan_versions_1"))
        file.commit()
    store = open_store(url)
    broken = store.verify().broken
    store.close()
    assert broken is not None
    assert (broken.table, broken.n) == ("file", 0)


def appended(store: Store, *times: dt.datetime) -> None:
    """Append a row at each of these times, in one transaction."""
    with store.writing(NOON) as connection:
        for at in times:
            append(connection, PLANNER, at, "revoked_feeds", {"plan": "x", "token": "y"})


def test_times_are_said_to_be_odd_beyond_the_five_minutes_that_machines_differ(
    sqlite_store: Store,
) -> None:
    second = dt.timedelta(seconds=1)
    times = (NOON, minutes(-5), minutes(-5), minutes(-10) - second, minutes(5), minutes(5) + second)
    appended(sqlite_store, *times)
    assert sqlite_store.notes(NOON) == [
        "The clock went back: row 3 is of 2026-11-20T11:55:00Z, the next of 2026-11-20T11:49:59Z.",
        "Row 6 is of 2026-11-20T12:05:01Z, a time to come.",
    ]


def test_a_clock_is_looked_at_when_it_is_five_minutes_back_or_366_days_on(
    sqlite_store: Store,
) -> None:
    assert sqlite_store.check_clock(NOON) == ""
    assert sqlite_store.count_entries() == 0
    appended(sqlite_store, minutes(-1000), NOON)
    assert sqlite_store.count_entries() == 2
    second, long = dt.timedelta(seconds=1), dt.timedelta(days=366)
    for at in (minutes(-5), NOON, minutes(1000), NOON + long):
        assert sqlite_store.check_clock(at) == "", at
    for at, written in (
        (minutes(-5) - second, "2026-11-20T11:54:59Z"),
        (NOON + long + second, "2027-11-21T12:00:01Z"),
    ):
        assert sqlite_store.check_clock(at) == (
            f"This machine says that it is {written}; the last row of the records is of "
            "2026-11-20T12:00:00Z. Look whether its clock is right."
        )


def test_a_table_without_its_triggers_is_named(filled: Store) -> None:
    broken = filled.verify().broken
    assert str(broken) == "audit: the trigger against update is missing"


def test_every_record_but_an_erasure_has_a_text() -> None:
    texts_of = {"plan_versions", "acknowledgements", "signatures", "administrations"}
    assert texts_of | {"verified_points"} == WITH_TEXT


def test_the_first_row_is_hashed_as_this_page_says(sqlite_store: Store) -> None:
    """Derived here with hashlib and json alone, from what the module's docstring states."""
    saved(sqlite_store)
    (entry,) = entries_of(sqlite_store)
    row, record, said = entry["audit"], entry["plan_versions"], entry["texts"]

    def hashed(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    assert said["sha256"] == hashed(said["content"]) == plan().hash
    written = (
        f'{{"record":"plan_versions","row":{{"n":1,"plan":"{plan().id}","version":1}},'
        f'"text":"{said["sha256"]}"}}'
    )
    assert record == {"n": 1, "plan": plan().id, "version": 1}
    assert row["sha256"] == hashed(written)
    trail = (
        f'{{"at":"2026-11-20T12:00:00Z","n":1,"previous":"","record":"plan_versions",'
        f'"role":"planner","sha256":"{row["sha256"]}","sign_in":"verified","who":"CD"}}'
    )
    assert row["hash"] == hashed(trail)


def entries_of(store: Store) -> list[dict[str, Any]]:
    return [json.loads(line) for line in list(export(store.engine))[1:-1]]


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(), max_size=4))
def test_the_same_values_give_the_same_text_in_any_order(values: dict[str, Any]) -> None:
    backwards = dict(reversed(values.items()))
    assert canonical(values) == canonical(backwards)
    assert json.loads(canonical(values)) == values
    assert canonical(values).isascii()
