"""A regimen as a pharmacist reads it, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dosing.units import show, show_number
from schedules.choice import Chosen, Picked
from schedules.days import DAYS_TEXT, goes_with
from schedules.give import Give
from schedules.phase import Act, Ends, Phase, Taper
from schedules.regimen import Regimen
from schedules.rules import as_required

if TYPE_CHECKING:
    from schedules.library import Library


def page(regimen: Regimen, library: Library) -> Iterator[str]:
    """Give the lines: purpose, phases, doses, checks, errata, sources, worked examples."""
    from schedules.replay import replays

    yield f"{regimen.title}"
    due = f"review due {regimen.reviewed.due}"
    yield f"{regimen.id}, version {regimen.version}, {regimen.status}, {due}"
    if regimen.jurisdiction:
        others = [f"{place} has {name}" for place, name in regimen.elsewhere.items()]
        yield f"Jurisdiction: {'; '.join((regimen.jurisdiction, *others))}"
    yield f"For: {', '.join(regimen.for_)}"
    if regimen.about:
        yield regimen.about
    for erratum in regimen.errata:
        yield f"ERRATUM  {erratum.why} ({regimen.source(erratum.says)})"
    for choice in regimen.choices:
        optional = " (optional)" if choice.optional_with else ""
        source = regimen.source(choice.source)
        yield f"CHOOSE   {choice.name}{optional}: {choice.ask} {choice.accepted} ({source})"
    if regimen.clearance is not None:
        source = regimen.source(regimen.clearance.source)
        yield f"KIDNEY   clearance by {regimen.clearance} ({source})"
    for refused in regimen.not_for:
        yield f"NOT FOR  {refused.when}: {refused.why} ({regimen.source(refused.source)})"
    for phase in regimen.phases:
        yield f"PHASE    {phase.name}{when(phase)}"
        for give in phase.gives:
            name = library.drug(give.drug).name
            yield f"  GIVE     {name}, {give.route}: {amount_and_days(give)}"
            yield from (f"           {line}" for line in details(regimen, give))
        if phase.taper is not None:
            yield f"  TAPER    {taper_in_words(phase.taper)} ({regimen.source(phase.taper.source)})"
            if phase.taper.ends is not None:
                ends = phase.taper.ends
                yield f"           {ends_in_words(ends)} ({regimen.source(ends.source)})"
        for act in phase.acts:
            days = days_in_words(act)
            yield f"  {act.kind.upper():<9}  {act.what}, {days} ({regimen.source(act.source)})"
        for gate in phase.gates:
            days = "on the day" if not gate.days_before else f"day -{gate.days_before}"
            yield f"  GATE     {days}: {gate} ({regimen.source(gate.source)})"
        for part in phase.as_required:
            source = regimen.source(part.source)
            yield f"  AS REQUIRED  {as_required(part, library)}; never dated ({source})"
        for monitor in phase.monitor:
            days = (
                monitor.days if isinstance(monitor.days, str) else ", ".join(map(str, monitor.days))
            )
            yield f"  MONITOR  {monitor.what}, day {days} ({regimen.source(monitor.source)})"
    for check in regimen.checks:
        yield f"CHECK    before {check.before}: {check.what} ({regimen.source(check.source)})"
    for name in regimen.drugs:
        drug = library.drug(name)
        for proposal in drug.adjustments:
            yield f"ADJUST   {drug.name}, {proposal} ({drug.source(proposal.source)})"
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

    words = []
    if phase.first_day == 0:
        words.append("counted from day 0")
    if phase.only_if:
        words.append(f"only if {phase.only_if}")
    if phase.begins is not None:
        words.append(f"begins {phase.begins.after} after the {phase.begins.of}")
    if phase.cycle is not None:
        words.append(f"cycles of {said(phase.cycle.every)}, as many as {said(phase.cycle.count)}")
    if phase.length is not None:
        words.append(said(phase.length))
    if phase.open_end:
        words.append("goes on until it is reviewed")
    return f": {'; '.join(words)}" if words else ""


def amount_and_days(give: Give) -> str:
    """Say how much is given, by which measure, on which days."""
    basis = f" by {give.surface} surface" if give.surface else ""
    if give.weight:
        basis = f" by {give.weight} weight"
    band = f", for {give.when}" if give.when is not None else ""
    part = give.percent_of
    of = f" ({show_number(part.percent)} % of the {part.of})" if part is not None else ""
    return f"{show(give.dose)}{of}{basis}, {days_in_words(give)}{band}"


def taper_in_words(taper: Taper) -> str:
    """Say how a dose is taken down: less 5 mg each 14 days to 20 mg, then ... to nothing."""
    ends = ["nothing" if step.to is None else show(step.to) for step in taper.steps]
    steps = [
        f"less {show(step.by)} each {step.each} to {end}"
        for step, end in zip(taper.steps, ends, strict=True)
    ]
    return f"the dose of the {taper.reduces} phase, {', then '.join(steps)}"


def ends_in_words(ends: Ends) -> str:
    """Say when a taper should have ended."""
    return f"ends {ends.earliest} to {ends.latest} from the first day"


def days_in_words(part: Give | Act) -> str:
    """Say on which days: day 1; days 1, 8, 15; days 1 to 5; every 2 days, 5 times."""
    days, times = part.days, part.times
    if isinstance(days, Picked):
        return f"{days.pick} of days 1 to {days.of} as chosen ({days.choice})"
    if goes_with(days):
        return f"{days}, {', '.join(part.at)}"
    if isinstance(days, list):
        return f"day{'' if len(days) == 1 else 's'} {', '.join(map(str, days))}"
    said = f"days {days}" if DAYS_TEXT.fullmatch(days) else days
    return f"{said}, {times} times" if times is not None else said


def details(regimen: Regimen, give: Give) -> Iterator[str]:
    """Say rounding, cap, window, length and source of a give, each with its source."""
    if give.round is not None:
        over = "the total of a cycle" if give.round.over == "cycle" else "each dose"
        source = regimen.source(give.round.source)
        yield f"round {over} {give.round.rule} to {show(give.round.to)} ({source})"
    if give.tablets is not None:
        of = f"of {', '.join(map(show, give.tablets.of))}" if give.tablets.of else ""
        most = f"at most {give.tablets.most} at one time" if give.tablets.most else ""
        said = ", ".join(part for part in (of, most) if part)
        yield f"tablets {said} ({regimen.source(give.tablets.source)})"
    if give.cap is not None:
        yield f"at most {show(give.cap.amount)} ({regimen.source(give.cap.source)})"
    if give.takes is not None:
        yield (f"takes {show(give.takes.first)} the first time, {show(give.takes.later)} later "
               f"({regimen.source(give.takes.source)})")  # fmt: skip
    if give.rate is not None:
        yield f"runs by {give.rate.first} the first time, {give.rate.later} later (drug file)"
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
