"""The eight questions: what each answer comes to, what was not asked, what each fact led to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from dosing.calculation.rule import Adjustment, DoseRule
from dosing.drugs.drug import Drug
from dosing.drugs.safety import QUESTIONS, SEE_ADJUSTMENTS
from dosing.trace import Finding, Source
from schedules.course.known_facts import Fact, Used
from schedules.course.safety import Screening, check_safety
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from tests.support.made_up import per_kg, spoken
from tests.support.made_up_answers import (
    answer,
    drug,
    every,
    known,
    only_for,
    read_regimen,
    terms,
)
from tests.support.made_up_regimen import VEIN, medicine, phase
from tests.support.planning import library

BY_MOUTH = "by mouth"
ALONE = read_regimen()
Said = list[tuple[str, str]]
Rules = Mapping[tuple[str, str], DoseRule]


def screen(
    *drugs: Drug,
    regimen: Regimen = ALONE,
    rules: Rules | None = None,
    holding: bool = True,
    used: tuple[Used, ...] = (),
    **typed: Any,
) -> Screening:
    """Screen a patient of whom this was typed; without ``holding`` no dose is stated for them."""
    words = terms(*drugs)
    shelf = Library({}, {one.id: one for one in drugs}, {}, library().site, terms=words)
    medicines = {one.name: one.medicines for one in regimen.phases} if holding else {}
    found = known(words, regimen, **typed)
    return check_safety(regimen, shelf, found, medicines, rules or {}, used=used)


def said(found: Screening) -> Said:
    return [(one.level, spoken(one.text)) for one in found.findings]


def told(found: Screening) -> Said:
    """Return the findings but for the NOTE of what was not asked, and those of the organs."""
    others = (".not_asked", "kidney.clearance", "kidney.band", "liver.entered")
    return [
        (one.level, spoken(one.text)) for one in found.findings if not one.code.endswith(others)
    ]


def line(found: Screening, fact: str) -> tuple[str, str]:
    (own,) = (one.as_dict() for one in found.ledger if f"{one.fact}" == fact)
    return own["used_by"], own["led_to"]


def answered(question: str, *answers: dict[str, Any]) -> Drug:
    return drug(**every(**{question: list(answers)}))


ASTHMA = answer("Asthma may get worse.", {"has": ["asthma"]})
HAS_ASTHMA = "safety.madeupine.conditions.has_asthma"


def test_an_answer_on_this_patient_is_told_with_its_source_and_its_fact() -> None:
    found = screen(answered("conditions", ASTHMA), conditions=["asthma"])
    (finding,) = found.findings
    assert (finding.level, finding.code) == ("WARN", HAS_ASTHMA)
    assert finding.text == "Asthma may get worse."
    assert finding.source == Source(cite="A made-up label", place="section 4.2", confirmed=True)
    assert line(found, "condition asthma") == ("madeupine: conditions", HAS_ASTHMA)
    assert found.questions["madeupine"] == {
        **dict.fromkeys(QUESTIONS, "no source found"),
        "conditions": "answered by condition asthma",
    }


def test_an_answer_on_others_is_not_told_and_its_question_was_asked() -> None:
    found = screen(answered("conditions", ASTHMA), conditions=["gout"])
    assert found.findings == ()
    unused = "asked; no rule of madeupine names gout"
    assert line(found, "condition gout") == (unused, "nothing")
    assert found.questions["madeupine"]["conditions"] == "answered by condition gout"
    # no question is about a weight
    weighed = screen(answered("conditions", ASTHMA), weight="70 kg", creatinine="80 umol/L")
    assert line(weighed, "creatinine 80 umol/L") == ("no rule of this regimen", "nothing")


def test_what_was_not_entered_is_one_note() -> None:
    elderly = answer("Old.", {"age": "from 65 years"})
    whom = {"clearance": "below 30 mL/min"}
    halved = {"propose": "50 %", "when": whom, "level": "WARN", "text": "Half.", "source": "label"}
    questions = every(age=[elderly], conditions=[ASTHMA], kidney=SEE_ADJUSTMENTS)
    found = screen(drug("madeupine", halved, **questions))
    assert said(found) == [("NOTE", "madeupine: not asked: age, conditions.")]
    assert found.findings[0].code == "safety.madeupine.not_asked"
    assert found.findings[0].source.cite == "as entered"
    assert found.questions["madeupine"] == {
        **dict.fromkeys(QUESTIONS, "no source found"),
        "age": "not asked",
        "conditions": "not asked",
        "kidney": "answered by the adjustments of the drug file",
    }


def test_a_question_that_a_file_does_not_answer_yet_is_said_to_be_open() -> None:
    open_still = {q: text for q, text in every(conditions=[ASTHMA]).items() if q != "age"}
    found = screen(drug(**open_still))
    text = "madeupine: not asked: conditions; not yet answered by its file: age."
    assert said(found) == [("NOTE", text)]
    assert found.questions["madeupine"]["age"] == "not yet answered"
    asked = screen(drug(**open_still), conditions=["none"])
    assert said(asked) == [("NOTE", "madeupine: not yet answered by its file: age.")]
    assert said(screen(drug(**every()))) == []


def test_a_question_is_answered_by_all_of_its_facts_and_says_what_is_left() -> None:
    both = {"age": "from 65 years", "weight": "below 50 kg"}
    found = screen(answered("age", answer("Old and light.", both)), weight="49 kg")
    # one of them answers it in part: it is no question that was not asked
    assert said(found) == []
    assert found.questions["madeupine"]["age"] == "answered by weight 49 kg; not entered: age"
    whole = screen(answered("age", answer("Old and light.", both)), weight="49 kg", age="70 years")
    assert said(whole) == [("WARN", "Old and light.")]
    assert whole.questions["madeupine"]["age"] == "answered by age 70 years, weight 49 kg"


def test_a_pregnancy_is_asked_for_by_itself_though_another_fact_answers_the_question() -> None:
    stated = answer("Harm.", {"is": ["pregnant"], "sex": ["female"]})
    found = screen(answered("pregnancy", stated), sex="female")
    assert said(found) == [("NOTE", "madeupine: not asked: pregnant.")]
    words = "answered by sex female; not entered: pregnant"
    assert found.questions["madeupine"]["pregnancy"] == words


def test_each_of_several_answers_is_looked_at() -> None:
    gout = answer("Gout may get worse.", {"has": ["gout"]}, level="STOP")
    copd = answer("Look at the chest.", {"has": ["copd"]}, level="NOTE")
    found = screen(
        answered("conditions", ASTHMA, copd, gout),
        conditions=["asthma", "gout"],
    )
    assert said(found) == [("WARN", "Asthma may get worse."), ("STOP", "Gout may get worse.")]
    words = "answered by condition asthma, condition gout"
    assert found.questions["madeupine"]["conditions"] == words
    assert line(found, "condition gout")[1] == "safety.madeupine.conditions.has_gout"


def test_a_word_that_is_not_known_answers_nothing() -> None:
    found = screen(answered("conditions", ASTHMA), conditions=["florp", "gout"])
    (unknown,) = found.findings
    assert unknown.code == "fact.unknown_word.florp"
    words = "answered by condition gout; not known here: condition florp"
    assert found.questions["madeupine"]["conditions"] == words
    alone = screen(answered("conditions", ASTHMA), conditions=["florp"])
    assert alone.questions["madeupine"]["conditions"] == "not known here: condition florp"


@pytest.mark.parametrize(
    ("question", "sex", "count"),
    [
        ("pregnancy", "female", 2),
        ("pregnancy", "", 2),
        ("pregnancy", "male", 0),
        ("age", "male", 2),
    ],
)
def test_what_holds_for_everybody_is_told_but_nothing_of_pregnancy_to_a_man(
    question: str, sex: str, count: int
) -> None:
    of_all = [answer("Of all."), answer("Of all as well.")]
    found = screen(answered(question, *of_all), sex=sex)
    assert said(found) == [("NOTE", "Of all."), ("NOTE", "Of all as well.")][:count]
    assert found.questions["madeupine"][question] == "answered for everybody"


def test_an_answer_after_one_for_everybody_is_looked_at() -> None:
    found = screen(answered("conditions", answer("Of all."), ASTHMA), conditions=["asthma"])
    assert said(found) == [("NOTE", "Of all."), ("WARN", "Asthma may get worse.")]


def test_the_text_of_another_country_says_so() -> None:
    swiss = {**ASTHMA, "jurisdiction": "AU"}
    found = screen(answered("conditions", swiss), conditions=["asthma"])
    assert said(found) == [("WARN", "Asthma may get worse. (AU text.)")]


def test_what_is_so_for_everybody_whom_a_regimen_is_for_is_a_note() -> None:
    for_asthma = read_regimen(**{"for": ["asthma"]})
    stop = {**ASTHMA, "level": "STOP"}
    text = "This holds for everybody whom this regimen is for. Asthma may get worse."
    for one in (ASTHMA, stop):
        found = screen(answered("conditions", one), regimen=for_asthma)
        assert told(found) == [("NOTE", text)]
    # what is a NOTE anyway needs no reason for it
    noted = {**ASTHMA, "level": "NOTE"}
    found = screen(answered("conditions", noted), regimen=for_asthma)
    assert told(found) == [("NOTE", "Asthma may get worse.")]
    # and in others the level stands
    found = screen(answered("conditions", stop), conditions=["asthma"])
    assert told(found) == [("STOP", "Asthma may get worse.")]


def of_routes(*routes: str) -> Drug:
    return answered("conditions", {**answer("Of all."), "routes": list(routes)}, ASTHMA)


MOUTH = medicine(route=BY_MOUTH, drug="otherupine")


@pytest.mark.parametrize(
    ("routes", "holding", "count"),
    [
        ([], True, 1),
        ([VEIN], True, 1),
        ([BY_MOUTH], True, 0),
        ([BY_MOUTH, VEIN], True, 1),
        # for whom no dose is stated a rule holds by every route of the regimen, of this drug
        ([VEIN], False, 1),
        ([BY_MOUTH], False, 0),
    ],
)
def test_an_answer_on_another_route_is_not_told(
    routes: list[str], holding: bool, count: int
) -> None:
    both = read_regimen(phase(medicine(), MOUTH))
    other = drug("otherupine", **every())
    found = screen(of_routes(*routes), other, regimen=both, holding=holding, conditions=["none"])
    assert said(found) == [("NOTE", "Of all.")] * count


def test_the_answer_after_one_on_another_route_is_looked_at() -> None:
    found = screen(of_routes(BY_MOUTH), conditions=["asthma"])
    assert said(found) == [("WARN", "Asthma may get worse.")]


def as_required(name: str, route: str) -> dict[str, Any]:
    return {
        "drug": name,
        "route": route,
        "dose": "10 mg",
        "when": "needed",
        "most_a_day": 1,
        "source": "label",
    }


@pytest.mark.parametrize(("name", "count"), [("madeupine", 1), ("otherupine", 0)])
@pytest.mark.parametrize("holding", [True, False])
def test_a_drug_that_is_taken_when_it_is_needed_has_that_route_as_well(
    name: str, count: int, holding: bool
) -> None:
    regimen = read_regimen(phase(as_required=[as_required(name, BY_MOUTH)]))
    for route, told_of in ((BY_MOUTH, count), (VEIN, 1)):
        found = screen(
            of_routes(route),
            drug("otherupine", **every()),
            regimen=regimen,
            holding=holding,
            conditions=["none"],
        )
        assert said(found) == [("NOTE", "Of all.")] * told_of


def test_a_patient_has_the_route_of_the_doses_that_are_stated_and_no_other() -> None:
    # two medicines of one drug, of which this patient has the infusion
    regimen = read_regimen(phase(medicine(item="vein"), medicine(item="mouth", route=BY_MOUTH)))
    words = terms(of_routes(BY_MOUTH))
    shelf = Library({}, {"madeupine": of_routes(BY_MOUTH)}, {}, library().site, terms=words)
    typed = known(words, regimen, conditions=["none"])
    infused = {"course": regimen.phases[0].medicines[:1]}
    assert check_safety(regimen, shelf, typed, infused, {}).findings == ()


ALLERGY = "safety.madeupine.conditions.allergy_madeupine"


def test_an_allergy_to_the_drug_itself_stops_where_its_file_does_not_name_it() -> None:
    found = screen(answered("conditions", ASTHMA), allergies=["madeupine"], conditions=["none"])
    (stopped,) = found.findings
    assert (stopped.level, stopped.code) == ("STOP", ALLERGY)
    assert stopped.text == "An allergy to madeupine was entered, and this plan gives it."
    assert line(found, "allergy madeupine") == ("madeupine: conditions", ALLERGY)
    # its class was typed as well
    both = screen(answered("conditions", ASTHMA), allergies=["madeupine", "upines"])
    for fact in ("allergy madeupine", "allergy upines"):
        assert line(both, fact) == ("madeupine: conditions", ALLERGY)
    other = screen(answered("conditions", ASTHMA), allergies=["warfarin"], conditions=["none"])
    assert other.findings == ()


def test_an_allergy_that_the_file_names_is_told_once() -> None:
    named = answer("Not in an allergy.", {"allergy": ["madeupine"]}, level="STOP")
    found = screen(answered("conditions", named), allergies=["madeupine"])
    assert said(found) == [("STOP", "Not in an allergy.")]


KIDNEY = answer("Less in kidney disease.", {"clearance": "below 30 mL/min"})
LOW: dict[str, Any] = {"clearance": "20 mL/min", "clearance_by": "measured"}
OWN_TABLE = "This regimen has a table of its own for the kidney. Less in kidney disease."
BY_CLEARANCE = {"when": {"clearance": "below 50 mL/min"}}
BY_CREATININE = {"when": {"creatinine": "from 100 umol/L"}}
BY_AGE = {"when": {"age": "from 18 years"}}


def test_the_kidney_is_said_beside_what_its_answers_come_to() -> None:
    found = screen(answered("kidney", KIDNEY), **LOW)
    assert [(one.level, one.code) for one in found.findings] == [
        ("WARN", "safety.madeupine.kidney.clearance_below_30_ml_min"),
        ("NOTE", "kidney.clearance"),
        ("NOTE", "kidney.band"),
    ]
    assert told(found) == [("WARN", "Less in kidney disease.")]


def test_the_liver_is_said_beside_what_its_answers_come_to() -> None:
    stated = answer("Less in liver disease.", {"liver": ["Child-Pugh C"]})
    found = screen(answered("liver", stated), liver="Child-Pugh C")
    assert [(one.level, one.code) for one in found.findings] == [
        ("WARN", "safety.madeupine.liver.child_pugh_c"),
        ("NOTE", "liver.entered"),
    ]


def test_only_the_question_on_the_kidney_takes_dialysis_for_a_number() -> None:
    number = {"clearance": "below 30 mL/min"}
    for question, levels in (("kidney", ["WARN"]), ("laboratory", [])):
        found = screen(answered(question, answer("Less.", number)), dialysis="haemodialysis")
        assert [level for level, text in told(found) if text == "Less."] == levels


def bands(*whens: dict[str, Any]) -> Regimen:
    medicines = (medicine(item=f"{n}", **one) for n, one in enumerate(whens))
    clearance = {"weight": "actual", "surface": "mosteller", "source": "label"}
    return read_regimen(phase(*medicines), clearance=clearance)


@pytest.mark.parametrize(
    ("regimen", "has_one"),
    [
        (bands({}), False),
        (bands(BY_CLEARANCE), True),
        (bands(BY_CREATININE), True),
        (bands(BY_AGE), False),
        # one of two doses goes by the kidney, the other does not
        (bands(BY_CLEARANCE, BY_AGE), False),
        (bands(BY_CLEARANCE, {}), False),
        (read_regimen(only_for=only_for({"clearance": "below 30 mL/min"})), True),
        (read_regimen(phase(MOUTH, as_required=[as_required("madeupine", VEIN)])), False),
    ],
)
def test_a_table_for_the_kidney_makes_a_note_of_a_warning(regimen: Regimen, has_one: bool) -> None:
    stop = answer("Not in kidney failure.", {"clearance": "below 25 mL/min"}, level="STOP")
    one = drug(**every(kidney=[KIDNEY, stop], laboratory=[answer("Look.", KIDNEY["when"])]))
    found = screen(one, drug("otherupine", **every()), regimen=regimen, **LOW)
    of_all = "This holds for everybody whom this regimen is for. "
    normal = "only" in f"{regimen.only_for}"
    assert told(found) == [
        ("NOTE", OWN_TABLE) if has_one else ("WARN", "Less in kidney disease."),
        # a STOP stays one, and what another question says of the kidney
        ("STOP", "Not in kidney failure."),
        ("NOTE", f"{of_all}Look.") if normal else ("WARN", "Look."),
    ]


DOSED = {**ASTHMA, "dose": "1.1234 mg/kg"}
PLANNED = {("course", "madeupine"): per_kg("2 mg/kg", source=Source(cite="A plan"))}


def dosed(stated: dict[str, Any], rules: Rules = PLANNED, **more: Any) -> list[str]:
    more = {"conditions": ["asthma"], "weight": "70 kg", **more}
    found = screen(answered("conditions", stated), rules=rules, **more)
    return [text for _, text in said(found)]


def test_the_dose_of_a_source_is_told_for_this_patient_beside_the_planned_one() -> None:
    # 1.1234 x 70 = 78.638, 2 x 70 = 140
    assert dosed(DOSED) == ["Asthma may get worse. That is 78.638 mg here; planned is 140 mg."]
    # to five digits: 1.12345 x 70 = 78.6415
    for rate, shown in (("1.12345 mg/kg", "78.642 mg"), ("0.1 mg/kg", "7 mg")):
        text = f"Asthma may get worse. That is {shown} here; planned is 140 mg."
        assert dosed({**DOSED, "dose": rate}) == [text]


@pytest.mark.parametrize("more", [{"weight": ""}, {"rules": {}}])
def test_without_a_weight_or_a_rule_nothing_is_said_of_the_dose(more: dict[str, Any]) -> None:
    assert dosed(DOSED, **more) == ["Asthma may get worse."]


def test_a_dose_by_another_route_is_not_compared() -> None:
    regimen = read_regimen(phase(medicine(item="mouth", route=BY_MOUTH), medicine(item="vein")))
    rules = {
        ("course", "mouth"): per_kg("1 mg/kg", source=Source(cite="A plan")),
        ("course", "vein"): per_kg("2 mg/kg", source=Source(cite="A plan")),
    }
    vein = "Asthma may get worse. That is 78.638 mg here; planned is 140 mg."
    mouth = "Asthma may get worse. That is 78.638 mg here; planned is 70 mg."
    for routes, texts in (
        ([VEIN], vein),
        ([BY_MOUTH], mouth),
        ([], f"{mouth}{vein.removeprefix('Asthma may get worse.')}"),
    ):
        assert dosed({**DOSED, "routes": routes}, rules, regimen=regimen) == [texts]
    # two that come to the same are told once
    same = dict.fromkeys(rules, rules["course", "vein"])
    assert dosed(DOSED, same, regimen=regimen) == [vein]


def test_the_dose_of_a_source_goes_by_its_own_weight_or_that_of_the_rule() -> None:
    # ideal weight of a man of 175 cm (Devine): 50 + 2.3 x (175 / 2.54 - 60) = 70.46 kg;
    # 1 x 70.465 = 70.465 mg, and 1 x 100 = 100 mg by the actual weight
    ideal = per_kg("2 mg/kg", weight_basis="ideal", ideal="devine", source=Source(cite="A plan"))
    rules = {("course", "madeupine"): ideal}
    who = {"weight": "100 kg", "height": "175 cm", "sex": "male", "age": "48 years"}
    stated = {**DOSED, "dose": "1 mg/kg"}
    told_of = "Asthma may get worse. That is {} here; planned is 140.93 mg."
    assert dosed(stated, rules, **who) == [told_of.format("70.465 mg")]
    assert dosed({**stated, "weight": "actual"}, rules, **who) == [told_of.format("100 mg")]


def test_the_dose_of_a_source_is_reduced_by_nothing_that_the_plan_is_reduced_by() -> None:
    halved = Adjustment(factor=0.5, reason="asked for", source=Source(cite="A plan"))
    rule = dataclasses.replace(PLANNED["course", "madeupine"], adjustments=(halved,))
    # 2 x 70 / 2 = 70
    text = "Asthma may get worse. That is 78.638 mg here; planned is 70 mg."
    assert dosed(DOSED, {("course", "madeupine"): rule}) == [text]


def test_each_drug_is_asked_by_its_own_doses() -> None:
    regimen = read_regimen(phase(medicine(), medicine(drug="otherupine")))
    rules = {
        ("course", "madeupine"): per_kg("2 mg/kg", source=Source(cite="A plan")),
        ("course", "otherupine"): per_kg("3 mg/kg", source=Source(cite="A plan")),
    }
    both = (answered("conditions", DOSED), drug("otherupine", **every(conditions=[DOSED])))
    found = screen(*both, regimen=regimen, rules=rules, conditions=["asthma"], weight="70 kg")
    assert [(one.code, spoken(one.text)) for one in found.findings] == [
        (HAS_ASTHMA, "Asthma may get worse. That is 78.638 mg here; planned is 140 mg."),
        (
            "safety.otherupine.conditions.has_asthma",
            "Asthma may get worse. That is 78.638 mg here; planned is 210 mg.",
        ),
    ]
    assert found.questions.keys() == {"madeupine", "otherupine"}


def test_what_another_check_found_stands_in_the_ledger() -> None:
    size = Fact("weight", "70 kg")
    odd = Finding(level="WARN", code="weight.fluid", text="Odd.", source=Source(cite="A label"))
    used = (Used((size,), "sizes", odd),)
    found = screen(drug(**every()), used=used, weight="70 kg", creatinine="80 umol/L")
    assert line(found, "weight 70 kg") == ("plausible sizes, sizes", "weight.fluid")
    assert said(found) == []


@pytest.mark.parametrize(
    ("typed", "finding", "ledger"),
    [
        ({"age": "20 years"}, [], ("made-up", "nothing")),
        (
            {"age": "10 years"},
            [("STOP", "regimen.only_for.2", "It is for some only.")],
            ("made-up", "regimen.only_for.2"),
        ),
        (
            {},
            [("WARN", "regimen.only_for.2.unknown", "Not entered: age. It is for some only.")],
            None,
        ),
    ],
)
def test_a_regimen_for_some_only_stops_or_says_what_was_not_entered(
    typed: dict[str, Any], finding: list[tuple[str, str, str]], ledger: tuple[str, str] | None
) -> None:
    adults = only_for({"sex": ["male"]}, {"age": "from 18 years"}, unknown="WARN")
    found = screen(drug(**every()), regimen=read_regimen(only_for=adults), sex="male", **typed)
    assert [(one.level, one.code, one.text) for one in found.findings] == finding
    if ledger is not None:
        assert line(found, f"age {typed['age']}") == ledger
    assert line(found, "sex male") == ("made-up", "nothing")


def test_whom_a_regimen_is_for_warns_where_it_says_so() -> None:
    adults = only_for({"age": "from 18 years"}, level="WARN")
    regimen = read_regimen(only_for=adults)
    found = screen(drug(**every()), regimen=regimen, age="10 years")
    assert said(found) == [("WARN", "It is for some only.")]
    found = screen(drug(**every()), regimen=regimen)
    assert said(found) == [("NOTE", "Not entered: age. It is for some only.")]
    assert found.findings[0].source.cite == "A made-up label"
