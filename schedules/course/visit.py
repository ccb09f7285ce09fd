"""The visit: when a person comes, when the infusion runs, and when the person may go.

The only place that works it out. The clock time of a dose is that at which its infusion begins;
what comes before and after it is counted in hours that pass, also across a clock change.
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
from dosing.units import MINUTE, Quantity, in_unit, plain, quantity, show, weight
from schedules.course.rows import Administration, Dated
from schedules.knowledge.library import Library
from schedules.plans.changes import Reweigh
from schedules.plans.plan import Plan

_A_MINUTE = quantity(1.0, MINUTE)
_SECONDS = 60
_OTHER_DAYS = {-1: " the day before", 0: "", 1: " next day"}


@dataclasses.dataclass(frozen=True, slots=True)
class Visit:
    """The four times of a visit, on the wall of one zone. Those that do not differ are the same."""

    arrives: dt.datetime
    begins: dt.datetime
    ends: dt.datetime
    leaves: dt.datetime

    @property
    def arrive_text(self) -> str:
        """Give the time to come: 08:00."""
        return self._clock(self.arrives)

    @property
    def leave_text(self) -> str:
        """Give the time to go: 11:30, or 00:30 next day."""
        return self._clock(self.leaves)

    @property
    def infusion_text(self) -> str:
        """Give the time during which the infusion runs: 09:00 to 10:30."""
        return f"{self._clock(self.begins)} to {self._clock(self.ends)}"

    def __str__(self) -> str:
        """Name the parts: Arrive 08:00; infusion 09:00 to 10:30; observed until 11:30."""
        parts = [f"infusion {self.infusion_text}"]
        if self.arrives != self.begins:
            parts = [f"arrive {self.arrive_text}", *parts]
        if self.leaves != self.ends:
            parts.append(f"observed until {self.leave_text}")
        said = "; ".join(parts)
        return f"{said[0].upper()}{said[1:]}"

    def _clock(self, moment: dt.datetime) -> str:
        days = (moment.date() - self.begins.date()).days
        if days in _OTHER_DAYS:
            return f"{moment:%H:%M}{_OTHER_DAYS[days]}"
        return f"{moment:%H:%M} on {moment:%d-%b-%Y}"


def time_visit(row: Dated, zone: ZoneInfo) -> Visit:
    """Work out the visit for what stands on a date of a course, in a zone."""
    begins = dt.datetime.combine(row.date, row.time, tzinfo=zone)
    # An hour in the chair is an hour, so the times are counted in UTC across a clock change.
    instant = begins.astimezone(dt.UTC)
    times = (instant - row.before, instant, instant + row.length, instant + row.length + row.after)
    return Visit(*(time.astimezone(zone) for time in times))


def with_visits(
    rows: Sequence[Administration], plan: Plan, library: Library
) -> tuple[list[Administration], list[Finding]]:
    """Give each infusion its whole visit: first or later, its length, and the stay around it.

    The first infusion of a drug is followed by later ones. After a dose that is given only on a
    condition the next one is still a first infusion. Where the regimen names a rate ladder that
    can be timed, a dose that takes longer on it than is booked is shown as long as it takes.

    Args:
        rows: the doses in the order of their dates, those that were left out as well.
        plan: with the body weight, and its later measurements.
        library: where the drugs are read from.

    Returns:
        The doses, and a NOTE for each way in which the booked length is too short.
    """
    seen: set[str] = set()
    done: list[Administration] = []
    findings: list[Finding] = []
    known: dict[tuple[str, ...], Infusion | None] = {}
    for row in rows:
        if "infusion" not in row.route:
            done.append(row)
            continue
        drug, stay = library.drug(row.drug), library.drug(row.drug).chair_for(row.route)
        placed = dataclasses.replace(
            row,
            infusion="later" if row.drug in seen else "first",
            before=_time(stay.before if stay else None),
            after=_time(stay.after if stay else None),
        )
        if row.live and (not row.condition or row.state == "given"):
            seen.add(row.drug)
        if placed.ladder:
            kilos = weight_on(plan, row.date)
            key = (placed.ladder, plain(row.dose.amount), kilos)
            if key not in known:
                known[key] = timed(
                    drug,
                    drug.ladder(placed.ladder),
                    row.dose.amount,
                    weight=weight(kilos, "weight") if kilos else None,
                )
            placed = _long_enough(placed, drug, known[key], findings)
        done.append(placed)
    return done, findings


def _long_enough(
    row: Administration, drug: Drug, infusion: Infusion | None, findings: list[Finding]
) -> Administration:
    """Hold what is booked to the time on the ladder; a longer one is shown, and said."""
    if infusion is None:
        return row
    findings += stops(infusion.findings)
    booked = quantity(row.length.total_seconds() / _SECONDS, MINUTE)
    if not above(infusion.total.magnitude, float(booked.magnitude)):
        return row
    shown = round_to(infusion.total, _A_MINUTE, "up", "length")
    if row.state == "planned":
        findings.append(
            note(
                "visit.booked_too_short",
                (
                    f"{show(row.dose.amount, SHOWN_DIGITS + 1)} of {drug.name} as a "
                    f"{row.infusion} infusion takes {show(infusion.total, SHOWN_DIGITS)} by "
                    f"{row.ladder}; {show(booked, SHOWN_DIGITS)} are booked. The calendar shows "
                    f"{show(shown)}."
                ),
                drug.source(drug.ladder(row.ladder).source),
            )
        )
    return dataclasses.replace(row, length=_time(shown))


def weight_on(plan: Plan, day: dt.date) -> str:
    """Give the weight as it was last measured before a dose, as typed; nothing if never."""
    found = plan.patient.weight
    for change in plan.changes:
        if isinstance(change, Reweigh) and change.weight and change.from_day <= day:
            found = change.weight
    return found or ""


def _time(length: Quantity | None) -> dt.timedelta:
    if length is None:
        return dt.timedelta()
    return dt.timedelta(minutes=float(in_unit(length, MINUTE, "length")))
