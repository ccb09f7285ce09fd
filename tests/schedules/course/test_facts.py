"""What is understood of a patient: states, organs, results and words, each from what was typed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dosing.calculation.clearance import ClearanceRule, clearance_of
from dosing.errors import InputError
from dosing.formulas.body import BSA
from dosing.units import ordinary_spaces
from schedules.course.facts import (
    KIDNEY_DISEASE,
    Judged,
    Known,
    check_result,
    check_vaccination,
    read_known,
    read_results,
    unknown_words,
    with_kidney_disease,
)
from schedules.course.known_facts import Fact
from schedules.course.measurements import Measurements
from schedules.course.organs import kidney_in_words
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.patient_reading import read_patient
from tests.patients.test_every_answer import DAY, known
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
    entered = read(liver="Child-Pugh C")
    assert entered.liver == "Child-Pugh C"
    assert entered.measured["liver"] == (Fact("liver", "Child-Pugh C"),)
    assert read().liver == ""
    assert "liver" not in read().measured


@pytest.mark.parametrize("field", ["conditions", "takes", "allergies", "vaccinations"])
def test_none_stands_alone(field: str) -> None:
    word = "MMR 2026-11-02" if field == "vaccinations" else "asthma"
    with pytest.raises(InputError, match='"none" stands beside others'):
        read(**{field: ["none", word]})
    assert {fact.value for fact in read(**{field: ["none"]}).facts} == {"none"}


def test_the_drugs_of_the_regimen_are_taken() -> None:
    taken = read(takes=["allopurinol"]).takes.typed
    assert taken["rituximab"] == ()
    assert taken["allopurinol"] == (Fact("takes", "allopurinol"),)
    # typed as well, it is beside the drug of the regimen what was typed
    assert read(takes=["rituximab"]).takes.typed["rituximab"] == (Fact("takes", "rituximab"),)


def test_two_texts_of_one_entry_are_both_kept() -> None:
    found = read(takes=["Zyloric", "allopurinol; warfarin"], conditions=["TB", "tuberculosis"])
    texts = (Fact("takes", "Zyloric"), Fact("takes", "allopurinol; warfarin"))
    assert found.takes.typed["allopurinol"] == texts
    assert found.takes.typed["warfarin"] == texts[1:]
    both = (Fact("condition", "TB"), Fact("condition", "tuberculosis"))
    assert found.has.typed["active-tuberculosis"] == both
    dialysed = read(conditions=["kidney disease"], dialysis="haemodialysis").has.typed
    typed = (Fact("condition", "kidney disease"), Fact("dialysis", "haemodialysis"))
    assert dialysed[KIDNEY_DISEASE] == typed


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
        # a blank is nothing that was measured
        (MAN | {"cystatin_c": " ", "height": ""}, ["creatinine", "age", "weight", "sex"]),
        (MAN | {"dry_weight": " "}, ["creatinine", "age", "weight", "sex"]),
        (MAN | {"weight": " ", "dry_weight": "66 kg"}, ["creatinine", "age", "dry weight", "sex"]),
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
    typed_disease = with_kidney_disease(found).has.typed.get(KIDNEY_DISEASE)
    assert typed_disease == (None if by_cystatin else (Fact("creatinine", "200 umol/L"),))


def test_a_clearance_is_never_without_what_it_is_from() -> None:
    first = {"clearance": "clearance", "cystatin_c": "cystatin C", "creatinine": "creatinine"}
    seen = set()
    for who, height, dry, creatinine, cystatin, direct in itertools.product(
        (MAN, BOY, MAN | {"sex": ""}, MAN | {"age": "", "sex": "female"}, {"weight": "70 kg"}),
        ("", " ", "140 cm"),
        ("", " ", "29 kg"),
        ("", " ", "200 umol/L"),
        ("", " ", "3 mg/L"),
        ("", "25 mL/min", "25 mL/min/1.73m2"),
    ):
        typed = who | {"height": height, "dry_weight": dry, "clearance": direct}
        typed |= {"creatinine": creatinine, "cystatin_c": cystatin}
        found = read(**typed, clearance_by="measured" if direct else "")
        facts = found.measured.get("clearance", ())
        assert all(fact.value.strip() for fact in facts)
        assert bool(facts) == (found.patient.clearance is not None)
        # all of them are below 60: it is kidney disease, by what was measured
        disease = with_kidney_disease(found).has.typed.get(KIDNEY_DISEASE)
        assert disease == (facts[:1] or None)
        if disease is not None:
            (field,) = [field for field, name in first.items() if name == disease[0].name]
            assert disease[0].value == typed[field]
            seen.add(field)
    assert seen == first.keys()


@pytest.mark.parametrize("surface", BSA)
def test_it_has_them_by_whichever_surface_a_regimen_converts_it(surface: str) -> None:
    # Livingston and Lee take no height
    rule = ClearanceRule(weight="actual", surface=surface, source="made")
    height = "" if BSA[surface].inputs == ("weight",) else "175 cm"
    entry = PatientEntry.model_validate(MAN | {"height": height, "cystatin_c": "3 mg/L"})
    patient = read_patient(entry, DAY)
    measured = Measurements(entry=entry, patient=patient, clearance=None, measured_on=DAY)
    both = measured.screened(patient, clearance_of(rule, patient, None, None))
    library = whole_library()
    found = read_known(entry, *both, library.regimen(RITUXIMAB), library.terms, Judged(DAY))
    names = ["cystatin C", "age", "weight", *(["height"] if height else []), "sex"]
    assert [fact.name for fact in found.measured["clearance"]] == names
    disease = with_kidney_disease(found).has.typed[KIDNEY_DISEASE]
    assert disease == (Fact("cystatin C", "3 mg/L"),)


def test_a_creatinine_that_is_blank_was_not_entered() -> None:
    assert "creatinine" in read(creatinine="90 umol/L").measured
    assert "creatinine" not in read(creatinine=" ").measured


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


def test_everything_that_was_typed_is_a_fact_and_a_label_or_a_blank_is_none() -> None:
    typed = {"earlier": {"cyclophosphamide": "10 g"}, "weight": "70 kg", "conditions": ["gout"]}
    found = read(label="ward-7", size_confirmed=True, creatinine=" ", **typed)
    assert set(found.facts) == {
        Fact("size confirmed", "yes"),
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


def test_where_a_comma_parts_words_that_are_not_known_it_may_belong_to_them() -> None:
    def said(text: str) -> str:
        (found,) = unknown_words("condition", [text], whole_library().terms.conditions)
        return found.text.partition(":")[0]

    assert said("zorbitis, left") == 'condition "zorbitis, left"'
    assert said("asthma, zorbitis, left") == 'condition "zorbitis; left"'


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
        # possible are 0 to 100
        ("neutrophils 101 10^9/L 2026-11-28", "is a number that nobody has"),
        ("creatinine 90 umol/L 2026-11-28", "has a field of its own; write --creatinine"),
    ],
)
def test_a_result_that_cannot_be_read_is_answered_with_what_can(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_result(text, whole_library().terms)
    with pytest.raises(InputError, match=said):
        read_results([text], whole_library().terms)


def test_a_result_is_its_number_on_the_scale_of_its_test_and_the_newest_is_the_latest() -> None:
    typed = [
        "ANC 900 /uL 2026-11-20",
        "neutrophils 2.5 10^9/L 2026-11-28",
        "widgets 3 2026-11-29",
        "creatinine 40 % above the first 2026-11-28",
        "urine dipstick blood positive 2026-11-29",
    ]
    older, newer, rise, dipstick = read_results(typed, whole_library().terms)
    assert (older.number, older.scale) == (0.9, "10^9/L")
    assert (rise.number, rise.scale) == (40, "% above the first")
    assert (dipstick.number, dipstick.word) == (None, "positive")
    assert read(results=typed).latest("neutrophils") == newer
    assert read(results=typed[::-1]).latest("neutrophils") == newer
    assert read(results=typed).latest("platelets") is None


def test_a_vaccine_that_is_not_known_is_named_and_one_without_a_date_is_refused() -> None:
    terms = whole_library().terms
    for known_here in ("MenB 2026-11-16", "MenB given 2026-11-16", "none", " None "):
        assert check_vaccination(known_here, terms) == []
    (said,) = check_vaccination("MenX 2026-11-16", terms)
    assert said.text.startswith('vaccination "MenX": not known here: nothing was checked about it.')
    (said,) = check_vaccination("2026-11-16", terms)
    assert said.text.startswith('vaccination "2026-11-16": not known here')
    for text, why in (("MenB", '"MenB", date: "MenB" is not a date'), ("", "is missing")):
        with pytest.raises(InputError, match=why):
            check_vaccination(text, terms)


def test_a_vaccination_is_a_dated_result_once_however_it_was_typed() -> None:
    both = read(vaccinations=["MenB 2026-11-16"], results=["MenACWY given 2026-11-02"]).results
    assert [(one.fact.name, one.word, one.date.day) for one in both] == [
        ("result", "given", 2),
        ("vaccination", "given", 16),
    ]
    # on the day of the course or later it is a medicine beside the others
    live = "MMR given 2026-12-05"
    during = read(results=[live, "neutrophils 2.5 10^9/L 2026-12-05"]).takes.typed
    assert during["live-vaccines"] == (Fact("result", live),)


@pytest.mark.parametrize(("number", "impaired"), [("59.9", True), ("60", False)])
def test_a_clearance_below_60_is_kidney_disease_and_one_of_60_rules_it_out(
    number: str, impaired: bool
) -> None:
    # KDIGO: below 60 mL/min is impaired
    measured = read(clearance=f"{number} mL/min", clearance_by="measured")
    found = with_kidney_disease(measured).has
    facts = (Fact("clearance", f"{number} mL/min"), Fact("clearance by", "measured"))
    assert found.typed.get(KIDNEY_DISEASE) == (facts[:1] if impaired else None)
    assert found.ruled_out.get(KIDNEY_DISEASE) == (None if impaired else facts)


def test_who_is_on_dialysis_has_kidney_disease_and_who_was_not_measured_has_nothing() -> None:
    dialysed = with_kidney_disease(read(dialysis="haemodialysis"))
    assert dialysed.has.typed[KIDNEY_DISEASE] == (Fact("dialysis", "haemodialysis"),)
    # a child's clearance needs the height, and below 1 year there is no formula
    child = {"age": "6 years", "weight": "20 kg", "sex": "male", "creatinine": "40 umol/L"}
    infant = child | {"age": "6 months", "weight": "8 kg", "height": "68 cm"}
    for typed in ({"dialysis": "none"}, {}, child, infant):
        found = with_kidney_disease(read(**typed)).has
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
