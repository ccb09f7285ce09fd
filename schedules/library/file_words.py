"""The words of a knowledge file as a person reads them: names of entries, places and values."""

from __future__ import annotations

from typing import Any

from dosing.errors import InputError
from dosing.units import Quantity, dose, show, show_number, spelling

ENTRY = "*"

# An entry of a list is known by the first of these words that it has, never by its position.
_NAMES = ("name", "item", "drug", "what", "prints", "id", "per", "start", "meets", "product")
_ENTRIES = {
    "phases": "phase {}",
    "medicines": "{}",
    "procedures": "{}",
    "monitor": 'monitoring of "{}"',
    "prerequisites": 'check "{}"',
    "errata": 'erratum "{}"',
    "choices": "choice {}",
    "products": 'product "{}"',
    "limits": "limit per {}",
    "examples": "example from {}",
    "sources": "source {}",
    "adjustments": "adjustment {}",
    "not_for": "not for {}",
    "as_required": "{} as required",
    "spacing": "spacing from {}",
    "ladders": 'rate ladder "{}"',
    "dilutions": 'dilution of "{}"',
    "steps": "step {}",
    "chair": "time in the chair {}",
}
_WORDS = {
    "for": "diseases",
    "also": "other names",
    "per_cycle": "total of a cycle",
    "per_course": "total of the course",
    "at": "times of day",
    "booked": "booked length",
    "round": "rounding",
    "usual": "usual dose",
    "hard": "hard limit",
    "note": "level to note",
    "when": "patients",
    "propose": "part of the standard dose",
}
# Texts that a person wrote, shown in quotation marks
_QUOTED = frozenset(
    ("title", "text", "about", "cite", "says", "place", "link", "why", "means", "ask", "only_if")
)
_RANGES = {("choices", ENTRY, "days"), ("choices", ENTRY, "number")}


def place_word(key: str) -> str:
    """Return the word for a key on the way to a place; none where its entries are named."""
    return "" if key in _ENTRIES or key == "confirmed" else _word(key)


def _word(key: str) -> str:
    return _WORDS.get(key, key.replace("_", " "))


def entry_name(entry: dict[str, Any]) -> str:
    """Return the name by which an entry of a list is known; nothing if it has none."""
    return next((str(entry[key]) for key in _NAMES if entry.get(key)), "")


def entry_words(table: str, entry: dict[str, Any], position: int) -> str:
    """Return what a person calls an entry: phase induction, limit per dose in mg/m2 (oral)."""
    name = entry_name(entry)
    words = _ENTRIES.get(table, f"{table.replace('_', ' ')} {{}}").format(name or position)
    if table == "limits":
        bounds = [entry[level] for level in ("hard", "usual", "note") if entry.get(level)]
        values = [read_dose(value) for bound in bounds for value in bound.values()]
        unit = next((spelling(value.units) for value in values if value is not None), "")
        routes = ", ".join(entry.get("routes") or ())
        words += (f" in {unit}" if unit else "") + (f" ({routes})" if routes else "")
    if table == "medicines" and entry.get("when"):
        words += f" ({value_text(('when',), entry['when'])})"
    if table == "examples":
        words = f"example {position} ({entry.get('start', '')})"
    return words


def whole_text(keys: tuple[str, ...], value: Any) -> str:
    """Return all of a value that came or went, without the name that its place already has."""
    if keys[-1:] == (ENTRY,) and isinstance(value, dict):
        name = next((key for key in _NAMES if value.get(key)), "")
        value = {key: part for key, part in value.items() if key != name}
    return value_text(keys, value)


def value_text(keys: tuple[str, ...], value: Any) -> str:
    """Return a value of the file as a person reads it."""
    if isinstance(value, dict):
        return "; ".join(
            _member((*keys, key), part)
            for key, part in value.items()
            if not is_nothing(part) and (part is not False or key == "confirmed")
        )
    if isinstance(value, list):
        between = " to " if is_range(keys) else ", "
        return between.join(_bracketed(keys, part) for part in value)
    if isinstance(value, bool):
        words = ("confirmed", "UNCONFIRMED") if keys[-1:] == ("confirmed",) else ("yes", "no")
        return words[not value]
    if isinstance(value, (int, float)):
        return show_number(value)
    amount = read_dose(value)
    if amount is not None:
        return show(amount)
    return f'"{value}"' if keys[-1:] and keys[-1] in _QUOTED else str(value)


def _member(keys: tuple[str, ...], value: Any) -> str:
    text = _bracketed(keys, value)
    return text if keys[-1] == "confirmed" else f"{_word(keys[-1])} {text}"


def _bracketed(keys: tuple[str, ...], value: Any) -> str:
    text = value_text(keys, value)
    return f"({text})" if isinstance(value, dict) else text


def read_dose(value: Any) -> Quantity | None:
    """Read an amount or a dose rate; return None for any other value of a file."""
    if not isinstance(value, str):
        return None
    try:
        return dose(value)
    except InputError:
        return None


def is_range(keys: tuple[str, ...]) -> bool:
    """Return whether a list of two at this place is a lowest and a highest value."""
    return keys[-3:] in _RANGES


def is_nothing(value: Any) -> bool:
    """Return whether a value of a file is as good as left out."""
    return value is None or value in ("", [], {})
