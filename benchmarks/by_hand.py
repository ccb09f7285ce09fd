"""How long a nurse needs for a dose beside its limits, from Home: ``python -m benchmarks.by_hand``.

The browser waits and types as the keystroke-level model has it, and what is over that is the
machine's part. It is wall time, so it belongs to a quiet machine; docs/by-hand.md has the hand's.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.places import ROOT
from benchmarks.server import serving
from tests.support import programs
from tests.support.running import settle

# Seconds for a key, by Card, Moran and Newell, Commun ACM 1980;23:396-410.
_KEYS = {
    "best typist": 0.08,
    "good typist": 0.12,
    "average skilled typist": 0.20,
    "average typist, no secretary": 0.28,
}
_TYPED_AT = _KEYS["best typist"]
# To think of what comes next, by Kieras (1993); 1.35 s in the paper. Pointing is not in it.
_CHOICE_SECONDS = 1.2
_RUNS = 3
_PATIENCE_MS = 60_000
_PATIENT = (("Weight", "70 kg"), ("Height", "175 cm"))
_TAKEN_OVER = "Use the patient of the plan of ward-7"
_FORMULA = "most"
_OF_THE_SITE = "surface_formula: {formula: mosteller, source: our policy}\n"
_PROGRAM = ("dosing", "records", "schedules", "screens", ".streamlit")
_KNOWLEDGE = ("regimens", "drugs", "terms", "bands", "docs")


@dataclasses.dataclass(frozen=True, slots=True)
class _Story:
    """What is typed, a choice each; which line found is opened; and whether a plan has the patient.

    The formula is typed last, where the site states none.
    """

    name: str
    words: tuple[str, ...]
    line: int = 0
    is_known: bool = False


_STORIES = (
    _Story("new patient, all typed", ("ritux", "375 mg/m2", "70 kg", "175 cm")),
    _Story("new patient, a regimen's rate", ("ritux", "70 kg", "175 cm"), line=1),
    _Story("patient of a plan", ("ritux", "375 mg/m2"), is_known=True),
)


@dataclasses.dataclass(slots=True)
class _Hand:
    """A hand at the page: it counts what it does, and types at the speed of the best typist."""

    page: Page
    choices: int = 0
    keys: int = 0

    def choose(self) -> None:
        self.choices += 1
        self.page.wait_for_timeout(_CHOICE_SECONDS * 1000)

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key, delay=_TYPED_AT * 1000)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text, delay=_TYPED_AT * 1000)

    def seconds(self, key: float) -> float:
        return self.choices * _CHOICE_SECONDS + self.keys * key


def main() -> None:
    """Print what the hand does, what the machine takes, and both together, for each story."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=programs.browser(), args=["--no-sandbox"]
        )
        for of_site in (False, True):
            with _served(of_site=of_site) as address:
                for story in _STORIES:
                    # The first fills caches.
                    runs = [
                        _timed(browser, address, story, of_site=of_site) for _ in range(_RUNS + 1)
                    ][1:]
                    _tell(story, runs, of_site=of_site)
        browser.close()


@contextlib.contextmanager
def _served(*, of_site: bool) -> Iterator[str]:
    """Start the program, as it is or in a copy whose site states its formula."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as copied:
        root = _stating_a_formula(Path(copied)) if of_site else ROOT
        with serving(root / "app.py", Path(home), settings=root) as server:
            yield f"http://127.0.0.1:{server.port}"


def _stating_a_formula(root: Path) -> Path:
    for name in _PROGRAM:
        shutil.copytree(ROOT / name, root / name)
    for name in _KNOWLEDGE:
        (root / name).symlink_to(ROOT / name)
    for name in ("app.py", "sources.yaml", "site.yaml"):
        shutil.copy(ROOT / name, root / name)
    with (root / "site.yaml").open("a", encoding="utf-8") as site:
        site.write(_OF_THE_SITE)
    return root


def _tell(story: _Story, runs: Sequence[tuple[_Hand, float]], *, of_site: bool) -> None:
    hand = runs[0][0]
    machine = min(took - one.seconds(_TYPED_AT) for one, took in runs)
    whose = "the site's formula" if of_site else "formula typed"
    print(
        f"{story.name}, {whose}: {hand.choices} choices, {hand.keys} keys; machine {machine:.1f} s"
    )
    for who, key in _KEYS.items():
        alone = hand.seconds(key)
        print(f"  {who}: {alone:.1f} s, with the machine {alone + machine:.1f} s", flush=True)


def _timed(browser: Browser, address: str, story: _Story, *, of_site: bool) -> tuple[_Hand, float]:
    """Return what a hand did from Home to the dose beside its limits, and how long it took."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address)
    expect(page.get_by_role("textbox")).to_be_visible(timeout=_PATIENCE_MS)
    if story.is_known:
        _plan(page)
    settle(page)
    hand, began = _Hand(page), time.perf_counter()
    _calculate(hand, story, () if of_site else (_FORMULA,))
    took = time.perf_counter() - began
    page.close()
    return hand, took


def _plan(page: Page) -> None:
    """Write the patient on the Plan page, and come back."""
    page.get_by_role("link", name="Plan", exact=True).first.click()
    for label, text in (("Label, no name", "ward-7"), *_PATIENT):
        page.get_by_role("textbox", name=label, exact=True).fill(text)
        page.keyboard.press("Enter")
        settle(page)
    page.get_by_role("link", name="Home", exact=True).first.click()
    expect(page.get_by_role("link", name="Calculate a dose")).to_be_visible(timeout=_PATIENCE_MS)


def _calculate(hand: _Hand, story: _Story, formula: Sequence[str]) -> None:
    """Type the line, read it back, and open it: the dose and its limits."""
    page = hand.page
    words = [*story.words, *formula]
    for number, word in enumerate(words):
        hand.choose()
        if number == 0:
            hand.press("/")
        hand.type(f" {word}" if number else word)
    hand.press("Enter")
    found = page.locator(".st-key-found button")
    expect(found.first).to_be_focused(timeout=_PATIENCE_MS)
    hand.choose()
    for _ in range(story.line):
        hand.press("Tab")
    expect(found.nth(story.line)).to_be_focused(timeout=_PATIENCE_MS)
    hand.press("Enter")
    if story.is_known:
        hand.choose()
        page.get_by_role("button", name=_TAKEN_OVER).click()
    expect(page.locator("p.dose")).to_contain_text("691.7", timeout=_PATIENCE_MS)
    expect(page.locator(".margin").first).to_be_visible(timeout=_PATIENCE_MS)


if __name__ == "__main__":
    main()
