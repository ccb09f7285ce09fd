"""The course as a plain table, for print and for screen readers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import htpy as h
import streamlit as st

from schedules.course.course import Course
from schedules.outputs import table as course_table
from screens.marks import date_text, show_html, table, whole, with_whole_dates
from screens.parts.days_that_open import DoseButton, button_of, each_of, first_to_last

_HEAD = [
    "Dose",
    "Day",
    "Time",
    "Amount",
    "Tablets",
    "Drug",
    "Phase",
    "In all by then",
    "Status",
    "Results",
]


# What differs between the doses of a run; the last one says what it comes to.
_OF_EACH = {"id", "date", "weekday", "day", "visit", "cumulative_value", "cumulative_text"}
LEAST_RUN = 3
FARTHEST_APART = 6
Run = list[dict[str, Any]]


def show_table(course: Course, *, opens: bool) -> None:
    """Show one row for each dose, test and decision, all of it text; a test has no number.

    Equal doses at an even distance of a few days share a row, unless each is asked for.

    Args:
        course: what is shown.
        opens: whether each day opens its dose.
    """
    rows = course_table.dated_rows(course)
    runs = fold(rows)
    if len(runs) < len(rows) and st.toggle("Every dose in a row of its own", key="each-dose"):
        runs = [[row] for row in rows]
    numbers = itertools.count(1)
    cells = [_cells(_number(run, numbers), run, dates_of(run, opens=opens)) for run in runs]
    doses = table(_HEAD, cells, caption="Doses of the course")
    show_html(h.div(class_={"doses": True, "opening": opens})[doses])
    columns = st.expander(
        "Every column of the CSV file, to sort and search", key="all-columns", on_change="rerun"
    )
    if columns.open:
        # Text only: a table that formats numbers itself would change their digits.
        texts = [
            {key: str(value) for key, value in row.items()}
            for row in course_table.export_rows(course)
        ]
        columns.dataframe(texts, hide_index=True, width="stretch")


def fold(rows: Sequence[dict[str, Any]]) -> list[Run]:
    """Return rows in runs: equal but for their day, each as long after the one before."""
    runs: list[Run] = []
    last: dict[object, Run] = {}
    for row in rows:
        alike = tuple(value for key, value in row.items() if key not in _OF_EACH)
        run = last.get(alike)
        if run is not None and _goes_on(run, row):
            run.append(row)
        else:
            last[alike] = run = [row]
            runs.append(run)
    parts = (([row] for row in run) if len(run) < LEAST_RUN else [run] for run in runs)
    return sorted(
        itertools.chain.from_iterable(parts), key=lambda run: (run[0]["date"], run[0]["time"])
    )


def _goes_on(run: Run, row: Mapping[str, Any]) -> bool:
    days = [dt.date.fromisoformat(one["date"]).toordinal() for one in (*run[-2:], row)]
    apart = days[-1] - days[-2]
    return 0 < apart <= FARTHEST_APART and (len(run) == 1 or apart == days[-2] - days[-3])


def _number(run: Run, numbers: Iterator[int]) -> h.Node:
    """Return the number of a dose, or how many doses share the row; a test has none."""
    if run[0]["kind"] in course_table.WATCHED:
        return "" if len(run) == 1 else f"{len(run)} times"
    own = [next(numbers) for _ in run]
    return h.span(data_head=_HEAD[0])[str(own[0])] if len(own) == 1 else f"{len(own)} doses"


def dates_of(run: Run, *, opens: bool) -> h.Node:
    """Return the days of a run of doses, each of which opens its dose where something opens it."""
    doses = [DoseButton(row["id"], dt.date.fromisoformat(row["date"]), row["time"]) for row in run]
    first, last = doses[0], doses[-1]
    if first is last:
        return button_of(first) if opens else whole(date_text(first.day))
    apart = (doses[1].day - first.day).days
    how_often = "each day" if apart == 1 else f"every {apart} days"
    if opens:
        return [first_to_last(doses), f", {how_often} ", each_of(doses)]
    return [whole(date_text(first.day)), " to ", whole(date_text(last.day)), f", {how_often}"]


def _cells(number: h.Node, run: Run, dates: h.Node) -> list[h.Node]:
    row, last = run[0], run[-1]
    condition = row["condition"]
    visit = whole(f"visit {row['visit_from']} to {row['visit_to']}") if row["visit_to"] else ""
    what = ", ".join(filter(None, (row["drug"] or row["item"], row["site"])))
    days = str(row["day"]) if len(run) == 1 else f"{row['day']} to {last['day']}"
    of_cycle: h.Node = [whole(f"cycle {row['cycle']},"), " ", whole(f"day {days}")]
    return [
        number,
        dates,
        _with_beneath(row["time"], visit),
        h.strong(".whole")[row["dose_text"]] if row["dose_text"] else "",
        _tablets(row["tablets"]),
        _with_beneath(what, row["route"], row["beside"]),
        _with_beneath(row["phase"], of_cycle),
        whole(last["cumulative_text"]) if last["cumulative_text"] else "",
        f"{row['status']}: only if {condition}" if condition else row["status"],
        with_whole_dates(row["results"]),
    ]


def _with_beneath(text: h.Node, *beneath: h.Node) -> h.Node:
    """Return a text, and in quiet lines beneath it what belongs to it."""
    lines = [h.div(".beside")[one] for one in beneath if one]
    return [text, lines] if lines else text


def _tablets(text: str) -> h.Node:
    """Return how many tablets of each strength; a strength and its number stay together."""
    strengths = text.split(" + ")
    return [[" + " if at else "", whole(one)] for at, one in enumerate(strengths)] if text else ""
