"""The course as a table: text for people beside plain numbers, one row a dose."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from dosing.trace import SHOWN_DIGITS
from dosing.units import Unit, in_unit, ordinary_spaces, quantity, show, spelling
from schedules import VERSION
from schedules.provenance import NOT_CHECKED, short_hash

if TYPE_CHECKING:
    import pandas as pd

    from schedules.course import Administration, Course
    from schedules.timetable import Occasion

# A spreadsheet would run a cell that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def records(course: Course) -> list[dict[str, Any]]:
    """Give one record for each dose, procedure and review, by date: what, when, how much, in all.

    A procedure or review has no drug and no dose; its ``item`` says what it is.
    """
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
                row, item=row.item, drug=row.drug_name, route=row.route,
                dose_value=float(amount.magnitude), dose_unit=spelling(amount.units),
                dose_text=show(amount, SHOWN_DIGITS + 1),
                tablets=row.tablets.made_of if row.tablets else "",
                cumulative_value=given[row.drug],
                cumulative_text=show(quantity(given[row.drug], unit), SHOWN_DIGITS + 1),
            )
        )  # fmt: skip
    rows += [
        _record(
            occasion, item=occasion.what, drug="", route="", dose_value=None, dose_unit="",
            dose_text="", tablets="", cumulative_value=None, cumulative_text="",
        )
        for occasion in course.occasions
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["date"], row["time"]))


def _record(row: Administration | Occasion, **what: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "date": row.date.isoformat(),
        "weekday": f"{row.date:%a}",
        "time": f"{row.time:%H:%M}",
        "minutes": round(row.length.total_seconds() / 60),
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


def to_csv(course: Course) -> bytes:
    """Write the table as CSV. Each row names plan, regimen, status and program.

    Spaces are ordinary ones and no text can be taken for a formula by a spreadsheet.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    about = {
        "plan_label": course.plan.patient.label,
        "zone": course.plan.zone,
        "other_dose": course.plan.dose,
        "regimen": course.regimen.id,
        "regimen_version": course.regimen.version,
        "regimen_status": course.regimen.status,
        "checked": NOT_CHECKED,
        "plan": short_hash(course),
        "program": f"Posology {VERSION}",
    }
    rows = [{**row, **about} for row in records(course)]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else list(about))
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = ordinary_spaces(value)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
