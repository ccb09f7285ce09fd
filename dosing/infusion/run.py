"""A dose in a bag becomes the steps of a pump: mL/h, minutes and running volume.

An order is a line of stages, the steps of a ladder or the rates that a person states. The bag runs
through them until it is empty; pauses and reactions are cut in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dosing.errors import refuse
from dosing.infusion import second as second_infusion
from dosing.infusion.findings import (
    check_drops,
    check_ladder,
    check_resumption,
    note_assumed_volume,
    note_held_to_nothing,
    note_unused_size,
    shown_time,
)
from dosing.infusion.steps import WHOLE_BAG, Infusion, InfusionStep, Interruption, Order, Stage
from dosing.patient import Patient, implausible
from dosing.rounding import below, snapped
from dosing.trace import ARITHMETIC, Finding, stop
from dosing.units import MINUTE, ML, ML_PER_H, Quantity, in_unit, plain, quantity, show

_MINUTES = 60
_SHOWN = 6
_GRAVEST_FIRST = ("STOP", "WARN", "NOTE")


def infuse(order: Order) -> Infusion:
    """Compute the steps of an infusion from its start until the bag is empty.

    Every step is calculated twice, the second time in exact fractions.

    Returns:
        The infusion. A STOP among its findings means that it must not be run.

    Raises:
        InputError: if something is missing or of another kind, naming the field; if the stages
            end before the bag does; if an interruption lies outside the infusion.
    """
    steps = tuple(_run(order))
    findings = [
        *check_ladder(order, steps),
        *implausible(Patient(weight=order.weight, surface=order.surface)),
        *check_resumption(order),
        *_calculate_again(order, steps),
        *check_drops(order, steps),
        *note_held_to_nothing(order),
        *note_assumed_volume(order),
        *note_unused_size(order),
    ]
    return Infusion(
        dose=order.dose,
        bag=order.bag,
        concentration=order.concentration,
        steps=steps,
        findings=tuple(sorted(findings, key=lambda finding: _GRAVEST_FIRST.index(finding.level))),
        start=order.start,
        drops=order.drops,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Leg:
    """A stage that has still to run: its rate in mL/h and the minutes for which it is held."""

    rate: Quantity | None
    text: str
    pump: float
    hold: float | None

    def slowed(self, percent: int) -> _Leg:
        """Return the leg at a share of its rate, held until the bag is empty."""
        rate = None if self.rate is None else self.rate * (percent / WHOLE_BAG)
        text = f"{percent} % of {self.text}" if rate is None else show(rate, _SHOWN)
        return _Leg(rate, text, self.pump * percent / WHOLE_BAG, None)


@dataclasses.dataclass(slots=True)
class _Pump:
    """A bag that runs through its legs: the minutes and mL so far, and the legs still to come.

    Neither is snapped to 9 decimals: at 0.007 mL/h half of the ninth decimal of a mL takes
    4 millionths of a minute, and the second calculation sees them.
    """

    volume: float
    legs: list[_Leg]
    minutes: float = 0.0
    given: float = 0.0
    last_run: _Leg | None = None

    @property
    def left(self) -> float:
        return self.volume - self.given

    @property
    def empty(self) -> bool:
        return self._holds_no_more_than(0.0)

    def run(self, *, until: float | None = None) -> Iterator[InfusionStep]:
        """Run the legs until a time in minutes, or until the bag or the legs end."""
        while self.legs and not self.empty and (until is None or below(self.minutes, until)):
            leg = self.legs[0]
            if leg.hold is not None and not below(self.minutes, self.minutes + leg.hold):
                self.legs.pop(0)
                continue
            bounds = [leg.hold, None if until is None else until - self.minutes]
            lasts = min((bound for bound in bounds if bound is not None), default=None)
            if lasts is None or self._holds_no_more_than(leg.pump * lasts / _MINUTES):
                # The last step takes what is left, so that the steps add up to the bag.
                yield self._step(leg, self.left / leg.pump * _MINUTES, given=self.volume)
                return
            yield self._step(leg, lasts, given=self.given + leg.pump * lasts / _MINUTES)
            rest = None if leg.hold is None else leg.hold - lasts
            self.legs[0] = dataclasses.replace(leg, hold=rest)

    def halt(self, interruption: Interruption) -> InfusionStep:
        """Stop for a while; after a reaction one slower leg replaces those that were to come."""
        starts, percent = self.minutes, interruption.resume_percent
        self.minutes += _in_minutes(interruption.lasts, "for")
        if percent is not None and self.last_run is not None:
            self.legs = [self.last_run.slowed(percent)]
        return InfusionStep(
            kind="pause" if percent is None else "reaction",
            starts=quantity(snapped(starts), MINUTE),
            ends=quantity(snapped(self.minutes), MINUTE),
            rate=None,
            rate_text="paused" if percent is None else "stopped for a reaction",
            pump=quantity(0.0, ML_PER_H),
            volume=quantity(0.0, ML),
            running=quantity(self.given, ML),
        )

    def _holds_no_more_than(self, volume: float) -> bool:
        """Return whether this many mL empty the bag, but for floating-point noise."""
        return not below(self.given + volume, self.volume)

    def _step(self, leg: _Leg, lasts: float, *, given: float) -> InfusionStep:
        starts, before = self.minutes, self.given
        self.minutes, self.given, self.last_run = starts + lasts, given, leg
        return InfusionStep(
            kind="runs",
            starts=quantity(snapped(starts), MINUTE),
            ends=quantity(snapped(self.minutes), MINUTE),
            rate=leg.rate,
            rate_text=leg.text,
            pump=quantity(leg.pump, ML_PER_H),
            volume=quantity(given - before, ML),
            running=quantity(self.given, ML),
        )


def _run(order: Order) -> Iterator[InfusionStep]:
    pump = _Pump(volume=float(order.bag.volume.magnitude), legs=_legs(order))
    _must_not_overlap(order.interruptions)
    for interruption in order.interruptions:
        yield from pump.run(until=_in_minutes(interruption.at, "at"))
        if pump.empty or pump.last_run is None:
            empty = f"the bag is empty after {shown_time(pump.minutes)}"
            refuse("at", show(interruption.at), why="is after the end", accepted=empty)
        yield pump.halt(interruption)
    yield from pump.run()
    if not pump.empty:
        ends = f"the steps end after {shown_time(pump.minutes)}"
        left = f"{show(quantity(pump.left, ML), _SHOWN)} in the bag"
        refuse(
            "rate",
            "",
            why="is missing for the rest",
            accepted=f"{ends} with {left}; state how it continues",
        )


def _legs(order: Order) -> list[_Leg]:
    legs = [_leg(order, stage) for stage in order.stages]
    if order.stages and order.stages[-1].percent is not None:
        # What floating-point noise leaves in the bag still belongs to its last share.
        legs[-1] = dataclasses.replace(legs[-1], hold=None)
    return legs


def _leg(order: Order, stage: Stage) -> _Leg:
    hold = None if stage.hold is None else _in_minutes(stage.hold, "hold")
    if stage.rate is not None:
        return _Leg(stage.rate, show(stage.rate), order.pump_rate(stage.rate), hold)
    if stage.percent is None or hold is None:
        raise ValueError("a stage has a rate, or a share of the bag and its time")
    share = "the bag" if stage.percent == WHOLE_BAG else f"{stage.percent} % of the bag"
    pump = float(order.bag.volume.magnitude) * stage.percent / WHOLE_BAG / hold * _MINUTES
    return _Leg(None, f"{share} in {shown_time(hold)}", pump, hold)


def _must_not_overlap(interruptions: Sequence[Interruption]) -> None:
    for one, other in pairwise(interruptions):
        ends = _in_minutes(one.at, "at") + _in_minutes(one.lasts, "for")
        if below(_in_minutes(other.at, "at"), ends):
            earliest = f"{show(quantity(snapped(ends), MINUTE))} or later"
            refuse("at", show(other.at), why="lies within the stop before it", write=earliest)


def _in_minutes(time: Quantity, field: str) -> float:
    return float(in_unit(time, MINUTE, field))


def _calculate_again(order: Order, steps: Sequence[InfusionStep]) -> Iterator[Finding]:
    """Calculate every step again in exact fractions; a disagreement stops the infusion."""
    try:
        again = second_infusion.steps(
            dose=_plain(order.dose),
            volume=plain(order.bag.volume),
            weight=_plain(order.weight),
            surface=_plain(order.surface),
            stages=[
                (_plain(stage.rate) or f"{stage.percent} %", _plain(stage.hold))
                for stage in order.stages
            ],
            interruptions=[
                (plain(halt.at), plain(halt.lasts), halt.resume_percent)
                for halt in order.interruptions
            ],
        )
    except (KeyError, ValueError, ZeroDivisionError):
        again = []
    first = [
        tuple(float(value.magnitude) for value in (step.starts, step.ends, step.pump, step.volume))
        for step in steps
    ]
    if not second_infusion.agrees(first, again):
        yield stop(
            "infusion.second_calculation",
            "The second calculation gives different steps; use neither.",
            ARITHMETIC,
        )


def _plain(value: Quantity | None) -> str | None:
    return None if value is None else plain(value)
