"""One phase of a regimen: its days, doses, taper, procedures and tests."""

from __future__ import annotations

import htpy as h

from schedules.course.plan_findings import as_required
from schedules.knowledge.choice import Chosen
from schedules.knowledge.in_words import (
    amount_and_days,
    days_in_words,
    details,
    ends_in_words,
    taper_in_words,
)
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Phase, Taper
from schedules.knowledge.regimen import Regimen
from screens.marks import quiet, source_mark, table, title
from screens.parts.reading.days import days_strips
from screens.parts.reading.sources import small_section

_HEAD = ["Drug", "Route", "Dose and days", "At", "Rounding, cap, length, window, source"]


def phase_reading(phase: Phase, regimen: Regimen, knowledge: Library) -> h.Renderable:
    """Return a phase as it stands in the file of a regimen."""

    def sourced(text: str, source: str) -> h.Node:
        return [f"{text} ", source_mark(regimen.source(source))]

    procedures = [
        sourced(f"{one.what} ({one.kind}), {days_in_words(one)}", one.source)
        for one in phase.procedures
    ]
    needed = [sourced(as_required(one, knowledge), one.source) for one in phase.as_required]
    tests = [
        sourced(
            f"{one.what}, {_days_text(one.days)}{', before the dose' if one.before_dose else ''}",
            one.source,
        )
        for one in phase.monitor
    ]
    return h.fragment[
        title(f"Phase: {phase.name}"),
        quiet(_when(phase, regimen)),
        days_strips(phase, regimen),
        _doses(phase, regimen, knowledge),
        _taper(phase.taper, regimen) if phase.taper is not None else None,
        small_section("Procedures and reviews", procedures),
        small_section("As required, never dated", needed),
        small_section("Monitoring", tests),
    ]


def _doses(phase: Phase, regimen: Regimen, knowledge: Library) -> h.Renderable | None:
    rows: list[list[h.Node]] = [
        [
            h.strong[knowledge.drug(medicine.drug).name],
            medicine.route,
            amount_and_days(medicine),
            ", ".join(medicine.at),
            [h.p[line] for line in details(regimen, medicine)],
        ]
        for medicine in phase.medicines
    ]
    return table(_HEAD, rows, caption=f"Doses of the phase {phase.name}") if rows else None


def _taper(taper: Taper, regimen: Regimen) -> h.Renderable | None:
    """Return how a dose is taken down and when that should have ended."""
    lines: list[h.Node] = [[f"{taper_in_words(taper)} ", source_mark(regimen.source(taper.source))]]
    if (ends := taper.ends) is not None:
        lines.append([f"{ends_in_words(ends)} ", source_mark(regimen.source(ends.source))])
    return small_section("Taper", lines)


def _when(phase: Phase, regimen: Regimen) -> str:
    """Return how a phase repeats or how long it is; what is left to choose with its range."""
    words = []
    if phase.first_day == 0:
        words.append("Counted from day 0.")
    if phase.only_if:
        words.append(f"Only if {phase.only_if}.")
    if phase.begins is not None:
        words.append(f"Begins {phase.begins.after} after the {phase.begins.of}.")
    words.append(_length(phase, regimen))
    if phase.open_end:
        words.append("It goes on until it is reviewed.")
    return " ".join(words)


def _length(phase: Phase, regimen: Regimen) -> str:
    if phase.cycle is not None:
        every, count = (_chosen(part, regimen) for part in (phase.cycle.every, phase.cycle.count))
        return f"Cycle: {every}. Cycles: {count}."
    if phase.length is not None:
        return f"Length: {_chosen(phase.length, regimen)}."
    if phase.taper is not None:
        return "As long as the dose needs to come down; days are those of each step."
    return "On the days below."


def _chosen(part: object, regimen: Regimen) -> str:
    if not isinstance(part, Chosen):
        return str(part)
    choice = regimen.choice(part.choice)
    once = ", once if nothing is chosen" if choice.optional_with else ""
    return f"{choice.accepted.removeprefix('write ')} as chosen{once}"


def _days_text(days: list[int] | str) -> str:
    if isinstance(days, str):
        return days
    return ("day " if len(days) == 1 else "days ") + ", ".join(map(str, days))
