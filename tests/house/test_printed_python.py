"""The Python that README and docs print is run: each page is one program, from top to bottom."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.places import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def place(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def scripts(page: Path) -> list[str]:
    """Return the scripts of a page, each as far down as it stands, so that a line is its line."""
    text = page.read_text(encoding="utf-8")
    blocks = BLOCK.finditer(text)
    return ["\n" * text[: block.start(1)].count("\n") + block[1] for block in blocks]


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_printed_script_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bands", "drugs", "regimens", "site.yaml", "sources.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for script in scripts(page):
        exec(compile(script, str(page), "exec"), names)  # noqa: S102 (our own pages)


def test_the_session_in_the_readme_prints_what_it_shows() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (session,) = re.findall(r"^```pycon\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    shown = doctest.DocTestRunner().run(test)
    assert (shown.failed, shown.attempted) == (0, 2)


def test_the_page_for_programmers_answers_with_scripts() -> None:
    assert len(scripts(ROOT / "docs" / "programmers.md")) >= 11
