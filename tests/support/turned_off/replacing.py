"""Replaces a function wherever it is known by its name, or a method or property of a class."""

from __future__ import annotations

import functools
import importlib
import sys
from typing import Any

from tests.support.turned_off import instead


def replace(place: str, by: str) -> None:
    """Replace what ``package.module:name`` or ``package.module:Class.name`` names."""
    module, _, path = place.partition(":")
    owner = importlib.import_module(module)
    *inside, name = path.split(".")
    for step in inside:
        owner = getattr(owner, step)
    original = vars(owner)[name]
    control = getattr(instead, by)
    called: Any = original.fget if isinstance(original, property) else original

    # A function, not a partial: only a function is bound to the object whose method it is.
    @functools.wraps(called)
    def replacement(*given: Any, **named: Any) -> Any:
        return control(called, *given, **named)

    setattr(owner, name, property(replacement) if called is not original else replacement)
    # Whoever imported it by its name knows the original.
    for other in list(sys.modules.values()):
        for known, value in list(vars(other).items()):
            if value is original:
                setattr(other, known, replacement)
