"""Infusions as published sources print them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dosing import units
from dosing.infusion.rates import drops_per_minute, label_rate, ml_per_h
from dosing.infusion.steps import Infusion, Stage, over
from dosing.units import DROPS_PER_ML, HOUR, KG, MINUTE, Quantity, in_unit, quantity
from tests.support.infusing import (
    amount,
    bag,
    infused,
    minutes,
    number,
    rate,
    stage,
    volume,
)
from tests.support.outside import case_id, chosen, holds, rows

UNITS_OF = {"mg/min": "mg/min", "mcg/min": "mcg/min", "mcg/kg/min": "mcg/kg/min"}


def given_in(row: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(row["inputs_json"]))


def kg(inputs: dict[str, Any]) -> Quantity | None:
    if "weight_lb" in inputs:
        # the source converts with 2.2 lb/kg and says so
        return quantity(inputs["weight_lb"] / inputs["lb_per_kg"], KG)
    if "weight" in inputs:
        unit = {"kg": KG, "lb": units.LB, "lbs": units.LB}[inputs["weight_unit"]]
        return quantity(inputs["weight"], unit)
    return quantity(inputs["weight_kg"], KG) if "weight_kg" in inputs else None


def pump_of(inputs: dict[str, Any]) -> Quantity:
    unit = inputs.get("bag_amount_unit", "mg")
    return ml_per_h(
        rate(f"{inputs['dose']} {inputs['dose_unit']}")
        if "dose_unit" in inputs
        else rate(f"{inputs['dose']} mg/h"),
        dose=amount(f"{inputs.get('bag_amount', inputs.get('bag_mg'))} {unit}"),
        volume=volume(f"{inputs['bag_ml']} mL"),
        weight=kg(inputs),
    )


def drip(row: dict[str, str]) -> float:
    inputs = given_in(row)
    factor = quantity(float(inputs["gtt_per_ml"]), DROPS_PER_ML)
    if "dose" in inputs:
        return number(drops_per_minute(pump_of(inputs), factor))
    found = one_rate(inputs)
    return number(drops_per_minute(found.steps[0].pump, factor))


def one_rate(inputs: dict[str, Any]) -> Infusion:
    time = inputs.get("minutes", inputs.get("hours", 0) * 60)
    return infused(bag=bag(f"{inputs['volume_ml']} mL"), stages=over(quantity(float(time), MINUTE)))


def by_parts(row: dict[str, str], parts: tuple[str, str, str]) -> float:
    """Add up what runs for the first 10 kg, the next 10 kg and the rest, each at its own rate."""
    weight = kg(given_in(row))
    assert weight is not None
    left = float(in_unit(weight, KG, "weight"))
    whole = 0.0
    for part, most in zip(parts, (10.0, 10.0, float("inf")), strict=True):
        portion = min(left, most)
        if portion:
            whole += number(ml_per_h(rate(part), weight=quantity(portion, KG)))
        left -= portion
    return whole


def of_fluid(row: dict[str, str]) -> float:
    an_hour = by_parts(row, ("4 mL/kg/h", "2 mL/kg/h", "1 mL/kg/h"))
    return an_hour * 24 if row["output"] == "per_day" else an_hour


def of_fluid_by_day(row: dict[str, str]) -> float:
    a_day = by_parts(row, ("100 mL/kg/h", "50 mL/kg/h", "20 mL/kg/h"))
    return a_day if row["output"] == "per_day" else a_day / 24


def around_an_operation(row: dict[str, str]) -> float:
    """Return basal fluid, what was missed while fasting (half, a quarter, a quarter), and loss."""
    inputs = given_in(row)
    basal = by_parts(row, ("4 mL/kg/h", "2 mL/kg/h", "1 mL/kg/h"))
    missed = basal * inputs["npo_hours"]
    loss = number(ml_per_h(rate(f"{inputs['trauma_ml_per_kg_h']} mL/kg/h"), weight=kg(inputs)))
    found: float = {
        "maintenance": basal,
        "npo_deficit_ml": missed,
        "hour_1": basal + missed / 2,
        "hour_2": basal + missed / 4 + loss,
        "hour_4": basal + loss,
    }[row["output"]]
    return found


def of_step(row: dict[str, str]) -> float:
    inputs = given_in(row)
    strength = units.concentration(f"{inputs['conc_mg_ml']} mg/mL")
    held = quantity(float(inputs["minutes"]), MINUTE)
    found = infused(
        bag=bag("1000 mL"),
        stages=[Stage(rate=rate(f"{inputs['rate_ml_h']} mL/h"), hold=held), stage("500 mL/h")],
    ).steps[0]
    return number(found.volume) * (number(strength) if row["output"] == "dose" else 1)


def of_dose(row: dict[str, str]) -> float:
    inputs = given_in(row)
    found = label_rate(
        rate(f"{inputs['rate_ml_h']} mL/h"),
        rate(f"1 {row['expected_unit']}").units,
        dose=amount(f"{inputs['bag_mg']} mg"),
        volume=volume(f"{inputs['bag_ml']} mL"),
        weight=kg(inputs),
    )
    return number(found)


def of_split(row: dict[str, str]) -> float:
    inputs = given_in(row)
    share = round(inputs["fraction"] * 100)
    step = infused(
        bag=bag(f"{inputs['total_volume_ml']} mL"),
        stages=[
            Stage(percent=100 - share, hold=minutes("30 min")),
            Stage(percent=share, hold=quantity(float(inputs["minutes"]), MINUTE)),
        ],
    ).steps[1]
    return number(step.volume if row["output"] == "volume" else step.pump)


def of_titration(row: dict[str, str]) -> float:
    inputs = given_in(row)
    rates = range(inputs["start_mg_h"], inputs["max_mg_h"] + 1, inputs["increment_mg_h"])
    held = quantity(float(inputs["every_min"]), MINUTE)
    stages = [
        Stage(rate=rate(f"{mg} mg/h"), hold=None if mg == inputs["max_mg_h"] else held)
        for mg in rates
    ]
    found = infused(bag=bag("500 mL"), stages=stages, dose=amount(f"{inputs['dose_mg']} mg"))
    return float(in_unit(found.total, HOUR, "total"))


def of_mg_per_h(row: dict[str, str]) -> float:
    inputs = given_in(row)
    dose, ml = inputs.get("dose_mg", inputs.get("conc_mg_ml")), inputs.get("total_volume_ml", 1)
    return number(
        ml_per_h(
            rate(f"{inputs['rate_mg_h']} mg/h"),
            dose=amount(f"{dose} mg"),
            volume=volume(f"{ml} mL"),
        )
    )


def of_length(row: dict[str, str]) -> float:
    inputs = given_in(row)
    if "rate_ml_h" in inputs:
        found = infused(
            bag=bag(f"{inputs['volume_ml']} mL"), stages=[stage(f"{inputs['rate_ml_h']} mL/h")]
        )
    else:
        found = infused(
            bag=bag("100 mL"),
            dose=amount(f"{inputs['amount_mg']} mg"),
            stages=[stage(f"{inputs['rate_mg_per_h']} mg/h")],
        )
    return float(in_unit(found.total, HOUR, "total"))


def of_dose_rate(row: dict[str, str]) -> float:
    # a bag of 1 mcg/mL runs at as many mL/h as it gives mcg/h
    return number(
        ml_per_h(
            rate(f"{given_in(row)['dose_mcg_per_kg_min']} mcg/kg/min"),
            dose=amount("1 mcg"),
            volume=volume("1 mL"),
            weight=kg(given_in(row)),
        )
    )


def by_table(row: dict[str, str]) -> float:
    inputs = given_in(row)
    return number(
        ml_per_h(rate(f"{inputs['rate_ml_per_kg_per_min']} mL/kg/min"), weight=kg(inputs))
    )


HOW: dict[str, Any] = {
    "dose_rate": of_dose_rate,
    "dose_rate_to_gtt_per_min": drip,
    "gtt_per_min": drip,
    "dose_rate_to_ml_per_h": lambda row: number(pump_of(given_in(row))),
    "infusion_duration": of_length,
    "ivig_weight_rate_table": by_table,
    "time_to_infuse": of_length,
    "maintenance_4_2_1": of_fluid,
    "maintenance_100_50_20": of_fluid_by_day,
    "mg_per_h_to_ml_per_h": of_mg_per_h,
    "ml_per_h": lambda row: number(one_rate(given_in(row)).steps[0].pump),
    "ml_per_h_to_dose": of_dose,
    "perioperative_plan": around_an_operation,
    "split_infusion": of_split,
    "step_volume_and_dose": of_step,
    "titration_total": of_titration,
}
OUTSIDE = ("infusion_rates", "infusion_rates_cc_by_sa")
# How fast sodium is corrected is no infusion of a dose in a bag; nothing here calculates it.
REJECTED = [
    row for row in rows("infusion_rates_rejects") if row["kind"] != "sodium_correction_rate"
]


@pytest.mark.parametrize("row", rows(*OUTSIDE), ids=case_id)
def test_an_infusion_is_what_the_source_prints(row: dict[str, str]) -> None:
    assert holds(row, HOW[row["kind"]](row))


@pytest.mark.parametrize("row", REJECTED, ids=case_id)
def test_what_a_source_prints_wrongly_is_not_reproduced(row: dict[str, str]) -> None:
    assert not holds(row, HOW[row["kind"]](row))


def test_the_minutes_of_an_hour_are_not_forgotten() -> None:
    row = chosen("infusion_rates_rejects", id="infusion_rates-rej-013")[0]
    assert HOW[row["kind"]](row) == pytest.approx(float(row["expected"]) * 60)
