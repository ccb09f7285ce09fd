"""A table of patients by columns, against a loop over their courses."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Iterator

from benchmarks.measure import Row, Side, best_times
from benchmarks.places import library
from schedules.cohort.doses import Doses
from schedules.cohort.expand import expand, expand_alone
from schedules.cohort.people import People
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow, Table
from schedules.course.course import Course

PATIENTS = 1_000
IN_THE_LOOP = 25
REGIMENS = ("rituximab-weekly", "immunoglobulin-5-days", "cyclophosphamide-monthly")
_FIRST = dt.date(2026, 11, 30)
_MADE_ON = dt.date(2026, 11, 20)
_ROUNDS, _SECONDS = 3, 8.0


def measure() -> Iterator[Row]:
    """Measure each regimen from typed rows to dated doses; the loop plans some of the patients."""
    for regimen in REGIMENS:
        order = TableOrder(regimen=regimen, made_on=_MADE_ON)
        rows = people_of(PATIENTS)
        by_columns = functools.partial(columns, order, rows)
        screen = Screen(order, library())
        people = screen.screen(Table.of(rows[:IN_THE_LOOP])).people
        some = functools.partial(loop, screen, people)
        doses = len(by_columns().date)
        sides = [
            Side(work=by_columns, calls=PATIENTS),
            Side(work=some, calls=IN_THE_LOOP),
        ]
        ours, theirs = best_times(sides, rounds=_ROUNDS, seconds=_SECONDS)
        what = f"{PATIENTS:,} patients of {regimen} by columns"
        yield Row(
            what=what,
            against="a loop over course: times as fast",
            value=theirs / ours,
            aim=100,
            at_least=True,
        )
        rate = doses / (ours * PATIENTS)
        yield Row(what=what, against="alone", value=rate, unit="rows/s")


def people_of(count: int) -> list[PatientRow]:
    """Return ordinary adults: 30 to 89 years, 60 to 89.9 kg, on the weekdays of four weeks."""
    days = [_FIRST + dt.timedelta(days=7 * week + day) for week in range(4) for day in range(5)]
    return [
        PatientRow(
            number + 2,
            {
                "label": f"{number:06}",
                "sex": ("male", "female")[number % 2],
                "age": f"{30 + number % 60} years",
                "weight": f"{60 + number * 7 % 300 / 10} kg",
                "height": f"{160 + number * 11 % 26} cm",
                "first_day": day.isoformat(),
            },
        )
        for number, day in zip(range(count), itertools.cycle(days), strict=False)
    ]


def columns(order: TableOrder, rows: list[PatientRow]) -> Doses:
    """Return the doses of all, from what was typed."""
    screen = Screen(order, library())
    return expand(screen, screen.screen(Table.of(rows)))


def loop(screen: Screen, people: People) -> list[Course]:
    """Return the same, one patient after the other."""
    return [expand_alone(screen, people, n) for n in range(len(people.table))]
