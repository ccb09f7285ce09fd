"""The patient's own paper: what happens when, in large letters, with the weekdays named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from schedules.chart import clinical_head, until
from schedules.course import Administration
from schedules.provenance import discreet_provenance
from schedules.sheet import Column, Head, Row, Sheet, printed
from schedules.table import records

if TYPE_CHECKING:
    from schedules.course import Course

_SIZE = 13.0
_COLUMNS = (
    Column(head="Day", width=62, size=_SIZE, style="B"),
    Column(head="Time", width=20, size=_SIZE, style="B", whole=True),
    Column(head="What", width=92, size=_SIZE),
    Column(head="Done", width=16),
)


def patient_sheet(course: Course, *, printed_at: dt.datetime, discreet: bool = False) -> bytes:
    """Print the patient's own sheet (PDF): each dose with its weekday, date and time.

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
            kind="Your appointments", title="", label="", about=discreet_provenance(course),
            hash=plan.hash, made_on=plan.made_on, printed_at=printed_at, zone=plan.zone,
        )  # fmt: skip
    else:
        head = clinical_head(course, "Your treatment calendar", printed_at)

    def draw(sheet: Sheet) -> None:
        sheet.blanks(["Name", "If a day does not suit you, or anything is unclear, call"])
        sheet.paragraph(f"Times are in {plan.zone}.", size=11)
        if not discreet:
            for finding in course.findings:
                if finding.code == "phase.open_end":
                    sheet.paragraph(finding.text, size=_SIZE)
        for month, rows in groupby(records(course), key=lambda row: row["date"][:7]):
            sheet.heading(f"{dt.date.fromisoformat(f'{month}-01'):%B %Y}", room=34)
            sheet.print_table(_COLUMNS, [_row(course, row, _WORDS[discreet]) for row in rows])
        if course.cancelled:
            sheet.heading("No longer takes place")
        for gone in course.cancelled:
            name = gone.drug_name if isinstance(gone, Administration) else gone.what
            what = "" if discreet else f", {name}"
            day = f"{gone.date:%A} {gone.date.day} {gone.date:%B %Y}"
            sheet.paragraph(f"{day}, {gone.time:%H:%M}{what}", size=_SIZE)

    return printed(head, draw)


def _row(course: Course, row: dict[str, Any], words: Callable[[dict[str, Any]], Row]) -> Row:
    said = words(row)
    date = dt.date.fromisoformat(row["date"])
    end = until(course, row)
    (what,) = said.cells
    until_about = f", until about {end}" if end else ""
    return Row(
        cells=[f"{date:%A} {date.day} {date:%B}", row["time"], f"{what}{until_about}", ""],
        note=said.note,
    )


def _named(row: dict[str, Any]) -> Row:
    what = f"{row['dose_text']} {row['drug']}, {row['route']}" if row["drug"] else row["item"]
    note = f"Only if {row['condition']}" if row["condition"] else ""
    if not note and row["status"] != "planned":
        note = str(row["status"]).capitalize()
    return Row(cells=[what], note=note)


def _unnamed(row: dict[str, Any]) -> Row:
    """Say it without drug, dose, procedure or reason; what is taken at home is a reminder."""
    what = "Reminder" if row["route"] == "oral" else "Appointment"
    note = "Only if you are told that it is needed" if row["condition"] else ""
    if not note and row["status"] != "planned":
        note = str(row["status"]).capitalize()
    return Row(cells=[what], note=note)


_WORDS: dict[bool, Callable[[dict[str, Any]], Row]] = {False: _named, True: _unnamed}
