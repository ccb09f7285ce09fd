"""A sentence of a reading, with the marks of its levels and of its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import htpy as h

from dosing.drugs.drug import SourceEntry
from screens.marks import confirmed_mark, level_mark

# What somebody wrote stands in quotation marks, and no word in it is a mark.
_MARKED = re.compile(r"\(source: (“[^”]*”|[^()]*)\)|“[^”]*”|\b(STOP|WARN|NOTE)\b(:?)")

Sources = Mapping[str, SourceEntry]


def sentence(text: str, sources: Sources) -> h.Renderable:
    """Return a sentence word for word; a level has its sign, a source whether it was seen."""
    return h.fragment[list(_parts(text, sources))]


def _parts(text: str, sources: Sources) -> Iterator[h.Node]:
    end = 0
    for match in _MARKED.finditer(text):
        yield text[end : match.start()]
        end = match.end()
        source, level, colon = match.groups()
        entry = sources.get((source or "").strip("“”"))
        if level:
            # A colon never begins a line.
            yield h.span(".whole")[level_mark(level), colon]
        elif entry is not None:
            words, space, last = match[0].removesuffix(")").rpartition(" ")
            mark = confirmed_mark(entry.confirmed, in_words=False)
            # The mark never begins a line alone.
            end_of_it = h.span(".whole")[last, " ", mark, ")"]
            yield h.span(".source", title=entry.cite)[words, space, end_of_it]
        else:
            yield match[0]
    yield text[end:]
