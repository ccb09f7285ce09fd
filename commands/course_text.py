"""A course as the terminal shows it: for a person as text, for a program as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from commands.line import say
from dosing.units import ordinary_spaces, show, spelling
from schedules.course.tablets import tablets_to_dispense
from schedules.review.dispensing import dispensing

if TYPE_CHECKING:
    from dosing.units import Quantity
    from schedules.course.course import Course


def print_course(found: Course, *, as_json: bool) -> None:
    """Print a course; one that is stopped shows its findings and no dose."""
    from schedules.outputs.table import records

    rows = [] if found.stopped else records(found)
    if as_json:
        content = {
            "plan": {**found.plan.model_dump(mode="json"), "hash": found.plan.hash},
            "course": [_json_row(row) for row in rows],
            "totals": {} if found.stopped else _totals(found),
            "dispensing": {} if found.stopped else _dispensing(found),
            "findings": [finding.as_dict() for finding in found.findings],
        }
        if found.tests_and_decisions:
            content["watch"] = [
                {
                    "date": one.date.isoformat(),
                    "kind": one.kind,
                    "what": one.what,
                    "place": one.place,
                    "outcome": one.outcome,
                }
                for one in found.tests_and_decisions
            ]
        if found.cancelled:
            content["cancelled"] = [
                {
                    "id": row.id,
                    "date": row.date.isoformat(),
                    "place": row.place,
                    "status": row.status,
                }
                for row in found.cancelled
            ]
        say(json.dumps(content, indent=2, ensure_ascii=False))
        return
    for line in _text_table(found, rows):
        say(line)


_JSON_COLUMNS = (
    "id",
    "date",
    "time",
    "phase",
    "cycle",
    "day",
    "item",
    "drug",
    "route",
    "dose_value",
    "dose_unit",
    "dose_text",
    "status",
)
_WHERE_IT_HAS_THEM = ("tablets", "condition", "visit_from", "visit_to")


def _json_row(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row with the keys that others build on, and with those that not every row has."""
    more = {key: row[key] for key in _WHERE_IT_HAS_THEM if row[key]}
    return {key: row[key] for key in _JSON_COLUMNS} | more


def _value(value: Quantity) -> dict[str, Any]:
    return {"value": float(value.magnitude), "unit": spelling(value.units), "text": show(value, 6)}


def _totals(found: Course) -> dict[str, Any]:
    supplies = tablets_to_dispense(found)
    return {
        total.drug: {
            "doses": total.doses,
            "course": _value(total.course),
            "most_in_a_day": _value(total.most_in_a_day),
            "cycles": [{"phase": p, "cycle": c, **_value(value)} for p, c, value in total.cycles],
            "lifetime": None if total.lifetime is None else _value(total.lifetime),
            "tablets": [
                {"strength": _value(supply.strength), "count": supply.tablets}
                for supply in supplies
                if supply.drug == total.drug
            ],
        }
        for total in found.totals
    }


def _dispensing(found: Course) -> dict[str, Any]:
    taken = dispensing(found)
    return {
        "rows": [
            {
                "drug": row.drug,
                "product": row.product,
                "form": row.form,
                "strength": _value(row.strength),
                "count": row.count,
                "total": _value(row.total),
                "waste": _value(row.waste),
                **({"condition": row.condition} if row.condition else {}),
            }
            for row in taken.rows
        ],
        "prepared": [
            {"ids": [row.id for row in entry.rows], "packs": ordinary_spaces(str(entry.packs))}
            for entry in taken.prepared
        ],
        "notes": list(taken.notes),
    }


def _dispensing_lines(found: Course) -> list[str]:
    taken = dispensing(found)
    lines = []
    for row in taken.rows:
        waste = f", {show(row.waste, 6)} left over" if row.waste.magnitude else ""
        depends = f", only if {row.condition}" if row.condition else ""
        lines.append(
            f"To dispense: {row.drug_name}, {row.product}, {show(row.strength, 6)} x {row.count}, "
            f"{show(row.total, 6)} in all{waste}{depends}."
        )
    return [*lines, *(f"To dispense: {note}" for note in taken.notes)]


def _text_table(found: Course, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Lay the course out for a terminal: a table, totals, findings, and what it is."""
    from schedules.course.provenance import provenance

    regimen = found.regimen
    lines = [regimen.title, ""]
    if rows:
        head = (
            "Date",
            "Time",
            "Visit",
            "Phase",
            "Day",
            "Dose",
            "Drug",
            "Route",
            "In all",
            "Tablets",
            "",
        )
        cells = [
            (
                f"{row['weekday']} {dt.date.fromisoformat(row['date']):%d-%b-%Y}",
                row["time"],
                f"{row['visit_from']} to {row['visit_to']}" if row["visit_to"] else "",
                row["phase"],
                f"{row['cycle']}/{row['day']}",
                row["dose_text"],
                row["drug"] or row["item"],
                row["route"],
                row["cumulative_text"],
                row["tablets"],
                f"only if {row['condition']}" if row["condition"] else _became(row["status"]),
            )
            for row in rows
        ]
        widths = [max(len(str(row[i])) for row in (head, *cells)) for i in range(len(head))]
        for row in (head, tuple("-" * width for width in widths), *cells):
            lines.append(
                "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
            )
        lines += [f"{row.date:%a %d-%b-%Y}  {row.status}: {row.place}" for row in found.cancelled]
        lines += ["", *_total_lines(found), *_dispensing_lines(found)]
        lines += [f"Times are in {found.plan.zone}.", ""]
        lines += [
            f"{step.what:<22} {ordinary_spaces(step.value_text):<14} {step.why}  [{step.source}]"
            for step in (found.rows[0].dose.steps if found.rows else ())
        ]
        lines.append("")
    lines += [f"{f.level}  {f.text}  [{f.code}; {f.source}]" for f in found.findings]
    return [*lines, "", provenance(found)]


def _became(status: str) -> str:
    return "" if status == "planned" else status


def _total_lines(found: Course) -> list[str]:
    lines = []
    for total in found.totals:
        name = next(row.drug_name for row in found.rows if row.drug == total.drug)
        lifetime = (
            f"; in a lifetime {show(total.lifetime, 6)}" if total.lifetime is not None else ""
        )
        lines.append(
            f"Total of {name}: {show(total.course, 6)} in {total.doses} doses, "
            f"at most {show(total.most_in_a_day, 6)} a day{lifetime}."
        )
    return lines
