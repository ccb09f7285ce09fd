"""The patient's sheet: their own paper at home, in large letters, with the weekdays named."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from dosing.units import plain, show
from schedules.course.course import Course
from schedules.course.provenance import discreet_provenance
from schedules.course.rows import Administration
from schedules.course.visit import time_visit
from schedules.outputs import table
from schedules.outputs.paper.clinical import as_required, clinical_head, what_text
from schedules.outputs.paper.grid import Column, Row
from schedules.outputs.paper.pdf import Head, Paper, make_pdf
from schedules.outputs.paper.runs import Run, at_once, find_runs, made_of
from schedules.outputs.paper.steps_picture import draw_steps
from schedules.outputs.progress import Progress, count_rows, unreported

_SIZE = 13.0
_COLUMNS = (
    Column(head="Day", width=62, size=_SIZE, style="B"),
    Column(head="Time", width=17, size=_SIZE, style="B", whole=True),
    Column(head="What", width=79, size=_SIZE),
    Column(head="Only if", width=18, size=8),
    Column(head="Done", width=14),
)
# A few lines are as large as the rest, more fit on one page.
_LARGE_LINES, _RUN_SIZE = 8, 9.5
_LARGE_ROWS, _ROWS_SIZE = 16, 11.0
_RUNS = (
    Column(head="From, to", width=62, size=_RUN_SIZE, style="B"),
    Column(head="When", width=41, size=_RUN_SIZE),
    Column(head="Take", width=69, size=_RUN_SIZE, style="B"),
    Column(head="Only if", width=18, size=8),
)
_DISCREET_RUNS = (*_RUNS[:2], dataclasses.replace(_RUNS[2], head="What", style=""), _RUNS[3])
_SUBSCRIBE = (
    "The same calendar on a phone: in its calendar program, choose to subscribe to a calendar, and "
    "take this address. It then follows when a day is changed. A file that is only opened or "
    "imported stays as it is. The address is a key: show it to nobody else.",
)
_CALL = "If a day does not suit you, or anything is unclear, call"
# A rule for one drug is wrong for another: said of a drug only where its regimen states it.
_MISSED = "If you have missed {} dose, do not guess: call and ask what to do"
# Fewer amounts need no picture.
_STEPS = 3


def print_patient_sheet(
    course: Course,
    *,
    printed_at: dt.datetime,
    discreet: bool = False,
    link: str = "",
    progress: Progress = unreported,
) -> bytes:
    """Return the patient's sheet (PDF): each dose and test with weekday, date and time to come.

    Equal doses at home stand in one line from their first day to their last. What a doctor decides
    by is not for the patient, who is told whether a step is to be taken.

    Args:
        course: the course; it must be exportable.
        printed_at: when it is printed, from whoever asks the clock.
        discreet: name no drug, dose or disease, and not the plan's label either.
        link: the address of the calendar to subscribe to, if there is one.
        progress: called with the share that is done; what it raises ends the printing.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: naming every character the fonts lack.
    """
    course.must_be_exportable()

    def draw(paper: Paper) -> None:
        call = "" if discreet else course.plan.site.call
        paper.blanks(["Name", *([] if call else [_CALL])])
        if call:
            paper.paragraph(f"{_CALL}: {call}.", size=_SIZE, style="B")
        paper.paragraph(f"Times are in {course.plan.zone}.", size=11)
        if not discreet:
            for finding in course.findings:
                if finding.code == "phase.open_end":
                    paper.paragraph(finding.text, size=_SIZE)
        runs = find_runs(course)
        _print_runs(paper, course, runs, discreet=discreet)
        for entry in () if discreet else as_required(course):
            maximum = f"at most {entry.most_a_day} times a day"
            what = f"{course.drugs[entry.drug].name} {show(entry.dose)}, {entry.route}"
            paper.paragraph(f"When needed: {what}, {entry.when}; {maximum}.", size=_SIZE)
        if not discreet:
            _print_missed(paper, course, call=call if runs else None)
        entries = _appointments(course, runs)
        columns = _COLUMNS if len(entries) <= _LARGE_ROWS else _smaller(_COLUMNS, _ROWS_SIZE)
        for year, rows in groupby(entries, key=lambda row: row["date"][:4]):
            paper.heading(f"What to come for in {year}", room=34)
            paper.print_table(columns, [_row(row, discreet=discreet) for row in rows])
        _print_cancelled(paper, course, discreet=discreet)
        if link:
            paper.code_beside(link, _SUBSCRIBE, size=10)

    head = (
        _discreet_head(course, printed_at)
        if discreet
        else clinical_head(course, "Your treatment calendar", printed_at)
    )
    # Whoever has it at home has no sign-in that would let them open the plan.
    head = dataclasses.replace(head, address="")
    return make_pdf(head, draw, rows=count_rows(course), progress=progress)


def _print_missed(paper: Paper, course: Course, *, call: str | None) -> None:
    """Print what the regimens say about a missed dose; for all others, whom to call."""
    stated = [one.text for one in course.findings if one.code.startswith("missed.")]
    for text in stated:
        paper.paragraph(text, size=_SIZE)
    if call is not None:
        ask = _MISSED.format("any other" if stated else "a")
        paper.paragraph(f"{ask}{f', {call}' if call else ''}.", size=_SIZE)


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


def _print_runs(paper: Paper, course: Course, runs: Sequence[Run], *, discreet: bool) -> None:
    """Print what is taken at home, drug by drug, and a picture of its steps."""
    if discreet and runs:
        paper.heading("At home")
        rows = [
            _run_row(run, times, f"Reminder, {_how_often(run, times)}")
            for run, times in at_once(runs)
        ]
        paper.print_table(_sized(_DISCREET_RUNS, rows), rows)
        return
    for drug in dict.fromkeys(run.first.drug for run in runs):
        own = [run for run in runs if run.first.drug == drug]
        name = own[0].first.drug_name
        paper.heading(f"{name[0].upper()}{name[1:]}, by mouth, at home", room=40)
        lines = list(at_once(own))
        if _has_steps([run for run, _ in lines]):
            draw_steps(paper, [run for run, _ in lines])
        rows = []
        for run, times in lines:
            pieces = made_of(run, course.drugs[drug])
            rows.append(_run_row(run, times, f"{run.dose_text}{': ' if pieces else ''}{pieces}"))
        paper.print_table(_sized(_RUNS, rows), rows)


def _sized(columns: Sequence[Column], rows: Sequence[Row]) -> Sequence[Column]:
    """Set a table of few lines in large letters."""
    if len(rows) > _LARGE_LINES:
        return columns
    return [*(dataclasses.replace(column, size=_SIZE) for column in columns[:-1]), columns[-1]]


def _smaller(columns: Sequence[Column], size: float) -> Sequence[Column]:
    return [dataclasses.replace(column, size=min(size, column.size)) for column in columns]


def _has_steps(runs: Sequence[Run]) -> bool:
    """Whether the dose changes often enough to be drawn: one after another, in one unit."""
    if any(run.first.date <= before.last_day for before, run in pairwise(runs)):
        return False
    amounts = [run.first.dose.amount for run in runs]
    return len(set(map(plain, amounts))) >= _STEPS and len({str(one.units) for one in amounts}) == 1


def _how_often(run: Run, times: Sequence[str]) -> str:
    return f"{len(run.rows) * len(times)} times"


def _run_row(run: Run, times: Sequence[str], take: str) -> Row:
    """Lay out a run in one line, as it is read on the wall of a kitchen."""
    first, last = run.first.date, run.last_day
    year = "" if first.year == last.year else f" {first:%Y}"
    days = f"{first:%a} {first.day} {first:%b}{year} to {last:%a} {last.day} {last:%b %Y}"
    told = "you are told" if run.first.condition else ""
    return Row(cells=[days, f"{run.every}, {' and '.join(times)}", take, told])


def _appointments(course: Course, runs: Sequence[Run]) -> list[dict[str, Any]]:
    """List the other doses and dated tests in the order in which the patient comes for them."""
    in_runs = {row.id for run in runs for row in run.rows}
    rows = (*table.rows(course), *table.watch_rows(course))
    return sorted(
        (row for row in rows if row["id"] not in in_runs and row["kind"] != "decision"),
        key=lambda row: (row["date"], row["visit_from"] or row["time"]),
    )


def _row(row: dict[str, Any], *, discreet: bool) -> Row:
    """Lay out what to come for, and until when.

    On the discreet sheet what is taken at home is a reminder, and all else an appointment.
    """
    told = "you are told" if row["condition"] else ""
    if discreet:
        what = "Reminder" if row["route"] == "oral" else "Appointment"
    else:
        what = f"{row['dose_text']} {what_text(row)}" if row["drug"] else what_text(row)
    if row["visit"] and not discreet:
        what += f". {row['visit']}"
    elif row["visit_to"]:
        what += f", until about {row['visit_to']}"
    note = "" if told or row["status"] == "planned" else str(row["status"]).capitalize()
    date = dt.date.fromisoformat(row["date"])
    arrives = row["visit_from"] or row["time"]
    return Row(cells=[f"{date:%A} {date.day} {date:%B}", arrives, what, told, ""], note=note)
