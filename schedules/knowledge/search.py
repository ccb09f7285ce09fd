"""What a person may mean by a few words: the likeliest first, and nothing that is far-fetched.

A whole name comes before a synonym or brand, a word before the beginning of one; one typing error
is looked for only where nothing has the word. Letters scattered through a word mean nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import IntEnum

from dosing.drugs.drug import Drug
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import Terms

_WORD = re.compile(r"[a-z0-9]+")
_FILLING = frozenset(("a", "and", "by", "for", "in", "of", "or", "the", "to", "with"))
# A shorter word with a typing error could be anything.
_SHORTEST_WITH_AN_ERROR = 5

# What people say that stands in no file: a treatment, disease or drug, and the words for it.
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "plasma exchange": ("plasmapheresis", "PLEX", "PEX", "TPE", "apheresis"),
    "haemodialysis session": ("hemodialysis", "renal dialysis"),
    "physiotherapy session": ("physical therapy", "physio", "rehabilitation"),
    "magnetic stimulation": ("TMS", "rTMS", "transcranial magnetic stimulation"),
    "vagus nerve stimulation": ("VNS", "nVNS", "gammaCore"),
    "thymectomy operation": ("thymus removal",),
    "carpal tunnel decompression": ("CTS", "carpal tunnel release", "carpal tunnel syndrome"),
    "nerve release": ("cubital tunnel", "nerve decompression"),
    "sialorrhoea": ("drooling", "sialorrhea", "hypersalivation"),
    "spasticity": ("spasm",),
    "neuropathic pain": ("nerve pain", "neuralgia"),
    "vasculitic neuropathy": ("ANCA", "vasculitis"),
    "headache": ("occipital neuralgia",),
    "joint pain": ("knee injection", "shoulder injection", "joint injection"),
    "hereditary motor and sensory neuropathy": ("CMT", "Charcot-Marie-Tooth", "HMSN"),
    "vitamin B12 deficiency without neuropathy": ("pernicious anaemia", "pernicious anemia"),
    "hydroxocobalamin": ("B12", "cobalamin"),
}
# Words of an id that say: for a later time, or for some patients only.
_LATER_OR_FOR_SOME = frozenset(
    [
        "reduction",
        "reduced",
        "maintenance",
        "after",
        "before",
        "then",
        "pathway",
        "review",
        "watch",
        "test",
        "need",
        "exacerbation",
        "renal",
        "haemodialysis",
        "dialysis",
        "child",
        "genotype",
        "inducer",
        "valproate",
        "slow",
        "one",
        "oral",
        "mesna",
        "euvas",
    ]
)
# A disease may be called MG.
_UNITS = frozenset(("mg", "ml"))


class NameKind(IntEnum):
    """What a name is the name of."""

    ITSELF, DRUG, PROCEDURE, DISEASE, OTHER = range(5)


# A disease is treated with a drug first; a procedure is looked for by itself.
_WITH_OR_WITHOUT_DRUGS = (NameKind.DISEASE, NameKind.PROCEDURE)


@dataclasses.dataclass(frozen=True, slots=True)
class _Name:
    """A name in words; ``rank`` is 0 for a name, 1 for a synonym, 2 for what it has beside."""

    words: tuple[str, ...]
    rank: int
    kind: NameKind
    place: int = 0

    @property
    def joined(self) -> str:
        return "".join(self.words)


@dataclasses.dataclass(frozen=True, slots=True)
class _Entry:
    names: tuple[_Name, ...]
    has_drugs: bool
    for_one: bool
    jurisdiction: str
    special: bool


@dataclasses.dataclass(frozen=True, slots=True)
class _Met:
    """How well an entry meets what was typed, and by which name."""

    rank: int
    name: _Name


# A whole name or synonym; then by words: in a name, begun in one, in a synonym, begun in one,
# beside, with a typing error.
_ANY_WORD, _BESIDE, _NEARLY = 2, 6, 7


class Index:
    """Entries by their ids, found by a few words."""

    def __init__(self, entries: Mapping[str, _Entry]) -> None:
        """Take the entries."""
        self._entries = entries
        # A page asks for the same words again with everything else that is typed into it.
        self._found = functools.lru_cache(maxsize=64)(self._find)

    def find(self, text: str) -> list[str]:
        """Return the ids of the entries that have every word, the likeliest first."""
        return list(self._found(text))

    def _find(self, text: str) -> list[str]:
        typed = _words(text)
        words = [word for word in typed if word not in _FILLING] or typed
        if not words:
            return list(self._entries)
        met = {name: found for name in self._entries if (found := self._exactly(name, typed))}
        by_word = [self._by_word(word) for word in words]
        for name in set.intersection(*(set(one) for one in by_word)) - set(met):
            met[name] = max((one[name] for one in by_word), key=lambda found: found.rank)
        return sorted(met, key=lambda name: self._order(name, met[name]))

    def _exactly(self, name: str, typed: list[str]) -> _Met | None:
        joined = "".join(typed)
        same = [_Met(own.rank, own) for own in self._entries[name].names if own.joined == joined]
        whole = [found for found in same if found.rank < _ANY_WORD]
        return min(whole, key=_first, default=None)

    def _by_word(self, word: str) -> dict[str, _Met]:
        for meets in (_begins, _is_nearly):
            found = {
                name: min(best, key=_first)
                for name, entry in self._entries.items()
                if (best := _by_disease([one for own in entry.names if (one := meets(word, own))]))
            }
            if found:
                return found
        return {}

    def _order(self, name: str, met: _Met) -> tuple[object, ...]:
        entry, by_disease = self._entries[name], met.name.kind is NameKind.DISEASE
        return (
            met.rank,
            entry.has_drugs != by_disease
            and met.name.kind in (NameKind.DISEASE, NameKind.PROCEDURE),
            entry.special,
            met.name.kind,
            met.name.place,
            # A disease is looked for in what is for it alone, a drug in what is for more.
            entry.for_one != by_disease,
            by_disease and not self._says_in_title(entry, met.name),
            entry.jurisdiction,
            len(name),
            name,
        )

    def _says_in_title(self, entry: _Entry, disease: _Name) -> bool:
        title = {word for own in entry.names if own.kind is NameKind.ITSELF for word in own.words}
        return any(
            own.kind is NameKind.DISEASE
            and own.place == disease.place
            and title.issuperset(own.words)
            for own in entry.names
        )


def regimen_index(regimens: Iterable[Regimen], drugs: Mapping[str, Drug], terms: Terms) -> Index:
    """Return the regimens by their titles, drugs, brands, procedures, diseases and the rest."""
    entries: dict[str, _Entry] = {}
    for one in regimens:
        procedures = dict.fromkeys(what.what for phase in one.phases for what in phase.procedures)
        # Whoever looks for paracetamol means none of the regimens that it may go with.
        one = one.as_chosen({})
        routes = {medicine.route for phase in one.phases for medicine in phase.medicines}
        title, own = tuple(_words(one.title)), tuple(_words(one.id))
        names = [_Name(title, 0, NameKind.ITSELF), _Name(own, 1, NameKind.ITSELF)]
        for place, name in enumerate(one.drugs):
            names += _names_of_drug(drugs[name], terms, place)
        for what in procedures:
            names += [
                _Name(tuple(_words(what)), 0, NameKind.PROCEDURE),
                *_spoken(what, NameKind.PROCEDURE),
            ]
        for place, disease in enumerate(one.for_):
            names += _names_of_disease(disease, terms, place)
        beside = (one.jurisdiction, one.status, *routes)
        names += [_Name(tuple(_words(text)), 2, NameKind.OTHER) for text in beside if text]
        entries[one.id] = _Entry(
            names=tuple(names),
            has_drugs=bool(one.drugs),
            for_one=len(one.for_) == 1,
            jurisdiction=one.jurisdiction,
            # "haemodialysis-thrice-weekly" is haemodialysis itself.
            special=not _LATER_OR_FOR_SOME.isdisjoint(_words(one.id)[1:]),
        )
    return Index(entries)


def drug_index(drugs: Mapping[str, Drug], terms: Terms) -> Index:
    """Return the drugs by their names, synonyms and brands."""
    return Index(
        {
            drug.id: _Entry(
                names=tuple(_names_of_drug(drug, terms, 0)),
                has_drugs=True,
                for_one=False,
                jurisdiction="",
                special=False,
            )
            for drug in drugs.values()
        }
    )


def _names_of_drug(drug: Drug, terms: Terms, place: int) -> list[_Name]:
    term = terms.medicines.entries.get(drug.id)
    others = [*drug.also, *(term.words if term is not None else ())]
    own = [_Name(_without_units(text), 0, NameKind.DRUG, place) for text in (drug.name, drug.id)]
    names = own + [_Name(_without_units(text), 1, NameKind.DRUG, place) for text in others]
    return names + _spoken(drug.id, NameKind.DRUG, place)


def _names_of_disease(disease: str, terms: Terms, place: int) -> list[_Name]:
    """Return the names of a disease; those of the one of which it is a kind count for less."""
    names = [_Name(tuple(_words(disease)), 0, NameKind.DISEASE, place)]
    term = terms.conditions.find(disease)
    if term is not None:
        rank = 1 if term.name == disease or disease in term.also[:3] else 2
        names += [_Name(tuple(_words(text)), rank, NameKind.DISEASE, place) for text in term.words]
    return names + _spoken(disease, NameKind.DISEASE, place)


def _spoken(name: str, kind: NameKind, place: int = 0) -> list[_Name]:
    return [_Name(tuple(_words(text)), 1, kind, place) for text in SPOKEN.get(name, ())]


def _by_disease(met: list[_Met]) -> list[_Met]:
    """Leave out the titles if a disease is met: "in porphyria" in a title is no better name."""
    if not any(one.name.kind is NameKind.DISEASE and one.rank < _BESIDE for one in met):
        return met
    return [one for one in met if one.name.kind is not NameKind.ITSELF]


def _first(met: _Met) -> tuple[int, int, int]:
    return met.rank, met.name.kind, met.name.place


def _begins(word: str, name: _Name) -> _Met | None:
    if word in name.words:
        rank = _BESIDE if name.rank == _ANY_WORD else _ANY_WORD + 2 * name.rank
    elif any(own.startswith(word) for own in name.words) or name.joined.startswith(word):
        rank = _BESIDE if name.rank == _ANY_WORD else _ANY_WORD + 2 * name.rank + 1
    else:
        return None
    return _Met(rank, name)


def _is_nearly(word: str, name: _Name) -> _Met | None:
    if len(word) < _SHORTEST_WITH_AN_ERROR:
        return None
    return _Met(_NEARLY, name) if any(_one_error(word, own) for own in name.words) else None


def _one_error(typed: str, meant: str) -> bool:
    """Return whether a letter is missing, too much, another one, or two stand the wrong way."""
    if abs(len(typed) - len(meant)) > 1 or len(meant) < _SHORTEST_WITH_AN_ERROR - 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if at is None:
        return True
    a, b = typed[at:], meant[at:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped


def _without_units(text: str) -> tuple[str, ...]:
    return tuple(word for word in _words(text) if word not in _UNITS)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", ""))
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
