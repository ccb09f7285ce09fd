"""What a block of patients comes to, as lines of text and as whole numbers that add up."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import functools
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from dosing.calculation.packs import Packs
from dosing.errors import InputError
from dosing.units import MG, ordinary_spaces, plain, quantity, show
from schedules.cohort.expand import Expanded
from schedules.course.rows import Administration, replaced
from schedules.knowledge.library import Library
from schedules.outputs.table import spreadsheet_safe
from schedules.review.dispensing import Stock, packs_for, stocked

DOSES_HEAD = (
    *("row", "label", "date", "time", "status", "condition", "phase", "cycle", "day", "n"),
    *("item", "drug", "route", "dose_value", "dose_unit", "tablets"),
)
DEMAND_HEAD = ("date", "drug", "route", "condition", "form", "strength", "packs", "doses")
FINDINGS_HEAD = ("row", "label", "level", "code")
_NOT_COUNTED = ("", "")


@dataclasses.dataclass(frozen=True, slots=True)
class DaysWritten:
    """The first and the last day that are looked at; None where there is no bound."""

    first: dt.date | None = None
    last: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Return whether a day lies between them."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


class Writer:
    """Turns patients into lines; what is equal for many is worked out once."""

    def __init__(self, library: Library, between: DaysWritten, acknowledged: Iterable[str]) -> None:
        """Keep what lines are made with.

        Args:
            library: the drugs, and the site that says what is stocked.
            between: which days are written.
            acknowledged: the codes of the warnings that are accepted.
        """
        self._library, self._between = library, between
        self._acknowledged = frozenset(acknowledged)
        self._stocks: dict[tuple[str, str], Stock | None] = {}
        self._packs: dict[tuple[object, ...], Sequence[tuple[str, str, int]]] = {}
        self._fixed: dict[int, tuple[Administration, list[str], list[str]]] = {}
        self._spelled: dict[int, tuple[Packs, str]] = {}
        self.demand: Counter[tuple[str, ...]] = Counter()
        self.doses: Counter[tuple[str, ...]] = Counter()
        self.codes: Counter[tuple[str, str]] = Counter()
        self.kept_back = 0

    def doses_of(self, people: Iterable[Expanded]) -> str:
        """Return the lines of the doses; who waits for a person's decision has none."""
        text = io.StringIO(newline="")
        write = csv.writer(text, lineterminator="\n").writerow
        for one in people:
            self.codes.update(one.found)
            if one.in_the_way(self._acknowledged):
                self.kept_back += 1
                continue
            label = spreadsheet_safe(str(one.person.entry.get("label", "")))
            begin = [str(one.person.row.number), label]
            for row, amount, packs in one.rows:
                if self._between.holds(row.date):
                    dated, fixed = self._texts(row)
                    write([*begin, *dated, _number(amount), *fixed, self._made_of(packs)])
                    self._count(row, amount, packs)
        return text.getvalue()

    def findings_of(self, people: Iterable[Expanded]) -> str:
        """Return a line for each STOP and WARN of a patient."""
        text = io.StringIO(newline="")
        write = csv.writer(text, lineterminator="\n").writerow
        for one in people:
            label = spreadsheet_safe(str(one.person.entry.get("label", "")))
            for level, code in sorted(one.found):
                if level != "NOTE":
                    write([one.person.row.number, label, level, code])
        return text.getvalue()

    def _made_of(self, packs: Packs | None) -> str:
        if packs is None:
            return ""
        if id(packs) not in self._spelled:
            self._spelled[id(packs)] = packs, ordinary_spaces(packs.made_of)
        return self._spelled[id(packs)][1]

    def _texts(self, row: Administration) -> tuple[list[str], list[str]]:
        key = id(row)
        if key not in self._fixed:
            place = [row.phase, str(row.cycle), str(row.day), str(row.n)]
            dated = [f"{row.date}", f"{row.time:%H:%M}", row.status, row.condition, *place]
            dated += [row.item, row.drug, row.route]
            unit = plain(quantity(1.0, row.dose.amount.units)).partition(" ")[2]
            self._fixed[key] = row, dated, [unit]
        _, dated, fixed = self._fixed[key]
        return dated, fixed

    def _count(self, row: Administration, amount: float, tablets: Packs | None) -> None:
        unit = row.dose.amount.units
        key = (row.drug, row.route, row.phase, row.item, amount, str(unit))
        if key not in self._packs:
            self._packs[key] = self._packs_of(row, amount, tablets)
        for form, strength, count in self._packs[key]:
            what = (str(row.date), row.drug, row.route, row.condition, form, strength)
            self.demand[what] += count
            self.doses[what] += 1

    def _packs_of(
        self, row: Administration, amount: float, tablets: Packs | None
    ) -> Sequence[tuple[str, str, int]]:
        """Return the packs of one dose, as a pharmacy counts them; without any, what is not."""
        place = (row.drug, row.route)
        if place not in self._stocks:
            self._stocks[place] = stocked(
                self._library.drug(row.drug), row.route, self._library.site
            )
        stock = self._stocks[place]
        if stock is None or not stock.products:
            return [(*_NOT_COUNTED, 0)]
        dose = dataclasses.replace(row.dose, amount=quantity(amount, row.dose.amount.units))
        try:
            packs = packs_for([replaced(row, dose=dose, tablets=tablets)], stock)
        except InputError:
            return [(*_NOT_COUNTED, 0)]
        form = stock.products[0].form
        return [
            (
                form,
                ordinary_spaces(
                    ("half of " if part in packs.halves else "")
                    + show(part * 2 if part in packs.halves else part)
                ),
                count,
            )
            for part, count in packs.counts
        ]


def demand_text(packs: Counter[tuple[str, ...]], doses: Counter[tuple[str, ...]]) -> str:
    """Return the packs of each day, drug and strength: whole numbers, so that parts add up."""
    text = io.StringIO(newline="")
    write = csv.writer(text, lineterminator="\n").writerow
    write(DEMAND_HEAD)
    for key in sorted(doses):
        write([*key, packs[key], doses[key]])
    return text.getvalue()


def head_text(names: Sequence[str]) -> str:
    """Return the first line of a file."""
    return ",".join(names) + "\n"


@functools.lru_cache(maxsize=65536)
def _number(amount: float) -> str:
    return plain(quantity(amount, MG)).partition(" ")[0]
