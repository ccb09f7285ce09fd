"""What is in stock, and the day on which it runs out."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
from collections.abc import Mapping
from itertools import accumulate

from dosing.drugs.drug import Drug
from dosing.errors import InputError, Problems, refuse
from dosing.units import amount, in_unit, plain, same_kind
from schedules.cohort.demand import Demand, Pack

STOCK_HEAD = ("drug", "form", "strength", "packs")
_EXAMPLE = "rituximab,vial,100 mg,40"
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """One kind of pack against what is in stock; ``stocked`` is None where the file has no row.

    ``runs_out`` is the first day on which more is needed than there is.
    """

    pack: Pack
    needed: int
    stocked: int | None
    runs_out: dt.date | None

    @property
    def short_of(self) -> int | None:
        """Return how many packs are missing in the end; None where the stock is not known."""
        return None if self.stocked is None else max(self.needed - self.stocked, 0)


def read_stock(text: str, drugs: Mapping[str, Drug]) -> dict[Pack, int]:
    """Read the stock: a row for each kind of pack, with drug, form, strength and packs.

    Raises:
        InputError: naming every row that is wrong, the head being row 1.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    head = tuple(cell.strip() for cell in rows[0]) if rows else ()
    if head != STOCK_HEAD:
        refuse("stock", ",".join(head), why="is not its head", write=",".join(STOCK_HEAD))
    problems = Problems()
    stock: dict[Pack, int] = {}
    for number, cells in enumerate(rows[1:], 2):
        typed = [cell.strip() for cell in cells]
        if not any(typed):
            continue
        try:
            pack, count = _read_row(typed, drugs, f"stock, row {number}")
        except InputError as error:
            problems.extend(error.problems)
            continue
        if pack in stock:
            why, accepted = "is stated twice", "state each kind of pack once"
            problems.add(f"stock, row {number}", ",".join(typed), why=why, accepted=accepted)
        stock[pack] = count
    problems.raise_if_any()
    return stock


def _read_row(cells: list[str], drugs: Mapping[str, Drug], field: str) -> tuple[Pack, int]:
    if len(cells) != len(STOCK_HEAD):
        refuse(field, ",".join(cells), why="has not four cells", write=_EXAMPLE)
    drug, form, strength, count = cells
    if drug not in drugs:
        refuse(field, drug, why="is the id of no drug file", write=_EXAMPLE)
    if not _WHOLE.fullmatch(count):
        refuse(field, count, why="is not a number of packs", write="40")
    wanted = amount(strength, field)
    known = [
        one for product in drugs[drug].products if product.form == form for one in product.strengths
    ]
    for one in known:
        if same_kind(one, wanted) and in_unit(wanted, one.units, field) == one.magnitude:
            return Pack(drug, form, plain(one)), int(count)
    names = ", ".join(
        f"{product.form} {plain(one)}"
        for product in drugs[drug].products
        for one in product.strengths
    )
    refuse(field, f"{form} {strength}", why=f"is no pack of {drug}", write=f"one of: {names}")


def compare_with_stock(demand: Demand, stock: Mapping[Pack, int]) -> list[StockLine]:
    """Compare what is needed, day after day, with what is in stock.

    Doses that depend on something count as well: whoever plans has to have them.
    """
    return [
        StockLine(
            pack=pack,
            needed=sum(days.values()),
            stocked=stock.get(pack),
            runs_out=_runs_out(days, stock[pack]) if pack in stock else None,
        )
        for pack, days in sorted(demand.by_day.items())
    ]


def _runs_out(days: Mapping[dt.date, int], stocked: int) -> dt.date | None:
    dates = sorted(days)
    so_far = accumulate(days[date] for date in dates)
    return next((date for date, used in zip(dates, so_far, strict=True) if used > stocked), None)
