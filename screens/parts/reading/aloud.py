"""A reading as a page: headings and a sentence for each fact, as it stands beside the file."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from dosing.drugs.drug import Drug
from schedules.knowledge.library import Library
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.reading.release import since_release
from schedules.knowledge.regimen import Regimen
from screens.marks import bullets, quiet


def signed_and_changed(file: str, knowledge: Library) -> h.Renderable:
    """Return what the signatures of a file claim, and what changed since the release."""
    since = since_release(knowledge, file)
    changes = since.changes if since is not None else ()
    claim = knowledge.claim(file) or "Nobody has signed the reading of this file"
    lines = [f"{claim}.", *([f"{since}."] if since is not None else [])]
    said = [h.li[[one.text]] for one in changes]
    return h.fragment[quiet(" ".join(lines)), h.ul[said] if said else None]


def reading_aloud(entry: Regimen | Drug) -> h.Renderable:
    """Return the whole reading, folded away until somebody reads it aloud."""
    return h.details(".aloud")[
        h.summary["Read it aloud: everything that this file means, in sentences"],
        list(_parts(read_aloud(entry).lines[1:])),
    ]


def _parts(lines: tuple[str, ...]) -> Iterator[h.Renderable]:
    """Yield each heading, and its sentences as a list."""
    sentences: list[h.Node] = []
    for line in (*lines, "#"):
        if not line.startswith("#"):
            sentences.append(line)
            continue
        if sentences:
            yield bullets(sentences)
        sentences = []
        marks, _, words = line.partition(" ")
        if words:
            yield (h.h3 if marks == "##" else h.h4)[words]
