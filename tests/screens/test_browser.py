"""The running app in Chromium: filled in, moved through, downloaded, read by another parser."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pypdf
import pytest
import vobject
from playwright.sync_api import BrowserContext, BrowserType, Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from screens.parts.calendar_library import CALENDAR_LIBRARY
from tests.support.browsing import one_person
from tests.support.running import PATIENCE_MS, START_SECONDS, free_port, settle, streamlit
from tests.support.walking import begin_infusion

pytestmark = pytest.mark.browser

MONDAYS = [
    dt.date(2026, 11, 30),
    dt.date(2026, 12, 7),
    dt.date(2026, 12, 14),
    dt.date(2026, 12, 21),
]


# Nothing of the calendar is to be scrolled to, and no dose stands on two lines.
# What the keyboard is on, whether it is hidden, and how the label of a choice or a tick is drawn.
FOCUSED = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const box = at.getBoundingClientRect();
  const bar = document.querySelector(".in-sight").getBoundingClientRect();
  const isChoice = ["radio", "checkbox"].includes(at.type);
  return [
    at.getAttribute("aria-label") ?? at.innerText.trim(),
    at.matches("a, button, input, summary") && box.top < bar.bottom && box.bottom > bar.top,
    isChoice ? getComputedStyle(at.closest("label")).outlineStyle : "",
  ];
}"""
MOST_STOPS = 80
FITS = """(calendar) => {
  const scroller = calendar.querySelector(".scroller");
  const amounts = [...calendar.querySelectorAll(".amount")];
  const whole = (one) => one.getClientRects().length < 2 && one.scrollWidth <= one.clientWidth + 1;
  return scroller.scrollWidth <= scroller.clientWidth && amounts.every(whole);
}"""


# No day and no time of what moves is cut by the edge of its table.
WHOLE_DAYS = """() => {
  const table = document.querySelector(".st-key-preview .beside");
  const edge = table.getBoundingClientRect().right + 1;
  const days = [...table.querySelectorAll(".whole")];
  return days.length > 3 && days.every((day) => day.getBoundingClientRect().right <= edge);
}"""
LAST_DOSE = re.compile("^700\u00a0mg, rituximab, .*Monday, 21 December 2026, 09:00")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with streamlit("app.py", port=free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def context(
    chromium: BrowserType, address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """Return the windows of one person: the program's scripts are fetched and compiled once."""
    with one_person(
        chromium,
        tmp_path_factory.mktemp("browser"),
        address,
        viewport={"width": 1400, "height": 1000},
        accept_downloads=True,
        locale="en-GB",
        timezone_id="America/New_York",
        reduced_motion="reduce",
    ) as opened:
        yield opened


@pytest.fixture
def asked_hosts() -> list[str]:
    """Every host that the page asks for anything."""
    return []


@pytest.fixture
def page(context: BrowserContext, address: str, asked_hosts: list[str]) -> Iterator[Page]:
    """Return the first page of a person who has typed nothing yet."""
    opened = context.new_page()
    opened.on("request", lambda request: asked_hosts.append(urlparse(request.url).hostname or ""))
    opened.on("websocket", lambda sock: asked_hosts.append(urlparse(sock.url).hostname or ""))
    begin(opened, address)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def planned(context: BrowserContext, address: str) -> Iterator[Page]:
    """Return a page with a course of rituximab, for tests that look at it and change nothing."""
    opened = context.new_page()
    begin(opened, address)
    rituximab(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def long_course(context: BrowserContext, address: str) -> Iterator[Page]:
    """Return a page with a course in 17 steps, for tests that look at it and change nothing."""
    opened = context.new_page()
    begin(opened, address)
    fill_in(opened)
    title = "Prednisolone 1 mg/kg each day for 8 weeks, then down to nothing"
    choose(opened, "prednisolone 1 mg/kg each day", title)
    type_in(opened, "First day", "2026-11-30")
    expect(answer(opened).first).to_have_text("70\u00a0mg")
    yield opened
    opened.close()


def begin(page: Page, address: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/plan")
    # The first page of a server reads all regimens.
    expect(field(page, "Weight")).to_be_visible(timeout=START_SECONDS * 1000)


def field(page: Page, label: str) -> Locator:
    return page.get_by_role("textbox", name=label, exact=True)


def type_in(page: Page, label: str, text: str) -> None:
    settle(page)
    field(page, label).fill(text)
    field(page, label).press("Enter")


def choose(page: Page, search: str, title: str) -> None:
    type_in(page, "Search a disease, drug or brand", search)
    page.get_by_text(title.split(" (")[0], exact=True).first.click()
    expect(page.get_by_role("heading", name=title.split(" (")[0], exact=True)).to_be_visible()


def fill_in(page: Page) -> None:
    type_in(page, "Label, no name", "ward-7")
    type_in(page, "Weight", "70 kg")
    type_in(page, "Height", "175 cm")


def answer(page: Page) -> Locator:
    return page.locator("p.dose")


def rituximab(page: Page) -> None:
    fill_in(page)
    choose(page, "once a week, 4 doses (multi", "Rituximab 375 mg/m2 once a week, 4 doses (multi")
    type_in(page, "First day", "2026-11-30")
    expect(answer(page)).to_have_text("700\u00a0mg")


def test_a_view_chosen_before_the_calendar_is_fetched_is_shown(page: Page) -> None:
    """A slow line must not make a press of a button do nothing."""
    held: list[Route] = []
    page.route(f"**{CALENDAR_LIBRARY.path}*", lambda route: held.append(route))
    rituximab(page)
    settle(page)
    month = page.get_by_test_id("course-calendar").get_by_role("button", name="Month view")
    month.click()
    page.get_by_role("button", name="Next five weeks").click()
    assert len(held) == 1
    held[0].continue_()
    expect(month).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("course-calendar-title")).to_have_text("December 2026")


def test_every_view_of_the_calendar_fits_a_telephone_with_its_doses_whole(planned: Page) -> None:
    page = planned
    calendar = page.get_by_test_id("course-calendar")
    page.set_viewport_size({"width": 360, "height": 900})
    for view in ("Month", "Year", "Week", "Agenda", "5 weeks"):
        calendar.get_by_role("button", name=f"{view} view", exact=True).click()
        expect(calendar.get_by_role("button", name=f"{view} view")).to_have_attribute(
            "aria-pressed", "true"
        )
        page.wait_for_function(FITS, arg=calendar.element_handle())
        for amount in calendar.locator(".amount").all():
            assert amount.inner_text() == "700\u00a0mg"
        if view == "Month":  # where a column is too narrow for a word, it ends with a hyphen
            assert "ritu\u00adximab" in calendar.locator(".detail").first.inner_text()
        if view == "Year":  # it has letters alone, each of which says its dose
            doses = calendar.locator(".month [data-date] .dose-event")
            expect(doses).to_have_count(4)
            expect(doses.last).to_have_attribute("aria-label", LAST_DOSE)
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_rituximab_is_planned_seen_in_the_calendar_and_downloaded(
    planned: Page, tmp_path: Path
) -> None:
    page = planned
    calendar = page.get_by_test_id("course-calendar")
    doses = calendar.locator(".dose-event")
    expect(doses).to_have_count(4)
    expect(doses.first).to_contain_text("700\u00a0mg")
    title = page.get_by_test_id("course-calendar-title")
    before = title.inner_text()
    page.get_by_role("button", name="Next five weeks").click()
    expect(title).not_to_have_text(before)
    expect(doses).to_have_count(0)
    page.get_by_role("button", name="First day, Monday").click()
    expect(doses).to_have_count(4)
    page.get_by_role("button", name="Month view").click()
    expect(title).to_have_text("November 2026")
    page.get_by_role("button", name="Next month").click()
    expect(title).to_have_text("December 2026")

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Calendar (.ics)").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == "ward-7-rituximab-weekly.ics"
    parsed = vobject.readOne(file.read_text(encoding="utf-8"))
    events = sorted(parsed.vevent_list, key=lambda event: event.dtstart.value)
    assert [event.dtstart.value.date() for event in events] == MONDAYS
    # 09:00 in London in winter is 09:00 UTC; the first takes 3 h 30 min, the others 2 h 30 min.
    assert {event.dtstart.value.strftime("%H:%M%z") for event in events} == {"09:00+0000"}
    lengths = [event.dtend.value - event.dtstart.value for event in events]
    assert lengths == [dt.timedelta(minutes=210), *[dt.timedelta(minutes=150)] * 3]
    assert all(
        event.summary.value.replace("\u00a0", " ").startswith("700 mg rituximab")
        for event in events
    )


def test_the_discreet_calendar_names_neither_drug_nor_dose(planned: Page, tmp_path: Path) -> None:
    page = planned
    page.get_by_role("button", name="Other files").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Calendar, discreet (.ics)").click()
    page.keyboard.press("Escape")
    file = tmp_path / "discreet.ics"
    waiting.value.save_as(file)
    text = file.read_text(encoding="utf-8").lower()
    assert len(vobject.readOne(file.read_text(encoding="utf-8")).vevent_list) == len(MONDAYS)
    assert "rituximab" not in text
    assert "mg" not in text
    assert "rituximab" not in waiting.value.suggested_filename


def test_a_decimal_comma_is_answered_while_it_is_typed(page: Page) -> None:
    field(page, "Weight").press_sequentially("1,5 kg")
    said = page.locator(".echo.wrong")
    expect(said).to_contain_text("write 1.5\u00a0kg")
    # a day in words is said back; beside it a calendar whose weeks begin on Monday
    type_in(page, "First day", "next Monday")
    expect(page.get_by_text(re.compile("^= Monday [0-9]{2}-[A-Z][a-z]{2}-20"))).to_be_visible()
    page.get_by_test_id("stDateInput").get_by_role("button").first.click()
    expect(page.get_by_role("grid").locator("th").first).to_have_text("M")


def test_a_changed_field_takes_the_answer_away(page: Page) -> None:
    rituximab(page)
    field(page, "Weight").fill("")
    expect(answer(page)).to_have_count(0)
    expect(page.get_by_text("Still needed")).to_be_visible()


def test_a_thousandth_of_the_dose_is_stopped(page: Page) -> None:
    fill_in(page)
    choose(page, "a day for 5 days (chronic", "Immunoglobulin 0.4 g/kg a day for 5 days (chronic")
    type_in(page, "First day", "2026-11-30")
    expect(answer(page)).to_be_visible()
    settle(page)
    page.get_by_text("Another dose than the regimen's, optional").click()
    type_in(page, "Another dose", "0.4 mg/kg")
    expect(
        page.get_by_role("alert").get_by_text("is a thousandth of the usual dose")
    ).to_be_visible()
    expect(answer(page)).to_have_count(0)
    expect(page.get_by_test_id("stDownloadButton")).to_have_count(0)


def test_a_warning_keeps_the_download_back_until_it_has_a_reason(page: Page) -> None:
    fill_in(page)
    choose(page, "28 days, 6 doses (multi", "Cyclophosphamide 1 g/m2 every 28 days, 6 doses (multi")
    type_in(page, "First day", "2026-11-30")
    settle(page)
    page.get_by_text("Another dose than the regimen's, optional").click()
    type_in(page, "Another dose", "1.2 g/m2")
    button = page.get_by_role("button", name="Calendar (.ics)")
    expect(button).to_be_disabled()
    settle(page)
    page.get_by_text("I have seen this and it may stand").click()
    type_in(page, "Reason", "tolerated before")
    expect(button).to_be_disabled()
    type_in(page, "Initials of the person who confirms", "AB")
    expect(button).to_be_enabled()


def test_the_table_and_the_timeline_show_the_same_course(planned: Page) -> None:
    page = planned
    page.get_by_role("tab", name="Table").click()
    rows = page.get_by_role("region", name="Doses of the course").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.last).to_contain_text("Mon 21-Dec-2026")
    expect(rows.last).to_contain_text("2,800\u00a0mg")
    # in each view a dose opens its drawer, by a click anywhere in its row, by its button or its bar
    rows.last.get_by_text("700\u00a0mg", exact=True).click()
    leave_drawer(page, "induction cycle 1 day 22")
    page.get_by_role("tab", name="Cycles").click()
    day_8 = page.get_by_role("button", name="rituximab, planned, Mon 07-Dec-2026")
    day_8.press("Enter")
    leave_drawer(page, "induction cycle 1 day 8")
    expect(day_8).to_be_focused()
    page.get_by_role("tab", name="Timeline").click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    limit = page.locator(".stVegaLiteChart svg text", has_text="hard limit")
    page.emulate_media(color_scheme="dark")
    expect(limit).to_have_css("fill", "rgb(230, 235, 234)")
    page.emulate_media(color_scheme="light")
    expect(limit).to_have_css("fill", "rgb(29, 38, 37)")
    page.get_by_role("button", name="Mon 14-Dec-2026").press("Enter")
    leave_drawer(page, "induction cycle 1 day 15")
    for _ in range(2):  # the same bar opens again
        bars = page.get_by_test_id("stVegaLiteChart").first
        settle(page)
        # its first bar begins where its axis ends
        bars.click(position={"x": 100, "y": 150})
        leave_drawer(page, "induction cycle 1 day 1")
    # The page is shared, in whatever order its tests run: it is left as it was found.
    page.get_by_role("tab", name="Calendar").click()
    expect(page.get_by_test_id("course-calendar").locator(".dose-event")).to_have_count(4)


def test_what_is_unfolded_beneath_the_doses_has_the_whole_width(planned: Page) -> None:
    page = planned
    folds = page.locator(".st-key-answer-more .stExpander")
    for fold in folds.all():
        fold.locator("summary").click()
    page.set_viewport_size({"width": 360, "height": 740})
    for fold in folds.all():
        expect(fold.get_by_role("table")).to_be_visible()
        # the window less its margins and those of the card: 289 px; side by side it was 140
        box = fold.bounding_box()
        assert box is not None
        assert box["width"] > 280
    page.set_viewport_size({"width": 1400, "height": 1000})
    for fold in folds.all():
        fold.locator("summary").click()
    expect(page.get_by_role("table", name="What to prepare and dispense")).to_have_count(0)


def leave_drawer(page: Page, place: str) -> None:
    """Leave the drawer of the dose at a place."""
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(place, exact=True)).to_be_visible()
    settle(page)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def pick(page: Page, name: str, option: str) -> None:
    settle(page)
    box = page.get_by_role("combobox", name=name)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    expect(box).to_have_value(option)


def card(page: Page, file: Path) -> str:
    """Download the pump card and return its text on one line, in ordinary spaces."""
    # The steps are redrawn every five seconds; a click in that moment is made again.
    for _ in range(4):
        settle(page)
        with contextlib.suppress(PlaywrightTimeout):
            with page.expect_download(timeout=PATIENCE_MS / 6) as waiting:
                page.get_by_role("button", name="Pump card (.pdf)").click()
            waiting.value.save_as(file)
            break
    (only,) = pypdf.PdfReader(file).pages
    return " ".join(only.extract_text().replace("\u00a0", " ").split())


@pytest.mark.hazard("H36")
def test_a_pump_runs_stops_for_a_reaction_and_its_card_says_the_same(
    page: Page, tmp_path: Path
) -> None:
    page.get_by_role("link", name="Pump").click()
    expect(page.get_by_text("From a bag to the steps of a pump")).to_be_visible()
    pick(page, "Drug", "rituximab")
    pick(page, "Rate ladder", "rituximab-first")
    settle(page)
    page.get_by_text("Everything is in the volume").click()
    expect(field(page, "Volume of the bag")).to_be_visible()
    type_in(page, "Label, no name", "ward-7")
    type_in(page, "Dose", "700 mg")
    type_in(page, "Volume of the bag", "500 mL")
    steps = page.get_by_role("list", name="Steps of the pump").get_by_role("listitem")
    # 50 mg/h of 700 mg in 500 mL are 35.7 mL/h; by the ladder of the label 210 min in all.
    expect(steps.first).to_contain_text("35.7\u00a0mL/h")
    expect(page.locator(".pump-head")).to_contain_text("3\u00a0h 30\u00a0min in all")
    before = card(page, tmp_path / "before.pdf")
    assert "0 min to 30 min 35.7 mL/h 50 mg/h 17.9 mL 17.9 mL" in before
    assert "3 h 30 min in all; no clock times, because it has not started." in before

    page.emulate_media(media="print")
    expect(page.get_by_text("Stop the pump and press Reaction.")).to_be_visible()
    for tools in page.get_by_test_id("stElementToolbar").all():
        expect(tools).to_be_hidden()
    assert len(pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages) == 1
    page.emulate_media(media="screen")

    page.get_by_role("button", name="Starts now").click()
    expect(page.locator(".pump-now dd").first).to_have_text("35.7\u00a0mL/h")
    settle(page)
    page.get_by_role("button", name="Reaction").click()
    settle(page)
    # The label: not faster than half of the rate at which it came, 25 mg/h, to the end.
    page.get_by_role("button", name="Go on at 50 % of the rate").click()
    expect(page.locator(".pump-now dd").first).to_have_text("17.9\u00a0mL/h")
    expect(steps).to_have_count(4)  # 35.7 mL/h, the stop, 17.9 mL/h to the end, and the end
    after = card(page, tmp_path / "after.pdf")
    assert "stopped for a reaction" in after
    assert "17.9 mL/h 25 mg/h" in after
    assert "71.4 mL/h" not in after
    total = page.locator(".pump-head strong").inner_text().replace("\u00a0", " ")
    assert f"{total} in all; ends" in after

    settle(page)
    page.get_by_role("button", name="Stop for good").click()
    expect(page.locator(".pump-now")).to_contain_text("Stopped for good since")
    settle(page)
    # What was to come takes 28 h: nobody is told on paper when it would have ended.
    over = card(page, tmp_path / "over.pdf")
    assert "Stopped for good since" in over
    assert "17.9 mL/h 25 mg/h" in over
    assert " h " not in over


def test_on_paper_stand_dose_label_and_whole_weeks_and_nothing_to_press(planned: Page) -> None:
    page = planned
    page.emulate_media(media="print")
    expect(answer(page)).to_be_visible()
    expect(page.locator(".only-printed")).to_contain_text("ward-7, ")
    expect(page.locator(".head h2")).to_be_visible()
    for chrome in (
        ".stAppHeader",
        ".in-sight",
        ".st-key-plan-form",
        ".st-key-downloads",
        ".stButton",
    ):
        for one in page.locator(chrome).all():
            expect(one).to_be_hidden()
    # no note stays behind a mark that cannot be pressed on paper
    for finding in page.locator(".folded .finding").all():
        expect(finding).to_be_visible()
    assert page.locator(".folded .finding").count()
    expect(page.get_by_text("press M on it")).to_be_hidden()
    sunday = page.locator(".fc-col-header-cell").last
    expect(sunday).to_have_text("Sun")
    page.set_viewport_size({"width": 700, "height": 1000})  # a page of A4 between its margins
    box = sunday.bounding_box()
    assert box is not None and box["x"] + box["width"] <= 700
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_more_contrast_leaves_no_quiet_word(planned: Page) -> None:
    page = planned
    colour = "one => getComputedStyle(one).color"
    quiet = page.locator(".source").first
    assert quiet.evaluate(colour) != "rgb(0, 0, 0)"
    page.emulate_media(contrast="more")
    assert quiet.evaluate(colour) == "rgb(0, 0, 0)"
    page.emulate_media(contrast="no-preference")


def test_the_page_asks_no_other_host(page: Page, asked_hosts: list[str]) -> None:
    rituximab(page)
    page.get_by_role("link", name="Calculate").click()
    expect(page.get_by_role("heading", name="A dose without a regimen")).to_be_visible()
    type_in(page, "Weight", "70 kg")
    type_in(page, "Height", "175 cm")
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    page.get_by_role("link", name="Library").click()
    page.get_by_text("Rituximab 375 mg/m2 once a week, 4 doses").click()
    expect(page.get_by_text("reproduces").first).to_be_visible()
    page.get_by_role("link", name="Plan").click()
    expect(answer(page)).to_have_text("700\u00a0mg")
    assert asked_hosts
    assert set(asked_hosts) <= {"127.0.0.1", ""}


def test_nothing_is_wider_than_the_window(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    rituximab(page)  # filled in where it is narrowest
    too_wide = "() => document.querySelector('.stMain').scrollWidth > window.innerWidth + 1"
    for width in (420, 900, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"window.innerWidth === {width} && !({too_wide})()")
        number = answer(page).locator(".whole")
        box = number.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width


# For each box of the checklist how far it lies beneath its own heading, and above the next one.
TICKS_BETWEEN_HEADINGS = """() => {
  const headings = [...document.querySelectorAll("p.filled")];
  const lines = headings.map((one) => one.getBoundingClientRect());
  const boxes = [...document.querySelectorAll('[class*="st-key-check-tick-"]')];
  return boxes.map((one) => one.getBoundingClientRect()).map((box) => [
    box.top - Math.max(...lines.map((line) => line.bottom).filter((edge) => edge <= box.top)),
    Math.min(...lines.map((line) => line.top).filter((edge) => edge >= box.bottom)) - box.bottom,
  ]);
}"""


def test_a_tick_of_the_checklist_stands_nearer_to_its_own_heading_than_to_the_next(
    page: Page,
) -> None:
    rituximab(page)
    page.get_by_role("link", name="Check", exact=True).click()
    expect(page.get_by_role("checkbox").last).to_be_attached()
    for width in (390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        gaps = page.evaluate(TICKS_BETWEEN_HEADINGS)
        assert len(gaps) > 1
        # Of the last one there is no next heading: its distance arrives as nothing.
        for own, following in gaps[:-1]:
            assert own < following / 2, (width, gaps)


def test_the_menu_of_a_narrow_window_of_a_desk_is_closed_by_a_choice(page: Page) -> None:
    """So is that of an enlarged page: 1440 px at 400 % are 360 px."""
    page.set_viewport_size({"width": 360, "height": 900})
    menu, side = page.get_by_test_id("stExpandSidebarButton"), page.get_by_test_id("stSidebar")
    menu.click()
    link = side.get_by_role("link", name="Pump", exact=True)
    link.click()
    expect(page.get_by_text("From a bag to the steps of a pump")).to_be_visible()
    expect(link).not_to_be_in_viewport()
    menu.click()  # it opens again, and by the keys as well
    plan = side.get_by_role("link", name="Plan", exact=True)
    expect(plan).to_be_in_viewport()
    plan.press("Enter")
    expect(field(page, "Weight")).to_be_visible()
    expect(plan).not_to_be_in_viewport()


def test_the_menu_of_a_narrow_window_is_used_by_keys_and_passed_over_while_closed(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    menu, side = page.get_by_test_id("stExpandSidebarButton"), page.get_by_test_id("stSidebar")
    for closed_by in (["Escape"], ["Shift+Tab", "Enter"]):
        page.get_by_role("link", name="Skip to main content").focus()
        page.keyboard.press("Tab")
        expect(menu).to_be_focused()
        page.keyboard.press("Enter")
        expect(side.get_by_role("link", name="Home", exact=True)).to_be_focused()
        for key in closed_by:
            page.keyboard.press(key)
        expect(menu).to_be_focused()


def test_on_a_telephone_tab_leads_in_reading_order_to_what_is_seen(planned: Page) -> None:
    page = planned
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    page.get_by_text("How this number was calculated").locator("xpath=ancestor::summary").focus()
    passed: list[str] = []
    while "Clear all" not in passed:
        page.keyboard.press("Tab")
        name, is_covered, outline = page.evaluate(FOCUSED)
        assert not is_covered, f"{name} lies behind the line of the dose"
        # A choice and a tick have an input that nobody sees: their label is drawn round.
        assert outline != "none", name
        assert len(passed) < MOST_STOPS, passed
        passed.append(name)
    # The form stands beneath the answer, and is reached from it without beginning at the top.
    assert "Weight" in passed
    assert "Skip to main content" not in passed
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_a_deferred_cycle_is_seen_confirmed_and_repairs_the_calendar(
    page: Page, tmp_path: Path
) -> None:
    fill_in(page)
    choose(page, "28 days, 6 doses (multi", "Cyclophosphamide 1 g/m2 every 28 days, 6 doses (multi")
    type_in(page, "First day", "2026-11-30")
    first = starts(saved(page, tmp_path / "first.ics"))
    settle(page)
    # a longer amount is as whole on a telephone, and no day is cut
    page.set_viewport_size({"width": 360, "height": 900})
    for view in ("Week", "Month", "Agenda"):
        page.get_by_role("button", name=f"{view} view", exact=True).click()
        page.wait_for_function(FITS, arg=page.get_by_test_id("course-calendar").element_handle())
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.get_by_role("button", name="5 weeks view").click()
    page.get_by_role("button", name="1,850\u00a0mg").nth(1).click()
    settle(page)
    page.get_by_text("Defer or bring forward", exact=True).click()
    settle(page)
    page.get_by_text("all later: 5", exact=True).click()
    type_in(page, "By how long", "7 days")
    expect(page.get_by_text("Pulses cycle 2 day 1, all later: deferred by 7 days")).to_be_visible()
    confirm = page.get_by_role("button", name="Confirm this change")
    expect(confirm).to_be_disabled()
    type_in(page, "Reason", "neutrophils 0.9")
    type_in(page, "Who decides", "AB")
    expect(page.get_by_text("It cannot be confirmed")).to_have_count(0)
    expect(confirm).to_have_count(1)  # that of the preview before has gone
    settle(page)
    confirm.click()
    expect(page.get_by_role("button", name="Undo back to here")).to_be_visible()
    second = starts(saved(page, tmp_path / "second.ics"))
    # the same six events; from the second on each a week later and revised once
    assert list(second) == list(first)
    told = [(f"{start.astimezone(dt.UTC):%Y-%m-%d %H}", n) for start, n in second.values()]
    # 09:00 in London is 08:00 UTC after 28 March
    assert told == [
        ("2026-11-30 09", "0"),
        ("2027-01-04 09", "1"),
        ("2027-02-01 09", "1"),
        ("2027-03-01 09", "1"),
        ("2027-03-29 08", "1"),
        ("2027-04-26 08", "1"),
    ]


def saved(page: Page, file: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Calendar (.ics)", exact=True).click()
    waiting.value.save_as(file)
    return file


def starts(file: Path) -> dict[str, tuple[dt.datetime, str]]:
    """Return the instant and sequence of each dose of a calendar file, in the order of dates."""
    events = vobject.readOne(file.read_text(encoding="utf-8")).vevent_list
    doses = [event for event in events if "cyclophosphamide," in event.summary.value]
    found = {e.uid.value: (e.dtstart.value, e.sequence.value) for e in doses}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def test_a_dose_opens_in_its_drawer_by_key_and_is_left_and_changed_by_key(page: Page) -> None:
    rituximab(page)
    dose = page.locator(".dose-event", has_text="700\u00a0mg").nth(1)
    dose.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("induction cycle 1 day 8")
    expect(drawer).to_contain_text("1,400\u00a0mg of rituximab in all by that day")
    settle(page)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(dose).to_be_focused()
    page.keyboard.press("Enter")
    settle(page)
    drawer.get_by_role("radio", name="Omit", exact=True).press("Enter")
    settle(page)
    drawer.get_by_role("radio", name="this day: 1").press("Enter")
    expect(drawer).to_contain_text("Induction cycle 1 day 8, this day: omitted")
    settle(page)
    # what was begun goes on on the page, where the course still stands as it was
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page.locator(".st-key-preview")).to_contain_text("this day: omitted")
    expect(answer(page)).to_have_text("700\u00a0mg")


@pytest.mark.hazard("H315")
def test_a_dose_dropped_on_another_day_opens_its_deferral(page: Page) -> None:
    rituximab(page)
    settle(page)
    dose = page.locator(".dose-event", has_text="700\u00a0mg").nth(1)
    expect(dose).to_be_visible()
    tuesday, wednesday = (page.locator(f'[data-date="2026-12-0{day}"]') for day in (8, 9))
    dose.hover()
    page.mouse.down()
    wednesday.hover()
    # 5 days to the next dose are the least gap, and 2 fewer than planned: one may be fewer
    expect(tuesday).to_have_attribute("data-may", "allowed")
    expect(wednesday).to_have_attribute("data-may", "next too near")
    spoken = page.locator(".course-calendar .spoken")
    expect(spoken).to_have_text("Wednesday, 9 December 2026: next too near")
    # its window is 1 day early, a Sunday, and 2 days late: what lies outside says on which side
    for day, word in {"12-05": "too early", "12-06": "closed", "12-10": "too late"}.items():
        cell = page.locator(f'td[data-date="2026-{day}"]')
        expect(cell).to_have_attribute("data-may", word)
    page.mouse.up()
    expect(tuesday).not_to_have_attribute("data-may", "allowed")
    expect(field(page, "or to which day")).to_have_value("2026-12-09")
    # it stands where it stood until it is confirmed, and is proposed where it was dropped
    expect(page.locator('[data-date="2026-12-07"] .dose-event')).to_have_count(1)
    proposed = page.locator('[data-date="2026-12-09"] .dose-event')
    expect(proposed).to_contain_text("PROPOSED")
    preview = page.locator(".st-key-preview")
    expect(preview).to_be_focused()
    expect(preview).to_be_in_viewport()
    expect(preview).to_contain_text("this day: moved to Wed 09-Dec-2026")
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_function(WHOLE_DAYS)
    # the column of a telephone is too narrow for the word, which ends with a hyphen there
    state = proposed.locator(".word")
    assert state.inner_text() == "PRO\u00adPOSED"
    lines = "(word) => word.clientHeight / parseFloat(getComputedStyle(word).lineHeight)"
    assert round(state.evaluate(lines)) == 2
    # let go, it stands nowhere but where it stood
    page.get_by_role("button", name="Dismiss it").click()
    expect(page.locator(".dose-event", has_text="PROPOSED")).to_have_count(0)
    expect(preview).to_have_count(0)
    # the keys do the same: to an allowed day, with Shift to any, back, and there
    page.set_viewport_size({"width": 1400, "height": 1000})
    settle(page)
    page.get_by_role("button", name="5 weeks view").click()
    dose.focus()
    for key, said in {
        "m": "Monday, 7 December 2026: its own day",
        "ArrowRight": "Tuesday, 8 December 2026: allowed",
        "Shift+ArrowRight": "Wednesday, 9 December 2026: next too near",
        "ArrowLeft": "Tuesday, 8 December 2026: allowed",
        "Escape": "Put back on Monday, 7 December 2026.",
    }.items():
        page.keyboard.press(key)
        expect(spoken).to_have_text(said)
    expect(dose).to_be_focused()
    expect(page.locator(".course-calendar .keys")).to_be_visible()
    for key in ("m", "ArrowRight", "ArrowRight", "Enter"):  # no third day is allowed
        page.keyboard.press(key)
    expect(field(page, "or to which day")).to_have_value("2026-12-08")
    expect(tuesday.locator(".dose-event")).to_contain_text("PROPOSED")
    expect(preview).to_be_focused()
    expect(preview).to_contain_text("this day: moved to Tue 08-Dec-2026")
    # confirmed it stands there, and taken back it stands on its Monday again
    decide(page, "holiday")
    page.get_by_role("button", name="Confirm this change").press("Enter")
    undo = page.get_by_role("button", name="Undo back to here")
    expect(undo).to_be_visible()
    expect(tuesday.locator(".dose-event")).to_have_count(1)
    expect(page.locator(".dose-event", has_text="PROPOSED")).to_have_count(0)
    settle(page)
    undo.press("Enter")
    decide(page, "open after all")
    page.get_by_role("button", name="Yes, take back").press("Enter")
    expect(page.locator('[data-date="2026-12-07"] .dose-event')).to_have_count(1)
    expect(tuesday.locator(".dose-event")).to_have_count(0)


def decide(page: Page, why: str) -> None:
    type_in(page, "Reason", why)
    type_in(page, "Who decides", "AB")
    settle(page)


def test_while_a_dose_moves_each_day_says_that_it_is_after_the_stop(page: Page) -> None:
    rituximab(page)
    settle(page)
    doses = page.locator(".dose-event", has_text="700\u00a0mg")
    doses.nth(2).press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("induction cycle 1 day 15")
    settle(page)
    drawer.get_by_text("New facts", exact=True).click()
    settle(page)
    type_in(page, "Conditions", "hepatitis B")
    decide(page, "result of today")
    drawer.get_by_role("button", name="Confirm this change").click()
    # known on 14 December: that dose and the last are not given, and the second may go so far
    expect(page.locator(".dose-event", has_text="STOPPED")).to_have_count(2)
    settle(page)
    doses.nth(1).focus()
    page.keyboard.press("m")
    words = {8: "allowed", 13: "too late", 14: "after the stop", 21: "after the stop"}
    for day, word in words.items():
        cell = page.locator(f'td[data-date="2026-12-{day:02}"]')
        expect(cell).to_have_attribute("data-may", word)
    for _ in range(7):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".course-calendar .spoken")).to_have_text(
        "Monday, 14 December 2026: after the stop"
    )


def more_about_the_patient(page: Page) -> None:
    settle(page)
    page.get_by_text("More about the patient, optional").click()
    expect(field(page, "Conditions")).to_be_visible()


def test_a_pregnancy_that_a_nurse_enters_stops_the_course(page: Page) -> None:
    fill_in(page)
    settle(page)
    page.get_by_text("Female", exact=True).click()
    choose(
        page, "500 mg to 1 g twice a day", "Mycophenolate mofetil from 500 mg to 1 g twice a day"
    )
    settle(page)
    page.get_by_text("28 days", exact=True).click()
    type_in(page, "First day", "2026-11-30")
    expect(answer(page).first).to_be_visible()
    more_about_the_patient(page)
    settle(page)
    page.get_by_role("radiogroup", name="Pregnant", exact=True).get_by_text("Yes").click()
    expect(page.locator(".panel.stop")).to_contain_text("pregnan")
    expect(answer(page)).to_have_count(0)
    expect(page.get_by_test_id("stDownloadButton")).to_have_count(0)
    expect(page.locator(".in-sight")).to_contain_text("No dose")


def test_a_condition_that_is_not_known_waits_for_a_reason_before_any_file(page: Page) -> None:
    rituximab(page)
    more_about_the_patient(page)
    type_in(page, "Conditions", "IgA deficency")
    warnings = page.locator('[class*="st-key-warnings-"]')
    expect(warnings).to_contain_text("not known here: nothing was checked about it")
    expect(warnings).to_contain_text("WARN")
    button = page.get_by_role("button", name="Calendar (.ics)")
    expect(button).to_be_disabled()
    settle(page)
    warnings.get_by_text("I have seen this and it may stand").click()
    type_in(page, "Reason", "asked the haematologist")
    type_in(page, "Initials of the person who confirms", "AB")
    expect(button).to_be_enabled()
    # the dose stays in sight, and its line leads to the calendar
    line = page.locator(".in-sight")
    line.get_by_role("link", name="Downloads").click()
    expect(button).to_be_in_viewport()
    expect(line.locator(".now")).to_be_in_viewport()
    expect(line.locator(".now")).to_have_text("700\u00a0mg")


@pytest.mark.parametrize("width", [768, 1024])
def test_no_day_of_the_calendar_is_cut(planned: Page, width: int) -> None:
    page = planned
    page.set_viewport_size({"width": width, "height": 900})
    settle(page)
    # below 900 px there is one column, and the answer stands above the form
    card = page.locator(".st-key-answer").bounding_box()
    form = page.locator(".st-key-plan-form").bounding_box()
    assert card is not None
    assert form is not None
    assert (card["y"] < form["y"]) == (width < 900)
    page.get_by_role("button", name="Month view").click()
    cut = page.locator(".scroller").evaluate("place => place.scrollWidth - place.clientWidth")
    assert cut <= 1
    page.get_by_role("button", name="5 weeks view").click()
    page.set_viewport_size({"width": 1400, "height": 1000})


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (768, 1024)])
def test_the_views_of_a_course_are_on_the_first_screen(
    planned: Page, width: int, height: int
) -> None:
    page = planned
    page.set_viewport_size({"width": width, "height": height})
    settle(page)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    expect(page.get_by_role("tablist")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_a_long_course_has_its_views_on_the_first_screen_and_in_the_line_and_prints_every_step(
    long_course: Page,
) -> None:
    page = long_course
    page.set_viewport_size({"width": 1440, "height": 900})
    settle(page)
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTo(0, 0)")
    # Its two errata, the full dose, a taper in 17 steps and two reviews stand above.
    expect(page.get_by_role("tablist")).to_be_in_viewport(ratio=1)
    last = page.get_by_role("listitem").filter(has_text="2.5 mg x 1").last
    expect(last).to_be_hidden()
    page.emulate_media(media="print")
    expect(last).to_be_visible()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 768, "height": 1024})
    settle(page)
    main.evaluate("main => main.scrollTo(0, 0)")
    tabs, line = (
        page.get_by_role("tablist").bounding_box(),
        page.locator(".in-sight").bounding_box(),
    )
    assert tabs is not None and line is not None
    assert tabs["y"] + tabs["height"] < line["y"]
    page.set_viewport_size({"width": 1440, "height": 900})
    settle(page)
    for view in ("Cycles", "Timeline", "Table", "Calendar"):
        main.evaluate("main => main.scrollTo(0, 0)")
        page.locator(".in-sight").get_by_role("link", name=view, exact=True).click()
        tab = page.get_by_role("tab", name=view, exact=True)
        expect(tab).to_have_attribute("aria-selected", "true")
        expect(tab).to_be_in_viewport()
        settle(page)
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_what_unfolds_stands_nearer_to_its_own_line_than_to_the_next(long_course: Page) -> None:
    page = long_course
    page.get_by_role("tab", name="Timeline").click()
    page.get_by_text("Open a dose of prednisolone").click()
    lines = page.get_by_role("listitem").filter(has=page.get_by_text("each of the 14"))
    above, below = lines.first.evaluate("""line => {
      const box = (node, name) => node.querySelector(name).getBoundingClientRect();
      const unfolds = box(line, "summary");
      return [unfolds.top - box(line, "button").bottom,
        box(line.nextElementSibling, "button").top - unfolds.bottom];
    }""")
    assert above < below
    page.get_by_role("tab", name="Calendar").click()


def test_on_a_telephone_a_stop_stays_by_the_form_and_no_button_lies_on_the_next_change(
    page: Page,
) -> None:
    page.get_by_role("link", name="Pump").click()
    begin_infusion(page, f"{dt.datetime.now().astimezone() - dt.timedelta(minutes=10):%H:%M}")
    expect(page.locator(".pump-now dd").first).to_have_text("35.7\u00a0mL/h")
    # Weaker than the 1 mg/mL of the file, which warns above the rate: 50 mg/h x 50 L / 700 mg.
    type_in(page, "Volume of the bag", "50 L")
    expect(page.locator(".pump-now dd").first).to_have_text("3,571.4\u00a0mL/h")
    page.set_viewport_size({"width": 360, "height": 740})
    settle(page)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    following = page.locator(".pump-now > .next").bounding_box()
    buttons = page.get_by_role("group", name="At the pump").bounding_box()
    assert following is not None and buttons is not None
    assert following["y"] + following["height"] < buttons["y"]
    # 2,000 mg is the hard limit of one dose
    type_in(page, "Dose", "7000 mg")
    line = page.locator(".in-sight")
    expect(line).to_contain_text("STOP")
    field(page, "Drops per mL, for a gravity set").scroll_into_view_if_needed()
    expect(page.locator(".panel.stop")).not_to_be_in_viewport()
    expect(line).to_be_in_viewport(ratio=1)
    line.get_by_role("link", name="STOP").click()
    expect(page.locator(".panel.stop")).to_be_in_viewport()
