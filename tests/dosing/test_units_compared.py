"""What is done with a Quantity once it is read: compared, taken apart, shown, told from others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pint
import pytest

from dosing import units
from dosing.errors import InputError, Problem
from dosing.units import NO_BREAK_SPACE, quantity, show


def problem_of(value: Any) -> Problem:
    with pytest.raises(InputError) as error:
        units.in_unit(value, units.MG, "dose")
    (problem,) = error.value.problems
    return problem


def test_quantities_of_one_kind_are_compared_and_a_body_is_no_drug() -> None:
    assert units.same_kind(units.amount("5 mg"), units.amount("2 g"))
    assert units.same_kind(units.weight("70 kg"), units.LB)
    assert units.same_kind(units.MG, units.MG)
    assert not units.same_kind(units.amount("5 g"), units.weight("70 g"))
    assert not units.same_kind(units.dose("5 mg/kg"), units.dose("5 mg/m2"))


def test_a_quantity_is_of_a_kind_by_its_dimension_and_its_registry() -> None:
    assert units.is_of_kind(units.dose("5 mg"), "dose")
    assert units.is_of_kind(units.dose("5 mg/m2"), "dose")
    assert units.is_of_kind(units.weight("70 kg"), "weight")
    assert not units.is_of_kind(units.amount("5 mg"), "weight")
    # a unit that nobody types, of the same dimension as one that is typed
    assert units.is_of_kind(quantity(90.0, units.ML / units.DAY), "infusion rate")
    others: pint.UnitRegistry[Any] = pint.UnitRegistry()
    assert not units.is_of_kind(others.Quantity(3.0, "hour"), "duration")
    bare: Any = 3.0
    assert not units.is_of_kind(bare, "duration")


def test_a_number_is_no_quantity() -> None:
    assert units.is_quantity(units.amount("5 mg")) is True
    assert units.is_quantity(5.0) is False


def test_a_quantity_that_is_computed_has_the_unit_object_of_the_one_that_was_read() -> None:
    for text, unit in (("375 mg/m2", units.dose_unit(units.MG, units.M2)), ("5 mg", units.MG)):
        assert (units.dose(text) * 2).units is unit
        assert quantity(np.array([1.0, 2.0]), unit).units is unit
    assert quantity(2.0, units.MG) + quantity(3.0, units.MG) == quantity(5.0, units.MG)


def test_an_infusion_rate_is_read_and_taken_apart() -> None:
    rate = units.infusion_rate("2 mg/kg/min")
    assert rate.magnitude == 2
    assert units.rate_parts(rate.units) == units.RateParts(units.MG, units.KG, units.MINUTE)
    assert units.rate_parts(units.ML_PER_H) == units.RateParts(units.ML, None, units.HOUR)
    # 2 mg/kg/min for an hour are 120 mg/kg
    an_hour = units.in_unit(rate, units.dose_unit(units.MG, units.KG) / units.HOUR, "rate")
    assert an_hour == pytest.approx(120, rel=1e-12)


def test_a_clearance_is_read_with_and_without_the_standard_surface() -> None:
    assert units.clearance("42 mL/min").units is units.ML_PER_MIN
    assert units.clearance("42 mL/min/1.73m2").units is units.ML_PER_MIN_PER_173
    assert not units.same_kind(units.ML_PER_MIN, units.ML_PER_MIN_PER_173)


def test_a_text_of_40_characters_is_read_and_one_of_41_is_not() -> None:
    text = "70." + "0" * 34 + " kg"
    assert len(text) == 40
    assert units.weight(text) == units.weight("70 kg")
    with pytest.raises(InputError, match="longer than 40 characters"):
        units.weight("7" + text)


def test_what_is_not_finite_is_named_and_of_a_column_only_its_rows() -> None:
    one = problem_of(quantity(float("nan"), units.MG))
    assert (one.typed, one.why) == ("nan", "is not a finite number")
    column = problem_of(quantity(np.array([1.0, np.inf, np.nan]), units.MG))
    assert (column.typed, column.why) == ("", "is not a finite number in rows 2, 3")


def test_a_unit_that_nobody_types_is_shown_by_its_own_name() -> None:
    assert show(quantity(2.0, units.MG / units.WEEK)) == f"2{NO_BREAK_SPACE}milligram / week"
    assert show(quantity(1.0, units.MG / units.WEEK)) == f"1{NO_BREAK_SPACE}milligram / week"


def test_a_share_is_a_percentage_without_a_sign() -> None:
    assert units.show_share(0.75) == f"75{NO_BREAK_SPACE}%"
    assert units.show_share(1.2) == f"120{NO_BREAK_SPACE}%"


def test_programs_search_in_ordinary_spaces_however_deep_the_text_lies() -> None:
    dose = f"700{NO_BREAK_SPACE}mg"
    assert units.ordinary_spaces(dose) == "700 mg"
    assert units.in_ordinary_spaces({"a": dose, "b": {"c": [dose, 700, None]}, "d": 0.5}) == {
        "a": "700 mg",
        "b": {"c": ["700 mg", 700, None]},
        "d": 0.5,
    }
