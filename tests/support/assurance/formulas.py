"""Compares the formulas with roots and powers, with 50 digits of decimal arithmetic.

The coefficients are typed here once more, from the papers that docs/formulas.md names.
"""

from __future__ import annotations

import random
from decimal import Context, Decimal, localcontext

import numpy as np

import dosing
from tests.support.assurance.tally import Tally

_DIGITS = Context(prec=50)
_NEAR = Decimal("1e-12")
# Factor, power of kg, power of cm.
_POWERS = {
    "du_bois": ("0.007184", "0.425", "0.725"),
    "haycock": ("0.024265", "0.5378", "0.3964"),
    "gehan_george": ("0.0235", "0.51456", "0.42246"),
    "fujimoto": ("0.008883", "0.444", "0.663"),
    "takahira": ("0.007241", "0.425", "0.725"),
}


def surface(name: str, kg: Decimal, cm: Decimal) -> Decimal:
    """Return the surface in m2."""
    if name == "mosteller":
        return (kg * cm / 3600).sqrt()
    if name == "boyd":
        grams = kg * 1000
        power = Decimal("0.7285") - Decimal("0.0188") * grams.log10()
        return Decimal("0.0003207") * cm ** Decimal("0.3") * grams**power
    factor, of_kg, of_cm = (Decimal(number) for number in _POWERS[name])
    return factor * kg**of_kg * cm**of_cm


def compare(count: int, seed: int) -> Tally:
    """Compare so many surfaces, as many by each formula."""
    tally, chance = Tally(), random.Random(seed)  # noqa: S311 - cases, no secret
    names = ("mosteller", "boyd", *_POWERS)
    rows = -(-count // len(names))
    with localcontext(_DIGITS):
        for name in names:
            tall = [f"{chance.randint(1400, 2000) / 10:g}" for _ in range(rows)]
            kilos = [f"{chance.uniform(18, 34) * (float(cm) / 100) ** 2:.1f}" for cm in tall]
            measured = dosing.bsa(
                name, weight=[f"{kg} kg" for kg in kilos], height=[f"{cm} cm" for cm in tall]
            )
            for first, kg, cm in zip(
                np.asarray(measured.magnitude).tolist(), kilos, tall, strict=True
            ):
                again = surface(name, Decimal(kg), Decimal(cm))
                differs = abs(Decimal(first) - again) > _NEAR * again
                tally.note(f"surface: {name}", differs, (name, kg, cm))
    return tally
