from __future__ import annotations

import dataclasses
import json
import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing import units
from dosing.errors import InputError
from dosing.names import ROUNDING_RULES, RoundingRule
from dosing.rounding import (
    above,
    any_above,
    any_below,
    below,
    describe,
    deviation,
    round_to,
    snapped,
    whole_ticks,
)
from dosing.units import MG, G, in_unit, quantity
from tests.support.outside import case_id, chosen, holds

WORDS: dict[str, RoundingRule] = {"floor": "down", "ceiling": "up", "nearest": "nearest"}
DECIMAL_RULES = {"nearest": ROUND_HALF_UP, "down": ROUND_FLOOR, "up": ROUND_CEILING}


def rounded(value: float, step: float, rule: RoundingRule) -> float:
    return float(in_unit(round_to(quantity(value, MG), quantity(step, MG), rule), MG, "dose"))


@pytest.mark.parametrize("row", chosen("dose_problems", kind="rounding"), ids=case_id)
def test_rounding_gives_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    assert holds(row, rounded(asked["dose"], asked["increment"], WORDS[asked["method"]]))


@pytest.mark.parametrize("row", chosen("dose_problems", kind="calvert"), ids=case_id)
def test_half_goes_up_as_in_the_source_and_not_to_the_even(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    dose = asked["target_auc"] * (asked["gfr_ml_min"] + 25)
    assert holds(row, rounded(dose, asked["round_to_mg"], "nearest"))


# Section 13 of the knowledge file: rituximab 375 mg/m2 and cyclophosphamide.
@pytest.mark.parametrize(
    ("value", "step", "expected", "percent"),
    [
        (600, 100, 600, 0.0),
        (648.75, 100, 600, -7.51),
        (675, 100, 700, 3.70),
        (712.5, 100, 700, -1.75),
        (750, 100, 800, 6.67),
        (825, 100, 800, -3.03),
        (1790, 20, 1800, 0.56),
        (1790, 500, 2000, 11.73),
        (1660, 500, 1500, -9.64),
    ],
)
def test_the_worked_rounding_cases_hold_with_their_deviation(
    value: float, step: float, expected: float, percent: float
) -> None:
    dose = round_to(quantity(value, MG), quantity(step, MG), "nearest")
    assert dose.magnitude == expected
    assert deviation(dose, quantity(value, MG)) * 100 == pytest.approx(percent, abs=0.005)


# Halves that binary arithmetic gets wrong, worked by hand in tenths and hundredths.
@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [
        (7.75, 0.5, 8.0),
        (2.675, 0.01, 2.68),
        (1.005, 0.01, 1.01),
        (0.285, 0.01, 0.29),
        (1.15, 0.1, 1.2),
        (8.35, 0.1, 8.4),
        (2.5, 1, 3),
        (0.5, 1, 1),
        (250, 100, 300),
        (525, 10, 530),
        (12.25, 0.5, 12.5),
        (140, 5, 140),
        (2.4999999, 1, 2),
    ],
)
def test_a_half_goes_up(value: float, step: float, expected: float) -> None:
    assert rounded(value, step, "nearest") == expected


@pytest.mark.hazard("H11")
@pytest.mark.parametrize(
    ("value", "step", "rule", "expected"),
    [
        # 0.1 + 0.2 and 3 x 0.1 are 0.30000000000000004, and 0.7 x 0.1 x 10 is below 0.7.
        (0.1 + 0.2, 0.1, "up", 0.3),
        (0.1 + 0.2, 0.1, "down", 0.3),
        (0.1 * 3, 0.3, "up", 0.3),
        (86.7 / 1.7**2, 30, "up", 30),
        (4.35 * 100, 1, "down", 435),
        (1.1 * 1.1, 0.01, "down", 1.21),
        (1.1 * 1.1, 0.01, "up", 1.21),
        (30.1, 30, "up", 60),
        (59.9, 30, "down", 30),
        (0.4, 1, "down", 0),
        (0.4, 1, "up", 1),
    ],
)
def test_binary_dust_does_not_move_a_dose_by_a_step(
    value: float, step: float, rule: RoundingRule, expected: float
) -> None:
    assert rounded(value, step, rule) == expected


@pytest.mark.parametrize("count", [3, 6, 7, 12, 123456, 1234567])
def test_a_rounded_amount_is_the_nearest_number_there_is_to_its_decimal(count: int) -> None:
    # 3 x 0.1 is 0.30000000000000004; the decimal 0.3 has a nearer neighbour.
    expected = float(Decimal(count) / 10)
    assert rounded(count * 0.1, 0.1, "nearest") == expected
    column = round_to(quantity(np.array([count * 0.1]), MG), quantity(0.1, MG), "nearest")
    assert column.magnitude.tolist() == [expected]


def test_a_body_mass_index_of_exactly_the_limit_is_not_above_it() -> None:
    # 86.7 / 1.7^2 is 30, and 30.000000000000004 in binary.
    index = 86.7 / 1.7**2
    assert index > 30
    assert not above(index, 30)
    assert not below(index, 30)
    assert above(30.000001, 30)
    assert below(29.999999, 30)


def test_noise_is_what_lies_beyond_the_ninth_decimal_of_a_limit() -> None:
    # 4 and 6 tenths of the last decimal, above and below
    assert [above(limit, 1) for limit in (1.0000000004, 1.0000000006)] == [False, True]
    assert [below(limit, 1) for limit in (0.9999999996, 0.9999999994)] == [False, True]


def test_a_limit_of_nothing_can_be_compared_with() -> None:
    assert above(0.1, 0)
    assert not above(0.0, 0)
    assert below(-0.1, 0)
    assert not below(1e-12, 0)


def test_a_column_is_compared_row_by_row() -> None:
    values = np.array([29.9, 86.7 / 1.7**2, 30.1])
    assert above(values, 30).tolist() == [False, False, True]
    assert below(values, 30).tolist() == [True, False, False]


NUMBERS = st.floats(-1e6, 1e6) | st.integers(-40, 40).map(lambda tenth: tenth / 10)


@given(
    values=st.lists(NUMBERS | st.just(math.nan), max_size=20),
    limit=st.just(0.0) | st.floats(0.1, 100),
)
def test_the_ends_of_a_column_pass_a_limit_where_any_of_its_rows_does(
    values: list[float], limit: float
) -> None:
    column = np.array(values)
    assert any_above(column, limit) == any(above(column, limit).tolist())
    assert any_below(column, limit) == any(below(column, limit).tolist())


@pytest.mark.parametrize("value", [29.9, 86.7 / 1.7**2, 30.1, math.nan])
def test_one_value_passes_a_limit_as_it_lies_above_or_below(value: float) -> None:
    assert any_above(value, 30) == above(value, 30)
    assert any_below(value, 30) == below(value, 30)


def test_a_column_is_snapped_like_one_value() -> None:
    assert snapped(np.array([0.1 + 0.2]))[0] == snapped(0.1 + 0.2) == 0.3


@pytest.mark.parametrize(
    ("rule", "expected"), [("nearest", [2, 3, 3]), ("down", [2, 2, 2]), ("up", [3, 3, 3])]
)
def test_ticks_are_counted_by_the_named_rule(rule: RoundingRule, expected: list[int]) -> None:
    values = [12.4, 12.5, 12.6]
    assert [whole_ticks(value, 5, rule) for value in values] == expected
    assert whole_ticks(np.array(values), 5, rule).tolist() == expected


def test_a_step_in_another_unit_rounds_the_same_amount() -> None:
    dose = round_to(quantity(0.6917, G), quantity(100, MG), "nearest")
    assert units.show(dose) == f"700{units.NO_BREAK_SPACE}mg"
    dose = round_to(quantity(28000, MG), quantity(5, G), "nearest")
    assert units.show(dose) == f"30{units.NO_BREAK_SPACE}g"


@pytest.mark.parametrize("rule", ["Nearest", "half even", "", "floor", None])
def test_an_unknown_rule_is_refused_with_the_rules_there_are(rule: RoundingRule) -> None:
    with pytest.raises(InputError, match="is not a rounding rule; write nearest, down, up"):
        round_to(quantity(1, MG), quantity(1, MG), rule)


@pytest.mark.parametrize("step", [units.amount("5 mL"), units.dose("5 mg/kg"), units.weight("5 g")])
def test_a_step_of_another_kind_is_refused(step: units.Quantity) -> None:
    with pytest.raises(InputError, match="is another kind of value"):
        round_to(quantity(100, MG), step, "nearest")


def test_the_rule_is_said_in_words() -> None:
    step = quantity(5, G)
    words = [describe(step, rule).replace("\u00a0", " ") for rule in ROUNDING_RULES]
    assert words == ["to the nearest 5 g", "down to 5 g", "up to 5 g"]


THOUSANDTHS = st.integers(min_value=1, max_value=50_000_000)
STEPS = st.sampled_from(["0.01", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "20", "50", "100"])
RULES = st.sampled_from(ROUNDING_RULES)


@given(thousandths=THOUSANDTHS, step=STEPS, rule=RULES)
def test_rounding_is_what_decimal_arithmetic_gives(
    thousandths: int, step: str, rule: RoundingRule
) -> None:
    exact = (Decimal(thousandths) / 1000 / Decimal(step)).quantize(1, DECIMAL_RULES[rule])
    assert rounded(thousandths / 1000, float(step), rule) == float(exact * Decimal(step))


@given(thousandths=THOUSANDTHS, step=STEPS, rule=RULES)
def test_rounding_twice_is_rounding_once(thousandths: int, step: str, rule: RoundingRule) -> None:
    once = rounded(thousandths / 1000, float(step), rule)
    for again in ROUNDING_RULES:
        assert rounded(once, float(step), again) == once


@given(thousandths=THOUSANDTHS, step=STEPS)
def test_down_is_never_more_and_up_never_less_and_both_within_a_step(
    thousandths: int, step: str
) -> None:
    value, tick = Decimal(thousandths) / 1000, Decimal(step)
    down, near, up = (
        Decimal(repr(rounded(float(value), float(step), rule)))
        for rule in ("down", "nearest", "up")
    )
    assert down <= value <= up
    assert down <= near <= up
    assert up - down in (0, tick)
    assert abs(near - value) <= tick / 2


@given(first=THOUSANDTHS, second=THOUSANDTHS, step=STEPS, rule=RULES)
def test_more_is_never_rounded_to_less(
    first: int, second: int, step: str, rule: RoundingRule
) -> None:
    low, high = sorted((first, second))
    tick = float(step)
    assert rounded(low / 1000, tick, rule) <= rounded(high / 1000, tick, rule)


@given(values=st.lists(THOUSANDTHS, min_size=1, max_size=20), step=STEPS, rule=RULES)
def test_a_column_is_rounded_exactly_as_each_of_its_values(
    values: list[int], step: str, rule: RoundingRule
) -> None:
    column = round_to(quantity(np.array(values) / 1000, MG), quantity(float(step), MG), rule)
    assert column.magnitude.tolist() == [rounded(v / 1000, float(step), rule) for v in values]


def test_a_column_that_is_not_finite_is_refused() -> None:
    with pytest.raises(InputError, match="is not a finite number"):
        round_to(quantity(np.array([1.0, np.nan]), MG), quantity(1.0, MG), "nearest")


def test_the_rules_have_no_default() -> None:
    from dosing.calculation.rule import Rounding

    fields = {field.name: field for field in dataclasses.fields(Rounding)}
    assert fields["step"].default is dataclasses.MISSING
    assert fields["rule"].default is dataclasses.MISSING
