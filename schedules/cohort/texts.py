"""What a block of patients comes to, as columns of texts and as whole numbers that add up."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import functools
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosing.units import MG, ordinary_spaces, plain, quantity
from schedules.cohort.doses import DaysWritten, Doses, RowKind
from schedules.outputs.table import spreadsheet_safe

KIND_HEAD = (
    *("time", "status", "condition", "phase", "cycle", "day", "n", "item", "drug", "route"),
    *("dose_unit", "tablets"),
)
_BEFORE_AMOUNT = 10
_WHOLE_NUMBERS = ("cycle", "day", "n")
_EPOCH = dt.date(1970, 1, 1).toordinal()
DOSES_HEAD = (
    *("row", "label", "date", *KIND_HEAD[:_BEFORE_AMOUNT]),
    *("dose_value", *KIND_HEAD[_BEFORE_AMOUNT:]),
)
DEMAND_HEAD = ("date", "drug", "route", "condition", "form", "strength", "packs", "doses")
FINDINGS_HEAD = ("row", "label", "level", "code")
_LEVELS = ("STOP", "WARN")
Finding: TypeAlias = tuple[int, str, str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The doses of a block as they are written: of each patient, and of each dose.

    ``kinds`` are the texts of ``KIND_HEAD``.
    """

    numbers: NDArray[np.int64]
    labels: Sequence[str]
    count: NDArray[np.int64]
    kinds: Sequence[Sequence[str]]
    date: NDArray[np.int32]
    kind: NDArray[np.int32]
    amount: NDArray[np.float64]

    @classmethod
    def in_order(cls, some: Sequence[Lines]) -> Lines:
        """Return the doses of several as those of one, patient after patient by their rows.

        Equal kinds become one, so that those of many blocks are no more than those of the table.
        """
        if len(some) == 1:
            return some[0]
        kinds: dict[tuple[str, ...], int] = {}
        numbers, count = (
            np.concatenate([np.zeros(0, np.int64), *(getattr(one, name) for one in some)])
            for name in ("numbers", "count")
        )
        labels = [label for one in some for label in one.labels]
        order: slice | NDArray[np.intp] = slice(None)
        doses = order
        if (np.diff(numbers) < 0).any():
            order = np.argsort(numbers, kind="stable")
            doses = np.argsort(np.repeat(numbers, count), kind="stable")
            labels = [labels[n] for n in order.tolist()]

        def joined(dtype: type[Any], columns: Iterable[NDArray[Any]]) -> NDArray[Any]:
            return np.concatenate([np.zeros(0, dtype), *columns])[doses]

        own_kinds = [
            np.array([kinds.setdefault(tuple(kind), len(kinds)) for kind in one.kinds], np.int32)
            for one in some
        ]
        return cls(
            numbers=numbers[order],
            labels=labels,
            count=count[order],
            kinds=list(kinds),
            date=joined(np.int32, (one.date for one in some)),
            kind=joined(
                np.int32, (which[one.kind] for which, one in zip(own_kinds, some, strict=True))
            ),
            amount=joined(np.float64, (one.amount for one in some)),
        )

    def picked(self, first: int, end: int) -> Lines:
        """Return those of some of its patients, with the kinds that they have."""
        begin, stop = (int(self.count[:n].sum()) for n in (first, end))
        return dataclasses.replace(
            self,
            numbers=self.numbers[first:end],
            labels=self.labels[first:end],
            count=self.count[first:end],
            date=self.date[begin:stop],
            kind=self.kind[begin:stop],
            amount=self.amount[begin:stop],
        )

    def columns(self) -> dict[str, Any]:
        """Return numbers, days, and of texts the different ones and which each dose has."""
        labels: dict[str, int] = {}
        own = [labels.setdefault(label, len(labels)) for label in self.labels]
        columns: dict[str, Any] = {
            "row": self.numbers.repeat(self.count),
            "label": (list(labels), np.array(own, dtype=np.int32).repeat(self.count)),
            "date": (self.date - _EPOCH).astype("datetime64[D]"),
        }
        # Only the kinds that are there, in the order in which they come: the same in any parts.
        first = np.full(len(self.kinds), len(self.kind))
        first[self.kind[::-1]] = np.arange(len(self.kind))[::-1]
        order = [kind for kind in np.argsort(first).tolist() if first[kind] < len(self.kind)]
        for n, name in enumerate(KIND_HEAD):
            texts: dict[str, int] = {}
            which = np.zeros(len(self.kinds), dtype=np.int32)
            for kind in order:
                which[kind] = texts.setdefault(self.kinds[kind][n], len(texts))
            text = which[self.kind]
            if name in _WHOLE_NUMBERS:
                columns[name] = np.array(list(map(int, texts)), dtype=np.int64)[text]
            else:
                columns[name] = list(texts), text
        columns["dose_value"] = self.amount
        return {name: columns[name] for name in DOSES_HEAD}

    def csv(self) -> Iterator[str]:
        """Yield a line for each dose."""
        begins = np.repeat(
            np.array(
                [
                    _cells([str(number), label])
                    for number, label in zip(self.numbers.tolist(), self.labels, strict=True)
                ],
                dtype=object,
            ),
            self.count,
        )
        kinds = [(_cells(one[:_BEFORE_AMOUNT]), _cells(one[_BEFORE_AMOUNT:])) for one in self.kinds]
        days = {day: str(dt.date.fromordinal(day)) for day in np.unique(self.date).tolist()}
        amounts = {one: _number(one) for one in np.unique(self.amount).tolist()}
        for begin, day, kind, amount in zip(
            begins, self.date.tolist(), self.kind.tolist(), self.amount.tolist(), strict=True
        ):
            before, after = kinds[kind]
            yield f"{begin},{days[day]},{before},{amounts[amount]},{after}\n"


def lines_of(doses: Doses, days: DaysWritten) -> Lines:
    """Return the doses of a block on some days as they are written."""
    table, rows = doses.people.table, doses.in_rows().between(days)
    label = table.columns.get("label")
    labels = [""] * len(table)
    if label is not None:
        safe = [str(spreadsheet_safe(text)) for text in label.texts]
        labels = [safe[n] for n in label.which.tolist()]
    there = rows.count > 0
    return Lines(
        numbers=table.numbers[there],
        labels=[labels[n] for n in there.nonzero()[0].tolist()],
        count=rows.count[there],
        kinds=[_texts(kind) for kind in doses.kinds],
        date=rows.date,
        kind=rows.kind,
        amount=rows.amount,
    )


def _texts(kind: RowKind) -> list[str]:
    row = kind.row
    place = [row.phase, str(row.cycle), str(row.day), str(row.n)]
    unit = plain(quantity(1.0, row.dose.amount.units)).partition(" ")[2]
    made_of = "" if kind.tablets is None else ordinary_spaces(kind.tablets.made_of)
    begin = [f"{row.time:%H:%M}", row.status, row.condition, *place]
    return [*begin, row.item, row.drug, row.route, unit, made_of]


def _cells(texts: Sequence[str]) -> str:
    return csv_text([texts]).removesuffix("\n")


def findings_of(doses: Doses) -> Iterator[Finding]:
    """Yield each STOP and WARN of a patient: the row, the label, the level and the code."""
    table = doses.people.table
    label = table.columns.get("label")
    for (level, code), rows in doses.found.rows.items():
        if level in _LEVELS:
            for n in rows.nonzero()[0].tolist():
                typed = "" if label is None else label.texts[label.which[n]]
                yield int(table.numbers[n]), str(spreadsheet_safe(typed)), level, code


def csv_text(lines: Iterable[Sequence[object]]) -> str:
    """Return lines of CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def demand_text(packs: Mapping[tuple[str, ...], int], doses: Mapping[tuple[str, ...], int]) -> str:
    """Return the packs of each day, drug and strength: whole numbers, so that parts add up."""
    return csv_text([DEMAND_HEAD, *([*key, packs[key], doses[key]] for key in sorted(doses))])


@functools.lru_cache(maxsize=65536)
def _number(amount: float) -> str:
    return plain(quantity(amount, MG)).partition(" ")[0]
