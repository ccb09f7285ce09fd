"""Into which cell a number of a patient falls: between which two numbers that any rule names.

A cell begins with a number and ends before the next, as the intervals of the files do. Where
anything else compares with a number, what lies just on it has a cell of its own.

All patients of one cell compare alike with every number of the regimen, of its drugs and of the
site, so that what is found in one of them is found in all.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from dosing.drugs.conditions import (
    NEAR_AN_EDGE_PERCENT,
    NUMBERS,
    TOLD_NEAR_AN_EDGE,
    Interval,
)
from dosing.drugs.file_model import FileModel
from dosing.plausibility import PLAUSIBLE
from dosing.units import (
    KG_PER_M2,
    ML_PER_MIN_PER_173,
    Quantity,
    Unit,
    in_unit,
    is_quantity,
    same_kind,
    spelling,
)
from schedules.knowledge.library import Library

INDEXED = "indexed clearance"
UNITS: Mapping[str, Unit] = {
    **{str(measure): unit for measure, unit in NUMBERS.items()},
    INDEXED: ML_PER_MIN_PER_173,
}
# Equations for children and for adults begin at whole years: each year up to here is a cell.
_YEARS_APART = 20
_CLEAN = 9


@dataclasses.dataclass(frozen=True, slots=True)
class Cells:
    """The numbers with which the cells begin, in order, by what is measured.

    ``rate_per_kg``: a rate of one of the drugs is per kg, so that its time depends on the weight.
    """

    begins: Mapping[str, NDArray[np.float64]]
    rate_per_kg: bool = False

    @classmethod
    def of(cls, models: Iterable[object]) -> Cells:
        """Collect every quantity that the files state, and every number of a body-mass index."""
        found: dict[str, set[float]] = {name: set() for name in (*UNITS, "bmi")}
        for year in range(_YEARS_APART + 1):
            _add(found, "age", year)
        for name, value in walk([*models, PLAUSIBLE]):
            if is_quantity(value):
                for measure in _measured_in(value.units):
                    _add(found, measure, float(in_unit(value, UNITS[measure], measure)))
            elif isinstance(value, Interval):
                _add_interval(found, name, value)
            elif name == "from_bmi" and value is not None:
                _add(found, "bmi", value)
        size = PLAUSIBLE.extremes_of_size.body_mass_index
        for end in (size.low, size.high):
            _add(found, "bmi", end)
        return cls({name: np.array(sorted(numbers)) for name, numbers in found.items()})

    @classmethod
    def of_regimen(cls, name: str, choices: Mapping[str, str], library: Library) -> Cells:
        """Return those of a regimen as chosen, its drugs and the site, once for a library.

        What compares with a companion that is not given splits no class.
        """
        known = _OF_REGIMENS.setdefault(library, {})
        whole = library.regimen(name)
        key = name, frozenset(whole.companions_given(choices))
        if key not in known:
            regimen = whole.as_chosen(choices)
            drugs = [library.drug(one) for one in regimen.drugs]
            cells = cls.of([regimen, *drugs, library.site])
            ladders = walk(drug.ladders for drug in drugs)
            per_kg = any(is_quantity(one) and "kg" in spelling(one.units) for _, one in ladders)
            known[key] = dataclasses.replace(cells, rate_per_kg=per_kg)
        return known[key]

    def numbered(self, name: str, values: Quantity) -> NDArray[np.intp]:
        """Return in which cell each value lies."""
        numbers = in_unit(values, UNITS.get(name, KG_PER_M2), name)
        return np.searchsorted(self.begins[name], np.round(numbers, _CLEAN), side="right")


# Forgotten with their library.
_OF_REGIMENS: WeakKeyDictionary[Library, dict[object, Cells]] = WeakKeyDictionary()


def _add(found: Mapping[str, set[float]], name: str, number: float) -> None:
    """Add the cell of what lies just on a number, and that of what lies above."""
    clean = round(float(number), _CLEAN)
    found[name].update((clean, math.nextafter(clean, math.inf)))


@functools.cache
def _measured_in(unit: Unit) -> tuple[str, ...]:
    """Return what may be measured in a unit."""
    return tuple(name for name, own in UNITS.items() if same_kind(unit, own))


def _add_interval(found: Mapping[str, set[float]], name: str, interval: Interval) -> None:
    """Add both ends of an interval, and where a value of which that is told lies near to one.

    One for 1.73 m2 is compared in mL/min where the surface of a patient is not known.
    """
    for measure in NUMBERS:
        if measure != name:
            continue
        for end in interval.bounds(measure):
            for scale in (name, INDEXED) if interval.is_indexed else (name,):
                if end is not None:
                    found[scale].add(round(end, _CLEAN))
                if end is not None and name in TOLD_NEAR_AN_EDGE:
                    near = NEAR_AN_EDGE_PERCENT / 100 * end
                    _add(found, scale, end - near)
                    _add(found, scale, end + near)


def walk(values: Iterable[Any], name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value that models hold, and the parts of it, with the name of its field.

    In no order of their own: what is collected of them is a set. Of a list only the parts.
    """
    waiting = [(name, value) for value in values]
    while waiting:
        name, value = waiting.pop()
        kind = value.__class__
        if kind is list:
            waiting += [(name, part) for part in value]
            continue
        yield name, value
        if kind is not str and (parts := _parts(kind)) is not None:
            waiting += parts(name, value)


@functools.cache
def _parts(kind: type) -> Callable[[str, Any], Iterable[tuple[str, Any]]] | None:
    """Return what takes a value of a kind apart; None where it has no parts."""
    if issubclass(kind, Mapping):
        return lambda name, value: [(name, part) for part in value.values()]
    if issubclass(kind, tuple | set | frozenset):
        return lambda name, value: [(name, part) for part in value]
    if issubclass(kind, SimpleNamespace | FileModel):
        return lambda _, value: vars(value).items()
    if dataclasses.is_dataclass(kind):
        fields = tuple(part.name for part in dataclasses.fields(kind))
        return lambda _, value: [(field, getattr(value, field)) for field in fields]
    return None
