"""What goes with a dose: dated beside it, left out with a reason, deciding nothing about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
import pytest
import vobject

from dosing.drugs.file_model import MisplacedError
from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.regimen import Regimen
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.table import dispensing_rows, export_rows
from schedules.plans.changes import Adjust, Defer, Switch
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    SAID,
    changed,
    codes,
    course_of,
    library,
    man,
    planned,
    shelved,
    text_of,
)

DAY = dt.date(2026, 11, 30)
GIVEN = {"premedication": "given"}
PULSE = {"hydration": "given", "antiemetic": "given", "pneumocystis_prophylaxis": "given"}


def lines(course: Course, on: str) -> list[tuple[str, str, str]]:
    return [
        (f"{row.time:%H:%M}", row.drug, str(row.dose)) for row in course.rows if str(row.date) == on
    ]


def test_premedication_is_dated_an_hour_before_each_infusion() -> None:
    # OJRD 2020 box 8: about 60 min before; 70 kg is above 50 kg, so 1 g of paracetamol
    course = course_of(RITUXIMAB, choices=GIVEN)
    for day in ("2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"):
        assert lines(course, day) == [
            ("08:00", "dexchlorpheniramine", "5 mg"),
            ("08:00", "methylprednisolone", "100 mg"),
            ("08:00", "paracetamol", "1,000 mg"),
            ("09:00", "rituximab", "700 mg"),
        ]
    assert len(course.rows) == 16
    beside = [row["beside"] for row in export_rows(course)][:4]
    assert beside == ["60 min before the start of rituximab"] * 3 + [""]
    assert not [code for code in codes(course, "WARN") if code.startswith("limit")]


def test_it_follows_the_infusion_to_another_day_and_another_hour() -> None:
    plan = planned(RITUXIMAB, choices=GIVEN, times={"infusion": "11:30"})
    moved = changed(plan, Defer(at="induction cycle 1 day 8", by_days=2, scope="this day", **SAID))
    assert lines(moved, "2026-12-07") == []
    assert [line[:2] for line in lines(moved, "2026-12-09")] == [
        ("10:30", "dexchlorpheniramine"),
        ("10:30", "methylprednisolone"),
        ("10:30", "paracetamol"),
        ("11:30", "rituximab"),
    ]


def test_up_to_50_kg_paracetamol_goes_by_weight() -> None:
    # 15 mg/kg x 46 kg = 690 mg; 15 x 49.9 = 748.5, down to 740 mg
    for weight, amount in (("46 kg", "690 mg"), ("49.9 kg", "740 mg"), ("51 kg", "1,000 mg")):
        course = course_of(RITUXIMAB, who=man(weight=weight), choices=GIVEN)
        assert {str(row.dose) for row in course.rows if row.drug == "paracetamol"} == {amount}


def test_a_plan_in_which_nobody_decided_has_what_it_always_had() -> None:
    course = course_of(RITUXIMAB)
    assert [str(row.dose) for row in course.rows] == ["700 mg"] * 4
    assert [used.id for used in course.plan.drugs] == ["rituximab"]
    assert "companion" not in course.plan.to_json()
    assert text_of(course, "companion.undecided.premedication").endswith("Nobody decided on it.")


def test_its_events_keep_their_uids_beside_the_companions() -> None:
    def uids(course: Course) -> set[str]:
        calendar = icalendar.Calendar.from_ical(to_ics(course))
        events = calendar.walk("VEVENT")
        return {str(one["uid"]) for one in events if "rituximab" in str(one["summary"])}

    acknowledged = {"check": "seen"}
    without = course_of(RITUXIMAB, acknowledged=acknowledged)
    plan = planned(RITUXIMAB, choices=GIVEN, acknowledged=acknowledged)
    # The id of a plan is made of what was chosen; with the same id the events are the same ones.
    given = work_out(plan.model_copy(update={"id": without.plan.id}), library())
    assert len(uids(without)) == 4
    assert uids(without) == uids(given)


@pytest.mark.hazard("H111")
def test_it_is_left_out_with_a_reason_that_every_output_can_say() -> None:
    course = course_of(RITUXIMAB, choices={"premedication": "left out: allergic to it"})
    assert len(course.rows) == 4
    assert text_of(course, "companion.left_out.premedication") == (
        "Left out, premedication: allergic to it."
    )
    for text in ("left out", "left out: ", "no", "Given"):
        with pytest.raises(InputError) as refused:
            planned(RITUXIMAB, choices={"premedication": text})
        (problem,) = refused.value.problems
        assert problem.accepted == 'write "given", or why not: "left out: allergic to it"'


def test_a_pulse_has_its_fluid_antiemetic_and_tablets() -> None:
    # Practical Neurology, table 11: 1 L in the hour before, 8 mg 15 min before, 480 mg on 3 days
    course = course_of(CYCLOPHOSPHAMIDE, choices=PULSE)
    assert lines(course, "2026-12-28") == [
        ("08:00", "co-trimoxazole", "480 mg"),
        ("08:00", "sodium-chloride", "1,000 mL"),
        ("08:45", "ondansetron", "8 mg"),
        ("09:00", "cyclophosphamide", "1,850 mg"),
    ]
    # 6 cycles x 4 weeks x 3 tablets; 6 bags; 6 ampoules
    packs = {row["drug"]: row["count"] for row in dispensing_rows(course)}
    assert packs["co-trimoxazole"] == 72
    assert packs["sodium chloride 0.9 %"] == 6
    assert packs["ondansetron"] == 6


def test_a_share_of_the_dose_is_no_share_of_its_companions() -> None:
    plan = planned(CYCLOPHOSPHAMIDE, choices=PULSE)
    at = "pulses cycle 2 day 1"
    less = Adjust(at=at, scope="this day", percent=75, of="standard dose", **SAID)
    doses = {drug: dose for _, drug, dose in lines(changed(plan, less), "2026-12-28")}
    # 75 % of 1,844.7 mg is 1,383.5 mg, rounded to 1,400 mg
    assert doses["cyclophosphamide"] == "1,400 mg"
    assert doses["ondansetron"] == "8 mg"
    assert doses["sodium-chloride"] == "1,000 mL"


def test_a_tablet_that_is_moved_moves_no_pulse() -> None:
    plan = planned(CYCLOPHOSPHAMIDE, choices=PULSE)
    moved = changed(plan, Defer(at="pulses cycle 1 day 3", by_days=1, scope="this day", **SAID))
    pulses = [str(row.date) for row in moved.rows if row.drug == "cyclophosphamide"]
    assert pulses[:3] == ["2026-11-30", "2026-12-28", "2027-01-25"]


def test_gates_and_tests_are_those_of_the_pulse() -> None:
    with_all, without = (course_of(CYCLOPHOSPHAMIDE, choices=c) for c in (PULSE, {}))
    watched = [
        [(one.id.partition("/")[2], one.date, one.time) for one in course.tests_and_decisions]
        for course in (with_all, without)
    ]
    assert watched[0] == watched[1]
    assert len(watched[0]) == 12


def test_what_comes_after_the_last_dose_does_not_wait_for_a_companion() -> None:
    # EUVAS: the further pulses begin 21 days after the sixth of 1 March 2027; tablets go on longer
    library = shelved("cyclophosphamide-euvas")
    regimen = library.regimen("cyclophosphamide-euvas")
    dates = []
    for chosen in ({}, {"pneumocystis_prophylaxis": "given"}):
        plan = planned(RITUXIMAB).model_copy(
            update={
                "regimen": library.knowledge_for(regimen)["regimens/cyclophosphamide-euvas"],
                "choices": chosen,
                "patient": man(creatinine="80 umol/L"),
            }
        )
        rows = work_out(plan, library).rows
        dates.append([row.date for row in rows if row.drug == "cyclophosphamide"])
    assert dates[0] == dates[1]
    assert dates[0][6] == dt.date(2027, 3, 22)


def test_another_dose_is_that_of_the_drug_alone() -> None:
    course = course_of(RITUXIMAB, choices=GIVEN, dose="400 mg/m2")
    # 400 x 1.8447 = 737.9 mg, nearest 100 mg
    assert [dose for _, _, dose in lines(course, "2026-11-30")][1:] == [
        "100 mg",
        "1,000 mg",
        "700 mg",
    ]


def test_a_switch_later_on_is_refused_and_says_what_to_do() -> None:
    plan = planned(RITUXIMAB)
    with pytest.raises(InputError, match="is decided when the course is planned"):
        changed(plan, Switch(at="induction cycle 1 day 8", choices=GIVEN, **SAID))


def test_foreign_programs_read_the_lines_around_an_infusion() -> None:
    course = course_of(RITUXIMAB, choices=GIVEN)
    text = to_ics(course)
    events: list[Any] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert len(events) == 16
    first = sorted((event["dtstart"].dt, str(event["summary"])) for event in events)[:4]
    # 08:00 and 09:00 in London on 30 November are UTC
    assert [start.hour for start, _ in first] == [8, 8, 8, 9]
    assert "1,000 mg paracetamol, intravenous infusion" in [text for _, text in first]
    read = next(vobject.readComponents(text.decode()))
    assert len(read.vevent_list) == 16
    described = [e.description.value for e in read.vevent_list if "paracetamol" in e.summary.value]
    assert len(described) == 4
    assert all("60 min before the start of rituximab" in one for one in described)


@pytest.mark.parametrize(
    ("companion", "says"),
    [
        ("fluid", 'no choice named "fluid" is a companion'),
        ("", "may be left out: give both the companion"),
    ],
)
def test_a_companion_has_its_choice_and_takes_along_what_goes_with_it(
    companion: str, says: str
) -> None:
    content = library().regimen(RITUXIMAB).model_dump(mode="json", by_alias=True)
    content["reviewed"]["due"] = dt.date(2027, 11, 20)
    content["examples"] = [{**one, "start": DAY} for one in content["examples"]]
    medicines = content["phases"][0]["medicines"]
    last = {**medicines[-1], "item": "again", "days": "with each dexchlorpheniramine"}
    last["companion"] = companion
    if companion:
        last["days"] = "with each rituximab"
    medicines.append(last)
    with pytest.raises((ValueError, MisplacedError)) as refused:
        Regimen.model_validate(content)
    assert says in str(refused.value)
