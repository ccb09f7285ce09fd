"""Gates and tests around a dose: dated with it, moved with it, answered by a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.gates import gate_named, proposed_changes
from schedules.course.read_change import read_change
from schedules.course.work_out import work_out
from schedules.knowledge.phase import Gate
from schedules.library.reader import read_library
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.changes import AddCourse, Defer, NewFacts, Omit, Result
from tests.support.places import ROOT
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    SAID,
    changed,
    example_of,
    library,
    planned,
    shelved,
    whole_library,
)

ASKED: dict[str, Any] = {
    "name": "neutrophils",
    "what": "neutrophils",
    "days_before": 3,
    "at_least": "1.5",
    "otherwise": ["defer 7 days", "give 75 % of the standard dose"],
    "source": "x",
}


def days(found: Course, kind: str) -> list[str]:
    return [one.date.isoformat() for one in found.tests_and_decisions if one.kind == kind]


def test_a_decision_stands_three_days_before_each_pulse_and_moves_with_it() -> None:
    found = work_out(planned(CYCLOPHOSPHAMIDE), library())
    # three days before 28 December is Christmas Day, three before 4 January New Year's Day
    assert days(found, "decision")[:2] == ["2026-11-27", "2026-12-24"]
    defer = Defer(at="cycle 2 day 1", by_days=7, scope="later", **SAID)
    moved = changed(planned(CYCLOPHOSPHAMIDE), defer)
    assert days(moved, "decision")[:2] == ["2026-11-27", "2026-12-31"]


def test_the_count_at_its_lowest_is_dated_from_the_pulse_as_it_was_moved() -> None:
    # day 11 of a pulse is ten days after it: 10 Dec; 7 Jan becomes 14 Jan
    defer = Defer(at="cycle 2 day 1", by_days=7, scope="later", **SAID)
    moved = changed(planned(CYCLOPHOSPHAMIDE), defer)
    assert days(moved, "monitoring")[:2] == ["2026-12-10", "2027-01-14"]


def test_a_result_is_shown_at_its_decision_and_moves_nothing() -> None:
    result = Result(at="pulses cycle 2 day 1", gate="neutrophils", value="0.9", **SAID)
    plain = work_out(planned(CYCLOPHOSPHAMIDE), library())
    found = changed(planned(CYCLOPHOSPHAMIDE), result)
    assert [row.date for row in found.rows] == [row.date for row in plain.rows]
    outcomes = [one.outcome for one in found.tests_and_decisions if one.kind == "decision"]
    assert outcomes[:3] == ["", "0.9 x 10^9/L, not reached", ""]


def test_the_gates_of_an_added_regimen_stand_beside_its_own_doses() -> None:
    known = library().knowledge_for(library().regimen(CYCLOPHOSPHAMIDE))
    added = AddCourse(
        regimen=known[f"regimens/{CYCLOPHOSPHAMIDE}"],
        drugs=[known["drugs/cyclophosphamide"]],
        first_day=dt.date(2027, 1, 4),
        choices={},
        **SAID,
    )
    result = Result(at="course 2, pulses cycle 1 day 1", gate="neutrophils", value="0.9", **SAID)
    found = changed(planned(RITUXIMAB), added, result)
    # Three days before 4 January is New Year's Day, so the day before that; and of the pulse 28
    # days later, Friday 29 January. Rituximab has no gate.
    decisions = [one for one in found.tests_and_decisions if one.kind == "decision"]
    assert [one.date.isoformat() for one in decisions[:2]] == ["2026-12-31", "2027-01-29"]
    assert {one.course_number for one in decisions} == {2}
    assert [one.outcome for one in decisions[:2]] == ["0.9 x 10^9/L, not reached", ""]
    first_pulse = next(row for row in found.rows if row.course_number == 2)
    assert gate_named("neutrophils", first_pulse, found.regimens).days_before == 3


@pytest.mark.hazard("H71")
def test_a_gate_that_is_not_reached_proposes_what_the_regimen_says() -> None:
    result = Result(at="pulses cycle 2 day 1", gate="neutrophils", value="0.9", **SAID)
    (proposal,) = changed(planned(CYCLOPHOSPHAMIDE), result).proposals
    assert proposal.dose.place == "pulses cycle 2 day 1"
    offered = proposed_changes(proposal.changes, proposal.dose.place, proposal.why)
    assert [(one.kind, one.typed.get("by"), one.typed.get("give")) for one in offered] == [
        ("defer", "7 days", None),
        ("adjust", None, "75 % of the standard dose"),
    ]
    enough = Result(at="pulses cycle 2 day 1", gate="neutrophils", value="1.5", **SAID)
    assert changed(planned(CYCLOPHOSPHAMIDE), enough).proposals == ()


@pytest.mark.parametrize(
    "name",
    [
        CYCLOPHOSPHAMIDE,
        f"{CYCLOPHOSPHAMIDE}-mesna",
        f"{CYCLOPHOSPHAMIDE}-mesna-oral",
        "plasma-exchange-twice-then-cyclophosphamide",
    ],
)
def test_every_pulse_that_may_be_moved_alone_waits_for_the_neutrophils(name: str) -> None:
    regimen = read_library(ROOT, only=name).regimen(name)
    (gate,) = regimen.phases[-1].gates
    assert (gate.name, gate.at_least, gate.days_before) == ("neutrophils", "1.5", 3)
    assert gate.otherwise == ["defer 7 days", "give 75 % of the standard dose"]


@pytest.mark.parametrize(
    ("value", "verdict"), [("1.5", "reached"), ("1.49", "not reached"), ("9", "reached")]
)
def test_a_gate_is_reached_at_its_bound_and_not_below(value: str, verdict: str) -> None:
    result = Result(at="pulses cycle 1 day 1", gate="neutrophils", value=value, **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), result)
    states = found.gate_states[found.rows[0].id]
    assert [state.verdict for state in states if state.test == "neutrophils"] == [verdict]


def test_a_result_that_is_no_number_is_refused() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    typed = {"from": "pulses cycle 1 day 1", "gate": "neutrophils", "value": "1,5"}
    with pytest.raises(InputError, match="is not a number"):
        read_change("result", typed, work_out(plan, library()), library(), **SAID)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at_least": ""},
        {"at_most": "1.0"},
        {"otherwise": []},
        {"otherwise": ["give 75 %"]},
        {"at_least": "1,5"},
    ],
)
def test_a_gate_that_cannot_be_read_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Gate.model_validate({**ASKED, **wrong})


def test_decisions_stand_in_the_text_of_their_dose_or_as_events_as_the_site_chooses() -> None:
    found = work_out(planned(CYCLOPHOSPHAMIDE), library())
    noted = to_ics(found).decode()
    assert noted.count("BEGIN:VEVENT") == 6
    assert noted.replace("\r\n ", "").count("neutrophils at least 1.5") == 6
    choice = found.plan.site.calendar.model_copy(update={"watch": "event"})
    # six pulses, six decisions, six counts at the lowest
    assert to_ics(found, choice=choice).decode().count("BEGIN:VEVENT") == 18


def test_a_gate_may_have_an_upper_bound_alone() -> None:
    upper = {"at_least": "", "at_most": "3", "otherwise": ["defer 7 days"]}
    gate = Gate.model_validate({**ASKED, **upper})
    assert "at most 3" in str(gate)
    assert gate.bounds == (None, 3)


def test_a_proposal_is_typed_as_a_person_would_type_it() -> None:
    why = "neutrophils 0.9 x 10^9/L"
    defer, give = proposed_changes(ASKED["otherwise"], "pulses cycle 2 day 1", why)
    about = {"from": "pulses cycle 2 day 1", "why": why}
    share = {"give": "75 % of the standard dose", "scope": "day"}
    assert (give.kind, give.typed) == ("adjust", {**about, **share})
    assert (defer.kind, defer.typed) == ("defer", {**about, "by": "7 days", "scope": "later"})


def test_a_result_answers_the_gate_of_its_name_at_its_place_and_the_last_one_counts() -> None:
    def entered(value: str, gate: str = "neutrophils", at: str = "pulses cycle 2 day 1") -> Result:
        return Result(at=at, gate=gate, value=value, **SAID)

    def outcomes(*results: Result) -> list[str]:
        found = changed(planned(CYCLOPHOSPHAMIDE), *results)
        return [one.outcome for one in found.tests_and_decisions if one.kind == "decision"][:3]

    assert outcomes(entered("0.9"), entered("1.6"))[1] == "1.6 x 10^9/L, reached"
    assert outcomes(entered("1.6"), entered("0.9"))[1] == "0.9 x 10^9/L, not reached"
    third = entered("1.6", at="pulses cycle 3 day 1")
    assert outcomes(entered("0.9"), third) == [
        "",
        "0.9 x 10^9/L, not reached",
        "1.6 x 10^9/L, reached",
    ]


def test_a_decision_keeps_its_identity_wherever_it_moves() -> None:
    # Calendars cancel and update events by it.
    defer = Defer(at="cycle 2 day 1", by_days=7, scope="later", **SAID)
    plan = planned(CYCLOPHOSPHAMIDE)
    for found in (work_out(plan, library()), changed(plan, defer)):
        own = [one.id.partition("/")[2] for one in found.tests_and_decisions]
        assert "pulses/2/1/decision neutrophils/1" in own
        assert [one for one in own if one.startswith("pulses/2/11/monitoring ")]


def test_a_gate_that_a_phase_does_not_have_is_answered_with_those_that_it_has() -> None:
    found = work_out(planned(CYCLOPHOSPHAMIDE), library())
    with pytest.raises(InputError, match="write one of: neutrophils"):
        gate_named("platelets", found.rows[0], found.regimens)


def test_to_leave_a_dose_out_is_proposed_for_its_day_alone() -> None:
    (omit,) = proposed_changes(["omit"], "pulses cycle 2 day 1", "-")
    assert (omit.kind, omit.typed["scope"]) == ("omit", "day")


def test_a_count_is_dated_from_the_dose_before_it_on_its_own_day_of_the_cycle() -> None:
    # EUVAS: pulses on days 1, 15 and 29, then every 21 days; day 39 is ten days after day 29
    found = example_of("cyclophosphamide-euvas")
    first = [row for row in found.rows if row.phase == "pulses"]
    counts = [one for one in found.tests_and_decisions if one.what.startswith("full blood count")]
    third = next(row for row in first if row.day == 29)
    own = next(one for one in counts if one.day == 39)
    assert own.date == third.date + dt.timedelta(days=10)
    assert own.id.endswith("/39/monitoring full blood count at its lowest/1")
    assert [one.day for one in counts if one.phase == "pulses"][:3] == [11, 25, 39]
    # where the third pulse is put off, so is the count after it, and none before
    defer = Defer(at=third.place, by_days=1, scope="this day", **SAID)
    plan = found.plan.model_copy(update={"changes": [defer]})
    later = work_out(plan, shelved("cyclophosphamide-euvas"))
    moved = [
        (one.day, (two.date - one.date).days)
        for one, two in zip(found.tests_and_decisions, later.tests_and_decisions, strict=True)
        if one.date != two.date
    ]
    assert moved == [(39, 1)]


def test_a_decision_shows_the_result_of_the_first_dose_of_its_cycle() -> None:
    # mesna follows cyclophosphamide on the same day
    found = example_of("cyclophosphamide-monthly-mesna")
    (first, *_) = [row for row in found.rows if row.cycle == 2]
    result = Result(at=first.place, gate="neutrophils", value="0.9", **SAID)
    plan = found.plan.model_copy(update={"changes": [result]})
    own = work_out(plan, shelved("cyclophosphamide-monthly-mesna")).tests_and_decisions
    assert {one.n for one in own} == {1}
    assert [one.outcome for one in own if one.kind == "decision"][:3] == [
        "",
        "0.9 x 10^9/L, not reached",
        "",
    ]


def test_a_test_on_the_day_of_a_dose_moves_with_that_dose() -> None:
    # daily tablets; the first count is on day 8
    found = example_of("cyclophosphamide-oral")
    defer = Defer(at="daily cycle 1 day 8", by_days=1, scope="this day", **SAID)
    plan = found.plan.model_copy(update={"changes": [defer]})
    later = work_out(plan, shelved("cyclophosphamide-oral"))

    def first_count(course: Course) -> dt.date:
        return next(one.date for one in course.tests_and_decisions if one.day == 8)

    assert first_count(later) == first_count(found) + dt.timedelta(days=1)


def test_a_result_for_one_dose_alone_is_a_finding_of_its_own() -> None:
    result = Result(at="pulses cycle 2 day 1", gate="neutrophils", value="0.9", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), result)
    (finding,) = [one for one in found.findings if one.code == "gate.neutrophils"]
    assert finding.level == "WARN"
    assert finding.text == (
        "Pulses cycle 2 day 1 (Mon 28-Dec-2026): neutrophils: 0.9 x 10^9/L, not reached; to be "
        "decided. Proposed: defer 7 days, or give 75 % of the standard dose. Take one, or decline "
        "with a reason."
    )


def test_a_review_shows_the_results_of_its_own_regimen_in_a_second_course() -> None:
    plan = example_of("prednisolone-alternate-days").plan
    fresh = library().knowledge_for(library().regimen(RITUXIMAB))
    added = AddCourse(
        regimen=fresh[f"regimens/{RITUXIMAB}"],
        drugs=[fresh["drugs/rituximab"]],
        first_day=dt.date(2027, 1, 4),
        choices={},
        **SAID,
    )
    facts = NewFacts(
        from_day=dt.date(2027, 2, 5), facts={"results": ["EMG worse 2027-02-05"]}, **SAID
    )
    found = work_out(plan.model_copy(update={"changes": [added, facts]}), whole_library())
    shown = [one.outcome for one in found.occasions if one.kind == "review" and one.outcome]
    assert shown == ["EMG worse of 05-Feb-2027, not reached"]


def test_a_test_before_the_first_dose_is_dated_from_that_dose() -> None:
    # tablets each day from 30 November; those of the first 8 days are left out, the last moves
    found = example_of("cyclophosphamide-oral")
    last = found.rows[-1]
    changes = [
        *(Omit(at=f"daily cycle 1 day {n}", scope="this day", **SAID) for n in range(1, 9)),
        Defer(at=last.place, by_days=5, scope="this day", **SAID),
    ]
    plan = found.plan.model_copy(update={"changes": changes})
    later = work_out(plan, shelved("cyclophosphamide-oral"))
    assert later.rows[0].day == 9
    counts = [one.date for one in later.tests_and_decisions if one.day == 8]
    assert counts == [dt.date(2026, 12, 7)]
