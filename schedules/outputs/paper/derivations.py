"""The origin of every dose, step by step, as the worksheet prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS, Step
from dosing.units import show
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.knowledge.library import Library
from schedules.outputs.paper.grid import DENSE, Column, Row
from schedules.outputs.paper.pdf import Paper
from schedules.review.checklist import ways
from schedules.review.summary import groups

_SIZE, _SMALL = 8.0, 7.5
# The steps of a taper differ in these alone: step 3 of 17 down.
_NUMBERS = re.compile(r" \d+ of \d+")
_STEPS = (
    Column(head="Step", width=35, size=_SIZE, style="B"),
    Column(head="Value", width=21, size=_SIZE, style="B"),
    Column(head="Why", width=72, size=_SMALL),
    Column(head="Source", width=62, size=_SMALL),
)
_WAYS = (
    Column(head="Doses", width=57, size=_SMALL),
    Column(head="Dose", width=15, size=_SIZE, style="B"),
    Column(head="Each step: why = value", width=118, size=_SMALL),
)


def print_derivations(paper: Paper, course: Course, library: Library) -> None:
    """Print each derivation once, with the doses that share it."""
    for group in groups(course):
        drug = library.drug(group.first.drug)
        paper.heading(f"{group.phase}: {group.first.name}, {group.first.route}", room=30)
        facts = [group.pattern, group.booked, group.basis, group.deviation]
        facts += [f"{text}: {vials}" for text, vials in group.packs(drug, course.plan.site)]
        paper.paragraph("; ".join(fact for fact in facts if fact))
        for text in _infusion_sources(group.first, drug):
            paper.paragraph(text)
        if group.first.condition:
            paper.paragraph(f"ONLY IF {group.first.condition}", style="B")
        found = list(ways(group.rows))
        if len(found) > 1:
            _print_ways(paper, found)
            continue
        ((_, days, steps),) = found
        paper.paragraph(f"{days}:")
        cells = ([step.what, step.value_text, step.why, str(step.source)] for step in steps)
        paper.print_table(_STEPS, (Row(cells=texts) for texts in cells), pad=DENSE)


def _print_ways(
    paper: Paper, found: Sequence[tuple[list[Administration], str, list[Step]]]
) -> None:
    """Print one row for each derivation, as a taper has many; what all share stands once below."""
    told = [[_in_one_line(step) for step in way] for *_, way in found]
    shared = [text for text in told[0] if all(text in texts for texts in told)]
    rows = []
    for (doses, days, _), texts in zip(found, told, strict=True):
        amounts = dict.fromkeys(show(row.dose.amount, SHOWN_DIGITS + 1) for row in doses)
        own = "; ".join(text for text in texts if text not in shared)
        rows.append(Row(cells=[days, ", ".join(amounts), own]))
    paper.print_table(_WAYS, rows, pad=DENSE)
    if shared:
        paper.paragraph(f"Of each of these, {'; '.join(shared)}")
    sources: dict[str, dict[str, None]] = {}
    for step in (step for *_, way in found for step in way):
        sources.setdefault(str(step.source), {})[_NUMBERS.sub("", step.what)] = None
    for source, steps in sources.items():
        paper.paragraph(f"Source of {', '.join(steps)}: {source}", size=_SIZE)


def _in_one_line(step: Step) -> str:
    told = f"{step.what}: {step.why}"
    return told if told.endswith(f" {step.value_text}") else f"{told} = {step.value_text}"


def _infusion_sources(row: Administration, drug: Drug) -> Iterator[str]:
    """Describe the ladder and the stay around an infusion, with their sources."""
    if row.ladder:
        yield f"Runs by {row.ladder} ({drug.source(drug.ladder(row.ladder).source)})"
    stay = drug.chair_for(row.route)
    if stay is not None:
        times = ((stay.before, "before"), (stay.after, "after"))
        parts = " and ".join(f"{show(time)} {word}" for time, word in times if time is not None)
        yield f"In the chair {parts} the infusion ({drug.source(stay.source)})"
