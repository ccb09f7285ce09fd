"""What a drug file may propose for whom: a share, a range of shares, or to avoid the drug."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dosing import units
from dosing.drugs.adjustment import ProposedAdjustment
from dosing.patient import Patient


def proposed(**said: Any) -> ProposedAdjustment:
    whole: dict[str, Any] = {
        "propose": "50 %",
        "level": "WARN",
        "text": "Half of it.",
        "source": "label",
    }
    if "if_taking" not in said:
        whole["when"] = {"age": "from 65 years"}
    return ProposedAdjustment.model_validate({**whole, **said})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("50 %", (0.5,)),
        ("a quarter", (0.25,)),
        ("30 % to 80 %", (0.3, 0.8)),
        ("avoid", ()),
    ],
)
def test_a_share_a_range_and_to_avoid_are_read(text: str, parts: tuple[float, ...]) -> None:
    assert proposed(propose=text).parts == parts


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("80 % to 30 %", 'propose "80 % to 30 %": low is not below high'),
        ("50 % to 50 %", 'propose "50 % to 50 %": low is not below high'),
        # a third share would stand for nothing
        ("30 % to 50 % to 80 %", '"50 % to 80 %" is not a part of the standard dose'),
        ("half as much", '"30 % to 80 %" or "avoid"'),
        ("75", "is not a part of the standard dose"),
    ],
)
def test_what_is_no_share_or_no_range_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValidationError) as error:
        proposed(propose=text)
    assert why in str(error.value)


def test_a_proposal_is_for_somebody() -> None:
    with pytest.raises(ValidationError, match="needs when or if_taking"):
        proposed(when=None)
    assert proposed(if_taking=["warfarin"]).when is None


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ({"when": {"clearance": "below 30 mL/min"}}, "kidney"),
        ({"when": {"creatinine": "from 300 umol/L"}}, "kidney"),
        ({"when": {"genotype": ["poor"]}}, "laboratory"),
        ({"when": {"age": "from 65 years"}}, "age"),
        ({"when": {"weight": "below 50 kg"}}, "age"),
        ({"if_taking": ["allopurinol"]}, "medicines"),
        # the kidney comes before the other drugs
        ({"if_taking": ["allopurinol"], "when": {"clearance": "below 30 mL/min"}}, "kidney"),
    ],
)
def test_each_proposal_answers_one_of_the_questions(said: dict[str, Any], question: str) -> None:
    assert proposed(**said).question == question


def test_it_is_meant_for_whom_both_hold() -> None:
    old, young = Patient(age=units.age("65 years")), Patient(age=units.age("64 years"))
    by_age = proposed()
    assert [by_age.concerns(one, ["warfarin"]) for one in (old, young)] == [True, False]
    by_drug = proposed(if_taking=["allopurinol", "febuxostat"])
    taken: tuple[list[str], ...] = (
        ["Allopurinol 100 mg"],
        ["warfarin", "FEBUXOSTAT"],
        ["warfarin"],
        [],
    )
    assert [by_drug.concerns(young, drugs) for drugs in taken] == [True, True, False, False]
    both = proposed(if_taking=["allopurinol"], when={"age": "from 65 years"})
    assert both.concerns(old, ["allopurinol"])
    assert not both.concerns(young, ["allopurinol"])
    assert not both.concerns(old, [])


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({}, "age from 65 years: 50 % of the standard dose. Half of it."),
        ({"propose": "avoid"}, "age from 65 years: avoid. Half of it."),
        (
            {"if_taking": ["allopurinol", "febuxostat"]},
            "takes allopurinol or febuxostat: 50 % of the standard dose. Half of it.",
        ),
        (
            {"if_taking": ["allopurinol"], "when": {"age": "from 65 years"}},
            "age from 65 years; takes allopurinol: 50 % of the standard dose. Half of it.",
        ),
    ],
)
def test_it_says_for_whom_it_is_meant_and_what_it_proposes(said: dict[str, Any], text: str) -> None:
    assert str(proposed(**said)) == text
