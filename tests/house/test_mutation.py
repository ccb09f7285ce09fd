"""Which lines of a change have mutants: a changed comment must not fail the checks."""

from __future__ import annotations

from tests.support.mutation import has_mutant
from tests.support.places import ROOT


def test_a_changed_docstring_has_no_mutant_and_a_changed_rule_has() -> None:
    lines = (ROOT / "dosing" / "rounding.py").read_text(encoding="utf-8").splitlines()
    (rule,) = (
        number
        for number, line in enumerate(lines, 1)
        if "return snapped(value / limit) > 1" in line
    )
    assert not has_mutant("dosing.rounding", {1})
    assert not has_mutant("dosing.rounding", set())
    assert has_mutant("dosing.rounding", {1, rule})
