"""The doses of a table of patients: in pieces, and by columns: four numbers for each, 20 bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dosing.calculation.packs import Packs
from schedules.cohort.people import Found, People
from schedules.cohort.table import Positions
from schedules.course.rows import Administration

_DOSES_AT_ONCE = 1 << 17
_MANY_A_DOSE = 64


@dataclasses.dataclass(frozen=True, slots=True)
class RowKind:
    """What many doses have in common: all but the patient, the date and the amount."""

    row: Administration
    tablets: Packs | None


@dataclasses.dataclass(frozen=True, slots=True)
class DaysWritten:
    """The first and the last day that are looked at; None where there is no bound."""

    first: dt.date | None = None
    last: dt.date | None = None

    def hold(self, days: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which days lie between them; they are counted as ``date.toordinal`` does."""
        first, last = self.first or dt.date.min, self.last or dt.date.max
        return (days >= first.toordinal()) & (days <= last.toordinal())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Doses of patients whose dates lie alike, before any of them is a row.

    ``offsets`` are the days from the first day to each dose, ``same`` says which doses have one
    amount. Of each amount ``amounts`` and ``tablets`` have a row, with a number for each patient:
    the kind of a dose is its own of ``kinds``, and as many further as the tablets of its amount.
    Who has the same amount has the same tablets.
    """

    people: Positions
    first_days: NDArray[np.int32]
    offsets: NDArray[np.int32]
    kinds: NDArray[np.int32]
    same: Positions
    amounts: NDArray[np.float64]
    tablets: NDArray[np.int32]

    def of(self, kept: NDArray[np.bool_] | slice) -> Piece:
        """Return the doses of some of its patients."""
        return dataclasses.replace(
            self,
            people=self.people[kept],
            first_days=self.first_days[kept],
            amounts=self.amounts[:, kept],
            tablets=self.tablets[:, kept],
        )

    def lay(
        self, dates: NDArray[np.int32], kinds: NDArray[np.int32], amounts: NDArray[np.float64]
    ) -> None:
        """Write the dates, kinds and amounts into matrices, in a row those of one patient."""
        # Of many patients with few doses one dose at a time: a patient's few numbers are slower.
        width = len(self.offsets)
        step = 1 if len(self.people) > _MANY_A_DOSE * width else width
        for begin in range(0, width, step):
            some = slice(begin, begin + step)
            same = self.same[some]
            np.add(self.first_days[:, np.newaxis], self.offsets[some], out=dates[:, some])
            np.add(self.tablets[same].T, self.kinds[some], out=kinds[:, some])
            amounts[:, some] = self.amounts[same].T


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A row for each dose, patient after patient, each in the order of the course.

    ``count`` is how many each patient has. A date is counted as ``date.toordinal`` counts it, an
    amount stands in the unit of its kind.
    """

    count: NDArray[np.int64]
    date: NDArray[np.int32]
    kind: NDArray[np.int32]
    amount: NDArray[np.float64]

    @property
    def person(self) -> NDArray[np.int32]:
        """Return whose each dose is, by the position in the table."""
        return np.repeat(np.arange(len(self.count), dtype=np.int32), self.count)

    def between(self, days: DaysWritten) -> Rows:
        """Return those on some days."""
        kept = days.hold(self.date)
        if kept.all():
            return self
        return Rows(
            count=np.bincount(self.person[kept], minlength=len(self.count)),
            date=self.date[kept],
            kind=self.kind[kept],
            amount=self.amount[kept],
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Doses:
    """The doses of a table, and what is found in its patients; ``alone`` who was planned alone."""

    people: People
    found: Found
    alone: Positions
    kinds: Sequence[RowKind]
    pieces: Sequence[Piece]

    def of(self, people: NDArray[np.bool_]) -> Doses:
        """Return those of some patients."""
        if people.all():
            return self
        pieces = [piece.of(people[piece.people]) for piece in self.pieces]
        return dataclasses.replace(self, pieces=[piece for piece in pieces if len(piece.people)])

    def in_rows(self) -> Rows:
        """Return a row for each dose."""
        return in_rows(self.pieces, len(self.people.table))


def in_rows(pieces: Sequence[Piece], people: int) -> Rows:
    """Put the doses of all pieces in the order of their patients."""
    count = np.zeros(people, dtype=np.int64)
    for piece in pieces:
        count[piece.people] = len(piece.offsets)
    begin = np.cumsum(count) - count
    total = int(count.sum())
    dates, kinds = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    amounts = np.empty(total)
    columns: tuple[NDArray[Any], ...] = (dates, kinds, amounts)
    alike = len({len(piece.offsets) for piece in pieces}) == 1
    for piece in _in_small_parts(pieces):
        width, shape = len(piece.offsets), (len(piece.people), len(piece.offsets))
        first, last = int(piece.people[0]), int(piece.people[-1])
        if last - first + 1 == len(piece.people):
            place = slice(int(begin[first]), int(begin[last]) + width)
            piece.lay(*(column[place].reshape(shape) for column in columns))
            continue
        own = [np.empty(shape, column.dtype) for column in columns]
        piece.lay(*own)
        if alike and total == width * people and width:
            for column, one in zip(columns, own, strict=True):
                _in_one_piece(column.reshape(-1, width))[piece.people] = _in_one_piece(one)
        else:
            places = begin[piece.people, np.newaxis] + np.arange(width)
            for column, one in zip(columns, own, strict=True):
                column[places] = one
    return Rows(count=count, date=dates, kind=kinds, amount=amounts)


def _in_small_parts(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the doses of so few patients at a time that they stay in the processor's cache."""
    for piece in pieces:
        people = max(_DOSES_AT_ONCE // max(len(piece.offsets), 1), 1)
        for begin in range(0, len(piece.people), people):
            yield piece.of(slice(begin, begin + people))


def _in_one_piece(rows: NDArray[Any]) -> NDArray[Any]:
    """Return each row of a matrix as one value, which is moved at once: six times as fast."""
    rows = np.ascontiguousarray(rows)
    whole: NDArray[Any] = rows.view(f"V{rows.itemsize * rows.shape[1]}")[:, 0]
    return whole
