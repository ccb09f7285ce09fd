"""Doses in tables and lists that open in their drawer, by a click or by a key.

The views stay HTML, as a screen reader and paper take them: each dose is a button that bears the
dose's id, and one component on the page hears all of them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import htpy as h
import streamlit as st

from schedules.course.rows import Administration, Occasion
from screens.marks import date_text, whole
from screens.parts.scripts import together

# Of more days than these, the first and the last stand for all until they are unfolded.
MOST_NAMED = 6

_buttons = st.components.v2.component(
    "posology_days_that_open", js=together("drawer.js", "days_that_open.js")
)


class DoseButton(NamedTuple):
    """What a button opens: the id of a dose, and its day and time."""

    id: str
    day: dt.date
    time: str


def dose_of(row: Administration | Occasion) -> DoseButton:
    """Return what opens a row of a course."""
    return DoseButton(row.id, row.date, f"{row.time:%H:%M}")


def open_on_click(on_open: Callable[[str], None]) -> None:
    """Have each button of a dose on the page open it.

    Args:
        on_open: called with the id of the dose.
    """

    def opened() -> None:
        if name := st.session_state["days-that-open"].opened:
            on_open(str(name))

    _buttons(key="days-that-open", on_opened_change=opened)


def button_of(dose: DoseButton, words: h.Node = None, said: str = "") -> h.Renderable:
    """Return the button of a dose.

    Args:
        dose: what it opens.
        words: what stands on it, if that is not its day.
        said: what a screen reader says of it before its day.
    """
    day = date_text(dose.day)
    label = f"{said}, {day}" if said else None
    return h.button(
        ".opens", type="button", data_dose=dose.id, aria_haspopup="dialog", aria_label=label
    )[words or whole(day)]


def first_to_last(doses: Sequence[DoseButton]) -> list[h.Node]:
    """Return the first and the last day of a run of doses, each of which opens its dose."""
    return [button_of(doses[0]), " to ", button_of(doses[-1])]


def each_of(doses: Sequence[DoseButton]) -> h.Renderable:
    """Return every day of a run of doses, folded; where a day has several, their times."""
    count = Counter(dose.day for dose in doses)
    days = [
        button_of(dose, f"{date_text(dose.day)} {dose.time}")
        if count[dose.day] > 1 and dose.time
        else button_of(dose)
        for dose in doses
    ]
    return h.details(".each")[h.summary[f"each of the {len(doses)}"], h.p[_spaced(days)]]


def days_of(doses: Sequence[DoseButton]) -> h.Node:
    """Return the days of some doses: a few one by one, many as a span that unfolds."""
    if len(doses) > MOST_NAMED:
        return [first_to_last(doses), " ", each_of(doses)]
    return _spaced([button_of(dose) for dose in doses])


def _spaced(nodes: Sequence[h.Node]) -> list[h.Node]:
    return [[" " if at else "", node] for at, node in enumerate(nodes)]
