"""What a programmer hands in of a patient: texts, quantities and columns, each read or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dosing.errors import InputError, Problems
from dosing.facts import formula_inputs, read_facts
from dosing.patient import Patient
from dosing.units import KG, M2, YEAR, in_unit, quantity


def read(**facts: Any) -> Patient:
    problems = Problems()
    patient = read_facts(problems, facts)
    problems.raise_if_any()
    return patient


def refused(**facts: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read(**facts)
    return [(problem.field, problem.why) for problem in caught.value.problems]


def kilograms(patient: Patient) -> Any:
    assert patient.weight is not None
    return in_unit(patient.weight, KG, "weight")


def test_a_size_is_confirmed_only_by_who_says_so() -> None:
    assert not read(weight="70 kg").size_confirmed
    assert not read(weight="70 kg", size_confirmed=False).size_confirmed
    assert read(weight="70 kg", size_confirmed=True).size_confirmed
    assert refused(size_confirmed="yes") == [("size_confirmed", "is not yes or no")]


def test_what_was_lost_of_the_body_is_read_and_counts_for_its_size_alone() -> None:
    # A foot is 1.5 % of the body (Osterkamp 1995): 70 / (1 - 0.015) = 71.066 kg before.
    patient = read(weight="70 kg", height="175 cm", amputations=["left foot"])
    assert patient.amputated is not None
    by_size = formula_inputs(patient, whole=True)["weight"]
    assert in_unit(by_size, KG, "weight") == pytest.approx(71.066, abs=5e-4)
    assert formula_inputs(patient)["weight"] == patient.weight
    without = read(height="175 cm", amputations=["left foot"])
    assert formula_inputs(without, whole=True)["weight"] is None
    assert refused(amputations=["left wing"])[0][0] == "amputations"


def test_a_quantity_is_of_its_kind_and_above_zero() -> None:
    assert kilograms(read(weight=quantity(1.0, KG))) == 1
    assert kilograms(read(weight=quantity(0.5, KG))) == 0.5
    assert refused(weight=quantity(2.0, M2)) == [("weight", "is no weight")]
    assert refused(weight=quantity(0.0, KG)) == [("weight", "is not above zero")]
    assert refused(weight=quantity(-0.5, KG)) == [("weight", "is not above zero")]


@pytest.mark.parametrize("years", [0.0, 0.5, 1.0])
def test_an_age_may_be_zero(years: float) -> None:
    age = read(age=quantity(years, YEAR)).age
    assert age is not None
    assert in_unit(age, YEAR, "age") == years


def test_an_age_is_not_below_zero() -> None:
    assert refused(age=quantity(-0.5, YEAR)) == [("age", "is not above zero")]


def test_a_column_is_one_column_of_some_rows() -> None:
    why = "is a table"
    assert refused(bsa=[[1.8], [1.9]]) == [("bsa", why)]
    assert refused(bsa=([[1.8], [1.9]], "m2")) == [("bsa", why)]
    assert refused(weight=[]) == [("weight", "is a column of numbers without a unit")]
    assert refused(weight=np.array([], dtype=str)) == [("weight", "is an empty column")]


def test_a_column_of_several_units_is_one_column() -> None:
    # 154 lb are 154 x 0.45359237 = 69.853 kg
    found = kilograms(read(weight=["70 kg", "154 lb", "3500 g", "70 kg"]))
    assert found == pytest.approx([70, 69.853, 3.5, 70], abs=5e-4)


def test_columns_of_the_same_rows_belong_together_and_others_do_not() -> None:
    weights = pd.Series(["70 kg", "80 kg"], index=[3, 4])
    assert len(kilograms(read(weight=weights, height=pd.Series(["175 cm"] * 2, index=[3, 4])))) == 2
    other = pd.Series(["175 cm"] * 2, index=[4, 3])
    assert refused(weight=weights, height=other) == [
        ("rows", "have different labels in the columns")
    ]
