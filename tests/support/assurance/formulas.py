"""Compares the published formulas with 50 digits of decimal arithmetic, to one part in 10^12.

Each is asked of the program as a person types it, in columns: surfaces, lean weights and kidney
function, of women and men, adults and (where the formula is for them) children.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from typing import Any

import numpy as np

import dosing
from tests.support.assurance.equations import EQUATIONS, UMOL, Person
from tests.support.assurance.tally import Tally

_DIGITS = Context(prec=50)
_NEAR = Decimal("1e-12")
_ASKED: dict[str, Callable[..., Any]] = {
    "bsa": dosing.bsa,
    "lean_weight": dosing.lean_weight,
    "creatinine_clearance": dosing.creatinine_clearance,
    "egfr": dosing.egfr,
}
# The ages that a formula is made for; the others are for adults.
_YEARS = {"schwartz_bedside": (2, 18), "schwartz_lyon": (2, 18), "al_sallami": (10, 29)}
_OF_ADULTS = (18, 95)


def _drawn(chance: random.Random, name: str) -> tuple[Person, str]:
    """Return a person, and the creatinine as it is typed: in mg/dL or in umol/L."""
    cm = Decimal(chance.randint(1400, 2000)) / 10
    kg = Decimal(f"{chance.uniform(18, 34) * (float(cm) / 100) ** 2:.1f}")
    if name == "livingston_lee":
        # Weight alone, on both sides of the 10 kg at which its coefficients change.
        kg = Decimal(chance.randint(30, 2500)) / 10 if chance.random() < 0.8 else kg / 10
    umol = Decimal(chance.randint(30, 600))
    by_umol = chance.random() < 0.5
    mg = umol / UMOL if by_umol else Decimal(chance.randint(30, 700)) / 100
    person = Person(
        female=chance.random() < 0.5,
        years=Decimal(chance.randint(*_YEARS.get(name, _OF_ADULTS))),
        kg=kg,
        cm=cm,
        creatinine=mg,
        cystatin=Decimal(chance.randint(40, 500)) / 100,
    )
    return person, f"{umol} umol/L" if by_umol else f"{mg} mg/dL"


def _typed(name: str, people: Sequence[tuple[Person, str]]) -> dict[str, list[str]]:
    """Return the columns of these people as they are typed."""
    columns = {
        "sex": ["female" if one.female else "male" for one, _ in people],
        "age": [f"{one.years} years" for one, _ in people],
        "weight": [f"{one.kg} kg" for one, _ in people],
        "height": [f"{one.cm} cm" for one, _ in people],
        "creatinine": [creatinine for _, creatinine in people],
        "cystatin_c": [f"{one.cystatin} mg/L" for one, _ in people],
    }
    # A child's weight is none that goes with its height here, and these formulas do not ask it.
    unasked = {"weight"} if name.startswith("schwartz") else set()
    unasked |= {"height", "age"} if name == "livingston_lee" else set()
    return {field: column for field, column in columns.items() if field not in unasked}


def compare(count: int, seed: int) -> Tally:
    """Compare so many results, as many by each formula."""
    tally, chance = Tally(), random.Random(seed)
    rows = -(-count // sum(map(len, EQUATIONS.values())))
    with localcontext(_DIGITS):
        for kind, equations in EQUATIONS.items():
            for name, equation in equations.items():
                people = [_drawn(chance, name) for _ in range(rows)]
                measured = _ASKED[kind](name, **_typed(name, people))
                firsts = np.asarray(measured.magnitude).tolist()
                for first, (person, creatinine) in zip(firsts, people, strict=True):
                    again = equation(person)
                    differs = abs(Decimal(first) - again) > _NEAR * again
                    tally.note(f"{kind}: {name}", differs, (name, creatinine, person))
    return tally
