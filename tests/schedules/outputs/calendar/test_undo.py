"""After random changes and undos every calendar that follows shows what the plan says."""

from __future__ import annotations

from pathlib import Path

import pytest

from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import AddCourse, Change, Defer, Hold, Omit, Undo
from schedules.plans.plan import Plan
from schedules.plans.undo import undone
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    example_of,
    library,
    planned,
    shelved,
)
from tests.support.radicale import followed, radicale
from tests.support.receiver import Receiver, planned_events, shown
from tests.support.undo_trial import Counted, follow, histories, with_oral


@pytest.mark.hazard("H66")
@pytest.mark.parametrize("regimen", ALL)
def test_every_version_leaves_the_doses_of_the_plan_and_nothing_else(regimen: str) -> None:
    counted = Counted()
    for seed in range(3):
        courses = histories(planned(regimen), library(), seed)
        follow(courses, counted)
    assert counted.wrong == []
    assert counted.refused == 0  # no version is older than one that was handed out
    assert counted.undos > 0


@pytest.mark.hazard("H66")
def test_a_taper_whose_steps_are_held_and_gone_back_leaves_no_orphan_either() -> None:
    counted = Counted()
    taper = "prednisolone-daily"
    plan = with_oral(example_of(taper).plan, "run")
    # Histories that draw both: hold, undo, redo, step back; step back, undo, step back, undo.
    for seed in (8, 11):
        follow(histories(plan, shelved(taper), seed, length=6), counted)
    assert counted.wrong == []
    assert counted.refused == 0
    assert {"hold", "step back", "undo"} <= counted.kinds.keys()


def test_a_real_server_follows_changes_and_undos(tmp_path: Path) -> None:
    counted = Counted()
    with radicale(tmp_path) as url:
        courses = histories(planned(THIOCTIC), library(), seed=1)
        follow(followed(courses, url, counted), counted)
    assert counted.wrong == []
    assert counted.undos > 0


def test_a_plan_whose_change_is_taken_out_leaves_a_calendar_wrong() -> None:
    """The trial finds what an undo did that was no change."""
    plan = planned(THIOCTIC)
    [*_, last] = [row for row in work_out(plan, library()).rows if row.route == "oral"][:10]
    omitted = changed(plan, Omit(at=last.place, scope="this day", **SAID))
    calendar = Receiver()
    for course in (work_out(plan, library()), omitted, work_out(plan, library())):
        calendar.take(to_ics(course))
    told = shown(calendar.live)
    assert calendar.refused > 0
    assert told != planned_events(work_out(plan, library()), told)


def test_an_undone_change_within_a_run_of_tablets_leaves_one_run() -> None:
    plan = planned(THIOCTIC)
    [*_, last] = [row for row in work_out(plan, library()).rows if row.route == "oral"][:10]
    omitted = changed(plan, Omit(at=last.place, scope="this day", **SAID))
    changes = undone(omitted.plan.changes, "undo", None, **SAID)
    back = work_out(plan.model_copy(update={"changes": changes}), library())
    calendar = Receiver()
    for course in (work_out(plan, library()), omitted, back):
        calendar.take(to_ics(course))
    runs = [one for one in calendar.live if ", each day" in str(one["SUMMARY"])]
    # One month of tablets after ten days of infusions, from 10 December to 9 January; what the
    # omission had cut off (the day itself, and the rest of the run) is cancelled.
    assert [(str(run.decoded("DTSTART")), str(run.decoded("DTEND"))) for run in runs] == [
        ("2026-12-10", "2027-01-10")
    ]
    assert len(calendar.events) - len(calendar.live) == 2


def test_what_a_change_says_of_course_2_never_comes_to_mean_another_regimen() -> None:
    plan = planned(RITUXIMAB)
    other = planned(CYCLOPHOSPHAMIDE, start="2027-01-04")

    def add() -> AddCourse:
        fields = {name: getattr(other, name) for name in ("regimen", "drugs", "choices")}
        return AddCourse(**fields, first_day=other.first_day, **SAID)

    moved = Defer(at="course 2, pulses cycle 1 day 1", by_days=1, scope="this day", **SAID)
    withdrawn = undone([add()], "undo", None, **SAID)
    changes = [*withdrawn, add(), moved]
    with pytest.raises(ValueError, match="change 3 was decided with other regimens"):
        undone(changes, "redo", 1, **SAID)
    course = work_out(plan.model_copy(update={"changes": changes}), library())
    assert len(course.rows) == 4 + 6


@pytest.mark.parametrize(
    ("undo", "why"),
    [
        ({"kind": "undo", "number": 2}, "names change 2, which is none to undo or redo"),
        ({"kind": "undo", "number": 9}, "names change 9, which is none to undo or redo"),
        ({"kind": "redo", "number": 1}, "redoes change 1, which is in force"),
    ],
)
def test_a_plan_file_whose_undo_names_nothing_is_refused(undo: dict[str, object], why: str) -> None:
    omit = Omit(at="induction cycle 1 day 8", scope="this day", **SAID)
    plan = planned(RITUXIMAB)
    wrong = plan.model_copy(update={"changes": [omit, Undo.model_validate({**undo, **SAID})]})
    with pytest.raises(ValueError, match=why):
        Plan.from_json(wrong.to_json())


def test_the_stamp_of_an_event_never_falls_whatever_clock_it_was_taken_from() -> None:
    plan = planned(RITUXIMAB)
    early = {**SAID, "when": SAID["when"].replace(year=2025)}
    first = changed(plan, Defer(at="cycle 1 day 22", by_days=1, scope="this day", **SAID))
    second = changed(first.plan, Defer(at="cycle 1 day 22", by_days=1, scope="this day", **early))
    assert "DTSTAMP:20251220" not in to_ics(second).decode()
    calendar = Receiver()
    for course in (work_out(plan, library()), first, second):
        calendar.take(to_ics(course))
    assert calendar.refused == 0


@pytest.mark.hazard("H66")
def test_what_an_undo_takes_off_the_timeline_is_cancelled_in_the_calendar() -> None:
    """The doses of an added course, or of a longer step, are in no state of the plan any more."""
    other = planned(CYCLOPHOSPHAMIDE, start="2027-01-04")
    fields = {name: getattr(other, name) for name in ("regimen", "drugs", "choices")}
    taper = "prednisolone-alternate-days"
    back = Hold(kind="step back", at="taper cycle 3 day 1", days=14, **SAID)
    added = AddCourse(**fields, first_day=other.first_day, **SAID)
    trials: list[tuple[Plan, Library, Change]] = [
        (planned(RITUXIMAB), library(), added),
        (example_of(taper).plan, shelved(taper), back),
    ]
    for plan, shelf, change in trials:
        calendar = Receiver()
        calendar.take(to_ics(work_out(plan, shelf)))
        before = shown(calendar.live)
        for changes in ([change], undone([change], "undo", None, **SAID)):
            course = work_out(plan.model_copy(update={"changes": changes}), shelf)
            calendar.take(to_ics(course))
        assert calendar.refused == 0
        assert shown(calendar.live) == before
        gone = [one for one in calendar.events.values() if one not in calendar.live]
        assert any("no longer in the course" in str(one["DESCRIPTION"]) for one in gone)
