"""The installed Chromium, as the tests start it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType

from tests.support import programs

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Letters as wide as on a telephone, a tablet and in a Chromium with a window. That without one
    # rounds them to whole points of the screen otherwise, and a line of them grows wider.
    "--font-render-hinting=none",
]


def installed() -> str:
    """Return the path of the browser that is there."""
    path = programs.browser()
    assert path, f"the browser tests need one of: {', '.join(programs.BROWSERS)}"
    return path


@contextmanager
def one_person(
    chromium: BrowserType, folder: Path, address: str, **settings: Any
) -> Iterator[BrowserContext]:
    """Start a browser for one person alone, and yield the windows of that person.

    All of them are drawn by one process, which a first window at the address keeps alive: a page
    finds its scripts compiled as the page before it ran them, a ninth of what a page takes. With
    a folder of its own a Chromium that has a window keeps them on disk as well.
    """
    windows = chromium.launch_persistent_context(
        folder,
        executable_path=installed(),
        args=[*ARGUMENTS, "--renderer-process-limit=1"],
        **settings,
    )
    windows.pages[0].goto(f"{address}/_stcore/health")
    yield windows
    windows.close()
