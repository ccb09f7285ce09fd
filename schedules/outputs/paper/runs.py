"""Runs: equal doses taken at home at equal distances, which a paper prints in one line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from dosing.calculation.packs import Packs
from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS
from dosing.units import plain, show
from schedules.course.course import Course
from schedules.course.rows import Administration

# Fewer are told one by one.
_FEWEST = 3
_WEEK = 7
_FIGURES = {1: "each day", 2: "every second day", 3: "every third day"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Equal doses of one medicine, each as many days after the last as the next one after it."""

    rows: tuple[Administration, ...]

    @property
    def first(self) -> Administration:
        """Return the first dose, which all others equal."""
        return self.rows[0]

    @property
    def last_day(self) -> dt.date:
        """Return the day of the last dose."""
        return self.rows[-1].date

    @property
    def every(self) -> str:
        """Return on which days it is taken: every second day."""
        days = (self.rows[1].date - self.first.date).days
        if days == _WEEK:
            return f"each {self.first.date:%A}"
        return _FIGURES.get(days, f"every {days} days")

    @property
    def dose_text(self) -> str:
        """Return the amount of each dose."""
        return show(self.first.dose.amount, SHOWN_DIGITS + 1)


def find_runs(course: Course) -> list[Run]:
    """Return the runs of a course, in the order of their first days.

    What is taken at home is what a calendar writes as runs: what is swallowed.
    """
    open_runs: dict[object, list[Administration]] = {}
    found: list[list[Administration]] = []
    for row in sorted(course.rows, key=lambda row: (row.date, row.time)):
        if row.route != "oral":
            continue
        run = open_runs.get(_alike(row))
        if run is not None and _continues(run, row):
            run.append(row)
        else:
            found.append([row])
            open_runs[_alike(row)] = found[-1]
    return [Run(rows=tuple(rows)) for rows in found if len(rows) >= _FEWEST]


def _alike(row: Administration) -> object:
    medicine = (row.course_number, row.phase, row.item, row.n, row.time)
    return (*medicine, *_what_is_taken(row))


def _what_is_taken(row: Administration) -> tuple[str, ...]:
    tablets = row.tablets.made_of if row.tablets else ""
    return row.drug, plain(row.dose.amount), tablets, row.condition, row.state


def _continues(run: Sequence[Administration], row: Administration) -> bool:
    """Return whether a dose is as far from the last of a run as that from the one before it."""
    distance = row.date - run[-1].date
    if len(run) == 1:
        return distance <= dt.timedelta(days=_WEEK)
    return distance == run[-1].date - run[-2].date


def at_once(runs: Sequence[Run]) -> Iterator[tuple[Run, list[str]]]:
    """Yield each run with its times of day: those that differ in nothing else are one."""
    times: dict[tuple[object, ...], list[str]] = {}
    first: dict[tuple[object, ...], Run] = {}
    for run in runs:
        key = (*_what_is_taken(run.first), *(row.date for row in run.rows))
        first.setdefault(key, run)
        times.setdefault(key, []).append(f"{run.first.time:%H:%M}")
    for key, run in first.items():
        yield run, sorted(times[key])


def made_of(run: Run, drug: Drug) -> str:
    """Return what makes up a dose: 2 tablets of 25 mg and 4 of 5 mg; "" where nothing is known."""
    row = run.first
    if row.tablets is None:
        return ""
    forms = {one.form for one in drug.products if one.solid and row.route in one.routes}
    if len(forms) != 1:
        return row.tablets.made_of
    return tablets_in_words(row.tablets, forms.pop())


def tablets_in_words(packs: Packs, form: str) -> str:
    """Return what makes up a dose: 1 tablet of 5 mg and half a tablet of 5 mg."""
    parts = []
    for strength, count in packs.counts:
        if strength in packs.halves:
            halves = f"half a {form}" if count == 1 else f"{count} halves of a {form}"
            parts.append(f"{halves} of {show(strength * 2)}")
        else:
            forms = f" {form}{'' if count == 1 else 's'}" if not parts else ""
            parts.append(f"{count}{forms} of {show(strength)}")
    return " and ".join(parts)
