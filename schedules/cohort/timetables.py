"""The dates of a regimen for many first days: laid once by the program's own timetable.

Where its days do not depend on the first day (no calendar months, weekdays or hours that elapse)
one timetable stands for every first day, and only what falls on a closed day is looked at for each;
else there is one for each first day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from dosing.trace import Finding
from schedules.cohort.cells import walk
from schedules.course.agenda import Agenda, Laid
from schedules.course.closed_days import move_off_closed_days
from schedules.course.lost_hours import may_be_lost
from schedules.course.planned_regimen import PlannedRegimen
from schedules.knowledge.days import DayPick
from schedules.knowledge.library import Library
from schedules.knowledge.span import Span
from schedules.knowledge.times import TimeOfDay
from schedules.plans.plan import chosen

_YEARS_KEPT = 1_024


@dataclasses.dataclass(frozen=True)
class LaidDates:
    """Doses and occasions as they stand for one first day, and what is found on the dates."""

    first_day: dt.date
    agenda: Agenda
    findings: tuple[Finding, ...]

    @functools.cached_property
    def key(self) -> object:
        """Return what is equal where all lies as far from another first day."""
        begin = self.first_day
        return tuple(
            (one.id, one.date - begin, one.planned_on - begin, one.time, one.length, one.state)
            for one in self.agenda.dated
        )

    @functools.cached_property
    def _times(self) -> frozenset[dt.time]:
        return frozenset(one.time for one in self.agenda.dated)

    @functools.cached_property
    def _span(self) -> tuple[dt.timedelta, dt.timedelta]:
        days = [one.date - self.first_day for one in self.agenda.dated] or [dt.timedelta(0)]
        return min(days), max(days)

    def meet_lost_hours(self, first_day: dt.date, zone: ZoneInfo) -> bool:
        """Return whether a clock change may skip or repeat a time, from another first day on."""
        first, last = ((first_day + days).year for days in self._span)
        return _any_may_be_lost(self._times, first, last, zone)


@functools.lru_cache(maxsize=_YEARS_KEPT)
def _any_may_be_lost(times: frozenset[dt.time], first: int, last: int, zone: ZoneInfo) -> bool:
    return any(may_be_lost(time, year, zone) for year in range(first, last + 1) for time in times)


class Timetables:
    """The timetables of one planned regimen, by first day."""

    def __init__(self, planned: PlannedRegimen) -> None:
        """Lay nothing out yet."""
        self._planned = planned

    def on(self, first_day: dt.date) -> tuple[LaidDates, Sequence[Finding]]:
        """Return dates that lie alike from a first day on, and what is found on its closed days."""
        dates, later = self._for_every_day, first_day - self._planned.plan.first_day
        if dates is None:
            dates, later = self._lay(first_day), dt.timedelta(0)
        agenda, found = move_off_closed_days(dates.agenda, self._planned.plan.site, later)
        return dates if agenda is dates.agenda else dataclasses.replace(dates, agenda=agenda), found

    @functools.cached_property
    def _for_every_day(self) -> LaidDates | None:
        """Those that are shifted to each first day, if nothing depends on which day it is."""
        planned = self._planned
        return self._lay(planned.plan.first_day) if _same_for_every_day(planned) else None

    def _lay(self, first_day: dt.date) -> LaidDates:
        plan = self._planned.plan.model_copy(update={"first_day": first_day})
        laid = dataclasses.replace(self._planned, plan=plan).lay_out()
        # Whose measurements they are is no matter of dates.
        agenda = Agenda(laid=Laid(laid.slots, laid.occasions), measurements=())
        return LaidDates(first_day, agenda, laid.findings)


# Forgotten with their library.
_DEPENDING: WeakKeyDictionary[Library, dict[object, bool]] = WeakKeyDictionary()


def _same_for_every_day(planned: PlannedRegimen) -> bool:
    """Return whether nothing in a regimen depends on which day the first is."""
    plan, regimen = planned.plan, planned.regimen
    known = _DEPENDING.setdefault(planned.library, {})
    key = regimen.id, regimen.companions_given(plan.choices)
    if key not in known:
        known[key] = _depends_on_first_day(regimen.phases)
    picked = [chosen(regimen, plan, name) for name in plan.choices]
    times = [
        time
        for phase in regimen.phases
        for times_of_day in (
            *(medicine.times_of_day for medicine in planned.medicines[phase.name]),
            *(procedure.times_of_day for procedure in phase.procedures),
        )
        for time in times_of_day
    ]
    return not (known[key] or _depends_on_first_day([picked, times]))


def _depends_on_first_day(values: Iterable[object]) -> bool:
    return any(
        (isinstance(value, Span) and value.months)
        or isinstance(value, DayPick)
        or (name == "days" and isinstance(value, str) and "weekdays" in value)
        or (isinstance(value, TimeOfDay) and (bool(value.after) or value.of != "clock"))
        for name, value in walk(values)
    )
