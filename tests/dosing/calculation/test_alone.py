"""A dose without a regimen: what was entered is used, or it is said that it was not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from dosing import units
from dosing.amputation import read_amputations
from dosing.calculation.alone import (
    calculate_alone,
    note_unused_choices,
    refuse_unused,
    route_of,
)
from dosing.calculation.rule import DoseRule
from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.drug import Drug
from dosing.errors import InputError, Problems
from dosing.trace import Finding
from dosing.units import YEAR, quantity
from tests.support.made_up import VEIN, drug, patient, per_kg, per_m2, spoken


def texts(found: Iterable[Finding], code: str) -> list[str]:
    return [spoken(finding.text) for finding in found if finding.code == code]


def said(rule: DoseRule, **more: Any) -> list[str]:
    who = patient(creatinine=units.creatinine("80 umol/L"), **more)
    return texts(calculate_alone(rule, who).findings, "dose.unused_facts")


ENTERED = "Entered, and not used to calculate the dose: "


@pytest.mark.parametrize(
    ("rule", "unused"),
    [
        (
            DoseRule(rate=units.dose("600 mg")),
            "weight, height, sex, age, creatinine. It is a flat amount.",
        ),
        (per_kg("1 mg/kg"), "height, sex, age, creatinine. It goes by the actual weight."),
        (
            # Devine was made for adults: the age is looked at.
            per_kg("1 mg/kg", weight_basis="ideal", ideal="devine"),
            "creatinine. It goes by the ideal weight by Devine.",
        ),
        (
            per_kg("1 mg/kg", weight_basis="adjusted", ideal="devine", fraction=0.4),
            "creatinine. It goes by the adjusted weight by Devine.",
        ),
        (
            per_kg("1 mg/kg", weight_basis="lean"),
            "creatinine. It goes by the lean weight by Janmahasatian.",
        ),
        (
            per_m2("1 mg/m2"),
            "sex, age, creatinine. It goes by the body surface by Mosteller.",
        ),
        (
            per_m2("1 mg/m2", surface="schlich"),
            "creatinine. It goes by the body surface by Schlich.",
        ),
        (
            per_m2("1 mg/m2", surface="livingston_lee"),
            "height, sex, age, creatinine. It goes by the body surface by Livingston and Lee.",
        ),
    ],
)
def test_each_fact_that_a_dose_does_not_go_by_is_named(rule: DoseRule, unused: str) -> None:
    assert said(rule) == [ENTERED + unused]


def test_a_surface_as_entered_makes_weight_and_formula_needless() -> None:
    entered = units.surface("1.8 m2")
    facts = "weight, height, sex, age, creatinine"
    by = "It goes by the body surface as entered."
    rule = per_m2("1 mg/m2")
    assert said(rule, surface=entered) == [f"{ENTERED}{facts}, surface formula. {by}"]
    rule = per_m2("1 mg/m2", surface=None)
    assert said(rule, surface=entered) == [f"{ENTERED}{facts}. {by}"]
    flat = DoseRule(rate=units.dose("600 mg"))
    (text,) = said(flat, surface=entered)
    assert text == f"{ENTERED}weight, height, body surface, sex, age, creatinine. " + (
        "It is a flat amount."
    )


@pytest.mark.parametrize(
    ("rule", "is_used"),
    [
        (per_kg("1 mg/kg"), True),
        (per_kg("1 mg/kg", weight_basis="ideal", ideal="devine"), True),
        (per_m2("1 mg/m2"), True),
        (DoseRule(rate=units.dose("600 mg")), False),
    ],
)
def test_an_amputation_is_unused_only_by_a_flat_amount(rule: DoseRule, is_used: bool) -> None:
    (text,) = said(rule, amputated=read_amputations(["below knee left"]))
    assert ("amputation" not in text) is is_used


def test_nothing_is_said_where_everything_was_used() -> None:
    by_all = per_m2("1 mg/m2", surface="schlich")
    assert calculate_alone(by_all, patient()).findings == ()


OF_AN_IDEAL = "the dose does not go by an ideal or adjusted weight"


@pytest.mark.parametrize(
    ("rate", "stated", "unused"),
    [
        ("600 mg", {"basis": "actual"}, {"basis": "the rate is not per kg"}),
        ("1 mg/m2", {"basis": "actual"}, {"basis": "the rate is not per kg"}),
        ("1 mg/kg", {"basis": "actual"}, {}),
        ("1 mg/kg", {"basis": "ideal", "ideal": "devine"}, {}),
        ("1 mg/kg", {"basis": "adjusted", "ideal": "devine", "fraction": 0.4}, {}),
        ("1 mg/kg", {"basis": "lean", "ideal": "devine"}, {"ideal": OF_AN_IDEAL}),
        ("1 mg/kg", {"ideal": "devine"}, {"ideal": OF_AN_IDEAL}),
        (
            "1 mg/m2",
            {"basis": "ideal", "ideal": "devine", "fraction": 0.4},
            {
                "basis": "the rate is not per kg",
                "ideal": OF_AN_IDEAL,
                "fraction": "the dose goes by no adjusted weight",
            },
        ),
        (
            "1 mg/kg",
            {"basis": "ideal", "ideal": "devine", "fraction": 0.4},
            {"fraction": "the dose goes by no adjusted weight"},
        ),
        ("1 mg/m2", {"surface": "mosteller"}, {}),
        ("1 mg/kg", {"surface": "mosteller"}, {"surface": "the rate is not per m2"}),
        ("1 mg/kg/day", {"doses_a_day": 2}, {}),
        ("1 mg/kg", {"doses_a_day": 2}, {"doses_a_day": "the rate is not per day"}),
    ],
)
def test_a_choice_without_a_use_is_refused_or_noted_with_the_reason(
    rate: str, stated: dict[str, object], unused: dict[str, str]
) -> None:
    every = dict.fromkeys(("basis", "ideal", "fraction", "surface", "doses_a_day")) | stated
    problems = Problems()
    refuse_unused(problems, units.dose(rate), every)
    refused: dict[str, str] = {}
    try:
        problems.raise_if_any()
    except InputError as error:
        refused = {one.field: one.why for one in error.problems}
        assert [one.typed for one in error.problems] == [str(stated[one]) for one in unused]
    assert refused == {field: f"is not used: {why}" for field, why in unused.items()}
    notes = [*note_unused_choices(units.dose(rate), every)]
    assert bool(notes) == bool(unused)
    assert all(why in spoken(notes[0].text) for why in unused.values())


def test_a_refused_choice_says_what_to_do_instead() -> None:
    problems = Problems()
    refuse_unused(problems, None, {"surface": "mosteller"})  # an unread rate is told elsewhere
    assert not problems
    refuse_unused(problems, units.dose("1 mg/kg"), {"ideal": "devine", "surface": "mosteller"})
    with pytest.raises(InputError) as refused:
        problems.raise_if_any()
    assert [one.accepted for one in refused.value.problems] == [
        "leave it out, or state the basis",
        "leave it out",
    ]


def test_unused_choices_are_noted_in_one_sentence() -> None:
    stated = {"basis": "actual", "fraction": 0.4, "surface": "mosteller"}
    (found,) = note_unused_choices(units.dose("1 mg/kg"), stated)
    assert (found.level, found.code) == ("NOTE", "dose.unused_choices")
    assert found.text == (
        "Entered, and not used to calculate the dose: share of the excess weight: the dose goes by "
        "no adjusted weight; surface formula: the rate is not per m2."
    )


def test_the_only_route_of_a_drug_need_not_be_stated() -> None:
    one = drug("x", {"per": "dose", "routes": [VEIN], "hard": {"high": "1 g"}})
    two = drug("x", {"per": "dose", "routes": [VEIN, "oral"], "hard": {"high": "1 g"}})
    assert route_of(one, None) == route_of(one, VEIN) == route_of(two, VEIN) == VEIN
    assert route_of(two, "oral") == "oral"
    for which, stated, why in (
        (one, "oral", 'route: "oral" is no route of x; write intravenous infusion'),
        (two, None, "route: is missing; write intravenous infusion or oral"),
        (two, "nasal", 'route: "nasal" is no route of x; write intravenous infusion or oral'),
    ):
        with pytest.raises(InputError) as refused:
            route_of(which, stated)
        assert [str(problem) for problem in refused.value.problems] == [why]


def proposing(*proposals: dict[str, Any]) -> Drug:
    plain = drug("made-up", {"per": "dose", "hard": {"high": "1 g"}})
    stated = {"level": "WARN", "text": "Not studied.", "source": "label"}
    adjustments = [ProposedAdjustment.model_validate({**stated, **one}) for one in proposals]
    return plain.model_copy(update={"adjustments": adjustments})


def test_each_proposal_of_the_drug_file_is_told_by_its_number_and_the_others_are_counted() -> None:
    which = proposing(
        {"when": {"age": "from 65 years"}, "propose": "half"},
        {"when": {"clearance": "below 30 mL/min"}, "propose": "avoid"},
        {"when": {"age": "below 65 years"}, "propose": "50 % to 80 %", "level": "STOP"},
        {"if_taking": ["allopurinol"], "propose": "a quarter"},
    )
    flat = DoseRule(rate=units.dose("600 mg"))
    found = calculate_alone(flat, patient(), drug=which, route="oral").findings  # of 48 years
    (told,) = [one for one in found if one.code.startswith("adjust")]
    assert (told.level, told.code) == ("WARN", "adjust.made_up.3")
    assert told.text == (
        "The drug file proposes for age below 65 years: 50 % to 80 % of the standard dose. "
        "Not studied."
    )
    (text,) = texts(found, "dose.not_looked_at")
    assert text.endswith("laboratory. The drug file has 2 adjustments for them.")
    column = patient(age=quantity(np.array([48.0, 70.0]), YEAR))
    found = calculate_alone(flat, column, drug=which, route="oral").findings
    (text,) = texts(found, "dose.not_looked_at")
    assert text.endswith("laboratory. The drug file has 4 adjustments for them.")
    found = calculate_alone(flat, patient(), drug=proposing(), route="oral").findings
    assert texts(found, "dose.not_looked_at") == [
        "Not looked at: age, pregnancy, kidney, liver, infection, conditions, medicines, "
        "laboratory."
    ]


def test_a_proposal_for_another_route_hides_none_of_those_behind_it() -> None:
    young = {"when": {"age": "below 65 years"}, "propose": "half"}
    which = proposing({**young, "routes": [VEIN]}, young)
    flat = DoseRule(rate=units.dose("600 mg"))
    found = calculate_alone(flat, patient(), drug=which, route="oral").findings  # of 48 years
    assert [one.code for one in found if one.code.startswith("adjust")] == ["adjust.made_up.2"]
