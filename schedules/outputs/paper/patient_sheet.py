"""The patient's sheet: their own paper at home, in large letters, with the weekdays named."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from schedules.course.course import Course
from schedules.course.provenance import discreet_provenance
from schedules.course.rows import Administration
from schedules.course.visit import time_visit
from schedules.outputs import table
from schedules.outputs.paper.clinical import clinical_head, what_text
from schedules.outputs.paper.grid import Column, Row
from schedules.outputs.paper.pdf import Head, Paper, make_pdf
from schedules.outputs.progress import Progress, count_rows, unreported

_SIZE = 13.0
_COLUMNS = (
    Column(head="Day", width=62, size=_SIZE, style="B"),
    Column(head="Time", width=20, size=_SIZE, style="B", whole=True),
    Column(head="What", width=92, size=_SIZE),
    Column(head="Done", width=16),
)


def print_patient_sheet(
    course: Course,
    *,
    printed_at: dt.datetime,
    discreet: bool = False,
    progress: Progress = unreported,
) -> bytes:
    """Return the patient's sheet (PDF): each dose and test with weekday, date and time to come.

    Args:
        course: the course; it must be exportable.
        printed_at: when it is printed, from whoever asks the clock.
        discreet: name no drug, dose or disease, and not the plan's label either.
        progress: called with the share that is done; what it raises ends the printing.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: naming every character the fonts lack.
    """
    course.must_be_exportable()

    def draw(paper: Paper) -> None:
        paper.blanks(["Name", "If a day does not suit you, or anything is unclear, call"])
        paper.paragraph(f"Times are in {course.plan.zone}.", size=11)
        if not discreet:
            for finding in course.findings:
                if finding.code == "phase.open_end":
                    paper.paragraph(finding.text, size=_SIZE)
        for month, rows in groupby(_appointments(course), key=lambda row: row["date"][:7]):
            paper.heading(f"{dt.date.fromisoformat(f'{month}-01'):%B %Y}", room=34)
            paper.print_table(_COLUMNS, [_row(row, discreet=discreet) for row in rows])
        _print_cancelled(paper, course, discreet=discreet)

    head = (
        _discreet_head(course, printed_at)
        if discreet
        else clinical_head(course, "Your treatment calendar", printed_at)
    )
    return make_pdf(head, draw, rows=count_rows(course), progress=progress)


def _discreet_head(course: Course, printed_at: dt.datetime) -> Head:
    return Head(
        kind="Your appointments",
        title="",
        label="",
        about=discreet_provenance(course),
        hash=course.plan.hash,
        made_on=course.plan.made_on,
        printed_at=printed_at,
        zone=course.plan.zone,
    )


def _print_cancelled(paper: Paper, course: Course, *, discreet: bool) -> None:
    if not course.cancelled:
        return
    paper.heading("Cancelled")
    zone = ZoneInfo(course.plan.zone)
    for row in course.cancelled:
        name = row.name if isinstance(row, Administration) else row.what
        what = "" if discreet else f", {name}"
        day = f"{row.date:%A} {row.date.day} {row.date:%B %Y}"
        paper.paragraph(f"{day}, {time_visit(row, zone).arrive_text}{what}", size=_SIZE)


def _appointments(course: Course) -> list[dict[str, Any]]:
    """List the doses and dated tests in the order in which the patient comes for them."""
    return sorted(
        (*table.rows(course), *table.watch_rows(course)),
        key=lambda row: (row["date"], row["visit_from"] or row["time"]),
    )


def _row(row: dict[str, Any], *, discreet: bool) -> Row:
    """Lay out what to come for, and until when.

    On the discreet sheet what is taken at home is a reminder, and all else an appointment.
    """
    if discreet:
        what = "Reminder" if row["route"] == "oral" else "Appointment"
        note = "Only if you are told that it is needed" if row["condition"] else ""
    else:
        what = f"{row['dose_text']} {what_text(row)}" if row["drug"] else what_text(row)
        note = f"Only if {row['condition']}" if row["condition"] else ""
    if row["visit"] and not discreet:
        what += f". {row['visit']}"
    elif row["visit_to"]:
        what += f", until about {row['visit_to']}"
    if not note and row["status"] != "planned":
        note = str(row["status"]).capitalize()
    date = dt.date.fromisoformat(row["date"])
    arrives = row["visit_from"] or row["time"]
    return Row(cells=[f"{date:%A} {date.day} {date:%B}", arrives, what, ""], note=note)
