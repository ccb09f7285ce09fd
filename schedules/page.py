"""A regimen as a pharmacist reads it, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dosing.units import show
from schedules.regimen import Chosen, Give, Phase, Regimen

if TYPE_CHECKING:
    from schedules.library import Library


def page(regimen: Regimen, library: Library) -> Iterator[str]:
    """Give the lines: purpose, phases, doses, checks, errata, sources, worked examples."""
    from schedules.library import replays

    yield f"{regimen.title}"
    due = f"review due {regimen.reviewed.due}"
    yield f"{regimen.id}, version {regimen.version}, {regimen.status}, {due}"
    yield f"For: {', '.join(regimen.for_)}"
    if regimen.about:
        yield regimen.about
    for erratum in regimen.errata:
        yield f"ERRATUM  {erratum.why} ({regimen.source(erratum.says)})"
    for choice in regimen.choices:
        optional = " (optional)" if choice.optional_with else ""
        source = regimen.source(choice.source)
        yield f"CHOOSE   {choice.name}{optional}: {choice.ask} {choice.accepted} ({source})"
    for phase in regimen.phases:
        yield f"PHASE    {phase.name}{when(phase)}"
        for give in phase.gives:
            name = library.drug(give.drug).name
            yield f"  GIVE     {name}, {give.route}: {amount_and_days(give)}"
            yield from (f"           {line}" for line in details(regimen, give))
        for monitor in phase.monitor:
            days = (
                monitor.days if isinstance(monitor.days, str) else ", ".join(map(str, monitor.days))
            )
            yield f"  MONITOR  {monitor.what}, day {days} ({regimen.source(monitor.source)})"
    for check in regimen.checks:
        yield f"CHECK    before {check.before}: {check.what} ({regimen.source(check.source)})"
    for name, entry in regimen.sources.items():
        link = f" {entry.link}" if entry.link else ""
        said = f': "{entry.says}"' if entry.says else ""
        yield f"SOURCE   {name}: {entry.as_source()}{said}{link}"
    for position, holds in enumerate(replays(regimen, library), 1):
        yield f"EXAMPLE  {position} {'reproduces' if holds else 'DOES NOT REPRODUCE'}"


def when(phase: Phase) -> str:
    """Say how a phase repeats or how long it is."""

    def said(part: object) -> str:
        return f"as chosen ({part.choice})" if isinstance(part, Chosen) else str(part)

    if phase.cycle is not None:
        return f": cycles of {said(phase.cycle.every)}, number of cycles {said(phase.cycle.count)}"
    return f": {said(phase.length)}" if phase.length is not None else ""


def amount_and_days(give: Give) -> str:
    """Say how much is given, by which measure, on which days."""
    basis = f" by {give.surface} surface" if give.surface else ""
    if give.weight:
        basis = f" by {give.weight} weight"
    days = give.days if isinstance(give.days, str) else "days " + ", ".join(map(str, give.days))
    if isinstance(give.days, list) and len(give.days) == 1:
        days = f"day {give.days[0]}"
    elif isinstance(give.days, str) and " to " in give.days:
        days = f"days {give.days}"
    return f"{show(give.dose)}{basis}, {days}"


def details(regimen: Regimen, give: Give) -> Iterator[str]:
    """Say rounding, cap, window, length and source of a give, each with its source."""
    if give.round is not None:
        over = "the total of a cycle" if give.round.over == "cycle" else "each dose"
        source = regimen.source(give.round.source)
        yield f"round {over} {give.round.rule} to {show(give.round.to)} ({source})"
    if give.cap is not None:
        yield f"at most {show(give.cap.amount)} ({regimen.source(give.cap.source)})"
    if give.takes is not None:
        yield (f"takes {show(give.takes.first)} the first time, {show(give.takes.later)} later "
               f"({regimen.source(give.takes.source)})")  # fmt: skip
    if give.window is not None:
        moves = [
            f"{word} by {span}"
            for word, span in (("early", give.window.early), ("late", give.window.late))
            if span
        ]
        yield (f"may be {' or '.join(moves)}, " if moves else "") + (
            f"at least {give.window.least_gap} apart ({regimen.source(give.window.source)})"
        )
    yield f"source of the dose: {regimen.source(give.source)}"
