"""Doses of a ward that may have to move: for a drug that is short, or a day that is closed.

What is proposed is an ordinary change of a plan. The course that would follow from it is computed
and judged like any other; nothing is moved here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from dosing.errors import InputError
from dosing.trace import Finding
from dosing.units import in_ordinary_spaces, show
from schedules.cohort.demand import Days, WardCourse
from schedules.course.closed_days import next_open_day, window_allows
from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.course.rows import Administration, Occasion
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Window
from schedules.knowledge.site import ClosedDays
from schedules.plans.changes import Defer
from schedules.review.course_diff import new_findings

_FARTHEST = "no open day is near"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who would decide a move, when, and why."""

    who: str
    when: dt.datetime
    why: str

    @property
    def fields(self) -> dict[str, Any]:
        """Return them as a change states them."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One place of a plan, and the change that would move it; without one ``why_not`` says why.

    ``findings`` are what the change would add to those of the course.
    """

    name: str
    row: Administration | Occasion
    change: Defer | None = None
    findings: tuple[Finding, ...] = ()
    why_not: str = ""

    @property
    def possible(self) -> bool:
        """Return whether the place may move: the change adds no STOP and no WARN."""
        return self.change is not None and not self.why_not

    @property
    def to(self) -> dt.date | None:
        """Return the day to which it would move."""
        return None if self.change is None else self.change.to

    @property
    def what(self) -> str:
        """Return what stands there: a dose with its amount, or the name of a procedure."""
        if isinstance(self.row, Occasion):
            return self.row.what
        return f"{self.row.name} {show(self.row.dose.amount)}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain text for JSON."""
        return in_ordinary_spaces(
            {
                "plan": self.name,
                "place": self.row.place,
                "what": self.what,
                "date": self.row.date.isoformat(),
                "may_move": self.possible,
                "change": None if self.change is None else self.change.model_dump(mode="json"),
                "why_not": self.why_not,
                "findings": [finding.as_dict() for finding in self.findings],
            }
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """What moves are judged with."""

    library: Library
    decision: Decision

    def wait_for(self, one: WardCourse, drug: str, short: Days) -> Iterator[Move]:
        """Yield each dose of a drug in a shortage, and whether it can wait until after it.

        Each is judged alone, the others staying where they are.
        """
        course = one.course
        day = next_open_day(short.last, 1, course.plan.site.closed)
        for row in course.rows:
            if row.drug != drug or row.state != "planned" or not short.holds(row.date):
                continue
            window = window_of(course, row)
            if day is None:
                yield Move(name=one.name, row=row, why_not=_FARTHEST)
            elif window is None:
                yield Move(name=one.name, row=row, why_not="no window is stated")
            elif not window_allows(window, (day - row.planned_on).days):
                late = f"at most {window.late} late" if window.late else "no day late"
                yield Move(name=one.name, row=row, why_not=f"its window allows {late}")
            else:
                yield self._preview(one, row, day)

    def off_closed_day(self, one: WardCourse, day: dt.date, closed: ClosedDays) -> Iterator[Move]:
        """Yield each place on a day, moved as the rule of closed days would move it.

        Args:
            one: the course.
            day: the day that is closed as well.
            closed: which days are closed, that one among them, and the rule.
        """
        plan = one.course.plan
        site = plan.site.model_copy(update={"closed": closed})
        moved = work_out(plan.model_copy(update={"site": site}), self.library)
        dates = {row.id: row.date for row in moved.every}
        places: set[str] = set()
        every: list[Administration | Occasion] = [*one.course.rows, *one.course.occasions]
        for row in every:
            if row.date != day or row.state != "planned" or row.at_home or row.place in places:
                continue
            places.add(row.place)
            if dates[row.id] == day:
                why = "its window or least gap allows no move by the rule"
                yield Move(name=one.name, row=row, why_not=why)
            else:
                yield self._preview(one, row, dates[row.id])

    def _preview(self, one: WardCourse, row: Administration | Occasion, to: dt.date) -> Move:
        change = Defer(at=row.place, to=to, scope="this day", **self.decision.fields)
        try:
            after = with_change(one.course.plan, change, self.library)
        except InputError as error:
            return Move(name=one.name, row=row, why_not="; ".join(map(str, error.problems)))
        findings = new_findings(one.course, after)
        against = [finding.text for finding in findings if finding.level != "NOTE"]
        return Move(
            name=one.name, row=row, change=change, findings=findings, why_not=" ".join(against)
        )


def window_of(course: Course, row: Administration) -> Window | None:
    """Return the window that the regimen states for a dose."""
    regimen = course.regimens[row.course_number - 1]
    return next(
        (
            medicine.window
            for phase in regimen.phases
            if phase.name == row.phase
            for medicine in phase.medicines
            if medicine.name == row.item
        ),
        None,
    )


def plans_that_may_move(moves: Sequence[Move]) -> list[str]:
    """Return the plans of which everything may move."""
    cannot = {move.name for move in moves if not move.possible}
    return [name for name in dict.fromkeys(move.name for move in moves) if name not in cannot]
