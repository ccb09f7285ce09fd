"""What a ward takes as tables: rows with the unit beside each number, CSV, workbook and JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from dosing.units import Quantity, in_ordinary_spaces, ordinary_spaces, spelling
from schedules.cohort.demand import Days, Demand, Need, Pack, Ward
from schedules.cohort.stock import StockLine
from schedules.outputs.table import spreadsheet_safe
from schedules.outputs.workbook import write_sheets
from schedules.version import VERSION

_HOUR = dt.timedelta(hours=1)
# A third of an hour has no end.
_DIGITS_OF_HOURS = 4


def drug_rows(demand: Demand) -> list[dict[str, Any]]:
    """Return a row for each drug and route of a period; doses on a condition have their own."""
    return [
        {
            **_line(need),
            "plans": need.plans,
            "doses": need.doses,
            "amount": float(need.amount.magnitude),
            "unit": spelling(need.amount.units),
            "waste": _number(need.waste),
            "waste_if_shared": _number(need.shared_waste),
            "saved_if_shared": _number(need.saved),
            "doses_without_packs": need.uncounted,
            "infusion_hours": hours(need.infused),
        }
        for need in demand.needs
    ]


def pack_rows(demand: Demand) -> list[dict[str, Any]]:
    """Return a row for each strength of a drug in a period, whole for each visit, and shared."""
    return [
        {
            **_line(need),
            "form": pack.form,
            "strength": pack.strength,
            "packs": need.packs.get(pack, 0),
            "packs_if_shared": None if need.shared is None else need.shared.get(pack, 0),
        }
        for need in demand.needs
        for pack in dict.fromkeys((*need.packs, *(need.shared or ())))
    ]


def visit_rows(demand: Demand) -> list[dict[str, Any]]:
    """Return a row for each period: who comes, for how many hours, for which procedures."""
    return [
        {
            **_days(load.period),
            "plans": load.plans,
            "visits": load.visits,
            "chair_hours": hours(load.chair),
            "procedures": "; ".join(f"{what} x {n}" for what, n in load.procedures.items()),
            "replaced": _number(load.replaced),
            "unit": "" if load.replaced is None else spelling(load.replaced.units),
        }
        for load in demand.loads
    ]


def stock_rows(lines: Sequence[StockLine]) -> list[dict[str, Any]]:
    """Return a row for each kind of pack; without a row in the stock file ``stocked`` is empty."""
    return [
        {
            "drug": line.pack.drug,
            "form": line.pack.form,
            "strength": line.pack.strength,
            "packs": line.needed,
            "stocked": line.stocked,
            "short_of": line.short_of,
            "runs_out": "" if line.runs_out is None else line.runs_out.isoformat(),
        }
        for line in lines
    ]


def left_out_rows(ward: Ward) -> list[dict[str, Any]]:
    """Return a row for each reason why a plan is left out."""
    return [
        {"plan": one.name, "why": ordinary_spaces(why)} for one in ward.left_out for why in one.why
    ]


def ward_sheets(
    ward: Ward, demand: Demand, stock: Sequence[StockLine]
) -> dict[str, list[dict[str, Any]]]:
    """Return all tables by their names; what is left out and what is noted stand among them."""
    return {
        "drug": drug_rows(demand),
        "packs": pack_rows(demand),
        "visits": visit_rows(demand),
        "stock": stock_rows(stock),
        "left out": left_out_rows(ward),
        "note": [{"note": ordinary_spaces(text)} for text in (*ward.notes, *demand.notes)],
    }


def ward_as_dict(ward: Ward, demand: Demand, stock: Sequence[StockLine]) -> dict[str, Any]:
    """Return everything as plain values for JSON."""
    sheets = ward_sheets(ward, demand, stock)
    return in_ordinary_spaces(
        {
            **_days(demand.between),
            "plans": [one.name for one in ward.courses],
            "drugs": sheets["drug"],
            "packs": sheets["packs"],
            "visits": sheets["visits"],
            "stock": sheets["stock"],
            "left_out": sheets["left out"],
            "notes": [row["note"] for row in sheets["note"]],
        }
    )


def ward_csv(sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Return all tables as one; ``table`` names the one that a row is of."""
    rows = [{"table": name, **row} for name, table in sheets.items() for row in table]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: spreadsheet_safe(cell) for key, cell in row.items()} for row in rows)
    return text.getvalue().encode()


def ward_xlsx(
    sheets: Mapping[str, Sequence[Mapping[str, Any]]], between: Days, plans: int
) -> bytes:
    """Return all tables as a workbook, a sheet each."""
    days = f"{between.first:%d-%b-%Y} to {between.last:%d-%b-%Y}"
    return write_sheets(
        sheets,
        title=f"Ward, {days}",
        created=between.first,
        provenance=f"{plans} plans, {days}; Posology {VERSION}",
    )


def made_of(packs: Mapping[Pack, int]) -> str:
    """Return packs in words: 500 mg x 3 + 100 mg x 6."""
    return " + ".join(f"{pack.strength} x {count}" for pack, count in packs.items())


def hours(length: dt.timedelta) -> float:
    """Return a length of time as a number of hours."""
    return round(length / _HOUR, _DIGITS_OF_HOURS)


def _line(need: Need) -> dict[str, Any]:
    line = need.line
    return {
        **_days(line.period),
        "drug": line.drug,
        "route": line.route,
        "condition": line.condition,
    }


def _days(period: Days) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _number(value: Quantity | None) -> float | None:
    return None if value is None else float(value.magnitude)
