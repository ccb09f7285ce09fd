"""A patient who was asked everything, with nothing to find."""

from __future__ import annotations

from typing import Any

ASKED: dict[str, Any] = {
    "creatinine": "80 umol/L",
    "dialysis": "none",
    "liver": "no liver disease",
    "conditions": ["none"],
    "takes": ["none"],
    "allergies": ["none"],
    "results": [
        f"{result} 2026-11-28"
        for result in (
            "neutrophils 3.1 10^9/L",
            "white cells 6 10^9/L",
            "platelets 220 10^9/L",
            "ALT 0.8 xULN",
            "AST 0.8 xULN",
            "bilirubin 0.5 xULN",
            "bilirubin 8 umol/L",
            "IgG 9 g/L",
            "sodium 140 mmol/L",
            "potassium 4 mmol/L",
            "carbamazepine level 6 mg/L",
            "HBsAg negative",
            "anti-HBc negative",
            "HLA-B*15:02 test negative",
            "pregnancy test negative",
            "urine dipstick negative",
            "ECG normal",
        )
    ],
}
NOT_PREGNANT = {"pregnant": "no", "could_become_pregnant": "no", "breast_feeding": "no"}
