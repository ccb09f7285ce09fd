"""A dose without a regimen: whatever was entered for it is used, or it is said that it was not.

A regimen names its drug and states its rule, and both are checked where they are read. A calculator
takes what somebody types; these are the rules of every such door.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dosing.calculation.calculate import Dose, calculate
from dosing.calculation.rule import DoseRule
from dosing.columns import is_column
from dosing.errors import InputError, Problems, refuse
from dosing.formulas.body import BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.patient import Patient
from dosing.trace import TYPED, Finding, note
from dosing.units import KG, M2, Quantity, parts

if TYPE_CHECKING:  # a drug file's models bring pydantic, which a dose without a drug never needs
    from dosing.drugs.drug import Drug

HELD_TO_NOTHING = "no drug named: held to nothing"
_FACTS = {
    "weight": "weight",
    "height": "height",
    "surface": "body surface",
    "sex": "sex",
    "age": "age",
    "creatinine": "creatinine",
    "cystatin_c": "cystatin C",
    "hematocrit": "hematocrit",
    "amputated": "amputation",
}
_OF_A_BASIS = {"ideal", "fraction"}
_CHOICES = {
    "basis": "dosing weight",
    "ideal": "ideal weight formula",
    "fraction": "share of the excess weight",
    "surface": "surface formula",
    "doses_a_day": "doses a day",
}


def calculate_alone(
    rule: DoseRule,
    patient: Patient,
    *,
    drug: Drug | None = None,
    route: str = "",
    tolerance: float | None = None,
) -> Dose:
    """Calculate a dose that no regimen states; say what it did not use, and what was not asked.

    The arguments and the errors are those of ``calculate``.
    """
    dose = calculate(rule, patient, drug=drug, route=route, tolerance=tolerance)
    found = [*_note_unused(rule, patient)]
    if drug is not None:
        found += _read_drug_file(drug, route, None if _are_several(patient) else patient)
    return dataclasses.replace(dose, findings=(*dose.findings, *found)) if found else dose


def _are_several(patient: Patient) -> bool:
    """Return whether it is a column of patients; a flat dose of theirs is one amount."""
    facts = (getattr(patient, field.name) for field in dataclasses.fields(patient))
    return any(is_column(getattr(fact, "magnitude", fact)) for fact in facts)


def _note_unused(rule: DoseRule, patient: Patient) -> Iterator[Finding]:
    used, because = _used(rule, patient)
    unused = [
        words
        for field, words in _FACTS.items()
        if getattr(patient, field) is not None and field not in used
    ]
    if rule.surface is not None and patient.surface is not None:
        unused.append("surface formula")
    if unused:
        text = f"Entered, and not used to calculate the dose: {', '.join(unused)}. {because}"
        yield note("dose.unused_facts", text, TYPED)


def _read_drug_file(drug: Drug, route: str, patient: Patient | None) -> Iterator[Finding]:
    """Yield what the file proposes for what was entered, and what a calculator does not ask.

    It asks none of the questions that the answers of the file are to. Whether the rate as typed is
    the standard one or already the share that is proposed it cannot know: then a STOP is a WARN.
    Of a column, without a patient, nothing is read.
    """
    left = 0
    for number, proposal in enumerate(drug.adjustments, 1):
        if proposal.routes and route not in proposal.routes:
            continue
        try:
            concerns = patient is not None and proposal.concerns(patient, ())
        except InputError:  # what it depends on was not entered
            left += 1
            continue
        left += patient is None or bool(proposal.if_taking)
        if concerns:
            yield Finding(
                level="WARN" if proposal.parts and proposal.level == "STOP" else proposal.level,
                code=f"adjust.{drug.id.replace('-', '_')}.{number}",
                text=f"The drug file proposes for {proposal}",
                source=drug.source(proposal.source),
            )
    from dosing.drugs.safety import QUESTIONS  # as Drug above

    answers = sum(
        not answer.routes or route in answer.routes for _, _, answer in drug.safety.every_answer()
    )
    held = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((answers, "answer"), (left, "adjustment"))
        if count
    ]
    file = f" The drug file has {' and '.join(held)} for them." if held else ""
    text = f"Not looked at: {', '.join(QUESTIONS)}.{file}"
    yield note("dose.not_looked_at", text, TYPED)


def _used(rule: DoseRule, patient: Patient) -> tuple[set[str], str]:
    """Return the facts that a dose goes by, and the sentence that says so."""
    body = parts(rule.rate.units).body
    if body == M2 and patient.surface is not None:
        return {"surface"}, "It goes by the body surface as entered."
    if body == M2:
        formula = BSA[str(rule.surface)]
        by = f"the body surface by {formula.title}"
    elif body == KG and rule.weight_basis != "actual":
        ideal = rule.weight_basis != "lean"
        formula = IDEAL_WEIGHT[str(rule.ideal)] if ideal else LEAN_WEIGHT["janmahasatian"]
        by = f"the {rule.weight_basis} weight by {formula.title}"
    elif body == KG:
        return {"weight", "amputated"}, "It goes by the actual weight."
    else:
        return set(), "It is a flat amount."
    weight = {"weight", "amputated"} if body == KG else {"amputated"}
    return weight.union(formula.inputs, (one.field for one in formula.valid)), f"It goes by {by}."


def note_unused_choices(rate: Quantity, stated: Mapping[str, object]) -> Iterator[Finding]:
    """Note the choices that the rate has no use for, where they also serve something else.

    The arguments are those of ``refuse_unused``.
    """
    unused = [f"{_CHOICES[field]}: {why}" for field, why in _find_unused(rate, stated)]
    if unused:
        text = f"Entered, and not used to calculate the dose: {'; '.join(unused)}."
        yield note("dose.unused_choices", text, TYPED)


def refuse_unused(problems: Problems, rate: Quantity | None, stated: Mapping[str, object]) -> None:
    """Refuse a choice that the rate has no use for, rather than ignore it.

    Args:
        problems: takes what is refused.
        rate: the rate of the dose; None if it could not be read.
        stated: the choices by their fields: ``basis``, ``ideal``, ``fraction``, ``surface`` and
            ``doses_a_day``, each None where it was not stated.
    """
    if rate is None:
        return
    for field, why in _find_unused(rate, stated):
        instead = "leave it out, or state the basis" if field in _OF_A_BASIS else "leave it out"
        problems.add(field, str(stated[field]), why=f"is not used: {why}", accepted=instead)


def _find_unused(rate: Quantity, stated: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the field of each choice that was stated and that the rate does not use, and why."""
    written, basis = parts(rate.units), stated.get("basis")
    by_ideal = written.body == KG and basis in ("ideal", "adjusted")
    for field, is_used, why in (
        ("basis", written.body == KG, "the rate is not per kg"),
        ("ideal", by_ideal, "the dose does not go by an ideal or adjusted weight"),
        ("fraction", by_ideal and basis == "adjusted", "the dose goes by no adjusted weight"),
        ("surface", written.body == M2, "the rate is not per m2"),
        ("doses_a_day", written.per_day, "the rate is not per day"),
    ):
        if stated.get(field) is not None and not is_used:
            yield field, why


def route_of(drug: Drug, route: str | None) -> str:
    """Return the route of a dose: the one that is stated, or the only one of the drug.

    Raises:
        InputError: if the drug has several and none is stated, or another than these.
    """
    if route is None and len(drug.routes) == 1:
        return drug.routes[0]
    if route is None or route not in drug.routes:
        why = "is missing" if route is None else f"is no route of {drug.name}"
        refuse("route", route or "", why=why, write=" or ".join(drug.routes))
    return route
