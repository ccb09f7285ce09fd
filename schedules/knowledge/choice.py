"""What a regimen leaves to a person: a length, a number, a word, which days, or a companion."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, model_validator

from dosing.drugs.file_model import FileModel, MisplacedError, Words, no_entries
from dosing.errors import refuse
from schedules.knowledge.days import DayPick, weekdays_fit
from schedules.knowledge.span import Span, SpanText

_COUNT = re.compile("[0-9]{1,4}")
GIVEN = "given"
LEFT_OUT = "left out"


class Chosen(FileModel):
    """Stands where a number or a length is left to the person, and names the choice."""

    choice: str


class Picked(FileModel):
    """Stands where some of the first days are left to the person: 10 of 14."""

    choice: str
    pick: int = Field(ge=1)
    of: int = Field(ge=1)


class Choice(FileModel):
    """What a person decides: a length or a number within a range, one of a list, a word, or days.

    The words of the choice named severity are the closed list that bands by severity divide. What
    bears the name of a ``companion`` goes with the rest, and is given or left out with the reason:
    ``given``, ``left out: allergic to it``. Undecided it is no part of a plan, as in one that was
    made before its file named it.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    ask: Words
    one_of: list[SpanText] = Field(default_factory=no_entries)
    days: tuple[int, int] | None = None
    number: tuple[int, int] | None = None
    words: list[str] = Field(default_factory=no_entries)
    pick: tuple[int, int] | None = None
    companion: bool = False
    optional_with: str = ""
    source: str

    @model_validator(mode="before")
    @classmethod
    def _pairs(cls, data: Any) -> Any:
        # YAML has lists, strict models want a tuple for a pair
        if isinstance(data, dict):
            pairs = {
                key: tuple(data[key])
                for key in ("days", "number", "pick")
                if isinstance(data.get(key), list)
            }
            return {**data, **pairs}
        return data

    @model_validator(mode="after")
    def _one_form(self) -> Choice:
        ranges = (("days", self.days), ("number", self.number), ("pick", self.pick))
        forms = (self.one_of, self.words, self.companion, *(bounds for _, bounds in ranges))
        if sum(map(bool, forms)) != 1:
            one_of = "one_of, days, number, pick, words, companion"
            raise ValueError(f"a choice has exactly one of: {one_of}")
        if len(set(self.words)) != len(self.words):
            raise MisplacedError((("words",), "a word appears twice"))
        for key, bounds in ranges:
            if bounds is not None and bounds[0] < 1:
                raise MisplacedError(((key,), f"low {bounds[0]} is below 1"))
            if bounds is not None and bounds[0] > bounds[1]:
                raise MisplacedError(((key,), f"low {bounds[0]} is above high {bounds[1]}"))
        return self

    @property
    def kind(self) -> str:
        """Return what it fills: a length, a number, a word, some days or a companion."""
        if self.words:
            return "a word"
        if self.companion:
            return "a companion"
        return "some days" if self.pick else "a number" if self.number else "a length"

    @property
    def accepted(self) -> str:
        """Return what can be chosen, as an error tells a person what to write."""
        if self.companion:
            return f'write "{GIVEN}", or why not: "{LEFT_OUT}: allergic to it"'
        if self.days:
            return f"write {self.days[0]} days to {self.days[1]} days"
        if self.number:
            return f"write a number from {self.number[0]} to {self.number[1]}"
        if self.pick:
            count, of = self.pick
            also = ", or weekdays" if weekdays_fit(count, of) else ""
            return f'write {count} of the days 1 to {of}, such as "1 to {count}"{also}'
        if self.words:
            return "write " + " or ".join(f'"{word}"' for word in self.words)
        return f"write {' or '.join(self.options)}"

    @property
    def options(self) -> list[str]:
        """Return what it offers one by one: words or lengths."""
        return self.words or [str(span) for span in self.one_of]

    @property
    def needed(self) -> bool:
        """Whether nothing is planned before it is made; a companion may stay undecided."""
        return not self.companion and not self.optional_with

    def read(self, text: str) -> Span | int | str | DayPick:
        """Read what was chosen.

        Raises:
            InputError: if it is not one of what is offered.
        """
        try:
            chosen = self._read(text)
        except ValueError:
            chosen = None
        if chosen is None:
            refuse(self.name, text, why="is not offered here", accepted=self.accepted)
        return chosen

    def _read(self, text: str) -> Span | int | str | DayPick | None:
        """Return what was chosen, or None if it is outside of what is offered."""
        if self.words:
            return text if text in self.words else None
        if self.companion:
            return text if text == GIVEN or left_out(text) else None
        if self.pick is not None:
            return DayPick.parse(text, *self.pick)
        count = int(text) if _COUNT.fullmatch(text) else None
        if self.number is not None:
            low, high = self.number
            return count if count is not None and low <= count <= high else None
        if self.days is None:
            span = Span.parse(text)
            return span if span in self.one_of else None
        span = Span.parse(text if count is None else f"{text} days")
        low, high = self.days
        return span if not span.months and low <= span.days <= high else None


def left_out(text: str) -> str:
    """Return why a companion is left out; empty where it is given, or no reason stands there."""
    head, _, why = text.partition(":")
    return why.strip() if head == LEFT_OUT else ""
