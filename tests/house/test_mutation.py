"""Which lines of a change have mutants, and where a changed figure changes with it."""

from __future__ import annotations

from dosing.calculation import second, second_column
from dosing.drugs import band_table
from dosing.formulas import body
from tests.support.mutation import has_mutant, imports
from tests.support.places import ROOT


def test_a_changed_docstring_has_no_mutant_and_a_changed_rule_has() -> None:
    lines = (ROOT / "dosing" / "rounding.py").read_text(encoding="utf-8").splitlines()
    (rule,) = (
        number
        for number, line in enumerate(lines, 1)
        if "return snapped(value / limit) > 1" in line
    )
    assert not has_mutant("dosing.rounding", {1})
    # Where no line changed, which is so in most, the module is not even read.
    assert not has_mutant("no.module.of.this.name", set())
    assert has_mutant("dosing.rounding", {1, rule})


def test_a_figure_is_changed_where_it_is_imported_and_not_where_it_is_stated_again() -> None:
    assert imports(band_table, "KG")
    stated = "_LIVINGSTON_SMALL_KG"
    assert all(hasattr(module, stated) for module in (body, second, second_column))
    assert not any(imports(module, stated) for module in (body, second, second_column))
