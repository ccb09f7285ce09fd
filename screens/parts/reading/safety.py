"""How many answers of which level drug files have to the eight questions, and how many seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import htpy as h

from dosing.drugs.drug import Drug
from dosing.drugs.safety import QUESTIONS
from dosing.trace import Level
from schedules.library.safety_matrix import Cell, safety_matrix
from screens.marks import bullets, level_mark, level_sign, quiet, table, title

_LEVELS: tuple[Level, ...] = ("STOP", "WARN", "NOTE")


def answers_counted(drug: Drug) -> h.Renderable:
    """Return how many answers of each level a drug has to each question, and how many seen."""
    cells = safety_matrix([drug])[drug.id]
    counts = [[h.strong[question.capitalize()], _cell(cells[question])] for question in QUESTIONS]
    return h.fragment[title("Answers to the eight questions"), bullets(counts, "facts counted")]


def safety_matrix_table(drugs: Iterable[Drug]) -> h.Renderable:
    """Return drugs by the eight questions: how many answers of each level, how many seen."""
    named = sorted(drugs, key=lambda drug: drug.name.casefold())
    cells = safety_matrix(named)
    rows: list[Sequence[h.Node]] = [
        [drug.name, *(_cell(cells[drug.id][question]) for question in QUESTIONS)] for drug in named
    ]
    head = ["Drug", *(question.capitalize() for question in QUESTIONS)]
    return h.fragment[
        title("Eight questions to every drug"),
        h.p(".legend")[
            map(level_mark, _LEVELS),
            h.span["answers of this level; seen: a person has seen them in their source"],
        ],
        h.div(".matrix")[table(head, rows, caption="Drugs by the eight questions")],
    ]


def _cell(cell: Cell) -> h.Node:
    if not cell.told:
        return quiet(cell.state)
    levels = [answer.level for answer in cell.told]
    seen = sum(answer.source.confirmed for answer in cell.told)
    return [
        h.span(".counts")[
            [level_sign(level, count) for level in _LEVELS if (count := levels.count(level))]
        ],
        h.span(".seen")[_seen(seen, len(levels))],
    ]


def _seen(seen: int, count: int) -> h.Node:
    sign = "✓" if seen == count else "○"
    word = "seen" if seen == count else "unconfirmed" if not seen else f"{seen} of {count} seen"
    return [h.span(aria_hidden="true")[sign], f" {word}"]
