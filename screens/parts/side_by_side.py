"""Two states of a course side by side: what moved is joined, what differs is marked in words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Dated, Occasion
from schedules.review.course_diff import RowDifference, rows_that_differ, totals_that_differ
from screens.marks import date_text, escaped, table

_WORDS = {"moved": "moved", "dose": "another dose", "given": "recorded as given"}
Row = Administration | Occasion


def side_by_side(before: Course, after: Course, *, named: tuple[str, str]) -> None:
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
        st.html(_rows([_changed(one) for one in differences], named, f"{named[0]}, {named[1]}"))
    else:
        st.html('<p class="quiet">No dose and no date differs.</p>')
    if same:
        with st.expander(f"Not changed: {len(same)}", key=f"same-{'-'.join(named)}"):
            ordered = sorted(same, key=lambda row: (row.date, row.time, row.id))
            st.html(_rows([_unchanged(row) for row in ordered], named, "Not changed"))
    _totals(before, after, named)


def _rows(rows: list[list[str]], named: tuple[str, str], caption: str) -> str:
    head = ["Place in the course", named[0], "", named[1], "What differs"]
    return f'<div class="beside">{table(head, rows, caption=caption)}</div>'


def _changed(one: RowDifference) -> list[str]:
    row = one.after or one.before
    what = ", ".join(_WORDS.get(word, word) for word in one.what)
    return [
        _place(row) if row else "",
        _state(one.before, one.after),
        _line(one.what),
        _state(one.after, one.before),
        f"<strong>{escaped(what)}</strong>",
    ]


def _unchanged(row: Row) -> list[str]:
    return [_place(row), _state(row, row), _line(()), _state(row, row), ""]


def _line(what: Sequence[str]) -> str:
    """Join two states of a dose: with an arrow where it moved."""
    kind = "moved" if "moved" in what else "stays"
    return f'<span class="join {kind}" aria-hidden="true"></span>'


def _place(row: Row) -> str:
    what = row.drug_name if isinstance(row, Administration) else row.what
    return f"{escaped(row.place)}<br><span class='quiet'>{escaped(what)}</span>"


def _state(row: Row | None, other: Row | None) -> str:
    """Give day, time and dose of one state; what differs from the other is set in bold."""
    if row is None:
        return "not there"
    day = f"{date_text(row.date)} {row.time:%H:%M}"
    parts = [_marked(day, differs=other is not None and _day(row) != _day(other))]
    if isinstance(row, Administration):
        dose = show(row.dose.amount, SHOWN_DIGITS + 1)
        was = other.dose.amount if isinstance(other, Administration) else None
        differs = was is not None and dose != show(was, SHOWN_DIGITS + 1)
        parts.append(_marked(dose, differs=differs))
    if not row.live:
        return f"<s>{'<br>'.join(parts)}</s><br><strong>{escaped(row.state)}</strong>"
    if row.state == "given":
        parts.append("given")
    return "<br>".join(parts)


def _day(row: Dated) -> tuple[object, ...]:
    return row.date, row.time


def _marked(text: str, *, differs: bool) -> str:
    said = f'<span class="whole">{escaped(text)}</span>'
    return f"<strong>{said}</strong>" if differs else said


def _totals(before: Course, after: Course, named: tuple[str, str]) -> None:
    totals = totals_that_differ(before, after)
    if not totals:
        st.html('<p class="quiet">Every total stays the same.</p>')
        return
    names = {row.drug: row.drug_name for row in (*before.rows, *after.rows)}
    rows = [
        [escaped(names.get(t.drug, t.drug)), escaped(t.before), escaped(t.after), escaped(t.by)]
        for t in totals
    ]
    st.html(table(["Total of", *named, "Difference"], rows, caption="Totals"))
