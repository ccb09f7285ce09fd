"""The course as a plain table, for print and for screen readers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

import htpy as h
import streamlit as st

from schedules.course.course import Course
from schedules.outputs import table as course_table
from screens.marks import date_text, show_html, table, whole

_HEAD = [
    "Dose",
    "Day",
    "Time",
    "Visit",
    "Amount",
    "Tablets",
    "Drug",
    "Route",
    "Phase",
    "Cycle",
    "Day of cycle",
    "In all by then",
    "Status",
    "Results",
]


def show_table(course: Course) -> None:
    """Show one row for each dose, test and decision, all of it text; a test has no number."""
    numbers = itertools.count(1)
    rows = [
        _cells("" if row["kind"] in course_table.WATCHED else str(next(numbers)), row)
        for row in course_table.dated_rows(course)
    ]
    show_html(table(_HEAD, rows, caption="Doses of the course", wide=True))
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


def _cells(number: str, row: Mapping[str, Any]) -> list[h.Node]:
    condition = row["condition"]
    return [
        number,
        whole(date_text(dt.date.fromisoformat(row["date"]))),
        row["time"],
        whole(f"{row['visit_from']} to {row['visit_to']}") if row["visit_to"] else "",
        h.strong(".whole")[row["dose_text"]] if row["dose_text"] else "",
        whole(row["tablets"]) if row["tablets"] else "",
        _what(row),
        row["route"],
        row["phase"],
        str(row["cycle"]),
        str(row["day"]),
        whole(row["cumulative_text"]) if row["cumulative_text"] else "",
        f"{row['status']}: only if {condition}" if condition else row["status"],
        row["results"],
    ]


def _what(row: Mapping[str, Any]) -> h.Node:
    """Return the drug, which dose of a visit it is, and beneath it what it goes with."""
    name = ", ".join(filter(None, (row["drug"] or row["item"], row["site"])))
    return [name, h.div(".beside")[row["beside"]] if row["beside"] else None]
