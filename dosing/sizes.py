"""Every measure of one body by every published formula, as one answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Unpack

from dosing.calculation.calculate import value_and_unit
from dosing.errors import Problems
from dosing.facts import Facts, formula_inputs, read_facts
from dosing.formulas.body import ADJUSTED_WEIGHT, BMI, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import Formula
from dosing.formulas.plasma import PLASMA_VOLUME, plasma_volumes_differ
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE, EGFR
from dosing.patient import Patient, implausible
from dosing.plausibility import PLAUSIBLE
from dosing.trace import ARITHMETIC, Finding, note, stops, warn
from dosing.units import Quantity, in_ordinary_spaces, show

# The share of the excess weight by convention; stated beside each number that it makes.
USUAL_FRACTION = PLAUSIBLE.adjusted_weight.usual_fraction

# What goes by the size of the whole body, as it was before an amputation.
_SIZES = ("bsa", "ideal_weight", "lean_weight")
_BODY_NEEDS = {"weight": "70 kg", "height": "175 cm", "sex": "male or female", "age": "48 years"}
_OF_AGE = ("formula.outside_range.age", "formula.wrong.age")
_READ_IN_ORDER = (
    "bsa",
    "ideal_weight",
    "adjusted_weight",
    "lean_weight",
    "bmi",
    "creatinine_clearance",
    "egfr",
    "plasma_volume",
)
BODY_FORMULAS: dict[str, Mapping[str, Formula]] = {
    "bsa": BSA,
    "ideal_weight": IDEAL_WEIGHT,
    "lean_weight": LEAN_WEIGHT,
    "creatinine_clearance": CREATININE_CLEARANCE,
    "egfr": EGFR,
    "plasma_volume": PLASMA_VOLUME,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BodyMeasures:
    """Every measure of one body by every published formula that its facts allow.

    ``sizes`` maps a group (``bsa``, ``egfr`` ...) and the name of a formula to its Quantity.
    """

    sizes: Mapping[str, Mapping[str, Quantity]]
    bmi: Quantity
    findings: tuple[Finding, ...]

    def in_order(self) -> Iterator[tuple[str, Mapping[str, Quantity]]]:
        """Yield each group with its sizes by formula, as they are read; the BMI has one formula."""
        for group in _READ_IN_ORDER:
            yield group, {"": self.bmi} if group == "bmi" else self.sizes[group]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``dosing body --json`` prints them."""
        if stops(self.findings):
            return {"findings": [finding.as_dict() for finding in self.findings]}
        written: dict[str, Any] = {
            group: {name: value_and_unit(value) for name, value in sizes.items()}
            for group, sizes in self.in_order()
        }
        written["bmi"] = written["bmi"][""]
        for value in written["adjusted_weight"].values():
            value["fraction"] = USUAL_FRACTION
        written["findings"] = [finding.as_dict() for finding in self.findings]
        return in_ordinary_spaces(written)


def body_measures(**facts: Unpack[Facts]) -> BodyMeasures:
    """Return every body measure and kidney function that the facts of one patient allow.

    Raises:
        InputError: if weight, height, sex or age is missing, or a value cannot be read.
    """
    problems = Problems()
    for field, example in _BODY_NEEDS.items():
        if facts.get(field) is None:
            problems.add(field, "", why="is missing", write=example)
    # A rare size is measured all the same; what nobody has is not.
    patient = read_facts(problems, {"size_confirmed": True, **facts})
    problems.raise_if_any()
    by_group = {group: formula_inputs(patient, whole=group in _SIZES) for group in BODY_FORMULAS}
    findings = [*implausible(patient), *_about_amputation(patient)]
    body_mass_index = BMI(**by_group["bsa"])
    if stops(tuple(findings)):
        nothing: dict[str, Mapping[str, Quantity]] = {}
        return BodyMeasures(sizes=nothing, bmi=body_mass_index, findings=tuple(findings))
    sizes: dict[str, Mapping[str, Quantity]] = {}
    left_out: list[str] = []
    for group, formulas in BODY_FORMULAS.items():
        inputs = by_group[group]
        able = {
            name: formula
            for name, formula in formulas.items()
            if all(inputs[field] is not None for field in formula.inputs)
        }
        outside = {name: formula.outside(**inputs) for name, formula in able.items()}
        if other_age := _made_for_other_ages(outside):
            able = {name: formula for name, formula in able.items() if name not in other_age}
            outside = {name: outside[name] for name in able}
            left_out += (formulas[name].title for name in other_age)
        sizes[group] = {
            name: formula(**inputs) for name, formula in able.items() if not stops(outside[name])
        }
        # The size by an equation that goes wrong here is left out, and the others stand.
        findings += (
            dataclasses.replace(finding, level="WARN")
            for found in outside.values()
            for finding in found
        )
    if left_out:
        text = f"Left out, since they were made for another age: {', '.join(left_out)}."
        findings.append(note("formula.other_age", text, ARITHMETIC))
    sizes["adjusted_weight"] = {
        name: ADJUSTED_WEIGHT(
            actual=by_group["bsa"]["weight"], ideal=ideal, fraction=USUAL_FRACTION
        )
        for name, ideal in sizes["ideal_weight"].items()
    }
    if patient.creatinine is not None:
        findings.append(CAUTION)
    findings += plasma_volumes_differ(sizes["plasma_volume"])
    return BodyMeasures(sizes=sizes, bmi=body_mass_index, findings=tuple(findings))


def _about_amputation(patient: Patient) -> tuple[Finding, ...]:
    """Return which weight the measures go by where a part of the body was lost."""
    lost, weight = patient.amputated, patient.weight
    if lost is None or weight is None:
        return ()
    if lost.percent is None:
        said = "no weight before it can be estimated, and every measure goes by the measured one."
    else:
        said = (
            f"surface, ideal, adjusted and lean weight and body-mass index go by the estimated "
            f"weight before, {show(lost.whole(weight), 4)}; kidney and plasma by the measured one."
        )
    return (warn("weight.amputation", f"Lost: {lost}: {said}", PLAUSIBLE.amputation.source),)


def _made_for_other_ages(outside: Mapping[str, tuple[Finding, ...]]) -> list[str]:
    """Return the equations of a group that the age rules out while another one was made for it."""
    other = [name for name, found in outside.items() if any(f.code in _OF_AGE for f in found)]
    return other if len(other) < len(outside) else []
