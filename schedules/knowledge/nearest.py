"""What somebody may have meant by a name that the library does not have.

Whole words are compared with whole words, or with their beginnings: letters that happen to stand
somewhere in a word mean nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import NoReturn

from dosing.errors import refuse, text_of

_WORD = re.compile(r"[a-z0-9]+")
# How well a typed word meets an entry, the best first.
_IN_ID, _BEGINS_IN_ID, _IN_NAMES, _BEGINS_IN_NAMES, _NEARLY = range(5)
_MOST = 5
_SHORTEST_BEGINNING = 2
_SHORTEST_STEM = 5
_LIKE = 0.75


def refuse_unknown(
    field: str, typed: object, entries: Mapping[str, Iterable[str]], otherwise: str
) -> NoReturn:
    """Refuse an id that the library does not have, naming the nearest.

    Args:
        field: what was asked for: a regimen, a drug, a ladder.
        typed: what was typed.
        entries: the ids there are, each with its other names: synonyms, brands, diseases.
        otherwise: what to do where nothing is near.

    Raises:
        InputError: always.
    """
    if not isinstance(typed, str):
        text, why = ("", "is missing") if typed is None else (text_of(typed), "is not a text")
        refuse(field, text, why=why, accepted=otherwise)
    near = nearest(typed, entries)
    accepted = f"did you mean {_either(near)}?" if near else otherwise
    refuse(field, typed, why="is not in the library", accepted=accepted)


def nearest(typed: str, entries: Mapping[str, Iterable[str]]) -> list[str]:
    """Return up to five ids that meet most words of a typed text, the best first.

    A word of an id counts before the beginning of one, both before a word of a synonym, brand or
    disease; spelling errors are looked for only where no entry has the word. Numbers alone mean
    nothing, and decide between entries that are equal otherwise.
    """
    texts = {name: (_words(name), _words(" ".join(others))) for name, others in entries.items()}
    typed_words = _words(typed)
    numbers = {word for word in typed_words if word.isdigit()}
    met: dict[str, list[int]] = {name: [] for name in entries}
    for word in dict.fromkeys(typed_words):
        if word not in numbers:
            for name, how_well in _meeting(word, texts).items():
                met[name].append(how_well)
    most = max(map(len, met.values()), default=0)
    best = [name for name, ranks in met.items() if most and len(ranks) == most]

    def order(name: str) -> tuple[int, int, int, int, str]:
        own, _ = texts[name]
        share_a_beginning = (n for n, word in enumerate(own) if _any_begins(word, typed_words))
        where = next(share_a_beginning, len(own))
        return sum(met[name]), -len(numbers.intersection(own)), where, len(name), name

    return sorted(best, key=order)[:_MOST]


def _meeting(word: str, texts: Mapping[str, tuple[list[str], list[str]]]) -> dict[str, int]:
    """Return how well each entry that meets a word does; spelling errors only if none does."""
    for rank in (_met_exactly, _met_nearly):
        ranks = {name: rank(word, own, others) for name, (own, others) in texts.items()}
        meeting = {name: how_well for name, how_well in ranks.items() if how_well is not None}
        if meeting:
            return meeting
    return {}


def _met_exactly(word: str, own: list[str], others: list[str]) -> int | None:
    if word in own:
        return _IN_ID
    beginning = word if len(word) >= _SHORTEST_BEGINNING else "no beginning"
    if any(other.startswith(beginning) for other in own):
        return _BEGINS_IN_ID
    if word in others:
        return _IN_NAMES
    return _BEGINS_IN_NAMES if any(other.startswith(beginning) for other in others) else None


def _met_nearly(word: str, own: list[str], others: list[str]) -> int | None:
    words = [*own, *others]
    if difflib.get_close_matches(word, words, n=1, cutoff=_LIKE):
        return _NEARLY
    # plasmapheresis is a plasma exchange
    stems = (other for other in words if len(other) >= _SHORTEST_STEM)
    return _NEARLY if any(word.startswith(stem) for stem in stems) else None


def _any_begins(word: str, others: list[str]) -> bool:
    return any(word.startswith(other) or other.startswith(word) for other in others)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _either(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
