"""Two states of a course side by side: rows, totals and findings that differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal

from dosing.trace import SHOWN_DIGITS, Finding
from dosing.units import in_unit, quantity, show
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion

What = Literal[
    "moved",
    "dose",
    "omitted",
    "ceased",
    "stopped",
    "given",
    "restored",
    "added",
    "gone",
    "opened",
    "waiting",
    "outcome",
]
_Row = Administration | Occasion
# Sums are rounded to this many decimals: floating-point noise.
_CLEAN = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RowDifference:
    """What became of one row."""

    id: str
    what: tuple[What, ...]
    text: str
    before: _Row | None
    after: _Row | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain text for JSON."""
        return {
            "id": self.id,
            "what": list(self.what),
            "text": self.text,
            "date_before": self.before.date.isoformat() if self.before else None,
            "date_after": self.after.date.isoformat() if self.after else None,
            "dose_before": _dose(self.before),
            "dose_after": _dose(self.after),
        }


def rows_that_differ(before: Course, after: Course) -> tuple[RowDifference, ...]:
    """Compare two courses row by row, in the order of their dates.

    Rows are matched by identity, never by date: a dose that moved is the same dose.
    """
    was = {row.id: row for row in before.every}
    now = {row.id: row for row in after.every}
    differences = []
    for identity in dict.fromkeys((*was, *now)):
        one, other = was.get(identity), now.get(identity)
        what = tuple(_what(one, other))
        if what:
            text = _row_text(one, other, what)
            differences.append(
                RowDifference(id=identity, what=what, text=text, before=one, after=other)
            )
    return tuple(sorted(differences, key=_by_date))


def _by_date(difference: RowDifference) -> tuple[Any, ...]:
    row = difference.after or difference.before
    return (row.date, row.time, row.id) if row else ()


def _what(one: _Row | None, other: _Row | None) -> Iterator[What]:
    if one is None or other is None:
        yield "added" if one is None else "gone"
        return
    if one.state != other.state:
        yield "restored" if other.state == "planned" else other.state
    if (one.date, one.time) != (other.date, other.time) and other.live:
        yield "moved"
    if _dose(one) != _dose(other) and other.live:
        yield "dose"
    if one.condition != other.condition and other.live:
        yield "opened" if one.condition.endswith(other.condition) else "waiting"
    if _outcome(one) != _outcome(other):
        yield "outcome"


def _row_text(one: _Row | None, other: _Row | None, what: tuple[What, ...]) -> str:
    row = other or one
    if row is None:
        return ""
    name = row.name if isinstance(row, Administration) else row.what
    parts = []
    if one is None or other is None:
        parts.append(f"{what[0]}, {row.date:%a %d-%b-%Y}, {_dose(row)}".rstrip(", "))
    else:
        parts += [word for word in what if word not in {"moved", "dose", "outcome"}]
        if "moved" in what:
            clock = "" if one.time == other.time else f" {one.time:%H:%M} to {other.time:%H:%M}"
            parts.append(f"{one.date:%a %d-%b-%Y} to {other.date:%a %d-%b-%Y}{clock}")
        if "dose" in what:
            parts.append(f"{_dose(one)} to {_dose(other)}")
        if "outcome" in what:
            parts.append(_outcome(other) or "its outcome is open again")
    return f"{row.place}, {name}: {'; '.join(parts)}"


def _dose(row: _Row | None) -> str:
    return show(row.dose.amount, SHOWN_DIGITS + 1) if isinstance(row, Administration) else ""


def _outcome(row: _Row) -> str:
    return row.outcome if isinstance(row, Occasion) and row.branches else ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TotalDifference:
    """What a change does to the total of one drug, in words."""

    drug: str
    before: str
    after: str
    by: str


def totals_that_differ(before: Course, after: Course) -> tuple[TotalDifference, ...]:
    """Compare the totals of each drug in two courses; the same total is left out."""
    was = {total.drug: total for total in before.totals}
    now = {total.drug: total for total in after.totals}
    differences = []
    for drug in dict.fromkeys((*was, *now)):
        one, other = was.get(drug), now.get(drug)
        unit = (one or now[drug]).course.units
        first = float(in_unit(one.course, unit, "total")) if one else 0.0
        second = float(in_unit(other.course, unit, "total")) if other else 0.0
        doses = (one.doses if one else 0, other.doses if other else 0)
        if first == second and doses[0] == doses[1]:
            continue
        texts = [
            f"{show(quantity(number, unit), SHOWN_DIGITS + 1)} in {count} "
            f"{'dose' if count == 1 else 'doses'}"
            for number, count in zip((first, second), doses, strict=True)
        ]
        less = show(quantity(abs(round(second - first, _CLEAN)), unit), SHOWN_DIGITS + 1)
        by = "the same" if second == first else f"{less} {'more' if second > first else 'less'}"
        differences.append(TotalDifference(drug=drug, before=texts[0], after=texts[1], by=by))
    return tuple(differences)


def new_findings(before: Course, after: Course) -> tuple[Finding, ...]:
    """Return the findings of the second course that the first does not have."""
    earlier = {(finding.code, finding.text) for finding in before.findings}
    return tuple(f for f in after.findings if (f.code, f.text) not in earlier)
