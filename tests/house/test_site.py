"""The documentation as a site: whole, in four rooms, and nothing in it is loaded from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from docs.making.site import BESIDE, lay_out
from tests.support.places import ROOT

# What a browser fetches by itself to show a page; a link waits for a click.
FETCHED = {
    "audio",
    "embed",
    "iframe",
    "img",
    "input",
    "link",
    "object",
    "script",
    "source",
    "video",
}
ELSEWHERE = re.compile(r"(?:https?:)?//[\w.-]+\.\w")
IN_A_STYLE = re.compile(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "docs.making.site", str(folder)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


class Fetched(HTMLParser):
    """Collects what a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FETCHED:
            self.found += [value or "" for name, value in attrs if name in ("src", "href", "data")]
        self.found += [value or "" for name, value in attrs if name == "srcset"]


def fetched(page: Path) -> list[str]:
    reader = Fetched()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.found


def test_nothing_is_loaded_from_another_machine(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    asked = {f"{page.name}: {name}" for page in pages for name in fetched(page)}
    assert len(asked) > 100
    assert {name for name in asked if ELSEWHERE.search(name)} == set()
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    styles += [page.read_text(encoding="utf-8") for page in pages]
    assert styles
    assert [name for style in styles for name in IN_A_STYLE.findall(style)] == []


def test_what_a_page_loads_is_there(site: Path) -> None:
    gone = {
        f"{page.name}: {name}"
        for page in site.glob("*.html")
        for name in fetched(page)
        if name and not name.startswith(("data:", "/", "#"))
        if not (page.parent / name.partition("?")[0].partition("#")[0]).exists()
    }
    assert gone == set()


def test_a_resource_of_another_machine_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "x.html"
    page.write_text('<script src="https://unpkg.com/x"></script><a href="https://x.org">x</a>')
    assert [name for name in fetched(page) if ELSEWHERE.search(name)] == ["https://unpkg.com/x"]
    assert IN_A_STYLE.findall("@import url(//fonts.example.org/x)") == ["//fonts.example.org/x"]


def test_every_page_stands_in_one_of_the_four_rooms(tmp_path: Path) -> None:
    nav = YAML(typ="safe").load(ROOT / "mkdocs.yml")["nav"]
    rooms = {name: pages for part in nav for name, pages in part.items()}
    assert list(rooms) == ["Start", "Tutorials", "How-to", "Reference", "Explanation"]
    listed = [
        page
        for room in rooms.values()
        if isinstance(room, list)
        for one in room
        for page in one.values()
    ]
    lay_out(tmp_path)
    assert sorted(["index.md", *listed]) == sorted(path.name for path in tmp_path.glob("*.md"))
    assert set(BESIDE) <= set(listed)
