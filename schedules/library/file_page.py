"""A knowledge file as a command shows it: its reading, and how its file stands today."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.drugs.drug import Drug
from schedules.knowledge.library import Library
from schedules.knowledge.reading.drug_words import tell_adjustment
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.reading.release import since_release
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import TermsFile
from schedules.library.replay import replays


def page(entry: Regimen | Drug | TermsFile, library: Library) -> Iterator[str]:
    """Yield the lines: the whole reading, what its drugs propose, and how it stands today."""
    if not isinstance(entry, Regimen):
        yield from _reading(entry)
        folder = "drugs" if isinstance(entry, Drug) else "terms"
        yield from _standing(f"{folder}/{entry.id}", library)
        return
    yield from _reading(library.stated[entry.id])
    yield from _adjustments(entry, library)
    yield from _standing(f"regimens/{entry.id}", library)
    for name in entry.drugs:
        yield f"- Its drug file {name} is {library.standing(f'drugs/{name}')}."
    for position, holds in enumerate(replays(entry, library), 1):
        yield f"- Example {position} {'reproduces' if holds else 'DOES NOT REPRODUCE'}."


def _reading(entry: Regimen | Drug | TermsFile) -> list[str]:
    return read_aloud(entry).text.splitlines()


def _adjustments(regimen: Regimen, library: Library) -> Iterator[str]:
    for name in regimen.drugs:
        drug = library.drug(name)
        if drug.adjustments:
            yield from ("", f"## Adjustments that the file of {drug.name} proposes", "")
        for adjustment in drug.adjustments:
            yield from (f"- {sentence}" for sentence in tell_adjustment(adjustment))


def _standing(file: str, library: Library) -> Iterator[str]:
    yield from ("", "## How this file stands", "")
    yield f"- It is {library.standing(file)}."
    changed = since_release(library, file)
    if changed is not None:
        yield f"- {changed}."
