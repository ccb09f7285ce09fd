"""The first stage of every dose: which weight, surface or plasma volume, by which formula."""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

from dosing.calculation.rule import DoseRule, WeightBasis
from dosing.columns import choose, is_column
from dosing.errors import Problems
from dosing.formulas.body import ADJUSTED_WEIGHT, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.plasma import PLASMA_ORDERS, PLASMA_VOLUME, plasma_volumes_differ
from dosing.patient import Patient, check_possible
from dosing.plausibility import PLAUSIBLE
from dosing.trace import TYPED, Derivation
from dosing.units import KG, M2, PLASMA, L, Number, Quantity, Unit, in_unit, quantity, show

_EXAMPLES = {
    "weight": "70 kg",
    "height": "175 cm",
    "sex": "male or female",
    "hematocrit": "0.42",
}
_PER = {KG: "per kg", M2: "per m2", PLASMA: "by plasma volume"}
_ACTUAL, _ONLY = "the weight as measured", "actual weight, the only one given"
_BEFORE = "weight_before_pregnancy"
_DIGITS = 5
_LEAN = LEAN_WEIGHT["janmahasatian"]
_WEIGHT_BASES: tuple[WeightBasis, ...] = get_args(WeightBasis)
_WEIGHT_INPUTS = {
    "ideal": ("weight", "height", "sex"),
    "adjusted": ("weight", "height", "sex"),
    "lean": _LEAN.inputs,
}


def measure(
    rule: DoseRule, patient: Patient, needed: Unit | None, derivation: Derivation
) -> dict[Unit, Number]:
    """Return the body measure that a rule needs, and any other that it names, for the limits.

    Args:
        rule: names the weight basis or the surface formula.
        patient: the measurements.
        needed: kg, m2 or the litre of plasma, as the rate is per one of them; None for a flat dose.
        derivation: takes a step for each measure, and the findings.

    Returns:
        The dosing weight in kg, the surface in m2 and the plasma volume in litres, by unit.

    Raises:
        InputError: naming every measurement and choice that is needed and missing.
    """
    _find_missing(rule, patient, needed).raise_if_any()
    bodies: dict[Unit, Number] = {}
    weight = weight_of(rule, patient)
    if weight is not None and (needed is KG or rule.weight_basis):
        bodies[KG] = _dosing_weight(rule, patient, weight, derivation)
    if needed is M2 or (rule.surface and patient.weight is not None and patient.height is not None):
        bodies[M2] = _surface(rule, patient, derivation)
    if needed is PLASMA:
        bodies[PLASMA] = _plasma(rule, patient, derivation)
    return bodies


def weight_of(rule: DoseRule, patient: Patient) -> Quantity | None:
    """Return the weight that a rule starts from: that before a pregnancy where it says so."""
    return patient.weight_before_pregnancy if rule.before_pregnancy else patient.weight


def _find_missing(rule: DoseRule, patient: Patient, needed: Unit | None) -> Problems:
    """Return what the body measure needs and does not have."""
    problems = Problems()
    if rule.weight_basis is not None and rule.weight_basis not in _WEIGHT_BASES:
        write = ", ".join(_WEIGHT_BASES)
        problems.add("weight basis", str(rule.weight_basis), why="is not known here", write=write)
    if rule.surface is not None and not (needed is M2 and patient.surface is None):
        _check_name(problems, "surface", rule.surface, BSA)
    inputs = _inputs(rule, patient, needed, problems)
    for field in inputs:
        name = _BEFORE if rule.before_pregnancy and field == "weight" else field
        if getattr(patient, name) is None:
            per = _PER.get(needed or KG, "")
            accepted = f"a dose {per} needs it; write {_EXAMPLES[field]}"
            problems.add(name.replace("_", " "), "", why="is missing", accepted=accepted)
    return problems


def _inputs(
    rule: DoseRule, patient: Patient, needed: Unit | None, problems: Problems
) -> tuple[str, ...]:
    """Return the measurements that the body measure needs, and add the choices it misses."""
    inputs: tuple[str, ...] = ()
    if needed is KG:
        inputs = _WEIGHT_INPUTS.get(rule.weight_basis or "", ("weight",))
        if rule.weight_basis is None:
            write = "actual, ideal, adjusted or lean"
            problems.add("weight basis", "", why="is missing", write=write)
        elif rule.weight_basis in {"ideal", "adjusted"}:
            _check_name(problems, "ideal weight formula", rule.ideal, IDEAL_WEIGHT)
        if rule.weight_basis == "adjusted" and rule.fraction is None:
            accepted = "an adjusted weight needs it; write 0.4"
            problems.add("fraction", "", why="is missing", accepted=accepted)
    elif needed is M2 and patient.surface is None:
        inputs = BSA[rule.surface].inputs if rule.surface in BSA else ("weight", "height")
        _check_name(problems, "surface", rule.surface, BSA)
    elif needed is PLASMA:
        known = rule.plasma in PLASMA_ORDERS
        inputs = PLASMA_VOLUME[str(rule.plasma)].inputs if known else ("weight", "hematocrit")
        _check_name(problems, "plasma volume formula", rule.plasma, PLASMA_ORDERS)
    return inputs


def _check_name(
    problems: Problems, field: str, name: str | None, formulas: Collection[str]
) -> None:
    if not isinstance(name, str) or name not in formulas:
        why = "is not known here" if name else "is missing"
        problems.add(field, str(name or ""), why=why, write=", ".join(formulas))


def _dosing_weight(
    rule: DoseRule, patient: Patient, weight: Quantity, derivation: Derivation
) -> Number:
    because = _ACTUAL if rule.basis_stated else _ONLY
    if rule.before_pregnancy:
        derivation.step("weight before pregnancy", weight, because="as entered", source=TYPED)
    dosing, source, measured = weight, TYPED, weight
    if rule.weight_basis != "actual":
        weight = patient.whole(measured)
        formula = _LEAN if rule.weight_basis == "lean" else IDEAL_WEIGHT[str(rule.ideal)]
        size = {"weight": weight, "height": patient.height, "sex": patient.sex}
        derivation.extend(formula.outside(age=patient.age, **size))
        dosing, because, source = formula(**size), f"{rule.weight_basis} weight", formula.source
        if rule.weight_basis == "adjusted" and rule.fraction is not None:
            source = ADJUSTED_WEIGHT.source
            dosing, because = _adjusted(weight, dosing, rule.fraction)
        elif rule.weight_basis == "ideal":
            derivation.warn(
                "weight.ideal_above_actual",
                "The ideal weight is more than the patient weighs: it suits a heavier body.",
                formula.source,
                rows=in_unit(dosing, KG, "ideal") > in_unit(weight, KG, "weight"),
            )
    kg = in_unit(dosing, KG, "weight")
    if rule.weight_basis != "actual":
        which = f"{rule.weight_basis} weight"
        check_possible(derivation, "weight", kg, "weight.impossible", which)
    if rule.weight_because:
        because, source = f"{because}; {rule.weight_because}", rule.weight_source
    derivation.step("dosing weight", quantity(kg, KG), because=because, source=source)
    _tell_amputation(patient, measured, derivation, f"the {rule.weight_basis} weight")
    return kg


def _tell_amputation(
    patient: Patient, measured: Quantity, derivation: Derivation, measure_of: str
) -> None:
    """Warn which weight went into a measure of a body that has lost a part, and which did not."""
    lost = patient.amputated
    if lost is None:
        return
    source = PLAUSIBLE.amputation.source
    here, whole = "the measured weight", "the estimated weight before"
    if not is_column(measured.magnitude):
        here += f" of {show(measured, _DIGITS)}"
        whole += f" of {show(lost.whole(measured), _DIGITS)}"
    if lost.percent is None:
        said = f"No weight before can be estimated: {measure_of} goes by {here}."
    elif measure_of == "the actual weight":
        said = f"This dose goes by {here}, not by {whole}."
    else:
        said = f"Into {measure_of} went {whole}, not {here}."
    decide = "Decide which is right for this drug."
    derivation.warn("weight.amputation", f"Lost: {lost}. {said} {decide}", source)


def _adjusted(actual: Quantity, ideal: Quantity, fraction: float) -> tuple[Quantity, str]:
    """Return the adjusted weight, or the actual one if it is below the ideal, and which it is."""
    adjusted = ADJUSTED_WEIGHT.function(actual=actual, ideal=ideal, fraction=fraction)
    kg = in_unit(actual, KG, "weight")
    light = kg < in_unit(ideal, KG, "ideal")
    if is_column(light):
        because = "adjusted weight; the actual one where it is below the ideal weight"
        return quantity(choose(light, kg, adjusted.magnitude), KG), because
    if light:
        return actual, "the actual weight, because it is below the ideal weight"
    return adjusted, "adjusted weight"


def _surface(rule: DoseRule, patient: Patient, derivation: Derivation) -> Number:
    if patient.surface is not None:
        derivation.step("body surface", patient.surface, because="as entered", source=TYPED)
        return in_unit(patient.surface, M2, "surface")
    formula = BSA[str(rule.surface)]
    weight = None if patient.weight is None else patient.whole(patient.weight)
    size = {"weight": weight, "height": patient.height, "sex": patient.sex}
    surface = formula(**size)
    derivation.extend(formula.outside(age=patient.age, **size))
    measured = tuple(v for v in (weight, patient.height) if v is not None)
    because = f"{formula.title}: " + ", ".join("{}" for _ in measured)
    m2 = in_unit(surface, M2, "surface")
    check_possible(derivation, "surface", m2, "surface.impossible", "body surface")
    derivation.step("body surface", surface, because=because, of=measured, source=formula.source)
    if patient.weight is not None:
        _tell_amputation(patient, patient.weight, derivation, "the body surface")
    return m2


def _plasma(rule: DoseRule, patient: Patient, derivation: Derivation) -> Number:
    """Return the plasma volume in litres: the measured weight, whatever was lost of the body."""
    facts = {
        "weight": patient.weight,
        "height": patient.height,
        "sex": patient.sex,
        "hematocrit": patient.hematocrit,
    }
    formula = PLASMA_VOLUME[str(rule.plasma)]
    volume = formula(**facts)
    derivation.extend(formula.outside(age=patient.age))
    volumes = {
        name: PLASMA_VOLUME[name](**facts)
        for name in PLASMA_ORDERS
        if all(facts[field] is not None for field in PLASMA_VOLUME[name].inputs)
    }
    derivation.extend(plasma_volumes_differ(volumes))
    measured = tuple(v for v in (patient.weight, patient.height) if v is not None)
    because = f"{formula.title}: {', '.join('{}' for _ in measured)}"
    if not is_column(patient.hematocrit):
        because += f", haematocrit {patient.hematocrit:g}"
    derivation.step("plasma volume", volume, because=because, of=measured, source=formula.source)
    return in_unit(volume, L, "plasma volume")
