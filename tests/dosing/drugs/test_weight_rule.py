"""What a place may state of the weight that its doses go by, to the edges of each figure."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dosing.drugs.weight_rule import SiteWeight, WeightRule

ADJUSTED = {"weight": "adjusted", "ideal": "devine", "fraction": 0.4, "source": "a policy"}
OF_A_PLACE = {**ADJUSTED, "jurisdiction": "AU", "text": "From 30 kg/m2 by the adjusted weight."}


@pytest.mark.parametrize(
    ("field", "holds", "refused"),
    [
        ("fraction", [0.01, 0.4, 0.99], [0, -0.1, 1, 1.4]),
        # a body-mass index of a child may be small; none is nothing
        ("from_bmi", [0.5, 1, 30], [0, -0.5]),
    ],
)
def test_a_figure_is_one_that_a_weight_can_go_by(
    field: str, holds: list[float], refused: list[float]
) -> None:
    for figure in holds:
        made = SiteWeight.model_validate({**ADJUSTED, field: figure})
        assert getattr(made, field) == figure
    for figure in refused:
        with pytest.raises(ValidationError, match=field):
            SiteWeight.model_validate({**ADJUSTED, field: figure})


def test_what_a_place_does_not_say_does_not_hold() -> None:
    # neither the weight before a pregnancy nor a prescriber's own choice, unless it is written
    said: dict[str, Any] = WeightRule.model_validate(OF_A_PLACE).model_dump()
    assert said["before_pregnancy"] is False
    assert said["actual_by_reason"] is False
    assert said["from_bmi"] is None
    assert said["jurisdiction"] == "AU"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"weight": "actual"}, "ideal goes with weight"),
        ({"weight": "actual", "ideal": None}, "fraction goes with adjusted"),
        ({"weight": "ideal"}, "fraction goes with adjusted"),
        ({"fraction": None}, "fraction goes with adjusted"),
        ({"ideal": None}, "ideal goes with weight"),
        ({"ideal": "guess"}, 'ideal "guess" is none of devine, '),
        ({"jurisdiction": ""}, "needs the jurisdiction that it is of"),
    ],
)
def test_half_a_rule_of_a_place_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        WeightRule.model_validate({**OF_A_PLACE, **change})


def test_a_hospital_decides_on_a_weight() -> None:
    assert SiteWeight.model_validate(ADJUSTED).weight == "adjusted"
    undecided = {**ADJUSTED, "weight": None, "ideal": None, "fraction": None}
    with pytest.raises(ValidationError, match="needs weight: ideal, adjusted or actual"):
        SiteWeight.model_validate(undecided)
