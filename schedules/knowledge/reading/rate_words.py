"""How a drug runs in, in sentences: rate ladders, dilution, time before and after."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.drugs.rate_ladder import Chair, Dilution, Most, RateLadder, RateStep, Reaction
from schedules.knowledge.reading.telling import (
    amount,
    by_route,
    by_source,
    fact,
    heading,
    if_stated,
    listed,
    quoted,
    spoken,
    tells_every_field,
)

_INFUSION = {"first": "the first infusion", "later": "each later infusion", "any": "any infusion"}


@tells_every_field
def tell_ladder(ladder: RateLadder) -> Iterator[str]:
    """Yield how fast a product runs in: its steps and its bounds."""
    yield heading(f"How fast: {spoken(ladder.id)}")
    which, by = _INFUSION[ladder.infusion], by_route(ladder.routes)
    yield f"It is for {which}, given {by} {by_source(ladder.source)}."
    yield from fact("It is for the product {}.", ladder.product, quoted)
    yield from fact("That product holds {}.", ladder.concentration, amount)
    yield from fact("It is only for a dose of {}.", ladder.dose, amount)
    yield from fact("It is only for {}.", ladder.only_if, quoted)
    for number, step in enumerate(ladder.steps, 1):
        yield f"Step {number} is {' '.join(_step(step))}."
    yield from fact("The whole infusion takes {}.", ladder.over, amount)
    yield from fact("It takes at least {}.", ladder.least, amount)
    yield from fact("It takes at most {}.", ladder.longest, amount)
    yield from if_stated(ladder.most, _most)
    yield from if_stated(ladder.reaction, _reaction)


@tells_every_field
def _step(step: RateStep) -> Iterator[str]:
    if step.rate is not None:
        yield amount(step.rate)
    if step.percent is not None:
        yield f"{step.percent} % of the bag"
    yield "to the end" if step.hold is None else f"for {amount(step.hold)}"


@tells_every_field
def _most(most: Most) -> Iterator[str]:
    yield f"The rate is at most {amount(most.rate)} {by_source(most.source)}."


@tells_every_field
def _reaction(reaction: Reaction) -> Iterator[str]:
    yield (
        f"After a reaction it goes on at no more than {reaction.resume_percent} % of the rate "
        f"{by_source(reaction.source)}."
    )


@tells_every_field
def tell_dilution(dilution: Dilution) -> Iterator[str]:
    """Yield in what a product is diluted, and how weak and how strong."""
    what = quoted(dilution.product)
    if dilution.diluents:
        source = by_source(dilution.source)
        yield f"The product {what} is diluted in {listed(dilution.diluents, 'or')} {source}."
    for word, bound in (("least", dilution.low), ("most", dilution.high)):
        if bound is not None:
            source = by_source(dilution.source)
            yield f"A bag of the product {what} holds at {word} {amount(bound)} {source}."


@tells_every_field
def tell_chair(stay: Chair) -> Iterator[str]:
    """Yield how long a person stays before and after an infusion."""
    by, source = by_route(stay.routes), by_source(stay.source)
    for word, time in (("before", stay.before), ("after", stay.after)):
        if time is not None:
            yield f"Whoever is treated {by} stays {amount(time)} {word} the infusion {source}."
