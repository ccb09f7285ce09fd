"""How a drug runs in, as its file states it: rate ladders, dilution, time before and after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from dosing.drugs.file_model import FileModel, Words, no_entries
from dosing.drugs.file_quantities import (
    Amount,
    Concentration,
    Duration,
    InfusionRate,
    must_not_fall,
)
from dosing.units import Quantity, in_unit, plain, same_kind, show

_WHOLE = 100


class Dilution(FileModel):
    """In what a product may be diluted, and how weak and how strong the bag may be."""

    product: str
    diluents: list[Words] = Field(default_factory=no_entries)
    low: Concentration | None = None
    high: Concentration | None = None
    source: str

    @model_validator(mode="after")
    def _ordered(self) -> Dilution:
        if not self.diluents and self.low is None and self.high is None:
            raise ValueError("a dilution needs diluents, low or high")
        must_not_fall(self.low, self.high)
        return self


class RateStep(FileModel):
    """One step of a rate ladder: a rate, or a percentage of the bag, and how long it is held.

    The last step needs no ``hold``: it is held until the bag is empty.
    """

    rate: InfusionRate | None = None
    percent: int | None = Field(default=None, ge=1, le=_WHOLE)
    hold: Duration | None = None

    @model_validator(mode="after")
    def _one_form(self) -> RateStep:
        if (self.rate is None) == (self.percent is None):
            raise ValueError("a step has a rate, or a percent of the bag")
        if self.percent is not None and self.hold is None:
            raise ValueError("a percent of the bag needs hold, the time in which it runs in")
        return self


class Most(FileModel):
    """The highest rate that a source allows."""

    rate: InfusionRate
    source: str


class Reaction(FileModel):
    """At what percentage of its rate an infusion begins again after a reaction has passed."""

    resume_percent: int = Field(ge=1, le=_WHOLE)
    source: str


class RateLadder(FileModel):
    """How fast a product runs in: steps that rise, one length of time, or bounds alone.

    Rates stand in the label's own unit. ``over`` is the length of the whole infusion, ``least`` and
    ``longest`` are the shortest and longest that the source allows. A ladder whose last step says
    how long it is held is open: a person states how it goes on, up to ``most``.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    infusion: Literal["first", "later", "any"]
    product: str = ""
    routes: list[Words] = Field(min_length=1)
    dose: Amount | None = None
    only_if: str = ""
    steps: list[RateStep] = Field(default_factory=no_entries)
    over: Duration | None = None
    least: Duration | None = None
    longest: Duration | None = None
    most: Most | None = None
    reaction: Reaction | None = None
    concentration: Concentration | None = None
    source: str

    @property
    def rates(self) -> list[Quantity]:
        """Return the rates of its steps, and its highest rate."""
        stated = [step.rate for step in self.steps if step.rate is not None]
        return stated + ([self.most.rate] if self.most else [])

    @property
    def sources(self) -> list[str]:
        """Return the names of every source that it rests on."""
        return [self.source, *(part.source for part in (self.most, self.reaction) if part)]

    def is_for(self, dose: Quantity) -> bool:
        """Return whether it may be followed for a dose: some ladders are for one dose only."""
        if self.dose is None:
            return True
        same = same_kind(self.dose, dose)
        return same and in_unit(dose, self.dose.units, "dose") == self.dose.magnitude

    @property
    def open_end(self) -> bool:
        """Return whether a person has to state how it goes on after its last step, or at all."""
        if not self.steps:
            return self.over is None
        return self.steps[-1].hold is not None and self.steps[-1].percent is None

    @model_validator(mode="after")
    def _says_something(self) -> RateLadder:
        if not (self.steps or self.over or self.least or self.longest or self.most):
            raise ValueError("a ladder needs steps, over, least, longest or most")
        if self.steps and self.over is not None:
            raise ValueError("a ladder has steps or over, not both")
        times = [time for time in (self.least, self.over, self.longest) if time is not None]
        for shorter, longer in pairwise(times):
            if in_unit(shorter, longer.units, "time") > longer.magnitude:
                raise ValueError(f"{plain(shorter)} is longer than {plain(longer)}")
        return self

    @model_validator(mode="after")
    def _rising(self) -> RateLadder:
        if any(step.hold is None for step in self.steps[:-1]):
            raise ValueError("each step but the last needs hold, how long it is held")
        percents = [step.percent for step in self.steps if step.percent is not None]
        if percents and (len(percents) != len(self.steps) or sum(percents) != _WHOLE):
            raise ValueError("either all steps are a percent of the bag and add up to 100, or none")
        if any(not same_kind(self.rates[0], rate) for rate in self.rates):
            raise ValueError("the rates of a ladder differ in kind")
        # Steps are all rates or all percentages.
        rates = [step.rate for step in self.steps if step.rate is not None]
        for lower, higher in pairwise(rates):
            if in_unit(lower, higher.units, "rate") >= higher.magnitude:
                raise ValueError(f"{plain(higher)} does not rise above {plain(lower)}")
        for rate in self.rates:
            if self.most and in_unit(rate, self.most.rate.units, "rate") > self.most.rate.magnitude:
                raise ValueError(f"{plain(rate)} is above the most, {plain(self.most.rate)}")
        return self


class Chair(FileModel):
    """How long a person stays before and after an infusion, besides the infusion itself."""

    routes: list[Words] = Field(min_length=1)
    before: Duration | None = None
    after: Duration | None = None
    source: str

    @model_validator(mode="after")
    def _one_of_them(self) -> Chair:
        if self.before is None and self.after is None:
            raise ValueError("a chair time needs before, after or both")
        return self


def ladder_in_words(ladder: RateLadder) -> Iterator[str]:
    """Describe a ladder, a line for each step and each bound."""
    for step in ladder.steps:
        rate = f"{step.percent} % of the bag" if step.rate is None else show(step.rate)
        yield f"{rate} for {show(step.hold)}" if step.hold is not None else f"{rate} to the end"
    for word, time in (
        ("over", ladder.over),
        ("not less than", ladder.least),
        ("not more than", ladder.longest),
    ):
        if time is not None:
            yield f"{word} {show(time)}"
    if ladder.most is not None:
        yield f"at most {show(ladder.most.rate)}"
    if ladder.reaction is not None:
        yield f"after a reaction at no more than {ladder.reaction.resume_percent} % of the rate"
    if ladder.dose is not None:
        yield f"for a dose of {show(ladder.dose)}"
    if ladder.only_if:
        yield f"only for {ladder.only_if}"
