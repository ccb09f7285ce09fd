"""The versions of a plan, and two people on one: the second hears what the first did."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dosing.errors import InputError
from records.roles import Actor
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.change_words import in_words
from schedules.plans.plan import Plan
from schedules.plans.undo import words_of
from schedules.review.course_diff import rows_that_differ

_WORDS = {
    "born": "birth date",
    "weight_on": "day of weighing",
    "size_confirmed": "size measured again",
    "earlier": "given before",
    "conditions": "other diseases",
    "takes": "other drugs",
    "zone": "time zone",
    "site": "policies of the site",
}
# What never changes, or has a sentence of its own.
_NOT_LISTED = {
    "format",
    "id",
    "made_on",
    "program",
    "drugs",
    "regimen",
    "patient",
    "acknowledgements",
    "changes",
}


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
        """Return which version, by whom and when."""
        return f"version {self.version} by {self.by}, {self.at:%d-%b-%Y %H:%M} UTC"


class OtherVersionSavedError(Exception):
    """Somebody else has saved this plan since it was opened. Nothing of it was overwritten.

    ``mine`` is what could not be saved, ``base`` the version it was made from (None for a new
    plan), ``theirs`` every version saved since, the last of which stands.
    """

    def __init__(self, mine: Plan, base: PlanVersion | None, theirs: Sequence[PlanVersion]) -> None:
        """Keep the rejected plan beside the saved versions."""
        self.mine = mine
        self.base = base
        self.theirs = tuple(theirs)
        saved = "; ".join(map(str, theirs))
        super().__init__(f"this plan was saved meanwhile: {saved}; your own is kept, compare first")

    def first_did(self, library: Library) -> list[str]:
        """Describe in clinical words what the others have changed since."""
        return self._changes_since_base(self.theirs[-1].plan, library)

    def you_did(self, library: Library) -> list[str]:
        """Describe in clinical words what the version that could not be saved changed."""
        return self._changes_since_base(self.mine, library)

    def _changes_since_base(self, after: Plan | None, library: Library) -> list[str]:
        before = None if self.base is None else self.base.plan
        if before is None or after is None:
            return []
        return list(plan_changes(before, after, library))


def plan_changes(before: Plan, after: Plan, library: Library) -> Iterator[str]:
    """Describe how two versions of a plan differ: entries first, then dose by dose."""
    was, now = before.content, after.content
    yield from _changed_entries(was, now)
    yield from _changed_entries(was["patient"], now["patient"])
    if before.regimen != after.regimen:
        old, new = before.regimen, after.regimen
        yield f"regimen: {new.id} version {new.version}, was {old.id} version {old.version}"
    for change, words in zip(after.changes, words_of(after.changes), strict=True):
        if change not in before.changes:
            yield f"{words} ({change.who}: {change.why})"
    for change in before.changes:
        if change not in after.changes:
            yield f"taken back: {in_words(change)}"
    acknowledged = {entry.code for entry in before.acknowledgements}
    for entry in after.acknowledgements:
        if entry.code not in acknowledged:
            yield f"acknowledged {entry.code}: {entry.reason}"
    try:
        courses = work_out(before, library), work_out(after, library)
    except InputError:  # a plan that gives no course now is compared by its entries
        return
    yield from (row.text for row in rows_that_differ(*courses))


def _changed_entries(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in was:
        if key in _NOT_LISTED or was[key] == now[key]:
            continue
        word = _WORDS.get(key, key.replace("_", " "))
        if key == "site":
            yield f"{word} have changed"
        else:
            yield f"{word}: {_entry_text(now[key])}, was {_entry_text(was[key])}"


def _entry_text(value: Any) -> str:
    if isinstance(value, dict):
        parts = (f"{key} {_entry_text(entry)}" for key, entry in value.items())
        return ", ".join(parts) or "not stated"
    if isinstance(value, list):
        return ", ".join(map(_entry_text, value)) or "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "not stated")
