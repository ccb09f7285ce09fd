"""A browser for the tests that drive the running app, and records for those of its screens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

from records.database import database_url
from records.place import home_of_records
from records.store import Store, open_store
from screens.state import clock
from screens.state.making import Making
from tests.support.browsing import ARGUMENTS, installed
from tests.support.planning import RITUXIMAB, man, planned
from tests.support.running import PATIENCE_MS
from tests.support.ward import saved
from tests.support.ward_screen import TODAY


# Its event loop stays open in this thread while it runs: it ends with the module that asked for
# it, so that a test of another module may run a loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserType]:
    # Else a page has five seconds, or what the module before it has set.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="module")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    running = chromium.launch(executable_path=installed(), args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture
def at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep records of this test, at one time, and make what is asked for before the page is on."""
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    monkeypatch.setattr(Making, "begin", Making.run)


@pytest.fixture
def store() -> Iterator[Store]:
    """Return records with two plans of rituximab: 700 and 800 mg on four Mondays."""
    opened_store = open_store(database_url(os.environ, home_of_records()))
    saved(opened_store)
    saved(opened_store, planned(RITUXIMAB, who=man(label="bed 3", weight="95 kg")))
    yield opened_store
    opened_store.close()
