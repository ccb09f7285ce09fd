"""A pharmacist signs what waits with the keyboard alone, and hears why a signature is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from records.database import sqlite_url
from records.place import FILE
from records.store import open_store
from tests.support.running import START_SECONDS, free_port, settle, streamlit
from tests.support.ward import plan, saved

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
MOST_STOPS = 150
FOCUSED = """() => {
  const at = document.activeElement;
  return [at.getAttribute("aria-label") ?? "", at.type ?? "", String(at.checked ?? "")];
}"""


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    store = open_store(sqlite_url(tmp_path / FILE))
    for number in (1, 2, 3):
        saved(store, plan(f"bed-{number}"))
    store.close()
    with streamlit("app.py", port=free_port(), POSOLOGY_DATA=str(tmp_path)) as address:
        window = browser.new_context(viewport={"width": 1440, "height": 1000})
        made = window.new_page()
        made.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        made.goto(f"{address}/check")
        expect(made.get_by_text("Waiting (3)")).to_be_visible(timeout=START_SECONDS * 1000)
        settle(made)
        yield made
        window.close()


def tab_to(page: Page, label: str, kind: str) -> None:
    """Press Tab until a field has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        name, found, _ = page.evaluate(FOCUSED)
        if found == kind and label in (name or page.evaluate("document.activeElement.value")):
            return
    pytest.fail(f"no way by Tab to {label}")


def tick_everything(page: Page) -> None:
    left = page.locator(".stCheckbox input").count()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        _, kind, checked = page.evaluate(FOCUSED)
        if kind == "checkbox" and checked == "false":
            page.keyboard.press("Space")
            # The next answer may come while the page is drawn again, and count for nothing.
            settle(page)
            left -= 1
        if not left:
            settle(page)
            return
    pytest.fail(f"{left} boxes are not reached by Tab")


def test_three_plans_are_signed_from_the_queue_with_the_keyboard_alone(page: Page) -> None:
    tab_to(page, "Your name or initials", "text")
    page.keyboard.type("AB")
    page.keyboard.press("Enter")
    settle(page)
    page.keyboard.press("Tab")  # the help beside the label, or the first role
    while page.evaluate(FOCUSED)[1] != "radio":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")  # planner, then nurse, then pharmacist
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="pharmacist", exact=True)).to_be_checked()
    settle(page)
    for label in ("bed-1", "bed-2", "bed-3"):
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator(".st-key-check-plan").get_by_text(label)).to_be_visible()
        settle(page)
        page.keyboard.press("Alt+s")
        refused = page.locator("#check-refused")
        expect(refused).to_contain_text("Not ticked on the checklist: Patient")
        expect(refused).to_be_focused()
        settle(page)
        page.keyboard.press("Alt+ArrowUp")  # nothing stands before it
        page.evaluate("document.querySelector('.st-key-check-plan .head').focus()")
        tick_everything(page)
        expect(page.locator(".stCheckbox input:not(:checked)")).to_have_count(0)
        settle(page)
        page.keyboard.press("Alt+s")
        expect(page.locator("#check-done")).to_contain_text("Saved: signed by AB")
        settle(page)
    page.keyboard.press("Alt+q")
    expect(page.get_by_text("Waiting (0)")).to_be_visible()
    expect(page.get_by_text("Signed (3)")).to_be_visible()
