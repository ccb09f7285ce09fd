"""Visits of a day put into chairs, one after another: how long a chair is taken, not when.

Chairs are alike, so that only counts are asked for: how many visits of each length a chair has.
Whoever may be in a unit at one time fits into so many chairs, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping

from ortools.sat.python import cp_model

from schedules.cohort.room import Room


class Chairs:
    """The chairs of one day in a model: how many visits of each length each of them takes."""

    def __init__(
        self,
        model: cp_model.CpModel,
        room: Room,
        visits: Mapping[int, tuple[cp_model.LinearExprT, int]],
    ) -> None:
        """Take chairs for the visits of each length: how many there are, and how many at most."""
        self._model, self._room = model, room
        self._taken = [
            {length: model.new_int_var(0, most, "") for length, (_, most) in visits.items()}
            for _ in range(room.people)
        ]
        for length, (count, _) in visits.items():
            model.add(sum(one[length] for one in self._taken) == count)

    def close(
        self, steps: int, overtime: cp_model.LinearExprT, *, started: bool = True
    ) -> list[cp_model.Constraint]:
        """Return what keeps every chair within the opening hours and an overtime.

        Where visits are ``started``, chairs wait for the nurse who starts the first of each. The
        last visit begins before closing, so it is long where the overtime is used.
        """
        held: list[cp_model.Constraint] = []
        for number, one in enumerate(self._taken):
            load = sum(length * count for length, count in one.items())
            begins = self._room.first_begin(number) if started else 0
            held.append(self._model.add(load <= steps + overtime - begins))
            if self._room.overtime:
                last = {length: self._model.new_bool_var("") for length in one}
                self._model.add_at_most_one(last.values())
                for length, is_last in last.items():
                    self._model.add(one[length] >= is_last)
                longest = sum(length * is_last for length, is_last in last.items())
                held.append(self._model.add(load <= steps - 1 + longest - begins))
        return held

    def read(self, solver: cp_model.CpSolver) -> list[list[int]]:
        """Return the lengths of the visits of each chair that were found, the shortest first."""
        return [
            [length for length, count in sorted(one.items()) for _ in range(solver.value(count))]
            for one in self._taken
        ]
