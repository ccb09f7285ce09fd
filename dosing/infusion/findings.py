"""The findings on an infusion: too fast, too strong, the ladder of another dose, uncountable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dosing.calculation.limits import check_amount
from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.rates import drops_per_minute
from dosing.infusion.steps import COUNTABLE_DROPS, InfusionStep, Order
from dosing.rounding import above, below, snapped
from dosing.trace import ARITHMETIC, TYPED, Finding, note, stop, warn
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
    spelling,
)

# The notes on what no figure limits
HELD_TO_NOTHING = ("infusion.no_drug", "infusion.no_ladder", "infusion.any_volume")
_SHOWN = 6


def shown_time(minutes: float) -> str:
    """Return a time in minutes as text."""
    return show(quantity(minutes, MINUTE), _SHOWN)


def check_ladder(order: Order, steps: Sequence[InfusionStep]) -> Iterator[Finding]:
    """Check an infusion against its drug's file: dose, time, rate, dilution and diluent."""
    drug, ladder = order.drug, order.ladder
    if drug is None or ladder is None:
        return
    if ladder.only_if:
        text = f"This ladder is only for: {ladder.only_if}."
        yield warn("infusion.only_if", text, drug.source(ladder.source))
    yield from _check_dose(drug, ladder, order)
    yield from _check_length(drug, ladder, steps)
    yield from _check_highest_rate(drug, ladder, order, steps)
    yield from _check_product(drug, ladder, order)
    yield from _check_dilution(drug, ladder, order)


def check_resumption(order: Order) -> Iterator[Finding]:
    """Check the rate after a reaction against the drug's file; warn where the file is silent."""
    percents = [
        interruption.resume_percent
        for interruption in order.interruptions
        if interruption.resume_percent is not None
    ]
    stated = order.ladder.reaction if order.ladder is not None else None
    if order.drug is None or stated is None:
        if percents:
            text = (
                "No source here says at what rate to resume after a reaction; "
                f"{percents[-1]} % of the rate was ordered."
            )
            yield warn("infusion.after_reaction", text, TYPED)
        return
    for percent in percents:
        if percent > stated.resume_percent:
            text = (
                f"After a reaction it resumes at no more than {stated.resume_percent} % "
                f"of its rate, not at {percent} %."
            )
            yield stop("infusion.after_reaction", text, order.drug.source(stated.source))


def check_drops(order: Order, steps: Sequence[InfusionStep]) -> Iterator[Finding]:
    """Warn where a gravity set would make more drops than anybody counts."""
    if order.drops is None:
        return
    drops = drops_per_minute(_fastest(steps), order.drops)
    if above(drops.magnitude, COUNTABLE_DROPS):
        yield uncountable(drops)


def uncountable(drops: Quantity) -> Finding:
    """Return the warning that so many drops a minute are counted by nobody."""
    text = (
        f"{show(quantity(round(drops.magnitude), DROPS_PER_MIN))} are too many to count "
        f"(above about {COUNTABLE_DROPS}); use a pump."
    )
    return warn("infusion.drops", text, ARITHMETIC)


def note_assumed_volume(order: Order) -> Iterator[Finding]:
    """Note a volume of which nobody stated what it holds."""
    if order.bag.assumed:
        volume = show(order.bag.volume, _SHOWN)
        text = f"{volume} is taken as everything that runs in: drug, diluent and overfill."
        yield note("infusion.volume", text, TYPED)


def note_held_to_nothing(order: Order) -> Iterator[Finding]:
    """Note what of an infusion no figure limits, so that silence is no approval.

    A rate in mg leaves the mL to the volume of the bag: where no strength is stated for it, any
    volume passes, and with it any mL/h.
    """
    if order.drug is None:
        text = "No drug named: dose, strength, rate and length are held to nothing."
        yield note("infusion.no_drug", text, TYPED)
    elif order.ladder is None:
        text = (
            f"No ladder of {order.drug.name} chosen: dose, strength, rate and length are held to "
            "nothing."
        )
        yield note("infusion.no_ladder", text, TYPED)
    elif why := _why_any_volume_passes(order.drug, order.ladder, order):
        yield note("infusion.any_volume", f"{why}: volume and mL/h are held to nothing.", TYPED)


def _why_any_volume_passes(drug: Drug, ladder: RateLadder, order: Order) -> str:
    """Return why no figure limits the volume of the bag; empty where one does."""
    if ladder.rates and all(rate_parts(rate.units).amount == ML for rate in ladder.rates):
        return ""
    if order.concentration is None:
        return "The strength of the bag is not known"
    dilution = drug.dilution_for(ladder)
    if dilution is not None and dilution.low is not None:
        return ""
    return f"The file of {drug.name} states no lowest strength for {ladder.id}"


def note_unused_size(order: Order) -> Iterator[Finding]:
    """Note a size of the body that was typed for rates that do not go by it."""
    if order.unused:
        units = dict.fromkeys(spelling(rate.units) for rate in order.rates)
        rates = f"are in {' and '.join(units)}" if units else "follow from time and volume"
        text = f"Entered, and not used for the rates: {', '.join(order.unused)}. They {rates}."
        yield note("infusion.unused_size", text, TYPED)


def _fastest(steps: Sequence[InfusionStep]) -> Quantity:
    return max((step.pump for step in steps), key=lambda pump: float(pump.magnitude))


def _check_dose(drug: Drug, ladder: RateLadder, order: Order) -> Iterator[Finding]:
    dose = order.dose
    if ladder.dose is not None and (
        dose is None or in_unit(dose, ladder.dose.units, "dose") != ladder.dose.magnitude
    ):
        ours = "no dose is stated" if dose is None else f"this dose is {show(dose)}"
        text = f"{ladder.id} is for {show(ladder.dose)}; {ours}."
        yield stop("infusion.another_dose", text, drug.source(ladder.source))
    if dose is None:
        return
    bodies = {}
    if order.weight is not None:
        bodies[KG] = in_unit(order.weight, KG, "weight")
    if order.surface is not None:
        bodies[M2] = in_unit(order.surface, M2, "surface")
    for route in ladder.routes:
        yield from check_amount(drug, route, dose, "dose", bodies)


def _check_length(
    drug: Drug, ladder: RateLadder, steps: Sequence[InfusionStep]
) -> Iterator[Finding]:
    running = sum(
        float(step.ends.magnitude - step.starts.magnitude) for step in steps if step.kind == "runs"
    )
    source, least, longest = drug.source(ladder.source), ladder.least, ladder.longest
    if least is not None and below(running, float(in_unit(least, MINUTE, "least"))):
        text = f"{shown_time(running)} is too fast: it must take at least {show(least)}."
        yield stop("infusion.too_fast", text, source)
    if longest is not None and above(running, float(in_unit(longest, MINUTE, "longest"))):
        text = f"{shown_time(running)} is longer than the stated {show(longest)}."
        yield warn("infusion.too_long", text, source)


def _check_highest_rate(
    drug: Drug, ladder: RateLadder, order: Order, steps: Sequence[InfusionStep]
) -> Iterator[Finding]:
    if ladder.most is None:
        return
    most, fastest = ladder.most.rate, _fastest(steps).magnitude
    highest = order.pump_rate(most)
    if above(fastest, highest):
        rate = quantity(most.magnitude * fastest / highest, most.units)
        text = f"{show(rate, _SHOWN)} is above the highest rate, {show(most)}."
        yield stop("infusion.above_most", text, drug.source(ladder.most.source))


def _check_product(drug: Drug, ladder: RateLadder, order: Order) -> Iterator[Finding]:
    """Stop a ladder in mL that counts the mL of another concentration than the bag's."""
    ours, product = order.concentration, ladder.concentration
    if ours is None or product is None or not same_kind(ours, product):
        return
    if all(rate_parts(rate.units).amount != ML for rate in ladder.rates):
        return
    if snapped(in_unit(ours, product.units, "concentration") / product.magnitude) != 1:
        text = f"{ladder.id} counts mL of {show(product)}; the bag has {show(ours, _SHOWN)}."
        yield stop("infusion.other_concentration", text, drug.source(ladder.source))


def _check_dilution(drug: Drug, ladder: RateLadder, order: Order) -> Iterator[Finding]:
    dilution = drug.dilution_for(ladder)
    if dilution is None:
        return
    source, ours = drug.source(dilution.source), order.concentration
    for bound, outside, word in (
        (dilution.low, below, "weaker than"),
        (dilution.high, above, "stronger than"),
    ):
        if ours is None or bound is None:
            continue
        if outside(in_unit(ours, bound.units, "concentration"), float(bound.magnitude)):
            text = f"{show(ours, _SHOWN)} in the bag is {word} {show(bound)}."
            yield warn("infusion.concentration", text, source)
    diluent = order.bag.diluent
    if diluent and dilution.diluents and diluent not in dilution.diluents:
        stated = " or ".join(dilution.diluents)
        text = f"{diluent} is not a stated diluent of {drug.name}: {stated}."
        yield warn("infusion.diluent", text, source)
