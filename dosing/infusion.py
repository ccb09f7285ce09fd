"""A dose in a bag becomes the steps of a pump: mL/h, minutes and running volume.

A label states its rates in its own unit (mg/h, mg/kg/min, mL/kg/h, mL/min). Each is carried with
that unit to the bag that is really there and becomes mL/h only by its concentration and, where it
is per kg or m2, by the body: 50 mg/h can never be read as 50 mL/h.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from dosing import second_infusion
from dosing.errors import InputError, Problem
from dosing.limits import check_amount
from dosing.patient import Patient, implausible
from dosing.rounding import above, below, snapped
from dosing.trace import ARITHMETIC, TYPED, Finding, Source
from dosing.units import (
    DROPS_PER_MIN,
    DROPS_PER_ML,
    HOUR,
    KG,
    M2,
    MINUTE,
    ML,
    ML_PER_H,
    Quantity,
    Unit,
    in_unit,
    plain,
    quantity,
    rate_parts,
    same_kind,
    show,
    spelling,
)

if TYPE_CHECKING:
    from dosing.drug import Drug
    from dosing.ladder import RateLadder

StepKind = Literal["runs", "pause", "reaction"]

# More than about this many a minute nobody counts by eye.
COUNTABLE_DROPS = 100
# After a reaction it goes on at half of its rate (percent), unless a drug's file says less.
HALF = 50
_MINUTES = 60
_WHOLE = 100
_SHOWN = 6
_LEAST_DIGITS = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What runs in: its whole volume, how that volume came about, and what it is diluted in."""

    volume: Quantity
    because: str
    diluent: str = ""


def bag_holding_all(volume: Quantity, diluent: str = "") -> Bag:
    """Take a volume that holds everything: drug, diluent and overfill."""
    return Bag(
        volume=quantity(in_unit(volume, ML, "volume"), ML), diluent=diluent,
        because="holds everything that runs in: drug, diluent and overfill",
    )  # fmt: skip


def bag_added_to(
    volume: Quantity, *, drug: Quantity, overfill: Quantity | None, diluent: str = ""
) -> Bag:
    """Add the drug's own volume to a bag.

    Args:
        volume: what is printed on the bag.
        drug: the volume of the drug that is added.
        overfill: what the maker put in above the printed volume, or None: it is not counted.
        diluent: what the bag holds.
    """
    printed, added = in_unit(volume, ML, "volume"), in_unit(drug, ML, "drug volume")
    extra = 0.0 if overfill is None else in_unit(overfill, ML, "overfill")
    counted = f"{show(overfill)} of overfill" if overfill is not None else "overfill not counted"
    return Bag(
        volume=quantity(snapped(printed + added + extra), ML), diluent=diluent,
        because=f"is {show(volume)} and {show(drug)} of drug, {counted}",
    )  # fmt: skip


def drug_volume(dose: Quantity, concentration: Quantity) -> Quantity:
    """Give the volume in which a product holds a dose: 700 mg of 10 mg/mL are 70 mL."""
    _same_measure(dose, concentration * quantity(1.0, ML), "concentration")
    per_ml = concentration * quantity(1.0, ML)
    return quantity(snapped(in_unit(dose, per_ml.units, "dose") / per_ml.magnitude), ML)


def undiluted(dose: Quantity, concentration: Quantity) -> Bag:
    """Give a dose as the product comes, nothing added."""
    return Bag(
        volume=drug_volume(dose, concentration),
        because=f"is {show(dose)} at {show(concentration)}, nothing added",
    )


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


def ladder_in_words(ladder: RateLadder) -> Iterator[str]:
    """Say what a ladder states, a line for each step and each bound."""
    for step in ladder.steps:
        rate = f"{step.percent} % of the bag" if step.rate is None else show(step.rate)
        yield f"{rate} for {show(step.hold)}" if step.hold is not None else f"{rate} to the end"
    for word, time in (
        ("over", ladder.over), ("not less than", ladder.least), ("not more than", ladder.longest),
    ):  # fmt: skip
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
    given = _Given(dose, bag, weight, surface)
    steps = tuple(_run(given, stages, interruptions))
    found = [*implausible(Patient(weight=weight, surface=surface))]
    found += _after_reactions(drug, ladder, interruptions)
    found += _second(given, stages, interruptions, steps)
    if drug is not None and ladder is not None:
        found = [*_about(drug, ladder, given, steps), *found]
    order = {"STOP": 0, "WARN": 1, "NOTE": 2}
    return Infusion(
        dose=dose, bag=bag, concentration=given.concentration, steps=steps,
        findings=tuple(sorted(found, key=lambda finding: order[finding.level])),
    )  # fmt: skip


# From the label's rate to the pump's


def ml_per_h(
    rate: Quantity,
    *,
    dose: Quantity | None = None,
    volume: Quantity | None = None,
    weight: Quantity | None = None,
    surface: Quantity | None = None,
) -> Quantity:
    """Give a label's rate in mL/h: 50 mg/h of 700 mg in 500 mL are 35.7 mL/h.

    Args:
        rate: an amount or a volume, alone or per kg or m2, per hour or minute.
        dose: the amount in the bag, for a rate of an amount.
        volume: what it is in, for a rate of an amount.
        weight: the body weight, for a rate per kg.
        surface: the body surface, for a rate per m2.

    Raises:
        InputError: if what the rate needs is missing or of another kind.
    """
    made_of = rate_parts(rate.units)
    number = float(rate.magnitude) * (_MINUTES if made_of.time == MINUTE else 1)
    if made_of.body is not None:
        number *= _body(made_of.body, weight, surface, rate)
    if made_of.amount == ML:
        return quantity(number, ML_PER_H)
    if dose is None:
        raise InputError(
            Problem(field="dose", typed="", why="is missing",
                    accepted=f"the rate {show(rate)} needs the amount in the bag, such as 700 mg")
        )  # fmt: skip
    if volume is None:
        raise InputError(
            Problem(field="volume", typed="", why="is missing", accepted="write 500 mL")
        )
    _same_measure(dose, quantity(1.0, made_of.amount), "dose")
    held = in_unit(dose, made_of.amount, "dose")
    return quantity(number * in_unit(volume, ML, "volume") / held, ML_PER_H)


def label_rate(
    pump: Quantity,
    unit: Unit,
    *,
    dose: Quantity | None = None,
    volume: Quantity | None = None,
    weight: Quantity | None = None,
    surface: Quantity | None = None,
) -> Quantity:
    """Give the rate of a running pump in a label's unit: 48 mL/h as 100 mcg/kg/min.

    The arguments are those of ``ml_per_h``, whose answer it reverses.

    Raises:
        InputError: if what the unit needs is missing or of another kind.
    """
    one = ml_per_h(
        quantity(1.0, unit), dose=dose, volume=volume, weight=weight, surface=surface
    ).magnitude
    return quantity(snapped(in_unit(pump, ML_PER_H, "rate") / one), unit)


def drops_per_minute(pump: Quantity, factor: Quantity) -> Quantity:
    """Give how many drops a minute a gravity set makes of a rate.

    Args:
        pump: the rate in mL/h.
        factor: the drops that make 1 mL, as printed on the set.
    """
    a_minute = in_unit(pump, ML_PER_H, "rate") / _MINUTES
    return quantity(
        snapped(a_minute * in_unit(factor, DROPS_PER_ML, "drops per mL")), DROPS_PER_MIN
    )


def countable(infusion: Infusion, factor: Quantity) -> tuple[Finding, ...]:
    """Say where a gravity set would make more drops than anybody counts."""
    fastest = max((step.pump for step in infusion.steps), key=lambda pump: float(pump.magnitude))
    drops = drops_per_minute(fastest, factor)
    if not above(drops.magnitude, COUNTABLE_DROPS):
        return ()
    return (
        Finding(
            level="WARN", code="infusion.drops", source=ARITHMETIC,
            text=f"{show(quantity(round(drops.magnitude), DROPS_PER_MIN))} are too many to count "
            f"(above about {COUNTABLE_DROPS}); use a pump.",
        ),
    )  # fmt: skip


def pump_text(pump: Quantity) -> str:
    """Write a pump's rate as it is set: one decimal, below 10 mL/h three digits."""
    whole = len(str(int(pump.magnitude)))
    return show(pump, whole + 1 if whole + 1 > _LEAST_DIGITS else _LEAST_DIGITS)


def _body(body: Unit, weight: Quantity | None, surface: Quantity | None, rate: Quantity) -> float:
    value, field, example = (
        (weight, "weight", "70 kg") if body == KG else (surface, "surface", "1.84 m2")
    )
    if value is None:
        raise InputError(
            Problem(field=field, typed="", why="is missing",
                    accepted=f"the rate {show(rate)} needs it: write {example}")
        )  # fmt: skip
    return float(in_unit(value, KG if body == KG else M2, field))


def _same_measure(value: Quantity, wanted: Quantity, field: str) -> None:
    if not same_kind(value, wanted):
        raise InputError(
            Problem(field=field, typed=show(value), why="is measured otherwise than the rate",
                    accepted=f"give it in {spelling(wanted.units)}")
        )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class _Given:
    """What turns a label's rate into the pump's."""

    dose: Quantity | None
    bag: Bag
    weight: Quantity | None
    surface: Quantity | None

    @property
    def concentration(self) -> Quantity | None:
        if self.dose is None or same_kind(self.dose, ML):
            return None
        held = self.dose.magnitude / self.bag.volume.magnitude
        return quantity(snapped(held), self.dose.units / ML)

    def pump(self, rate: Quantity) -> float:
        """Give a label's rate in mL/h."""
        found = ml_per_h(rate, dose=self.dose, volume=self.bag.volume, weight=self.weight,
                         surface=self.surface)  # fmt: skip
        return float(found.magnitude)

    def leg(self, stage: Stage) -> _Leg:
        """Give a stage as the pump runs it."""
        hold = None if stage.hold is None else float(in_unit(stage.hold, MINUTE, "hold"))
        if stage.rate is not None:
            return _Leg(stage.rate, show(stage.rate), self.pump(stage.rate), hold)
        if stage.percent is None or hold is None:
            raise ValueError("a stage has a rate, or a share of the bag and its time")
        whole = stage.percent == _WHOLE
        share = f"{'the bag' if whole else f'{stage.percent} % of the bag'} in {_shown_time(hold)}"
        pump = float(self.bag.volume.magnitude) * stage.percent / _WHOLE / hold * _MINUTES
        return _Leg(None, share, pump, hold)


# From stages to steps


@dataclasses.dataclass(slots=True)
class _Clock:
    """What has run so far: minutes, mL, and what is left in the bag."""

    volume: float
    minutes: float = 0.0
    given: float = 0.0
    leg: _Leg | None = None

    @property
    def left(self) -> float:
        return float(snapped(self.volume - self.given))


@dataclasses.dataclass(frozen=True, slots=True)
class _Leg:
    """A stage that has still to run: its rate in mL/h and the minutes for which it is held."""

    rate: Quantity | None
    text: str
    pump: float
    hold: float | None


def _run(
    given: _Given, stages: Sequence[Stage], interruptions: Sequence[Interruption]
) -> Iterator[InfusionStep]:
    legs = [given.leg(stage) for stage in stages]
    if stages and stages[-1].percent is not None:
        # What dust of binary arithmetic leaves of the bag still belongs to its last share.
        legs[-1] = dataclasses.replace(legs[-1], hold=None)
    _in_order(interruptions)
    clock = _Clock(float(given.bag.volume.magnitude))
    for interruption in interruptions:
        yield from _advance(clock, legs, until=float(in_unit(interruption.at, MINUTE, "at")))
        if not clock.left or clock.leg is None:
            raise InputError(
                Problem(field="at", typed=show(interruption.at), why="is after the end",
                        accepted=f"the bag is empty after {_shown_time(clock.minutes)}")
            )  # fmt: skip
        yield _stop(clock, interruption)
        if interruption.resume_percent is not None:
            legs[:] = [_slowed(clock.leg, interruption.resume_percent)]
    yield from _advance(clock, legs, until=None)
    if clock.left:
        left = show(quantity(clock.left, ML), _SHOWN)
        raise InputError(
            Problem(field="rate", typed="", why="is missing for the rest",
                    accepted=f"the steps end after {_shown_time(clock.minutes)} with {left} "
                    "in the bag; say how it goes on")
        )  # fmt: skip


def _slowed(leg: _Leg, percent: int) -> _Leg:
    """Give a leg at a share of its rate, held until the bag is empty."""
    rate = None if leg.rate is None else leg.rate * (percent / _WHOLE)
    text = f"{percent} % of {leg.text}" if rate is None else show(rate, _SHOWN)
    return _Leg(rate, text, leg.pump * percent / _WHOLE, None)


def _shown_time(minutes: float) -> str:
    return show(quantity(minutes, MINUTE), _SHOWN)


def _in_order(interruptions: Sequence[Interruption]) -> None:
    for one, other in pairwise(interruptions):
        ends = in_unit(one.at, MINUTE, "at") + in_unit(one.lasts, MINUTE, "for")
        if below(in_unit(other.at, MINUTE, "at"), float(ends)):
            raise InputError(
                Problem(field="at", typed=show(other.at), why="lies within the stop before it",
                        accepted=f"write {show(quantity(snapped(ends), MINUTE))} or later")
            )  # fmt: skip


def _advance(clock: _Clock, legs: list[_Leg], *, until: float | None) -> Iterator[InfusionStep]:
    """Run the legs until a time, or until the bag is empty; what has run is taken off them."""
    while legs and clock.left and (until is None or snapped(until - clock.minutes) > 0):
        leg = legs[0]
        lasts = clock.left / leg.pump * _MINUTES
        empties, held = True, leg.hold
        for bound in (held, None if until is None else until - clock.minutes):
            if bound is not None and snapped(lasts - bound) > 0:
                lasts, empties = bound, False
        yield _step(clock, leg, lasts, empties=empties)
        rest = None if held is None else snapped(held - lasts)
        if rest is not None and rest <= 0:
            legs.pop(0)
        else:
            legs[0] = dataclasses.replace(leg, hold=rest)


def _step(clock: _Clock, leg: _Leg, lasts: float, *, empties: bool) -> InfusionStep:
    starts, before = clock.minutes, clock.given
    clock.minutes, clock.leg = snapped(starts + lasts), leg
    # The last step takes what is left, so that the steps add up to the bag.
    clock.given = clock.volume if empties else before + leg.pump * lasts / _MINUTES
    return InfusionStep(
        kind="runs", starts=quantity(starts, MINUTE), ends=quantity(clock.minutes, MINUTE),
        rate=leg.rate, rate_text=leg.text, pump=quantity(leg.pump, ML_PER_H),
        volume=quantity(clock.given - before, ML), running=quantity(clock.given, ML),
    )  # fmt: skip


def _stop(clock: _Clock, interruption: Interruption) -> InfusionStep:
    starts, reaction = clock.minutes, interruption.resume_percent is not None
    clock.minutes = snapped(starts + float(in_unit(interruption.lasts, MINUTE, "for")))
    return InfusionStep(
        kind="reaction" if reaction else "pause",
        starts=quantity(starts, MINUTE), ends=quantity(clock.minutes, MINUTE), rate=None,
        rate_text="stopped for a reaction" if reaction else "paused",
        pump=quantity(0.0, ML_PER_H), volume=quantity(0.0, ML),
        running=quantity(clock.given, ML),
    )  # fmt: skip


# What has to be said


def _about(
    drug: Drug, ladder: RateLadder, given: _Given, steps: Sequence[InfusionStep]
) -> Iterator[Finding]:
    source = drug.source(ladder.source)
    if ladder.only_if:
        yield Finding(level="WARN", code="infusion.only_if", source=source,
                      text=f"This ladder is only for: {ladder.only_if}.")  # fmt: skip
    dose = given.dose
    if ladder.dose is not None and (
        dose is None or in_unit(dose, ladder.dose.units, "dose") != ladder.dose.magnitude
    ):
        other = "no dose was given" if dose is None else f"{show(dose)} is another"
        yield Finding(level="STOP", code="infusion.another_dose", source=source,
                      text=f"{ladder.id} is for {show(ladder.dose)}; {other}.")  # fmt: skip
    if dose is not None:
        bodies = {} if given.weight is None else {KG: in_unit(given.weight, KG, "weight")}
        if given.surface is not None:
            bodies[M2] = in_unit(given.surface, M2, "surface")
        for route in ladder.routes:
            yield from check_amount(drug, route, dose, "dose", bodies)
    yield from _times(ladder, source, steps)
    yield from _highest(drug, ladder, given, steps)
    yield from _dilution(drug, ladder, given)


def _after_reactions(
    drug: Drug | None, ladder: RateLadder | None, interruptions: Sequence[Interruption]
) -> Iterator[Finding]:
    """Hold what goes on after a reaction to the drug's file, and say where the file is silent."""
    percents = [stop.resume_percent for stop in interruptions if stop.resume_percent is not None]
    stated = ladder.reaction if ladder is not None else None
    if percents and (drug is None or stated is None):
        yield Finding(
            level="WARN", code="infusion.after_reaction", source=TYPED,
            text=f"No source here says how it goes on after a reaction; {percents[-1]} % of the "
            "rate was asked for.",
        )  # fmt: skip
    elif drug is not None and stated is not None:
        for percent in percents:
            if percent > stated.resume_percent:
                yield Finding(
                    level="STOP", code="infusion.after_reaction",
                    source=drug.source(stated.source),
                    text=f"After a reaction it goes on at no more than {stated.resume_percent} % "
                    f"of its rate, not at {percent} %.",
                )  # fmt: skip


def _times(ladder: RateLadder, source: Source, steps: Sequence[InfusionStep]) -> Iterator[Finding]:
    running = sum(
        float(step.ends.magnitude - step.starts.magnitude) for step in steps if step.kind == "runs"
    )
    said = _shown_time(running)
    if ladder.least is not None and below(running, float(in_unit(ladder.least, MINUTE, "least"))):
        yield Finding(
            level="STOP", code="infusion.too_fast", source=source,
            text=f"{said} is too fast: it takes not less than {show(ladder.least)}.",
        )  # fmt: skip
    if ladder.longest is not None and above(
        running, float(in_unit(ladder.longest, MINUTE, "longest"))
    ):
        yield Finding(
            level="WARN", code="infusion.too_long", source=source,
            text=f"{said} is longer than the {show(ladder.longest)} that are stated.",
        )  # fmt: skip


def _highest(
    drug: Drug, ladder: RateLadder, given: _Given, steps: Sequence[InfusionStep]
) -> Iterator[Finding]:
    if ladder.most is None:
        return
    most = ladder.most.rate
    fastest = max((step.pump for step in steps), key=lambda pump: float(pump.magnitude))
    if above(fastest.magnitude, given.pump(most)):
        rate = quantity(most.magnitude * fastest.magnitude / given.pump(most), most.units)
        yield Finding(
            level="STOP", code="infusion.above_most", source=drug.source(ladder.most.source),
            text=f"{show(rate, _SHOWN)} is above the highest rate, {show(most)}.",
        )  # fmt: skip


def _dilution(drug: Drug, ladder: RateLadder, given: _Given) -> Iterator[Finding]:
    """Hold the bag to what the file says of dilution, and a ladder in mL to its concentration."""
    strength, dilution = given.concentration, drug.dilution_for(ladder)
    product = drug.concentration_for(ladder)
    if strength is not None and product is not None and not same_kind(strength, product):
        product = None
    in_ml = any(rate_parts(rate.units).amount == ML for rate in ladder.rates)
    if in_ml and strength is not None and ladder.concentration is not None and product is not None:
        if snapped(in_unit(strength, product.units, "concentration") / product.magnitude) != 1:
            yield Finding(
                level="STOP", code="infusion.other_concentration",
                source=drug.source(ladder.source),
                text=f"{ladder.id} counts mL of {show(product)}; the bag has "
                f"{show(strength, _SHOWN)}.",
            )  # fmt: skip
    if dilution is None:
        return
    source = drug.source(dilution.source)
    if strength is not None:
        for bound, wrong, word in (
            (dilution.low, below, "weaker than"), (dilution.high, above, "stronger than"),
        ):  # fmt: skip
            if bound is not None and wrong(
                in_unit(strength, bound.units, "concentration"), float(bound.magnitude)
            ):
                yield Finding(
                    level="WARN", code="infusion.concentration", source=source,
                    text=f"{show(strength, _SHOWN)} in the bag is {word} {show(bound)}.",
                )  # fmt: skip
    diluent = given.bag.diluent
    if diluent and dilution.diluents and diluent not in dilution.diluents:
        yield Finding(
            level="WARN", code="infusion.diluent", source=source,
            text=f"{diluent} is not named for {drug.name}: {' or '.join(dilution.diluents)}.",
        )  # fmt: skip


def _second(
    given: _Given, stages: Sequence[Stage], interruptions: Sequence[Interruption],
    steps: Sequence[InfusionStep],
) -> Iterator[Finding]:  # fmt: skip
    """Have every step worked out again in exact fractions; a disagreement stops the infusion."""
    try:
        again = second_infusion.steps(
            dose=_plain(given.dose), volume=plain(given.bag.volume), weight=_plain(given.weight),
            surface=_plain(given.surface),
            stages=[
                (_plain(stage.rate) or f"{stage.percent} %", _plain(stage.hold)) for stage in stages
            ],
            interruptions=[
                (plain(stop.at), plain(stop.lasts), stop.resume_percent) for stop in interruptions
            ],
        )  # fmt: skip
    except (KeyError, ValueError, ZeroDivisionError):
        again = []
    ours = [
        tuple(float(value.magnitude) for value in (s.starts, s.ends, s.pump, s.volume))
        for s in steps
    ]
    if not second_infusion.agrees(ours, again):
        yield Finding(
            level="STOP", code="infusion.second_calculation", source=ARITHMETIC,
            text="The second calculation comes to other steps; do not use either.",
        )  # fmt: skip


def _plain(value: Quantity | None) -> str | None:
    return None if value is None else plain(value)
