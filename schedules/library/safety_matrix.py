"""Which of the eight questions each drug file answers, how gravely, and on whose word."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from dosing.drugs.drug import Drug
from dosing.drugs.safety import (
    NO_SOURCE,
    NOT_ANSWERED,
    QUESTIONS,
    SEE_ADJUSTMENTS,
    Question,
)
from dosing.trace import Level, Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer: about whom, how grave, what it says and where that is from."""

    whom: str
    level: Level
    text: str
    source: Source

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "when": self.whom,
            "level": self.level,
            "text": self.text,
            "source": str(self.source),
            "confirmed": self.source.confirmed,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """What one drug file says to one question: answers, or why there is none."""

    state: str
    told: tuple[Told, ...] = ()

    def __str__(self) -> str:
        """Return it for a table: STOP 2, WARN 1; seen 2 of 3."""
        if not self.told:
            return self.state
        levels = [answer.level for answer in self.told]
        counts = (f"{level} {n}" for level in _LEVELS if (n := levels.count(level)))
        seen = sum(answer.source.confirmed for answer in self.told)
        return f"{', '.join(counts)}; seen {seen} of {len(self.told)}"


_LEVELS: tuple[Level, ...] = ("STOP", "WARN", "NOTE")


def safety_matrix(drugs: Iterable[Drug]) -> dict[str, dict[Question, Cell]]:
    """Return what each drug file says to each of the eight questions, by the id of the drug."""
    return {drug.id: {question: _cell(drug, question) for question in QUESTIONS} for drug in drugs}


def counts_by_mark(matrix: Mapping[str, Mapping[Question, Cell]]) -> dict[str, int]:
    """Return how many answers were seen in their source and how many were not, and the gaps."""
    cells = [cell for row in matrix.values() for cell in row.values()]
    marks = [one.source.confirmed for cell in cells for one in cell.told]
    return {
        "seen": marks.count(True),
        "not seen": marks.count(False),
        NO_SOURCE: sum(cell.state == NO_SOURCE for cell in cells),
        NOT_ANSWERED: sum(cell.state == NOT_ANSWERED for cell in cells),
    }


def _cell(drug: Drug, question: Question) -> Cell:
    told = [
        Told(
            whom=str(answer.when),
            level=answer.level,
            text=answer.text,
            source=drug.source(answer.source),
        )
        for answer in drug.safety.answers(question)
    ]
    told += [
        Told(
            whom=str(adjustment).split(":")[0],
            level=adjustment.level,
            text=f"{adjustment.propose} of the standard dose. {adjustment.text}",
            source=drug.source(adjustment.source),
        )
        for adjustment in drug.adjustments
        if adjustment.question == question
    ]
    stated = getattr(drug.safety, question)
    if stated is None and not told:
        return Cell(NOT_ANSWERED)
    if stated == NO_SOURCE:
        return Cell(NO_SOURCE, tuple(told))
    return Cell("answered" if stated != SEE_ADJUSTMENTS else SEE_ADJUSTMENTS, tuple(told))
