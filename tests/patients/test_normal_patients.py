"""Whom a regimen is for meets no warning; whoever it is not for still does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commands.schedules import main
from dosing.drugs.safety import Answer, Missing, Safety, Whom
from schedules.course.course import Course
from schedules.course.safety import Screening, check_safety
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import OnlyFor, Regimen
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import PlannedAdjustment
from tests.patients.asked import ASKED, NOT_PREGNANT
from tests.patients.test_every_answer import known
from tests.support.places import ROOT
from tests.support.planning import MADE_ON, whole_library

REGIMENS = sorted(path.stem for path in (ROOT / "regimens").glob("*.yaml"))


def belonging_to(regimen: Regimen) -> dict[str, Any]:
    """Return the first worked example's patient, asked everything, with nothing to find.

    Whom alone a regimen is for takes that medicine, or is on that dialysis.
    """
    typed: dict[str, Any] = {
        "label": "ward-7",
        "sex": "male",
        **ASKED,
        **regimen.examples[0].patient,
    }
    if typed["sex"] == "female":
        typed |= NOT_PREGNANT
    for part in regimen.only_for:
        if part.when.takes:
            typed["takes"] = part.when.takes[:1]
        if part.when.dialysis:
            typed["dialysis"] = part.when.dialysis[0]
    return typed


def course_of(name: str, dose: str = "", **other: Any) -> Course:
    library = whole_library()
    regimen = library.regimen(name)
    example = regimen.examples[0]
    # A regimen of another jurisdiction is for a site of it.
    place = [regimen.jurisdiction] if regimen.jurisdiction else library.site.jurisdiction
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site.model_copy(update={"jurisdiction": place}),
        PatientEntry.model_validate({**belonging_to(regimen), **other}),
        first_day=example.start.isoformat(),
        made_on=MADE_ON,
        choices=example.choose,
        dose_text=dose,
        adjustments=[
            PlannedAdjustment(drug=drug, part=part, reason="worked example")
            for drug, part in example.adjust.items()
        ],
    )
    return work_out(plan, library)


def levels(course: Course, code: str) -> list[str]:
    return [one.level for one in course.findings if one.code.startswith(code)]


@pytest.mark.parametrize("name", REGIMENS)
def test_whom_a_regimen_is_for_meets_no_warning(name: str) -> None:
    found = course_of(name).findings
    assert not [(one.level, one.code, one.text) for one in found if one.level != "NOTE"]


def test_a_dose_below_the_usual_one_is_settled_for_the_regimens_own_dose_alone() -> None:
    name, code = "eculizumab-after-plasma-exchange", "limit.usual.below.dose"
    assert levels(course_of(name), "dose.settled") == ["NOTE"]
    assert levels(course_of(name), code) == []
    # 300 mg lie within the hard limit, and are another dose than the 600 mg of the regimen.
    assert levels(course_of(name, dose="300 mg"), code) == ["WARN"]


def test_a_deviation_is_settled_up_to_the_share_that_is_stated() -> None:
    # 70 kg: 140 mg to 125 mg, 10.7 % less; 37 kg: 74 mg to 50 mg, 32.4 % less
    name, of = "azathioprine-reduced-genotype", {"genotype": "intermediate"}
    assert levels(course_of(name, weight="70 kg", **of), "dose.settled") == ["NOTE"]
    assert levels(course_of(name, weight="70 kg", **of), "dose.deviation") == []
    assert "WARN" in levels(course_of(name, weight="37 kg", **of), "dose.deviation")


LAMOTRIGINE = "safety.lamotrigine.medicines.takes_"


@pytest.mark.hazard("H107")
@pytest.mark.parametrize(
    ("name", "takes", "code", "level"),
    [
        ("lamotrigine-with-valproate", ["valproate"], f"{LAMOTRIGINE}valproate", "NOTE"),
        ("lamotrigine-with-valproate", ["none"], "regimen.only_for.1", "WARN"),
        ("lamotrigine-with-inducer", ["phenytoin"], f"{LAMOTRIGINE}carbamazepine", "NOTE"),
        ("lamotrigine-with-inducer", ["none"], "regimen.only_for.1", "STOP"),
        ("lamotrigine-with-inducer", ["phenytoin", "valproate"], "regimen.only_for.2", "STOP"),
        ("lamotrigine", ["valproate"], "regimen.only_for.1", "STOP"),
        ("lamotrigine", ["valproate"], f"{LAMOTRIGINE}valproate", "WARN"),
        ("lamotrigine", ["rifampicin"], "regimen.only_for.2", "WARN"),
        # Where nobody asked it is a NOTE, but where the boxed warning makes it dangerous.
        ("lamotrigine", [], "regimen.only_for.1.unknown", "WARN"),
        ("lamotrigine", [], "regimen.only_for.2.unknown", "NOTE"),
        ("lamotrigine-with-inducer", [], "regimen.only_for.1.unknown", "WARN"),
        ("lamotrigine-with-inducer", [], "regimen.only_for.2.unknown", "WARN"),
        ("lamotrigine-with-valproate", [], "regimen.only_for.1.unknown", "NOTE"),
        ("lamotrigine-reduction", [], "regimen.only_for.1.unknown", "NOTE"),
    ],
)
def test_the_ladder_of_lamotrigine_must_be_that_of_what_is_taken(
    name: str, takes: list[str], code: str, level: str
) -> None:
    assert levels(course_of(name, takes=takes), code) == [level]


def test_a_medicine_that_the_regimen_does_not_imply_still_warns_beside_one_that_it_does() -> None:
    # The regimen is for people who take valproate; of a class that holds it another one is new.
    name = "lamotrigine-with-valproate"
    answer = Answer(
        when=Whom(takes=["valproate", "warfarin"]), level="WARN", text="Both.", source="young"
    )
    assert told(name, "medicines", answer, takes=["valproate"]) == ["NOTE"]
    assert told(name, "medicines", answer, takes=["valproate", "warfarin"]) == ["WARN"]


@pytest.mark.parametrize(
    ("only_for", "about", "level"),
    [
        ({"age": {"at_least": "65 years"}}, {"age": {"at_least": "60 years"}}, "NOTE"),
        ({"age": {"at_least": "65 years"}}, {"age": {"at_least": "66 years"}}, "WARN"),
        ({"age": {"at_least": "65 years"}}, {"age": {"below": "80 years"}}, "WARN"),
        ({"age": {"below": "80 years"}}, {"age": {"below": "80 years"}}, "NOTE"),
        ({"dialysis": ["none"]}, {"dialysis": ["none"]}, "NOTE"),
        ({"dialysis": ["none"]}, {"dialysis": ["none"], "sex": ["male"]}, "WARN"),
        ({"has": ["asthma"]}, {"has": ["asthma"]}, "NOTE"),
        ({"has": ["asthma"]}, {"has": ["asthma", "glaucoma"]}, "NOTE"),
        ({"has": ["glaucoma"]}, {"has": ["asthma"]}, "WARN"),
    ],
)
def test_what_a_regimen_is_only_for_is_a_note_and_nothing_wider(
    only_for: dict[str, Any], about: dict[str, Any], level: str
) -> None:
    answer = Answer(when=Whom.model_validate(about), level="WARN", text="So.", source="young")
    who = {"age": "70 years", "sex": "male", "dialysis": "none", "conditions": ["asthma"]}
    assert told("lamotrigine", "conditions", answer, only_for, **who) == [level]


def told(
    name: str, question: str, answer: Answer, only_for: dict[str, Any] | None = None, **typed: Any
) -> list[str]:
    """Return at which levels one answer of lamotrigine is told, if its file had no other."""
    regimen = whole_library().regimen(name)
    if only_for:
        part = OnlyFor(when=Whom.model_validate(only_for), text="Only.", source="proposed")
        regimen = regimen.model_copy(update={"only_for": [part]})
    found = screened_with(regimen, Safety.model_validate({question: [answer]}), typed)
    return [one.level for one in found.findings if answer.text in one.text]


def screened_with(regimen: Regimen, safety: Safety, typed: dict[str, Any]) -> Screening:
    library = whole_library()
    drug = library.drug("lamotrigine").model_copy(update={"safety": safety})
    library = Library({regimen.id: regimen}, {drug.id: drug}, {}, library.site, terms=library.terms)
    medicines = {phase.name: phase.medicines for phase in regimen.phases}
    entry = PatientEntry.model_validate(typed)
    return check_safety(regimen, library, known(regimen, entry), medicines, {})


@pytest.mark.parametrize(
    ("test", "typed"),
    [
        ("creatinine", {"creatinine": "80 umol/L"}),
        ("egfr", {"clearance": "80 mL/min", "clearance_by": "measured"}),
    ],
)
def test_a_result_that_has_a_field_is_not_missing_where_the_field_was_filled(
    test: str, typed: dict[str, Any]
) -> None:
    answer = Answer(
        when=Whom(missing=Missing(test=test)), level="NOTE", text="Measure it.", source="young"
    )
    assert told("lamotrigine", "laboratory", answer) == ["NOTE"]
    assert told("lamotrigine", "laboratory", answer, **typed) == []


def test_a_man_is_told_nothing_of_a_pregnancy_test() -> None:
    for name in REGIMENS:
        regimen = whole_library().regimen(name)
        if regimen.examples[0].patient.get("sex", "male") == "male":
            texts = [one.text.casefold() for one in course_of(name).findings]
            assert not [text for text in texts if "pregnancy test" in text], name


def test_the_matrix_counts_its_answers_by_mark(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["safety", "mesna", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    # Counted by hand in the file: 7 answers were seen, age 1, conditions 4, medicines 1 and
    # laboratory 1; not seen are that of pregnancy and what is proposed for blood in the urine.
    assert told["counts"] == {
        "seen": 7,
        "not seen": 2,
        "no source found": 3,
        "not yet answered": 0,
    }
    assert list(told["drugs"]) == ["mesna"]


@pytest.mark.parametrize(
    ("level", "text"),
    [("NOTE", "So."), ("WARN", "This holds for everybody whom this regimen is for. So.")],
)
def test_what_is_a_note_already_is_told_in_its_own_words(level: Any, text: str) -> None:
    # Lamotrigine is planned for neuropathic pain in a diabetic polyneuropathy.
    answer = Answer(when=Whom(has=["diabetes"]), level=level, text="So.", source="young")
    safety = Safety.model_validate({"conditions": [answer]})
    found = screened_with(whole_library().regimen("lamotrigine"), safety, {})
    assert [one.text for one in found.findings if one.text.endswith("So.")] == [text]
