"""Typos: each knowledge file, and each figure in it made wrong in turn.

A file is altered in memory, and held as the running program holds it against the rest of the
library, which is read once.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

ONE_DAY = dt.timedelta(days=1)
A_WEEK = 7
UNITS = "mcg|mg|g|units|mL|L|kg|cm|m|umol/L|mg/dL|min|h|days?|weeks?|months?|years?|m2"
QUANTITY = re.compile(rf"([0-9]+(?:\.[0-9]+)?) ((?:{UNITS})(?:/(?:{UNITS}))*)")
SPAN = re.compile(r"([0-9]+) (days?|weeks?|months?)")
SPAN_OF_DAYS = re.compile(r"([0-9]+) to ([0-9]+)")
EVERY = re.compile(r"every ([0-9]+) days")
COUNT = re.compile(r"[0-9]+")
INTERVAL = re.compile(r"(?:from|below) [0-9].*")
EXPECTED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(.*) ([0-9.]+) (mcg|mg|g|units)")
OCCASION = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})( .+)")
SWAPPED = (
    ("mg", "g"),
    ("g", "mg"),
    ("mcg", "mg"),
    ("mg", "mcg"),
    ("/kg", "/m2"),
    ("/m2", "/kg"),
)
BOUNDS = ({"low", "high"}, {"at_least", "below"})
WORDS_ONLY = {"sources", "errata", "title", "about", "id"}

Place = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Slip:
    """One wrong figure: where, of which sort, what stands there, and the altered document."""

    place: Place
    sort: str
    wrong: Any
    document: Any

    @property
    def said(self) -> str:
        """Name the place in words."""
        return said(self.place)


def said(place: Place) -> str:
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in place)


def written(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")


def wrong_values(value: Any) -> Iterator[tuple[str, Any]]:
    """Return the wrong values that typos make of a figure; words have none."""
    if isinstance(value, bool):
        return
    if isinstance(value, float):
        yield from (("x 10", value * 10), ("/ 10", value / 10), ("/ 1000", value / 1000))
    elif isinstance(value, int):
        yield from (("one more", value + 1), ("one less", value - 1))
        if value:  # ten times nothing is no typo
            yield "x 10", value * 10
        if value and value % 10 == 0:
            yield "/ 10", value // 10
    elif isinstance(value, dt.date):
        yield from (("one more", value + ONE_DAY), ("one less", value - ONE_DAY))
    elif isinstance(value, str):
        yield from _of_interval(value) if INTERVAL.fullmatch(value) else _of_text(value)
    elif isinstance(value, list) and value and all(type(part) is int for part in value):
        yield from (("one more", [*value, value[-1] + A_WEEK]), ("one less", value[:-1]))
        daily = list(range(value[0], value[0] + len(value)))
        if len(value) > 1 and daily != value:
            yield "weekly to daily", daily


def _of_text(value: str) -> Iterator[tuple[str, Any]]:
    if match := SPAN_OF_DAYS.fullmatch(value):
        first, last = int(match[1]), int(match[2])
        yield "one more", f"{first} to {last + 1}"
        yield "one less", f"{first} to {last - 1}"
        yield "one more", f"{first + 1} to {last}"
        yield "x 10", f"{first} to {last * 10}"
    elif match := EVERY.fullmatch(value):
        apart = int(match[1])
        for sort, days in (("x 10", apart * 10), ("one more", apart + 1), ("one less", apart - 1)):
            yield sort, f"every {days} days"
        yield "weekly to daily", "each day"
    elif COUNT.fullmatch(value):
        number = int(value)
        yield from (("x 10", f"{number * 10}"), ("one more", f"{number + 1}"))
        yield "one less", f"{number - 1}"
    elif match := QUANTITY.fullmatch(value):
        yield from _of_quantity(float(match[1]), match[2])
    elif match := EXPECTED.fullmatch(value):
        date, between, amount, unit = match.groups()
        later = dt.date.fromisoformat(date) + ONE_DAY
        yield "one more", f"{later}{between} {amount} {unit}"
        yield "x 10", f"{date}{between} {written(float(amount) * 10)} {unit}"
        if unit in ("mg", "g"):
            yield "unit", f"{date}{between} {amount} {'g' if unit == 'mg' else 'mg'}"
    elif match := OCCASION.fullmatch(value):
        yield "one more", f"{dt.date.fromisoformat(match[1]) + ONE_DAY}{match[2]}"


def _of_interval(value: str) -> Iterator[tuple[str, Any]]:
    for end in QUANTITY.finditer(value):
        for sort, wrong in _of_quantity(float(end[1]), end[2]):
            yield sort, f"{value[: end.start()]}{wrong}{value[end.end() :]}"


def _of_quantity(number: float, unit: str) -> Iterator[tuple[str, Any]]:
    for sort, wrong in (("x 10", number * 10), ("/ 10", number / 10), ("/ 1000", number / 1000)):
        yield sort, f"{written(wrong)} {unit}"
    if SPAN.fullmatch(f"{number:.0f} {unit}"):
        yield "one more", f"{written(number + 1)} {unit}"
        yield "one less", f"{written(number - 1)} {unit}"
    days = number * {"day": 1, "week": 7, "month": 28}.get(unit.rstrip("s"), 0)
    if days >= A_WEEK:
        yield "weekly to daily", "1 day"
    for one, other in SWAPPED:
        if unit == one or (one[0] == "/" and one in unit) or unit.startswith(f"{one}/"):
            yield "unit", f"{written(number)} {unit.replace(one, other, 1)}"


def leaves(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Return every place of a file that could hold a figure; words of sources are no figures."""
    if isinstance(node, dict):
        for key, part in node.items():
            if place == () and key in WORDS_ONLY:
                continue
            yield from leaves(part, (*place, key))
        return
    yield place, node
    if isinstance(node, list):
        for number, part in enumerate(node):
            yield from leaves(part, (*place, number))


def nodes(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Return every table and list of a file with its place."""
    yield place, node
    parts = node.items() if isinstance(node, dict) else enumerate(node)
    for key, part in parts:
        if isinstance(part, (dict, list)):
            yield from nodes(part, (*place, key))


def put(document: Any, place: Place, value: Any) -> Any:
    """Return a copy of a document with another value in a place; what is not touched is shared."""
    if not place:
        return value
    changed = copy.copy(document)
    changed[place[0]] = put(document[place[0]], place[1:], value)
    return changed


def without(document: Any, place: Place) -> Any:
    """Return a copy of a document without a key."""
    holder = document
    for part in place[:-1]:
        holder = holder[part]
    return put(document, place[:-1], {k: v for k, v in holder.items() if k != place[-1]})


def turned_bounds(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a table with each of its pairs of bounds exchanged."""
    for pair in BOUNDS:
        if pair <= set(node):
            one, other = sorted(pair)
            turned = {**node, one: node[other], other: node[one]}
            if turned != node:
                yield turned


def slips(document: Any) -> Iterator[Slip]:
    """Return every typo in a file's document."""
    for place, value in leaves(document):
        for sort, wrong in wrong_values(value):
            yield Slip(place, sort, wrong, put(document, place, wrong))
    for place, node in nodes(document):
        if isinstance(node, dict):
            for turned in turned_bounds(node):
                yield Slip(place, "low above high", "turned", put(document, place, turned))
            if isinstance(node.get("source"), str):
                away = without(document, (*place, "source"))
                yield Slip((*place, "source"), "source removed", "removed", away)
        elif place[-1:] in (("days",), ("number",)) and place[:1] == ("choices",):
            turned = put(document, place, node[::-1])
            yield Slip(place, "low above high", "turned", turned)
    for name in document.get("sources", {}):
        away = without(document, ("sources", name))
        yield Slip(("sources", name), "source removed", "removed", away)
