"""Genotype, severity, and parts of the standard dose: proposed and named, applied by a person."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.conditions import When, find_table_problems
from dosing.errors import InputError
from dosing.names import GENOTYPES
from dosing.numbers import read_share
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan, PlannedAdjustment
from tests.schedules.course.test_kidney import only, planned
from tests.support.planning import MADE_ON, codes, text_of

MAINTENANCE, REDUCED = "azathioprine-maintenance", "azathioprine-reduced-genotype"
MAN = {
    "weight": "70 kg",
    "height": "175 cm",
    "sex": "male",
    "age": "48 years",
    "clearance": "90 mL/min",
    "clearance_by": "cystatin C",
}


def adjusted(name: str, parts: dict[str, str], choices: Any = None, **patient: Any) -> Course:
    regimen = only(name).regimen(name)
    plan = make_plan(
        regimen,
        only(name).knowledge_for(regimen),
        only(name).site,
        PatientEntry.model_validate({"label": "ward-7", **MAN, **patient}),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=choices or {},
        adjustments=[
            PlannedAdjustment(drug=drug, part=text, reason="as proposed", who="AB")
            for drug, text in parts.items()
        ],
    )
    return work_out(plan, only(name))


def amounts(found: Course) -> list[float]:
    """Return the amounts in mg, each once, in the order of their dates."""
    return list(dict.fromkeys(row.dose.amount.magnitude for row in found.rows))


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("75 %", 0.75),
        ("75%", 0.75),
        ("0.75", 0.75),
        ("three quarters", 0.75),
        ("a quarter", 0.25),
        ("A  Quarter", 0.25),
        ("half", 0.5),
        ("12.5 %", 0.125),
        ("120 %", 1.2),
    ],
)
def test_a_part_is_read_as_people_write_it(text: str, factor: float) -> None:
    assert read_share(text) == factor


@pytest.mark.parametrize(
    "text", ["75", "1", "0", "0 %", "201 %", "0,75", "-0.5", "75 mg", "most of it", ""]
)
@pytest.mark.hazard("H32")
def test_a_bare_number_is_no_part_of_a_dose(text: str) -> None:
    with pytest.raises(InputError, match=r"write 75 %, 0.75 or three quarters"):
        read_share(text)


def test_every_genotype_has_just_one_band_or_a_reason_for_none() -> None:
    def words(*bands: list[str]) -> list[When]:
        return [When.model_validate({"genotype": band}) for band in bands]

    whole = words(["normal"], ["intermediate", "both intermediate"])
    assert list(find_table_problems(whole)) == ["a gap: no condition holds for genotype poor"]
    assert not list(find_table_problems(whole, words(["poor"])))
    twice = list(find_table_problems(whole, words(["poor", "normal"])))
    assert twice == [
        "an overlap: genotype normal and genotype poor or normal both hold for genotype normal"
    ]
    with pytest.raises(ValueError, match="Input should be"):
        words(["fast"])
    with pytest.raises(ValueError, match="each once"):
        words(["poor", "poor"])


def test_every_severity_of_the_choice_has_just_one_band() -> None:
    bands = [When(severity=["mild"]), When(severity=["severe"])]
    assert not list(find_table_problems(bands, severities=["mild", "severe"]))
    assert list(find_table_problems(bands, severities=["mild", "severe", "late"])) == [
        "a gap: no condition holds for severity late"
    ]
    (unknown,) = find_table_problems(bands, severities=["mild"])
    assert unknown == "severity severe: is not a word of the choice severity"


@pytest.mark.parametrize(
    ("genotype", "doses"),
    # worked example 5A: 52.5 to 140 mg, so 50 to 125; 35 to 87.5 mg, so 25 to 75
    [("intermediate", [50, 125]), ("both intermediate", [25, 75])],
)
def test_a_reduced_genotype_has_a_reduced_dose(genotype: str, doses: list[float]) -> None:
    assert amounts(adjusted(REDUCED, {}, {"step_length": "28 days"}, genotype=genotype)) == doses


@pytest.mark.parametrize(
    ("name", "genotype"),
    [("azathioprine", word) for word in GENOTYPES if word != "normal"]
    + [(REDUCED, "normal"), (REDUCED, "poor"), (MAINTENANCE, "poor")],
)
@pytest.mark.hazard("H33")
def test_another_genotype_is_stopped_with_the_reason(name: str, genotype: str) -> None:
    choices = {} if name == MAINTENANCE else {"step_length": "28 days"}
    found = adjusted(name, {}, choices, genotype=genotype)
    assert found.rows == ()
    said = text_of(found, "band.not_for")
    assert genotype in said
    assert ("must not have" if genotype == "poor" else "see azathioprine") in said


def test_a_genotype_that_is_missing_or_unknown_is_named_with_the_words() -> None:
    for typed, why in (("", "is missing"), ("fast", "is not known here")):
        with pytest.raises(InputError) as error:
            adjusted(MAINTENANCE, {}, genotype=typed)
        (problem,) = error.value.problems
        assert (problem.field, problem.why) == ("genotype", why)
        assert "normal, intermediate, both intermediate or poor" in problem.accepted


@pytest.mark.parametrize(
    ("end", "severity", "units"),
    [
        ("lower", "nasopharynx", 40000),
        ("upper", "nasopharynx", 60000),
        ("lower", "throat or larynx up to 48 hours", 20000),
        ("upper", "3 days or more or swelling of the neck", 120000),
    ],
)
def test_antitoxin_is_dosed_by_severity_alone(end: str, severity: str, units: float) -> None:
    found = planned(f"diphtheria-antitoxin-{end}", {"severity": severity})
    assert amounts(found) == [units]


def test_a_severity_is_asked_for_with_its_words() -> None:
    with pytest.raises(InputError) as error:
        planned("diphtheria-antitoxin-lower", {"severity": "bad"})
    assert '"nasopharynx"' in error.value.problems[0].accepted
    with pytest.raises(InputError, match="is not chosen"):
        planned("diphtheria-antitoxin-lower")


@pytest.mark.hazard("H32")
def test_with_allopurinol_nothing_is_planned_until_a_quarter_is_applied() -> None:
    found = adjusted(MAINTENANCE, {}, genotype="normal", takes=["Allopurinol 100 mg"])
    assert found.stopped
    said = text_of(found, "adjust.azathioprine.1")
    assert "a quarter of the standard dose of azathioprine, 43.75 mg for 175 mg" in said
    assert "not applied by itself" in said


def test_an_applied_part_is_a_step_and_settles_the_proposal() -> None:
    found = adjusted(
        MAINTENANCE, {"azathioprine": "25 %"}, genotype="normal", takes=["allopurinol"]
    )
    assert amounts(found) == [25]  # worked example 5A: 43.75, down to 25 mg
    steps = {step.what: step for step in found.rows[0].dose.steps}
    why = steps["adjusted"].why.replace("\u00a0", " ")
    assert why == "25 % of the standard dose: as proposed (AB)"
    assert steps["adjusted"].value_text.replace("\u00a0", " ") == "43.75 mg"
    assert "adjust.azathioprine.1" in codes(found, "NOTE")
    assert text_of(found, "dose.adjusted.azathioprine").startswith("25 % of the standard dose")
    assert not found.stopped


def test_a_part_above_the_proposed_one_settles_nothing() -> None:
    found = adjusted(
        MAINTENANCE, {"azathioprine": "26 %"}, genotype="normal", takes=["allopurinol"]
    )
    assert found.stopped


@pytest.mark.parametrize("parts", [{}, {"azathioprine": "25 %"}, {"azathioprine": "10 %"}])
def test_with_febuxostat_no_reduced_dose_is_shown_and_none_settles_it(
    parts: dict[str, str],
) -> None:
    found = adjusted(MAINTENANCE, parts, genotype="normal", takes=["febuxostat"])
    assert [(f.level, f.code) for f in found.findings if "febuxostat" in f.text] == [
        ("STOP", "safety.azathioprine.medicines.takes_febuxostat")
    ]
    assert not [code for code in codes(found) if code.startswith("adjust.azathioprine")]


def test_a_poor_kidney_proposes_a_half_and_applies_nothing() -> None:
    found = adjusted(MAINTENANCE, {}, genotype="normal", clearance="28.9 mL/min")
    assert amounts(found) == [175]
    assert "adjust.azathioprine.2" in codes(found, "WARN")
    assert "50 % of the standard dose of azathioprine, 87.5 mg for 175 mg" in text_of(
        found, "adjust.azathioprine.2"
    )
    found = adjusted(
        MAINTENANCE, {"azathioprine": "half"}, genotype="normal", clearance="28 mL/min"
    )
    assert amounts(found) == [75]  # 87.5, down to 75 mg
    assert "adjust.azathioprine.2" not in codes(found, "WARN")
    found = adjusted(MAINTENANCE, {}, genotype="normal", clearance="31 mL/min")
    assert "adjust.azathioprine.2" not in codes(found)


def test_what_cannot_be_ruled_out_is_noted_as_all_that_was_not_asked() -> None:
    found = adjusted(MAINTENANCE, {}, genotype="normal", clearance="", clearance_by="")
    assert "adjust.azathioprine.2.unknown" in codes(found, "NOTE")
    assert "Without clearance" in text_of(found, "adjust.azathioprine.2.unknown")


def test_duloxetine_is_to_be_avoided_below_30() -> None:
    found = adjusted("duloxetine", {}, clearance="29.9 mL/min")
    assert "Proposed: avoid duloxetine." in text_of(found, "adjust.duloxetine.1")
    assert "adjust.duloxetine.1" in codes(found, "WARN")
    assert "adjust.duloxetine.1" not in codes(adjusted("duloxetine", {}, clearance="30 mL/min"))


@pytest.mark.parametrize(
    ("age", "code", "said"),
    # 1.5 and 1 mg/kg less 0.5 mg/kg: 105 to 70 mg and 70 to 35 mg for 70 kg
    [
        ("70 years", "adjust.cyclophosphamide.1", "70 mg for 105 mg"),
        ("71 years", "adjust.cyclophosphamide.2", "35 mg for 70 mg"),
    ],
)
def test_oral_cyclophosphamide_is_proposed_lower_for_a_poor_kidney(
    age: str, code: str, said: str
) -> None:
    choices = {"length": "3 months"}
    found = adjusted("cyclophosphamide-oral", {}, choices, age=age, clearance="25 mL/min")
    assert said in text_of(found, code)


def test_the_proposal_for_tablets_does_not_concern_a_pulse_by_vein() -> None:
    found = planned("cyclophosphamide-monthly", **{**MAN, "clearance": "25 mL/min"})
    assert not [code for code in codes(found) if code.startswith("adjust.")]


def test_ciclosporin_at_5_mg_per_kg_is_by_the_weight_that_the_file_names() -> None:
    choices = {"days_to_review": "14 days"}
    woman = {"weight": "110 kg", "height": "165 cm", "sex": "female", "age": "52 years"}
    # worked examples 5C and 5D: 350 mg a day, 175 twice; ideal weight, 285 mg a day: 150 and 125
    assert amounts(adjusted("ciclosporin-5-mg-per-kg", {}, choices)) == [175]
    ideal = adjusted("ciclosporin-5-mg-per-kg-ideal-weight", {}, choices, **woman)
    assert amounts(ideal) == [150, 125]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"rituximab": "50 %"}, "is not a drug of this regimen"),
        ({"azathioprine": "75"}, "is not a part of the standard dose"),
    ],
)
def test_an_adjustment_that_makes_no_sense_is_refused(parts: dict[str, str], why: str) -> None:
    with pytest.raises(InputError, match=why):
        adjusted(MAINTENANCE, parts, genotype="normal")


def test_two_parts_of_one_dose_are_refused_in_a_plan_file_too() -> None:
    found = adjusted(MAINTENANCE, {"azathioprine": "50 %"}, genotype="normal")
    twice = found.plan.model_copy(update={"adjustments": [*found.plan.adjustments] * 2})
    with pytest.raises(InputError, match="is given twice"):
        work_out(Plan.from_json(twice.to_json()), only(MAINTENANCE))


def test_the_plan_file_keeps_part_reason_and_who() -> None:
    found = adjusted(MAINTENANCE, {"azathioprine": "a quarter"}, genotype="normal")
    (kept,) = Plan.from_json(found.plan.to_json()).adjustments
    assert (kept.drug, kept.part, kept.reason, kept.who) == (
        "azathioprine",
        "a quarter",
        "as proposed",
        "AB",
    )


PROPOSAL = {
    "if_taking": ["x"],
    "propose": "half",
    "level": "WARN",
    "text": "Less.",
    "source": "made",
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"propose": "50"}, "is not a part"),
        ({"propose": "80 % to 30 %"}, "low is not below high"),
        ({"if_taking": []}, "needs when or if_taking"),
        ({"propose": ""}, "is missing"),
    ],
)
def test_a_proposal_that_does_not_hold_is_refused_at_load(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ProposedAdjustment.model_validate({**PROPOSAL, **change})


def test_a_proposed_range_is_read_with_both_ends() -> None:
    assert ProposedAdjustment.model_validate({**PROPOSAL, "propose": "30 % to 80 %"}).parts == (
        0.3,
        0.8,
    )


def test_what_a_dose_becomes_is_written_with_five_digits() -> None:
    # 2.5 mg/kg x 70.333 kg are 175.8325 mg, a half 87.91625 mg
    found = adjusted(MAINTENANCE, {}, genotype="normal", clearance="28 mL/min", weight="70.333 kg")
    assert "87.916 mg for 175.83 mg" in text_of(found, "adjust.azathioprine.2")


def settled_by_a_part(monkeypatch: pytest.MonkeyPatch, part: str, **proposed: Any) -> list[str]:
    """Return what is said of the first proposal of azathioprine, were it another, of a part."""
    drugs = only(MAINTENANCE).drugs
    first, *others = drugs["azathioprine"].adjustments
    other = ProposedAdjustment.model_validate({**PROPOSAL, "source": first.source, **proposed})
    mine = drugs["azathioprine"].model_copy(update={"adjustments": [other, *others]})
    monkeypatch.setitem(drugs, "azathioprine", mine)
    found = adjusted(MAINTENANCE, {"azathioprine": part}, genotype="normal", takes=["x"])
    return [f.text[:8] for f in found.findings if f.code == "adjust.azathioprine.1"]


def test_a_part_within_a_proposed_range_settles_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # proposed are 30 % to 80 %: 75 % is enough, 85 % is not
    wide = {"propose": "30 % to 80 %"}
    assert settled_by_a_part(monkeypatch, "75 %", **wide) == ["Settled:"]
    assert settled_by_a_part(monkeypatch, "85 %", **wide) == ["Proposed"]


def test_a_drug_is_not_taken_beside_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settled_by_a_part(monkeypatch, "85 %", if_taking=["azathioprine"]) == []
    assert settled_by_a_part(monkeypatch, "85 %") == ["Proposed"]
