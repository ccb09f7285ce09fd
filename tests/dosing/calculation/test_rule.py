"""What a rule of a dose may say, to the edges: a share, a percentage, a cap, one move of a dose."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from dosing.calculation.rule import Adjustment, DoseRule, PercentOf, Rounding, must_be_a_count
from dosing.errors import InputError
from dosing.trace import TYPED
from dosing.units import MG, amount, dose, quantity
from tests.dosing.drugs.test_band_table import table


def adjusted(factor: float) -> Adjustment:
    return Adjustment(factor=factor, reason="kidney", source=TYPED)


def test_the_dose_may_be_doubled_and_no_more() -> None:
    assert adjusted(2).factor == 2
    for factor in (0, -0.5, 2.001, 75, math.nan):
        with pytest.raises(InputError, match=r"is not a part of the standard dose; write 0\.75"):
            adjusted(factor)


def test_doses_with_the_same_adjustment_are_looked_up_as_one() -> None:
    assert len({adjusted(0.75), adjusted(0.75), adjusted(0.5)}) == 2


def test_a_percentage_of_another_dose_is_any_above_0() -> None:
    assert PercentOf(percent=0.5, of="cyclophosphamide").percent == 0.5
    assert PercentOf(percent=120, of="cyclophosphamide").percent == 120
    for percent in (0, -0.5, math.inf, math.nan):
        with pytest.raises(InputError, match="is not a percentage; write 20"):
            PercentOf(percent=percent, of="cyclophosphamide")


def test_a_dose_is_rounded_or_banded_and_never_both() -> None:
    round_to = Rounding(step=amount("5 mg"), rule="nearest")
    banding = table([("580 mg", "620 mg", "600 mg")], within_percent="6")
    rate = dose("600 mg")
    assert DoseRule(rate=rate, rounding=round_to).rounding == round_to
    assert DoseRule(rate=rate, banding=banding).banding == banding
    with pytest.raises(InputError) as error:
        DoseRule(rate=rate, rounding=round_to, banding=banding)
    (problem,) = error.value.problems
    assert (problem.field, problem.why) == ("rounding", "cannot be combined with dose bands")
    assert "5" in problem.typed


def test_a_rate_a_cap_and_a_step_are_above_zero() -> None:
    nothing = quantity(0.0, MG)
    for field, make in (
        ("rate", lambda: DoseRule(rate=nothing)),
        ("cap", lambda: DoseRule(rate=dose("5 mg"), cap=nothing)),
        ("round to", lambda: Rounding(step=nothing, rule="nearest")),
    ):
        with pytest.raises(InputError) as error:
            make()
        (problem,) = error.value.problems
        assert problem.field == field
        assert problem.typed == "0\u00a0mg"
        assert problem.why == "is not above zero"


def test_of_a_column_of_rates_the_row_is_named_and_not_the_column() -> None:
    with pytest.raises(InputError) as error:
        DoseRule(rate=quantity(np.array([5.0, 0.0, 7.0]), MG))
    (problem,) = error.value.problems
    assert (problem.typed, problem.why) == ("", "is not above zero in row 2")


def test_doses_a_day_are_counted_from_1() -> None:
    must_be_a_count("doses a day", None)
    must_be_a_count("doses a day", 1)
    for count in (0, -1, 1.0, True, "2"):
        with pytest.raises(InputError, match="is not a count; write 1 or more"):
            must_be_a_count("doses a day", count)


def test_what_a_rule_does_not_say_is_as_its_words_have_it() -> None:
    said = DoseRule(rate=dose("0.5 mg"))
    # a weight that a regimen names is stated; that of now counts, not the one before a pregnancy
    assert said.basis_stated is True
    assert said.before_pregnancy is False


def test_a_rule_refuses_what_cannot_be_divided_shared_or_rounded() -> None:
    rate = dose("600 mg/day")
    unknown: Any = "closest"
    bare: Any = 600
    for field, make in (
        ("doses a day", lambda: DoseRule(rate=rate, doses_a_day=0)),
        ("fraction", lambda: DoseRule(rate=rate, fraction=1.4)),
        ("rounding", lambda: Rounding(step=amount("5 mg"), rule=unknown)),
        ("rate", lambda: DoseRule(rate=bare)),
    ):
        with pytest.raises(InputError) as error:
            make()
        assert [problem.field for problem in error.value.problems] == [field]
