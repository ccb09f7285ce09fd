"""A regimen as its file states it: phases, gives, days, sources. No patient and no date.

The file format is these models: strict, closed, every quantity a text with its unit.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from dosing.body import BSA, IDEAL_WEIGHT
from dosing.drug import Amount, DoseValue, Duration, FileModel, SourceEntry
from dosing.errors import InputError, Problem
from dosing.rounding import RoundingRule
from dosing.trace import Source
from dosing.units import KG, M2, Quantity, in_unit, parts, plain, quantity, same_kind
from schedules.span import Span

_DAYS_TEXT = re.compile(r"([0-9]+) to ([0-9]+)")
_EVERY_TEXT = re.compile(r"every ([2-9]|[1-9][0-9]+) days")
_SAME = 1e-9
_ANY_LENGTH = 1
_A_WEEK = 7

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


class Chosen(FileModel):
    """Stands where a number or a length is left to the person: the name of a choice."""

    choice: str


class Choice(FileModel):
    """What a person decides: a length within a range, a number within a range, or one of a list."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    ask: str
    one_of: list[SpanText] = Field(default_factory=list)
    days: tuple[int, int] | None = None
    number: tuple[int, int] | None = None
    optional_with: str = ""
    source: str

    @model_validator(mode="before")
    @classmethod
    def _pairs(cls, data: Any) -> Any:
        # YAML has lists, strict models want a tuple for a pair
        if isinstance(data, dict):
            pairs = {
                key: tuple(data[key])
                for key in ("days", "number")
                if isinstance(data.get(key), list)
            }
            return {**data, **pairs}
        return data

    @model_validator(mode="after")
    def _one_form(self) -> Choice:
        if sum((bool(self.one_of), self.days is not None, self.number is not None)) != 1:
            raise ValueError("a choice has exactly one of: one_of, days, number")
        for key, bounds in (("days", self.days), ("number", self.number)):
            if bounds is not None and bounds[0] < 1:
                raise MisplacedError(((key,), f"low {bounds[0]} is below 1"))
            if bounds is not None and bounds[0] > bounds[1]:
                raise MisplacedError(((key,), f"low {bounds[0]} is above high {bounds[1]}"))
        return self

    @property
    def accepted(self) -> str:
        """Say what can be chosen."""
        if self.days:
            return f"write {self.days[0]} days to {self.days[1]} days"
        if self.number:
            return f"write a number from {self.number[0]} to {self.number[1]}"
        return f"write {' or '.join(map(str, self.one_of))}"

    def read(self, text: str) -> Span | int:
        """Read what was chosen.

        Raises:
            InputError: if it is not one of what is offered.
        """
        try:
            if self.number is not None:
                chosen: Span | int = int(text) if re.fullmatch("[0-9]{1,4}", text) else -1
                if isinstance(chosen, int) and self.number[0] <= chosen <= self.number[1]:
                    return chosen
            else:
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


class Window(FileModel):
    """How far a dose may move, and how near two may come."""

    early: SpanText | None = None
    late: SpanText | None = None
    least_gap: SpanText
    source: str


class Give(FileModel):
    """One drug, by one route, with one dose rule, on given days of a phase or cycle."""

    drug: str
    item: str = ""
    route: str
    dose: DoseValue
    weight: Literal["actual", "ideal", "adjusted", "lean"] | None = None
    ideal: str | None = None
    fraction: float | None = None
    surface: str | None = None
    doses_a_day: int | None = Field(default=None, ge=1)
    cap: Cap | None = None
    round: Rounded | None = None
    days: list[int] | str
    times: int | None = Field(default=None, ge=1)
    at: list[str] = Field(min_length=1)
    takes: Takes | None = None
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
        if unit.per_day and self.doses_a_day != len(self.at):
            found.append(("dose", "a dose per day needs doses_a_day, as many as the times in at"))
        if self.round is not None and not same_kind(self.round.to, unit.amount):
            found.append(("round", f"cannot round {plain(self.dose)} to {plain(self.round.to)}"))
        if self.round is not None and self.round.over == "cycle" and len(self.at) > 1:
            found.append(("round", "over a cycle is for one dose a day"))
        if self.times is not None and not self._every:
            found.append(("times", "is for each day or every so many days, not for listed days"))
        if found:
            raise MisplacedError(*(((key,), text) for key, text in found))
        return self

    @property
    def _every(self) -> bool:
        return isinstance(self.days, str) and (
            self.days == "each day" or bool(_EVERY_TEXT.fullmatch(self.days))
        )

    @property
    def name(self) -> str:
        """Give the name that tells it from other gives of its phase: the drug, if not stated."""
        return self.item or self.drug

    def day_numbers(self, length: int | None) -> list[int]:
        """Give the days of the cycle or phase on which it is given; day 1 is the first.

        Raises:
            ValueError: if they cannot be read, or need a length that is not there.
        """
        return _numbers(self.days, self.times, length)


def _numbers(days: list[int] | str, times: int | None, length: int | None) -> list[int]:
    if isinstance(days, list):
        if not days or days != sorted(set(days)) or days[0] < 1:
            raise ValueError("days must rise, from 1 on")
        return days
    span = _DAYS_TEXT.fullmatch(days)
    if span and 1 <= int(span[1]) <= int(span[2]):
        return list(range(int(span[1]), int(span[2]) + 1))
    step = _EVERY_TEXT.fullmatch(days)
    if days == "each day" or step:
        apart = int(step[1]) if step else 1
        if times is not None:
            return [1 + apart * n for n in range(times)]
        if length is None:
            raise ValueError(f"days: {days} needs times, or a phase with a length")
        return list(range(1, length + 1, apart))
    raise ValueError(f'days "{days}" is not known; write [1, 8], 1 to 5, each day or every 2 days')


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


class Cycle(FileModel):
    """How a phase repeats: every so many days or calendar months, so many times."""

    every: SpanText | Chosen
    count: Annotated[int, Field(ge=1)] | Chosen


class Phase(FileModel):
    """A stretch of a regimen. The next phase begins on the day after its last."""

    name: str = Field(pattern=r"^[a-z][a-z0-9 -]*$")
    length: SpanText | Chosen | None = None
    cycle: Cycle | None = None
    gives: list[Give] = Field(min_length=1)
    monitor: list[Monitor] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_length(self) -> Phase:
        if self.length is not None and self.cycle is not None:
            raise MisplacedError((("length",), "a phase has a length or a cycle, not both"))
        return self


class Erratum(FileModel):
    """What a source prints, what it must mean, and who says so."""

    prints: str
    means: str
    why: str
    source: str
    says: str


class Example(FileModel):
    """A worked example: a patient, a first day, and the dated doses that must come out."""

    patient: dict[str, str]
    start: dt.date
    choose: dict[str, str] = Field(default_factory=dict)
    expect: list[str] = Field(min_length=1)
    source: str


class Reviewed(FileModel):
    """Who wrote and who checked the file, and when it must be looked at again."""

    written_by: str
    checked_by: str
    due: dt.date


class Regimen(FileModel):
    """What is given, how much, on which days, from which source. No patient, no date."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    for_: list[str] = Field(alias="for", min_length=1)
    about: str = ""
    status: Literal["under review", "endorsed", "superseded", "discontinued"]
    version: int = Field(ge=1)
    reviewed: Reviewed
    sources: dict[str, SourceEntry]
    errata: list[Erratum] = Field(default_factory=list)
    choices: list[Choice] = Field(default_factory=list)
    checks: list[Check] = Field(default_factory=list)
    phases: list[Phase] = Field(min_length=1)
    examples: list[Example] = Field(min_length=1)

    @property
    def drugs(self) -> list[str]:
        """Give the ids of its drugs, in order, each once."""
        return list(dict.fromkeys(give.drug for phase in self.phases for give in phase.gives))

    def source(self, name: str) -> Source:
        """Give a source by its name in the file."""
        return self.sources[name].as_source()

    def choice(self, name: str) -> Choice:
        """Give a choice by its name."""
        return next(choice for choice in self.choices if choice.name == name)

    @model_validator(mode="after")
    def _consistent(self) -> Regimen:
        found = [*self._source_problems(), *self._choice_problems(), *self._day_problems()]
        if self.status == "endorsed" and not self.reviewed.checked_by:
            found.append((("status",), "endorsed needs reviewed.checked_by"))
        if found:
            raise MisplacedError(*found)
        return self

    def _source_problems(self) -> list[tuple[Place, str]]:
        named: list[tuple[Place, str]] = []
        for p, phase in enumerate(self.phases):
            for g, give in enumerate(phase.gives):
                at: Place = ("phases", p, "gives", g)
                named.append(((*at, "source"), give.source))
                for key in ("round", "cap", "takes", "window"):
                    part: Rounded | Cap | Takes | Window | None = getattr(give, key)
                    if part is not None:
                        named.append(((*at, key, "source"), part.source))
            named += [
                (("phases", p, "monitor", n, "source"), monitor.source)
                for n, monitor in enumerate(phase.monitor)
            ]
        named += [(("choices", n, "source"), c.source) for n, c in enumerate(self.choices)]
        named += [(("checks", n, "source"), c.source) for n, c in enumerate(self.checks)]
        named += [(("examples", n, "source"), e.source) for n, e in enumerate(self.examples)]
        for n, erratum in enumerate(self.errata):
            named += [(("errata", n, "source"), erratum.source)]
            named += [(("errata", n, "says"), erratum.says)]
        return [
            (place, f'no source named "{name}"')
            for place, name in named
            if name not in self.sources
        ]

    def _choice_problems(self) -> list[tuple[Place, str]]:
        known = {choice.name: choice for choice in self.choices}
        found: list[tuple[Place, str]] = []
        used = set()
        for place, part, is_number in self._chosen_parts():
            used.add(part.choice)
            choice = known.get(part.choice)
            if choice is None:
                found.append((place, f'no choice named "{part.choice}"'))
            elif (choice.number is not None) != is_number:
                wants = "a number" if is_number else "a length"
                found.append((place, f'choice "{part.choice}" is not {wants}'))
        for n, choice in enumerate(self.choices):
            if choice.name not in used:
                found.append((("choices", n), f'choice "{choice.name}" is never used'))
            if choice.optional_with and choice.optional_with not in known:
                found.append(
                    (("choices", n, "optional_with"), f'no choice named "{choice.optional_with}"')
                )
        if len(known) != len(self.choices):
            found.append((("choices",), "two choices have the same name"))
        return found

    def _chosen_parts(self) -> Iterator[tuple[Place, Chosen, bool]]:
        """Give each place that a choice fills, and whether a number fills it."""
        for p, phase in enumerate(self.phases):
            if isinstance(phase.length, Chosen):
                yield ("phases", p, "length"), phase.length, False
            if phase.cycle is not None:
                if isinstance(phase.cycle.every, Chosen):
                    yield ("phases", p, "cycle", "every"), phase.cycle.every, False
                if isinstance(phase.cycle.count, Chosen):
                    yield ("phases", p, "cycle", "count"), phase.cycle.count, True

    def _day_problems(self) -> list[tuple[Place, str]]:
        found: list[tuple[Place, str]] = []
        names = [phase.name for phase in self.phases]
        if len(set(names)) != len(names):
            found.append((("phases",), "two phases have the same name"))
        for p, phase in enumerate(self.phases):
            if len({give.name for give in phase.gives}) != len(phase.gives):
                found.append(
                    (("phases", p, "gives"), "two gives of one drug need an item name each")
                )
            for g, give in enumerate(phase.gives):
                at: Place = ("phases", p, "gives", g)
                try:
                    found += [((*at, key), text) for key, text in _days_of(phase, give)]
                except ValueError as error:
                    found.append(((*at, "days"), str(error)))
            for m, monitor in enumerate(phase.monitor):
                place: Place = ("phases", p, "monitor", m, "days")
                try:
                    numbers = _numbers(monitor.days, None, _length(phase) or _ANY_LENGTH)
                    found += [(place, text) for text in _after_the_last(phase, numbers)]
                except ValueError as error:
                    found.append((place, str(error)))
        return found


def _length(phase: Phase) -> int | None:
    """Give the fewest days of a phase or of a cycle; None if they are chosen or open."""
    bound = phase.cycle.every if phase.cycle else phase.length
    return bound.shortest_days() if isinstance(bound, Span) else None


def _after_the_last(phase: Phase, numbers: list[int]) -> list[str]:
    shortest = _length(phase)
    if shortest is None or numbers[-1] <= shortest:
        return []
    return [f"day {numbers[-1]} is after the last day, {shortest}"]


def _too_near(phase: Phase, give: Give, numbers: list[int]) -> list[tuple[str, str]]:
    """Hold the days of a give to its own least gap, from one cycle to the next too."""
    if give.window is None:
        return []
    days = list(numbers)
    length = _length(phase)
    if phase.cycle is not None and length is not None:
        days.append(numbers[0] + length)
    least = give.window.least_gap.shortest_days()
    nearest = min((later - day for day, later in pairwise(days)), default=least)
    if nearest >= least:
        return []
    days_apart = f"{nearest} day{'' if nearest == 1 else 's'} apart"
    return [("window", f"least_gap {give.window.least_gap}, but two doses are {days_apart}")]


def _days_of(phase: Phase, give: Give) -> list[tuple[str, str]]:
    """Check the days of one give against its cycle, its phase and its stated totals."""
    found: list[tuple[str, str]] = []
    bound = phase.cycle.every if phase.cycle else phase.length
    fixed = bound.days if isinstance(bound, Span) and bound.days else None
    if isinstance(bound, Chosen) or (isinstance(bound, Span) and bound.months):
        if (
            isinstance(give.days, str)
            and give.times is None
            and not _DAYS_TEXT.fullmatch(give.days)
        ):
            # As many days as will be chosen; the first week shows how near they come.
            return _too_near(phase, give, give.day_numbers(_A_WEEK))
        numbers = give.day_numbers(None)
    else:
        numbers = give.day_numbers(fixed)
    found += [("days", text) for text in _after_the_last(phase, numbers)]
    found += _too_near(phase, give, numbers)
    times_a_day = 1 if parts(give.dose.units).per_day else len(give.at)
    count = phase.cycle.count if phase.cycle else 1
    totals = [("per_cycle", give.per_cycle, len(numbers) * times_a_day)]
    if isinstance(count, int):
        totals.append(("per_course", give.per_course, len(numbers) * times_a_day * count))
        if give.per_cycle is None and give.per_course is None:
            found.append(("dose", "state per_cycle or per_course, so that dose x days is checked"))
    elif give.per_cycle is None:
        found.append(("dose", "state per_cycle, so that dose x days is checked"))
    for name, stated, doses in totals:
        if stated is not None and not _equals(give, stated, doses):
            found.append((name, f"{plain(stated)} is not {plain(give.dose)} x {doses} doses"))
    return found


def _equals(give: Give, stated: Quantity, doses: int) -> bool:
    unit = parts(give.dose.units)
    if parts(stated.units).body != unit.body or not same_kind(
        parts(stated.units).amount, unit.amount
    ):
        return False
    per_dose = give.dose.magnitude * float(
        in_unit(quantity(1.0, unit.amount), parts(stated.units).amount, "dose")
    )
    return bool(abs(stated.magnitude - per_dose * doses) <= _SAME * stated.magnitude)
