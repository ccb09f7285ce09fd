"""Every screen, in the states that a person meets, judged by axe-core in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.running import PATIENCE_MS, START_SECONDS, free_port, settle, streamlit

pytestmark = pytest.mark.browser

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
THEMES: Final[tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...]] = (
    ("light", {"resultTypes": ["violations", "incomplete"]}),
    ("dark", {"runOnly": ["color-contrast"]}),
)
PAPER: Final = {"light": "rgb(251, 252, 251)", "dark": "rgb(20, 25, 25)"}
BROKEN: Final = """() => document.querySelector("main, [data-testid=stMain]").insertAdjacentHTML(
  "beforeend",
  '<img src="x"><p style="color: #bbb; background: #fff">pale</p><button></button>',
)"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with streamlit("app.py", port=free_port()) as address:
        opened = browser.new_page(base_url=address, viewport={"width": 1024, "height": 1000})
        opened.set_default_timeout(PATIENCE_MS)
        opened.goto("/plan")
        expect(opened.get_by_role("textbox", name="Weight", exact=True)).to_be_visible(
            timeout=START_SECONDS * 1000
        )
        yield opened
        opened.close()


def axe(page: Page, **options: Any) -> dict[str, list[dict[str, Any]]]:
    """Return what axe-core says of the page as it stands, by its verdict."""
    page.evaluate(AXE)
    said: dict[str, list[dict[str, Any]]] = page.evaluate(
        "options => axe.run(document, options)", options
    )
    return said


def judged(page: Page, where: str) -> list[str]:
    """Return what axe finds against the page, in light and in dark."""
    settle(page)
    found = []
    for theme, options in THEMES:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("[data-testid=stApp]")).to_have_css("background-color", PAPER[theme])
        said = axe(page, **options)
        # axe is in doubt about a name that no screen reader has to speak: here it is a fault.
        unspoken = [one for one in said["incomplete"] if one["id"] == "aria-prohibited-attr"]
        found += [
            f"{where}, {theme}: {one['id']}: {node['html'][:160]}"
            for one in said["violations"] + unspoken
            for node in one["nodes"]
        ]
    page.emulate_media(color_scheme="light")
    return found


def type_in(page: Page, label: str, text: str) -> None:
    settle(page)
    page.get_by_role("textbox", name=label, exact=True).fill(text)
    page.get_by_role("textbox", name=label, exact=True).press("Enter")


def go(page: Page, name: str) -> None:
    settle(page)
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(f"**/{name.lower().replace('home', '')}*")
    settle(page)


def test_the_judge_notices_what_is_wrong(browser: Browser) -> None:
    with browser.new_page() as page:
        page.set_content("<html lang=en><title>x</title><main><h1>x</h1></main></html>")
        assert not axe(page)["violations"]
        page.evaluate(BROKEN)
        wrong = {one["id"] for one in axe(page)["violations"]}
        assert wrong == {"image-alt", "color-contrast", "button-name"}


def test_a_course_that_is_typed_planned_stopped_changed_and_checked(page: Page) -> None:
    found = judged(page, "Plan, nothing typed")
    page.get_by_role("button", name="Try an example").first.click()
    expect(page.get_by_test_id("course-calendar").locator(".dose-event").first).to_be_visible()
    found += judged(page, "Plan, calendar")
    for name in ("Timeline", "Table"):
        page.get_by_role("tab", name=name).click()
        found += judged(page, f"Plan, {name}")
    go(page, "Change")
    found += judged(page, "Change")
    go(page, "Check")
    found += judged(page, "Check")
    go(page, "Plan")
    type_in(page, "Weight", "7,0 kg")
    expect(page.locator(".echo.wrong").first).to_be_visible()
    found += judged(page, "Plan, wrongly typed")
    type_in(page, "Weight", "400 kg")
    expect(page.get_by_text("STOP").first).to_be_visible()
    found += judged(page, "Plan, stopped")
    assert not found, "\n".join(found)


def test_a_dose_alone_an_infusion_and_the_library(page: Page) -> None:
    found = []
    go(page, "Calculate")
    found += judged(page, "Calculate, nothing typed")
    type_in(page, "Weight", "70 kg")
    type_in(page, "Height", "175 cm")
    found += judged(page, "Calculate, sizes")
    go(page, "Pump")
    found += judged(page, "Pump, nothing typed")
    go(page, "Library")
    found += judged(page, "Library")
    go(page, "Home")
    found += judged(page, "Home")
    assert not found, "\n".join(found)
