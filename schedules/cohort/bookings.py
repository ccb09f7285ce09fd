"""The visits of a ward that a schedule may move: on which days each may lie, and which go together.

Windows, least gaps and hours in the chair are asked of the course; nothing is decided here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from dosing.plausibility import PLAUSIBLE
from schedules.cohort.demand import ClinicDay, Days, WardCourse, clinic_days
from schedules.course.closed_days import window_allows
from schedules.course.course import Course
from schedules.course.drift import check_gap
from schedules.course.rows import Administration, Occasion, replaced
from schedules.knowledge.capacity import steps_of
from schedules.knowledge.medicine import Medicine

_DAY = dt.timedelta(days=1)
_FARTHEST_DAYS = PLAUSIBLE.closed_days.farthest_days


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What one plan has at the clinic on one day: it moves together, or stays where it ``stands``.

    ``days`` are those that its windows allow, in their order; where it cannot move, that on which
    it stands, and ``why_fixed`` says why. ``planned_on`` is the day of its regimen. ``steps`` are
    the quarters of an hour in the chair, ``doses`` what the pharmacy prepares. What lies ``beyond``
    the days that are scheduled takes no room; it moves only where an earlier visit drives it on.
    """

    name: str
    places: tuple[str, ...]
    stands: dt.date
    planned_on: dt.date
    days: tuple[dt.date, ...]
    steps: int
    doses: int
    drugs: frozenset[str]
    why_fixed: str = ""
    beyond: bool = False

    @property
    def text(self) -> str:
        """Return which visit it is, and when it may take place."""
        first, last = self.days[0], self.days[-1]
        days = f"{first:%a %d-%b-%Y}" + (f" to {last:%a %d-%b-%Y}" if last != first else "")
        return f"{self.name}, {'; '.join(self.places)}: {self.why_fixed or 'its window'}, {days}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Two visits with doses of one medicine that follow each other, and the days that fit together.

    ``before`` and ``after`` are their numbers among the bookings of the ward; None is a dose that
    stays where it is.
    """

    before: int | None
    after: int | None
    fitting: frozenset[tuple[dt.date, dt.date]]
    text: str


def find_bookings(courses: Sequence[WardCourse], between: Days) -> tuple[list[Booking], list[Gap]]:
    """Return the visits of all courses from a first day on, and what holds between them.

    Those that stand between the two days stay between them.
    """
    to_come = Days(between.first, dt.date.max)
    bookings: list[Booking] = []
    gaps: list[Gap] = []
    for one in courses:
        own = [_booking(one.course, day, between) for day in clinic_days(one, to_come)]
        own.sort(key=lambda booking: booking.stands)
        numbers = {
            place: number
            for number, booking in enumerate(own, len(bookings))
            for place in booking.places
        }
        bookings += own
        gaps += _gaps(one, numbers, bookings)
    return bookings, gaps


def _booking(course: Course, day: ClinicDay, between: Days) -> Booking:
    rows = day.all_of_it
    given = [row for row in rows if isinstance(row, Administration)]
    decisive = [row for row in rows if not (isinstance(row, Administration) and row.companion)]
    deciding = decisive or list(rows)
    places = tuple(dict.fromkeys(row.place for row in rows))
    why_fixed, days = _why_fixed(course, day, places, deciding), [day.date]
    beyond = day.date > between.last
    if not why_fixed:
        near = (day.date + n * _DAY for n in range(-_FARTHEST_DAYS, _FARTHEST_DAYS + 1))
        allowed = [to for to in near if to == day.date or _may_move(course, deciding, to)]
        days = [to for to in allowed if (to > between.last if beyond else between.holds(to))]
        why_fixed = "its window allows no other of these days" if len(days) == 1 else ""
    return Booking(
        name=day.name,
        places=places,
        stands=day.date,
        planned_on=deciding[0].planned_on,
        days=tuple(days),
        steps=steps_of(day.chair),
        doses=sum(not row.companion for row in given),
        drugs=frozenset(row.drug for row in given),
        why_fixed=why_fixed,
        beyond=beyond,
    )


def _why_fixed(
    course: Course,
    day: ClinicDay,
    places: tuple[str, ...],
    deciding: Iterable[Administration | Occasion],
) -> str:
    """Return why a visit stays where it is; nothing where its windows may let it move."""
    windows = [one for one in deciding if _has_window(course, one)]
    doses = [one for one in deciding if isinstance(one, Administration)]
    if not windows or any(not _has_window(course, dose) for dose in doses):
        return "no window is stated"
    everything = [*course.rows, *course.occasions]
    if any(row.place in places and row.date != day.date for row in everything if not row.at_home):
        return "what goes with it has another day"
    return ""


def _has_window(course: Course, one: Administration | Occasion) -> bool:
    if isinstance(one, Occasion):
        return one.window is not None
    medicine = medicine_of(course, one)
    return medicine is not None and medicine.window is not None


def _may_move(course: Course, deciding: Sequence[Administration | Occasion], to: dt.date) -> bool:
    """Return whether every window lets a visit lie on a day; a procedure goes with its dose."""
    for one in deciding:
        days = (to - one.planned_on).days
        if isinstance(one, Administration):
            medicine = medicine_of(course, one)
            if days and (medicine is None or not window_allows(medicine.window, days)):
                return False
        elif one.window is not None:
            early, late = one.window.most
            if not -early <= days <= late:
                return False
    return True


def medicine_of(course: Course, row: Administration) -> Medicine | None:
    """Return the medicine of the regimen that a dose is of."""
    regimen = course.regimens[row.course_number - 1]
    return next(
        (
            medicine
            for phase in regimen.phases
            if phase.name == row.phase
            for medicine in phase.medicines
            if medicine.name == row.item and medicine.companion == row.companion
        ),
        None,
    )


def _gaps(
    one: WardCourse, numbers: Mapping[str, int], bookings: Sequence[Booking]
) -> Iterator[Gap]:
    """Yield what the course says of doses that follow each other, of which one may move."""
    by_medicine: dict[tuple[int, str], dict[dt.date, Administration]] = {}
    for row in sorted(one.course.rows, key=lambda row: (row.date, row.time)):
        medicine = medicine_of(one.course, row)
        if row.live and medicine is not None and medicine.window is not None:
            key = row.course_number, row.item
            by_medicine.setdefault(key, {}).setdefault(row.date, row)
    for (number, _), days in by_medicine.items():
        for before, after in pairwise(days.values()):
            first, second = (_number_of(row, numbers, bookings) for row in (before, after))
            if (first, second) == (None, None) or first == second:
                continue
            fitting = frozenset(
                (a, b)
                for a in _days_of(first, before, bookings)
                for b in _days_of(second, after, bookings)
                if (a, b) == (before.date, after.date)
                or _fit(one.course, number, (before, after), (a, b))
            )
            text = f"{one.name}, {before.place} and {after.place}: their window and least gap"
            yield Gap(before=first, after=second, fitting=fitting, text=text)


def _number_of(
    row: Administration, numbers: Mapping[str, int], bookings: Sequence[Booking]
) -> int | None:
    number = numbers.get(row.place)
    if number is None or row.state != "planned" or bookings[number].stands != row.date:
        return None
    return number


def _days_of(
    number: int | None, row: Administration, bookings: Sequence[Booking]
) -> tuple[dt.date, ...]:
    return (row.date,) if number is None else bookings[number].days


def _fit(
    course: Course,
    number: int,
    doses: tuple[Administration, Administration],
    days: tuple[dt.date, dt.date],
) -> bool:
    """Return whether the course finds nothing against two doses on these days."""
    medicine = medicine_of(course, doses[1])
    if days[1] <= days[0] or medicine is None or medicine.window is None:
        return False
    before, after = (
        replaced(dose, date=day, original_date=dose.planned_on)
        for dose, day in zip(doses, days, strict=True)
    )
    return not any(check_gap(medicine.window, before, after, course.regimens[number - 1]))
