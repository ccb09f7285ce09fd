from __future__ import annotations

import contextlib
import copy
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from commands import posology
from dosing.errors import InputError
from schedules.course.work_out import work_out
from schedules.knowledge.days import DAYS_TEXT
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.yaml_file import parse_quickly
from schedules.library.draft_text import draft_text
from schedules.library.read_plan_definition import Draft, read_plan_definition
from schedules.library.write_plan_definition import to_plan_definition
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from tests.support import fhir
from tests.support.planning import MADE_ON, RITUXIMAB, whole_library

# Three patients each are compared for one regimen in so many; for the rest one.
SAMPLE = 6


@functools.cache
def written() -> dict[str, bytes]:
    library = whole_library()
    return {one.id: to_plan_definition(one, library.drugs) for one in library.stated.values()}


@functools.cache
def drafts() -> dict[str, Draft]:
    drugs = whole_library().drugs
    return {name: read_plan_definition(content, drugs) for name, content in written().items()}


def regimen_of(draft: Draft) -> Regimen:
    """Return the regimen of a draft once a person has seen what it says of missed doses."""
    document = json.loads(json.dumps(draft.document))
    for missed in document.get("missed", ()):
        document["sources"][missed["source"]]["confirmed"] = True
    return Regimen.model_validate_json(json.dumps(document))


def meaning(regimen: Regimen) -> dict[str, Any]:
    """Return what a regimen says, but what a draft never claims; "1 to 3" is 1, 2 and 3."""
    found: dict[str, Any] = regimen.model_dump(mode="json", by_alias=True, exclude={"status"})
    for source in found["sources"].values():
        del source["confirmed"]
    for phase in found["phases"]:
        for part in (*phase["medicines"], *phase["procedures"]):
            run = DAYS_TEXT.fullmatch(part["days"]) if isinstance(part["days"], str) else None
            if run:
                part["days"] = list(range(int(run[1]), int(run[2]) + 1))
    return found


def test_every_regimen_is_valid_fhir_with_nothing_contained() -> None:
    found = []
    for number, (name, content) in enumerate(written().items()):
        if number % SAMPLE == 0:
            bundle = json.loads(content)
            problems = (*fhir.malformed(bundle), *fhir.broken_invariants(bundle))
            found += [f"{name}: {problem}" for problem in problems]
    assert found == []


def test_every_regimen_comes_back_as_it_went_out_and_nothing_is_open() -> None:
    library = whole_library()
    assert len(drafts()) == len(library.stated) > 100
    differ = [
        name
        for name, draft in drafts().items()
        if draft.questions or meaning(regimen_of(draft)) != meaning(library.stated[name])
    ]
    assert differ == []


def test_words_about_a_missed_dose_are_not_taken_before_somebody_saw_their_source() -> None:
    draft = next(one for one in drafts().values() if one.document.get("missed"))
    with pytest.raises(ValidationError, match="a missed dose needs a source that was seen"):
        Regimen.model_validate_json(json.dumps(draft.document))


def test_the_same_patients_have_the_same_course_by_what_came_back() -> None:
    library, differ = whole_library(), []
    for number, (name, draft) in enumerate(drafts().items()):
        before, after = library.stated[name], regimen_of(draft)
        for patient in patients(before, 3 if number % SAMPLE == 0 else 1):
            if doses(before, library, patient) != doses(after, library, patient):
                differ.append(f"{name}: {patient}")
    assert differ == []


def patients(regimen: Regimen, count: int) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return patients of the worked examples; where those are fewer, the first with more weight."""
    found = [(one.patient, one.choose) for one in regimen.examples][:count]
    first, choices = found[0]
    heavier = [{**first, "weight": weight} for weight in ("61 kg", "83 kg")]
    return [*found, *((one, choices) for one in heavier)][:count]


def doses(
    regimen: Regimen, library: Library, who: tuple[dict[str, str], dict[str, str]]
) -> list[tuple[str, str, str, str]]:
    own = library.with_only(regimen, library.site)
    patient, choices = who
    plan = make_plan(
        regimen,
        own.knowledge_for(regimen),
        own.site,
        PatientEntry.model_validate({"label": "ward-7", **patient}),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=choices,
    )
    found = work_out(plan, own)
    rows = [(f"{r.date} {r.time}", r.drug, r.route, str(r.dose.amount)) for r in found.rows]
    return [*rows, *((f"{o.date} {o.time}", o.what, o.kind, "") for o in found.occasions)]


def test_a_dose_cycle_and_source_stand_in_elements_of_fhir() -> None:
    plan, *definitions = (one["resource"] for one in json.loads(written()[RITUXIMAB])["entry"])
    assert (plan["resourceType"], plan["status"]) == ("PlanDefinition", "draft")
    label = next(one for one in plan["relatedArtifact"] if one["label"] == "label")
    assert label["type"] == "citation"
    assert label["citation"] == "MabThera, EU product information"
    assert label["url"].startswith("https://ec.europa.eu/")
    first = plan["action"][0]["action"][0]
    assert first["definitionCanonical"] == f"{definitions[0]['url']}|1"
    assert definitions[0]["productCodeableConcept"]["coding"][1]["code"] == "L01FA01"
    assert definitions[0]["dosage"][0]["doseAndRate"][0]["doseQuantity"] == {
        "value": 375,
        "unit": "mg/m2",
        "system": "http://unitsofmeasure.org",
        "code": "mg/m2",
    }
    days, *rest = first["extension"]
    assert [day["valueInteger"] for day in days["extension"]] == [1, 8, 15, 22]
    window = next(one for one in rest if one["url"] == "urn:posology:extension:window")
    assert {"url": "least_gap", "valueString": "5 days"} in window["extension"]


def test_a_draft_is_yaml_that_says_where_each_figure_stood() -> None:
    for number, (name, draft) in enumerate(drafts().items()):
        if number % SAMPLE == 0:
            text = draft_text(draft, f"{name}.json")
            again = json.loads(json.dumps(parse_quickly(text.encode()), default=str))
            assert again == draft.document, name
    lines = draft_text(drafts()[RITUXIMAB], "r.json").splitlines()
    (dose,) = (line for line in lines if '375 mg/m2"  #' in line)
    place = "Bundle.entry[1].resource.dosage[0].doseAndRate[0].doseQuantity.value"
    assert dose.strip() == f'dose: "375 mg/m2"  # {place}'
    assert "Nobody has confirmed a figure of it" in lines[0]
    assert "confirmed: true" not in "\n".join(lines)


def order_template() -> dict[str, Any]:
    """Return a template of another house, built as the example KDN5 of the R4 specification is.

    Actions that only group, a cycle of 21 days as a duration, days 1 and 8, doses in words.
    """
    minutes = {"repeat": {"duration": 30, "durationUnit": "min"}}
    definitions = [
        {
            "resourceType": "ActivityDefinition",
            "id": number,
            "status": "draft",
            "productCodeableConcept": {"text": drug},
            "dosage": [{"text": text, "timing": copy.deepcopy(minutes), "route": {"text": "IV"}}],
        }
        for number, drug, text in (
            ("1111", "rituximab", "1250 mg/m² IV over 30 minutes"),
            ("2222", "carboplatin", "AUC 5 IV over 30 minutes"),
        )
    ]
    days = "http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle"
    drugs = [
        {
            "id": "action-1",
            "extension": [
                {"url": days, "extension": [{"url": "day", "valueInteger": d} for d in (1, 8)]}
            ],
            "textEquivalent": "1250 mg/m² IV over 30 minutes on days 1 and 8",
            "definitionCanonical": "#1111",
        },
        {
            "id": "action-2",
            "extension": [{"url": days, "extension": [{"url": "day", "valueInteger": 1}]}],
            "relatedAction": [{"actionId": "action-1", "relationship": "concurrent-with-start"}],
            "definitionCanonical": "#2222",
        },
    ]
    cycle = {
        "id": "cycle-definition-1",
        "textEquivalent": "21-day cycle for 6 cycles",
        "timingTiming": {"repeat": {"count": 6, "duration": 21, "durationUnit": "d"}},
        "action": drugs,
    }
    return {
        "resourceType": "PlanDefinition",
        "id": "KDN5",
        "contained": definitions,
        "status": "draft",
        "title": "An order template",
        "publisher": "Another house",
        "relatedArtifact": [{"type": "citation", "citation": "Oudard S, et al. J Urol. 2007"}],
        "action": [
            {
                "selectionBehavior": "exactly-one",
                "action": [{"selectionBehavior": "all", "action": [cycle]}],
            }
        ],
    }


def cycle_of(template: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = template["action"][0]["action"][0]["action"][0]
    return found


def read(template: dict[str, Any]) -> Draft:
    return read_plan_definition(json.dumps(template).encode(), whole_library().drugs)


def open_at(draft: Draft) -> dict[str, str]:
    return {".".join(map(str, place)): question for place, question in draft.questions}


def test_a_template_of_another_house_is_read_as_far_as_it_goes() -> None:
    draft = read(order_template())
    (phase,) = draft.document["phases"]
    assert phase["cycle"] == {"every": "21 days", "count": 6}
    first, second = phase["medicines"]
    assert (first["drug"], first["dose"], first["days"]) == ("rituximab", "1250 mg/m2", [1, 8])
    assert (first["booked"]["first"], second["days"]) == ("30 min", [1])
    assert draft.passed_over == ("status", "publisher")
    asked = open_at(draft)
    assert asked["phases.0.medicines.1.drug"].startswith('no drug here is called "carboplatin"')
    assert "AUC 5" in asked["phases.0.medicines.1.dose"]
    assert asked["phases.0.medicines.0.surface"] == "the formula of the surface: mosteller"
    assert {"reviewed.due", "examples", "for", "phases.0.medicines.0.per_cycle"} <= asked.keys()
    text = draft_text(draft, "kdn5.json")
    place = "PlanDefinition.action[0].action[0].action[0].timingTiming.repeat"
    assert f'every: "21 days"  # {place}.duration' in text
    assert f"count: 6  # {place}.count" in text
    assert 'dose: "1250 mg/m2"  # PlanDefinition.contained[0].dosage[0].text, in words' in text
    assert "surface: # OPEN: the formula of the surface: mosteller" in text


def test_the_number_of_cycles_is_asked_for_where_it_is_absent() -> None:
    template = order_template()
    del cycle_of(template)["timingTiming"]["repeat"]["count"]
    asked = open_at(read(template))["phases.0.cycle.count"]
    assert asked == (
        'the number of cycles is not stated. The words say "21-day cycle for 6 cycles".'
    )


def test_days_in_prose_are_asked_for() -> None:
    template = order_template()
    del cycle_of(template)["action"][0]["extension"]
    asked = open_at(read(template))["phases.0.medicines.0.days"]
    assert asked == (
        'the days stand in words only: "1250 mg/m² IV over 30 minutes on days 1 and 8"'
    )


@pytest.mark.parametrize(
    ("words", "repeat", "asked"),
    [
        # Tablets on 14 of 28 days: the duration is how long they are taken.
        (
            "28-day cycle",
            {"count": 6, "duration": 14, "durationUnit": "d"},
            "the length of the cycle: its timing says 14 days, its words 28-day cycle",
        ),
        (
            "cycle",
            {"count": 6, "duration": 14, "durationUnit": "d", "period": 28, "periodUnit": "d"},
            "the length of the cycle: 28 days as its period, 14 days as its duration",
        ),
    ],
)
def test_a_cycle_of_28_days_written_as_a_duration_of_14_is_asked_about(
    words: str, repeat: dict[str, Any], asked: str
) -> None:
    template = order_template()
    cycle_of(template).update(textEquivalent=words, timingTiming={"repeat": repeat})
    assert open_at(read(template))["phases.0.cycle.every"] == asked


def test_a_day_after_the_end_of_its_cycle_is_asked_about() -> None:
    template = order_template()
    cycle_of(template).update(
        textEquivalent="", timingTiming={"repeat": {"duration": 7, "durationUnit": "d"}}
    )
    asked = open_at(read(template))["phases.0.medicines.0.days"]
    assert asked == "day 8 is after the 7 days of the cycle; days [1, 8]"


def test_a_dose_that_two_places_state_differently_is_asked_about() -> None:
    template = order_template()
    quantity = {"value": 1000, "unit": "mg/m2"}
    template["contained"][0]["dosage"][0]["doseAndRate"] = [{"doseQuantity": quantity}]
    asked = open_at(read(template))["phases.0.medicines.0.dose"]
    assert asked == 'the dose: 1000 mg/m2 as a quantity, "1250 mg/m2 IV over 30 minutes" in words'


def test_a_unit_and_its_code_that_differ_are_asked_about() -> None:
    template = order_template()
    dosage = template["contained"][0]["dosage"][0]
    quantity = {"value": 1250, "unit": "mg/m2", "code": "g/m2"}
    dosage["doseAndRate"] = [{"doseQuantity": quantity}]
    asked = open_at(read(template))["phases.0.medicines.0.dose"]
    assert asked == 'the dose: 1250 mg/m2, whose code is "g/m2"'
    del quantity["unit"]
    quantity["code"] = "mg/m2"
    assert read(template).document["phases"][0]["medicines"][0]["dose"] == "1250 mg/m2"


def places(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every part of a file."""
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from places(value, (*at, key))


@pytest.mark.parametrize("wrong", [None, -1, "x", [], {"a": 1}])
def test_a_file_of_the_wrong_shape_is_read_or_refused_in_words(wrong: object) -> None:
    every = list(places(order_template()))
    assert len(every) > 60
    for at in every:
        template: Any = order_template()
        node = template
        for step in at[:-1]:
            node = node[step]
        node[at[-1]] = wrong
        # Anything but a refusal fails the test.
        with contextlib.suppress(InputError):
            draft_text(read(template), "x.json")


def test_a_computed_dose_is_asked_for() -> None:
    template = order_template()
    expression = {"language": "text/fhirpath", "expression": "%bsa * 1250"}
    template["contained"][0]["dynamicValue"] = [{"path": "dosage", "expression": expression}]
    assert '"%bsa * 1250"' in open_at(read(template))["phases.0.medicines.0.dose"]


@pytest.mark.hazard("H272")
def test_everything_that_cannot_be_read_is_refused_at_once_by_its_place() -> None:
    template = order_template()
    template["goal"] = [{"description": {"text": "remission"}}]
    template["action"][0]["action"].append({"title": "another arm", "action": []})
    cycle = cycle_of(template)
    cycle["condition"] = [{"kind": "applicability"}]
    cycle["extension"] = [{"url": "http://example.org/dose-cap", "valueString": "2 g"}]
    cycle["action"][1]["definitionCanonical"] = "#3333"
    template["contained"][0]["dosage"][0]["asNeededBoolean"] = True
    with pytest.raises(InputError) as refused:
        read(template)
    places = {problem.field.removeprefix("PlanDefinition.") for problem in refused.value.problems}
    inside = "action[0].action[0].action[0]"
    assert places >= {
        "goal",
        "action[0].selectionBehavior",
        f"{inside}.condition",
        f"{inside}.extension[0]",
        f"{inside}.action[1].definitionCanonical",
        "contained[0].dosage[0].asNeededBoolean",
    }


def test_an_extension_that_stands_many_times_is_told_once() -> None:
    # Guides of decision support state the same one up to 73 times in one file.
    template = order_template()
    url = "http://hl7.org/fhir/StructureDefinition/cqf-logicDefinition"
    template["extension"] = [{"url": url, "valueString": str(n)} for n in range(73)]
    with pytest.raises(InputError) as refused:
        read(template)
    assert [(problem.field, problem.why) for problem in refused.value.problems] == [
        ("PlanDefinition.extension[0]", f'extension "{url}" is not known, 73 times from here on')
    ]


def test_a_rule_of_decision_support_is_named_as_one() -> None:
    # As in the CDC's guide on opioids: alternatives in words, each without a definition.
    titles = ("Prescribe a lower dose", "Dismiss")
    choice = {"selectionBehavior": "exactly-one", "action": [{"title": one} for one in titles]}
    rule = {"resourceType": "PlanDefinition", "status": "active", "action": [choice]}
    with pytest.raises(InputError, match="is a rule of decision support, no regimen"):
        read(rule)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "is not JSON"),
        (b"[]", "is no PlanDefinition"),
        (b'{"resourceType": "Patient"}', "is no PlanDefinition"),
        (b'{"resourceType": "Bundle", "entry": []}', "holds 0 PlanDefinitions"),
        (b"\xff", "is not JSON"),
    ],
)
def test_what_is_no_plan_definition_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_plan_definition(content, {})


def test_the_commands_write_one_and_read_it_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, draft = tmp_path / "r.json", tmp_path / "r.yaml.draft"
    assert posology.main(["show", RITUXIMAB, "--fhir", str(file)]) == 0
    assert file.read_bytes() == written()[RITUXIMAB]
    assert capsys.readouterr().out == "PlanDefinition written: r.json.\n"
    assert posology.main(["import", str(file), "--out", str(draft)]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "Draft written: r.yaml.draft. It is not used for planning.\n",
        "",
    )
    assert draft.read_text(encoding="utf-8") == draft_text(drafts()[RITUXIMAB], "r.json")
    assert posology.main(["import", str(file), "--out", str(tmp_path / "r.yaml")]) == 2
    assert 'out: "r.yaml" is no name of a draft; write r.yaml.draft' in capsys.readouterr().err
    template = order_template()
    file.write_text(json.dumps(template), encoding="utf-8")
    assert posology.main(["import", str(file), "--out", str(draft)]) == 0
    assert "open: phases 1, medicines 2, drug: no drug here" in capsys.readouterr().err
    template["goal"] = [{"description": {"text": "remission"}}]
    file.write_text(json.dumps(template), encoding="utf-8")
    assert posology.main(["import", str(file)]) == 2
    assert "PlanDefinition.goal" in capsys.readouterr().err


def test_a_primitive_extension_and_a_subject_are_left_behind_by_name() -> None:
    template = order_template()
    template["subjectReference"] = {"reference": "Patient/example"}
    template["relatedArtifact"][0]["_type"] = {"extension": [{"url": "urn:a", "valueCode": "a"}]}
    assert "subjectReference" in read(template).passed_over


def test_a_dose_that_only_an_extension_states_is_asked_for() -> None:
    """As the example of the R4 specification states that of carboplatin, by the AUC."""
    template = order_template()
    (dosage,) = template["contained"][1]["dosage"]
    auc = [{"url": "http://mockup.org/fhir/AUC-dose", "valueInteger": 5}]
    dosage["doseAndRate"] = [{"doseQuantity": {"extension": auc}}]
    assert open_at(read(template))["phases.0.medicines.1.dose"] == (
        'the dose: an extension states it, its words are "AUC 5 IV over 30 minutes"'
    )


def test_a_drug_may_be_a_medication_that_its_definition_contains() -> None:
    """As the example of the R4 specification states citalopram: one tablet, whatever it holds."""
    template = order_template()
    definition = template["contained"][0]
    del definition["productCodeableConcept"]
    definition["productReference"] = {"reference": "#tablet"}
    tablet = {"resourceType": "Medication", "id": "tablet", "code": {"text": "rituximab"}}
    definition["contained"] = [tablet]
    definition["relatedArtifact"] = [{"type": "composed-of", "resource": "#tablet"}]
    quantity = {"description": "30", "language": "text/cql", "expression": "30"}
    definition["dynamicValue"] = [{"path": "dispenseRequest.quantity", "expression": quantity}]
    draft = read(template)
    assert draft.document["phases"][0]["medicines"][0]["drug"] == "rituximab"
    assert open_at(draft)["phases.0.medicines.0.dose"] == (
        'the dose; the file computes: dispenseRequest.quantity is "30"; its words are '
        '"1250 mg/m2 IV over 30 minutes"'
    )
