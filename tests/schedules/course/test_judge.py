"""Whom an answer is about: yes, no, or not known where it was not entered."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.drugs.conditions import Interval
from dosing.drugs.safety import Answer, Whom
from schedules.course.facts import KIDNEY_DISEASE
from schedules.course.judge import (
    Judge,
    Judgement,
    Own,
    has_figures,
    holds_for,
    implied_by,
    with_dialysis_as_clearance,
)
from schedules.course.known_facts import Fact
from tests.support.made_up_answers import answer, drug, known, only_for, read_regimen, terms
from tests.support.made_up_regimen import medicine, phase

TERMS = terms()
MEASURED = {"clearance": "25 mL/min", "clearance_by": "measured"}
CLEARANCE = (Fact("clearance", "25 mL/min"), Fact("clearance by", "measured"))
Text = tuple[str, str]


def whom(**stated: Any) -> Whom:
    return Whom.model_validate(stated)


def own_of(*whoms: dict[str, Any], **more: Any) -> Own:
    return implied_by(read_regimen(only_for=only_for(*whoms), **more), TERMS)


def judged(stated: dict[str, Any], own: Own | None = None, **typed: Any) -> Judgement:
    return Judge(known(TERMS, **typed), TERMS, own or Own(), "madeupine").judge(whom(**stated))


def facts(*texts: Text) -> tuple[Fact, ...]:
    return tuple(Fact(name, value) for name, value in texts)


def decided(
    holds: bool, *texts: Text, asked: tuple[Text, ...] = (), own: bool = False
) -> Judgement:
    """Return a judgement by facts, which are all that was asked if nothing else is said."""
    return Judgement(holds, facts(*texts), (), facts(*(asked or texts)), own)


def open_for(*missing: str) -> Judgement:
    return Judgement(None, (), missing, (), False)


AGE = ("age", "70 years")


@pytest.mark.parametrize(
    ("stated", "typed", "judgement"),
    [
        ({"age": "from 65 years"}, {"age": "70 years"}, decided(True, AGE)),
        # 70 is not below 70
        ({"age": "below 70 years"}, {"age": "70 years"}, decided(False, AGE)),
        ({"age": "from 65 years"}, {}, open_for("age")),
        # what was not entered does not hide what was
        (
            {"age": "from 65 years", "weight": "below 50 kg"},
            {"weight": "50 kg"},
            decided(False, ("weight", "50 kg")),
        ),
        (
            {"age": "from 65 years", "weight": "below 50 kg"},
            {"weight": "49 kg"},
            Judgement(None, facts(("weight", "49 kg")), ("age",), facts(("weight", "49 kg"))),
        ),
        ({"age": "from 65 years", "weight": "below 50 kg"}, {}, open_for("age", "weight")),
        (
            {"age": "from 65 years", "weight": "below 50 kg"},
            {"age": "70 years", "weight": "49 kg"},
            decided(True, ("age", "70 years"), ("weight", "49 kg")),
        ),
        ({"clearance": "below 30 mL/min"}, MEASURED, Judgement(True, CLEARANCE, (), CLEARANCE)),
    ],
)
def test_a_number_lies_in_its_interval_or_was_not_entered(
    stated: dict[str, Any], typed: dict[str, Any], judgement: Judgement
) -> None:
    assert judged(stated, **typed) == judgement


@pytest.mark.parametrize(
    ("stated", "typed", "judgement"),
    [
        ({"sex": ["male"]}, {"sex": "male"}, decided(True, ("sex", "male"))),
        ({"sex": ["female"]}, {"sex": "male"}, decided(False, ("sex", "male"))),
        ({"sex": ["female"]}, {}, open_for("sex")),
        ({"genotype": ["poor"]}, {"genotype": "poor"}, decided(True, ("genotype", "poor"))),
        ({"genotype": ["poor"]}, {"sex": "male"}, open_for("genotype")),
        (
            {"dialysis": ["haemodialysis"]},
            {"dialysis": "haemodialysis"},
            decided(True, ("dialysis", "haemodialysis")),
        ),
        # typed as a condition it is the fact that was typed
        (
            {"dialysis": ["peritoneal"]},
            {"conditions": ["CAPD"]},
            decided(True, ("condition", "CAPD")),
        ),
        (
            {"liver": ["Child-Pugh C"]},
            {"liver": "Child-Pugh B"},
            decided(False, ("liver", "Child-Pugh B")),
        ),
        # each of two words is looked at
        (
            {"sex": ["male"], "liver": ["Child-Pugh C"]},
            {"sex": "male", "liver": "Child-Pugh C"},
            decided(True, ("sex", "male"), ("liver", "Child-Pugh C")),
        ),
        ({"sex": ["male"], "liver": ["Child-Pugh C"]}, {}, open_for("sex", "liver")),
    ],
)
def test_a_word_is_one_of_those_that_are_stated_or_was_not_entered(
    stated: dict[str, Any], typed: dict[str, Any], judgement: Judgement
) -> None:
    assert judged(stated, **typed) == judgement


ASTHMA, GOUT, NONE = ("condition", "asthma"), ("condition", "gout"), ("condition", "none")
WARFARIN, COUMADIN = ("takes", "warfarin"), ("takes", "Coumadin")


@pytest.mark.parametrize(
    ("stated", "typed", "judgement"),
    [
        ({"has": ["asthma"]}, {}, open_for("conditions")),
        ({"takes": ["warfarin"]}, {}, open_for("other medicines")),
        ({"allergy": ["warfarin"]}, {}, open_for("allergies")),
        # nothing else was asked: an allergy is no medicine that is taken
        ({"allergy": ["warfarin"]}, {"takes": ["warfarin"]}, open_for("allergies")),
        (
            {"allergy": ["warfarin"]},
            {"allergies": ["warfarin"]},
            decided(True, ("allergy", "warfarin")),
        ),
        ({"has": ["asthma"]}, {"conditions": ["none"]}, decided(False, NONE)),
        # asked of conditions, and asthma is not among them: by no fact of its own
        ({"has": ["asthma"]}, {"conditions": ["gout"]}, decided(False, asked=(GOUT,))),
        (
            {"has": ["chest-disease"]},
            {"conditions": ["gout", "asthma"]},
            decided(True, ASTHMA, asked=(ASTHMA, GOUT)),
        ),
        (
            {"takes": ["anticoagulants"]},
            {"takes": ["warfarin"]},
            decided(True, WARFARIN),
        ),
        # one medicine that was typed by both of its names, one of them twice
        (
            {"takes": ["anticoagulants"]},
            {"takes": ["warfarin", "Coumadin", "warfarin"]},
            Judgement(True, facts(WARFARIN, COUMADIN), (), facts(WARFARIN, COUMADIN)),
        ),
        # the drug itself is in the plan, and is no other medicine of its class
        ({"takes": ["upines"]}, {}, open_for("other medicines")),
        (
            {"takes": ["upines"]},
            {"takes": ["otherupine"]},
            decided(True, ("takes", "otherupine")),
        ),
        # what a file says of whoever takes its own drug is about everybody
        ({"takes": ["madeupine"]}, {}, decided(True, own=True)),
        (
            {"has": ["asthma"], "takes": ["warfarin"]},
            {"conditions": ["asthma"], "takes": ["warfarin"]},
            decided(True, ASTHMA, WARFARIN),
        ),
        # one that does not hold is enough, though the other was not asked
        (
            {"has": ["asthma"], "takes": ["warfarin"]},
            {"takes": ["none"]},
            decided(False, ("takes", "none")),
        ),
        (
            {"has": ["asthma"], "takes": ["warfarin"]},
            {"conditions": ["asthma"]},
            Judgement(None, facts(ASTHMA), ("other medicines",), facts(ASTHMA)),
        ),
        # neither was asked, and both are named
        ({"has": ["asthma"], "takes": ["warfarin"]}, {}, open_for("conditions", "other medicines")),
    ],
)
def test_a_list_names_it_or_another_or_was_not_asked(
    stated: dict[str, Any], typed: dict[str, Any], judgement: Judgement
) -> None:
    assert judged(stated, **typed) == judgement


@pytest.mark.parametrize(
    ("more", "typed", "judgement"),
    [
        # alone, it is not known whether it is taken
        ({}, {}, open_for("other medicines")),
        ({}, {"takes": ["none"]}, decided(True, ("takes", "none"))),
        ({}, {"takes": ["warfarin"]}, decided(False, WARFARIN)),
        # beside another condition, a medicine that nobody asked about exempts nobody
        ({"age": "from 65 years"}, {"age": "70 years"}, decided(True, AGE)),
        (
            {"age": "from 65 years"},
            {"age": "70 years", "takes": ["warfarin"]},
            decided(False, AGE, WARFARIN),
        ),
        (
            {"age": "from 65 years"},
            {"age": "70 years", "takes": ["none"]},
            decided(True, AGE, ("takes", "none")),
        ),
    ],
)
def test_a_medicine_exempts_whoever_takes_it(
    more: dict[str, Any], typed: dict[str, Any], judgement: Judgement
) -> None:
    assert judged({"unless_takes": ["anticoagulants"], **more}, **typed) == judgement


def test_what_a_measurement_rules_out_is_no_only_where_all_of_it_is() -> None:
    # 28 days before 30 November is 2 November: it rules a recent vaccine out, and nothing else
    old = ("vaccination", "mmr 2026-11-02")
    typed: dict[str, Any] = {"vaccinations": [old[1]]}
    assert judged({"has": ["recent-vaccine"]}, **typed) == decided(False, old)
    assert judged({"has": ["recent-vaccine", "asthma"]}, **typed) == open_for("conditions")
    assert judged({"has": ["asthma"]}, **typed) == open_for("conditions")
    both = judged({"has": ["recent-vaccine"]}, **typed, conditions=["gout"])
    assert both == decided(False, old, asked=(old, GOUT))


@pytest.mark.parametrize(
    ("states", "typed", "judgement"),
    [
        (["pregnant"], {}, open_for("pregnant")),
        (["pregnant"], {"pregnant": "yes"}, decided(True, ("pregnant", "yes"))),
        (["pregnant"], {"pregnant": "no"}, decided(False, ("pregnant", "no"))),
        # a man is in no state, by his sex; what was typed beside it is the fact
        (["pregnant", "breast-feeding"], {"sex": "male"}, decided(False, ("sex", "male"))),
        (["pregnant"], {"sex": "male", "pregnant": "no"}, decided(False, ("pregnant", "no"))),
        (["pregnant"], {"sex": "female"}, open_for("pregnant")),
        # one of several is enough
        (
            ["pregnant", "breast-feeding"],
            {"breast_feeding": "yes"},
            decided(True, ("breast feeding", "yes")),
        ),
        (
            ["pregnant", "breast-feeding"],
            {"breast_feeding": "no"},
            Judgement(
                None,
                facts(("breast feeding", "no")),
                ("pregnant",),
                facts(("breast feeding", "no")),
            ),
        ),
        (["could become pregnant"], {"pregnant": "no"}, open_for("could become pregnant")),
    ],
)
def test_a_state_is_one_that_was_asked(
    states: list[str], typed: dict[str, Any], judgement: Judgement
) -> None:
    assert judged({"is": states}, **typed) == judgement


def of_result(text: str) -> Text:
    return ("result", text)


OLD, NEW = "neutrophils 2.5 10^9/L 2026-11-20", "neutrophils 0.9 10^9/L 2026-11-28"


@pytest.mark.parametrize(
    ("stated", "typed", "judgement"),
    [
        ({"test": "anc", "below": "1 10^9/L"}, {}, open_for("neutrophils")),
        # a test that no vocabulary has is named as the file names it
        ({"test": "crp", "below": "1 mg/L"}, {}, open_for("crp")),
        # the newest counts
        (
            {"test": "anc", "below": "1 10^9/L"},
            {"results": [NEW, OLD]},
            decided(True, of_result(NEW)),
        ),
        (
            {"test": "anc", "above": "1 10^9/L"},
            {"results": [OLD, NEW]},
            decided(False, of_result(NEW)),
        ),
        # a member of a group is a result of it, the newest of all
        (
            {"test": "enzymes", "above": "100 U/L"},
            {"results": ["AST 40 U/L 2026-11-28", "ALT 120 U/L 2026-11-29"]},
            decided(True, of_result("ALT 120 U/L 2026-11-29")),
        ),
        # two scales cannot be compared
        (
            {"test": "alt", "above": "3 xULN"},
            {"results": ["ALT 120 U/L 2026-11-29"]},
            Judgement(
                None,
                facts(of_result("ALT 120 U/L 2026-11-29")),
                ("ALT in xULN",),
                facts(of_result("ALT 120 U/L 2026-11-29")),
            ),
        ),
        (
            {"test": "dipstick", "is": ["positive"]},
            {"results": ["dipstick negative 2026-11-29"]},
            decided(False, of_result("dipstick negative 2026-11-29")),
        ),
        # the creatinine of the first day has not risen above itself
        (
            {"test": "creatinine", "above": "30 % above the first"},
            {"creatinine": "80 umol/L"},
            decided(False, ("creatinine", "80 umol/L")),
        ),
        (
            {"test": "creatinine", "above": "30 % above the first"},
            {
                "creatinine": "80 umol/L",
                "results": ["creatinine 40 % above the first 2026-11-29"],
            },
            decided(True, of_result("creatinine 40 % above the first 2026-11-29")),
        ),
        (
            {"test": "creatinine", "above": "30 % above the first"},
            {"weight": "70 kg"},
            open_for("creatinine"),
        ),
    ],
)
def test_a_result_is_the_newest_or_was_not_entered(
    stated: dict[str, Any], typed: dict[str, Any], judgement: Judgement
) -> None:
    assert judged({"result": stated}, **typed) == judgement


@pytest.mark.parametrize(
    ("older", "typed", "judgement"),
    [
        ({}, {}, decided(True)),
        ({}, {"results": [NEW]}, decided(False, of_result(NEW))),
        # from 28 to 30 November it is 2 days old
        ({"older_than": "2 days"}, {"results": [NEW]}, decided(False, of_result(NEW))),
        ({"older_than": "1 day"}, {"results": [OLD, NEW]}, decided(True, of_result(NEW))),
        ({"older_than": "1 day"}, {}, decided(True)),
    ],
)
def test_a_result_is_missing_that_was_not_entered_or_is_too_old(
    older: dict[str, str], typed: dict[str, Any], judgement: Judgement
) -> None:
    assert judged({"missing": {"test": "anc", **older}}, **typed) == judgement


def test_what_has_a_field_of_its_own_is_not_missing_where_it_was_entered() -> None:
    stated = {"missing": {"test": "creatinine", "older_than": "1 day"}}
    entered = judged(stated, creatinine="80 umol/L")
    assert entered == decided(False, ("creatinine", "80 umol/L"))
    assert judged(stated, weight="70 kg") == decided(True)
    # no vocabulary knows it: it was not entered
    assert judged({"missing": {"test": "crp"}}, weight="70 kg") == decided(True)


def test_everything_that_is_stated_must_hold() -> None:
    stated = {
        "age": "from 65 years",
        "sex": ["male"],
        "has": ["asthma"],
        "is": ["pregnant"],
        "result": {"test": "anc", "below": "1 10^9/L"},
        "missing": {"test": "alt"},
    }
    assert judged(stated) == open_for("age", "sex", "conditions", "pregnant", "neutrophils")
    all_but_one: dict[str, Any] = {"age": "70 years", "conditions": ["asthma"], "results": [NEW]}
    found = judged(stated, **all_but_one, sex="male")
    texts = (AGE, ("sex", "male"), ASTHMA, of_result(NEW))
    assert found == decided(False, *texts)


def test_a_fact_that_is_meant_stands_before_those_that_were_asked() -> None:
    # of one thing that is stated, and by which it holds
    found = judged({"has": ["asthma"]}, conditions=["gout", "asthma"])
    assert found.asked == facts(ASTHMA, GOUT)


def test_what_a_regimen_is_only_for_is_normal_for_its_patients() -> None:
    adult = own_of({"age": "from 18 years to below 65 years"}, {"weight": "from 40 kg"})
    within = {
        "from 18 years to below 65 years": True,
        "from 17 years to below 66 years": True,
        "from 17 years": True,
        "below 65 years": True,
        "from 19 years to below 66 years": False,
        "from 17 years to below 64 years": False,
        "from 19 years": False,
        "below 64 years": False,
    }
    for text, own in within.items():
        interval = Interval.model_validate(text)
        assert adult.is_within("age", interval) is own, text
        assert Own().is_within("age", interval) is False
    assert adult.is_within("weight", Interval.model_validate("from 40 kg"))
    # who may be of any higher weight is not below 90 kg as a rule
    assert not adult.is_within("weight", Interval.model_validate("from 30 kg to below 90 kg"))
    assert own_of({"weight": "below 40 kg"}).is_within("weight", Interval(below="40 kg"))
    assert not own_of({"weight": "below 40 kg"}).is_within("weight", Interval(at_least="10 kg"))
    found = judged({"age": "from 17 years"}, adult, age="20 years")
    assert found == decided(True, ("age", "20 years"), own=True)
    # of two things both must be normal
    two = judged({"age": "from 17 years", "sex": ["male"]}, adult, age="20 years", sex="male")
    assert two == decided(True, ("age", "20 years"), ("sex", "male"))


def test_what_a_regimen_states_in_words_is_normal_for_its_patients() -> None:
    men = own_of({"age": "from 18 years"}, {"liver": ["Child-Pugh A", "Child-Pugh B"]})
    for words, own in (
        (["Child-Pugh A", "Child-Pugh B"], True),
        (["Child-Pugh B", "Child-Pugh A", "Child-Pugh C"], True),
        (["Child-Pugh A"], False),
        (["Child-Pugh C"], False),
    ):
        assert men.is_one_of("liver", words) is own, words
    assert men.is_one_of("sex", ["male"]) is False
    stated = {"liver": ["Child-Pugh A", "Child-Pugh B"]}
    found = judged(stated, men, liver="Child-Pugh A")
    assert found == decided(True, ("liver", "Child-Pugh A"), own=True)


def test_what_nobody_may_take_is_normally_not_taken() -> None:
    own = own_of({"unless_takes": ["anticoagulants"]}, {"age": "from 18 years"})
    for ids, never in (
        ({"warfarin"}, True),
        ({"warfarin", "heparin", "anticoagulants"}, True),
        ({"warfarin", "otherupine"}, False),
        ({"otherupine"}, False),
    ):
        assert own.never_takes(frozenset(ids), TERMS) is never, ids
    found = judged({"unless_takes": ["warfarin"]}, own, takes=["none"])
    assert found == decided(True, ("takes", "none"), own=True)


@pytest.mark.parametrize(
    ("whoms", "of_a_kidney"),
    [
        ([], False),
        ([{"age": "from 18 years"}], False),
        ([{"dialysis": ["haemodialysis"]}], True),
        ([{"creatinine": "from 300 umol/L"}], True),
        ([{"clearance": "below 30 mL/min"}, {"age": "from 18 years"}], True),
    ],
)
def test_a_regimen_is_for_a_kidney_that_it_states(
    whoms: list[dict[str, Any]], of_a_kidney: bool
) -> None:
    assert own_of(*whoms).for_a_kidney is of_a_kidney


def test_a_regimen_implies_its_indication_its_drugs_and_whom_it_is_for() -> None:
    both = phase(medicine(), medicine(drug="warfarin"))
    stated = ({"has": ["chest-disease"]}, {"takes": ["upines"], "age": "from 18 years"})
    own = own_of(*stated, **{"for": ["gout", "nothing known"], "phases": [both]})
    assert own.has == {"gout", "chest-disease", "asthma", "copd"}
    assert own.takes == {"warfarin", "madeupine", "upines", "otherupine"}
    assert [str(one) for one in own.only_for] == [
        "has chest-disease",
        "age from 18 years; takes upines",
    ]
    asthma = judged({"has": ["asthma", "copd"]}, own, conditions=["asthma"])
    assert asthma == decided(True, ASTHMA, own=True)
    assert judged({"takes": ["otherupine"]}, own, takes=["otherupine"]).own
    assert not judged({"takes": ["heparin"]}, own, takes=["heparin"]).own
    # an allergy is never normal
    assert not judged({"allergy": ["warfarin"]}, own, allergies=["warfarin"]).own


@pytest.mark.parametrize(
    ("whoms", "diseased"),
    [
        ([{"dialysis": ["haemodialysis"]}, {"age": "from 18 years"}], True),
        # who may be on none need not have a disease of the kidney
        ([{"dialysis": ["none", "haemodialysis"]}], False),
        ([{"age": "from 18 years"}], False),
        ([], False),
    ],
)
def test_who_is_only_on_dialysis_has_a_disease_of_the_kidney(
    whoms: list[dict[str, Any]], diseased: bool
) -> None:
    assert (KIDNEY_DISEASE in own_of(*whoms).has) is diseased


MAN = {"age": "48 years", "sex": "male", "weight": "70 kg", "creatinine": "80 umol/L"}


@pytest.mark.parametrize(
    ("typed", "number", "behind"),
    [
        ({"dialysis": "haemodialysis"}, 0, [("dialysis", "haemodialysis")]),
        # a clearance that was calculated is one of a kidney that is not there
        ({"dialysis": "peritoneal", **MAN}, 0, [("dialysis", "peritoneal")]),
        ({"dialysis": "haemodialysis", **MEASURED}, 25, CLEARANCE),
        ({"dialysis": "none", **MEASURED}, 25, CLEARANCE),
        ({"dialysis": "none"}, None, []),
        ({}, None, []),
    ],
)
def test_dialysis_is_no_clearance_unless_one_was_entered(
    typed: dict[str, Any], number: float | None, behind: list[Text]
) -> None:
    found = with_dialysis_as_clearance(known(TERMS, **typed))
    own = found.patient.clearance
    assert (None if own is None else own.magnitude) == number
    assert list(found.measured.get("clearance", ())) == [
        one if isinstance(one, Fact) else Fact(*one) for one in behind
    ]
    if number == 0:
        assert found.patient.indexed_clearance is None


@pytest.mark.parametrize(
    ("stated", "figures"),
    [
        ([{"creatinine": "from 300 umol/L"}], True),
        ([{"age": "from 18 years"}, {"clearance": "below 30 mL/min"}], True),
        ([{"age": "from 18 years"}], False),
        ([], False),
    ],
)
def test_a_number_of_the_kidney_is_a_creatinine_or_a_clearance(
    stated: list[dict[str, Any]], figures: bool
) -> None:
    assert has_figures([whom(**one) for one in stated]) is figures


def of_kidney(whoms: list[Any], **typed: Any) -> Judge:
    answers = [Answer.model_validate(answer(f"{n}.", one)) for n, one in enumerate(whoms)]
    return Judge(known(TERMS, **typed), TERMS, own_of(), "madeupine").of_kidney(answers)


def test_an_answer_without_a_number_asks_whether_the_kidney_is_impaired() -> None:
    # KDIGO: 25 mL/min is below 60
    disease = {"has": [KIDNEY_DISEASE]}
    found = of_kidney([disease, "always"], **MEASURED).judge(whom(**disease))
    assert found == Judgement(True, CLEARANCE[:1], (), CLEARANCE)
    # beside a number it is what was typed of it
    number = {"clearance": "below 30 mL/min"}
    for other in (number, {**number, "dialysis": ["none"]}):
        found = of_kidney([disease, other], **MEASURED).judge(whom(**disease))
        assert found == open_for("conditions")


def test_dialysis_is_a_number_where_the_answers_do_not_speak_of_it() -> None:
    number, dialysed = {"clearance": "below 30 mL/min"}, {"dialysis": ["haemodialysis"]}
    on = {"dialysis": "haemodialysis"}
    held = decided(True, ("dialysis", "haemodialysis"))
    assert of_kidney([number], **on).judge(whom(**number)) == held
    for answers in ([number, dialysed], [dialysed, number]):
        asked = of_kidney(answers, **on)
        assert asked.judge(whom(**number)) == open_for("clearance")
        assert asked.judge(whom(**dialysed)) == held


def test_a_judge_of_the_kidney_knows_of_which_drug_and_what_is_normal() -> None:
    for answers in ([{"has": ["gout"]}], [{"clearance": "below 30 mL/min"}]):
        asked = of_kidney(answers)
        assert asked.judge(whom(takes=["upines"])) == open_for("other medicines")
        assert asked.own == own_of()


def test_an_answer_on_an_allergy_names_the_drug_or_its_class() -> None:
    judge = Judge(known(TERMS), TERMS, Own())
    for ids, named in ((["upines"], True), (["madeupine"], True), (["warfarin"], False)):
        conditions = [answer("Of all."), answer("Stop.", {"allergy": ids}, level="STOP")]
        assert judge.names_allergy(drug(conditions=conditions)) is named, ids
    assert not judge.names_allergy(drug(conditions=[answer("Of all.")]))


def test_whether_it_is_about_a_patient_is_told_with_its_facts_and_what_is_missing() -> None:
    of = whom(age="from 65 years", weight="below 50 kg")
    assert holds_for(of, known(TERMS, weight="49 kg"), TERMS) == (
        None,
        (Fact("weight", "49 kg"),),
        ("age",),
    )
    assert holds_for(of, known(TERMS, age="60 years"), TERMS)[0] is False
