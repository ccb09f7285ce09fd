"""The creatinine clearance that a dose is put into a band by, and what is to be said of it.

In mL/min, never indexed. It is calculated by Cockcroft and Gault (the form in mg/dL, unrounded) or
entered by a person, who says what it was estimated from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Literal, get_args

from pydantic import model_validator

from dosing.calculation.measure import measure
from dosing.calculation.rule import DoseRule
from dosing.drugs.file_model import FileModel
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE
from dosing.patient import Patient
from dosing.trace import TYPED, Derivation, Finding, Source
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

EstimatedBy = Literal["cystatin C", "creatinine", "measured"]
ESTIMATED_BY: tuple[EstimatedBy, ...] = get_args(EstimatedBy)

_COCKCROFT_GAULT = CREATININE_CLEARANCE["cockcroft_gault"]
_STANDARD_SURFACE_M2 = 1.73
_PER_KG = dose_rate("1 mg/kg")
_DIGITS = 5
_KIND_OF_NERVE_OR_MUSCLE = (
    "neuromuscular",
    "neuropath",
    "myasthen",
    "lambert",
    "guillain",
    "motor neuron",
    "lateral sclerosis",
    "atrophy",
    "dystroph",
    "myopath",
    "myositis",
    "muscle",
    "muscular",
    "porphyria",
    "diphtheri",
    "spasticity",
)


class ClearanceRule(FileModel):
    """By which weight a clearance is calculated, and by which surface an indexed one is undone."""

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
        """Give what must have been measured where no clearance is entered."""
        height = () if self.weight == "actual" else ("height",)
        return (*_COCKCROFT_GAULT.inputs, *height)

    def __str__(self) -> str:
        """Say it in words."""
        ideal = f" ({self.ideal})" if self.ideal else ""
        part = f", {self.fraction:g} of the difference" if self.fraction is not None else ""
        return (
            f"{_COCKCROFT_GAULT.title} (form in mg/dL) by {self.weight} weight{ideal}{part}; "
            f"one that is entered per 1.73 m2 by {BSA[self.surface].title} surface"
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A clearance in mL/min with how it came about."""

    value: Quantity
    by: EstimatedBy
    said: str
    source: Source


def clearance_of(
    rule: ClearanceRule, patient: Patient, entered: Quantity | None, by: EstimatedBy | None
) -> Clearance | None:
    """Give the clearance of a patient: as entered, else calculated; None where neither can be.

    Args:
        rule: by which weight and surface.
        patient: the measurements.
        entered: in mL/min or mL/min/1.73m2, as a laboratory or a person gave it.
        by: what the entered one was estimated from.

    Returns:
        The clearance in mL/min; None if a measurement is missing, or under 18 years, for whom
        Cockcroft and Gault was not made.

    Raises:
        InputError: if an indexed one is entered without the measurements of the surface.
    """
    if entered is not None and by is not None:
        return _entered(rule, patient, entered, by)
    if any(getattr(patient, field) is None for field in rule.inputs):
        return None
    given = {field: getattr(patient, field) for field in rule.inputs}
    if _COCKCROFT_GAULT.outside(**given):
        return None
    weighed = DoseRule(
        rate=_PER_KG, weight_basis=rule.weight, ideal=rule.ideal, fraction=rule.fraction
    )
    bodies = measure(weighed, patient, KG, Derivation())
    used = quantity(bodies[KG], KG)
    value = _COCKCROFT_GAULT(**{**given, "weight": used})
    said = (
        f"Creatinine clearance {show(value, _DIGITS)}: {_COCKCROFT_GAULT.title}, form in mg/dL, "
        f"{rule.weight} weight {show(used, _DIGITS)}, {patient.sex}, "
        f"{show(given['age'], _DIGITS)}, creatinine {show(given['creatinine'], _DIGITS)}."
    )
    return Clearance(value=value, by="creatinine", said=said, source=_COCKCROFT_GAULT.source)


def _entered(
    rule: ClearanceRule, patient: Patient, entered: Quantity, by: EstimatedBy
) -> Clearance:
    how = "measured" if by == "measured" else f"estimated from {by}"
    said = f"Clearance {show(entered)}, {how}, as entered"
    if entered.units != ML_PER_MIN_PER_173:
        return Clearance(value=entered, by=by, said=f"{said}.", source=TYPED)
    formula = BSA[rule.surface]
    surface = formula(weight=patient.weight, height=patient.height, sex=patient.sex)
    m2 = in_unit(surface, M2, "surface")
    value = quantity(float(entered.magnitude) * float(m2) / _STANDARD_SURFACE_M2, ML_PER_MIN)
    said += (
        f"; by body surface {show(surface, _DIGITS)} ({formula.title}) that is "
        f"{show(value, _DIGITS)}."
    )
    return Clearance(value=value, by=by, said=said, source=formula.source)


def muscle_finding(diseases: Iterable[str]) -> Finding:
    """Say that creatinine over-reads: to be accepted in a disease of nerve or muscle, else noted.

    Source: the caution of ``dosing.renal``. In 39 patients the filtration rate by creatinine was
    242 where cystatin C gave 110.
    """
    ill = any(word in said.casefold() for said in diseases for word in _KIND_OF_NERVE_OR_MUSCLE)
    return dataclasses.replace(
        CAUTION,
        level="WARN" if ill else "NOTE",
        text=f"{CAUTION.text} Enter a clearance from cystatin C, or accept this one with a reason."
        if ill
        else CAUTION.text,
    )
