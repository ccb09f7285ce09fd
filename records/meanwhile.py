"""Two people on one plan: what the first did, said to the second, who loses nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dosing.errors import InputError
from dosing.units import show
from records.roles import Actor
from schedules.course import Administration, course
from schedules.timetable import Dated, Occasion

if TYPE_CHECKING:
    from schedules.course import Course
    from schedules.library import Library
    from schedules.plan import Plan

_DIGITS = 6
_PATIENT = {
    "label": "label", "sex": "sex", "age": "age", "born": "birth date", "weight": "weight",
    "weight_on": "day of weighing", "height": "height", "creatinine": "creatinine",
    "size_confirmed": "size measured again", "earlier": "given before",
    "conditions": "other diseases", "takes": "other drugs",
}  # fmt: skip
_PLAN = {"first_day": "first day", "zone": "time zone", "dose": "dose", "choices": "choices"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """One version of a plan as it was saved. The plan is None once its label was erased."""

    n: int
    plan_id: str
    version: int
    sha256: str
    plan: Plan | None
    by: Actor
    at: dt.datetime

    def __str__(self) -> str:
        """Say which version, by whom and when."""
        return f"version {self.version} by {self.by}, {self.at:%d-%b-%Y %H:%M} UTC"


class SavedMeanwhileError(Exception):
    """Somebody else has saved this plan since it was opened. Nothing of it was overwritten.

    ``mine`` is what could not be saved, ``base`` the version it was made from (None for a new
    plan), ``theirs`` every version that came after it, the last of which stands.
    """

    def __init__(self, mine: Plan, base: PlanVersion | None, theirs: Sequence[PlanVersion]) -> None:
        """Keep what was to be saved beside what is there."""
        self.mine = mine
        self.base = base
        self.theirs = tuple(theirs)
        said = "; ".join(map(str, theirs))
        super().__init__(f"this plan was saved meanwhile: {said}; your own is kept, compare first")

    def first_did(self, library: Library) -> list[str]:
        """Say in clinical words what the others changed in the meantime."""
        return self._since(self.theirs[-1].plan, library)

    def you_did(self, library: Library) -> list[str]:
        """Say in clinical words what the version that could not be saved changed."""
        return self._since(self.mine, library)

    def _since(self, after: Plan | None, library: Library) -> list[str]:
        before = None if self.base is None else self.base.plan
        if before is None or after is None:
            return []
        return list(plan_changes(before, after, library))


def plan_changes(before: Plan, after: Plan, library: Library) -> Iterator[str]:
    """Say what differs between two versions of a plan: what was typed, then dose by dose."""
    was, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    yield from _entries(_PLAN, was, now)
    yield from _entries(_PATIENT, was["patient"], now["patient"])
    for used, other in zip(
        (before.regimen, *before.drugs), (after.regimen, *after.drugs), strict=False
    ):
        if used != other:
            yield f"{used.id} version {used.version} is now {other.id} version {other.version}"
    known = [entry.code for entry in before.acknowledgements]
    for entry in after.acknowledgements:
        if entry.code not in known:
            yield f"acknowledged {entry.code}: {entry.reason}"
    courses = [_course(plan, library) for plan in (before, after)]
    if courses[0] is not None and courses[1] is not None:
        yield from course_changes(courses[0], courses[1])


def course_changes(before: Course, after: Course) -> Iterator[str]:
    """Say what differs between two courses of one plan, row by row of the same identity."""
    old, new = _dated(before), _dated(after)
    for key, row in old.items():
        if key not in new:
            yield f"{_name(row)} on {_when(row)} is left out"
            continue
        other = new[key]
        if (row.date, row.time) != (other.date, other.time):
            yield f"{_name(row)} moved from {_when(row)} to {_when(other)}"
        if isinstance(row, Administration) and isinstance(other, Administration):
            amounts = [show(entry.dose.amount, _DIGITS) for entry in (row, other)]
            if amounts[0] != amounts[1]:
                yield f"{row.drug_name} on {_when(other)} is {amounts[1]}, was {amounts[0]}"
        if row.status != other.status:
            yield f"{_name(other)} on {_when(other)} is {other.status}, was {row.status}"
    for key, row in new.items():
        if key not in old:
            yield f"{_name(row)} on {_when(row)} is new"


def _course(plan: Plan, library: Library) -> Course | None:
    try:
        return course(plan, library)
    except InputError:  # a plan that gives no course now is compared by its entries
        return None


def _entries(
    words: Mapping[str, str], was: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[str]:
    for key, word in words.items():
        if was[key] != now[key]:
            yield f"{word} is {_said(now[key])}, was {_said(was[key])}"


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {text}" for key, text in value.items()) or "not stated"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "not stated")


def _dated(found: Course) -> dict[str, Administration | Occasion]:
    # The identity begins with the plan's; without it, two plans compare as two versions do.
    rows: list[Administration | Occasion] = [*found.rows, *found.occasions]
    return {row.id.removeprefix(found.plan.id): row for row in rows}


def _name(row: Administration | Occasion) -> str:
    if isinstance(row, Administration):
        return f"{row.drug_name} {show(row.dose.amount, _DIGITS)}"
    return row.what


def _when(row: Dated) -> str:
    return f"{row.date:%a %d-%b-%Y} {row.time:%H:%M}"
