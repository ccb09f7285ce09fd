"""The pages as a site of four rooms: tutorials, how-to, reference and explanation."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
_FIRST = "README.md"
_PAGES = ("CHANGELOG.md", "CONTRIBUTING.md", "HAZARDS.md", "SECURITY.md")
_LINK = re.compile(r"(?<!!)\[(?P<words>[^]]*)\]\((?P<to>[^)#:]+)(?P<anchor>#[^)]*)?\)")


def build_site(folder: Path) -> None:
    """Build the site, and raise if a page or a link of it leads nowhere.

    Args:
        folder: takes the site; whatever was in it goes.
    """
    with tempfile.TemporaryDirectory() as staged:
        _stage(Path(staged))
        config = load_config(
            str(Path(__file__).with_name("mkdocs.yml")),
            docs_dir=staged,
            site_dir=str(folder),
            strict=True,
        )
        build(config)


def _stage(folder: Path) -> None:
    """Lay the pages out as they lie in the repository, the first of them as the site's first."""
    pages = [ROOT / name for name in (_FIRST, *_PAGES)]
    pages += sorted((ROOT / "docs").rglob("*.md"))
    for page in pages:
        to = folder / page.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(_without_files(page, pages), encoding="utf-8")
    (folder / _FIRST).rename(folder / "index.md")
    for picture in sorted((ROOT / "docs").rglob("*.png")):
        to = folder / picture.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, to)


def _without_files(page: Path, pages: list[Path]) -> str:
    """Return a page whose links to files that are no pages, such as NOTICE, are plain words."""

    def kept(link: re.Match[str]) -> str:
        to = (page.parent / link["to"]).resolve()
        if to == ROOT / _FIRST:
            return link[0].replace(_FIRST, "index.md")
        return link[0] if to in pages else link["words"]

    return _LINK.sub(kept, page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    build_site(SITE)
    sys.stdout.write(f"{SITE / 'index.html'}\n")
