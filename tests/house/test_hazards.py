"""Each hazard names its control and its test; each marked test belongs to a hazard."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from docs.making.hazards import Hazard, HazardLog, read_hazards
from tests.support.places import ROOT


@pytest.fixture(scope="module")
def log() -> HazardLog:
    return read_hazards(ROOT)


def marked() -> dict[str, set[str]]:
    """Return, for each hazard that a test is marked with, the tests as ``path::name``."""
    tests: dict[str, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.hazard":
                    place = path.relative_to(ROOT).as_posix()
                    for argument in mark.args:
                        assert isinstance(argument, ast.Constant)
                        tests.setdefault(str(argument.value), set()).add(f"{place}::{node.name}")
    return tests


def test_each_hazard_names_a_test_that_bears_its_mark(log: HazardLog) -> None:
    tests = marked()
    assert list(log)
    assert not [hazard.id for hazard in log if hazard.test not in tests.get(hazard.id, set())]


def test_each_marked_test_belongs_to_a_hazard(log: HazardLog) -> None:
    assert set(marked()) <= {hazard.id for hazard in log}


def test_no_hazard_comes_twice_and_those_of_a_theme_stand_in_order(log: HazardLog) -> None:
    ids = [hazard.id for hazard in log]
    assert [id_ for id_, count in Counter(ids).items() if count > 1] == []
    for hazards in log.themes.values():
        assert [h.id for h in hazards] == sorted(h.id for h in hazards)


def test_the_control_of_each_hazard_is_in_a_module_that_exists(log: HazardLog) -> None:
    assert not [h.id for h in log if not (ROOT / h.module).is_file() or h.module[:5] == "tests"]


def test_each_hazard_is_assessed_in_the_words_of_the_scales(log: HazardLog) -> None:
    def assessed(hazard: Hazard) -> bool:
        known = log.scales
        return hazard.severity in known["severity"] and hazard.likelihood in known["likelihood"]

    assert not [hazard.id for hazard in log if not assessed(hazard)]
    assert not [hazard.id for hazard in log if not hazard.residual.endswith(".")]
