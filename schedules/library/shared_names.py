"""Finds a speaking name for each source that several files share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from dosing.drugs.drug import SourceEntry

_WORD = re.compile(r"[a-z0-9]+(?:/[a-z0-9]+)?")
_ASIDE = re.compile(r"\([^)]*\)")
_EMPTY_WORDS = {"the", "of", "on", "and", "in", "a", "for", "by", "with", "to", "is", "at", "as"}
_LONGEST = 4


def name_shared(
    found: Mapping[SourceEntry, Mapping[str, Sequence[str]]], taken: Collection[str]
) -> dict[str, SourceEntry]:
    """Return a name for each source: its first words, and what it says where two begin alike.

    Args:
        found: the sources, each with the names that it had, by file.
        taken: names that are not free.
    """
    first = {entry: first_words(entry.cite) for entry in found}
    count = Counter(first.values())
    named: dict[str, SourceEntry] = {}
    for entry, name in sorted(first.items(), key=lambda item: repr(item)):
        if count[name] > 1:
            name = f"{name} {_subject(found[entry])}"
        named[free_name(name, {*named, *taken})] = entry
    return named


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name, with a number where it is taken."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


def first_words(cite: str) -> str:
    """Return the first telling words of a source, as its name."""
    words = _WORD.findall(_ASIDE.sub("", cite).lower())
    telling = [word for word in words if word not in _EMPTY_WORDS]
    return " ".join(telling[:_LONGEST])


def _subject(by_file: Mapping[str, Sequence[str]]) -> str:
    """Return what the files that have a source are about: the words with which all begin."""
    words = [Path(place).stem.split("-") for place in by_file]
    shared = [column[0] for column in zip(*words, strict=False) if len(set(column)) == 1]
    return "on " + " ".join(shared or words[0][:1])
