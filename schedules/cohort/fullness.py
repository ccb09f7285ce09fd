"""What a ward takes beside what it has: hours in chairs, visits that nurses start, doses prepared.

Sums of a day or week within the opening hours, as site.yaml states them. A day that is not over may
still be full at one hour; ``posology schedule`` looks at the hours.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from schedules.cohort.demand import By, ClinicDay, Days, WardCourse, clinic_days
from schedules.course.closed_days import why_closed
from schedules.course.rows import Administration
from schedules.knowledge.capacity import HOUR, STEP, Capacity
from schedules.knowledge.site import ClosedDays, Site

_DAY = dt.timedelta(days=1)
_DIGITS_OF_HOURS = 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fullness:
    """What a period takes, and what the ward has; ``closed`` says why it has nothing on a day.

    Starts on offer are None where nobody states how long a nurse takes for one.
    """

    period: Days
    chair: float
    chair_offered: float
    starts: int
    starts_offered: int | None
    doses: int
    doses_offered: int
    closed: str = ""

    @property
    def over(self) -> list[str]:
        """Return in words what is over; nothing where all of it is enough."""
        over = [f"closed, {self.closed}"] if self.closed else []
        if self.chair > self.chair_offered:
            over.append(f"chairs by {round(self.chair - self.chair_offered, _DIGITS_OF_HOURS):g} h")
        if self.starts_offered is not None and self.starts > self.starts_offered:
            over.append(f"nurses by {_count(self.starts - self.starts_offered, 'start')}")
        if self.doses > self.doses_offered:
            over.append(f"pharmacy by {_count(self.doses - self.doses_offered, 'dose')}")
        return over

    def as_dict(self) -> dict[str, Any]:
        """Return it as a row of a table."""
        return {
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "chair_hours": self.chair,
            "chair_hours_offered": self.chair_offered,
            "starts": self.starts,
            "starts_offered": self.starts_offered,
            "doses": self.doses,
            "doses_offered": self.doses_offered,
            "over": "; ".join(self.over),
        }


def compare_with_capacity(
    courses: Sequence[WardCourse], between: Days, by: By, site: Site
) -> list[Fullness]:
    """Return what each period takes and has; periods in which nobody sits in a chair have none."""
    if site.capacity is None:
        return []
    periods: dict[Days, list[ClinicDay]] = defaultdict(list)
    for one in courses:
        for day in clinic_days(one, between):
            if day.chair or _prepared(day):
                periods[between.part(day.date, by)].append(day)
    return [
        _fullness(period, periods[period], site.capacity, site.closed) for period in sorted(periods)
    ]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _prepared(day: ClinicDay) -> int:
    return sum(isinstance(one, Administration) and not one.companion for one in day.all_of_it)


def _fullness(
    period: Days, days: Sequence[ClinicDay], capacity: Capacity, closed: ClosedDays
) -> Fullness:
    steps = sum(_open_steps(period, capacity, closed))
    people = min(capacity.chairs, capacity.nurses * capacity.watches)
    per_start = capacity.start_steps
    return Fullness(
        period=period,
        chair=round(sum((day.chair for day in days), dt.timedelta()) / HOUR, _DIGITS_OF_HOURS),
        chair_offered=people * steps * (STEP / HOUR),
        starts=sum(bool(day.chair) for day in days),
        starts_offered=capacity.nurses * (steps // per_start) if per_start else None,
        doses=sum(map(_prepared, days)),
        doses_offered=capacity.pharmacy_per_hour * steps * STEP // HOUR,
        closed="" if steps else why_closed(period.first, closed) or "no opening hours",
    )


def _open_steps(period: Days, capacity: Capacity, closed: ClosedDays) -> Iterator[int]:
    """Yield how many quarters of an hour each day of a period is open."""
    for n in range((period.last - period.first).days + 1):
        day = period.first + n * _DAY
        hours = capacity.hours_on(day)
        yield 0 if hours is None or why_closed(day, closed) else hours.steps
