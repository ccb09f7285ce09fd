"""Stories from Home on a telephone, a tablet and a desk, through a killed server and a reload.

Each is begun at every width; then the server is killed once under all three pages, started again,
and each page is loaded anew and goes on. ``build/stories`` keeps a picture of each step. That of
the bedside stands in test_kept_in_the_browser.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
import vobject
from playwright.sync_api import Browser, BrowserContext, Page, expect

from records.database import sqlite_url
from records.place import FILE
from records.store import open_store
from tests.support.running import START_SECONDS, free_port, settle
from tests.support.walking import SIZES, Served, go, keep, pick, type_in, window_of
from tests.support.ward import plan, saved

pytestmark = pytest.mark.browser

# What a hand does: presses of the mouse, letters typed, and the places that it went to.
COUNT: Final = """() => {
  window.hand = { clicks: 0, letters: 0, places: new Set() };
  document.addEventListener("pointerdown", (event) => {
    window.hand.clicks += 1;
    // An option belongs to the field that has opened it.
    if (event.target.closest("[role=listbox]")) return;
    window.hand.places.add(event.target.closest("[role=radiogroup], a, button, input, label"));
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key.length === 1) window.hand.letters += 1;
    if (event.key !== "Tab") window.hand.places.add(event.target);
  }, true);
}"""
COUNTED: Final = """() => ({
  clicks: window.hand.clicks, letters: window.hand.letters, places: window.hand.places.size,
})"""
MOST_STOPS: Final = 150
FOCUSED: Final = """() => {
  const at = document.activeElement;
  return [at.getAttribute("aria-label") ?? "", at.type ?? "", String(at.checked ?? "")];
}"""
MONDAYS: Final = [dt.date(2026, 11, 30) + dt.timedelta(weeks=week) for week in range(4)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(free_port(), tmp_path_factory.mktemp("stories"))
    store = open_store(sqlite_url(server.folder / FILE))
    for number in (1, 2, 3):
        saved(store, plan(f"bed-{number}"))
    store.close()
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def windows(browser: Browser, served: Served) -> Iterator[list[BrowserContext]]:
    opened = [window_of(browser, width, served.address) for width in SIZES]
    yield opened
    for window in opened:
        window.close()


def at_home(window: BrowserContext) -> Page:
    """Return Home as a person meets it who has typed nothing yet."""
    page = window.new_page()
    page.goto("/")
    expect(page.get_by_role("textbox")).to_be_visible(timeout=START_SECONDS * 1000)
    settle(page)
    page.evaluate(COUNT)
    return page


def tell(
    story: Callable[[Page], Iterator[None]], windows: list[BrowserContext], served: Served
) -> None:
    """Walk to the middle at every width, kill the server under all, load anew, and go on."""
    pages = [at_home(window) for window in windows]
    walks = [story(page) for page in pages]
    for walk in walks:
        next(walk)
    served.kill()
    served.start()
    for page, walk in zip(pages, walks, strict=True):
        page.reload()
        expect(page.get_by_role("textbox").first).to_be_visible(timeout=START_SECONDS * 1000)
        settle(page)
        assert list(walk) == []
        page.close()


def nurse(page: Page) -> Iterator[None]:
    """Calculate a dose beside its limits, and run it."""
    keep(page, "nurse", "1 home")
    page.get_by_role("link", name="Calculate a dose").click()
    settle(page)
    drug = page.get_by_role("combobox", name="Drug, whose limits the dose is held to")
    drug.click()
    page.keyboard.type("ritux")
    page.keyboard.press("Enter")
    for name, text in (("Weight", "70 kg"), ("Height", "175 cm"), ("Dose rate", "375 mg/m2")):
        settle(page)
        page.get_by_role("textbox", name=name, exact=True).focus()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    settle(page)
    formula = page.get_by_role("combobox", name="Surface formula")
    if page.evaluate("navigator.maxTouchPoints"):
        # A telephone shows a short list without its keyboard.
        formula.click()
        page.get_by_role("option", name="Mosteller").click()
    else:
        formula.focus()
        page.keyboard.type("most")
        page.keyboard.press("Enter")
    # sqrt(70 x 175 / 3600) is 1.8447 m2, and 375 mg/m2 of it 691.75 mg.
    expect(page.locator("p.dose")).to_contain_text("691.7")
    expect(page.locator(".margin").first).to_contain_text("rituximab")
    counted = page.evaluate(COUNTED)
    assert counted["places"] <= 6, counted
    keep(page, "nurse", "2 dose and limits")
    yield
    expect(page.locator("p.dose")).to_contain_text("691.7")
    expect(page.locator(".margin").first).to_contain_text("rituximab")
    keep(page, "nurse", "3 after kill and reload")
    go(page, "Pump")
    pick(page, "Drug", "rituximab")
    pick(page, "Rate ladder", "rituximab-first")
    type_in(page, "Label, no name", "ward-7")
    type_in(page, "Dose", "691.75 mg")
    settle(page)
    page.get_by_text("Everything is in the volume").click()
    type_in(page, "Volume of the bag", "500 mL")
    settle(page)
    page.get_by_role("button", name="Starts now").click()
    # 691.75 mg in 500 mL are 1.3835 mg/mL: 50 mg/h are 36.1 mL/h.
    expect(page.locator(".pump-now dd").first).to_have_text("36.1\u00a0mL/h")
    keep(page, "nurse", "4 pump")


def test_a_nurse_has_a_dose_beside_its_limits_with_six_groups_of_keys_and_runs_it(
    windows: list[BrowserContext], served: Served
) -> None:
    tell(nurse, windows, served)


def nurse_in_one_line(page: Page) -> Iterator[None]:
    """Type the dose in one line, and read it on Calculate beside its limits."""
    page.keyboard.press("/")
    page.keyboard.type("ritux 375 mg/m2 70 kg 175 cm tomorrow")
    found = page.locator(".st-key-found button")
    expect(page.locator("p.echo")).to_contain_text("Not understood: “tomorrow”")
    expect(found).to_have_count(0)
    keep(page, "one line", "1 not understood")
    for _ in "tomorrow":
        page.keyboard.press("Backspace")
    page.keyboard.type("mosteller")
    page.keyboard.press("Enter")
    expect(found.first).to_be_focused()
    said = "Calculate rituximab 375 mg/m2 for 70 kg, 175 cm (Mosteller)"
    expect(found.first).to_have_text(said)
    keep(page, "one line", "2 found")
    page.keyboard.press("Enter")
    # As above: 691.75 mg.
    expect(page.locator("p.dose")).to_contain_text("691.7")
    expect(page.locator(".margin").first).to_contain_text("rituximab")
    counted = page.evaluate(COUNTED)
    # the search and the line that it found
    assert counted["places"] <= 3, counted
    assert counted["clicks"] == 0, counted
    keep(page, "one line", "3 dose and limits")
    assert not [text for text in ("375", "175", "ritux") if text in page.url]
    stored = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert not [text for text in ("70 kg", "375 mg", "175 cm") if text in stored]
    yield
    expect(page.locator("p.dose")).to_contain_text("691.7")
    expect(page.get_by_role("textbox", name="Weight", exact=True)).to_have_value("70 kg")
    keep(page, "one line", "4 after kill and reload")


def test_a_nurse_has_a_dose_beside_its_limits_by_one_line_and_keeps_it(
    windows: list[BrowserContext], served: Served
) -> None:
    tell(nurse_in_one_line, windows, served)
    assert "375 mg" not in (served.folder / "log").read_text(encoding="utf-8")


def days_of(page: Page, file: Path) -> list[tuple[dt.date, str]]:
    """Download the calendar, and return the day and the revision of each of its doses."""
    settle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Calendar (.ics)").click()
    waiting.value.save_as(file)
    events = vobject.readOne(file.read_text(encoding="utf-8")).vevent_list
    return sorted((event.dtstart.value.date(), event.sequence.value) for event in events)


def clinician(folder: Path) -> Callable[[Page], Iterator[None]]:
    """Plan a course of one's own to its calendar, move a dose, and take that back."""

    def story(page: Page) -> Iterator[None]:
        page.keyboard.press("/")
        page.keyboard.type("rituximab w")
        found = page.locator(".st-key-found")
        first = found.get_by_role("button", name="Rituximab 375 mg/m2 once a week, 4 doses")
        expect(first).to_be_visible()
        keep(page, "clinician", "1 found")
        first.click()
        for name, text in (
            ("Label, no name", "ward-7"),
            ("Weight", "70 kg"),
            ("Height", "175 cm"),
            ("First day", "2026-11-30"),
        ):
            settle(page)
            page.get_by_role("textbox", name=name, exact=True).click()
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        expect(page.locator("p.dose")).to_have_text("700\u00a0mg")
        assert days_of(page, folder / "first.ics") == [(day, "0") for day in MONDAYS]
        counted = page.evaluate(COUNTED)
        assert counted["clicks"] <= 6, counted
        assert counted["letters"] <= 40, counted
        keep(page, "clinician", "2 course")
        yield
        expect(page.locator("p.dose")).to_have_text("700\u00a0mg")
        keep(page, "clinician", "3 after kill and reload")
        page.locator(".dose-event").last.click()
        drawer = page.get_by_role("dialog")
        expect(drawer).to_be_visible()
        keep(page, "clinician", "4 drawer")
        drawer.get_by_text("Defer or bring forward", exact=True).click()
        settle(page)
        drawer.get_by_text("this day: 1", exact=True).click()
        for name, text in (("By how long", "1 day"), ("Reason", "holiday"), ("Who decides", "AB")):
            type_in(page, name, text)
        keep(page, "clinician", "5 change")
        settle(page)
        drawer.get_by_role("button", name="Confirm this change").click()
        undo = page.get_by_role("button", name="Undo back to here")
        expect(undo).to_be_visible()
        tuesday = (MONDAYS[3] + dt.timedelta(days=1), "1")
        kept = [(day, "0") for day in MONDAYS[:3]]
        assert days_of(page, folder / "changed.ics") == [*kept, tuesday]
        keep(page, "clinician", "6 changed")
        undo.click()
        for name, text in (("Reason", "open after all"), ("Who decides", "AB")):
            type_in(page, name, text)
        settle(page)
        page.get_by_role("button", name="Yes, take back").click()
        expect(page.get_by_role("button", name="Yes, take back")).to_have_count(0)
        # Back on its Monday, in a later revision than that of the Tuesday.
        assert days_of(page, folder / "undone.ics") == [*kept, (MONDAYS[3], "2")]
        keep(page, "clinician", "7 undone")

    return story


def test_a_course_of_ones_own_is_six_clicks_and_forty_letters_to_its_calendar_changed_and_undone(
    windows: list[BrowserContext], served: Served, tmp_path: Path
) -> None:
    tell(clinician(tmp_path), windows, served)


def tab_to(page: Page, label: str, kind: str) -> None:
    """Press Tab until a field has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        name, found, _ = page.evaluate(FOCUSED)
        if found == kind and label in (name or page.evaluate("document.activeElement.value")):
            return
    pytest.fail(f"no way by Tab to {label}")


def tick_everything(page: Page) -> None:
    left = page.locator(".stCheckbox input:not(:checked)").count()
    for _ in range(MOST_STOPS):
        if not left:
            settle(page)
            return
        page.keyboard.press("Tab")
        _, kind, checked = page.evaluate(FOCUSED)
        if kind == "checkbox" and checked == "false":
            page.keyboard.press("Space")
            # The next answer may come while the page is drawn again, and count for nothing.
            settle(page)
            left -= 1
    pytest.fail(f"{left} boxes are not reached by Tab")


def say_who(page: Page) -> None:
    """Write one's initials, and choose to be a pharmacist."""
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


def test_keys_are_named_at_a_desk_and_not_on_a_telephone(
    windows: list[BrowserContext],
) -> None:
    for window, stand in ((windows[0], False), (windows[-1], True)):
        page = window.new_page()
        page.goto("/check")
        expect(page.get_by_text("Waiting (3)")).to_be_visible(timeout=START_SECONDS * 1000)
        expect(page.locator("kbd", has_text="Alt")).to_be_visible(visible=stand)
        go(page, "Home")
        search = page.get_by_role("textbox", name="Find a")
        expect(search).to_have_attribute("aria-keyshortcuts", "/")
        assert search.get_attribute("placeholder") == "IVIG, or ritux 375 mg/m2 70 kg"
        drawn = search.evaluate("""field => {
          const { content, display } = getComputedStyle(field.parentElement, "::after");
          return display === "none" ? "" : content;
        }""")
        assert ("/" in drawn) is stand
        page.close()


def test_three_plans_are_signed_from_the_queue_with_the_keyboard_alone(
    windows: list[BrowserContext], served: Served
) -> None:
    """One plan at each width, by one person in one window; its server is killed under the second.

    Whoever reloads the page is asked again who acts, and is shown the queue again.
    """
    page = windows[-1].new_page()
    page.set_viewport_size({"width": 390, "height": SIZES[390]})
    page.goto("/check")
    expect(page.get_by_text("Waiting (3)")).to_be_visible(timeout=START_SECONDS * 1000)
    settle(page)
    say_who(page)
    keep(page, "pharmacist", "1 queue")
    for number, (width, height) in enumerate(SIZES.items(), 1):
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator(".st-key-check-plan").get_by_text(f"bed-{number}")).to_be_visible()
        settle(page)
        if width == 768:
            served.kill()
            served.start()
            page.reload()
            expect(page.get_by_text("Waiting (2)")).to_be_visible(timeout=START_SECONDS * 1000)
            settle(page)
            keep(page, "pharmacist", "5 after kill and reload")
            say_who(page)
            page.keyboard.press("Alt+ArrowDown")
            expect(page.locator(".st-key-check-plan").get_by_text("bed-2")).to_be_visible()
            settle(page)
        keep(page, "pharmacist", "2 plan")
        page.keyboard.press("Alt+s")
        refused = page.locator("#check-refused")
        expect(refused).to_contain_text("Not ticked on the checklist: Patient")
        expect(refused).to_be_focused()
        keep(page, "pharmacist", "3 refused")
        page.keyboard.press("Alt+ArrowUp")  # nothing stands before it
        page.evaluate("document.querySelector('.st-key-check-plan .head').focus()")
        tick_everything(page)
        expect(page.locator(".stCheckbox input:not(:checked)")).to_have_count(0)
        settle(page)
        page.keyboard.press("Alt+s")
        expect(page.locator("#check-done")).to_contain_text("Saved: signed by AB")
        keep(page, "pharmacist", "4 signed")
    page.keyboard.press("Alt+q")
    expect(page.get_by_text("Waiting (0)")).to_be_visible()
    expect(page.get_by_text("Signed (3)")).to_be_visible()
    page.close()
