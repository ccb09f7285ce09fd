"""How many were compared, how many were not, and which differ."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any


@dataclasses.dataclass(slots=True)
class Tally:
    """What comparisons came to, by their kind."""

    compared: Counter[str] = dataclasses.field(default_factory=Counter)
    without: Counter[str] = dataclasses.field(default_factory=Counter)
    different: list[Any] = dataclasses.field(default_factory=list)

    def note(self, kind: str, differs: bool | None, asked: Any) -> None:
        """Count one; None is one that the program stopped or gave no answer to."""
        (self.without if differs is None else self.compared)[kind] += 1
        if differs:
            self.different.append(asked)

    def add(self, other: Tally) -> None:
        """Add what another process counted."""
        self.compared += other.compared
        self.without += other.without
        self.different += other.different
