"""Text made safe for a page, and the few marks that every screen shares."""

from __future__ import annotations

import datetime as dt
import html
import re

import streamlit as st

from dosing.trace import ARITHMETIC, TYPED, Finding, Source
from dosing.units import NO_BREAK_SPACE

# Only what would be read as Markdown: a screen reader speaks the backslashes of a label.
_MARKDOWN = re.compile(r"([\\`*_\[\]<$~]|:(?=\w))")
_BEFORE_A_UNIT = re.compile(
    r"(?<=[0-9]) (?=%|(?:mg|g|mcg|kg|lb|m2|cm|m|mL|L|mmol|umol|units?|h|min|years?|days?)\b)"
)
_SIGNS = {"STOP": "!", "WARN": "!", "NOTE": "i"}


def escaped(text: object) -> str:
    """Give a text in which nothing is taken for HTML and no number is parted from its unit."""
    return html.escape(_BEFORE_A_UNIT.sub(NO_BREAK_SPACE, str(text)))


def markdown_escaped(text: str) -> str:
    """Give a text in which nothing is taken for Markdown, for the labels of widgets."""
    return _MARKDOWN.sub(r"\\\1", text)


def date_text(day: dt.date) -> str:
    """Write a date as it is read aloud on a ward: Mon 30-Nov-2026."""
    return f"{day:%a %d-%b-%Y}"


def level_mark(level: str) -> str:
    """Give a level as a sign, a word and a colour, never as a colour alone."""
    return (
        f'<span class="level {level.lower()}"><span class="sign" aria-hidden="true">'
        f"{_SIGNS[level]}</span>{level}</span>"
    )


def source_mark(source: Source) -> str:
    """Give a source with the mark that tells whether a person has seen the figure there."""
    if source in (TYPED, ARITHMETIC):
        return f'<span class="source">{escaped(source.cite)}</span>'
    cite = f"{source.cite}, {source.place}" if source.place else source.cite
    return f'<span class="source">{escaped(cite)} {confirmed_mark(source.confirmed)}</span>'


def confirmed_mark(confirmed: bool) -> str:
    """Give the mark of a confirmed or unconfirmed source."""
    if confirmed:
        return '<span class="mark yes"><span aria-hidden="true">✓</span> confirmed</span>'
    return '<span class="mark no"><span aria-hidden="true">○</span> unconfirmed</span>'


def badge(text: str, kind: str = "") -> str:
    """Give a small label; its words carry the meaning."""
    return f'<span class="badge {kind}">{escaped(text)}</span>'


def finding_line(finding: Finding) -> str:
    """Give one finding as a line with its level and source."""
    return (
        f'<li class="finding {finding.level.lower()}">{level_mark(finding.level)}'
        f"<span>{escaped(finding.text)} {source_mark(finding.source)}</span></li>"
    )


def findings_list(findings: list[Finding] | tuple[Finding, ...]) -> None:
    """Show findings, the gravest first as they come."""
    if findings:
        st.html(f'<ul class="findings">{"".join(map(finding_line, findings))}</ul>')


def table(head: list[str], rows: list[list[str]], *, caption: str, wide: bool = False) -> str:
    """Give an HTML table of cells that are already HTML; it scrolls sideways in itself.

    A column in which nothing stands is left out. On a narrow screen each row is a list, so that no
    amount is cut by the edge; ``data-head`` says there what a cell is.
    """
    first, *others = [at for at in range(len(head)) if not at or any(row[at] for row in rows)]
    heads = "".join(f'<th scope="col">{escaped(head[at])}</th>' for at in (first, *others))
    body = "".join(
        f'<tr><th scope="row">{row[first]}</th>'
        + "".join(f'<td data-head="{escaped(head[at])}">{row[at]}</td>' for at in others)
        + "</tr>"
        for row in rows
    )
    kind = " wide" if wide else ""
    return (
        f'<div class="scroll{kind}" tabindex="0" role="region" aria-label="{escaped(caption)}">'
        f'<table class="plain"><caption class="hidden">{escaped(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def ink() -> str:
    """Give the colour of text for a drawing, which the theme's own colour does not reach."""
    return "#E6EBEA" if st.context.theme.type == "dark" else "#1D2625"
