"""Which weight a rate per kg goes by, where it is stated and where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from dosing import units
from dosing.calculation.basis import stated_basis
from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule
from dosing.errors import InputError
from dosing.patient import Patient
from dosing.units import CM, KG, quantity

PER_KG = units.dose("0.4 g/kg")
WEIGHT = units.weight("72 kg")
HEIGHT = units.height("180 cm")


@pytest.mark.parametrize(
    "patient",
    [
        Patient(weight=WEIGHT, height=HEIGHT),
        Patient(weight=WEIGHT, sex="male"),
        Patient(height=HEIGHT),
        Patient(
            weight=quantity(np.array([72.0, 60.0]), KG),
            height=quantity(np.array([180.0, 170.0]), CM),
        ),
    ],
)
def test_where_another_weight_could_be_meant_the_basis_has_to_be_stated(patient: Patient) -> None:
    with pytest.raises(InputError) as refused:
        stated_basis(None, PER_KG, patient)
    (problem,) = refused.value.problems
    assert str(problem).startswith("basis: is missing; write actual, ideal, adjusted or lean")


@pytest.mark.parametrize(
    "patient", [Patient(weight=WEIGHT), Patient(weight=WEIGHT, age=units.age("48 years"))]
)
def test_a_weight_alone_is_the_only_one_there_is(patient: Patient) -> None:
    assert stated_basis(None, PER_KG, patient) == "actual"


@pytest.mark.parametrize("basis", ["actual", "ideal", "adjusted", "lean"])
def test_a_stated_basis_is_taken_as_stated(basis: str) -> None:
    assert stated_basis(basis, PER_KG, Patient(weight=WEIGHT, height=HEIGHT)) == basis


@pytest.mark.parametrize("rate", ["600 mg", "375 mg/m2"])
def test_a_rate_that_is_not_per_kg_has_no_basis(rate: str) -> None:
    assert stated_basis(None, units.dose(rate), Patient(weight=WEIGHT, height=HEIGHT)) is None
    assert stated_basis("ideal", units.dose(rate), Patient(weight=WEIGHT)) is None


def test_a_basis_that_is_not_known_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="is not known here; write actual, ideal, adjusted, lean"):
        stated_basis("corrected", PER_KG, Patient(weight=WEIGHT))


@pytest.mark.parametrize(
    ("stated", "why"),
    [(True, "the weight as measured"), (False, "actual weight, the only one given")],
)
def test_the_derivation_says_why_the_actual_weight_was_taken(stated: bool, why: str) -> None:
    rule = DoseRule(rate=PER_KG, weight_basis="actual", basis_stated=stated)
    step = calculate(rule, Patient(weight=WEIGHT)).steps[0]
    assert (step.what, step.why) == ("dosing weight", why)
