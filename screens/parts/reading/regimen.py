"""A regimen: its reading, its days as a strip, its examples calculated again, and its drugs."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Example, Regimen
from schedules.library.replay import replays
from screens.marks import bullets, quiet, tick, title
from screens.parts.reading.days import days_strips
from screens.parts.reading.head import entry_head, standing
from screens.parts.reading.page import reading_page


def regimen_reading(regimen: Regimen, knowledge: Library) -> Iterator[h.Renderable | None]:
    """Yield everything that the file of a regimen means, and whether its examples reproduce."""
    file = f"regimens/{regimen.id}"
    yield entry_head(regimen.title, regimen, knowledge.status(file))
    yield standing(file, knowledge)
    yield from reading_page(
        knowledge.stated[regimen.id],
        above={f"Phase: {one.name}": days_strips(one, regimen) for one in regimen.phases},
        below={"Worked examples": _calculated_again(regimen, knowledge)},
    )
    yield title("Its drugs")
    for name in regimen.drugs:
        yield _drug(name, knowledge)


def _drug(name: str, knowledge: Library) -> h.Renderable:
    """Return the whole reading of a drug, folded away until somebody opens it."""
    drug = knowledge.drug(name)
    what = "its limits, its answers on the patient, its rates"
    return h.details(".folded.aloud")[
        h.summary[f"{drug.name}, drug file {knowledge.status(f'drugs/{name}')}: {what}"],
        list(reading_page(drug)),
    ]


def _calculated_again(regimen: Regimen, knowledge: Library) -> h.Renderable:
    held = replays(regimen, knowledge)
    examples = enumerate(zip(regimen.examples, held, strict=True), 1)
    return h.fragment[
        quiet(f"Calculated again just now: {sum(held)} of {len(held)} as the file expects."),
        [_example(number, example, holds=holds) for number, (example, holds) in examples],
    ]


def _example(number: int, example: Example, *, holds: bool) -> h.Renderable:
    cross = h.span(aria_hidden="true")["✗"]
    sign = h.span[tick(), " reproduces"] if holds else h.strong[cross, " does not reproduce"]
    return h.details(".folded")[
        h.summary[f"Example {number} ", sign, ", dose by dose"],
        bullets(example.expect),
    ]
