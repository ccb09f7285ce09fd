"""What a course says of itself: its states, what stops it, what waits for a person."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from dosing.trace import Finding, RefusedError, Source
from schedules.course.checked import Verification
from schedules.course.course import Course
from schedules.course.rows import replaced
from schedules.plans.changes import Omit
from schedules.plans.plan import Acknowledgement
from tests.patients.test_later_facts import begun, later
from tests.support.planning import RITUXIMAB, SAID, changed, course_of, planned

HERE = Source(cite="here")
STOP = Finding(level="STOP", code="dose.second_calculation", text="x", source=HERE)
WARN = Finding(level="WARN", code="weight.old", text="x", source=HERE)
OTHER = Finding(level="WARN", code="closed.no_way", text="x", source=HERE)
NOTE = Finding(level="NOTE", code="weight.undated", text="x", source=HERE)
SEEN = Acknowledgement(code="weight.old", reason="seen")
OTHER_SEEN = Acknowledgement(code="closed.no_way", reason="seen too")


def of(*findings: Finding, beside: tuple[Acknowledgement, ...] = ()) -> Course:
    """Return a course with only these findings, of which its plan acknowledges one."""
    plan = planned(RITUXIMAB).model_copy(update={"acknowledgements": [SEEN]})
    course = course_of(RITUXIMAB)
    return dataclasses.replace(course, plan=plan, findings=findings, acknowledged=beside)


def omitted(*days: int) -> Course:
    return changed(
        planned(RITUXIMAB),
        *(Omit(at=f"induction cycle 1 day {day}", scope="this day", **SAID) for day in days),
    )


def test_the_course_before_the_last_change_has_all_others() -> None:
    course = omitted(8, 15)
    assert course.before is not None
    assert [row.day for row in course.before.rows] == [1, 15, 22]
    assert course_of(RITUXIMAB).before is None
    assert dataclasses.replace(course, earlier=None).before is None


def test_each_state_bears_the_check_and_the_acknowledgements_of_the_course() -> None:
    checked = Verification(state="checked", text="checked by JK")
    course = dataclasses.replace(omitted(8, 15), checked=checked, acknowledged=(SEEN,))
    states = course.states
    assert [[row.day for row in state.rows] for state in states] == [
        [1, 8, 15, 22],
        [1, 15, 22],
        [1, 22],
    ]
    assert [state.checked for state in states] == [checked] * 3
    assert [state.acknowledged for state in states] == [(SEEN,)] * 3
    assert states[2] is course
    alone = dataclasses.replace(course, earlier=None)
    assert alone.state(0) is alone


def test_courses_are_the_same_whoever_works_their_earlier_states_out() -> None:
    course, again = omitted(8), omitted(8)
    assert course.earlier is not None
    assert course.earlier != again.earlier
    assert course == again
    assert "earlier=<bound method" not in repr(course)


def test_everything_in_a_course_is_what_takes_place_and_what_was_left_out() -> None:
    course = omitted(8)
    assert [row.day for row in course.every if row in course.rows] == [1, 15, 22]
    assert [row.day for row in course.every if row in course.cancelled] == [8]
    assert len(course.every) == 4 + len(course.occasions)


def test_only_a_stop_stops_a_course() -> None:
    assert of(STOP, WARN, NOTE).stopped
    assert not of(WARN, OTHER, NOTE).stopped


def test_a_course_is_stopped_from_its_first_stopped_dose_and_not_from_one_that_was_omitted() -> (
    None
):
    found = later(begun(), conditions=["hepatitis B"])
    assert found.stopped_from == dt.date(2026, 12, 7)
    # however they stand, and whatever else was left out before
    first = replaced(found.rows[0], state="omitted")
    left_out = (*reversed(found.cancelled), first)
    assert dataclasses.replace(found, cancelled=left_out).stopped_from == dt.date(2026, 12, 7)
    assert omitted(8).stopped_from is None


def test_a_warning_waits_until_it_is_acknowledged_in_the_plan_or_beside_it() -> None:
    assert of(WARN, OTHER, NOTE).unacknowledged == (OTHER,)
    both = of(WARN, OTHER, NOTE, beside=(OTHER_SEEN,))
    assert both.unacknowledged == ()
    assert both.acknowledgements == (SEEN, OTHER_SEEN)
    both.must_be_exportable()


def test_what_keeps_a_course_in_is_named() -> None:
    with pytest.raises(RefusedError) as refused:
        of(STOP, WARN, OTHER, NOTE).must_be_exportable()
    assert refused.value.findings == (STOP,)
    with pytest.raises(RefusedError) as refused:
        of(WARN, OTHER, NOTE).must_be_exportable()
    assert refused.value.findings == (OTHER,)
    of(WARN, NOTE).must_be_exportable()


def test_what_only_a_decision_settles_is_not_settled_by_an_acknowledgement() -> None:
    found = begun("cyclophosphamide-monthly", results=["neutrophils 0.9 10^9/L 2026-11-28"])
    (code,) = found.undecided
    assert code in [one.code for one in found.unacknowledged]
    seen = (Acknowledgement(code=code, reason="seen"),)
    still = dataclasses.replace(found, acknowledged=seen)
    assert code in [one.code for one in still.unacknowledged]
    decided = dataclasses.replace(still, proposals=())
    assert code not in [one.code for one in decided.unacknowledged]
