"""A regimen as a pharmacist reads it, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator

from schedules.course.plan_findings import as_required
from schedules.knowledge.in_words import (
    amount_and_days,
    days_in_words,
    details,
    ends_in_words,
    phase_in_words,
    taper_in_words,
)
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Monitor, Phase, Taper
from schedules.knowledge.regimen import Regimen
from schedules.library.replay import replays


def page(regimen: Regimen, library: Library) -> Iterator[str]:
    """Yield the lines: purpose, phases, doses, checks, errata, sources, worked examples."""
    yield from _head(regimen)
    yield from _decided_for_the_patient(regimen)
    for phase in regimen.phases:
        yield from _phase(phase, regimen, library)
    for check in regimen.checks:
        whom = f", {check.sex}" if check.sex else ""
        yield f"CHECK    before {check.before}{whom}: {check.what} ({regimen.source(check.source)})"
    yield from _adjustments(regimen, library)
    yield from _sources(regimen)
    for position, holds in enumerate(replays(regimen, library), 1):
        yield f"EXAMPLE  {position} {'reproduces' if holds else 'DOES NOT REPRODUCE'}"


def _head(regimen: Regimen) -> Iterator[str]:
    yield regimen.title
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


def _decided_for_the_patient(regimen: Regimen) -> Iterator[str]:
    for choice in regimen.choices:
        optional = " (optional)" if choice.optional_with else ""
        source = regimen.source(choice.source)
        yield f"CHOOSE   {choice.name}{optional}: {choice.ask} {choice.accepted} ({source})"
    if regimen.clearance is not None:
        source = regimen.source(regimen.clearance.source)
        yield f"KIDNEY   clearance by {regimen.clearance} ({source})"
    for refused in regimen.not_for:
        yield f"NOT FOR  {refused.when}: {refused.why} ({regimen.source(refused.source)})"


def _phase(phase: Phase, regimen: Regimen, library: Library) -> Iterator[str]:
    yield f"PHASE    {phase.name}{phase_in_words(phase)}"
    for medicine in phase.medicines:
        name = library.drug(medicine.drug).name
        yield f"  GIVE     {name}, {medicine.route}: {amount_and_days(medicine)}"
        yield from (f"           {line}" for line in details(regimen, medicine))
    if phase.taper is not None:
        yield from _taper(phase.taper, regimen)
    for procedure in phase.procedures:
        kind, days = procedure.kind.upper(), days_in_words(procedure)
        yield f"  {kind:<9}  {procedure.what}, {days} ({regimen.source(procedure.source)})"
    for gate in phase.gates:
        day = f"day -{gate.days_before}" if gate.days_before else "on the day"
        yield f"  GATE     {day}: {gate} ({regimen.source(gate.source)})"
    for entry in phase.as_required:
        source = regimen.source(entry.source)
        yield f"  AS REQUIRED  {as_required(entry, library)}; never dated ({source})"
    for monitor in phase.monitor:
        source = regimen.source(monitor.source)
        yield f"  MONITOR  {monitor.what}, day {_monitor_days(monitor)} ({source})"


def _taper(taper: Taper, regimen: Regimen) -> Iterator[str]:
    yield f"  TAPER    {taper_in_words(taper)} ({regimen.source(taper.source)})"
    if taper.ends is not None:
        yield f"           {ends_in_words(taper.ends)} ({regimen.source(taper.ends.source)})"


def _monitor_days(monitor: Monitor) -> str:
    days = monitor.days
    return days if isinstance(days, str) else ", ".join(map(str, days))


def _adjustments(regimen: Regimen, library: Library) -> Iterator[str]:
    for name in regimen.drugs:
        drug = library.drug(name)
        for adjustment in drug.adjustments:
            yield f"ADJUST   {drug.name}, {adjustment} ({drug.source(adjustment.source)})"


def _sources(regimen: Regimen) -> Iterator[str]:
    for name, entry in regimen.sources.items():
        link = f" {entry.link}" if entry.link else ""
        quote = f': "{entry.says}"' if entry.says else ""
        yield f"SOURCE   {name}: {entry.as_source()}{quote}{link}"
