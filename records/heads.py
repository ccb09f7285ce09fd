"""Heads of the chain, written to a file elsewhere with every write, and compared with the chain.

The chain alone cannot show that its last rows were cut off, that it was rolled back to an earlier
copy, swapped for another or written anew. A line that stands elsewhere can. Each line has the time,
the number and hash of the last row, the hash of the first row, which names the chain, and where the
records are. Nobody has to remember anything.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, func, select

from dosing.errors import refuse
from records.chain import BEGINNING, SHORT, Broken, write_time
from records.tables import audit, plan_versions, signatures

_PARTS = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The last row of a chain as it was at one moment, and where its records were."""

    at: str
    n: int
    hash: str
    chain: str
    place: str

    def __str__(self) -> str:
        """Return it as one line of the file."""
        return f"{self.at} {self.n} {self.hash} {self.chain} {self.place}"


def head_of(connection: Connection, place: str, at: dt.datetime) -> ChainHead | None:
    """Return the head of the records now; None while there is no row."""
    newest = select(audit.c.n, audit.c.hash).order_by(audit.c.n.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    if last is None:
        return None
    chain = _first_hash(connection)
    return ChainHead(at=write_time(at), n=last.n, hash=last.hash, chain=chain, place=place)


def row_of(connection: Connection, plan_id: str) -> str:
    """Return the last row that saved or judged a plan: its number and the first digits of its hash.

    What was given is left out: each dose would change every file of the course. Nothing while the
    plan is not in the records.
    """
    last = [
        select(func.max(table.c.n)).where(table.c.plan == plan_id).scalar_subquery()
        for table in (plan_versions, signatures)
    ]
    rows = select(audit.c.n, audit.c.hash).where(audit.c.n.in_(last))
    row = connection.execute(rows.order_by(audit.c.n.desc()).limit(1)).one_or_none()
    return "" if row is None else f"{row.n} {row.hash[:SHORT]}"


def _first_hash(connection: Connection) -> str:
    first = connection.execute(select(audit.c.hash).where(audit.c.n == 1)).scalar_one_or_none()
    return BEGINNING if first is None else str(first)


def append_line(file: Path, line: str = "") -> None:
    """Add a line at the end of the file, on the disk; without a line, see that it could be added.

    Raises:
        InputError: if the file cannot be written.
    """
    try:
        found = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if line:
                os.write(found, f"{line}\n".encode())
                os.fsync(found)
        finally:
            os.close(found)
    except OSError as error:
        done = ": what was done is in the records, but not its head in this file" if line else ""
        why = f"cannot be written ({error.strerror}){done}"
        remedy = "name a file in a folder that exists and may be written to"
        refuse("POSOLOGY_HEADS", str(file), why=why, accepted=remedy)


def read_heads(file: Path) -> list[ChainHead]:
    """Return the heads in the file. A last line that was cut off by a crash is no head."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError):
        refuse("POSOLOGY_HEADS", str(file), why="cannot be read", accepted="look at this file")
    split = [line.split(" ", _PARTS - 1) for line in lines]
    return [
        ChainHead(at=parts[0], n=int(parts[1]), hash=parts[2], chain=parts[3], place=parts[4])
        for parts in split
        if len(parts) == _PARTS and parts[1].isdecimal()
    ]


def find_lost(
    connection: Connection, heads: Sequence[ChainHead], place: str, *, is_copy: bool
) -> Broken | None:
    """Find the first head kept elsewhere that is not in the chain.

    A copy is held to the heads of its chain, as far as it goes: it may be of an earlier day.
    """
    rows = {row.n: row.hash for row in connection.execute(select(audit.c.n, audit.c.hash))}
    chain, last = _first_hash(connection), max(rows, default=0)
    for head in heads:
        concerns = head.chain == chain and head.n <= last if is_copy else head.place == place
        if concerns and rows.get(head.n) != head.hash:
            changed = "was another" if head.n in rows else "is missing: it was there"
            why = f"{changed} on {head.at}, by the head that is kept elsewhere"
            return Broken(table="audit", n=head.n, why=why)
    return None


def holds_heads_of(connection: Connection, heads: Sequence[ChainHead]) -> bool:
    """Return whether any head is of this chain, or the chain has no row yet."""
    chain = _first_hash(connection)
    return chain == BEGINNING or any(head.chain == chain for head in heads)


def find_copies(connection: Connection, heads: Sequence[ChainHead], place: str) -> list[str]:
    """Return the files at other places to which rows of this chain were written and that exist."""
    chain = _first_hash(connection)
    places = {head.place for head in heads if head.chain == chain and head.place != place}
    return sorted(one for one in places if Path(one).is_file())
