"""What is typed outlives a reload of the page and a server that is killed."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from tests.screens.test_judged_in_the_browser import judged
from tests.support.running import PATIENCE_MS, START_SECONDS, free_port, settle
from tests.support.walking import (
    SIZES,
    Served,
    begin_infusion,
    keep,
    photograph,
    type_in,
    window_of,
)

pytestmark = pytest.mark.browser

# Where a browser could keep something of its own.
STORED = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


# Nothing is left that was pressed at the pump and not taken.
NOTHING_UNTOLD = """() => document.querySelector('.pump-now')
  && (sessionStorage.getItem('posology-pump') ?? '{}') === '{}'"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    server = Served(free_port(), tmp_path)
    server.start()
    yield server
    server.kill()


def holds(page: Page, **texts: str) -> None:
    for label, text in texts.items():
        field = page.get_by_role("textbox", name=label, exact=True)
        expect(field).to_have_value(text, timeout=START_SECONDS * 1000)


def at_the_pump(browser: Browser, served: Served) -> list[Page]:
    """Return the pump on a telephone, a tablet and a desk, each of another person."""
    pages = []
    for width in SIZES:
        page = window_of(browser, width, served.address).new_page()
        page.goto("/pump")
        drug = page.get_by_role("combobox", name="Drug", exact=True)
        expect(drug).to_be_visible(timeout=START_SECONDS * 1000)
        pages.append(page)
    return pages


def told(page: Page) -> None:
    page.wait_for_function(NOTHING_UNTOLD, timeout=START_SECONDS * 1000)


def test_a_running_infusion_outlives_a_killed_server_and_a_reload_at_every_width(
    browser: Browser, served: Served
) -> None:
    pages = at_the_pump(browser, served)
    begin = dt.datetime.now().astimezone() - dt.timedelta(minutes=10)
    for page in pages:
        begin_infusion(page, f"{begin:%H:%M}")
        expect(rate(page)).to_have_text("35.7\u00a0mL/h")
        keep(page, "bedside", "1 running")
        assert set(parse_qs(urlparse(page.url).query)) == {"draft"}

    # What is pressed while nobody answers is taken once the page finds the server again.
    served.kill()
    for page in pages:
        expect(page.locator(".offline")).to_contain_text("No connection")
        page.get_by_role("button", name="Pause").click()
        expect(page.locator(".pump-now")).to_contain_text("Paused since")
    served.start()
    for page in pages:
        expect(page.locator(".offline")).to_be_empty(timeout=START_SECONDS * 1000)
        told(page)
        expect(page.locator(".pump-now")).to_contain_text("Paused since")
        keep(page, "bedside", "2 paused while the server was gone")

    # And where the page is loaded anew in between.
    served.kill()
    for page in pages:
        expect(page.locator(".offline")).to_contain_text("No connection")
        page.get_by_role("button", name="Go on").click()
        expect(rate(page)).to_have_text("35.7\u00a0mL/h")
    addresses = [page.url for page in pages]
    for page in pages:
        with contextlib.suppress(Error):
            page.reload()
    served.start()
    for page, address in zip(pages, addresses, strict=True):
        # Chromium loads a page that had failed again by itself, which may come in between.
        with contextlib.suppress(Error):
            page.goto(address)
        told(page)
        expect(rate(page)).to_have_text("35.7\u00a0mL/h", timeout=START_SECONDS * 1000)
        expect(page.locator(".pump .stopped")).to_have_text(re.compile("paused"))
        settle(page)

    served.kill()
    for page in pages:
        expect(page.locator(".offline")).to_contain_text("No connection")
        # An hour passes: 100 mg/h are due after 30 min, 150 mg/h after 60.
        page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3600000; }")
        expect(rate(page)).to_have_text("107.1\u00a0mL/h")
        photograph(page, "bedside", "3 alarm without the server")
        assert judged(page, "Pump, the server gone") == []
        page.get_by_role("button", name="Silence").click()
        expect(page.locator(".flash")).to_have_count(0)

    served.start()
    for page in pages:
        page.emulate_media(color_scheme="light")
        page.reload()
        expect(rate(page)).to_have_text("35.7\u00a0mL/h", timeout=START_SECONDS * 1000)
        expect(page.locator(".pump .clock").first).to_contain_text(f"{begin:%H:%M}")
        expect(page.locator(".pump .stopped")).to_have_count(1)
        expect(page.get_by_role("heading", name="ward-7: rituximab 700 mg")).to_be_visible()
        assert "ward-7" not in page.url + page.evaluate(STORED)
        keep(page, "bedside", "4 after kill and reload")
        page.context.close()


def rate(page: Page) -> Locator:
    return page.locator(".pump-now dd").first


def test_typing_outlives_a_reload_and_a_killed_server_and_nobody_else_sees_it(
    browser: Browser, served: Served
) -> None:
    address = f"{served.address}/plan"
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
        served.kill()
        served.start()
        page.reload()
        holds(page, **{"Label, no name": "ward-7", "Weight": "71 kg"})

        other = browser.new_context().new_page()
        other.goto(address)
        holds(other, **{"Label, no name": "", "Weight": ""})
        other.context.close()

        page.get_by_role("link", name="discard").click()
        holds(page, **{"Label, no name": "", "Weight": ""})
        assert "ward-7" not in (served.folder / "log").read_text(encoding="utf-8")
    finally:
        window.close()
