from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from dosing import units
from dosing.errors import InputError
from dosing.patient import Patient, check_possible, implausible
from dosing.trace import Derivation, Finding
from dosing.units import CM, KG, quantity


def patient(weight: str, height: str, **more: Any) -> Patient:
    return Patient(weight=units.weight(weight), height=units.height(height), **more)


def found(who: Patient) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in implausible(who)]


def text(finding: Finding) -> str:
    return finding.text.replace(units.NO_BREAK_SPACE, " ")


def test_nothing_of_a_patient_has_a_default_value() -> None:
    empty = Patient()
    values = dataclasses.asdict(empty)
    assert values.pop("size_confirmed") is False
    assert set(values.values()) == {None}
    assert implausible(empty) == ()


@pytest.mark.parametrize(
    ("weight", "height"),
    [
        ("70 kg", "175 cm"),
        ("3500 g", "50 cm"),
        ("154 lb", "69 in"),
        ("20 kg", "115 cm"),
        ("45 kg", "175 cm"),
        ("100 kg", "170 cm"),
    ],
)
def test_an_ordinary_size_is_not_remarked_on(weight: str, height: str) -> None:
    assert found(patient(weight, height)) == []


@pytest.mark.hazard("H06")
def test_pounds_typed_as_kilograms_are_stopped_with_the_weight_they_would_be() -> None:
    # 154 lb is 69.85 kg; 154 / 1.75^2 = 50.3 kg/m2.
    (finding,) = implausible(patient("154 kg", "175 cm"))
    assert (finding.level, finding.code) == ("STOP", "body.pounds_as_kilograms")
    assert text(finding) == (
        "154 kg at 175 cm is a very rare size. Was the weight in pounds? In pounds it would be "
        "69.85 kg. If it is right, measure again and confirm the size."
    )


def test_a_confirmed_size_warns_instead_of_stopping() -> None:
    (finding,) = implausible(patient("154 kg", "175 cm", size_confirmed=True))
    assert (finding.level, finding.code) == ("WARN", "body.pounds_as_kilograms")
    assert "confirm the size" not in finding.text
    (finding,) = implausible(patient("35 kg", "185 cm", size_confirmed=True))
    assert (finding.level, finding.code) == ("WARN", "body.rare_size")


@pytest.mark.parametrize(
    ("weight", "height", "code"),
    [
        # 35 / 1.85^2 = 10.2; 150 / 1.2^2 = 104 and 47 as pounds, which nobody would call usual
        ("35 kg", "185 cm", "body.rare_size"),
        ("150 kg", "120 cm", "body.rare_size"),
        # 70 / 0.175^2 is 2,286: a height of 17.5 cm is no patient at all
        ("70 kg", "17.5 cm", "body.height"),
        # 5 / 1.9^2 = 1.4
        ("5 kg", "190 cm", "body.impossible"),
        ("175 kg", "70 cm", "body.swapped"),
        ("160 kg", "55 cm", "body.swapped"),
        ("0.29 kg", "30 cm", "body.weight"),
        ("651 kg", "190 cm", "body.weight"),
        ("70 kg", "273 cm", "body.height"),
    ],
)
def test_a_strange_size_is_stopped(weight: str, height: str, code: str) -> None:
    assert found(patient(weight, height)) == [("STOP", code)]


@pytest.mark.parametrize("who", ["5 kg/190 cm", "175 kg/70 cm"])
def test_what_nobody_has_cannot_be_confirmed(who: str) -> None:
    weight, height = who.split("/")
    assert [level for level, _ in found(patient(weight, height, size_confirmed=True))] == ["STOP"]


@pytest.mark.hazard("H07")
def test_exchanged_height_and_weight_are_named() -> None:
    (finding,) = implausible(patient("175 kg", "70 cm"))
    assert text(finding) == "175 kg at 70 cm is impossible: height and weight look exchanged."


def test_a_size_that_somebody_has_is_not_called_exchanged() -> None:
    # 210 / 2^2 = 52.5 kg/m2; exchanged 200 / 2.1^2 = 45.4, and in pounds 95.3 / 2^2 = 23.8.
    assert found(patient("210 kg", "200 cm")) == [("STOP", "body.pounds_as_kilograms")]


def test_a_child_is_held_to_the_sizes_of_children() -> None:
    # 45 / 1.1^2 = 37.2: heavy for a child, not rare in a grown-up. 45 lb would be 20.4 kg.
    child = patient("45 kg", "110 cm", age=units.age("6 years"))
    assert found(child) == [("STOP", "body.pounds_as_kilograms")]
    adult = patient("45 kg", "110 cm", age=units.age("18 years"))
    assert found(adult) == []
    assert found(patient("45 kg", "110 cm")) == []


@pytest.mark.parametrize(
    ("weight", "height"),
    # 50 kg/m2, 11 kg/m2, and 30 kg/m2 that is 30.000000000000004 in binary
    [("200 kg", "200 cm"), ("44 kg", "200 cm"), ("86.7 kg", "170 cm")],
)
def test_a_size_exactly_at_a_bound_is_not_rare(weight: str, height: str) -> None:
    assert found(patient(weight, height)) == []


@pytest.mark.parametrize("weight", ["0.3 kg", "300 g", "650 kg"])
def test_a_weight_exactly_at_a_bound_is_possible(weight: str) -> None:
    assert found(Patient(weight=units.weight(weight))) == [("WARN", "body.edge.weight")]


@pytest.mark.parametrize("height", ["20 cm", "2.72 m"])
def test_a_height_exactly_at_a_bound_is_possible(height: str) -> None:
    assert found(Patient(height=units.height(height))) == [("WARN", "body.edge.height")]


def test_every_impossible_measurement_is_found_at_once() -> None:
    who = Patient(
        weight=units.weight("700 kg"), height=units.height("3 m"), age=units.age("126 years")
    )
    assert [code for _, code in found(who)] == ["body.weight", "body.height", "body.age"]
    assert text(implausible(who)[0]) == (
        "No patient has a weight of 700 kg; possible is 0.3 kg to 650 kg."
    )


@pytest.mark.parametrize(
    ("age", "codes"),
    [("0 days", []), ("125 years", ["body.edge.age"]), ("125.1 years", ["body.age"])],
)
def test_an_age_is_possible_up_to_125_years(age: str, codes: list[str]) -> None:
    assert [f.code for f in implausible(Patient(age=units.age(age)))] == codes


@pytest.mark.parametrize(
    ("fact", "text", "codes"),
    [
        ("surface", "18 m2", ["body.surface"]),
        ("surface", "0.039 m2", ["body.surface"]),
        ("surface", "5 m2", ["body.edge.surface"]),
        ("surface", "1.84 m2", []),
        # 80 mg/dL are 7,072 umol/L: somebody took umol/L for mg/dL
        ("creatinine", "80 mg/dL", ["body.creatinine"]),
        ("creatinine", "0.9 umol/L", ["body.creatinine"]),
        ("creatinine", "80 umol/L", []),
        ("clearance", "501 mL/min", ["body.clearance"]),
        ("clearance", "42 mL/min", []),
    ],
)
def test_no_measurement_is_without_bounds(fact: str, text: str, codes: list[str]) -> None:
    facts: dict[str, Any] = {fact: units.read(fact, text)}
    who = Patient(**facts)
    assert [finding.code for finding in implausible(who)] == codes


@pytest.mark.parametrize(
    ("age", "codes"),
    [("18 years", ["body.edge.weight"]), ("17 years", []), (None, [])],
)
def test_a_small_weight_is_asked_about_in_adults_only(age: str | None, codes: list[str]) -> None:
    # 7.0 kg for 70 kg, or 24 kg for 42 kg, of somebody whose height nobody knows
    who = Patient(weight=units.weight("24 kg"), age=units.age(age) if age else None)
    found_here = implausible(who)
    assert [finding.code for finding in found_here] == codes
    assert all("of an adult" in finding.text for finding in found_here)


def test_a_column_is_asked_about_row_by_row() -> None:
    ages = quantity(np.array([40.0, 4.0, 40.0, 40.0]), units.YEAR)
    kg = quantity(np.array([20.0, 20.0, 70.0, 301.0]), KG)
    (finding,) = implausible(Patient(weight=kg, age=ages))
    assert (finding.level, finding.code) == ("WARN", "body.edge.weight")
    assert finding.rows is not None
    assert finding.rows.tolist() == [True, False, False, True]


def test_a_measurement_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"weight.*is another kind of value; give it in kg"):
        implausible(Patient(weight=units.amount("70 g")))


def test_a_column_has_the_same_findings_row_by_row() -> None:
    sizes = [(70.0, 175.0), (154.0, 175.0), (175.0, 70.0), (5.0, 190.0), (35.0, 185.0)]
    kg, cm = (np.array(values) for values in zip(*sizes, strict=True))
    column = implausible(Patient(weight=quantity(kg, KG), height=quantity(cm, CM)))
    for row, (weight, height) in enumerate(sizes):
        alone = found(Patient(weight=quantity(weight, KG), height=quantity(height, CM)))
        here = [(f.level, f.code) for f in column if f.rows is not None and f.rows[row]]
        assert here == alone
    assert {len(f.rows) for f in column if f.rows is not None} == {5}


def test_a_column_says_how_many_rows_no_patient_has() -> None:
    (finding,) = implausible(Patient(weight=quantity(np.array([70.0, 700.0, 0.1]), KG)))
    assert finding.rows is not None
    assert finding.rows.tolist() == [False, True, True]
    assert "No patient has the weight in 2 rows; possible is 0.3 kg to 650 kg." in text(finding)


def test_a_hole_in_a_column_is_refused() -> None:
    who = Patient(weight=quantity(np.array([70.0, np.nan]), KG))
    with pytest.raises(InputError, match=r"weight.*is not a finite number"):
        implausible(who)


def rows_of(code: str, **columns: Any) -> list[bool]:
    """Return the rows of which a finding is about columns in kg, cm and years."""
    scales = {"weight": KG, "height": CM, "age": units.YEAR}
    columns = {name: quantity(np.array(column), scales[name]) for name, column in columns.items()}
    who = Patient(**columns)
    (finding,) = [one for one in implausible(who) if one.code == code]
    assert finding.rows is not None
    return list(map(bool, finding.rows))


def test_in_a_column_a_row_exactly_at_a_bound_is_within_it() -> None:
    kg = [0.2, 0.3, 0.4, 0.5, 300.0, 301.0, 650.0, 651.0]
    assert rows_of("body.weight", weight=kg) == [True, *[False] * 6, True]
    edge = [False, True, True, False, False, True, True, False]
    assert rows_of("body.edge.weight", weight=kg) == edge


def test_a_usual_weight_does_not_end_the_look_at_an_unusual_age() -> None:
    who = Patient(weight=units.weight("70 kg"), age=units.age("115 years"))
    assert found(who) == [("WARN", "body.edge.age")]


@pytest.mark.parametrize(
    ("kg", "adult"),
    # of an adult 25 kg is usual, of anybody 0.5 kg and 300 kg
    [(24.9, True), (25.0, False), (0.5, False), (0.4, False), (301.0, False)],
)
def test_only_what_is_usual_in_a_child_is_called_rare_of_an_adult(kg: float, adult: bool) -> None:
    # the second row is the one that is asked about in any case
    column = quantity(np.array([kg, 0.4]), KG)
    ages = quantity(np.array([40.0, 40.0]), units.YEAR)
    (finding,) = [
        one
        for one in implausible(Patient(weight=column, age=ages))
        if one.code == "body.edge.weight"
    ]
    assert ("of an adult" in finding.text) is adult


def test_what_nobody_has_is_named_with_its_article() -> None:
    derivation = Derivation()
    check_possible(derivation, "weight", 0.1, "code", "ideal weight")
    check_possible(derivation, "height", 10.0, "code")
    first, second = map(text, derivation.findings)
    assert first == "No patient has an ideal weight of 0.1 kg; possible is 0.3 kg to 650 kg."
    assert second == "No patient has a height of 10 cm; possible is 20 cm to 272 cm."


@pytest.mark.parametrize(
    ("weight", "height", "code"),
    [
        # taken the other way round: 45 / 1.9^2 is 12.5, 85 / 1.65^2 is 31.2: a patient has that
        ("190 kg", "45 cm", "body.swapped"),
        ("165 kg", "85 cm", "body.swapped"),
        # 44 / 2^2 is 11, the least that is not rare, and 43.9 / 2^2 is 10.98
        ("200 kg", "44 cm", "body.swapped"),
        ("200 kg", "43.9 cm", "body.impossible"),
    ],
)
def test_exchanged_is_said_of_what_would_be_common_the_other_way_round(
    weight: str, height: str, code: str
) -> None:
    assert found(patient(weight, height)) == [("STOP", code)]


@pytest.mark.hazard("H325")
def test_a_row_that_nobody_can_be_hides_no_other_row_of_a_column() -> None:
    """900 kg are possible in nobody; 175 kg at 70 cm are exchanged, 154 lb are no kilograms."""
    sizes = {"weight": [900.0, 175.0, 154.0, 70.0], "height": [175.0, 70.0, 175.0, 175.0]}
    assert rows_of("body.weight", **sizes) == [True, False, False, False]
    assert rows_of("body.swapped", **sizes) == [False, True, False, False]
    assert rows_of("body.pounds_as_kilograms", **sizes) == [False, False, True, False]
    # 20 kg at 271 cm are 2.7 kg/m2, which nobody has; 273 cm are stopped for themselves.
    thin = {"weight": [20.0, 20.0], "height": [271.0, 273.0]}
    assert rows_of("body.height", **thin) == [False, True]
    assert rows_of("body.impossible", **thin) == [True, False]


def test_in_a_column_without_ages_nobody_is_held_to_the_sizes_of_children() -> None:
    # 45 kg at 110 cm are 37.2 kg/m2, 154 kg at 175 cm 50.3
    assert rows_of("body.pounds_as_kilograms", weight=[45.0, 154.0], height=[110.0, 175.0]) == [
        False,
        True,
    ]
