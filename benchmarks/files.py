"""Files of a course of a year, against icalendar writing the same events."""

from __future__ import annotations

import datetime as dt
import functools
import io
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import icalendar
import openpyxl
import xlsxwriter

from benchmarks.course import YEAR, DailyDoses
from benchmarks.measure import Duel, Row
from schedules.course.course import Course
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.event import write_event
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.paper.chart import print_chart
from schedules.outputs.workbook import to_xlsx

CHOICE = CalendarChoice(oral="each", times="utc", alarm="none")
PRINTED_AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
_ALONE = "icalendar alone, the same events"
_KEYS = (
    "UID",
    "DTSTAMP",
    "LAST-MODIFIED",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "DESCRIPTION",
    "STATUS",
    "CLASS",
)


def measure() -> Iterator[Row]:
    """Measure the calendar file, the workbook and the chart."""
    yield calendar().row()
    yield workbook().row()
    yield chart().row()


def _new_courses(rounds: int) -> Callable[[], Course]:
    """Return a course that no file was made of yet, at each call; they are computed before."""
    courses = itertools.islice(DailyDoses(YEAR).courses(), rounds)
    return functools.partial(next, iter(list(courses)))


def calendar() -> Duel:
    """Compare the calendar file of a course with icalendar writing its events."""
    rounds = 15
    course = _new_courses(rounds)

    def ours() -> bytes:
        write_event.cache_clear()  # each event anew, as icalendar alone writes it
        return to_ics(course(), choice=CHOICE)

    return Duel(
        what=f"{YEAR} doses to .ics",
        against=_ALONE,
        ours=ours,
        theirs=icalendar_alone(),
        aim=1.1,
        rounds=rounds,
    )


def icalendar_alone() -> Callable[[], bytes]:
    """Return the work of writing the events of a year with nothing but icalendar."""
    file = to_ics(next(DailyDoses(YEAR).courses()), choice=CHOICE)
    events: list[dict[str, Any]] = [
        {key: event.decoded(key) if key.startswith("DT") else event[key] for key in _KEYS}
        for event in icalendar.Calendar.from_ical(file).walk("VEVENT")
    ]
    for event in events:
        event["LAST-MODIFIED"] = event["DTSTAMP"]

    def write() -> bytes:
        written = icalendar.Calendar()
        written.add("prodid", "-//benchmarks//EN")
        written.add("version", "2.0")
        for values in events:
            event = icalendar.Event()
            for key, value in values.items():
                event.add(key, value)
            written.add_component(event)
        return bytes(written.to_ical())

    return write


def workbook() -> Duel:
    """Compare the workbook of a course with XlsxWriter writing its cells."""
    rounds = 7
    course = _new_courses(rounds)
    cells = read_cells(to_xlsx(next(DailyDoses(YEAR).courses())))

    def xlsxwriter_alone() -> bytes:
        file = io.BytesIO()
        written = xlsxwriter.Workbook(file, {"in_memory": True})
        for title, rows in cells.items():
            sheet = written.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        written.close()
        return file.getvalue()

    return Duel(
        what=f"{YEAR} doses to a workbook",
        against="XlsxWriter alone, the same cells",
        ours=lambda: to_xlsx(course()),
        theirs=xlsxwriter_alone,
        rounds=rounds,
    )


def read_cells(file: bytes) -> dict[str, list[list[Any]]]:
    """Return the cells of a workbook, by sheet and row; dates and times as texts."""
    return {
        sheet.title: [
            [cell if isinstance(cell, int | float | str) else str(cell or "") for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in openpyxl.load_workbook(io.BytesIO(file)).worksheets
    }


def chart() -> Duel:
    """Compare the administration chart of a course, on paper, with its events in icalendar."""
    rounds = 3
    course = _new_courses(rounds)
    return Duel(
        what=f"{YEAR} doses to a chart in PDF",
        against=_ALONE,
        ours=lambda: print_chart(course(), printed_at=PRINTED_AT),
        theirs=icalendar_alone(),
        rounds=rounds,
    )
