"""A reading as a page: its headings, a line for each sentence, a table where sections are alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import htpy as h

from dosing.drugs.drug import Drug
from schedules.knowledge.reading.page import Section, read_aloud
from schedules.knowledge.reading.telling import worded
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import TermsFile
from screens.marks import bullets, table, title
from screens.parts.reading.alike import kind_and_name, lines_of, shared_by, together
from screens.parts.reading.sentence import Sources, sentence

_NOTHING: Mapping[str, h.Node] = {}


def reading_page(
    entry: Regimen | Drug | TermsFile,
    *,
    above: Mapping[str, h.Node] = _NOTHING,
    below: Mapping[str, h.Node] = _NOTHING,
) -> Iterator[h.Renderable]:
    """Yield each section of a reading.

    Args:
        entry: what is read.
        above: what a section shows before its sentences, by its heading.
        below: what a section shows after its sentences.
    """
    for run in together(read_aloud(entry).sections):
        name = run[0].heading
        if name == "Sources":
            body: h.Renderable = _sources(run[0].sentences, entry.sources)
        else:
            body = _rows(run, entry.sources) if len(run) > 1 else _body(run[0], entry.sources)
        yield h.fragment[title(_heading(run)), above.get(name), body, below.get(name)]


def _body(section: Section, sources: Sources) -> h.Renderable:
    """Return the sentences of a section, and the sections in it."""
    return h.fragment[
        _sentences(section.sentences, sources),
        [
            h.fragment[
                h.h3(".small")[_heading(run)],
                _rows(run, sources) if len(run) > 1 else _body(run[0], sources),
            ]
            for run in together(section.parts)
        ],
    ]


def _heading(run: Sequence[Section]) -> str:
    """Return the heading of a section, or of several: "Phase: step 1, step 2"."""
    if len(run) == 1:
        return run[0].heading
    names = [kind_and_name(section) for section in run]
    # What differs between the bands of one drug stands after a comma, and in the row.
    each = ", ".join(dict.fromkeys(name.partition(",")[0] for _, name in names))
    return f"{names[0][0]}: {each}" if names[0][0] else each


def _rows(run: Sequence[Section], sources: Sources) -> h.Renderable:
    """Return sections as the rows of a table, and beneath it once what each of them says."""
    shared = shared_by(run)
    rows: list[Sequence[h.Node]] = [
        [
            kind_and_name(section)[1],
            [h.p[_item(text, sources)] for _, text in lines_of(section) if (_, text) not in shared],
        ]
        for section in run
    ]
    under = [
        h.fragment[
            h.p(".each")[f"Each of them{f', {heading}' if heading else ''}:"],
            _sentences([text for _, text in lines], sources),
        ]
        for heading, lines in groupby(shared, key=lambda line: line[0])
    ]
    name = _heading(run)
    return h.fragment[h.div(".alike")[table(["", "What differs"], rows, caption=name)], under]


def _sentences(lines: Iterable[str], sources: Sources) -> h.Renderable | None:
    """Return sentences as a list; nothing where there is none."""
    items = [_item(line, sources) for line in lines]
    return bullets(items, "sentences") if items else None


def _item(line: str, sources: Sources) -> h.Renderable:
    """Return a sentence; what is given stands out."""
    text = sentence(line, sources)
    return h.strong[text] if line.startswith("Give ") else text


def _sources(lines: Sequence[str], sources: Sources) -> h.Renderable:
    """Return the sentences on each source together."""
    starts = {
        tuple(f"Source {worded(name)} {verb}" for verb in ("is “", "says “", "is found at ")): entry
        for name, entry in sources.items()
    }

    def begins(line: str) -> tuple[str, ...]:
        return next(start for start in starts if line.startswith(start))

    return h.ol(".sources")[
        [
            h.li[[h.p[sentence(line, sources)] for line in about]]
            for _, about in groupby(lines, key=begins)
        ]
    ]
