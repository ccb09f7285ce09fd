"""Closed days: weekends, public holidays and the site's own, and the stated rule for them.

The rule moves what is given at the clinic, never tablets taken at home, and only within the window
of the item and its least gap. A move that nothing allows is a finding with the ways out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable, Mapping

from dosing.trace import Finding, Source, note
from schedules.course.apply_change import Agenda
from schedules.course.rows import Dated, Occasion, Slot
from schedules.knowledge.site import ClosedDays, Site

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SITE = Source(cite="closed days of this site (site.yaml)", confirmed=True)
# A clinic that is closed for longer than this is not moved around, but asked about.
_FARTHEST_DAYS = 14


def why_closed(day: dt.date, closed: ClosedDays) -> str:
    """Say why a site is closed on a day, or nothing when it is open."""
    if day in closed.own:
        return "closed by the site"
    if closed.country:
        name = _public_holidays(closed.country, closed.subdivision, day.year).get(day)
        if name:
            return name
    weekday = _WEEKDAYS[day.weekday()]
    return f"a {day:%A}" if weekday in closed.weekdays else ""


@functools.cache
def _public_holidays(country: str, subdivision: str, year: int) -> Mapping[dt.date, str]:
    import holidays

    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def move_off_closed_days(agenda: Agenda, site: Site) -> Agenda:
    """Deal with everything that falls on a closed day by the site's rule.

    Returns:
        The standing with what could be moved, and a finding for each closed day.
    """
    closed = site.closed
    if not (closed.weekdays or closed.country or closed.own):
        return agenda
    findings = list(agenda.findings)
    moves: dict[str, int] = {}
    for place in _places(agenda):
        day = place[0].date
        why = why_closed(day, closed)
        if not why:
            continue
        what = f"{place[0].place} falls on {day:%a %d-%b-%Y}, {why}"
        open_days = {way: _open_day(day, way, closed) for way in (-1, 1)}
        step = {"stay": 0, "earlier": -1, "later": 1}[closed.rule]
        to = open_days.get(step)
        if step and to is not None and _allowed(place, to, agenda):
            moves |= {dated.id: (to - day).days for dated in place}
            text = f"{what}: moved to {to:%a %d-%b-%Y}, as the site's rule says ({closed.rule})."
            findings.append(note("closed.moved", text, _SITE))
        else:
            ways = [f"{d:%a %d-%b-%Y}" for d in open_days.values() if d is not None]
            text = f"{what}. The nearest open days are {' and '.join(ways)}."
            if step:
                text = f"{what}, and its window or least gap allows no move {closed.rule}. " + (
                    f"Ways out: leave it, or move it by hand to {' or '.join(ways)}."
                )
            findings.append(
                Finding(
                    level="WARN" if step else "NOTE",
                    source=_SITE,
                    text=text,
                    code="closed.no_way" if step else "closed.day",
                )
            )
    moved = agenda.mapped(
        lambda d: (
            {"date": d.date + dt.timedelta(days=moves[d.id]), "original_date": d.planned_on}
            if d.id in moves
            else {}
        )
    )
    return dataclasses.replace(moved, findings=tuple(findings))


def _places(agenda: Agenda) -> Iterable[list[Dated]]:
    """Give what is done at the clinic on one day of a cycle, together: it moves together."""
    places: dict[tuple[int, str, dt.date], list[Dated]] = {}
    for dated in agenda.dated:
        at_home = isinstance(dated, Slot) and dated.medicine.route == "oral"
        if dated.state == "planned" and not at_home:
            places.setdefault((dated.course_number, dated.place, dated.date), []).append(dated)
    return [places[key] for key in sorted(places, key=lambda key: (key[2], key[0], key[1]))]


def _open_day(day: dt.date, way: int, closed: ClosedDays) -> dt.date | None:
    for days in range(1, _FARTHEST_DAYS + 1):
        other = day + dt.timedelta(days=way * days)
        if not why_closed(other, closed):
            return other
    return None


def _allowed(place: list[Dated], to: dt.date, agenda: Agenda) -> bool:
    """Tell whether the windows let everything of a place move, and nothing comes too near."""
    for dated in place:
        if isinstance(dated, Occasion):
            continue
        if not isinstance(dated, Slot) or dated.medicine.window is None:
            return False
        window, days = dated.medicine.window, (to - dated.date).days
        span = window.late if days > 0 else window.early
        if span is None or abs(days) > span.shortest_days():
            return False
        others = [
            slot.date
            for slot in agenda.slots
            if slot.live
            and slot.id != dated.id
            and slot.date != dated.date
            and (slot.course_number, slot.medicine.name)
            == (dated.course_number, dated.medicine.name)
        ]
        for other in others:
            first, second = sorted((other, to))
            if second < window.least_gap.after(first):
                return False
    return True
