"""How a door has to answer: by an error of our own, in few words that name the field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from dosing.errors import InputError, KnowledgeError
from dosing.trace import RefusedError
from dosing.units import ordinary_spaces

# A bad input of a megabyte is not repeated to whoever sent it.
_LONGEST_ANSWER = 4000


def answer(door: Callable[..., object], *args: Any, **kwargs: Any) -> str:
    """Return the words in which a door refuses what it was given; any other error fails."""
    with pytest.raises((InputError, KnowledgeError, RefusedError)) as caught:
        door(*args, **kwargs)
    words = ordinary_spaces(str(caught.value))
    assert words.strip()
    assert len(words) <= _LONGEST_ANSWER
    assert "Traceback" not in words
    return words


def nested(opening: str, closing: str, depth: int = 100_000) -> str:
    """Return brackets within brackets."""
    return opening * depth + closing * depth


def aliases(levels: int = 12, times: int = 10) -> str:
    """Return the YAML of a list that holds a list ten times, which holds one ten times ..."""
    lines = ["bomb0: &b0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        inside = ", ".join([f"*b{level - 1}"] * times)
        lines.append(f"bomb{level}: &b{level} [{inside}]")
    return "\n".join(lines) + "\n"


def each(names: str, cases: Sequence[object]) -> pytest.MarkDecorator:
    """Run a test for each case under its number: a bad input is no name of a test."""
    return pytest.mark.parametrize(names, cases, ids=range(len(cases)))
