"""Holds regimens and the site to the drug files: what they name is there, fits, is in limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dosing.calculation.limits import check_amount, check_rate
from dosing.drugs.band_table import BandTable
from dosing.drugs.drug import Drug
from dosing.drugs.file_model import Place
from dosing.units import parts, plain, quantity, same_kind
from schedules.knowledge.medicine import AsRequired, Medicine, Rate
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import Pharmacy
from schedules.knowledge.yaml_file import locate, read_document


def drug_problems(regimen: Regimen, drugs: dict[str, Drug]) -> Iterable[tuple[Place, str]]:
    """Hold the regimen's own doses to the drug files: known drug, right kind, within limits."""
    for phase_at, phase in enumerate(regimen.phases):
        for part_at, part in enumerate(phase.as_required):
            at: Place = ("phases", phase_at, "as_required", part_at)
            yield from _as_required_problems(part, at, drugs)
        for give_at, medicine in enumerate(phase.medicines):
            where = ("phases", phase_at, "gives", give_at, "dose")
            drug = drugs.get(medicine.drug)
            if drug is None:
                yield where, f"no drug file that holds: drugs/{medicine.drug}.yaml"
                continue
            per_day = parts(medicine.dose.units).per_day
            for finding in check_rate(
                drug, medicine.route, medicine.dose, "day" if per_day else "dose"
            ):
                if finding.level != "NOTE":
                    yield where, f"{finding.text} [{finding.code}]"
            routes = {route for product in drug.products for route in product.routes}
            if drug.products and medicine.route not in routes:
                yield (
                    (*where[:-1], "route"),
                    f'route "{medicine.route}" is in no product of {drug.id}',
                )
            for n, strength in enumerate(medicine.tablets.of if medicine.tablets else ()):
                if not any(
                    product.solid
                    and medicine.route in product.routes
                    and strength in product.strengths
                    for product in drug.products
                ):
                    text = f"{drug.id} has no tablet or capsule of {plain(strength)}"
                    yield (*where[:-1], "tablets", "of", n), text
            if medicine.rate is not None:
                yield from _rate_problems(medicine, medicine.rate, drug, (*where[:-1], "rate"))
            if medicine.round is not None:
                strengths = [
                    s for p in drug.products if medicine.route in p.routes for s in p.strengths
                ]
                if strengths and not any(same_kind(medicine.round.to, s) for s in strengths):
                    text = f"no product of {drug.id} is measured in {plain(medicine.round.to)}"
                    yield (*where[:-1], "round"), text
    yield from _clearance_problems(regimen, drugs)


def _rate_problems(
    medicine: Medicine, rate: Rate, drug: Drug, where: Place
) -> Iterable[tuple[Place, str]]:
    """Hold the ladders that a give names to the drug file: known, for the route, first or later."""
    known = {ladder.id: ladder for ladder in drug.ladders}
    for which, name in (("first", rate.first), ("later", rate.later)):
        ladder = known.get(name)
        if ladder is None:
            offered = ", ".join(known) or "none"
            yield (*where, which), f'{drug.id} has no ladder "{name}"; it has {offered}'
        elif medicine.route not in ladder.routes:
            yield (
                (*where, which),
                f'"{name}" is for {" or ".join(ladder.routes)}, not {medicine.route}',
            )
        elif ladder.infusion not in (which, "any"):
            yield (
                (*where, which),
                f'"{name}" is for a {ladder.infusion} infusion, not a {which} one',
            )


def _clearance_problems(regimen: Regimen, drugs: dict[str, Drug]) -> Iterable[tuple[Place, str]]:
    """Hold a regimen to say how the clearance is taken that its drugs' adjustments depend on."""
    for phase in regimen.phases:
        for medicine in phase.medicines:
            drug = drugs.get(medicine.drug)
            for proposal in drug.adjustments if drug is not None else ():
                concerned = not proposal.routes or medicine.route in proposal.routes
                by_clearance = proposal.when is not None and proposal.when.clearance is not None
                if concerned and by_clearance and regimen.clearance is None:
                    text = f"clearance is missing: an adjustment of {medicine.drug} depends on it"
                    yield ("phases",), text
                    return


def _as_required_problems(
    part: AsRequired, where: Place, drugs: dict[str, Drug]
) -> Iterable[tuple[Place, str]]:
    """Hold what may be taken as required to the limits of a dose and of a day."""
    drug = drugs.get(part.drug)
    if drug is None:
        yield (*where, "drug"), f"no drug file that holds: drugs/{part.drug}.yaml"
        return
    a_day = quantity(part.dose.magnitude * part.most_a_day, part.dose.units)
    found = check_rate(drug, part.route, part.dose, "dose")
    found += check_amount(drug, part.route, part.dose, "dose", {})
    found += check_amount(drug, part.route, a_day, "day", {})
    for finding in found:
        if finding.level != "NOTE":
            yield (*where, "dose"), f"{finding.text} [{finding.code}]"
    if part.route not in {route for product in drug.products for route in product.routes}:
        yield (*where, "route"), f'route "{part.route}" is in no product of {drug.id}'


def pharmacy_problems(
    root: Path, pharmacy: Pharmacy, drugs: Mapping[str, Drug], bands: Mapping[str, BandTable]
) -> Iterable[str]:
    """Find what site.yaml says of drugs, products and band tables that are not there."""
    known = {path.stem for path in (root / "drugs").glob("*.yaml")}

    def problem(loc: Place, text: str) -> str:
        line, where = locate(read_document("site.yaml", root / "site.yaml"), ("pharmacy", *loc))
        return f"site.yaml:{line}: {where}{text}"

    for key in ("products", "share_vials"):
        for name in getattr(pharmacy, key):
            if name not in known:
                yield problem((key, name), "is not the id of a drug file")
    for name, products in pharmacy.products.items():
        if name in drugs:
            of_the_drug = [product.name for product in drugs[name].products]
            for said in products:
                if said not in of_the_drug:
                    offered = ", ".join(of_the_drug)
                    yield problem(("products", name), f'"{said}" is not among {offered}')
    for n, name in enumerate(pharmacy.dose_bands):
        table = bands.get(name)
        if table is None:
            yield problem(("dose_bands", n), f"bands/{name}.csv is missing or does not hold")
            continue
        if table.drug not in known:
            yield problem(("dose_bands", n), f'"{table.drug}" in bands/{name}.csv is no drug file')
        for other in pharmacy.dose_bands[:n]:
            if other in bands and (
                table.holds_for(bands[other].drug, bands[other].route)
                or bands[other].holds_for(table.drug, table.route)
            ):
                yield problem(("dose_bands", n), f"{other} and {name} band the same doses")
