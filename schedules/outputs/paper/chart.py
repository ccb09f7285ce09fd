"""The administration chart: the nurse's paper at the bed, one row a dose, signed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from schedules.course.course import Course
from schedules.outputs import table
from schedules.outputs.paper.clinical import (
    NONE,
    clinical_head,
    day_text,
    note_text,
    patient_facts,
    place_text,
    print_cancelled,
    print_watch,
    what_text,
)
from schedules.outputs.paper.grid import Column, Row
from schedules.outputs.paper.pdf import Paper, make_pdf
from schedules.outputs.progress import Progress, count_rows, unreported

# A hand needs this much to sign, in mm.
_ROOM_TO_SIGN = 11.0
_COLUMNS = (
    Column(head="No", width=9, whole=True),
    Column(head="Date", width=30, size=9.5, style="B", whole=True),
    Column(head="Time", width=13, size=9.5, style="B", whole=True),
    Column(head="Dose", width=33, size=12, style="B", whole=True),
    Column(head="Drug, route", width=51, size=9.5),
    Column(head="Course", width=36, size=8),
    Column(head="Time given", width=21),
    Column(head="Batch", width=30),
    Column(head="Given by", width=27),
    Column(head="Checked by", width=27),
)


def print_chart(
    course: Course,
    *,
    printed_at: dt.datetime,
    progress: Progress = unreported,
) -> bytes:
    """Return the administration chart (PDF): one row a dose, with boxes to fill in by hand.

    Args:
        course: the course; it must be exportable.
        printed_at: when it is printed, from whoever asks the clock.
        progress: called with the share that is done; what it raises ends the printing.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: naming every character the fonts lack.
    """
    course.must_be_exportable()
    head = clinical_head(course, "Administration chart", printed_at, landscape=True, identity=True)

    def draw(paper: Paper) -> None:
        paper.paragraph("; ".join(patient_facts(course)))
        paper.paragraph(f"Times are in {course.plan.zone}.")
        for text in _warnings(course):
            paper.paragraph(text, style="B")
        for title, texts in _checks_before_doses(course):
            paper.heading(title)
            paper.ticks(texts)
        print_watch(paper, course)
        paper.heading("Doses, procedures and reviews")
        rows = (_row(number, row) for number, row in enumerate(table.rows(course), 1))
        paper.print_table(_COLUMNS, rows, least=_ROOM_TO_SIGN)
        print_cancelled(paper, course)

    return make_pdf(head, draw, rows=count_rows(course), progress=progress)


def _warnings(course: Course) -> Iterator[str]:
    """List what must not be missed: another dose, and what was acknowledged and why."""
    entries = {entry.code: entry for entry in course.acknowledgements}
    for finding in course.findings:
        if finding.code == "dose.not_the_regimens":
            yield finding.text
        if finding.level == "WARN" and finding.code in entries:
            entry = entries[finding.code]
            by = f" ({entry.who})" if entry.who else ""
            yield f"WARN: {finding.text} Acknowledged: {entry.reason}{by}"


def _checks_before_doses(course: Course) -> Iterator[tuple[str, list[str]]]:
    """List what must be known before the first dose, and before each."""
    sex = course.plan.patient.sex
    checks = [check for regimen in course.regimens for check in regimen.prerequisites_of(sex)]
    first = [check.what for check in checks if check.before == "first dose"]
    each = [check.what for check in checks if check.before == "each dose"]
    if first:
        yield "Before the first dose", first
    if each:
        yield "Before each dose", each


def _row(number: int, row: dict[str, Any]) -> Row:
    what = what_text(row)
    if row["visit_to"]:
        until = row["visit"] or f"Until {row['visit_to']}"
        what = f"{what}. {until}"
    if row["results"]:
        what = f"{what}. Results: {row['results']}"
    batch = "" if row["drug"] else NONE
    return Row(
        cells=[
            str(number),
            day_text(row),
            row["time"],
            row["dose_text"] or NONE,
            what,
            place_text(row),
            "",
            batch,
            "",
            "",
        ],
        note=note_text(row),
    )
