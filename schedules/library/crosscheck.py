"""Checks regimens and the site against the drug files: what they name is there, fits, in limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dosing.calculation.limits import check_amount, check_rate
from dosing.drugs.band_table import BandTable
from dosing.drugs.drug import Drug
from dosing.drugs.file_model import Place
from dosing.drugs.safety import Outcome, Whom
from dosing.trace import Finding
from dosing.units import Quantity, parts, plain, quantity, same_kind
from schedules.knowledge.medicine import AsRequired, Medicine, Rate
from schedules.knowledge.model_file import read_document
from schedules.knowledge.phase import Gate
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.site import Pharmacy
from schedules.knowledge.terms import Term, Terms

_Problems = Iterator[tuple[Place, str]]

# Only what was read whole is shipped, and no table is extrapolated.
_BRING_YOUR_OWN = (
    "a national table of bands does not come with the program: put your own copy there, with the "
    "columns from, to, dose, drug, strength, version, within_percent, source, confirmed"
)


def drug_problems(regimen: Regimen, drugs: Mapping[str, Drug]) -> _Problems:
    """Check a regimen's own doses against the drug files: known drug, right kind, within limits.

    Yields:
        Each problem with its place in the regimen's file.
    """
    for p, phase in enumerate(regimen.phases):
        for n, entry in enumerate(phase.as_required):
            at: Place = ("phases", p, "as_required", n)
            yield from _as_required_problems(entry, at, drugs)
        for n, medicine in enumerate(phase.medicines):
            at = ("phases", p, "medicines", n)
            drug = drugs.get(medicine.drug)
            if drug is None:
                yield (*at, "dose"), _no_drug_file(medicine.drug)
            else:
                yield from _medicine_problems(medicine, drug, at)
    yield from _clearance_problems(regimen, drugs)


def _no_drug_file(name: str) -> str:
    return f"no valid drug file: drugs/{name}.yaml"


def _medicine_problems(medicine: Medicine, drug: Drug, at: Place) -> _Problems:
    per_day = parts(medicine.dose.units).per_day
    findings = check_rate(drug, medicine.route, medicine.dose, "day" if per_day else "dose")
    for text in _outside(findings):
        yield (*at, "dose"), text
    if drug.products and medicine.route not in _routes(drug):
        yield (*at, "route"), _in_no_product(medicine.route, drug)
    for n, strength in enumerate(medicine.tablets.of if medicine.tablets else ()):
        if not _has_tablet(drug, medicine.route, strength):
            text = f"{drug.id} has no tablet or capsule of {plain(strength)}"
            yield (*at, "tablets", "of", n), text
    if medicine.rate is not None:
        yield from _rate_problems(medicine, medicine.rate, drug, (*at, "rate"))
    if medicine.round is not None:
        to = medicine.round.to
        products = [product for product in drug.products if medicine.route in product.routes]
        strengths = [strength for product in products for strength in product.strengths]
        if strengths and not any(same_kind(to, strength) for strength in strengths):
            yield (*at, "round"), f"no product of {drug.id} is measured in {plain(to)}"


def _outside(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield what exceeds a limit; what is only noted may stand in a file."""
    for finding in findings:
        if finding.level != "NOTE":
            yield f"{finding.text} [{finding.code}]"


def _routes(drug: Drug) -> set[str]:
    return {route for product in drug.products for route in product.routes}


def _in_no_product(route: str, drug: Drug) -> str:
    return f'route "{route}" is in no product of {drug.id}'


def _has_tablet(drug: Drug, route: str, strength: Quantity) -> bool:
    return any(
        product.solid and route in product.routes and strength in product.strengths
        for product in drug.products
    )


def _rate_problems(medicine: Medicine, rate: Rate, drug: Drug, at: Place) -> _Problems:
    """Check the ladders that a medicine names: known, for the route, for a first or later one."""
    known = {ladder.id: ladder for ladder in drug.ladders}
    for which, name in (("first", rate.first), ("later", rate.later)):
        ladder = known.get(name)
        if ladder is None:
            offered = ", ".join(known) or "none"
            text = f'{drug.id} has no ladder "{name}"; it has {offered}'
        elif medicine.route not in ladder.routes:
            text = f'"{name}" is for {" or ".join(ladder.routes)}, not {medicine.route}'
        elif ladder.infusion not in (which, "any"):
            text = f'"{name}" is for a {ladder.infusion} infusion, not a {which} one'
        else:
            continue
        yield (*at, which), text


def _clearance_problems(regimen: Regimen, drugs: Mapping[str, Drug]) -> _Problems:
    """Yield a clearance that the adjustments of a drug depend on and the regimen does not state."""
    if regimen.clearance is not None:
        return
    for phase in regimen.phases:
        for medicine in phase.medicines:
            if medicine.drug in drugs and _needs_a_clearance(drugs[medicine.drug], medicine.route):
                text = f"clearance is missing: an adjustment of {medicine.drug} depends on it"
                yield ("phases",), text
                return


def _needs_a_clearance(drug: Drug, route: str) -> bool:
    return any(
        adjustment.when is not None and adjustment.when.clearance is not None
        for adjustment in drug.adjustments
        if not adjustment.routes or route in adjustment.routes
    )


def unknown_terms(drug: Drug, terms: Terms) -> _Problems:
    """Yield the words in the answers of a drug file that no vocabulary has.

    A class in an adjustment is named as well. A library without a vocabulary has nothing to
    compare them with.
    """
    for question, number, answer in drug.safety.every_answer():
        if not isinstance(answer.when, Whom):  # shown always
            continue
        at: Place = ("safety", question, number - 1, "when")
        for place, text in _unknown_in(answer.when, terms):
            yield (*at, *place), text
    for number, adjustment in enumerate(drug.adjustments):
        for n, word in enumerate(adjustment.if_taking):
            entry = terms.medicines.find(word)
            if entry is not None and entry.members:
                yield ("adjustments", number, "if_taking", n), _no_single_medicine(word, entry)


def unknown_terms_of_regimen(regimen: Regimen, terms: Terms) -> _Problems:
    """Yield the words by which a regimen says whom it is for and that no vocabulary has.

    The results that its gates ask for have to be tests as well.
    """
    for p, phase in enumerate(regimen.phases if terms.read else ()):
        for n, gate in enumerate(phase.gates):
            for place, text in _unknown_result(gate, terms):
                yield ("phases", p, "gates", n, *place), text
    for number, part in enumerate(regimen.only_for):
        for place, text in _unknown_in(part.when, terms):
            yield ("only_for", number, "when", *place), text


def _unknown_result(gate: Gate, terms: Terms) -> _Problems:
    """Yield what a gate asks for and no result of its test can be."""
    test = terms.tests.get(gate.name)
    if test is None:
        yield ("name",), _no_test(gate.name)
        return
    for word in gate.is_:
        if word not in test.results:
            yield ("is",), f'"{word}" is no result of {gate.name}'
    held_back_by = gate.held_back_by(test.results)
    if not held_back_by:
        yield ("is",), "names every result, and so asks for none"
    for outcome in held_back_by:
        for text in test.problems_with(outcome):
            yield (), text


def _unknown_in(whom: Whom, terms: Terms) -> _Problems:
    named = (
        ("has", whom.has, terms.conditions.entries, "conditions"),
        ("takes", whom.takes, terms.medicines.entries, "medicines"),
        ("unless_takes", whom.unless_takes, terms.medicines.entries, "medicines"),
        ("allergy", whom.allergy, terms.medicines.entries, "medicines"),
    )
    for key, names, entries, file in named:
        for n, name in enumerate(names if terms.read else ()):
            if name not in entries:
                yield (key, n), f'"{name}" is no id in terms/{file}.yaml'
    for key, part in (("result", whom.result), ("missing", whom.missing)):
        if part is None or not terms.read:
            continue
        test = terms.tests.get(part.test)
        if test is None:
            yield (key, "test"), _no_test(part.test)
        elif isinstance(part, Outcome):
            for text in test.problems_with(part):
                yield (key,), text


def _no_single_medicine(word: str, entry: Term) -> str:
    """Return why a class is refused: what a patient takes is compared with single medicines."""
    members = ", ".join(entry.members)
    return f'"{word}" is a class, which would never hold here; write its medicines: {members}'


def _no_test(name: str) -> str:
    return f'"{name}" is no id in terms/tests.yaml'


def _as_required_problems(entry: AsRequired, at: Place, drugs: Mapping[str, Drug]) -> _Problems:
    """Check what may be taken as required against the limits of a dose and of a day."""
    drug = drugs.get(entry.drug)
    if drug is None:
        yield (*at, "drug"), _no_drug_file(entry.drug)
        return
    a_day = quantity(entry.dose.magnitude * entry.most_a_day, entry.dose.units)
    findings = check_rate(drug, entry.route, entry.dose, "dose")
    findings += check_amount(drug, entry.route, entry.dose, "dose", {})
    findings += check_amount(drug, entry.route, a_day, "day", {})
    for text in _outside(findings):
        yield (*at, "dose"), text
    if entry.route not in _routes(drug):
        yield (*at, "route"), _in_no_product(entry.route, drug)


def pharmacy_problems(
    root: Path, pharmacy: Pharmacy, drugs: Mapping[str, Drug], bands: Mapping[str, BandTable]
) -> Iterator[str]:
    """Yield what site.yaml says of drugs, products and band tables that are not there.

    Args:
        root: the folder of ``site.yaml`` and ``drugs/``.
        pharmacy: that part of the site file.
        drugs: the drugs that were read, which may be fewer than the files.
        bands: the band tables that were read.
    """
    ids = {path.stem for path in (root / "drugs").glob("*.yaml")}
    tables = {path.stem for path in (root / "bands").glob("*.csv")}
    problems = [
        *_stock_problems(pharmacy, drugs, ids),
        *_missing_bands(pharmacy.dose_bands, tables),
        *_band_problems(pharmacy.dose_bands, bands, ids),
    ]
    if not problems:
        return
    from schedules.knowledge.yaml_file import locate  # brings ruamel, which few starts need

    document = read_document("site.yaml", root / "site.yaml")
    for where, text in problems:
        line, words = locate(document, ("pharmacy", *where))
        yield f"site.yaml:{line}: {words}{text}"


def _stock_problems(pharmacy: Pharmacy, drugs: Mapping[str, Drug], ids: set[str]) -> _Problems:
    for key, stated in (("products", pharmacy.products), ("share_vials", pharmacy.share_vials)):
        for name in stated:
            if name not in ids:
                yield (key, name), "is not the id of a drug file"
    for name, products in pharmacy.products.items():
        offered = [product.name for product in drugs[name].products] if name in drugs else products
        for product in products:
            if product not in offered:
                yield ("products", name), f'"{product}" is not among {", ".join(offered)}'


def _missing_bands(names: list[str], tables: set[str]) -> _Problems:
    """Yield the tables of no file; what is wrong with a file is its own problem."""
    for n, name in enumerate(names):
        if name not in tables:
            yield ("dose_bands", n), f"bands/{name}.csv is missing; {_BRING_YOUR_OWN}"


def _band_problems(names: list[str], bands: Mapping[str, BandTable], ids: set[str]) -> _Problems:
    for n, name in enumerate(names):
        table = bands.get(name)
        if table is None:
            continue
        if table.drug not in ids:
            yield ("dose_bands", n), f'"{table.drug}" in bands/{name}.csv is not a drug file'
        for other in names[:n]:
            if other in bands and _overlap(table, bands[other]):
                yield ("dose_bands", n), f"{other} and {name} band the same doses"


def _overlap(one: BandTable, other: BandTable) -> bool:
    return one.holds_for(other.drug, other.route) or other.holds_for(one.drug, one.route)
