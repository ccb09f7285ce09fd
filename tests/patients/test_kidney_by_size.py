"""A clearance is compared as its band is stated, and that of a child for the size of an adult."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.drugs.conditions import Interval
from dosing.errors import InputError
from dosing.units import ordinary_spaces
from schedules.course.safety import Screening
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from tests.patients.test_every_answer import screened
from tests.support.planning import MADE_ON, whole_library

# By Mosteller sqrt(86 x 11 / 3600) = 0.5126 m2; 40 x 1.73 / 0.5126 = 135.0 for 1.73 m2.
SMALL = {"age": "2 years", "weight": "11 kg", "height": "86 cm", "sex": "male"}
# By Mosteller sqrt(180 x 180 / 3600) = 3 m2; 70 x 1.73 / 3 = 40.367 for 1.73 m2.
LARGE = {"age": "48 years", "weight": "180 kg", "height": "180 cm", "sex": "male"}


def screen(regimen: str, **typed: Any) -> Screening:
    return screened(whole_library().regimen(regimen), PatientEntry.model_validate(typed))


def told(found: Screening, question: str = "kidney") -> list[tuple[str, str]]:
    return [
        (one.level, ordinary_spaces(one.text))
        for one in found.findings
        if question in one.code and one.level != "NOTE"
    ]


def text_of(found: Screening, code: str) -> str:
    (text,) = [ordinary_spaces(one.text) for one in found.findings if one.code == code]
    return text


@pytest.mark.parametrize("regimen", ["glycopyrronium-sialanar", "immunoglobulin-gbs-child"])
def test_a_healthy_child_with_few_millilitres_a_minute_meets_no_warning(regimen: str) -> None:
    found = screen(regimen, **SMALL, clearance="40 mL/min", clearance_by="measured")
    assert told(found) == []
    assert text_of(found, "kidney.clearance") == (
        "Clearance 40 mL/min, measured, as entered; by body surface 0.51262 m2 (Mosteller) that "
        "is 134.99 mL/min/1.73m2."
    )
    assert text_of(found, "kidney.band").endswith("A child is compared by 134.99 mL/min/1.73m2.")


def test_a_child_whose_kidney_is_impaired_for_its_size_is_told() -> None:
    # 20 x 1.73 / 0.5126 = 67.5, in the band from 30 to below 90; 8 comes to 27.0, below 30.
    typed = {**SMALL, "clearance_by": "measured"}
    found = screen("glycopyrronium-sialanar", **typed, clearance="20 mL/min")
    assert [level for level, _ in told(found)] == ["WARN"]
    found = screen("glycopyrronium-sialanar", **typed, clearance="8 mL/min")
    assert [level for level, _ in told(found)] == ["STOP"]


def test_schwartz_is_compared_as_it_is_and_by_the_height_it_takes() -> None:
    # 0.413 x 86 / (25 / 88.42) = 125.6 by bedside Schwartz.
    found = screen("glycopyrronium-sialanar", **SMALL, creatinine="25 umol/L")
    assert told(found) == []
    used_by = {line.fact.name: line.used_by for line in found.ledger}
    assert any("kidney" in rule for rule in used_by["height"])
    assert not any("kidney" in rule for rule in used_by["sex"])


def test_without_a_surface_a_child_is_compared_as_entered_and_that_is_said() -> None:
    typed = {"age": "2 years", "weight": "11 kg", "clearance": "40 mL/min"}
    found = screen("glycopyrronium-sialanar", **typed, clearance_by="measured")
    assert [level for level, _ in told(found)] == ["WARN"]
    assert "not converted to 1.73 m2, and low for a child" in text_of(found, "kidney.clearance")


def test_a_band_for_173_m2_is_compared_so_and_one_in_ml_a_minute_is_not() -> None:
    typed = {**LARGE, "clearance": "70 mL/min", "clearance_by": "measured"}
    found = screen("efgartigimod-iv-eu", **typed)
    assert [level for level, _ in told(found)] == ["WARN"]
    assert text_of(found, "kidney.band").endswith(
        "A band per 1.73 m2 is compared by 40.367 mL/min/1.73m2."
    )
    # Pyridostigmine warns below 60 mL/min.
    found = screen("pyridostigmine-ladder", **typed)
    assert told(found) == []
    assert "1.73" not in text_of(found, "kidney.band")


def test_a_filtration_rate_without_a_surface_is_compared_with_every_band() -> None:
    typed = {"clearance": "25 mL/min/1.73m2", "clearance_by": "creatinine"}
    for regimen in ("efgartigimod-iv-eu", "pyridostigmine-ladder"):
        found = screen(regimen, **typed)
        assert {level for level, _ in told(found)} == {"WARN"}
        assert "without height and weight it stands for the mL/min of a band as well" in text_of(
            found, "kidney.clearance"
        )


def test_a_clearance_that_nobody_has_is_refused_where_no_dose_goes_by_it() -> None:
    with pytest.raises(InputError, match="is not possible"):
        screen("rituximab-weekly", clearance="4000 mL/min", clearance_by="measured")


def test_an_interval_is_stated_in_one_scale() -> None:
    with pytest.raises(ValueError, match=r"one end is per 1\.73 m2 and the other is not"):
        Interval(at_least="30 mL/min", below="60 mL/min/1.73m2")


def test_dialysis_stands_for_no_clearance_where_a_file_does_not_speak_of_it() -> None:
    adult = {"age": "48 years", "weight": "70 kg", "height": "175 cm", "sex": "male"}
    found = screen("cyclophosphamide-monthly", **adult, dialysis="haemodialysis")
    own = ("WARN", "With a clearance below 10 mL/min 75 % of the dose is given.")
    assert own in told(found)
    (line,) = [line for line in found.ledger if line.fact.name == "dialysis"]
    assert "safety.cyclophosphamide.kidney.clearance_below_10_ml_min" in line.led_to
    band = text_of(found, "kidney.band")
    assert "cyclophosphamide: clearance below 10 mL/min" in band
    assert band.endswith(
        "Where a file does not speak of dialysis it stands for no clearance (proposed)."
    )
    # One that was measured is compared itself; none is no dialysis.
    rest = {"clearance": "12 mL/min", "clearance_by": "measured"}
    found = screen("cyclophosphamide-monthly", **adult, dialysis="haemodialysis", **rest)
    assert "from 10 mL/min" in text_of(found, "kidney.band")
    found = screen("cyclophosphamide-monthly", **adult, dialysis="none", creatinine="80 umol/L")
    assert own not in told(found)
    # Efgartigimod speaks of dialysis itself.
    found = screen("efgartigimod-iv-eu", **adult, dialysis="peritoneal")
    assert "no clearance" not in text_of(found, "kidney.band")


def test_a_share_that_is_proposed_for_a_child_goes_by_its_size_as_well() -> None:
    # 20 x 1.73 / 0.5126 = 67.5 for 1.73 m2; azathioprine is halved below 29.
    library = whole_library()
    regimen = library.regimen("azathioprine-maintenance")
    child = {**SMALL, "genotype": "normal", "clearance_by": "measured"}

    def proposed(clearance: str) -> list[str]:
        entry = PatientEntry.model_validate({**child, "clearance": clearance})
        plan = make_plan(
            regimen,
            library.knowledge_for(regimen),
            library.site,
            entry,
            first_day="2026-11-30",
            made_on=MADE_ON,
            choices={},
        )
        codes = [finding.code for finding in work_out(plan, library).findings]
        return [code for code in codes if code.startswith("adjust.")]

    assert proposed("20 mL/min") == []
    assert proposed("8 mL/min") == ["adjust.azathioprine.2"]
