"""One rate of infusion as every other."""

from __future__ import annotations

import json

import pytest

from dosing.errors import InputError
from dosing.infusion.conversion import convert_rate
from dosing.units import NO_BREAK_SPACE, Quantity, show
from tests.support.outside import case_id, holds, rows


def plain(rate: Quantity) -> str:
    return show(rate).replace(NO_BREAK_SPACE, " ")


DRIPS = {"gtt_per_min_to_ml_per_h": "drops/min", "ml_per_h_to_gtt_per_min": "mL/h"}


@pytest.mark.parametrize(
    "row", [row for row in rows("drip_rates") if row["kind"] in DRIPS], ids=case_id
)
def test_drops_and_millilitres_are_what_the_source_prints(row: dict[str, str]) -> None:
    inputs = json.loads(row["inputs_json"])
    (typed,) = (
        inputs[key] for key in ("rate_gtt_min", "rate_ml_h", "gtt_per_min") if key in inputs
    )
    forms = convert_rate(f"{typed} {DRIPS[row['kind']]}", drops_per_ml=str(inputs["gtt_per_ml"]))
    assert forms.drops is not None
    result = forms.drops if row["kind"] == "ml_per_h_to_gtt_per_min" else forms.pump
    assert holds(row, result.magnitude)


def test_a_rate_of_a_drug_is_told_in_every_form() -> None:
    # 0.1 x 70 = 7 mcg/min, 420 mcg/h; 420 / 64 = 6.5625 mL/h; x 60 drops / 60 min.
    forms = convert_rate(
        "0.1 mcg/kg/min", concentration="64 mcg/mL", weight="70 kg", drops_per_ml="60"
    )
    assert [plain(rate) for rate in forms.label] == [
        "420 mcg/h",
        "7 mcg/min",
        "6 mcg/kg/h",
        "0.1 mcg/kg/min",
    ]
    assert forms.pump.magnitude == 6.5625
    assert forms.drops is not None
    assert forms.drops.magnitude == 6.5625


def test_a_pump_is_told_as_the_drug_per_litre_or_millilitre() -> None:
    # 1.6 g/L is 1.6 mg/mL: 60 mL/h are 96 mg/h.
    for strength, told in (("1.6 mg/mL", "96 mg/h"), ("1.6 g/L", "0.096 g/h")):
        forms = convert_rate("60 mL/h", concentration=strength, bsa="1.6 m2")
        assert plain(forms.label[0]) == told
        assert len(forms.label) == 4


@pytest.mark.parametrize(
    ("rate", "more", "fields"),
    [
        ("20 drops/min", {}, ["drops-per-ml"]),
        ("5 mcg/kg/min", {}, ["weight"]),
        ("5 mcg/min", {}, ["dose"]),
        ("x", {"weight": "70"}, ["weight", "rate"]),
        ("20 drops/min", {"drops_per_ml": "0"}, ["drops-per-ml"]),
    ],
)
def test_what_is_missing_or_cannot_be_read_is_named(
    rate: str, more: dict[str, str], fields: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        convert_rate(rate, **more)
    assert [problem.field for problem in caught.value.problems] == fields


def test_a_rate_of_a_drug_is_told_in_its_own_unit_of_mass() -> None:
    # 500 mcg/min are 30,000 mcg/h, of 1 mg/mL 30 mL/h
    forms = convert_rate("500 mcg/min", concentration="1 mg/mL")
    assert [plain(rate) for rate in forms.label] == ["30,000 mcg/h", "500 mcg/min"]
    assert forms.pump.magnitude == 30
