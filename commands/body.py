"""`dosing body`: every body measure and kidney function of a patient."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from commands.line import DONE, STOPPED, say
from dosing import units
from dosing.errors import Problems
from dosing.formulas.body import ADJUSTED_WEIGHT, BMI, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import Formula
from dosing.formulas.plasma import PLASMA_VOLUME
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE, EGFR
from dosing.numbers import read_fraction
from dosing.patient import implausible
from dosing.trace import Finding, stops
from dosing.units import show

if TYPE_CHECKING:
    pass
from commands.dose import _patient, _patient_options, _print_findings, _print_json, _read, _value

# The share of the excess weight by convention; printed beside the number it makes.
_USUAL_FRACTION = 0.4


def _body_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "body",
        allow_abbrev=False,
        help="surface, ideal and lean weight, kidney function",
        description="Calculate every body size that the program knows, by every published formula.",
    )
    _patient_options(parser)
    parser.add_argument(
        "--creatinine", metavar="C", help='serum creatinine: "80 umol/L" or "0.9 mg/dL"'
    )
    parser.add_argument("--hematocrit", metavar="X", help="as a fraction: 0.42")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_body)


def _body(asked: argparse.Namespace) -> int:
    problems = Problems()
    for field, example in (
        ("weight", "70 kg"),
        ("height", "175 cm"),
        ("sex", "male or female"),
        ("age", "48 years"),
    ):
        if getattr(asked, field) is None:
            problems.add(field, "", why="is missing", write=f"{example}")
    patient = _patient(problems, asked)
    creatinine = _read(problems, units.creatinine, asked.creatinine, "creatinine")
    hematocrit = _read(problems, read_fraction, asked.hematocrit, "hematocrit")
    problems.raise_if_any()
    findings = list(implausible(patient))
    if stops(tuple(findings)):
        if asked.json:
            _print_json({"findings": [finding.as_dict() for finding in findings]})
        else:
            _print_findings(findings)
        return STOPPED
    given = {
        "weight": patient.weight,
        "height": patient.height,
        "sex": patient.sex,
        "age": patient.age,
        "creatinine": creatinine,
        "hematocrit": hematocrit,
    }
    groups: dict[str, dict[str, Formula]] = {
        "bsa": BSA,
        "ideal_weight": IDEAL_WEIGHT,
        "lean_weight": LEAN_WEIGHT,
        "creatinine_clearance": CREATININE_CLEARANCE,
        "egfr": EGFR,
        "plasma_volume": PLASMA_VOLUME,
    }
    found: dict[str, Any] = {
        group: {
            name: formula(**given)
            for name, formula in formulas.items()
            if all(given[field] is not None for field in formula.inputs)
        }
        for group, formulas in groups.items()
    }
    for group, formulas in groups.items():
        for name in found[group]:
            findings += formulas[name].outside(**given)
    found["adjusted_weight"] = {
        name: ADJUSTED_WEIGHT(actual=patient.weight, ideal=ideal, fraction=_USUAL_FRACTION)
        for name, ideal in found["ideal_weight"].items()
    }
    found["bmi"] = BMI(**given)
    if creatinine is not None:
        findings.append(CAUTION)
    _print_body(found, findings, as_json=asked.json)
    return DONE


_ORDER = (
    "bsa",
    "ideal_weight",
    "adjusted_weight",
    "lean_weight",
    "bmi",
    "creatinine_clearance",
    "egfr",
    "plasma_volume",
)


def _print_body(found: dict[str, Any], findings: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        content: dict[str, Any] = {
            group: _value(found[group])
            if group == "bmi"
            else {name: _value(value) for name, value in found[group].items()}
            for group in _ORDER
        }
        for value in content["adjusted_weight"].values():
            value["fraction"] = _USUAL_FRACTION
        _print_json({**content, "findings": [finding.as_dict() for finding in findings]})
        return
    for group in _ORDER:
        values = {"": found[group]} if group == "bmi" else found[group]
        title = group.replace("_", " ")
        if group == "adjusted_weight":
            title += f" (fraction {_USUAL_FRACTION})"
        for name, value in values.items():
            say(f"{title:<30} {name.replace('_', ' '):<18} {show(value, 5)}")
            title = ""
    _print_findings(findings)
