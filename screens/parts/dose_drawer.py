"""One dose in a drawer beside its course: what it is, why, what is known before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import htpy as h
import streamlit as st

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from schedules.plans.change_words import in_words
from schedules.plans.changes import Record
from schedules.plans.undo import numbers_in_force
from schedules.review.summary import timeline
from screens.marks import (
    agreement,
    bullets,
    date_text,
    escape_markdown,
    part_title,
    quiet,
    show_html,
    source_mark,
    with_whole_dates,
)
from screens.parts.card import DERIVATION, steps_table

Row = Administration | Occasion
_DIGITS = SHOWN_DIGITS + 1


def row_of(course: Course, name: str) -> Row | None:
    """Return the dose, procedure, test or decision with an id."""
    rows = (*course.every, *course.tests_and_decisions)
    return next((row for row in rows if row.id == name), None)


def open_drawer(
    row: Row, course: Course, *, act: Callable[[], None], close: Callable[[], None]
) -> None:
    """Open the drawer of a dose. It stays open until it is dismissed.

    Args:
        row: what is looked at.
        course: where it stands.
        act: draws what may be done with it, at the end of the drawer.
        close: called when the drawer is dismissed.
    """
    drawer = st.dialog(
        escape_markdown(_heading(row)), width="medium", position="right", on_dismiss=close
    )
    drawer(_show)(row, course, act)


def _show(row: Row, course: Course, act: Callable[[], None]) -> None:
    with st.container(key="dose-drawer", gap="small"):
        show_html(h.p(".pattern")[f"{date_text(row.date)} {row.time:%H:%M}"], bullets(_what(row)))
        if isinstance(row, Administration):
            _show_dose(row, course)
        act()


def _heading(row: Row) -> str:
    if isinstance(row, Administration):
        return f"{show(row.dose.amount, _DIGITS)} {row.name}"
    return row.what


def _what(row: Row) -> Iterator[str]:
    yield row.place
    if isinstance(row, Administration):
        yield ", ".join(filter(None, (row.route, row.beside)))
        if row.tablets:
            yield row.tablets.made_of
    else:
        yield row.kind
        if row.outcome:
            yield row.outcome
    if row.planned_on != row.date:
        yield f"planned for {date_text(row.planned_on)}"
    if row.condition:
        yield f"only if {row.condition}"
    yield row.state


def _show_dose(row: Administration, course: Course) -> None:
    recorded = _record_of(row, course)
    if recorded is not None:
        show_html(part_title("As it was given"), h.p[with_whole_dates(_sentence(recorded))])
    points = timeline(course, row.drug) if row.live else ()
    by_then = next((point.in_all for point in points if point.day == row.date), None)
    if by_then is not None:
        show_html(quiet(f"{show(by_then, _DIGITS)} of {row.drug_name} in all by that day."))
    states = course.gate_states.get(row.id, ())
    lines: list[h.Node] = [
        [with_whole_dates(str(state)), " ", source_mark(state.source)] for state in states
    ]
    show_html(
        part_title("Results before it"),
        bullets(lines) if lines else quiet("No test decides on this dose."),
    )
    why = st.expander(DERIVATION, key="drawer-derivation")
    with why:
        show_html(steps_table(row.dose.steps))
        if any(step.what == "second calculation" for step in row.dose.steps):
            show_html(h.p[agreement()])


def _sentence(recorded: Record) -> str:
    words = in_words(recorded)
    return f"{words[:1].upper()}{words[1:]}"


def _record_of(row: Administration, course: Course) -> Record | None:
    """Return the record by which a dose was given, as it is in force."""
    changes = course.plan.changes
    for number in reversed(numbers_in_force(changes)):
        one = changes[number - 1]
        if not isinstance(one, Record) or one.item not in ("", row.item):
            continue
        if (one.at, one.n) == (row.place, row.n):
            return one
    return None
