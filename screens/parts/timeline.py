"""The course on a time axis: doses as bars, their sum as a line against its limits."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dosing.trace import SHOWN_DIGITS
from dosing.units import show, spelling
from schedules.course.course import Course
from schedules.knowledge.library import Library
from schedules.review.summary import CourseLimit, Point, phases, timeline
from screens.marks import date_text, ink

_DIGITS = SHOWN_DIGITS + 1
# More amounts than these would stand on each other.
_MOST_NAMED = 8


def show_timeline(course: Course, library: Library, limits: Sequence[CourseLimit]) -> None:
    """Draw the timeline of each drug of a course."""
    for total in course.totals:
        name = library.drug(total.drug).name
        own = [limit for limit in limits if limit.drug == total.drug]
        texts = [f"{limit.word} {show(limit.amount, SHOWN_DIGITS)}" for limit in own]
        draw_drug(name, timeline(course, total.drug), phases(course), own)
        if texts:
            st.caption(f"Limits of a whole course for this patient: {', '.join(texts)}.")


def draw_drug(
    name: str,
    points: Sequence[Point],
    spans: Sequence[tuple[str, dt.date, dt.date]],
    limits: Sequence[CourseLimit],
) -> None:
    """Draw the doses of one drug and their sum, over spans with a name, first and last day."""
    # Charts take a quarter of a second to import, and are behind a tab.
    from screens.parts.charts import doses_form, fill, sum_form

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
        }
        for point in points
    ]
    bands = [
        {"phase": phase, "from": first.isoformat(), "to": end.isoformat()}
        for phase, first, end in spans
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
        "bands": bands,
        "limits": lines,
    }
    most = show(points[-1].in_all, _DIGITS)
    st.vega_lite_chart(
        spec=fill(doses_form(f"{name}, {unit}", ink(), stepped=bool(steps)), data),
        alt=f"Doses of {name} by day. The Table says the same in rows.",
        width="stretch",
    )
    st.vega_lite_chart(
        spec=fill(sum_form(f"in all, {unit}", ink(), limited=bool(lines)), data),
        alt=f"Sum of {name} by day, {most} at the end. The Table says the same in rows.",
        width="stretch",
    )


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
