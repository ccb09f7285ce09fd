"""The values of an infusion: stages, interruptions, and the steps set on a pump."""

from __future__ import annotations

import dataclasses
from typing import Literal

from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.bag import Bag
from dosing.rounding import snapped
from dosing.trace import Finding
from dosing.units import (
    HOUR,
    ML,
    Quantity,
    quantity,
    same_kind,
)

StepKind = Literal["runs", "pause", "reaction"]


# After a reaction it goes on at half of its rate (percent), unless a drug's file says less.
HALF = 50


_WHOLE = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of an infusion as it is ordered: a rate or a share of the bag, and for how long.

    ``rate`` is in the label's own unit; ``percent`` is a share of the whole bag, which runs in
    during ``hold``. Only the last stage has no ``hold``: it runs until the bag is empty.
    """

    rate: Quantity | None = None
    percent: int | None = None
    hold: Quantity | None = None


def stages_of(ladder: RateLadder) -> tuple[Stage, ...]:
    """Give a ladder as the stages of an infusion; none where it states bounds alone."""
    if ladder.over is not None:
        return over(ladder.over)
    return tuple(
        Stage(rate=step.rate, percent=step.percent, hold=step.hold) for step in ladder.steps
    )


def over(time: Quantity) -> tuple[Stage, ...]:
    """Let the whole bag run in at one rate in a stated time."""
    return (Stage(percent=_WHOLE, hold=time),)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A time during which nothing runs; after a reaction it goes on at a share of its rate.

    ``at`` and ``lasts`` are times, ``at`` counted from the start of the infusion. After a pause the
    ladder goes on where it was left. After a reaction ``resume_percent`` of the rate at which it
    came is held to the end: a higher rate is a person's decision.
    """

    at: Quantity
    lasts: Quantity
    resume_percent: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InfusionStep:
    """One step at the pump. Times in minutes from the start, ``rate`` in the label's own unit."""

    kind: StepKind
    starts: Quantity
    ends: Quantity
    rate: Quantity | None
    rate_text: str
    pump: Quantity
    volume: Quantity
    running: Quantity


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """A whole infusion: its steps, and what has to be said about it."""

    dose: Quantity | None
    bag: Bag
    concentration: Quantity | None
    steps: tuple[InfusionStep, ...]
    findings: tuple[Finding, ...]

    @property
    def total(self) -> Quantity:
        """Give how long it takes, pauses included, in minutes."""
        return self.steps[-1].ends

    def amount_per_hour(self, step: InfusionStep) -> Quantity | None:
        """Give how much of the drug runs in an hour at a step, if the dose is known."""
        if self.dose is None or same_kind(self.dose, ML):
            return None
        share = step.pump.magnitude / self.bag.volume.magnitude
        return quantity(snapped(self.dose.magnitude * share), self.dose.units / HOUR)
