"""Vials and tablets that make up a dose, and a course dealt out in whole ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

from dosing.errors import InputError, Problem, refuse
from dosing.rounding import snapped, whole_ticks
from dosing.units import Quantity, Unit, in_unit, quantity, show


def deal(total: float, days: int, step: float) -> tuple[float, ...]:
    """Deal a total out over days in whole steps, the larger shares first.

    140 g over 5 days in steps of 5 g is 30, 30, 30, 25, 25 g. The shares add up to the total,
    which must be a whole number of steps. All numbers are in one unit, that of the total.

    Raises:
        InputError: if there is no day to deal to, or the total is no whole number of steps.
    """
    if days < 1:
        refuse("days", str(days), why="is not a number of days", write="1 or more")
    steps = whole_ticks(total, step, "nearest")
    if snapped(total / step) != steps:
        refuse(
            "total",
            f"{total:g}",
            why=f"is no whole number of steps of {step:g}",
            accepted="round it first",
        )
    each, extra = divmod(steps, days)
    return tuple(round((each + (day < extra)) * step, 12) for day in range(days))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Packs:
    """The packs for one dose: how many of each strength, what they hold, and what is left over.

    A strength that is also in ``halves`` is that of half a tablet.
    """

    counts: tuple[tuple[Quantity, int], ...]
    total: Quantity
    waste: Quantity
    halves: tuple[Quantity, ...] = ()

    @property
    def pieces(self) -> int:
        """Count the packs, half a tablet as one piece."""
        return sum(count for _, count in self.counts)

    @property
    def made_of(self) -> str:
        """Say what makes it up: 500 mg x 1 + 100 mg x 2."""
        return " + ".join(
            f"{f'half of {show(strength * 2)}' if strength in self.halves else show(strength)}"
            f" x {count}"
            for strength, count in self.counts
        )

    def __str__(self) -> str:
        """Say it as the ward does: 500 mg x 1 + 100 mg x 2, no waste."""
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
    _some(strengths)
    sizes, grain = _grains(strengths, dose.units)
    # What whole vials hold is counted in their own grain, however odd the dose is.
    wanted = whole_ticks(float(dose.magnitude), float(grain), "up")
    fewest = _fewest(wanted + max(sizes), sizes)
    held = next(total for total in fewest if total >= wanted)
    return _packs(dose, strengths, sizes, fewest, held, grain)


class TooManyTabletsError(InputError):
    """A dose that tablets can make, but only with more of them than may be taken at one time."""


def tablets(
    dose: Quantity, strengths: Sequence[Quantity], *, scored: bool, most: int | None = None
) -> Packs:
    """Choose the fewest tablets that make exactly a dose; a scored tablet may be halved.

    Args:
        dose: the amount to give.
        strengths: what one whole tablet of each strength holds.
        scored: whether the tablets may be halved; what is half a tablet is said so.
        most: how many pieces may be taken at one time; None where nobody has said.

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
        most: how many pieces may be taken at one time; None where nobody has said.

    Raises:
        InputError: if the strengths cannot make the dose, naming the nearest that they can.
        TooManyTabletsError: if it takes more pieces than ``most``.
    """
    _some(strengths)
    parts_of = [quantity(strength.magnitude / 2, strength.units) for strength in scored]
    halves = tuple(part for part in parts_of if part not in strengths)
    all_strengths = [*strengths, *halves]
    (wanted, *sizes), grain = _grains([dose, *all_strengths], dose.units)
    fewest = _fewest(wanted + max(sizes), sizes)
    if wanted not in fewest:
        reachable = [total for total in fewest if total]
        near = sorted(sorted(reachable, key=lambda total: abs(total - wanted))[:2])
        can = " or ".join(show(quantity(float(total * grain), dose.units)) for total in near)
        refuse(
            "tablets",
            show(dose),
            why="cannot be made of these tablets",
            accepted=f"the nearest {'is' if len(near) == 1 else 'are'} {can}",
        )
    packs = _packs(dose, all_strengths, sizes, fewest, wanted, grain)
    packs = dataclasses.replace(packs, halves=halves)
    if most is not None and packs.pieces > most:
        raise TooManyTabletsError(
            Problem(
                field="tablets",
                typed=show(dose),
                why=f"takes {packs.made_of}",
                accepted=f"at most {most} are to be taken at one time",
            )
        )
    return packs


def _some(strengths: Sequence[Quantity]) -> None:
    if not strengths:
        refuse("strengths", "", why="is missing", write="100 mg, 500 mg")


def _grains(values: Sequence[Quantity], unit: Unit) -> tuple[list[int], Fraction]:
    """Count values in the largest grain that divides all of them; the grain is in the unit."""
    exact = [Fraction(repr(round(float(in_unit(value, unit, "strength")), 12))) for value in values]
    bottom = lcm(*(value.denominator for value in exact))
    grain = Fraction(gcd(*(int(value * bottom) for value in exact)), bottom)
    return [int(value / grain) for value in exact], grain


_MOST_GRAINS = 200_000
_CLEAN = 9
_SHOWN = 6


def _fewest(upto: int, sizes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """For every total that packs make, rising, give how many it takes and the index of the last."""
    if upto > _MOST_GRAINS:
        refuse(
            "dose",
            "",
            why="is no multiple of a step that vials could make",
            accepted="round it first",
        )
    fewest = {0: (0, -1)}
    for total in range(1, upto + 1):
        for index, size in enumerate(sizes):
            before, known = fewest.get(total - size), fewest.get(total)
            if before is not None and (known is None or before[0] + 1 < known[0]):
                fewest[total] = (before[0] + 1, index)
    return fewest


def _packs(
    dose: Quantity,
    strengths: Sequence[Quantity],
    sizes: Sequence[int],
    fewest: Mapping[int, tuple[int, int]],
    held: int,
    grain: Fraction,
) -> Packs:
    counts = dict.fromkeys(range(len(sizes)), 0)
    left = held
    while left:
        _, last = fewest[left]
        counts[last] += 1
        left -= sizes[last]
    used = [(strengths[index], count) for index, count in counts.items() if count]
    used.sort(key=lambda pair: -float(in_unit(pair[0], dose.units, "strength")))
    total = float(held * grain)
    waste = round(total - float(dose.magnitude), _CLEAN)
    return Packs(
        counts=tuple(used), total=quantity(total, dose.units), waste=quantity(waste, dose.units)
    )
