"""The only place that rounds a dose, by named rules, and that compares it with a limit.

Binary arithmetic makes ``86.7 / 1.7**2`` 30.000000000000004. So a value is first counted in
ticks of the step, the count is snapped to 9 decimals, and only then does the rule decide.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from dosing.columns import any_of, greatest, is_column, least
from dosing.errors import refuse
from dosing.names import ROUNDING_RULES, RoundingRule
from dosing.units import Number, Quantity, in_unit, quantity, show

_SNAP = 9
_HALF = 0.5


def snapped(value: Any) -> Any:
    """Return a number, or a column, without floating-point noise."""
    return value.round(_SNAP) if is_column(value) else round(value, _SNAP)


def whole_ticks(value: Any, step: float, rule: RoundingRule) -> Any:
    """Count how many whole steps a value is, by the named rule (``nearest`` is half up)."""
    ticks = snapped(value / step)
    if rule == "nearest":
        ticks = ticks + _HALF
    if not is_column(ticks):
        return math.ceil(ticks) if rule == "up" else math.floor(ticks)
    import numpy as np

    return np.ceil(ticks) if rule == "up" else np.floor(ticks)


def round_to(amount: Quantity, step: Quantity, rule: RoundingRule, field: str = "dose") -> Quantity:
    """Round an amount, or a column of them, to a step by a named rule.

    Args:
        amount: the amount in any unit of the step's kind.
        step: the smallest difference, such as 5 g or 100 mg.
        rule: ``nearest`` (a half goes up), ``down`` or ``up``.
        field: the name a person sees in an error.

    Returns:
        The rounded amount, in the unit of the step: rounded to 50 mg, a dose is stated in mg.

    Raises:
        InputError: if the rule is not one of these, or the step is of another kind.
    """
    if rule not in ROUNDING_RULES:
        write = ", ".join(ROUNDING_RULES)
        refuse("rounding", str(rule), why="is not a rounding rule", write=write)
    unit = step.units
    tick = float(step.magnitude)
    ticks = whole_ticks(in_unit(amount, unit, field), tick, rule)
    # 3 x 0.1 is 0.30000000000000004, but 3 x 1 / 10 is 0.3: one division of whole numbers gives
    # the nearest number there is, for one patient and in a column alike.
    exact = Fraction(repr(tick))
    return quantity(ticks * exact.numerator / exact.denominator, unit)


def above(value: Any, limit: float) -> Any:
    """Return whether a value lies above a limit, ignoring noise; of a column, whether each does."""
    return snapped(value / limit) > 1 if limit else snapped(value) > 0


def below(value: Any, limit: float) -> Any:
    """Return whether a value lies below a limit, ignoring noise; of a column, whether each does."""
    return snapped(value / limit) < 1 if limit else snapped(value) < 0


def any_above(value: Any, limit: float) -> bool:
    """Return whether a value, or any of a column, lies above a limit, ignoring noise.

    Only the greatest of a column is compared: dividing by a limit and snapping keep the order.
    """
    return any_of(above(greatest(value), limit))


def any_below(value: Any, limit: float) -> bool:
    """Return whether a value, or any of a column, lies below a limit, as ``any_above``."""
    return any_of(below(least(value), limit))


def deviation(dose: Quantity, reference: Quantity) -> Number:
    """Return how far a dose lies from its reference, as a fraction (0.012 is +1.2 %)."""
    number = in_unit(dose, dose.units, "dose")
    return number / in_unit(reference, dose.units, "reference dose") - 1


def describe(step: Quantity, rule: RoundingRule) -> str:
    """Return the rule in words, as on the derivation card: to the nearest 5 g."""
    towards = {"nearest": "to the nearest", "down": "down to", "up": "up to"}[rule]
    return f"{towards} {show(step)}"
