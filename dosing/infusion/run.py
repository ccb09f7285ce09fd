"""A dose in a bag becomes the steps of a pump: mL/h, minutes and running volume.

An order is a line of stages, the steps of a ladder or the rates that a person states. The bag runs
through them until it is empty; pauses and reactions are cut in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.errors import refuse
from dosing.infusion import second as second_infusion
from dosing.infusion.bag import Bag
from dosing.infusion.findings import after_reactions, held_to_its_ladder, shown_time
from dosing.infusion.rates import RateContext
from dosing.infusion.steps import _WHOLE, Infusion, InfusionStep, Interruption, Stage
from dosing.patient import Patient, implausible
from dosing.rounding import below, snapped
from dosing.trace import ARITHMETIC, Finding, stop
from dosing.units import (
    MINUTE,
    ML,
    ML_PER_H,
    Quantity,
    in_unit,
    plain,
    quantity,
    show,
)

_MINUTES = 60
_SHOWN = 6


def infuse(
    *,
    bag: Bag,
    stages: Sequence[Stage],
    dose: Quantity | None = None,
    weight: Quantity | None = None,
    surface: Quantity | None = None,
    interruptions: Sequence[Interruption] = (),
    drug: Drug | None = None,
    ladder: RateLadder | None = None,
) -> Infusion:
    """Work out the steps of an infusion from its start until the bag is empty.

    Args:
        bag: what runs in.
        stages: the order: ``stages_of`` a ladder, ``over`` a time, or rates that a person states.
        dose: how much of the drug the bag holds; needed where a rate is in mg or units.
        weight: of the body; needed where a rate is per kg.
        surface: of the body; needed where a rate is per m2.
        interruptions: pauses and reactions, in the order in which they came.
        drug: whose file gave the ladder; with it the infusion is held to what the file says.
        ladder: the one that is followed or kept to.

    Returns:
        The infusion. A STOP among its findings means that it must not be run.

    Raises:
        InputError: if something is missing or of another kind, naming the field; if the stages
            end before the bag does; if an interruption lies outside the infusion.
    """
    given = RateContext(dose, bag, weight, surface)
    steps = tuple(_run(given, stages, interruptions))
    found = [*implausible(Patient(weight=weight, surface=surface))]
    found += after_reactions(drug, ladder, interruptions)
    found += _second(given, stages, interruptions, steps)
    if drug is not None and ladder is not None:
        found = [*held_to_its_ladder(drug, ladder, given, steps), *found]
    order = {"STOP": 0, "WARN": 1, "NOTE": 2}
    return Infusion(
        dose=dose,
        bag=bag,
        concentration=given.concentration,
        steps=steps,
        findings=tuple(sorted(found, key=lambda finding: order[finding.level])),
    )


# From stages to steps


@dataclasses.dataclass(slots=True)
class _Clock:
    """What has run so far, in minutes and mL.

    Neither is snapped to 9 decimals: at 0.007 mL/h half of the ninth decimal of a mL takes
    4 millionths of a minute, and the second calculation sees them.
    """

    volume: float
    minutes: float = 0.0
    given: float = 0.0
    leg: _Leg | None = None

    @property
    def left(self) -> float:
        return self.volume - self.given

    @property
    def empty(self) -> bool:
        return self.would_empty(0.0)

    def would_empty(self, volume: float) -> bool:
        """Return whether the bag holds no more than this volume, but for floating-point noise."""
        return not below(self.given + volume, self.volume)


@dataclasses.dataclass(frozen=True, slots=True)
class _Leg:
    """A stage that has still to run: its rate in mL/h and the minutes for which it is held."""

    rate: Quantity | None
    text: str
    pump: float
    hold: float | None


def _run(
    given: RateContext, stages: Sequence[Stage], interruptions: Sequence[Interruption]
) -> Iterator[InfusionStep]:
    legs = [_leg(given, stage) for stage in stages]
    if stages and stages[-1].percent is not None:
        # What dust of binary arithmetic leaves of the bag still belongs to its last share.
        legs[-1] = dataclasses.replace(legs[-1], hold=None)
    _in_order(interruptions)
    clock = _Clock(float(given.bag.volume.magnitude))
    for interruption in interruptions:
        yield from _advance(clock, legs, until=float(in_unit(interruption.at, MINUTE, "at")))
        if clock.empty or clock.leg is None:
            refuse(
                "at",
                show(interruption.at),
                why="is after the end",
                accepted=f"the bag is empty after {shown_time(clock.minutes)}",
            )
        yield _stop(clock, interruption)
        if interruption.resume_percent is not None:
            legs[:] = [_slowed(clock.leg, interruption.resume_percent)]
    yield from _advance(clock, legs, until=None)
    if not clock.empty:
        left = show(quantity(clock.left, ML), _SHOWN)
        refuse(
            "rate",
            "",
            why="is missing for the rest",
            accepted=(
                f"the steps end after {shown_time(clock.minutes)} with {left} "
                "in the bag; say how it goes on"
            ),
        )


def _leg(given: RateContext, stage: Stage) -> _Leg:
    """Give a stage as the pump runs it."""
    hold = None if stage.hold is None else float(in_unit(stage.hold, MINUTE, "hold"))
    if stage.rate is not None:
        return _Leg(stage.rate, show(stage.rate), given.pump(stage.rate), hold)
    if stage.percent is None or hold is None:
        raise ValueError("a stage has a rate, or a share of the bag and its time")
    whole = stage.percent == _WHOLE
    share = f"{'the bag' if whole else f'{stage.percent} % of the bag'} in {shown_time(hold)}"
    pump = float(given.bag.volume.magnitude) * stage.percent / _WHOLE / hold * _MINUTES
    return _Leg(None, share, pump, hold)


def _slowed(leg: _Leg, percent: int) -> _Leg:
    """Give a leg at a share of its rate, held until the bag is empty."""
    rate = None if leg.rate is None else leg.rate * (percent / _WHOLE)
    text = f"{percent} % of {leg.text}" if rate is None else show(rate, _SHOWN)
    return _Leg(rate, text, leg.pump * percent / _WHOLE, None)


def _in_order(interruptions: Sequence[Interruption]) -> None:
    for one, other in pairwise(interruptions):
        ends = in_unit(one.at, MINUTE, "at") + in_unit(one.lasts, MINUTE, "for")
        if below(in_unit(other.at, MINUTE, "at"), float(ends)):
            refuse(
                "at",
                show(other.at),
                why="lies within the stop before it",
                write=f"{show(quantity(snapped(ends), MINUTE))} or later",
            )


def _advance(clock: _Clock, legs: list[_Leg], *, until: float | None) -> Iterator[InfusionStep]:
    """Run the legs until a time, or until the bag is empty; what has run is taken off them."""
    while legs and not clock.empty and (until is None or below(clock.minutes, until)):
        leg = legs[0]
        if leg.hold is not None and not below(clock.minutes, clock.minutes + leg.hold):
            legs.pop(0)
            continue
        bounds = [leg.hold, None if until is None else until - clock.minutes]
        lasts = min((bound for bound in bounds if bound is not None), default=None)
        empties = lasts is None or clock.would_empty(leg.pump * lasts / _MINUTES)
        if lasts is None or empties:
            lasts = clock.left / leg.pump * _MINUTES
        yield _step(clock, leg, lasts, empties=empties)
        legs[0] = dataclasses.replace(leg, hold=None if leg.hold is None else leg.hold - lasts)


def _step(clock: _Clock, leg: _Leg, lasts: float, *, empties: bool) -> InfusionStep:
    starts, before = clock.minutes, clock.given
    clock.minutes, clock.leg = starts + lasts, leg
    # The last step takes what is left, so that the steps add up to the bag.
    clock.given = clock.volume if empties else before + leg.pump * lasts / _MINUTES
    return InfusionStep(
        kind="runs",
        starts=quantity(snapped(starts), MINUTE),
        ends=quantity(snapped(clock.minutes), MINUTE),
        rate=leg.rate,
        rate_text=leg.text,
        pump=quantity(leg.pump, ML_PER_H),
        volume=quantity(clock.given - before, ML),
        running=quantity(clock.given, ML),
    )


def _stop(clock: _Clock, interruption: Interruption) -> InfusionStep:
    starts, reaction = clock.minutes, interruption.resume_percent is not None
    clock.minutes = starts + float(in_unit(interruption.lasts, MINUTE, "for"))
    return InfusionStep(
        kind="reaction" if reaction else "pause",
        starts=quantity(snapped(starts), MINUTE),
        ends=quantity(snapped(clock.minutes), MINUTE),
        rate=None,
        rate_text="stopped for a reaction" if reaction else "paused",
        pump=quantity(0.0, ML_PER_H),
        volume=quantity(0.0, ML),
        running=quantity(clock.given, ML),
    )


def _second(
    given: RateContext,
    stages: Sequence[Stage],
    interruptions: Sequence[Interruption],
    steps: Sequence[InfusionStep],
) -> Iterator[Finding]:
    """Have every step worked out again in exact fractions; a disagreement stops the infusion."""
    try:
        again = second_infusion.steps(
            dose=_plain(given.dose),
            volume=plain(given.bag.volume),
            weight=_plain(given.weight),
            surface=_plain(given.surface),
            stages=[
                (_plain(stage.rate) or f"{stage.percent} %", _plain(stage.hold)) for stage in stages
            ],
            interruptions=[
                (plain(stop.at), plain(stop.lasts), stop.resume_percent) for stop in interruptions
            ],
        )
    except (KeyError, ValueError, ZeroDivisionError):
        again = []
    ours = [
        tuple(float(value.magnitude) for value in (s.starts, s.ends, s.pump, s.volume))
        for s in steps
    ]
    if not second_infusion.agrees(ours, again):
        yield stop(
            "infusion.second_calculation",
            "The second calculation comes to other steps; do not use either.",
            ARITHMETIC,
        )


def _plain(value: Quantity | None) -> str | None:
    return None if value is None else plain(value)
