from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import dosing
from dosing import units
from dosing.errors import InputError
from dosing.formulas import body, plasma
from dosing.trace import RefusedError
from dosing.units import CM, KG, M2, L, in_unit, quantity
from tests.support.outside import CHECKS, SEX, case_id, chosen, holds, rows

BSA_NAMES = {"dubois": "du_bois"}
SUBJECTS: dict[str, dict[str, Any]] = CHECKS["subjects"]


def given(subject: str) -> dict[str, Any]:
    who = SUBJECTS[subject]
    return {
        "weight": quantity(who["weight_kg"], KG),
        "height": quantity(who["height_cm"], CM),
        "sex": SEX[who["sex"]],
        "hematocrit": who["hct"],
    }


def measured(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"sex": SEX.get(row.get("sex", ""))}
    if row.get("weight_value"):
        found["weight"] = units.weight(f"{row['weight_value']} {row['weight_unit']}")
    if row.get("height_value"):
        found["height"] = units.height(f"{row['height_value']} {row['height_unit']}")
    return found


def cells(table: str) -> list[tuple[str, str, float]]:
    return [
        (name, subject, value)
        for name, by_subject in CHECKS[table].items()
        for subject, value in by_subject.items()
    ]


@pytest.mark.hazard("H09")
@pytest.mark.parametrize("row", rows("bsa", "bsa_cc_by_sa"), ids=case_id)
def test_body_surface_is_what_the_source_prints(row: dict[str, str]) -> None:
    name = BSA_NAMES.get(row["formula"], row["formula"])
    surface = body.BSA[name](**measured(row))
    assert surface.units == M2
    assert holds(row, surface.magnitude)


@pytest.mark.parametrize(
    ("name", "subject", "expected"),
    [
        ({"dubois": "du_bois", "boyd_full": "boyd"}.get(name, name), subject, value)
        for name, subject, value in cells("bsa_m2")
        if name not in {"boyd_kg_form", "boyd_weight_only", "shuter_aslani"}
    ],
)
def test_body_surface_is_what_was_derived_outside(name: str, subject: str, expected: float) -> None:
    assert body.BSA[name](**given(subject)).magnitude == pytest.approx(expected, rel=1e-12)


# 0.1037 x kg^0.6724 by logarithms: 5 kg: ln 0.1037 = -2.266253, ln 5 = 1.609438,
# -2.266253 + 0.6724 x 1.609438 = -1.184067, e^ = 0.306031. 8 kg: ln 8 = 2.079442, sum -0.868036,
# e^ = 0.419775. 3.5 kg: ln 3.5 = 1.252763, sum -1.423895, e^ = 0.240774. 9.9 kg: ln 9.9 = 2.292535,
# sum -0.724753, e^ = 0.484444.
@pytest.mark.parametrize(
    ("kg", "expected"), [(5, 0.306031), (8, 0.419775), (3.5, 0.240774), (9.9, 0.484444)]
)
def test_livingston_and_lee_below_10_kg_use_their_other_coefficients(
    kg: float, expected: float
) -> None:
    surface = body.bsa_livingston_lee(weight=quantity(kg, KG))
    assert surface.magnitude == pytest.approx(expected, abs=2e-6)


def test_livingston_and_lee_at_10_kg_use_the_coefficients_of_the_heavy() -> None:
    # ln 0.1173 = -2.143020, ln 10 = 2.302585: -2.143020 + 0.6466 x 2.302585 = -0.654169.
    at_10 = body.bsa_livingston_lee(weight=quantity(10.0, KG))
    assert at_10.magnitude == pytest.approx(math.exp(-0.654169), rel=2e-6)


@pytest.mark.parametrize(
    "row",
    [
        row
        for name in ("devine", "robinson", "miller", "hamwi")
        for row in chosen("bodyweight", "bodyweight_cc_by_sa", measure="ibw")
        if row["formula_detail"] == name
    ],
    ids=case_id,
)
def test_ideal_weight_is_what_the_source_prints(row: dict[str, str]) -> None:
    ideal = body.IDEAL_WEIGHT[row["formula_detail"]](**measured(row))
    unit = {"kg": KG, "lb": units.LB}[row["expected_unit"]]
    assert holds(row, in_unit(ideal, unit, "ideal"))


@pytest.mark.parametrize(
    ("name", "subject", "expected"),
    [(n.removesuffix("_kg"), s, v) for n, s, v in cells("ibw_kg") if n != "hamwi_lb"],
)
def test_ideal_weight_is_what_was_derived_outside(name: str, subject: str, expected: float) -> None:
    ideal = body.IDEAL_WEIGHT[name](**given(subject))
    assert ideal.magnitude == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "row", chosen("bodyweight", "bodyweight_cc_by_sa", measure="adjusted_bw"), ids=case_id
)
def test_adjusted_weight_is_what_the_source_prints(row: dict[str, str]) -> None:
    size = measured(row)
    ideal = body.IDEAL_WEIGHT["devine"](**size)
    adjusted = body.ADJUSTED_WEIGHT(actual=size["weight"], ideal=ideal, fraction=0.4)
    assert row["expected_unit"] == "kg"
    assert holds(row, in_unit(adjusted, KG, "adjusted"))


@pytest.mark.parametrize("subject", "ABCD")
def test_adjusted_weight_is_what_was_derived_outside(subject: str) -> None:
    size = given(subject)
    ideal = body.IDEAL_WEIGHT["devine"](**size)
    adjusted = body.adjusted_weight(actual=size["weight"], ideal=ideal, fraction=0.4)
    expected = CHECKS["adjbw_0.4_kg"][subject]
    assert adjusted.magnitude == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "row", chosen("bodyweight", "bodyweight_cc_by_sa", measure="bmi"), ids=case_id
)
def test_body_mass_index_is_what_the_source_prints(row: dict[str, str]) -> None:
    assert holds(row, body.BMI(**measured(row)).magnitude)


@pytest.mark.parametrize(("subject", "expected"), CHECKS["bmi"].items())
def test_body_mass_index_is_what_was_derived_outside(subject: str, expected: float) -> None:
    assert body.BMI(**given(subject)).magnitude == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("subject", "expected"), CHECKS["lbw2005_kg"].items())
def test_lean_weight_is_what_was_derived_outside(subject: str, expected: float) -> None:
    lean = body.LEAN_WEIGHT["janmahasatian"](**given(subject))
    assert lean.magnitude == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("row", chosen("bodyweight", measure="fat_free_mass"), ids=case_id)
def test_lean_weight_is_what_the_source_prints(row: dict[str, str]) -> None:
    # The source gives the index in place of a height: metres are sqrt(kg / index).
    kg, index = float(row["weight_kg"]), float(row["extra"].removeprefix("BMI="))
    height = quantity((kg / index) ** 0.5, units.METRE)
    lean = body.lean_weight_janmahasatian(
        weight=quantity(kg, KG), height=height, sex=SEX[row["sex"]]
    )
    assert holds(row, lean.magnitude)


@pytest.mark.parametrize("row", rows("lean_weight_more"), ids=case_id)
def test_every_lean_weight_is_what_the_source_prints(row: dict[str, str]) -> None:
    age = units.age(f"{row['age_years']} years") if row["age_years"] else None
    formula = body.LEAN_WEIGHT[row["formula_detail"]]
    lean = formula(**measured(row) | {"sex": SEX[row["sex"]], "age": age})
    assert holds(row, lean.magnitude)


# 1.1 x H^2 / 256 is 139.21875 kg for a man of 180 cm, 1.07 x H^2 / 296 is 93.70 kg at 161 cm.
@pytest.mark.parametrize(
    ("sex", "height", "below", "beyond"),
    [("male", "180 cm", "139.2 kg", "139.3 kg"), ("female", "161 cm", "93.6 kg", "93.8 kg")],
)
def test_james_stops_where_it_falls_as_the_weight_rises(
    sex: str, height: str, below: str, beyond: str
) -> None:
    james = body.LEAN_WEIGHT["james"]
    size = {"sex": sex, "height": units.height(height), "age": units.age("40 years")}
    assert james.outside(weight=units.weight(below), **size) == ()
    (found,) = james.outside(weight=units.weight(beyond), **size)
    assert (found.level, found.code) == ("STOP", "formula.wrong.weight")


def test_james_answers_a_column_of_women_and_men_of_other_heights() -> None:
    sex, height = ["female", "male", "female"], ["175 cm", "180 cm", "161 cm"]
    lean = dosing.lean_weight("james", sex=sex, height=height, weight=["70 kg", "80 kg", "60 kg"])
    # 1.07 x 70 - 148 x 0.4 x 0.4 = 51.22; 1.1 x 80 - 128 x (4 / 9)^2 = 62.716...;
    # 1.07 x 60 - 148 x (60 / 161)^2 = 43.645
    assert lean.magnitude == pytest.approx([51.22, 62.71604938271605, 43.64523745225878], rel=1e-12)
    heavy = ["70 kg", "139.3 kg", "93.6 kg"]
    with pytest.raises(RefusedError, match=r"falls as the weight rises.*\b2\b"):
        dosing.lean_weight("james", sex=sex, height=height, weight=heavy)


@pytest.mark.parametrize("row", rows("target_bmi_cc_by_sa"), ids=case_id)
def test_the_weight_of_a_body_mass_index_is_what_the_source_prints(row: dict[str, str]) -> None:
    index = units.read("body-mass index", f"{row['extra'].removeprefix('BMI=')} kg/m2")
    height = units.height(f"{row['height_cm']} cm")
    assert holds(row, body.weight_of_bmi(bmi=index, height=height).magnitude)


@pytest.mark.parametrize(("subject", "expected"), CHECKS["nadler_pv_l"].items())
def test_plasma_volume_by_nadler_is_what_was_derived_outside(subject: str, expected: float) -> None:
    volume = plasma.PLASMA_VOLUME["nadler"](**given(subject))
    assert in_unit(volume, L, "volume") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("subject", "expected"), CHECKS["kaplan_pv_l"].items())
def test_plasma_volume_by_kaplan_is_what_was_derived_outside(subject: str, expected: float) -> None:
    volume = plasma.PLASMA_VOLUME["kaplan"](**given(subject))
    assert in_unit(volume, L, "volume") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("hematocrit", [42, 0, 1, -0.4, float("nan"), "0.42", None])
def test_a_hematocrit_that_is_no_fraction_is_refused(hematocrit: object) -> None:
    with pytest.raises(InputError, match="hematocrit"):
        plasma.plasma_volume_kaplan(weight=quantity(70, KG), hematocrit=hematocrit)


@pytest.mark.parametrize("fraction", [0, 1, 40, -0.4])
def test_an_adjusting_fraction_must_lie_between_0_and_1(fraction: float) -> None:
    kg = quantity(70, KG)
    with pytest.raises(InputError, match=r"fraction between 0 and 1; write 0.4"):
        body.adjusted_weight(actual=kg, ideal=kg, fraction=fraction)


@pytest.mark.parametrize("row", chosen("bodyweight", measure="weight_to_kg"), ids=case_id)
def test_pounds_become_kilograms_as_the_source_prints(row: dict[str, str]) -> None:
    assert holds(row, in_unit(measured(row)["weight"], KG, "weight"))


@pytest.mark.parametrize("row", chosen("bodyweight", measure="height_to_cm"), ids=case_id)
def test_inches_become_centimetres_as_the_source_prints(row: dict[str, str]) -> None:
    assert holds(row, in_unit(measured(row)["height"], CM, "height"))


@pytest.mark.parametrize("row", chosen("bodyweight", measure="creatinine_unit"), ids=case_id)
def test_creatinine_becomes_mg_per_dl_as_the_source_prints(row: dict[str, str]) -> None:
    value = units.creatinine(row["extra"].split(" -> ")[0])
    assert holds(row, in_unit(value, units.CREATININE_MG_PER_DL, "creatinine"))


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1 lb", 0.45359237, KG),
        ("3500 g", 3.5, KG),
        ("1 in", 2.54, CM),
        ("1 ft", 30.48, CM),
        ("1.75 m", 175.0, CM),
    ],
)
def test_the_legal_conversions_hold(text: str, number: float, unit: units.Unit) -> None:
    kind = "weight" if unit == KG else "height"
    assert in_unit(units.read(kind, text), unit, kind) == pytest.approx(number, rel=1e-15)


def test_a_year_has_twelve_months_and_a_quarter_of_a_day_over_365() -> None:
    assert in_unit(units.age("4 years"), units.DAY, "age") == pytest.approx(1461, rel=1e-15)
    assert in_unit(units.age("18 months"), units.YEAR, "age") == pytest.approx(1.5, rel=1e-15)
    assert in_unit(units.age("2 weeks"), units.DAY, "age") == pytest.approx(14, rel=1e-15)


@pytest.mark.parametrize(
    "row", [row for row in rows("rejects") if row["id"].startswith("bsa")], ids=case_id
)
def test_body_surface_is_not_what_a_wrong_source_prints(row: dict[str, str]) -> None:
    surface = body.BSA[row["what"]](**measured(row))
    assert not holds(row, surface.magnitude)


@pytest.mark.parametrize("row", chosen("rejects", what="ibw"), ids=case_id)
def test_ideal_weight_in_kg_is_not_labelled_as_pounds(row: dict[str, str]) -> None:
    ideal = body.IDEAL_WEIGHT["devine"](**measured(row))
    assert not holds(row, in_unit(ideal, units.LB, "ideal"))


@pytest.mark.parametrize("row", chosen("rejects", what="adjusted_bw"), ids=case_id)
def test_adjusted_weight_does_not_mix_pounds_with_kilograms(row: dict[str, str]) -> None:
    size = measured(row)
    ideal = body.IDEAL_WEIGHT["devine"](**size)
    adjusted = body.adjusted_weight(actual=size["weight"], ideal=ideal, fraction=0.4)
    assert not holds(row, in_unit(adjusted, units.LB, "adjusted"))


def test_the_divisor_stands_under_the_root_and_the_height_is_in_centimetres() -> None:
    # Section 12.1, subject A: sqrt(H x W) / 3600 would give 0.032867, height in metres 0.197203.
    size = given("A")
    surface = body.bsa_mosteller(weight=size["weight"], height=size["height"]).magnitude
    in_metres = body.bsa_mosteller(weight=size["weight"], height=units.height("1.75 m")).magnitude
    for wrong in (0.032867, 0.197203):
        assert abs(surface - wrong) > 1
        assert abs(in_metres - wrong) > 1


@pytest.mark.parametrize("name", sorted(body.BSA))
def test_body_surface_is_the_same_in_every_unit(name: str) -> None:
    one = body.BSA[name](weight=units.weight("70 kg"), height=units.height("175 cm"), sex="male")
    two = body.BSA[name](weight=units.weight("70000 g"), height=units.height("1.75 m"), sex="male")
    assert two.magnitude == pytest.approx(one.magnitude, rel=1e-14)


@pytest.mark.parametrize("name", sorted(body.BSA))
def test_a_column_of_body_surfaces_is_that_of_each_patient(name: str) -> None:
    kg, cm = np.array([3.5, 9.9, 10.0, 62.0, 130.0]), np.array([50.0, 75.0, 76.0, 160.0, 180.0])
    sex = np.array(["male", "female", "male", "female", "male"])
    column = body.BSA[name](weight=quantity(kg, KG), height=quantity(cm, CM), sex=sex)
    each = [
        body.BSA[name](weight=quantity(w, KG), height=quantity(h, CM), sex=str(s)).magnitude
        for w, h, s in zip(kg.tolist(), cm.tolist(), sex, strict=True)
    ]
    assert column.magnitude == pytest.approx(each, rel=1e-14)


def test_every_missing_input_is_named_at_once() -> None:
    with pytest.raises(InputError) as error:
        body.BSA["schlich"](weight=None, height=None, sex=None)
    assert [p.field for p in error.value.problems] == ["weight", "height", "sex"]
    assert all("is missing; Schlich needs it" in str(p) for p in error.value.problems)


@pytest.mark.parametrize("sex", ["Male", "M", "unknown", "", None, 1])
def test_there_is_no_default_sex(sex: object) -> None:
    with pytest.raises(InputError, match=r"sex.*write male or female"):
        body.ideal_weight_devine(height=quantity(175, CM), sex=sex)


def test_a_column_with_an_unknown_sex_is_refused() -> None:
    sex = np.array(["male", "x"])
    with pytest.raises(InputError, match=r"sex.*write male or female"):
        body.ideal_weight_devine(height=quantity(np.array([175.0, 160.0]), CM), sex=sex)


@pytest.mark.parametrize("kg", [0.0, -70.0, np.array([70.0, 0.0]), np.array([70.0, np.nan])])
def test_a_weight_that_is_not_above_zero_is_refused(kg: units.Number) -> None:
    with pytest.raises(InputError, match="weight"):
        body.bsa_mosteller(weight=quantity(kg, KG), height=quantity(175.0, CM))


def test_a_weight_typed_as_height_is_refused_by_its_kind() -> None:
    with pytest.raises(InputError, match=r"height.*is another kind of value; give it in cm"):
        body.bsa_mosteller(weight=quantity(70, KG), height=quantity(175, KG))


@pytest.mark.parametrize(
    ("formula", "inputs", "codes"),
    [
        (body.BSA["mosteller"], {"age": "2 years"}, []),
        (body.BSA["takahira"], {"age": "17 years"}, ["age"]),
        (body.BSA["takahira"], {"age": "18 years"}, []),
        (body.BSA["schlich"], {"age": "6 years"}, ["age"]),
        (body.BSA["fujimoto"], {"age": "5 years"}, ["age"]),
        (body.BSA["fujimoto"], {"age": "6 years"}, []),
        (body.BSA["livingston_lee"], {"weight": "51.3 kg"}, []),
        (body.BSA["livingston_lee"], {"weight": "51.2 kg"}, ["weight"]),
        (body.BSA["livingston_lee"], {"weight": "248.6 kg"}, []),
        (body.BSA["livingston_lee"], {"weight": "248.7 kg"}, ["weight"]),
        (body.IDEAL_WEIGHT["devine"], {"height": "152.4 cm"}, []),
        (body.IDEAL_WEIGHT["devine"], {"height": "60 in"}, []),
        (body.IDEAL_WEIGHT["devine"], {"height": "152.3 cm", "age": "10 years"}, ["age", "height"]),
        (body.LEAN_WEIGHT["janmahasatian"], {"age": "10 years"}, ["age"]),
        (body.LEAN_WEIGHT["al_sallami"], {"age": "35 months"}, ["age"]),
        (body.LEAN_WEIGHT["al_sallami"], {"age": "3 years"}, []),
        (body.LEAN_WEIGHT["al_sallami"], {"age": "29 years"}, []),
        (body.LEAN_WEIGHT["al_sallami"], {"age": "29.1 years"}, ["age"]),
    ],
)
def test_a_formula_warns_outside_its_population(
    formula: Any, inputs: dict[str, str], codes: list[str]
) -> None:
    found = formula.outside(**{field: units.read(field, text) for field, text in inputs.items()})
    assert [finding.code for finding in found] == [f"formula.outside_range.{c}" for c in codes]
    assert {finding.level for finding in found} <= {"WARN"}


def test_a_warning_outside_the_population_says_the_range_and_what_is_here() -> None:
    (found,) = body.IDEAL_WEIGHT["devine"].outside(height=units.height("150 cm"))
    assert found.text.replace(units.NO_BREAK_SPACE, " ") == (
        "Devine was made for adults of 152.4 cm and taller (height from 152.4 cm); here: 150 cm."
    )


def test_a_warning_for_a_column_tells_its_rows() -> None:
    heights = quantity(np.array([150.0, 152.4, 175.0, 140.0]), CM)
    (found,) = body.IDEAL_WEIGHT["devine"].outside(height=heights)
    assert found.rows is not None
    assert found.rows.tolist() == [True, False, False, True]
    assert "here: 2 rows" in found.text


@pytest.mark.parametrize(
    "formula",
    [
        *body.BSA.values(),
        *body.IDEAL_WEIGHT.values(),
        *body.LEAN_WEIGHT.values(),
        *plasma.PLASMA_VOLUME.values(),
        body.ADJUSTED_WEIGHT,
        body.BMI,
    ],
    ids=lambda formula: str(formula.name),
)
def test_every_formula_carries_its_citation_and_population(formula: Any) -> None:
    assert formula.source.cite
    assert formula.population


def test_only_four_formulas_of_body_size_were_not_seen_in_their_source() -> None:
    tables = (body.BSA, body.IDEAL_WEIGHT, body.LEAN_WEIGHT)
    formulas = [body.BMI, *(formula for table in tables for formula in table.values())]
    unseen = {formula.name for formula in formulas if not formula.source.confirmed}
    assert unseen == {"fujimoto", "hamwi", "boer", "james"}


def test_plasma_volumes_far_apart_are_both_shown() -> None:
    # F 160 cm: Nadler 0.3561 x 1.6^3 + 0.03308 x kg + 0.1833, Kaplan 0.065 x kg; x 0.58 each.
    # 64 kg: 3.7590 and 4.1600 L of blood, +10.7 %; 76.8 kg: 4.1824 and 4.9920, +19.4 %
    def found(weight: str) -> list[str]:
        measures = dosing.body(
            weight=weight, height="160 cm", sex="female", age="48 years", hematocrit="0.42"
        )
        return [
            finding["text"]
            for finding in measures["findings"]
            if finding["code"] == "plasma.volumes_differ"
        ]

    assert found("64 kg") == []
    (text,) = found("76.8 kg")
    # 4.9920 x 0.58 = 2.895 L; 4.1824 x 0.58 = 2.426 L
    assert "Kaplan 2.895 L and Nadler 2.426 L (+19.4 %)" in text
