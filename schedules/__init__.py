"""From a regimen and a first day to dated doses, and out of the program.

The names below are the door for programmers; each is imported when it is first used, because
every module of the room passes through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# For mypy and editors; at run time __getattr__ imports what is used.
if TYPE_CHECKING:
    from schedules.door import PatientCourse, plan
    from schedules.library.reader import open_library
    from schedules.plans.patient_entry import PatientFacts
    from schedules.version import VERSION

__all__ = ["VERSION", "PatientCourse", "PatientFacts", "open_library", "plan"]

_ELSEWHERE = {
    "VERSION": "schedules.version",
    "open_library": "schedules.library.reader",
    "PatientFacts": "schedules.plans.patient_entry",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ELSEWHERE.get(name, "schedules.door")), name)
