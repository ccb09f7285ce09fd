"""The command ``body``: every body measure and kidney function of a patient, by every formula."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from commands.columns import Column, say_table
from commands.dose_text import value_as_dict
from commands.inputs import add_json
from commands.line import DONE, STOPPED, Commands, say_findings, say_json
from commands.patient import add_patient, read_if_given, read_patient
from dosing import units
from dosing.errors import Problems
from dosing.formulas.body import ADJUSTED_WEIGHT, BMI, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import Formula
from dosing.formulas.plasma import PLASMA_VOLUME
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE, EGFR
from dosing.numbers import read_fraction
from dosing.patient import Patient, implausible
from dosing.trace import Finding, stops
from dosing.units import Quantity, show

# The share of the excess weight by convention; printed beside the number it makes.
_USUAL_FRACTION = 0.4

_NEEDED = {
    "weight": "70 kg",
    "height": "175 cm",
    "sex": "male or female",
    "age": "48 years",
}
_FORMULAS: dict[str, Mapping[str, Formula]] = {
    "bsa": BSA,
    "ideal_weight": IDEAL_WEIGHT,
    "lean_weight": LEAN_WEIGHT,
    "creatinine_clearance": CREATININE_CLEARANCE,
    "egfr": EGFR,
    "plasma_volume": PLASMA_VOLUME,
}
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

# The values of each group by the name of the formula; that of the BMI has none.
Measures = dict[str, dict[str, Quantity]]


def _body_options(parser: argparse.ArgumentParser) -> None:
    add_patient(parser)
    parser.add_argument(
        "--creatinine", metavar="C", help='serum creatinine: "80 umol/L" or "0.9 mg/dL"'
    )
    parser.add_argument("--hematocrit", metavar="X", help="as a fraction: 0.42")
    add_json(parser)


def _body(args: argparse.Namespace) -> int:
    problems = Problems()
    for field, example in _NEEDED.items():
        if getattr(args, field) is None:
            problems.add(field, "", why="is missing", write=example)
    patient = read_patient(problems, args)
    creatinine = read_if_given(problems, units.creatinine, args.creatinine, "creatinine")
    hematocrit = read_if_given(problems, read_fraction, args.hematocrit, "hematocrit")
    problems.raise_if_any()
    findings = list(implausible(patient))
    if stops(tuple(findings)):
        if args.json:
            say_json(_findings_as_dict(findings))
        else:
            say_findings(findings)
        return STOPPED
    measures, more = _measure(patient, creatinine, hematocrit)
    findings += more
    if creatinine is not None:
        findings.append(CAUTION)
    if args.json:
        say_json(_measures_as_dict(measures) | _findings_as_dict(findings))
    else:
        _say_measures(measures)
        say_findings(findings)
    return DONE


def _measure(
    patient: Patient, creatinine: Quantity | None, hematocrit: float | None
) -> tuple[Measures, list[Finding]]:
    """Apply every formula whose inputs are given; return the values and their findings."""
    inputs = {
        "weight": patient.weight,
        "height": patient.height,
        "sex": patient.sex,
        "age": patient.age,
        "creatinine": creatinine,
        "hematocrit": hematocrit,
    }
    measures: Measures = {}
    findings: list[Finding] = []
    for group, formulas in _FORMULAS.items():
        measures[group] = {}
        for name, formula in formulas.items():
            if all(inputs[field] is not None for field in formula.inputs):
                measures[group][name] = formula(**inputs)
                findings += formula.outside(**inputs)
    measures["adjusted_weight"] = {
        name: ADJUSTED_WEIGHT(actual=patient.weight, ideal=ideal, fraction=_USUAL_FRACTION)
        for name, ideal in measures["ideal_weight"].items()
    }
    measures["bmi"] = {"": BMI(**inputs)}
    return measures, findings


def _findings_as_dict(findings: list[Finding]) -> dict[str, Any]:
    return {"findings": [finding.as_dict() for finding in findings]}


def _measures_as_dict(measures: Measures) -> dict[str, Any]:
    content: dict[str, Any] = {
        group: {name: value_as_dict(value) for name, value in measures[group].items()}
        for group in _ORDER
    }
    for value in content["adjusted_weight"].values():
        value["fraction"] = _USUAL_FRACTION
    content["bmi"] = content["bmi"][""]
    return content


def _say_measures(measures: Measures) -> None:
    rows = []
    for group in _ORDER:
        title = group.replace("_", " ")
        if group == "adjusted_weight":
            title += f" (fraction {_USUAL_FRACTION})"
        for name, value in measures[group].items():
            rows.append((title, name.replace("_", " "), show(value, 5)))
            title = ""
    columns = (Column("Measure", whole=True), Column("Formula"), Column("Value", whole=True))
    say_table(columns, rows, (f"{title:<30} {name:<18} {value}" for title, name, value in rows))


COMMANDS: Commands = {"body": (_body_options, _body)}
