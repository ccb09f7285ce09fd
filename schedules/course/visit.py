"""The visit: when a person arrives, when the infusion runs, and when the person may leave.

This is computed here only. The clock time of a dose is that at which its infusion begins;
what comes before and after it is counted in hours that pass, across a clock change as well.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dosing.drugs.drug import Drug
from dosing.infusion.steps import Infusion
from dosing.infusion.timing import timed
from dosing.rounding import above, round_to
from dosing.trace import SHOWN_DIGITS, Finding, note, stops
from dosing.units import MINUTE, Quantity, in_unit, plain, quantity, show
from schedules.course.measurements import Measurements, weight_at
from schedules.course.rows import Administration, Dated, replaced
from schedules.knowledge.library import Library
from schedules.plans.changes import Reweigh
from schedules.plans.plan import Plan

_A_MINUTE = quantity(1.0, MINUTE)
_SECONDS = 60
_OTHER_DAYS = {-1: " the day before", 0: "", 1: " next day"}


@dataclasses.dataclass(frozen=True, slots=True)
class Visit:
    """The four times of a visit, in one time zone; without a stay two of them are the same."""

    arrives: dt.datetime
    begins: dt.datetime
    ends: dt.datetime
    leaves: dt.datetime

    @property
    def arrive_text(self) -> str:
        """Return the time to arrive: 08:00."""
        return self._clock(self.arrives)

    @property
    def leave_text(self) -> str:
        """Return the time to leave: 11:30, or 00:30 next day."""
        return self._clock(self.leaves)

    @property
    def infusion_text(self) -> str:
        """Return when the infusion runs: 09:00 to 10:30."""
        return f"{self._clock(self.begins)} to {self._clock(self.ends)}"

    def __str__(self) -> str:
        """Return the parts: Arrive 08:00; infusion 09:00 to 10:30; observed until 11:30."""
        parts = [f"infusion {self.infusion_text}"]
        if self.arrives != self.begins:
            parts = [f"arrive {self.arrive_text}", *parts]
        if self.leaves != self.ends:
            parts.append(f"observed until {self.leave_text}")
        text = "; ".join(parts)
        return f"{text[0].upper()}{text[1:]}"

    def _clock(self, time: dt.datetime) -> str:
        days = (time.date() - self.begins.date()).days
        if days in _OTHER_DAYS:
            return f"{time:%H:%M}{_OTHER_DAYS[days]}"
        return f"{time:%H:%M} on {time:%d-%b-%Y}"


def time_visit(row: Dated, zone: ZoneInfo) -> Visit:
    """Return the times of the visit for a dose or an occasion, in a zone."""
    begins = dt.datetime.combine(row.date, row.time, tzinfo=zone)
    # An hour in the chair is an hour, so the times are counted in UTC across a clock change.
    instant = begins.astimezone(dt.UTC)
    times = (instant - row.before, instant, instant + row.length, instant + row.length + row.after)
    return Visit(*(time.astimezone(zone) for time in times))


def with_visits(
    rows: Sequence[Administration], measurements: Sequence[Measurements], library: Library
) -> tuple[list[Administration], list[Finding]]:
    """Return each infusion with its whole visit: first or later, its length, the stay around it.

    The first infusion of a drug is followed by later ones. After a dose that is given only on a
    condition the next one is still a first infusion. Where the regimen names a rate ladder that
    can be timed, a dose that takes longer on it than is booked is shown as long as it takes.

    Args:
        rows: the doses in the order of their dates, those that were left out as well.
        measurements: the body weight, as it was measured in the course of time.
        library: where the drugs are read from.

    Returns:
        The doses, and a NOTE for each way in which the booked length is too short.
    """
    begun: set[str] = set()
    visits: list[Administration] = []
    findings: list[Finding] = []
    timed_by: dict[tuple[str, ...], Infusion | None] = {}
    for row in rows:
        if "infusion" not in row.route:
            visits.append(row)
            continue
        drug = library.drug(row.drug)
        placed = _with_stay(row, drug, later=row.drug in begun)
        if row.live and (not row.condition or row.state == "given"):
            begun.add(row.drug)
        if placed.ladder:
            weight = weight_at(measurements, row.date)
            key = (placed.ladder, plain(row.dose.amount), plain(weight) if weight else "")
            if key not in timed_by:
                ladder = drug.ladder(placed.ladder)
                timed_by[key] = timed(drug, ladder, row.dose.amount, weight=weight)
            placed, found = _long_enough(placed, drug, timed_by[key])
            findings += found
        visits.append(placed)
    return visits, findings


def _with_stay(row: Administration, drug: Drug, *, later: bool) -> Administration:
    stay = drug.chair_for(row.route)
    return replaced(
        row,
        infusion="later" if later else "first",
        before=_time(stay.before if stay else None),
        after=_time(stay.after if stay else None),
    )


def _long_enough(
    row: Administration, drug: Drug, infusion: Infusion | None
) -> tuple[Administration, list[Finding]]:
    """Return a dose that lasts at least as long as its ladder takes, and what is found on it."""
    if infusion is None:
        return row, []
    findings = [*stops(infusion.findings)]
    booked = quantity(row.length.total_seconds() / _SECONDS, MINUTE)
    if not above(infusion.total.magnitude, float(booked.magnitude)):
        return row, findings
    shown = round_to(infusion.total, _A_MINUTE, "up", "length")
    if row.state == "planned":
        text = (
            f"{show(row.dose.amount, SHOWN_DIGITS + 1)} of {drug.name} as a {row.infusion} "
            f"infusion takes {show(infusion.total, SHOWN_DIGITS)} by {row.ladder}; "
            f"{show(booked, SHOWN_DIGITS)} are booked. The calendar shows {show(shown)}."
        )
        source = drug.source(drug.ladder(row.ladder).source)
        findings.append(note("visit.booked_too_short", text, source))
    return replaced(row, length=_time(shown)), findings


def weight_on(plan: Plan, day: dt.date) -> str:
    """Return the weight as it was last measured before a dose, as typed; empty if never."""
    weight = plan.patient.weight
    for change in plan.in_force:
        if isinstance(change, Reweigh) and change.weight and change.from_day <= day:
            weight = change.weight
    return weight or ""


def height_on(plan: Plan, day: dt.date) -> str:
    """Return the height as it was last measured before a dose, as typed; empty if never."""
    height = plan.patient.height
    for change in plan.in_force:
        if isinstance(change, Reweigh) and change.height and change.from_day <= day:
            height = change.height
    return height or ""


def _time(length: Quantity | None) -> dt.timedelta:
    if length is None:
        return dt.timedelta()
    return dt.timedelta(minutes=float(in_unit(length, MINUTE, "length")))
