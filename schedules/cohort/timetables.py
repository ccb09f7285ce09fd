"""The dates of a regimen for many first days: laid once by the program's own timetable.

Where its days do not depend on the first day (no calendar months, weekdays or hours that elapse)
one timetable is shifted; else there is one for each first day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from zoneinfo import ZoneInfo

from dosing.trace import Finding
from schedules.cohort.cells import walk
from schedules.course.agenda import Agenda, Laid
from schedules.course.closed_days import move_off_closed_days
from schedules.course.lost_hours import may_be_lost
from schedules.course.measurements import Measurements
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import replaced
from schedules.course.timetable import Timetable
from schedules.knowledge.days import DayPick
from schedules.knowledge.span import Span
from schedules.knowledge.times import TimeOfDay
from schedules.plans.plan import chosen


@dataclasses.dataclass(frozen=True, slots=True)
class LaidDates:
    """Doses and occasions as they stand for one first day, and what is found on the dates."""

    first_day: dt.date
    agenda: Agenda
    findings: tuple[Finding, ...]

    @property
    def key(self) -> object:
        """Return what is equal where all lies as far from another first day."""
        begin = self.first_day
        return tuple(
            (one.id, one.date - begin, one.planned_on - begin, one.time, one.length, one.state)
            for one in self.agenda.dated
        )


class Timetables:
    """The timetables of one planned regimen, by first day."""

    def __init__(self, planned: PlannedRegimen) -> None:
        """Lay nothing out yet."""
        self._planned = planned

    def on(self, first_day: dt.date, measurements: Measurements) -> LaidDates:
        """Return the dates from a first day on; the measurements are those of all its patients."""
        laid, shifted = self._for_every_day, first_day - self._planned.plan.first_day
        if laid is None:
            laid, shifted = self._lay(first_day), dt.timedelta()
        agenda = Agenda(
            laid=Laid(
                tuple(replaced(slot, date=slot.date + shifted) for slot in laid.slots),
                tuple(replaced(one, date=one.date + shifted) for one in laid.occasions),
            ),
            measurements=(measurements,),
            findings=laid.findings,
        )
        moved, about_closed = move_off_closed_days(agenda, self._planned.plan.site)
        return LaidDates(first_day, moved, (*laid.findings, *about_closed))

    @functools.cached_property
    def _for_every_day(self) -> Timetable | None:
        """The one that is shifted to each first day, if nothing depends on which day it is."""
        planned = self._planned
        return self._lay(planned.plan.first_day) if _same_for_every_day(planned) else None

    def _lay(self, first_day: dt.date) -> Timetable:
        plan = self._planned.plan.model_copy(update={"first_day": first_day})
        return dataclasses.replace(self._planned, plan=plan).lay_out()


def meets_lost_hours(dates: LaidDates, zone: ZoneInfo) -> bool:
    """Return whether a clock change may skip or repeat one of the times."""
    times = {(one.time, one.date.year) for one in dates.agenda.dated}
    return any(may_be_lost(time, year, zone) for time, year in times)


def _same_for_every_day(planned: PlannedRegimen) -> bool:
    """Return whether nothing in a regimen depends on which day the first is."""
    plan, regimen = planned.plan, planned.regimen
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
    return not any(
        (isinstance(value, Span) and value.months)
        or isinstance(value, DayPick)
        or (name == "days" and isinstance(value, str) and "weekdays" in value)
        or (isinstance(value, TimeOfDay) and (bool(value.after) or value.of != "clock"))
        for name, value in walk([regimen, *planned.medicines.values(), picked, times])
    )
