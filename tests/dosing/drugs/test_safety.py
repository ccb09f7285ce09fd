"""What an answer of a drug file may say, about whom, and under which code it is found."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dosing.drugs.safety import Answer, Missing, Outcome, Safety, Whom, code_word

PROPOSED = {"changes": ["omit"], "source": "label"}


def whom(**stated: Any) -> Whom:
    return Whom.model_validate(stated)


def answer(**stated: Any) -> Answer:
    level = "NOTE" if stated.get("when") == "always" else "WARN"
    return Answer.model_validate({"level": level, "text": "It harms.", "source": "label", **stated})


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("has hepatitis B or past hepatitis B", "has_hepatitis_b_or_past_hepatitis_b"),
        ("anti-HBc", "anti_hbc"),
        ("(10^9/L)", "10_9_l"),
    ],
)
def test_a_text_is_a_part_of_a_code_in_small_letters_and_digits(text: str, word: str) -> None:
    assert code_word(text) == word


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"below": "1.5 10^9/L"}, "neutrophils below 1.5 10^9/L"),
        ({"above": "3 xULN"}, "neutrophils above 3 xULN"),
        ({"at_least": "3 g/L", "below": "6 g/L"}, "neutrophils from 3 g/L, below 6 g/L"),
        ({"above": "3 g/L", "below": "6 g/L"}, "neutrophils above 3 g/L, below 6 g/L"),
        ({"is": ["positive"]}, "neutrophils positive"),
        ({"is": ["positive", "reactive"]}, "neutrophils positive or reactive"),
    ],
)
def test_an_outcome_is_said_in_words(stated: dict[str, Any], said: str) -> None:
    assert str(Outcome.model_validate({"test": "neutrophils", **stated})) == said


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({}, "needs above, at_least or below, or else the words that it is"),
        ({"below": "3 g/L", "is": ["low"]}, "or else the words that it is"),
        ({"above": "3 g/L", "at_least": "3 g/L"}, "above and at_least cannot stand together"),
    ],
)
def test_an_outcome_is_of_numbers_or_of_words(stated: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Outcome.model_validate({"test": "IgG", **stated})


def test_a_result_that_is_missing_is_said_with_how_old_it_may_be() -> None:
    assert str(Missing(test="IgG")) == "no IgG"
    assert str(Missing(test="IgG", older_than="3 days")) == "no IgG of the last 3 days"


def test_whom_an_answer_is_about_is_said_in_words() -> None:
    stated: dict[str, Any] = {
        "age": "below 18 years",
        "weight": "from 40 kg to below 60 kg",
        "is": ["pregnant", "breast-feeding"],
        "sex": ["female"],
        "liver": ["Child-Pugh A", "Child-Pugh B"],
        "genotype": ["poor"],
        "dialysis": ["haemodialysis"],
        "has": ["asthma", "copd"],
        "takes": ["warfarin"],
        "allergy": ["penicillin"],
        "unless_takes": ["folic acid", "folinic acid"],
        "result": {"test": "IgG", "below": "3 g/L"},
        "missing": {"test": "HBsAg"},
    }
    assert str(whom(**stated)) == (
        "age below 18 years; weight from 40 kg, below 60 kg; pregnant or breast-feeding; female; "
        "Child-Pugh A or Child-Pugh B; genotype poor; dialysis haemodialysis; "
        "has asthma or copd; takes warfarin; allergy penicillin; "
        "does not take folic acid or folinic acid; IgG below 3 g/L; no HBsAg"
    )


@pytest.mark.parametrize(
    "stated",
    [
        {"age": "below 18 years"},
        {"is": ["pregnant"]},
        {"unless_takes": ["folic acid"]},
        {"result": {"test": "IgG", "below": "3 g/L"}},
        {"missing": {"test": "IgG"}},
    ],
)
def test_one_thing_says_whom_an_answer_is_about(stated: dict[str, Any]) -> None:
    (name,) = stated
    assert not whom(**stated).states_more_than("is_" if name == "is" else name)
    assert whom(**stated, sex=["female"]).states_more_than("is_" if name == "is" else name)


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({}, "says of nobody whom it is about; write always, or what must hold"),
        ({"age": {}}, "age needs at_least, below or both"),
        ({"weight": "from 60 kg to below 40 kg"}, "weight: 60 kg is not below 40 kg"),
        ({"weight": "from 40 kg to below 40 kg"}, "weight: 40 kg is not below 40 kg"),
        ({"has": ["asthma", "copd", "asthma"]}, "has names something twice"),
        ({"is": ["pregnant", "pregnant"]}, "is names something twice"),
        ({"has": ["x"], "unless_takes": ["y", "y"]}, "unless_takes names something twice"),
        (
            {"dialysis": ["none", "haemodialysis", "peritoneal"]},
            "dialysis names every word there is, and so says nothing",
        ),
        (
            {"liver": ["Child-Pugh A", "Child-Pugh B", "Child-Pugh C"]},
            "liver names every word there is, and so says nothing",
        ),
    ],
)
def test_what_says_nothing_of_anybody_is_refused(stated: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        whom(**stated)


def test_a_list_of_open_words_may_have_as_many_as_a_closed_one() -> None:
    assert len(whom(has=["a", "b", "c"]).has) == 3
    assert whom(age="from 65 years").intervals()[0][0] == "age"
    assert whom(age="from 65 years to below 66 years").age is not None


@pytest.mark.parametrize("level", ["WARN", "STOP"])
def test_only_what_a_rule_decides_is_more_than_a_note(level: str) -> None:
    with pytest.raises(ValidationError, match="what is shown always is a NOTE"):
        answer(when="always", level=level)
    with pytest.raises(ValidationError, match="a result that was not entered is a NOTE"):
        answer(when={"missing": {"test": "IgG"}}, level=level)
    assert answer(when={"has": ["asthma"]}, level=level).level == level
    assert answer(when="always", level="NOTE").level == "NOTE"
    assert answer(when={"missing": {"test": "IgG"}}, level="NOTE").level == "NOTE"


def test_an_answer_without_words_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        answer(when="always", text="")
    assert answer(when="always", text="!").text == "!"


def test_a_weight_is_that_of_a_dose() -> None:
    with pytest.raises(ValidationError, match="weight says what a dose goes by"):
        answer(when={"has": ["asthma"]}, weight="actual")
    assert answer(when={"has": ["asthma"]}, weight="actual", dose="2 mg/kg").weight == "actual"
    assert answer(when={"has": ["asthma"]}, dose="2 mg/kg").weight is None


RESULT = {"test": "neutrophils", "below": "1.5 10^9/L"}


@pytest.mark.parametrize(
    ("when", "of_a_result"),
    [
        ("always", False),
        ({"has": ["asthma"]}, False),
        ({"result": RESULT, "has": ["asthma"]}, False),
        ({"result": RESULT}, True),
    ],
)
def test_only_a_result_alone_proposes_a_change(when: Any, of_a_result: bool) -> None:
    assert answer(when=when).is_of_a_result is of_a_result
    if of_a_result:
        assert answer(when=when, proposes=PROPOSED).proposes is not None
    else:
        with pytest.raises(ValidationError, match="and is not about a result alone"):
            answer(when=when, proposes=PROPOSED)


def test_the_code_of_an_answer_is_that_of_whom_it_is_about() -> None:
    found = answer(when={"has": ["hepatitis B"]}).code_of("thioctic-acid", "infection")
    assert found == "safety.thioctic_acid.infection.has_hepatitis_b"


def test_the_code_of_what_is_always_shown_is_the_beginning_of_its_text() -> None:
    # its first 60 letters end with the a of "after"
    text = "Take it one hour before food, or two hours and a half hour after it, with water."
    assert len(text.partition("fter it")[0]) == 60
    found = answer(when="always", text=text).code_of("testol", "medicines")
    assert found == (
        "safety.testol.medicines.take_it_one_hour_before_food_or_two_hours_and_a_half_hour_a"
    )


def read(**answers: Any) -> Safety:
    return Safety.model_validate(answers)


def stated(when: Any = "always", text: str = "It harms.", **more: Any) -> dict[str, Any]:
    level = "NOTE" if when == "always" else "WARN"
    return {"when": when, "level": level, "text": text, "source": "label", **more}


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([], 'kidney: write an answer, or "no source found"'),
        ([stated(), stated()], "kidney: two answers are about: It harms."),
        (
            [stated({"has": ["gout"]}), stated({"has": ["gout"]}, "It harms much.")],
            "kidney: two answers are about: has gout",
        ),
    ],
)
def test_a_question_has_an_answer_and_not_two_about_the_same(answers: Any, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        read(kidney=answers)


def test_answers_about_others_another_route_or_another_question_stand_beside_each_other() -> None:
    gout: dict[str, Any] = {"has": ["gout"]}
    found = read(
        kidney=[stated(gout), stated({"has": ["asthma"]}), stated(gout, routes=["oral"])],
        liver=[stated(gout)],
        age=[stated(text="One."), stated(text="Two.")],
    )
    assert [(question, number) for question, number, _ in found.every_answer()] == [
        ("age", 1),
        ("age", 2),
        ("kidney", 1),
        ("kidney", 2),
        ("kidney", 3),
        ("liver", 1),
    ]


def test_a_question_is_missing_where_nobody_looked_and_not_where_nothing_was_found() -> None:
    found = read(
        age="no source found",
        pregnancy=[stated()],
        kidney="see adjustments",
        liver="no source found",
        conditions="no source found",
        medicines="no source found",
    )
    assert found.missing == ["infection", "laboratory"]
    assert found.answers("age") == found.answers("kidney") == found.answers("infection") == []
    assert len(found.answers("pregnancy")) == 1


def test_each_place_that_names_a_source_is_found() -> None:
    proposes = {**PROPOSED, "source": "article"}
    found = read(
        age=[stated(source="leaflet")],
        laboratory=[stated(), stated({"result": RESULT}, proposes=proposes)],
    )
    assert list(found.sources_named()) == [
        ("safety age 1", "leaflet"),
        ("safety laboratory 1", "label"),
        ("safety laboratory 2", "label"),
        ("safety laboratory 2, proposes", "article"),
    ]
