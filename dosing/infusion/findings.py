"""What has to be said of an infusion: too fast, too strong, another ladder's dose, uncountable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dosing.calculation.limits import check_amount
from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.rates import RateContext, drops_per_minute
from dosing.infusion.steps import Infusion, InfusionStep, Interruption
from dosing.rounding import above, below, snapped
from dosing.trace import ARITHMETIC, TYPED, Finding, Source, stop, warn
from dosing.units import (
    DROPS_PER_MIN,
    KG,
    M2,
    MINUTE,
    ML,
    Quantity,
    in_unit,
    quantity,
    rate_parts,
    same_kind,
    show,
)

# More than about this many a minute nobody counts by eye.
COUNTABLE_DROPS = 100
_SHOWN = 6


def shown_time(minutes: float) -> str:
    """Write a time in minutes."""
    return show(quantity(minutes, MINUTE), _SHOWN)


def countable(infusion: Infusion, factor: Quantity) -> tuple[Finding, ...]:
    """Say where a gravity set would make more drops than anybody counts."""
    fastest = max((step.pump for step in infusion.steps), key=lambda pump: float(pump.magnitude))
    drops = drops_per_minute(fastest, factor)
    if not above(drops.magnitude, COUNTABLE_DROPS):
        return ()
    return (
        warn(
            "infusion.drops",
            (
                f"{show(quantity(round(drops.magnitude), DROPS_PER_MIN))} are too many to count "
                f"(above about {COUNTABLE_DROPS}); use a pump."
            ),
            ARITHMETIC,
        ),
    )


def held_to_its_ladder(
    drug: Drug, ladder: RateLadder, given: RateContext, steps: Sequence[InfusionStep]
) -> Iterator[Finding]:
    """Hold an infusion to what the drug's file says of dose, time, rate, dilution and diluent."""
    source = drug.source(ladder.source)
    if ladder.only_if:
        yield warn("infusion.only_if", f"This ladder is only for: {ladder.only_if}.", source)
    dose = given.dose
    if ladder.dose is not None and (
        dose is None or in_unit(dose, ladder.dose.units, "dose") != ladder.dose.magnitude
    ):
        other = "no dose was given" if dose is None else f"{show(dose)} is another"
        yield stop(
            "infusion.another_dose", f"{ladder.id} is for {show(ladder.dose)}; {other}.", source
        )
    if dose is not None:
        bodies = {} if given.weight is None else {KG: in_unit(given.weight, KG, "weight")}
        if given.surface is not None:
            bodies[M2] = in_unit(given.surface, M2, "surface")
        for route in ladder.routes:
            yield from check_amount(drug, route, dose, "dose", bodies)
    yield from _times(ladder, source, steps)
    yield from _highest(drug, ladder, given, steps)
    yield from _dilution(drug, ladder, given)


def after_reactions(
    drug: Drug | None, ladder: RateLadder | None, interruptions: Sequence[Interruption]
) -> Iterator[Finding]:
    """Hold what goes on after a reaction to the drug's file, and say where the file is silent."""
    percents = [stop.resume_percent for stop in interruptions if stop.resume_percent is not None]
    stated = ladder.reaction if ladder is not None else None
    if percents and (drug is None or stated is None):
        yield warn(
            "infusion.after_reaction",
            (
                f"No source here says how it goes on after a reaction; {percents[-1]} % of the "
                "rate was asked for."
            ),
            TYPED,
        )
    elif drug is not None and stated is not None:
        for percent in percents:
            if percent > stated.resume_percent:
                yield stop(
                    "infusion.after_reaction",
                    (
                        f"After a reaction it goes on at no more than {stated.resume_percent} % "
                        f"of its rate, not at {percent} %."
                    ),
                    drug.source(stated.source),
                )


def _times(ladder: RateLadder, source: Source, steps: Sequence[InfusionStep]) -> Iterator[Finding]:
    running = sum(
        float(step.ends.magnitude - step.starts.magnitude) for step in steps if step.kind == "runs"
    )
    said = shown_time(running)
    if ladder.least is not None and below(running, float(in_unit(ladder.least, MINUTE, "least"))):
        yield stop(
            "infusion.too_fast",
            f"{said} is too fast: it takes not less than {show(ladder.least)}.",
            source,
        )
    if ladder.longest is not None and above(
        running, float(in_unit(ladder.longest, MINUTE, "longest"))
    ):
        yield warn(
            "infusion.too_long",
            f"{said} is longer than the {show(ladder.longest)} that are stated.",
            source,
        )


def _highest(
    drug: Drug, ladder: RateLadder, given: RateContext, steps: Sequence[InfusionStep]
) -> Iterator[Finding]:
    if ladder.most is None:
        return
    most = ladder.most.rate
    fastest = max((step.pump for step in steps), key=lambda pump: float(pump.magnitude))
    if above(fastest.magnitude, given.pump(most)):
        rate = quantity(most.magnitude * fastest.magnitude / given.pump(most), most.units)
        yield stop(
            "infusion.above_most",
            f"{show(rate, _SHOWN)} is above the highest rate, {show(most)}.",
            drug.source(ladder.most.source),
        )


def _dilution(drug: Drug, ladder: RateLadder, given: RateContext) -> Iterator[Finding]:
    """Hold the bag to what the file says of dilution, and a ladder in mL to its concentration."""
    strength, dilution = given.concentration, drug.dilution_for(ladder)
    product = drug.concentration_for(ladder)
    if strength is not None and product is not None and not same_kind(strength, product):
        product = None
    in_ml = any(rate_parts(rate.units).amount == ML for rate in ladder.rates)
    if in_ml and strength is not None and ladder.concentration is not None and product is not None:
        if snapped(in_unit(strength, product.units, "concentration") / product.magnitude) != 1:
            yield stop(
                "infusion.other_concentration",
                (
                    f"{ladder.id} counts mL of {show(product)}; the bag has "
                    f"{show(strength, _SHOWN)}."
                ),
                drug.source(ladder.source),
            )
    if dilution is None:
        return
    source = drug.source(dilution.source)
    if strength is not None:
        for bound, wrong, word in (
            (dilution.low, below, "weaker than"),
            (dilution.high, above, "stronger than"),
        ):
            if bound is not None and wrong(
                in_unit(strength, bound.units, "concentration"), float(bound.magnitude)
            ):
                yield warn(
                    "infusion.concentration",
                    f"{show(strength, _SHOWN)} in the bag is {word} {show(bound)}.",
                    source,
                )
    diluent = given.bag.diluent
    if diluent and dilution.diluents and diluent not in dilution.diluents:
        yield warn(
            "infusion.diluent",
            f"{diluent} is not named for {drug.name}: {' or '.join(dilution.diluents)}.",
            source,
        )
