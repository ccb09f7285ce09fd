"""Compares single doses with exact fractions.

They go by weight, by surface or are flat, per dose and per day, with cap and rounding, in kg and
lb. Each is asked of ``dosing.dose`` as a person types it, and of ``second.py``, which shares no
code with it. A rounded dose has to be the same number; one that is not rounded, of a root or of
binary numbers, the same to one part in 10^12.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import dosing
from dosing.calculation import second
from dosing.units import MG, in_unit
from tests.support.assurance.tally import Tally

NEAR = Fraction(1, 10**12)
_RULES = ("nearest", "down", "up")


def drawn(count: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the kind of each dose, and what is typed: what ``dosing.dose`` takes by name."""
    chance = random.Random(seed)
    for _ in range(count):
        kind = chance.choice(("per kg", "per kg a day", "per m2", "flat"))
        number, height = chance.randint(1, 4000) / 10, chance.randint(1400, 2000) / 10
        # A body-mass index of 18 to 34, which no check of the body stops.
        kg = round(chance.uniform(18, 34) * (height / 100) ** 2, 1)
        weight = f"{kg:g} kg" if chance.random() < 0.8 else f"{round(kg / 0.45359237, 1):g} lb"
        asked: dict[str, Any] = {"weight": weight}
        match kind:
            case "per kg":
                asked |= {"rate": f"{number:g} mg/kg", "basis": "actual"}
            case "per kg a day":
                asked |= {"rate": f"{number:g} mg/kg/day", "basis": "actual"}
                asked |= {"doses_a_day": chance.randint(1, 6)}
            case "per m2":
                asked |= {"rate": f"{number:g} mg/m2", "surface": "mosteller"}
                asked |= {"height": f"{height:g} cm"}
            case _:
                asked |= {"rate": f"{number:g} mg"}
        if chance.random() < 0.3:
            asked["cap"] = f"{chance.randint(10, 20_000)} mg"
        if chance.random() < 0.7:
            step = chance.choice(("0.1", "0.5", "2.5", "5", "25", "50", "100"))
            asked |= {"round_to": f"{step} mg", "rounding": chance.choice(_RULES)}
        yield kind, asked


def exact(asked: dict[str, Any]) -> Fraction:
    """Return the same dose in exact fractions, in mg."""
    names = {"surface": "formula", "round_to": "step"}
    return second.amount(**{names.get(name, name): value for name, value in asked.items()})


def differs(asked: dict[str, Any]) -> bool | None:
    """Return whether the two differ; None where the program gives no dose for another reason."""
    given = dosing.dose(**asked)
    codes = [finding.code for finding in given.findings if finding.level == "STOP"]
    if "dose.second_calculation" in codes:
        return True
    if codes:
        return None
    first, again = Fraction(repr(float(in_unit(given.amount, MG, "dose")))), exact(asked)
    return first != again if "round_to" in asked else abs(first - again) > NEAR * again


def compare(count: int, seed: int) -> Tally:
    """Compare so many doses."""
    tally = Tally()
    for kind, asked in drawn(count, seed):
        tally.note(f"doses: {kind}", differs(asked), asked)
    return tally
