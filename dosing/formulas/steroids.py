"""Steroid equivalence: amounts of corticosteroids with the same effect against inflammation.

By mouth or by vein only; injections into a joint and salt retention follow other figures. The table
stands in ``dosing/plausibility.toml``.
"""

from __future__ import annotations

import dataclasses

from dosing.errors import Problems
from dosing.plausibility import PLAUSIBLE, Equivalent
from dosing.trace import ARITHMETIC, TYPED, Derivation, Finding, Step, note
from dosing.units import MG, Quantity, in_unit, quantity, show

STEROIDS: dict[str, Equivalent] = PLAUSIBLE.steroids

CAUTION = note(
    "steroid.equivalence",
    "Equivalent in anti-inflammatory effect only, by mouth or by vein; duration of action and salt "
    "retention differ, and so do tables (betamethasone 0.6 or 0.75 mg). It is not a dose to give.",
    STEROIDS["prednisolone"].source,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What an amount of one corticosteroid equals in another, with the steps."""

    amount: Quantity
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...] = (CAUTION,)


def equivalent(*, amount: Quantity, of: str, to: str) -> Converted:
    """Return the amount of one corticosteroid that equals an amount of another, in mg.

    Amount x equivalent of the wanted one / equivalent of the given one; both are mg that equal
    5 mg of prednisolone. Valid for systemic doses, by mouth or by vein.

    Args:
        amount: the dose of the one that is given; mg or g, above zero.
        of: its name, one of ``STEROIDS``.
        to: the name of the one that is wanted.

    Raises:
        InputError: naming each drug that is not in the table, or an amount not above zero.
    """
    problems = Problems()
    for field, name in (("from", of), ("to", to)):
        if name not in STEROIDS:
            why = "is not in the table of equivalents"
            problems.add(field, name, why=why, write=", ".join(STEROIDS))
    mg = in_unit(amount, MG, "amount")
    if not mg > 0:
        problems.add("amount", show(amount), why="is not above zero", write='"70 mg"')
    problems.raise_if_any()
    one, other = STEROIDS[of], STEROIDS[to]
    result = quantity(mg * other.mg / one.mg, MG)
    derivation = Derivation()
    derivation.step(of, amount, because="as entered", source=TYPED)
    for name, equal in ((of, one), (to, other)):
        derivation.step(
            f"{name}, equivalent amount",
            quantity(equal.mg, MG),
            because="equals prednisolone 5 mg",
            source=equal.source,
        )
    because = f"{show(amount)} x {other.mg:g} / {one.mg:g}"
    derivation.step(to, result, because=because, source=ARITHMETIC)
    return Converted(amount=result, steps=derivation.steps)
