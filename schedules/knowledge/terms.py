"""The words that are known of a patient: conditions, medicines and tests, each with its source.

A typed word means one entry, or it is not known here, and then nothing was checked about it. An
entry with members is a group or a class; what is said of it holds for all of them.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, cast

from pydantic import Field, model_validator

from dosing.drugs.drug import Drug, SourceEntry
from dosing.drugs.file_model import FileModel, MisplacedError, Place, no_entries
from dosing.drugs.safety import NO_SOURCE, Outcome
from dosing.numbers import read_decimal
from schedules.knowledge.nearest import nearest

_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_LETTERS = re.compile(r"[^a-z0-9]+")
# Words in s that are no plurals: tuberculosis, virus.
_SHORTEST = 3
_SHORTEST_BEGINNING = 2
_MOST_OFFERED = 6
_NO_PLURAL = ("ss", "is", "us")
# What a person writes for "asked, and there is none".
NONE = "none"
# The result of a vaccination.
GIVEN = "given"
# Multiples of the upper limit of normal of the laboratory.
UPPER_LIMIT = "xULN"
# How much a result is above the first one of the course.
RISE = "% above the first"
_SCALES_OF_THEIR_OWN = (UPPER_LIMIT, RISE)


class Term(FileModel):
    """A word with the others that mean it; with members it is a group of them."""

    id: str = Field(pattern=_ID)
    name: str = Field(min_length=1)
    also: list[str] = Field(default_factory=no_entries)
    members: list[str] = Field(default_factory=no_entries)
    source: str

    @property
    def words(self) -> list[str]:
        """Return every word that means it."""
        return [self.id, self.name, *self.also]


class Vaccinated(FileModel):
    """Who was vaccinated less than a time ago; with ``first`` the first dose of each counts."""

    of: list[str] = Field(min_length=1)
    within: str
    first: bool = False


class ConditionTerm(Term):
    """A condition of a patient, with its code of the ICD-10 where that is sure.

    ``means`` is a fact with a field of its own: a pregnancy typed as a condition is one.
    ``vaccinated`` and ``unvaccinated`` say which vaccinations come to it, or the lack of one.
    """

    icd10: list[str] = Field(default_factory=no_entries)
    means: str = ""
    vaccinated: Vaccinated | None = None
    unvaccinated: list[str] = Field(default_factory=no_entries)


class MedicineTerm(Term):
    """A medicine, or a class of them; an allergen that is no medicine stands here as well."""

    brands: list[str] = Field(default_factory=no_entries)

    @property
    def words(self) -> list[str]:
        """Return every word that means it, its brands as well."""
        return [self.id, self.name, *self.also, *self.brands]


class UnitOfTest(FileModel):
    """A unit in which results are stated, and by what its numbers are multiplied for the first."""

    unit: str = Field(min_length=1)
    times: str = "1"


class TestTerm(Term):
    """A laboratory test: a number in one of its units, or one of its words.

    ``field`` names the option by which it is entered instead, where it has one. A vaccination is a
    test whose result is that it was given; ``medicine`` is what it counts as during a course.
    """

    units: list[UnitOfTest] = Field(default_factory=no_entries)
    plausible: list[str] = Field(default_factory=no_entries, max_length=2)
    results: list[str] = Field(default_factory=no_entries)
    field: str = ""
    medicine: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> TestTerm:
        if bool(self.units) == bool(self.results):
            raise ValueError("needs units, or the words that a result may be")
        if self.plausible and len(self.plausible) == 1:
            raise ValueError("plausible needs the lowest and the highest number")
        return self

    def number(self, text: str) -> tuple[float, str] | None:
        """Read a number with its unit, in the first unit of its scale; None for words.

        Returns:
            The number and the unit of its scale: multiples of the upper limit of normal, and a
            rise, are scales of their own, and cannot be compared with any other.

        Raises:
            InputError: if the number cannot be read.
        """
        for unit in self.units:
            if text.endswith(f" {unit.unit}"):
                typed = read_decimal(text.removesuffix(unit.unit).strip(), self.name)
                own = unit.unit in _SCALES_OF_THEIR_OWN
                scale = unit.unit if own else self.units[0].unit
                return float(typed) * float(unit.times), scale
        return None

    def is_plausible(self, number: float, scale: str) -> bool:
        """Return whether anybody has such a result; a scale without bounds takes any."""
        bounds = [read for text in self.plausible if (read := self.number(text)) is not None]
        if scale in _SCALES_OF_THEIR_OWN or not bounds:
            return number >= 0
        return bounds[0][0] <= number <= bounds[-1][0]

    def is_among(
        self, outcome: Outcome, number: float | None, scale: str, word: str = ""
    ) -> bool | None:
        """Return whether a result is one of those that an outcome names.

        Args:
            outcome: a stretch of numbers, or words.
            number: the result, None for a word.
            scale: the unit of the number, as ``number`` returns it.
            word: the result where it is a word.

        Returns:
            None where both are numbers of different scales, which cannot be compared.
        """
        if outcome.is_:
            return word in outcome.is_
        if number is None or self.scale_of(outcome) != scale:
            return None
        ends = (outcome.above, outcome.at_least, outcome.below)
        bounds = [self.number(text) if text else None for text in ends]
        above, at_least, below = (bound[0] if bound else None for bound in bounds)
        return (
            (above is None or number > above)
            and (at_least is None or number >= at_least)
            and (below is None or number < below)
        )

    def scale_of(self, outcome: Outcome) -> str:
        """Return the unit of the numbers that an outcome names."""
        ends = (outcome.above, outcome.at_least, outcome.below)
        read = (self.number(text) for text in ends if text)
        return " or ".join(dict.fromkeys(bound[1] for bound in read if bound is not None))

    def problems_with(self, outcome: Outcome) -> Iterator[str]:
        """Yield what an answer says of its results and no result can be."""
        accepted = ", ".join(unit.unit for unit in self.units) or ", ".join(self.results)
        for end in (outcome.above, outcome.at_least, outcome.below):
            if end and self.number(end) is None:
                yield f'{self.id}: "{end}" is not in {accepted}'
        for word in outcome.is_:
            if word not in self.results:
                yield f'{self.id}: "{word}" is none of {accepted}'


class TermsFile(FileModel):
    """What the three files of words have in common."""

    # Under which key the entries of a file stand
    key: ClassVar[str]

    version: int = Field(ge=1)
    sources: dict[str, SourceEntry]

    @property
    def id(self) -> str:
        """Return the name of its file in ``terms/``."""
        return self.key

    @model_validator(mode="after")
    def _consistent(self) -> TermsFile:
        problems = list(self._problems())
        if problems:
            raise MisplacedError(*problems)
        return self

    def _problems(self) -> Iterator[tuple[Place, str]]:
        key, entries = self.key, cast("Sequence[Term]", getattr(self, self.key))
        meant: dict[str, str] = {}
        for n, entry in enumerate(entries):
            if entry.source not in self.sources:
                yield (key, n, "source"), f'no source named "{entry.source}"'
            for word in dict.fromkeys(map(_folded, entry.words)):
                if word in meant:
                    yield (key, n), f'"{word}" already means {meant[word]}'
                meant[word] = entry.id


class ConditionsFile(TermsFile):
    """The conditions that are known."""

    key = "conditions"

    conditions: list[ConditionTerm]


class MedicinesFile(TermsFile):
    """The medicines and the classes that are known, beside the drugs that have files."""

    key = "medicines"

    medicines: list[MedicineTerm]


class TestsFile(TermsFile):
    """The laboratory tests that are known."""

    key = "tests"

    tests: list[TestTerm]


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    """Entries by their ids, found by any word that means them."""

    entries: Mapping[str, Term]

    @functools.cached_property
    def _by_word(self) -> Mapping[str, str]:
        return {_folded(word): entry.id for entry in self.entries.values() for word in entry.words}

    def find(self, typed: str) -> Term | None:
        """Return what a typed word means; None where it is not known here."""
        name = self._by_word.get(_folded(typed))
        return self.entries[name] if name is not None else None

    def parted(self, typed: str) -> list[str]:
        """Return the words of one text, parted by semicolons where it has one, else by commas.

        A comma in a known word parts nothing.
        """
        if ";" in typed:
            return [word for text in typed.split(";") if (word := text.strip())]
        parts = [part for text in typed.split(",") if (part := text.strip())]
        words: list[str] = []
        while parts:
            longest = range(len(parts), 1, -1)
            own = next((n for n in longest if self.find(", ".join(parts[:n])) is not None), 1)
            words.append(", ".join(parts[:own]))
            del parts[:own]
        return words

    def contained(self, typed: str) -> list[str]:
        """Return the entries whose words stand in a longer text, the longest words first."""
        left = f" {_folded(typed)} "
        found: list[str] = []
        for word in sorted(self._by_word, key=len, reverse=True):
            if len(word) >= _SHORTEST and f" {word} " in left:
                found.append(self._by_word[word])
                left = left.replace(f" {word} ", " ; ")
        return list(dict.fromkeys(found))

    def near(self, typed: str) -> list[str]:
        """Return the names of entries that may be meant by a word that is not known."""
        words = {
            entry.name: [w for w in entry.words if w != entry.name]
            for entry in self.entries.values()
        }
        return nearest(typed, words)

    def offered(self, typed: str) -> dict[str, str]:
        """Return a few words that may be meant by the beginning of one, each with its name.

        Words that begin so come first, then those of which a later word does, then near ones.
        """
        begun = _folded(typed)
        if len(begun) < _SHORTEST_BEGINNING:
            return {}
        at_first: list[tuple[str, str]] = []
        later: list[tuple[str, str]] = []
        for entry in self.entries.values():
            for word in entry.words[1:]:  # the first is the id, which nobody types
                folded = _folded(word)
                if "," in word:  # a comma parts two words
                    continue
                if folded.startswith(begun):
                    at_first.append((word, entry.name))
                elif f" {begun}" in folded:
                    later.append((word, entry.name))
        # Of words that mean the same, the shortest; the name itself where it begins so.
        order = sorted(at_first, key=_own_name_first) + sorted(later, key=_own_name_first)
        order += [(name, name) for name in self.near(typed) if "," not in name]
        by_name: dict[str, str] = {}
        for word, name in order:
            by_name.setdefault(name, word)
        return {word: name for name, word in list(by_name.items())[:_MOST_OFFERED]}

    def expanded(self, names: Iterable[str]) -> frozenset[str]:
        """Return ids with all their members, and those of their members."""
        ids = tuple(names)
        if ids not in self._expanded:
            found = [self._with_members.get(name) or frozenset((name,)) for name in ids]
            self._expanded[ids] = frozenset[str]().union(*found)
        return self._expanded[ids]

    @functools.cached_property
    def _expanded(self) -> dict[tuple[str, ...], frozenset[str]]:
        """What was asked for before: every answer of a drug file names the same ids each time."""
        return {}

    @functools.cached_property
    def _with_members(self) -> Mapping[str, frozenset[str]]:
        return {name: self._found_from(name) for name in self.entries}

    def _found_from(self, name: str) -> frozenset[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                entry = self.entries.get(name)
                waiting += entry.members if entry is not None else []
        return frozenset(found)


@dataclasses.dataclass(frozen=True)
class Terms:
    """The three vocabularies; the drugs that have files are medicines as well.

    ``files`` holds the files of words that there are, by their names in ``terms/``.
    """

    conditions: Vocabulary
    medicines: Vocabulary
    tests: Mapping[str, TestTerm]
    files: Mapping[str, TermsFile]

    @property
    def read(self) -> bool:
        """Return whether each vocabulary has its file."""
        return len(self.files) == len(TermsFile.__subclasses__())

    @functools.cached_property
    def test_words(self) -> Vocabulary:
        """Return the tests as words."""
        return Vocabulary(self.tests)

    @functools.cached_property
    def vaccines(self) -> Vocabulary:
        """Return the vaccinations as words."""
        given = {name: test for name, test in self.tests.items() if test.results == [GIVEN]}
        return Vocabulary(given)

    @functools.cached_property
    def by_vaccination(self) -> tuple[ConditionTerm, ...]:
        """Return the conditions to which vaccinations come, or the lack of one."""
        return tuple(
            term
            for term in self.conditions.entries.values()
            if isinstance(term, ConditionTerm) and (term.vaccinated or term.unvaccinated)
        )

    def words_of(self, field: str) -> Vocabulary:
        """Return the words that are known in a field of a patient that takes several.

        In a field of other things, such as amputations, none is.
        """
        vocabularies = {
            "conditions": self.conditions,
            "takes": self.medicines,
            "allergies": self.medicines,
            "results": self.test_words,
            "vaccinations": self.vaccines,
        }
        return vocabularies.get(field) or Vocabulary({})


def gather(files: Iterable[TermsFile], drugs: Iterable[Drug]) -> Terms:
    """Put the vocabularies together; one of which there is no file knows no word."""
    by_name = {file.id: file for file in files}
    conditions: dict[str, Term] = {}
    tests: dict[str, TestTerm] = {}
    medicines: dict[str, Term] = {
        drug.id: MedicineTerm(id=drug.id, name=drug.name, also=drug.also, source=NO_SOURCE)
        for drug in drugs
    }
    for file in by_name.values():
        if isinstance(file, ConditionsFile):
            conditions = {entry.id: entry for entry in file.conditions}
        elif isinstance(file, TestsFile):
            tests = {entry.id: entry for entry in file.tests}
        elif isinstance(file, MedicinesFile):
            medicines |= {entry.id: _beside(medicines, entry) for entry in file.medicines}
    return Terms(Vocabulary(conditions), Vocabulary(medicines), tests, by_name)


def _beside(drugs: Mapping[str, Term], entry: MedicineTerm) -> MedicineTerm:
    """Return a medicine with the words of its drug file, where it has one."""
    own = drugs.get(entry.id)
    words = [*own.words, *entry.also] if own is not None else entry.also
    also = list(dict.fromkeys(words))
    return entry if also == entry.also else entry.model_copy(update={"also": also})


def _own_name_first(offered: tuple[str, str]) -> tuple[bool, int, str]:
    word, name = offered
    return word != name, len(word), word


@functools.lru_cache(maxsize=10_000)
def _folded(text: str) -> str:
    """Return a word without case, accents, punctuation and the s of plurals."""
    letters = text.casefold()
    if not letters.isascii():
        plain = unicodedata.normalize("NFKD", letters)
        letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(
        word if word.endswith(_NO_PLURAL) else word.removesuffix("s")
        for word in _LETTERS.sub(" ", letters.replace("'", "")).split()
    )
