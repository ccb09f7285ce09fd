"""The states of a course: each change is carried out once, and every state can still refuse."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from dosing.errors import InputError
from dosing.units import plain
from schedules.course.apply_change import apply
from schedules.course.rows import replaced
from schedules.course.totals import totals_of
from schedules.course.work_out import work_out
from schedules.outputs.calendar.appointments import list_appointments
from schedules.plans.changes import (
    AddCourse,
    Adjust,
    Cease,
    Change,
    Defer,
    Omit,
    Record,
    Result,
    Reweigh,
    Undo,
)
from schedules.plans.plan import Plan
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    course_of,
    library,
    man,
    planned,
)


def with_changes(plan: Plan, *changes: Change) -> Plan:
    return plan.model_copy(update={"changes": [*plan.changes, *changes]})


def with_ten_changes() -> Plan:
    plan = planned(CYCLOPHOSPHAMIDE)
    return with_changes(
        plan,
        *(
            Defer(at=f"pulses cycle {n} day 1", by_days=1, scope="later", **SAID)
            for n in range(1, 6)
        ),
        Reweigh(from_day=plan.first_day, weight="74 kg", doses="worked out again", **SAID),
        Adjust(at="pulses cycle 2 day 1", scope="later", percent=75, of="standard dose", **SAID),
        Omit(at="pulses cycle 3 day 1", scope="this day", **SAID),
        Record(at="pulses cycle 1 day 1", on=plan.first_day + dt.timedelta(days=2), **SAID),
        Cease(at="pulses cycle 6 day 1", **SAID),
    )


def rituximab_added(first_day: dt.date) -> AddCourse:
    known = library().knowledge_for(library().regimen(RITUXIMAB))
    return AddCourse(
        regimen=known[f"regimens/{RITUXIMAB}"],
        drugs=[known["drugs/rituximab"]],
        first_day=first_day,
        choices={},
        **SAID,
    )


class Counted:
    """Counts how often each change is carried out, and how often a state is worked out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.changes: Counter[int] = Counter()
        self.states = 0

        def counted_apply(change: Change, *more: Any) -> Any:
            self.changes[id(change)] += 1
            return apply(change, *more)

        def counted_totals(*more: Any) -> Any:
            self.states += 1
            return totals_of(*more)

        monkeypatch.setattr("schedules.course.work_out.apply", counted_apply)
        monkeypatch.setattr("schedules.course.work_out.totals_of", counted_totals)


def test_each_change_is_carried_out_once_whatever_is_asked_of_the_course(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan, counted = with_ten_changes(), Counted(monkeypatch)
    course = work_out(plan, library())
    assert [counted.changes[id(change)] for change in plan.changes] == [1] * 10
    assert course.before is not None
    assert course.before.before is not None
    assert len(course.states) == 11
    assert len(list_appointments(course)) == 6
    assert set(counted.changes.values()) == {1}


def test_an_added_regimen_costs_the_changes_before_it_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What was decided before may concern the days of the added regimen as well.
    plan = with_ten_changes()
    more = Omit(at="course 2, induction cycle 1 day 8", scope="this day", **SAID)
    plan = with_changes(plan, rituximab_added(dt.date(2027, 1, 4)), more)
    counted = Counted(monkeypatch)
    work_out(plan, library())
    assert [counted.changes[id(change)] for change in plan.changes] == [2] * 10 + [1, 1]


def test_an_earlier_state_is_worked_out_when_it_is_asked_for_and_then_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = Counted(monkeypatch)
    moved = [
        Defer(at=f"oral cycle 1 day {n}", by_days=1, scope="later", **SAID) for n in range(1, 21)
    ]
    course = work_out(with_changes(planned(THIOCTIC), *moved), library())
    assert counted.states == 1
    assert course.before is course.before
    assert counted.states == 2
    assert len(course.states) == 21
    assert counted.states == 21


def test_a_course_without_changes_has_no_state_before_it() -> None:
    course = course_of(RITUXIMAB)
    assert course.before is None
    assert course.states == [course]


@pytest.mark.parametrize("name", [CYCLOPHOSPHAMIDE, IMMUNOGLOBULIN])
def test_every_state_is_the_course_of_the_plan_with_so_many_changes(name: str) -> None:
    plan = with_ten_changes() if name == CYCLOPHOSPHAMIDE else planned(name)
    plan = with_changes(
        plan,
        rituximab_added(plan.first_day + dt.timedelta(days=7)),
        Reweigh(from_day=plan.first_day, weight="90 kg", doses="worked out again", **SAID),
        Omit(at="course 2, induction cycle 1 day 8", scope="later", **SAID),
    )
    for count, state in enumerate(work_out(plan, library()).states):
        # read anew, so that nothing is shared with the course above
        alone = work_out(Plan.from_json(plan.before(count).to_json()), library())
        assert repr(state.every) == repr(alone.every)
        assert state.findings == alone.findings
        assert state.plan.hash == alone.plan.hash


# Each plan would hold with its later change alone; the state between them does not.
_IN_SPRING: dict[str, Any] = {"start": "2027-03-20", "times": {"infusion": "01:30"}}
_GIVEN: dict[str, Any] = {"at": "induction cycle 1 day 8", **SAID}


def refused(plan: Plan, *changes: Change) -> str:
    with pytest.raises(InputError) as caught:
        work_out(with_changes(plan, *changes), library())
    (problem,) = caught.value.problems
    return f"{problem.field}: {problem.typed}: {problem.why}"


def test_after_an_undo_and_a_redo_the_course_is_that_of_the_changes_in_force() -> None:
    # Four Mondays from 30 November. Day 8 is omitted, day 15 moved to a Tuesday; then the first of
    # these changes is undone, the second as well, and the first is put back.
    plan = with_changes(
        planned(RITUXIMAB),
        Omit(at="induction cycle 1 day 8", scope="this day", **SAID),
        Defer(at="induction cycle 1 day 15", by_days=1, scope="this day", **SAID),
        Undo(kind="undo", number=1, **SAID),
        Undo(kind="undo", number=2, **SAID),
        Undo(kind="redo", number=1, **SAID),
    )
    states = work_out(plan, library()).states
    assert [[f"{row.date:%d-%b}" for row in state.rows] for state in states] == [
        ["30-Nov", "07-Dec", "14-Dec", "21-Dec"],
        ["30-Nov", "14-Dec", "21-Dec"],
        ["30-Nov", "15-Dec", "21-Dec"],
        ["30-Nov", "07-Dec", "15-Dec", "21-Dec"],
        ["30-Nov", "07-Dec", "14-Dec", "21-Dec"],
        ["30-Nov", "14-Dec", "21-Dec"],
    ]
    assert [state.plan for state in states] == [plan.before(count) for count in range(6)]


def test_states_with_the_same_changes_in_force_share_what_was_carried_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = with_changes(
        planned(RITUXIMAB),
        Omit(at="induction cycle 1 day 8", scope="this day", **SAID),
        Undo(kind="undo", number=1, **SAID),
        Undo(kind="redo", number=1, **SAID),
    )
    counted = Counted(monkeypatch)
    assert [len(state.rows) for state in work_out(plan, library()).states] == [4, 3, 4, 3]
    assert counted.changes == {id(plan.changes[0]): 1}


def test_a_wrong_change_after_an_undo_is_named_by_its_number_in_the_plan() -> None:
    wrong = Defer(at="induction cycle 1 day 9", by_days=1, scope="this day", **SAID)
    omitted = [Omit(at=f"induction cycle 1 day {n}", scope="this day", **SAID) for n in (8, 15)]
    said = refused(planned(RITUXIMAB), *omitted, Undo(kind="undo", number=1, **SAID), wrong)
    assert said.startswith("change 4, from: induction cycle 1 day 9: ")


def test_the_patient_and_the_regimen_of_a_course_are_those_of_its_plan() -> None:
    plan = with_changes(
        planned(CYCLOPHOSPHAMIDE),
        Reweigh(from_day=dt.date(2026, 12, 1), weight="90 kg", doses="kept", **SAID),
        rituximab_added(dt.date(2027, 1, 4)),
    )
    course = work_out(plan, library())
    assert [one.id for one in course.regimens] == [CYCLOPHOSPHAMIDE, RITUXIMAB]
    assert course.regimen.id == CYCLOPHOSPHAMIDE
    assert course.patient.weight is not None
    assert plain(course.patient.weight) == "70 kg"


def test_an_hour_lost_in_an_earlier_state_is_refused() -> None:
    # In London the clock goes from 01:00 to 02:00 on 28 March 2027, the day after day 8.
    plan = planned(RITUXIMAB, **_IN_SPRING)
    once = Defer(by_days=1, scope="this day", **_GIVEN)
    said = "time: 01:30 on 28-Mar-2027: is skipped or happens twice in Europe/London (clock change)"
    assert refused(plan, once) == said
    assert refused(plan, once, once) == said
    twice = Defer(by_days=2, scope="this day", **_GIVEN)
    assert work_out(with_changes(plan, twice), library()).rows[1].date == dt.date(2027, 3, 29)


def test_a_clock_time_recorded_in_an_hour_that_is_lost_elsewhere_in_the_year_is_kept() -> None:
    plan = planned(RITUXIMAB, **_IN_SPRING)
    given = Record(on=dt.date(2027, 3, 27), time="01:45", **_GIVEN)
    late = Defer(at="induction cycle 1 day 15", by_days=1, scope="later", **SAID)
    course = work_out(with_changes(plan, given, late), library())
    assert course.rows[1].time == dt.time(1, 45)


def test_a_place_that_only_a_later_change_adds_is_refused() -> None:
    place = "course 2, induction cycle 1 day 8"
    late = Defer(at=place, by_days=1, scope="this day", **SAID)
    plan, added = planned(CYCLOPHOSPHAMIDE), rituximab_added(dt.date(2027, 1, 4))
    assert refused(plan, late, added) == (f"change 1, from: {place}: is not a place in this course")
    assert work_out(with_changes(plan, added, late), library()).rows


def test_an_amount_of_another_kind_is_refused_though_it_was_replaced_later() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    volume = Adjust(at="pulses cycle 2 day 1", scope="this day", amount="5 mL", **SAID)
    mass = Adjust(at="pulses cycle 2 day 1", scope="this day", amount="900 mg", **SAID)
    alone = refused(plan, volume)
    assert "is another kind of value" in alone
    assert refused(plan, volume, mass) == alone


def test_a_result_that_is_no_number_is_refused_though_its_cycle_is_omitted_later() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    at = "pulses cycle 2 day 1"
    result = Result(at=at, gate="neutrophils", value="low", **SAID)
    omitted = Omit(at=at, scope="this day", **SAID)
    alone = refused(plan, result)
    assert alone.startswith("neutrophils: low:")
    assert refused(plan, result, omitted) == alone


def test_a_missing_measurement_is_refused_though_it_was_measured_later() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    plan = plan.model_copy(update={"patient": man(weight="")})
    measured = Reweigh(from_day=plan.first_day, weight="70 kg", doses="worked out again", **SAID)
    assert refused(plan, measured) == "weight: : is missing"


def test_a_dose_given_at_its_own_time_works_out_no_more_than_the_first_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Whether an infusion can be timed is seen in the first state; a clock time changes no dose.
    given = Record(on=dt.date(2026, 12, 7), time="10:45", **_GIVEN)
    late = Defer(at="induction cycle 1 day 15", by_days=1, scope="later", **SAID)
    counted = Counted(monkeypatch)
    course = work_out(with_changes(planned(RITUXIMAB), given, late, late, late), library())
    assert course.rows[1].time == dt.time(10, 45)
    assert counted.states == 2


def test_a_first_weighing_works_out_no_earlier_state_that_nothing_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = planned(THIOCTIC).model_copy(update={"patient": man(weight="")})
    weighed = Reweigh(from_day=plan.first_day, weight="70 kg", doses="worked out again", **SAID)
    omitted = [Omit(at=f"oral cycle 1 day {n}", scope="this day", **SAID) for n in range(1, 11)]
    counted = Counted(monkeypatch)
    assert work_out(with_changes(plan, weighed, *omitted), library()).rows
    assert counted.states == 1


def test_a_first_weighing_that_a_kept_dose_cannot_use_is_refused_though_it_was_ceased_later() -> (
    None
):
    # The dose is flat; the ideal weight, for its limits, needs the height once there is a weight.
    regimen = library().regimen(THIOCTIC)
    phases = [
        phase.model_copy(
            update={
                "medicines": [
                    medicine.model_copy(update={"weight": "ideal", "ideal": "devine"})
                    for medicine in phase.medicines
                ]
            }
        )
        for phase in regimen.phases
    ]
    other = library().with_only(regimen.model_copy(update={"phases": phases}), library().site)
    plan = planned(THIOCTIC).model_copy(update={"patient": man(weight="", height="")})
    kept = Reweigh(from_day=plan.first_day, weight="70 kg", doses="kept", **SAID)
    ceased = Cease(at="intravenous cycle 1 day 1", **SAID)
    for changes in ((kept,), (kept, ceased)):
        with pytest.raises(InputError) as caught:
            work_out(with_changes(plan, *changes), other)
        (problem,) = caught.value.problems
        assert (problem.field, problem.why) == ("height", "is missing")
    assert work_out(with_changes(plan, ceased), other).cancelled


def test_a_field_that_is_not_there_is_never_replaced() -> None:
    row = course_of(RITUXIMAB).rows[0]
    assert replaced(row, day=9).day == 9
    assert row.day == 1
    with pytest.raises(TypeError, match="days"):
        replaced(row, days=9)
