"""Steroid equivalence: amounts of corticosteroids that count as the same against inflammation.

By mouth or by vein only; an injection into a joint and the hold on salt follow other figures.
"""

from __future__ import annotations

import dataclasses

from dosing.errors import InputError, Problem
from dosing.trace import ARITHMETIC, TYPED, Finding, Source, Step, note
from dosing.units import MG, Quantity, in_unit, quantity, show

_TABLES = Source(
    cite="West Midlands Palliative Care guideline and Northern Ireland Formulary, corticosteroids",
    place="table of equivalent doses",
    link="https://www.westmidspallcare.co.uk/wmpcp/guide/corticosteroids/preparations-and-dose-equivalence/",
    confirmed=True,
)
_FROM_MEMORY = Source(cite="Table of equivalent corticosteroid doses, from memory")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """How many mg of one corticosteroid equal 5 mg of prednisolone, and who says so."""

    mg: float
    source: Source


STEROIDS: dict[str, Equivalent] = {
    "prednisolone": Equivalent(mg=5, source=_TABLES),
    "prednisone": Equivalent(mg=5, source=_TABLES),
    "methylprednisolone": Equivalent(mg=4, source=_TABLES),
    "hydrocortisone": Equivalent(mg=20, source=_TABLES),
    "triamcinolone": Equivalent(mg=4, source=_TABLES),
    "dexamethasone": Equivalent(mg=0.75, source=_TABLES),
    "betamethasone": Equivalent(mg=0.75, source=_TABLES),
    "cortisone": Equivalent(mg=25, source=_FROM_MEMORY),
    "deflazacort": Equivalent(mg=6, source=_FROM_MEMORY),
}

CAUTION = note(
    "steroid.equivalence",
    (
        "Equal against inflammation only, by mouth or by vein; how long it acts and how it holds "
        "salt differ, and tables differ (betamethasone 0.6 or 0.75 mg). It is not a dose to give."
    ),
    _TABLES,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What an amount of one corticosteroid equals in another, with the steps."""

    amount: Quantity
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...] = (CAUTION,)


def equivalent(*, amount: Quantity, of: str, to: str) -> Converted:
    """Give how much of another corticosteroid equals an amount of one, in mg.

    Amount x equivalent of the wanted one / equivalent of the given one; both are mg that equal
    5 mg of prednisolone. Valid for systemic doses, by mouth or by vein.

    Args:
        amount: the dose of the one that is given; mg or g, above zero.
        of: its name, one of ``STEROIDS``.
        to: the name of the one that is wanted.

    Raises:
        InputError: naming each drug that is not in the table, or an amount not above zero.
    """
    unknown = [
        Problem(
            field=field,
            typed=name,
            why="is not in the table of equivalents",
            accepted=f"write {', '.join(STEROIDS)}",
        )
        for field, name in (("from", of), ("to", to))
        if name not in STEROIDS
    ]
    given = in_unit(amount, MG, "amount")
    if not given > 0:
        unknown.append(
            Problem(
                field="amount",
                typed=show(amount),
                why="is not above zero",
                accepted='write "70 mg"',
            )
        )
    if unknown:
        raise InputError(*unknown)
    one, other = STEROIDS[of], STEROIDS[to]
    result = quantity(given * other.mg / one.mg, MG)
    steps = (
        Step(what=of, value=amount, because="as entered", source=TYPED),
        Step(
            what=f"{of} that counts",
            value=quantity(one.mg, MG),
            because="equals prednisolone 5 mg",
            source=one.source,
        ),
        Step(
            what=f"{to} that counts",
            value=quantity(other.mg, MG),
            because="equals prednisolone 5 mg",
            source=other.source,
        ),
        Step(
            what=to,
            value=result,
            because=f"{show(amount)} x {other.mg:g} / {one.mg:g}",
            source=ARITHMETIC,
        ),
    )
    return Converted(amount=result, steps=steps)
