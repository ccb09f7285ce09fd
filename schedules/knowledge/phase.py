"""What a phase is made of: gives, procedures, tests, gates, its cycle, its taper."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    model_validator,
)

from dosing.drugs.file_model import Amount, FileModel, MisplacedError, Place
from dosing.errors import InputError
from dosing.numbers import read_decimal
from dosing.units import Quantity, amount, in_unit, plain, same_kind
from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.days import day_numbers_of, goes_with
from schedules.knowledge.medicine import AsRequired, Medicine, Takes
from schedules.knowledge.span import SpanText
from schedules.knowledge.times import TimeOfDay, read_times

_OTHERWISE = re.compile(
    r"defer [1-9][0-9]? (?:days|weeks?)|give [1-9][0-9]? % of the (?:standard|previous) dose|omit"
)


def _down_to(value: Any) -> Quantity | None:
    return None if value == "nothing" else amount(value, "to")


DownTo = Annotated[
    Quantity | None,
    PlainValidator(_down_to, json_schema_input_type=str),
    PlainSerializer(lambda value: "nothing" if value is None else plain(value), return_type=str),
]


class Prerequisite(FileModel):
    """What must be known before a dose; ``before`` says which."""

    what: str
    before: Literal["first dose", "each dose"]
    source: str


class Monitor(FileModel):
    """A test to do on given days of a cycle; it has no dose."""

    what: str
    days: list[int] | str
    before_dose: bool
    source: str


class Gate(FileModel):
    """A result that decides whether, when or how much: asked for before the first dose of a cycle.

    ``otherwise`` lists what may be done when it is not reached, in the words of a change: "defer
    7 days", "give 75 % of the standard dose", "omit".
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9 -]*$")
    what: str
    unit: str = ""
    days_before: int = Field(ge=0, le=28)
    at_least: str = ""
    at_most: str = ""
    otherwise: list[str] = Field(min_length=1)
    source: str

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Give the least and the most, as numbers."""
        low = read_decimal(self.at_least, "at_least") if self.at_least else None
        high = read_decimal(self.at_most, "at_most") if self.at_most else None
        return low, high

    @model_validator(mode="after")
    def _readable(self) -> Gate:
        try:
            low, high = self.bounds
        except InputError as error:
            raise ValueError("; ".join(map(str, error.problems))) from None
        if low is None and high is None:
            raise ValueError("a gate needs at_least, at_most or both")
        if low is not None and high is not None and low > high:
            raise MisplacedError((("at_least",), f"{self.at_least} is above {self.at_most}"))
        for text in self.otherwise:
            if not _OTHERWISE.fullmatch(text):
                raise MisplacedError(
                    (
                        ("otherwise",),
                        f'"{text}" is not known; write "defer 7 days", "give 75 % of the standard '
                        'dose" or "omit"',
                    )
                )
        return self

    def __str__(self) -> str:
        """Say it in words."""
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        asked = " and ".join(f"{word} {text}" for word, text in bounds if text)
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.what} {asked}{unit}, else {' or '.join(self.otherwise)}"


class Procedure(FileModel):
    """A procedure or a review: dated like a dose, without one."""

    what: str
    kind: Literal["procedure", "review"]
    days: list[int] | str
    times: int | None = Field(default=None, ge=1)
    at: list[str] = Field(min_length=1)
    takes: Takes | None = None
    source: str

    @property
    def name(self) -> str:
        """Give the name by which it is known, as a give has one."""
        return self.what

    @property
    def times_of_day(self) -> tuple[TimeOfDay, ...]:
        """Give the times of each of its days."""
        return read_times(self.at, around=False)


class Begins(FileModel):
    """When a phase begins, if not on the day after the one before: so long after an anchor."""

    after: SpanText
    of: Literal["first day", "last dose"]


class Cycle(FileModel):
    """How a phase repeats: every so many days or calendar months, so many times.

    ``counted_from`` says where later cycles stand once one was moved: on their days counted from
    the first, or counted on from the dose that was really given.
    """

    every: SpanText | Chosen
    count: Annotated[int, Field(ge=1)] | Chosen
    counted_from: Literal["first day", "dose given"] = "first day"


class Fall(FileModel):
    """How a taper falls: by so much, each step for so long, down to an amount or to nothing."""

    by: Amount
    each: SpanText
    to: DownTo


class Ends(FileModel):
    """When a taper should have ended, counted from the first day of the course."""

    earliest: SpanText
    latest: SpanText
    source: str


class Taper(FileModel):
    """Takes down the dose of an earlier phase, whatever it came to: same drug, route and days."""

    reduces: str
    steps: list[Fall] = Field(min_length=1)
    ends: Ends | None = None
    source: str

    @model_validator(mode="after")
    def _falls(self) -> Taper:
        found: list[tuple[Place, str]] = []
        *before, _ = self.steps
        for n, step in enumerate(self.steps):
            if step.to is not None and not same_kind(step.by, step.to):
                found.append((("steps", n, "to"), f"{plain(step.to)} is of another kind than by"))
        for n, step in enumerate(before):
            after = self.steps[n + 1]
            if step.to is None:
                found.append((("steps", n, "to"), "only the last steps go down to nothing"))
            elif not same_kind(step.to, after.by):
                found.append((("steps", n + 1, "by"), "is of another kind than the steps before"))
            elif after.to is not None and same_kind(step.to, after.to):
                if in_unit(after.to, step.to.units, "to") >= step.to.magnitude:
                    said = f"{plain(after.to)} is not below {plain(step.to)}: a taper falls"
                    found.append((("steps", n + 1, "to"), said))
        if found:
            raise MisplacedError(*found)
        return self


class Phase(FileModel):
    """A stretch of a regimen. The next phase begins on the day after its last.

    A ``taper`` stands in the place of gives and of a length: both follow from the patient's dose.
    ``only_if`` makes it conditional: it is dated, and every output says on what it depends.
    ``open_end`` says that it goes on after its last date, until it is reviewed. ``first_day`` is
    the number that its file gives to the first day: 1, or 0 where the source counts so.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9 -]*$")
    only_if: str = ""
    begins: Begins | None = None
    length: SpanText | Chosen | None = None
    cycle: Cycle | None = None
    open_end: bool = False
    taper: Taper | None = None
    first_day: Literal[0, 1] = 1
    # The words of the files stand here until the files themselves change.
    medicines: list[Medicine] = Field(default_factory=list, alias="gives")
    procedures: list[Procedure] = Field(default_factory=list, alias="acts")
    as_required: list[AsRequired] = Field(default_factory=list)
    monitor: list[Monitor] = Field(default_factory=list)
    gates: list[Gate] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_length(self) -> Phase:
        if self.length is not None and self.cycle is not None:
            raise MisplacedError((("length",), "a phase has a length or a cycle, not both"))
        if not self.medicines and not self.procedures and self.taper is None:
            raise MisplacedError((("name",), "a phase needs gives, acts or both"))
        if self.taper is not None:
            stated = {
                "gives": self.medicines,
                "length": self.length,
                "cycle": self.cycle,
                "begins": self.begins,
            }
            own = [key for key, value in stated.items() if value]
            if own:
                text = f"a taper follows from the phase it reduces: leave out {' and '.join(own)}"
                raise MisplacedError((("taper",), text))
        for n, medicine in enumerate(self.medicines):
            rated = any(
                isinstance(one, Medicine) and one.rate for one in self.events(medicine.event)
            )
            if rated and any(moment.of == "end" for moment in medicine.times_of_day):
                # A ladder may take longer than is booked; that is known only after the dose.
                text = f"the end of {medicine.event} depends on its rate: count from its start"
                raise MisplacedError((("gives", n, "at"), text))
        return self

    def tables(self) -> dict[str, list[Medicine]]:
        """Give the gives by name: one of each name, or the bands of a table."""
        tables: dict[str, list[Medicine]] = {}
        for medicine in self.medicines:
            tables.setdefault(medicine.name, []).append(medicine)
        return tables

    def day_numbers(
        self, part: Medicine | Procedure | Monitor, length: int | None, on: dt.date | None = None
    ) -> list[int]:
        """Give the positions of the days of a part, 1 for the first day of the cycle or phase.

        Days that a person picks stand for as many, up to the last that can be picked.

        Raises:
            ValueError: if they cannot be read, or need a length or an event that is not there.
        """
        if isinstance(part.days, Picked):
            return [*range(1, part.days.pick), part.days.of]
        if event := goes_with(part.days):
            found = self.events(event)
            if not found or goes_with(found[0].days):
                raise ValueError(f'nothing that is called "{event}" has days in this phase')
            return self.day_numbers(found[0], length, on)
        times = None if isinstance(part, Monitor) else part.times
        return day_numbers_of(part.days, times, length, first=self.first_day, on=on)

    def events(self, name: str) -> list[Medicine | Procedure]:
        """Give the gives and acts of a name: the bands of a table are on the same days."""
        everything: list[Medicine | Procedure] = [*self.procedures, *self.medicines]
        return [part for part in everything if part.name == name]

    def last_day(self, length: int | None, on: dt.date | None = None) -> int:
        """Give the position of the last day on which anything takes place."""
        everything: list[Medicine | Procedure] = [*self.procedures, *self.medicines]
        return max(self.day_numbers(part, length, on)[-1] for part in everything)
