"""A regimen as a command shows it: its reading, who signed, and whether its examples reproduce."""

from __future__ import annotations

from collections.abc import Iterator

from schedules.knowledge.library import Library
from schedules.knowledge.reading.drug_words import tell_adjustment
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.reading.release import since_release
from schedules.knowledge.regimen import Regimen
from schedules.library.replay import replays


def page(regimen: Regimen, library: Library) -> Iterator[str]:
    """Yield the lines: the whole reading, what its drugs propose, and how it stands today."""
    yield from read_aloud(library.stated[regimen.id]).text.splitlines()
    yield from _adjustments(regimen, library)
    yield from ("", "## How this file stands", "")
    yield f"- It is {regimen.status}; {library.claim(f'regimens/{regimen.id}') or NOBODY}."
    changed = since_release(library, f"regimens/{regimen.id}")
    if changed is not None:
        yield f"- {changed}."
    for position, holds in enumerate(replays(regimen, library), 1):
        yield f"- Example {position} {'reproduces' if holds else 'DOES NOT REPRODUCE'}."


NOBODY = "nobody has signed its reading"


def _adjustments(regimen: Regimen, library: Library) -> Iterator[str]:
    for name in regimen.drugs:
        drug = library.drug(name)
        if drug.adjustments:
            yield from ("", f"## Adjustments that the file of {drug.name} proposes", "")
        for adjustment in drug.adjustments:
            yield from (f"- {sentence}" for sentence in tell_adjustment(adjustment))
