"""A course as plain values, for programs: what ``--json`` prints and ``to_dict()`` returns."""

from __future__ import annotations

from typing import Any

from dosing.units import Quantity, in_ordinary_spaces, ordinary_spaces, show, spelling
from schedules.course.course import Course
from schedules.course.provenance import record_of
from schedules.course.tablets import tablets_to_dispense
from schedules.outputs import table
from schedules.review.dispensing import dispensing


def course_as_dict(course: Course) -> dict[str, Any]:
    """Return a course as plain values; one that is stopped has its findings and no dose."""
    rows = [] if course.stopped else table.rows(course)
    content: dict[str, Any] = {
        "plan": {**course.plan.model_dump(mode="json"), "hash": course.plan.hash},
        **record_of(course),
        "course": [_json_row(row, course) for row in rows],
        "totals": {} if course.stopped else _totals(course),
        "dispensing": {} if course.stopped else _dispensing(course),
        "findings": [finding.as_dict() for finding in course.findings],
        "facts": [line.as_dict() for line in course.ledger],
        "questions": {drug: dict(asked) for drug, asked in course.questions.items()},
    }
    if course.tests_and_decisions:
        content["watch"] = [
            {
                "date": one.date.isoformat(),
                "kind": one.kind,
                "what": one.what,
                "place": one.place,
                "outcome": one.outcome,
            }
            for one in course.tests_and_decisions
        ]
    reviews = [one for one in course.occasions if one.branches]
    if reviews:
        content["reviews"] = [
            {
                "id": one.id,
                "date": one.date.isoformat(),
                "what": one.what,
                "place": one.place,
                "outcome": one.outcome,
                "outcomes": {branch.outcome: str(branch) for branch in one.branches},
            }
            for one in reviews
        ]
    if course.proposals:
        content["proposals"] = [one.as_dict() for one in course.proposals]
    if course.cancelled:
        content["cancelled"] = [
            {
                "id": row.id,
                "date": row.date.isoformat(),
                "place": row.place,
                "status": row.status,
            }
            for row in course.cancelled
        ]
    return in_ordinary_spaces(content)


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


def _json_row(row: dict[str, Any], course: Course) -> dict[str, Any]:
    """Return a row with the keys that others build on, and with those that not every row has."""
    more = {key: row[key] for key in _WHERE_IT_HAS_THEM if row[key]}
    if states := course.gate_states.get(row["id"]):
        more["results"] = [state.as_dict() for state in states]
    return {key: row[key] for key in _JSON_COLUMNS} | more


def _value(value: Quantity) -> dict[str, Any]:
    return {"value": float(value.magnitude), "unit": spelling(value.units), "text": show(value, 6)}


def _totals(course: Course) -> dict[str, Any]:
    supplies = tablets_to_dispense(course)
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
        for total in course.totals
    }


def _dispensing(course: Course) -> dict[str, Any]:
    taken = dispensing(course)
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
