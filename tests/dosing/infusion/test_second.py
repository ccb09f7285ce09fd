"""The second calculation of an infusion, in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dosing.infusion import rates, steps
from dosing.infusion import second as second_infusion
from tests.support.infusing import (
    NO_DRUG,
    amount,
    bag,
    codes,
    infused,
    stage,
)


def test_the_second_calculation_is_exact() -> None:
    found = second_infusion.steps(
        dose="700 mg",
        volume="500 mL",
        stages=[(f"{mg} mg/h", "30 min" if mg < 400 else None) for mg in range(50, 401, 50)],
    )
    assert list(found[0]) == [0, 30, Fraction(250, 7), Fraction(125, 7)]
    assert list(found[-1]) == [180, 210, 250, 125]
    assert sum(row[3] for row in found) == 500


def test_the_second_calculation_halves_after_a_reaction() -> None:
    found = second_infusion.steps(
        volume="100 mL",
        stages=[("60 mL/h", "30 min"), ("120 mL/h", None)],
        interruptions=[("45 min", "15 min", 50)],
    )
    # 30 mL, 30 mL, a stop, and 40 mL at 60 mL/h
    assert [[int(value) for value in row] for row in found] == [
        [0, 30, 60, 30],
        [30, 45, 120, 30],
        [45, 60, 0, 0],
        [60, 100, 60, 40],
    ]


@pytest.mark.parametrize("wrong", [1.001, 1000, 0.5])
def test_a_wrong_first_calculation_is_stopped(
    monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    right = rates.ml_per_h
    monkeypatch.setattr(steps, "ml_per_h", lambda *a, **k: right(*a, **k) * wrong)
    found = infused(bag=bag("500 mL"), stages=[stage("50 mg/h")], dose=amount("700 mg"))
    assert codes(found) == NO_DRUG | {("STOP", "infusion.second_calculation")}


@pytest.mark.parametrize(
    ("stages", "volume_text"),
    [
        ([("50 mph", None)], "500 mL"),
        ([("50 mL/h", "30 min")], "500 mL"),
        ([("20 %", None)], "500 mL"),
        ([("50 mg/h", None)], "500 mL"),
        ([("50 mL/h", None)], "500 mg"),
        ([("1 mL/kg/h", None)], "500 mL"),
        ([("50 mL/mg", None)], "500 mL"),
    ],
)
def test_the_second_calculation_knows_no_default(stages: Any, volume_text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        second_infusion.steps(volume=volume_text, stages=stages)


@pytest.mark.parametrize(
    ("rate", "body", "ml_per_h"),
    [
        # 700 mg in 500 mL: 50 mg/h are 250/7 mL/h
        ("0.05 g/h", {}, Fraction(250, 7)),
        ("50000 mcg/h", {}, Fraction(250, 7)),
        # 28 mg/m2/h for 2.5 m2, and 1 mg/kg/h for 70 kg, are 70 mg/h
        ("28 mg/m2/h", {"surface": "2.5 m2"}, Fraction(50)),
        ("1 mg/kg/h", {"weight": "70 kg"}, Fraction(50)),
    ],
)
def test_the_second_calculation_reads_every_unit_of_a_rate(
    rate: str, body: dict[str, Any], ml_per_h: Fraction
) -> None:
    (step,) = second_infusion.steps(volume="500 mL", dose="700 mg", stages=[(rate, None)], **body)
    assert step[2] == ml_per_h
