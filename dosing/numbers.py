"""Numbers without a unit: a fraction, a percentage, a count, a laboratory result, a clock time."""

from __future__ import annotations

import datetime as dt
import re

from dosing.errors import refuse

_FRACTION = re.compile(r"0\.[0-9]{1,6}")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,6})?")
_PERCENT = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_COUNT = re.compile(r"[1-9][0-9]?")


def read_fraction(text: str, field: str) -> float:
    """Read a fraction such as 0.4, with its zero before the point.

    Raises:
        InputError: if it is not written so, or not between 0 and 1.
    """
    if _FRACTION.fullmatch(text.strip()) and float(text) > 0:
        return float(text)
    refuse(
        field, text, why="is not a fraction between 0 and 1" if text else "is missing", write="0.4"
    )


def read_percent(text: str, field: str) -> float:
    """Read a percentage such as 6 or 6.25, as a fraction: 6 is 0.06.

    Raises:
        InputError: if it is not a number above 0 and below 100.
    """
    if _PERCENT.fullmatch(text.strip()) and float(text) > 0:
        return float(text) / 100
    refuse(field, text, why="is not a percentage" if text else "is missing", write="6 or 6.25")


def read_count(text: str, field: str) -> int:
    """Read a small whole number such as 2.

    Raises:
        InputError: if it is not a whole number from 1 to 99.
    """
    if _COUNT.fullmatch(text.strip()):
        return int(text)
    refuse(field, text, why="is not a whole number" if text else "is missing", write="1, 2 or 3")


def read_decimal(text: str, field: str) -> float:
    """Read a plain number such as 0.9, with a decimal point.

    Raises:
        InputError: if it is not written so.
    """
    if _DECIMAL.fullmatch(text.strip()):
        return float(text)
    refuse(field, text, why="is not a number" if text else "is missing", write="0.9, with a point")


def read_clock(text: str, field: str) -> dt.time:
    """Read a clock time such as 09:00, on the 24-hour clock.

    Raises:
        InputError: if it is not written so.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match:
        return dt.time(int(match[1]), int(match[2]))
    refuse(field, text, why="is not a clock time" if text else "is missing", write="09:00")


_WORDS = {
    "a fifth": 1 / 5,
    "a quarter": 1 / 4,
    "a third": 1 / 3,
    "a half": 1 / 2,
    "half": 1 / 2,
    "two thirds": 2 / 3,
    "three quarters": 3 / 4,
}
_PART_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)[ \u00a0]?%")
_PART_DECIMAL = re.compile(r"0\.[0-9]{1,4}")
_GREATEST_SHARE = 200


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
    percent = _PART_PERCENT.fullmatch(said)
    factor = _WORDS.get(said, 0.0)
    if percent and float(percent[1]) <= _GREATEST_SHARE:
        factor = float(percent[1]) / 100
    elif _PART_DECIMAL.fullmatch(said):
        factor = float(said)
    if factor <= 0:
        refuse(
            field,
            text,
            why="is not a part of the standard dose" if said else "is missing",
            write="75 %, 0.75 or three quarters",
        )
    return factor
