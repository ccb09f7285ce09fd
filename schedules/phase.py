"""What a regimen is made of: choices, gives with their days, procedures, cycles, phases."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from dosing.bands import When
from dosing.body import BSA, IDEAL_WEIGHT
from dosing.drug import Amount, DoseValue, Duration, FileModel
from dosing.errors import InputError, Problem
from dosing.plain_numbers import read_decimal
from dosing.rounding import RoundingRule
from dosing.units import KG, M2, Quantity, amount, in_unit, parts, plain, same_kind
from schedules.days import (
    DayPick,
    apart_of,
    day_numbers_of,
    goes_with,
    is_rhythm,
    weekdays_fit,
)
from schedules.moments import Moment, moments
from schedules.span import Span

_OTHERWISE = re.compile(
    r"defer [1-9][0-9]? (?:days|weeks?)|give [1-9][0-9]? % of the (?:standard|previous) dose|omit"
)

Place = tuple[str | int, ...]


class MisplacedError(ValueError):
    """Something in a file does not hold. Each problem says where it stands, below its model."""

    def __init__(self, *places: tuple[Place, str]) -> None:
        """Keep the problems; the text is all of them on one line."""
        super().__init__("; ".join(text for _, text in places))
        self.places = places


def _span(value: Any) -> Any:
    return Span.parse(value) if isinstance(value, str) else value


SpanText = Annotated[
    Span,
    BeforeValidator(_span),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "description": "28 days, 4 weeks or 1 month"}),
]


def _down_to(value: Any) -> Quantity | None:
    return None if value == "nothing" else amount(value, "to")


DownTo = Annotated[
    Quantity | None,
    PlainValidator(_down_to, json_schema_input_type=str),
    PlainSerializer(lambda value: "nothing" if value is None else plain(value), return_type=str),
]


class Chosen(FileModel):
    """Stands where a number or a length is left to the person: the name of a choice."""

    choice: str


class Picked(FileModel):
    """Stands where so many days out of the first ones are left to the person: 10 of 14."""

    choice: str
    pick: int = Field(ge=1)
    of: int = Field(ge=1)


class Choice(FileModel):
    """What a person decides: a length or a number within a range, one of a list, a word, or days.

    The words of the choice named severity are the closed list that bands by severity divide.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    ask: str
    one_of: list[SpanText] = Field(default_factory=list)
    days: tuple[int, int] | None = None
    number: tuple[int, int] | None = None
    words: list[str] = Field(default_factory=list)
    pick: tuple[int, int] | None = None
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
        forms = (self.one_of, self.words, *(bounds for _, bounds in ranges))
        if sum(map(bool, forms)) != 1:
            raise ValueError("a choice has exactly one of: one_of, days, number, pick, words")
        if len(set(self.words)) != len(self.words):
            raise MisplacedError((("words",), "a word comes twice"))
        for key, bounds in ranges:
            if bounds is not None and bounds[0] < 1:
                raise MisplacedError(((key,), f"low {bounds[0]} is below 1"))
            if bounds is not None and bounds[0] > bounds[1]:
                raise MisplacedError(((key,), f"low {bounds[0]} is above high {bounds[1]}"))
        return self

    @property
    def kind(self) -> str:
        """Say what it fills: a length, a number, a word or some days."""
        if self.words:
            return "a word"
        return "some days" if self.pick else "a number" if self.number else "a length"

    @property
    def accepted(self) -> str:
        """Say what can be chosen."""
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
        """Give what it offers one by one: words or lengths."""
        return self.words or [str(span) for span in self.one_of]

    def read(self, text: str) -> Span | int | str | DayPick:
        """Read what was chosen.

        Raises:
            InputError: if it is not one of what is offered.
        """
        if text in self.words:
            return text
        try:
            if self.pick is not None:
                return DayPick.parse(text, *self.pick)
            if self.number is not None:
                chosen: Span | int = int(text) if re.fullmatch("[0-9]{1,4}", text) else -1
                if isinstance(chosen, int) and self.number[0] <= chosen <= self.number[1]:
                    return chosen
            elif not self.words:
                bare = self.days is not None and re.fullmatch("[0-9]{1,4}", text)
                chosen = Span.parse(f"{text} days" if bare else text)
                if chosen in self.one_of or (
                    self.days is not None
                    and not chosen.months
                    and self.days[0] <= chosen.days <= self.days[1]
                ):
                    return chosen
        except ValueError:
            pass
        raise InputError(
            Problem(field=self.name, typed=text, why="is not offered here", accepted=self.accepted)
        )


class Rounded(FileModel):
    """How a dose is rounded; ``over: cycle`` rounds the total of a cycle and deals it out."""

    to: Amount
    rule: RoundingRule
    over: Literal["dose", "cycle"]
    source: str


class Cap(FileModel):
    """The most that one dose may be."""

    amount: Amount
    source: str


class Takes(FileModel):
    """How long an infusion is booked for, the first time and later."""

    first: Duration
    later: Duration
    source: str


class Rate(FileModel):
    """The rate ladders of the drug file that a first infusion and each later one follow."""

    first: str
    later: str


class Window(FileModel):
    """How far a dose may move, and how near two may come."""

    early: SpanText | None = None
    late: SpanText | None = None
    least_gap: SpanText
    source: str


class Tablets(FileModel):
    """Of which tablets a dose is made, and how many may be taken at one time."""

    of: list[Amount] = Field(default_factory=list)
    most: int | None = Field(default=None, ge=1)
    source: str

    @model_validator(mode="after")
    def _says_something(self) -> Tablets:
        if not self.of and self.most is None:
            raise ValueError("needs of, most or both")
        if len({plain(strength) for strength in self.of}) != len(self.of):
            raise ValueError("of names one strength twice")
        return self


class PercentOf(FileModel):
    """A dose as a part of each dose of another give: mesna, 20 % of the cyclophosphamide."""

    percent: float = Field(gt=0, le=200, strict=False)
    of: str
    source: str


class Give(FileModel):
    """One drug, by one route, with one dose rule, on given days of a phase or cycle.

    ``days: with each NAME`` ties it to the doses or procedures of that name in its phase; ``at`` is
    then counted from their start or end. ``percent_of`` makes the amount a part of theirs.
    """

    drug: str
    item: str = ""
    when: When | None = None
    route: str
    dose: DoseValue
    weight: Literal["actual", "ideal", "adjusted", "lean"] | None = None
    ideal: str | None = None
    fraction: float | None = None
    surface: str | None = None
    doses_a_day: int | None = Field(default=None, ge=1)
    percent_of: PercentOf | None = None
    cap: Cap | None = None
    round: Rounded | None = None
    tablets: Tablets | None = None
    days: list[int] | str | Picked
    times: int | None = Field(default=None, ge=1)
    at: list[str] = Field(min_length=1)
    takes: Takes | None = None
    rate: Rate | None = None
    per_cycle: DoseValue | None = None
    per_course: DoseValue | None = None
    window: Window | None = None
    source: str

    @model_validator(mode="after")
    def _complete(self) -> Give:
        unit = parts(self.dose.units)
        found: list[tuple[str, str]] = []
        if unit.body == KG and self.weight is None:
            found.append(("dose", "a dose per kg needs weight: actual, ideal, adjusted or lean"))
        if unit.body == M2 and self.surface is None:
            found.append(("dose", f"a dose per m2 needs surface: {', '.join(BSA)}"))
        if self.surface is not None and self.surface not in BSA:
            found.append(("surface", f'"{self.surface}" is none of {", ".join(BSA)}'))
        if self.ideal is not None and self.ideal not in IDEAL_WEIGHT:
            found.append(("ideal", f'"{self.ideal}" is none of {", ".join(IDEAL_WEIGHT)}'))
        if self.weight in {"ideal", "adjusted"} and self.ideal is None:
            found.append(("weight", f"{self.weight} needs ideal"))
        if self.weight == "adjusted" and self.fraction is None:
            found.append(("weight", "adjusted needs fraction"))
        a_day = 0
        try:
            a_day = len(self.moments)
        except ValueError as error:
            found.append(("at", str(error)))
        if unit.per_day and self.doses_a_day != a_day:
            found.append(("dose", "a dose per day needs doses_a_day, as many as the times in at"))
        if self.round is not None and not same_kind(self.round.to, unit.amount):
            found.append(("round", f"cannot round {plain(self.dose)} to {plain(self.round.to)}"))
        if self.round is not None and self.round.over == "cycle" and a_day > 1:
            found.append(("round", "over a cycle is for one dose a day"))
        if self.times is not None and not is_rhythm(self.days):
            found.append(("times", "is for each day or every so many days, not for listed days"))
        if self.rate is not None and self.takes is None:
            found.append(("rate", "needs takes, the length that is booked"))
        if self.percent_of is not None and self.percent_of.of != self.event:
            found.append(("percent_of", f"needs days: with each {self.percent_of.of}"))
        if found:
            raise MisplacedError(*(((key,), text) for key, text in found))
        return self

    @property
    def apart(self) -> int | None:
        """Give how many days lie between two doses; None where the days are listed."""
        return apart_of(self.days)

    @property
    def name(self) -> str:
        """Give the name that tells it from other gives of its phase: the drug, if not stated."""
        return self.item or self.drug

    @property
    def event(self) -> str:
        """Give the name of what it goes with, if its days are those of something else."""
        return goes_with(self.days)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Give the times of each of its days."""
        return moments(self.at, around=bool(self.event))


class AsRequired(FileModel):
    """A drug to take when it is needed. It is shown and held to its limits, and never dated."""

    drug: str
    route: str
    dose: Amount
    when: str
    most_a_day: int = Field(ge=1)
    source: str


class Check(FileModel):
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


class Act(FileModel):
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
    def moments(self) -> tuple[Moment, ...]:
        """Give the times of each of its days."""
        return moments(self.at, around=False)


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
    gives: list[Give] = Field(default_factory=list)
    acts: list[Act] = Field(default_factory=list)
    as_required: list[AsRequired] = Field(default_factory=list)
    monitor: list[Monitor] = Field(default_factory=list)
    gates: list[Gate] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_length(self) -> Phase:
        if self.length is not None and self.cycle is not None:
            raise MisplacedError((("length",), "a phase has a length or a cycle, not both"))
        if not self.gives and not self.acts and self.taper is None:
            raise MisplacedError((("name",), "a phase needs gives, acts or both"))
        if self.taper is not None:
            own = [key for key in ("gives", "length", "cycle", "begins") if getattr(self, key)]
            if own:
                text = f"a taper follows from the phase it reduces: leave out {' and '.join(own)}"
                raise MisplacedError((("taper",), text))
        for n, give in enumerate(self.gives):
            rated = any(isinstance(one, Give) and one.rate for one in self.events(give.event))
            if rated and any(moment.of == "end" for moment in give.moments):
                # A ladder may take longer than is booked; that is known only after the dose.
                text = f"the end of {give.event} depends on its rate: count from its start"
                raise MisplacedError((("gives", n, "at"), text))
        return self

    def tables(self) -> dict[str, list[Give]]:
        """Give the gives by name: one of each name, or the bands of a table."""
        tables: dict[str, list[Give]] = {}
        for give in self.gives:
            tables.setdefault(give.name, []).append(give)
        return tables

    def day_numbers(
        self, part: Give | Act | Monitor, length: int | None, on: dt.date | None = None
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

    def events(self, name: str) -> list[Give | Act]:
        """Give the gives and acts of a name: the bands of a table are on the same days."""
        everything: list[Give | Act] = [*self.acts, *self.gives]
        return [part for part in everything if part.name == name]

    def last_day(self, length: int | None, on: dt.date | None = None) -> int:
        """Give the position of the last day on which anything takes place."""
        everything: list[Give | Act] = [*self.acts, *self.gives]
        return max(self.day_numbers(part, length, on)[-1] for part in everything)
