"""What is understood of a patient: states, organs, results and words, each from what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import InputError
from dosing.units import ordinary_spaces
from schedules.course.facts import (
    KIDNEY_DISEASE,
    Known,
    check_result,
    read_results,
    unknown_words,
    with_kidney_disease,
)
from schedules.course.known_facts import Fact
from schedules.course.organs import kidney_in_words
from schedules.plans.patient_entry import PatientEntry
from tests.patients.test_every_answer import known
from tests.support.planning import RITUXIMAB, whole_library


def read(**typed: Any) -> Known:
    return known(whole_library().regimen(RITUXIMAB), PatientEntry.model_validate(typed))


@pytest.mark.parametrize(
    ("typed", "pregnant", "could_become", "breast_feeding"),
    [
        ({"sex": "female"}, None, None, None),
        ({"sex": "male"}, False, False, False),
        ({"pregnant": "yes"}, True, False, None),
        ({"pregnant": "yes", "could_become_pregnant": "yes"}, True, True, None),
        ({"pregnant": "yes", "could_become_pregnant": "no"}, True, False, None),
        ({"pregnant": "no"}, False, None, None),
        ({"could_become_pregnant": "no"}, False, False, None),
        ({"could_become_pregnant": "yes"}, None, True, None),
        ({"conditions": ["pregnancy"], "breast_feeding": "no"}, True, False, False),
    ],
)
def test_who_is_pregnant_cannot_become_it_and_who_was_not_asked_is_neither(
    typed: dict[str, Any],
    pregnant: bool | None,
    could_become: bool | None,
    breast_feeding: bool | None,
) -> None:
    assert read(**typed).states == {
        "pregnant": pregnant,
        "could become pregnant": could_become,
        "breast-feeding": breast_feeding,
    }


def test_the_newest_class_of_the_liver_holds() -> None:
    newest = "Child-Pugh B 2026-11-20"
    found = read(results=[newest, "Child-Pugh A 2026-11-01"])
    assert found.liver == "Child-Pugh B"
    assert found.measured["liver"] == (Fact("result", newest),)
    with pytest.raises(InputError, match="stands beside liver Child-Pugh C"):
        read(results=[newest], liver="Child-Pugh C")


def test_the_facts_behind_a_clearance_are_those_that_it_was_computed_from() -> None:
    typed = Fact("clearance", "25 mL/min")
    measured = read(clearance=typed.value, clearance_by="measured").measured["clearance"]
    assert measured == (typed, Fact("clearance by", "measured"))
    # without an age, a weight and a sex there is none
    assert "clearance" not in read(creatinine="300 umol/L").measured


MAN = {"age": "40 years", "sex": "male", "weight": "70 kg", "height": "175 cm"}
BOY = {"age": "10 years", "sex": "male", "weight": "30 kg", "height": "140 cm"}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (MAN, ["creatinine", "age", "weight", "sex"]),
        (BOY, ["creatinine", "age", "height", "weight"]),
        (MAN | {"cystatin_c": "1 mg/L"}, ["cystatin C", "age", "weight", "height", "sex"]),
        # a child's goes by the creatinine whatever the cystatin C: that formula is for adults
        (BOY | {"cystatin_c": "1 mg/L"}, ["creatinine", "age", "height", "weight"]),
        (BOY | {"cystatin_c": "1 mg/L", "sex": ""}, ["creatinine", "age", "height", "weight"]),
        (MAN | {"dry_weight": "66 kg"}, ["creatinine", "age", "weight", "dry weight", "sex"]),
        (MAN | {"weight": "", "dry_weight": "66 kg"}, ["creatinine", "age", "dry weight", "sex"]),
    ],
)
def test_a_clearance_that_is_calculated_names_what_its_formula_takes(
    typed: dict[str, Any], names: list[str]
) -> None:
    # man of 70 kg: 100 x 70 x 88.4 / (72 x 200) = 43 mL/min, of 66 kg 41; boy, Schwartz:
    # 36.5 x 140 / 200 = 26 mL/min/1.73 m2; cystatin C of 1 mg/L is far above 60
    found = read(creatinine="200 umol/L", **typed)
    assert [fact.name for fact in found.measured["clearance"]] == names
    by_cystatin = names[0] == "cystatin C"
    typed_disease = with_kidney_disease(found, by_dialysis=True).has.typed.get(KIDNEY_DISEASE)
    assert typed_disease == (None if by_cystatin else Fact("creatinine", "200 umol/L"))


@pytest.mark.parametrize(
    ("condition", "kind"),
    [("peritoneal dialysis", "peritoneal"), ("haemodialysis", "haemodialysis")],
)
def test_dialysis_typed_as_a_condition_is_the_field(condition: str, kind: str) -> None:
    assert read(conditions=["hepatitis B", condition]).dialysis == kind
    assert read(conditions=[condition], dialysis=kind).dialysis == kind
    other = {"peritoneal": "haemodialysis", "haemodialysis": "peritoneal"}[kind]
    with pytest.raises(InputError, match=f"stands beside dialysis {other}"):
        read(conditions=[condition], dialysis=other)


def test_everything_that_was_typed_is_a_fact_and_a_label_is_none() -> None:
    typed = {"earlier": {"cyclophosphamide": "10 g"}, "weight": "70 kg", "conditions": ["gout"]}
    assert set(read(label="ward-7", **typed).facts) == {
        Fact("earlier", "cyclophosphamide=10 g"),
        Fact("weight", "70 kg"),
        Fact("condition", "gout"),
    }


def test_a_word_that_is_not_known_has_near_ones_and_one_known_in_part_has_none() -> None:
    (near,) = unknown_words("condition", ["IgA deficency"], whole_library().terms.conditions)
    assert near.level == "WARN"
    assert near.text == (
        'condition "IgA deficency": not known here: nothing was checked about it. '
        "Did you mean IgA deficiency?"
    )
    (part,) = unknown_words("condition", ["asthma of the deep"], whole_library().terms.conditions)
    assert part.text == (
        'condition "asthma of the deep": only asthma is known here: '
        "nothing was checked about the rest."
    )
    assert unknown_words("condition", ["asthma"], whole_library().terms.conditions) == []


def test_a_result_of_a_test_that_is_not_known_is_named_without_its_numbers() -> None:
    (said,) = check_result("widgets 0.9 10^9/L 2026-11-28", whole_library().terms)
    assert said.code == "fact.unknown_word.widgets"
    assert said.text.startswith('result "widgets": not known here')
    (said,) = check_result("3 2026-11-28", whole_library().terms)
    assert said.text.startswith('result "3 2026-11-28": not known here')
    assert check_result("white cells 3 10^9/L 2026-11-28", whole_library().terms) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("neutrophils many 2026-11-28", r"is no result of neutrophils here; write 10\^9/L"),
        ("neutrophils 2026-11-28", "is no result of neutrophils here"),
        ("urine dipstick blood 3 2026-11-28", "write .*positive"),
    ],
)
def test_a_result_that_cannot_be_read_is_answered_with_what_can(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_result(text, whole_library().terms)
    with pytest.raises(InputError, match=said):
        read_results([text], whole_library().terms)


@pytest.mark.parametrize(("number", "impaired"), [("59.9", True), ("60", False)])
def test_a_clearance_below_60_is_kidney_disease_and_one_of_60_rules_it_out(
    number: str, impaired: bool
) -> None:
    # KDIGO: below 60 mL/min is impaired
    measured = read(clearance=f"{number} mL/min", clearance_by="measured")
    found = with_kidney_disease(measured, by_dialysis=True).has
    facts = (Fact("clearance", f"{number} mL/min"), Fact("clearance by", "measured"))
    assert found.typed.get(KIDNEY_DISEASE) == (facts[0] if impaired else None)
    assert found.ruled_out.get(KIDNEY_DISEASE) == (None if impaired else facts)


def test_who_is_on_dialysis_has_kidney_disease_and_who_was_not_measured_has_nothing() -> None:
    dialysed = with_kidney_disease(read(dialysis="haemodialysis"), by_dialysis=True)
    assert dialysed.has.typed[KIDNEY_DISEASE] == Fact("dialysis", "haemodialysis")
    # a child's clearance needs the height: all its facts are there, and no number
    child = {"age": "6 years", "weight": "20 kg", "sex": "male", "creatinine": "40 umol/L"}
    for typed in ({"dialysis": "none"}, {}, child):
        found = with_kidney_disease(read(**typed), by_dialysis=True).has
        assert KIDNEY_DISEASE not in found.typed
        assert not found.ruled_out


def test_the_number_that_stands_for_the_kidney_is_said() -> None:
    assert kidney_in_words(read(dialysis="haemodialysis")) == "Dialysis: haemodialysis."
    assert kidney_in_words(read()) == ""
    # five digits: 101.234567 is 101.23
    said = ordinary_spaces(kidney_in_words(read(creatinine="101.234567 umol/L")))
    assert said == "Creatinine 101.23 umol/L."
    both = read(creatinine="90 umol/L", dialysis="peritoneal")
    assert ordinary_spaces(kidney_in_words(both)) == "Creatinine 90 umol/L. Dialysis: peritoneal."
