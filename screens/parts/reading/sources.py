"""The sources at the end of a reading, and lists of which each line names its own."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h

from dosing.drugs.drug import SourceEntry
from screens.marks import bullets, confirmed_mark, title


def section(heading: str, items: list[h.Node]) -> h.Renderable | None:
    """Return a list under its heading, or nothing where there is nothing to list."""
    return h.fragment[title(heading), bullets(items)] if items else None


def small_section(heading: str, items: list[h.Node]) -> h.Renderable | None:
    """Return a list under a small heading, or nothing where there is nothing to list."""
    return h.fragment[h.h3(".small")[heading], bullets(items)] if items else None


def sources_list(sources: Mapping[str, SourceEntry]) -> h.Renderable:
    """Return every source in full: what it is, what it says, where it is, and its short name."""
    return h.fragment[
        title("Sources"),
        h.ol(".sources")[[_source(name, entry) for name, entry in sources.items()]],
    ]


def _source(name: str, entry: SourceEntry) -> h.Renderable:
    place = f", {entry.place}" if entry.place else ""
    return h.li[
        h.strong[entry.cite],
        f"{place} ",
        confirmed_mark(entry.confirmed),
        [h.br, f"“{entry.says}”"] if entry.says else None,
        # Text, not a link: nothing on this page leads out of the program.
        [h.br, h.span(".link")[entry.link]] if entry.link else None,
        " ",
        h.code(".tag")[name],
    ]
