"""A browser for the tests that drive the running app."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

from tests.support.browsing import ARGUMENTS, installed
from tests.support.running import PATIENCE_MS


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
