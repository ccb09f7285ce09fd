"""Each patient of patients.yaml is told what a pharmacist expects, through every door."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from commands.schedules import main
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from schedules.plans.patient_reading import read_date
from tests.patients.asked import ASKED, NOT_PREGNANT
from tests.support.places import TESTS
from tests.support.planning import MADE_ON, whole_library

START = "2026-11-30"
CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    (TESTS / "patients" / "patients.yaml").read_text(encoding="utf-8")
)
TOLD = [case for case in CASES if "level" in case]
NEVER = [case for case in CASES if "never" in case]
NORMAL = [case for case in CASES if "no_warn" in case]
# The cases that the program let pass in silence before it asked.
ONCE_SILENT = [
    "a man of 74 with creatinine 340, as the EUVAS scheme would dose him",
    "mycophenolate in pregnancy",
    "cyclophosphamide in pregnancy",
    "rituximab with hepatitis B",
    "amitriptyline with moclobemide",
    "carbamazepine with warfarin",
    "a misspelt condition",
    "rituximab for a neonate",
    "riluzole for a child of 9",
    "a dialysis regimen for a healthy kidney",
]


def names(cases: list[dict[str, Any]]) -> list[str]:
    return [case["who"] for case in cases]


def course_of(case: dict[str, Any], **more: Any) -> Course:
    typed = {"label": "ward-7", **more, **case["patient"]}
    if "born" in typed:
        typed["born"] = read_date(typed["born"], "born")
    library = whole_library()
    regimen = library.regimen(case["regimen"])
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site,
        PatientEntry.model_validate(typed),
        first_day=START,
        made_on=MADE_ON,
        choices=case.get("choose", {}),
    )
    return work_out(plan, library)


@pytest.mark.hazard("H107")
@pytest.mark.parametrize("case", TOLD, ids=names(TOLD))
def test_a_patient_is_told_what_a_source_says(case: dict[str, Any]) -> None:
    found = course_of(case)
    told = [one for one in found.findings if one.code.startswith(case["code"])]
    fitting = [
        one
        for one in told
        if one.level == case["level"]
        and all(words in one.text.replace("\u00a0", " ") for words in case["words"])
        and case["source"] in str(one.source)
    ]
    assert fitting, [(one.level, one.code, one.text, str(one.source)) for one in found.findings]


@pytest.mark.parametrize("case", NEVER, ids=names(NEVER))
def test_a_patient_is_not_told_what_holds_for_others(case: dict[str, Any]) -> None:
    assert not [one for one in course_of(case).findings if one.code.startswith(case["never"])]


@pytest.mark.parametrize("case", NORMAL, ids=names(NORMAL))
def test_the_patient_whom_a_regimen_is_for_meets_no_warning(case: dict[str, Any]) -> None:
    female = case["patient"]["sex"] == "female"
    found = course_of(case, **ASKED, **(NOT_PREGNANT if female else {}))
    assert not [(one.level, one.text) for one in found.findings if one.level != "NOTE"]
    assert not [one.text for one in found.findings if "not asked" in one.text]


@pytest.mark.hazard("H108")
@pytest.mark.parametrize("who", ONCE_SILENT)
def test_the_command_line_says_the_same(who: str, capsys: pytest.CaptureFixture[str]) -> None:
    (case,) = (case for case in TOLD if case["who"] == who)
    options = {field.name: field.option for field in PATIENT_FIELDS}
    typed = ["plan", case["regimen"], "--start", START, "--label", "ward-7", "--json"]
    for name, value in case["patient"].items():
        for text in value if isinstance(value, list) else [value]:
            typed += [f"--{options[name]}", text]
    for name, text in case.get("choose", {}).items():
        typed += ["--choose", f"{name}={text}"]
    assert main(typed) == (3 if case["level"] == "STOP" else 0)
    told = json.loads(capsys.readouterr().out)
    assert case["level"] in [
        one["level"] for one in told["findings"] if one["code"].startswith(case["code"])
    ]
    assert {one["fact"] for one in told["facts"]} >= {"sex"}
    assert all(set(asked) == EIGHT for asked in told["questions"].values())


EIGHT = {
    "age",
    "pregnancy",
    "kidney",
    "liver",
    "infection",
    "conditions",
    "medicines",
    "laboratory",
}
