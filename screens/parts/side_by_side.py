"""Two states of a course side by side: what moved is joined, what differs is marked in words."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import streamlit as st

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Dated, Occasion
from schedules.review.course_diff import RowDifference, rows_that_differ, totals_that_differ
from screens.marks import date_text, quiet, show_html, table, whole

_WORDS = {"moved": "moved", "dose": "another dose", "given": "recorded as given"}
Row = Administration | Occasion


def show_side_by_side(before: Course, after: Course, *, named: tuple[str, str]) -> None:
    """Show two states of a course: what differs first, all else behind one click.

    Args:
        before: the state on the left.
        after: the state on the right.
        named: what to call the two.
    """
    differences = rows_that_differ(before, after)
    differing = {one.id for one in differences}
    same = [row for row in after.every if row.id not in differing]
    if differences:
        show_html(_rows([_changed(one) for one in differences], named, f"{named[0]}, {named[1]}"))
    else:
        show_html(quiet("No dose and no date differs."))
    if same:
        with st.expander(f"Not changed: {len(same)}", key=f"same-{'-'.join(named)}"):
            ordered = sorted(same, key=lambda row: (row.date, row.time, row.id))
            show_html(_rows([_unchanged(row) for row in ordered], named, "Not changed"))
    _show_totals(before, after, named)


def _rows(rows: list[list[h.Node]], named: tuple[str, str], caption: str) -> h.Renderable:
    head = ["Place in the course", named[0], "", named[1], "What differs"]
    return h.div(".beside")[table(head, rows, caption=caption)]


def _changed(one: RowDifference) -> list[h.Node]:
    row = one.after or one.before
    what = ", ".join(_WORDS.get(word, word) for word in one.what)
    return [
        _place(row) if row else "",
        _state(one.before, one.after),
        _line(one.what),
        _state(one.after, one.before),
        h.strong[what],
    ]


def _unchanged(row: Row) -> list[h.Node]:
    return [_place(row), _state(row, row), _line(()), _state(row, row), ""]


def _line(what: Sequence[str]) -> h.Renderable:
    """Join two states of a dose: with an arrow where it moved."""
    kind = "moved" if "moved" in what else "stays"
    return h.span(class_=f"join {kind}", aria_hidden="true")


def _place(row: Row) -> h.Renderable:
    what = row.name if isinstance(row, Administration) else row.what
    return h.fragment[row.place, h.br, h.span(".quiet")[what]]


def _state(row: Row | None, other: Row | None) -> h.Node:
    """Return day, time and dose of one state; what differs from the other is set in bold."""
    if row is None:
        return "not there"
    moved = other is not None and _day(row) != _day(other)
    # Where both have no room on one line, the time stands beneath the day.
    lines = [
        _marked(date_text(row.date), differs=moved),
        " ",
        _marked(f"{row.time:%H:%M}", differs=moved),
    ]
    if isinstance(row, Administration):
        dose = show(row.dose.amount, SHOWN_DIGITS + 1)
        was = other.dose.amount if isinstance(other, Administration) else None
        differs = was is not None and dose != show(was, SHOWN_DIGITS + 1)
        lines += [h.br, _marked(dose, differs=differs)]
    if not row.live:
        return [h.s[lines], h.br, h.strong[row.state]]
    if row.state == "given":
        lines += [h.br, "given"]
    return lines


def _day(row: Dated) -> tuple[object, ...]:
    return row.date, row.time


def _marked(text: str, *, differs: bool) -> h.Node:
    return h.strong[whole(text)] if differs else whole(text)


def _show_totals(before: Course, after: Course, named: tuple[str, str]) -> None:
    totals = totals_that_differ(before, after)
    if not totals:
        show_html(quiet("Every total stays the same."))
        return
    names = {row.drug: row.drug_name for row in (*before.rows, *after.rows)}
    rows = [[names.get(t.drug, t.drug), t.before, t.after, t.by] for t in totals]
    show_html(table(["Total of", *named, "Difference"], rows, caption="Totals"))
