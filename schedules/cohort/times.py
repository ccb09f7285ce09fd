"""The times of one day: which visit begins when, so that chairs, nurses and pharmacy suffice.

All times are quarters of an hour since opening. First the longest visits are placed as early as
they fit. Where that needs overtime, the solver puts them into chairs, and then into an order; and
where nurses or the pharmacy forbid that order, it is given the day as a whole.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ortools.sat.python import cp_model

from schedules.cohort.chairs import Chairs
from schedules.cohort.dates import Crowd, Question
from schedules.cohort.room import PER_HOUR, DayUse, Room, VisitNeed
from schedules.cohort.solver import solve

_EFFORT = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class DayTimes:
    """When each visit of a day begins; None where none was found.

    No times need less overtime than ``bound``: None where not even the longest is enough.
    """

    begins: tuple[int, ...] | None
    overtime: int
    bound: int | None


class TimeFinder:
    """Finds the times of days, and keeps them: the same day is asked for again and again."""

    def __init__(self, question: Question) -> None:
        """Take the question; nothing is found yet."""
        self._question = question
        self._found: dict[tuple[int, tuple[VisitNeed, ...]], DayTimes] = {}

    def find(self, days: Sequence[dt.date]) -> dict[dt.date, tuple[list[int], DayTimes]]:
        """Return the visits of each open day that need a chair or the pharmacy, and their times."""
        times = {}
        for day, numbers in self._by_day(days).items():
            steps, needs = key = self._key(day, numbers)
            if key not in self._found:
                self._found[key] = find_times(needs, self._question.room, steps)
            times[day] = numbers, self._found[key]
        return times

    def keep(self, days: Sequence[dt.date], begins: Mapping[int, int]) -> None:
        """Take times that are known to hold, where none are found otherwise."""
        for day, (numbers, found) in self.find(days).items():
            if found.begins is None:
                steps, needs = key = self._key(day, numbers)
                ends = [begins[n] + need.steps for n, need in zip(numbers, needs, strict=True)]
                times = tuple(begins[n] for n in numbers)
                self._found[key] = DayTimes(times, max(max(ends) - steps, 0), found.bound)

    def short_of(self, crowd: Crowd) -> list[int]:
        """Return of which of what the room offers visits are too many: each of them is needed."""
        counted, steps, least = crowd
        needs, room = sorted(counted.elements()), self._question.room
        short = []
        for number in range(len(room.offers(steps))):
            wider = room.without(number)
            bound = find_times(needs, wider, steps).bound
            if bound is None or (least is not None and bound >= least):
                room = wider
            else:
                short.append(number)
        return short

    def need(self, number: int) -> VisitNeed:
        """Return what a visit takes."""
        booking = self._question.bookings[number]
        return VisitNeed(booking.steps, booking.doses)

    def _key(self, day: dt.date, numbers: Iterable[int]) -> tuple[int, tuple[VisitNeed, ...]]:
        return self._question.hours[day], tuple(map(self.need, numbers))

    def _by_day(self, days: Sequence[dt.date]) -> dict[dt.date, list[int]]:
        by_day: dict[dt.date, list[int]] = defaultdict(list)
        for number in sorted(range(len(days)), key=lambda number: (self.need(number), number)):
            if any(self.need(number)) and days[number] in self._question.hours:
                by_day[days[number]].append(number)
        return dict(sorted(by_day.items()))


def find_times(needs: Sequence[VisitNeed], room: Room, steps: int) -> DayTimes:
    """Return the times of the visits of a day with the least overtime.

    Args:
        needs: one for each visit.
        room: what there is.
        steps: how long it is open.
    """
    for overtime in range(room.overtime + 1):
        begins = _earliest_first(needs, room, steps, overtime)
        if begins is not None:
            break
    least = least_overtime(needs, room, steps)
    if begins is not None and overtime <= least:
        return DayTimes(begins, overtime, overtime)
    known = DayTimes(begins, room.overtime + 1 if begins is None else overtime, least)
    known = _by_chairs(needs, room, steps, known)
    if known.bound is None or (known.begins is not None and known.overtime <= known.bound):
        return known
    return _by_solver(needs, room, steps, known)


def least_overtime(needs: Iterable[VisitNeed], room: Room, steps: int) -> int:
    """Return how much overtime a day takes at least, by what its visits add up to."""
    every = list(needs)
    least = max((need.steps - steps for need in every), default=0)
    for taken, limit in zip(
        map(sum, zip(*map(room.takes, every), strict=True)), room.offers(steps), strict=False
    ):
        if limit.each_step_of_overtime:
            least = max(least, -(-(taken - limit.at_most) // limit.each_step_of_overtime))
    return max(least, 0)


def _earliest_first(
    needs: Sequence[VisitNeed], room: Room, steps: int, overtime: int
) -> tuple[int, ...] | None:
    """Place the longest visits first, each as early as it fits; None where one does not."""
    end = steps + overtime
    used = DayUse(room, end)
    begins = [0] * len(needs)
    for number in sorted(range(len(needs)), key=lambda n: (-needs[n].steps, -needs[n].doses, n)):
        need = needs[number]
        latest = min(steps - 1, end - need.steps)
        begin = used.earliest(need, latest)
        if begin is None:
            return None
        used.add(need, begin)
        begins[number] = begin
    return tuple(begins)


def _by_chairs(needs: Sequence[VisitNeed], room: Room, steps: int, known: DayTimes) -> DayTimes:
    """Return times of visits that are put into chairs first, or those that are known.

    No times need less overtime than the chairs do.
    """
    model = cp_model.CpModel()
    most = min(room.overtime, known.overtime)
    if (known.bound or 0) > most:
        return DayTimes(None, room.overtime, None)
    overtime = model.new_int_var(known.bound or 0, most, "overtime")
    lengths = Counter(need.steps for need in needs if need.steps)
    chairs = Chairs(model, room, {length: (n, n) for length, n in lengths.items()})
    chairs.close(steps, overtime)
    model.minimize(overtime)
    solved = solve(model, _EFFORT)
    if solved.impossible:
        return DayTimes(None, room.overtime, None)
    if not solved.found:
        return known
    late, bound = solved.solver.value(overtime), round(solved.solver.best_objective_bound)
    begins = None
    if late < known.overtime:
        begins = _one_after_another(needs, room, (steps, late), chairs.read(solved.solver))
    if begins is None:
        return dataclasses.replace(known, bound=bound)
    return DayTimes(begins, late, bound)


def _one_after_another(
    needs: Sequence[VisitNeed],
    room: Room,
    hours: tuple[int, int],
    chairs: Iterable[Iterable[int]],
) -> tuple[int, ...] | None:
    """Return the times of visits whose chairs are known: nurses and pharmacy decide their order."""
    model = cp_model.CpModel()
    day = _DayModel.of(model, needs, room, hours)
    waiting: dict[int, list[int]] = defaultdict(list)
    for number, need in enumerate(needs):
        waiting[need.steps].append(number)
    for lengths in chairs:
        model.add_no_overlap([day.visits[waiting[length].pop()] for length in lengths])
    solved = solve(model, _EFFORT)
    return tuple(map(solved.solver.value, day.begins)) if solved.found else None


@dataclasses.dataclass(frozen=True, slots=True)
class _DayModel:
    """When the visits of a day begin, so that nurses and pharmacy suffice; chairs come on top."""

    begins: list[cp_model.IntVar]
    visits: list[cp_model.IntervalVar]

    @classmethod
    def of(
        cls,
        model: cp_model.CpModel,
        needs: Sequence[VisitNeed],
        room: Room,
        hours: tuple[int, int],
    ) -> _DayModel:
        """Add them to a model; the hours are those of opening, and the longest overtime."""
        steps, overtime = hours
        begins = [
            model.new_int_var(0, min(steps - 1, steps + overtime - need.steps), f"begin {number}")
            for number, need in enumerate(needs)
        ]
        lasts = model.new_fixed_size_interval_var
        both = list(zip(begins, needs, strict=True))
        starts = [lasts(begin, room.start_of(need), "start") for begin, need in both]
        model.add_cumulative(starts, [1] * len(needs), room.nurses)
        doses = [lasts(begin, PER_HOUR, "doses") for begin, _ in both]
        model.add_cumulative(doses, [need.doses for need in needs], room.doses_per_hour)
        return cls(begins, [lasts(begin, need.steps, "visit") for begin, need in both])


def _by_solver(needs: Sequence[VisitNeed], room: Room, steps: int, known: DayTimes) -> DayTimes:
    """Return times with the least overtime, or those that are known where none better is found."""
    model = cp_model.CpModel()
    most = min(room.overtime, known.overtime)
    overtime = model.new_int_var(known.bound or 0, most, "overtime")
    day = _DayModel.of(model, needs, room, (steps, most))
    model.add_cumulative(day.visits, [1] * len(needs), room.people)
    for begin, need in zip(day.begins, needs, strict=True):
        model.add(begin + need.steps <= steps + overtime)
    _order_equals(model, needs, day.begins)
    model.minimize(overtime)
    solved = solve(model, _EFFORT)
    if solved.impossible:
        return DayTimes(None, room.overtime, None)
    if not solved.found:
        return known
    times = tuple(map(solved.solver.value, day.begins))
    bound = round(solved.solver.best_objective_bound)
    return DayTimes(times, solved.solver.value(overtime), bound)


def _order_equals(
    model: cp_model.CpModel, needs: Sequence[VisitNeed], begins: Sequence[cp_model.IntVar]
) -> None:
    """Let visits that need the same begin in their order: otherwise they are tried in each."""
    last: dict[VisitNeed, cp_model.IntVar] = {}
    for need, begin in zip(needs, begins, strict=True):
        if need in last:
            model.add(last[need] <= begin)
        last[need] = begin
