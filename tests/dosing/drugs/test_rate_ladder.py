"""What a rate ladder and a dilution may say in a drug file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from tests.support.planning import whole_library


def drug_with(*ladders: dict[str, Any]) -> Drug:
    return Drug.model_validate(
        {
            "id": "made",
            "name": "made",
            "version": 1,
            "sources": {"label": {"cite": "A made-up label", "confirmed": True}},
            "products": [
                {
                    "name": "vial",
                    "form": "vial",
                    "routes": ["intravenous infusion"],
                    "strengths": ["100 mg"],
                    "source": "label",
                }
            ],
            "limits": [{"per": "dose", "hard": {"high": "2 g"}, "source": "label"}],
            "ladders": list(ladders),
        }
    )


def ladder_of(**words: Any) -> dict[str, Any]:
    return {
        "id": "made-first",
        "infusion": "first",
        "routes": ["intravenous infusion"],
        "source": "label",
        **words,
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({}, "needs steps, over, least, longest or most"),
        ({"steps": [{"rate": "100 mg/h", "hold": "30 min"}, {"rate": "50 mg/h"}]}, "does not rise"),
        ({"steps": [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "50 mg/h"}]}, "does not rise"),
        ({"steps": [{"rate": "50 mg/h"}, {"rate": "100 mg/h"}]}, "needs hold"),
        (
            {"steps": [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "100 mL/h"}]},
            "differ in kind",
        ),
        (
            {"steps": [{"rate": "50 mg/h", "hold": "30 min"}, {"rate": "100 mg/kg/h"}]},
            "differ in kind",
        ),
        (
            {"steps": [{"rate": "400 mg/h"}], "most": {"rate": "300 mg/h", "source": "label"}},
            "above the most",
        ),
        (
            {"steps": [{"rate": "10 mg/min"}], "most": {"rate": "500 mg/h", "source": "label"}},
            "above the most",
        ),
        ({"steps": [{"rate": "50 units/h"}]}, "no product is measured as its rates are"),
        (
            {"steps": [{"percent": 20, "hold": "30 min"}, {"percent": 70, "hold": "60 min"}]},
            "add up to 100",
        ),
        ({"steps": [{"percent": 20, "hold": "30 min"}, {"rate": "50 mg/h"}]}, "add up to 100"),
        ({"steps": [{"percent": 100}]}, "needs hold"),
        ({"steps": [{"hold": "30 min"}]}, "a rate, or a percent"),
        ({"steps": [{"rate": "50 mg/h"}], "over": "60 min"}, "not both"),
        ({"over": "20 min", "least": "30 min"}, "longer than"),
        ({"least": "30 min", "longest": "20 min"}, "longer than"),
        ({"steps": [{"rate": "50"}]}, "has no unit"),
        ({"over": "60 min", "source": "lable"}, "no source named"),
        ({"over": "60 min", "reaction": {"resume_percent": 50, "source": "x"}}, "no source named"),
        ({"over": "60 min", "reaction": {"resume_percent": 150, "source": "label"}}, "less than"),
        ({"over": "60 min", "speed": "fast"}, "Extra inputs"),
    ],
)
def test_a_ladder_that_does_not_hold_is_refused(words: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        drug_with(ladder_of(**words))


def test_two_ladders_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="appears twice"):
        drug_with(ladder_of(over="60 min"), ladder_of(over="30 min"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"product": "vial"}, "needs diluents, low or high"),
        ({"product": "vial", "low": "4 mg/mL", "high": "1 mg/mL"}, "is above high"),
        ({"product": "vial", "low": "4 mg/mL", "high": "1 units/mL"}, "differ in kind"),
        ({"product": "bag", "low": "4 mg/mL"}, "no product or ladder names"),
    ],
)
def test_a_dilution_that_does_not_hold_is_refused(words: dict[str, Any], why: str) -> None:
    document = json.loads(drug_with().model_dump_json())
    with pytest.raises(ValueError, match=why):
        Drug.model_validate({**document, "dilutions": [{**words, "source": "label"}]})


def test_the_id_of_a_ladder_begins_with_that_of_its_drug() -> None:
    """So a ladder is found without reading every drug file, and no two drugs share a name."""
    drugs = whole_library().drugs
    ladders = [(name, ladder) for name, drug in drugs.items() for ladder in drug.ladders]
    assert len(ladders) > 30
    assert not [ladder.id for name, ladder in ladders if not ladder.id.startswith(f"{name}-")]


def test_an_hour_and_sixty_minutes_are_compared_as_times() -> None:
    ladder = RateLadder.model_validate(ladder_of(over="1 h", least="60 min", longest="60 min"))
    assert not ladder.open_end
