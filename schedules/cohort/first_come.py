"""Schedules as a desk books them: one visit after another, and none is moved for a later one.

``AT_THE_DESK`` takes people in the order in which they came, each with all their visits, and puts
a visit at the earliest opportunity on the free day nearest to its own; overtime where no day of its
window is free. The order and the earliest opportunity are those of Hesaraki, Dellaert and de Kok
(2022), doi 10.1007/s10729-022-09616-1; the nearest day before overtime is ours. ``OWN_DAY`` is the
same desk, which takes overtime on the visit's own day before another day.
``CHEAPEST`` takes the visits in the order of their days, and gives each the day that costs least,
which no desk adds up.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from schedules.cohort.bookings import Booking, Gap
from schedules.cohort.dates import Question
from schedules.cohort.room import DayUse, VisitNeed


@dataclasses.dataclass(frozen=True, slots=True)
class Opening:
    """A day on which a visit has room, from when on, what it costs, and the overtime it takes."""

    booking: Booking
    day: dt.date
    begin: int
    ticks: int
    late: int


@dataclasses.dataclass(frozen=True, slots=True)
class BookingRule:
    """In which order visits are taken, and which opening each takes: the least by a key."""

    turn: Callable[[Booking, int], tuple[Any, ...]]
    choice: Callable[[Opening], tuple[Any, ...]]


def _nearest(opening: Opening) -> tuple[Any, ...]:
    stands = opening.booking.stands
    return opening.late > 0, abs((opening.day - stands).days), opening.day < stands


def _nearest_even_late(opening: Opening) -> tuple[Any, ...]:
    late, *away = _nearest(opening)
    return *away, late


def _one_person_after_another(booking: Booking, came: int) -> tuple[Any, ...]:
    return came, booking.stands


AT_THE_DESK = BookingRule(_one_person_after_another, _nearest)
OWN_DAY = BookingRule(_one_person_after_another, _nearest_even_late)
CHEAPEST = BookingRule(lambda booking, _: (booking.stands,), lambda one: (one.ticks, one.day))
# Wards that have room for everybody had it after at most a few.
_ROUNDS = 20
Begins: TypeAlias = dict[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class BookedVisits:
    """The days of all visits by their numbers, when those in the unit begin, and what it costs.

    A visit for which there was no room stays where it stands, and costs nothing.
    """

    days: tuple[dt.date, ...]
    begins: Begins
    without_room: tuple[int, ...]
    ticks: int


def book_everybody(question: Question, rule: BookingRule) -> BookedVisits:
    """Return visits that are booked anew, until all have room: first those that had none before.

    No desk does so. After some rounds without room for everybody the last one is returned.
    """
    missed: Counter[int] = Counter()
    for _ in range(_ROUNDS):
        booked = book(question, rule, missed)
        if not booked.without_room:
            break
        missed.update(booked.without_room)
    return booked


def book(
    question: Question, rule: BookingRule, missed: Mapping[int, int] | None = None
) -> BookedVisits:
    """Return the visits as they are booked one after another.

    Those with the highest number in ``missed`` have their turn before all others.
    """
    came: dict[str, int] = {}
    for booking in question.bookings:
        came.setdefault(booking.name, len(came))
    before = missed or {}
    turns = [
        ((-before.get(n, 0), *rule.turn(one, came[one.name])), n)
        for n, one in enumerate(question.bookings)
    ]
    diary = _Diary(question)
    for _, number in sorted(turns):
        diary.book(number, rule.choice)
    bookings = question.bookings
    return BookedVisits(
        days=tuple(diary.days.get(n, one.stands) for n, one in enumerate(bookings)),
        begins=diary.begins,
        without_room=tuple(diary.without_room),
        ticks=diary.ticks,
    )


class _Diary:
    """What is booked so far."""

    def __init__(self, question: Question) -> None:
        self._question = question
        room = question.room
        self._use = {d: DayUse(room, steps + room.overtime) for d, steps in question.hours.items()}
        self._overtime = dict.fromkeys(question.hours, 0)
        self._gaps: dict[int, list[Gap]] = defaultdict(list)
        for gap in question.gaps:
            for one in (gap.before, gap.after):
                if one is not None:
                    self._gaps[one].append(gap)
        self.days: dict[int, dt.date] = {}
        self.begins: Begins = {}
        self.without_room: list[int] = []
        self.ticks = 0

    def book(self, number: int, choice: Callable[[Opening], tuple[Any, ...]]) -> None:
        """Take the best opening of a visit, if there is one."""
        booking = self._question.bookings[number]
        if self._question.is_stuck(booking):
            self.days[number] = booking.stands
            return
        best = min(self._openings(number, booking), key=choice, default=None)
        if best is None:
            self.without_room.append(number)
            return
        self.days[number] = best.day
        self.ticks += best.ticks
        if not booking.beyond:
            self.begins[number] = best.begin
            self._use[best.day].add(VisitNeed(booking.steps, booking.doses), best.begin)
            self._overtime[best.day] = max(self._overtime[best.day], best.late)

    def _openings(self, number: int, booking: Booking) -> Iterator[Opening]:
        question = self._question
        need = VisitNeed(booking.steps, booking.doses)
        from_on = max(
            (question.not_before.get(d, dt.date.min) for d in booking.drugs), default=None
        )
        for day in booking.days:
            if (from_on is not None and day < from_on) or not self._fits(number, day):
                continue
            ticks = question.ticks(booking, day)
            if booking.beyond:
                if day == booking.stands or day not in question.closed:
                    yield Opening(booking, day, 0, ticks, 0)
            elif day in question.hours:
                steps = question.hours[day]
                latest = min(steps - 1, steps + question.room.overtime - need.steps)
                begin = self._use[day].earliest(need, latest)
                if begin is not None:
                    late = max(begin + need.steps - steps, 0)
                    more = max(late - self._overtime[day], 0)
                    ticks += more * question.cost.overtime_hour
                    yield Opening(booking, day, begin, ticks, late)

    def _fits(self, number: int, day: dt.date) -> bool:
        """Return whether a day goes with those that are given, and leaves the next visit one."""
        for gap in self._gaps[number]:
            before, after = (
                day if one == number else self.days.get(one) if one is not None else None
                for one in (gap.before, gap.after)
            )
            if not any(before in (a, None) and after in (b, None) for a, b in gap.fitting):
                return False
        return True
