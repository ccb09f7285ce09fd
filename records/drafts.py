"""What was typed and is not saved yet: one file beside the records, overwritten, gone after a day.

Nothing here is a record: it is in no chain, nobody signs it, and no output is made from it. A part
of a draft is read by whoever has its id and is its owner, and by nobody else.
"""

from __future__ import annotations

import atexit
import dataclasses
import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from records.place import database_file

FILE = "drafts.sqlite3"
LASTS = dt.timedelta(days=1)
_PATIENCE_SECONDS = 5
_TABLE = """
CREATE TABLE IF NOT EXISTS drafts (
    id TEXT NOT NULL, part TEXT NOT NULL, owner TEXT NOT NULL, holder TEXT NOT NULL,
    at TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (id, part)
)
"""
# A window that is behind must not write over what another one has taken up.
_KEEP = """
INSERT INTO drafts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id, part) DO UPDATE
SET at = excluded.at, content = excluded.content
WHERE holder = excluded.holder AND owner = excluded.owner
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DraftHold:
    """Which draft is held by whom: its id, the session that writes it, the person signed in.

    On one desk nobody is signed in, and the owner is the empty text.
    """

    id: str
    holder: str
    owner: str


@dataclasses.dataclass(frozen=True, slots=True)
class LastDraft:
    """The draft that somebody wrote last: its id, the part that was written, and when."""

    id: str
    part: str
    at: dt.datetime


def drafts_file(environment: Mapping[str, str], beside: Path) -> Path:
    """Return the file of the drafts: beside the records, or where they would be."""
    return database_file(environment, beside).with_name(FILE)


class Drafts:
    """The drafts in one file. Threads and programs may share it.

    What a killed program has written stays. After a power cut the last seconds may be missing: a
    draft does not wait for the disk.
    """

    def __init__(self, file: Path) -> None:
        """Use a file, which is made with the first draft."""
        self._file = file

    def keep(self, hold: DraftHold, part: str, content: str, at: dt.datetime) -> bool:
        """Write one part of a draft over the last one.

        Returns:
            False if another session has taken the draft up since: nothing was written.

        Raises:
            OSError: if the file cannot be written.
        """
        with self._writing(at, deletes=False) as connection:
            row = (hold.id, part, hold.owner, hold.holder, at.isoformat(), content)
            return connection.execute(_KEEP, row).rowcount == 1

    def take_up(self, hold: DraftHold, at: dt.datetime) -> dict[str, str]:
        """Return the parts of a draft, which this session alone writes from now on.

        Raises:
            OSError: if the file cannot be written.
        """
        if not self._file.is_file():
            return {}
        with self._writing(at, deletes=False) as connection:
            connection.execute(
                "UPDATE drafts SET holder = ? WHERE id = ? AND owner = ?",
                (hold.holder, hold.id, hold.owner),
            )
            query = "SELECT part, content FROM drafts WHERE id = ? AND owner = ?"
            return dict(connection.execute(query, (hold.id, hold.owner)).fetchall())

    def discard(self, hold: DraftHold, at: dt.datetime, part: str | None = None) -> None:
        """Delete a draft, or one part of it.

        Raises:
            OSError: if the file cannot be written.
        """
        if not self._file.is_file():
            return
        with self._writing(at, deletes=True) as connection:
            connection.execute(
                "DELETE FROM drafts WHERE id = ? AND owner = ? AND part = coalesce(?, part)",
                (hold.id, hold.owner, part),
            )

    def forget(self, label: str, at: dt.datetime) -> int:
        """Delete what was typed of one label, whoever typed it, and return how many drafts it was.

        Raises:
            OSError: if the file cannot be written.
        """
        if not self._file.is_file():
            return 0
        with self._writing(at, deletes=True) as connection:
            rows = connection.execute("SELECT id, part, content FROM drafts").fetchall()
            parts = [(name, part) for name, part, text in rows if _is_of(label, text)]
            connection.executemany("DELETE FROM drafts WHERE id = ? AND part = ?", parts)
            return len({name for name, _ in parts})

    def newest_of(self, owner: str, at: dt.datetime) -> LastDraft | None:
        """Return the part of a draft that a signed-in person wrote last.

        Raises:
            OSError: if the file cannot be written.
        """
        if not owner or not self._file.is_file():
            return None
        with self._writing(at, deletes=False) as connection:
            query = "SELECT id, part, at FROM drafts WHERE owner = ? ORDER BY at DESC LIMIT 1"
            row = connection.execute(query, (owner,)).fetchone()
        return LastDraft(row[0], row[1], dt.datetime.fromisoformat(row[2])) if row else None

    @contextmanager
    def _writing(self, at: dt.datetime, *, deletes: bool) -> Iterator[sqlite3.Connection]:
        """Use the file for one transaction, in which what is too old goes first."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file.touch(mode=0o600)
        try:
            with _lock:
                connection = _connection_to(self._file)
                with connection:
                    oldest = (at - LASTS).isoformat()
                    gone = connection.execute("DELETE FROM drafts WHERE at < ?", (oldest,)).rowcount
                    yield connection
                if gone or deletes:
                    # What was deleted stands in the log until this empties it.
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            # The values of a draft stand in no message.
            raise OSError(f"drafts cannot be written ({type(error).__name__})") from None


def _is_of(label: str, content: str) -> bool:
    """Return whether a part of a draft bears a label: its fields, or a plan that it holds."""
    return any(
        found.strip().casefold() == label.casefold() for found in _labels(json.loads(content))
    )


def _labels(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(label := value.get("label"), str):
            yield label
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _labels(one)


# The connection stays open: the last one that is closed waits for the disk, which takes longer than
# a course does. It is that of the last file; a file put in its place has another inode.
_lock = threading.Lock()
_open: dict[tuple[Path, int], sqlite3.Connection] = {}


def _connection_to(file: Path) -> sqlite3.Connection:
    """Return the open connection to a file, which one thread at a time may use."""
    key = file, file.stat().st_ino
    if key not in _open:
        _close()
        connection = sqlite3.connect(file, timeout=_PATIENCE_SECONDS, check_same_thread=False)
        with ExitStack() as failed:
            failed.callback(connection.close)
            for setting in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
                connection.execute(f"PRAGMA {setting}")
            with connection:
                connection.execute(_TABLE)
            failed.pop_all()
        _open[key] = connection
    return _open[key]


@atexit.register
def _close() -> None:
    while _open:
        _open.popitem()[1].close()
