"""The chain: each row of the audit trail vouches for one record and for the row before it.

``audit.sha256`` is the SHA-256 of the record's canonical JSON, in which its text stands as the
SHA-256 of that text. ``audit.hash`` is the SHA-256 of the canonical JSON of the audit row, in
which the hash of the row before it stands as ``previous``. A byte changed anywhere breaks it.

The chain shows that nothing in it was changed. It cannot show that its last rows were not cut off,
or that it was not written anew as a whole: for that, keep a head (``records verify`` prints it)
elsewhere.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import heapq
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, func, inspect, select

from records.guards import find_unguarded
from records.roles import Actor
from records.tables import RECORDS, WITH_TEXT, audit, erasures, texts

# The hash before the first row.
BEGINNING = ""
# So many digits of a hash stand on a paper, after the number of its row.
SHORT = 12
_AT_ONCE = 500
# Two machines that write into one database may differ by this much.
_CLOCKS_DIFFER = dt.timedelta(minutes=5)
# So long nothing was written: rather the year is wrong.
_LONG = dt.timedelta(days=366)
_TIME = "%Y-%m-%dT%H:%M:%SZ"

Values = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The rows under one number, by table: the row of the audit trail, its record, its text."""

    n: int
    rows: Mapping[str, Values]

    @property
    def audit(self) -> Values | None:
        """Return the row of the audit trail."""
        return self.rows.get("audit")

    @property
    def text(self) -> Values | None:
        """Return the row of texts."""
        return self.rows.get("texts")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first row that is not as it was written."""

    table: str
    n: int
    why: str

    def __str__(self) -> str:
        """Return the row and what is wrong with it."""
        return f"{self.table} {self.n} {self.why}" if self.n else f"{self.table}: {self.why}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """How far a chain is proved: its first ``entries`` rows, the last of which has ``head``."""

    entries: int = 0
    head: str = BEGINNING


NOTHING_PROVED = Proved()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of proving the chain, up to the row that breaks it; ``head`` is the last hash."""

    entries: int
    erased: int
    head: str
    broken: Broken | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return dataclasses.asdict(self)


def canonical(values: Any) -> str:
    """Return values as the one JSON text that is hashed: sorted, without blanks, ASCII only."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def sha256(content: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(content.encode()).hexdigest()


def write_time(at: dt.datetime) -> str:
    """Return a time as it is stored: in UTC, to the second.

    Raises:
        ValueError: if it is not in UTC; a time of unknown zone is a defect of the caller.
    """
    if at.utcoffset() != dt.timedelta():
        raise ValueError("a time is given in UTC")
    return at.strftime(_TIME)


def read_time(stored: str) -> dt.datetime:
    """Read a stored time."""
    return dt.datetime.strptime(stored, _TIME).replace(tzinfo=dt.UTC)


def append(
    connection: Connection,
    actor: Actor,
    at: dt.datetime,
    record: str,
    values: Values,
    content: str | None = None,
) -> int:
    """Add one record to the chain, inside a transaction that alone may write.

    Args:
        connection: from ``database.writing``.
        actor: who acts.
        at: when, in UTC.
        record: the name of the record's table.
        values: its columns, without the number.
        content: what a person wrote, which may be erased one day.

    Returns:
        The number of the record.
    """
    last = connection.execute(
        select(audit.c.n, audit.c.hash).order_by(audit.c.n.desc()).limit(1)
    ).one_or_none()
    n, previous = (last.n + 1, last.hash) if last else (1, BEGINNING)
    row = {"n": n, **values}
    text_sha256 = None if content is None else sha256(content)
    entry = {
        "n": n,
        "at": write_time(at),
        "who": actor.name.strip(),
        "role": actor.role,
        "sign_in": "verified" if actor.verified else "unverified",
        "record": record,
        "sha256": record_hash(record, row, text_sha256),
        "previous": previous,
    }
    connection.execute(audit.insert(), {**entry, "hash": audit_hash(entry)})
    if content is not None:
        written = {"n": n, "plan": values["plan"], "sha256": text_sha256, "content": content}
        connection.execute(texts.insert(), written)
    connection.execute(RECORDS[record].insert(), row)
    return n


def record_hash(record: str, row: Values, text_sha256: str | None) -> str:
    """Return the hash of a record: of its table, its columns and the hash of its text."""
    return sha256(canonical({"record": record, "row": dict(row), "text": text_sha256}))


def audit_hash(entry: Values) -> str:
    """Return the hash of a row of the audit trail, from all its other columns."""
    return sha256(canonical({name: value for name, value in entry.items() if name != "hash"}))


def entries(connection: Connection, after: int = 0) -> Iterator[Entry]:
    """Return everything in the store by its number, or what comes after one that was proved."""

    def numbered(name: str, query: Select[Any]) -> Iterator[tuple[int, str, Row[Any]]]:
        with connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as rows:
            for row in rows:
                yield row.n, name, row

    tables = {"audit": audit, "texts": texts, **RECORDS}
    # A copy may be older than a table. One that was taken away is missed by the audit trail.
    there = inspect(connection).get_table_names()
    streams = []
    for name, table in tables.items():
        if name in there:
            rows = select(table).order_by(table.c.n)
            # From the beginning a number below 1 is read too: nobody numbers a row so.
            streams.append(numbered(name, rows.where(table.c.n > after) if after else rows))
    merged = heapq.merge(*streams, key=lambda numbered_row: numbered_row[0])
    for n, group in itertools.groupby(merged, key=lambda numbered_row: numbered_row[0]):
        yield Entry(n=n, rows={name: dict(row._mapping) for _, name, row in group})


def count_entries(connection: Connection) -> int:
    """Return the number of the last row."""
    return connection.execute(select(func.max(audit.c.n))).scalar_one() or 0


def verify(
    connection: Connection,
    head: str = "",
    *,
    after: Proved = NOTHING_PROVED,
    tell: Callable[[Proved], None] | None = None,
) -> Verdict:
    """Prove the chain to its last row, or name the first row that breaks it.

    Args:
        connection: from ``database.reading`` or ``database.writing``.
        head: a head that was kept elsewhere, which must still be in the chain.
        after: what was proved earlier and is not read again; its last row must be there still.
        tell: is told now and then how far the chain is proved.
    """
    if after.entries and _hash_of(connection, after.entries) != after.head:
        gone = Broken(table="audit", n=after.entries, why="is not as it was when it was proved")
        return Verdict(entries=0, erased=0, head=BEGINNING, broken=gone)
    erasures_of_plans = connection.execute(select(erasures.c.plan, erasures.c.n))
    erased_plans = {row.plan: row.n for row in erasures_of_plans}
    proved, erased = after, _count_erased(connection, after.entries)
    wrongly_erased: Broken | None = None
    for entry in entries(connection, after.entries):
        broken = _find_break(entry, proved.entries + 1, proved.head)
        if broken is not None:
            return Verdict(entries=proved.entries, erased=erased, head=proved.head, broken=broken)
        last = proved.head if entry.audit is None else entry.audit["hash"]
        proved = Proved(entries=entry.n, head=last)
        erased += entry.text is not None and entry.text["content"] is None
        wrongly_erased = wrongly_erased or _find_wrong_erasure(entry.text, erased_plans)
        if tell is not None and not entry.n % _AT_ONCE:
            tell(proved)
    broken = _find_missing(connection, head, proved.entries)
    # Erasures prove which texts may be blank only once they are proven themselves.
    broken = broken or wrongly_erased or _find_unguarded(connection)
    return Verdict(entries=proved.entries, erased=erased, head=proved.head, broken=broken)


def find_odd_times(connection: Connection, now: dt.datetime) -> Iterator[str]:
    """Say which rows are of an earlier time than the row before them, or of a time to come.

    They are said, not refused: a ward whose clock was wrong once has to be able to go on.
    """
    row_after = audit.alias()
    back = (
        select(audit.c.n, audit.c.at, row_after.c.at.label("then"))
        .join(row_after, row_after.c.n == audit.c.n + 1)
        .where(row_after.c.at < audit.c.at)
        .order_by(audit.c.n)
    )
    for row in connection.execute(back):
        if read_time(row.at) - read_time(row.then) > _CLOCKS_DIFFER:
            yield f"The clock went back: row {row.n} is of {row.at}, the next of {row.then}."
    ahead = select(audit.c.n, audit.c.at).where(audit.c.at > write_time(now + _CLOCKS_DIFFER))
    for n, at in connection.execute(ahead.order_by(audit.c.n)):
        yield f"Row {n} is of {at}, a time to come."


def check_clock(connection: Connection, at: dt.datetime) -> str:
    """Return what is odd about the time of a row that is to be written, or nothing.

    It is said and not refused, as in ``find_odd_times``.
    """
    last = connection.execute(select(audit.c.n, audit.c.at).order_by(audit.c.n.desc()).limit(1))
    row = last.one_or_none()
    if row is None:
        return ""
    since = at - read_time(row.at)
    if -_CLOCKS_DIFFER <= since <= _LONG:
        return ""
    return (
        f"This machine says that it is {write_time(at)}; the last row of the records is of "
        f"{row.at}. Look whether its clock is right."
    )


def _hash_of(connection: Connection, n: int) -> str | None:
    """Return the hash of one row; None where there is none."""
    return connection.execute(select(audit.c.hash).where(audit.c.n == n)).scalar_one_or_none()


def _count_erased(connection: Connection, last: int) -> int:
    blank = select(func.count()).select_from(texts)
    return connection.execute(
        blank.where(texts.c.n <= last, texts.c.content.is_(None))
    ).scalar_one()


def _find_missing(connection: Connection, head: str, entries_proved: int) -> Broken | None:
    """Find that a head which was kept elsewhere is not in the chain."""
    number, _, digits = head.rpartition(" ")
    found = select(audit.c.n).where(audit.c.hash == head)
    if number.isdecimal() and len(number) < SHORT and len(digits) >= SHORT:
        hashed = audit.c.hash.startswith(digits, autoescape=True)
        found = select(audit.c.n).where(audit.c.n == int(number), hashed)
    if not head or connection.execute(found).first():
        return None
    return Broken(table="audit", n=entries_proved + 1, why="is missing: the head given is not here")


def _find_break(entry: Entry, n: int, previous: str) -> Broken | None:
    """Check one entry: the next one in the chain, unchanged, with its record and text."""
    row = entry.audit
    if entry.n < n:
        return Broken(table=next(iter(entry.rows)), n=entry.n, why="stands before the first row")
    if entry.n != n or row is None:
        return Broken(table="audit", n=n, why="is missing")
    if not _same(row["hash"], lambda: audit_hash(row)):
        return Broken(table="audit", n=n, why="was changed")
    if row["previous"] != previous:
        return Broken(table="audit", n=n, why="does not follow from the row before it")
    return _find_wrong_table(entry, row["record"]) or _find_wrong_record(entry, row)


def _find_wrong_table(entry: Entry, name: str) -> Broken | None:
    """Find a row that the audit trail does not know, or one that it knows and that is gone."""
    expected = ("audit", name, "texts") if name in WITH_TEXT else ("audit", name)
    for table in entry.rows:
        if table not in expected:
            return Broken(table=table, n=entry.n, why="is not in the audit trail")
    for table in expected:
        if table not in entry.rows:
            return Broken(table=table, n=entry.n, why="is missing")
    return None


def _find_wrong_record(entry: Entry, row: Values) -> Broken | None:
    """Find a change in the record or in its text."""
    name, text_row = row["record"], entry.text
    record = entry.rows[name]
    if text_row is not None and not _text_holds(text_row):
        return Broken(table="texts", n=entry.n, why="was changed")
    text_sha256 = text_row["sha256"] if text_row else None
    if not _same(row["sha256"], lambda: record_hash(name, record, text_sha256)):
        erased = text_row is not None and text_row["content"] is None
        why = "was changed, or the hash of its erased text was" if erased else "was changed"
        return Broken(table=name, n=entry.n, why=why)
    if text_row is not None and text_row["plan"] != record["plan"]:
        return Broken(table="texts", n=entry.n, why="was changed")
    return None


def _text_holds(row: Values) -> bool:
    return row["content"] is None or _same(row["sha256"], lambda: sha256(row["content"]))


def _find_wrong_erasure(row: Values | None, erased: Mapping[str, int]) -> Broken | None:
    """Find a text that is blank while no erasure says so, or is there in spite of one."""
    if row is None or (row["content"] is None) == (row["n"] < erased.get(row["plan"], 0)):
        return None
    blank = row["content"] is None
    why = "was blanked without an erasure" if blank else "was erased and is back"
    return Broken(table="texts", n=row["n"], why=why)


def _same(stored: object, compute: Callable[[], str]) -> bool:
    """Compare a hash with the one computed now; bytes that are no text any more have none."""
    try:
        return stored == compute()
    except (TypeError, AttributeError, UnicodeEncodeError):
        return False


def _find_unguarded(connection: Connection) -> Broken | None:
    """Find a guard that is not as it was made, or damage in the file itself."""
    if found := find_unguarded(connection):
        table, why = found
        return Broken(table=table, n=0, why=why)
    if connection.dialect.name == "sqlite":
        result = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if result != "ok":
            return Broken(table="file", n=0, why=str(result))
    return None
