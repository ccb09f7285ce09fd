"""A clearance that nobody has, or that a formula cannot give, is none."""

from __future__ import annotations

import pytest

from dosing import units
from dosing.calculation.clearance import ClearanceRule, clearance_of
from dosing.errors import InputError
from dosing.units import in_unit
from tests.support.made_up import patient

BY_IDEAL = ClearanceRule(weight="ideal", ideal="devine", surface="mosteller", source="x")
BY_WEIGHT = ClearanceRule(weight="actual", surface="mosteller", source="x")


def test_no_clearance_is_calculated_where_the_ideal_weight_goes_wrong() -> None:
    short = patient(height=units.height("130 cm"), creatinine=units.creatinine("80 umol/L"))
    assert clearance_of(BY_IDEAL, short, None, None) is None
    assert clearance_of(BY_WEIGHT, short, None, None) is not None


@pytest.mark.parametrize("entered", ["501 mL/min", "7000 mL/min/1.73m2", "0.05 mL/min"])
def test_an_entered_clearance_that_nobody_has_is_refused(entered: str) -> None:
    with pytest.raises(InputError, match="clearance: is not possible; No patient has a clearance"):
        clearance_of(BY_WEIGHT, patient(), units.clearance(entered), "cystatin C")


def test_a_calculated_clearance_that_nobody_has_is_refused() -> None:
    # (140 - 48) x 70 / (72 x 0.1131 mg/dL) = 791 mL/min from 10 umol/L
    who = patient(creatinine=units.creatinine("10 umol/L"))
    with pytest.raises(InputError, match="Check creatinine"):
        clearance_of(BY_WEIGHT, who, None, None)


def test_an_entered_clearance_passes_as_it_is() -> None:
    found = clearance_of(BY_WEIGHT, patient(), units.clearance("42 mL/min"), "measured")
    assert found is not None
    assert in_unit(found.value, units.ML_PER_MIN, "clearance") == 42
