"""All that is asked of a ward at once: what it takes, against the stock, and what it would take."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from dosing.errors import Problems, refuse
from dosing.units import in_ordinary_spaces
from schedules.cohort.compared import compared_sheets
from schedules.cohort.demand import By, Days, Demand, Pack, Ward, find_demand
from schedules.cohort.fullness import Fullness, compare_with_capacity
from schedules.cohort.stock import StockLine, compare_with_stock
from schedules.cohort.ward_table import ward_as_dict, ward_csv, ward_sheets, ward_xlsx
from schedules.cohort.what_if import Alternatives, WhatIf, compare
from schedules.knowledge.library import Library
from schedules.outputs.progress import Progress, unreported
from schedules.plans.patient_reading import read_date


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WardOrder:
    """What is asked: of which days, by which periods, against which stock, and what if.

    ``stock`` is None where none is stated.
    """

    between: Days
    by: By
    stock: Mapping[Pack, int] | None = None
    what_ifs: tuple[WhatIf, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WardAnswer:
    """What a ward takes, and what its files hold; ``fullness`` is empty without a capacity."""

    ward: Ward
    demand: Demand
    fullness: tuple[Fullness, ...]
    stock: tuple[StockLine, ...]
    alternatives: Alternatives

    @property
    def sheets(self) -> dict[str, list[dict[str, Any]]]:
        """Return all tables by their names."""
        own = ward_sheets(self.ward, self.demand, self.stock)
        capacity = {"capacity": self._capacity_rows} if self.fullness else {}
        return {**own, **capacity, **compared_sheets(self.alternatives)}

    @property
    def _capacity_rows(self) -> list[dict[str, Any]]:
        return [one.as_dict() for one in self.fullness]

    @property
    def csv(self) -> bytes:
        """Return all tables as one CSV file."""
        return ward_csv(self.sheets)

    @property
    def xlsx(self) -> bytes:
        """Return all tables as a workbook."""
        return ward_xlsx(self.sheets, self.demand.between, len(self.ward.courses))

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        compared = compared_sheets(self.alternatives)
        named = {name.replace(", ", "_").replace(" ", "_"): rows for name, rows in compared.items()}
        own = ward_as_dict(self.ward, self.demand, self.stock)
        return {**own, "capacity": self._capacity_rows, **in_ordinary_spaces(named)}


def read_days(first: str, last: str, field: str) -> Days:
    """Read the first and the last day of a period; ``field`` names the last one.

    Raises:
        InputError: if one of them is no date, or the last comes before the first.
    """
    problems = Problems()
    typed = ((first, "from"), (last, field))
    read = [problems.reading(read_date, text, name) for text, name in typed]
    problems.raise_if_any()
    begins, ends = (day for day in read if day is not None)
    if ends < begins:
        refuse(field, last, why="is before the first day", write=f"{begins} or later")
    return Days(begins, ends)


def answer(
    ward: Ward, order: WardOrder, library: Library, progress: Progress = unreported
) -> WardAnswer:
    """Add up a ward as it is ordered; ``progress`` is told the share of the alternatives."""
    demand = find_demand(ward.courses, order.between, order.by, library.site.pharmacy)
    lines = [] if order.stock is None else compare_with_stock(demand, order.stock)
    full = compare_with_capacity(ward.courses, order.between, order.by, library.site)
    return WardAnswer(
        ward=ward,
        demand=demand,
        fullness=tuple(full),
        stock=tuple(lines),
        alternatives=compare(ward, order.what_ifs, library, order.between, progress),
    )
