"""The page HAZARDS.md, from hazards.yaml."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from docs.making.tables import table

_HEAD = """# Hazards

What could harm a patient through this program, what prevents it, and the test that shows it. Made
from [hazards.yaml](hazards.yaml) by `make docs`; `tests/house/test_hazards.py` traces each hazard
to a test that bears its mark, and each mark back to a hazard.

Severity and likelihood are as they would be **without** the control, in the words of ISO 14971.
They are the first assessment by the makers; **no clinician has reviewed it**. The residual risk is
what remains with the control in place.
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """One hazard, its control, and what is left of it. ``test`` is ``path::name``."""

    id: str
    hazard: str
    harm: str
    severity: str
    likelihood: str
    control: str
    module: str
    test: str
    residual: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HazardLog:
    """All hazards by theme, and what each word of the two scales means."""

    scales: dict[str, dict[str, str]]
    themes: dict[str, list[Hazard]]

    def __iter__(self) -> Iterator[Hazard]:
        """Iterate over the hazards of all themes, in the order of the page."""
        for hazards in self.themes.values():
            yield from hazards


def read_hazards(root: Path) -> HazardLog:
    """Read hazards.yaml. An unknown or missing word of an entry raises a TypeError."""
    data: dict[str, Any] = YAML(typ="safe").load(root / "hazards.yaml")
    themes = {
        theme["theme"]: [Hazard(**entry) for entry in theme["entries"]] for theme in data["hazards"]
    }
    return HazardLog(scales=data["scales"], themes=themes)


def hazards_page(root: Path) -> str:
    """Return the text of HAZARDS.md."""
    log = read_hazards(root)
    parts = [_HEAD]
    for scale, words in log.scales.items():
        parts.append(table((scale.capitalize(), "means"), words.items()) + "\n")
    head = ("id", "hazard", "harm", "severity, likelihood", "control", "residual risk", "test")
    for theme, hazards in log.themes.items():
        rows = [
            (
                hazard.id,
                hazard.hazard,
                hazard.harm,
                f"{hazard.severity}, {hazard.likelihood}",
                f"{hazard.control} (`{hazard.module}`)",
                hazard.residual,
                f"`{hazard.test}`",
            )
            for hazard in hazards
        ]
        parts.append(f"## {theme}\n\n{table(head, rows)}\n")
    return "\n".join(parts)
