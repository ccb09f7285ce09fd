"""The course as a plain table, for print and for screen readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

from schedules.course.course import Course
from schedules.outputs.table import rows as course_rows
from screens.marks import date_text, escaped, table

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
]


def _status(row: Mapping[str, Any]) -> str:
    condition = row["condition"]
    return escaped(f"{row['status']}: only if {condition}" if condition else row["status"])


def _visit(row: Mapping[str, Any]) -> str:
    if not row["visit_to"]:
        return ""
    return f'<span class="whole">{escaped(row["visit_from"])} to {escaped(row["visit_to"])}</span>'


def show_table(course: Course) -> None:
    """Show one row a dose, all of it text."""
    rows = [
        [
            str(number),
            f'<span class="whole">{date_text(dt.date.fromisoformat(row["date"]))}</span>',
            escaped(row["time"]),
            _visit(row),
            f'<strong class="whole">{escaped(row["dose_text"])}</strong>',
            f'<span class="whole">{escaped(row["tablets"])}</span>' if row["tablets"] else "",
            escaped(row["drug"] or row["item"]),
            escaped(row["route"]),
            escaped(row["phase"]),
            escaped(row["cycle"]),
            escaped(row["day"]),
            f'<span class="whole">{escaped(row["cumulative_text"])}</span>',
            _status(row),
        ]
        for number, row in enumerate(course_rows(course), 1)
    ]
    st.html(table(_HEAD, rows, caption="Doses of the course", wide=True))
    with st.expander("Every column of the CSV file, to sort and search", key="all-columns"):
        # Text only: a table that formats numbers itself would change their digits.
        texts = [{key: str(value) for key, value in row.items()} for row in course_rows(course)]
        st.dataframe(texts, hide_index=True, width="stretch")
