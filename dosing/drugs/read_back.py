"""Reading back the figures of a knowledge file, as a ward reads back an order taken by telephone.

Worked examples confirm the figures that a dose rests on. A limit that no dose comes near, a
strength, a window or the most that may be chosen has no example; it stands in the file a second
time, in words that can be read aloud. A typo in either place is refused at load.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_FIGURE = re.compile(r"(every |from |below )?[0-9].*")
# The words that say what a figure holds for are read back with it.
_READ_ALONG = {
    "per",
    "routes",
    "route",
    "days",
    "days_of",
    "weight",
    "surface",
    "rule",
    "over",
}
# Free words have no figures of their own, and the doses of an example are recomputed.
_LEFT_OUT = {
    "read_back",
    "sources",
    "errata",
    "id",
    "title",
    "about",
    "expect",
    "ask",
    "what",
    "text",
    "only_if",
    "name",
    "item",
    "drug",
    "why",
    "says",
    "cite",
    "source",
}
_NAMED_BY = ("name", "item", "drug", "what")


def read_back(document: Mapping[str, Any]) -> list[str]:
    """Read back every figure of a knowledge file, one line for each part of it.

    Args:
        document: the file as it is written, before it becomes a model.

    Returns:
        Lines such as ``limits 1, per dose, usual low 340 mg/m2 high 410 mg/m2``. A figure is what
        begins with a digit, and the words that say what it holds for; the names of the sources are
        read back too, so that none is lost.
    """
    return list(_lines(document, ""))


def find_difference(document: Mapping[str, Any], stated: Sequence[str]) -> tuple[int, str] | None:
    """Return the first stated line that the figures do not bear out; None if all agree.

    Returns:
        Its position, from 0, and the problem: what it says, and what the figures say.
    """
    lines = read_back(document)
    for position, line in enumerate(lines):
        if position == len(stated) or stated[position] != line:
            says = f'says "{stated[position]}"' if position < len(stated) else "is missing"
            return position, (
                f'{says}; the figures of the file say "{line}". Correct whichever is wrong; if it '
                "is the line: python -m schedules read-back FILE --write"
            )
    if len(stated) > len(lines):
        return len(lines), f'says "{stated[len(lines)]}", which the file does not have'
    return None


def _lines(part: Mapping[str, Any], label: str) -> Iterator[str]:
    own = [f"sources {' '.join(part['sources'])}"] if isinstance(part.get("sources"), dict) else []
    own += [
        f"{key} {text}"
        for key, value in part.items()
        if key not in _LEFT_OUT and (text := _inline(key, value))
    ]
    if own:
        yield ", ".join([*([label] if label else []), *own])
    for key, table in _tables(part):
        for number, inner in enumerate(table, 1):
            named = next((str(inner[n]) for n in _NAMED_BY if inner.get(n)), "")
            place = f"{key} {number}" + (f" {named}" if named else "")
            yield from _lines(inner, f"{label}, {place}" if label else place)


def _tables(part: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Return the lists of parts in a part, also those that stand one table deeper."""
    for key, value in part.items():
        if key in _LEFT_OUT:
            continue
        if isinstance(value, dict):
            yield from ((f"{key} {inner}", table) for inner, table in _tables(value))
        elif isinstance(value, list):
            table: list[Mapping[str, Any]] = [i for i in value if isinstance(i, dict)]
            if table:
                yield key, table


def _inline(key: str, value: Any) -> str:
    """Return the figures of one value on one line; nothing for free words and lists of parts."""
    if isinstance(value, dict):
        texts = ((k, _inline(k, v)) for k, v in value.items() if k not in _LEFT_OUT)
        return " ".join(f"{k} {text}" for k, text in texts if text)
    if isinstance(value, list):
        words = (_inline(key, inner) for inner in value if not isinstance(inner, dict))
        return " ".join(word for word in words if word)
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (int, float, dt.date)):
        return str(value)
    text = str(value)
    return text if key in _READ_ALONG or _FIGURE.fullmatch(text) else ""
