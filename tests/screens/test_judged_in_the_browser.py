"""Every screen and every state of it, judged by axe-core in light and in dark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect

from records.database import sqlite_url
from records.place import FILE
from records.store import open_store
from tests.support.browsing import one_person
from tests.support.running import PATIENCE_MS, START_SECONDS, free_port, settle, streamlit
from tests.support.walking import begin_infusion, go, pick, type_in
from tests.support.ward import plan, saved

pytestmark = pytest.mark.browser

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Whatever a theme changes is a colour.
OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "light": {"resultTypes": ["violations", "incomplete"]},
    "dark": {"runOnly": ["color-contrast"]},
}
THEME: Final = "() => matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"
# A colour that is still passing into that of the other theme has neither's contrast.
COLOURS_STAND: Final = """() => document.getAnimations().every(
  (one) => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity,
)"""
PAPER: Final = {"light": "rgb(251, 252, 251)", "dark": "rgb(20, 25, 25)"}
WARD_VIEWS: Final = (
    "Visits and hours",
    "Drugs",
    "Stock",
    "What if",
    "Who can wait",
    "Move",
    "Notes",
)
BROKEN: Final = """() => document.querySelector("main, [data-testid=stMain]").insertAdjacentHTML(
  "beforeend",
  '<img src="x"><p style="color: #bbb; background: #fff">pale</p><button></button>',
)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("judged")
    store = open_store(sqlite_url(folder / FILE))
    for number in (1, 2):
        saved(store, plan(f"bed-{number}"))
    store.close()
    with streamlit("app.py", port=free_port(), POSOLOGY_DATA=str(folder)) as url:
        yield url


@pytest.fixture(scope="module")
def context(
    chromium: BrowserType, address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    with one_person(
        chromium,
        tmp_path_factory.mktemp("browser"),
        address,
        base_url=address,
        viewport={"width": 1024, "height": 1000},
        accept_downloads=True,
    ) as opened:
        opened.set_default_timeout(PATIENCE_MS)
        yield opened


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return Home as a person meets it who has typed nothing yet."""
    opened = context.new_page()
    opened.goto("/")
    expect(opened.get_by_role("textbox")).to_be_visible(timeout=START_SECONDS * 1000)
    settle(opened)
    yield opened
    opened.close()


def axe(page: Page, **options: Any) -> dict[str, list[dict[str, Any]]]:
    """Return what axe-core says of the page as it stands, by its verdict."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    said: dict[str, list[dict[str, Any]]] = page.evaluate(
        "options => axe.run(document, options)", options
    )
    return said


def judged(page: Page, where: str) -> list[str]:
    """Return what axe finds against the page, in light and in dark.

    It begins with the theme that is on, and leaves the other: each turn draws the page anew.
    """
    settle(page)
    found = []
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    if page.evaluate(THEME) == "dark":
        themes = ("dark", "light")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("[data-testid=stApp]")).to_have_css("background-color", PAPER[theme])
        page.wait_for_function(COLOURS_STAND)
        said = axe(page, **OPTIONS[theme])
        # axe is in doubt about a name that no screen reader has to speak: here it is a fault.
        unspoken = [one for one in said["incomplete"] if one["id"] == "aria-prohibited-attr"]
        found += [
            f"{where}, {theme}: {one['id']}: {node['html'][:160]}"
            for one in said["violations"] + unspoken
            for node in one["nodes"]
        ]
    return found


def test_the_judge_notices_what_is_wrong(browser: Browser) -> None:
    with browser.new_page() as page:
        page.set_content("<html lang=en><title>x</title><main><h1>x</h1></main></html>")
        assert not axe(page)["violations"]
        page.evaluate(BROKEN)
        wrong = {one["id"] for one in axe(page)["violations"]}
        assert wrong == {"image-alt", "color-contrast", "button-name"}


def test_enter_leads_to_what_was_found_and_opens_nothing_yet(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("ivig")
    page.keyboard.press("Enter")
    first = page.locator(".st-key-found button").first
    expect(first).to_be_focused()
    expect(first).to_contain_text("mmunoglobulin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Plan a course", level=1)).to_be_attached()
    settle(page)
    page.get_by_role("textbox", name="Search a disease, drug or brand").fill("lipoic")
    page.keyboard.press("Enter")
    radio = page.get_by_role("radio", name="Immunoglobulin", exact=False).first
    expect(radio).to_be_focused()
    expect(radio).to_be_checked()


def test_a_dose_in_one_line_that_was_found_and_one_that_was_not(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("ritux 70 kg 175 cm tomorrow")
    expect(page.locator("p.echo")).to_contain_text("Not understood")
    found = judged(page, "Home, a line that is not understood")
    for _ in " tomorrow":
        page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-found button").first).to_be_focused()
    assert found + judged(page, "Home, a line, its first found in focus") == []


def test_a_course_that_is_typed_planned_stopped_changed_and_checked(page: Page) -> None:
    found = judged(page, "Home")
    go(page, "Plan")
    found += judged(page, "Plan, nothing typed")
    page.get_by_role("button", name="Try an example").first.click()
    expect(page.get_by_test_id("course-calendar").locator(".dose-event").first).to_be_visible()
    found += judged(page, "Plan, calendar")
    page.locator(".dose-event").nth(1).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    # It stands beside the app, and follows the theme that turns while it is open.
    page.emulate_media(color_scheme="dark")
    quiet = page.get_by_role("dialog").locator(".quiet").first
    expect(quiet).to_have_css("color", "rgb(180, 185, 184)")
    found += judged(page, "Plan, the drawer of a dose")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)
    page.get_by_role("button", name="Other files").click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    found += judged(page, "Plan, the menu of downloads")
    page.keyboard.press("Escape")
    settle(page)
    for name in ("Timeline", "Table"):
        page.get_by_role("tab", name=name).click()
        found += judged(page, f"Plan, {name}")
    page.get_by_role("button", name="Change or record a dose").click()
    page.get_by_role("combobox", name="Dose", exact=True).click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Omit", exact=True).click()
    page.get_by_role("radio", name="all later").click()
    expect(page.locator(".st-key-preview")).to_be_visible()
    found += judged(page, "Plan, change")
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


def test_a_dose_alone(page: Page) -> None:
    go(page, "Calculate")
    found = judged(page, "Calculate, nothing typed")
    type_in(page, "Weight", "70 kg")
    type_in(page, "Height", "175 cm")
    found += judged(page, "Calculate, sizes")
    type_in(page, "Dose rate", "600 mg")
    # Nothing held it to a limit: it is written small.
    amount = page.get_by_role("heading", name="600 milligrams")
    expect(amount).to_have_css("font-size", "22px")
    expect(page.locator(".spoken")).to_have_text("600 milligrams; no drug named: held to nothing")
    pick(page, "Drug, whose limits the dose is held to", "rituximab")
    settle(page)
    page.get_by_role("combobox", name="Surface formula").focus()
    page.keyboard.type("most")
    page.keyboard.press("Enter")
    type_in(page, "Dose rate", "375 mg/m2")
    # sqrt(70 x 175 / 3600) is 1.8447 m2
    amount = page.get_by_role("heading", name="691.75 milligrams")
    assert float(amount.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")) >= 44
    expect(page.locator(".spoken")).to_have_text("691.75 milligrams")
    found += judged(page, "Calculate, a dose")
    page.set_viewport_size({"width": 390, "height": 844})
    found += judged(page, "Calculate on a telephone")
    page.set_viewport_size({"width": 1024, "height": 1000})
    page.emulate_media(media="print")
    for form in page.locator(".st-key-calculate-form").all():
        expect(form).to_be_hidden()
    expect(amount).to_be_visible()
    page.emulate_media(media="screen")
    type_in(page, "Dose rate", "0.375 mg/m2")
    expect(page.get_by_text("STOP").first).to_be_visible()
    found += judged(page, "Calculate, stopped")
    assert not found, "\n".join(found)


def test_an_infusion_that_runs_and_a_reaction(page: Page) -> None:
    go(page, "Pump")
    found = judged(page, "Pump, nothing typed")
    begin_infusion(page, f"{dt.datetime.now().astimezone() - dt.timedelta(minutes=10):%H:%M}")
    expect(page.locator(".pump-now dd").first).to_be_visible()
    found += judged(page, "Pump, running")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Reaction").click()
    expect(page.locator(".pump .stopped")).to_have_count(1)
    found += judged(page, "Pump, a reaction on a telephone")
    assert not found, "\n".join(found)


def test_the_queue_the_library_the_ward_and_help(page: Page) -> None:
    go(page, "Check")
    # The button alone does not say which file it asks for.
    group = page.get_by_role("group", name="Plan file")
    expect(group.get_by_role("button", name="Upload", exact=True)).to_be_visible()
    found = judged(page, "Check, the queue and no plan")
    go(page, "Library")
    found += judged(page, "Library, all drugs by the eight questions")
    page.emulate_media(forced_colors="active")
    # Where a system chooses the colours, the sign of a STOP keeps its own, and is no WARN.
    stop = page.locator(".matrix .level.stop .sign").first
    expect(stop).to_have_css("background-color", "rgb(166, 27, 27)")
    page.emulate_media(forced_colors="none")
    page.get_by_text("Rituximab 375 mg/m2 once a week, 4 doses").click()
    expect(page.get_by_text("reproduces").first).to_be_visible()
    found += judged(page, "Library, a regimen")
    page.emulate_media(media="print")
    expect(page.locator(".head h2")).to_be_visible()
    page.emulate_media(media="screen")
    # What was chosen is not in the list that is found: its lines are still reached by Tab.
    type_in(page, "Disease, drug, route or title", "cyclophosphamide")
    found += judged(page, "Library, another search")
    go(page, "Ward")
    found += judged(page, "Ward, nothing asked")
    page.get_by_text("Saved plans", exact=True).click()
    type_in(page, "From", "2026-11-30")
    type_in(page, "To", "2026-12-27")
    settle(page)
    page.get_by_text("Week", exact=True).click()
    page.get_by_role("button", name="Add up 2 plans").click()
    expect(page.locator(".ward-head")).to_be_visible()
    # On a telephone every view has its tab in sight: what scrolled sideways had no sign of more.
    page.set_viewport_size({"width": 360, "height": 740})
    tabs = page.get_by_role("tablist")
    assert tabs.evaluate("tabs => tabs.scrollWidth - tabs.clientWidth") == 0
    page.set_viewport_size({"width": 1024, "height": 1000})
    for name in WARD_VIEWS:
        page.get_by_role("tab", name=name, exact=True).click()
        found += judged(page, f"Ward, {name}")
    page.get_by_text("A table of patients", exact=True).click()
    table = "id,regimen,first_day,weight (kg)\n007,rituximab-weekli,2026-13-30,70\n"
    page.locator(".st-key-ward-table input[type=file]").set_input_files(
        {"name": "ward.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    expect(page.get_by_role("group", name="ward.csv")).to_be_visible()
    page.get_by_role("button", name="Add up 1 plan").click()
    expect(page.get_by_text("rituximab-weekli").first).to_be_visible()
    found += judged(page, "Ward, a table with a wrong row")
    go(page, "Help")
    found += judged(page, "Help")
    assert not found, "\n".join(found)
