"""A reading: what a file means as a page of sentences, and the hash of that meaning."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile

from dosing.drugs.drug import Drug
from schedules.knowledge.reading.drug_words import tell_drug
from schedules.knowledge.reading.regimen_words import tell_regimen
from schedules.knowledge.reading.terms_words import tell_terms
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import TermsFile

# A sentence, after the headings that it stands under
Sentence = tuple[str, str]
HEADING = "the heading "
# The level of the headings under the title
_TOP = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """A heading of a reading, the sentences right under it, and the headings under those."""

    heading: str
    sentences: tuple[str, ...]
    parts: tuple[Section, ...] = ()


@dataclasses.dataclass(frozen=True)
class Reading:
    """The whole meaning of a file: its lines are headings, and one sentence for each fact."""

    lines: tuple[str, ...]

    @functools.cached_property
    def text(self) -> str:
        """Return it as a page of markdown."""
        return "".join(_page(self.lines)).lstrip("\n")

    @functools.cached_property
    def sections(self) -> tuple[Section, ...]:
        """Return what stands under its title, a section for each heading."""
        return _sections(self.lines[1:], _TOP)

    @functools.cached_property
    def meaning(self) -> str:
        """Return the hash of what it says."""
        return meaning_of(self.text)


def read_aloud(entry: Regimen | Drug | TermsFile) -> Reading:
    """Return everything that a regimen, a drug file or a file of words means."""
    if isinstance(entry, TermsFile):
        return Reading(tuple(tell_terms(entry)))
    return Reading(tuple(tell_regimen(entry) if isinstance(entry, Regimen) else tell_drug(entry)))


def meaning_of(text: str) -> str:
    """Return the hash of a reading without its signatures."""
    return hashlib.sha256(text.encode()).hexdigest()


def _page(lines: Iterable[str]) -> Iterator[str]:
    after_heading = True
    for line in lines:
        is_heading = line.startswith("#")
        if is_heading:
            yield f"\n{line}\n"
        else:
            yield f"\n- {line}\n" if after_heading else f"- {line}\n"
        after_heading = is_heading


def _sections(lines: Sequence[str], level: int) -> tuple[Section, ...]:
    """Return the sections that begin at a level of heading, with all that stands in each."""
    mark = f"{'#' * level} "
    starts = [n for n, line in enumerate(lines) if line.startswith(mark)]
    return tuple(
        _section(lines[start].removeprefix(mark), lines[start + 1 : end], level + 1)
        for start, end in pairwise([*starts, len(lines)])
    )


def _section(heading: str, lines: Sequence[str], level: int) -> Section:
    sentences = tuple(takewhile(lambda line: not line.startswith("#"), lines))
    return Section(heading, sentences, _sections(lines[len(sentences) :], level))


def sentences_of(text: str) -> Iterator[Sentence]:
    """Yield each line of a page with the headings that it stands under, headings too."""
    above: list[str] = []
    for line in filter(None, text.split("\n")):
        marks, _, words = line.partition(" ")
        if marks.strip("#") == "":
            above = [*above[: max(len(marks) - _TOP, 0)], words]
            yield ", ".join(above), f"{HEADING}“{words}”"
        else:
            yield ", ".join(above), line.removeprefix("- ")
