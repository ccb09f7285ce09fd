"""The course as a workbook: doses, derivations, totals, dispensing, findings, and what it is.

The one door to xlsxwriter. Cells are texts, dates, times, or numbers with the unit in the head of
their column; no cell is ever a formula or a link. The same plan gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter

from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.provenance import record_of
from schedules.outputs import table
from schedules.outputs.progress import Progress, unreported
from schedules.version import VERSION

# A longer text is broken into lines within its cell; a column is never wider than a screen.
_WIDEST = 70
_BESIDE_THE_TEXT = 2
# An arrow to filter by stands in each head.
_BESIDE_THE_HEAD = 4
_A4 = 9
# What A4 across holds at a size that is still read, in characters.
_READ_ON_A_PAGE = 260
_WARD = (
    "date",
    "weekday",
    "time",
    "visit_to",
    "kind",
    "item",
    "dose_text",
    "drug",
    "route",
    "tablets",
    "condition",
    "results",
    "status",
    "batch",
    "expires",
)
_PATIENT = ("date", "weekday", "visit_from", "time", "visit_to", "what", "dose_text", "tablets")
_AT_HOME = {
    "date": "Date",
    "weekday": "Day",
    "visit_from": "Come at",
    "time": "Time",
    "visit_to": "Until about",
    "what": "What",
    "dose_text": "Dose",
    "tablets": "Tablets",
}
_DATES = {"date", "first_date", "last_date", "Date", "from", "to", "runs_out", "expires"}
_TIMES = {"time", "visit_from", "visit_to", "Time", "Come at", "Until about"}
# A time on another day, "00:30 next day", stays a text.
_CLOCK = re.compile("[0-9]{2}:[0-9]{2}")
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Formats:
    """How the cells of a workbook look."""

    head: Any
    text: Any
    date: Any
    time: Any


def to_xlsx(course: Course, *, progress: Progress = unreported) -> bytes:
    """Return the course as a workbook.

    The sheets are ``course`` (the columns of the CSV table), ``derivations``, ``totals``,
    ``dispensing``, ``findings`` and ``about``, which says what this file is. ``ward`` and
    ``patient`` hold the same rows with what each of them needs, to be printed.

    Args:
        course: the course; it must be exportable.
        progress: called with the share that is done; what it raises ends the writing.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    notes = [{"note": note} for note in table.dispensing_notes(course)]
    sheets: dict[str, Sequence[Mapping[str, Any]]] = {
        "course": table.export_rows(course),
        "derivations": table.derivation_rows(course),
        "totals": table.total_rows(course),
        "dispensing": [*table.dispensing_rows(course), *notes],
        "findings": table.finding_rows(course),
        "about": about(course),
        "ward": _pick(table.dated_rows(course), _WARD),
        "patient": _patient_rows(course),
    }
    provenance = f"{course.regimen.status}; {course.checked.state}; plan {course.plan.hash}"
    return write_sheets(
        sheets,
        title=course.regimen.title,
        created=course.plan.made_on,
        provenance=provenance,
        progress=progress,
    )


def write_sheets(
    sheets: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    title: str,
    created: dt.date,
    provenance: str,
    progress: Progress = unreported,
) -> bytes:
    """Return a workbook of these sheets, whose rows are cells by the head of their column.

    Args:
        sheets: the rows by the name of the sheet.
        title: of the file.
        created: the day that the content is of, not that of the click.
        provenance: stands at the foot of each printed page.
        progress: called with the share that is done; what it raises ends the writing.
    """
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, _OPTIONS)
    # No day of the click: the same content gives the same bytes.
    book.set_properties(
        {
            "title": title,
            "author": f"Posology {VERSION}",
            "created": dt.datetime.combine(created, dt.time()),
        }
    )
    formats = _Formats(
        head=book.add_format({"bold": True, "bottom": 1}),
        text=book.add_format({"text_wrap": True, "valign": "top"}),
        date=book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        time=book.add_format({"num_format": "hh:mm", "valign": "top", "align": "left"}),
    )
    total, done = sum(map(len, sheets.values())), 0
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        _set_up_print(sheet, provenance)
        for share in _write_sheet(sheet, rows, formats):
            progress((done + share * len(rows)) / total)
        done += len(rows)
    book.close()
    return content.getvalue()


def about(course: Course) -> list[dict[str, Any]]:
    """Return the provenance that every output states, one row for each fact."""
    plan, regimen = course.plan, course.regimen
    facts = {
        "regimen": regimen.id,
        "title": regimen.title,
        "version": str(regimen.version),
        "status": regimen.status,
        "checked": str(course.checked),
        "plan": plan.hash,
        **record_of(course),
        "plan label": plan.patient.label,
        "other dose": plan.dose,
        "made on": plan.made_on.isoformat(),
        "first day": plan.first_day.isoformat(),
        "times are in": plan.zone,
        "program": f"Posology {VERSION}",
    }
    for kind, files in (("drug file", plan.drugs), ("dose bands", plan.bands)):
        facts |= {f"{kind} {file.id}": f"version {file.version}, {file.sha256}" for file in files}
    return [{"what": what, "value": value} for what, value in facts.items()]


def _pick(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return these columns of the rows, in this order, without those that are empty throughout."""
    filled = [column for column in columns if any(row[column] for row in rows)]
    return [{column: row[column] for column in filled} for row in rows]


def _patient_rows(course: Course) -> list[dict[str, Any]]:
    """Return what the patient comes for or takes, with heads in plain words."""
    rows = [{**row, "what": row["drug"] or row["item"]} for row in table.dated_rows(course)]
    return [
        {_AT_HOME[column]: value for column, value in row.items()} for row in _pick(rows, _PATIENT)
    ]


def _set_up_print(sheet: Any, provenance: str) -> None:
    """Print across, the heads and the origin again on each page."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.repeat_rows(0)
    # An ampersand begins a command in a foot.
    sheet.set_footer(f"&L&8{provenance.replace('&', '&&')}&R&8page &P of &N")


def _write_sheet(
    sheet: Any, rows: Sequence[Mapping[str, Any]], formats: _Formats
) -> Iterator[float]:
    """Write one sheet, and yield the share that is done after each column.

    It has a frozen head, one line for each row, and columns as wide as their texts.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    across = 0
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column, formats.head)
        longest = len(column) + _BESIDE_THE_HEAD
        for line, row in enumerate(rows, 1):
            value = row.get(column)
            if value is None or value == "":
                continue
            longest = max(longest, len(str(value)))
            if _write_cell(sheet, (line, number), column, value, formats):
                raise ValueError(f"{column} in row {line} cannot be written to a workbook")
        width = min(longest, _WIDEST) + _BESIDE_THE_TEXT
        sheet.set_column(number, number, width)
        across += width
        yield (number + 1) / len(columns)
    sheet.fit_to_pages(max(1, round(across / _READ_ON_A_PAGE)), 0)


def _write_cell(sheet: Any, at: tuple[int, int], column: str, value: Any, formats: _Formats) -> Any:
    """Write a cell by its column: a date, a time, a text or a number; return what failed."""
    if column in _DATES:
        day = dt.datetime.combine(dt.date.fromisoformat(value), dt.time())
        return sheet.write_datetime(*at, day, formats.date)
    if column in _TIMES and _CLOCK.fullmatch(value):
        return sheet.write_datetime(*at, dt.time.fromisoformat(value), formats.time)
    if isinstance(value, str):
        return sheet.write_string(*at, ordinary_spaces(value), formats.text)
    return sheet.write_number(*at, value, formats.text)
