"""Builds the documentation as a site: ``python -m docs.making.site [FOLDER]``.

The pages stay where they are read in a checkout. A copy of them, and of the pages beside README,
is laid into one folder, with links that fit there, and built strictly. Nothing in it is loaded
from another machine; read from its files, and not from a server, it has no search.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
# Pages beside README.md that are part of the documentation.
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "HAZARDS.md", "SECURITY.md")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[\w-]+)?\)")


def lay_out(folder: Path) -> None:
    """Lay every page and picture into one folder."""
    pages = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in BESIDE)]
    names = {page.name for page in pages}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        (folder / page.name).write_text(_with_links_that_fit(text, names), encoding="utf-8")
    for picture in (ROOT / "docs").glob("*.png"):
        shutil.copy(picture, folder)


def _with_links_that_fit(text: str, names: set[str]) -> str:
    """Return a page in which a page is a link, and what is a file of the checkout is its path."""

    def fitted(link: re.Match[str]) -> str:
        words, target, part = link[1], Path(link[2]), link[3] or ""
        if target.name in names:
            return f"[{words}]({target.name}{part})"
        path = link[2].removeprefix("../")
        return words if words.strip("`") == path else f"{words} (`{path}`)"

    return _LINK.sub(fitted, text)


def build(site: Path) -> None:
    """Build the site; a link that leads nowhere ends it."""
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        pages.mkdir()
        lay_out(pages)
        stated = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        settings = Path(folder) / "mkdocs.yml"
        settings.write_text(f"{stated}docs_dir: {pages}\n", encoding="utf-8")
        # It is said on standard error, of a version that is not used here.
        os.environ["NO_MKDOCS_2_WARNING"] = "1"
        from mkdocs.commands.build import build as build_site
        from mkdocs.config import load_config

        build_site(load_config(str(settings), site_dir=str(site), strict=True))


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve() if sys.argv[1:] else SITE)
