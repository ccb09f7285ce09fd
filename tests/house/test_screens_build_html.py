"""The screens build their HTML by htpy: no tag is written by hand, and no text escapes escaping."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.support.places import ROOT

TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*[\s/>]|</?[a-zA-Z][a-zA-Z0-9-]*$|<!--")
FILES = [ROOT / "app.py", *sorted((ROOT / "screens").rglob("*.py"))]


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tags_in(source: str) -> list[int]:
    """Return the lines of the strings, those of an f-string included, in which a tag stands."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TAG.search(node.value)
    ]


def test_no_string_of_the_screens_holds_a_tag() -> None:
    assert len(FILES) > 30
    found = {place(path): tags_in(path.read_text(encoding="utf-8")) for path in FILES}
    assert not {file: lines for file, lines in found.items() if lines}


def test_nothing_escapes_html_by_hand() -> None:
    by_hand = {
        f"{place(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.FunctionDef) and node.name == "escaped")
        or (isinstance(node, ast.ImportFrom) and node.module in {"html", "markupsafe"})
        or (isinstance(node, ast.Import) and any(one.name == "html" for one in node.names))
    }
    assert not by_hand


def test_the_search_finds_a_tag_in_every_kind_of_string() -> None:
    for source in ('"<p>x</p>"', 'f"<li>{x}</li>"', 'f"{x}</b>"', '"<br>"', "f'<a href={x}>'"):
        assert tags_in(source), source
    for source in ('"5 < 6 mg"', '"[<$~]"', '"a -> b"', 'f"{x} <{y}"'):
        assert not tags_in(source), source
