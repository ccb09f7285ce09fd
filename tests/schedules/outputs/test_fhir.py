from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import ucumvert
from lark.exceptions import UnexpectedInput

from dosing.trace import RefusedError
from schedules.course.course import Course
from schedules.course.rows import Dated
from schedules.course.work_out import work_out
from schedules.outputs.fhir.bundle import to_fhir
from schedules.outputs.fhir.timing import stretches
from schedules.plans.changes import Change, Omit, Record, Reweigh, Undo
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement, Plan
from tests.support import fhir
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    MADE_ON,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    course_of,
    library,
    man,
    whole_library,
)


@functools.cache
def of_library() -> dict[str, bytes]:
    """Return the bundle of the first example of every regimen."""
    return {name: to_fhir(found) for name, found in courses().items()}


def with_changes(plan: Plan, *changes: Change) -> Course:
    """Return the course of a plan with changes, its warnings accepted."""
    made = changed(plan, *changes)
    seen = [Acknowledgement(code=found.code, reason="seen") for found in made.unacknowledged]
    return work_out(made.plan.model_copy(update={"acknowledgements": seen}), library())


@functools.cache
def courses() -> dict[str, Course]:
    """Return the course of the first example of every regimen, its warnings accepted."""
    shelf, found = whole_library(), {}
    for regimen in shelf.regimens.values():
        example = regimen.examples[0]
        plan = make_plan(
            regimen,
            shelf.knowledge_for(regimen),
            shelf.site,
            PatientEntry.model_validate({"label": "ward-7", **example.patient}),
            first_day="2026-11-30",
            made_on=MADE_ON,
            choices=example.choose,
        )
        seen = [
            Acknowledgement(code=finding.code, reason="seen")
            for finding in work_out(plan, shelf).unacknowledged
        ]
        made = work_out(plan.model_copy(update={"acknowledgements": seen}), shelf)
        if not made.stopped:
            found[regimen.id] = made
    return found


def resources(data: bytes, kind: str) -> list[dict[str, Any]]:
    entries = json.loads(data)["entry"]
    return [e["resource"] for e in entries if e["resource"]["resourceType"] == kind]


def test_every_regimen_is_valid_by_schema_by_models_and_by_invariants() -> None:
    bundles = of_library()
    assert len(bundles) > 100
    found = []
    for number, (name, data) in enumerate(bundles.items()):
        bundle = json.loads(data)
        found += [f"{name}: {problem}" for problem in fhir.malformed(bundle)]
        # FHIRPath is slow, and the parts of one bundle are much like those of another.
        if number % 4 == 0:
            found += [f"{name}: {problem}" for problem in fhir.broken_invariants(bundle)]
    assert found == []


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
    assert not fhir.schema().is_valid(content)


@pytest.mark.parametrize(
    ("path", "wrong", "key"),
    [
        ((2, "dosageInstruction", 0, "timing", "repeat", "when"), ["MORN"], "tim-10"),
        ((2, "dosageInstruction", 0, "timing", "repeat", "periodUnit"), None, "tim-2"),
        ((2, "dosageInstruction", 0, "doseAndRate", 0, "doseQuantity", "system"), None, "qty-3"),
        ((2, "subject", "reference"), "#patient", "ref-1"),
        ((1, "period", "end"), "2020-01-01", "per-1"),
    ],
)
def test_an_invariant_that_does_not_hold_is_named(
    path: tuple[Any, ...], wrong: Any, key: str
) -> None:
    content = json.loads(to_fhir(course_of(RITUXIMAB)))
    node = content["entry"][path[0]]["resource"]
    for step in path[1:-1]:
        node = node[step]
    if wrong is None:
        del node[path[-1]]
    else:
        node[path[-1]] = wrong
    (found,) = fhir.broken_invariants(content)
    assert f": {key} (" in found


def test_each_dose_stands_on_its_date_with_its_amount() -> None:
    first, later = resources(to_fhir(course_of(RITUXIMAB)), "MedicationRequest")
    (dosage,) = later["dosageInstruction"]
    # The first infusion is booked for 210 min and runs by another ladder than the later ones.
    assert dosage["timing"] == {
        "repeat": {
            "boundsPeriod": {"start": "2026-12-07", "end": "2026-12-21"},
            "duration": 150,
            "durationUnit": "min",
            "frequency": 1,
            "period": 7,
            "periodUnit": "d",
            "timeOfDay": ["09:00:00"],
        }
    }
    assert fhir.dates(first["dosageInstruction"][0]["timing"]) == ["2026-11-30T09:00"]
    assert first["dosageInstruction"][0]["timing"]["repeat"]["duration"] == 210
    milligrams = {"unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    rate = {"unit": "mg/h", "system": "http://unitsofmeasure.org", "code": "mg/h"}
    assert dosage["doseAndRate"] == [
        {
            "doseQuantity": {"value": 700, **milligrams},
            # The ladder of later infusions: 100, 200, 300 and 400 mg/h.
            "rateRange": {"low": {"value": 100, **rate}, "high": {"value": 400, **rate}},
        }
    ]
    assert dosage["additionalInstruction"][0]["text"].startswith("100 mg/h for 30 min; 200 mg/h")
    assert dosage["route"] == {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration",
                "code": "IV",
                "display": "Infusion, intravenous",
            }
        ],
        "text": "intravenous infusion",
    }
    assert dosage["text"] == (
        "700 mg rituximab, intravenous infusion, every 7 days at 09:00, "
        "from 07-Dec-2026 to 21-Dec-2026"
    )
    assert later["medicationCodeableConcept"] == {
        "coding": [
            {"system": "http://www.whocc.no/atc", "code": "L01FA01", "display": "rituximab"}
        ],
        "text": "rituximab",
    }
    assert "asNeeded" not in str(later)


def test_a_request_names_its_plan_its_course_and_the_one_before_it() -> None:
    data = to_fhir(course_of(RITUXIMAB))
    (plan,) = resources(data, "CarePlan")
    first, later = resources(data, "MedicationRequest")
    for request in (first, later):
        assert request["basedOn"] == [{"reference": f"urn:uuid:{plan['id']}"}]
    assert first["groupIdentifier"] == later["groupIdentifier"]
    assert "priorPrescription" not in first
    assert later["priorPrescription"] == {"reference": f"urn:uuid:{first['id']}"}


def test_unequal_doses_are_requests_of_their_own_and_none_is_lost() -> None:
    found = resources(to_fhir(course_of(IMMUNOGLOBULIN)), "MedicationRequest")
    assert [
        (d["doseAndRate"][0]["doseQuantity"]["value"], len(fhir.dates(d["timing"])))
        for request in found
        for d in request["dosageInstruction"]
    ] == [(30, 3), (25, 2)]


def test_a_rhythm_is_in_the_time_of_the_ward() -> None:
    (request,) = resources(to_fhir(course_of(CYCLOPHOSPHAMIDE)), "MedicationRequest")
    (dosage,) = request["dosageInstruction"]
    repeat = dosage["timing"]["repeat"]
    assert (repeat["period"], repeat["periodUnit"]) == (28, "d")
    assert repeat["timeOfDay"] == ["09:00:00"]


def on(*days: str, at: str = "09:00") -> list[Dated]:
    return [
        Dated(
            id=day,
            date=dt.date.fromisoformat(day),
            time=dt.time.fromisoformat(at),
            length=dt.timedelta(),
            phase="course",
            cycle=1,
            day=1,
            n=1,
        )
        for day in days
    ]


def test_dates_without_a_rhythm_are_events_each_with_its_own_offset() -> None:
    (found,) = stretches(
        on("2026-11-30", "2026-12-02", "2027-01-20", "2027-04-19"), ZoneInfo("Europe/London")
    )
    assert found.timing.event == [
        "2026-11-30T09:00:00+00:00",
        "2026-12-02T09:00:00+00:00",
        "2027-01-20T09:00:00+00:00",
        "2027-04-19T09:00:00+01:00",
    ]
    assert found.timing.repeat is None


@pytest.mark.parametrize(
    ("days", "words"),
    [
        # Monday, Wednesday and Friday of one week, then of the next.
        (
            ("2026-11-30", "2026-12-02", "2026-12-04", "2026-12-07", "2026-12-09", "2026-12-11"),
            ["each Monday, Wednesday, Friday at 09:00, from 30-Nov-2026 to 11-Dec-2026"],
        ),
        (
            ("2026-11-30", "2027-05-30", "2027-11-30"),
            ["every 6 months at 09:00, from 30-Nov-2026 to 30-Nov-2027"],
        ),
        # A day was left out.
        (
            ("2026-11-30", "2026-12-01", "2026-12-02", "2026-12-04", "2026-12-05", "2026-12-06"),
            [
                "each day at 09:00, from 30-Nov-2026 to 02-Dec-2026",
                "each day at 09:00, from 04-Dec-2026 to 06-Dec-2026",
            ],
        ),
        (("2026-11-30",), ["on 30-Nov-2026 at 09:00"]),
    ],
)
def test_equal_doses_are_as_few_rhythms_as_tell_them(
    days: tuple[str, ...], words: list[str]
) -> None:
    found = stretches(on(*days), ZoneInfo("Europe/London"))
    assert [one.words for one in found] == words
    told = [
        date
        for one in found
        for date in fhir.dates(
            json.loads(one.timing.model_dump_json(by_alias=True, exclude_none=True))
        )
    ]
    assert told == [f"{day}T09:00" for day in days]


def test_two_doses_at_one_time_are_two_events() -> None:
    (found,) = stretches(on("2026-11-30", "2026-11-30"), ZoneInfo("Europe/London"))
    assert found.timing.event == ["2026-11-30T09:00:00+00:00"] * 2


@pytest.mark.parametrize("name", ALL)
def test_the_doses_of_the_bundle_are_those_of_the_course(name: str) -> None:
    assert doses_of(to_fhir(course_of(name))) == rows_of(course_of(name))


def doses_of(data: bytes) -> list[tuple[str, float]]:
    return sorted(
        (date, dosage["doseAndRate"][0]["doseQuantity"]["value"])
        for request in resources(data, "MedicationRequest")
        for dosage in request["dosageInstruction"]
        if request["status"] not in {"cancelled", "stopped"}
        and "asNeededCodeableConcept" not in dosage
        for date in fhir.dates(dosage["timing"])
    )


def rows_of(found: Course) -> list[tuple[str, float]]:
    return sorted(
        (f"{row.date}T{row.time:%H:%M}", float(row.dose.amount.magnitude)) for row in found.rows
    )


@pytest.mark.hazard("H271")
def test_every_timing_of_the_library_tells_the_dates_of_its_course() -> None:
    differ = [
        name for name, found in courses().items() if doses_of(of_library()[name]) != rows_of(found)
    ]
    assert differ == []


def test_german_dosage_generators_can_put_the_oral_requests_into_words() -> None:
    by_mouth = [
        request
        for data in of_library().values()
        for request in resources(data, "MedicationRequest")
        if request["dosageInstruction"][0]["route"]["text"] == "oral"
    ]
    broken = Counter(rule for request in by_mouth for rule in set(fhir.dgmp_problems(request)))
    able = sum(not fhir.dgmp_problems(request) for request in by_mouth)
    assert len(by_mouth) > 250
    assert able / len(by_mouth) >= 0.9, broken


def test_what_is_taken_when_needed_has_its_most_of_a_day() -> None:
    (request,) = (
        one
        for one in resources(of_library()["pyridostigmine-ladder"], "MedicationRequest")
        if "asNeeded" in str(one)
    )
    (dosage,) = request["dosageInstruction"]
    assert request["medicationCodeableConcept"]["coding"][0]["code"] == "A03AB05"
    assert dosage["asNeededCodeableConcept"]["text"].startswith("for cramps of the gut")
    # 15 mg, at most 3 a day
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 15
    most = dosage["maxDosePerPeriod"]
    assert (most["numerator"]["value"], most["numerator"]["code"]) == (45, "mg")
    assert (most["denominator"]["value"], most["denominator"]["code"]) == (1, "d")


def test_a_dose_that_was_given_is_an_administration_of_a_completed_request() -> None:
    record = Record(
        at="cycle 1 day 1", on=dt.date(2026, 11, 30), time="10:15", amount="650 mg", **SAID
    )
    data = to_fhir(with_changes(course_of(RITUXIMAB).plan, record))
    (given,) = resources(data, "MedicationAdministration")
    requests = {one["id"]: one for one in resources(data, "MedicationRequest")}
    asked = requests[given["request"]["reference"].removeprefix("urn:uuid:")]
    assert (given["status"], asked["status"]) == ("completed", "completed")
    assert given["dosage"]["dose"]["value"] == 650
    # Booked for 210 min from the time at which it began.
    assert given["effectivePeriod"] == {
        "start": "2026-11-30T10:15:00+00:00",
        "end": "2026-11-30T13:45:00+00:00",
    }


@pytest.mark.hazard("H270")
def test_a_change_brings_a_new_version_and_withdraws_what_is_asked_for_no_more() -> None:
    plan = course_of(RITUXIMAB).plan
    heavier = Reweigh(
        from_day=dt.date(2026, 12, 14), weight="90 kg", doses="worked out again", **SAID
    )
    before, after = to_fhir(course_of(RITUXIMAB)), to_fhir(with_changes(plan, heavier))
    versions = [
        {(one["meta"]["versionId"], one["meta"]["lastUpdated"]) for one in resources(data, kind)}
        for data in (before, after)
        for kind in ("CarePlan", "MedicationRequest")
    ]
    assert (
        versions
        == [{("1", "2026-11-20T00:00:00Z")}] * 2 + [{("2", "2026-12-20T09:00:00+00:00")}] * 2
    )
    held = store(store([], before), after)
    assert doses_of(json.dumps({"entry": held}).encode()) == rows_of(with_changes(plan, heavier))
    # The same file a second time changes nothing.
    assert store(held, after) == held
    undone = with_changes(plan, heavier, Undo(kind="undo", number=1, **SAID))
    again = store(held, to_fhir(undone))
    assert doses_of(json.dumps({"entry": again}).encode()) == rows_of(course_of(RITUXIMAB))


def store(held: list[Any], data: bytes) -> list[Any]:
    """Return what a server holds after a transaction: each entry stands at its own address."""
    entries = {one["request"]["url"]: one for one in held}
    for entry in json.loads(data)["entry"]:
        address = entry["request"]["url"]
        if entry["request"]["method"] == "PUT" or address not in entries:
            entries[address] = entry
    return list(entries.values())


def test_provenance_says_who_changed_it_when_and_why() -> None:
    changed_plan = with_changes(
        course_of(RITUXIMAB).plan, Omit(at="cycle 1 day 8", scope="this day", **SAID)
    )
    _, change = resources(to_fhir(changed_plan), "Provenance")
    assert change["recorded"] == "2026-12-20T09:00:00+00:00"
    assert change["activity"] == {"text": "omit"}
    assert change["reason"] == [{"text": "neutrophils 0.9"}]
    assert change["agent"][0]["who"] == {"display": "AB"}


def test_every_drug_has_its_atc_code_or_group() -> None:
    found = {
        request["medicationCodeableConcept"]["text"]: request["medicationCodeableConcept"]
        for data in of_library().values()
        for request in resources(data, "MedicationRequest")
    }
    without = [name for name, concept in found.items() if "coding" not in concept]
    assert without == []
    for concept in found.values():
        assert re.fullmatch(r"[A-Z]\d\d[A-Z]{2}(\d\d)?", concept["coding"][0]["code"])


def test_it_says_that_it_is_under_review_and_unchecked_and_orders_nothing() -> None:
    data = to_fhir(course_of(RITUXIMAB))
    (plan,) = resources(data, "CarePlan")
    (request, _) = resources(data, "MedicationRequest")
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
    assert all(fhir.dates(r["occurrenceTiming"]) for r in found)


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
