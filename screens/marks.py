"""HTML in which no text becomes a tag and no number leaves its unit, and marks that all share."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Sequence

import htpy as h
import streamlit as st

from dosing.trace import ARITHMETIC, TYPED, Finding, Source
from dosing.units import NO_BREAK_SPACE
from schedules.review.equal_findings import equal_together, other_dates

# Only what would be read as Markdown: a screen reader speaks the backslashes of a label.
_MARKDOWN = re.compile(r"([\\`*_\[\]<$~]|:(?=\w))")
_BEFORE_A_UNIT = re.compile(
    r"(?<=[0-9]) (?=%|(?:mg|g|mcg|kg|lb|m2|cm|m|mL|L|mmol|umol|units?|h|min|years?|days?)\b)"
)
_DATE = re.compile(r"((?:[A-Z][a-z]{2} )?[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4},?)")
_DAY = re.compile(r"\b[0-9]{2}-[A-Z][a-z]{2}\b(?:-[0-9]{4})?")
_NO_BREAK_HYPHEN = "\u2011"
# More NOTEs than these are folded away; a WARN or a STOP never is.
_NOTES_AT_ONCE = 3
_LINES_KEPT = 1_000
_STATUS_SIGNS = {"endorsed": "✓", "under review": "○"}
_SIGNS = {"STOP": "!", "WARN": "!", "NOTE": "i"}


def render(*nodes: h.Node) -> str:
    """Return HTML in which no number is parted from its unit at the end of a line."""
    # One node is given as it is: whatever is a row of nodes takes htpy long to tell.
    return with_whole_amounts(str(h.fragment[_single(nodes)]))


def with_whole_amounts(text: str) -> str:
    """Return a text in which no number is parted from its unit at the end of a line."""
    return _BEFORE_A_UNIT.sub(NO_BREAK_SPACE, text)


def show_html(*nodes: h.Node) -> None:
    """Show HTML, one element after the other, as one piece of the page."""
    st.html(render(*nodes))


def _single(nodes: tuple[h.Node, ...]) -> h.Node:
    return nodes[0] if len(nodes) == 1 else nodes


def show_blocks(blocks: Iterable[h.Renderable | None]) -> None:
    """Show each block as a piece of the page of its own, with the page's space between them."""
    for block in blocks:
        if block is not None:
            show_html(block)


def escape_markdown(text: str) -> str:
    """Return a text in which nothing is taken for Markdown, for the labels of widgets."""
    return _MARKDOWN.sub(r"\\\1", text)


def date_text(day: dt.date) -> str:
    """Return a date as it is read aloud on a ward: Mon 30-Nov-2026."""
    return f"{day:%a %d-%b-%Y}"


def unbroken_dates(text: str) -> str:
    """Return a text of a widget, where no element can hold a date together at the end of a line."""
    return _DAY.sub(lambda day: day[0].replace("-", _NO_BREAK_HYPHEN), text)


def title(text: str) -> h.Renderable:
    """Return the heading of a section."""
    return h.h2(".section")[text]


def part_title(text: str) -> h.Renderable:
    """Return the heading of a part of a section."""
    return h.h3(".section")[text]


def quiet(*nodes: h.Node) -> h.Renderable:
    """Return a line that need not be read first."""
    return h.p(".quiet")[_single(nodes)]


def reason(*nodes: h.Node) -> h.Renderable:
    """Return a line that says why something is not to be had; it is read out when it appears."""
    return h.p(".reason", role="status")[_single(nodes)]


def bullets(items: Iterable[h.Node], kind: str = "") -> h.Renderable:
    """Return a list with one line for each item."""
    return h.ul(class_=kind or None)[[h.li[item] for item in items]]


def empty_panel(heading: str, *body: h.Node, role: str | None = None) -> h.Renderable:
    """Return what stands in the place of an answer while there is none."""
    return h.section(".panel.empty", role=role)[h.h2[heading], body]


def problem_panel(heading: str, problems: Iterable[object]) -> h.Renderable:
    """Return a panel that lists what is wrong; it is read out when it appears."""
    return empty_panel(heading, bullets(map(str, problems)), role="alert")


def whole(text: str) -> h.Renderable:
    """Return a text that is never broken at the end of a line."""
    return h.span(".whole")[text]


def with_whole_dates(text: str) -> list[h.Node]:
    """Return a text in which no date is broken at the end of a line."""
    parts = enumerate(_DATE.split(text))
    return [whole(part) if at % 2 else part for at, part in parts if part]


def agreement() -> h.Renderable:
    """Return the mark that the second calculation agrees."""
    return h.fragment[tick(), " second calculation agrees"]


def tick() -> h.Renderable:
    """Return a tick for the eye alone; the words beside it say the same."""
    return h.span(".yes", aria_hidden="true")["✓"]


def level_mark(level: str) -> h.Renderable:
    """Return a level as a sign, a word and a colour, never as a colour alone."""
    return h.span(class_=f"level {level.lower()}")[_sign(level), level]


def level_of(level: str, count: int) -> h.Renderable:
    """Return a level with how many there are of it, WARN: 13."""
    many = f": {count}" if count > 1 else None
    return h.span(class_=f"level {level.lower()}")[_sign(level), level, many]


def level_sign(level: str, count: int) -> h.Renderable:
    """Return how many there are of a level, where the sign stands for its word."""
    word = h.span(".hidden")[f"{level} "]
    return h.span(class_=f"level {level.lower()}", title=level)[_sign(level), word, str(count)]


def _sign(level: str) -> h.Renderable:
    return h.span(".sign", aria_hidden="true")[_SIGNS[level]]


# A library has some hundred sources, and a page shows the same ones at each letter that is typed.
@functools.lru_cache(maxsize=_LINES_KEPT)
def source_mark(source: Source) -> h.Node:
    """Return a source with the mark that tells whether a person has seen the figure there."""
    if source in (TYPED, ARITHMETIC):
        return h.span(".source")[source.cite].__html__()
    cite = f"{source.cite}, {source.place}" if source.place else source.cite
    return h.span(".source")[cite, " ", confirmed_mark(source.confirmed)].__html__()


def confirmed_mark(confirmed: bool, *, in_words: bool = True) -> h.Renderable:
    """Return the mark of a confirmed or unconfirmed source; its word may be for the ear alone."""
    kind, sign, word = ("yes", "✓", "confirmed") if confirmed else ("no", "○", "unconfirmed")
    said = h.span(class_=None if in_words else "hidden")[f" {word}"]
    return h.span(class_=f"mark {kind}")[h.span(aria_hidden="true")[sign], said]


def status_badge(status: str) -> h.Renderable:
    """Return whether a file is endorsed, with a sign beside the word."""
    return badge(f"{_STATUS_SIGNS.get(status, '■')} {status}", "status")


def badge(text: str, kind: str = "") -> h.Renderable:
    """Return a small label; its words carry the meaning."""
    return h.span(class_=f"badge {kind}")[text]


def show_findings(findings: Sequence[Finding]) -> None:
    """Show findings in the order in which they come, the gravest first; equal ones once."""
    each = equal_together(findings)
    notes = [equal for equal in each if equal[0].level == "NOTE"]
    folded = notes if len(notes) > _NOTES_AT_ONCE else []
    at_once = [equal for equal in each if equal not in folded]
    if each:
        show_html(
            h.ul(".findings")[map(_finding_line, map(tuple, at_once))] if at_once else None,
            h.details(".folded")[
                h.summary[level_of("NOTE", len(folded))],
                h.ul(".findings")[map(_finding_line, map(tuple, folded))],
            ]
            if folded
            else None,
        )


# Most findings stay as they are when a field changes: their lines are not written anew.
@functools.lru_cache(maxsize=_LINES_KEPT)
def _finding_line(equal: tuple[Finding, ...]) -> h.Node:
    finding, dates = equal[0], other_dates(equal)
    also = f" The same on {dates}." if dates else ""
    words = finding.text[:1].upper() + finding.text[1:]
    text = h.span[f"{words}{also} ", source_mark(finding.source)]
    line = h.li(class_=f"finding {finding.level.lower()}")[level_mark(finding.level), text]
    return line.__html__()


def table(
    head: Sequence[str], rows: Sequence[Sequence[h.Node]], *, caption: str, wide: bool = False
) -> h.Renderable:
    """Return a table that scrolls sideways in itself.

    A column in which nothing stands is left out. On a narrow screen each row is a list, so that no
    amount is cut by the edge; ``data-head`` says there what a cell is.
    """
    first, *others = [at for at in range(len(head)) if not at or any(row[at] for row in rows)]
    heads = [h.th(scope="col")[head[at]] if head[at] else h.td for at in (first, *others)]
    body = [
        h.tr[
            # A head in which nothing stands heads nothing.
            (h.th(scope="row") if row[first] else h.td)[row[first]],
            [h.td(data_head=head[at])[row[at]] for at in others],
        ]
        for row in rows
    ]
    kind = "scroll wide" if wide else "scroll"
    return h.div(class_=kind, tabindex="0", role="region", aria_label=caption)[
        h.table(".plain")[
            h.caption(".hidden")[caption],
            h.thead[h.tr[heads]],
            h.tbody[body],
        ]
    ]


def ink() -> str:
    """Return the colour of text for a drawing, which the theme's own colour does not reach."""
    return "#E6EBEA" if st.context.theme.type == "dark" else "#1D2625"
