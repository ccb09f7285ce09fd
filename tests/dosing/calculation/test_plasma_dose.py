"""A dose per litre of plasma: by Nadler or Kaplan, one patient or a column, calculated twice."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from dosing.calculation import second
from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule
from dosing.errors import InputError
from dosing.patient import Patient
from dosing.trace import stops
from dosing.units import CM, KG, YEAR, dose, quantity, show

MAN = Patient(
    weight=quantity(70.0, KG),
    height=quantity(175.0, CM),
    sex="male",
    age=quantity(48.0, YEAR),
    hematocrit=0.42,
)
ONE_VOLUME = dose("1000 mL/L-plasma")


@pytest.mark.parametrize(
    ("formula", "amount"),
    [
        # fact sheet 6A: 0.065 x 70 x 0.58 = 2.639 L
        ("kaplan", 2639.0),
        # (0.3669 x 1.75^3 + 0.03219 x 70 + 0.6041) x 0.58 = 2.79777771875 L
        ("nadler", 2797.77771875),
    ],
)
def test_one_plasma_volume_is_a_litre_for_each_litre_of_plasma(formula: str, amount: float) -> None:
    found = calculate(DoseRule(rate=ONE_VOLUME, plasma=formula), MAN)
    assert found.amount.magnitude == pytest.approx(amount, abs=1e-6)
    assert show(ONE_VOLUME).replace("\xa0", " ") == "1,000 mL/L-plasma"
    assert not stops(found.findings)
    assert found.steps[-1].value == "agrees"


def test_the_second_calculation_has_both_formulas_in_exact_fractions() -> None:
    def volume(plasma: str) -> Fraction:
        return second.amount(
            rate="1500 mL/L-plasma",
            weight="70 kg",
            height="1.75 m",
            sex="male",
            hematocrit=0.42,
            plasma=plasma,
        )

    assert volume("nadler") == Fraction("4196.666578125")
    assert volume("kaplan") == Fraction("3958.5")


def test_a_column_has_the_amount_of_each_patient() -> None:
    # 60 kg, 160 cm, 0.38: 3.6266856 x 0.62 = 2.248545072 L
    column = Patient(
        weight=quantity(np.array([70.0, 60.0]), KG),
        height=quantity(np.array([175.0, 160.0]), CM),
        sex=np.array(["male", "female"]),
        hematocrit=np.array([0.42, 0.38]),
    )
    found = calculate(DoseRule(rate=ONE_VOLUME, plasma="nadler"), column)
    assert found.amount.magnitude == pytest.approx([2797.77771875, 2248.545072], abs=1e-6)
    assert not stops(found.findings)


def test_what_the_plasma_volume_needs_is_named() -> None:
    with pytest.raises(InputError) as refused:
        calculate(DoseRule(rate=ONE_VOLUME), Patient(weight=quantity(70.0, KG)))
    assert [problem.field for problem in refused.value.problems] == [
        "plasma volume formula",
        "hematocrit",
    ]
