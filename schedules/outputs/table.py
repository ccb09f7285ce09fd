"""The course as tables: text for people beside plain numbers with their unit.

One row a dose; and, for the workbook and for JSON, derivations, totals, findings and what is to be
dispensed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dosing.trace import SHOWN_DIGITS
from dosing.units import Quantity, Unit, in_unit, ordinary_spaces, quantity, show, spelling
from schedules import VERSION
from schedules.course.provenance import short_hash
from schedules.course.visit import time_visit
from schedules.review.dispensing import dispensing

if TYPE_CHECKING:
    import pandas as pd

    from schedules.course.course import Course
    from schedules.course.rows import Administration, Occasion

# A spreadsheet would run a cell that begins so as a formula. The mark itself is among them, so that
# a reader who takes one leading mark away has every text as it was.
_MARK = "'"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", _MARK)


def records(course: Course) -> list[dict[str, Any]]:
    """Give one record for each dose, procedure and review, by date: what, when, how much, in all.

    A procedure or review has no drug and no dose; its ``item`` says what it is. Where something
    takes a while, ``visit_from`` and ``visit_to`` are the times on the wall at which a person comes
    and may go, and ``visit`` names the parts of a stay around an infusion.
    """
    zone = ZoneInfo(course.plan.zone)
    given: dict[str, float] = {}
    units: dict[str, Unit] = {}
    rows: list[dict[str, Any]] = []
    for row in course.rows:
        amount = row.dose.amount
        # A drug may be given in g in one phase and in mg in the next: the sum keeps to the first.
        unit = units.setdefault(row.drug, amount.units)
        so_far = given.get(row.drug, 0.0) + float(in_unit(amount, unit, "dose"))
        given[row.drug] = round(so_far, 9)
        rows.append(
            _record(
                row,
                zone,
                item=row.item,
                drug=row.drug_name,
                route=row.route,
                dose_value=float(amount.magnitude),
                dose_unit=spelling(amount.units),
                dose_text=show(amount, SHOWN_DIGITS + 1),
                tablets=row.tablets.made_of if row.tablets else "",
                cumulative_value=given[row.drug],
                cumulative_text=show(quantity(given[row.drug], unit), SHOWN_DIGITS + 1),
            )
        )
    rows += _without_dose(course.occasions, zone)
    return sorted(rows, key=lambda row: (row["date"], row["time"]))


def watch_records(course: Course) -> list[dict[str, Any]]:
    """Give one record for each test and decision around the doses, with the keys of ``records``."""
    return _without_dose(course.tests_and_decisions, ZoneInfo(course.plan.zone))


def _without_dose(occasions: Sequence[Occasion], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        _record(
            occasion,
            zone,
            item=occasion.what,
            drug="",
            route="",
            dose_value=None,
            dose_unit="",
            dose_text="",
            tablets="",
            cumulative_value=None,
            cumulative_text="",
        )
        for occasion in occasions
    ]


def _record(row: Administration | Occasion, zone: ZoneInfo, **what: Any) -> dict[str, Any]:
    stay = time_visit(row, zone)
    lasts = stay.leaves != stay.arrives
    return {
        "id": row.id,
        "date": row.date.isoformat(),
        "weekday": f"{row.date:%a}",
        "time": f"{row.time:%H:%M}",
        "minutes": round(row.length.total_seconds() / 60),
        "visit_from": stay.arrive_text if lasts else "",
        "visit_to": stay.leave_text if lasts else "",
        "visit": str(stay) if row.before or row.after else "",
        "phase": row.phase,
        "cycle": row.cycle,
        "day": row.day,
        **what,
        "status": row.status,
        "condition": row.condition,
    }


def frame(course: Course) -> pd.DataFrame:
    """Give the records as a pandas table, with no unit hidden in a column's type."""
    import pandas as pd

    return pd.DataFrame.from_records(records(course))


def course_rows(course: Course) -> list[dict[str, Any]]:
    """Give the records as CSV and workbook have them: with the unit in the head, and what it is.

    Beside ``dose_value`` and ``dose_unit`` stand columns such as ``dose_mg``, one for each unit of
    the course. Each row names plan, regimen, status and program.
    """
    rows = records(course)
    about = {
        "plan_label": course.plan.patient.label,
        "zone": course.plan.zone,
        "other_dose": course.plan.dose,
        "regimen": course.regimen.id,
        "regimen_version": course.regimen.version,
        "regimen_status": course.regimen.status,
        "checked": str(course.checked),
        "plan": short_hash(course),
        "program": f"Posology {VERSION}",
    }
    in_units = _in_units(rows, ("dose", "cumulative"))
    return [{**row, **more, **about} for row, more in zip(rows, in_units, strict=True)]


def _in_units(rows: list[dict[str, Any]], measures: tuple[str, ...]) -> list[dict[str, Any]]:
    """Give for each row the number of each measure in a column that has its unit in the head."""
    more: list[dict[str, Any]] = [{} for _ in rows]
    for measure in measures:
        units = [_unit_of(row[f"{measure}_text"]) for row in rows]
        for unit in dict.fromkeys(filter(None, units)):
            for row, cells, own in zip(rows, more, units, strict=True):
                cells[f"{measure}_{unit}"] = row[f"{measure}_value"] if own == unit else None
    return more


def _only_in_units(rows: list[dict[str, Any]], measures: tuple[str, ...]) -> list[dict[str, Any]]:
    """Give the rows with their numbers only in columns that have the unit in the head."""
    bare = {f"{measure}_value" for measure in measures}
    return [
        {**{key: value for key, value in row.items() if key not in bare}, **more}
        for row, more in zip(rows, _in_units(rows, measures), strict=True)
    ]


def _unit_of(text: str) -> str:
    """Give the unit that stands behind an amount, in the plural."""
    unit = ordinary_spaces(text).rpartition(" ")[2]
    return "units" if unit == "unit" else unit


def derivation_records(course: Course) -> list[dict[str, Any]]:
    """Give one record for each step of each dose; doses that came about together come once."""
    rows: list[dict[str, Any]] = []
    alike: dict[int, list[Administration]] = {}
    for row in course.rows:
        alike.setdefault(id(row.dose), []).append(row)
    for group in alike.values():
        first = group[0]
        for number, step in enumerate(first.dose.steps, 1):
            rows.append(
                {
                    "drug": first.drug_name,
                    "phase": first.phase,
                    "item": first.item,
                    "dose_text": show(first.dose.amount, SHOWN_DIGITS + 1),
                    "first_date": first.date.isoformat(),
                    "last_date": group[-1].date.isoformat(),
                    "doses": len(group),
                    "step": number,
                    "what": step.what,
                    "value_text": step.value_text,
                    "why": step.why,
                    "source": str(step.source),
                }
            )
    return rows


def total_records(course: Course) -> list[dict[str, Any]]:
    """Give one record for each total of each drug: each cycle, a day at most, course, lifetime."""
    names = {row.drug: row.drug_name for row in course.rows}
    rows = []
    for total in course.totals:
        amounts = [(f"{phase}, cycle {n}", value) for phase, n, value in total.cycles]
        amounts += [("at most in a day", total.most_in_a_day), ("course", total.course)]
        if total.lifetime is not None:
            amounts.append(("lifetime", total.lifetime))
        rows += [
            {
                "drug": names[total.drug],
                "doses": total.doses,
                "total": what,
                **_amount("total", value),
            }
            for what, value in amounts
        ]
    return _only_in_units(rows, ("total",))


def dispensing_records(course: Course) -> list[dict[str, Any]]:
    """Give one record for each product and strength: how many, what they hold, what is left."""
    rows = [
        {
            "drug": row.drug_name,
            "product": row.product,
            "form": row.form,
            **_amount("strength", row.strength),
            "count": row.count,
            **_amount("total", row.total),
            **_amount("waste", row.waste),
            "condition": row.condition,
        }
        for row in dispensing(course).rows
    ]
    return _only_in_units(rows, ("strength", "total", "waste"))


def dispensing_notes(course: Course) -> list[str]:
    """Give what has to be said of the packs: what was not counted, and which product was."""
    return list(dispensing(course).notes)


def finding_records(course: Course) -> list[dict[str, Any]]:
    """Give one record for each finding, with the reason for which it was accepted."""
    reasons = {seen.code: seen.reason for seen in course.acknowledgements}
    return [
        {**finding.as_dict(), "acknowledged": reasons.get(finding.code, "")}
        for finding in course.findings
    ]


def _amount(name: str, value: Quantity) -> dict[str, Any]:
    return {
        f"{name}_value": float(value.magnitude),
        f"{name}_text": show(value, SHOWN_DIGITS + 1),
    }


def to_csv(course: Course) -> bytes:
    """Write the table as CSV. Each row names plan, regimen, status and program.

    Spaces are ordinary ones. No text can be taken for a formula by a spreadsheet: one that begins
    with ``=``, ``+``, ``-``, ``@``, a tab, a carriage return or an apostrophe has an apostrophe put
    before it. A reader takes one leading apostrophe away and has the text as it was.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    rows = course_rows(course)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = ordinary_spaces(value)
    return f"{_MARK}{plain}" if plain.startswith(_FORMULA) else plain
