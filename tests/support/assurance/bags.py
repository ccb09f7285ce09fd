"""Compares dose bands, whole vials, tablets and the steps of a pump."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from typing import Any

import dosing
from dosing import units
from dosing.calculation import second
from dosing.calculation.packs import tablets, vials
from dosing.drugs.band_table import COLUMNS, read_table
from dosing.errors import InputError
from dosing.infusion import second as second_infusion
from dosing.trace import stops
from dosing.units import MG, in_unit, quantity
from tests.support.assurance.tally import Tally


def compare_bands(count: int, seed: int) -> Tally:
    """Compare the band of so many doses, ends of bands among them, a hundred to a table."""
    tally, chance = Tally(), random.Random(seed)
    while tally.compared.total() < count:
        ends = sorted({chance.randint(10, 20_000) for _ in range(chance.randint(3, 20))})
        bands = [
            (f"{a / 10:g} mg", f"{b / 10:g} mg", f"{(a + b) / 20:g} mg") for a, b in pairwise(ends)
        ]
        rows = [",".join((*band, "made up,1 mg/mL,1,90,made up")) for band in bands]
        try:
            table = read_table("\n".join((",".join(COLUMNS), *rows)), "t.csv", "t")
        except dosing.KnowledgeError:
            tally.note("bands", None, bands)
            continue
        for _ in range(100):
            tenths = chance.choice((chance.choice(ends), chance.randint(ends[0], ends[-1])))
            dose = f"{tenths / 10:g} mg"
            band = table.band_of(units.amount(dose))
            again = second.amount(rate=dose, bands=bands)
            inside = ends[0] <= tenths < ends[-1]
            first = second.read(units.plain(band.dose)) if band else None
            tally.note("bands", first != (again if inside else None), (dose, bands))
    return tally


def _reachable(sizes: list[int], upto: int) -> list[int | None]:
    """Return the fewest pieces that make each total up to one, or None: coin by coin."""
    fewest: list[int | None] = [0, *([None] * upto)]
    for total in range(1, upto + 1):
        ways = [fewest[total - size] for size in sizes if size <= total]
        made = [way for way in ways if way is not None]
        fewest[total] = min(made) + 1 if made else None
    return fewest


def compare_packs(count: int, seed: int) -> Tally:
    """Compare whole vials (least waste, then fewest) and tablets (exactly, then fewest)."""
    tally, chance = Tally(), random.Random(seed)
    for _ in range(count):
        sizes = chance.sample((1, 2, 3, 4, 5, 8, 10, 20), chance.randint(1, 3))
        wanted = chance.randint(1, 90)
        # In fives of a milligram, so that a strength is one that exists.
        strengths = [quantity(5.0 * size, MG) for size in sizes]
        fewest = _reachable(sizes, wanted + max(sizes))
        held = next(total for total in range(wanted, len(fewest)) if fewest[total] is not None)
        packs = vials(quantity(5.0 * wanted, MG), strengths)
        first = (in_unit(packs.total, MG, "total"), sum(number for _, number in packs.counts))
        tally.note("whole vials", first != (5.0 * held, fewest[held]), (wanted, sizes))
        try:
            pieces: int | None = tablets(quantity(5.0 * wanted, MG), strengths, scored=False).pieces
        except InputError:
            pieces = None
        tally.note("tablets", pieces != fewest[wanted], (wanted, sizes))
    return tally


def compare_infusions(count: int, seed: int) -> Tally:
    """Compare every step at the pump: by rates and by time, with pauses and reactions."""
    tally, chance = Tally(), random.Random(seed)
    for _ in range(count):
        dose, volume = f"{chance.randint(20, 4000)} mg", f"{chance.randrange(50, 1001, 25)} mL"
        asked: dict[str, Any] = {"dose": dose, "volume": volume, "bag": "everything"}
        minutes = chance.randint(20, 600)
        if chance.random() < 0.4:
            asked["over"] = f"{minutes} min"
            stages: list[tuple[str, str | None]] = [("100 %", f"{minutes} min")]
        else:
            speeds = sorted(chance.sample(range(10, 400, 5), chance.randint(1, 4)))
            holds = [f"{chance.randrange(10, 61, 5)} min" for _ in speeds[1:]]
            stages = [
                (f"{speed} mg/h", hold) for speed, hold in zip(speeds, [*holds, None], strict=True)
            ]
            asked["rates"] = [f"{rate} for {hold}" if hold else rate for rate, hold in stages]
        stops_typed: list[tuple[str, str, int | None]] = []
        if chance.random() < 0.4:
            at, lasts = f"{chance.randint(5, 60)} min", f"{chance.randint(5, 60)} min"
            percent = 50 if chance.random() < 0.5 and "rates" in asked else None
            asked["reactions" if percent else "pauses"] = [f"{at} for {lasts}"]
            stops_typed.append((at, lasts, percent))
        tally.note("infusions", _infusion_differs(asked, stages, stops_typed), asked)
    return tally


def _infusion_differs(
    asked: dict[str, Any],
    stages: list[tuple[str, str | None]],
    halts: list[tuple[str, str, int | None]],
) -> bool | None:
    try:
        given = dosing.infuse(**asked)
    except InputError:
        return None
    codes = [finding.code for finding in stops(given.findings)]
    if codes:
        return True if "infusion.second_calculation" in codes else None
    again = second_infusion.steps(
        volume=asked["volume"], dose=asked["dose"], stages=stages, interruptions=halts
    )
    first = [
        [float(value.magnitude) for value in (step.starts, step.ends, step.pump, step.volume)]
        for step in given.steps
    ]
    close = Fraction("1e-9")
    return len(first) != len(again) or any(
        abs(Fraction(repr(ours)) - theirs) > close * (1 + abs(theirs))
        for row, other in zip(first, again, strict=True)
        for ours, theirs in zip(row, other, strict=True)
    )
