"""How long a nurse needs for a dose beside its limits, from Home: ``python -m benchmarks.by_hand``.

The browser waits and types as the keystroke-level model has it, and what is over that is the
machine's part. It is wall time, so it belongs to a quiet machine; docs/by-hand.md has the hand's.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from benchmarks.places import ROOT
from benchmarks.server import serving
from tests.support import programs
from tests.support.running import settle

# Card, Moran and Newell, Commun ACM 1980;23:396-410: a key of the best typist, and of an average
# one who is no typist.
_KEYS = {"best typist": 0.08, "no typist": 0.28}
# To think of what comes next, by Kieras (1993); 1.35 s in the paper. Pointing is not in it.
_CHOICE_SECONDS = 1.2
_RUNS = 3
_PATIENCE_MS = 60_000
_PATIENT = (("Weight", "70 kg"), ("Height", "175 cm"))
_TAKEN_OVER = "Use the patient of the plan of ward-7"


@dataclasses.dataclass(slots=True)
class _Hand:
    """A hand at the page: it counts what it does, and types at the speed of the best typist."""

    page: Page
    choices: int = 0
    keys: int = 0

    def choose(self) -> None:
        self.choices += 1
        self.page.wait_for_timeout(_CHOICE_SECONDS * 1000)

    def type(self, text: str) -> None:
        """Type a text and Enter."""
        self.keys += len(text) + 1
        self.page.keyboard.type(text, delay=_KEYS["best typist"] * 1000)
        self.page.keyboard.press("Enter", delay=_KEYS["best typist"] * 1000)

    def seconds(self, key: float) -> float:
        return self.choices * _CHOICE_SECONDS + self.keys * key


def main() -> None:
    """Print what the hand does, what the machine takes, and both together, for each story."""
    with (
        tempfile.TemporaryDirectory() as home,
        serving(ROOT / "app.py", Path(home), settings=ROOT) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=programs.browser(), args=["--no-sandbox"]
        )
        address = f"http://127.0.0.1:{server.port}"
        for story, begin in (("a new patient", _at_home), ("a patient of a plan", _after_plan)):
            # The first fills caches.
            runs = [_timed(browser, address, begin) for _ in range(_RUNS + 1)][1:]
            _tell(story, runs)
        browser.close()


def _tell(story: str, runs: Sequence[tuple[_Hand, float]]) -> None:
    hand = runs[0][0]
    machine = min(took - one.seconds(_KEYS["best typist"]) for one, took in runs)
    print(f"{story}: {hand.choices} choices, {hand.keys} keys; the machine's part {machine:.1f} s")
    for who, key in _KEYS.items():
        alone = hand.seconds(key)
        print(f"  {who}: {alone:.1f} s, with the machine {alone + machine:.1f} s")


def _timed(browser: Browser, address: str, begin: Callable[[Page], bool]) -> tuple[_Hand, float]:
    """Return what a hand did from Home to the dose beside its limits, and how long it took."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address)
    expect(_door(page)).to_be_visible(timeout=_PATIENCE_MS)
    is_known = begin(page)
    hand, began = _Hand(page), time.perf_counter()
    _calculate(hand, is_known=is_known)
    took = time.perf_counter() - began
    page.close()
    return hand, took


def _door(page: Page) -> Locator:
    return page.get_by_role("link", name="Calculate a dose")


def _at_home(_: Page) -> bool:
    """Begin with a patient of whom nothing was typed yet."""
    return False


def _after_plan(page: Page) -> bool:
    """Begin where the Plan page has the patient already."""
    page.get_by_role("link", name="Plan", exact=True).first.click()
    for label, text in (("Label, no name", "ward-7"), *_PATIENT):
        page.get_by_role("textbox", name=label, exact=True).fill(text)
        page.keyboard.press("Enter")
        settle(page)
    page.get_by_role("link", name="Home", exact=True).first.click()
    expect(_door(page)).to_be_visible(timeout=_PATIENCE_MS)
    settle(page)
    return True


def _calculate(hand: _Hand, *, is_known: bool) -> None:
    """Go through the door to Calculate, and fill in what the dose needs."""
    page = hand.page
    hand.choose()
    _door(page).click()
    drug = page.get_by_role("combobox", name="Drug, whose limits the dose is held to")
    hand.choose()
    drug.click()
    hand.type("ritux")
    if is_known:
        hand.choose()
        page.get_by_role("button", name=_TAKEN_OVER).click()
    for label, text in (*(() if is_known else _PATIENT), ("Dose rate", "375 mg/m2")):
        hand.choose()
        page.get_by_role("textbox", name=label, exact=True).click()
        hand.type(text)
    hand.choose()
    page.get_by_role("combobox", name="Surface formula").click()
    hand.type("most")
    expect(page.locator("p.dose")).to_contain_text("691.7", timeout=_PATIENCE_MS)
    expect(page.locator(".margin").first).to_be_visible(timeout=_PATIENCE_MS)


if __name__ == "__main__":
    main()
