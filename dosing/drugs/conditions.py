"""For whom something in a knowledge file holds: weight, age, kidney, genotype, severity (``when``).

The medicines of one name within a phase make a table. A condition on a number is a half-open
interval: at load the intervals must cover everything between their outermost bounds exactly once.
Conditions on a word must name each word of its closed list exactly once. Outside them nothing was
studied, and nothing is given. The dose bands that a hospital prepares are in ``band_table.py``.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from pydantic import model_validator

from dosing.columns import any_of
from dosing.drugs.file_model import FileModel
from dosing.errors import InputError, refuse
from dosing.formulas.formula import ADULT_AGE
from dosing.names import GENOTYPES, Genotype
from dosing.patient import Patient
from dosing.plausibility import PLAUSIBLE
from dosing.rounding import below
from dosing.units import (
    CM,
    CREATININE_UMOL_PER_L,
    KG,
    ML_PER_MIN,
    ML_PER_MIN_PER_173,
    YEAR,
    Quantity,
    Unit,
    in_unit,
    quantity,
    read,
)

NumberMeasure = Literal["weight", "height", "age", "creatinine", "clearance"]
WordMeasure = Literal["genotype", "severity"]
Measure = Literal["weight", "height", "age", "creatinine", "clearance", "genotype", "severity"]

NUMBERS: dict[NumberMeasure, Unit] = {
    "weight": KG,
    "height": CM,
    "age": YEAR,
    "creatinine": CREATININE_UMOL_PER_L,
    "clearance": ML_PER_MIN,
}
MEASURES: tuple[Measure, ...] = get_args(Measure)
WORDS: tuple[WordMeasure, ...] = get_args(WordMeasure)
# Example values, for the sentence that says that one is missing.
EXAMPLES: Mapping[str, str] = {
    "weight": "70 kg",
    "height": "175 cm",
    "age": "48 years",
    "creatinine": "80 umol/L",
    "clearance": "42 mL/min, or creatinine, weight, sex and an age from 18 years",
    "genotype": ", ".join(GENOTYPES[:-1]) + f" or {GENOTYPES[-1]}",
    "severity": "one of the severities of the regimen",
}
NEAR_AN_EDGE_PERCENT = PLAUSIBLE.near_an_edge.within_percent
# Of these a patient is told where they lie near to an edge: they vary from day to day.
TOLD_NEAR_AN_EDGE: tuple[NumberMeasure, ...] = ("creatinine", "clearance")


_PER_SURFACE = "/1.73"
_IN_WORDS = re.compile(r"from (?P<low>.+?)(?: to below (?P<high>.+))?|below (?P<only>.+)")


class Interval(FileModel):
    """From ``at_least`` on and ``below``; an end that is left out has no bound.

    A file writes it in words: ``from 13 kg to below 18 kg``, ``from 48 kg``, ``below 13 kg``. That
    of a clearance may be stated per 1.73 m2, as a filtration rate is.
    """

    at_least: str = ""
    below: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        words = _IN_WORDS.fullmatch(data)
        if words is None:
            write = '"from 13 kg to below 18 kg", "from 48 kg" or "below 13 kg"'
            raise ValueError(f'"{data}" is not an interval; write {write}')
        return {"at_least": words["low"] or "", "below": words["high"] or words["only"] or ""}

    @model_validator(mode="after")
    def _of_one_scale(self) -> Interval:
        if len({_PER_SURFACE in end for end in (self.at_least, self.below) if end}) > 1:
            raise ValueError(f"one end is per 1.73 m2 and the other is not: {self}")
        return self

    @property
    def is_indexed(self) -> bool:
        """Whether it is stated per 1.73 m2."""
        return _PER_SURFACE in f"{self.at_least}{self.below}"

    def is_indexed_for(self, patient: Patient) -> bool:
        """Return whether a clearance is compared with it per 1.73 m2.

        It is where the interval is stated so, and in a child, whose mL/min are few because the
        body is small. Where the surface is not known mL/min are all there is.
        """
        if patient.indexed_clearance is None:
            return False
        return self.is_indexed or is_child(patient)

    def holds(self, value: float, measure: NumberMeasure) -> bool:
        """Return whether a value lies in it; one that is exactly ``below`` does not."""
        low, high = self.bounds(measure)
        return not (low is not None and below(value, low)) and (
            high is None or bool(below(value, high))
        )

    def bounds(self, measure: NumberMeasure) -> tuple[float | None, float | None]:
        """Return both ends as numbers in the measure's own unit; None where there is no bound."""
        return _number(self.at_least, measure), _number(self.below, measure)

    def ends_near(self, value: float, measure: NumberMeasure) -> list[str]:
        """Return the ends that a value lies near to, as they are written."""
        ends = zip(self.bounds(measure), (self.at_least, self.below), strict=True)
        return [
            text
            for end, text in ends
            if end is not None and abs(value - end) <= NEAR_AN_EDGE_PERCENT / 100 * end
        ]

    def __str__(self) -> str:
        """Return it in words: from 40 kg, below 60 kg."""
        ends = (("from", self.at_least), ("below", self.below))
        return ", ".join(f"{word} {text}" for word, text in ends if text)


class When(FileModel):
    """For which patients something holds: all that is stated must hold."""

    weight: Interval | None = None
    height: Interval | None = None
    age: Interval | None = None
    creatinine: Interval | None = None
    clearance: Interval | None = None
    genotype: list[Genotype] | None = None
    severity: list[str] | None = None

    @model_validator(mode="after")
    def _readable(self) -> When:
        if not self.measures:
            raise ValueError(f"needs {', '.join(MEASURES[:-1])} or {MEASURES[-1]}")
        for measure, interval in self.intervals():
            low, high = interval.bounds(measure)
            if low is None and high is None:
                raise ValueError(f"{measure} needs at_least, below or both")
            if low is not None and high is not None and not below(low, high):
                raise ValueError(f"{measure}: {interval.at_least} is not below {interval.below}")
        for measure_of_words, words in self.words():
            if not words or len(set(words)) != len(words):
                raise ValueError(f"{measure_of_words} needs words, each once")
        return self

    @property
    def measures(self) -> list[Measure]:
        """Return the measures that it names."""
        return [measure for measure in MEASURES if getattr(self, measure) is not None]

    def intervals(self) -> list[tuple[NumberMeasure, Interval]]:
        """Return the intervals of numbers that it states."""
        return [(m, interval) for m in NUMBERS if (interval := getattr(self, m)) is not None]

    def words(self) -> list[tuple[WordMeasure, list[str]]]:
        """Return the lists of words that it states."""
        return [(m, words) for m in WORDS if (words := getattr(self, m)) is not None]

    def holds(self, patient: Patient) -> bool:
        """Return whether it holds for a patient.

        Raises:
            InputError: naming the first measure that it needs and that is missing.
        """
        return all(
            interval.holds(number_of(patient, measure, interval), measure)
            for measure, interval in self.intervals()
        ) and all(_value_of(patient, measure) in words for measure, words in self.words())

    def __str__(self) -> str:
        """Return it in words: weight from 40 kg; genotype normal or intermediate."""
        parts = [f"{measure} {interval}" for measure, interval in self.intervals()]
        parts += [f"{measure} {' or '.join(words)}" for measure, words in self.words()]
        return "; ".join(parts)


def is_child(patient: Patient) -> bool:
    """Return whether a patient is known to be a child; of a column, whether anyone is."""
    return patient.age is not None and any_of(ADULT_AGE.excludes(patient.age))


def compared(patient: Patient, measure: NumberMeasure, interval: Interval) -> Quantity:
    """Return what of a patient is compared with an interval, in the unit of the interval.

    Raises:
        InputError: if it was not measured, as in a plan file that was written by hand.
    """
    indexed = _indexed(patient, measure, interval)
    if indexed is not None:
        return indexed
    return quantity(number_of(patient, measure, interval), NUMBERS[measure])


def _indexed(patient: Patient, measure: NumberMeasure, interval: Interval) -> Quantity | None:
    """Return the clearance for 1.73 m2, where that is compared with an interval."""
    indexed = patient.indexed_clearance
    if measure != "clearance" or indexed is None or not interval.is_indexed_for(patient):
        return None
    return indexed


def number_of(patient: Patient, measure: NumberMeasure, interval: Interval) -> float:
    """Return what is compared with an interval, as a number in the unit of the interval.

    Raises:
        InputError: if it was not measured.
    """
    indexed = _indexed(patient, measure, interval)
    if indexed is not None:
        return float(indexed.magnitude)
    value: Quantity = _value_of(patient, measure)
    return float(in_unit(value, NUMBERS[measure], measure))


def _value_of(patient: Patient, measure: Measure) -> Any:
    value = getattr(patient, measure)
    if value is None:
        accepted = f"the dose depends on it; write {EXAMPLES[measure]}"
        refuse(measure, "", why="is missing", accepted=accepted)
    return value


def find_table_problems(
    conditions: Sequence[When], refused: Sequence[When] = (), severities: Sequence[str] = ()
) -> Iterator[str]:
    """Find the gaps and overlaps of a table: for every cell exactly one condition holds.

    The bounds of all conditions cut a number into elementary intervals, and one point of each
    stands for all of it. Of a measure in words each word is a cell.

    Args:
        conditions: those of one table.
        refused: for whom nothing is planned; where they name no other measure they fill a cell.
        severities: the closed list of the regimen.

    Yields:
        A sentence for each cell for which no condition holds, or more than one.
    """
    measures = [m for m in MEASURES if any(getattr(when, m) is not None for when in conditions)]
    if any(getattr(when, m) is None for when in conditions for m in measures):
        yield "every condition of a table must state the same measures"
        return
    refused = [when for when in refused if set(when.measures) <= set(measures)]
    everyone = [*conditions, *refused]
    named = {word for when in everyone for word in when.severity or ()}
    unknown = sorted(named - set(severities))
    if unknown:
        yield f"severity {', '.join(unknown)}: is not a word of the choice severity"
        return
    axes = [_cells(m, everyone, severities) for m in measures]
    for cell in itertools.product(*axes):
        point = dict(zip(measures, cell, strict=True))
        fitting = [when for when in everyone if all(_has(when, m, point[m]) for m in when.measures)]
        where = ", ".join(f"{m} {x if isinstance(x, str) else f'{x:g}'}" for m, x in point.items())
        if not fitting:
            yield f"a gap: no condition holds for {where}"
        elif len(fitting) > 1:
            yield f"an overlap: {' and '.join(map(str, fitting))} both hold for {where}"


def _cells(
    measure: Measure, conditions: Sequence[When], severities: Sequence[str]
) -> Sequence[float | str]:
    """Return one value for each cell of a measure."""
    if measure == "genotype":
        return GENOTYPES
    if measure == "severity":
        return severities
    stated = [getattr(when, measure) for when in conditions]
    return _points(measure, [interval for interval in stated if interval is not None])


def _has(when: When, measure: Measure, point: float | str) -> bool:
    stated = getattr(when, measure)
    return bool(point in stated if isinstance(point, str) else stated.holds(point, measure))


def _points(measure: NumberMeasure, intervals: Sequence[Interval]) -> list[float]:
    """Return a point in each elementary interval, but for what lies outside a closed table."""
    ends = [interval.bounds(measure) for interval in intervals]
    cuts = sorted({end for pair in ends for end in pair if end is not None})
    inner = [(one + other) / 2 for one, other in itertools.pairwise(cuts)]
    open_below = any(low is None for low, _ in ends)
    open_above = any(high is None for _, high in ends)
    first = [cuts[0] / 2] if open_below else []
    last = [cuts[-1] * 2] if open_above else []
    return [*first, *inner, *last]


@functools.lru_cache(maxsize=1024)
def _number(text: str, measure: NumberMeasure) -> float | None:
    if not text:
        return None
    try:
        value = read(measure, text)
        unit = ML_PER_MIN_PER_173 if _PER_SURFACE in text else NUMBERS[measure]
        return float(in_unit(value, unit, measure))
    except InputError as error:
        raise ValueError("; ".join(map(str, error.problems))) from None
