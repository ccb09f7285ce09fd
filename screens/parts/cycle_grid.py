"""The course by cycles: a row for each cycle, a column for each day of it.

Days that follow each other and hold the same in every cycle share a column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import htpy as h

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from screens.marks import date_text, part_title, quiet, show_html, table, whole
from screens.parts.days_that_open import button_of, dose_of, each_of

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
    cycles: dict[int, dict[int, list[Row]]] = {}
    for row in rows:
        cycles.setdefault(row.cycle, {}).setdefault(row.day, []).append(row)
    columns = list(_columns(cycles))
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
    return h.div(class_="cycles opening" if opens else "cycles")[
        table(head, body, caption=f"Cycles and days: {title}")
    ]


def _columns(cycles: Mapping[int, Mapping[int, Sequence[Row]]]) -> Iterator[list[int]]:
    """Yield the days of each column: days in a row that hold the same in every cycle."""
    column: list[int] = []
    last: list[Held] = []
    for day in sorted({day for held in cycles.values() for day in held}):
        now = [_held(held.get(day, [])) for held in cycles.values()]
        if column and (now != last or day != column[-1] + 1):
            yield column
            column = []
        column.append(day)
        last = now
    yield column


def _held(rows: Sequence[Row]) -> Held:
    return tuple(sorted(Counter(map(_what, rows)).items()))


def _what(row: Row) -> tuple[str, str, str]:
    amount = show(row.dose.amount, SHOWN_DIGITS + 1) if isinstance(row, Administration) else ""
    return _name(row), amount, row.status


def _name(row: Row) -> str:
    return row.name if isinstance(row, Administration) else row.what


def _days(days: Sequence[int]) -> str:
    return f"Day {days[0]}" if len(days) == 1 else f"Days {days[0]} to {days[-1]}"


def _cell(rows: Sequence[Row], several: bool, *, opens: bool) -> h.Node:
    """Return what is given on a day, or on each of some days, and when that is."""
    if not rows:
        return ""
    found: dict[str, list[h.Node]] = {}
    for what, count in Counter(_what(row) for row in rows if row.day == rows[0].day).items():
        own = sorted((row for row in rows if _what(row) == what), key=lambda row: row.date)
        when = date_text(own[0].date)
        if own[-1].date > own[0].date:
            when += f" to {date_text(own[-1].date)}"
        line = _line(*what, count, several=several)
        found.setdefault(when, []).append(h.div[_opening(line, own, what) if opens else line])
    return [[lines, h.div(".quiet")[when]] for when, lines in found.items()]


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
