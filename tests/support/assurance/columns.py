"""Compares columns of doses, row by row, with exact fractions.

A column of ten thousand patients is asked once, as a table hands it over; every row is calculated
again from the text of its cells.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np

import dosing
from dosing.calculation import second
from dosing.trace import stops
from dosing.units import MG, in_unit
from tests.support.assurance.scalars import NEAR
from tests.support.assurance.tally import Tally

ROWS = 10_000
_RULES = ("nearest", "down", "up")
_BASES: tuple[dict[str, Any], ...] = (
    {"basis": "actual"},
    {"basis": "ideal", "ideal": "devine"},
    {"basis": "adjusted", "ideal": "devine", "fraction": 0.4},
    {"basis": "lean"},
)


def compare(count: int, seed: int) -> Tally:
    """Compare so many rows, in columns of ten thousand."""
    tally, chance = Tally(), random.Random(seed)
    while tally.compared.total() + tally.without.total() < count:
        _one_column(chance, tally)
    return tally


def _one_column(chance: random.Random, tally: Tally) -> None:
    heights = [chance.randint(1500, 2000) / 10 for _ in range(ROWS)]
    # A body-mass index of 18 to 34, which no check of the body stops.
    kilos = [round(chance.uniform(18, 34) * (cm / 100) ** 2, 1) for cm in heights]
    weights, tall = [f"{kg:g} kg" for kg in kilos], [f"{cm:g} cm" for cm in heights]
    sexes = [chance.choice(("male", "female")) for _ in range(ROWS)]
    number = chance.randint(1, 4000) / 10
    asked: dict[str, Any] = {}
    if chance.random() < 0.4:
        kind = "per m2"
        asked |= {"rate": f"{number:g} mg/m2", "surface": "mosteller"}
    else:
        how = chance.choice(_BASES)
        kind = f"per kg, {how['basis']} weight"
        asked |= {"rate": f"{number:g} mg/kg", **how}
    if chance.random() < 0.3:
        asked["cap"] = f"{chance.randint(10, 20_000)} mg"
    if chance.random() < 0.7:
        step = chance.choice(("0.1", "0.5", "2.5", "5", "25", "50", "100"))
        asked |= {"round_to": f"{step} mg", "rounding": chance.choice(_RULES)}
    given = dosing.dose(**asked, weight=weights, height=tall, sex=sexes)
    amounts = np.asarray(in_unit(given.amount, MG, "dose"), dtype=float)
    stopped = np.zeros(ROWS, dtype=bool)
    for finding in stops(given.findings):
        stopped |= np.asarray(finding.rows if finding.rows is not None else True, dtype=bool)
    names = {"surface": "formula", "round_to": "step"}
    fixed = {names.get(name, name): value for name, value in asked.items()}
    for row, first in enumerate(amounts.tolist()):
        facts: dict[str, Any] = {"weight": weights[row], "height": tall[row], "sex": sexes[row]}
        differs = None
        if not stopped[row]:
            number_given, again = Fraction(repr(first)), second.amount(**fixed, **facts)
            exact = "step" in fixed
            differs = number_given != again if exact else abs(number_given - again) > NEAR * again
        tally.note(f"columns: {kind}", differs, {**asked, **facts})
