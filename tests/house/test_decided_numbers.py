"""Numbers that somebody decided stand in a file with their source, not at the head of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from dosing.plausibility import PLAUSIBLE
from tests.support.places import ROOT

NUMBERS = {int, float}
# Module -> what may stand at its head: conversions, definitions, digits shown, examples.
HEADS: dict[str, set[str]] = {
    "dosing/calculation/clearance.py": {"_STANDARD_SURFACE_M2", "_DIGITS"},
    "dosing/door.py": {"_ROWS_NAMED"},
    "dosing/drugs/conditions.py": {"EXAMPLES"},
    "dosing/formulas/steroids.py": set(),
    "dosing/infusion/steps.py": {"WHOLE_BAG", "_SHOWN_DIGITS"},
    "dosing/numbers.py": {"_SHARE_WORDS"},
    "dosing/patient.py": {"_POUNDS_IN_KG"},
    "schedules/course/closed_days.py": {"_NAMED_APART", "_STEPS"},
    "schedules/course/dose_rules.py": set(),
    "schedules/course/kidney.py": {"_DIGITS"},
    "schedules/plans/changes.py": set(),
    "schedules/plans/patient_reading.py": {"_LONGEST_LABEL"},
}


def tree_of(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def numbered(tree: ast.Module) -> Iterator[str]:
    """Find the names at the head of a module to whose value a literal number belongs."""
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        parts = list(ast.walk(node.value))
        # A percentage of the file is made a fraction here.
        if any(isinstance(part, ast.Name) and part.id == "PLAUSIBLE" for part in parts):
            continue
        if any(isinstance(part, ast.Constant) and type(part.value) in NUMBERS for part in parts):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from map(ast.unparse, targets)


@pytest.mark.parametrize("module", HEADS)
def test_no_number_that_somebody_decided_stands_at_the_head_of_a_module(module: str) -> None:
    assert set(numbered(tree_of(module))) <= HEADS[module]


def test_a_decided_number_at_a_head_would_be_found() -> None:
    tree = ast.parse(
        "import datetime as dt\nA = (5.0, 110.0)\nB: int = 14\nC = dt.date(1900, 1, 1)\n"
        "D = PLAUSIBLE.near.percent / 100\nE = {'cortisone': Equivalent(mg=25)}\nF = 'words'"
    )
    assert list(numbered(tree)) == ["A", "B", "C", "E"]


def test_no_disease_of_wasted_muscle_is_named_in_the_code() -> None:
    texts = {
        part.value
        for part in ast.walk(tree_of("dosing/calculation/clearance.py"))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    assert texts.isdisjoint(PLAUSIBLE.wasted_muscle.words)


def test_the_printed_distance_from_an_edge_is_the_one_that_is_checked() -> None:
    text = (ROOT / "schedules/course/kidney.py").read_text(encoding="utf-8")
    assert "{NEAR_AN_EDGE_PERCENT:g} %" in text
    assert "5 %" not in text
