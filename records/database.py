"""Where the records are stored, and how they are opened: SQLite in one file, or PostgreSQL.

``POSOLOGY_DATABASE_URL`` names a PostgreSQL database. Without it the records are one SQLite file
in the folder that ``POSOLOGY_DATA`` names, or in ``data/`` beside the program.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from dosing.errors import InputError, Problem, refuse
from records.chain import count_entries
from records.listing import list_all_anew
from records.place import database_address, database_file

MIGRATIONS = Path(__file__).with_name("migrations")
# How long a writer waits for the one before it: far longer than a write takes.
_PATIENCE_MS = 30_000
_PAUSE_MS = 50
_WRITES = "posology_writes"
_REMEDY = "put back the last good copy of their file"
# PostgreSQL's advisory locks have a number for a name. This one is "posology" in ASCII.
_LOCK = int.from_bytes(b"posology")


class DamagedError(InputError):
    """The file of the records is no database, or has pages that cannot be read."""


def database_url(environment: Mapping[str, str], beside: Path) -> URL:
    """Return the address of the records.

    Args:
        environment: the settings, as ``os.environ``.
        beside: the folder of the program, where ``data/`` stands.

    Raises:
        InputError: if ``POSOLOGY_DATABASE_URL`` is no address of a PostgreSQL or SQLite database.
    """
    typed = database_address(environment)
    if not typed:
        return sqlite_url(database_file(environment, beside))
    try:
        url = make_url(typed)
    except ArgumentError:
        _refuse_address("is not an address")
    backend = url.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database:
        return url.set(drivername="sqlite")
    _refuse_address("is not an address of PostgreSQL")


def _refuse_address(why: str) -> NoReturn:
    # What was typed may hold a password: it is not repeated.
    example = "postgresql://user:password@host/database, or leave it out"
    refuse("POSOLOGY_DATABASE_URL", "", why=why, write=example)


def sqlite_url(path: Path) -> URL:
    """Return the address of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def place_of(url: URL) -> str:
    """Return where records are, without user and password: a file by its whole path."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").resolve())
    return url.set(username=None, password=None).render_as_string()


def exists(url: URL) -> bool:
    """Return whether there are records at an address already; a server is assumed to have them."""
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def open_engine(url: URL, migrations: Path = MIGRATIONS) -> Engine:
    """Connect, and bring the tables up to this program's version.

    Raises:
        InputError: if the database cannot be reached, is no database, or is of a newer program.
    """
    sqlite = url.get_backend_name() == "sqlite"
    # Values never stand in an error or a log: they may identify a patient.
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=not sqlite)
    if sqlite:
        _prepare_folder(Path(url.database or ""))
        event.listen(engine, "connect", _set_up_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgresql)
    event.listen(engine, "begin", _begin)
    try:
        while _migrate_one_step(engine, migrations):
            pass
    except InputError:
        engine.dispose()
        raise
    except DBAPIError as error:
        engine.dispose()
        why = f"cannot be opened ({type(error.orig).__name__})"
        remedy = "check POSOLOGY_DATABASE_URL or POSOLOGY_DATA, and that the database runs"
        refuse("records", "", why=why, accepted=remedy)
    return engine


def open_copy(path: Path) -> Engine:
    """Open a SQLite file to read it alone: nothing is written to it or beside it.

    Raises:
        InputError: if there is no such file.
    """
    if not path.is_file():
        refuse("records", str(path), why="is not there", accepted="give the path of a SQLite file")
    # Where nobody can write and no write-ahead file is left, nothing changes while it is read;
    # otherwise SQLite has to look into that file, beside which it locks.
    written = path.with_name(f"{path.name}-wal")
    still = not (written.exists() and written.stat().st_size)
    query = "mode=ro&immutable=1" if still and not _may_change(path) else "mode=ro"
    engine = create_engine(
        sqlite_url(path),
        hide_parameters=True,
        creator=lambda: sqlite3.connect(
            f"{path.resolve().as_uri()}?{query}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        ),
    )
    event.listen(engine, "begin", _begin)
    return engine


def _may_change(path: Path) -> bool:
    mode = path.stat().st_mode
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return writable and bool(mode & 0o222)


def _prepare_folder(path: Path) -> None:
    """Make the folder and the file, readable for their owner alone."""
    why = "cannot be written"
    remedy = "name a folder in POSOLOGY_DATA that may be written to"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        refuse("records", str(path), why=f"{why} ({error.strerror})", accepted=remedy)
    # Its owner may touch a file that is closed to writing, and SQLite writes files beside it.
    for place in (path.parent, path):
        if not os.access(place, os.W_OK):
            refuse("records", str(place), why=why, accepted=remedy)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # sqlite3 would begin transactions by itself, later than it must: _begin does it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    _turn_on_log(connection)
    for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {setting}")


def _set_up_postgresql(connection: Any, _: Any) -> None:
    # What a person was told is on the disk, however the server is set.
    connection.execute("SET synchronous_commit = on")
    connection.commit()


def _turn_on_log(connection: Any) -> None:
    """Turn the write-ahead log on; SQLite itself does not wait while another turns it on."""
    for left in range(_PATIENCE_MS // _PAUSE_MS, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not left:
                raise
            threading.Event().wait(_PAUSE_MS / 1000)
        else:
            return


def _begin(connection: Connection) -> None:
    """Begin a transaction; a writer waits for the writer before it.

    So each row of the audit trail is chained to the one that was last when it was written.
    """
    writes = connection.get_execution_options().get(_WRITES)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


@contextmanager
def _answering() -> Iterator[None]:
    """Say in words that the database does not answer: it is locked, gone, full, or damaged."""
    try:
        yield
    except OperationalError as error:
        # What a server says may name where it is, and who asked.
        told = isinstance(error.orig, sqlite3.Error)
        why = f"cannot be reached now ({error.orig if told else type(error.orig).__name__})"
        refuse("records", "", why=why, accepted="nothing was written; try again")
    except DatabaseError as error:
        # SQLite's word for a damaged file; what is below it is a fault of the program.
        if type(error.orig) is not sqlite3.DatabaseError:
            raise
        raise DamagedError(
            Problem(field="records", typed="", why=f"are damaged ({error.orig})", accepted=_REMEDY)
        ) from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that alone may write; all of it is kept, or nothing.

    Raises:
        InputError: if somebody else holds the records all the while, or the disk is full.
    """
    with _answering(), _alone(engine) as connection:
        yield connection


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection = connection.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees the records as they stood at one moment."""
    with _answering(), engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _migrate_one_step(engine: Engine, migrations: Path) -> bool:
    """Apply the next migration, after a copy of the SQLite file; return whether there was one."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    steps = [script.revision for script in scripts.walk_revisions()]  # the newest first
    with _alone(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current == steps[0]:
            return False
        if current is not None and current not in steps:
            remedy = "open them with that version"
            refuse("records", current, why="was written by a newer Posology", accepted=remedy)
        following = steps[steps.index(current) - 1] if current else steps[-1]
        sqlite = connection.dialect.name == "sqlite"
        if current is not None and sqlite and count_entries(connection):
            _back_up(connection, following)
        config.attributes["connection"] = connection
        command.upgrade(config, following)
        if following == steps[0]:  # only the last tables are those that this program knows
            list_all_anew(connection)
    return True


def _back_up(connection: Connection, before: str) -> None:
    """Copy the SQLite file beside itself, as it was before a migration."""
    path = Path(connection.engine.url.database or "")
    copy = path.with_name(f"{path.name}.before-{before}")
    part = copy.with_name(f"{copy.name}.part")
    part.touch(mode=0o600)
    with sqlite3.connect(path) as source, sqlite3.connect(part) as target:
        source.backup(target)
    source.close()
    target.close()
    part.replace(copy)


def clean_up_erased(engine: Engine) -> None:
    """Empty SQLite's write-ahead file, where the bytes of an erased text would stay."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
