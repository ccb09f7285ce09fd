"""Findings by their gravity: STOPs open, WARNs as the rows of one panel, NOTEs folded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import htpy as h
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dosing.drugs.safety import QUESTIONS, STATES
from dosing.trace import Finding
from schedules.course.course import Course
from schedules.review.equal_findings import equal_together, other_dates
from schedules.review.looked_at import not_asked
from screens.marks import level_of, quiet, render, show_html, source_mark
from screens.parts.fields import short

# What the line above the answer leads to
_FINDINGS = "findings"
_UNKNOWN = "fact.unknown_word"


def show_stops(findings: Iterable[Finding]) -> None:
    """Show the STOPs as the largest thing on the page, in the place of the dose."""
    stops = equal_together(finding for finding in findings if finding.level == "STOP")
    if stops:
        lines = h.ul(".rows")[(h.li[_sentence(equal)] for equal in stops)]
        few = "" if len(stops) == 1 else "many"
        show_html(
            h.section(class_=f"panel stop {few}".rstrip(), role="alert", id=_FINDINGS)[
                h.p[level_of("STOP", len(stops))], lines
            ]
        )


def show_warnings(
    findings: Iterable[Finding], *, key: str
) -> list[tuple[Sequence[Finding], DeltaGenerator]]:
    """Show the WARNs as the rows of one panel, equal ones once.

    Returns:
        The findings of each row, and the place beneath them for what is answered.
    """
    warnings = equal_together(finding for finding in findings if finding.level == "WARN")
    # What a drug does to this patient is graver than a word that is not known.
    warnings.sort(key=lambda equal: equal[0].code.startswith(_UNKNOWN))
    if not warnings:
        return []
    with st.container(key=f"warnings-{key}", gap=None):
        show_html(h.p(id=_FINDINGS)[level_of("WARN", len(warnings))])
        rows = [
            (equal, st.container(key=f"warn-{key}-{short(repr(equal[0]))}", gap="xsmall"))
            for equal in warnings
        ]
        for equal, row in rows:
            row.html(render(_sentence(equal)))
    return rows


def _sentence(equal: Sequence[Finding]) -> h.Renderable:
    text = equal[0].text
    dates = other_dates(equal)
    return h.fragment[
        h.p(".sentence")[text[:1].upper() + text[1:], f" The same on {dates}." if dates else None],
        h.p(".from")[source_mark(equal[0].source)],
    ]


def show_none(course: Course) -> None:
    """Say quietly that nothing stops and nothing warns, and what was not asked."""
    if any(finding.level != "NOTE" for finding in course.findings):
        return
    missing = [name for name in (*QUESTIONS, *STATES) if name in set(not_asked(course))]
    rest = f" These questions were not asked: {', '.join(missing)}." if missing else ""
    show_html(quiet(f"No finding stops or warns.{rest}"))
