"""A medicine of a regimen: one drug, by one route, with one dose rule, on given days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from dosing.drugs.conditions import When
from dosing.drugs.file_model import FileModel, MisplacedError, Words, no_entries
from dosing.drugs.file_quantities import Amount, DoseValue, Duration
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.formulas.plasma import PLASMA_ORDERS
from dosing.names import RoundingRule
from dosing.numbers import read_share
from dosing.rounding import above
from dosing.trace import Finding
from dosing.units import KG, M2, PLASMA, parts, plain, same_kind
from schedules.knowledge.choice import Picked
from schedules.knowledge.days import apart_of, goes_with, is_rhythm
from schedules.knowledge.span import SpanText
from schedules.knowledge.times import TimeOfDay, read_times


class Rounded(FileModel):
    """How a dose is rounded: by itself, or the total of a day, of two days or of a cycle.

    A total is dealt out again in whole steps, the larger doses first: 175 mg a day as 100 and 75
    mg, 255 mg in two days as 150 and 100 mg.
    """

    to: Amount
    rule: RoundingRule
    over: Literal["dose", "day", "2 days", "cycle"]
    source: str


class Settled(FileModel):
    """A WARN on this very dose that the regimen expects, and why: it is said as a NOTE.

    A deviation by rounding is expected up to a share (``within: 15 %``), and no further.
    """

    finding: Literal["dose.deviation", "limit.usual.below.dose", "limit.usual.above.dose"]
    within: str = ""
    why: str = Field(min_length=1)
    source: str

    @model_validator(mode="after")
    def _bounded(self) -> Settled:
        if (self.finding == "dose.deviation") != bool(self.within):
            raise ValueError("within is for dose.deviation, which needs it")
        if self.within:
            read_share(self.within, "within")
        return self

    def concerns(self, finding: Finding, deviation: float) -> bool:
        """Return whether it settles a finding on a dose that was moved by this share."""
        if finding.level != "WARN" or finding.code != self.finding:
            return False
        return not self.within or not above(abs(deviation), read_share(self.within, "within"))


class Cap(FileModel):
    """The most that one dose may be."""

    amount: Amount
    source: str


class Booked(FileModel):
    """How long an infusion is booked for, the first time and later."""

    first: Duration
    later: Duration
    source: str


class Rate(FileModel):
    """The rate ladders of the drug file that a first infusion and each later one follow."""

    first: Words
    later: Words


class Window(FileModel):
    """How far a dose may move, and how near two may come."""

    early: SpanText | None = None
    late: SpanText | None = None
    least_gap: SpanText
    source: str


class Tablets(FileModel):
    """Of which tablets a dose is made, and how many may be taken at one time."""

    of: list[Amount] = Field(default_factory=no_entries)
    most: int | None = Field(default=None, ge=1)
    source: str

    @model_validator(mode="after")
    def _says_something(self) -> Tablets:
        if not self.of and self.most is None:
            raise ValueError("needs of, most or both")
        if len({plain(strength) for strength in self.of}) != len(self.of):
            raise ValueError("of names one strength twice")
        return self


class PercentOfMedicine(FileModel):
    """A dose as a percentage of another medicine's: mesna, 20 % of the cyclophosphamide."""

    percent: float = Field(gt=0, le=200)
    of: str
    source: str


class Into(FileModel):
    """Which place it is injected into, by a choice of words, and how often that place may be.

    Where no source says how often, the place is named alone.
    """

    choice: str
    apart: SpanText | None = None
    most_a_year: int | None = Field(default=None, ge=1)
    source: str


class Medicine(FileModel):
    """One drug, by one route, with one dose rule, on given days of a phase or cycle.

    ``days: with each NAME`` ties it to the doses or procedures of that name in its phase; ``at`` is
    then counted from their start or end. ``percent_of`` makes the amount a percentage of theirs.
    With a ``companion`` it is given where that choice says so, and else no part of the plan.
    ``into`` names the joint or side, which every output says.
    """

    drug: str
    item: str = ""
    companion: str = ""
    when: When | None = None
    route: Words
    dose: DoseValue
    weight: Literal["actual", "ideal", "adjusted", "lean"] | None = None
    ideal: str | None = None
    fraction: float | None = None
    surface: str | None = None
    plasma: str | None = None
    percent_of: PercentOfMedicine | None = None
    cap: Cap | None = None
    round: Rounded | None = None
    settled: list[Settled] = Field(default_factory=no_entries)
    tablets: Tablets | None = None
    days: list[int] | str | Picked
    times: int | None = Field(default=None, ge=1)
    at: list[str] = Field(min_length=1)
    booked: Booked | None = None
    rate: Rate | None = None
    per_cycle: DoseValue | None = None
    per_course: DoseValue | None = None
    window: Window | None = None
    into: Into | None = None
    source: str

    @model_validator(mode="after")
    def _complete(self) -> Medicine:
        problems = [
            *self._body_problems(),
            *self._time_problems(),
            *self._day_problems(),
        ]
        if problems:
            raise MisplacedError(*(((key,), text) for key, text in problems))
        return self

    def _body_problems(self) -> Iterator[tuple[str, str]]:
        body = parts(self.dose.units).body
        if body == KG and self.weight is None:
            yield "dose", "a dose per kg needs weight: actual, ideal, adjusted or lean"
        if body == M2 and self.surface is None:
            yield "dose", f"a dose per m2 needs surface: {', '.join(BSA)}"
        if body == PLASMA and self.plasma is None:
            yield "dose", f"a dose per L of plasma needs plasma: {' or '.join(PLASMA_ORDERS)}"
        for key, name, formulas in (
            ("surface", self.surface, BSA),
            ("ideal", self.ideal, IDEAL_WEIGHT),
            ("plasma", self.plasma, PLASMA_ORDERS),
        ):
            if name is not None and name not in formulas:
                yield key, f'"{name}" is none of {", ".join(formulas)}'
        if self.weight in {"ideal", "adjusted"} and self.ideal is None:
            yield "weight", f"{self.weight} needs ideal"
        if self.weight == "adjusted" and self.fraction is None:
            yield "weight", "adjusted needs fraction"

    def _time_problems(self) -> Iterator[tuple[str, str]]:
        unit, a_day = parts(self.dose.units), 0
        try:
            a_day = len(self.times_of_day)
        except ValueError as error:
            yield "at", str(error)
        if self.round is not None and not same_kind(self.round.to, unit.amount):
            yield "round", f"cannot round {plain(self.dose)} to {plain(self.round.to)}"
        if self.round is not None:
            yield from ((("round", text)) for text in self._total_problems(self.round, a_day))

    def _total_problems(self, rounded: Rounded, a_day: int) -> Iterator[str]:
        if rounded.over == "cycle" and a_day > 1:
            yield "over a cycle is for one dose a day"
        if rounded.over == "day" and a_day == 1:
            yield "over a day is for several doses a day"
        if rounded.over == "2 days" and self.apart != 1:
            yield "over 2 days is for a dose on each day"
        if rounded.over != "dose" and self.event:
            yield f"over a {rounded.over} is not for doses that go with another"

    def _day_problems(self) -> Iterator[tuple[str, str]]:
        if self.times is not None and not is_rhythm(self.days):
            yield "times", "is for each day, every few days or each week, not for listed days"
        if self.rate is not None and self.booked is None:
            yield "rate", "needs booked, how long it is booked for"
        if self.percent_of is not None and self.percent_of.of != self.event:
            yield "percent_of", f"needs days: with each {self.percent_of.of}"

    @property
    def doses_a_day(self) -> int | None:
        """Return into how many doses a dose per day is divided; None for a dose at a time."""
        return len(self.times_of_day) if parts(self.dose.units).per_day else None

    @property
    def apart(self) -> int | None:
        """Return how many days apart its doses are; None where the days are listed."""
        return apart_of(self.days)

    @property
    def name(self) -> str:
        """Return the name that tells it from other medicines of its phase: the drug, by default."""
        return self.item or self.drug

    @property
    def event(self) -> str:
        """Return the name of what it goes with, if its days are those of something else."""
        return goes_with(self.days)

    @property
    def times_of_day(self) -> tuple[TimeOfDay, ...]:
        """Return the times of each of its days."""
        return read_times(self.at, around=bool(self.event))

    @property
    def counts_from_an_end(self) -> bool:
        """Return whether one of its times is counted from the end of what it goes with."""
        return any(time.of == "end" for time in self.times_of_day)


class AsRequired(FileModel):
    """A drug to take when it is needed: shown, checked against its limits, and never dated."""

    drug: str
    route: Words
    dose: Amount
    when: str
    most_a_day: int = Field(ge=1)
    source: str
