"""A body by every formula: surface, ideal, adjusted and lean weight, kidney function."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import htpy as h
import streamlit as st

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule
from dosing.errors import Problems
from dosing.formulas.body import ADJUSTED_WEIGHT, BMI, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import Formula
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE, EGFR
from dosing.patient import Patient
from dosing.rounding import deviation
from dosing.trace import SHOWN_DIGITS, stops
from dosing.units import Quantity, show, show_share
from screens.marks import ink, quiet, show_findings, show_html, source_mark, table, title
from screens.parts.card import unbroken
from screens.parts.charts import fill, surfaces_form

Values = Mapping[str, Quantity | None]


def show_surfaces(patient: Patient, chosen: str | None, rule: DoseRule | None) -> None:
    """Show the body surface by every formula on one scale, and as a table.

    Args:
        patient: the measurements.
        chosen: the formula that the dose uses.
        rule: shows what the dose would be by each formula; None for a dose not per m2.
    """
    if patient.weight is None:
        return
    values = _values(BSA, _facts(patient))
    show_html(title("Body surface, by every formula"))
    known = [(name, value) for name, value in values.items() if value is not None]
    if not known:
        show_html(quiet("Needs a height."))
        return
    ordered = sorted(known, key=lambda pair: float(pair[1].magnitude))
    (_, least), (_, most) = ordered[0], ordered[-1]
    above = show_share(float(deviation(most, least)))
    show_html(
        quiet(f"{show(least, 4)} to {show(most, 4)}: the largest is {above} above the smallest.")
    )
    _draw_surfaces(ordered, chosen)
    rows = []
    for name, formula in BSA.items():
        row = _row(formula, values[name], patient, chosen=name == chosen)
        if rule is not None:
            row.insert(2, _dose_by(rule, patient, surface=name))
        rows.append(row)
    head = ["Formula", "Surface", *(["Dose"] if rule is not None else []), "Made for", "Source"]
    show_html(table(head, rows, caption="Body surface by every formula"))


def _draw_surfaces(ordered: list[tuple[str, Quantity]], chosen: str | None) -> None:
    dots = [
        {
            "formula": BSA[name].title,
            "m2": float(value.magnitude),
            "text": show(value, SHOWN_DIGITS),
            "chosen": "chosen" if name == chosen else "other",
        }
        for name, value in ordered
    ]
    titles = tuple(BSA[name].title for name, _ in ordered)
    st.vega_lite_chart(
        spec=fill(surfaces_form(titles, ink(), named=chosen is not None), {"surfaces": dots}),
        alt="Body surface by formula as dots on one scale. The table beneath says the same.",
        width="stretch",
    )


def show_weights(patient: Patient, fraction: float | None, rule: DoseRule | None) -> None:
    """Show ideal, adjusted and lean weight, and what each would mean for a dose per kg.

    Args:
        patient: the measurements.
        fraction: share of the excess in the adjusted weight.
        rule: shows what the dose would be by each weight; None for a dose not per kg.
    """
    if patient.height is None and patient.weight is None:
        return
    show_html(title("Ideal, adjusted and lean weight"))
    rows = []
    for name, value, formula, basis in _weights(patient, fraction):
        row = _row(formula, value, patient, name=name)
        if rule is not None:
            row.insert(
                2,
                _dose_by(rule, patient, **basis) if value is not None and basis else "",
            )
        rows.append(row)
    head = ["Weight", "Value", *(["Dose"] if rule is not None else []), "Made for", "Source"]
    show_html(table(head, rows, caption="Ideal, adjusted and lean weight"))
    if fraction is None:
        show_html(
            quiet(
                "Adjusted weight needs its share of the excess, on the left. "
                "Below the ideal weight a dose uses the actual one."
            )
        )
    index = _value(BMI, _facts(patient))
    if index is not None:
        show_html(h.p["Body-mass index ", h.strong[unbroken([show(index, 3)])]])


# The facts whose word on the form is another than their name here.
_WORDS = {"cystatin_c": "cystatin C"}
# No dose rule goes by another lean weight than this.
_LEAN_BASIS = {"janmahasatian": {"weight_basis": "lean"}}
Weight = tuple[str, Quantity | None, Formula | None, dict[str, Any]]


def _weights(patient: Patient, fraction: float | None) -> list[Weight]:
    """Return each weight: its name, its value, its formula, and how a dose rule names it."""
    facts = _facts(patient)
    ideals = _values(IDEAL_WEIGHT, facts)
    weights: list[Weight] = [("Actual", patient.weight, None, {"weight_basis": "actual"})]
    weights += [
        (f"Ideal, {formula.title}", ideals[name], formula, {"weight_basis": "ideal", "ideal": name})
        for name, formula in IDEAL_WEIGHT.items()
    ]
    if fraction is not None and patient.weight is not None:
        weights += [
            (
                f"Adjusted by {fraction:g}, {formula.title}",
                _adjusted(patient.weight, ideals[name], fraction),
                ADJUSTED_WEIGHT,
                {"weight_basis": "adjusted", "ideal": name, "fraction": fraction},
            )
            for name, formula in IDEAL_WEIGHT.items()
        ]
    weights += [
        (f"Lean, {LEAN_WEIGHT[name].title}", value, LEAN_WEIGHT[name], _LEAN_BASIS.get(name, {}))
        for name, value in _values(LEAN_WEIGHT, facts).items()
    ]
    return weights


def _adjusted(actual: Quantity, ideal: Quantity | None, fraction: float) -> Quantity | None:
    if ideal is None:
        return None
    return _value(ADJUSTED_WEIGHT, {"actual": actual, "ideal": ideal, "fraction": fraction})


def show_kidney(patient: Patient) -> None:
    """Show kidney function, always with its caution."""
    if patient.creatinine is None and patient.cystatin_c is None:
        return
    show_html(title("Kidney function"))
    facts = _facts(patient)
    rows = [
        _row(formula, _value(formula, facts), patient)
        for formulas in (CREATININE_CLEARANCE, EGFR)
        for formula in formulas.values()
    ]
    show_html(table(["Equation", "Value", "Made for", "Source"], rows, caption="Kidney function"))
    if patient.creatinine is not None:
        show_findings([CAUTION])


def _facts(patient: Patient) -> dict[str, Any]:
    """Return the measurements by the names that the formulas use."""
    return {
        "weight": patient.weight,
        "height": patient.height,
        "sex": patient.sex,
        "age": patient.age,
        "creatinine": patient.creatinine,
        "cystatin_c": patient.cystatin_c,
    }


def _row(
    formula: Formula | None,
    value: Quantity | None,
    patient: Patient,
    *,
    name: str = "",
    chosen: bool = False,
) -> list[h.Node]:
    """Return title, value, population with what lies outside it, and source of one formula."""
    heading: h.Node = name or (formula.title if formula else "")
    if chosen:
        heading = [heading, " ", h.span(".badge.status")["chosen"]]
    if formula is None:
        return [heading, _shown(value), "", "as measured"]
    source = source_mark(formula.source)
    if value is None and stops(formula.outside(**_facts(patient))):
        return [heading, h.span(".quiet")["none"], _made_for(formula, patient), source]
    if value is None:
        needs = h.span(".quiet")[f"needs {_lacking(formula, patient)}"]
        return [heading, needs, formula.population, source]
    return [heading, _shown(value), _made_for(formula, patient), source]


def _lacking(formula: Formula, patient: Patient) -> str:
    facts = _facts(patient)
    lacking = [field for field in formula.inputs if facts.get(field) is None]
    words = (_WORDS.get(field, field) for field in lacking)
    return ", ".join(words) if set(lacking) <= set(facts) else "its inputs"


def _made_for(formula: Formula, patient: Patient) -> h.Node:
    outside = formula.outside(**_facts(patient))
    if not outside:
        return formula.population
    texts = "; ".join(finding.text for finding in outside)
    return [formula.population, h.br, h.span(".outside")[f"Outside its range. {texts}"]]


def _shown(value: Quantity | None) -> h.Node:
    return "" if value is None else h.strong[unbroken([show(value, 4)])]


def _values(formulas: Mapping[str, Formula], facts: Mapping[str, Any]) -> Values:
    return {name: _value(formula, facts) for name, formula in formulas.items()}


def _value(formula: Formula, facts: Mapping[str, Any]) -> Quantity | None:
    """Return the value, or None where a measurement is missing or the formula goes wrong."""
    if stops(formula.outside(**facts)):
        return None
    return Problems().reading(formula, **facts)


def _dose_by(rule: DoseRule, patient: Patient, **changes: Any) -> h.Node:
    """Return the dose of the same rate by another measure of the same body."""
    dose = Problems().reading(calculate, dataclasses.replace(rule, **changes), patient)
    if dose is None or stops(dose.findings):
        return ""
    return unbroken([show(dose.amount, SHOWN_DIGITS)])
