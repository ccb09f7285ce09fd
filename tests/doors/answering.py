"""How a door has to answer: by an error of our own, in few words that name the field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from dosing.errors import LONGEST_ANSWER, InputError, KnowledgeError
from dosing.trace import RefusedError
from dosing.units import ordinary_spaces


def answer(door: Callable[..., object], *args: Any, **kwargs: Any) -> str:
    """Return the words in which a door refuses what it was given; any other error fails."""
    with pytest.raises((InputError, KnowledgeError, RefusedError)) as caught:
        door(*args, **kwargs)
    words = ordinary_spaces(str(caught.value))
    assert unfit(words) == ""
    return words


def unfit(words: str) -> str:
    """Return why words are no answer; empty where they are one."""
    if not words.strip():
        return "an answer without a word"
    # A bad input of a megabyte is not repeated to whoever sent it.
    if len(words) > LONGEST_ANSWER:
        return f"an answer of {len(words)} letters"
    return "an answer with a traceback" if "Traceback" in words else ""


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
