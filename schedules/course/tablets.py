"""Which tablets make up each dose of a course, and how many of each strength to dispense."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from dosing.calculation.calculate import Dose
from dosing.calculation.packs import Packs, whole_and_halved
from dosing.drugs.drug import Drug, Product
from dosing.errors import InputError
from dosing.trace import Finding, stop, warn
from dosing.units import Quantity, in_unit, same_kind, show
from schedules.course.course import Course
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """How many whole tablets of one strength a course takes; two halves are one."""

    drug: str
    strength: Quantity
    tablets: int


def with_tablets(
    dose: Dose, medicine: Medicine, regimen: Regimen, drug: Drug
) -> tuple[Dose, Packs | None]:
    """Choose the tablets of a dose.

    Returns:
        The dose, with a STOP if no tablets make it, and a WARN if it takes more pieces than the
        regimen wants at one time; and the tablets, None where the route has none.
    """
    try:
        packs = tablets_for(dose.amount, medicine, drug)
    except InputError as error:
        (problem,) = error.problems
        product = next(p for p in drug.products if p.solid and medicine.route in p.routes)
        text = f"No tablets make {problem.typed} of {drug.name}: {problem.accepted}."
        found = stop("tablets.unreachable", text, drug.source(product.source))
        return _with_finding(dose, found), None
    wanted = medicine.tablets
    if packs is not None and wanted and wanted.most and packs.pieces > wanted.most:
        text = (
            f"{show(dose.amount)} of {drug.name} takes {packs.pieces} tablets ({packs.made_of}); "
            f"at most {wanted.most} are to be taken at one time."
        )
        dose = _with_finding(dose, warn("tablets.many", text, regimen.source(wanted.source)))
    return dose, packs


def _with_finding(dose: Dose, finding: Finding) -> Dose:
    return dataclasses.replace(dose, findings=(*dose.findings, finding))


def tablets_to_dispense(course: Course) -> tuple[Supply, ...]:
    """Count the tablets of each strength that a whole course takes, conditional steps included.

    Amitriptyline in weekly steps of 10 mg up to 70 mg takes 7 x (1 + 2 + ... + 7) = 196 tablets of
    10 mg. Halves are counted two to a tablet; one that is left over takes a whole one.
    """
    halves: dict[tuple[str, float], int] = {}
    strengths: dict[tuple[str, float], Quantity] = {}
    for row in course.rows:
        if row.tablets is None:
            continue
        for part, count in row.tablets.counts:
            halved = part in row.tablets.halves
            strength = part * 2 if halved else part
            key = (row.drug, float(in_unit(strength, row.dose.amount.units, "strength")))
            strengths.setdefault(key, strength)
            halves[key] = halves.get(key, 0) + count * (1 if halved else 2)
    return tuple(
        Supply(drug=drug, strength=strengths[drug, size], tablets=-(-halves[drug, size] // 2))
        for drug, size in sorted(halves, key=lambda key: (key[0], -key[1]))
    )


def tablets_for(amount: Quantity, medicine: Medicine, drug: Drug) -> Packs | None:
    """Choose the fewest tablets and capsules that make exactly a dose.

    Args:
        amount: the dose.
        medicine: its route, and the strengths to use where the regimen names them.
        drug: the products, and which of them are scored.

    Returns:
        The tablets; None where the drug has none for the route, or where no tablets make the dose
        and the drug also comes as a liquid, which can be measured out.

    Raises:
        InputError: if no tablets of one jurisdiction make the dose, naming the nearest.
    """
    fitting = [
        product
        for product in drug.products
        if medicine.route in product.routes and same_kind(product.strengths[0], amount)
    ]
    solid = [product for product in fitting if product.solid]
    problem: InputError | None = None
    for products in by_jurisdiction(solid) if solid else ():
        try:
            return made_of(amount, products, medicine.tablets.of if medicine.tablets else ())
        except InputError as error:
            problem = problem or error
    if problem is None or len(solid) < len(fitting):
        return None
    raise problem


def made_of(amount: Quantity, products: Sequence[Product], only: Sequence[Quantity] = ()) -> Packs:
    """Choose the fewest of these tablets and capsules; only scored tablets are halved.

    Args:
        amount: the dose.
        products: tablets and capsules that one pharmacy can have.
        only: the strengths to use; all of them if none is named.

    Raises:
        InputError: if they cannot make the dose, naming the nearest that they can.
    """
    usable = [
        (strength, product.scored and product.form == "tablet")
        for product in products
        for strength in product.strengths
        if not only or strength in only
    ]
    scored = [strength for strength, halved in usable if halved]
    return whole_and_halved(amount, [strength for strength, _ in usable], scored)


def by_jurisdiction(products: Sequence[Product]) -> list[list[Product]]:
    """Return the products that one pharmacy can have: never those of two jurisdictions."""
    places = sorted({product.jurisdiction for product in products} - {""}) or [""]
    return [[p for p in products if p.jurisdiction in ("", place)] for place in places]
