"""The packs that a table takes on each day, counted without a row for each dose."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosing.errors import InputError
from dosing.units import ordinary_spaces, quantity, show
from schedules.cohort.doses import DaysWritten, Doses, Piece, RowKind
from schedules.cohort.people import how_many
from schedules.course.rows import replaced
from schedules.knowledge.library import Library
from schedules.review.dispensing import packs_for, stocked

# A drug, its route and condition, and the form and strength of a pack.
Pack: TypeAlias = tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class PacksByDay:
    """How many packs are taken on each day, and how many doses they are for.

    Days are counted as ``date.toordinal`` counts them. Of each pack ``counts`` has a row for each
    day: the packs, and the doses. What no pack is counted for has no form and no strength.
    """

    days: NDArray[np.int32]
    counts: Mapping[Pack, NDArray[np.int64]]

    def lines(self) -> Iterator[tuple[tuple[str, ...], int, int]]:
        """Yield each day and pack for which there are doses, and both numbers."""
        dates = [str(dt.date.fromordinal(day)) for day in self.days.tolist()]
        for pack, by_day in self.counts.items():
            for date, (packs, doses) in zip(dates, by_day.tolist(), strict=True):
                if doses:
                    yield (date, *pack), packs, doses


def count_packs(doses: Doses, between: DaysWritten, library: Library) -> PacksByDay:
    """Return the packs of the doses on some days: of each dose those that a pharmacy counts."""
    pieces = [piece for piece in doses.pieces if piece.offsets.size]
    first = min((int(one.first_days.min() + one.offsets.min()) for one in pieces), default=0)
    last = max((int(one.first_days.max() + one.offsets.max()) for one in pieces), default=-1)
    days = np.arange(first, last + 1, dtype=np.int32)
    counts: dict[Pack, NDArray[np.int64]] = {}
    known: dict[object, Sequence[tuple[Pack, int]]] = {}
    for given in itertools.chain.from_iterable(map(_given, pieces)):
        kind = doses.kinds[given.kind]
        key = *_place(kind), given.amount
        if key not in known:
            known[key] = _packs_of(kind, given.amount, library)
        for pack, packs in known[key]:
            if pack not in counts:
                counts[pack] = np.zeros((len(days), 2), dtype=np.int64)
            counts[pack][given.days - first] += given.people[:, np.newaxis] * (packs, 1)
    kept = between.hold(days)
    return PacksByDay(days[kept], {pack: by_day[kept] for pack, by_day in counts.items()})


class _Given(NamedTuple):
    """A kind of dose in one amount: the days on which it is given, each once, and to how many."""

    kind: int
    amount: float
    days: NDArray[np.intp]
    people: NDArray[np.int64]


def _given(piece: Piece) -> Iterator[_Given]:
    """Yield each dose in each different amount; who begins on one day is counted together."""
    first = int(piece.first_days.min())
    first_days = piece.first_days - first
    span = int(first_days.max()) + 1
    for same, (of_each, tablets) in enumerate(zip(piece.amounts, piece.tablets, strict=True)):
        # They are few, so that looking each one up is quicker than a sort that keeps the places.
        amounts = np.unique(of_each)
        which = np.searchsorted(amounts, of_each)
        tablets_of = np.zeros(len(amounts), dtype=np.intp)
        if tablets.any():
            tablets_of[which] = tablets
        begun, people = how_many(which * span + first_days, len(amounts) * span)
        ends = np.searchsorted(begun, np.arange(len(amounts) + 1) * span)
        columns = (piece.same == same).nonzero()[0]
        for n, amount in enumerate(amounts.tolist()):
            own = slice(ends[n], ends[n + 1])
            days = begun[own] - n * span + first
            for kind, offset in zip(piece.kinds[columns], piece.offsets[columns], strict=True):
                yield _Given(kind + tablets_of[n], amount, days + offset, people[own])


def _place(kind: RowKind) -> tuple[object, ...]:
    """Return all but the amount that the packs of a dose depend on."""
    row = kind.row
    return row.drug, row.route, row.condition, row.dose.amount.units, id(kind.tablets)


def _packs_of(kind: RowKind, amount: float, library: Library) -> Sequence[tuple[Pack, int]]:
    """Return the packs of one dose, as a pharmacy counts them; without any, what is not."""
    row = kind.row
    of = row.drug, row.route, row.condition
    not_counted = [((*of, "", ""), 0)]
    stock = stocked(library.drug(row.drug), row.route, library.site)
    if stock is None or not stock.products:
        return not_counted
    dose = dataclasses.replace(row.dose, amount=quantity(amount, row.dose.amount.units))
    try:
        packs = packs_for([replaced(row, dose=dose, tablets=kind.tablets)], stock)
    except InputError:
        return not_counted
    counted = []
    for part, count in packs.counts:
        half = part in packs.halves
        strength = ("half of " if half else "") + show(part * 2 if half else part)
        pack = *of, stock.products[0].form, ordinary_spaces(strength)
        counted.append((pack, count))
    return counted
