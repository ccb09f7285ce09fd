"""What is ordered of an infusion, and the steps at the pump that follow from it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Literal

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.bag import Bag
from dosing.infusion.rates import drops_per_minute, ml_per_h
from dosing.plausibility import PLAUSIBLE
from dosing.rounding import snapped
from dosing.trace import Finding, stops
from dosing.units import HOUR, ML, Quantity, in_ordinary_spaces, quantity, same_kind, show, spelling

COUNTABLE_DROPS = PLAUSIBLE.drops.countable_per_minute
# After a reaction, unless the ladder of the drug states its own.
RESUME_PERCENT = PLAUSIBLE.after_a_reaction.resume_percent

WHOLE_BAG = 100

StepKind = Literal["runs", "pause", "reaction"]


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
    """Return a ladder as the stages of an infusion; none where it states bounds alone."""
    if ladder.over is not None:
        return over(ladder.over)
    return tuple(
        Stage(rate=step.rate, percent=step.percent, hold=step.hold) for step in ladder.steps
    )


def over(time: Quantity) -> tuple[Stage, ...]:
    """Return the one stage in which the whole bag runs in at one rate in a stated time."""
    return (Stage(percent=WHOLE_BAG, hold=time),)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A time during which nothing runs; after a reaction the rate is a share of the one before.

    ``at`` and ``lasts`` are times, ``at`` counted from the start of the infusion. After a pause the
    ladder goes on where it was left. After a reaction ``resume_percent`` of the rate at which it
    came is held to the end: a higher rate is a person's decision.
    """

    at: Quantity
    lasts: Quantity
    resume_percent: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order for one infusion of one patient, in quantities; text is read in ``order.py``.

    Attributes:
        bag: what runs in.
        stages: ``stages_of`` a ladder, ``over`` a time, or rates that a person states.
        dose: how much of the drug the bag holds; needed where a rate is in mg or units.
        weight: of the body; needed where a rate is per kg.
        surface: of the body; needed where a rate is per m2.
        interruptions: pauses and reactions, in the order in which they came.
        drug: whose file holds the ladder; with it the infusion is checked against the file.
        ladder: the one that is followed or kept to.
        start: the clock time at which it starts.
        drops: of a gravity set, the drops that make 1 mL.
        unused: what was typed of the body, and no rate goes by.
    """

    bag: Bag
    stages: tuple[Stage, ...]
    dose: Quantity | None = None
    weight: Quantity | None = None
    surface: Quantity | None = None
    interruptions: tuple[Interruption, ...] = ()
    drug: Drug | None = None
    ladder: RateLadder | None = None
    start: dt.time | None = None
    drops: Quantity | None = None
    unused: tuple[str, ...] = ()

    @property
    def rates(self) -> list[Quantity]:
        """Return the rates of its stages, and the highest that its ladder allows."""
        stated = [stage.rate for stage in self.stages if stage.rate is not None]
        return stated + ([self.ladder.most.rate] if self.ladder and self.ladder.most else [])

    @property
    def concentration(self) -> Quantity | None:
        """Return what the bag holds in a mL, where the dose is known and is no volume."""
        if self.dose is None or same_kind(self.dose, ML):
            return None
        per_ml = self.dose.magnitude / self.bag.volume.magnitude
        return quantity(snapped(per_ml), self.dose.units / ML)

    def pump_rate(self, rate: Quantity) -> float:
        """Return a label's rate in mL/h of this bag.

        Raises:
            InputError: if what the rate needs is missing or of another kind.
        """
        pump = ml_per_h(
            rate, dose=self.dose, volume=self.bag.volume, weight=self.weight, surface=self.surface
        )
        return float(pump.magnitude)


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
    """A whole infusion: its steps and its findings, beside what was ordered of it."""

    dose: Quantity | None
    bag: Bag
    concentration: Quantity | None
    steps: tuple[InfusionStep, ...]
    findings: tuple[Finding, ...]
    start: dt.time | None
    drops: Quantity | None

    @property
    def total(self) -> Quantity:
        """Return how long it takes, pauses included, in minutes."""
        return self.steps[-1].ends

    def amount_per_hour(self, step: InfusionStep) -> Quantity | None:
        """Return how much of the drug runs in an hour at a step, if the dose is known."""
        if self.dose is None or same_kind(self.dose, ML):
            return None
        share = step.pump.magnitude / self.bag.volume.magnitude
        return quantity(snapped(self.dose.magnitude * share), self.dose.units / HOUR)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``dosing infuse --json`` prints them; a STOP leaves no number."""
        stopped = bool(stops(self.findings))
        content = (_NO_NUMBERS if stopped else self._numbers()) | {
            "findings": [finding.as_dict() for finding in self.findings]
        }
        return in_ordinary_spaces(content)

    def _numbers(self) -> dict[str, Any]:
        strength = self.concentration
        return {
            "steps": [self._step_as_dict(step) for step in self.steps],
            "total_min": _plain(self.total),
            "end_clock": clock_text(self.start, self.total),
            "concentration": None
            if strength is None
            else {
                "value": _plain(strength),
                "unit": spelling(strength.units),
                "text": show(strength, _SHOWN_DIGITS),
            },
        }

    def _step_as_dict(self, step: InfusionStep) -> dict[str, Any]:
        content: dict[str, Any] = {
            "from_min": _plain(step.starts),
            "to_min": _plain(step.ends),
            "rate_text": step.rate_text,
            "ml_per_h": _plain(step.pump),
            "ml": _plain(step.volume),
            "clock": clock_text(self.start, step.starts),
        }
        if self.drops is not None:
            content["drops_per_min"] = _plain(drops_per_minute(step.pump, self.drops))
        return content


_NO_NUMBERS: dict[str, Any] = {
    "steps": [],
    "total_min": None,
    "end_clock": None,
    "concentration": None,
}
_SHOWN_DIGITS = 6


def _plain(value: Quantity) -> float:
    return float(snapped(value.magnitude))


def clock_text(start: dt.time | None, minutes: Quantity) -> str | None:
    """Return the clock time this many minutes after a start, to the minute: 00:30 next day."""
    if start is None:
        return None
    # Counted in seconds, because a date ends with the year 9999.
    midnight = dt.datetime.combine(dt.date.min, dt.time())
    began = dt.datetime.combine(dt.date.min, start) - midnight
    seconds = round(began.total_seconds()) + round(float(minutes.magnitude) * 60) + 30
    days, rest = divmod(seconds, 24 * 60 * 60)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}"
    if not days:
        return text
    return f"{text} next day" if days == 1 else f"{text}, {days} days later"
