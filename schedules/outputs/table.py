"""The course as tables: text for people beside plain numbers, with the unit in the column name.

``rows`` has one row for each dose, procedure and review, ``dated_rows`` one for each test and
decision as well. The other functions give the derivations, totals, findings and packs for the
workbook and for JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dosing.trace import SHOWN_DIGITS
from dosing.units import Quantity, Unit, in_unit, ordinary_spaces, quantity, show, spelling
from schedules.course.course import Course
from schedules.course.provenance import files_since_release, record_of, short_hash
from schedules.course.rows import Administration, Occasion
from schedules.course.visit import time_visit
from schedules.plans.changes import Record
from schedules.review.dispensing import dispensing
from schedules.version import VERSION

if TYPE_CHECKING:  # pandas takes 0.3 s to import, and only ``frame`` needs it
    import pandas as pd

# A spreadsheet would run a cell that begins so as a formula. The mark itself is among them, so that
# a reader who takes one leading mark away has every text as it was.
_MARK = "'"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", _MARK)
# The kinds of rows that are no visit of their own: a sample is taken, a result is looked at.
WATCHED = ("monitoring", "decision")
_SHOWN_DIGITS = SHOWN_DIGITS + 1
# What came to the columns last stands last: some reader may count them.
_LAST = ("kind", "results", "site", "beside", "batch", "expires")
_NO_DOSE = {
    "drug": "",
    "site": "",
    "route": "",
    "beside": "",
    "dose_value": None,
    "dose_unit": "",
    "dose_text": "",
    "tablets": "",
    "cumulative_value": None,
    "cumulative_text": "",
    "batch": "",
    "expires": "",
}


def rows(course: Course) -> list[dict[str, Any]]:
    """Return one row for each dose, procedure and review, in the order of their times.

    A procedure or review has no drug and no dose; its ``item`` names it. Where something takes a
    while, ``visit_from`` and ``visit_to`` are the local times at which the patient arrives and may
    leave, and ``visit`` names the parts of a stay around an infusion. ``cumulative_value`` is the
    drug's running total, in the unit of its first dose. ``results`` says what is known of each test
    that decides on a dose, or what came out at a review. ``site`` tells doses of one visit apart,
    and ``beside`` says when a dose is given, counted from what it goes with. ``batch`` and
    ``expires`` are of the pack that it was given from.
    """
    zone = ZoneInfo(course.plan.zone)
    given: dict[str, float] = {}
    units: dict[str, Unit] = {}
    entries: list[dict[str, Any]] = []
    for row in course.rows:
        amount = row.dose.amount
        # A drug may be given in g in one phase and in mg in the next: the sum keeps to the first.
        unit = units.setdefault(row.drug, amount.units)
        so_far = given.get(row.drug, 0.0) + float(in_unit(amount, unit, "dose"))
        given[row.drug] = round(so_far, 9)
        dose = {
            "item": row.item,
            "drug": row.drug_name,
            "site": row.site,
            "route": row.route,
            "beside": row.beside,
            "dose_value": float(amount.magnitude),
            "dose_unit": spelling(amount.units),
            "dose_text": show(amount, _SHOWN_DIGITS),
            "tablets": row.tablets.made_of if row.tablets else "",
            "cumulative_value": given[row.drug],
            "cumulative_text": show(quantity(given[row.drug], unit), _SHOWN_DIGITS),
            **_pack(course.recorded.get(row.id)),
        }
        states = (one for one in course.gate_states.get(row.id, ()) if one.is_told)
        told = {"kind": "dose", "results": "; ".join(map(str, states))}
        entries.append({**_row(row, zone, dose), **told})
    entries += _rows_without_dose(course.occasions, zone)
    return sorted(entries, key=lambda entry: (entry["date"], entry["time"]))


def _pack(record: Record | None) -> dict[str, str]:
    """Return the pack that a dose was given from, as far as it was recorded."""
    if record is None:
        return {"batch": "", "expires": ""}
    expires = record.expires.isoformat() if record.expires else ""
    return {"batch": record.batch, "expires": expires}


def dated_rows(course: Course) -> list[dict[str, Any]]:
    """Return ``rows`` and ``watch_rows`` together, in the order of their times."""
    return sorted(
        (*rows(course), *watch_rows(course)), key=lambda entry: (entry["date"], entry["time"])
    )


def watch_rows(course: Course) -> list[dict[str, Any]]:
    """Return one row for each test and decision around the doses, with the keys of ``rows``."""
    return _rows_without_dose(course.tests_and_decisions, ZoneInfo(course.plan.zone))


def _rows_without_dose(occasions: Sequence[Occasion], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            **_row(one, zone, {"item": one.what, **_NO_DOSE}),
            "kind": one.kind,
            "results": one.outcome or "; ".join(map(str, one.open_branches)),
        }
        for one in occasions
    ]


def _row(row: Administration | Occasion, zone: ZoneInfo, dose: dict[str, Any]) -> dict[str, Any]:
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
        **dose,
        "status": row.status,
        "condition": row.condition,
    }


def frame(course: Course) -> pd.DataFrame:
    """Return the rows as a pandas table; no unit is hidden in a column's type."""
    import pandas as pd

    return pd.DataFrame.from_records(rows(course))


def export_rows(course: Course) -> list[dict[str, Any]]:
    """Return the rows as CSV and workbook have them, those of tests and decisions among them.

    Beside ``dose_value`` and ``dose_unit`` stand columns such as ``dose_mg``, one for each unit of
    the course. Each row names plan, regimen, status and program, the row of the records
    where the plan is in them, and the files that changed since the release where some did.
    """
    entries = dated_rows(course)
    changed = files_since_release(course)
    about = {
        "plan_label": course.plan.patient.label,
        "zone": course.plan.zone,
        "other_dose": course.plan.dose,
        "regimen": course.regimen.id,
        "regimen_version": course.regimen.version,
        "regimen_status": course.regimen.status,
        "checked": str(course.checked),
        "plan": short_hash(course),
        **record_of(course),
        **({"since_release": ", ".join(changed)} if changed else {}),
        "program": f"Posology {VERSION}",
    }
    in_units = _unit_columns(entries, ("dose", "cumulative"))
    last = [{key: entry.pop(key) for key in _LAST} for entry in entries]
    return [
        {**entry, **cells, **about, **more}
        for entry, cells, more in zip(entries, in_units, last, strict=True)
    ]


def _unit_columns(entries: list[dict[str, Any]], measures: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return for each row its numbers in columns that name their unit, such as ``dose_mg``."""
    columns: list[dict[str, Any]] = [{} for _ in entries]
    for measure in measures:
        units = [_unit_of(entry[f"{measure}_text"]) for entry in entries]
        for unit in dict.fromkeys(filter(None, units)):
            for entry, cells, own in zip(entries, columns, units, strict=True):
                cells[f"{measure}_{unit}"] = entry[f"{measure}_value"] if own == unit else None
    return columns


def _with_unit_columns(
    entries: list[dict[str, Any]], measures: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Move the numbers of each row into columns that name their unit."""
    bare = {f"{measure}_value" for measure in measures}
    return [
        {**{key: value for key, value in entry.items() if key not in bare}, **cells}
        for entry, cells in zip(entries, _unit_columns(entries, measures), strict=True)
    ]


def _unit_of(text: str) -> str:
    """Return the unit at the end of an amount, in the plural."""
    unit = ordinary_spaces(text).rpartition(" ")[2]
    return "units" if unit == "unit" else unit


def derivation_rows(course: Course) -> list[dict[str, Any]]:
    """Return one row for each step of each dose; doses with one derivation share their rows."""
    alike: dict[int, list[Administration]] = {}
    for row in course.rows:
        alike.setdefault(id(row.dose), []).append(row)
    return [entry for group in alike.values() for entry in _step_rows(group)]


def _step_rows(group: Sequence[Administration]) -> list[dict[str, Any]]:
    first = group[0]
    about = {
        "drug": first.drug_name,
        "phase": first.phase,
        "item": first.item,
        "dose_text": show(first.dose.amount, _SHOWN_DIGITS),
        "first_date": first.date.isoformat(),
        "last_date": group[-1].date.isoformat(),
        "doses": len(group),
    }
    return [
        {
            **about,
            "step": number,
            "what": step.what,
            "value_text": step.value_text,
            "why": step.why,
            "source": str(step.source),
        }
        for number, step in enumerate(first.dose.steps, 1)
    ]


def total_rows(course: Course) -> list[dict[str, Any]]:
    """Return one row for each total of each drug: per cycle, most in a day, course, lifetime."""
    names = {row.drug: row.drug_name for row in course.rows}
    entries = []
    for total in course.totals:
        amounts = [(f"{phase}, cycle {n}", value) for phase, n, value in total.cycles]
        amounts += [("at most in a day", total.most_in_a_day), ("course", total.course)]
        if total.lifetime is not None:
            amounts.append(("lifetime", total.lifetime))
        about = {"drug": names[total.drug], "doses": total.doses}
        entries += [{**about, "total": what, **_cells("total", value)} for what, value in amounts]
    return _with_unit_columns(entries, ("total",))


def dispensing_rows(course: Course) -> list[dict[str, Any]]:
    """Return one row for each product and strength: how many, what they hold, what is left over."""
    entries = [
        {
            "drug": row.drug_name,
            "product": row.product,
            "form": row.form,
            **_cells("strength", row.strength),
            "count": row.count,
            **_cells("total", row.total),
            **_cells("waste", row.waste),
            "condition": row.condition,
        }
        for row in dispensing(course).rows
    ]
    return _with_unit_columns(entries, ("strength", "total", "waste"))


def dispensing_notes(course: Course) -> list[str]:
    """Return the notes on the packs: which product was counted, and what was not."""
    return list(dispensing(course).notes)


def finding_rows(course: Course) -> list[dict[str, Any]]:
    """Return one row for each finding, with the reason for which it was acknowledged."""
    reasons = {entry.code: entry.reason for entry in course.acknowledgements}
    return [
        {**finding.as_dict(), "acknowledged": reasons.get(finding.code, "")}
        for finding in course.findings
    ]


def _cells(name: str, value: Quantity) -> dict[str, Any]:
    return {
        f"{name}_value": float(value.magnitude),
        f"{name}_text": show(value, _SHOWN_DIGITS),
    }


def to_csv(course: Course, *, bom: bool = False) -> bytes:
    """Return the table as CSV in UTF-8. Each row names plan, regimen, status and program.

    Spaces are ordinary ones. No text can be taken for a formula by a spreadsheet: one that begins
    with ``=``, ``+``, ``-``, ``@``, a tab, a carriage return or an apostrophe gets an apostrophe in
    front. A reader who takes one leading apostrophe away has the text as it was.

    Args:
        course: the course; it must be exportable.
        bom: begin with a byte order mark, by which Excel knows UTF-8.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    entries = export_rows(course)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(entries[0]) if entries else [])
    writer.writeheader()
    writer.writerows(
        {key: spreadsheet_safe(value) for key, value in entry.items()} for entry in entries
    )
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def spreadsheet_safe(value: Any) -> Any:
    """Return a value of a CSV file; of a text, one that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    plain = ordinary_spaces(value)
    return f"{_MARK}{plain}" if plain.startswith(_FORMULA) else plain
