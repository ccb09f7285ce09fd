"""What is typed outlives a reload of the page and a server that is killed."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.support.places import ROOT
from tests.support.running import (
    PATIENCE_MS,
    START_SECONDS,
    free_port,
    of_a_server,
    settle,
    wait_until_healthy,
)

pytestmark = pytest.mark.browser

# Where a browser could keep something of its own.
STORED = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


# Nothing is left that was pressed at the pump and not taken.
NOTHING_UNTOLD = """() => document.querySelector('.pump-now')
  && (sessionStorage.getItem('posology-pump') ?? '{}') === '{}'"""


def start(port: int, folder: Path, script: str = "app.py", *more: str) -> subprocess.Popen[bytes]:
    options = ("--server.headless", "true", "--server.port", str(port), *more)
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, *options],
            cwd=ROOT,
            env=of_a_server(POSOLOGY_DATA=str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", server)
    return server


def kill(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.wait(timeout=START_SECONDS)


def type_in(page: Page, label: str, text: str) -> None:
    settle(page)
    page.get_by_role("textbox", name=label, exact=True).fill(text)
    page.get_by_role("textbox", name=label, exact=True).press("Enter")


def holds(page: Page, **texts: str) -> None:
    for label, text in texts.items():
        field = page.get_by_role("textbox", name=label, exact=True)
        expect(field).to_have_value(text, timeout=START_SECONDS * 1000)


def pick(page: Page, label: str, option: str) -> None:
    settle(page)
    field = page.get_by_role("combobox", name=label, exact=True)
    field.fill(option)
    page.get_by_role("option", name=option, exact=True).first.click()


def begin_infusion(page: Page, start: str) -> None:
    """Run 700 mg of rituximab in 500 mL: 50 mg/h are 35.7 mL/h, and 30 min later 71.4 mL/h."""
    pick(page, "Drug", "rituximab")
    pick(page, "Rate ladder", "rituximab-first")
    type_in(page, "Label, no name", "ward-7")
    type_in(page, "Dose", "700")
    settle(page)
    page.get_by_role("button", name="mg", exact=True).click()
    settle(page)
    page.get_by_text("Everything is in the volume").click()
    type_in(page, "Volume of the bag", "500 mL")
    type_in(page, "Starts at", start)


def test_a_running_infusion_outlives_a_killed_server_and_a_reload(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    server = start(port, tmp_path)
    window = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = window.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"http://127.0.0.1:{port}/pump")
        expect(page.get_by_role("combobox", name="Drug", exact=True)).to_be_visible(
            timeout=START_SECONDS * 1000
        )
        begin = dt.datetime.now().astimezone() - dt.timedelta(minutes=10)
        begin_infusion(page, f"{begin:%H:%M}")
        rate = page.locator(".pump-now dd").first
        expect(rate).to_have_text("35.7\u00a0mL/h", timeout=PATIENCE_MS)
        settle(page)
        assert set(parse_qs(urlparse(page.url).query)) == {"draft"}

        # What is pressed while nobody answers is taken once the page finds the server again.
        kill(server)
        expect(page.locator(".offline")).to_contain_text("No connection", timeout=PATIENCE_MS)
        page.get_by_role("button", name="Pause").click()
        expect(page.locator(".pump-now")).to_contain_text("Paused since")
        server = start(port, tmp_path)
        expect(page.locator(".offline")).to_be_empty(timeout=START_SECONDS * 1000)
        page.wait_for_function(NOTHING_UNTOLD, timeout=START_SECONDS * 1000)
        expect(page.locator(".pump-now")).to_contain_text("Paused since")
        settle(page)

        # And where the page is loaded anew in between.
        kill(server)
        expect(page.locator(".offline")).to_contain_text("No connection", timeout=PATIENCE_MS)
        page.get_by_role("button", name="Go on").click()
        expect(rate).to_have_text("35.7\u00a0mL/h")
        address = page.url
        with contextlib.suppress(Error):
            page.reload()
        server = start(port, tmp_path)
        # Chromium loads a page that had failed again by itself, which may come in between.
        with contextlib.suppress(Error):
            page.goto(address)
        page.wait_for_function(NOTHING_UNTOLD, timeout=START_SECONDS * 1000)
        expect(rate).to_have_text("35.7\u00a0mL/h", timeout=START_SECONDS * 1000)
        expect(page.locator(".pump .stopped")).to_have_text(re.compile("paused"))
        settle(page)

        kill(server)
        expect(page.locator(".offline")).to_contain_text("No connection", timeout=PATIENCE_MS)
        # An hour passes: 100 mg/h are due after 30 min, 150 mg/h after 60.
        page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3600000; }")
        expect(rate).to_have_text("107.1\u00a0mL/h")
        page.get_by_role("button", name="Silence").click(timeout=PATIENCE_MS)
        expect(page.locator(".flash")).to_have_count(0)

        server = start(port, tmp_path)
        page.reload()
        expect(rate).to_have_text("35.7\u00a0mL/h", timeout=START_SECONDS * 1000)
        expect(page.locator(".pump .clock").first).to_contain_text(f"{begin:%H:%M}")
        expect(page.locator(".pump .stopped")).to_have_count(1)
        expect(page.get_by_role("heading", name="ward-7: rituximab 700 mg")).to_be_visible()
        assert "ward-7" not in page.url + page.evaluate(STORED)
    finally:
        window.close()
        kill(server)


def test_typing_outlives_a_reload_and_a_killed_server_and_nobody_else_sees_it(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/plan"
    server = start(port, tmp_path)
    window = browser.new_context(locale="en-GB")
    try:
        page = window.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        expect(page.get_by_role("textbox", name="Weight", exact=True)).to_be_visible(
            timeout=START_SECONDS * 1000
        )
        type_in(page, "Label, no name", "ward-7")
        type_in(page, "Weight", "70 kg")
        expect(page.get_by_text("Kept as a draft at")).to_be_visible()
        settle(page)
        assert set(parse_qs(urlparse(page.url).query)) == {"draft"}
        assert "ward-7" not in page.url + page.evaluate(STORED)

        page.reload()
        holds(page, **{"Label, no name": "ward-7", "Weight": "70 kg"})

        type_in(page, "Weight", "71 kg")
        expect(page.get_by_text("= 71\u00a0kg")).to_be_visible()
        settle(page)
        kill(server)
        server = start(port, tmp_path)
        page.reload()
        holds(page, **{"Label, no name": "ward-7", "Weight": "71 kg"})

        other = browser.new_context().new_page()
        other.goto(address)
        holds(other, **{"Label, no name": "", "Weight": ""})
        other.context.close()

        page.get_by_role("link", name="discard").click()
        holds(page, **{"Label, no name": "", "Weight": ""})
        assert "ward-7" not in (tmp_path / "log").read_text(encoding="utf-8")
    finally:
        window.close()
        kill(server)
