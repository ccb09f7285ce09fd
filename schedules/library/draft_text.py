"""A draft regimen file as text: each value says where it stood, what is open asks for itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from dosing.drugs.file_model import Place
from schedules.library.fhir_notes import Asked
from schedules.library.read_plan_definition import Draft

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ /.()+-]*[A-Za-z0-9)]|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_READ_AS_ANOTHER = frozenset(("true", "false", "null", "yes", "no", "on", "off"))
_INDENT = "  "


def draft_text(draft: Draft, name: str) -> str:
    """Return the draft as YAML.

    Args:
        draft: what was read.
        name: the name of the file that was read.
    """
    head = [
        f"# Draft, read from {name}. Nobody has confirmed a figure of it; it is not endorsed.",
        "# Each figure names its place in that file. What is OPEN has to be answered here.",
    ]
    if draft.passed_over:
        head.append(f"# Not taken over: {', '.join(draft.passed_over)}.")
    return "\n".join([*head, *_mapping(draft.document, (), "", draft)]) + "\n"


def _mapping(part: dict[str, Any], place: Place, indent: str, draft: Draft) -> Iterator[str]:
    for key, value in part.items():
        at = (*place, key)
        name = f"{indent}{_scalar(key)}:"
        if isinstance(value, dict):
            yield name
            yield from _mapping(value, at, indent + _INDENT, draft)
        elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
            yield name
            for n, one in enumerate(value):
                yield from _entry(one, (*at, n), indent + _INDENT, draft)
        else:
            yield f"{name} {_flow(value)}{_note(value, at, draft)}".rstrip()


def _entry(part: Any, place: Place, indent: str, draft: Draft) -> Iterator[str]:
    """Yield an entry of a list, its first line after a hyphen."""
    if not isinstance(part, dict):
        yield f"{indent}- {_flow(part)}{_note(part, place, draft)}"
        return
    lines = list(_mapping(part, place, indent + _INDENT, draft))
    yield f"{indent}- {lines[0].lstrip()}" if lines else f"{indent}- {{}}"
    yield from lines[1:]


def _note(value: Any, place: Place, draft: Draft) -> str:
    """Return where a value stood, or what is asked for in its place."""
    if isinstance(value, Asked):
        return f"# OPEN: {' '.join(value.question.split())}"
    origin = draft.origins.get(place)
    if origin is None and isinstance(value, list):
        origin = next(
            filter(None, (draft.origins.get((*place, n)) for n in range(len(value)))), None
        )
    return f"  # {origin}" if origin else ""


def _flow(value: Any) -> str:
    if isinstance(value, Asked):
        return ""
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Return a value as YAML has it: a JSON text is one, whatever is in it."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _READ_AS_ANOTHER:
        return value
    return json.dumps(value, ensure_ascii=False)
