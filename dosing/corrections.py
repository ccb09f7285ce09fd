"""Why a text was not accepted as a value, and how to write it instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from dosing.errors import Problem

LONGEST_TEXT = 40

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_GAP = "[ \u00a0\u202f'\u2019_]"

# What hands write, and what it is called here. The safe-abbreviation lists ban most of the left.
_SLIPS = {
    "u": "units",
    "iu": "units",
    "ie": "units",
    "ug": "mcg",
    "mkg": "mcg",
    "cc": "mL",
    "gm": "g",
    "kilo": "kg",
    "kilos": "kg",
    "kgs": "kg",
    "yr": "years",
    "yrs": "years",
    "d": "day",
    "hr": "h",
    "hrs": "h",
    "mins": "min",
}


class KindOfValue(Protocol):
    """What is needed to know of a kind of value."""

    @property
    def name(self) -> str:
        """Name of the kind, as a person reads it."""

    @property
    def spellings(self) -> Mapping[str, object]:
        """Accepted spellings of its units."""

    @property
    def examples(self) -> str:
        """Examples of how to write it."""


def explain(kind: KindOfValue, kinds: Iterable[KindOfValue], field: str, text: str) -> Problem:
    """Say what is wrong with a text that is not accepted, and how to write it."""
    why, accepted = _reason(kind, kinds, text)
    return Problem(field=field, typed=text, why=why, accepted=accepted)


def _reason(kind: KindOfValue, kinds: Iterable[KindOfValue], text: str) -> tuple[str, str]:
    write = f"write {kind.examples}"
    if not text:
        return "is missing", write
    if len(text) > LONGEST_TEXT:
        return f"is longer than {LONGEST_TEXT} characters", write
    if "," in text:
        return _comma(text, write)
    gap = re.fullmatch(rf"([0-9]+(?:{_GAP}[0-9]+)+(?:\.[0-9]+)?)\s*(.*)", text)
    if gap:
        joined = re.sub(r"[^0-9.]", "", gap[1])
        # Only groups of three are thousands; 5'9" and 1 5 are not to be run together.
        thousands = re.fullmatch(rf"[0-9]{{1,3}}(?:{_GAP}[0-9]{{3}})+(?:\.[0-9]+)?", gap[1])
        fixed = f"write {joined} {gap[2]}" if thousands and gap[2] in kind.spellings else write
        return "has a gap inside the number", fixed
    if re.fullmatch(_NUMBER, text):
        return "has no unit", write
    if re.match(r"-\s*[0-9]", text):
        return "is below zero", write
    point = re.fullmatch(r"([0-9]*)\.([0-9]*)\s*([A-Za-z/].*)", text)
    if point and point[3] in kind.spellings:
        if not point[1] and point[2]:
            return "has no digit before the point", f"write 0.{point[2]} {point[3]}"
        if point[1] and not point[2]:
            return "has no digit after the point", f"write {point[1]} {point[3]}"
    match = re.fullmatch(rf"({_NUMBER})(\s*)(\S.*)", text)
    if not match:
        return "does not begin with a number in digits", write
    number, _, unit = match.groups()
    if unit in kind.spellings:
        return "has a wide gap before the unit", f"write {number} {unit}"
    return _unit(kind, kinds, number, unit)


def _comma(text: str, write: str) -> tuple[str, str]:
    """A decimal comma and a thousands comma look the same: show both ways to write it."""
    number = re.match(r"([0-9]+)((?:,[0-9]+)+)(\.[0-9]+)?", text)
    if not number:
        return "has a comma", write
    rest = text[number.end() :].strip()
    if not rest:
        return "has a comma in the number and no unit", write
    as_point = f"write {number[0].replace(',', '.')} {rest}"
    as_thousands = f"write {number[0].replace(',', '')} {rest}"
    if number[3] or number[2].count(",") > 1:
        grouped = re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?", number[0])
        return "has a comma in the number", as_thousands if grouped else write
    if re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", number[0]):
        thousands_or_point = f"{as_thousands} or {as_point.removeprefix('write ')}"
        return "has a comma, read by some as a point and by others as thousands", thousands_or_point
    return "has a comma for the point", as_point


def _unit(
    kind: KindOfValue, kinds: Iterable[KindOfValue], number: str, unit: str
) -> tuple[str, str]:
    write = f"write {kind.examples}"
    if f"mg{unit}" in kind.spellings:
        return "does not say what is given", f"write {number} g{unit} or {number} mg{unit}"
    if unit.startswith("/"):
        return f"has no unit of {kind.name}", write
    if unit[0] in "OoIl" and unit[1:].strip() in kind.spellings:
        return "has a letter inside the number", write
    # First what is a unit elsewhere: mmol/L for a creatinine must not turn into umol/L.
    others = [other.name for other in kinds if unit in other.spellings]
    if others:
        return f"is {_a(others[0])}, not {_a(kind.name)}", write
    meant = _meant(kind, unit)
    if meant:
        # Of several spellings of one unit the first is the printed one: m2, never the sign.
        printed = next(s for s, u in kind.spellings.items() if u == kind.spellings[meant])
        return f"has a unit that is not written so here: {unit}", f"write {number} {printed}"
    return f"has no unit of {kind.name}", write


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _meant(kind: KindOfValue, unit: str) -> str | None:
    """Find the spelling that was most likely meant. Never guess past a sign that we do not know."""
    if not re.fullmatch(r"[A-Za-z0-9/ .^\u00b2\u00b5\u03bc]+", unit):
        return None
    joined = unit.replace(" per ", "/").replace(" ", "").rstrip(".")
    slips = "/".join(_SLIPS.get(part.lower(), part) for part in joined.split("/"))
    for attempt in (joined, slips):
        for spelled in kind.spellings:
            if attempt.lower() == spelled.lower():
                return spelled
    near = difflib.get_close_matches(joined, list(kind.spellings), n=1, cutoff=0.8)
    return near[0] if near else None
