"""What stands in the place of a control: each gets the original, and what it was called with."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dosing.units import ML_PER_H, quantity


def nothing(_: Callable[..., Any], *__: Any, **___: Any) -> list[Any]:
    """Find nothing, where findings or problems are listed."""
    return []


def no(_: Callable[..., Any], *__: Any, **___: Any) -> bool:
    return False


def yes(_: Callable[..., Any], *__: Any, **___: Any) -> bool:
    return True


def number_as_it_stands(_: Callable[..., Any], value: Any, *__: Any, **___: Any) -> Any:
    """Take a number in whatever unit it is."""
    return value.magnitude


def without_commas(original: Callable[..., Any], kind: str, text: Any, **more: Any) -> Any:
    """Read 1,5 as 15, as a reader does that takes every comma for one of thousands."""
    return original(kind, re.sub(r"[, ](?=[0-9])", "", text), **more)


def as_ml(_: Callable[..., Any], rate: Any, **__: Any) -> Any:
    """Read the number of a rate as mL/h."""
    return quantity(rate.magnitude, ML_PER_H)


def for_everybody(original: Callable[..., Any], regimen: Any, patient: Any) -> Any:
    """Take a regimen without those whom it is not for."""
    return original(regimen.model_copy(update={"not_for": []}), patient)


def chained(original: Callable[..., Any], span: Any, first: Any, times: int = 1) -> Any:
    """Count each month from the date before it."""
    for _ in range(times):
        first = original(span, first, 1)
    return first
