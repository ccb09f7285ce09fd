"""The creatinine clearance that a dose depends on, and its findings.

In mL/min, never indexed. It is calculated by Cockcroft and Gault (the form in mg/dL, unrounded), or
entered by a person, who states what it was estimated from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Literal

from pydantic import model_validator

from dosing.calculation.measure import measure
from dosing.calculation.rule import DoseRule
from dosing.drugs.file_model import FileModel
from dosing.errors import refuse
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE
from dosing.names import EstimatedBy
from dosing.patient import Patient, check_possible
from dosing.plausibility import PLAUSIBLE
from dosing.trace import TYPED, Derivation, Finding, Source, stops
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
_STANDARD_SURFACE_M2 = 1.73
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
    """A clearance in mL/min, and how it was obtained."""

    value: Quantity
    by: EstimatedBy
    text: str
    source: Source


def clearance_of(
    rule: ClearanceRule, patient: Patient, entered: Quantity | None, by: EstimatedBy | None
) -> Clearance | None:
    """Return the clearance of a patient: as entered, else calculated; None without either.

    Args:
        rule: by which weight and surface.
        patient: the measurements.
        entered: in mL/min or mL/min/1.73m2, as a laboratory or a person gave it.
        by: what the entered one was estimated from.

    Returns:
        The clearance in mL/min; None if a measurement is missing, below 18 years, an age for
        which Cockcroft and Gault was not made, and where the formula of the weight goes wrong.

    Raises:
        InputError: if an indexed one is entered without the measurements of the surface, or nobody
            has such a clearance.
    """
    if entered is not None and by is not None:
        return _possible(_entered(rule, patient, entered, by))
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
    text = (
        f"Creatinine clearance {show(value, _DIGITS)}: {_COCKCROFT_GAULT.title}, form in mg/dL, "
        f"{rule.weight} weight {show(used, _DIGITS)}, {patient.sex}, "
        f"{show(measured['age'], _DIGITS)}, creatinine {show(measured['creatinine'], _DIGITS)}."
    )
    found = Clearance(value=value, by="creatinine", text=text, source=_COCKCROFT_GAULT.source)
    return _possible(found)


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
    how = "measured" if by == "measured" else f"estimated from {by}"
    text = f"Clearance {show(entered)}, {how}, as entered"
    if entered.units != ML_PER_MIN_PER_173:
        return Clearance(value=entered, by=by, text=f"{text}.", source=TYPED)
    formula = BSA[rule.surface]
    surface = formula(weight=patient.weight, height=patient.height, sex=patient.sex)
    m2 = in_unit(surface, M2, "surface")
    value = quantity(float(entered.magnitude) * float(m2) / _STANDARD_SURFACE_M2, ML_PER_MIN)
    text += (
        f"; by body surface {show(surface, _DIGITS)} ({formula.title}) that is "
        f"{show(value, _DIGITS)}."
    )
    return Clearance(value=value, by=by, text=text, source=formula.source)


def muscle_finding(diseases: Iterable[str]) -> Finding:
    """Return that creatinine overestimates: a WARN in a disease of nerve or muscle, else a NOTE.

    Source: ``dosing.formulas.renal.CAUTION``. In 39 patients the filtration rate by creatinine was
    242 where cystatin C gave 110.
    """
    words = [disease.casefold() for disease in diseases]
    if not any(kind in word for word in words for kind in PLAUSIBLE.wasted_muscle.words):
        return CAUTION
    advice = "Enter a clearance from cystatin C, or accept this one with a reason."
    return dataclasses.replace(CAUTION, level="WARN", text=f"{CAUTION.text} {advice}")
