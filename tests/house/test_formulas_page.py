"""The page of formulas holds every published equation with its formula and its source."""

from __future__ import annotations

import ast
import re

from docs.making.formulas import formulas_page, in_words, registered_formulas
from dosing.formulas.body import bsa_mosteller
from tests.support.places import ROOT


def test_every_formula_of_the_code_is_on_the_page() -> None:
    made = {
        next(str(ast.literal_eval(word.value)) for word in node.keywords if word.arg == "name")
        for path in (ROOT / "dosing" / "formulas").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Formula"
    }
    assert len(made) > 20
    shown = [one.name for formulas in registered_formulas().values() for one in formulas]
    assert sorted(shown) == sorted(made)
    page = formulas_page()
    assert [name for name in made if f"| `{name}` |" not in page] == []


def test_every_formula_is_written_in_words_with_its_population_and_source() -> None:
    for formulas in registered_formulas().values():
        for formula in formulas:
            words = in_words(formula.function)
            assert re.search(r"[x/+]| per kg", words), formula.name
            assert not re.search(r"Raises|Source", words), formula.name
            assert formula.source.cite
            assert formula.population


def test_a_formula_reads_as_the_paper_prints_it() -> None:
    # Mosteller, N Engl J Med 1987;317:1098
    assert "sqrt(height in cm x weight in kg / 3600)" in in_words(bsa_mosteller)
