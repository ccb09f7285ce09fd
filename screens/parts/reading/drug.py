"""A drug: its products, spacing, limits, adjustments, rates and dilutions."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from dosing.drugs.drug import Bounds, Drug, Limit
from dosing.drugs.rate_ladder import ladder_in_words
from dosing.units import Quantity, show
from schedules.knowledge.library import Library
from screens.marks import badge, quiet, source_mark, table, title, whole
from screens.parts.reading.aloud import reading_aloud, signed_and_changed
from screens.parts.reading.safety import eight_questions
from screens.parts.reading.sources import section, sources_list


def drug_reading(drug: Drug, knowledge: Library) -> Iterator[h.Renderable | None]:
    """Yield everything that the file of a drug says."""
    also = f" Also {', '.join(drug.also)}." if drug.also else ""
    badges = (
        badge("drug", "status"),
        badge(f"version {drug.version}"),
        badge(f"{len(drug.sources)} sources"),
    )
    regimens: list[h.Node] = [
        one.title for one in knowledge.regimens.values() if drug.id in one.drugs
    ]
    yield h.fragment[
        h.header(".head")[h.h2[drug.name], h.p(".badges")[[[one, " "] for one in badges]]],
        h.p(".lead")[f"{drug.about}{also}"],
    ]
    yield signed_and_changed(f"drugs/{drug.id}", knowledge)
    yield _products(drug)
    spacing: list[h.Node] = [
        [f"{rule.level}: {rule.text} ", source_mark(drug.source(rule.source))]
        for rule in drug.spacing
    ]
    yield section("Spacing", spacing)
    yield eight_questions(drug)
    yield limits_table(drug, "Limits")
    yield adjustments_list(drug)
    yield ladders_table(drug, "Rates of infusion")
    yield _dilutions(drug)
    yield section("Given in", regimens)
    yield sources_list(drug.sources)
    yield reading_aloud(drug)


def limits_table(drug: Drug, heading: str) -> h.Renderable:
    """Return the limits of a drug by what they count and by route, under a heading."""
    head = ["Per", "Routes", "Worth a note", "Usual, else WARN", "Possible, else STOP", "Source"]
    rows = [_limit(limit, drug) for limit in drug.limits]
    return h.fragment[title(heading), table(head, rows, caption=f"Limits of {drug.name}")]


def _limit(limit: Limit, drug: Drug) -> list[h.Node]:
    return [
        limit.per,
        ", ".join(limit.routes) or "every route",
        *(_range(bounds) for bounds in (limit.note, limit.usual, limit.hard)),
        source_mark(drug.source(limit.source)),
    ]


def adjustments_list(drug: Drug) -> h.Renderable | None:
    """Return what is proposed for whom; it is never applied by itself."""
    if not drug.adjustments:
        return None
    return h.fragment[
        title(f"Adjustments of {drug.name}"),
        quiet("Proposed, and applied only by a person with a reason."),
        h.ul[
            [
                h.li[f"{proposal} ", source_mark(drug.source(proposal.source))]
                for proposal in drug.adjustments
            ]
        ],
    ]


def ladders_table(drug: Drug, heading: str) -> h.Renderable | None:
    """Return the rate ladders of a drug under a heading, or nothing if it has none."""
    if not drug.ladders:
        return None
    rows: list[list[h.Node]] = [
        [
            h.code[ladder.id],
            f"{ladder.infusion} infusion, {ladder.product or 'every product'}",
            [h.p[line] for line in ladder_in_words(ladder)],
            [h.p[source_mark(drug.source(name))] for name in dict.fromkeys(ladder.sources)],
        ]
        for ladder in drug.ladders
    ]
    head = ["Ladder", "For", "Rates", "Source"]
    return h.fragment[
        title(heading), table(head, rows, caption=f"Rates of infusion of {drug.name}")
    ]


def _products(drug: Drug) -> h.Renderable | None:
    if not drug.products:
        return None
    rows: list[list[h.Node]] = [
        [
            product.name,
            product.jurisdiction,
            product.form,
            ", ".join(product.routes),
            ", ".join(show(strength) for strength in product.strengths),
            show(product.concentration) if product.concentration is not None else "",
            source_mark(drug.source(product.source)),
        ]
        for product in drug.products
    ]
    head = ["Product", "Jurisdiction", "Form", "Routes", "Strengths", "Concentration", "Source"]
    return h.fragment[title("Products"), table(head, rows, caption="Products")]


def _dilutions(drug: Drug) -> h.Renderable | None:
    if not drug.dilutions:
        return None
    rows: list[list[h.Node]] = [
        [
            dilution.product,
            " or ".join(dilution.diluents),
            _concentrations(dilution.low, dilution.high),
            source_mark(drug.source(dilution.source)),
        ]
        for dilution in drug.dilutions
    ]
    head = ["Product", "In", "Concentration in the bag", "Source"]
    return h.fragment[title("Dilution"), table(head, rows, caption=f"Dilution of {drug.name}")]


def _concentrations(low: Quantity | None, high: Quantity | None) -> h.Node:
    return whole(show(low)) if low is not None and low == high else _from_to(low, high)


def _range(bounds: Bounds | None) -> h.Node:
    return _from_to(bounds.low, bounds.high) if bounds is not None else ""


def _from_to(low: Quantity | None, high: Quantity | None) -> h.Node:
    ends = [
        whole(f"{word} {show(value)}")
        for word, value in (("from", low), ("to", high))
        if value is not None
    ]
    return [[" " if at else "", end] for at, end in enumerate(ends)]
