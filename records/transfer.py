"""Everything out as JSON lines, and back into an empty store as the same bytes.

The first line names the form, each further line is one entry with its rows as they are kept, the
last one gives the head of the chain, so that a file that was cut off is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from dosing.errors import InputError, Problem
from records.chain import BEGINNING, Verdict, canonical, entries, verify
from records.database import reading, writing
from records.roles import refused
from records.tables import RECORDS, audit, texts

FORMAT = 1
_TABLES = {"audit": audit, "texts": texts, **RECORDS}


def export(engine: Engine) -> Iterator[str]:
    """Give every line of an export, as the store stood at one moment.

    A broken chain is exported as it is: it is evidence.
    """
    with reading(engine) as connection:
        yield canonical({"posology_records": FORMAT}) + "\n"
        count, head = 0, BEGINNING
        for entry in entries(connection):
            yield canonical(entry.rows) + "\n"
            count += 1
            head = entry.audit["hash"] if entry.audit else head
        yield canonical({"entries": count, "head": head}) + "\n"


def restore(engine: Engine, lines: Iterable[str]) -> Verdict:
    """Read an export into an empty store: all of it, or nothing.

    Returns:
        What proving the chain has shown.

    Raises:
        InputError: if the store is not empty, or the lines are no whole export.
        RefusedError: if the chain in them is broken; nothing is kept then.
    """
    with writing(engine) as connection:
        if connection.execute(select(func.count()).select_from(audit)).scalar_one():
            raise _refuse("records", "there are some already", "restore into an empty store")
        last = _read_all(connection, lines)
        verdict = verify(connection)
        if verdict.broken is not None:
            raise refused("records.broken", f"The chain in the file is broken: {verdict.broken}.")
        if last != {"entries": verdict.entries, "head": verdict.head}:
            raise _refuse("export file", "was cut off or put together", "give a whole export")
    return verdict


def _read_all(connection: Connection, lines: Iterable[str]) -> Any:
    """Write each entry of the lines into the store, and give what the last line says."""
    last: Any = None
    for number, line in enumerate(lines, 1):
        read = _read(number, line)
        if number == 1:
            if read != {"posology_records": FORMAT}:
                raise _refuse("export file", "is not one of this program", "give an export")
        elif last is not None:
            raise _refuse(f"export file, line {number}", "stands after the last", "give an export")
        elif set(read) == {"entries", "head"}:
            last = read
        else:
            _insert(connection, number, read)
    return last


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise _refuse(f"export file, line {number}", "cannot be read", "give an export")
    return read


def _insert(connection: Connection, number: int, read: dict[str, Any]) -> None:
    place = f"export file, line {number}"
    for name, table in _TABLES.items():  # audit first: the others refer to it
        row = read.pop(name, None)
        if row is None:
            continue
        if not isinstance(row, dict) or {*row} != {*table.c.keys()} or not _plain(row):
            raise _refuse(place, f"has a row that is none of {name}", "give an export")
        connection.execute(table.insert(), row)
    if read:
        raise _refuse(place, f"has no table {', '.join(sorted(read))}", "give an export")


def _plain(row: dict[str, Any]) -> bool:
    """Tell whether each value is what its column holds."""
    whole = {"n", "version"}
    return all(
        type(value) is (int if name in whole else str) or (name == "content" and value is None)
        for name, value in row.items()
    )


def _refuse(field: str, why: str, accepted: str) -> InputError:
    return InputError(Problem(field=field, typed="", why=why, accepted=accepted))
