"""A course as the terminal shows it: what is given when, totals, derivation, findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from commands.columns import TextColumn, say_table
from commands.line import say, say_findings, say_json
from dosing.units import Quantity, ordinary_spaces, show
from schedules.course.course import Course
from schedules.course.provenance import provenance
from schedules.outputs import table
from schedules.outputs.course_json import course_as_dict
from schedules.review.dispensing import dispensing

_COLUMNS = (
    TextColumn("Date"),
    TextColumn("Time", whole=True),
    TextColumn("Visit"),
    TextColumn("Phase"),
    TextColumn("Day", whole=True),
    TextColumn("Dose", whole=True),
    TextColumn("Drug"),
    TextColumn("Route"),
    TextColumn("In all", whole=True),
    TextColumn("Tablets", whole=True),
    TextColumn(""),
    TextColumn("Results"),
)
_SHOWN_DIGITS = 6


def print_course(course: Course, *, as_json: bool) -> None:
    """Print a course; one that is stopped shows its findings and no dose."""
    if as_json:
        say_json(course_as_dict(course))
        return
    say(course.regimen.title)
    say()
    rows = [] if course.stopped else [_cells(row) for row in table.dated_rows(course)]
    if rows:
        say_table(_COLUMNS, rows, _plain(rows))
        for line in _below_the_table(course):
            say(line)
    say_findings(course.findings)
    for line in _ledger_lines(course):
        say(line)
    say()
    say(provenance(course))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    status = "" if row["status"] == "planned" else row["status"]
    watched = row["kind"] in table.WATCHED
    results = ": ".join(filter(None, (row["item"], row["results"]))) if watched else row["results"]
    return (
        f"{row['weekday']} {dt.date.fromisoformat(row['date']):%d-%b-%Y}",
        row["time"],
        f"{row['visit_from']} to {row['visit_to']}" if row["visit_to"] else "",
        row["phase"],
        f"{row['cycle']}/{row['day']}",
        row["dose_text"],
        ", ".join(filter(None, (row["drug"], row["site"])))
        or (row["kind"] if watched else row["item"]),
        row["route"],
        row["cumulative_text"],
        row["tablets"],
        f"only if {row['condition']}" if row["condition"] else status,
        results,
    )


def _plain(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Write each row as one line, in columns as wide as their widest cell."""
    titles = tuple(column.title for column in _COLUMNS)
    widths = [max(map(len, cells)) for cells in zip(titles, *rows, strict=True)]
    for row in (titles, tuple("-" * width for width in widths), *rows):
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _below_the_table(course: Course) -> Iterator[str]:
    yield from (f"{row.date:%a %d-%b-%Y}  {row.status}: {row.place}" for row in course.cancelled)
    yield ""
    yield from _total_lines(course)
    yield from _dispensing_lines(course)
    yield f"Times are in {course.plan.zone}."
    yield ""
    own = [row for row in course.rows if not row.companion] or course.rows
    for step in own[0].dose.steps if own else ():
        yield (
            f"{step.what:<22} {ordinary_spaces(step.value_text):<14} {step.why}  [{step.source}]"
        )
    yield ""


def _ledger_lines(course: Course) -> Iterator[str]:
    """Say of each fact that was entered which rules used it, and what it led to."""
    if not course.ledger:
        return
    yield ""
    yield "What was entered, and what used it:"
    for line in course.ledger:
        said = line.as_dict()
        yield f"  {said['fact']} {said['value']}: {said['used_by']}; led to {said['led_to']}"


def _total_lines(course: Course) -> Iterator[str]:
    for total in course.totals:
        name = next(row.drug_name for row in course.rows if row.drug == total.drug)
        doses = "1 dose" if total.doses == 1 else f"{total.doses:,} doses"
        lifetime = f"; in a lifetime {_text(total.lifetime)}" if total.lifetime is not None else ""
        yield (
            f"Total of {name}: {_text(total.course)} in {doses}, "
            f"at most {_text(total.most_in_a_day)} a day{lifetime}."
        )


def _dispensing_lines(course: Course) -> Iterator[str]:
    supply = dispensing(course)
    for row in supply.rows:
        waste = f", {_text(row.waste)} left over" if row.waste.magnitude else ""
        depends = f", only if {row.condition}" if row.condition else ""
        yield (
            f"To dispense: {row.drug_name}, {row.product}, {_text(row.strength)} x {row.count}, "
            f"{_text(row.total)} in all{waste}{depends}."
        )
    yield from (f"To dispense: {note}" for note in supply.notes)


def _text(value: Quantity) -> str:
    return show(value, _SHOWN_DIGITS)
