"""What a drug file means, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from dosing.drugs.adjustment import AVOID, ProposedAdjustment
from dosing.drugs.drug import (
    LIMIT_LEVELS,
    Bounds,
    Drug,
    Limit,
    Opened,
    Product,
    SourceEntry,
    Spacing,
)
from dosing.drugs.weight_rule import WeightRule
from schedules.knowledge.reading.patient_words import whom
from schedules.knowledge.reading.rate_words import tell_chair, tell_dilution, tell_ladder
from schedules.knowledge.reading.safety_words import tell_safety, whoever
from schedules.knowledge.reading.telling import (
    a,
    amount,
    author,
    by_route,
    by_source,
    day_text,
    fact,
    file_text,
    heading,
    if_stated,
    listed,
    place_text,
    quoted,
    said,
    spoken,
    tells_every_field,
    times_text,
    under,
    worded,
)

_PER = {
    "dose": "One dose",
    "day": "The total of one day",
    "cycle": "The total of one cycle",
    "course": "The total of one course",
    "lifetime": "The total of a lifetime",
}


@tells_every_field
def tell_drug(drug: Drug) -> Iterator[str]:
    """Yield everything that a drug file means: headings, and a sentence for each fact."""
    yield heading(drug.name, 1)
    yield heading("What this is")
    yield file_text(f"drugs/{drug.id}", drug.version)
    if drug.also:
        yield f"It is also called {listed(drug.also)}."
    yield from fact("About it: {}", drug.about, said)
    for product in drug.products:
        yield from _product(product)
    yield from under("Limits", drug.limits, _limit)
    yield from if_stated(drug.safety, tell_safety)
    yield from under("Adjustments that are proposed", drug.adjustments, tell_adjustment)
    yield from under("What must not come near a dose", drug.spacing, _spacing)
    yield from under("The weight that it is dosed by", drug.dosing_weight, _dosing_weight)
    for ladder in drug.ladders:
        yield from tell_ladder(ladder)
    yield from under("Dilution", drug.dilutions, tell_dilution)
    yield from under("Time before and after an infusion", drug.chair, tell_chair)
    yield from tell_sources(drug.sources)


def tell_sources(sources: dict[str, SourceEntry]) -> Iterator[str]:
    """Yield what each source is, what it says, and whether the figures were seen there."""
    yield heading("Sources")
    for name, entry in sorted(sources.items()):
        yield from _source(entry, worded(name))


@tells_every_field
def _source(entry: SourceEntry, name: str) -> Iterator[str]:
    place = f", at {quoted(entry.place)}" if entry.place else ""
    seen = "the figures were seen there, confirmed" if entry.confirmed else "UNCONFIRMED"
    yield f"Source {name} is {quoted(entry.cite)}{place}: {seen}."
    yield from fact(f"Source {name} says {{}}", entry.says, said)
    yield from fact(f"Source {name} is found at {{}}.", entry.link, quoted)


@tells_every_field
def _product(product: Product) -> Iterator[str]:
    yield heading(f"Product: {product.name}")
    form, source = a(product.form), by_source(product.source)
    yield f"It is {form}, given {by_route(product.routes)} {source}."
    several = len(product.strengths) > 1
    strengths = listed(map(amount, product.strengths))
    yield f"Its strengths are {strengths}." if several else f"Its strength is {strengths}."
    if product.scored:
        yield "It is scored: it may be halved."
    yield from fact("It holds {}.", product.concentration, amount)
    yield from fact("A bottle holds {}.", product.holds, amount)
    yield from fact("It is supplied in {}.", product.jurisdiction, place_text)
    if product.if_named:
        yield "Packs are counted with it only where the site names it."
    yield from if_stated(product.opened, _opened)


@tells_every_field
def _opened(opened: Opened) -> Iterator[str]:
    within = amount(opened.within)
    yield f"Once opened it may serve the next dose within {within} {by_source(opened.source)}."


@tells_every_field
def _limit(limit: Limit) -> Iterator[str]:
    what = _PER[limit.per]
    by = f" {by_route(limit.routes)}" if limit.routes else ", by any route,"
    for key, bounds in (("hard", limit.hard), ("usual", limit.usual), ("note", limit.note)):
        if bounds is not None:
            level, _ = LIMIT_LEVELS[key]
            yield (
                f"{what}{by} {' or '.join(_bounds(bounds))} gets a {level} "
                f"{by_source(limit.source)}."
            )


@tells_every_field
def _bounds(bounds: Bounds) -> Iterator[str]:
    if bounds.low is not None:
        yield f"below {amount(bounds.low)}"
    if bounds.high is not None:
        yield f"above {amount(bounds.high)}"


@tells_every_field
def tell_adjustment(adjustment: ProposedAdjustment) -> Iterator[str]:
    """Yield for whom a share of the dose is proposed, and why."""
    who = [whom(adjustment.when)] if adjustment.when is not None else []
    if adjustment.if_taking:
        who.append(f"who takes {listed(adjustment.if_taking, 'or', spoken)}")
    by = f", {by_route(adjustment.routes)}," if adjustment.routes else ""
    avoid = adjustment.propose == AVOID
    what = "to avoid it" if avoid else f"{worded(adjustment.propose)} of the standard dose"
    yield (
        f"For a patient {', and '.join(who)}{by} the proposal is {what}, with a "
        f"{adjustment.level}: {quoted(adjustment.text)} {by_source(adjustment.source)}."
    )


@tells_every_field
def _dosing_weight(rule: WeightRule) -> Iterator[str]:
    by = f", {by_route(rule.routes)}," if rule.routes else ""
    what, place = quoted(rule.text), place_text(rule.jurisdiction)
    yield f"In {place}{by} the rule is {what} {by_source(rule.source)}."
    yield from fact("It holds from {}.", rule.from_day, day_text)
    if rule.weight is None:
        yield "Its formula was not seen: a regimen's own weight holds."
    yield from fact("The dose goes by the {} weight.", rule.weight)
    yield from fact("The ideal weight is that of {}.", rule.ideal, author)
    yield from fact("It counts {} of the excess over the ideal weight.", rule.fraction)
    yield from fact("Below a body-mass index of {} kg/m2 the actual weight counts.", rule.from_bmi)
    for whom_not in rule.actual_for:
        yield f"The actual weight counts for whoever {whoever(whom_not)}."
    if rule.before_pregnancy:
        yield "In pregnancy the weight before it counts."
    if rule.actual_by_reason:
        yield "A prescriber may choose the actual weight with a written reason."


@tells_every_field
def _spacing(spacing: Spacing) -> Iterator[str]:
    side = {"after": "after a dose", "either": "before or after a dose"}[spacing.order]
    days = "on the same day" if spacing.days == 0 else f"up to {times_text(spacing.days, 'day')}"
    yield (
        f"Any {quoted(spacing.meets)} {days} {side} gets a {spacing.level}: "
        f"{quoted(spacing.text)} {by_source(spacing.source)}."
    )
