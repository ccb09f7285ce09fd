"""The appointments that a calendar holds of a course, and how often each has changed.

An appointment is a dose, a run of equal oral doses, a procedure or a review. Its UID comes from the
rows it stands for, never from their dates, and tells a reader nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Collection, Iterator
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
_OF_OURS = "@posology"
# Calendar programs break no line at a no-break space, and find nothing that is typed with another.
_ORDINARY_SPACES = str.maketrans("\u00a0\u202f", "  ")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """An event of the calendar.

    ``change`` is the number of the change that last altered it (1 is the first, 0 the plan itself),
    ``state`` the course after that change, ``sequence`` how often it has been altered.
    """

    rows: Rows
    cancelled: bool
    sequence: int
    change: int
    state: Course

    @property
    def is_run(self) -> bool:
        """Return whether it stands for several equal doses, one a day."""
        return len(self.rows) > 1

    @property
    def at_home(self) -> bool:
        """Return whether the patient takes it at home, as tablets are taken."""
        row = self.rows[0]
        return isinstance(row, Administration) and row.route == "oral"

    @property
    def depends(self) -> bool:
        """Return whether it takes place only if something comes true."""
        return bool(self.rows[0].condition)

    @property
    def key(self) -> str:
        """Return what it is told by, which stays with the row wherever it moves."""
        return _key(self.rows)

    def uid(self, *, discreet: bool) -> str:
        """Return its UID in a clinical calendar, or in a discreet one, which names no program."""
        return self.key if discreet else f"{self.key}{_OF_OURS}"

    @property
    def title(self) -> str:
        """Return its title: what it depends on, then the dose, then the drug."""
        return _title(self.rows)

    @property
    def start(self) -> dt.datetime | dt.date:
        """Return the first day of a run, otherwise the instant (UTC) of the patient's arrival."""
        first = self.rows[0]
        if self.is_run:
            return first.date
        return time_visit(first, ZoneInfo(self.state.plan.zone)).arrives.astimezone(dt.UTC)

    @property
    def stamp(self) -> dt.datetime:
        """Return the instant of its last change; of the plan itself, midnight of its day in UTC.

        It never lies before that of an earlier change, whatever clock that was taken from.
        """
        plan = self.state.plan
        made = dt.datetime.combine(plan.made_on, dt.time(), tzinfo=dt.UTC)
        return max((made, *(change.when for change in plan.changes)))


def list_appointments(course: Course, choice: CalendarChoice | None = None) -> list[Appointment]:
    """Return every appointment of the plan and its changes, so that a calendar is repaired.

    The sequence rises for one that changed, and for no other. One that is gone, as a run of doses
    that now begins elsewhere, is cancelled: some calendar may hold it.

    Args:
        course: the course as it stands.
        choice: oral doses singly or as runs, tests as events or not; the plan's if not given.
    """
    *_, last = appointments_in_each_state(course, choice)
    return sorted(last, key=lambda appointment: _place_in_time(appointment.rows))


def appointments_in_each_state(
    course: Course, choice: CalendarChoice | None = None
) -> Iterator[Collection[Appointment]]:
    """Yield every appointment of the plan, then those after each change: one view that moves on.

    Args:
        course: the course as it stands.
        choice: as for ``list_appointments``.
    """
    choice = choice or course.plan.site.calendar
    latest: dict[str, Appointment] = {}
    for change, state in enumerate(course.states):
        now = {_key(rows): rows for rows in _group_rows(state, choice)}
        # One that is no longer there is cancelled with the rows that it had.
        gone = {key: before.rows for key, before in latest.items() if key not in now}
        for key, rows in (now | gone).items():
            before, cancelled = latest.get(key), key in gone or not rows[0].live
            if before is None or _differs(before, rows, state, cancelled=cancelled):
                latest[key] = Appointment(
                    rows=rows,
                    cancelled=cancelled,
                    sequence=before.sequence + 1 if before else 0,
                    change=change,
                    state=state,
                )
        yield latest.values()


def results_before(course: Course, rows: Rows) -> list[str]:
    """Return what is known of the tests that decide on the first dose of an appointment.

    A result that is too old for it is left out: it changes nothing, and would alter each event.
    """
    states = (
        state.without_result if state.verdict == "too old" else state
        for state in course.gate_states.get(rows[0].id, ())
    )
    return [str(state) for state in states if state.is_told]


def _differs(before: Appointment, rows: Rows, state: Course, *, cancelled: bool) -> bool:
    if cancelled != before.cancelled:
        return True
    if results_before(before.state, before.rows) != results_before(state, rows):
        return True
    # States share the rows that did not change.
    return rows != before.rows and _visible(rows) != _visible(before.rows)


def _group_rows(course: Course, choice: CalendarChoice) -> list[Rows]:
    """Group consecutive equal oral doses into runs, if chosen; every other row stands alone."""
    runs: dict[tuple[int, str, int, str, int], list[Administration]] = {}
    groups: list[list[Administration]] = []
    for row in course.rows:
        key = (row.course_number, row.phase, row.cycle, row.item, row.n)
        run = runs.get(key)
        if run is not None and _continues(run[-1], row):
            run.append(row)
            continue
        groups.append([row])
        if choice.oral == "run" and row.route == "oral":
            runs[key] = groups[-1]
    alone = [*course.occasions, *course.cancelled]
    alone += course.tests_and_decisions if choice.watch == "event" else ()
    return sorted([*map(tuple, groups), *((row,) for row in alone)], key=_place_in_time)


def _continues(last: Administration, row: Administration) -> bool:
    """Return whether an oral dose is the next day's dose of the same run."""
    same = (row.time, row.dose.amount) == (last.time, last.dose.amount)
    return row.route == "oral" and row.date - last.date == _ONE_DAY and same


def key_of(uid: str) -> str:
    """Return what an appointment of ours is told by, from its UID in a calendar of either kind."""
    return uid.removesuffix(_OF_OURS)


def _key(rows: Rows) -> str:
    identity = rows[0].id + ("/run" if len(rows) > 1 else "")
    return hashlib.sha256(identity.encode()).hexdigest()[:_UID_FIGURES]


def _title(rows: Rows) -> str:
    row = rows[0]
    # A phone cuts what comes later; a dose must not be read without what it depends on.
    depends = f"ONLY IF {row.condition}: " if row.condition else ""
    if isinstance(row, Occasion):
        return f"{depends}{row.what}".translate(_ORDINARY_SPACES)
    each_day = ", each day" if len(rows) > 1 else ""
    dose = f"{show(row.dose.amount, SHOWN_DIGITS + 1)} {row.name}, {row.route}"
    return f"{depends}{dose}{each_day}".translate(_ORDINARY_SPACES)


def _visible(rows: Rows) -> tuple[object, ...]:
    """Return what a person sees of an appointment in a calendar."""
    first, last = rows[0], rows[-1]
    times = (first.date, first.time, first.length, first.before, first.after, last.date)
    found = first.outcome if isinstance(first, Occasion) and first.branches else ""
    return (_title(rows), *times, first.state, found)


def _place_in_time(rows: Rows) -> tuple[dt.date, dt.time]:
    return rows[0].date, rows[0].time
