"""A lost part of the body: the weight before, and what goes by it."""

from __future__ import annotations

from typing import Any

import pytest

import dosing
from dosing.amputation import read_amputations
from dosing.calculation.calculate import Dose
from dosing.errors import InputError
from dosing.units import KG, quantity
from tests.support.outside import rows

PARTS = {
    "foot": "foot",
    "lower_leg_and_foot": "below knee",
    "entire_leg": "entire leg",
    "hand": "hand",
    "forearm_and_hand": "below elbow",
    "entire_arm": "whole arm",
}


def text(given: Dose) -> str:
    return " ".join(finding.text for finding in given.findings)


def test_the_weight_before_is_the_measured_one_by_the_share_that_is_left() -> None:
    wrong = []
    for row in rows("amputation"):
        missing = row["extra"].split(";")[0].removeprefix("missing=").split("+")
        sides = ("left", "right")
        lost = read_amputations(
            [f"{PARTS[part]} {side}" for part, side in zip(missing, sides, strict=False)]
        )
        assert lost is not None
        whole = lost.whole(quantity(float(row["weight_kg"]), KG)).magnitude
        if not float(row["expected_low"]) <= whole <= float(row["expected_high"]):
            wrong.append((row["id"], whole))
    assert wrong == []


def test_a_surface_goes_by_the_weight_before_and_says_so() -> None:
    # 70 kg / 0.941 = 74.3889 kg; sqrt(74.3889 x 175 / 3600) = 1.901612 m2; x 375 = 713.105 mg
    given = dosing.dose(
        "375 mg/m2",
        surface="mosteller",
        weight="70 kg",
        height="175 cm",
        amputations=["below knee left"],
    )
    assert float(given.amount.magnitude) == pytest.approx(713.1046, abs=5e-4)
    assert given.steps[-1].value == "agrees"
    found = {finding.code: finding for finding in given.findings}["weight.amputation"]
    assert found.level == "WARN"
    assert "74.389\xa0kg, not the measured weight of 70\xa0kg" in found.text


def test_a_dose_by_actual_weight_goes_by_the_measured_one_and_shows_the_other() -> None:
    given = dosing.dose("10 mg/kg", basis="actual", weight="70 kg", amputations="entire leg right")
    assert float(given.amount.magnitude) == pytest.approx(700)
    # 70 / 0.84 = 83.333
    assert "not by the estimated weight before of 83.333\xa0kg" in text(given)


def test_an_adjusted_weight_starts_from_the_weight_before() -> None:
    # F 165 cm: ideal 45.5 + 2.3 x (64.9606 - 60) = 56.9094 kg; 84 kg / 0.84 = 100 kg before
    # 56.9094 + 0.4 x 43.0906 = 74.1457 kg; 0.4 g/kg of it is 29.6583 g
    given = dosing.dose(
        "0.4 g/kg",
        basis="adjusted",
        ideal="devine",
        fraction=0.4,
        weight="84 kg",
        height="165 cm",
        sex="female",
        amputations="leg left",
    )
    assert float(given.amount.magnitude) == pytest.approx(29.65827, abs=5e-5)
    assert given.steps[-1].value == "agrees"


def test_a_column_goes_by_the_weight_before_as_one_patient_does() -> None:
    given = dosing.dose(
        "375 mg/m2",
        surface="mosteller",
        weight=["70 kg", "80 kg"],
        height="175 cm",
        amputations=["below knee left"],
    )
    # 80 / 0.941 = 85.0159 kg; sqrt(85.0159 x 175 / 3600) = 2.032909 m2
    assert list(given.amount.magnitude) == pytest.approx([713.1046, 762.3409], abs=5e-4)
    assert given.steps[-1].value == "agrees"


def test_without_an_agreed_figure_nothing_is_estimated_and_that_is_said() -> None:
    given = dosing.dose(
        "375 mg/m2",
        surface="mosteller",
        weight="70 kg",
        height="175 cm",
        amputations=["above knee left"],
    )
    # sqrt(70 x 175 / 3600) = 1.844662 m2
    assert float(given.amount.magnitude) == pytest.approx(691.748, abs=5e-4)
    assert "No weight before can be estimated" in text(given)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (["tail"], 'amputation: "tail" is not known here'),
        (["below knee left", "foot left"], "another part of the same leg"),
        (["foot", "below knee left"], "another part of the same leg"),
        (["foot left right"], "is not known here"),
        ([4], "is not text"),
        (4, "is not text"),
        (["none", "foot left"], "is not known here"),
    ],
)
def test_what_is_no_part_or_counts_twice_is_refused(typed: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_amputations(typed)


def test_both_feet_are_two_parts_and_none_is_nothing() -> None:
    both = read_amputations("foot both")
    assert both is not None
    assert both.percent == pytest.approx(3.0)
    assert str(both) == "foot, left (1.5 %); foot, right (1.5 %)"
    assert read_amputations(["none"]) is None
    assert read_amputations([]) is None


def test_a_body_says_which_measures_go_by_the_weight_before() -> None:
    sizes = dosing.body(
        weight="84 kg",
        height="165 cm",
        sex="female",
        age="48 years",
        amputations="leg left",
        creatinine="1 mg/dL",
    )
    # 100 / 1.65^2 = 36.7309; Cockcroft and Gault by 84 kg: 92 x 84 / 72 x 0.85 = 91.2333
    assert sizes["bmi"]["value"] == pytest.approx(36.7309, abs=5e-5)
    clearance = sizes["creatinine_clearance"]["cockcroft_gault"]["value"]
    assert clearance == pytest.approx(91.2333, abs=5e-5)
    assert "weight.amputation" in {finding["code"] for finding in sizes["findings"]}


def test_an_amputation_is_not_ignored_where_the_dose_is_flat() -> None:
    given = dosing.dose("600 mg", weight="70 kg", amputations="hand left")
    assert "not used to calculate the dose: weight, amputation" in text(given)
