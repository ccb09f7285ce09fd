"""The items: where they lie, how they are read and written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER, SUMS = HERE / "items", HERE / "SHA256SUMS"

Item = dict[str, Any]


def read_items() -> Iterator[Item]:
    """Yield every item, file by file."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def as_text(item: Item) -> str:
    """Return an item as a line of its file."""
    return json.dumps(item, ensure_ascii=False) + "\n"


def answer_of(solved: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as an item states it: each fraction as text, 7/2."""
    return {name: _texts(value) for name, value in solved.items()}


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return str(value) if isinstance(value, Fraction | int) else value
