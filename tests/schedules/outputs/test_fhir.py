from __future__ import annotations

import functools
import json
import re
from typing import Any

import jsonschema
import pytest
import ucumvert
from fhir.resources.R4B.bundle import Bundle
from lark.exceptions import UnexpectedInput

from dosing.trace import RefusedError
from schedules.course.work_out import work_out
from schedules.outputs.fhir import to_fhir
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement
from tests.support.places import TESTS
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    MADE_ON,
    RITUXIMAB,
    THIOCTIC,
    course_of,
    man,
    whole_library,
)

SCHEMA = TESTS / "fhir" / "r4.schema.json"


@functools.cache
def validator() -> Any:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft6Validator(schema)


@functools.cache
def of_library() -> dict[str, bytes]:
    """Return the bundle of the first example of every regimen, its warnings accepted."""
    library, found = whole_library(), {}
    for regimen in library.regimens.values():
        example = regimen.examples[0]
        plan = make_plan(
            regimen,
            library.knowledge_for(regimen),
            library.site,
            PatientEntry.model_validate({"label": "ward-7", **example.patient}),
            first_day="2026-11-30",
            made_on=MADE_ON,
            choices=example.choose,
        )
        seen = [
            Acknowledgement(code=finding.code, reason="seen")
            for finding in work_out(plan, library).unacknowledged
        ]
        made = work_out(plan.model_copy(update={"acknowledgements": seen}), library)
        if not made.stopped:
            found[regimen.id] = to_fhir(made)
    return found


def resources(data: bytes, kind: str) -> list[dict[str, Any]]:
    entries = json.loads(data)["entry"]
    return [e["resource"] for e in entries if e["resource"]["resourceType"] == kind]


def test_every_regimen_validates_twice() -> None:
    bundles = of_library()
    assert len(bundles) > 100
    for name, data in bundles.items():
        Bundle.model_validate_json(data)
        problems = [
            f"{name}: {error.json_path} {error.message[:200]}"
            for error in validator().iter_errors(json.loads(data))
        ]
        assert not problems


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("entry", 2, "resource", "intent"), 5),
        (("entry", 2, "resource", "authoredOn"), "20-Nov-2026"),
        (("entry", 2, "resource", "dosageInstruction", 0, "doseQuantity"), 5),
        (("type",), "pile"),
    ],
)
def test_the_official_schema_refuses_what_is_wrong(path: tuple[Any, ...], wrong: Any) -> None:
    content = json.loads(to_fhir(course_of(RITUXIMAB)))
    node = content
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = wrong
    assert not validator().is_valid(content)


def test_each_dose_stands_on_its_date_with_its_amount() -> None:
    (request,) = resources(to_fhir(course_of(RITUXIMAB)), "MedicationRequest")
    (dosage,) = request["dosageInstruction"]
    assert dosage["timing"] == {
        "event": [f"2026-{day}T09:00:00+00:00" for day in ("11-30", "12-07", "12-14", "12-21")]
    }
    assert dosage["doseAndRate"] == [
        {
            "doseQuantity": {
                "value": 700,
                "unit": "mg",
                "system": "http://unitsofmeasure.org",
                "code": "mg",
            }
        }
    ]
    assert dosage["route"] == {"text": "intravenous infusion"}
    assert dosage["text"] == "700 mg rituximab, intravenous infusion"
    assert request["medicationCodeableConcept"] == {"text": "rituximab"}
    assert "asNeeded" not in str(request)


def test_unequal_doses_are_requests_of_their_own_and_none_is_lost() -> None:
    found = resources(to_fhir(course_of(IMMUNOGLOBULIN)), "MedicationRequest")
    assert [
        (d["doseAndRate"][0]["doseQuantity"]["value"], len(d["timing"]["event"]))
        for request in found
        for d in request["dosageInstruction"]
    ] == [(30, 3), (25, 2)]


def test_a_time_after_the_clock_change_has_the_new_offset() -> None:
    (request,) = resources(to_fhir(course_of(CYCLOPHOSPHAMIDE)), "MedicationRequest")
    events = request["dosageInstruction"][0]["timing"]["event"]
    assert events[0] == "2026-11-30T09:00:00+00:00"
    assert events[-1] == "2027-04-19T09:00:00+01:00"


@pytest.mark.parametrize("name", ALL)
def test_the_doses_of_the_bundle_are_those_of_the_course(name: str) -> None:
    found = course_of(name)
    given = sorted(
        (event[:16], dosage["doseAndRate"][0]["doseQuantity"]["value"])
        for request in resources(to_fhir(found), "MedicationRequest")
        for dosage in request["dosageInstruction"]
        for event in dosage["timing"]["event"]
    )
    assert given == [
        (f"{row.date}T{row.time:%H:%M}", float(row.dose.amount.magnitude)) for row in found.rows
    ]


def test_it_says_that_it_is_under_review_and_unchecked_and_orders_nothing() -> None:
    data = to_fhir(course_of(RITUXIMAB))
    (plan,) = resources(data, "CarePlan")
    (request,) = resources(data, "MedicationRequest")
    assert (plan["status"], plan["intent"]) == ("draft", "plan")
    assert (request["status"], request["intent"]) == ("draft", "plan")
    for text in (plan["description"], request["note"][-1]["text"]):
        assert "under review" in text
        assert "not checked by a pharmacist" in text
        assert "Posology 0.1.0" in text
    assert plan["identifier"][0]["value"] == course_of(RITUXIMAB).plan.hash


def test_what_depends_on_something_is_marked_as_a_proposal() -> None:
    data = of_library()["cyclophosphamide-euvas"]
    depends = [r for r in resources(data, "MedicationRequest") if r["intent"] == "proposal"]
    assert depends
    for request in depends:
        assert " - ONLY IF " in request["dosageInstruction"][0]["text"]
        assert any(note["text"].startswith("Only if ") for note in request["note"])


def test_procedures_are_service_requests_on_their_dates() -> None:
    found = [r for data in of_library().values() for r in resources(data, "ServiceRequest")]
    assert {r["category"][0]["text"] for r in found} >= {"procedure", "review"}
    assert all(r["occurrenceTiming"]["event"] for r in found)


def test_findings_are_issues_with_the_reason_for_which_they_were_accepted() -> None:
    found = course_of(
        RITUXIMAB, dose="330 mg/m2", acknowledged={"limit.usual.below.dose": "agreed with K."}
    )
    issues = resources(to_fhir(found), "DetectedIssue")
    assert [issue["code"]["text"] for issue in issues] == [f.code for f in found.findings]
    assert [
        i["mitigation"][0]["action"]["text"] for i in issues if i["severity"] == "moderate"
    ] == ["agreed with K."]


@pytest.mark.hazard("H26")
def test_of_the_patient_only_the_label_goes_out() -> None:
    data = to_fhir(course_of(RITUXIMAB, who=man(age="", born="1978-05-04")))
    (patient,) = resources(data, "Patient")
    assert set(patient) == {"resourceType", "id", "identifier"}
    assert patient["identifier"] == [{"system": "urn:posology:label", "value": "ward-7"}]
    assert b"1978" not in data


def test_every_reference_points_into_the_bundle() -> None:
    for data in of_library().values():
        urls = {entry["fullUrl"] for entry in json.loads(data)["entry"]}
        assert len(urls) == len(json.loads(data)["entry"])
        assert set(re.findall(rb'"reference": "([^"]+)"', data)) <= {u.encode() for u in urls}


def test_every_unit_is_ucum() -> None:
    parser = ucumvert.get_ucum_parser()
    pairs = {
        (unit["unit"], unit["code"])
        for data in of_library().values()
        for request in resources(data, "MedicationRequest")
        for unit in (request["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"],)
    }
    assert {("mg", "mg"), ("g", "g"), ("units", "[arb'U]")} <= pairs
    for _, code in {*pairs, ("mcg", "ug"), ("mL", "mL"), ("mmol", "mmol")}:
        parser.parse(code)
    for ours in ("mcg", "units"):
        with pytest.raises(UnexpectedInput):
            parser.parse(ours)


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert to_fhir(course_of(THIOCTIC)) == to_fhir(course_of(THIOCTIC))


def test_a_stopped_course_gives_no_bundle() -> None:
    for dose in ("0.4 mg/kg", "1 g/kg"):
        with pytest.raises(RefusedError):
            to_fhir(course_of(IMMUNOGLOBULIN, dose=dose))
