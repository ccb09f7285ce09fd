"""A PostgreSQL server of the tests' own, on a socket in a folder that goes with it."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, Connection, create_engine, make_url

from tests.support import programs

# Nothing of it has to outlive a test: it need not wait for the disk, nor tidy up.
SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c max_connections=60 "
    "-c autovacuum=off"
)


@contextmanager
def postgresql(settings: str = SETTINGS) -> Iterator[str]:
    """Start a server and yield the address of its first database."""
    # The server refuses to run as root; Debian's package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    initdb = programs.initdb()
    assert initdb, "the tests need PostgreSQL: make test installs it (Debian's postgresql)"
    folder = Path(tempfile.mkdtemp(prefix="posology-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"

        def run(name: str, *arguments: str) -> None:
            done = subprocess.run(
                [initdb.with_name(name), *arguments],
                user=user,
                cwd=folder,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            assert done.returncode == 0, done.stdout

        run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        log = folder / "log"
        run(
            "pg_ctl",
            "-D",
            str(data),
            "-l",
            str(log),
            "-w",
            "-o",
            f"-k {folder} {settings}",
            "start",
        )
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill_and_restart(server: URL, *, settings: str) -> None:
    """Kill every process of a server at once, as a power cut does, and start it again."""
    folder = Path(str(server.query["host"]))
    with psycopg.connect(server.set(drivername="postgresql").render_as_string()) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
    main = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    for pid in [main, *(pid for (pid,) in found)]:
        with contextlib.suppress(ProcessLookupError):  # the one that answered has ended
            os.kill(pid, signal.SIGKILL)
    # Where nobody collects killed processes their numbers look taken, and nothing would start.
    for lock in (folder / "data" / "postmaster.pid", *folder.glob(".s.PGSQL.*.lock")):
        lock.unlink(missing_ok=True)
    initdb = programs.initdb()
    assert initdb
    arguments = ["-D", str(folder / "data"), "-l", str(folder / "log"), "-w"]
    subprocess.run(
        [initdb.with_name("pg_ctl"), *arguments, "-o", f"-k {folder} {settings}", "start"],
        user="postgres" if os.geteuid() == 0 else None,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        check=True,
    )


_LEFT_WITHIN_SECONDS = 60


def wait_until_left(connection: Connection, name: str) -> None:
    """Wait until a database has no connection, before it is copied, renamed or dropped.

    A server ends a connection later than its client does, and on a busy machine by more than the
    five seconds for which PostgreSQL waits by itself.
    """
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %(name)s"
    for _ in range(_LEFT_WITHIN_SECONDS * 20):
        if not connection.exec_driver_sql(query, {"name": name}).scalar():
            return
        time.sleep(0.05)


_NUMBERS = itertools.count(1)


def database(server: URL, like: str = "postgres") -> URL:
    """Return a new database of a server: with empty tables in it, or as another one is."""
    name = f"records_{next(_NUMBERS)}"
    maker = create_engine(make_url(server).set(database="template1"), isolation_level="AUTOCOMMIT")
    with maker.connect() as connection:
        wait_until_left(connection, like)
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")
    maker.dispose()
    return server.set(database=name)
