"""The body measure of a dose: which weight, surface or plasma volume, and how it came about."""

from __future__ import annotations

import dataclasses

import pytest

from dosing import units
from dosing.calculation.measure import measure
from dosing.calculation.rule import DoseRule
from dosing.errors import InputError
from dosing.patient import Patient
from dosing.trace import Derivation, Finding
from dosing.units import KG, M2, PLASMA, Unit
from tests.support.made_up import patient, per_kg, per_m2

FLAT = DoseRule(rate=units.dose("1 mg"))
IDEAL = per_kg("1 mg/kg", weight_basis="ideal", ideal="devine")
ADJUSTED = per_kg("1 mg/kg", weight_basis="adjusted", ideal="devine", fraction=0.4)
KAPLAN = per_kg("1 mg/kg", weight_basis=None, plasma="kaplan")
# Devine: 50 kg in a man of 60 inches, exactly what this one weighs
AS_IDEAL = patient(height=units.height("152.4 cm"), weight=units.weight("50 kg"))


def measured(
    rule: DoseRule, who: Patient, needed: Unit | None
) -> tuple[dict[Unit, object], Derivation]:
    derivation = Derivation()
    bodies = measure(rule, who, needed, derivation)
    return dict(bodies), derivation


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in findings]


def problems(rule: DoseRule, who: Patient, needed: Unit | None) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as refused:
        measure(rule, who, needed, Derivation())
    return [(one.field, one.typed, one.why) for one in refused.value.problems]


def test_a_flat_dose_measures_what_its_limits_are_held_against() -> None:
    assert measured(FLAT, patient(), None)[0] == {}
    by_weight = dataclasses.replace(FLAT, weight_basis="actual")
    assert measured(by_weight, patient(), None)[0] == {KG: 70}
    by_both = dataclasses.replace(by_weight, surface="mosteller")
    bodies, _ = measured(by_both, patient(), None)
    assert bodies == {KG: 70, M2: pytest.approx((175 * 70 / 3600) ** 0.5, rel=1e-12)}
    assert measured(by_both, patient(height=None), None)[0] == {KG: 70}
    assert measured(by_both, patient(weight=None), None)[0] == {}


def test_a_weight_before_a_pregnancy_is_asked_for_by_its_own_name() -> None:
    rule = dataclasses.replace(IDEAL, before_pregnancy=True)
    who = patient(sex="female", height=None)
    assert [field for field, _, _ in problems(rule, who, KG)] == [
        "weight before pregnancy",
        "height",
    ]
    known = patient(sex="female", weight_before_pregnancy=units.weight("60 kg"))
    by_actual = dataclasses.replace(per_kg("1 mg/kg"), before_pregnancy=True)
    bodies, derivation = measured(by_actual, known, KG)
    assert bodies == {KG: 60}
    assert [step.what for step in derivation.steps] == ["weight before pregnancy", "dosing weight"]


def test_a_formula_that_is_missing_and_one_that_is_not_known_are_told_apart() -> None:
    surface = per_m2("1 mg/m2", surface=None)
    assert problems(surface, patient(), M2) == [("surface", "", "is missing")]
    other = per_m2("1 mg/m2", surface="devine")
    assert ("surface", "devine", "is not known here") in problems(other, patient(), M2)


def test_an_ideal_weight_above_the_actual_one_is_told_and_an_equal_one_is_not() -> None:
    bodies, derivation = measured(IDEAL, AS_IDEAL, KG)
    assert bodies == {KG: 50}
    assert codes(derivation.findings) == []
    lighter = dataclasses.replace(AS_IDEAL, weight=units.weight("49.9 kg"))
    assert codes(measured(IDEAL, lighter, KG)[1].findings) == ["weight.ideal_above_actual"]


def test_an_adjusted_weight_is_the_actual_one_only_below_the_ideal() -> None:
    _, derivation = measured(ADJUSTED, AS_IDEAL, KG)
    assert [step.because for step in derivation.steps] == ["adjusted weight"]
    lighter = dataclasses.replace(AS_IDEAL, weight=units.weight("49.9 kg"))
    bodies, derivation = measured(ADJUSTED, lighter, KG)
    assert bodies == {KG: 49.9}
    assert [step.because for step in derivation.steps] == [
        "the actual weight, because it is below the ideal weight"
    ]
    # 50 kg ideal and 0.4 of the 20 kg above it
    heavier = dataclasses.replace(AS_IDEAL, weight=units.weight("70 kg"))
    assert measured(ADJUSTED, heavier, KG)[0] == {KG: pytest.approx(58, rel=1e-12)}


def test_a_surface_that_nobody_has_is_stopped() -> None:
    # The root of 250 x 600 / 3600 is 6.45 m2; the heaviest on record had 5.7 (plausibility.toml).
    who = patient(weight=units.weight("600 kg"), height=units.height("250 cm"))
    _, derivation = measured(per_m2("1 mg/m2"), who, M2)
    assert ("STOP", "surface.impossible") in [(f.level, f.code) for f in derivation.findings]


def test_a_plasma_volume_says_how_it_came_about_and_for_whom_its_formula_is() -> None:
    # Kaplan: 0.065 x 70 x (1 - 0.45) = 2.5025 L
    bodies, derivation = measured(KAPLAN, patient(hematocrit=0.45), PLASMA)
    assert bodies == {PLASMA: pytest.approx(2.5025, rel=1e-12)}
    (step,) = derivation.steps
    assert (step.what, step.value_text) == ("plasma volume", "2.5025\u00a0L")
    assert step.because == "Kaplan: {}, {}, haematocrit 0.45"
    assert codes(derivation.findings) == []
    child = patient(hematocrit=0.45, age=units.age("10 years"))
    assert codes(measured(KAPLAN, child, PLASMA)[1].findings) == ["formula.outside_range.age"]


def test_two_plasma_volumes_that_lie_far_apart_are_both_told() -> None:
    # A man of 150 kg and 175 cm: Kaplan 0.065 x 150 = 9.75 L of blood, Nadler
    # 0.3669 x 1.75^3 + 0.03219 x 150 + 0.6041 = 7.3989 L, a third less
    heavy = patient(hematocrit=0.45, weight=units.weight("150 kg"))
    _, derivation = measured(KAPLAN, heavy, PLASMA)
    assert "plasma.volumes_differ" in codes(derivation.findings)
    # Without height there is none by Nadler to hold it against.
    unknown = dataclasses.replace(heavy, height=None)
    assert codes(measured(KAPLAN, unknown, PLASMA)[1].findings) == []
