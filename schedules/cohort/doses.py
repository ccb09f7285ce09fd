"""The doses of a table of patients, by columns: four numbers for each, 20 bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosing.calculation.packs import Packs
from schedules.cohort.people import Found, People
from schedules.cohort.table import Positions
from schedules.course.rows import Administration


@dataclasses.dataclass(frozen=True, slots=True)
class RowKind:
    """What many doses have in common: all but the patient, the date and the amount."""

    row: Administration
    tablets: Packs | None


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """Doses of patients whose dates lie alike: in a row of a matrix those of one of them."""

    people: Positions
    dates: NDArray[np.int32]
    kinds: NDArray[np.int32]
    amounts: NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Doses:
    """The doses of a table, patient after patient, each in the order of the course.

    ``count`` is how many each patient has, and ``alone`` who was planned alone. A date is counted
    as ``date.toordinal`` counts it, an amount stands in the unit of its kind.
    """

    people: People
    found: Found
    alone: Positions
    kinds: Sequence[RowKind]
    count: NDArray[np.int64]
    date: NDArray[np.int32]
    kind: NDArray[np.int32]
    amount: NDArray[np.float64]

    @property
    def person(self) -> NDArray[np.int32]:
        """Return whose each dose is, by the position in the table."""
        return np.repeat(np.arange(len(self.count), dtype=np.int32), self.count)

    def picked(self, people: NDArray[np.bool_], doses: NDArray[np.bool_]) -> Doses:
        """Return those of some patients for which a condition holds."""
        person = self.person
        kept = people[person] & doses
        if kept.all():
            return self
        return dataclasses.replace(
            self,
            count=np.bincount(person[kept], minlength=len(self.count)),
            date=self.date[kept],
            kind=self.kind[kept],
            amount=self.amount[kept],
        )


Parts: TypeAlias = "tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]"


def in_order(pieces: Sequence[Piece], people: int) -> tuple[NDArray[np.int64], Parts]:
    """Put the doses of all pieces in the order of their patients.

    Returns:
        How many each patient has, and the dates, kinds and amounts.
    """
    count = np.zeros(people, dtype=np.int64)
    for piece in pieces:
        count[piece.people] = piece.dates.shape[1]
    begin = np.cumsum(count) - count
    total = int(count.sum())
    dates, kinds = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    amounts = np.empty(total)
    alike = len({piece.dates.shape[1] for piece in pieces}) == 1
    for piece in pieces:
        width = piece.dates.shape[1]
        columns = ((dates, piece.dates), (kinds, piece.kinds), (amounts, piece.amounts))
        if alike and total == width * people and width:
            for column, own in columns:
                _in_one_piece(column.reshape(-1, width))[piece.people] = _in_one_piece(own)
        else:
            places = begin[piece.people, np.newaxis] + np.arange(width)
            for column, own in columns:
                column[places] = own
    return count, (dates, kinds, amounts)


def _in_one_piece(rows: NDArray[Any]) -> NDArray[Any]:
    """Return each row of a matrix as one value, which is moved at once: six times as fast."""
    rows = np.ascontiguousarray(rows)
    whole: NDArray[Any] = rows.view(f"V{rows.itemsize * rows.shape[1]}")[:, 0]
    return whole
