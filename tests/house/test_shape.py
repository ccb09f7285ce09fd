"""The shape of the code: one class a name, one sentence a room, no line beside the formatter."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.support.places import ROOT

PRODUCT = ("commands", "dosing", "records", "schedules", "screens")
EVERYWHERE = (*PRODUCT, "benchmarks", "docs", "dosebench", "tests")
SKIPPED = re.compile(r"#\s*fmt:\s*(?:skip|off)")
# This number may only fall.
FORMATTER_SKIPS = 0


def files(*rooms: str) -> Iterator[Path]:
    yield from ROOT.glob("*.py")
    for room in rooms:
        yield from (ROOT / room).rglob("*.py")


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_formatter_is_obeyed() -> None:
    skips = [place(path) for path in files(*EVERYWHERE) for _ in SKIPPED.findall(text(path))]
    assert len(skips) <= FORMATTER_SKIPS, skips


def test_no_class_name_stands_for_two_things() -> None:
    places = defaultdict(list)
    for path in files(*PRODUCT):
        for node in ast.walk(ast.parse(text(path))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{place(path)}:{node.lineno}")
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_every_room_opens_with_one_sentence() -> None:
    """A room of the tests mirrors one of the product, which says what lives there."""
    rooms = [
        path
        for room in EVERYWHERE
        for path in (ROOT / room).rglob("__init__.py")
        if room != "tests" or not (ROOT / path.parent.relative_to(ROOT / "tests")).is_dir()
    ]
    assert len(rooms) > 20
    sentences = {
        place(path): (ast.get_docstring(ast.parse(text(path))) or "").split("\n\n")[0]
        for path in rooms
    }
    one = re.compile(r"[A-Z][^\n]*\.")
    assert {path: said for path, said in sentences.items() if not one.fullmatch(said)} == {}


def test_every_package_of_the_product_has_its_init() -> None:
    folders = {path.parent for path in files(*PRODUCT) if path.parent != ROOT}
    # Alembic runs these by path; they are no package.
    loose = {ROOT / "records/migrations", ROOT / "records/migrations/versions"}
    assert {
        place(folder) for folder in folders - loose if not (folder / "__init__.py").exists()
    } == (set())


def test_a_type_only_import_has_its_reason_beside_it() -> None:
    blocks = [
        (place(path), number, lines)
        for path in files(*EVERYWHERE)
        for lines in [text(path).splitlines()]
        for number, line in enumerate(lines)
        if line.strip().startswith("if TYPE_CHECKING:")
    ]
    assert blocks
    without = [
        f"{path}:{number + 1}"
        for path, number, lines in blocks
        if not any("# " in line for line in lines[number - 1 : number + 2])
    ]
    assert without == []
