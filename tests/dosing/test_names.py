"""The names that a help shows are those of the tables that a dose is computed from."""

from __future__ import annotations

from dosing import names
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.formulas.steroids import STEROIDS


def test_a_help_names_every_formula_and_steroid_there_is_in_order() -> None:
    assert tuple(BSA) == names.SURFACE_FORMULAS
    assert tuple(IDEAL_WEIGHT) == names.IDEAL_WEIGHT_FORMULAS
    assert tuple(STEROIDS) == names.CORTICOSTEROIDS
