"""The course on a time axis: doses as bars, their sum as a line against its limits."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import htpy as h
import streamlit as st

from dosing.trace import SHOWN_DIGITS
from dosing.units import show, spelling
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.knowledge.library import Library
from schedules.review.summary import CourseLimit, Point, phases, timeline
from screens.marks import date_text, ink, show_html, whole
from screens.parts.days_that_open import MOST_NAMED, DoseButton, days_of, dose_of

_DIGITS = SHOWN_DIGITS + 1
_CLICKS = "timeline-clicks"
# More amounts than these would stand on each other.
_MOST_NAMED = 8


OnOpen = Callable[[str], None]


def show_timeline(
    course: Course, library: Library, limits: Sequence[CourseLimit], on_open: OnOpen | None
) -> None:
    """Draw the timeline of each drug of a course; its doses open where something opens them."""
    for total in course.totals:
        name = library.drug(total.drug).name
        own = [limit for limit in limits if limit.drug == total.drug]
        texts = [f"{limit.word} {show(limit.amount, SHOWN_DIGITS)}" for limit in own]
        rows = [row for row in course.rows if row.drug == total.drug]
        # A bar is a day; of several doses of that day it opens the first.
        ids = {row.date: row.id for row in reversed(rows)}
        draw_drug(name, timeline(course, total.drug), phases(course), own, (ids, on_open))
        if on_open is not None:
            show_html(_doses_by_amount(name, rows))
        if texts:
            st.caption(f"Limits of a whole course for this patient: {', '.join(texts)}.")


def _doses_by_amount(name: str, rows: Sequence[Administration]) -> h.Renderable:
    """Return the doses that the bars show, each of which opens by a key as well."""
    amounts: dict[str, list[DoseButton]] = {}
    for row in rows:
        amounts.setdefault(show(row.dose.amount, _DIGITS), []).append(dose_of(row))
    lines = [h.li[whole(amount), ": ", days_of(doses)] for amount, doses in amounts.items()]
    return h.details(".each", open=len(rows) <= MOST_NAMED)[
        h.summary[f"Open a dose of {name}"], h.ul[lines]
    ]


def draw_drug(
    name: str,
    points: Sequence[Point],
    spans: Sequence[tuple[str, dt.date, dt.date]],
    limits: Sequence[CourseLimit],
    opens: tuple[Mapping[dt.date, str], OnOpen | None] = ({}, None),
) -> None:
    """Draw the doses of one drug and their sum.

    Args:
        name: of the drug.
        points: its days.
        spans: name, first and last day of what is shaded.
        limits: lines that the sum is held against.
        opens: the id of the dose of each day, and what a click on it does.
    """
    # Charts take a quarter of a second to import, and are behind a tab.
    from screens.parts.charts import doses_form, fill, sum_form

    ids, on_open = opens
    rows = [
        {
            "day": point.day.isoformat(),
            "until": point.until.isoformat(),
            "phase": point.phase,
            "dose": float(point.dose.magnitude),
            "in_all": float(point.in_all.magnitude),
            "when": date_text(point.day),
            "given": show(point.dose, _DIGITS),
            "by_then": show(point.in_all, _DIGITS),
            "id": ids.get(point.day, ""),
        }
        for point in points
    ]
    lines = [
        {
            "amount": float(limit.amount.magnitude),
            "text": f"{limit.word}: {show(limit.amount, SHOWN_DIGITS)}",
        }
        for limit in limits
    ]
    unit = spelling(points[0].dose.units)
    steps = steps_of(points)
    data: dict[str, Sequence[dict[str, Any]]] = {
        "doses": rows,
        "steps": steps,
        "bands": bands_of(spans),
        "limits": lines,
    }
    most = show(points[-1].in_all, _DIGITS)
    form = doses_form(f"{name}, {unit}", ink(), stepped=bool(steps), opens=on_open is not None)
    alt = f"Doses of {name} by day. The Table says the same in rows."
    if on_open is None:
        st.vega_lite_chart(spec=fill(form, data), alt=alt, width="stretch")
    else:
        _draw_to_click(fill(form, data), alt, name, on_open)
    st.vega_lite_chart(
        spec=fill(sum_form(f"in all, {unit}", ink(), limited=bool(lines)), data),
        alt=f"Sum of {name} by day, {most} at the end. The Table says the same in rows.",
        width="stretch",
    )


def _draw_to_click(spec: Any, alt: str, name: str, on_open: OnOpen) -> None:
    """Draw a chart whose bars are clicked."""
    # What is clicked stays clicked: after each click it is another chart, so that it can be again.
    clicks = st.session_state.setdefault(_CLICKS, 0)
    key = f"timeline-{name}-{clicks}"

    def clicked() -> None:
        for one in st.session_state[key].selection["clicked"]:
            st.session_state[_CLICKS] = clicks + 1
            on_open(str(one["id"]))

    st.vega_lite_chart(spec=spec, alt=alt, width="stretch", key=key, on_select=clicked)


def bands_of(spans: Sequence[tuple[str, dt.date, dt.date]]) -> list[dict[str, Any]]:
    """Return the bands of the phases, each with its share of the width up to the next.

    Of those that begin on one day, the first bears the names of all: they would lie on each other.
    """
    if not spans:
        return []
    names: dict[dt.date, list[str]] = {}
    for phase, first, _ in spans:
        names.setdefault(first, []).append(phase)
    start, stop = min(first for _, first, _ in spans), max(end for *_, end in spans)
    return [
        {
            "phase": phase,
            "name": ", ".join(names[first]) if phase == names[first][0] else "",
            "from": first.isoformat(),
            "to": end.isoformat(),
            "room": (min((day for _, day, _ in spans if day > first), default=stop) - first)
            / (stop - start),
        }
        for phase, first, end in spans
    ]


def steps_of(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Return the steps of a dose that stays the same for a while; none where every day differs."""
    runs = [list(run) for _, run in itertools.groupby(points, key=lambda point: point.dose)]
    if not 1 < len(runs) <= len(points) / 2:
        return []
    every = -(-len(runs) // _MOST_NAMED)
    return [
        {
            "day": run[0].day.isoformat(),
            "until": run[-1].until.isoformat(),
            "dose": float(run[0].dose.magnitude),
            "text": "" if number % every else show(run[0].dose, _DIGITS),
        }
        for number, run in enumerate(runs)
    ]
