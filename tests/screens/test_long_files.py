"""A document that takes its time: asked for, watched, given up, asked for again, downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.running import START_SECONDS, free_port, streamlit

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with streamlit("tests/support/long_course_page.py", port=free_port()) as url:
        context = browser.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
        opened = context.new_page()
        expect.set_options(timeout=START_SECONDS * 1000)
        opened.goto(url)
        yield opened
        context.close()


def test_a_long_document_is_watched_given_up_asked_for_again_and_whole(
    page: Page, tmp_path: Path
) -> None:
    prepare = page.get_by_role("button", name="Prepare: Administration chart (.pdf)")
    download = page.get_by_role("button", name="Download: Administration chart (.pdf)")
    progress = page.get_by_role("progressbar")
    menu = page.get_by_role("button", name="Other files")
    menu.click()
    expect(prepare).to_be_enabled()
    expect(progress).to_have_count(0)
    prepare.click()
    expect(progress).to_be_visible()
    expect(page.get_by_text("Administration chart: ")).to_be_visible()
    expect(page.get_by_role("button", name="Prepare: Workbook (.xlsx)")).to_be_disabled()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Cancel").click()
    expect(progress).to_have_count(0)
    # Given up: nothing half-made is offered, and it can be asked for again.
    menu.click()
    expect(prepare).to_be_enabled()
    expect(download).to_have_count(0)
    prepare.click()
    expect(progress).to_be_visible()
    page.keyboard.press("Escape")
    # What was waited for stands beside the menu.
    expect(download).to_be_enabled()
    expect(progress).to_have_count(0)
    with page.expect_download() as waiting:
        download.click()
    file = tmp_path / "chart.pdf"
    waiting.value.save_as(file)
    pages = pypdf.PdfReader(file).pages
    # One dose on each day of each phase: 15 by infusion, 4015 by mouth.
    assert "4030" in "".join(one.extract_text() for one in pages[-2:])
    assert f"page {len(pages)} of {len(pages)}" in pages[-1].extract_text()
