"""The course on a time axis: doses as bars, their sum as a line against its limits."""

from __future__ import annotations

import datetime as dt
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
    data: dict[str, Sequence[dict[str, Any]]] = {"doses": rows, "bands": bands, "limits": lines}
    most = show(points[-1].in_all, _DIGITS)
    st.vega_lite_chart(
        spec=fill(doses_form(f"{name}, {unit}", ink()), data),
        alt=f"Doses of {name} by day. The Table says the same in rows.",
        width="stretch",
    )
    st.vega_lite_chart(
        spec=fill(sum_form(f"in all, {unit}", ink(), limited=bool(lines)), data),
        alt=f"Sum of {name} by day, {most} at the end. The Table says the same in rows.",
        width="stretch",
    )
