"""Sections of a reading that say nearly the same, to stand as the rows of one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schedules.knowledge.reading.page import Section

Line = tuple[str, str]  # the heading under which a sentence stands, and the sentence


def together(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Yield the sections in their order, those in a row that say nearly the same as one run."""
    run: list[Section] = []
    for section in sections:
        if run and not _fits(run, section):
            yield run
            run = []
        run.append(section)
    if run:
        yield run


def lines_of(section: Section) -> list[Line]:
    """Return the sentences of a section and of its parts, each with the heading of its part."""
    own = [("", text) for text in section.sentences]
    return own + [(part.heading, text) for part in section.parts for text in part.sentences]


def shared_by(run: Sequence[Section]) -> list[Line]:
    """Return the sentences that each section of a run says, in their order."""
    others = [set(lines_of(section)) for section in run[1:]]
    return [line for line in lines_of(run[0]) if all(line in other for other in others)]


def kind_and_name(section: Section) -> tuple[str, str]:
    """Return "Phase" and "step 1" of "Phase: step 1"; a medicine has a name alone."""
    kind, colon, name = section.heading.partition(": ")
    return (kind, name) if colon else ("", section.heading)


def _fits(run: Sequence[Section], section: Section) -> bool:
    """Return whether a section is of the kind of a run, and mostly says what all of it say."""
    first = run[0]
    parts = [part.heading for part in first.parts]
    same_kind = _kind(first) == _kind(section) != ""
    if not same_kind or len(parts) > 1 or parts != [part.heading for part in section.parts]:
        return False
    longest = max(len(lines_of(one)) for one in (*run, section))
    return 2 * len(shared_by([*run, section])) >= longest


def _kind(section: Section) -> str:
    kind, _ = kind_and_name(section)
    is_medicine = section.sentences[:1] and section.sentences[0].startswith("Give ")
    return kind or ("Give" if is_medicine else "")
