"""The records at a thousand plans and at a hundred thousand: a page of plans, and the proof."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from benchmarks.course import DailyDoses
from benchmarks.measure import Row, Side, best_times, ratio
from benchmarks.places import library
from records.chain import audit_hash, canonical, record_hash, sha256, write_time
from records.database import sqlite_url, writing
from records.listing import PlanPage, list_all_anew
from records.roles import Actor
from records.store import Store, open_store
from records.tables import audit, plan_versions, texts

SIZES = (1_000, 10_000, 100_000)
PLANNER = Actor(name="AB", role="planner", verified=False)
_AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
_AT_ONCE = 5_000
_ROUNDS = 5
_SECONDS = 30.0


def measure() -> Iterator[Row]:
    """Measure a page of the list of plans and the proof of each row, by the number of plans."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        stores = [
            stack.enter_context(contextlib.closing(store)) for store in build(Path(folder), SIZES)
        ]
        pages = [Side(work=lambda store=store: first_page(store)) for store in stores]  # type: ignore[misc]
        proofs = [
            Side(work=lambda store=store: store.verify(), calls=size)  # type: ignore[misc]
            for store, size in zip(stores, SIZES, strict=True)
        ]
        listed = best_times(pages, rounds=_ROUNDS, seconds=_SECONDS)
        proven = best_times(proofs, rounds=_ROUNDS, seconds=_SECONDS)
    fewest = f"at {SIZES[0]:,} plans"
    for size, took in zip(SIZES[1:], listed[1:], strict=True):
        yield ratio(f"a page of {size:,} plans", fewest, took, listed[0], 1.5)
    for size, took in zip(SIZES[1:], proven[1:], strict=True):
        yield ratio(f"proving one row of {size:,}", fewest, took, proven[0], 1.25)


def first_page(store: Store) -> PlanPage:
    """Return the newest plans, as the Check page lists them."""
    return store.plans(library())


def build(folder: Path, sizes: Sequence[int]) -> list[Store]:
    """Return a store for each number of plans: the smaller is the beginning of the larger."""
    stores = []
    path = folder / "0.sqlite3"
    for begun, size in zip((0, *sizes), sizes, strict=False):
        smaller, path = path, folder / f"{size}.sqlite3"
        if begun:
            shutil.copy(smaller, path)
        store = open_store(sqlite_url(path))
        _fill(store, begun, size)
        # The log is emptied into the file when the last connection is closed.
        store.close()
        stores.append(store)
    return stores


def _fill(store: Store, begun: int, size: int) -> None:
    """Add the records that ``Store.save`` would write of these plans, many in one transaction."""
    content = DailyDoses(10).plan().model_dump(mode="json")
    previous = store.verify().head
    for first in range(begun, size, _AT_ONCE):
        rows: dict[Table, list[dict[str, Any]]] = {audit: [], texts: [], plan_versions: []}
        for n in range(first + 1, min(first + _AT_ONCE, size) + 1):
            content["id"], content["patient"]["label"] = f"{n:016x}", f"bench-{n}"
            written = canonical(content)
            record = {"n": n, "plan": content["id"], "version": 1}
            hashed = sha256(written)
            entry = {
                **{"n": n, "at": write_time(_AT), "record": "plan_versions", "previous": previous},
                **{"who": PLANNER.name, "role": PLANNER.role, "sign_in": "verified"},
                "sha256": record_hash("plan_versions", record, hashed),
            }
            previous = audit_hash(entry)
            rows[audit].append({**entry, "hash": previous})
            text = {"n": n, "plan": content["id"], "sha256": hashed, "content": written}
            rows[texts].append(text)
            rows[plan_versions].append(record)
        with writing(store.engine) as connection:
            for table, values in rows.items():
                connection.execute(table.insert(), values)
            if first + _AT_ONCE >= size:
                list_all_anew(connection)
