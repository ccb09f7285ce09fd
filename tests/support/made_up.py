"""Drugs, patients and rules for the tests. Their figures are no advice."""

from __future__ import annotations

from typing import Any

from dosing import units
from dosing.calculation.rule import DoseRule, Rounding
from dosing.drugs.drug import Drug
from dosing.names import RoundingRule
from dosing.patient import Patient

VEIN = "intravenous infusion"
SOURCE = {"label": {"cite": "A made-up label", "place": "section 4.2", "confirmed": True}}


def drug(name: str, *limits: dict[str, Any]) -> Drug:
    return Drug.model_validate(
        {
            "id": name,
            "name": name,
            "version": 1,
            "sources": SOURCE,
            "limits": [{"source": "label", **limit} for limit in limits],
        }
    )


def immunoglobulin() -> Drug:
    return drug(
        "immunoglobulin",
        {
            "per": "dose",
            "usual": {"low": "0.4 g/kg", "high": "0.4 g/kg"},
            "hard": {"low": "0.1 g/kg", "high": "2 g/kg"},
        },
        {"per": "cycle", "hard": {"high": "200 g"}},
    )


def rituximab() -> Drug:
    return drug(
        "rituximab",
        {
            "per": "dose",
            "routes": [VEIN],
            "usual": {"low": "340 mg/m2", "high": "410 mg/m2"},
            "hard": {"low": "100 mg/m2", "high": "500 mg/m2"},
        },
        {"per": "dose", "routes": [VEIN], "usual": {"high": "1 g"}, "hard": {"high": "1100 mg"}},
    )


def patient(**more: Any) -> Patient:
    """Return the patient of the examples: a man of 48 years, 70 kg and 175 cm."""
    size: dict[str, Any] = {
        "weight": units.weight("70 kg"),
        "height": units.height("175 cm"),
        "sex": "male",
        "age": units.age("48 years"),
    }
    return Patient(**{**size, **more})


def rounding(step: str, rule: RoundingRule = "nearest") -> Rounding:
    return Rounding(step=units.amount(step), rule=rule)


def per_kg(rate: str, **more: Any) -> DoseRule:
    return DoseRule(**{"rate": units.dose(rate), "weight_basis": "actual", **more})


def per_m2(rate: str, **more: Any) -> DoseRule:
    return DoseRule(**{"rate": units.dose(rate), "surface": "mosteller", **more})


def spoken(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace(units.NO_BREAK_SPACE, " ")
