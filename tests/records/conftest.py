"""Empty stores for the tests, in both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from records.database import database_url, open_engine, sqlite_url
from records.place import FILE
from records.store import Store, open_store
from tests.support.server import database, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """Return a running PostgreSQL with the tables made in its first database."""
    with postgresql() as address:
        url = database_url({"POSOLOGY_DATABASE_URL": address}, Path())
        open_engine(url).dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Return the address of an empty store of its own."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / FILE)
    return database(request.getfixturevalue("server"))


@pytest.fixture
def other_url(url: URL, request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Return the address of a second empty store of the same kind."""
    if url.get_backend_name() == "sqlite":
        return sqlite_url(tmp_path / "other" / FILE)
    return database(request.getfixturevalue("server"))


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with the tables made in it, as the program made it."""
    path = tmp_path_factory.mktemp("empty") / FILE
    open_engine(sqlite_url(path)).dispose()
    return path


@pytest.fixture
def store(url: URL, empty_file: Path) -> Iterator[Store]:
    """Return an empty store."""
    if url.get_backend_name() == "sqlite":
        shutil.copy(empty_file, str(url.database))  # and its permissions
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(empty_file: Path, tmp_path: Path) -> Iterator[Store]:
    """Return an empty store in a SQLite file."""
    shutil.copy(empty_file, tmp_path / FILE)
    opened = open_store(sqlite_url(tmp_path / FILE))
    yield opened
    opened.close()
