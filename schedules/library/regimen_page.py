"""A regimen as a pharmacist reads it, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator

from schedules.course.plan_findings import as_required
from schedules.knowledge.in_words import (
    amount_and_days,
    days_in_words,
    details,
    ends_in_words,
    taper_in_words,
    when,
)
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen


def page(regimen: Regimen, library: Library) -> Iterator[str]:
    """Give the lines: purpose, phases, doses, checks, errata, sources, worked examples."""
    from schedules.library.replay import replays

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
        for medicine in phase.medicines:
            name = library.drug(medicine.drug).name
            yield f"  GIVE     {name}, {medicine.route}: {amount_and_days(medicine)}"
            yield from (f"           {line}" for line in details(regimen, medicine))
        if phase.taper is not None:
            yield f"  TAPER    {taper_in_words(phase.taper)} ({regimen.source(phase.taper.source)})"
            if phase.taper.ends is not None:
                ends = phase.taper.ends
                yield f"           {ends_in_words(ends)} ({regimen.source(ends.source)})"
        for procedure in phase.procedures:
            days = days_in_words(procedure)
            source = regimen.source(procedure.source)
            yield f"  {procedure.kind.upper():<9}  {procedure.what}, {days} ({source})"
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
