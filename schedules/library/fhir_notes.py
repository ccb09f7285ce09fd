"""What is noted while a FHIR file is read: where each value stood, and what cannot be read."""

from __future__ import annotations

import dataclasses
from typing import Any

from dosing.drugs.file_model import Place
from dosing.errors import Problems
from schedules.library.fhir_extensions import DAYS_OF_CYCLE, EXTENSION, unpack
from schedules.library.fhir_node import Node

_UNITS = {"d": "day", "wk": "week", "mo": "month"}
# How a person groups and orders actions, and their words, which stand in the draft.
OF_A_GROUP = frozenset(
    (
        "id",
        "prefix",
        "title",
        "description",
        "textEquivalent",
        "groupingBehavior",
        "requiredBehavior",
        "precheckBehavior",
        "cardinalityBehavior",
        "selectionBehavior",
        "documentation",
    )
)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Stands in a draft where the file leaves something open, and asks for it."""

    question: str


class Notes:
    """Notes the origins of values, by their places in the draft, and every problem."""

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self.origins: dict[Place, str] = {}
        self.problems = Problems()

    def refuse(self, place: str, why: str) -> None:
        """Note that something cannot be read."""
        accepted = "leave it out of the file, or write a draft by hand"
        self.problems.add(place, "", why=why, accepted=accepted)

    def stated(self, place: Place, node: Node, key: str) -> Any:
        """Return a value, and note where it stood."""
        value = node.take(key)
        if value is not None:
            self.origins[place] = node.at(key)
        return value

    def extensions(self, node: Node, place: Place) -> dict[str, Any]:
        """Return what stands in our own extensions of an element, by its key."""
        found: dict[str, Any] = {}
        unknown: dict[str, list[str]] = {}
        for one in node.nodes("extension"):
            url = one.text("url")
            if url == DAYS_OF_CYCLE:
                continue
            key = url.removeprefix(EXTENSION)
            if key == url:
                unknown.setdefault(url, []).append(one.path)
            else:
                try:
                    found[key], origins = unpack(one.value, one.path)
                except ValueError as error:
                    self.refuse(one.path, str(error))
                    origins = iter(())
                self.origins |= {(*place, key, *inside): at for inside, at in origins}
            one.leave()
        for url, paths in unknown.items():
            again = f", {len(paths)} times from here on" if len(paths) > 1 else ""
            self.refuse(paths[0], f'extension "{url}" is not known{again}')
        return found

    def span(self, place: Place, node: Node, key: str, unit: str = "") -> str | None:
        """Return a number of days, weeks or months, and note where it stood."""
        value, code = node.number(key), node.text(unit or f"{key}Unit")
        if value is None:
            return None
        if code not in _UNITS or value < 1 or int(value) != value:
            self.refuse(node.at(key), f"{value} {code} is no whole number of days, weeks or months")
            return None
        self.origins[place] = node.at(key)
        return span_text(int(value), _UNITS[code])


def span_text(count: int, unit: str) -> str:
    """Return a length of time as a regimen file writes it."""
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
