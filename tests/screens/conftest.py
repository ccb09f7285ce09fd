"""A browser for the tests that drive the running app."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support import programs
from tests.support.running import PATIENCE_MS

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Its event loop stays open in this thread while it runs: it ends with the module that asked for
# it, so that a test of another module may run a loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = programs.browser()
    assert path, f"the browser tests need one of: {', '.join(programs.BROWSERS)}"
    # Else a page has five seconds, or what the module before it has set.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()
