from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from dosing.errors import InputError, Problem
from dosing.units import YEAR, in_unit
from schedules.course.work_out import work_out
from schedules.plans.making import earlier_problems
from schedules.plans.patient_entry import read_date, read_patient
from schedules.plans.plan import Plan
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    MADE_ON,
    RITUXIMAB,
    THIOCTIC,
    codes,
    library,
    man,
    planned,
)


def problems_of(regimen: str = RITUXIMAB, **more: Any) -> dict[str, Problem]:
    with pytest.raises(InputError) as caught:
        planned(regimen, **more)
    return {problem.field: problem for problem in caught.value.problems}


# What was typed


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems_of(
        THIOCTIC,
        who=man(weight="70", height="1,75 m", sex="m", age="48", creatinine="80"),
        start="30/11/2026",
        zone="London",
        choices={"iv_days": "9", "speed": "2"},
        dose="10 U",
        times={"teatime": "12:00", "infusion": "9 am"},
    )
    assert set(found) == {
        "weight",
        "height",
        "sex",
        "age",
        "creatinine",
        "first day",
        "zone",
        "iv_days",
        "speed",
        "oral_length",
        "dose",
        "time",
        "time infusion",
    }


def test_what_the_dose_needs_is_asked_for() -> None:
    found = problems_of(RITUXIMAB, who=man(weight="", height=" "))
    assert {field: problem.why for field, problem in found.items()} == {
        "weight": "is missing",
        "height": "is missing",
    }
    assert found["weight"].accepted == "a dose per m2 needs it; write 70 kg"


def test_a_dose_per_kg_by_the_actual_weight_needs_no_height() -> None:
    assert planned(IMMUNOGLOBULIN, who=man(height="", sex="")).patient.height == ""


def test_a_flat_dose_needs_no_size() -> None:
    assert planned(THIOCTIC, who=man(weight="", height="", age="", sex="")).dose == ""


def test_choices_that_are_missing_unknown_or_not_offered_are_refused() -> None:
    found = problems_of(THIOCTIC, choices={"iv_days": "16 days", "mouth": "1 month"})
    assert {field: str(problem) for field, problem in found.items()} == {
        "iv_days": 'iv_days: "16 days" is not offered here; write 10 days to 15 days',
        "mouth": 'mouth: "1 month" is not a choice here; write one of: iv_days, oral_length',
        "oral_length": "oral_length: is not chosen; "
        "write 1 month or 2 months or 30 days or 60 days",
    }


def test_a_regimen_without_choices_says_so() -> None:
    found = problems_of(RITUXIMAB, choices={"doses": "5"})
    assert found["doses"].accepted == "rituximab-weekly has no choices"


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"courses": "2"}, "repeat_every"), ({"repeat_every": "28"}, "courses")],
)
def test_a_repeat_is_chosen_as_a_whole_or_not_at_all(given: dict[str, str], missing: str) -> None:
    assert set(problems_of(IMMUNOGLOBULIN, choices=given)) == {missing}
    planned(IMMUNOGLOBULIN, choices={})


# The label


@pytest.mark.parametrize("label", ["", "ward-7", "7/12 B, bed 3", "Zimmer 4 grün", "x" * 60])
def test_a_short_label_is_kept_as_it_is(label: str) -> None:
    assert planned(RITUXIMAB, who=man(label=label)).patient.label == label


@pytest.mark.parametrize("label", ["x" * 61, "a\nb", "a\tb", "a\x00b", "a\u202eb", "\ud83d"])
def test_a_label_that_is_too_long_or_breaks_a_line_is_refused(label: str) -> None:
    entry = man().model_copy(update={"label": label})
    assert "no name" in problems_of(RITUXIMAB, who=entry)["label"].accepted


def test_a_plan_without_a_label_says_what_that_costs() -> None:
    found = work_out(planned(RITUXIMAB, who=man(label="")), library())
    assert "plan.no_label" in codes(found, "NOTE")
    assert "plan.no_label" not in codes(work_out(planned(RITUXIMAB), library()))


# Age


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("1978-11-30", "2026-11-30", 48),
        ("1978-12-01", "2026-11-30", 47),
        ("1978-11-29", "2026-11-30", 48),
        ("2024-02-29", "2028-02-28", 3),  # the birthday of a leap day is not there yet
        ("2024-02-29", "2028-02-29", 4),
        ("2024-02-29", "2027-02-28", 2),
        ("2024-02-29", "2027-03-01", 3),
        ("1900-01-01", "2026-11-30", 126),
    ],
)
def test_the_age_is_in_completed_years_on_the_first_day(born: str, on: str, years: int) -> None:
    entry = man(age="", born=born)
    found = read_patient(entry, dt.date.fromisoformat(on)).age
    assert found is not None
    assert in_unit(found, YEAR, "age") == years


def test_a_child_below_one_year_has_a_part_of_a_year() -> None:
    found = read_patient(man(age="", born="2026-06-01"), dt.date(2026, 11, 30)).age
    assert found is not None
    # 1 June to 30 November 2026 is 182 days, half a year of 365.25 days.
    assert in_unit(found, YEAR, "age") == pytest.approx(182 / 365.25)


def test_a_birth_date_after_the_first_day_is_refused() -> None:
    assert "after the first day" in problems_of(who=man(age="", born="2026-12-01"))["born"].why


def test_an_age_beside_a_birth_date_is_refused_because_they_may_differ() -> None:
    assert "not both" in problems_of(who=man(age="20 years", born="1950-01-01"))["age"].accepted


# Dates


@pytest.mark.parametrize("text", ["2026-11-30", "30-Nov-2026", " 2026-11-30 "])
def test_a_date_that_can_be_read_in_one_way_is_read(text: str) -> None:
    assert read_date(text, "first day") == dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    "text",
    [
        "30/11/2026",
        "11/30/2026",
        "30.11.2026",
        "30-11-2026",
        "2026-02-29",
        "26-11-30",
        "today",
        "2026-11-30T09:00",
        "20261130",
        "",
        "1.12.26",
    ],
)
def test_a_date_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write 2026-11-30 or 30-Nov-2026"):
        read_date(text, "first day")


@pytest.mark.parametrize("text", ["9999-12-31", "0206-11-30", "1899-12-31", "2200-01-01"])
def test_a_year_that_is_a_slip_of_hand_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write a year from 1900 to 2199"):
        read_date(text, "first day")


# Identity, hash and the file


@pytest.mark.parametrize("name", ALL)
def test_a_plan_file_reads_back_as_the_same_bytes(name: str) -> None:
    plan = planned(
        name,
        who=man(label="Zimmer 4 grün", born="1978-01-31", age="", creatinine="80 umol/L"),
        acknowledged={"limit.usual.above.dose": "decided with the ward"},
    )
    text = plan.to_json()
    again = Plan.from_json(text)
    assert again == plan
    assert again.to_json() == text
    assert again.hash == plan.hash


def test_the_same_plan_has_the_same_identity() -> None:
    assert planned(RITUXIMAB).id == planned(RITUXIMAB).id
    # However the first day was written.
    assert planned(RITUXIMAB, start="30-Nov-2026").id == planned(RITUXIMAB).id


@pytest.mark.parametrize(
    "more",
    [
        {"who": man(label="ward-8")},
        {"who": man(weight="71 kg")},
        {"start": "2026-12-01"},
        {"made_on": dt.date(2026, 11, 21)},
        {"dose": "360 mg/m2"},
    ],
)
def test_another_plan_has_another_identity(more: dict[str, Any]) -> None:
    assert planned(RITUXIMAB, **more).id != planned(RITUXIMAB).id


def test_every_change_of_the_content_changes_the_hash() -> None:
    plan = planned(RITUXIMAB)
    content = plan.model_dump(mode="json")
    seen = {plan.hash}
    changes: list[dict[str, Any]] = [
        {"first_day": "2026-12-01"},
        {"zone": "America/New_York"},
        {"choices": {"a": "b"}},
        {"dose": "360 mg/m2"},
        {"program": "other"},
        {"made_on": "2026-11-21"},
        {"id": "0" * 16},
        {"patient": {**content["patient"], "weight": "71 kg"}},
        {"patient": {**content["patient"], "label": "ward-8"}},
        {"patient": {**content["patient"], "earlier": {"rituximab": "1 g"}}},
        {"regimen": {**content["regimen"], "sha256": "0" * 64}},
        {"drugs": [{**content["drugs"][0], "version": 2}]},
        {"site": {**content["site"], "times": {"infusion": "10:00"}}},
        {"site": {**content["site"], "rounding_tolerance_percent": 5.0}},
        {"acknowledgements": [{"code": "a", "reason": "b", "who": ""}]},
        {"acknowledgements": [{"code": "a", "reason": "c", "who": ""}]},
    ]
    for change in changes:
        seen.add(Plan.from_json(json.dumps({**content, **change})).hash)
    assert len(seen) == len(changes) + 1


def test_a_plan_says_which_files_it_was_made_with() -> None:
    plan = planned(RITUXIMAB)
    assert (plan.regimen.id, [drug.id for drug in plan.drugs]) == (RITUXIMAB, ["rituximab"])
    assert all(len(used.sha256) == 64 for used in (plan.regimen, *plan.drugs))
    assert plan.made_on == MADE_ON


def damaged(**changes: Any) -> str:
    content = planned(THIOCTIC).model_dump(mode="json")
    return json.dumps({key: value for key, value in {**content, **changes}.items() if value != ...})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "plan file: Invalid JSON"),
        ('{"id": ', "plan file: Invalid JSON"),
        ("[1, 2]", "plan file: Input should be an object"),
        ("{}", "plan file, format: is missing; this program reads format 1"),
        ('{"format": 2, "new": true}', 'plan file, format: "2" is not known here'),
        (damaged(zone="Mars"), 'plan file, zone: zone: "Mars" is not a time zone'),
        (damaged(id="../../x"), "plan file, id: "),
        (damaged(first_day="9999-12-31"), "plan file, first_day: "),
        (damaged(first_day="soon"), "plan file, first_day: "),
        (damaged(patient=...), "plan file, patient: "),
        (damaged(patient={"name": "A. B."}), "plan file, patient, name: "),
        (damaged(dosis="1 mg"), "plan file, dosis: "),
        (
            damaged(acknowledgements=[{"code": "a", "reason": ""}]),
            "plan file, acknowledgements, 0, reason: ",
        ),
    ],
)
def test_a_damaged_plan_file_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        Plan.from_json(text)
    assert said in str(caught.value)
    assert "http" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"choices": {}}, "iv_days"),
        ({"choices": {"iv_days": "10", "oral_length": "3 months"}}, "oral_length"),
        ({"choices": {"iv_days": "10", "oral_length": "1 month", "x": "1"}}, "x"),
        ({"regimen": {"id": "nothing", "version": 1, "sha256": "0"}}, "regimen"),
        ({"patient": {"weight": "70"}}, "weight"),
        ({"patient": {"born": "2050-01-01"}}, "born"),
        ({"dose": "600"}, "dose"),
    ],
)
def test_a_plan_file_with_a_wrong_value_is_refused_when_its_course_is_asked_for(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        work_out(Plan.from_json(damaged(**changes)), library())
    assert field in [problem.field for problem in caught.value.problems]


# What was given earlier


def test_earlier_amounts_are_read_like_every_amount() -> None:
    found = problems_of(CYCLOPHOSPHAMIDE, who=man(earlier={"cyclophosphamide": "5,5 g"}))
    assert found["earlier cyclophosphamide"].accepted == "write 5.5 g"


def test_an_earlier_amount_of_another_drug_would_be_counted_nowhere_and_is_refused() -> None:
    regimen = library().regimen(CYCLOPHOSPHAMIDE)
    (found,) = earlier_problems(regimen, {"cyclophosphamid": "5 g", "cyclophosphamide": "5 g"})
    assert found.typed == "cyclophosphamid=5 g"
    assert found.accepted == "write cyclophosphamide"
