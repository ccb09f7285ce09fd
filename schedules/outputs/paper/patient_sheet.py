"""The patient's own paper: what happens when, in large letters, with the weekdays named."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from schedules.course.course import Course
from schedules.course.provenance import discreet_provenance
from schedules.course.rows import Administration
from schedules.course.visit import time_visit
from schedules.outputs.paper.chart import clinical_head
from schedules.outputs.paper.sheet import Column, Head, Row, Sheet, printed
from schedules.outputs.table import records, watch_records

_SIZE = 13.0
_COLUMNS = (
    Column(head="Day", width=62, size=_SIZE, style="B"),
    Column(head="Time", width=20, size=_SIZE, style="B", whole=True),
    Column(head="What", width=92, size=_SIZE),
    Column(head="Done", width=16),
)


def patient_sheet(course: Course, *, printed_at: dt.datetime, discreet: bool = False) -> bytes:
    """Print the patient's own sheet (PDF): each dose and test with weekday, date and time to come.

    Args:
        course: the course; it must be exportable.
        printed_at: when it is printed, from whoever asks the clock.
        discreet: name no drug, dose or disease, and not the plan's label either.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: naming every letter that the fonts do not hold.
    """
    course.must_be_exportable()
    plan = course.plan
    if discreet:
        head = Head(
            kind="Your appointments",
            title="",
            label="",
            about=discreet_provenance(course),
            hash=plan.hash,
            made_on=plan.made_on,
            printed_at=printed_at,
            zone=plan.zone,
        )
    else:
        head = clinical_head(course, "Your treatment calendar", printed_at)

    def draw(sheet: Sheet) -> None:
        sheet.blanks(["Name", "If a day does not suit you, or anything is unclear, call"])
        sheet.paragraph(f"Times are in {plan.zone}.", size=11)
        if not discreet:
            for finding in course.findings:
                if finding.code == "phase.open_end":
                    sheet.paragraph(finding.text, size=_SIZE)
        for month, rows in groupby(_entries(course), key=lambda row: row["date"][:7]):
            sheet.heading(f"{dt.date.fromisoformat(f'{month}-01'):%B %Y}", room=34)
            sheet.print_table(_COLUMNS, [_row(row, discreet=discreet) for row in rows])
        if course.cancelled:
            sheet.heading("No longer takes place")
        zone = ZoneInfo(plan.zone)
        for gone in course.cancelled:
            name = gone.drug_name if isinstance(gone, Administration) else gone.what
            what = "" if discreet else f", {name}"
            day = f"{gone.date:%A} {gone.date.day} {gone.date:%B %Y}"
            sheet.paragraph(f"{day}, {time_visit(gone, zone).arrive_text}{what}", size=_SIZE)

    return printed(head, draw)


def _entries(course: Course) -> list[dict[str, Any]]:
    """Give what takes place in the order in which a person comes for it, dated tests as well."""
    return sorted(
        (*records(course), *watch_records(course)),
        key=lambda row: (row["date"], row["visit_from"] or row["time"]),
    )


def _row(row: dict[str, Any], *, discreet: bool) -> Row:
    """Say what to come for, and until when; the discreet sheet names no part of it.

    There, what is taken at home is a reminder, and all else an appointment.
    """
    if discreet:
        what = "Reminder" if row["route"] == "oral" else "Appointment"
        note = "Only if you are told that it is needed" if row["condition"] else ""
    else:
        what = f"{row['dose_text']} {row['drug']}, {row['route']}" if row["drug"] else row["item"]
        note = f"Only if {row['condition']}" if row["condition"] else ""
    if row["visit"] and not discreet:
        what += f". {row['visit']}"
    elif row["visit_to"]:
        what += f", until about {row['visit_to']}"
    if not note and row["status"] != "planned":
        note = str(row["status"]).capitalize()
    date = dt.date.fromisoformat(row["date"])
    come = row["visit_from"] or row["time"]
    return Row(cells=[f"{date:%A} {date.day} {date:%B}", come, what, ""], note=note)
