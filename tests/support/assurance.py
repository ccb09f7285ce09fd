"""Compares doses of the program with exact fractions, and writes docs/assurance.md from the run.

``python -m tests.support.assurance [N] [SEED]`` draws N doses by weight, by surface and flat, per
dose and per day, with cap and rounding, in kg and lb. Each is asked of ``dosing.dose`` as a person
types it, and of ``second.py``, which shares no code with it. A rounded dose has to be the same
number; one that is not rounded, of a root or of binary numbers, the same to one part in 10^12.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import dosing
from dosing.calculation import second
from dosing.units import MG, in_unit
from schedules.version import VERSION
from tests.support.places import ROOT

PAGE = ROOT / "docs" / "assurance.md"
_NEAR = Fraction(1, 10**12)
_RULES = ("nearest", "down", "up")
_CASES, _SEED = 100_000, 1


def drawn(count: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the kind of each dose, and what is typed: what ``dosing.dose`` takes by name."""
    chance = random.Random(seed)  # noqa: S311 - cases, no secret
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
    return first != again if "round_to" in asked else abs(first - again) > _NEAR * again


def run(count: int, seed: int) -> tuple[Counter[str], Counter[str], list[dict[str, Any]]]:
    """Compare so many doses: count those with and without a dose, list what differs."""
    compared: Counter[str] = Counter()
    without: Counter[str] = Counter()
    different = []
    for kind, asked in drawn(count, seed):
        verdict = differs(asked)
        (without if verdict is None else compared)[kind] += 1
        if verdict:
            different.append(asked)
    return compared, without, different


def page(
    compared: Counter[str], without: Counter[str], different: list[dict[str, Any]], command: str
) -> str:
    """Return the page: what was compared, what differed, and how to run it again."""
    rows = [f"| {kind} | {compared[kind]:,} | {without[kind]:,} |" for kind in sorted(compared)]
    lines = [
        "# Assurance",
        "",
        f"Made by `{command}`, with Posology {VERSION}. Do not edit it: run it again.",
        "",
        "Doses are asked of the program as a person types them, and of exact fractions that share",
        "no code with it (`dosing/calculation/second.py`). A rounded dose has to be the same",
        "number, one that is not rounded the same to one part in 10^12.",
        "",
        "| doses | compared | stopped or not given for another reason |",
        "| --- | --- | --- |",
        *rows,
        "",
        f"**{len(different)} differences in {compared.total():,} comparisons.**",
        "",
        "Not compared yet: columns, packs, bands, infusions, dates.",
        "",
    ]
    return "\n".join([*lines, *(f"- {asked}" for asked in different)])


def main(arguments: list[str]) -> int:
    """Run it, write the page; exit with 1 where a dose differs."""
    count, seed = (*map(int, arguments), *(_CASES, _SEED)[len(arguments) :])
    compared, without, different = run(count, seed)
    command = f"python -m tests.support.assurance {count} {seed}"
    PAGE.write_text(page(compared, without, different, command), encoding="utf-8")
    sys.stdout.write(f"{len(different)} differences in {compared.total():,} comparisons.\n")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
