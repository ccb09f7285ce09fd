"""Laws of a course that is changed at random, by a machine that tries to break them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import icalendar
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dosing.errors import InputError
from dosing.trace import RefusedError
from dosing.units import MG, in_unit
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import Adjust, Cease, Change, Defer, Omit, Record, Reweigh, Undo
from schedules.plans.plan import Plan
from schedules.plans.undo import numbers_in_force, undone
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    SAID,
    library,
    planned,
)

SCOPES = st.sampled_from(["this day", "this cycle", "later"])
NEVER_LOST = {CYCLOPHOSPHAMIDE: 6, RITUXIMAB: 4, IMMUNOGLOBULIN: 5}


class ChangedCourse(RuleBasedStateMachine):
    """Changes one course again and again."""

    plan: Plan
    found: Course

    @initialize(
        regimen=st.sampled_from(sorted(NEVER_LOST)),
        # days around a leap day, a year's end and both clock changes
        start=st.sampled_from(["2026-11-30", "2027-03-20", "2027-10-25", "2028-02-25"]),
    )
    def begin(self, regimen: str, start: str) -> None:
        self.plan = planned(regimen, start=start)
        self.found = work_out(self.plan, library())
        self.ids = {row.id for row in self.found.rows}
        assert len(self.ids) == NEVER_LOST[regimen]

    def attempt(self, change: Change) -> None:
        """Make a change; one that cannot be done leaves everything as it is."""
        plan = self.plan.model_copy(update={"changes": [*self.plan.changes, change]})
        try:
            found = work_out(plan, library())
        except InputError:
            return
        self.plan, self.found = plan, found

    def place(self, number: int) -> str:
        rows = self.found.every
        return rows[number % len(rows)].place

    @rule(number=st.integers(0, 9), days=st.integers(-5, 40).filter(bool), scope=SCOPES)
    def defer(self, number: int, days: int, scope: str) -> None:
        self.attempt(
            Defer.model_validate(
                {"at": self.place(number), "by_days": days, "scope": scope, **SAID}
            )
        )

    @rule(number=st.integers(0, 9), scope=SCOPES)
    def omit(self, number: int, scope: str) -> None:
        self.attempt(Omit.model_validate({"at": self.place(number), "scope": scope, **SAID}))

    @rule(number=st.integers(0, 9))
    def cease(self, number: int) -> None:
        self.attempt(Cease(at=self.place(number), **SAID))

    @rule(
        number=st.integers(0, 9),
        percent=st.sampled_from([50, 75, 80, 100]),
        scope=SCOPES,
        base=st.sampled_from(["standard dose", "previous dose"]),
    )
    def adjust(self, number: int, percent: float, scope: str, base: str) -> None:
        self.attempt(
            Adjust.model_validate(
                {"at": self.place(number), "scope": scope, "percent": percent, "of": base, **SAID}
            )
        )

    @rule(
        days=st.integers(0, 60),
        weight=st.sampled_from(["62 kg", "74 kg", "88 kg"]),
        doses=st.sampled_from(["worked out again", "kept"]),
    )
    def reweigh(self, days: int, weight: str, doses: str) -> None:
        day = self.plan.first_day + dt.timedelta(days=days)
        self.attempt(
            Reweigh.model_validate({"from_day": day, "weight": weight, "doses": doses, **SAID})
        )

    @rule(number=st.integers(0, 9), late=st.integers(-1, 3), part=st.booleans())
    def record(self, number: int, late: int, part: bool) -> None:
        rows = self.found.rows
        if rows:
            row = rows[number % len(rows)]
            self.attempt(
                Record(
                    at=row.place,
                    on=row.date + dt.timedelta(days=late),
                    amount="500 mg" if part else "",
                    **SAID,
                )
            )

    @precondition(lambda self: self.plan.in_force)
    @rule()
    def undo(self) -> None:
        before = self.plan.in_force
        self.change_to(undone(self.plan.changes, "undo", None, **SAID))
        assert self.plan.in_force == before[:-1]

    @precondition(lambda self: self.undone_numbers())
    @rule(number=st.integers(0, 9))
    def redo(self, number: int) -> None:
        numbers = self.undone_numbers()
        chosen = numbers[number % len(numbers)]
        self.change_to(undone(self.plan.changes, "redo", chosen, **SAID))

    def undone_numbers(self) -> list[int]:
        in_force = numbers_in_force(self.plan.changes)
        return [
            number
            for number, one in enumerate(self.plan.changes, 1)
            if number not in in_force and not isinstance(one, Undo)
        ]

    def change_to(self, changes: list[Change]) -> None:
        """Take these changes; a course is that of the changes in force alone."""
        plan = Plan.from_json(self.plan.model_copy(update={"changes": changes}).to_json())
        alone = plan.model_copy(update={"changes": plan.in_force})
        try:
            found = work_out(plan, library())
        except InputError:
            with pytest.raises(InputError):
                work_out(alone, library())
            return
        assert repr(found.every) == repr(work_out(alone, library()).every)
        assert found.plan == plan
        self.plan, self.found = plan, found

    @invariant()
    def no_dose_is_lost_or_doubled(self) -> None:
        counted = Counter(row.id for row in self.found.every)
        assert set(counted) == self.ids
        assert set(counted.values()) == {1}

    @invariant()
    def totals_are_the_sum_of_the_rows(self) -> None:
        given = sum(float(in_unit(row.dose.amount, MG, "dose")) for row in self.found.rows)
        total = sum(float(in_unit(total.course, MG, "total")) for total in self.found.totals)
        assert total == pytest.approx(given)

    @invariant()
    def a_least_gap_is_kept_or_named(self) -> None:
        gaps = {CYCLOPHOSPHAMIDE: 28, RITUXIMAB: 5, IMMUNOGLOBULIN: 1}
        least = gaps[self.plan.regimen.id]
        days = sorted({row.date for row in self.found.rows})
        broken = any((b - a).days < least for a, b in pairwise(days))
        named = any(finding.code == "window.least_gap" for finding in self.found.findings)
        assert not broken or named

    @invariant()
    def every_state_is_the_course_of_the_plan_with_so_many_changes(self) -> None:
        for count, state in enumerate(self.found.states):
            # read anew, so that nothing is shared with the course that was changed
            alone = work_out(Plan.from_json(self.plan.before(count).to_json()), library())
            assert repr(state.every) == repr(alone.every)
            assert (state.findings, state.totals) == (alone.findings, alone.totals)

    @invariant()
    def what_was_given_is_never_cancelled(self) -> None:
        assert not any(row.state == "given" for row in self.found.cancelled)

    @invariant()
    def the_file_imports_cleanly(self) -> None:
        try:
            file = to_ics(self.found)
        except RefusedError:
            return
        events = icalendar.Calendar.from_ical(file).walk("VEVENT")
        assert len({str(event["UID"]) for event in events}) == len(events) == len(self.ids)
        status = {"TENTATIVE": 0, "CANCELLED": 0}
        status.update(Counter(str(event["STATUS"]) for event in events))
        assert status["TENTATIVE"] == len(self.found.rows)
        assert file == to_ics(work_out(Plan.from_json(self.plan.to_json()), library()))


TestChangedCourse = pytest.mark.filterwarnings("error")(ChangedCourse.TestCase)
TestChangedCourse.settings = settings(max_examples=8, stateful_step_count=8, deadline=None)
