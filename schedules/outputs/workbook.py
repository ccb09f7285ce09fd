"""The course as a workbook: doses, derivations, totals, dispensing, findings, and what it is.

The one door to xlsxwriter. Cells are texts or numbers with the unit in the head of their column;
nothing that came in as data is ever a formula or a link. The same plan gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from dosing.units import ordinary_spaces
from schedules import VERSION
from schedules.course.course import Course
from schedules.outputs.table import (
    course_rows,
    derivation_records,
    dispensing_notes,
    dispensing_records,
    finding_records,
    total_records,
)

# A longer text is broken into lines within its cell; a column is never wider than a screen.
_WIDEST = 70
_BESIDE_THE_TEXT = 2
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def to_xlsx(course: Course) -> bytes:
    """Write the course as a workbook.

    The sheets are ``course`` (the columns of the CSV table), ``derivations``, ``totals``,
    ``dispensing``, ``findings`` and ``about``, which says what this file is.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, _OPTIONS)
    # The day of the plan, not of the click: the same plan gives the same bytes.
    book.set_properties({"created": dt.datetime.combine(course.plan.made_on, dt.time())})
    head = book.add_format({"bold": True, "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    notes = [{"note": note} for note in dispensing_notes(course)]
    for name, rows in (
        ("course", course_rows(course)),
        ("derivations", derivation_records(course)),
        ("totals", total_records(course)),
        ("dispensing", [*dispensing_records(course), *notes]),
        ("findings", finding_records(course)),
        ("about", about(course)),
    ):
        _sheet(book.add_worksheet(name), rows, head, text)
    book.close()
    return made.getvalue()


def about(course: Course) -> list[dict[str, Any]]:
    """Give what every output says of itself, one line each."""
    plan, regimen = course.plan, course.regimen
    said = {
        "regimen": regimen.id,
        "title": regimen.title,
        "version": str(regimen.version),
        "status": regimen.status,
        "checked": str(course.checked),
        "plan": plan.hash,
        "plan label": plan.patient.label,
        "other dose": plan.dose,
        "made on": plan.made_on.isoformat(),
        "first day": plan.first_day.isoformat(),
        "times are in": plan.zone,
        "program": f"Posology {VERSION}",
        **{f"drug file {used.id}": f"version {used.version}, {used.sha256}" for used in plan.drugs},
        **{
            f"dose bands {used.id}": f"version {used.version}, {used.sha256}" for used in plan.bands
        },
    }
    return [{"what": what, "value": value} for what, value in said.items()]


def _sheet(sheet: Any, rows: Sequence[Mapping[str, Any]], head: Any, text: Any) -> None:
    """Write one sheet: a frozen head, one row for each record, columns as wide as their texts."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column, head)
        lengths = [len(column)]
        for line, row in enumerate(rows, 1):
            value = row.get(column)
            if value is None or value == "":
                continue
            lengths.append(len(str(value)))
            if isinstance(value, str):
                written = sheet.write_string(line, at, ordinary_spaces(value), text)
            else:
                written = sheet.write_number(line, at, value, text)
            if written:
                raise ValueError(f"{column} in row {line} cannot be written to a workbook")
        sheet.set_column(at, at, sorted((max(lengths), _WIDEST))[0] + _BESIDE_THE_TEXT)
