"""Runs: what is equal at equal distances, such as doses at home, which a paper prints in a line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from dosing.calculation.packs import Packs
from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS
from dosing.units import plain, show
from schedules.course.course import Course
from schedules.course.rows import Administration, Dated, Occasion

# Fewer are told one by one.
_FEWEST = 3
_WEEK, _MONTH = 7, 31
_FIGURES = {1: "each day", 2: "every second day", 3: "every third day"}


_Row = TypeVar("_Row", bound=Dated)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Repeats(Generic[_Row]):
    """What is alike in a course, each as many days after the last as the next one after it."""

    rows: tuple[_Row, ...]

    @property
    def first(self) -> _Row:
        """Return the first one, which all others equal."""
        return self.rows[0]

    @property
    def last_day(self) -> dt.date:
        """Return the day of the last one."""
        return self.rows[-1].date

    @property
    def every(self) -> str:
        """Return on which days it is: every second day."""
        days = (self.rows[1].date - self.first.date).days
        if days == _WEEK:
            return f"each {self.first.date:%A}"
        return _FIGURES.get(days, f"every {days} days")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Run(Repeats[Administration]):
    """Equal doses of one medicine."""

    @property
    def dose_text(self) -> str:
        """Return the amount of each dose."""
        return show(self.first.dose.amount, SHOWN_DIGITS + 1)


def find_runs(course: Course) -> list[Run]:
    """Return the runs of a course, in the order of their first days.

    What is taken at home is what a calendar writes as runs: what is swallowed.
    """
    swallowed = [row for row in course.rows if row.route == "oral"]
    return [Run(rows=rows) for rows in _repeated(swallowed, _alike, most_apart=_WEEK)]


def find_repeated_reviews(course: Course) -> list[Repeats[Occasion]]:
    """Return the reviews that are held again and again, in the order of their first days."""
    reviews = [one for one in course.occasions if one.kind == "review"]
    return [Repeats(rows=rows) for rows in _repeated(reviews, _same_review, most_apart=_MONTH)]


def _repeated(
    rows: Sequence[_Row], alike: Callable[[_Row], object], *, most_apart: int
) -> Iterator[tuple[_Row, ...]]:
    """Yield what is alike at equal distances, three or more of it."""
    open_runs: dict[object, list[_Row]] = {}
    found: list[list[_Row]] = []
    for row in sorted(rows, key=lambda row: (row.date, row.time)):
        run = open_runs.get(alike(row))
        if run is not None and _continues(run, row, most_apart):
            run.append(row)
        else:
            found.append([row])
            open_runs[alike(row)] = found[-1]
    return (tuple(run) for run in found if len(run) >= _FEWEST)


def _same_review(one: Occasion) -> object:
    return one.course_number, one.phase, one.what, one.time, one.condition, one.state, one.outcome


def _alike(row: Administration) -> object:
    medicine = (row.course_number, row.phase, row.item, row.n, row.time)
    return (*medicine, *_what_is_taken(row))


def _what_is_taken(row: Administration) -> tuple[str, ...]:
    tablets = row.tablets.made_of if row.tablets else ""
    return row.drug, plain(row.dose.amount), tablets, row.condition, row.state


def _continues(run: Sequence[Dated], row: Dated, most_apart: int) -> bool:
    """Return whether a row is as far from the last of a run as that from the one before it."""
    distance = row.date - run[-1].date
    if len(run) == 1:
        return distance <= dt.timedelta(days=most_apart)
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
