"""A schedule for a whole ward: dates and times for all its visits, as changes of its plans.

The solver only proposes days. Each plan that moves is worked out with its changes and judged like
any other; days that its course refuses are forbidden, and the solver is asked again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dosing.errors import refuse
from schedules.cohort.bookings import Booking, Gap, find_bookings
from schedules.cohort.demand import Days, WardCourse
from schedules.cohort.moves import Decision
from schedules.cohort.replan import Refused, Replanned, replan
from schedules.course.closed_days import why_closed
from schedules.knowledge.capacity import HOUR, STEP, Capacity
from schedules.knowledge.library import Library
from schedules.knowledge.site import ClosedDays
from schedules.outputs.progress import Progress, unreported

if TYPE_CHECKING:  # OR-Tools is an extra
    from schedules.cohort.dates import ChosenDates, Question
    from schedules.cohort.room import VisitNeed
    from schedules.cohort.times import DayTimes

_DAY = dt.timedelta(days=1)
_INSTALL = "install posology[scheduling], which brings it"
_TICKS = HOUR // STEP
# Of what is left of the effort: the rest is for what is learnt from the next dates.
_SHARE = 0.25
# Of a day with more visits hardly another has the same ones.
_FEW_VISITS = 12
# What is found at once counts too: the search ends.
_LEAST_EFFORT = 0.01


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleOrder:
    """What a schedule is asked for.

    Visits between two days may move between them; later ones only where these drive them on.
    ``not_before`` says from when on a drug is there, ``staying`` which plans stay as they stand,
    ``effort`` how long to look for a cheaper schedule: units of the solver's own clock.
    """

    between: Days
    capacity: Capacity
    closed: ClosedDays
    decision: Decision
    not_before: Mapping[str, dt.date] = dataclasses.field(default_factory=dict)
    staying: frozenset[str] = frozenset()
    effort: float = 8.0
    workers: int = 1

    def why_closed(self, day: dt.date) -> str:
        """Return why nobody comes on a day; nothing where it is open."""
        if why := why_closed(day, self.closed):
            return why
        return "" if self.capacity.hours_on(day) else f"a {day:%A} has no opening hours"

    def why_moves(self, seat: Seat) -> str:
        """Return why a visit leaves its day: of its own, after another, or to make room."""
        booking, day = seat.booking, seat.booking.stands
        # After the last day a visit moves for another one alone: on a closed day it could stay.
        if not booking.beyond and (why := self.why_closed(day)):
            return f"{day:%a %d-%b-%Y} is closed: {why}"
        late = [drug for drug in sorted(booking.drugs) if self.not_before.get(drug, day) > day]
        if late:
            return f"{', '.join(late)} not before {self.not_before[late[0]]:%a %d-%b-%Y}"
        if seat.driven_by is not None:
            other = "; ".join(seat.driven_by.places)
            return f"to keep its gap to {other}, which moves"
        return "to make room for others"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One visit on its day, and when it begins and ends; without times it needs no chair.

    It is ``driven_by`` a visit of the same plan that moves: its own day does not go with that.
    """

    booking: Booking
    day: dt.date
    begins: dt.time | None
    ends: dt.time | None
    driven_by: Booking | None = None

    @property
    def moves(self) -> bool:
        """Return whether it leaves the day on which it stands."""
        return self.day != self.booking.stands


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is proposed: a time for each visit, and the changes of the plans that move.

    Costs are in points. None costs less than ``bound``. Without ``seats`` there is no schedule:
    ``reasons`` say why, and none of them could be left out; they are empty where the effort was too
    small to find one. ``no_way`` names the plans that have none even in an empty ward, each with
    its own reasons: with them ``staying`` there may be one for the others. ``stuck`` visits stand
    on a closed day and have no window: a person decides.
    """

    seats: tuple[Seat, ...] = ()
    replanned: tuple[Replanned, ...] = ()
    stuck: tuple[Booking, ...] = ()
    overtime: Mapping[dt.date, dt.timedelta] = dataclasses.field(default_factory=dict)
    cost: float = 0.0
    bound: float = 0.0
    reasons: tuple[str, ...] = ()
    no_way: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    @property
    def proved(self) -> bool:
        """Return whether no schedule is cheaper."""
        return self.cost <= self.bound

    @property
    def gap(self) -> float:
        """Return how much cheaper another one could be at most, as a share of the cost."""
        return 0.0 if self.proved else (self.cost - self.bound) / self.cost


def is_installed() -> bool:
    """Return whether OR-Tools is there, which finds the dates."""
    return find_spec("ortools") is not None


def propose(
    courses: Sequence[WardCourse],
    library: Library,
    asked: ScheduleOrder,
    progress: Progress = unreported,
) -> Schedule | None:
    """Propose dates and times for all visits of a ward, with as little disturbance as can be.

    Args:
        courses: those of the ward, each exportable.
        library: what they are judged by.
        asked: the days, what there is, and what a move costs.
        progress: told the share of the effort that was made.

    Returns:
        The schedule, or why there is none; None where the effort was too small to tell.

    Raises:
        InputError: if OR-Tools is not installed.
    """
    if not is_installed():
        refuse("schedule", "", why="needs OR-Tools", accepted=_INSTALL)
    return _Search(courses, library, asked).run(progress)


class _Search:
    """One search for a schedule: what was judged and timed is not judged or timed again."""

    def __init__(
        self, courses: Sequence[WardCourse], library: Library, asked: ScheduleOrder
    ) -> None:
        from schedules.cohort.dates import DateFinder
        from schedules.cohort.no_way import leave_standing
        from schedules.cohort.times import TimeFinder

        self._courses = {one.name: one for one in courses}
        self._library, self._asked = library, asked
        bookings, gaps = find_bookings(courses, asked.between)
        bookings = leave_standing(bookings, asked.staying)
        self._question = question_of(bookings, gaps, asked)
        self._finder = DateFinder(self._question)
        self._judged: dict[tuple[str, tuple[tuple[int, dt.date], ...]], Replanned | Refused] = {}
        self._times = TimeFinder(self._question)
        self._exact = True

    def run(self, progress: Progress) -> Schedule | None:
        """Look for dates, try them, and learn from what does not hold, until nothing is better."""
        best = self._start()
        left, bound, all_of_it = self._asked.effort, 0, False
        while left > 0:
            effort = left if all_of_it else left * _SHARE
            known = None if best is None else best.days
            answer = self._finder.find(effort, self._asked.workers, known)
            left -= max(answer.effort, _LEAST_EFFORT)
            progress(1 - max(left, 0) / self._asked.effort)
            if answer.impossible:
                break
            if self._exact:
                bound = max(bound, answer.bound)
            tried = None if answer.dates is None else self._try(answer.dates)
            if tried is not None and tried.holds and (best is None or tried.rank < best.rank):
                best = tried
            if best is not None and best.ticks <= bound:
                break
            if tried is None or not tried.learnt:
                # Asked the same once more, the solver would say the same.
                if all_of_it:
                    break
                all_of_it = True
        if best is not None:
            return self._schedule(best, bound)
        if answer.impossible and self._exact:
            from schedules.cohort.no_way import find_no_way

            reasons = tuple(self._finder.why_impossible(self._times.short_of))
            return Schedule(
                reasons=reasons, no_way=find_no_way(self._question, self._finder.refused)
            )
        return None

    def _start(self) -> _Tried | None:
        """Return the cheapest schedule of visits booked one after another; None for none.

        Its times hold, even where none are found for its days otherwise.
        """
        from schedules.cohort.dates import ChosenDates
        from schedules.cohort.first_come import (
            AT_THE_DESK,
            CHEAPEST,
            OWN_DAY,
            book_everybody,
        )

        overtime = dict.fromkeys(self._question.hours, self._question.room.overtime)
        booked = [book_everybody(self._question, rule) for rule in (AT_THE_DESK, OWN_DAY, CHEAPEST)]
        for one in sorted(booked, key=lambda one: one.ticks):
            if one.without_room:
                continue
            self._times.keep(one.days, one.begins)
            tried = self._try(ChosenDates(one.days, overtime))
            if tried.holds:
                return tried
        return None

    def _try(self, dates: ChosenDates) -> _Tried:
        """Time each day and judge each plan of some dates; learn from what does not hold."""
        times = self._times.find(dates.days)
        learnt = False
        for day, (numbers, found) in times.items():
            needs = [self._times.need(number) for number in numbers]
            learnt |= self._learn(day, needs, found, dates.overtime[day])
        refusals = list(self._refusals(dates.days))
        for days, why in refusals:
            self._finder.learn_refusal(days, why)
        holds = not refusals and all(found.begins is not None for _, found in times.values())
        question = self._question
        ticks = sum(
            question.ticks(booking, day)
            for booking, day in zip(question.bookings, dates.days, strict=True)
        ) + sum(question.cost.overtime_hour * found.overtime for _, found in times.values())
        moves = sum(map(len, self._moved(dates.days).values()))
        learnt |= bool(refusals)
        return _Tried(dates.days, times, ticks, holds=holds, learnt=learnt, moves=moves)

    def _learn(
        self, day: dt.date, needs: Sequence[VisitNeed], found: DayTimes, planned: int
    ) -> bool:
        """Learn from a day that takes more overtime than was planned; whether there was more."""
        if found.begins is not None and found.overtime <= planned:
            return False
        if self._finder.learn_chairs(day):
            return True
        if found.begins is None:
            proved, least = found.bound is None, None
        else:
            proved, least = (found.bound or 0) > planned, found.bound
        if proved and len(needs) <= _FEW_VISITS:
            self._finder.learn_overtime(needs, self._question.hours[day], least)
            return True
        if found.begins is None:
            self._exact = False
            self._finder.learn_full(day, sum(need.steps for need in needs))
            return True
        return False

    def _moved(self, days: Sequence[dt.date]) -> dict[str, dict[int, dt.date]]:
        """Return the visits that leave their day, by plan."""
        moved: dict[str, dict[int, dt.date]] = {}
        for number, (booking, day) in enumerate(zip(self._question.bookings, days, strict=True)):
            if day != booking.stands:
                moved.setdefault(booking.name, {})[number] = day
        return moved

    def _refusals(self, days: Sequence[dt.date]) -> Iterator[tuple[dict[int, dt.date], str]]:
        """Yield days that the course of a plan refuses: of one visit where it is enough alone."""
        for name, moved in self._moved(days).items():
            verdict = self._judge(name, moved)
            if isinstance(verdict, Replanned):
                continue
            alone = [
                {number: day}
                for number, day in moved.items()
                if isinstance(own := self._judge(name, {number: day}), Refused)
                and own.codes & verdict.codes
            ]
            for few in alone or [moved]:
                yield few, f"{name}: its course refuses another day: {verdict.why}"

    def _judge(self, name: str, moved: Mapping[int, dt.date]) -> Replanned | Refused:
        key = name, tuple(moved.items())
        if key not in self._judged:
            days = {
                place: day
                for number, day in moved.items()
                for place in self._question.bookings[number].places
            }
            one, by = self._courses[name], self._asked.decision
            self._judged[key] = replan(one, days, by, self._library)
        return self._judged[key]

    def _schedule(self, best: _Tried, bound: int) -> Schedule:
        question = self._question
        begins = {
            number: step
            for numbers, found in best.times.values()
            for number, step in zip(numbers, found.begins or (), strict=True)
        }
        driven_by = self._driven(best.days)
        seats = tuple(
            dataclasses.replace(
                _seat(booking, best.days[number], begins.get(number), self._asked.capacity),
                driven_by=driven_by.get(number),
            )
            for number, booking in enumerate(question.bookings)
            if not question.is_stuck(booking)
            and (not booking.beyond or best.days[number] != booking.stands)
        )
        judged = [self._judge(name, moved) for name, moved in self._moved(best.days).items()]
        return Schedule(
            seats=seats,
            replanned=tuple(
                self._with_times(one, seats) for one in judged if isinstance(one, Replanned)
            ),
            stuck=tuple(filter(question.is_stuck, question.bookings)),
            overtime={
                day: found.overtime * STEP
                for day, (_, found) in best.times.items()
                if found.overtime
            },
            cost=best.ticks / _TICKS,
            bound=min(bound, best.ticks) / _TICKS,
        )

    def _driven(self, days: Sequence[dt.date]) -> dict[int, Booking]:
        """Return the visits whose own day does not go with that to which another one moves."""
        driven: dict[int, Booking] = {}
        for gap in self._question.gaps:
            if gap.before is None or gap.after is None:
                continue
            before, after = (self._question.bookings[one] for one in (gap.before, gap.after))
            if (days[gap.before], after.stands) not in gap.fitting:
                driven.setdefault(gap.after, before)
            elif (before.stands, days[gap.after]) not in gap.fitting:
                driven.setdefault(gap.before, after)
        return driven

    def _with_times(self, one: Replanned, seats: Iterable[Seat]) -> Replanned:
        """Return a plan whose changes say for which time they were proposed."""
        times = {
            place: seat.begins
            for seat in seats
            if seat.booking.name == one.name and seat.begins is not None
            for place in seat.booking.places
        }
        with_times = dataclasses.replace(one, times=times)
        return with_times.decided(self._asked.decision, self._library)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=False)
class _Tried:
    """Dates with the times of each day; whether they hold, and whether something was learnt."""

    days: tuple[dt.date, ...]
    times: Mapping[dt.date, tuple[list[int], DayTimes]]
    ticks: int
    _: dataclasses.KW_ONLY
    holds: bool
    learnt: bool
    moves: int

    @property
    def rank(self) -> tuple[int, int]:
        """Return what decides between two: the cost, and then how many visits move."""
        return self.ticks, self.moves


def _seat(booking: Booking, day: dt.date, step: int | None, capacity: Capacity) -> Seat:
    hours = capacity.hours_on(day)
    if hours is None or step is None:
        return Seat(booking=booking, day=day, begins=None, ends=None)
    begins = dt.datetime.combine(day, hours.opens) + step * STEP
    ends = begins + booking.steps * STEP
    return Seat(booking=booking, day=day, begins=begins.time(), ends=ends.time())


def question_of(bookings: Sequence[Booking], gaps: Sequence[Gap], asked: ScheduleOrder) -> Question:
    """Return what the dates are asked for: the open days, and why the others are closed."""
    from schedules.cohort.dates import Question
    from schedules.cohort.room import Room

    hours: dict[dt.date, int] = {}
    closed: dict[dt.date, str] = {}
    last = max((booking.days[-1] for booking in bookings), default=asked.between.last)
    for n in range((max(last, asked.between.last) - asked.between.first).days + 1):
        day = asked.between.first + n * _DAY
        if why := asked.why_closed(day):
            closed[day] = why
        elif (open_on := asked.capacity.hours_on(day)) and day <= asked.between.last:
            hours[day] = open_on.steps
    return Question(
        bookings=bookings,
        gaps=gaps,
        room=Room.of(asked.capacity),
        hours=hours,
        closed=closed,
        not_before=asked.not_before,
        cost=asked.capacity.cost,
    )
