"""What stands above a reading: the title, who signed the file, and what changed in it."""

from __future__ import annotations

import htpy as h

from dosing.drugs.drug import Drug
from schedules.knowledge.library import Library
from schedules.knowledge.reading.release import since_release
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import TermsFile
from screens.marks import badge, confirmed_mark, quiet, status_badge


def entry_head(name: str, entry: Regimen | Drug | TermsFile, status: str) -> h.Renderable:
    """Return the title of a file with its status, its version and how many sources it has."""
    seen = sum(source.confirmed for source in entry.sources.values())
    badges = (
        status_badge(status),
        badge(f"version {entry.version}"),
        badge(f"{seen} of {len(entry.sources)} sources seen"),
        *([badge("has errata")] if isinstance(entry, Regimen) and entry.errata else []),
    )
    return h.header(".head")[h.h2[name], h.p(".badges")[[[one, " "] for one in badges]]]


def standing(file: str, knowledge: Library) -> h.Renderable:
    """Return who signed a file, what changed since the release, and what the marks mean."""
    since = since_release(knowledge, file)
    changes = since.changes if since is not None else ()
    lines = [f"This file is {knowledge.standing(file)}.", *([f"{since}."] if since else [])]
    return h.fragment[
        quiet(" ".join(lines)),
        h.ul(".changes")[[h.li[one.text] for one in changes]] if changes else None,
        h.p(".legend")[
            h.span[confirmed_mark(True, in_words=False), " seen in this source by a person"],
            h.span[confirmed_mark(False, in_words=False), " not yet"],
        ],
    ]
