"""The times of one day: which visit begins when, so that chairs, nurses and pharmacy suffice.

All times are quarters of an hour since opening. First the longest visits are placed as early as
they fit; only where that needs overtime is the day given to the solver.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ortools.sat.python import cp_model

from schedules.cohort.solver import solve
from schedules.knowledge.capacity import HOUR, STEP, Capacity, steps_of

PER_HOUR = HOUR // STEP
_EFFORT = 0.5


class VisitNeed(NamedTuple):
    """What a visit takes: quarters of an hour in the chair, and doses that are prepared for it."""

    steps: int
    doses: int


class Offer(NamedTuple):
    """What a resource offers in the opening hours of a day, and more in overtime."""

    at_most: int
    each_step_of_overtime: int


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """What there is on every day, in quarters of an hour."""

    chairs: int
    nurses: int
    watches: int
    start: int
    doses_per_hour: int
    overtime: int

    @classmethod
    def of(cls, capacity: Capacity) -> Room:
        """Return what a site states."""
        return cls(
            chairs=capacity.chairs,
            nurses=capacity.nurses,
            watches=capacity.watches,
            start=capacity.start_steps,
            doses_per_hour=capacity.pharmacy_per_hour,
            overtime=steps_of(capacity.longest_overtime),
        )

    @property
    def people(self) -> int:
        """Return how many people there may be at one time: in chairs, and watched by nurses."""
        return min(self.chairs, self.nurses * self.watches)

    def start_of(self, need: VisitNeed) -> int:
        """Return for how long a nurse starts no other visit."""
        return min(self.start, need.steps)

    def takes(self, need: VisitNeed) -> tuple[int, int, int, int]:
        """Return what a visit takes of chairs, watching, starting and pharmacy, added up."""
        return need.steps, need.steps, self.start_of(need), PER_HOUR * need.doses

    def offers(self, steps: int) -> tuple[Offer, Offer, Offer, Offer]:
        """Return what a day offers at most of each; no day takes more.

        What begins in the last quarter of an hour is started, and its doses prepared, after it.
        """
        watched = self.nurses * self.watches
        return (
            Offer(self.chairs * steps, self.chairs),
            Offer(watched * steps, watched),
            Offer(self.nurses * (steps + max(self.start, 1) - 1), 0),
            Offer(self.doses_per_hour * (steps + PER_HOUR - 1), 0),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class DayTimes:
    """When each visit of a day begins; None where none was found.

    No times need less overtime than ``bound``: None where not even the longest is enough.
    """

    begins: tuple[int, ...] | None
    overtime: int
    bound: int | None


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
    if begins is not None and overtime <= least_overtime(needs, room, steps):
        return DayTimes(begins, overtime, overtime)
    known = room.overtime + 1 if begins is None else overtime
    return _by_solver(needs, room, steps, DayTimes(begins, known, 0))


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


class DayUse:
    """How much of everything is taken at each step of a day."""

    def __init__(self, room: Room, end: int) -> None:
        """Begin an empty day that ends after some steps."""
        self._room = room
        self._people, self._starts = [0] * end, [0] * end
        self._doses = [0] * (end + PER_HOUR)

    def earliest(self, need: VisitNeed, latest: int) -> int | None:
        """Return the earliest step, up to a last one, at which a visit may begin; None for none."""
        return next((at for at in range(latest + 1) if self.has_room(need, at)), None)

    def has_room(self, need: VisitNeed, at: int) -> bool:
        """Return whether a visit may begin at a step."""
        room = self._room
        return (
            all(used < room.people for used in self._people[at : at + need.steps])
            and all(used < room.nurses for used in self._starts[at : at + room.start_of(need)])
            and all(
                used + need.doses <= room.doses_per_hour for used in self._doses[at : at + PER_HOUR]
            )
        )

    def add(self, need: VisitNeed, at: int) -> None:
        """Take what a visit needs that begins at a step."""
        for used, length, more in (
            (self._people, need.steps, 1),
            (self._starts, self._room.start_of(need), 1),
            (self._doses, PER_HOUR, need.doses),
        ):
            for step in range(at, at + length):
                used[step] += more


def _by_solver(needs: Sequence[VisitNeed], room: Room, steps: int, known: DayTimes) -> DayTimes:
    """Return times with the least overtime, or those that are known where none better is found."""
    model = cp_model.CpModel()
    end = steps + room.overtime
    overtime = model.new_int_var(0, min(room.overtime, known.overtime), "overtime")
    begins, people, starts, doses = [], [], [], []
    for number, need in enumerate(needs):
        latest = min(steps - 1, end - need.steps)
        if latest < 0:
            return DayTimes(None, room.overtime, None)
        begin = model.new_int_var(0, latest, f"begin {number}")
        begins.append(begin)
        lasts = model.new_fixed_size_interval_var
        people.append(lasts(begin, need.steps, f"visit {number}"))
        starts.append(lasts(begin, room.start_of(need), f"start {number}"))
        doses.append(lasts(begin, PER_HOUR, f"doses {number}"))
        model.add(begin + need.steps <= steps + overtime)
    once = [1] * len(needs)
    model.add_cumulative(people, once, room.people)
    model.add_cumulative(starts, once, room.nurses)
    model.add_cumulative(doses, [need.doses for need in needs], room.doses_per_hour)
    _order_equals(model, needs, begins)
    model.minimize(overtime)
    solved = solve(model, _EFFORT)
    if solved.impossible:
        return DayTimes(None, room.overtime, None)
    if not solved.found:
        return known
    times = tuple(solved.solver.value(begin) for begin in begins)
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
