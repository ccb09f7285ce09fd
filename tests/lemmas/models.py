"""The rules of the program as arithmetic that takes numbers and z3's terms alike.

``test_models.py`` holds each to the function of the program that it stands for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import z3

HALF = Fraction(1, 2)
SNAP = 10**9
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def floor(value: Any) -> Any:
    """Return the whole part, downwards."""
    return z3.ToInt(value) if z3.is_expr(value) else math.floor(value)


def either(condition: Any, one: Any, other: Any) -> Any:
    """Return one where a condition holds, else the other."""
    if z3.is_expr(condition):
        return z3.If(condition, one, other)
    return one if condition else other


def both(*conditions: Any) -> Any:
    """Return whether all hold."""
    return z3.And(*conditions) if any(map(z3.is_expr, conditions)) else all(conditions)


def least(one: Any, other: Any) -> Any:
    """Return the smaller of two."""
    return either(one <= other, one, other)


def distance(one: Any, other: Any) -> Any:
    """Return how far two lie apart."""
    return either(one <= other, other - one, one - other)


def nearest(ticks: Any) -> Any:
    """Round a count of steps, a half upwards: ``round_to(..., "nearest")``."""
    return floor(ticks + HALF)


def down(ticks: Any) -> Any:
    """Round a count of steps down."""
    return floor(ticks)


def up(ticks: Any) -> Any:
    """Round a count of steps up."""
    return -floor(-ticks)


def snapped(value: Any) -> Any:
    """Return a number without floating-point noise: its ninth decimal, half of one upwards."""
    return real(floor(value * SNAP + HALF)) / SNAP


def real(value: Any) -> Any:
    """Return a whole number as one that can be divided exactly."""
    return z3.ToReal(value) if z3.is_expr(value) else Fraction(value)


def above(value: Any, limit: Any) -> Any:
    """Return whether a value lies above a limit: ``rounding.above``."""
    return snapped(value / limit) > 1


def dealt(each: Any, more: Any, n: Any) -> Any:
    """Return the nth dose of a total of ``each`` steps a dose and ``more`` steps left: ``deal``."""
    return each + either(n < more, 1, 0)


def band_position(value: Any, ends: Sequence[Any]) -> Any:
    """Return among which bands a value lies, 1 for the first: ``BandTable.position_of``."""
    return sum((either(value >= end, 1, 0) for end in ends), 0)


def adjusted(actual: Any, ideal: Any, share: Any) -> Any:
    """Return the adjusted weight; whoever weighs less than the ideal counts as they weigh."""
    return either(actual < ideal, actual, ideal + share * (actual - ideal))


def days_in(year: Any, month: Any) -> Any:
    """Return the days of a month, 1 for January."""
    leap = either(year % 4 == 0, either(year % 100 == 0, either(year % 400 == 0, 1, 0), 1), 0)
    days: Any = MONTHS[11]
    for number in range(11, 0, -1):
        days = either(month == number, MONTHS[number - 1] + (leap if number == 2 else 0), days)
    return days


def months_later(year: Any, month: Any, day: Any, months: Any) -> tuple[Any, Any, Any]:
    """Return the date so many calendar months later, clipped to its month: ``Span.after``."""
    count = year * 12 + month - 1 + months
    year, month = (
        (count / 12, count % 12 + 1) if z3.is_expr(count) else (count // 12, count % 12 + 1)
    )
    return year, month, least(day, days_in(year, month))


def taken_down(now: Any, by: Any, end: Any) -> Any:
    """Return the next dose of a taper: ``taper.levels``."""
    return either(now - by < end, end, now - by)


def to_weekday(day: Any) -> Any:
    """Return by how many days a day moves to the nearest weekday, day 0 being a Monday."""
    return either(day % 7 == 5, -1, either(day % 7 == 6, 1, 0))


def step_ml(rate: Any, minutes: Any) -> Any:
    """Return the mL of a step at so many mL/h: ``infuse``."""
    return rate * minutes / 60
