"""Bands: a give that holds only for some weights, ages or creatinines.

Gives of one name within a phase make a table. Its bands are half-open intervals; at load they must
cover everything between their outermost bounds exactly once. Outside nothing was studied, and
nothing is given.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import model_validator

from dosing.drug import FileModel
from dosing.errors import InputError, Problem
from dosing.patient import Patient
from dosing.rounding import below
from dosing.units import CREATININE_UMOL_PER_L, KG, YEAR, Quantity, Unit, in_unit, read

Measure = Literal["weight", "age", "creatinine"]
MEASURES: dict[Measure, Unit] = {"weight": KG, "age": YEAR, "creatinine": CREATININE_UMOL_PER_L}


class Interval(FileModel):
    """From ``at_least`` on and ``below``; an end that is left out has no bound."""

    at_least: str = ""
    below: str = ""

    def holds(self, value: float, measure: Measure) -> bool:
        """Tell whether a value lies in it; exactly at ``below`` it does not."""
        low, high = self.bounds(measure)
        return not (low is not None and below(value, low)) and (
            high is None or bool(below(value, high))
        )

    def bounds(self, measure: Measure) -> tuple[float | None, float | None]:
        """Give both ends as numbers."""
        return _number(self.at_least, measure), _number(self.below, measure)

    def __str__(self) -> str:
        """Say it in words."""
        ends = (("from", self.at_least), ("below", self.below))
        return ", ".join(f"{word} {text}" for word, text in ends if text)


class When(FileModel):
    """For which patients a give holds; all that is stated must hold."""

    weight: Interval | None = None
    age: Interval | None = None
    creatinine: Interval | None = None

    @model_validator(mode="after")
    def _readable(self) -> When:
        if not self.stated():
            raise ValueError("needs weight, age or creatinine")
        for measure, interval in self.stated():
            low, high = interval.bounds(measure)
            if low is None and high is None:
                raise ValueError(f"{measure} needs at_least, below or both")
            if low is not None and high is not None and not below(low, high):
                raise ValueError(f"{measure}: {interval.at_least} is not below {interval.below}")
        return self

    def stated(self) -> list[tuple[Measure, Interval]]:
        """Give the measures that it names, with their intervals."""
        return [(m, interval) for m in MEASURES if (interval := getattr(self, m)) is not None]

    def holds(self, patient: Patient) -> bool:
        """Tell whether a patient, whose measures are known, is in this band."""
        return all(interval.holds(measured(patient, m), m) for m, interval in self.stated())

    def __str__(self) -> str:
        """Say it in words."""
        return "; ".join(f"{measure} {interval}" for measure, interval in self.stated())


def measured(patient: Patient, measure: Measure) -> float:
    """Give the number by which a patient is put into a band.

    Raises:
        InputError: if it was not measured, as in a plan file that was written by hand.
    """
    value: Quantity | None = getattr(patient, measure)
    if value is None:
        raise InputError(
            Problem(field=measure, typed="", why="is missing", accepted="the dose depends on it")
        )
    return float(in_unit(value, MEASURES[measure], measure))


def table_problems(bands: Sequence[When]) -> Iterator[str]:
    """Find the gaps and overlaps of a table: every cell between the bounds has one band.

    The bounds of all bands cut each measure into elementary intervals, and one point of each stands
    for all of it.
    """
    measures = [m for m in MEASURES if any(getattr(band, m) is not None for band in bands)]
    if any(getattr(band, m) is None for band in bands for m in measures):
        yield "every band of a table must state the same measures"
        return
    axes = [_points(m, [getattr(band, m) for band in bands]) for m in measures]
    for cell in itertools.product(*axes):
        fitting = [
            band
            for band in bands
            if all(getattr(band, m).holds(x, m) for m, x in zip(measures, cell, strict=True))
        ]
        where = ", ".join(f"{m} {x:g}" for m, x in zip(measures, cell, strict=True))
        if not fitting:
            yield f"a gap: no band holds for {where}"
        elif len(fitting) > 1:
            yield f"an overlap: {' and '.join(map(str, fitting))} both hold for {where}"


def _points(measure: Measure, intervals: Sequence[Interval]) -> list[float]:
    """Give a point in each elementary interval, leaving out what lies outside a closed table."""
    ends = [interval.bounds(measure) for interval in intervals]
    cuts = sorted({end for pair in ends for end in pair if end is not None})
    inner = [(one + other) / 2 for one, other in itertools.pairwise(cuts)]
    open_below = any(low is None for low, _ in ends)
    open_above = any(high is None for _, high in ends)
    first = [cuts[0] / 2] if open_below else []
    last = [cuts[-1] * 2] if open_above else []
    return [*first, *inner, *last]


def _number(text: str, measure: Measure) -> float | None:
    if not text:
        return None
    try:
        return float(in_unit(read(measure, text), MEASURES[measure], measure))
    except InputError as error:
        raise ValueError("; ".join(map(str, error.problems))) from None
