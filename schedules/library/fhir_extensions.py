"""Values that FHIR has no element for, as extensions: each key of a file has its own.

A list is an extension whose parts are all called ``item``, a mapping one whose parts bear its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

EXTENSION = "urn:posology:extension:"
DAYS_OF_CYCLE = "http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle"
DRUGS = "urn:posology:drug"
REGIMENS = "urn:posology:regimen"
_ITEM = "item"
_VALUES = {bool: "valueBoolean", int: "valueInteger", float: "valueDecimal", str: "valueString"}


def pack(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an extension for each key."""
    return [_packed(f"{EXTENSION}{key}", value) for key, value in values.items()]


def _packed(url: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {"url": url, "extension": [_packed(key, part) for key, part in value.items()]}
    if isinstance(value, list):
        return {"url": url, "extension": [_packed(_ITEM, part) for part in value]}
    return {"url": url, _VALUES[type(value)]: value}


def unpack(extension: Mapping[str, Any], path: str) -> tuple[Any, Iterator[tuple[Any, str]]]:
    """Return the value of an extension, and where each plain value of it stood.

    Raises:
        ValueError: if it has a value of another type than these, or none.
    """
    origins: list[tuple[Any, str]] = []
    return _unpacked(extension, path, (), origins), iter(origins)


def _unpacked(
    extension: Mapping[str, Any], path: str, place: tuple[Any, ...], origins: list[tuple[Any, str]]
) -> Any:
    parts = extension.get("extension")
    if parts is not None and not _are_parts(parts):
        raise ValueError("has parts that are no extensions with a url")
    if parts is None:
        stated = [name for name in _VALUES.values() if name in extension]
        if len(stated) != 1 or len(extension) != len({"url", "value"}):
            raise ValueError("has no text, number or yes and no")
        value = extension[stated[0]]
        if value in ("", None) or isinstance(value, list | dict):
            raise ValueError("has no text, number or yes and no")
        origins.append((place, f"{path}.{stated[0]}"))
        return value
    is_list = all(part.get("url") == _ITEM for part in parts)
    values = [
        (
            n if is_list else part["url"],
            _unpacked(
                part,
                f"{path}.extension[{n}]",
                (*place, n if is_list else part["url"]),
                origins,
            ),
        )
        for n, part in enumerate(parts)
    ]
    return [value for _, value in values] if is_list else dict(values)


def _are_parts(parts: Any) -> bool:
    """Return whether there are extensions, each with a url."""
    return (
        isinstance(parts, list)
        and parts != []
        and all(isinstance(one, Mapping) and isinstance(one.get("url"), str) for one in parts)
    )
