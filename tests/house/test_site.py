"""The site of all pages: every link leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import gettext
import inspect
import re
from pathlib import Path

import pytest
from mkdocs.exceptions import Abort

from docs.making import site
from docs.making.site import build_site

# What a browser fetches by itself; a link is followed by a person.
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]+\"")


@pytest.fixture(autouse=True)
def _every_translation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the site look for translations as it does outside the tests (tests/conftest.py)."""
    monkeypatch.setattr(gettext, "find", inspect.unwrap(gettext.find))


def test_the_site_has_four_rooms_and_fetches_nothing(tmp_path: Path) -> None:
    build_site(tmp_path)
    pages = sorted(tmp_path.rglob("*.html"))
    first = (tmp_path / "index.html").read_text(encoding="utf-8")
    for room in ("Tutorials", "How-to", "Reference", "Explanation"):
        assert f"{room}\n" in first, room
    assert FETCHED.search('<link rel="stylesheet" href="https://fonts.example/css">')
    for page in pages:
        assert not FETCHED.findall(page.read_text(encoding="utf-8")), page.name
        # For such a block the theme would fetch a program of its own.
        assert 'class="mermaid"' not in page.read_text(encoding="utf-8"), page.name


def test_a_link_that_leads_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_page(folder: Path) -> None:
        (folder / "index.md").write_text("[away](away.md)\n", encoding="utf-8")

    monkeypatch.setattr(site, "_stage", one_page)
    with pytest.raises(Abort):
        build_site(tmp_path)
