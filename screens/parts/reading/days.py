"""The days of a phase or cycle as cells; the table beneath them says the same in words."""

from __future__ import annotations

import htpy as h

from schedules.knowledge.choice import Chosen, Picked
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Monitor, Phase
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.span import Span

_MOST_DAYS = 60


def days_strips(phase: Phase, regimen: Regimen) -> list[h.Renderable]:
    """Return a strip of days for each medicine and each test of a phase."""
    medicines = [
        (medicine.name, _given_days(medicine, phase, regimen), False)
        for medicine in phase.medicines
    ]
    tests = [(monitor.what, _monitored_days(monitor), True) for monitor in phase.monitor]
    # Bands of one drug have the same days.
    strips = dict.fromkeys(
        (name, tuple(days), hollow) for name, days, hollow in [*medicines, *tests] if days
    )
    return [_strip(name, days, phase, regimen, hollow=hollow) for name, days, hollow in strips]


def _given_days(medicine: Medicine, phase: Phase, regimen: Regimen) -> list[int]:
    """Return the days on which it is given; none where they depend on a choice of months."""
    try:
        if isinstance(medicine.days, Picked):
            return []
        shift = 1 - phase.first_day
        return [day - shift for day in phase.day_numbers(medicine, _bounds(phase, regimen)[0])]
    except ValueError:
        return []


def _monitored_days(monitor: Monitor) -> list[int]:
    return monitor.days if isinstance(monitor.days, list) else []


def _bounds(phase: Phase, regimen: Regimen) -> tuple[int | None, int | None]:
    """Return the fewest and the most days of the phase or cycle, where they are days."""
    span = phase.cycle.every if phase.cycle else phase.length
    if isinstance(span, Chosen):
        return regimen.choice(span.choice).days or (None, None)
    if isinstance(span, Span) and span.days:
        return span.days, span.days
    return None, None


def _strip(
    name: str, days: tuple[int, ...], phase: Phase, regimen: Regimen, *, hollow: bool
) -> h.Renderable:
    least, most = _bounds(phase, regimen)
    last = max(days[-1], most or 0)
    shown = range(phase.first_day, (last if last <= _MOST_DAYS else days[-1]) + 1)
    # Days beyond the fewest that can be chosen are there only if they are chosen.
    open_from = least if not hollow and least and most and most > least else None
    cells = [
        h.span(class_=f"day {_kind(day, days, open_from, hollow=hollow)}")[str(day)]
        for day in shown
    ]
    return h.div(".strip", aria_hidden="true")[h.span(".name")[name], h.span(".days")[cells]]


def _kind(day: int, days: tuple[int, ...], open_from: int | None, *, hollow: bool) -> str:
    if day in days:
        return "tested" if hollow else "given"
    return "perhaps" if open_from is not None and day > open_from else ""
