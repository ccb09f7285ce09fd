"""Crash a writer between any two statements, and look at what is left.

``copied`` goes through all points with one writer and copies its SQLite files at each: what a
process has written to a file is there when it is killed, and nothing else is.

To kill writers in earnest, one for each STEP-th point, it is run by itself (it forks, and a test
runner has threads): python -m tests.support.killing ADDRESS FOLDER STEP. It prints one line of
JSON for each point.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

from records.database import sqlite_url
from records.store import Store, open_store
from records.transfer import export
from tests.support.ledger import writes

# Before and after each statement, and before each commit: what a power cut can fall between.
_POINTS = ("before_cursor_execute", "after_cursor_execute", "commit")
_FILE = "records.sqlite3"


def everything(store: Store) -> str:
    """Return the whole content of a store."""
    return "".join(export(store.engine))


def states(url: URL) -> list[str]:
    """Let the writes happen undisturbed, and give what the store holds after each of them."""
    store = open_store(url)
    found = [everything(store)]
    for write in writes():
        write(store)
        found.append(everything(store))
    store.close()
    return found


def look(url: URL, expected: list[str]) -> dict[str, Any]:
    """Tell what is broken after a crash, and after which write the store is as it is, if any."""
    store = open_store(url)
    verdict, found = store.verify(), everything(store)
    store.close()
    return {
        "broken": verdict.broken and str(verdict.broken),
        "state": expected.index(found) if found in expected else None,
    }


def copied(folder: Path) -> list[dict[str, Any]]:
    """Let a writer come to its end, and look at copies of its files as they were at each point."""
    writer, told = sqlite_url(folder / "writer" / _FILE), 0
    files: list[tuple[int, dict[str, bytes]]] = []

    def copy(*_: object) -> None:
        found = sorted((folder / "writer").iterdir())
        files.append((told, {path.name: path.read_bytes() for path in found}))

    for name in _POINTS:
        event.listen(Engine, name, copy)
    try:
        store = open_store(writer)
        for write in writes():
            write(store)
            told += 1
    finally:
        for name in _POINTS:
            event.remove(Engine, name, copy)
    store.close()
    return _look_at_copies(folder, files)


def _look_at_copies(
    folder: Path, files: list[tuple[int, dict[str, bytes]]]
) -> list[dict[str, Any]]:
    expected = states(sqlite_url(folder / "undisturbed" / _FILE))
    points: list[dict[str, Any]] = []
    before: dict[str, bytes] = {}
    for point, (told, content) in enumerate(files, 1):
        # Most statements only wait for their commit: no byte has changed since the point before.
        if content != before:
            copy = folder / str(point)
            copy.mkdir()
            for name, data in content.items():
                (copy / name).write_bytes(data)
            left = look(sqlite_url(copy / _FILE), expected)
        points.append({"point": point, "told": told, **left})
        before = content
    return points


def killed_at(url: URL, point: int) -> tuple[bool, int]:
    """Let a child write, and die at a point; tell whether it died, and what it had been told."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _die_at(point)
            store = open_store(url)
            os.write(writer, b"o")
            for write in writes():
                write(store)
                os.write(writer, b".")
        finally:
            os._exit(0)
    os.close(writer)
    _, status = os.waitpid(child, 0)
    told = b"".join(iter(lambda: os.read(reader, 1024), b""))
    os.close(reader)
    return os.WIFSIGNALED(status), told.count(b".")


def _die_at(point: int) -> None:
    counted = iter(range(1, point))

    def count(*_: object) -> None:
        if next(counted, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in _POINTS:
        event.listen(Engine, name, count)


def main() -> None:
    """Kill at every STEP-th point until a writer comes to its end."""
    address, folder, step = make_url(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    fresh = _files(folder) if address.get_backend_name() == "sqlite" else _databases(address)
    expected = states(fresh(0))
    gc.freeze()  # a child that collects would copy all of its parent's memory
    point = 1
    while True:
        url = fresh(point)
        died, told = killed_at(url, point)
        if not died:
            break
        line = {"point": point, "told": told, **look(url, expected)}
        sys.stdout.write(json.dumps(line) + "\n")
        if address.get_backend_name() == "sqlite":
            shutil.rmtree(Path(url.database or "").parent)
        point += step


def _files(folder: Path) -> Callable[[int], URL]:
    return lambda point: sqlite_url(folder / str(point) / _FILE)


def _databases(server: URL) -> Callable[[int], URL]:
    def made(point: int) -> URL:
        name = f"killed_{point}"
        maker = create_engine(server.set(database="template1"), isolation_level="AUTOCOMMIT")
        with maker.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} STRATEGY file_copy")
        maker.dispose()
        return server.set(database=name)

    return made


if __name__ == "__main__":
    main()
