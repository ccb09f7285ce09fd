"""What was typed for one change, read field by field."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from dosing.errors import Problems, text_of
from schedules.course.course import Course
from schedules.course.places import find
from schedules.knowledge.library import Library
from schedules.plans.changes import Scope
from schedules.plans.patient_reading import read_date

SCOPES_TYPED: dict[str, Scope] = {
    "day": "this day",
    "this day": "this day",
    "cycle": "this cycle",
    "this cycle": "this cycle",
    "rest of this cycle": "this cycle",
    "later": "later",
    "all later": "later",
}


def text_typed(value: object) -> str:
    """Return what was typed as one text; of choices by name, all of them."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={text}" for name, text in value.items())
    return "" if value is None else text_of(value).strip()


@dataclasses.dataclass(frozen=True, slots=True)
class TypedChange:
    """The texts of one change, read field by field; what is wrong goes into ``problems``."""

    texts: Mapping[str, Any]
    course: Course
    library: Library
    problems: Problems

    def text(self, field: str) -> str:
        """Return the text of a field; empty where nothing was typed."""
        return text_typed(self.texts.get(field))

    def several(self, field: str) -> list[str]:
        """Return texts that were handed in as a list, or as one text."""
        value = self.texts.get(field)
        if isinstance(value, list):
            return [text for one in value if (text := text_typed(one))]
        return self.library.terms.words_of(field).parted(text_typed(value))

    def needed(self, field: str, accepted: str) -> str:
        """Return the text of a field that has to be there."""
        text = self.text(field)
        if not text:
            self.problems.add(field, "", why="is missing", accepted=accepted)
        return text

    def choices(self) -> dict[str, str]:
        """Return the choices of a regimen, by their names."""
        choices = self.texts.get("choose") or {}
        if isinstance(choices, Mapping):
            return {str(name): text_typed(text) for name, text in choices.items()}
        example = 'NAME="VALUE", as the regimen names it'
        self.problems.add("choose", str(choices), why="names no choice", write=example)
        return {}

    def place(self) -> str:
        """Return the place from which on the change holds."""
        dated = self.problems.reading(find, self.text("from"), self.course.every)
        return dated.place if dated is not None else ""

    def date(self, field: str) -> dt.date | None:
        """Return the day of a field."""
        return self.problems.reading(read_date, self.texts.get(field), field)

    def scope(self) -> Scope | None:
        """Return how far the change reaches."""
        accepted = "choose this day, rest of this cycle or all later"
        text = self.needed("scope", accepted)
        if text and text not in SCOPES_TYPED:
            self.problems.add("scope", text, why="is not a scope", accepted=accepted)
        return SCOPES_TYPED.get(text)
