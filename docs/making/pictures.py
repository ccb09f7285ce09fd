"""Photograph the running app along the walks of the tutorials."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browsing import ARGUMENTS, installed
from tests.support.running import free_port, settle, streamlit

IN_SIGHT = """node => {
  node.scrollIntoView();
  document.querySelector("[data-testid=stMain]").scrollBy(0, -80);
}"""
PICTURES = Path(__file__).resolve().parents[1] / "pictures"


def main() -> None:
    """Walk through each tutorial, and keep what its reader should see."""
    with (
        tempfile.TemporaryDirectory() as home,
        streamlit("app.py", port=free_port(), POSOLOGY_DATA=home) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=installed(), args=ARGUMENTS)
        for walk in (nurse, clinician_and_pharmacist):
            walk(_opened(browser, address))
        browser.close()


def nurse(page: Page) -> None:
    """Calculate a dose and run it."""
    _go(page, "Calculate")
    _pick(page, "Drug, whose limits the dose is held to", "rituximab")
    for label, text in (("Weight", "70 kg"), ("Height", "175 cm"), ("Dose rate", "375 mg/m2")):
        _type(page, label, text)
    _pick(page, "Surface formula", "Mosteller")
    expect(page.locator("p.dose")).to_be_visible()
    _keep(page, "calculate")
    _go(page, "Pump")
    _pick(page, "Drug", "rituximab")
    _pick(page, "Rate ladder", "rituximab-first")
    _type(page, "Label, no name", "ward-7")
    _type(page, "Dose", "700 mg")
    settle(page)
    page.get_by_text("Everything is in the volume").click()
    _type(page, "Volume of the bag", "500 mL")
    settle(page)
    page.get_by_role("button", name="Starts now").click()
    expect(page.locator(".pump-now dd").first).to_have_text("35.7\u00a0mL/h")
    _keep(page, "pump")


def clinician_and_pharmacist(page: Page) -> None:
    """Plan a course, put off a dose of it, and look at it as who checks it."""
    page.keyboard.press("/")
    page.keyboard.type("rituximab w")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-found button").first).to_be_focused()
    page.keyboard.press("Enter")
    for label, text in (
        ("Label, no name", "ward-7"),
        ("Weight", "70 kg"),
        ("Height", "175 cm"),
        ("First day", "2026-11-30"),
    ):
        _type(page, label, text)
    expect(page.get_by_test_id("course-calendar").locator(".dose-event")).to_have_count(4)
    _keep(page, "plan")
    _go(page, "Check")
    expect(page.get_by_role("heading", name="What was planned")).to_be_visible()
    _keep(page, "check")
    _go(page, "Plan")
    page.get_by_role("button", name="700\u00a0mg").nth(1).click()
    settle(page)
    page.get_by_text("Defer or bring forward", exact=True).click()
    settle(page)
    page.get_by_text("all later: 3", exact=True).click()
    _type(page, "By how long", "7 days")
    _type(page, "Reason", "fever")
    _keep(page, "change", ".st-key-preview")


def _opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(60_000)
    page.goto(address)
    expect(page.get_by_role("textbox")).to_be_visible(timeout=60_000)
    settle(page)
    return page


def _go(page: Page, name: str) -> None:
    settle(page)
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(f"**/{name.lower()}*")
    settle(page)


def _type(page: Page, label: str, text: str) -> None:
    settle(page)
    page.get_by_role("textbox", name=label, exact=True).fill(text)
    page.get_by_role("textbox", name=label, exact=True).press("Enter")


def _pick(page: Page, label: str, option: str) -> None:
    settle(page)
    page.get_by_role("combobox", name=label, exact=True).click()
    page.keyboard.type(option)
    page.keyboard.press("Enter")


def _keep(page: Page, name: str, shown: str = "h1") -> None:
    settle(page)
    page.mouse.move(0, 0)
    page.locator(shown).evaluate(IN_SIGHT)
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
