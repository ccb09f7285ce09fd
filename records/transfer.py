"""All records out as JSON lines, and back into an empty store as the same bytes.

The first line names the format, each further line is one entry with its rows as they are stored,
the last one states the head of the chain, so that a file that was cut off is noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, func, select

from dosing.errors import refuse
from records.chain import BEGINNING, Verdict, canonical, entries, verify
from records.database import reading, writing
from records.listing import list_all_anew
from records.roles import forbid
from records.tables import RECORDS, audit, texts
from schedules.knowledge.json_text import read_json

FORMAT = 1
# What a whole number of both databases can hold.
_GREATEST = 2**31 - 1
_TABLES = {"audit": audit, "texts": texts, **RECORDS}


def export(engine: Engine) -> Iterator[str]:
    """Return every line of an export, as the store stood at one moment.

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
        The verdict on the restored chain.

    Raises:
        InputError: if the store is not empty, or the lines are not a whole export.
        RefusedError: if the chain in them is broken; then nothing is written.
    """
    with writing(engine) as connection:
        if connection.execute(select(func.count()).select_from(audit)).scalar_one():
            _refuse("records", "there are some already", "restore into an empty store")
        last = _read_all(connection, lines)
        verdict = verify(connection)
        if verdict.broken is not None:
            forbid("records.broken", f"The chain in the file is broken: {verdict.broken}.")
        if last != {"entries": verdict.entries, "head": verdict.head}:
            _refuse("export file", "was cut off or pieced together", "give a whole export")
        _list_plans(connection)
    return verdict


def _list_plans(connection: Connection) -> None:
    """List the plans; a chain without a gap may still have been made around something else."""
    try:
        list_all_anew(connection)
    except (AttributeError, KeyError, TypeError, ValueError):
        _refuse("export file", "holds a plan that cannot be read", "give an export")


def _read_all(connection: Connection, lines: Iterable[str]) -> Any:
    """Write each entry of the lines into the store, and return what the last line states."""
    last: Any = None
    for number, line in enumerate(lines, 1):
        content = _read_line(number, line)
        if number == 1:
            if canonical(content) != canonical({"posology_records": FORMAT}):
                _refuse("export file", "is not one of this program", "give an export")
        elif last is not None:
            _refuse(f"export file, line {number}", "comes after the last", "give an export")
        elif set(content) == {"entries", "head"}:
            last = content
        else:
            _insert(connection, number, content)
    return last


def _read_line(number: int, line: str) -> dict[str, Any]:
    place = f"export file, line {number}"
    try:
        content = read_json(line)
    except ValueError as error:
        _refuse(place, f"cannot be read: {error}", "give an export")
    if not isinstance(content, dict):
        _refuse(place, "cannot be read", "give an export")
    return content


def _insert(connection: Connection, number: int, entry: dict[str, Any]) -> None:
    place = f"export file, line {number}"
    # The first line names the format: the entry on the second is number 1, in each of its rows.
    if unknown := sorted(entry.keys() - _TABLES.keys()):
        _refuse(place, f"has no table {', '.join(unknown)}", "give an export")
    if not isinstance(entry.get("audit"), dict):
        _refuse(place, "has no row of audit", "give an export")
    for name, table in _TABLES.items():  # audit first: the others refer to it
        row = entry.get(name)
        if row is None:
            continue
        if not isinstance(row, dict) or {*row} != {*table.c.keys()} or not _fits_columns(row):
            _refuse(place, f"has a row that does not fit {name}", "give an export")
        if row["n"] != number - 1:
            _refuse(place, f"has a row of another entry in {name}", "give an export")
        connection.execute(table.insert(), row)


def _fits_columns(row: dict[str, Any]) -> bool:
    """Return whether each value is of the type of its column."""
    return all(
        (type(value) is int and 0 < value <= _GREATEST)
        if name in {"n", "version"}
        else type(value) is str or (name == "content" and value is None)
        for name, value in row.items()
    )


def _refuse(field: str, why: str, accepted: str) -> NoReturn:
    refuse(field, "", why=why, accepted=accepted)
