"""The first stage of every dose: the weight or surface it is calculated from, by which formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dosing.calculation.rule import DoseRule
from dosing.columns import any_of, choose, is_column
from dosing.errors import InputError, Problem
from dosing.formulas.body import ADJUSTED_WEIGHT, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import Formula
from dosing.patient import Patient
from dosing.trace import TYPED, Finding, Source, Step, warn
from dosing.units import KG, M2, Number, Quantity, Unit, in_unit, quantity

_EXAMPLES = {"weight": "70 kg", "height": "175 cm", "sex": "male or female"}
_LEAN = LEAN_WEIGHT["janmahasatian"]


def measure(
    rule: DoseRule, patient: Patient, needed: Unit | None
) -> tuple[dict[Unit, Number], list[Step], list[Finding]]:
    """Measure the body that a rule needs, and any other that it names, for the limits.

    Args:
        rule: names the weight basis or the surface formula.
        patient: the measurements.
        needed: kg or m2, as the rate of the rule is per one of them; None for a flat dose.

    Returns:
        The dosing weight in kg and the surface in m2, by unit; the steps; the findings.

    Raises:
        InputError: naming every measurement and choice that is needed and missing.
    """
    missing = _missing(rule, patient, needed)
    if missing:
        raise InputError(*missing)
    bodies: dict[Unit, Number] = {}
    steps: list[Step] = []
    findings: list[Finding] = []
    if patient.weight is not None and (needed is KG or rule.weight_basis):
        bodies[KG] = _dosing_weight(rule, patient, patient.weight, steps, findings)
    if needed is M2 or (rule.surface and patient.weight is not None and patient.height is not None):
        bodies[M2] = _surface(rule, patient, steps, findings)
    return bodies, steps, findings


def _missing(rule: DoseRule, patient: Patient, body: Unit | None) -> list[Problem]:
    """List what the rule's body measure needs and does not have."""
    found: list[Problem] = []
    inputs: tuple[str, ...] = ()
    if body is KG:
        if rule.weight_basis is None:
            found.append(_absent("weight basis", "write actual, ideal, adjusted or lean"))
        inputs = ("weight",)
        if rule.weight_basis == "lean":
            inputs = _LEAN.inputs
        elif rule.weight_basis in {"ideal", "adjusted"}:
            inputs = ("weight", "height", "sex")
            found += _unknown(IDEAL_WEIGHT, rule.ideal, "ideal weight formula")
            if rule.weight_basis == "adjusted" and rule.fraction is None:
                found.append(_absent("fraction", "an adjusted weight needs it; write 0.4"))
    elif body is M2 and patient.surface is None:
        found += _unknown(BSA, rule.surface, "surface")
        inputs = BSA[rule.surface].inputs if rule.surface in BSA else ("weight", "height")
    per = "kg" if body is KG else "m2"
    found += [
        _absent(field, f"a dose per {per} needs it; write {_EXAMPLES[field]}")
        for field in inputs
        if getattr(patient, field) is None
    ]
    return found


def _absent(field: str, accepted: str) -> Problem:
    return Problem(field=field, typed="", why="is missing", accepted=accepted)


def _unknown(formulas: Mapping[str, Formula], name: str | None, field: str) -> list[Problem]:
    if name in formulas:
        return []
    why = "is not known here" if name else "is missing"
    accepted = f"write {', '.join(formulas)}"
    return [Problem(field=field, typed=name or "", why=why, accepted=accepted)]


def _dosing_weight(
    rule: DoseRule, patient: Patient, weight: Quantity, steps: list[Step], findings: list[Finding]
) -> Number:
    given = {"weight": weight, "height": patient.height, "sex": patient.sex}
    dosing, because = weight, "the weight as measured"
    source: Source = TYPED
    if rule.weight_basis != "actual":
        formula = _LEAN if rule.weight_basis == "lean" else IDEAL_WEIGHT[str(rule.ideal)]
        findings += formula.outside(age=patient.age, **given)
        dosing, source, because = formula(**given), formula.source, f"{rule.weight_basis} weight"
        if rule.weight_basis == "adjusted" and rule.fraction is not None:
            source = ADJUSTED_WEIGHT.source
            dosing, because = _adjusted(weight, dosing, rule.fraction)
        elif rule.weight_basis == "ideal":
            findings += _above_actual(dosing, weight, formula)
    kg = in_unit(dosing, KG, "weight")
    steps.append(Step(what="dosing weight", value=quantity(kg, KG), because=because, source=source))
    return kg


def _adjusted(actual: Quantity, ideal: Quantity, fraction: float) -> tuple[Quantity, str]:
    """Give the adjusted weight, or the actual one where it is below the ideal; and say which."""
    adjusted = ADJUSTED_WEIGHT.function(actual=actual, ideal=ideal, fraction=fraction)
    kg = in_unit(actual, KG, "weight")
    light = kg < in_unit(ideal, KG, "ideal")
    if is_column(light):
        because = "adjusted weight; the actual one where it is below the ideal weight"
        return quantity(choose(light, kg, adjusted.magnitude), KG), because
    if light:
        return actual, "the actual weight, because it is below the ideal weight"
    return adjusted, "adjusted weight"


def _above_actual(ideal: Quantity, actual: Quantity, formula: Formula) -> list[Finding]:
    """Warn where the ideal weight is more than the patient weighs."""
    rows: Any = in_unit(ideal, KG, "ideal") > in_unit(actual, KG, "weight")
    if not any_of(rows):
        return []
    return [
        warn(
            "weight.ideal_above_actual",
            "The ideal weight is more than the patient weighs: it suits a heavier body.",
            formula.source,
            rows=rows if is_column(rows) else None,
        )
    ]


def _surface(
    rule: DoseRule, patient: Patient, steps: list[Step], findings: list[Finding]
) -> Number:
    if patient.surface is not None:
        steps.append(
            Step(what="body surface", value=patient.surface, because="as entered", source=TYPED)
        )
        return in_unit(patient.surface, M2, "surface")
    formula = BSA[str(rule.surface)]
    given = {"weight": patient.weight, "height": patient.height, "sex": patient.sex}
    surface = formula(**given)
    findings += formula.outside(age=patient.age, **given)
    measured = tuple(v for v in (patient.weight, patient.height) if v is not None)
    because = f"{formula.title}: " + ", ".join("{}" for _ in measured)
    steps.append(
        Step(
            what="body surface", value=surface, because=because, of=measured, source=formula.source
        )
    )
    return in_unit(surface, M2, "surface")
