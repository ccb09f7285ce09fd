"""The course as a workbook: doses, derivations, totals, dispensing, findings, and what it is.

The one door to xlsxwriter. Cells are texts or numbers with the unit in the head of their column;
no cell is ever a formula or a link. The same plan gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
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
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def to_xlsx(course: Course, *, progress: Progress = unreported) -> bytes:
    """Return the course as a workbook.

    The sheets are ``course`` (the columns of the CSV table), ``derivations``, ``totals``,
    ``dispensing``, ``findings`` and ``about``, which says what this file is.

    Args:
        course: the course; it must be exportable.
        progress: called with the share that is done; what it raises ends the writing.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, _OPTIONS)
    # The day of the plan, not of the click: the same plan gives the same bytes.
    book.set_properties({"created": dt.datetime.combine(course.plan.made_on, dt.time())})
    head = book.add_format({"bold": True, "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    notes = [{"note": note} for note in table.dispensing_notes(course)]
    sheets: dict[str, Sequence[Mapping[str, Any]]] = {
        "course": table.export_rows(course),
        "derivations": table.derivation_rows(course),
        "totals": table.total_rows(course),
        "dispensing": [*table.dispensing_rows(course), *notes],
        "findings": table.finding_rows(course),
        "about": about(course),
    }
    total, done = sum(map(len, sheets.values())), 0
    for name, rows in sheets.items():
        for share in _write_sheet(book.add_worksheet(name), rows, head, text):
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


def _write_sheet(
    sheet: Any, rows: Sequence[Mapping[str, Any]], head: Any, text: Any
) -> Iterator[float]:
    """Write one sheet, and yield the share that is done after each column.

    It has a frozen head, one line for each row, and columns as wide as their texts.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column, head)
        longest = len(column)
        for line, row in enumerate(rows, 1):
            value = row.get(column)
            if value is None or value == "":
                continue
            longest = max(longest, len(str(value)))
            if isinstance(value, str):
                failed = sheet.write_string(line, number, ordinary_spaces(value), text)
            else:
                failed = sheet.write_number(line, number, value, text)
            if failed:
                raise ValueError(f"{column} in row {line} cannot be written to a workbook")
        sheet.set_column(number, number, min(longest, _WIDEST) + _BESIDE_THE_TEXT)
        yield (number + 1) / len(columns)
