"""A column is calculated again by itself; the rows in doubt, and the extreme ones, in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from dosing import units
from dosing.calculation import second, second_column
from dosing.calculation.calculate import calculate
from dosing.patient import Patient
from dosing.units import CM, INCH, KG, LB, MG, in_unit, quantity
from tests.dosing.calculation.test_second_column import (
    AGREES,
    MANY,
    agrees,
    last_step,
    many,
    wrong_rows,
)
from tests.support.made_up import per_kg, per_m2, rounding


def test_a_row_that_floating_point_takes_for_a_tie_is_told_by_fractions() -> None:
    # 0.15 mg/kg to 0.1 mg by 0.9999999996 kg are 1.4999999994 steps, by a third of it
    # 0.49999999935: one step, and none
    kg = np.array([0.9999999996, 0.3333333329])
    dose = calculate(
        per_kg("0.15 mg/kg", rounding=rounding("0.1 mg")),
        Patient(weight=quantity(kg, KG), size_confirmed=True),
    )
    assert np.asarray(in_unit(dose.amount, MG, "dose")).tolist() == [0.1, 0.0]
    assert last_step(dose) == AGREES


def test_the_least_and_the_greatest_measures_are_calculated_in_fractions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # All are held at 100 mg, of which the first is the least and the greatest; of the weights the
    # second and the third are, of the heights the third and the last.
    who = Patient(
        weight=quantity(np.array([70.0, 40.0, 160.0, 80.0, 90.0]), KG),
        height=quantity(np.array([170.0, 171.0, 190.0, 172.0, 150.0]), CM),
    )
    rule = per_kg("10 mg/kg", cap=units.amount("100 mg"))
    assert wrong_rows(rule, who) == []
    monkeypatch.setattr(second, "amount", lambda **_: Fraction(99))
    assert wrong_rows(rule, who) == [True, True, True, False, True]


def test_rows_that_differ_are_named_beyond_those_that_are_calculated_once_more() -> None:
    # 0.01 mg/kg of 70 kg is 0.7 mg, whatever the first calculation says
    entered = second_column.Entered(
        rate=(0.01, "mg/kg"), weight=(np.full(MANY, 70.0), "kg"), basis="actual"
    )
    amounts = np.resize([0.7, 0.700001, 0.699999], MANY)
    found = second_column.differing_rows((amounts, "mg"), entered)
    assert found.tolist() == [False, True, True] * (MANY // 3)


def test_a_column_of_thousands_agrees_in_pounds_and_inches() -> None:
    pounds = quantity(np.linspace(90, 350, MANY), LB)
    inches = quantity(np.resize([63.0, 66.0, 69.0, 72.0], MANY), INCH)
    for rule in (per_kg("3 mg/kg", weight_basis="lean"), per_m2("375 mg/m2")):
        assert agrees(rule, many(weight=pounds, height=inches))


def test_a_column_of_thousands_is_banded_once_and_to_the_edges() -> None:
    # 1 mg/kg of 0.12 kg: 0.2 mg, which is the start of the next band
    bands = (("0.1 mg", "0.2 mg", "0.2 mg"), ("0.2 mg", "0.3 mg", "0.25 mg"))
    for kg, mg in ((0.09, 0.09), (0.1, 0.2), (0.12, 0.2), (0.2, 0.25), (0.3, 0.3)):
        entered = second_column.Entered(
            rate=(1.0, "mg/kg"), weight=(np.full(MANY, kg), "kg"), basis="actual", bands=bands
        )
        amounts = np.full(MANY, mg)
        assert not second_column.differing_rows((amounts, "mg"), entered).any(), kg
