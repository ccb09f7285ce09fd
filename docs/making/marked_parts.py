"""The parts of handwritten pages that are made: they stand between two markers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from docs.making.tables import table
from schedules.library.author_rules import RULES

# The rooms in the order of the floors: the faces above, the calculation below.
_FLOORS = ("screens", "commands", "records", "schedules", "dosing", "benchmarks", "docs", "tests")


def house_map(root: Path) -> str:
    """Return a table of every room with the first sentence of its ``__init__.py``."""
    rows = [
        (f"`{folder}/`", _first_sentence(root / folder / "__init__.py"))
        for top in _FLOORS
        for folder in _rooms(root, top)
    ]
    return table(("room", "what lives there"), rows)


def author_rules() -> str:
    """Return the rules for authors as a list."""
    return "\n".join(f"- {rule}" for rule in RULES)


def with_part(text: str, name: str, part: str) -> str:
    """Return a page with the part of this name replaced.

    Raises:
        ValueError: if the page lacks one of the two markers.
    """
    begin, end = f"<!-- {name}: made by make docs -->\n", f"<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"the markers of {name} are missing")
    return f"{before}{begin}{part}\n{end}{after}"


def _rooms(root: Path, top: str) -> Iterator[str]:
    """Yield a floor and its rooms; those of the tests mirror the tree and are left out."""
    for path in sorted((root / top).rglob("__init__.py")):
        folder = path.parent.relative_to(root).as_posix()
        if top != "tests" or folder == "tests":
            yield folder


def _first_sentence(path: Path) -> str:
    """Return the first line of a room's docstring; a room without one says so by an empty cell."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.split("\n", 1)[0]
