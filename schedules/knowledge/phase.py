"""What a phase is made of: medicines, procedures, tests, gates, its cycle, its taper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from dosing.drugs.file_model import FileModel, MisplacedError, Place, Words, no_entries
from dosing.drugs.file_quantities import Amount
from dosing.drugs.proposed_change import ProposedText
from dosing.drugs.safety import Outcome
from dosing.errors import InputError
from dosing.names import Sex
from dosing.numbers import read_decimal
from dosing.units import Quantity, amount, in_unit, plain, same_kind
from schedules.knowledge.branch import Branch
from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.days import day_numbers_of, goes_with
from schedules.knowledge.medicine import AsRequired, Booked, Medicine
from schedules.knowledge.span import SpanText
from schedules.knowledge.times import TimeOfDay, read_times


def _down_to(value: Any) -> Quantity | None:
    return None if value == "nothing" else amount(value, "to")


DownTo = Annotated[
    Quantity | None,
    PlainValidator(_down_to, json_schema_input_type=str),
    PlainSerializer(lambda value: "nothing" if value is None else plain(value), return_type=str),
]


class Prerequisite(FileModel):
    """What must be known before a dose; ``before`` says which, ``sex`` of whom if not of all."""

    what: Words
    sex: Sex | None = None
    before: Literal["first dose", "each dose"]
    source: str


class OpenDays(FileModel):
    """How far a review or test may lie from its day, to come on a day on which a site is open."""

    early: SpanText | None = None
    late: SpanText | None = None
    source: str

    @model_validator(mode="after")
    def _says_something(self) -> OpenDays:
        if self.early is None and self.late is None:
            raise ValueError("needs early, late or both")
        return self

    @property
    def most(self) -> tuple[int, int]:
        """Return the most days that it may come earlier, and later."""
        early, late = (span.shortest_days() if span else 0 for span in (self.early, self.late))
        return early, late


class Monitor(FileModel):
    """A test to do on given days of a cycle; it has no dose.

    On a closed day it comes on the nearest open day of its ``window``, or the working day before.
    """

    what: Words
    days: list[int] | str
    before_dose: bool
    window: OpenDays | None = None
    source: str


class Gate(FileModel):
    """A result that decides whether, when or how much: asked for before the first dose of a cycle.

    ``name`` is the id of its test in ``terms/tests.yaml``. The result is a number between the
    bounds, or one of the words that ``is`` lists. It is asked for some days before the dose, or at
    a ``review`` of the regimen, and may be as old at the dose as it is ``valid``. ``otherwise``
    lists what may be done when it is not reached, in the words of a change.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9 -]*$")
    what: Words
    unit: str = ""
    days_before: int | None = Field(default=None, ge=0, le=28)
    review: str = ""
    valid: SpanText | None = None
    at_least: str = ""
    at_most: str = ""
    is_: list[str] = Field(default_factory=no_entries, alias="is")
    otherwise: list[ProposedText] = Field(min_length=1)
    source: str

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Return the least and the most, as numbers."""
        low = read_decimal(self.at_least, "at_least") if self.at_least else None
        high = read_decimal(self.at_most, "at_most") if self.at_most else None
        return low, high

    @model_validator(mode="after")
    def _readable(self) -> Gate:
        try:
            low, high = self.bounds
        except InputError as error:
            raise ValueError("; ".join(map(str, error.problems))) from None
        if (low is None and high is None) != bool(self.is_):
            raise ValueError("a gate needs at_least, at_most or both, or else the words that it is")
        if low is not None and high is not None and low > high:
            raise MisplacedError((("at_least",), f"{self.at_least} is above {self.at_most}"))
        if (self.days_before is None) != bool(self.review):
            raise ValueError("a gate needs days_before, or else the review at which it is asked")
        return self

    def held_back_by(self, words: Sequence[str]) -> list[Outcome]:
        """Return the results of its test that do not reach it.

        Args:
            words: those that a result of the test may be.
        """
        if self.is_:
            others = [word for word in words if word not in self.is_]
            return [Outcome.model_validate({"test": self.name, "is": others})] if others else []
        unit, ends = self.unit.removeprefix("x "), []
        if self.at_least:
            ends.append(Outcome(test=self.name, below=f"{self.at_least} {unit}"))
        if self.at_most:
            ends.append(Outcome(test=self.name, above=f"{self.at_most} {unit}"))
        return ends

    @property
    def wanted(self) -> str:
        """Return what its result has to be: at least 1.5 x 10^9/L."""
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        stated = [f"{word} {text}" for word, text in bounds if text]
        unit = f" {self.unit}" if self.unit else ""
        return " and ".join(stated) + unit if stated else " or ".join(self.is_)

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.what} {self.wanted}, else {' or '.join(self.otherwise)}"


class Procedure(FileModel):
    """A procedure or a review: dated like a dose, without one.

    A review with a ``window`` is booked on the nearest open day in it. Its ``outcomes`` are the
    branches of a pathway, of which a person opens one. With a ``companion`` it takes place where
    that choice says so. ``in_any_case``: it does not wait for what its phase waits for, as dialysis
    does not wait for a higher dose after it.
    """

    what: Words
    kind: Literal["procedure", "review"]
    companion: str = ""
    in_any_case: bool = False
    days: list[int] | str
    times: int | None = Field(default=None, ge=1)
    at: list[str] = Field(min_length=1)
    booked: Booked | None = None
    window: OpenDays | None = None
    outcomes: list[Branch] = Field(default_factory=no_entries)
    source: str

    @model_validator(mode="after")
    def _of_a_review(self) -> Procedure:
        if self.window is not None and self.kind != "review":
            raise MisplacedError((("window",), "only a review has a window of open days"))
        if self.outcomes and self.kind != "review":
            raise MisplacedError((("outcomes",), "only a review has outcomes"))
        return self

    @property
    def name(self) -> str:
        """Return the name by which it is known, as a medicine has one."""
        return self.what

    @property
    def times_of_day(self) -> tuple[TimeOfDay, ...]:
        """Return the times of each of its days."""
        return read_times(self.at, around=False)


class Begins(FileModel):
    """When a phase begins, if not on the day after the one before: a span after an anchor."""

    after: SpanText
    of: Literal["first day", "last dose"]


class Cycle(FileModel):
    """How a phase repeats: after how many days or calendar months, and how many times.

    ``counted_from`` says where later cycles lie once one was moved: on their days counted from
    the first, or counted on from the dose that was really given.
    """

    every: SpanText | Chosen
    count: Annotated[int, Field(ge=1)] | Chosen
    counted_from: Literal["first day", "dose given"] = "first day"


class Fall(FileModel):
    """How a taper falls: by which amount, after which span each, down to an amount or nothing."""

    by: Amount
    each: SpanText
    to: DownTo


class Ends(FileModel):
    """When a taper should have ended, counted from the first day of the course."""

    earliest: SpanText
    latest: SpanText
    source: str


class Taper(FileModel):
    """Reduces the dose of an earlier phase, whatever it came to: same drug, route and days."""

    reduces: str
    steps: list[Fall] = Field(min_length=1)
    ends: Ends | None = None
    source: str

    @model_validator(mode="after")
    def _falls(self) -> Taper:
        problems: list[tuple[Place, str]] = []
        for n, step in enumerate(self.steps):
            if step.to is not None and not same_kind(step.by, step.to):
                text = f"{plain(step.to)} is of another kind than by"
                problems.append((("steps", n, "to"), text))
        for n, (step, after) in enumerate(pairwise(self.steps)):
            if step.to is None:
                problems.append((("steps", n, "to"), "only the last steps go down to nothing"))
            elif not same_kind(step.to, after.by):
                text = "is of another kind than the steps before"
                problems.append((("steps", n + 1, "by"), text))
            elif after.to is not None and _not_below(after.to, step.to):
                text = f"{plain(after.to)} is not below {plain(step.to)}: a taper falls"
                problems.append((("steps", n + 1, "to"), text))
        if problems:
            raise MisplacedError(*problems)
        return self


def _not_below(later: Quantity, earlier: Quantity) -> bool:
    """Return whether a step of a taper does not go below the one before, of the same kind."""
    if not same_kind(earlier, later):
        return False
    return bool(in_unit(later, earlier.units, "to") >= earlier.magnitude)


class Phase(FileModel):
    """A stretch of a regimen. The next phase begins on the day after its last.

    A ``taper`` replaces medicines and length: both follow from the patient's dose. ``only_if``
    makes the phase conditional: it is dated, and every output says what it depends on.
    ``open_end``: it goes on after its last date, until it is reviewed. ``first_day`` is the number
    of the first day in the file: 1, or 0 where the source counts from 0.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9 -]*$")
    only_if: str = ""
    begins: Begins | None = None
    length: SpanText | Chosen | None = None
    cycle: Cycle | None = None
    open_end: bool = False
    taper: Taper | None = None
    first_day: Literal[0, 1] = 1
    medicines: list[Medicine] = Field(default_factory=no_entries)
    procedures: list[Procedure] = Field(default_factory=no_entries)
    as_required: list[AsRequired] = Field(default_factory=no_entries)
    monitor: list[Monitor] = Field(default_factory=no_entries)
    gates: list[Gate] = Field(default_factory=no_entries)

    @model_validator(mode="after")
    def _one_length(self) -> Phase:
        if self.length is not None and self.cycle is not None:
            raise MisplacedError((("length",), "a phase has a length or a cycle, not both"))
        if not self.medicines and not self.procedures and self.taper is None:
            raise MisplacedError((("name",), "a phase needs medicines, procedures or both"))
        if self.taper is not None:
            stated = {
                "medicines": self.medicines,
                "length": self.length,
                "cycle": self.cycle,
                "begins": self.begins,
            }
            own = [key for key, value in stated.items() if value]
            if own:
                text = f"a taper follows from the phase it reduces: leave out {' and '.join(own)}"
                raise MisplacedError((("taper",), text))
        for n, medicine in enumerate(self.medicines):
            # A ladder may take longer than is booked; that is known only after the dose.
            if self._runs_by_a_ladder(medicine.event) and medicine.counts_from_an_end:
                text = f"the end of {medicine.event} depends on its rate: count from its start"
                raise MisplacedError((("medicines", n, "at"), text))
        return self

    def _runs_by_a_ladder(self, event: str) -> bool:
        return any(isinstance(part, Medicine) and part.rate for part in self.events(event))

    def tables(self) -> dict[str, list[Medicine]]:
        """Return the medicines by name: one of each name, or the bands of a table."""
        tables: dict[str, list[Medicine]] = {}
        for medicine in self.medicines:
            tables.setdefault(medicine.name, []).append(medicine)
        return tables

    def day_numbers(
        self, part: Medicine | Procedure | Monitor, length: int | None, on: dt.date | None = None
    ) -> list[int]:
        """Return the positions of the days of a part, 1 for the first day of the cycle or phase.

        Days that a person picks are counted as the first ones and the last that can be picked.

        Raises:
            ValueError: if they cannot be read, or need a length or an event that is not there.
        """
        if isinstance(part.days, Picked):
            return [*range(1, part.days.pick), part.days.of]
        if event := goes_with(part.days):
            events = self.events(event)
            if not events or goes_with(events[0].days):
                raise ValueError(f'nothing called "{event}" has days in this phase')
            return self.day_numbers(events[0], length, on)
        times = None if isinstance(part, Monitor) else part.times
        return day_numbers_of(part.days, times, length, first=self.first_day, on=on)

    def events(self, name: str) -> list[Medicine | Procedure]:
        """Return the procedures and medicines of a name; a table's bands share their days."""
        return [part for part in self._dated if part.name == name]

    @property
    def _dated(self) -> list[Medicine | Procedure]:
        return [*self.procedures, *self.medicines]

    def with_companions(self, given: Collection[str]) -> Phase | None:
        """Return it with the companions that are given; None if nothing is left of it."""
        medicines = [one for one in self.medicines if one.companion in ("", *given)]
        procedures = [one for one in self.procedures if one.companion in ("", *given)]
        if not medicines and not procedures and self.taper is None:
            return None
        return self.model_copy(update={"medicines": medicines, "procedures": procedures})

    def last_day(
        self, length: int | None, on: dt.date | None = None, *, companions: bool = True
    ) -> int:
        """Return the position of the last day on which anything takes place.

        Without ``companions`` they count only where there is nothing else.
        """
        own = [] if companions else [part for part in self._dated if not part.companion]
        return max(self.day_numbers(part, length, on)[-1] for part in own or self._dated)
