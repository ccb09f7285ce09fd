"""Doses, one by one and in columns, against the same arithmetic without the product."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any, TypeVar

import numpy as np
import pint
import polars as pl

from benchmarks.measure import Duel, Row, Side, best_times, ratio
from benchmarks.places import library
from dosing.calculation.calculate import Dose, calculate
from dosing.calculation.rule import DoseRule, Rounding
from dosing.patient import Patient
from dosing.units import CM, KG, amount, dose_rate, height, quantity, weight

T = TypeVar("T")

MILLION = 1_000_000
FEW = 100
CALLS = 300
# No two calls of a round are for the same patient: nothing kept from a call helps the next.
PATIENTS = 997
BY_WEIGHT = DoseRule(rate=dose_rate("0.4 g/kg"), weight_basis="actual")
BY_SURFACE = DoseRule(
    rate=dose_rate("375 mg/m2"),
    surface="mosteller",
    rounding=Rounding(step=amount("100 mg"), rule="nearest"),
)
IN_A_COLUMN = DoseRule(
    rate=dose_rate("10 mg/kg"),
    weight_basis="actual",
    cap=amount("1200 mg"),
    rounding=Rounding(step=amount("50 mg"), rule="nearest"),
)


def measure() -> Iterator[Row]:
    """Measure single doses, then columns."""
    yield by_weight().row()
    yield by_surface().row()
    yield in_numpy().row()
    yield in_polars().row()
    yield few().row()
    yield fixed_cost()
    yield few_by_surface()


def kilograms() -> list[float]:
    """Return weights that differ, from 50 kg to 100 kg."""
    return [50 + position / 20 for position in range(PATIENTS)]


def _next_of(values: list[T]) -> Callable[[], T]:
    return functools.partial(next, cycle(values))


def _patients() -> list[Patient]:
    return [
        Patient(weight=weight(f"{kg} kg"), height=height("175 cm"), sex="male")
        for kg in kilograms()
    ]


def by_weight() -> Duel:
    """Compare a dose by weight with one multiplication in pint."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()
    rate, gram, kg = 0.4 * registry.g / registry.kg, registry.g, registry.kg
    patient, weighed = _next_of(_patients()), _next_of([number * kg for number in kilograms()])

    def ours() -> Dose:
        return calculate(BY_WEIGHT, patient())

    def bare_pint() -> Any:
        return (rate * weighed()).to(gram)

    what = "a dose by weight, derived and calculated twice"
    return Duel(what=what, against="pint", ours=ours, theirs=bare_pint, aim=5, calls=CALLS)


def by_surface() -> Duel:
    """Compare a rounded dose by surface, within its drug's limits, with the same in pint."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()
    mg, m2, kg, cm = registry.mg, registry.m**2, registry.kg, registry.cm
    rate, step, lowest, highest = 375 * mg / m2, 100 * mg, 250 * mg / m2, 500 * mg / m2
    tall = 175.0 * cm
    patient, weighed = _next_of(_patients()), _next_of([number * kg for number in kilograms()])
    drug = library().drug("rituximab")

    def ours() -> Dose:
        return calculate(
            BY_SURFACE, patient(), drug=drug, route="intravenous infusion", tolerance=0.1
        )

    def bare_pint() -> Any:
        surface = (tall / cm * weighed() / kg / 3600) ** 0.5 * m2
        raw = (rate * surface).to(mg)
        dose = math.floor((raw / step).to("dimensionless").magnitude + 0.5) * step
        given = (dose / surface).to(mg / m2)
        return dose, lowest <= given <= highest, (dose / raw).to("dimensionless") - 1

    what = "a dose by surface, rounded, held to its limits"
    return Duel(what=what, against="pint", ours=ours, theirs=bare_pint, aim=5, calls=CALLS)


def weights(size: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a column of weights, always the same."""
    return np.random.default_rng(1).uniform(40, 140, size)


def _column(size: int) -> Callable[[], Dose]:
    patient = Patient(weight=quantity(weights(size), KG))
    return lambda: calculate(IN_A_COLUMN, patient, tolerance=0.1)


def _numpy(size: int) -> Callable[[], Any]:
    kg = weights(size)

    def work() -> Any:
        impossible = (kg < 0.3) | (kg > 650)
        raw = kg * 10.0
        capped = np.where(raw > 1200, 1200.0, raw)
        rounded = np.floor(np.round(capped / 50, 9) + 0.5) * 50
        away = np.abs(rounded / capped - 1) > 0.1
        return rounded, away.any(), (rounded == 0).any(), impossible.any()

    return work


def in_numpy() -> Duel:
    """Compare a million doses with the same arithmetic and checks in NumPy."""
    return Duel(
        what="a column of a million weights",
        against="NumPy",
        ours=_column(MILLION),
        theirs=_numpy(MILLION),
        aim=5,
    )


def in_polars() -> Duel:
    """Compare a million doses with the same arithmetic and checks in polars.

    polars computes on every core; CPU time counts all of them.
    """
    frame = pl.DataFrame({"kg": weights(MILLION)})
    kg = pl.col("kg")
    capped = pl.min_horizontal(kg * 10.0, pl.lit(1200.0))
    dose = pl.col("dose")

    def bare_polars() -> Any:
        doses = frame.select(
            kg, capped.alias("capped"), (((capped / 50).round(9) + 0.5).floor() * 50).alias("dose")
        )
        checks = doses.select(
            ((dose / pl.col("capped") - 1).abs() > 0.1).any().alias("away"),
            (dose == 0).any().alias("nothing"),
            ((kg < 0.3) | (kg > 650)).any().alias("impossible"),
        )
        return doses["dose"].to_numpy(), *checks.row(0)

    return Duel(
        what="a column of a million weights",
        against="polars",
        ours=_column(MILLION),
        theirs=bare_polars,
        aim=5,
    )


def few() -> Duel:
    """Compare a short column with the same in NumPy: what a call costs beside its arithmetic."""
    return Duel(
        what=f"a column of {FEW} weights",
        against="NumPy",
        ours=_column(FEW),
        theirs=_numpy(FEW),
        calls=CALLS,
    )


def fixed_cost() -> Row:
    """Compare a column of one weight with a dose for one weight: the cost of being a column."""
    patient = _next_of(_patients())
    column = _column(1)

    def one() -> Dose:
        return calculate(IN_A_COLUMN, patient(), tolerance=0.1)

    sides = [Side.repeating(work, CALLS) for work in (column, one)]
    ours, theirs = best_times(sides, rounds=7)
    return ratio("a column of one weight", "a dose for one weight", ours, theirs, None)


def few_by_surface() -> Row:
    """Compare a short column by surface with one by weight: what the second measure costs."""
    rng = np.random.default_rng(1)
    kg, cm = quantity(rng.uniform(55, 85, FEW), KG), quantity(rng.uniform(160, 180, FEW), CM)
    weighed, measured = Patient(weight=kg), Patient(weight=kg, height=cm)
    sides = [
        Side.repeating(lambda: calculate(BY_SURFACE, measured), CALLS),
        Side.repeating(lambda: calculate(IN_A_COLUMN, weighed), CALLS),
    ]
    ours, theirs = best_times(sides, rounds=7)
    return ratio(
        f"a column of {FEW} doses by surface", "by weight, rounded too", ours, theirs, None
    )
