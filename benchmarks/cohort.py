"""A table of patients by columns, against a loop over their courses and against other engines."""

from __future__ import annotations

import datetime as dt
import functools
import io
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measure import Duel, Row, Side, best_times
from benchmarks.places import library
from schedules.cohort.doses import DaysWritten, Doses, Rows
from schedules.cohort.expand import expand, expand_alone
from schedules.cohort.packs_by_day import count_packs
from schedules.cohort.parquet import ParquetFile
from schedules.cohort.people import People
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow, PatientTable
from schedules.cohort.texts import Lines, lines_of
from schedules.course.course import Course

PATIENTS, MANY = 1_000, 100_000
IN_THE_LOOP = 25
REGIMENS = ("rituximab-weekly", "immunoglobulin-5-days", "cyclophosphamide-monthly")
_FIRST = dt.date(2026, 11, 30)
_MADE_ON = dt.date(2026, 11, 20)
_ROUNDS, _SECONDS = 25, 8.0


def measure() -> Iterator[Row]:
    """Measure each regimen from typed rows to dated doses, then each stage beside its peer."""
    for regimen in REGIMENS:
        order = TableOrder(regimen=regimen, made_on=_MADE_ON)
        rows = people_of(PATIENTS)
        by_columns = functools.partial(dated_anew, order, rows)
        screen = Screen(order, library())
        people = screen.screen(PatientTable.of(rows[:IN_THE_LOOP])).people
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
    yield from _measure_mixed()
    yield from _measure_stages()


def _measure_mixed() -> Iterator[Row]:
    """Measure a table of which each row names one of three regimens: a first one, and a further.

    What is planned for a class of the first block is kept for all blocks after it.
    """
    rows = people_of(PATIENTS)
    orders = [TableOrder(regimen=regimen, made_on=_MADE_ON) for regimen in REGIMENS]
    tables = [(order, rows[n :: len(orders)]) for n, order in enumerate(orders)]
    screens = [(Screen(order, library()), own) for order, own in tables]
    some = [
        (screen, screen.screen(PatientTable.of(own[:IN_THE_LOOP])).people)
        for screen, own in screens
    ]
    sides = [
        Side(work=lambda: [dated_anew(*one) for one in tables], calls=PATIENTS),
        Side(work=lambda: [columns(*one).in_rows() for one in screens], calls=PATIENTS),
        Side(work=lambda: [loop(*one) for one in some], calls=IN_THE_LOOP * len(some)),
    ]
    *ours, theirs = best_times(sides, rounds=_ROUNDS, seconds=_SECONDS)
    for which, own in zip(("a first block", "a further block"), ours, strict=True):
        yield Row(
            what=f"{PATIENTS:,} patients of {len(orders)} regimens by columns, {which}",
            against="a loop over course: times as fast",
            value=theirs / own,
            aim=100,
            at_least=True,
        )


def _measure_stages() -> Iterator[Row]:
    """Measure what is done once the amounts are known, for many patients."""
    order = TableOrder(regimen=REGIMENS[0], made_on=_MADE_ON)
    doses = columns(Screen(order, library()), people_of(MANY))
    rows = doses.in_rows()
    each = sum(column.nbytes for column in (rows.date, rows.kind, rows.amount, rows.person))
    what = f"{len(rows.date):,} doses of {MANY:,} patients"
    yield Row(what=what, against="alone", value=each / len(rows.date), aim=24, unit="B/row")
    yield Duel(
        what=f"{what} in rows",
        against="NumPy, four columns",
        ours=functools.partial(expanded, doses),
        theirs=functools.partial(by_numpy, rows),
        aim=1.5,
    ).row()
    yield packs_of(doses).row()
    lines = lines_of(doses, DaysWritten())
    frame = frame_of(lines)
    with tempfile.TemporaryDirectory() as folder:
        yield Duel(
            what=f"{what} to Parquet",
            against="polars, the same columns",
            ours=functools.partial(written, lines, Path(folder) / "ours.parquet"),
            theirs=lambda: frame.write_parquet(io.BytesIO()),
            aim=1.3,
        ).row()


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


def dated_anew(order: TableOrder, rows: list[PatientRow]) -> Rows:
    """Return the dated doses of all, from what was typed."""
    return columns(Screen(order, library()), rows).in_rows()


def columns(screen: Screen, rows: list[PatientRow]) -> Doses:
    """Return the doses for an order that may have been used before, not yet in rows."""
    return expand(screen, screen.screen(PatientTable.of(rows)))


def loop(screen: Screen, people: People) -> list[Course]:
    """Return the same, one patient after the other."""
    return [expand_alone(screen, people, n) for n in range(len(people.table))]


def packs_of(doses: Doses) -> Duel:
    """Compare the packs of each day, named, with how many get each amount on each day."""
    rows = doses.in_rows()
    return Duel(
        what=f"packs by day of {len(rows.date):,} doses of {len(rows.count):,} patients",
        against="NumPy, counted without rows",
        ours=lambda: list(count_packs(doses, DaysWritten(), library()).lines()),
        theirs=functools.partial(counted_by_numpy, rows),
        aim=1.5,
    )


def expanded(doses: Doses) -> object:
    """Return the four columns in the order of the patients."""
    rows = doses.in_rows()
    return rows.person, rows


def by_numpy(rows: Rows) -> object:
    """Return four columns of as many doses: of one regimen that nothing moves, and no more."""
    width = int(rows.count[0])
    first, amount = rows.date[::width], rows.amount[::width]
    offsets = np.arange(0, 7 * width, 7, dtype=np.int32)
    return (
        np.repeat(np.arange(len(first), dtype=np.int32), width),
        (first[:, np.newaxis] + offsets).ravel(),
        np.tile(np.arange(width, dtype=np.int32), len(first)),
        np.repeat(amount, width),
    )


def counted_by_numpy(rows: Rows) -> object:
    """Return how many of each amount begin on each day: from the patients, without their doses."""
    width = int(rows.count[0])
    first, amount = rows.date[::width], rows.amount[::width]
    _, number = np.unique(amount, return_inverse=True)
    days = int(first.max() - first.min()) + 1
    begun = np.bincount(number * days + (first - first.min()), minlength=(number.max() + 1) * days)
    whole = np.zeros((int(number.max()) + 1, days + 7 * width), dtype=np.int64)
    for week in range(width):
        whole[:, 7 * week : 7 * week + days] += begun.reshape(-1, days)
    return whole


def frame_of(lines: Lines) -> pl.DataFrame:
    """Return the same columns for polars, with texts as it keeps them."""
    series: dict[str, object] = {}
    for name, column in lines.columns().items():
        if isinstance(column, tuple):
            texts, which = column
            series[name] = pl.Series(texts, dtype=pl.String).gather(which)
        else:
            series[name] = column
    return pl.DataFrame(series)


def written(lines: Lines, path: Path) -> None:
    """Write the doses of a block as Parquet."""
    with ParquetFile(path) as file:
        file.write(lines.columns())
