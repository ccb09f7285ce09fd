"""A walk through the running app: a hand, a server to kill, and a picture of each step."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.places import ROOT
from tests.support.running import (
    PATIENCE_MS,
    START_SECONDS,
    of_a_server,
    settle,
    wait_until_healthy,
)

# A telephone, a tablet and a desk.
SIZES: Final = {390: 844, 768: 1024, 1440: 900}
# By this Streamlit knows a telephone, and closes the menu of pages after a choice.
_TELEPHONE: Final = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)
# For whoever looks at the screens after a run of the tests; CONTRIBUTING.md names it.
PICTURES: Final = ROOT / "build" / "stories"
NOTHING_IS_CUT: Final = """() =>
  document.querySelector("[data-testid=stMain]").scrollWidth <= window.innerWidth + 1"""


@dataclasses.dataclass(slots=True)
class Served:
    """A server of the app over one folder of records, which can be killed and started again."""

    port: int
    folder: Path
    script: str = "app.py"
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        options = ("--server.headless", "true", "--server.port", str(self.port), *self.options)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", self.script, *options],
                cwd=ROOT,
                env=of_a_server(POSOLOGY_DATA=str(self.folder)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until_healthy(f"{self.address}/_stcore/health", self.process)

    def kill(self) -> None:
        """End the server as ``kill -9`` does: it has no time to write anything."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=START_SECONDS)
            self.process = None


def window_of(browser: Browser, width: int, address: str) -> BrowserContext:
    """Return a window of a telephone, a tablet or a desk, in which nothing was opened yet."""
    held: dict[str, Any] = {}
    if width == min(SIZES):
        held = {"user_agent": _TELEPHONE, "has_touch": True}
    window = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": SIZES[width]},
        accept_downloads=True,
        reduced_motion="reduce",
        **held,
    )
    window.set_default_timeout(PATIENCE_MS)
    return window


def keep(page: Page, story: str, step: str) -> None:
    """Keep a picture of a step of a story once it is drawn."""
    settle(page)
    photograph(page, story, step)


def photograph(page: Page, story: str, step: str) -> None:
    """Keep a picture for review as the page is now; nothing may be cut at its side."""
    page.wait_for_function(NOTHING_IS_CUT, timeout=PATIENCE_MS)
    assert page.viewport_size is not None
    file = f"{step.replace(' ', '-')}-{page.viewport_size['width']}.png"
    page.screenshot(path=PICTURES / story / file, animations="disabled")


def go(page: Page, name: str) -> None:
    """Open a screen by its name in the bar above, which is a menu where there is no room."""
    settle(page)
    menu = page.get_by_test_id("stExpandSidebarButton")
    if menu.is_visible():
        menu.click()
        page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
    else:
        page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(f"**/{name.lower().replace('home', '')}*")
    settle(page)


def type_in(page: Page, label: str, text: str) -> None:
    settle(page)
    page.get_by_role("textbox", name=label, exact=True).fill(text)
    page.get_by_role("textbox", name=label, exact=True).press("Enter")


def pick(page: Page, label: str, option: str) -> None:
    settle(page)
    field = page.get_by_role("combobox", name=label, exact=True)
    field.click()
    if field.is_editable():  # a telephone shows a short list without its keyboard
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
