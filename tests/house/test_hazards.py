"""Each hazard names its control and its test; each marked test belongs to a hazard."""

from __future__ import annotations

import ast
import re

from tests.support.places import ROOT

ROW = re.compile(
    r"\| (H\d\d) \| (.+?) \| (.+?) \| (.+?) \| `(tests/[\w/]+\.py)::(test_\w+)` \|", re.ASCII
)


def hazards() -> dict[str, tuple[str, str]]:
    lines = (ROOT / "HAZARDS.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| H")]
    matched = [ROW.fullmatch(line) for line in rows]
    assert all(matched), [r for r, m in zip(rows, matched, strict=True) if not m]
    found = {match[1]: (match[5], match[6]) for match in matched if match}
    assert len(found) == len(rows), "an id comes twice"
    return found


def marked() -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.hazard":
                    place = path.relative_to(ROOT).as_posix()
                    for argument in mark.args:
                        assert isinstance(argument, ast.Constant)
                        found.setdefault(str(argument.value), set()).add((place, node.name))
    return found


def test_each_hazard_names_a_test_that_bears_its_mark() -> None:
    tests = marked()
    assert hazards()
    assert not [key for key, test in hazards().items() if test not in tests.get(key, set())]


def test_each_marked_test_belongs_to_a_hazard() -> None:
    assert set(marked()) <= set(hazards())
