"""For whom a row of a table holds, to the edges of each band, and what a table leaves open."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pydantic import ValidationError

from dosing import units
from dosing.drugs.conditions import (
    Interval,
    When,
    compared,
    find_table_problems,
    is_child,
    number_of,
)
from dosing.errors import InputError
from dosing.patient import Patient
from dosing.units import CREATININE_UMOL_PER_L, KG, ML_PER_MIN, ML_PER_MIN_PER_173, quantity


def when(**stated: Any) -> When:
    return When.model_validate(stated)


def patient(**measured: str) -> Patient:
    readers = {"weight": units.weight, "age": units.age}
    read: dict[str, Any] = {name: readers[name](text) for name, text in measured.items()}
    return Patient(**read)


def with_clearance(ml_per_min: float, indexed: float | None, age: str) -> Patient:
    return dataclasses.replace(
        patient(age=age),
        clearance=quantity(ml_per_min, ML_PER_MIN),
        indexed_clearance=None if indexed is None else quantity(indexed, ML_PER_MIN_PER_173),
    )


@pytest.mark.parametrize(
    ("words", "low", "high", "written"),
    [
        ("from 13 kg to below 18 kg", 13, 18, "from 13 kg, below 18 kg"),
        ("from 48 kg", 48, None, "from 48 kg"),
        ("below 13 kg", None, 13, "below 13 kg"),
        # 3500 g are 3.5 kg
        ("below 3500 g", None, 3.5, "below 3500 g"),
    ],
)
def test_a_band_is_read_in_words_and_said_in_words(
    words: str, low: float | None, high: float | None, written: str
) -> None:
    band = Interval.model_validate(words)
    assert band.bounds("weight") == (low, high)
    assert str(band) == written
    assert band == Interval(at_least=band.at_least, below=band.below)


def test_what_is_no_band_is_refused_with_the_words_to_use() -> None:
    said = 'is not an interval; write "from 13 kg to below 18 kg", "from 48 kg" or "below 13 kg"'
    for text in ("13 kg to 18 kg", "above 13 kg"):
        with pytest.raises(ValidationError) as error:
            Interval.model_validate(text)
        assert f'"{text}" {said}' in str(error.value)


def test_a_value_at_the_lower_end_is_in_and_one_at_the_upper_end_is_not() -> None:
    band = Interval.model_validate("from 13 kg to below 18 kg")
    held = {kg: band.holds(kg, "weight") for kg in (12.99, 13, 15, 17.99, 18, 20)}
    assert held == {12.99: False, 13: True, 15: True, 17.99: True, 18: False, 20: False}
    up, down = Interval.model_validate("from 48 kg"), Interval.model_validate("below 13 kg")
    assert [up.holds(kg, "weight") for kg in (47.9, 48, 300)] == [False, True, True]
    assert [down.holds(kg, "weight") for kg in (0.5, 12.9, 13)] == [True, True, False]


def test_a_clearance_within_5_percent_of_an_end_is_near_to_it() -> None:
    # 5 % of 30 are 1.5, of 60 are 3, so 63.02 lies just outside
    band = Interval.model_validate("from 30 mL/min to below 60 mL/min")
    values = (28.5, 28.4, 31.5, 31.6, 57, 56.9, 63, 63.02)
    near = {x: band.ends_near(x, "clearance") for x in values}
    assert near == {
        28.5: ["30 mL/min"],
        28.4: [],
        31.5: ["30 mL/min"],
        31.6: [],
        57: ["60 mL/min"],
        56.9: [],
        63: ["60 mL/min"],
        63.02: [],
    }
    assert Interval.model_validate("below 60 mL/min").ends_near(60, "clearance") == ["60 mL/min"]


def test_a_band_per_surface_has_both_ends_so() -> None:
    per_surface = "from 30 mL/min/1.73m2 to below 60 mL/min/1.73m2"
    band = Interval.model_validate(per_surface)
    assert band.is_indexed is True
    assert band.bounds("clearance") == (30, 60)
    assert Interval.model_validate("below 60 mL/min").is_indexed is False
    assert Interval.model_validate("from 60 mL/min/1.73m2").is_indexed is True
    with pytest.raises(ValidationError, match=r"one end is per 1\.73 m2 and the other is not"):
        Interval.model_validate("from 30 mL/min to below 60 mL/min/1.73m2")


def test_a_child_and_a_band_per_surface_are_compared_by_the_indexed_clearance() -> None:
    # 20 mL/min in a body of 0.58 m2 are 60 for 1.73 m2
    absolute, per_surface = "below 60 mL/min", "below 60 mL/min/1.73m2"
    grown, child = with_clearance(20, 60, "18 years"), with_clearance(20, 60, "17 years")
    for who, words, number in (
        (grown, absolute, 20),
        (grown, per_surface, 60),
        (child, absolute, 60),
        (child, per_surface, 60),
        (with_clearance(20, None, "17 years"), absolute, 20),
        (with_clearance(20, None, "48 years"), per_surface, 20),
    ):
        band = Interval.model_validate(words)
        assert number_of(who, "clearance", band) == number
        assert band.is_indexed_for(who) is (number == 60)
        assert when(clearance=words).holds(who) is (number == 20)
    # only a clearance has another scale
    assert number_of(child, "age", Interval.model_validate("below 18 years")) == 17


def test_what_is_compared_is_in_the_unit_of_its_measure() -> None:
    band = Interval.model_validate("below 5 kg")
    value = compared(patient(weight="3500 g"), "weight", band)
    assert (value.magnitude, value.units) == (3.5, KG)
    # 1 mg/dL of creatinine are 88.42 umol/L
    made = Patient(creatinine=units.creatinine("1 mg/dL"))
    found = compared(made, "creatinine", Interval.model_validate("below 300 umol/L"))
    assert found.units == CREATININE_UMOL_PER_L
    assert float(found.magnitude) == pytest.approx(88.42, abs=0.03)


@pytest.mark.parametrize(
    ("measure", "example"),
    [
        ("weight", "write 70 kg"),
        ("clearance", "write 42 mL/min, or creatinine, weight, sex and an age from 18 years"),
    ],
)
def test_a_measure_that_a_dose_depends_on_is_asked_for(measure: Any, example: str) -> None:
    text = {"weight": "below 70 kg", "clearance": "below 60 mL/min"}[measure]
    with pytest.raises(InputError) as error:
        when(**{measure: text}).holds(Patient())
    (problem,) = error.value.problems
    assert (problem.field, problem.why) == (measure, "is missing")
    assert problem.accepted == f"the dose depends on it; {example}"


def test_a_genotype_that_is_missing_is_asked_for_with_its_words() -> None:
    words = "normal, intermediate, both intermediate or poor"
    with pytest.raises(InputError) as error:
        when(genotype=["normal"]).holds(Patient())
    assert str(error.value) == f"genotype: is missing; the dose depends on it; write {words}"


def test_all_that_is_stated_must_hold() -> None:
    both = when(weight="from 40 kg", genotype=["normal", "intermediate"])
    normal = dataclasses.replace(patient(weight="40 kg"), genotype="normal")
    assert both.holds(normal)
    assert not both.holds(dataclasses.replace(normal, genotype="poor"))
    assert not both.holds(dataclasses.replace(normal, weight=units.weight("39.9 kg")))
    assert str(both) == "weight from 40 kg; genotype normal or intermediate"
    assert both.measures == ["weight", "genotype"]
    sizes = when(weight="from 40 kg", age="below 18 years")
    assert sizes.holds(patient(weight="40 kg", age="17 years"))
    assert not sizes.holds(patient(weight="40 kg", age="18 years"))


def test_a_child_is_below_18_years_and_an_age_that_is_missing_is_no_childs() -> None:
    assert [is_child(patient(age=f"{years} years")) for years in (1, 17, 18, 48)] == [
        True,
        True,
        False,
        False,
    ]
    assert is_child(Patient()) is False


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({}, "needs weight, height, age, creatinine, clearance, genotype or severity"),
        ({"weight": {}}, "weight needs at_least, below or both"),
        ({"weight": "from 18 kg to below 13 kg"}, "weight: 18 kg is not below 13 kg"),
        ({"weight": "from 13 kg to below 13 kg"}, "weight: 13 kg is not below 13 kg"),
        ({"weight": "from 13 to below 18 kg"}, "weight: .*has no unit"),
        ({"severity": []}, "severity needs words, each once"),
        ({"severity": ["mild", "mild"]}, "severity needs words, each once"),
        ({"genotype": ["unheard of"]}, "genotype"),
    ],
)
def test_a_condition_that_says_nothing_or_no_band_is_refused(
    stated: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        when(**stated)


def test_a_half_band_and_several_words_are_a_condition() -> None:
    assert when(weight={"below": "13 kg"}).holds(patient(weight="12 kg"))
    assert when(severity=["mild", "severe"]).words() == [("severity", ["mild", "severe"])]


def problems(conditions: list[When], *refused: When, severities: Any = ()) -> list[str]:
    return list(find_table_problems(conditions, refused, severities))


def test_a_table_that_holds_for_everybody_once_has_no_problem() -> None:
    assert problems([when(weight="below 40 kg"), when(weight="from 40 kg")]) == []
    # between its outermost ends; outside them nothing was studied
    inner = [when(weight="from 10 kg to below 20 kg"), when(weight="from 20 kg to below 40 kg")]
    assert problems(inner) == []
    assert problems([when(weight="from 10 kg to below 20 kg")]) == []


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        # 20 to 30 kg: the middle of the gap is 25
        (["below 20 kg", "from 30 kg"], ["a gap: no condition holds for weight 25"]),
        (
            ["below 30 kg", "from 20 kg"],
            ["an overlap: weight below 30 kg and weight from 20 kg both hold for weight 25"],
        ),
        # open below twice: half of the lowest end stands for all below it, twice the highest above
        (
            ["below 20 kg", "below 20 kg"],
            ["an overlap: weight below 20 kg and weight below 20 kg both hold for weight 10"],
        ),
        (
            ["from 20 kg", "from 20 kg"],
            ["an overlap: weight from 20 kg and weight from 20 kg both hold for weight 40"],
        ),
        # of a table with other bands too
        (
            ["below 20 kg", "from 20 kg to below 50 kg", "from 50 kg", "below 20 kg"],
            ["an overlap: weight below 20 kg and weight below 20 kg both hold for weight 10"],
        ),
        (
            ["below 20 kg", "from 20 kg to below 50 kg", "from 50 kg", "from 50 kg"],
            ["an overlap: weight from 50 kg and weight from 50 kg both hold for weight 100"],
        ),
    ],
)
def test_a_gap_and_an_overlap_are_named_by_a_weight_in_them(
    bands: list[str], said: list[str]
) -> None:
    assert problems([when(weight=band) for band in bands]) == said


def test_every_weight_is_looked_at_with_every_age() -> None:
    table = [
        when(weight="below 40 kg", age="below 18 years"),
        when(weight="from 40 kg", age="below 18 years"),
        when(weight="below 40 kg", age="from 18 years"),
    ]
    assert problems(table) == ["a gap: no condition holds for weight 80, age 36"]
    assert problems([*table, when(weight="from 40 kg", age="from 18 years")]) == []


def test_conditions_of_a_table_state_the_same_measures() -> None:
    table = [when(weight="below 40 kg"), when(weight="from 40 kg", age="from 18 years")]
    assert problems(table) == ["every condition of a table must state the same measures"]


def test_who_is_refused_fills_a_cell_and_only_of_the_measures_of_the_table() -> None:
    table = [when(weight="from 20 kg")]
    light = when(weight="below 20 kg")
    assert problems(table) == []
    assert problems(table, light) == []
    # refused and dosed at once
    assert problems(table, when(weight="from 20 kg")) == [
        "an overlap: weight from 20 kg and weight from 20 kg both hold for weight 40"
    ]
    # by an age, which this table does not go by, nobody of it is refused
    assert problems(table, when(age="below 18 years")) == []
    assert problems(table, when(weight="from 20 kg", age="below 18 years")) == []


def test_each_word_of_a_list_has_its_condition() -> None:
    three = ("mild", "moderate", "severe")
    table = [when(severity=["mild"]), when(severity=["moderate"])]
    assert problems(table, severities=three) == ["a gap: no condition holds for severity severe"]
    assert problems(table, when(severity=["severe"]), severities=three) == []
    assert problems(table, severities=three[:2]) == []
    assert problems(table, severities=("mild", "severe")) == [
        "severity moderate: is not a word of the choice severity"
    ]
    genes = problems([when(genotype=["normal"])])
    assert "a gap: no condition holds for genotype intermediate" in genes
    assert "a gap: no condition holds for genotype poor" in genes


def test_what_is_compared_with_an_interval_for_173_square_metres_is_for_173_square_metres() -> None:
    """A body of 1.38 m2: 64 mL/min are 80 for 1.73 m2. By mL/min 64 is what is shown."""
    patient = Patient(
        clearance=quantity(64.0, ML_PER_MIN), indexed_clearance=quantity(80.0, ML_PER_MIN_PER_173)
    )
    indexed = compared(patient, "clearance", Interval(below="90 mL/min/1.73 m2"))
    assert (indexed.magnitude, indexed.units) == (80.0, ML_PER_MIN_PER_173)
    plain = compared(patient, "clearance", Interval(below="90 mL/min"))
    assert (plain.magnitude, plain.units) == (64.0, ML_PER_MIN)
