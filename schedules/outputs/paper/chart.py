"""The administration chart: the nurse's paper at the bed, one row a dose, signed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.outputs import table
from schedules.outputs.paper.clinical import (
    as_required,
    clinical_head,
    day_text,
    ladder_text,
    note_text,
    patient_facts,
    place_text,
    print_cancelled,
    print_watch,
    what_text,
)
from schedules.outputs.paper.grid import Column, Row, Strip
from schedules.outputs.paper.pdf import Paper, make_pdf
from schedules.outputs.paper.runs import Run, find_runs, made_of
from schedules.outputs.progress import Progress, count_rows, unreported

# A hand needs this much to sign, to write and for initials, in mm.
_ROOM_TO_SIGN, _ROOM_TO_WRITE, _ROOM_FOR_INITIALS = 11.0, 10.0, 7.0
_COLUMNS = (
    Column(head="No", width=9, whole=True),
    Column(head="Date", width=30, size=9.5, style="B", whole=True),
    Column(head="Time", width=13, size=9.5, style="B", whole=True),
    Column(head="Dose", width=31, size=12, style="B", whole=True),
    Column(head="Drug, route", width=62, size=9.5),
    Column(head="Course", width=21, size=7.5),
    Column(head="Time given", width=18),
    Column(head="Batch, expiry", width=24, size=8),
    Column(head="Given by", width=22),
    Column(head="Checked by", width=22),
    Column(head="Not given: why", width=25),
)
_IN_THE_BOXES, _NO_DRUG = "below", "–"
_AS_REQUIRED = (
    Column(head="Drug, dose, route", width=72, size=9.5, style="B"),
    Column(head="When", width=62, size=9.5),
    Column(head="At most", width=27, size=9.5, style="B"),
    *(Column(head="Day, time, given by", width=29),) * 4,
)
# A row of four weeks, and half of them side by side.
_DAYS_IN_A_ROW, _DAYS_ACROSS = 28, 14
_TICKS_ACROSS = 3
# Number, weekday and date of a dose on one line, so that the rest of its box is there to sign.
_TOLD_SIZE, _DAY_SIZE = 8.5, 7.0
_OF_AN_INFUSION = (
    "Bag: content, volume",
    "Rate",
    "Began",
    "Ended",
    "Observations before",
    "Observations during",
    "Observations after",
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
    head = clinical_head(
        course, "Administration chart", printed_at, landscape=True, identity=True, banner=True
    )

    def draw(paper: Paper) -> None:
        facts = "; ".join(patient_facts(course))
        paper.paragraph(f"{facts}. Times are in {course.plan.zone}.")
        paper.blanks(["Prescriber: name, signature, date", "Checker: name, signature, date"])
        for text in _warnings(course):
            paper.paragraph(text, style="B")
        for title, texts in _checks_before_doses(course):
            paper.heading(title)
            paper.ticks(texts)
        _print_rates(paper, course)
        print_watch(paper, course)
        paper.heading("Doses, procedures and reviews")
        paper.print_table(_COLUMNS, _rows(course), least=_ROOM_TO_SIGN)
        _print_as_required(paper, course)
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
    for before in ("first dose", "each dose"):
        asked: dict[str, list[str]] = {}
        for regimen in course.regimens:
            for check in regimen.prerequisites_of(sex):
                if check.before == before:
                    asked.setdefault(regimen.asked_when(check), []).append(check.what)
        yield from asked.items()


def _print_rates(paper: Paper, course: Course) -> None:
    """Print the rate ladders that the regimen names; which bag there will be, no plan knows."""
    named = dict.fromkeys((row.drug, row.ladder) for row in course.rows if row.ladder)
    if not named:
        return
    paper.heading("Rates of infusion; in mL/h on the pump card of the bag")
    for name, ladder in named:
        drug = course.drugs[name]
        paper.paragraph(f"{drug.name}, {ladder_text(drug.ladder(ladder))}")


def _print_as_required(paper: Paper, course: Course) -> None:
    """Print what may be given when it is needed, with its maximum, and room for each time."""
    entries = as_required(course)
    if not entries:
        return
    paper.heading("As required", room=40)
    rows = (
        Row(
            cells=[
                f"{course.drugs[entry.drug].name} {show(entry.dose)}, {entry.route}",
                entry.when,
                f"{entry.most_a_day} a day",
                *("",) * 4,
            ]
        )
        for entry in entries
    )
    paper.print_table(_AS_REQUIRED, rows, least=_ROOM_TO_SIGN)


def _rows(course: Course) -> Iterator[Row]:
    """Lay out the course in order: a run where it begins, every other dose on its own row."""
    numbered = list(enumerate(table.rows(course), 1))
    numbers = {row["id"]: number for number, row in numbered}
    entries = {row["id"]: row for _, row in numbered}
    runs = {run.first.id: run for run in find_runs(course)}
    in_runs = {row.id for run in runs.values() for row in run.rows}
    ticks = _ticks_by_dose(course, in_runs)
    for number, row in numbered:
        if row["id"] in runs:
            yield from _run_rows(runs[row["id"]], numbers, entries, course)
        elif row["id"] not in in_runs:
            strips = [
                *_result_strips(row["results"]),
                *ticks.get(row["id"], ()),
                *_infusion_strips(row),
            ]
            yield _row(number, row, _pack(row), strips)


def _ticks_by_dose(course: Course, in_runs: Collection[str]) -> dict[str, list[Strip]]:
    """Return what is to be done before each dose, at the first dose of each day of a regimen."""
    found: dict[str, list[Strip]] = {}
    days: set[tuple[int, dt.date]] = set()
    sex = course.plan.patient.sex
    rows = (*course.rows, *(one for one in course.occasions if one.kind == "procedure"))
    for row in sorted(rows, key=lambda row: (row.date, row.time)):
        day = (row.course_number, row.date)
        if row.id in in_runs or day in days:
            continue
        days.add(day)
        regimen = course.regimens[row.course_number - 1]
        texts = [
            f"Before it, initials: {check.what}"
            for check in regimen.prerequisites_of(sex)
            if check.before == "each dose"
        ]
        found[row.id] = [
            Strip(cells=cells, across=len(cells), least=_ROOM_FOR_INITIALS)
            for at in range(0, len(texts), _TICKS_ACROSS)
            for cells in [texts[at : at + _TICKS_ACROSS]]
        ]
    return found


def _pack(row: dict[str, Any]) -> str:
    """Return the batch that was recorded and its end of use; nothing where a hand writes it."""
    expires = f"{dt.date.fromisoformat(row['expires']):%d-%b-%Y}" if row["expires"] else ""
    return " ".join(filter(None, (row["batch"], expires)))


def _result_strips(results: str) -> list[Strip]:
    return [Strip(cells=[f"Results: {results}"], across=1)] if results else []


def _infusion_strips(row: dict[str, Any]) -> list[Strip]:
    """Return where bag, rate and observations of an infusion are written."""
    if not row["drug"] or "infusion" not in row["route"]:
        return []
    return [Strip(cells=_OF_AN_INFUSION, across=len(_OF_AN_INFUSION), least=_ROOM_TO_WRITE)]


def _run_rows(
    run: Run, numbers: dict[str, int], entries: dict[str, dict[str, Any]], course: Course
) -> Iterator[Row]:
    """Lay out a run, at most four weeks of boxes a row; each box bears its number and its day."""
    drug = course.drugs[run.first.drug]
    for rows in _parts(run.rows):
        first, last = rows[0], rows[-1]
        entry = entries[first.id]
        until = f"{run.every} until {last.date:%a %d-%b-%Y}" if len(rows) > 1 else ""
        results = "; ".join(
            dict.fromkeys(entries[row.id]["results"] for row in rows if entries[row.id]["results"])
        )
        made = made_of(run, drug)
        told = [f"Each time {made}"] if made else []
        told += [f"Results: {results}"] if results else []
        boxes = [
            f"{numbers[row.id]}  {row.date:%a %d-%b} {_pack(entries[row.id])}".rstrip()
            for row in rows
        ]
        yield Row(
            cells=[
                str(numbers[first.id]),
                day_text(entry),
                entry["time"],
                entry["dose_text"],
                "; ".join(filter(None, (what_text(entry), until))),
                place_text(entry),
                _IN_THE_BOXES,
                "",
                *(_IN_THE_BOXES,) * 3,
            ],
            note=note_text(entry),
            strips=[
                *([Strip(cells=["; ".join(told)], across=1, size=_TOLD_SIZE)] if told else []),
                *(
                    Strip(
                        cells=boxes[at : at + _DAYS_ACROSS],
                        across=_DAYS_ACROSS,
                        least=_ROOM_TO_SIGN,
                        size=_DAY_SIZE,
                    )
                    for at in range(0, len(boxes), _DAYS_ACROSS)
                ),
            ],
        )


def _parts(rows: Sequence[Administration]) -> Iterator[Sequence[Administration]]:
    for at in range(0, len(rows), _DAYS_IN_A_ROW):
        yield rows[at : at + _DAYS_IN_A_ROW]


def _row(number: int, row: dict[str, Any], pack: str, strips: Sequence[Strip]) -> Row:
    what = what_text(row)
    if row["visit_to"]:
        until = row["visit"] or f"Until {row['visit_to']}"
        what = f"{what}. {until}"
    if row["tablets"]:
        what = f"{what}. {row['tablets']}"
    return Row(
        cells=[
            str(number),
            day_text(row),
            row["time"],
            row["dose_text"] or row["kind"],
            what,
            place_text(row),
            "",
            pack if row["drug"] else _NO_DRUG,
            "",
            "",
            "",
        ],
        note=note_text(row),
        strips=strips,
    )
