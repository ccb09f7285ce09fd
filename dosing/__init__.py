"""From a patient and a rule to an amount that can explain itself.

The names below are the door for programmers; each is imported when it is first used, because
every module of the room passes through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# For mypy and editors; at run time __getattr__ imports what is used.
if TYPE_CHECKING:
    from dosing.door import (
        bmi,
        body,
        bsa,
        creatinine_clearance,
        dose,
        egfr,
        ideal_weight,
        infuse,
        lean_weight,
        plasma_volume,
    )
    from dosing.errors import InputError, KnowledgeError
    from dosing.facts import Facts
    from dosing.sizes import BodyMeasures, body_measures
    from dosing.trace import RefusedError

__all__ = [
    "BodyMeasures",
    "Facts",
    "InputError",
    "KnowledgeError",
    "RefusedError",
    "bmi",
    "body",
    "body_measures",
    "bsa",
    "creatinine_clearance",
    "dose",
    "egfr",
    "ideal_weight",
    "infuse",
    "lean_weight",
    "plasma_volume",
]

_ELSEWHERE = {
    "BodyMeasures": "dosing.sizes",
    "Facts": "dosing.facts",
    "InputError": "dosing.errors",
    "KnowledgeError": "dosing.errors",
    "RefusedError": "dosing.trace",
    "body_measures": "dosing.sizes",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ELSEWHERE.get(name, "dosing.door")), name)
