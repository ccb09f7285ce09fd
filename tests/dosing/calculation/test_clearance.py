"""A clearance that nobody has, or that a formula cannot give, is none."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dosing import units
from dosing.calculation.clearance import (
    Clearance,
    ClearanceRule,
    clearance_of,
    clearance_of_a_child,
    clearance_without_surface,
    refuse_for_a_child,
    table_by_creatinine,
)
from dosing.drugs.conditions import is_child
from dosing.errors import InputError
from dosing.patient import Patient
from dosing.units import Quantity, in_unit
from tests.support.made_up import patient

BY_IDEAL = ClearanceRule(weight="ideal", ideal="devine", surface="mosteller", source="x")
BY_WEIGHT = ClearanceRule(weight="actual", surface="mosteller", source="x")
BY_ADJUSTED = ClearanceRule(
    weight="adjusted", ideal="devine", fraction=0.4, surface="mosteller", source="x"
)
ADULT = patient(creatinine=units.creatinine("1 mg/dL"))
CHILD = patient(
    age=units.age("10 years"),
    height=units.height("140 cm"),
    weight=units.weight("32 kg"),
    creatinine=units.creatinine("0.5 mg/dL"),
)
SURFACE = math.sqrt(175 * 70 / 3600)


def without(who: Patient, measured: str) -> Patient:
    nothing: dict[str, Any] = {measured: None}
    return replace(who, **nothing)


def cystatin(text: str) -> Quantity:
    read: Quantity = units.read("cystatin C", text)
    return read


def test_no_clearance_is_calculated_where_the_ideal_weight_goes_wrong() -> None:
    short = patient(height=units.height("130 cm"), creatinine=units.creatinine("80 umol/L"))
    assert clearance_of(BY_IDEAL, short, None, None) is None
    assert clearance_of(BY_WEIGHT, short, None, None) is not None


@pytest.mark.parametrize("entered", ["501 mL/min", "7000 mL/min/1.73m2", "0.05 mL/min"])
def test_an_entered_clearance_that_nobody_has_is_refused(entered: str) -> None:
    with pytest.raises(InputError, match="clearance: is not possible; No patient has a clearance"):
        clearance_of(BY_WEIGHT, patient(), units.clearance(entered), "cystatin C")


def test_a_calculated_clearance_that_nobody_has_is_refused() -> None:
    # (140 - 48) x 70 / (72 x 0.1131 mg/dL) = 791 mL/min from 10 umol/L
    who = patient(creatinine=units.creatinine("10 umol/L"))
    with pytest.raises(InputError, match="Check creatinine"):
        clearance_of(BY_WEIGHT, who, None, None)


def test_an_entered_clearance_passes_as_it_is() -> None:
    found = clearance_of(BY_WEIGHT, patient(), units.clearance("42 mL/min"), "measured")
    assert found is not None
    assert in_unit(found.value, units.ML_PER_MIN, "clearance") == 42


def ml_per_min(found: Clearance | None) -> float:
    assert found is not None
    return float(in_unit(found.value, units.ML_PER_MIN, "clearance"))


def per_173(found: Clearance | None) -> float:
    assert found is not None
    assert found.indexed is not None
    return float(in_unit(found.indexed, units.ML_PER_MIN_PER_173, "clearance"))


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"weight": "actual", "surface": "devine"}, 'surface "devine" is none of'),
        ({"weight": "ideal", "surface": "mosteller"}, "goes with ideal, adjusted"),
        ({"weight": "ideal", "ideal": "mosteller", "surface": "mosteller"}, "ideal, one of"),
        ({"weight": "actual", "ideal": "devine", "surface": "mosteller"}, "goes with ideal"),
        ({"weight": "adjusted", "ideal": "devine", "surface": "mosteller"}, "fraction goes with"),
        (
            {"weight": "ideal", "ideal": "devine", "fraction": 0.4, "surface": "mosteller"},
            "fraction goes with adjusted, and only with it",
        ),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ClearanceRule(source="x", **stated)


def test_a_rule_is_read_as_a_part_of_a_regimen() -> None:
    stated = {"weight": "ideal", "ideal": "devine", "surface": "mosteller", "source": "x"}
    assert ClearanceRule.model_validate(stated) == BY_IDEAL


def test_a_rule_says_itself_in_words() -> None:
    form, entered = "Cockcroft and Gault (form in mg/dL)", "one that is entered per 1.73 m2 by"
    assert str(BY_WEIGHT) == f"{form} by actual weight; {entered} Mosteller surface"
    assert str(BY_IDEAL) == f"{form} by ideal weight (devine); {entered} Mosteller surface"
    assert str(BY_ADJUSTED) == (
        f"{form} by adjusted weight (devine), 0.4 of the difference; {entered} Mosteller surface"
    )


def test_a_clearance_by_creatinine_and_the_same_for_173_square_metres() -> None:
    # (140 - 48) x 70 / (72 x 1 mg/dL); the surface is the root of 175 x 70 / 3600 m2
    found = clearance_of(BY_WEIGHT, ADULT, None, None)
    assert ml_per_min(found) == pytest.approx(92 * 70 / 72, rel=1e-12)
    assert per_173(found) == pytest.approx(92 * 70 / 72 * 1.73 / SURFACE, rel=1e-12)
    # What it was estimated from says nothing where none was entered.
    assert clearance_of(BY_WEIGHT, ADULT, None, "measured") == found


def test_a_column_of_clearances_is_of_adults_alone() -> None:
    # (140 - 48) x 70 / (72 x 1 mg/dL), and (140 - 60) x 90 / (72 x 2 mg/dL) = 50
    both = replace(
        ADULT,
        age=units.quantity(np.array([48.0, 60.0]), units.YEAR),
        weight=units.quantity(np.array([70.0, 90.0]), units.KG),
        height=units.quantity(np.array([175.0, 175.0]), units.CM),
        creatinine=units.quantity(np.array([1.0, 2.0]), units.CREATININE_MG_PER_DL),
    )
    found = clearance_of(BY_WEIGHT, both, None, None)
    assert found is not None
    assert found.indexed is not None
    assert found.value.magnitude.tolist() == pytest.approx([92 * 70 / 72, 50], rel=1e-12)
    per_surface = 50 * 1.73 / math.sqrt(175 * 90 / 3600)
    assert found.indexed.magnitude[1] == pytest.approx(per_surface, rel=1e-12)
    assert found.text == ""
    with_a_child = replace(both, age=units.quantity(np.array([48.0, 17.0]), units.YEAR))
    assert clearance_of(BY_WEIGHT, with_a_child, None, None) is None
    assert is_child(with_a_child)
    assert not is_child(both)


@pytest.mark.parametrize("missing", ["creatinine", "age", "sex", "weight"])
def test_no_clearance_without_each_of_its_measurements(missing: str) -> None:
    assert clearance_of(BY_WEIGHT, without(ADULT, missing), None, None) is None


def test_without_height_a_clearance_by_the_weight_is_not_indexed() -> None:
    found = clearance_of(BY_WEIGHT, replace(ADULT, height=None), None, None)
    assert ml_per_min(found) == pytest.approx(92 * 70 / 72, rel=1e-12)
    assert found is not None
    assert found.indexed is None
    assert clearance_of(BY_IDEAL, replace(ADULT, height=None), None, None) is None


def test_cystatin_c_goes_before_creatinine_and_by_the_surface() -> None:
    # CKD-EPI 2012: 133 x 0.996^age at 0.8 mg/L in a man, for 1.73 m2
    who = replace(ADULT, cystatin_c=cystatin("0.8 mg/L"))
    found = clearance_of(BY_WEIGHT, who, None, None)
    assert per_173(found) == pytest.approx(133 * 0.996**48, rel=1e-12)
    assert ml_per_min(found) == pytest.approx(133 * 0.996**48 * SURFACE / 1.73, rel=1e-12)
    assert found is not None
    assert found.by == "cystatin C"
    assert "by body surface 1.8447\u00a0m2 (Mosteller)" in found.text


@pytest.mark.parametrize("missing", ["age", "sex", "height", "weight"])
def test_creatinine_does_not_stand_in_for_a_cystatin_c_of_which_something_is_missing(
    missing: str,
) -> None:
    who = without(replace(ADULT, cystatin_c=cystatin("0.8 mg/L")), missing)
    assert clearance_of(BY_WEIGHT, who, None, None) is None


def test_no_clearance_by_cystatin_c_is_calculated_for_a_child() -> None:
    assert (
        clearance_of(BY_WEIGHT, replace(CHILD, cystatin_c=cystatin("0.8 mg/L")), None, None) is None
    )


def test_the_clearance_of_a_child_is_by_height_and_creatinine() -> None:
    # bedside Schwartz: 0.413 x 140 cm / 0.5 mg/dL, for 1.73 m2
    found = clearance_of_a_child(BY_WEIGHT, CHILD)
    assert per_173(found) == pytest.approx(0.413 * 140 / 0.5, rel=1e-12)
    assert ml_per_min(found) == pytest.approx(
        0.413 * 140 / 0.5 * math.sqrt(140 * 32 / 3600) / 1.73, rel=1e-12
    )
    assert found is not None
    assert found.by == "creatinine"


@pytest.mark.parametrize("missing", ["creatinine", "height", "weight"])
def test_the_clearance_of_a_child_needs_all_of_its_measurements(missing: str) -> None:
    assert clearance_of_a_child(BY_WEIGHT, without(CHILD, missing)) is None


def test_the_clearance_by_schwartz_is_for_children_from_one_year() -> None:
    assert clearance_of_a_child(BY_WEIGHT, ADULT) is None
    assert clearance_of_a_child(BY_WEIGHT, replace(CHILD, age=units.age("11 months"))) is None
    assert clearance_of_a_child(BY_WEIGHT, replace(CHILD, age=units.age("1 year"))) is not None


def test_cockcroft_and_gault_are_refused_for_a_child_alone() -> None:
    with pytest.raises(
        InputError, match="is not calculated for 10\u00a0years: Cockcroft and Gault"
    ):
        refuse_for_a_child(CHILD)
    refuse_for_a_child(ADULT)
    refuse_for_a_child(replace(CHILD, creatinine=None))
    refuse_for_a_child(replace(ADULT, age=None))


def test_an_entered_clearance_in_173_square_metres_is_converted_by_the_surface() -> None:
    found = clearance_of(BY_WEIGHT, ADULT, units.clearance("60 mL/min/1.73m2"), "cystatin C")
    assert ml_per_min(found) == pytest.approx(60 * SURFACE / 1.73, rel=1e-12)
    assert per_173(found) == 60
    assert found is not None
    assert found.text == (
        "Clearance 60\u00a0mL/min/1.73m2, estimated from cystatin C, as entered; by body surface "
        "1.8447\u00a0m2 (Mosteller) that is 63.977\u00a0mL/min."  # 60 x 1.84466 / 1.73
    )


def test_what_was_entered_of_a_child_is_told_for_173_square_metres() -> None:
    # 30 mL/min by the surface of 1.11555 m2 are 46.524 for 1.73 m2
    found = clearance_of(BY_WEIGHT, CHILD, units.clearance("30 mL/min"), "measured")
    assert per_173(found) == pytest.approx(30 * 1.73 / math.sqrt(140 * 32 / 3600), rel=1e-12)
    assert found is not None
    assert found.text == (
        "Clearance 30\u00a0mL/min, measured, as entered; by body surface 1.1155\u00a0m2 "
        "(Mosteller) that is 46.524\u00a0mL/min/1.73m2."
    )
    small = clearance_of(
        BY_WEIGHT, replace(CHILD, height=None), units.clearance("30 mL/min"), "measured"
    )
    assert small is not None
    assert small.text == (
        "Clearance 30\u00a0mL/min, measured, as entered; without height and weight it is not "
        "converted to 1.73 m2, and low for a child."
    )
    adult = clearance_of(BY_WEIGHT, ADULT, units.clearance("30 mL/min"), "measured")
    assert adult is not None
    assert adult.text == "Clearance 30\u00a0mL/min, measured, as entered."


def test_without_a_surface_an_indexed_clearance_stands_for_both() -> None:
    found = clearance_without_surface(units.clearance("45 mL/min/1.73m2"), "cystatin C")
    assert (ml_per_min(found), per_173(found)) == (45, 45)
    assert "stands for the mL/min of a band as well" in found.text
    with pytest.raises(InputError, match="is not possible"):
        clearance_without_surface(units.clearance("7000 mL/min/1.73m2"), "cystatin C")


@pytest.mark.parametrize(
    ("measured", "level"), [("42 mL/min", "WARN"), ("90 mL/min", "NOTE"), ("95 mL/min", "NOTE")]
)
def test_a_table_by_creatinine_warns_where_the_better_clearance_is_lower(
    measured: str, level: str
) -> None:
    # by creatinine it is 90 mL/min as entered: an equal one gives no more than the table says
    by_creatinine = clearance_of(BY_WEIGHT, ADULT, units.clearance("90 mL/min"), "creatinine")
    better = clearance_of(BY_WEIGHT, ADULT, units.clearance(measured), "measured")
    assert better is not None
    found = table_by_creatinine(by_creatinine, better)
    assert (found.level, found.code) == (level, "renal.better_clearance")
    assert found.text.startswith("The table of this regimen goes by the creatinine. Clearance ")
    assert " By creatinine it is 90\u00a0mL/min." in found.text
    too_high = " The dose may be too high: choose it by the lower clearance, with a reason."
    assert found.text.endswith(too_high) == (level == "WARN")


def test_a_table_by_a_creatinine_of_which_nothing_is_known_warns() -> None:
    better = clearance_of(BY_WEIGHT, ADULT, units.clearance("95 mL/min"), "measured")
    assert better is not None
    found = table_by_creatinine(None, better)
    assert (found.level, "By creatinine" in found.text) == ("WARN", False)
