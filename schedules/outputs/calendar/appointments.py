"""Which appointments a calendar of the course holds, and how often each of them has changed.

An appointment is a dose, a run of equal doses by mouth, a procedure or a review. Its identity comes
from the rows that it stands for, never from their dates, and tells nothing to a reader.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import TypeAlias
from zoneinfo import ZoneInfo

from dosing.trace import SHOWN_DIGITS
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from schedules.course.visit import time_visit
from schedules.knowledge.site import CalendarChoice

Rows: TypeAlias = tuple[Administration | Occasion, ...]

_ONE_DAY = dt.timedelta(days=1)
_UID_FIGURES = 32


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """An event of the calendar. ``state`` is the course after the ``change`` that last altered it.

    ``change`` counts from 1; 0 is the plan itself. ``sequence`` says how often it has changed.
    """

    rows: Rows
    cancelled: bool
    sequence: int
    change: int
    state: Course

    @property
    def is_run(self) -> bool:
        """Tell whether it stands for several equal doses, one a day."""
        return len(self.rows) > 1

    @property
    def uid(self) -> str:
        """Give its UID, which stays with the row wherever it moves."""
        return _uid(self.rows)

    @property
    def title(self) -> str:
        """Put the dose first: phones cut what comes later."""
        return _title(self.rows)

    @property
    def start(self) -> dt.datetime | dt.date:
        """Give the day of a run, otherwise the instant at which the person arrives, in UTC."""
        first = self.rows[0]
        if self.is_run:
            return first.date
        return time_visit(first, ZoneInfo(self.state.plan.zone)).arrives.astimezone(dt.UTC)

    @property
    def stamp(self) -> dt.datetime:
        """Give the instant of its last change; the plan itself counts from midnight of its day."""
        if self.change:
            return self.state.plan.changes[-1].when
        return dt.datetime.combine(self.state.plan.made_on, dt.time(), tzinfo=dt.UTC)


def appointments(course: Course, choice: CalendarChoice | None = None) -> list[Appointment]:
    """Follow every appointment from the plan through each change, so that a calendar is repaired.

    One that changed, and no other, has a higher sequence. One that is no longer there, as a run of
    doses that now begins elsewhere, is cancelled: some calendar may hold it.

    Args:
        course: the course as it stands.
        choice: oral doses singly or as runs, tests as events or not; the plan's if not given.
    """
    choice = choice or course.plan.site.calendar
    known: dict[str, Appointment] = {}
    for change, state in enumerate(course.states):
        now = {_uid(rows): rows for rows in _grouped(state, choice)}
        for uid, rows in now.items():
            was, gone = known.get(uid), not rows[0].live
            if was is None or gone != was.cancelled or _as_seen(rows) != _as_seen(was.rows):
                known[uid] = Appointment(
                    rows=rows,
                    cancelled=gone,
                    sequence=was.sequence + 1 if was else 0,
                    change=change,
                    state=state,
                )
        for uid, was in known.items():
            if uid not in now and not was.cancelled:
                known[uid] = dataclasses.replace(
                    was, cancelled=True, sequence=was.sequence + 1, change=change, state=state
                )
    return sorted(known.values(), key=lambda one: _place_in_time(one.rows))


def _grouped(course: Course, choice: CalendarChoice) -> Iterator[Rows]:
    """Group consecutive equal oral doses into runs, if chosen; every other dose stands alone."""
    open_runs: dict[tuple[int, str, int, str, int], list[Administration]] = {}
    order: list[list[Administration]] = []
    for row in course.rows:
        key = (row.course_number, row.phase, row.cycle, row.item, row.n)
        run = open_runs.get(key)
        by_mouth = choice.oral == "run" and row.route == "oral"
        if (
            by_mouth
            and run is not None
            and row.date - run[-1].date == _ONE_DAY
            and (row.time, row.dose.amount) == (run[-1].time, run[-1].dose.amount)
        ):
            run.append(row)
            continue
        started = [row]
        order.append(started)
        if by_mouth:
            open_runs[key] = started
    found: list[Rows] = [tuple(group) for group in order]
    found += [(other,) for other in (*course.occasions, *course.cancelled)]
    found += [(one,) for one in course.tests_and_decisions if choice.watch == "event"]
    yield from sorted(found, key=_place_in_time)


def _uid(rows: Rows) -> str:
    identity = rows[0].id + ("/run" if len(rows) > 1 else "")
    return hashlib.sha256(identity.encode()).hexdigest()[:_UID_FIGURES] + "@posology"


def _title(rows: Rows) -> str:
    row = rows[0]
    depends = f" - ONLY IF {row.condition}" if row.condition else ""
    if isinstance(row, Occasion):
        return f"{row.what}{depends}"
    each_day = ", each day" if len(rows) > 1 else ""
    dose = f"{show(row.dose.amount, SHOWN_DIGITS + 1)} {row.drug_name}, {row.route}"
    return f"{dose}{each_day}{depends}"


def _as_seen(rows: Rows) -> tuple[object, ...]:
    """Give what a person sees of an appointment in a calendar."""
    first, last = rows[0], rows[-1]
    shown = (first.date, first.time, first.length, first.before, first.after, last.date)
    return (_title(rows), *shown, first.state)


def _place_in_time(rows: Rows) -> tuple[dt.date, dt.time]:
    return rows[0].date, rows[0].time
