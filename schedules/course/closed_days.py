"""Closed days: weekends, public holidays and the site's own, and the site's rule for them.

The rule moves what is given at the clinic, never tablets taken at home, and only within the window
of the medicine and its least gap. A move that nothing allows is a finding with the ways out. What
goes with a dose as its companion decides nothing about it, and goes where the dose goes.
Tests are done and reviews are booked on open days, whatever the rule for doses is.
"""

from __future__ import annotations

import datetime as dt
import functools
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from dosing.plausibility import PLAUSIBLE
from dosing.trace import Finding, Source, note, warn
from schedules.course.agenda import Agenda
from schedules.course.rows import Dated, Occasion, Slot
from schedules.knowledge.capacity import WEEKDAYS
from schedules.knowledge.medicine import Window
from schedules.knowledge.phase import OpenDays
from schedules.knowledge.public_holidays import country_holidays
from schedules.knowledge.site import ClosedDays, Site

_FARTHEST_DAYS = PLAUSIBLE.closed_days.farthest_days
_NAMED_APART = 3
_STEPS = {"stay": 0, "earlier": -1, "later": 1}
_AS_LAID = dt.timedelta()
# By itself a date asks for its name in the language of the machine, ten times as slowly.
_NAMES_OF_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SITE = Source(cite="closed days of this site (site.yaml)", confirmed=True)


def why_closed(day: dt.date, closed: ClosedDays) -> str:
    """Return why a site is closed on a day, or an empty text when it is open."""
    if day in closed.own:
        return "closed by the site"
    if closed.country:
        name = _public_holidays(closed.country, closed.subdivision, day.year).get(day)
        if name:
            return name
    weekday = day.weekday()
    return f"a {_NAMES_OF_DAYS[weekday]}" if WEEKDAYS[weekday] in closed.weekdays else ""


@functools.cache
def _written(day: dt.date) -> str:
    return f"{day:%a %d-%b-%Y}"


@functools.cache
def _public_holidays(country: str, subdivision: str, year: int) -> Mapping[dt.date, str]:
    return dict(country_holidays(country, subdivision, year))


def move_off_closed_days(
    agenda: Agenda, site: Site, later: dt.timedelta = _AS_LAID
) -> tuple[Agenda, list[Finding]]:
    """Move everything off closed days, as far as the site's rule says.

    Args:
        agenda: what is laid out, on the days on which it stands or so much earlier.
        site: its closed days, and its rule for them.
        later: how much later everything stands than it is laid out. The days of what counts months
            depend on where it stands: that is laid out there.

    Returns:
        The agenda after it, as much earlier as it was, and findings that name each closed day, and
        whether it was moved.
    """
    closed = site.closed
    if not (closed.weekdays or closed.country or closed.own):
        return agenda, []
    on_closed_days = [
        (day, everything, why)
        for everything in agenda.at_clinic
        if (why := why_closed(day := everything[0].date + later, closed))
    ]
    if not on_closed_days:
        return agenda, []
    findings: list[Finding] = []
    staying: dict[str, str] = {}
    moves: dict[str, dt.date] = {}
    booked: list[str] = []
    step = _STEPS[closed.rule]
    dates = _dates_of_medicines(agenda) if step else {}
    for day, everything, why in on_closed_days:
        place = [dated for dated in everything if not _is_companion(dated)] or everything
        what = f"{place[0].place} falls on {_written(day)}, {why}"
        windows = [d.window for d in place if isinstance(d, Occasion) and d.window is not None]
        on = nearest_open_day(day, windows, closed) if len(windows) == len(place) else None
        if on is not None:
            moves |= dict.fromkeys((dated.id for dated in everything), on - later)
            booked.append(f"{place[0].place} on {_written(on)} ({_written(day)} is closed)")
            continue
        open_days = {way: next_open_day(day, way, closed) for way in (-1, 1)}
        to = open_days.get(step)
        if to is not None and _allowed(place, to - later, dates):
            moves |= dict.fromkeys((dated.id for dated in everything), to - later)
            text = f"{what}: moved to {_written(to)}, as the site's rule says ({closed.rule})."
            findings.append(note("closed.moved", text, _SITE))
            continue
        ways = [_written(d) for d in open_days.values() if d is not None]
        if step:
            text = (
                f"{what}, and its window or least gap allows no move {closed.rule}. "
                f"Ways out: leave it, or move it by hand to {' or '.join(ways)}."
            )
            findings.append(warn("closed.no_way", text, _SITE))
        else:
            staying[what] = f"{what}. The nearest open days are {' and '.join(ways)}."
    if len(staying) > _NAMED_APART:
        text = f"{len(staying)} days are closed: {'; '.join(staying)}."
        findings.append(note("closed.day", text, _SITE))
    else:
        findings += [note("closed.day", text, _SITE) for text in staying.values()]
    if booked:
        text = f"Reviews are booked on open days within their window: {'; '.join(booked)}."
        findings.append(note("closed.review_booked", text, _SITE))
    if not moves:
        return agenda, findings
    return agenda.on_days(moves | _followers(agenda, moves)), findings


def nearest_open_day(
    day: dt.date, windows: Sequence[OpenDays], closed: ClosedDays
) -> dt.date | None:
    """Return the nearest open day that every window allows, the earlier of two; None for none."""
    early, late = map(min, zip(*(window.most for window in windows), strict=True))
    steps = sorted(range(-early, late + 1), key=lambda days: (abs(days), days))
    days = (day + dt.timedelta(days=step) for step in steps)
    return next((one for one in days if not why_closed(one, closed)), None)


def open_day_for_a_test(day: dt.date, window: OpenDays | None, closed: ClosedDays) -> dt.date:
    """Return the nearest open day of a test's window, or the working day before its day.

    A test that may not come early, since it would find nothing yet, never does: it is then done on
    the next open day.
    """
    within = nearest_open_day(day, [window], closed) if window is not None else None
    if within is not None or not why_closed(day, closed):
        return within or day
    may_be_early = window is None or window.early is not None
    return next_open_day(day, -1 if may_be_early else 1, closed) or day


def _is_companion(dated: Dated) -> bool:
    return isinstance(dated, Slot) and bool(dated.medicine.companion)


def _followers(agenda: Agenda, moves: Mapping[str, dt.date]) -> dict[str, dt.date]:
    """Return the days of the companions whose doses move: as many days on, or back, as these."""
    before = {dated.id: dated.date for dated in agenda.dated if dated.id in moves}
    return {
        slot.id: slot.date + (moves[slot.goes_with] - before[slot.goes_with])
        for slot in agenda.slots
        if slot.follows and slot.goes_with in moves and slot.state == "planned"
    }


def next_open_day(day: dt.date, way: int, closed: ClosedDays) -> dt.date | None:
    """Return the next open day after a day, or before it where ``way`` is -1; None if far off."""
    step = dt.timedelta(days=way)
    for _ in range(_FARTHEST_DAYS):
        day += step
        if not why_closed(day, closed):
            return day
    return None


_Kind: TypeAlias = tuple[int, str, str]
_Dates: TypeAlias = Mapping[_Kind, list[dt.date]]


def _kind(slot: Slot) -> _Kind:
    """Return what a least gap is kept between: a companion is apart from a dose of its drug."""
    return slot.course_number, slot.medicine.name, slot.medicine.companion


def _dates_of_medicines(agenda: Agenda) -> _Dates:
    """Return the days on which each medicine is given, each day once, in their order."""
    dates: dict[_Kind, set[dt.date]] = {}
    for slot in agenda.slots:
        if slot.live:
            dates.setdefault(_kind(slot), set()).add(slot.date)
    return {medicine: sorted(days) for medicine, days in dates.items()}


def _allowed(place: Sequence[Dated], to: dt.date, dates: _Dates) -> bool:
    """Return whether the windows let everything of a place move, and nothing comes too near."""
    return all(
        isinstance(dated, Occasion)
        or (
            isinstance(dated, Slot)
            and window_allows(dated.medicine.window, (to - dated.date).days)
            and _far_enough(dated, to, dates)
        )
        for dated in place
    )


def window_allows(window: Window | None, days: int) -> bool:
    """Return whether a dose may lie so many days after its day; where nothing is stated, on none.

    On its own day it may lie whatever its window is: a dose that was put off may go back.
    """
    if window is None:
        return days == 0
    early, late = (span.shortest_days() if span else 0 for span in (window.early, window.late))
    return -early <= days <= late


def _far_enough(slot: Slot, to: dt.date, dates: _Dates) -> bool:
    """Return whether the next doses of a medicine before and after a day are not too near to it."""
    window, days = slot.medicine.window, dates[_kind(slot)]
    place = bisect_left(days, to)
    near = days[max(0, place - 2) : place + 2]
    return window is not None and all(
        max(other, to) >= window.least_gap.after(min(other, to))
        for other in near
        if other != slot.date
    )
