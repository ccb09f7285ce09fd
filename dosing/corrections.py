"""Why a text is refused as a value with a unit, and how to write it instead.

Each check knows one habit of hands and files: a decimal comma, a gap between thousands, a unit that
is spelled otherwise here. A correction is proposed only where one meaning is possible; a number is
never put together out of what looks like two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

from dosing.errors import Problem

LONGEST_TEXT = 40

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_GAP = "[ \u00a0\u202f'\u2019_]"

# What hands write, and what it is called here. Lists of unsafe abbreviations ban most of the left.
_HABITS = {
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

_OF_A_PRODUCT = ("amount", "dose")
_TWO = re.compile(
    rf"{_NUMBER}\s*(?P<first>[A-Za-z]*)\s*(?P<between>[/+;&]|, |and )?"
    rf"\s*{_NUMBER}\s*(?P<unit>[A-Za-z]+)"
)

# Why a text is refused, and what is accepted.
Advice: TypeAlias = tuple[str, str]


class KindOfValue(Protocol):
    """What a correction needs to know of a kind of value."""

    @property
    def name(self) -> str:
        """Return the name of the kind, as a person reads it."""

    @property
    def spellings(self) -> Mapping[str, object]:
        """Return its units by their accepted spellings; of several the first is printed."""

    @property
    def examples(self) -> str:
        """Return examples of how to write it."""


def explain(kind: KindOfValue, kinds: Iterable[KindOfValue], field: str, text: str) -> Problem:
    """Return the problem of a text that is no value of a kind, with how to write it instead.

    Args:
        kind: the kind of value that was asked for.
        kinds: all kinds, to recognise a value of another one.
        field: the name that the person sees.
        text: what was typed, without spaces around it.
    """
    why, accepted = _advise(kind, kinds, text)
    return Problem(field=field, typed=text, why=why, accepted=accepted)


def _advise(kind: KindOfValue, kinds: Iterable[KindOfValue], text: str) -> Advice:
    for check in _CHECKS:
        advice = check(kind, text)
        if advice is not None:
            return advice
    value = re.fullmatch(rf"({_NUMBER})(\s*)(\S.*)", text)
    if value is None:
        return "does not begin with a number in digits", _examples(kind)
    number, _, unit = value.groups()
    return _advise_on_unit(kind, kinds, number, unit)


def _examples(kind: KindOfValue) -> str:
    return f"write {kind.examples}"


def _check_length(kind: KindOfValue, text: str) -> Advice | None:
    if not text:
        return "is missing", _examples(kind)
    if len(text) > LONGEST_TEXT:
        return f"is longer than {LONGEST_TEXT} characters", _examples(kind)
    return None


def _check_two(kind: KindOfValue, text: str) -> Advice | None:
    """Two amounts are of two products, or of one that holds two drugs: 4 g/0.5 g, 160/800 mg."""
    two = _TWO.fullmatch(text)
    if two is None or kind.name not in _OF_A_PRODUCT or two["unit"] not in kind.spellings:
        return None
    if two["first"] not in kind.spellings and (two["first"] or not two["between"]):
        return None
    return "holds two amounts", "write one; of a product of two drugs that of the drug it goes by"


def _check_commas(kind: KindOfValue, text: str) -> Advice | None:
    """Show both ways to write it: a decimal comma and a thousands comma look the same."""
    if "," not in text:
        return None
    number = re.match(r"([0-9]+)((?:,[0-9]+)+)(\.[0-9]+)?", text)
    if number is None:
        return "has a comma", _examples(kind)
    rest = text[number.end() :].strip()
    if not rest:
        return "has a comma in the number and no unit", _examples(kind)
    as_point = f"{number[0].replace(',', '.')} {rest}"
    as_thousands = f"{number[0].replace(',', '')} {rest}"
    if number[3] or number[2].count(",") > 1:
        grouped = re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?", number[0])
        return "has a comma in the number", f"write {as_thousands}" if grouped else _examples(kind)
    if re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", number[0]):
        why = "has a comma, read by some as a point and by others as thousands"
        return why, f"write {as_thousands} or {as_point}"
    return "has a decimal comma", f"write {as_point}"


def _check_gaps(kind: KindOfValue, text: str) -> Advice | None:
    gap = re.fullmatch(rf"([0-9]+(?:{_GAP}[0-9]+)+(?:\.[0-9]+)?)\s*(.*)", text)
    if gap is None:
        return None
    number, unit = gap.groups()
    # Only groups of three are thousands; 5'9" and 1 5 are not to be run together.
    thousands = re.fullmatch(rf"[0-9]{{1,3}}(?:{_GAP}[0-9]{{3}})+(?:\.[0-9]+)?", number)
    if thousands and unit in kind.spellings:
        return "has a gap inside the number", f"write {re.sub(_GAP, '', number)} {unit}"
    return "has a gap inside the number", _examples(kind)


def _check_number(kind: KindOfValue, text: str) -> Advice | None:
    if re.fullmatch(_NUMBER, text):
        return "has no unit", _examples(kind)
    if re.match(r"-\s*[0-9]", text):
        return "is below zero", _examples(kind)
    return None


def _check_point(kind: KindOfValue, text: str) -> Advice | None:
    point = re.fullmatch(r"([0-9]*)\.([0-9]*)\s*([A-Za-z/].*)", text)
    if point is None or point[3] not in kind.spellings:
        return None
    before, after, unit = point.groups()
    if not before and after:
        return "has no digit before the point", f"write 0.{after} {unit}"
    if before and not after:
        return "has no digit after the point", f"write {before} {unit}"
    return None


_CHECKS = (_check_length, _check_two, _check_commas, _check_gaps, _check_number, _check_point)


def _advise_on_unit(
    kind: KindOfValue, kinds: Iterable[KindOfValue], number: str, unit: str
) -> Advice:
    if unit in kind.spellings:
        return "has a wide gap before the unit", f"write {number} {unit}"
    if f"mg{unit}" in kind.spellings:
        return "does not say what is given", f"write {number} g{unit} or {number} mg{unit}"
    if unit.startswith("/"):
        return f"has no unit of {kind.name}", _examples(kind)
    if unit[0] in "OoIl" and unit[1:].strip() in kind.spellings:
        return "has a letter inside the number", _examples(kind)
    # First what is a unit elsewhere: mmol/L for a creatinine must not turn into umol/L.
    other = next((other for other in kinds if unit in other.spellings), None)
    if other is not None:
        return f"is {_with_article(other.name)}, not {_with_article(kind.name)}", _examples(kind)
    meant = _guess_spelling(kind, unit)
    if meant is None:
        return f"has no unit of {kind.name}", _examples(kind)
    # Of several spellings of one unit the first is the printed one: m2, never the sign.
    printed = next(s for s, u in kind.spellings.items() if u == kind.spellings[meant])
    return f"has a unit that is not written that way here: {unit}", f"write {number} {printed}"


def _with_article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _guess_spelling(kind: KindOfValue, unit: str) -> str | None:
    """Return the spelling that was most likely meant; never guess past an unknown sign."""
    if not re.fullmatch(r"[A-Za-z0-9/ .^\u00b2\u00b5\u03bc]+", unit):
        return None
    joined = unit.replace(" per ", "/").replace(" ", "").rstrip(".")
    corrected = "/".join(_HABITS.get(piece.lower(), piece) for piece in joined.split("/"))
    for attempt in (joined, corrected):
        for spelling in kind.spellings:
            if attempt.lower() == spelling.lower():
                return spelling
    import difflib  # only a text that is refused needs it

    near = difflib.get_close_matches(joined, list(kind.spellings), n=1, cutoff=0.8)
    return near[0] if near else None
