"""From a regimen and a first day to dated doses, and out of the program.

The names below are the door for programmers; each is imported when it is first used, because
every module of the room passes through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schedules.door import PatientCourse, PatientFacts, open_library, plan

VERSION = "0.1.0"

__all__ = ["VERSION", "PatientCourse", "PatientFacts", "open_library", "plan"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("schedules.door"), name)
