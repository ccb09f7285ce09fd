"""The days of all visits of a ward at once: the cheapest within windows, gaps and what there is.

A day is asked for what its visits add up to. Whether they fit side by side is found out for each
day by itself (``times``), and what is learnt there holds for every day: so the cost that is proved
is that of dates and times together.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from ortools.sat.python import cp_model

from schedules.cohort.bookings import Booking, Gap
from schedules.cohort.chairs import Chairs
from schedules.cohort.room import PER_HOUR, Room, VisitNeed
from schedules.cohort.solver import Solved, solve
from schedules.knowledge.capacity import MoveCost

_HOURS = "opening hours, and the longest overtime"
_EFFORT_FOR_REASONS = 5.0
_LESS_PERCENT = 99
# Days of some visits, by their numbers, that a course refuses together; and why.
Refusal: TypeAlias = tuple[dict[int, dt.date], str]


# Visits on a day, how long it is open, and the overtime that they take at least (None: more than
# the longest); and of which of what a room offers they are then too many.
Crowd: TypeAlias = tuple[Counter[VisitNeed], int, int | None]
ShortOf: TypeAlias = Callable[[Crowd], Collection[int]]


def _of_everything(_: Crowd) -> Collection[int]:
    return range(4)  # chairs, watching, starting, pharmacy: as a room takes and offers them


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: the visits, the days, what there is, and what a move costs.

    ``hours`` are the days on which the unit is open, in quarters of an hour; ``closed`` says of the
    others why they are closed, also after the last day that is scheduled; ``not_before`` says from
    when on a drug is there.
    """

    bookings: Sequence[Booking]
    gaps: Sequence[Gap]
    room: Room
    hours: Mapping[dt.date, int]
    closed: Mapping[dt.date, str]
    not_before: Mapping[str, dt.date]
    cost: MoveCost

    def is_stuck(self, booking: Booking) -> bool:
        """Return whether a visit cannot move and stands on a closed day: a person decides."""
        fixed = bool(booking.why_fixed) and not booking.beyond
        return fixed and booking.stands in self.closed

    def ticks(self, booking: Booking, day: dt.date) -> int:
        """Return what a visit costs on a day; a point has as many ticks as an hour has quarters."""
        away = abs((day - booking.stands).days)
        points = self.cost.day * away
        points += self.cost.weekday * (day.weekday() != booking.stands.weekday())
        points += self.cost.other_day * (day != booking.planned_on)
        return PER_HOUR * points


@dataclasses.dataclass(frozen=True, slots=True)
class ChosenDates:
    """A day for each visit, and the overtime that the days were taken to need."""

    days: tuple[dt.date, ...]
    overtime: Mapping[dt.date, int]


@dataclasses.dataclass(frozen=True, slots=True)
class FoundDates:
    """What the solver said: dates, if it found some, and what no schedule costs less than."""

    dates: ChosenDates | None
    impossible: bool
    bound: int
    effort: float


class DateFinder:
    """Finds dates, and keeps what is learnt about the times of a day and about a plan."""

    def __init__(self, question: Question) -> None:
        """Take the question; nothing is learnt yet."""
        self.question = question
        self._crowds: list[Crowd] = []
        self.refused: list[Refusal] = []
        self._full: dict[dt.date, int] = {}
        self._in_chairs: set[dt.date] = set()

    def learn_chairs(self, day: dt.date) -> bool:
        """Let the visits of a day be put into chairs from now on; whether that is new."""
        if day in self._in_chairs:
            return False
        self._in_chairs.add(day)
        return True

    def learn_full(self, day: dt.date, steps: int) -> None:
        """Note that so much time in the chair did not fit on a day: less is planned from now on.

        Other visits of the same length might fit; what is found after it is proved to be the best
        no longer.
        """
        self._full[day] = steps * _LESS_PERCENT // 100

    def learn_overtime(self, needs: Iterable[VisitNeed], steps: int, least: int | None) -> None:
        """Note that so many visits on a day take some overtime; None if even the most is short."""
        self._crowds.append((Counter(needs), steps, least))

    def learn_refusal(self, days: dict[int, dt.date], why: str) -> None:
        """Note that the course of one plan refuses these days together."""
        self.refused.append((days, why))

    def find(
        self, effort: float, workers: int, known: Sequence[dt.date] | None = None
    ) -> FoundDates:
        """Look for the cheapest dates; of two that cost the same those with fewer moves.

        It begins from days that are known, or from those on which the visits stand.
        """
        build = _Build(self.question, explain=False)
        build.add_everything(self._crowds, self.refused)
        build.add_full_days(self._full)
        build.add_chairs(sorted(self._in_chairs))
        # One move costs less than the smallest part of a point.
        share = len(self.question.bookings) + 1
        build.minimize(share)
        build.begin_from(known or [booking.stands for booking in self.question.bookings])
        solved = solve(build.model, effort, workers)
        lowest = max(solved.solver.best_objective_bound, 0.0) if solved.found else 0.0
        bound = max(-(-(round(lowest) - share + 1) // share), 0)
        dates = build.read(solved) if solved.found else None
        return FoundDates(dates, solved.impossible, bound, solved.effort)

    def why_impossible(self, short_of: ShortOf = _of_everything) -> list[str]:
        """Return reasons that together leave no dates, none of them idle.

        The solver names reasons that suffice; then each is left out once, to see if it is needed.

        Args:
            short_of: says of which of what a room offers some visits are too many.
        """
        build = _Build(self.question, explain=True)
        build.short_of = short_of
        build.add_everything(self._crowds, self.refused)
        build.add_chairs(sorted(self._in_chairs))
        reasons = build.reasons_among(list(build.reasons))
        if reasons is None:
            return []
        for reason in list(reasons):
            fewer = build.reasons_among([one for one in reasons if one != reason])
            if fewer is not None:
                reasons = fewer
        return reasons


class _Build:
    """A model of one question. To explain it, each reason can be left out by itself."""

    def __init__(self, question: Question, *, explain: bool) -> None:
        self.model = cp_model.CpModel()
        self.reasons: dict[str, cp_model.IntVar] = {}
        self.short_of: ShortOf = _of_everything
        self._question, self._explain = question, explain
        self._on: list[dict[dt.date, cp_model.IntVar]] = [
            {day: self.model.new_bool_var(f"{n} on {day}") for day in booking.days}
            for n, booking in enumerate(question.bookings)
        ]
        self._overtime = {
            day: self.model.new_int_var(0, question.room.overtime, f"overtime on {day}")
            for day in question.hours
        }

    def add_everything(
        self,
        crowds: Iterable[Crowd],
        refused: Iterable[Refusal],
    ) -> None:
        """State all that has to hold."""
        self._add_visits()
        self._add_gaps()
        self._add_room()
        for crowd in crowds:
            self._add_crowd(crowd)
        for days, why in refused:
            these = [~self._on[number][day] for number, day in days.items()]
            self._hold(self.model.add_bool_or(these), why)

    def add_full_days(self, full: Mapping[dt.date, int]) -> None:
        """Let no more time in the chair be planned for some days than was learnt."""
        for day, steps in full.items():
            self.model.add(sum(need.steps * on for need, on in self._visits_on(day)) <= steps)

    def add_chairs(self, days: Iterable[dt.date]) -> None:
        """Let the visits of some days be put into chairs one after another."""
        room = self._question.room
        for day in days:
            by_length: dict[int, list[cp_model.IntVar]] = {}
            for need, on in self._visits_on(day):
                if need.steps:
                    by_length.setdefault(need.steps, []).append(on)
            visits = {length: (sum(ons), len(ons)) for length, ons in by_length.items()}
            chairs = Chairs(self.model, room, visits)
            hours, overtime = self._question.hours[day], self._overtime[day]
            for held in chairs.close(hours, overtime):
                self._hold(held, self._fewest, self._shortages[2], _HOURS)
            if self._explain:  # starting is no reason where the chairs are too few without it
                for held in chairs.close(hours, overtime, started=False):
                    self._hold(held, self._fewest, _HOURS)

    def minimize(self, share: int) -> None:
        """Ask for the least cost, and then for the fewest moves."""
        question = self._question
        cost = sum(
            (share * question.ticks(booking, day) + (day != booking.stands)) * on
            for booking, days in zip(question.bookings, self._on, strict=True)
            for day, on in days.items()
        )
        late = sum(self._overtime.values()) * share * question.cost.overtime_hour
        self.model.minimize(cost + late)

    def begin_from(self, days: Sequence[dt.date]) -> None:
        """Let the search begin from some days."""
        for chosen, ons in zip(days, self._on, strict=True):
            for day, on in ons.items():
                self.model.add_hint(on, day == chosen)

    def read(self, solved: Solved) -> ChosenDates:
        """Return the dates that were found."""
        solver = solved.solver
        return ChosenDates(
            days=tuple(
                next(day for day, on in days.items() if solver.boolean_value(on))
                for days in self._on
            ),
            overtime={day: solver.value(late) for day, late in self._overtime.items()},
        )

    def reasons_among(self, texts: Sequence[str]) -> list[str] | None:
        """Return those of some reasons that suffice to leave no dates; None if there are dates."""
        self.model.clear_assumptions()
        self.model.add_assumptions([self.reasons[text] for text in texts])
        solved = solve(self.model, _EFFORT_FOR_REASONS)
        if not solved.impossible:
            return None
        named = set(solved.solver.sufficient_assumptions_for_infeasibility())
        return [text for text in texts if self.reasons[text].index in named]

    def _add_visits(self) -> None:
        """Let each visit have one day, none on a closed one, and none before its drug is there."""
        question = self._question
        for booking, days in zip(question.bookings, self._on, strict=True):
            self.model.add_at_most_one(days.values())
            self._hold(self.model.add_bool_or(days.values()), booking.text)
            if question.is_stuck(booking):
                continue
            for day, on in days.items():
                if day in question.closed and not (booking.beyond and day == booking.stands):
                    closed = f"{day:%a %d-%b-%Y} is closed: {question.closed[day]}"
                    self._hold(self.model.add(on == 0), closed)
                for drug in sorted(booking.drugs & question.not_before.keys()):
                    if day < question.not_before[drug]:
                        there = f"{drug} is not there before {question.not_before[drug]:%d-%b-%Y}"
                        self._hold(self.model.add(on == 0), there)

    def _add_gaps(self) -> None:
        """Let no two days be taken together that the course finds something against."""
        for gap in self._question.gaps:
            first, second = (self._days_of(number) for number in (gap.before, gap.after))
            if gap.before is None:
                for day, on in second.items():
                    if not any(b == day for _, b in gap.fitting):
                        self._hold(self.model.add(on == 0), gap.text)
                continue
            for day, on in first.items():
                if gap.after is None:
                    if not any(a == day for a, _ in gap.fitting):
                        self._hold(self.model.add(on == 0), gap.text)
                    continue
                others = [one for b, one in second.items() if (day, b) not in gap.fitting]
                if others:
                    self._hold(self.model.add(sum(others) + on <= 1), gap.text)

    def _days_of(self, number: int | None) -> Mapping[dt.date, cp_model.IntVar]:
        return {} if number is None else self._on[number]

    def _add_room(self) -> None:
        """Let what the visits of a day add up to be no more than there is."""
        question, room = self._question, self._question.room
        for day, steps in question.hours.items():
            visits = [(need, on) for need, on in self._visits_on(day) if any(need)]
            for n, (limit, reason) in enumerate(
                zip(room.offers(steps), self._shortages, strict=True)
            ):
                taken = sum(room.takes(need)[n] * on for need, on in visits)
                offered = limit.at_most + limit.each_step_of_overtime * self._overtime[day]
                if visits:
                    self._hold(self.model.add(taken <= offered), reason, _HOURS)
            for need, on in visits:
                if need.steps > steps:
                    late = self.model.add(self._overtime[day] >= (need.steps - steps) * on)
                    self._hold(late, _HOURS)

    @property
    def _shortages(self) -> tuple[str, str, str, str]:
        room = self._question.room
        return (
            f"chairs: {room.chairs}",
            f"nurses who watch: {room.nurses}, each of them {room.watches} people",
            f"nurses who start a visit: {room.nurses}",
            f"doses that the pharmacy prepares in an hour: {room.doses_per_hour}",
        )

    @property
    def _fewest(self) -> str:
        """Return what keeps more people from being there at one time: chairs, or who watches."""
        room, (chairs, watching, *_) = self._question.room, self._shortages
        return chairs if room.chairs == room.people else watching

    def _visits_on(self, day: dt.date) -> Iterator[tuple[VisitNeed, cp_model.IntVar]]:
        for booking, days in zip(self._question.bookings, self._on, strict=True):
            if day in days:
                yield VisitNeed(booking.steps, booking.doses), days[day]

    def _add_crowd(self, of: Crowd) -> None:
        """Let every day with as many visits of each kind, and no more hours, take its overtime."""
        crowd, steps, least = of
        short = [self._shortages[number] for number in self.short_of(of)] if self._explain else []
        for day, own in self._question.hours.items():
            by_need: dict[VisitNeed, list[cp_model.IntVar]] = {need: [] for need in crowd}
            for need, on in self._visits_on(day):
                if need in by_need:
                    by_need[need].append(on)
            if own > steps or any(len(by_need[need]) < count for need, count in crowd.items()):
                continue
            crowded = []
            for number, (need, count) in enumerate(crowd.items()):
                many = self.model.new_bool_var(f"{count} of kind {number} on {day}")
                self.model.add(sum(by_need[need]) < count).only_enforce_if(~many)
                crowded.append(many)
            reasons = self._enforced_by(*short, _HOURS)
            if least is None:
                self.model.add_bool_or([~many for many in crowded]).only_enforce_if(reasons)
            else:
                late = self.model.add(self._overtime[day] >= least)
                late.only_enforce_if([*crowded, *reasons])

    def _hold(self, constraint: cp_model.Constraint, *reasons: str) -> None:
        """Let something hold for these reasons."""
        constraint.only_enforce_if(self._enforced_by(*reasons))

    def _enforced_by(self, *reasons: str) -> list[cp_model.IntVar]:
        """Return what has to be true for these reasons to count; nothing where none is left out."""
        if not self._explain:
            return []
        for text in reasons:
            if text not in self.reasons:
                self.reasons[text] = self.model.new_bool_var(text)
        return [self.reasons[text] for text in reasons]
