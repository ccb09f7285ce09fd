"""The volume of a bag, and the concentration that its drug's file allows."""

from __future__ import annotations

import pytest

from dosing import units
from dosing.errors import InputError
from dosing.infusion.bag import bag_added_to, bag_holding_all, drug_volume
from dosing.infusion.steps import over
from tests.support.infusing import (
    ANY_VOLUME,
    amount,
    bag,
    by_ladder,
    codes,
    minutes,
    number,
    pumps,
    volume,
)


@pytest.mark.parametrize(
    ("dose", "strength", "expected"),
    [
        ("700 mg", "10 mg/mL", 70),
        ("700 mg", "20 mg/mL", 35),
        ("1850 mg", "20 mg/mL", 92.5),
        ("2100 mg", "185 mg/mL", 11.35),
        ("40000 units", "1000 units/mL", 40),
        ("135 mg", "25 mg/mL", 5.4),
        ("30 g", "100 mg/mL", 300),
        ("600 mg", "25 mg/mL", 24),
    ],
)
def test_the_volume_of_the_drug_comes_from_its_product(
    dose: str, strength: str, expected: float
) -> None:
    found = drug_volume(amount(dose), units.concentration(strength))
    assert round(number(found), 2) == expected


def test_a_dose_in_another_measure_than_its_product_is_refused() -> None:
    with pytest.raises(InputError, match="is in another kind of unit"):
        drug_volume(amount("700 mg"), units.concentration("1000 units/mL"))


@pytest.mark.parametrize(
    ("dose", "drug", "expected"), [("135 mg", "5.4 mL", 1.281), ("250 mg", "10 mL", 2.273)]
)
def test_haem_arginate_keeps_below_its_highest_concentration(
    dose: str, drug: str, expected: float
) -> None:
    filled = bag_added_to(volume("100 mL"), drug=volume(drug), overfill=None)
    infused = by_ladder("haem-arginate-30-to-60-min", filled, dose, stages=over(minutes("30 min")))
    assert round(number(infused.concentration), 3) == expected
    assert codes(infused) == ANY_VOLUME


def test_diphtheria_antitoxin_counts_its_own_volume() -> None:
    filled = bag_added_to(volume("250 mL"), drug=volume("40 mL"), overfill=None)
    found = by_ladder(
        "diphtheria-antitoxin-2-to-4-h", filled, "40000 units", stages=over(minutes("2 h"))
    )
    assert pumps(found) == [145]
    assert codes(found) == ANY_VOLUME


@pytest.mark.parametrize(
    ("dose", "text", "word"), [("700 mg", "1 L", "weaker"), ("700 mg", "100 mL", "stronger")]
)
def test_a_bag_outside_the_stated_concentration_is_said(dose: str, text: str, word: str) -> None:
    found = by_ladder("rituximab-first", bag(text), dose)
    assert codes(found) == {("WARN", "infusion.concentration")}
    assert word in found.findings[0].text


def test_a_diluent_that_is_not_named_is_said() -> None:
    glucose = bag_holding_all(volume("250 mL"), "glucose 5 %")
    found = by_ladder("thioctic-acid-30-min", glucose, "600 mg")
    assert codes(found) == {("WARN", "infusion.diluent")} | ANY_VOLUME
    salt = bag_holding_all(volume("250 mL"), "sodium chloride 0.9 %")
    assert codes(by_ladder("thioctic-acid-30-min", salt, "600 mg")) == ANY_VOLUME


def test_a_ladder_in_ml_is_held_to_the_concentration_it_counts() -> None:
    found = by_ladder(
        "immunoglobulin-privigen-eu", bag("600 mL"), "30 g", weight=units.weight("70 kg")
    )
    assert ("STOP", "infusion.other_concentration") in codes(found)


def test_a_dose_too_small_for_any_volume_is_refused() -> None:
    with pytest.raises(InputError, match="has no volume"):
        drug_volume(amount("0.0000001 mcg"), units.concentration("1 g/mL"))
