"""A FHIR element that is read part by part, so that what nobody read is known at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Node:
    """An element with its place in the file: ``PlanDefinition.action[0].title``."""

    def __init__(self, value: Mapping[str, Any], path: str) -> None:
        """Begin with nothing read."""
        self.value = value
        self.path = path
        self._read: set[str] = set()
        self._parts: dict[str, list[Node]] = {}

    def __contains__(self, key: str) -> bool:
        """Return whether it has a part."""
        return key in self.value

    def at(self, key: str) -> str:
        """Return the place of a part."""
        return f"{self.path}.{key}"

    def take(self, key: str) -> Any:
        """Return a plain value, or None; it is read then."""
        self._read.add(key)
        return self.value.get(key)

    def text(self, key: str) -> str:
        """Return a text; nothing where there is none. What is no text stays unread."""
        found = self.value.get(key)
        if not isinstance(found, str):
            return ""
        self._read.add(key)
        return found

    def number(self, key: str) -> int | float | None:
        """Return a number; None where there is none. What is no number stays unread."""
        found = self.value.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return None
        self._read.add(key)
        return found

    def nodes(self, key: str) -> list[Node]:
        """Return the elements of a list, or the one element that stands there."""
        if key not in self._parts:
            value = self.value.get(key, [])
            listed = isinstance(value, list)
            parts = value if listed else [value]
            if not all(isinstance(part, Mapping) for part in parts):
                return []  # no elements: it stays unread
            self._read.add(key)
            self._parts[key] = [
                Node(part, f"{self.at(key)}[{n}]" if listed else self.at(key))
                for n, part in enumerate(parts)
            ]
        return self._parts[key]

    def node(self, key: str) -> Node:
        """Return one element, without anything in it where there is none."""
        found = self.nodes(key)
        return found[0] if found else Node({}, self.at(key))

    def pass_over(self, keys: frozenset[str]) -> list[str]:
        """Leave parts unread knowingly, and return which of them there are."""
        found = [key for key in self.value if key in keys and key not in self._read]
        self._read.update(found)
        return found

    def leave(self) -> None:
        """Leave all that is still unread: what matters of it was read."""
        self._read.update(self.value)
        self._parts.clear()

    def unread(self) -> Iterator[str]:
        """Yield the place of everything that nobody read."""
        yield from (self.at(key) for key in self.value if key not in self._read)
        for parts in self._parts.values():
            for part in parts:
                yield from part.unread()
