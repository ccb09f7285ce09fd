"""Vials and tablets that make up a dose, and a course dealt out in whole ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

from dosing.columns import for_each_different, is_column
from dosing.errors import InputError, Problem, refuse
from dosing.rounding import snapped, whole_ticks
from dosing.units import Number, Quantity, Unit, in_unit, quantity, show

_MOST_GRAINS = 200_000
_CLEAN = 9
_SHOWN = 6


def deal(total: Number, days: int, step: float) -> tuple[Number, ...]:
    """Deal a total out over days in whole steps, the larger shares first.

    140 g over 5 days in steps of 5 g is 30, 30, 30, 25, 25 g. The shares add up to the total,
    which must be a whole number of steps. All numbers are in one unit, that of the total. A column
    of totals gives a column for each day; totals that are equal are dealt once.

    Raises:
        InputError: if there is no day to deal to, or the total is not a whole number of steps.
    """
    if days < 1:
        refuse("days", str(days), why="is not a number of days", write="1 or more")
    if is_column(total):
        return for_each_different(total, lambda one: deal(one, days, step))
    steps = whole_ticks(float(total), step, "nearest")
    if snapped(total / step) != steps:
        why = f"is not a whole number of steps of {step:g}"
        refuse("total", f"{total:g}", why=why, accepted="round it first")
    each, extra = divmod(steps, days)
    return tuple(round((each + (day < extra)) * step, 12) for day in range(days))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Packs:
    """The packs for one dose: how many of each strength, what they hold, and what is wasted.

    A strength that is also in ``halves`` is that of half a tablet.
    """

    counts: tuple[tuple[Quantity, int], ...]
    total: Quantity
    waste: Quantity
    halves: tuple[Quantity, ...] = ()

    @property
    def pieces(self) -> int:
        """Return the number of packs; half a tablet is one piece."""
        return sum(count for _, count in self.counts)

    @property
    def made_of(self) -> str:
        """Return what makes up the dose: 500 mg x 1 + 100 mg x 2."""
        return " + ".join(f"{self._name(strength)} x {count}" for strength, count in self.counts)

    def _name(self, strength: Quantity) -> str:
        return f"half of {show(strength * 2)}" if strength in self.halves else show(strength)

    def __str__(self) -> str:
        """Return it as the ward says it: 500 mg x 1 + 100 mg x 2, no waste."""
        waste = f"waste {show(self.waste, _SHOWN)}" if self.waste.magnitude else "no waste"
        return f"{self.made_of}, {waste}"


def vials(dose: Quantity, strengths: Sequence[Quantity]) -> Packs:
    """Choose whole vials that hold a dose: least waste first, then fewest vials.

    Args:
        dose: the amount to draw up, rounded or not.
        strengths: what one vial of each size holds, of the same kind as the dose.

    Raises:
        InputError: if there is no strength, or one is of another kind.
    """
    _refuse_none(strengths)
    sizes, grain = _count_grains(strengths, dose.units)
    # What whole vials hold is counted in their own grain, however odd the dose is.
    wanted = whole_ticks(float(dose.magnitude), float(grain), "up")
    ways = _find_ways(wanted + max(sizes), sizes)
    held = next(total for total in ways if total >= wanted)
    return _gather(dose, _take(ways, held, sizes, strengths), held * grain)


class TooManyTabletsError(InputError):
    """A dose that tablets can make, but only with more of them than may be taken at one time."""


def tablets(
    dose: Quantity, strengths: Sequence[Quantity], *, scored: bool, most: int | None = None
) -> Packs:
    """Choose the fewest tablets that make exactly a dose; a scored tablet may be halved.

    Args:
        dose: the amount to give.
        strengths: what one whole tablet of each strength holds.
        scored: whether the tablets may be halved; the packs name half tablets as such.
        most: how many pieces may be taken at one time; None where nothing is stated.

    Raises:
        InputError: if the strengths cannot make the dose, naming the nearest that they can.
        TooManyTabletsError: if it takes more pieces than ``most``.
    """
    return whole_and_halved(dose, strengths, strengths if scored else [], most=most)


def whole_and_halved(
    dose: Quantity,
    strengths: Sequence[Quantity],
    scored: Sequence[Quantity],
    *,
    most: int | None = None,
) -> Packs:
    """Choose as ``tablets`` does, where only some of the strengths are scored.

    Args:
        dose: the amount to give.
        strengths: what one whole tablet or capsule of each strength holds.
        scored: those of them that may be halved.
        most: how many pieces may be taken at one time; None where nothing is stated.

    Raises:
        InputError: if the strengths cannot make the dose, naming the nearest that they can.
        TooManyTabletsError: if it takes more pieces than ``most``.
    """
    _refuse_none(strengths)
    halved = [quantity(strength.magnitude / 2, strength.units) for strength in scored]
    halves = tuple(half for half in halved if half not in strengths)
    pieces = [*strengths, *halves]
    (wanted, *sizes), grain = _count_grains([dose, *pieces], dose.units)
    ways = _find_ways(wanted + max(sizes), sizes)
    if wanted not in ways:
        reachable = [total for total in ways if total]
        near = sorted(sorted(reachable, key=lambda total: abs(total - wanted))[:2])
        doses = " or ".join(show(quantity(float(total * grain), dose.units)) for total in near)
        accepted = f"the nearest {'is' if len(near) == 1 else 'are'} {doses}"
        refuse("tablets", show(dose), why="cannot be made of these tablets", accepted=accepted)
    packs = _gather(dose, _take(ways, wanted, sizes, pieces), wanted * grain)
    packs = dataclasses.replace(packs, halves=halves)
    if most is not None and packs.pieces > most:
        why, accepted = f"takes {packs.made_of}", f"at most {most} are to be taken at one time"
        raise TooManyTabletsError(
            Problem(field="tablets", typed=show(dose), why=why, accepted=accepted)
        )
    return packs


def _refuse_none(strengths: Sequence[Quantity]) -> None:
    if not strengths:
        refuse("strengths", "", why="is missing", write="100 mg, 500 mg")


def _count_grains(values: Sequence[Quantity], unit: Unit) -> tuple[list[int], Fraction]:
    """Count values in the largest grain that divides all of them; the grain is in the unit."""
    exact = [Fraction(repr(round(float(in_unit(value, unit, "strength")), 12))) for value in values]
    bottom = lcm(*(value.denominator for value in exact))
    grain = Fraction(gcd(*(int(value * bottom) for value in exact)), bottom)
    return [int(value / grain) for value in exact], grain


def _find_ways(upto: int, sizes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Find every total that packs make, rising: how many it takes, and the index of the last."""
    if upto > _MOST_GRAINS:
        why = "is not a multiple of any step that vials could make"
        refuse("dose", "", why=why, accepted="round it first")
    ways = {0: (0, -1)}
    for total in range(1, upto + 1):
        for index, size in enumerate(sizes):
            before, best = ways.get(total - size), ways.get(total)
            if before is not None and (best is None or before[0] + 1 < best[0]):
                ways[total] = (before[0] + 1, index)
    return ways


def _take(
    ways: Mapping[int, tuple[int, int]],
    total: int,
    sizes: Sequence[int],
    strengths: Sequence[Quantity],
) -> list[tuple[Quantity, int]]:
    """Return the strengths that make a total, and how many of each."""
    counts = [0] * len(sizes)
    while total:
        _, last = ways[total]
        counts[last] += 1
        total -= sizes[last]
    return [(strength, count) for strength, count in zip(strengths, counts, strict=True) if count]


def _gather(dose: Quantity, counts: list[tuple[Quantity, int]], total: Fraction) -> Packs:
    """Return the packs, the greatest strength first, with their total and waste."""
    unit = dose.units
    counts = sorted(counts, key=lambda pair: -float(in_unit(pair[0], unit, "strength")))
    held = float(total)
    waste = round(held - float(dose.magnitude), _CLEAN)
    return Packs(counts=tuple(counts), total=quantity(held, unit), waste=quantity(waste, unit))
