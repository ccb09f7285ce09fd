"""A part of the standard dose as people write it: 75 %, 0.75, three quarters; never a bare 75."""

from __future__ import annotations

import re

from dosing.errors import InputError, Problem

_WORDS = {
    "a fifth": 1 / 5, "a quarter": 1 / 4, "a third": 1 / 3, "a half": 1 / 2, "half": 1 / 2,
    "two thirds": 2 / 3, "three quarters": 3 / 4,
}  # fmt: skip
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)[ \u00a0]?%")
_DECIMAL = re.compile(r"0\.[0-9]{1,4}")
_GREATEST_PERCENT = 200


def part(text: str, field: str = "part") -> float:
    """Read a part of the standard dose.

    Args:
        text: "75 %", "0.75" or "three quarters".
        field: the name the person sees.

    Returns:
        The factor, above 0 and at most 2.

    Raises:
        InputError: if it is none of these; a bare 75 could be 75 % or 75 mg.
    """
    said = " ".join(text.casefold().split())
    percent = _PERCENT.fullmatch(said)
    factor = _WORDS.get(said, 0.0)
    if percent and float(percent[1]) <= _GREATEST_PERCENT:
        factor = float(percent[1]) / 100
    elif _DECIMAL.fullmatch(said):
        factor = float(said)
    if factor <= 0:
        raise InputError(
            Problem(field=field, typed=text,
                    why="is not a part of the standard dose" if said else "is missing",
                    accepted="write 75 %, 0.75 or three quarters")
        )  # fmt: skip
    return factor
