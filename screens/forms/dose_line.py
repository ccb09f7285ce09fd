"""A dose typed in one line: "ritux 375 mg/m2 70 kg 175 cm mosteller", split into fields.

A quantity belongs to a field by its unit alone, and stays as it was typed: the field reads it,
converts it or refuses it. A word is a choice such as Mosteller or male, or names the drug. What is
neither is said, and nothing is offered then, for a line half understood is another dose.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from dosing.calculation.rule import WeightBasis
from dosing.drugs.drug import Drug
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.names import SEXES
from dosing.units import KINDS, YEAR
from schedules.knowledge.library import Library

_DIGIT = re.compile("[0-9]")
# Shorter beginnings of a word could be anything: "iv" would be the beginning of IVIg.
_SHORTEST_WORD, _SHORTEST_BEGINNING = 3, 4
_TITLES = {
    "rate": "dose rate",
    "surface": "surface formula",
    "basis": "dosing weight",
    "ideal": "ideal weight formula",
}
_EXAMPLES = {
    "weight": KINDS["weight"].examples,
    "height": KINDS["height"].examples,
    "age": "48 years",
    "rate": KINDS["dose"].examples,
}


def _units_by_field() -> dict[str, frozenset[str]]:
    """Return the spellings of the units of each field; capitals are for the field to refuse.

    Days, weeks and months are how long a course takes as often as an age.
    """
    spellings = {
        "weight": list(KINDS["weight"].spellings),
        "height": list(KINDS["height"].spellings),
        "age": [text for text, unit in KINDS["age"].spellings.items() if unit is YEAR],
        "rate": list(KINDS["dose"].spellings),
    }
    return {field: frozenset(map(str.casefold, texts)) for field, texts in spellings.items()}


def _choices() -> dict[tuple[str, ...], tuple[str, str]]:
    """Return what is chosen by words of its own: the field and the choice, by its words."""
    choices: dict[tuple[str, ...], tuple[str, str]] = {(sex,): ("sex", sex) for sex in SEXES}
    for basis in get_args(WeightBasis):
        choices[basis,] = choices[basis, "weight"] = ("basis", basis)
    for field, formulas in (("surface", BSA), ("ideal", IDEAL_WEIGHT)):
        for name, formula in formulas.items():
            for words in (formula.title.casefold().split(), name.split("_"), [name]):
                choices[tuple(words)] = (field, name)
    return choices


_UNITS = _units_by_field()
_UNITS_OF_ALL = {text.casefold() for kind in KINDS.values() for text in kind.spellings}
_CHOICES = _choices()
_LONGEST_CHOICE = max(map(len, _CHOICES))


@dataclasses.dataclass(frozen=True, slots=True)
class TypedDose:
    """What a line says of a dose.

    Attributes:
        texts: what belongs into the fields of Calculate, by their names, as it was typed.
        drugs: those that its words may name, the likeliest first; empty where it names none.
        name: the words for the drug, as they were typed.
        problems: sentences on what was not understood; then nothing may be offered.
    """

    texts: Mapping[str, str]
    drugs: tuple[Drug, ...]
    name: str
    problems: tuple[str, ...]


def read_dose_line(text: str, knowledge: Library) -> TypedDose | None:
    """Return what a line says of a dose; None where it has no quantity and no drug with a choice.

    Args:
        text: as it was typed in a search that is for all else as well.
        knowledge: whose drugs may be named.
    """
    line = _Line(text, knowledge)
    if not line.quantities and not (line.found and line.drugs):
        return None
    texts = {field: typed[0] for field, typed in line.found.items()}
    return TypedDose(texts, line.drugs, " ".join(line.names), tuple(line.problems()))


class _Line:
    """A line on its way from words to fields."""

    def __init__(self, text: str, knowledge: Library) -> None:
        self._knowledge = knowledge
        self.quantities = 0
        self.found: dict[str, list[str]] = {}
        self._shown: dict[str, list[str]] = {}
        self.names: list[str] = []
        self._unknown: list[str] = []
        self._unclear: list[str] = []
        self._take([_without_comma(word) for word in text.split()])
        self.drugs = self._find_drugs()

    def _take(self, words: Sequence[str]) -> None:
        while words:
            taken = self._take_quantity(words) or self._take_choice(words) or self._take_name(words)
            words = words[taken:]

    def _take_quantity(self, words: Sequence[str]) -> int:
        """Take a number with its unit, joined or apart; return of how many words it was."""
        number = "".join(itertools.takewhile(lambda sign: not sign.isalpha(), words[0]))
        unit = words[0][len(number) :]
        if not _DIGIT.search(number):
            return 0
        apart = not unit and len(words) > 1 and words[1].casefold() in _UNITS_OF_ALL
        taken, unit = (2, words[1]) if apart else (1, unit)
        typed, fields = " ".join(words[:taken]), _fields_of(unit)
        self.quantities += bool(fields)
        if len(fields) == 1:
            self._keep(fields[0], typed, typed)
        elif fields:
            titles = " or a ".join(_title(field) for field in fields)
            self._unclear.append(f"“{typed}” may be a {titles}: write it in another unit")
        elif not unit:
            self._unclear.append(f"“{typed}” has no unit")
        elif apart:
            self._unknown.append(typed)
        else:
            return 0
        return taken

    def _take_choice(self, words: Sequence[str]) -> int:
        """Take a choice by all of its words, or by the beginning of the first."""
        plain = [word.casefold() for word in words[:_LONGEST_CHOICE]]
        for count in range(len(plain), 0, -1):
            if choice := _CHOICES.get(tuple(plain[:count])):
                self._keep(*choice, " ".join(words[:count]))
                return count
        begun = {choice for key, choice in _CHOICES.items() if key[0].startswith(plain[0])}
        if len(plain[0]) < _SHORTEST_BEGINNING or len(begun) != 1 or self._drugs_of(plain[0]):
            return 0
        self._keep(*begun.pop(), words[0])
        return 1

    def _take_name(self, words: Sequence[str]) -> int:
        known = _may_be_a_name(words[0]) and self._drugs_of(words[0])
        (self.names if known else self._unknown).append(words[0])
        return 1

    def _keep(self, field: str, value: str, typed: str) -> None:
        self.found.setdefault(field, []).append(value)
        self._shown.setdefault(field, []).append(typed)

    def _find_drugs(self) -> tuple[Drug, ...]:
        """Return the drugs of which every word is a name, none of them a filling word."""
        if not self.names:
            return ()
        each = [{drug.id for drug in self._drugs_of(word)} for word in self.names]
        met = set.intersection(*each)
        return tuple(drug for drug in self._drugs_of(" ".join(self.names)) if drug.id in met)

    def _drugs_of(self, words: str) -> list[Drug]:
        return self._knowledge.search_drugs(words)

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each thing that was not understood, without its full stop."""
        if self._unknown:
            yield f"Not understood: {', '.join(f'“{word}”' for word in self._unknown)}"
        yield from self._unclear
        for field, typed in self._shown.items():
            if len(typed) > 1:
                both = " and ".join(f"“{one}”" for one in typed)
                such_as = f", such as {_EXAMPLES[field]}" if field in _EXAMPLES else ""
                yield f"There is more than one {_title(field)}, {both}: write one{such_as}"
        if self.names and not self.drugs:
            yield f"“{' '.join(self.names)}” is no one drug: write one"


def _fields_of(unit: str) -> list[str]:
    """Return the fields that have a unit: for g two, the weight of a baby and a dose."""
    return [field for field, spellings in _UNITS.items() if unit.casefold() in spellings]


def _title(field: str) -> str:
    return _TITLES.get(field, field)


def _without_comma(word: str) -> str:
    """Return a word without the comma after it; that of a bare number is the number's."""
    bare = word.rstrip(",;")
    return bare if any(map(str.isalpha, bare)) else word


def _may_be_a_name(word: str) -> bool:
    """Return whether all of a word can be met by a name: the search drops what it has no letter of.

    A word of two letters must have a digit, as B1.
    """
    if not word.isprintable() or any(sign.isnumeric() and not sign.isascii() for sign in word):
        return False
    letters = sum(sign.isalpha() for sign in word)
    return letters >= _SHORTEST_WORD or (letters > 0 and bool(_DIGIT.search(word)))
