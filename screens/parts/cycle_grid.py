"""The course by cycles: a row for each cycle, a column for each day of it.

Days that hold the same in every cycle share a column where they follow each other evenly.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

import htpy as h

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from screens.marks import date_text, part_title, quiet, show_html, table, whole
from screens.parts.course_table import FARTHEST_APART, LEAST_RUN
from screens.parts.days_that_open import button_of, dose_of, each_of

# Of more columns than these the last would be cut off: each cycle is a list.
_MOST_COLUMNS = 6

Row = Administration | Occasion
# What stands in a day of a cycle: drug or procedure, amount, and what became of it.
Held = tuple[tuple[tuple[str, str, str], int], ...]


def show_cycles(course: Course, *, opens: bool) -> None:
    """Show each phase as a grid of its cycles and their days, in the order of the course.

    Args:
        course: what is shown.
        opens: whether each dose opens in its drawer.
    """
    phases: dict[tuple[int, str], list[Row]] = {}
    for row in sorted(course.every, key=lambda row: (row.date, row.time)):
        phases.setdefault((row.course_number, row.phase), []).append(row)
    for (number, phase), rows in phases.items():
        title = f"{phase}, course {number}" if number > 1 else phase
        show_html(part_title(title[:1].upper() + title[1:]), _grid(title, rows, opens=opens))
    show_html(quiet("A dose that was moved keeps its place here, with the day it now has."))


def _grid(title: str, rows: Sequence[Row], *, opens: bool) -> h.Renderable:
    cycles = _by_cycle(rows)
    columns = list(columns_of(rows))
    several = len({_name(row) for row in rows}) > 1
    head = ["", *(_days(days) for days in columns)]
    body: list[list[h.Node]] = [
        [
            f"Cycle {cycle}",
            *(
                _cell([row for day in days for row in held.get(day, [])], several, opens=opens)
                for days in columns
            ),
        ]
        for cycle, held in sorted(cycles.items())
    ]
    many = len(columns) > _MOST_COLUMNS
    return h.div(class_={"cycles": True, "opening": opens, "listed": many})[
        table(head, body, caption=f"Cycles and days: {title}")
    ]


def _by_cycle(rows: Sequence[Row]) -> dict[int, dict[int, list[Row]]]:
    cycles: dict[int, dict[int, list[Row]]] = {}
    for row in rows:
        cycles.setdefault(row.cycle, {}).setdefault(row.day, []).append(row)
    return cycles


def columns_of(rows: Sequence[Row]) -> Iterator[list[int]]:
    """Yield the days of each column: evenly apart, and of all that hold the same in every cycle.

    Two days are no run, unless one follows the other.
    """
    cycles = _by_cycle(rows)
    days = sorted({day for held in cycles.values() for day in held})
    what = {day: [_held(held.get(day, [])) for held in cycles.values()] for day in days}
    for _, alike in itertools.groupby(days, key=what.__getitem__):
        for run in _evenly_apart(list(alike)):
            if len(run) >= LEAST_RUN or run[-1] - run[0] < LEAST_RUN - 1:
                yield run
            else:
                yield from ([day] for day in run)


def _evenly_apart(days: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for day in days:
        apart = day - run[-1] if run else 0
        if apart > FARTHEST_APART or (len(run) > 1 and apart != run[-1] - run[-2]):
            yield run
            run = []
        run.append(day)
    yield run


def _held(rows: Sequence[Row]) -> Held:
    return tuple(sorted(Counter(map(_what, rows)).items()))


def _what(row: Row) -> tuple[str, str, str]:
    amount = show(row.dose.amount, SHOWN_DIGITS + 1) if isinstance(row, Administration) else ""
    return _name(row), amount, row.status


def _name(row: Row) -> str:
    return row.name if isinstance(row, Administration) else row.what


def _days(days: Sequence[int]) -> str:
    first, last, apart = days[0], days[-1], days[-1] - days[-2] if len(days) > 1 else 0
    if not apart:
        return f"Day {first}"
    return f"Days {first} to {last}" + (f", every {apart} days" if apart > 1 else "")


def _cell(rows: Sequence[Row], several: bool, *, opens: bool) -> h.Node:
    """Return what is given on a day, or on each of some days, and when that is."""
    if not rows:
        return ""
    found: dict[tuple[dt.date, dt.date], list[h.Node]] = {}
    for what, count in Counter(_what(row) for row in rows if row.day == rows[0].day).items():
        own = sorted((row for row in rows if _what(row) == what), key=lambda row: row.date)
        when = own[0].date, own[-1].date
        line = _line(*what, count, several=several)
        found.setdefault(when, []).append(h.div[_opening(line, own, what) if opens else line])
    return [[lines, h.div(".quiet")[_when(*when)]] for when, lines in found.items()]


def _when(first: dt.date, last: dt.date) -> h.Node:
    """Return the first and the last day, if it is another; six columns have no room for more."""
    days = [first] if first == last else [first, last]
    return [
        [" to " if at else "", f"{weekday} ", whole(date)]
        for at, (weekday, date) in enumerate(date_text(day).split(" ", 1) for day in days)
    ]


def _opening(line: h.Node, rows: Sequence[Row], what: tuple[str, str, str]) -> h.Node:
    doses = [dose_of(row) for row in rows]
    if len(doses) > 1:
        return [line, each_of(doses)]
    name, amount, status = what
    return button_of(doses[0], line, said=f"{amount} {name}, {status}".strip())


def _line(name: str, amount: str, status: str, count: int, *, several: bool) -> h.Node:
    times = f"{count} times " if count > 1 else ""
    dose: h.Node = [times, h.strong[whole(amount)]] if amount else None
    what: h.Node = name if several or not amount else None
    line = [dose, " " if dose and what else None, what]
    if status in ("omitted", "ceased", "stopped"):
        return [h.s[line], f", {status}"]
    return line if status == "planned" else [line, f", {status}"]
