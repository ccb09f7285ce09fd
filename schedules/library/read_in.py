"""The figures of a file, typed in by somebody who does not see them, and compared.

Each sentence of the reading that has figures is shown with gaps in their places. What is typed into
a gap agrees where it is the same quantity: 0.5 g is 500 mg.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator

from dosing.errors import InputError
from dosing.units import Quantity, in_unit, read, same_kind
from schedules.knowledge.reading.page import Reading, sentences_of

_GAP = "____"
# What people wrote in words is read, not typed in again; nor are names, steps and sources.
_NOT_A_FIGURE = re.compile(
    r"“[^”]*”|\(source: [^)]*\)|^Step [0-9]+|per 1\.73 m2|10\^9/L|runs by the ladder .*"
    r"|^It (?:is called|is also called|includes|is sold as) .*"
)
_FIGURE = re.compile(
    r"(?<![\w.-])[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
    r"(?: (?:%|[A-Za-z]+[0-9]?(?:/[A-Za-z]+[0-9]?)*(?<!and)(?<!or)(?<!to)))?"
)
_UNITS = re.compile(
    r"(?:%|mcg|mg|g|units?|mmol|mL|L|kg|m2|min|hours?|h|days?|weeks?|months?|years?|doses?|times?|"
    r"cycles?|tablets?)(?:/.+)?"
)
_LEFT_OUT = ("What this is", "Errata", "Worked examples", "Sources")
_KINDS = ("dose", "infusion rate", "concentration", "duration", "age", "clearance", "weight")


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a file: the sentence with gaps, which gap it fills, and what stands there."""

    where: str
    sentence: str
    gap: int
    gaps: int
    stands: str

    @property
    def question(self) -> str:
        """Return what is asked, without what stands there."""
        which = f" [gap {self.gap} of {self.gaps}]" if self.gaps > 1 else ""
        return f"{self.where}: {self.sentence}{which}"

    def agrees(self, typed: str) -> bool:
        """Return whether what was typed is the figure that stands there."""
        text, stands = typed.strip().replace(",", ""), self.stands.replace(",", "")
        if text == stands:
            return True
        for kind in _KINDS:
            one, other = _read(kind, text), _read(kind, stands)
            if one is not None and other is not None:
                same = same_kind(one, other)
                return bool(same and in_unit(one, other.units, "figure") == other.magnitude)
        return False


@dataclasses.dataclass(frozen=True, slots=True)
class ReadIn:
    """What came of it: how many figures agree, and what was typed where one does not."""

    agree: int
    differ: tuple[tuple[Figure, str], ...]


def figures_of(reading: Reading) -> list[Figure]:
    """Return every figure of a file that has a clinical meaning, in the order of its reading."""
    return [
        figure
        for where, sentence in sentences_of(reading.text)
        if not where.startswith(_LEFT_OUT)
        for figure in _figures_in(where, sentence)
    ]


def read_in(reading: Reading, ask: Callable[[str], str]) -> ReadIn:
    """Ask for every figure of a file without showing it, and compare."""
    typed = [(figure, ask(f"{figure.question}\n> ")) for figure in figures_of(reading)]
    differ = tuple((figure, text) for figure, text in typed if not figure.agrees(text))
    return ReadIn(len(typed) - len(differ), differ)


def _figures_in(where: str, sentence: str) -> Iterator[Figure]:
    spoken = [match.span() for match in _NOT_A_FIGURE.finditer(sentence)]
    places = [
        (match.start(), match.start() + len(_trimmed(match[0])))
        for match in _FIGURE.finditer(sentence)
        if not any(begin <= match.start() < end for begin, end in spoken)
    ]
    gapped, after = "", 0
    for begin, end in places:
        gapped, after = f"{gapped}{sentence[after:begin]}{_GAP}", end
    gapped += sentence[after:]
    for number, (begin, end) in enumerate(places, 1):
        yield Figure(where, gapped, number, len(places), sentence[begin:end])


def _trimmed(text: str) -> str:
    """Return a number with its unit, or alone where the word behind it is none."""
    number, _, unit = text.partition(" ")
    return text if _UNITS.fullmatch(unit) else number


def _read(kind: str, text: str) -> Quantity | None:
    try:
        return read(kind, text)
    except (InputError, KeyError):
        return None
