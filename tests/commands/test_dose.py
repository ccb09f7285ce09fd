"""The command ``dose``: which weight it goes by is never assumed."""

from __future__ import annotations

import pytest

from tests.support.asking import Ask

PER_KG = ("dose", "--rate", "0.4 g/kg", "--weight", "72 kg")


def why_of_the_weight(content: dict[str, list[dict[str, str]]]) -> str:
    (why,) = [step["why"] for step in content["steps"] if step["what"] == "dosing weight"]
    return why


def test_a_dose_per_kg_from_a_weight_alone_says_that_it_was_the_only_one(ask: Ask) -> None:
    content = ask(*PER_KG, "--json", program="dosing").json
    assert content["amount"] == {"value": 28.8, "unit": "g", "text": "28.8 g"}
    assert why_of_the_weight(content) == "actual weight, the only one given"
    content = ask(*PER_KG, "--basis", "actual", "--json", program="dosing").json
    assert why_of_the_weight(content) == "the weight as measured"


@pytest.mark.parametrize("more", [("--height", "180 cm"), ("--sex", "male")])
def test_a_dose_per_kg_does_not_choose_between_weights(ask: Ask, more: tuple[str, str]) -> None:
    answer = ask(*PER_KG, *more, program="dosing")
    assert (answer.code, answer.out) == (2, "")
    (problem,) = answer.problems
    assert problem.startswith("basis: is missing; write actual, ideal, adjusted or lean")


def test_a_missing_basis_comes_with_every_other_problem(ask: Ask) -> None:
    answer = ask(*PER_KG, "--height", "180 cm", "--cap", "5", "--round-to", "5 g", program="dosing")
    assert [problem.split(":")[0] for problem in answer.problems] == ["basis", "cap", "rounding"]


def test_a_dose_by_surface_needs_no_basis(ask: Ask) -> None:
    surface = ("--weight", "70 kg", "--height", "175 cm", "--surface", "mosteller")
    answer = ask(
        "dose",
        "--rate",
        "375 mg/m2",
        *surface,
        "--round-to",
        "50 mg",
        "--rounding",
        "nearest",
        "--json",
        program="dosing",
    )
    # 375 mg/m2 x 1.8447 m2 = 691.7 mg
    assert answer.json["amount"]["text"] == "700 mg"
