"""What there is on a day, and what its visits take of it.

All times are quarters of an hour since opening.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from schedules.knowledge.capacity import HOUR, STEP, Capacity, steps_of

PER_HOUR = HOUR // STEP
_ENDLESS = 10**6


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

    def without(self, shortage: int) -> Room:
        """Return the same room where one of what it ``offers`` is never short."""
        watched = self.nurses * self.watches
        return (
            dataclasses.replace(self, chairs=max(self.chairs, watched)),
            dataclasses.replace(self, watches=max(self.watches, self.chairs)),
            dataclasses.replace(self, start=0),
            dataclasses.replace(self, doses_per_hour=_ENDLESS),
        )[shortage]

    def start_of(self, need: VisitNeed) -> int:
        """Return for how long a nurse starts no other visit."""
        return min(self.start, need.steps)

    def first_begin(self, number: int) -> int:
        """Return when the next can begin at the earliest after some have begun: nurses start them.

        Not even a short visit is started in less than a step.
        """
        return number // self.nurses if self.start else 0

    def _empty_at_first(self, people: int) -> int:
        return sum(map(self.first_begin, range(people)))

    def takes(self, need: VisitNeed) -> tuple[int, int, int, int]:
        """Return what a visit takes of chairs, watching, starting and pharmacy, added up."""
        return need.steps, need.steps, self.start_of(need), PER_HOUR * need.doses

    def offers(self, steps: int) -> tuple[Offer, Offer, Offer, Offer]:
        """Return what a day offers at most of each; no day takes more.

        What begins in the last quarter of an hour is started, and its doses prepared, after it.
        """
        watched = self.nurses * self.watches
        return (
            Offer(self.chairs * steps - self._empty_at_first(self.chairs), self.chairs),
            Offer(watched * steps - self._empty_at_first(watched), watched),
            Offer(self.nurses * (steps + max(self.start, 1) - 1), 0),
            Offer(self.doses_per_hour * (steps + PER_HOUR - 1), 0),
        )


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
