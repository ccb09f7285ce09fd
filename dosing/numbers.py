"""Numbers without a unit, as a person types them: fractions, counts, shares, clock times."""

from __future__ import annotations

import datetime as dt
import re
from typing import NoReturn

from dosing.errors import refuse, text_of
from dosing.plausibility import PLAUSIBLE

# [0-9], never \d, which also matches the digits of other scripts.
_FRACTION = re.compile(r"0\.[0-9]{1,6}")
_PERCENT = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?")
_COUNT = re.compile(r"[1-9][0-9]?")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,6})?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

_SHARE_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)[ \u00a0]?%")
_SHARE_DECIMAL = re.compile(r"0\.[0-9]{1,4}")
_SHARE_WORDS = {
    "a fifth": 1 / 5,
    "a quarter": 1 / 4,
    "a third": 1 / 3,
    "a half": 1 / 2,
    "half": 1 / 2,
    "two thirds": 2 / 3,
    "three quarters": 3 / 4,
}
GREATEST_SHARE = PLAUSIBLE.share_of_dose.greatest_percent / 100


def read_fraction(text: object, field: str) -> float:
    """Read a fraction such as 0.4, with its zero before the point.

    Raises:
        InputError: if it is not written so, or not between 0 and 1.
    """
    typed = _typed(text)
    if _FRACTION.fullmatch(typed) and float(typed) > 0:
        return float(typed)
    _refuse(field, text, "is not a fraction between 0 and 1", "0.4")


def read_percent(text: object, field: str) -> float:
    """Read a percentage such as 6 or 6.25, and return it as a fraction: 6 is 0.06.

    Raises:
        InputError: if it is not a number above 0 and below 100.
    """
    typed = _typed(text)
    if _PERCENT.fullmatch(typed) and float(typed) > 0:
        return float(typed) / 100
    _refuse(field, text, "is not a percentage", "6 or 6.25")


def read_count(text: object, field: str) -> int:
    """Read a small whole number such as 2.

    Raises:
        InputError: if it is not a whole number from 1 to 99.
    """
    typed = _typed(text)
    if _COUNT.fullmatch(typed):
        return int(typed)
    _refuse(field, text, "is not a whole number", "1, 2 or 3")


def read_decimal(text: object, field: str) -> float:
    """Read a plain number such as 0.9, with a decimal point: a laboratory result.

    Raises:
        InputError: if it is not written so.
    """
    typed = _typed(text)
    if _DECIMAL.fullmatch(typed):
        return float(typed)
    _refuse(field, text, "is not a number", "0.9, with a point")


def read_clock(text: object, field: str) -> dt.time:
    """Read a clock time such as 09:00, on the 24-hour clock.

    Raises:
        InputError: if it is not written so.
    """
    match = _CLOCK.fullmatch(_typed(text))
    if match:
        return dt.time(int(match[1]), int(match[2]))
    _refuse(field, text, "is not a clock time", "09:00")


def read_share(text: object, field: str = "part") -> float:
    """Read which share of the standard dose is given: "75 %", "0.75" or "three quarters".

    Returns:
        The factor, above 0 and at most ``GREATEST_SHARE``.

    Raises:
        InputError: if it is none of these; a bare 75 could be 75 % or 75 mg.
    """
    typed = " ".join(_typed(text).casefold().split())
    percent = _SHARE_PERCENT.fullmatch(typed)
    if percent:
        factor = float(percent[1]) / 100
    elif _SHARE_DECIMAL.fullmatch(typed):
        factor = float(typed)
    else:
        factor = _SHARE_WORDS.get(typed, 0.0)
    if 0 < factor <= GREATEST_SHARE:
        return factor
    _refuse(field, text, "is not a part of the standard dose", "75 %, 0.75 or three quarters")


def _typed(text: object) -> str:
    """Return what was typed; what a program hands in that is no text is no number either."""
    return text.strip() if isinstance(text, str) else ""


def _refuse(field: str, text: object, why: str, write: str) -> NoReturn:
    typed = "" if text is None else text_of(text)
    refuse(field, typed, why=why if typed.strip() else "is missing", write=write)
