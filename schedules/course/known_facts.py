"""One fact of a patient: as it was typed, in a list of a vocabulary, as a dated result."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

from dosing.trace import Finding


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it was typed, by the name of its option."""

    name: str
    value: str

    def __str__(self) -> str:
        """Return it as a sentence names it: condition hepatitis B."""
        return f"{self.name} {self.value}"


@dataclasses.dataclass(frozen=True, slots=True)
class Used:
    """Facts that a check beside the eight questions looked at, and the finding it came to."""

    facts: tuple[Fact, ...]
    by: str
    finding: Finding


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """Entries of a vocabulary that a patient has, each with all that it was typed as.

    What belongs to the plan itself, such as its other drugs, was typed as no fact. ``asked`` holds
    all that was typed, nothing where nobody asked; ``none`` says that there is none, ``ruled_out``
    which entries a measurement excludes.
    """

    typed: Mapping[str, tuple[Fact, ...]]
    asked: tuple[Fact, ...]
    none: tuple[Fact, ...]
    ruled_out: Mapping[str, tuple[Fact, ...]] = dataclasses.field(default_factory=dict)

    def with_facts(self, more: Iterable[tuple[str, Fact]]) -> Listed:
        """Return them with further facts, each beside those that its entry was typed as."""
        typed = dict(self.typed)
        for name, fact in more:
            typed[name] = (*typed.get(name, ()), fact)
        return dataclasses.replace(self, typed=typed)


@dataclasses.dataclass(frozen=True, slots=True)
class DatedResult:
    """A result as it was typed: a number on one scale of its test, or a word."""

    fact: Fact
    test: str
    number: float | None
    scale: str
    word: str
    date: dt.date
