"""The second calculation against figures that were worked out by hand, one step at a time."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from dosing.calculation import second

TALL: dict[str, Any] = {"rate": "1 mg/kg", "weight": "90 kg", "height": "62 in"}
MAN: dict[str, Any] = {"weight": "70 kg", "height": "175 cm", "sex": "male"}
WOMAN: dict[str, Any] = {"weight": "60 kg", "height": "160 cm", "sex": "female"}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ("1 g", "1000"),
        ("1 mg", "1"),
        ("1 mcg", "0.001"),
        ("1 mL", "1"),
        ("1 L", "1000"),
        ("1 units", "1"),
        ("1 unit", "1"),
        ("1 mmol", "1"),
        ("1 m2", "1"),
        ("1 cm", "1"),
        ("1 m", "100"),
        ("1 in", "2.54"),
        ("1 ft", "30.48"),
        ("1 min", "1"),
        ("1 h", "60"),
        ("1 day", "1440"),
        ("1 days", "1440"),
        ("1 week", "10080"),
        ("1 weeks", "10080"),
        ("12.5 mcg", "0.0125"),
    ],
)
def test_each_unit_has_its_size(one: str, expected: str) -> None:
    assert second.read(one) == Fraction(expected)


@pytest.mark.parametrize(
    ("one", "expected"), [("1 kg", "1"), ("1 g", "0.001"), ("1 lb", "0.45359237")]
)
def test_each_unit_of_a_weight_has_its_size(one: str, expected: str) -> None:
    assert second.kilograms(one) == Fraction(expected)


@pytest.mark.parametrize(
    ("ideal", "sex", "expected"),
    [
        # 62 inches: the weight at 5 feet, and that of two inches more
        ("devine", "male", "54.6"),
        ("devine", "female", "50.1"),
        ("robinson", "male", "55.8"),
        ("robinson", "female", "52.4"),
        ("miller", "male", "59.02"),
        ("miller", "female", "55.82"),
        ("hamwi", "male", "53.4"),
        ("hamwi", "female", "49.9"),
    ],
)
def test_each_ideal_weight(ideal: str, sex: str, expected: str) -> None:
    assert second.amount(**TALL, sex=sex, basis="ideal", ideal=ideal) == Fraction(expected)
    adjusted = second.amount(**TALL, sex=sex, basis="adjusted", ideal=ideal, fraction=0.25)
    # a quarter of the way from the ideal weight to 90 kg
    assert adjusted == (3 * Fraction(expected) + 90) / 4


def test_lean_weights() -> None:
    # 70 / 1.75^2 is 160/7; 60 / 1.6^2 is 23.4375
    man = second.amount(rate="1 mg/kg", basis="lean", **MAN)
    assert man == Fraction(9270 * 70 * 7, 6680 * 7 + 216 * 160)
    woman = second.amount(rate="1 mg/kg", basis="lean", **WOMAN)
    assert woman == Fraction(556200) / Fraction("14498.75")


@pytest.mark.parametrize(
    ("formula", "size", "expected"),
    [
        ("mosteller", MAN, math.sqrt(175 * 70 / 3600)),
        ("du_bois", MAN, 0.007184 * 70**0.425 * 175**0.725),
        ("haycock", MAN, 0.024265 * 70**0.5378 * 175**0.3964),
        ("gehan_george", MAN, 0.0235 * 70**0.51456 * 175**0.42246),
        ("fujimoto", MAN, 0.008883 * 70**0.444 * 175**0.663),
        ("takahira", MAN, 0.007241 * 70**0.425 * 175**0.725),
        ("schlich", MAN, 0.000579479 * 70**0.38 * 175**1.24),
        ("schlich", WOMAN, 0.000975482 * 60**0.46 * 160**1.08),
        ("boyd", MAN, 0.0003207 * 175**0.3 * 70000 ** (0.7285 - 0.0188 * math.log10(70000))),
        ("livingston_lee", {"weight": "9.5 kg"}, 0.1037 * 9.5**0.6724),
        ("livingston_lee", {"weight": "10 kg"}, 0.1173 * 10**0.6466),
        ("livingston_lee", {"weight": "10.5 kg"}, 0.1173 * 10.5**0.6466),
        # 63 kg without a tenth of the body are 70 kg
        ("mosteller", {**MAN, "weight": "63 kg", "missing": 10}, math.sqrt(175 * 70 / 3600)),
    ],
)
def test_each_surface(formula: str, size: dict[str, Any], expected: float) -> None:
    found = second.amount(rate="100 mg/m2", formula=formula, **size)
    assert float(found) == pytest.approx(100 * expected, rel=1e-12)


def test_a_surface_that_was_typed_is_taken_in_place_of_weight_and_height() -> None:
    assert second.amount(rate="100 mg/m2", surface="1.5 m2", formula="mosteller", **MAN) == 150


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        # 0.065 x 70 kg is 4.55 L of blood; 0.6 of it is plasma
        ({**MAN, "plasma": "kaplan", "hematocrit": 0.4}, "27.3"),
        ({**MAN, "plasma": "kaplan"}, "45.5"),
        # 0.3669 x 1.75^3 + 0.03219 x 70 + 0.6041 is 4.8237546875
        ({**MAN, "plasma": "nadler", "hematocrit": 0.4}, "28.942528125"),
        # 0.3561 x 1.6^3 + 0.03308 x 60 + 0.1833 is 3.6266856
        ({**WOMAN, "plasma": "nadler", "hematocrit": 0.5}, "18.133428"),
    ],
)
def test_each_plasma_volume(inputs: dict[str, Any], expected: str) -> None:
    assert second.amount(rate="10 mL/L-plasma", **inputs) == Fraction(expected)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        # 63 kg without a tenth of the body are 70 kg; the actual weight is 63 kg
        ({**MAN, "weight": "63 kg", "missing": 10, "basis": "lean"}, "4542300/81320"),
        ({"weight": "63 kg", "missing": 10, "basis": "actual"}, "63"),
        ({"weight": "63 kg", "basis": "actual", "doses_a_day": 2}, "63"),
        ({"rate": "1 mg/kg/day", "weight": "63 kg", "basis": "actual"}, "63"),
        # 63 mg five times are 315 mg, below five times 100 mg
        ({"weight": "63 kg", "basis": "actual", "times": 5, "cap": "100 mg"}, "315"),
        ({"rate": "240 mg", "step": "100 mg", "rounding": "nearest"}, "200"),
        ({"rate": "260 mg", "step": "100 mg", "rounding": "nearest"}, "300"),
        ({"rate": "100.5 mg", "step": "100 mg", "rounding": "up"}, "200"),
    ],
)
def test_each_choice(inputs: dict[str, Any], expected: str) -> None:
    assert second.amount(**{"rate": "1 mg/kg", **inputs}) == Fraction(expected)


THREE = [(None, "400 mg", "300 mg"), ("400 mg", "600 mg", "500 mg"), ("600 mg", None, "700 mg")]


@pytest.mark.parametrize(
    ("rate", "bands", "expected"),
    [
        ("399.9 mg", THREE, 300),
        ("400 mg", THREE, 500),
        ("599.9 mg", THREE, 500),
        ("600 mg", THREE, 700),
        ("350 mg", THREE[1:2], 350),
        ("650 mg", THREE[1:2], 650),
        ("650 mg", None, 650),
    ],
)
def test_a_band_begins_at_its_start_and_ends_before_its_end(
    rate: str, bands: Any, expected: int
) -> None:
    assert second.amount(rate=rate, bands=bands) == expected


@pytest.mark.parametrize(("weight", "expected"), [("9.9 kg", 5), ("10 kg", 20), ("22 lb", 5)])
def test_a_band_of_weights(weight: str, expected: int) -> None:
    bands = [(None, "10 kg", "5 mg"), ("10 kg", None, "20 mg")]
    # 1000 mg would be in the second band, whatever the weight
    found = second.amount(rate="1000 mg", weight=weight, bands=bands, banded_by="weight")
    assert found == expected


def test_it_agrees_at_a_billionth_and_no_further() -> None:
    assert second.agrees("28.000000028 g", Fraction(28000))
    assert not second.agrees("28.000000029 g", Fraction(28000))
    assert not second.agrees("27.999999971 g", Fraction(28000))


def test_amounts_below_nothing_agree_as_others_do() -> None:
    """They are stopped for what they are, and not because the calculations differ."""
    assert second.agrees("-28.000000028 g", Fraction(-28000))
    assert not second.agrees("-28.000000029 g", Fraction(-28000))


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"rate": "1 mg/kg", "basis": "actual"}, "a weight is missing"),
        (
            {"rate": "1 mg/m2", "weight": "70 kg", "formula": "mosteller"},
            "a value in cm is missing",
        ),
        ({**TALL, "height": "62 kg", "sex": "male", "basis": "ideal"}, "kg"),
        ({**TALL, "height": "62 mg", "sex": "male", "basis": "ideal"}, "62 mg is not in cm"),
        (
            {**TALL, "sex": "male", "basis": "other", "ideal": "devine", "fraction": 0.4},
            "no weight basis 'other'",
        ),
        (
            {**TALL, "sex": "male", "basis": "adjusted", "ideal": "devine"},
            "no weight basis 'adjusted'",
        ),
        ({"rate": "1 mL/L-plasma", **MAN, "plasma": "other"}, "no plasma volume 'other'"),
        ({"rate": "1 mg", "step": "1 mg", "rounding": "even"}, "no rounding rule 'even'"),
    ],
)
def test_it_says_what_it_does_not_know(inputs: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, KeyError), match=says):
        second.amount(**inputs)
