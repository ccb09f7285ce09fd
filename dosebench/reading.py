"""Reads what a question states, and refuses what more than one person could read in two ways.

A value is a plain number, a space and a unit that is spelt as below. Nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import NoReturn

# Each unit: what it measures, and how many of that one's own unit it is.
UNITS: dict[str, tuple[str, Fraction]] = {
    "mcg": ("mass", Fraction(1, 1000)),
    "mg": ("mass", Fraction(1)),
    "g": ("mass", Fraction(1000)),
    "units": ("units", Fraction(1)),
    "mmol": ("mmol", Fraction(1)),
    "mL": ("volume", Fraction(1)),
    "L": ("volume", Fraction(1000)),
    "drops": ("drops", Fraction(1)),
}
BODIES = {
    "kg": ("weight", Fraction(1)),
    "lb": ("weight", Fraction(45359237, 10**8)),
    "cm": ("height", Fraction(1)),
    "m": ("height", Fraction(100)),
    "in": ("height", Fraction(254, 100)),
    "m2": ("surface", Fraction(1)),
}
TIMES = {"min": Fraction(1), "h": Fraction(60), "day": Fraction(1440)}
# Beyond these nobody has been measured: the heaviest weighed 635 kg, the tallest stood 272 cm.
MEASURED = {
    "weight": (Fraction(1, 5), Fraction(1000)),
    "height": (Fraction(15), Fraction(300)),
    "surface": (Fraction(1, 50), Fraction(10)),
}
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SPAN = re.compile(r"([1-9][0-9]*) (day|week|month)s?")


class RefusedError(Exception):
    """The question has no one answer: the field, and why."""


def refuse(field: str, why: str) -> NoReturn:
    """Raise what the answer to a dangerous question has to be."""
    raise RefusedError(f"{field}: {why}")


def number_and_unit(field: str, text: object) -> tuple[Fraction, str]:
    """Return the number and the unit of a text such as 0.4 g/kg."""
    number, _, unit = text.partition(" ") if isinstance(text, str) else ("", "", "")
    if not _NUMBER.fullmatch(number):
        refuse(field, f"{text!r} does not begin with a plain number")
    if not unit:
        refuse(field, f"{text!r} has no unit")
    if Fraction(number) == 0:
        refuse(field, f"{text!r} is zero")
    return Fraction(number), unit


def amount(field: str, text: object) -> tuple[str, Fraction]:
    """Return what a text measures and how much of it: mass and 600 for 600 mg."""
    number, unit = number_and_unit(field, text)
    if unit not in UNITS:
        refuse(field, f"{unit} is no unit of an amount")
    kind, size = UNITS[unit]
    return kind, number * size


def of_kind(field: str, text: object, kind: str) -> Fraction:
    """Return an amount that has to be of a kind."""
    found, value = amount(field, text)
    if found != kind:
        refuse(field, f"{text} is no {kind}")
    return value


def body(field: str, text: object) -> Fraction:
    """Return a weight in kg, a height in cm or a surface in m2 that a person can have."""
    if text is None:
        refuse(field, "is missing")
    number, unit = number_and_unit(field, text)
    kind, size = BODIES.get(unit, ("", Fraction(0)))
    if kind != field:
        refuse(field, f"{text} is no {field}")
    low, high = MEASURED[kind]
    if not low <= number * size <= high:
        refuse(field, f"nobody has a {field} of {text}")
    return number * size


def minutes(field: str, text: object) -> Fraction:
    """Return a length of time in minutes."""
    number, unit = number_and_unit(field, text)
    if unit.removesuffix("s") not in TIMES:
        refuse(field, f"{unit} is no unit of time")
    return number * TIMES[unit.removesuffix("s")]


def span(text: object) -> tuple[int, str]:
    """Return the days, or the months, of a length such as 4 weeks or 1 month."""
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        refuse("every", f"{text!r} is no number of days, weeks or months")
    count = int(match[1])
    return (count * 7, "day") if match[2] == "week" else (count, match[2])


def date(text: object) -> dt.date:
    """Return a date that is written year first."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        refuse("first", f"{text!r} is no date that is written 2026-11-30")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        refuse("first", f"{text} is on no calendar")
