"""What was entered of the kidney and the liver, said beside the band of each drug file."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.units import ordinary_spaces
from tests.patients.test_kidney_by_size import screen

MAN = {"age": "48 years", "weight": "70 kg", "height": "175 cm", "sex": "male"}
MONTHLY = "cyclophosphamide-monthly"
MEASURED = {"clearance": "12 mL/min", "clearance_by": "measured"}


def told(regimen: str, code: str, **typed: Any) -> list[str]:
    found = screen(regimen, **MAN, **typed)
    return [ordinary_spaces(one.text) for one in found.findings if one.code == code]


def test_what_was_not_entered_is_not_spoken_of() -> None:
    # both regimens have drugs whose files answer for kidney and liver
    for regimen in (MONTHLY, "duloxetine"):
        for code in ("kidney.clearance", "kidney.band", "liver.entered"):
            assert told(regimen, code) == []


def test_a_regimen_without_a_drug_that_answers_says_nothing_of_the_kidney_or_liver() -> None:
    typed = {"creatinine": "80 umol/L", "liver": "Child-Pugh B"}
    for code in ("kidney.clearance", "kidney.band", "liver.entered"):
        assert told("emg-review", code, **typed) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"dialysis": "none"}, "Dialysis: none."),
        ({"dialysis": "haemodialysis"}, "Dialysis: haemodialysis."),
        (
            {"dialysis": "haemodialysis", **MEASURED},
            "Clearance 12 mL/min, measured, as entered. Dialysis: haemodialysis.",
        ),
        # beside a clearance it is of no use that there is no dialysis
        ({"dialysis": "none", **MEASURED}, "Clearance 12 mL/min, measured, as entered."),
    ],
)
def test_the_kidney_is_a_number_or_dialysis_or_both(typed: dict[str, str], said: str) -> None:
    assert told(MONTHLY, "kidney.clearance", **typed) == [said]


def test_each_drug_is_named_with_the_band_of_its_file() -> None:
    # 92 x 70 / (72 x 340 / 88.42) = 23.26 mL/min, which no band of co-trimoxazole has
    (said,) = told("cyclophosphamide-euvas", "kidney.band", creatinine="340 umol/L")
    # the regimen itself doses by the creatinine, and only cyclophosphamide
    creatinine = "creatinine from 300 umol/L, below 500.1 umol/L"
    clearances = "clearance from 10 mL/min, below 30 mL/min and clearance below 30 mL/min"
    assert said == (
        f"The kidney: cyclophosphamide: {creatinine} and {clearances} "
        f"(dosed here for {creatinine}); sodium chloride 0.9 %: its file states no figure; "
        "co-trimoxazole: in no band of its file."
    )


def test_dialysis_is_the_band_of_a_file_that_speaks_of_it() -> None:
    for regimen, name, kind in (
        ("efgartigimod-iv-eu", "efgartigimod alfa", "peritoneal"),
        ("gabapentin-haemodialysis", "gabapentin", "haemodialysis"),
    ):
        said = told(regimen, "kidney.band", dialysis=kind)
        assert said == [f"The kidney: {name}: dialysis {kind}."]


def test_a_share_proposed_for_another_reason_is_no_band_of_the_kidney() -> None:
    # azathioprine: up to a half less below 29 mL/min; a quarter beside allopurinol is no band
    typed = {"clearance": "20 mL/min", "clearance_by": "measured", "genotype": "normal"}
    said = told("azathioprine-maintenance", "kidney.band", **typed)
    assert said == ["The kidney: azathioprine: clearance below 29 mL/min."]


@pytest.mark.parametrize(
    ("regimen", "typed", "said"),
    [
        (
            "duloxetine",
            {"liver": "Child-Pugh C"},
            "The liver (Child-Pugh C): duloxetine: has any-liver-disease and Child-Pugh C.",
        ),
        (
            "duloxetine",
            {"results": ["ALT 1.2 xULN 2026-11-20"]},
            "The liver (ALT 1.2 xULN 2026-11-20): duloxetine: under no answer of its file.",
        ),
        # those whose files say nothing of the liver are left out: sodium chloride
        (
            MONTHLY,
            {"liver": "Child-Pugh B"},
            "The liver (Child-Pugh B): cyclophosphamide: has any-liver-disease; ondansetron: under "
            "no answer of its file; co-trimoxazole: under no answer of its file.",
        ),
    ],
)
def test_the_liver_is_said_with_the_answers_of_each_file(
    regimen: str, typed: dict[str, Any], said: str
) -> None:
    assert told(regimen, "liver.entered", **typed) == [said]
