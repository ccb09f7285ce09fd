"""Into which cell a number of a patient falls: between which two numbers that any rule names.

All patients of one cell compare alike with every number of the regimen, of its drugs and of the
site, so that what is found in one of them is found in all.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
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
from dosing.units import KG_PER_M2, Quantity, Unit, in_unit, is_quantity, same_kind
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen

UNITS: Mapping[str, Unit] = {str(measure): unit for measure, unit in NUMBERS.items()}
# Equations for children and for adults begin at whole years: each year up to here is a cell.
_YEARS_APART = 20
_CLEAN = 9


@dataclasses.dataclass(frozen=True, slots=True)
class Cells:
    """The numbers that rules compare a patient's numbers with, by what is measured."""

    bounds: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, models: Iterable[object]) -> Cells:
        """Collect every quantity that models state, and every number of a body-mass index."""
        found: dict[str, set[float]] = {name: set() for name in (*UNITS, "bmi")}
        for name, value in walk(models):
            if is_quantity(value):
                _add(found, value)
            elif isinstance(value, Interval):
                _add_interval(found, name, value)
            elif name == "from_bmi" and value is not None:
                found["bmi"].add(float(value))
        return cls({name: tuple(sorted(numbers)) for name, numbers in found.items()})

    @classmethod
    def of_regimen(cls, regimen: Regimen, library: Library) -> Cells:
        """Return those between the numbers of a regimen, its drugs, the site, and of everybody."""
        drugs = _OF_DRUGS.setdefault(library, {})
        for name in regimen.drugs:
            if name not in drugs:
                drugs[name] = cls.of([library.drug(name)])
        some = [cls.of([regimen, library.site]), *(drugs[name] for name in regimen.drugs)]
        bounds = [_of_everybody(), *(one.bounds for one in some)]
        return cls(
            {name: tuple(sorted({*chain(*(b[name] for b in bounds))})) for name in bounds[0]}
        )

    def numbered(self, name: str, values: Quantity) -> NDArray[np.intp]:
        """Return between which bounds each value lies; one that meets a bound has its own cell."""
        numbers = in_unit(values, UNITS.get(name, KG_PER_M2), name)
        bounds, clean = self.bounds[name], np.round(numbers, _CLEAN)
        return np.searchsorted(bounds, clean) + np.searchsorted(bounds, clean, side="right")


# What a drug file is compared with is the same in all regimens; it is forgotten with its library.
_OF_DRUGS: WeakKeyDictionary[Library, dict[str, Cells]] = WeakKeyDictionary()


@functools.cache
def _of_everybody() -> Mapping[str, tuple[float, ...]]:
    """Return the numbers that everybody is compared with."""
    size = PLAUSIBLE.extremes_of_size.body_mass_index
    own = {"age": map(float, range(_YEARS_APART + 1)), "bmi": map(float, (size.low, size.high))}
    return {
        name: (*numbers, *own.get(name, ()))
        for name, numbers in Cells.of([PLAUSIBLE]).bounds.items()
    }


def _add(found: Mapping[str, set[float]], value: Quantity) -> None:
    for name in _measured_in(value.units):
        found[name].add(round(float(in_unit(value, UNITS[name], name)), _CLEAN))


@functools.cache
def _measured_in(unit: Unit) -> tuple[str, ...]:
    """Return what may be measured in a unit."""
    return tuple(name for name, own in UNITS.items() if same_kind(unit, own))


def _add_interval(found: Mapping[str, set[float]], name: str, interval: Interval) -> None:
    """Add both ends of an interval, and where a value of which that is told lies near to one."""
    for measure in NUMBERS:
        if measure != name:
            continue
        for end in interval.bounds(measure):
            if end is not None:
                told = name in TOLD_NEAR_AN_EDGE
                near = NEAR_AN_EDGE_PERCENT / 100 * end if told else 0.0
                found[name].update(round(one, _CLEAN) for one in (end - near, end, end + near))


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
