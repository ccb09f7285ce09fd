"""A plan whose visits come to other days: its changes, and what its course says of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from dosing.errors import InputError, refuse
from schedules.cohort.demand import WardCourse
from schedules.cohort.moves import Decision
from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.course.rows import Administration, Occasion
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.changes import Defer
from schedules.review.course_diff import new_findings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """A plan with the changes that move its visits, and its course before and after them.

    ``times`` says at which time a place is proposed, where it needs a chair.
    """

    name: str
    before: Course
    after: Course
    changes: tuple[Defer, ...]
    times: Mapping[str, dt.time] = dataclasses.field(default_factory=dict)

    def decided(self, decision: Decision, library: Library) -> Replanned:
        """Return the same moves as somebody decides them, judged as they are saved.

        No kind of change moves a planned dose within its day: its time stands in the reason, for
        the clinic to book.
        """
        changes = tuple(
            change.model_copy(update={**decision.fields, "why": self._why(change, decision)})
            for change in self.changes
        )
        plan = self.before.plan
        plan = plan.model_copy(update={"changes": [*plan.changes, *changes]})
        return dataclasses.replace(self, changes=changes, after=work_out(plan, library))

    def _why(self, change: Defer, decision: Decision) -> str:
        time = self.times.get(change.at)
        return decision.why if time is None else f"{decision.why}; proposed for {time:%H:%M}"


@dataclasses.dataclass(frozen=True, slots=True)
class Refused:
    """Why a course cannot take its visits on other days: sentences, and the codes of findings."""

    why: str
    codes: frozenset[str] = frozenset()


def replan(
    one: WardCourse, days: Mapping[str, dt.date], decision: Decision, library: Library
) -> Replanned | Refused:
    """Move visits of a plan by ordinary changes, and judge the course that follows.

    What is not named stays on its day: where later doses follow one that moved, they are put back.

    Args:
        one: the course as it stands.
        days: where each place that moves comes to.
        decision: who moves them, when, and why.
        library: what the course is computed with.

    Returns:
        The plan with its changes; or why not, where the course finds a STOP or WARN that it does
        not have today.
    """
    try:
        after, changes = put_on_days(one.course, days, decision, library)
    except InputError as error:
        return Refused("; ".join(map(str, error.problems)))
    against = [found for found in new_findings(one.course, after) if found.level != "NOTE"]
    if against:
        codes = frozenset(found.code for found in against)
        return Refused(" ".join(found.text for found in against), codes)
    return Replanned(name=one.name, before=one.course, after=after, changes=tuple(changes))


def put_on_days(
    course: Course, days: Mapping[str, dt.date], decision: Decision, library: Library
) -> tuple[Course, list[Defer]]:
    """Return a course with places on other days, all else on its own, and the changes for it.

    What stands on its day needs no change: where later doses are counted from the dose given, one
    change takes them along, and those that are to stay are put back.

    Raises:
        InputError: if a place does not come to its day.
    """
    wanted = {
        row.id: days.get(row.place, row.date)
        for row in course.every
        if row.state == "planned" and not row.at_home
    }
    changes = list[Defer]()
    while (row := _next_off(course, wanted)) is not None:
        to = wanted[row.id]
        if len(changes) > len(wanted):
            why = f"does not come to {to:%a %d-%b-%Y}"
            refuse("at", row.place, why=why, write="another day")
        changes.append(Defer(at=row.place, to=to, scope="this day", **decision.fields))
        course = with_change(course.plan, changes[-1], library)
    return course, changes


def _next_off(course: Course, wanted: Mapping[str, dt.date]) -> Administration | Occasion | None:
    """Return the first of what is not on the day on which it is wanted."""
    off = [row for row in course.every if row.id in wanted and row.date != wanted[row.id]]
    return min(off, key=lambda row: (wanted[row.id], row.place), default=None)
