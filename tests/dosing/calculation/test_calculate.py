from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing import units
from dosing.calculation.calculate import Dose, calculate, calculate_course
from dosing.calculation.packs import vials
from dosing.calculation.rule import Adjustment, DoseRule, PercentOf, Rounding
from dosing.calculation.stages import Calculation
from dosing.drugs.drug import Drug
from dosing.errors import InputError
from dosing.formulas import body
from dosing.patient import Patient
from dosing.rounding import round_to
from dosing.trace import Derivation, Source, stops
from dosing.units import CM, KG, M2, MG, ML, G, Unit, in_unit, quantity
from tests.support.made_up import (
    VEIN,
    drug,
    immunoglobulin,
    patient,
    per_kg,
    per_m2,
    rituximab,
    rounding,
    spoken,
)
from tests.support.outside import SEX, case_id, chosen, holds

REVIEW = Source(cite="A review", confirmed=True)


def number(dose: Dose, unit: Unit = MG) -> float:
    return float(in_unit(dose.amount, unit, "dose"))


def codes(dose: Dose) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in dose.findings]


def what(dose: Dose) -> list[str]:
    return [step.what for step in dose.steps]


def cut(factor: float, reason: str = "renal") -> Adjustment:
    return Adjustment(factor=factor, reason=reason, source=REVIEW)


def problems(*kinds: str) -> list[dict[str, str]]:
    return [row for kind in kinds for row in chosen("dose_problems", kind=kind)]


def weighed(asked: dict[str, Any]) -> units.Quantity:
    if "weight" in asked:
        return units.weight(f"{asked['weight']} {asked['weight_unit']}")
    return units.weight(f"{asked['weight_kg']} kg")


@pytest.mark.parametrize("row", problems("per_kg", "per_kg_capped", "whole_units"), ids=case_id)
def test_a_dose_per_kg_is_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    in_ml = "dose_ml_per_kg" in asked
    rate = f"{asked['dose_ml_per_kg']} mL/kg" if in_ml else f"{asked['dose_mg_per_kg']} mg/kg"
    whole = row["output"] == "units"
    rule = per_kg(
        rate,
        cap=units.amount(f"{asked['max_mg']} mg") if "max_mg" in asked else None,
        rounding=rounding(f"{asked['unit_volume_ml']} mL") if whole else None,
    )
    dose = calculate(rule, Patient(weight=weighed(asked), size_confirmed=True))
    result = number(dose, ML if in_ml else MG)
    assert holds(row, result / asked["unit_volume_ml"] if whole else result)


@pytest.mark.parametrize("row", problems("per_kg_split_bolus_infusion"), ids=case_id)
def test_a_bolus_and_its_infusion_are_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    who = Patient(weight=weighed(asked))
    cap = units.amount(f"{asked['max_mg']} mg")

    def part(share: float) -> float:
        rule = per_kg(f"{asked['dose_mg_per_kg']} mg/kg", adjustments=(cut(share),), cap=cap)
        return number(calculate(rule, who))

    total = calculate(
        per_kg(f"{asked['dose_mg_per_kg']} mg/kg", cap=cap, rounding=rounding("0.1 mg")), who
    )
    results = {
        "total_mg": number(total),
        "bolus_mg": part(asked["bolus_fraction"]),
        "infusion_mg": part(1 - asked["bolus_fraction"]),
        "waste_from_vial_mg": in_unit(
            vials(total.amount, [quantity(asked["vial_mg"], MG)]).waste, MG, "waste"
        ),
    }
    assert holds(row, results[row["output"]])


@pytest.mark.parametrize("row", problems("per_m2", "per_m2_capped"), ids=case_id)
def test_a_dose_per_m2_is_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    rate = asked["dose_mg_per_m2"]
    # A greatest surface of 2.2 m2 is a greatest dose of 2.2 times the rate.
    cap = quantity(asked["bsa_cap_m2"] * rate, MG) if "bsa_cap_m2" in asked else None
    rule = per_m2(
        f"{rate} mg/m2",
        cap=cap,
        rounding=rounding(f"{asked['round_to_mg']} mg") if "round_to_mg" in asked else None,
    )
    if "bsa_m2" in asked:
        who = Patient(surface=units.surface(f"{asked['bsa_m2']} m2"))
    else:
        who = Patient(weight=weighed(asked), height=units.height(f"{asked['height_cm']} cm"))
    assert holds(row, number(calculate(rule, who)))


@pytest.mark.parametrize("row", problems("divided_dose"), ids=case_id)
def test_a_divided_daily_dose_is_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    rule = per_kg(
        f"{asked['dose_mg_per_kg_per_day']} mg/kg/day", doses_a_day=asked["doses_per_day"]
    )
    assert holds(row, number(calculate(rule, Patient(weight=weighed(asked)))))


@pytest.mark.parametrize("row", chosen("rejects", what="divided_dose"), ids=case_id)
def test_a_divided_daily_dose_is_not_what_a_wrong_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    rule = per_kg(
        f"{asked['dose_mg_per_kg_per_day']} mg/kg/day", doses_a_day=asked["doses_per_day"]
    )
    assert not holds(row, number(calculate(rule, Patient(weight=weighed(asked)))))


@pytest.mark.parametrize("row", problems("cumulative"), ids=case_id)
def test_a_total_of_cycles_is_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    rule = DoseRule(rate=units.dose(f"{asked['dose_mg']} mg"))
    assert holds(row, number(calculate(rule, Patient(), times=asked["cycles"], per="course")))


@pytest.mark.parametrize("row", problems("fraction_of_dose"), ids=case_id)
def test_a_part_of_a_dose_is_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    share = {"1/2": 1 / 2, "2/3 per hour": 2 / 3}[asked["fraction"]]
    rule = DoseRule(rate=units.dose(f"{asked['bolus_mg']} mg"), adjustments=(cut(share),))
    dose = calculate(rule, Patient())
    assert holds(row, number(dose))
    assert stops(dose.findings) == ()


@pytest.mark.parametrize("row", problems("ivig"), ids=case_id)
def test_immunoglobulin_is_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    days = asked["days"] if row["output"] == "g_per_day" else 1
    rule = per_kg(f"{asked['dose_g_per_kg'] / days:g} g/kg")
    who = Patient(weight=weighed(asked))
    if "weight_rule" in asked:
        rule = dataclasses.replace(rule, weight_basis="adjusted", ideal="devine", fraction=0.4)
        height = units.height(f"{asked['height_cm']} cm")
        who = dataclasses.replace(who, height=height, sex=SEX[asked["sex"]])
    assert holds(row, number(calculate(rule, who), G))


@pytest.mark.parametrize("row", problems("multi_step"), ids=case_id)
def test_a_problem_of_several_steps_is_what_the_source_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    if "bsa_formula" in asked:
        surface = body.bsa_mosteller(
            weight=units.weight(f"{asked['weight_lb']} lb"),
            height=units.height(f"{asked['height_in']} in"),
        )
        # The source goes on with the surface rounded to two places.
        surface = round_to(surface, units.surface("0.01 m2"), "nearest")
        rule = per_m2(f"{asked['dose_mg_per_m2']} mg/m2")
        results = {
            "bsa_m2": in_unit(surface, M2, "surface"),
            "dose_mg": number(calculate(rule, Patient(surface=surface))),
        }
    else:
        who = Patient(weight=weighed(asked))
        rate = asked.get("dose_mg_per_kg", asked.get("dose_mg_per_kg_per_day"))
        results = {
            "dose_mg": number(calculate(per_kg(f"{rate} mg/kg"), who)),
            "mg_per_day": number(calculate(per_kg(f"{rate} mg/kg/day", doses_a_day=1), who)),
            "mg_per_dose": number(calculate(per_kg(f"{rate} mg/kg/day", doses_a_day=2), who)),
        }
    assert holds(row, results[row["output"]])


@pytest.mark.parametrize("row", chosen("bodyweight", measure="per_kg_ibw_volume"), ids=case_id)
def test_an_amount_per_ideal_weight_is_what_the_source_prints(row: dict[str, str]) -> None:
    rate = "8 mL/kg" if "8 mL/kg" in row["formula_detail"] else "6 mL/kg"
    rule = per_kg(rate, weight_basis="ideal", ideal="devine")
    who = Patient(
        weight=units.weight("70 kg"),
        height=units.height(f"{row['height_value']} {row['height_unit']}"),
        sex=SEX[row["sex"]],
    )
    assert holds(row, number(calculate(rule, who), ML))


@pytest.mark.parametrize("row", chosen("bodyweight", measure="dosing_weight"), ids=case_id)
def test_the_dosing_weight_is_what_the_source_prints(row: dict[str, str]) -> None:
    # The source takes the ideal weight up to 1.2 times of it and the adjusted one above.
    basis = {"60": "ideal", "160": "adjusted"}[row["weight_value"]]
    rule = per_kg("1 mg/kg", weight_basis=basis, ideal="devine", fraction=0.4)
    who = Patient(
        weight=units.weight(f"{row['weight_value']} kg"),
        height=units.height(f"{row['height_value']} cm"),
        sex=SEX[row["sex"]],
        size_confirmed=True,
    )
    assert holds(row, calculate(rule, who).bodies[KG])


# Section 13 of the knowledge file.
@pytest.mark.parametrize(
    ("surface", "expected", "percent"),
    [
        ("1.60 m2", 600, 0.0),
        ("1.73 m2", 600, -7.51),
        ("1.80 m2", 700, 3.70),
        ("1.90 m2", 700, -1.75),
        ("2.00 m2", 800, 6.67),
        ("2.20 m2", 800, -3.03),
    ],
)
def test_rituximab_is_rounded_to_vials_as_worked_out_in_the_knowledge(
    surface: str, expected: float, percent: float
) -> None:
    rule = per_m2("375 mg/m2", rounding=rounding("100 mg"))
    dose = calculate(rule, Patient(surface=units.surface(surface)))
    assert number(dose) == expected
    assert float(dose.deviation) * 100 == pytest.approx(percent, abs=0.005)


def test_the_steps_come_in_their_fixed_order() -> None:
    rule = per_m2(
        "375 mg/m2",
        adjustments=(cut(0.75, "renal"), cut(0.9, "age")),
        cap=units.amount("450 mg"),
        rounding=rounding("100 mg"),
    )
    dose = calculate(rule, patient(), tolerance=0.05)
    assert what(dose) == [
        "body surface",
        "dose before rounding",
        "adjusted",
        "adjusted",
        "held at the cap",
        "rounded",
        "second calculation",
    ]
    # 375 x 1.844662 (sqrt(175 x 70 / 3600)) = 691.75; x 0.75 = 518.81; x 0.9 = 466.93; cap 450;
    # to the nearest 100: 500 (the half goes up), which is +11.1 % and over the cap.
    assert [spoken(step.value_text) for step in dose.steps] == [
        "1.8447 m2",
        "691.75 mg",
        "518.81 mg",
        "466.93 mg",
        "450 mg",
        "500 mg",
        "agrees",
    ]
    assert [spoken(step.why) for step in dose.steps][:6] == [
        "Mosteller: 70 kg, 175 cm",
        "375 mg/m2 x 1.8447 m2",
        "75 % of the standard dose: renal",
        "90 % of the standard dose: age",
        "466.93 mg is above the cap of 450 mg",
        "rounded to the nearest 100 mg (+11.1 %)",
    ]
    assert codes(dose) == [("STOP", "dose.rounded_over_cap"), ("WARN", "dose.deviation")]
    assert number(dose) == 500
    assert in_unit(dose.reference, MG, "reference") == 450


def test_a_dose_per_kg_names_its_weight_first() -> None:
    dose = calculate(per_kg("0.4 g/kg"), patient())
    assert what(dose) == ["dosing weight", "calculated dose", "second calculation"]
    assert spoken(dose.steps[0].as_dict()["value"]) == "70 kg"
    assert number(dose, G) == 28


def test_a_flat_dose_needs_no_body() -> None:
    dose = calculate(DoseRule(rate=units.dose("600 mg")), Patient())
    assert what(dose) == ["calculated dose", "second calculation"]
    assert dose.bodies == {}
    assert number(dose) == 600


@pytest.mark.parametrize(
    ("weight", "stopped"),
    # 150 g is 2.5 g/kg for 60 kg and 1.875 g/kg for 80 kg; the hard limit is 2 g/kg
    [("60 kg", True), ("80 kg", False), ("", False)],
)
def test_a_flat_dose_is_held_to_the_limits_per_kg_when_the_weight_is_known(
    weight: str, stopped: bool
) -> None:
    who = Patient(weight=units.weight(weight)) if weight else Patient()
    dose = calculate(DoseRule(rate=units.dose("150 g")), who, drug=immunoglobulin(), route=VEIN)
    assert bool(stops(dose.findings)) is stopped
    assert dose.bodies == {}


def of_a_child() -> Drug:
    return drug(
        "ibuprofen",
        {"per": "dose", "hard": {"high": "10 mg/kg"}},
        {"per": "day", "usual": {"low": "15 mg/kg", "high": "20 mg/kg"}},
        {"per": "day", "hard": {"high": "30 mg/kg"}},
        {"per": "day", "hard": {"high": "1200 mg"}},
    )


@pytest.mark.parametrize(
    ("rate", "doses_a_day", "weight", "found"),
    [
        # a day of 150 mg is 15, 18.75, 25 and 33.3 mg/kg; of 100 mg at 10 kg it is less than usual
        ("150 mg/day", 3, "10 kg", []),
        ("150 mg/day", 3, "8 kg", []),
        ("150 mg/day", None, "6 kg", ["limit.usual.above.day"]),
        ("150 mg/day", 3, "6 kg", ["limit.usual.above.day"]),
        # and 50 mg at once 11.1 mg/kg
        (
            "150 mg/day",
            3,
            "4.5 kg",
            ["limit.hard.above.dose", "limit.usual.above.day", "limit.hard.above.day"],
        ),
        ("100 mg/day", 2, "10 kg", []),
        # one dose of 1.3 g is more than a day's, whatever else is given; of 400 mg it is 5 mg/kg
        ("1300 mg", None, "80 kg", ["limit.hard.above.dose", "limit.hard.above.day"]),
        ("1300 mg", None, "", ["limit.hard.above.day"]),
        ("400 mg", None, "80 kg", []),
        ("400 mg", None, "", []),
        ("1300 mg/day", 4, "", ["limit.hard.above.day"]),
    ],
)
def test_a_flat_dose_is_held_to_the_limits_of_a_day(
    rate: str, doses_a_day: int | None, weight: str, found: list[str]
) -> None:
    who = Patient(weight=units.weight(weight), size_confirmed=True) if weight else Patient()
    rule = DoseRule(rate=units.dose(rate), doses_a_day=doses_a_day)
    dose = calculate(rule, who, drug=of_a_child(), route="oral")
    assert sorted(code for _, code in codes(dose) if code.startswith("limit")) == sorted(found)


def test_a_dose_per_kg_that_alone_is_more_than_a_day_holds_is_stopped() -> None:
    # 10 mg/kg x 70 kg = 700 mg of 600 mg a day; 8 mg/kg are 560 mg
    own = drug(
        "trial",
        {"per": "dose", "hard": {"high": "10 mg/kg"}},
        {"per": "day", "usual": {"low": "580 mg"}, "hard": {"high": "600 mg"}},
    )
    found = [
        codes(calculate(per_kg(rate), patient(), drug=own, route="oral"))
        for rate in ("10 mg/kg", "8 mg/kg")
    ]
    assert found == [[("STOP", "limit.hard.above.day")], []]


def test_an_entered_surface_is_taken_as_it_was_entered() -> None:
    dose = calculate(per_m2("375 mg/m2"), patient(surface=units.surface("2 m2")))
    assert (dose.steps[0].what, dose.steps[0].why) == ("body surface", "as entered")
    assert number(dose) == 750


def test_the_sources_travel_with_the_steps() -> None:
    rule = per_m2(
        "375 mg/m2",
        source=REVIEW,
        adjustments=(cut(0.75),),
        cap=units.amount("450 mg"),
        cap_source=REVIEW,
    )
    dose = calculate(rule, patient())
    assert [str(step.source) for step in dose.steps] == [
        "Mosteller, N Engl J Med 1987;317:1098",
        "A review",
        "A review",
        "A review",
        "arithmetic",
    ]


@pytest.mark.parametrize("cap", ["691 mg", "0.691 g", "1 mg"])
def test_a_cap_that_acts_is_a_step(cap: str) -> None:
    dose = calculate(per_m2("375 mg/m2", cap=units.amount(cap)), patient())
    assert "held at the cap" in what(dose)
    assert number(dose) == pytest.approx(in_unit(units.amount(cap), MG, "cap"), rel=1e-15)
    assert stops(dose.findings) == ()


@pytest.mark.parametrize("cap", ["28 g", "28000 mg", "28.1 g", "1000 g"])
def test_a_cap_that_does_not_act_leaves_no_step(cap: str) -> None:
    dose = calculate(per_kg("0.4 g/kg", cap=units.amount(cap)), patient())
    assert what(dose) == ["dosing weight", "calculated dose", "second calculation"]
    assert number(dose, G) == 28


def test_a_cap_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"cap.*is another kind of value"):
        calculate(per_kg("0.4 g/kg", cap=units.amount("100 units")), patient())


@pytest.mark.hazard("H13")
def test_an_amount_rounded_past_its_cap_is_stopped_and_rounded_down_it_is_not() -> None:
    rule = per_m2("375 mg/m2", cap=units.amount("680 mg"), rounding=rounding("100 mg"))
    assert codes(calculate(rule, patient())) == [("STOP", "dose.rounded_over_cap")]
    down = dataclasses.replace(rule, rounding=rounding("100 mg", "down"))
    dose = calculate(down, patient())
    assert (codes(dose), number(dose)) == ([], 600)


def test_a_dose_rounded_to_nothing_is_stopped() -> None:
    dose = calculate(per_kg("0.4 mg/kg", rounding=rounding("100 mg")), patient())
    assert codes(dose) == [("STOP", "dose.rounded_to_zero")]
    assert spoken(dose.findings[0].text) == (
        "The dose is so small that rounding to 100 mg leaves nothing."
    )
    assert number(dose) == 0


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    # 28 g to the nearest 5 g is 30 g: 1/14 = 7.142857 % more
    [
        (None, []),
        (0.08, []),
        (1 / 14, []),
        (0.0714, [("WARN", "dose.deviation")]),
        (0.05, [("WARN", "dose.deviation")]),
        (0.0, [("WARN", "dose.deviation")]),
    ],
)
def test_a_deviation_beyond_the_tolerance_is_a_warning(
    tolerance: float | None, expected: list[tuple[str, str]]
) -> None:
    rule = per_kg("0.4 g/kg", rounding=rounding("5 g"))
    dose = calculate(rule, patient(), tolerance=tolerance)
    assert codes(dose) == expected
    assert dose.deviation == pytest.approx(1 / 14, rel=1e-12)


def test_a_deviation_is_said_with_what_is_allowed() -> None:
    rule = per_kg("0.4 g/kg", rounding=rounding("5 g", "down"))
    dose = calculate(rule, patient(), tolerance=0.1)
    # 25 g for 28 g is 3/28 = 10.71 % less
    assert spoken(dose.findings[0].text) == (
        "Rounding moves the dose by -10.7 %, more than the 10 % allowed here."
    )


def test_no_deviation_passes_the_strictest_tolerance() -> None:
    rule = per_kg("0.5 g/kg", rounding=rounding("5 g"))
    assert codes(calculate(rule, patient(), tolerance=0.0)) == []


@pytest.mark.parametrize(
    ("basis", "more", "kg", "because"),
    [
        # subject C of the knowledge file, section 12.2: 130 kg at 180 cm
        ("actual", {}, 130.0, "the weight as measured"),
        ("ideal", {"ideal": "devine"}, 74.992126, "ideal weight"),
        ("ideal", {"ideal": "robinson"}, 72.645669, "ideal weight"),
        ("ideal", {"ideal": "miller"}, 71.521260, "ideal weight"),
        ("ideal", {"ideal": "hamwi"}, 77.338583, "ideal weight"),
        ("adjusted", {"ideal": "devine", "fraction": 0.4}, 96.995276, "adjusted weight"),
        ("lean", {}, 78.525195, "lean weight"),
    ],
)
def test_the_dosing_weight_is_the_named_one(
    basis: str, more: dict[str, Any], kg: float, because: str
) -> None:
    who = patient(weight=units.weight("130 kg"), height=units.height("180 cm"))
    dose = calculate(per_kg("10 mg/kg", weight_basis=basis, **more), who)
    assert number(dose) == pytest.approx(10 * kg, abs=6e-6)
    assert dose.bodies[KG] == pytest.approx(kg, abs=6e-7)
    assert dose.steps[0].why == because
    assert stops(dose.findings) == ()


def test_below_the_ideal_weight_the_adjusted_weight_is_the_actual_one() -> None:
    # 175 cm: the ideal weight is 70.46 kg; adjusted by 0.4 a patient of 50 kg would count 62.28.
    rule = per_kg("10 mg/kg", weight_basis="adjusted", ideal="devine", fraction=0.4)
    dose = calculate(rule, patient(weight=units.weight("50 kg")))
    assert number(dose) == 500
    assert dose.steps[0].why == "the actual weight, because it is below the ideal weight"
    assert stops(dose.findings) == ()
    column = calculate(rule, patient(weight=quantity(np.array([50.0, 80.0]), KG)))
    # subject A: 80 kg at 175 cm counts 74.278740
    assert column.bodies[KG] == pytest.approx([50, 74.278740], abs=6e-7)


@pytest.mark.parametrize("name", sorted(body.BSA))
def test_the_surface_is_by_the_named_formula(name: str) -> None:
    who = patient()
    dose = calculate(per_m2("100 mg/m2", surface=name), who)
    surface = body.BSA[name](weight=who.weight, height=who.height, sex=who.sex)
    assert number(dose) == pytest.approx(100 * surface.magnitude, rel=1e-14)
    assert dose.steps[0].source == body.BSA[name].source
    assert stops(dose.findings) == ()


def test_a_formula_outside_its_population_warns_in_the_dose() -> None:
    short = patient(height=units.height("150 cm"))
    dose = calculate(per_kg("1 mg/kg", weight_basis="ideal", ideal="devine"), short)
    assert codes(dose) == [("WARN", "formula.outside_range.height")]
    boy = patient(
        weight=units.weight("40 kg"), height=units.height("150 cm"), age=units.age("12 years")
    )
    dose = calculate(per_m2("1 mg/m2", surface="schlich"), boy)
    assert codes(dose) == [("WARN", "formula.outside_range.age")]


def test_a_strange_size_stops_the_dose_and_confirmed_it_warns() -> None:
    heavy = patient(weight=units.weight("154 kg"))
    assert codes(calculate(per_kg("1 mg/kg"), heavy)) == [("STOP", "body.pounds_as_kilograms")]
    sure = dataclasses.replace(heavy, size_confirmed=True)
    assert codes(calculate(per_kg("1 mg/kg"), sure)) == [("WARN", "body.pounds_as_kilograms")]


@pytest.mark.parametrize(
    ("rule", "who", "fields", "accepted"),
    [
        (per_kg("1 mg/kg", weight_basis=None), {}, ["weight basis"], "actual, ideal, adjusted"),
        (per_kg("1 mg/kg"), {"weight": None}, ["weight"], "70 kg"),
        (per_kg("1 mg/kg", weight_basis="ideal"), {}, ["ideal weight formula"], "devine, robinson"),
        (per_kg("1 mg/kg", weight_basis="adjusted", ideal="devine"), {}, ["fraction"], "0.4"),
        (
            per_kg("1 mg/kg", weight_basis="ideal", ideal="devine"),
            {"height": None, "sex": None},
            ["height", "sex"],
            "a dose per kg needs it",
        ),
        (
            per_kg("1 mg/kg", weight_basis="lean"),
            {"height": None, "sex": None},
            ["height", "sex"],
            "a dose per kg needs it",
        ),
        (per_m2("1 mg/m2", surface=None), {}, ["surface"], "mosteller, du_bois"),
        (per_m2("1 mg/m2", surface="monsteller"), {}, ["surface"], "mosteller, du_bois"),
        (
            per_m2("1 mg/m2"),
            {"weight": None, "height": None},
            ["weight", "height"],
            "a dose per m2 needs it",
        ),
        (
            per_kg("1 mg/kg", weight_basis=None),
            {"weight": None},
            ["weight basis", "weight"],
            "write",
        ),
        (
            per_m2("1 mg/m2", surface=None),
            {"height": None},
            ["surface", "height"],
            "write",
        ),
        (per_m2("1 mg/m2", surface="schlich"), {"sex": None}, ["sex"], "write male or female"),
    ],
)
def test_whatever_is_missing_is_named(
    rule: DoseRule, who: dict[str, Any], fields: list[str], accepted: str
) -> None:
    with pytest.raises(InputError) as error:
        calculate(rule, patient(**who))
    assert [problem.field for problem in error.value.problems] == fields
    assert all(accepted in problem.accepted for problem in error.value.problems)


@pytest.mark.hazard("H15")
def test_neither_body_nor_formula_nor_rounding_nor_cap_has_a_default() -> None:
    rule = DoseRule(rate=units.dose("1 mg/kg"))
    unset = (rule.weight_basis, rule.ideal, rule.fraction, rule.surface, rule.doses_a_day)
    assert {*unset, rule.cap, rule.rounding} == {None}


@pytest.mark.parametrize("bad", [0, -1])
def test_a_count_below_one_is_refused(bad: int) -> None:
    with pytest.raises(InputError, match=r"times.*write 1 or more"):
        calculate(per_kg("1 mg/kg"), patient(), times=bad)
    with pytest.raises(InputError, match=r"doses a day.*write 1 or more"):
        calculate(per_kg("1 mg/kg/day", doses_a_day=bad), patient())
    with pytest.raises(InputError, match=r"days.*write 1 or more"):
        calculate_course(per_kg("1 mg/kg", rounding=rounding("1 mg")), patient(), days=bad)


@pytest.mark.parametrize("factor", [0, -0.5, 75, float("nan"), float("inf")])
def test_a_factor_that_is_no_part_of_a_dose_is_refused(factor: float) -> None:
    with pytest.raises(InputError, match=r"adjustment.*write 0.75 for 75 %"):
        cut(factor)


def test_a_reason_with_braces_is_shown_as_it_was_typed() -> None:
    dose = calculate(per_kg("1 mg/kg", adjustments=(cut(0.5, "stage {3}"),)), patient())
    assert spoken(dose.steps[2].why) == "50 % of the standard dose: stage {3}"


def test_a_rate_per_day_without_a_number_of_doses_stays_per_day() -> None:
    dose = calculate(per_kg("15 mg/kg/day"), patient())
    assert spoken(units.show(dose.amount)) == "1,050 mg/day"
    assert stops(dose.findings) == ()
    halves = calculate(per_kg("15 mg/kg/day", doses_a_day=2), patient())
    assert spoken(units.show(halves.amount)) == "525 mg"
    assert "in 2 doses a day" in halves.steps[1].why


def test_a_cap_per_day_holds_a_dose_per_day() -> None:
    dose = calculate(per_kg("15 mg/kg/day", cap=units.dose("1 g/day")), patient())
    assert in_unit(dose.amount, units.dose_unit(MG, per_day=True), "dose") == 1000
    assert stops(dose.findings) == ()


def test_a_thousandth_of_the_usual_immunoglobulin_is_stopped() -> None:
    dose = calculate(per_kg("0.4 mg/kg"), patient(), drug=immunoglobulin(), route=VEIN)
    assert codes(dose)[0] == ("STOP", "limit.thousandth")
    said = spoken(dose.findings[0].text)
    assert "a thousandth of the usual dose" in said
    assert "0.4 g/kg" in said


def test_rituximab_per_kg_is_stopped_as_another_kind_of_dose() -> None:
    dose = calculate(per_kg("375 mg/kg"), patient(), drug=rituximab(), route=VEIN)
    assert ("STOP", "limit.wrong_kind") in codes(dose)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("375 mg/m2", []),
        ("410 mg/m2", []),
        ("420 mg/m2", [("WARN", "limit.usual.above.dose")]),
        ("300 mg/m2", [("WARN", "limit.usual.below.dose")]),
        ("501 mg/m2", [("STOP", "limit.hard.above.dose")]),
        ("37.5 mg/m2", [("STOP", "limit.hard.below.dose")]),
    ],
)
def test_a_dose_is_held_to_the_limits_of_its_drug(
    rate: str, expected: list[tuple[str, str]]
) -> None:
    dose = calculate(per_m2(rate), patient(), drug=rituximab(), route=VEIN)
    assert codes(dose) == expected


def test_rounding_up_over_the_hard_limit_is_stopped() -> None:
    # 1 m2 by 500 mg/m2, rounded up to 300 mg is 600 mg, and so 600 mg/m2.
    rule = per_m2("500 mg/m2", rounding=rounding("300 mg", "up"))
    who = Patient(surface=units.surface("1 m2"))
    assert codes(calculate(rule, who, drug=rituximab(), route=VEIN)) == [
        ("WARN", "limit.usual.above.dose"),
        ("STOP", "limit.hard.above.dose"),
    ]


def test_the_absolute_limit_holds_after_rounding() -> None:
    # 2.7 m2 by 375 mg/m2 is 1,012.5 mg: usual is up to 1 g.
    who = Patient(surface=units.surface("2.7 m2"))
    dose = calculate(per_m2("375 mg/m2"), who, drug=rituximab(), route=VEIN)
    assert codes(dose) == [("WARN", "limit.usual.above.dose")]
    rounded = per_m2("375 mg/m2", rounding=rounding("100 mg"))
    assert codes(calculate(rounded, who, drug=rituximab(), route=VEIN)) == []


@pytest.mark.hazard("H12")
def test_a_course_is_rounded_as_a_whole_and_dealt_out() -> None:
    rule = per_kg("0.4 g/kg", rounding=rounding("5 g"))
    total, doses = calculate_course(rule, patient(), days=5, drug=immunoglobulin(), route=VEIN)
    assert number(total, G) == 140
    assert [number(dose, G) for dose in doses] == [30, 30, 30, 25, 25]
    assert {codes(dose) == [] for dose in doses} == {True}
    assert [in_unit(dose.reference, G, "reference") for dose in doses] == [28] * 5
    last = doses[-1].steps[-1]
    assert last.what == "dose 5 of 5"
    assert spoken(last.why) == (
        "140 g dealt out over 5 doses in whole steps of 5 g, the larger first"
    )
    assert "x 5 doses" in doses[0].steps[1].why


def test_a_cap_holds_each_dose_of_a_course_and_not_its_total() -> None:
    # 70 kg by 20 mg/kg is 1,400 mg, held at 1 g: five such doses are 5 g, not 1 g.
    rule = per_kg("20 mg/kg", cap=units.amount("1 g"), rounding=rounding("100 mg"))
    total, doses = calculate_course(rule, patient(), days=5)
    assert number(total) == 5000
    assert [number(dose) for dose in doses] == [1000] * 5
    assert all(codes(dose) == [] for dose in doses)
    capped = next(step for step in total.steps if step.what == "held at the cap")
    assert spoken(capped.why) == "7,000 mg is above the cap of 1 g x 5 doses"


def test_a_dealt_dose_above_the_cap_is_stopped() -> None:
    # 28 g a day under a cap of 28 g: 140 g in steps of 5 g are dealt as 30 and 25 g.
    rule = per_kg("0.4 g/kg", cap=units.amount("28 g"), rounding=rounding("5 g"))
    _, doses = calculate_course(rule, patient(), days=5)
    over = [("STOP", "dose.rounded_over_cap")]
    assert [codes(dose) for dose in doses] == [over, over, over, [], []]


def test_a_day_that_is_dealt_nothing_is_stopped() -> None:
    rule = per_kg("0.4 g/kg", rounding=rounding("5 g"))
    _, doses = calculate_course(rule, Patient(weight=units.weight("5 kg")), days=5)
    # 10 g are two steps of 5 g
    assert [number(dose, G) for dose in doses] == [5, 5, 0, 0, 0]
    zero = [("STOP", "dose.rounded_to_zero")]
    assert [codes(dose) for dose in doses] == [[], [], zero, zero, zero]


def test_the_limit_of_a_cycle_stops_each_of_its_doses() -> None:
    rule = per_kg("0.4 g/kg", rounding=rounding("5 g"))
    heavy = patient(weight=units.weight("120 kg"))
    total, doses = calculate_course(rule, heavy, days=5, drug=immunoglobulin(), route=VEIN)
    assert number(total, G) == 240
    assert ("STOP", "limit.hard.above.cycle") in codes(total)
    assert all(("STOP", "limit.hard.above.cycle") in codes(dose) for dose in doses)


def test_a_course_without_a_rounding_is_refused() -> None:
    with pytest.raises(InputError, match=r"rounding: is missing.*whole steps"):
        calculate_course(per_kg("0.4 g/kg"), patient(), days=5)


@given(
    kg=st.integers(min_value=40, max_value=120),
    days=st.integers(min_value=1, max_value=10),
    step=st.sampled_from(["0.5 g", "2.5 g", "5 g"]),
)
def test_the_doses_of_a_course_add_up_to_its_total(kg: int, days: int, step: str) -> None:
    rule = per_kg("0.4 g/kg", rounding=rounding(step))
    total, doses = calculate_course(rule, Patient(weight=quantity(float(kg), KG)), days=days)
    assert len(doses) == days
    assert sum(number(dose, G) for dose in doses) == pytest.approx(number(total, G), abs=1e-9)
    assert abs(number(total, G) - 0.4 * kg * days) <= float(step.split()[0]) / 2 + 1e-9


@given(
    pair=st.tuples(*[st.integers(min_value=30, max_value=2000)] * 2),
    rule=st.sampled_from(
        [
            per_kg("0.4 g/kg"),
            per_kg("0.4 g/kg", rounding=rounding("5 g")),
            per_kg("0.4 g/kg", cap=units.amount("40 g"), rounding=rounding("5 g", "down")),
            per_m2("375 mg/m2", surface="livingston_lee", rounding=rounding("100 mg", "up")),
        ]
    ),
)
def test_whoever_weighs_more_is_not_given_less(pair: tuple[int, int], rule: DoseRule) -> None:
    light, heavy = (Patient(weight=quantity(tenth / 10, KG)) for tenth in sorted(pair))
    assert number(calculate(rule, light)) <= number(calculate(rule, heavy))


@given(tenth=st.integers(min_value=30, max_value=2000), cap=st.integers(min_value=1, max_value=80))
def test_rounded_down_a_dose_is_never_above_its_cap(tenth: int, cap: int) -> None:
    rule = per_kg("0.4 g/kg", cap=quantity(cap, G), rounding=rounding("5 g", "down"))
    dose = calculate(rule, Patient(weight=quantity(tenth / 10, KG)))
    assert number(dose, G) <= cap
    assert ("STOP", "dose.rounded_over_cap") not in codes(dose)


LIMITED = drug(
    "x",
    {
        "per": "dose",
        "usual": {"low": "300 mg", "high": "900 mg"},
        "hard": {"low": "150 mg", "high": "1200 mg"},
    },
    {"per": "dose", "hard": {"low": "1 mg/kg", "high": "11 mg/kg"}},
    {"per": "dose", "hard": {"low": "300 mg/m2", "high": "420 mg/m2"}},
)

COLUMN_RULES: dict[str, tuple[DoseRule, int]] = {
    "per kg": (per_kg("10 mg/kg"), 1500),
    "per kg, ideal": (per_kg("10 mg/kg", weight_basis="ideal", ideal="devine"), 500),
    "per kg, adjusted": (
        per_kg("10 mg/kg", weight_basis="adjusted", ideal="devine", fraction=0.4),
        500,
    ),
    "per kg, lean": (per_kg("10 mg/kg", weight_basis="lean"), 500),
    "per kg, rounded": (per_kg("10 mg/kg", rounding=rounding("50 mg")), 1500),
    "per kg, reduced, capped, rounded": (
        per_kg(
            "10 mg/kg",
            adjustments=(cut(0.75),),
            cap=units.amount("750 mg"),
            rounding=rounding("0.1 mg", "up"),
        ),
        1500,
    ),
    "per m2": (per_m2("375 mg/m2"), 1500),
    "per m2, Boyd, rounded": (per_m2("375 mg/m2", surface="boyd", rounding=rounding("20 mg")), 500),
    "per m2, capped, rounded": (
        per_m2("375 mg/m2", cap=units.amount("680 mg"), rounding=rounding("100 mg")),
        1500,
    ),
    "to nothing": (per_kg("1 mg/kg", rounding=rounding("100 mg")), 1000),
}


def test_the_columns_have_ten_thousand_rows_in_all() -> None:
    assert sum(rows for _, rows in COLUMN_RULES.values()) >= 10_000


@pytest.mark.parametrize("name", COLUMN_RULES)
def test_a_column_of_patients_gives_exactly_what_each_patient_gives(name: str) -> None:
    rule, count = COLUMN_RULES[name]
    random = np.random.default_rng(20261120)
    kg = np.round(random.uniform(20, 200, count), 1)
    cm = np.round(random.uniform(140, 205, count), 0)
    sex = random.choice(["male", "female"], count)
    column = calculate(
        rule,
        Patient(weight=quantity(kg, KG), height=quantity(cm, CM), sex=sex),
        drug=LIMITED,
        route=VEIN,
        tolerance=0.03,
    )
    for row in range(count):
        who = Patient(
            weight=quantity(float(kg[row]), KG),
            height=quantity(float(cm[row]), CM),
            sex=str(sex[row]),
        )
        alone = calculate(rule, who, drug=LIMITED, route=VEIN, tolerance=0.03)
        assert alone.amount.units == column.amount.units
        assert float(alone.amount.magnitude) == float(column.amount.magnitude[row])
        here = [(f.level, f.code) for f in column.findings if f.rows is None or bool(f.rows[row])]
        assert here == codes(alone), (kg[row], cm[row], sex[row])


@pytest.mark.parametrize("formula", sorted(body.BSA))
def test_a_column_by_every_surface_formula_is_rounded_as_each_patient_is(formula: str) -> None:
    random = np.random.default_rng(7)
    kg, cm = np.round(random.uniform(20, 200, 100), 1), np.round(random.uniform(140, 205, 100))
    rule = per_m2("375 mg/m2", surface=formula, rounding=rounding("1 mg"))
    sex = random.choice(["male", "female"], 100)
    column = calculate(rule, Patient(weight=quantity(kg, KG), height=quantity(cm, CM), sex=sex))
    each = [
        number(
            calculate(
                rule,
                Patient(weight=quantity(float(w), KG), height=quantity(float(h), CM), sex=str(s)),
            )
        )
        for w, h, s in zip(kg, cm, sex, strict=True)
    ]
    assert column.amount.magnitude.tolist() == each


def test_a_flat_dose_is_one_amount_for_a_column_of_patients() -> None:
    # 150 g is 2.5 g/kg for 60 kg and 1.875 g/kg for 80 kg; the hard limit is 2 g/kg
    patients = Patient(weight=quantity(np.array([60.0, 80.0]), KG))
    dose = calculate(
        DoseRule(rate=units.dose("150 g")), patients, drug=immunoglobulin(), route=VEIN
    )
    assert number(dose, G) == 150
    assert what(dose) == ["calculated dose", "second calculation"]
    (stopping,) = stops(dose.findings)
    assert stopping.rows is not None and stopping.rows.tolist() == [True, False]


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_a_hole_in_a_column_is_refused(hole: float) -> None:
    weights = quantity(np.array([70.0, hole, 80.0]), KG)
    with pytest.raises(InputError, match=r"weight.*is not a finite number"):
        calculate(per_kg("1 mg/kg"), Patient(weight=weights))
    heights = quantity(np.array([170.0, 160.0, hole]), CM)
    with pytest.raises(InputError, match=r"height.*is not a finite number"):
        calculate(per_m2("1 mg/m2"), patient(height=heights))


def test_a_zero_in_a_column_is_no_weight() -> None:
    weights = quantity(np.array([70.0, 0.0]), KG)
    dose = calculate(per_kg("1 mg/kg"), Patient(weight=weights))
    (finding,) = stops(dose.findings)
    assert finding.rows is not None
    assert finding.rows.tolist() == [False, True]


def test_one_row_rounded_to_nothing_does_not_hide_the_limits_of_the_others() -> None:
    rule = per_kg("10 mg/kg", rounding=rounding("100 mg"))
    which: Drug = drug("x", {"per": "dose", "hard": {"low": "50 mg", "high": "900 mg"}})
    dose = calculate(
        rule, Patient(weight=quantity(np.array([4.0, 100.0, 70.0]), KG)), drug=which, route=VEIN
    )
    rows = {f.code: f.rows.tolist() for f in dose.findings if f.rows is not None}
    assert rows == {
        "dose.rounded_to_zero": [True, False, False],
        "limit.hard.above.dose": [False, True, False],
    }


def test_an_ideal_weight_above_the_actual_one_is_a_warning() -> None:
    rule = per_kg("1 mg/kg", weight_basis="ideal", ideal="devine")
    # Devine, 175 cm, male: 50 + 2.3 x (175 / 2.54 - 60) = 70.46 kg, more than 60 kg
    light = calculate(rule, patient(weight=units.weight("60 kg")))
    assert codes(light) == [("WARN", "weight.ideal_above_actual")]
    assert codes(calculate(rule, patient(weight=units.weight("80 kg")))) == []


def test_a_rate_per_day_is_held_to_the_absolute_limit_of_a_day() -> None:
    capped = drug("x", {"per": "day", "hard": {"high": "1 g"}})
    # 50 mg/kg/day at 70 kg is 3,500 mg a day, in two doses of 1,750 mg
    whole = calculate(per_kg("50 mg/kg/day"), patient(), drug=capped, route=VEIN)
    halves = calculate(per_kg("50 mg/kg/day", doses_a_day=2), patient(), drug=capped, route=VEIN)
    for dose in (whole, halves):
        assert ("STOP", "limit.hard.above.day") in codes(dose)
    small = calculate(per_kg("10 mg/kg/day", doses_a_day=2), patient(), drug=capped, route=VEIN)
    assert codes(small) == []


def test_a_premature_infant_is_asked_about_and_not_shut_out() -> None:
    # 600 g at 31 cm is a body-mass index of 6.2
    tiny = Patient(weight=units.weight("600 g"), height=units.height("31 cm"), size_confirmed=True)
    assert codes(calculate(per_kg("1 mg/kg"), tiny)) == [("WARN", "body.rare_size")]


def test_an_ideal_weight_below_zero_is_no_dose() -> None:
    # Hamwi, a man of 100 cm: 48 + 2.7 x (39.37 - 60) = -7.7 kg
    rule = per_kg(
        "10 mg/kg", weight_basis="ideal", ideal="hamwi", rounding=rounding("5 mg", "nearest")
    )
    dose = calculate(rule, patient(weight=units.weight("16 kg"), height=units.height("100 cm")))
    assert [f.code for f in stops(dose.findings)] == ["formula.wrong.height", "weight.impossible"]
    assert dose.to_dict()["amount"] is None


def test_a_row_with_an_ideal_weight_that_goes_wrong_stops_and_the_others_stand() -> None:
    rule = per_kg("10 mg/kg", weight_basis="ideal", ideal="devine")
    who = Patient(
        weight=quantity(np.array([80.0, 30.0, 60.0]), KG),
        height=quantity(np.array([175.0, 136.0, 150.0]), CM),
        sex=np.array(["male", "male", "female"]),
    )
    found = {f.code: (f.level, f.rows) for f in calculate(rule, who).findings}
    level, rows = found["formula.wrong.height"]
    assert level == "STOP"
    assert rows is not None
    assert rows.tolist() == [False, True, False]
    level, rows = found["formula.outside_range.height"]
    assert level == "WARN"
    assert rows is not None
    assert rows.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("rate", "weight", "codes"),
    [
        # 2,500 g/kg by 2 kg are 5,000 g, the most of anything; 2,501 g/kg are 5,002 g
        ("2500 g/kg", "2 kg", []),
        ("2501 g/kg", "2 kg", ["dose.impossible"]),
        ("60000000 units/kg", "2 kg", ["dose.impossible"]),
    ],
)
def test_a_dose_that_nobody_gets_is_stopped(rate: str, weight: str, codes: list[str]) -> None:
    dose = calculate(per_kg(rate), Patient(weight=units.weight(weight)))
    assert [finding.code for finding in dose.findings] == codes


def test_a_typed_surface_that_nobody_has_is_stopped() -> None:
    who = Patient(surface=quantity(18.0, units.M2))
    (finding,) = calculate(per_m2("375 mg/m2"), who).findings
    assert (finding.level, finding.code) == ("STOP", "body.surface")
    assert "possible is 0.04 m2 to 6 m2" in spoken(finding.text)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: DoseRule(rate=quantity(-1.0, MG)), "rate"),
        (lambda: DoseRule(rate=quantity(0.0, MG)), "rate"),
        (lambda: DoseRule(rate=quantity(float("inf"), MG)), "rate"),
        (lambda: DoseRule(rate=quantity(float("nan"), MG)), "rate"),
        (lambda: DoseRule(rate=5), "rate"),  # type: ignore[arg-type]
        (lambda: DoseRule(rate=units.dose("1 mg"), cap=quantity(-1.0, MG)), "cap"),
        (lambda: DoseRule(rate=units.dose("1 mg/day"), doses_a_day=0), "doses a day"),
        (lambda: DoseRule(rate=units.dose("1 mg/day"), doses_a_day=1.5), "doses a day"),  # type: ignore[arg-type]
        (lambda: DoseRule(rate=units.dose("1 mg"), fraction=40), "fraction"),
        (lambda: Rounding(step=quantity(0.0, MG), rule="nearest"), "round to"),
        (lambda: Rounding(step=quantity(-5.0, MG), rule="nearest"), "round to"),
        (lambda: Rounding(step=units.amount("5 mg"), rule="even"), "rounding"),  # type: ignore[arg-type]
        (lambda: PercentOf(percent=-20, of="x"), "percent"),
    ],
)
def test_a_rule_of_nothing_or_less_is_refused(make: Callable[[], object], field: str) -> None:
    with pytest.raises(InputError) as refused:
        make()
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"surface": "mostller"}, "surface"),
        ({"weight_basis": "dry"}, "weight basis"),
    ],
)
@pytest.mark.parametrize("rate", ["600 mg", "1 mg/kg", "1 mg/m2"])
def test_a_name_that_nobody_knows_is_refused_whatever_the_rate(
    choices: dict[str, Any], field: str, rate: str
) -> None:
    rule = DoseRule(rate=units.dose(rate), **{"weight_basis": "actual", **choices})
    with pytest.raises(InputError) as refused:
        calculate(rule, patient())
    assert field in {problem.field for problem in refused.value.problems}


@pytest.mark.parametrize("more", [{"times": 0}, {"times": 1.5}, {"times": True}, {"per": "week"}])
def test_a_count_or_period_that_is_none_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(more))):
        calculate(per_kg("1 mg/kg"), patient(), **more)


def test_a_dose_is_written_with_six_digits_and_gives_plain_values() -> None:
    # 70 kg by 0.12345678 mg/kg are 8.6419746 mg
    dose = calculate(per_kg("0.12345678 mg/kg"), patient())
    assert str(dose) == "8.64197 mg"
    content = dose.to_dict()
    assert content["amount"] == {
        "value": pytest.approx(8.6419746, rel=1e-12),
        "unit": "mg",
        "text": "8.64197 mg",
    }
    assert content["reference"]["value"] == content["amount"]["value"]
    assert content["deviation"] == 0
    assert [step["what"] for step in content["steps"]] == what(dose)
    table = dose._repr_html_()
    assert table.startswith("<table><caption>8.64197 mg</caption><tr><td>dosing weight</td>")


def test_a_stopped_dose_gives_its_reason_and_no_number() -> None:
    dose = calculate(per_kg("0.4 mg/kg"), patient(), drug=immunoglobulin(), route=VEIN)
    assert str(dose).startswith("STOP: ")
    content = dose.to_dict()
    assert (content["amount"], content["reference"], content["deviation"]) == (None, None, None)
    assert content["steps"] == []
    assert content["findings"][0]["code"] == "limit.thousandth"


def test_a_column_of_doses_gives_its_length_and_its_numbers() -> None:
    who = Patient(weight=quantity(np.array([60.0, 70.0]), KG))
    dose = calculate(per_kg("2 mg/kg"), who)
    assert str(dose) == "a column of 2 doses"
    assert dose.to_dict()["reference"] == {"value": [120.0, 140.0], "unit": "mg"}


def test_a_course_of_one_day_says_one_dose() -> None:
    _, (dose,) = calculate_course(per_kg("0.4 g/kg", rounding=rounding("5 g")), patient(), days=1)
    assert "30 g dealt out over 1 dose in whole steps" in spoken(dose.steps[-1].why)


def test_each_dose_of_a_course_that_is_no_cycle_says_what_is_wrong_with_its_rate() -> None:
    rule = per_kg("0.4 mg/kg", rounding=rounding("5 mg"))
    total, doses = calculate_course(
        rule, patient(), days=5, drug=immunoglobulin(), route=VEIN, a_cycle=False
    )
    assert codes(total) == []
    assert all(("STOP", "limit.thousandth") in codes(dose) for dose in doses)


def test_a_dose_that_dealing_out_takes_over_its_limit_is_stopped_alone() -> None:
    # 1 m2 by 500 mg/m2 twice: 1,000 mg, to the nearest 300 mg 900 mg, dealt as 600 and 300 mg; a
    # dose is stopped above 500 mg/m2
    rule = per_m2("500 mg/m2", rounding=rounding("300 mg"))
    who = Patient(surface=units.surface("1 m2"))
    _, doses = calculate_course(rule, who, days=2, drug=rituximab(), route=VEIN)
    assert [number(dose) for dose in doses] == [600, 300]
    over = ("STOP", "limit.hard.above.dose")
    assert [over in codes(dose) for dose in doses] == [True, False]


def why(dose: Dose) -> str:
    (step,) = [step for step in dose.steps if step.what == "calculated dose"]
    return spoken(step.why)


def test_a_share_of_the_dose_of_another_drug_is_calculated_twice() -> None:
    # 20 % of 10 mg/kg by 70 kg: a fifth of 700 mg; of that, half
    share = PercentOf(percent=20, of="cyclophosphamide")
    dose = calculate(per_kg("10 mg/kg", percent_of=share), patient())
    assert (number(dose), codes(dose)) == (140, [])
    assert why(dose) == "20 % of 10 mg/kg cyclophosphamide"
    half = calculate(per_kg("10 mg/kg", percent_of=share, adjustments=(cut(0.5),)), patient())
    assert (number(half), codes(half)) == (70, [])


@pytest.mark.parametrize(
    ("rate", "doses_a_day", "said"),
    [
        ("9 mg/kg/day", 3, "9 mg/kg/day x 70 kg in 3 doses a day"),
        ("9 mg/kg/day", 1, "9 mg/kg/day x 70 kg in 1 dose a day"),
        ("9 mg/kg/day", None, "9 mg/kg/day x 70 kg"),
        ("9 mg/kg", 3, "9 mg/kg x 70 kg"),  # nothing is divided
    ],
)
def test_the_doses_of_a_day_are_said_where_a_rate_is_divided_into_them(
    rate: str, doses_a_day: int | None, said: str
) -> None:
    assert why(calculate(per_kg(rate, doses_a_day=doses_a_day), patient())) == said


def test_the_second_amount_is_shown_in_the_unit_of_the_first() -> None:
    # the second calculation counts in mg
    (again,) = calculate(per_kg("0.4 g/kg"), patient()).steps[-1].of
    assert not isinstance(again, str)
    assert (units.plain(again), again.units) == ("28 g", G)


@pytest.mark.parametrize(
    ("rate", "per", "times", "found"),
    [
        # 0.4 g/kg five times are 2 g/kg, twice 0.8 g/kg; more than 0.7 g/kg is unusual a cycle
        ("0.4 g/kg", "cycle", 5, [("WARN", "limit.usual.above.cycle")]),
        ("0.4 g/kg", "cycle", 2, [("WARN", "limit.usual.above.cycle")]),
        ("0.7 g/kg", "cycle", 1, []),
        ("0.35 g/kg", "cycle", 2, []),
        # what is stated per day is held to the usual limit of a day, the sum of two days is not
        ("0.6 g/kg/day", "dose", 1, [("WARN", "limit.usual.above.day")]),
        ("0.5 g/kg/day", "dose", 1, []),
        ("0.3 g/kg/day", "cycle", 2, []),
    ],
)
def test_the_rate_of_several_doses_is_held_to_the_limits_of_their_sum(
    rate: str, per: Any, times: int, found: list[tuple[str, str]]
) -> None:
    own = drug(
        "trial",
        {"per": "cycle", "usual": {"high": "0.7 g/kg"}},
        {"per": "day", "usual": {"high": "0.5 g/kg"}},
    )
    dose = calculate(per_kg(rate), patient(), drug=own, route="oral", per=per, times=times)
    assert codes(dose) == found


def test_a_single_dose_that_is_too_little_is_stopped() -> None:
    own = drug("trial", {"per": "dose", "hard": {"low": "150 mg"}})
    rule = DoseRule(rate=units.dose("149 mg"))
    dose = calculate(rule, Patient(), drug=own, route="oral")
    assert codes(dose) == [("STOP", "limit.hard.below.dose")]


def test_a_dose_rounded_to_the_least_amount_is_told_how_far_it_moved_and_nothing_is_not() -> None:
    # 0.01 mg/kg x 70 kg = 0.7 mg: 1 mg is 43 % more, and to the nearest 2 mg it is none
    rule = per_kg("0.01 mg/kg", rounding=rounding("1 mg"))
    assert codes(calculate(rule, patient(), tolerance=0.1)) == [("WARN", "dose.deviation")]
    nothing = dataclasses.replace(rule, rounding=rounding("2 mg"))
    assert codes(calculate(nothing, patient(), tolerance=0.1)) == [("STOP", "dose.rounded_to_zero")]


def possible(amount: Any, *stopped: bool) -> list[tuple[str, Any]]:
    """Return which stops a calculated amount in g adds, after what had stopped these rows."""
    derivation = Derivation()
    if stopped:
        derivation.stop("earlier", "Stopped.", REVIEW, np.array(stopped))
    rule = DoseRule(rate=units.dose("1 g"))
    stage = Calculation(rule=rule, patient=Patient(), derivation=derivation)
    stage.check_possible(quantity(amount, G))
    added = [found for found in derivation.findings if found.code != "earlier"]
    return [(f.code, f.rows if f.rows is None else f.rows.tolist()) for f in added]


def test_an_amount_that_is_no_dose_is_stopped_where_nothing_stopped_it_before() -> None:
    assert possible(0.0) == possible(-0.5) == [("dose.not_above_zero", None)]
    assert possible(0.001) == possible(5000.0) == []
    assert possible(5001.0) == [("dose.impossible", None)]
    column = np.array([5001.0, 0.0, 1.0])
    assert possible(column) == [
        ("dose.not_above_zero", [False, True, False]),
        ("dose.impossible", [True, False, False]),
    ]
    assert possible(column, True, False, False) == [("dose.not_above_zero", [False, True, False])]
    assert possible(column, False, True, False) == [("dose.impossible", [True, False, False])]
