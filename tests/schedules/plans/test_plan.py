from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from dosing.errors import InputError
from schedules.course.work_out import work_out
from schedules.plans.plan import Plan
from tests.support.planning import (
    ALL,
    MADE_ON,
    RITUXIMAB,
    THIOCTIC,
    library,
    man,
    planned,
)


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
