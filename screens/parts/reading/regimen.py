"""A regimen: its phases, choices, checks, errata, limits, sources and worked examples."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Example, Regimen
from schedules.library.replay import replays
from screens.marks import bullets, date_text, quiet, source_mark, table, tick, title
from screens.parts.card import regimen_head
from screens.parts.reading.aloud import reading_aloud, signed_and_changed
from screens.parts.reading.drug import adjustments_list, ladders_table, limits_table
from screens.parts.reading.phase import phase_reading
from screens.parts.reading.sources import section, sources_list


def regimen_reading(regimen: Regimen, knowledge: Library) -> Iterator[h.Renderable | None]:
    """Yield everything that the file of a regimen says, and whether its examples reproduce."""
    yield regimen_head(regimen)
    yield h.fragment[h.p(".lead")[regimen.about], _identity(regimen)]
    yield signed_and_changed(f"regimens/{regimen.id}", knowledge)
    for phase in regimen.phases:
        yield phase_reading(phase, regimen, knowledge)
    yield from _decisions(regimen)
    yield _errata(regimen)
    for drug in map(knowledge.drug, regimen.drugs):
        yield limits_table(drug, f"Limits of {drug.name}")
        yield adjustments_list(drug)
        yield ladders_table(drug, f"Rates of {drug.name}")
    yield sources_list(regimen.sources)
    yield _examples(regimen, knowledge)
    yield reading_aloud(knowledge.stated[regimen.id])


def _identity(regimen: Regimen) -> h.Renderable:
    return quiet(
        f"For {', '.join(regimen.for_)}.",
        h.br,
        h.code[regimen.id],
        f", version {regimen.version}, {regimen.status}; "
        f"review due {date_text(regimen.reviewed.due)}.",
        _jurisdiction(regimen),
    )


def _jurisdiction(regimen: Regimen) -> h.Node:
    if not regimen.jurisdiction:
        return None
    others = "; ".join(f"{place} has {name}" for place, name in regimen.elsewhere.items())
    return [h.br, f"Jurisdiction: {'; '.join(filter(None, (regimen.jurisdiction, others)))}."]


def _decisions(regimen: Regimen) -> list[h.Renderable | None]:
    """Return what is chosen, checked and refused, and by what a clearance is taken."""

    def mark(source: str) -> h.Renderable:
        return source_mark(regimen.source(source))

    choices: list[h.Node] = [
        [
            h.strong[choice.ask],
            f" {choice.accepted.removeprefix('write ')}"
            f"{' (optional)' if choice.optional_with else ''} ",
            mark(choice.source),
        ]
        for choice in regimen.choices
    ]
    checks: list[h.Node] = [
        [
            f"Before {'each' if check.before.startswith('each') else 'the first'} dose"
            f"{f', {check.sex}' if check.sex else ''}: ",
            h.strong[check.what],
            " ",
            mark(check.source),
        ]
        for check in regimen.prerequisites
    ]
    refused: list[h.Node] = [
        [h.strong[str(one.when)], f": {one.why} ", mark(one.source)] for one in regimen.not_for
    ]
    kidney = None
    if (rule := regimen.clearance) is not None:
        kidney = h.fragment[title("Kidney"), h.p[f"Clearance by {rule} ", mark(rule.source)]]
    return [
        section("To be chosen", choices),
        section("Checks", checks),
        section("Nothing is planned for", refused),
        kidney,
    ]


def _errata(regimen: Regimen) -> h.Renderable | None:
    if not regimen.errata:
        return None
    rows: list[list[h.Node]] = [
        [
            f"“{erratum.prints}”",
            erratum.means,
            erratum.why,
            source_mark(regimen.source(erratum.source)),
            source_mark(regimen.source(erratum.says)),
        ]
        for erratum in regimen.errata
    ]
    head = ["The source prints", "It means", "Why", "Printed in", "Settled by"]
    return h.fragment[title("Errata"), table(head, rows, caption="Errata")]


def _examples(regimen: Regimen, knowledge: Library) -> h.Renderable:
    held = replays(regimen, knowledge)
    pairs = zip(regimen.examples, held, strict=True)
    return h.fragment[
        title("Worked examples, calculated again just now"),
        quiet(f"{sum(held)} of {len(held)} come out as the file expects."),
        [_example(example, regimen, holds=holds) for example, holds in pairs],
    ]


def _example(example: Example, regimen: Regimen, *, holds: bool) -> h.Renderable:
    patient = ", ".join(f"{name} {value}" for name, value in example.patient.items())
    chosen = "; ".join(f"{name}: {value}" for name, value in example.choose.items())
    cross = h.span(aria_hidden="true")["✗"]
    sign = h.span[tick(), " reproduces"] if holds else h.strong[cross, " does not reproduce"]
    choices = f" ({chosen})" if chosen else ""
    return h.section(".example")[
        h.p[sign, f" from {date_text(example.start)}: {patient}{choices}"],
        bullets(h.code[line] for line in example.expect),
        h.p[source_mark(regimen.source(example.source))],
    ]
