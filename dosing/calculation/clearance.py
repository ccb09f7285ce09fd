"""The creatinine clearance that a dose depends on, and its findings.

In mL/min, never indexed. It is calculated by Cockcroft and Gault (the form in mg/dL, unrounded), or
entered by a person, who states what it was estimated from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import model_validator

from dosing.calculation.measure import measure
from dosing.calculation.rule import DoseRule
from dosing.columns import is_column
from dosing.drugs.conditions import is_child
from dosing.drugs.file_model import FileModel
from dosing.errors import refuse
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.formulas.formula import Formula
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE, EGFR
from dosing.names import EstimatedBy
from dosing.patient import Patient, check_possible
from dosing.plausibility import PLAUSIBLE
from dosing.trace import TYPED, Derivation, Finding, Source, note, stops, warn
from dosing.units import (
    KG,
    M2,
    ML_PER_MIN,
    ML_PER_MIN_PER_173,
    Quantity,
    dose_rate,
    in_unit,
    quantity,
    show,
)

_COCKCROFT_GAULT = CREATININE_CLEARANCE["cockcroft_gault"]
_CYSTATIN, _SCHWARTZ = EGFR["ckd_epi_cystatin_2012"], EGFR["schwartz_bedside"]
_STANDARD_SURFACE_M2 = 1.73
BETTER_CLEARANCE = "renal.better_clearance"
_PER_KG = dose_rate("1 mg/kg")
_DIGITS = 5


class ClearanceRule(FileModel):
    """By which weight a clearance is calculated, by which surface an indexed one is converted."""

    weight: Literal["actual", "ideal", "adjusted"]
    ideal: str | None = None
    fraction: float | None = None
    surface: str
    source: str

    @model_validator(mode="after")
    def _complete(self) -> ClearanceRule:
        if self.surface not in BSA:
            raise ValueError(f'surface "{self.surface}" is none of {", ".join(BSA)}')
        if (self.weight != "actual") != (self.ideal in IDEAL_WEIGHT):
            raise ValueError(f"ideal, one of {', '.join(IDEAL_WEIGHT)}, goes with ideal, adjusted")
        if (self.weight == "adjusted") != (self.fraction is not None):
            raise ValueError("fraction goes with adjusted, and only with it")
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return what must have been measured where no clearance is entered."""
        height = () if self.weight == "actual" else ("height",)
        return (*_COCKCROFT_GAULT.inputs, *height)

    def __str__(self) -> str:
        """Return it in words, for the page of a regimen."""
        ideal = f" ({self.ideal})" if self.ideal else ""
        part = f", {self.fraction:g} of the difference" if self.fraction is not None else ""
        return (
            f"{_COCKCROFT_GAULT.title} (form in mg/dL) by {self.weight} weight{ideal}{part}; "
            f"one that is entered per 1.73 m2 by {BSA[self.surface].title} surface"
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A clearance in mL/min, and how it was obtained.

    ``indexed`` is the same for 1.73 m2, where the surface of the body is known.
    """

    value: Quantity
    indexed: Quantity | None = None
    by: EstimatedBy
    text: str
    source: Source


def clearance_of(
    rule: ClearanceRule, patient: Patient, entered: Quantity | None, by: EstimatedBy | None
) -> Clearance | None:
    """Return the clearance of a patient: as entered, else by cystatin C, else by creatinine.

    Args:
        rule: by which weight and surface.
        patient: the measurements; of adults also columns of them, by creatinine and without text.
        entered: in mL/min or mL/min/1.73m2, as a laboratory or a person gave it.
        by: what the entered one was estimated from.

    Returns:
        The clearance in mL/min; None if a measurement is missing (of cystatin C too, where one was
        entered: creatinine is not taken in its place), below 18 years, an age for
        which Cockcroft and Gault was not made, and where the formula of the weight goes wrong. For
        a column None if any of it is so.

    Raises:
        InputError: if an indexed one is entered without the measurements of the surface, or nobody
            has such a clearance.
    """
    if entered is not None and by is not None:
        return _possible(_entered(rule, patient, entered, by))
    if patient.cystatin_c is not None:
        return _by_cystatin(rule, patient)
    if any(getattr(patient, field) is None for field in rule.inputs):
        return None
    measured = {field: getattr(patient, field) for field in rule.inputs}
    if _COCKCROFT_GAULT.outside(**measured):
        return None
    weighed = DoseRule(
        rate=_PER_KG, weight_basis=rule.weight, ideal=rule.ideal, fraction=rule.fraction
    )
    derivation = Derivation()
    bodies = measure(weighed, patient, KG, derivation)
    if stops(derivation.findings):
        return None
    used = quantity(bodies[KG], KG)
    value = _COCKCROFT_GAULT(**{**measured, "weight": used})
    text = ""
    if not is_column(value.magnitude):
        age, creatinine = (show(measured[field], _DIGITS) for field in ("age", "creatinine"))
        text = (
            f"Creatinine clearance {show(value, _DIGITS)}: {_COCKCROFT_GAULT.title}, form in "
            f"mg/dL, {rule.weight} weight {show(used, _DIGITS)}, {patient.sex}, {age}, "
            f"creatinine {creatinine}."
        )
    found = Clearance(
        value=value,
        indexed=_indexed(rule, patient, value),
        by="creatinine",
        text=text,
        source=_COCKCROFT_GAULT.source,
    )
    return _possible(found)


def _by_cystatin(rule: ClearanceRule, patient: Patient) -> Clearance | None:
    """Return the clearance by cystatin C: the indexed rate by the surface of the body."""
    measured = {field: getattr(patient, field) for field in _CYSTATIN.inputs}
    if any(value is None for value in measured.values()) or _CYSTATIN.outside(**measured):
        return None
    text = (
        f"{_CYSTATIN.title}: {show(measured['cystatin_c'], _DIGITS)}, {patient.sex}, "
        f"{show(measured['age'], _DIGITS)}"
    )
    return _deindexed(rule, patient, _CYSTATIN, measured, "cystatin C", text)


def clearance_of_a_child(rule: ClearanceRule, patient: Patient) -> Clearance | None:
    """Return the clearance of a child of 1 year and more by bedside Schwartz; else None."""
    measured = {field: getattr(patient, field) for field in _SCHWARTZ.inputs}
    if not is_child(patient) or any(value is None for value in measured.values()):
        return None
    if _SCHWARTZ.outside(age=patient.age):
        return None
    text = (
        f"{_SCHWARTZ.title}: {show(measured['height'], _DIGITS)}, creatinine "
        f"{show(measured['creatinine'], _DIGITS)}"
    )
    return _deindexed(rule, patient, _SCHWARTZ, measured, "creatinine", text)


def _deindexed(
    rule: ClearanceRule,
    patient: Patient,
    formula: Formula,
    measured: Mapping[str, Quantity],
    by: EstimatedBy,
    text: str,
) -> Clearance | None:
    """Return an indexed filtration rate as a clearance, by the surface of this body."""
    surface = surface_of(rule, patient)
    if surface is None:
        return None
    rate = formula(**measured)
    m2 = float(in_unit(surface, M2, "surface"))
    value = quantity(float(rate.magnitude) * m2 / _STANDARD_SURFACE_M2, ML_PER_MIN)
    text = (
        f"Clearance {show(value, _DIGITS)}: {show(rate, _DIGITS)} by {text}; by body surface "
        f"{show(surface, _DIGITS)} ({BSA[rule.surface].title})."
    )
    return _possible(Clearance(value=value, indexed=rate, by=by, text=text, source=formula.source))


def surface_of(rule: ClearanceRule, patient: Patient) -> Quantity | None:
    """Return the surface by which a clearance is converted; None without its measurements."""
    size = {"weight": patient.weight, "height": patient.height, "sex": patient.sex}
    if any(size[field] is None for field in BSA[rule.surface].inputs):
        return None
    return BSA[rule.surface](**size)


def _indexed(rule: ClearanceRule, patient: Patient, value: Quantity) -> Quantity | None:
    """Return a clearance in mL/min for 1.73 m2."""
    surface = surface_of(rule, patient)
    if surface is None:
        return None
    m2 = in_unit(surface, M2, "surface")
    ml_per_min = in_unit(value, ML_PER_MIN, "clearance")
    return quantity(ml_per_min * _STANDARD_SURFACE_M2 / m2, ML_PER_MIN_PER_173)


def refuse_for_a_child(patient: Patient) -> None:
    """Refuse a clearance by Cockcroft and Gault for a child, with the way out.

    Raises:
        InputError: if the patient is a child whose creatinine is known.
    """
    if is_child(patient) and patient.creatinine is not None and patient.age is not None:
        refuse(
            "clearance",
            "",
            why=f"is not calculated for {show(patient.age)}: {_COCKCROFT_GAULT.title} was made for "
            "adults from 18 years",
            accepted="enter one by bedside Schwartz or measured: 90 mL/min/1.73m2, and from what",
        )


def _possible(clearance: Clearance) -> Clearance:
    """Return a clearance that somebody can have; refuse another."""
    derivation = Derivation()
    ml_per_min = in_unit(clearance.value, ML_PER_MIN, "clearance")
    check_possible(derivation, "clearance", ml_per_min, "body.clearance")
    for finding in stops(derivation.findings):
        refuse("clearance", "", why="is not possible", accepted=f"{finding.text} Check creatinine")
    return clearance


def _entered(
    rule: ClearanceRule, patient: Patient, entered: Quantity, by: EstimatedBy
) -> Clearance:
    text = f"Clearance {show(entered)}, {_origin(by)}, as entered"
    formula, surface = BSA[rule.surface], surface_of(rule, patient)
    if entered.units != ML_PER_MIN_PER_173:
        indexed = _indexed(rule, patient, entered)
        if is_child(patient):
            text += _per_surface(surface, indexed, formula.title)
        return Clearance(value=entered, indexed=indexed, by=by, text=f"{text}.", source=TYPED)
    surface = formula(weight=patient.weight, height=patient.height, sex=patient.sex)
    m2 = in_unit(surface, M2, "surface")
    value = quantity(float(entered.magnitude) * float(m2) / _STANDARD_SURFACE_M2, ML_PER_MIN)
    text += (
        f"; by body surface {show(surface, _DIGITS)} ({formula.title}) that is "
        f"{show(value, _DIGITS)}."
    )
    return Clearance(value=value, indexed=entered, by=by, text=text, source=formula.source)


def _per_surface(surface: Quantity | None, indexed: Quantity | None, by: str) -> str:
    """Return what a clearance of a child is per 1.73 m2, or that this is not known."""
    if surface is None or indexed is None:
        return "; without height and weight it is not converted to 1.73 m2, and low for a child"
    return f"; by body surface {show(surface, _DIGITS)} ({by}) that is {show(indexed, _DIGITS)}"


def clearance_without_surface(entered: Quantity, by: EstimatedBy) -> Clearance:
    """Return an indexed clearance of a patient whose surface is not known.

    It stands for the mL/min as well: a band is better compared with it than with nothing.

    Raises:
        InputError: if nobody has such a clearance.
    """
    text = (
        f"Clearance {show(entered)}, {_origin(by)}, as entered; without height and weight it "
        "stands for the mL/min of a band as well."
    )
    value = quantity(float(entered.magnitude), ML_PER_MIN)
    return _possible(Clearance(value=value, indexed=entered, by=by, text=text, source=TYPED))


def _origin(by: EstimatedBy) -> str:
    return "measured" if by == "measured" else f"estimated from {by}"


def table_by_creatinine(by_creatinine: Clearance | None, better: Clearance) -> Finding:
    """Return what a better clearance says of a table that goes by the creatinine.

    A WARN where it is the lower one, because the creatinine then overestimates the kidney and the
    table may give too much; else a NOTE.

    Args:
        by_creatinine: by Cockcroft and Gault; None where a measurement for it is missing.
        better: from cystatin C, or measured.
    """
    text = f"The table of this regimen goes by the creatinine. {better.text}"
    lower = True
    if by_creatinine is not None:
        text += f" By creatinine it is {show(by_creatinine.value, _DIGITS)}."
        lower = bool(
            in_unit(better.value, ML_PER_MIN, "clearance")
            < in_unit(by_creatinine.value, ML_PER_MIN, "clearance")
        )
    if not lower:
        return note(BETTER_CLEARANCE, text, CAUTION.source)
    text += " The dose may be too high: choose it by the lower clearance, with a reason."
    return warn(BETTER_CLEARANCE, text, CAUTION.source)


def muscle_finding(diseases: Iterable[str]) -> Finding:
    """Return that creatinine overestimates: a WARN in a disease of nerve or muscle, else a NOTE.

    Source: ``dosing.formulas.renal.CAUTION``. In 39 patients the filtration rate by creatinine was
    242 where cystatin C gave 110.
    """
    words = [disease.casefold() for disease in diseases]
    if not any(kind in word for word in words for kind in PLAUSIBLE.wasted_muscle.words):
        return CAUTION
    advice = "Enter cystatin C or a measured clearance, or accept this one with a reason."
    return dataclasses.replace(CAUTION, level="WARN", text=f"{CAUTION.text} {advice}")
