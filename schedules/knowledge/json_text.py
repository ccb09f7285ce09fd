"""Reads JSON that came from outside: all of it is looked at before anything is built of it.

Python's own reader keeps the last of two values with one key, takes NaN for a number, and runs out
of stack on brackets within brackets.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

# A plan file with a hundred changes takes 30,000 characters, and nests 5 deep.
_LONGEST = 2_000_000
_DEEPEST = 40
# A string that has no end goes to the end of the text: so no sign is looked at twice.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+\\?(?:"|\Z)', re.DOTALL)
# No text that a person writes has it, and PostgreSQL takes none.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


def read_json(text: str) -> Any:
    """Return the values of a JSON text.

    Raises:
        ValueError: saying what is wrong, as the end of a sentence that begins with the file.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST:,} characters")
    if any("\ud800" <= letter <= "\udfff" for letter in set(text)):
        raise ValueError("is not text in UTF-8")
    if "\0" in text or _NUL.search(text):
        raise ValueError("has a NUL in it")
    if _depth(text) > _DEEPEST:
        raise ValueError(f"has brackets more than {_DEEPEST} deep")
    try:
        content = json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"Invalid JSON: line {error.lineno}, {error.msg}") from None
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # "\ud800" is an escape of JSON, and no letter
        raise ValueError("has half of a letter in it") from None
    return content


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _NO_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        doubled = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f'has "{doubled[:40]}" twice')
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"has {name}, which is no number")
