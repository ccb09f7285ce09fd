"""What stands after each weighing, and the clearance that the limits of drug files go by."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from dosing.calculation.clearance import Clearance
from dosing.drugs.conditions import When
from dosing.errors import InputError
from dosing.units import MG, ML_PER_MIN, Quantity, in_unit, ordinary_spaces, plain, quantity, weight
from schedules.course.measurements import Measurements, read_measurements, weight_at
from schedules.course.work_out import work_out
from schedules.plans.changes import Reweigh
from tests.support.planning import RITUXIMAB, SAID, library, man, planned, whole_library

CHILD = {"age": "10 years", "weight": "30 kg", "height": "140 cm"}
# Cockcroft and Gault for the man of 48 years, 70 kg and 1 mg/dL: 92 x 70 / 72 = 89.444 mL/min
MAN_MG_DL = {"creatinine": "1 mg/dL"}


def measured(**who: Any) -> Measurements:
    (found,) = read_measurements(planned(RITUXIMAB, who=man(**who)))
    return found


def after(*weighings: dict[str, str]) -> tuple[Measurements, ...]:
    """Return the measurements of the man, then of each weighing, a week apart from 7 December."""
    return read_measurements(weighed_plan(*weighings))


def weighed_plan(*weighings: dict[str, str]) -> Any:
    days = (dt.date(2026, 12, 7) + dt.timedelta(days=7 * n) for n in range(len(weighings)))
    changes = [
        Reweigh.model_validate({"from_day": day, "doses": "worked out again", **texts, **SAID})
        for day, texts in zip(days, weighings, strict=True)
    ]
    return planned(RITUXIMAB).model_copy(update={"changes": changes})


def kg(value: Quantity | None) -> str:
    assert value is not None
    return plain(value)


def without_height(one: Measurements) -> Measurements:
    return dataclasses.replace(one, patient=dataclasses.replace(one.patient, height=None))


def ml_per_min(found: Clearance | None) -> float:
    assert found is not None
    return float(in_unit(found.value, ML_PER_MIN, "clearance"))


def test_a_creatinine_after_a_weighing_leaves_the_newest_weight() -> None:
    found = after({"weight": "80 kg"}, {"creatinine": "90 umol/L"}, {"height": "176 cm"})
    assert [kg(one.patient.weight) for one in found] == ["70 kg", "80 kg", "80 kg", "80 kg"]
    assert [one.weighed for one in found] == [True, True, False, False]
    assert [kg(one.patient.height) for one in found] == ["175 cm"] * 3 + ["176 cm"]


def test_a_dose_goes_by_a_new_weight_though_the_height_was_typed_as_before() -> None:
    # 375 mg/m2, Mosteller: sqrt(175 x 70 / 3600) m2 are 691.8 mg, at 90 kg 784.4 mg; to 100 mg
    course = work_out(weighed_plan({"weight": "90 kg", "height": "175 cm"}), library())
    assert [f"{float(in_unit(row.dose.amount, MG, 'dose')):.0f}" for row in course.rows] == [
        "700",
        "800",
        "800",
        "800",
    ]


def test_the_same_figures_are_the_same_patient() -> None:
    first, same, other = after({"weight": "70 kg", "height": "175 cm"}, {"weight": "71 kg"})
    assert same.patient is first.patient
    assert kg(other.patient.weight) == "71 kg"


def test_the_weight_of_a_day_is_the_last_one_measured_up_to_it() -> None:
    found = after({"weight": "80 kg"}, {"weight": "85 kg"})
    days = [dt.date(2026, 12, day) for day in (6, 7, 13, 14, 31)]
    assert [kg(weight_at(found, day)) for day in days] == [
        "70 kg",
        "80 kg",
        "80 kg",
        "85 kg",
        "85 kg",
    ]
    # before the first day it is that of the plan
    assert kg(weight_at(found, dt.date(2026, 11, 1))) == "70 kg"


def test_an_entered_clearance_says_what_it_is_from() -> None:
    who = measured(clearance="42 mL/min", clearance_by="cystatin C")
    _, found = who.screened()
    assert found is not None
    assert (
        ordinary_spaces(found.text) == "Clearance 42 mL/min, estimated from cystatin C, as entered."
    )
    assert ml_per_min(found) == 42


def test_an_entered_clearance_per_surface_is_converted_where_the_surface_is_known() -> None:
    # Mosteller: sqrt(175 x 70 / 3600) = 1.84466 m2; 60 x 1.84466 / 1.73 = 63.977 mL/min
    typed = {"clearance": "60 mL/min/1.73m2", "clearance_by": "measured"}
    patient, found = measured(**typed).screened()
    assert ml_per_min(found) == pytest.approx(63.977, abs=0.001)
    assert patient.indexed_clearance is not None
    assert plain(patient.indexed_clearance) == "60 mL/min/1.73m2"
    # without height it stands for the mL/min as well, and that is said
    _, without = without_height(measured(**typed)).screened()
    assert ml_per_min(without) == 60
    assert without is not None
    assert "without height and weight" in without.text
    # one in mL/min needs no surface
    absolute = measured(clearance="60 mL/min", clearance_by="measured")
    _, by_itself = without_height(absolute).screened()
    assert ml_per_min(by_itself) == 60
    assert by_itself is not None
    assert "without height and weight" not in by_itself.text


def test_a_clearance_goes_by_the_patient_that_the_regimen_came_to() -> None:
    who = measured(**MAN_MG_DL)
    assert ml_per_min(who.screened()[1]) == pytest.approx(89.444, abs=0.001)
    # 92 x 60 / 72 = 76.667 mL/min
    lighter = dataclasses.replace(who.patient, weight=weight("60 kg"))
    found, _ = who.screened(lighter)
    assert found.weight == weight("60 kg")
    assert found.clearance is not None
    assert float(found.clearance.magnitude) == pytest.approx(76.667, abs=0.001)


def test_a_clearance_without_its_origin_is_not_taken_and_an_origin_alone_is_none() -> None:
    alone = dataclasses.replace(measured(**MAN_MG_DL), clearance=quantity(42.0, ML_PER_MIN))
    assert ml_per_min(alone.screened()[1]) == pytest.approx(89.444, abs=0.001)
    nothing = measured(clearance="42 mL/min", clearance_by="measured", **MAN_MG_DL)
    nothing = dataclasses.replace(nothing, clearance=None)
    assert ml_per_min(nothing.screened()[1]) == pytest.approx(89.444, abs=0.001)


def test_for_a_child_a_table_by_clearance_needs_one_that_was_entered() -> None:
    regimen = whole_library().regimen("gabapentin-renal-eu")
    plan = SimpleNamespace(choices={}, first_day=dt.date(2026, 11, 30))
    child = measured(**CHILD, creatinine="50 umol/L")
    with pytest.raises(InputError, match=r"clearance: is not calculated for 10.years"):
        child.for_regimen(plan, regimen)
    entered = measured(
        **CHILD, creatinine="50 umol/L", clearance="90 mL/min", clearance_by="measured"
    )
    patient, found = entered.for_regimen(plan, regimen)
    assert ml_per_min(found) == 90
    assert patient.clearance == quantity(90.0, ML_PER_MIN)
    # one band by clearance is enough, and none asks for none
    bands = [When.model_validate({"age": "below 18 years"}), *regimen.bands()]
    mixed: Any = SimpleNamespace(clearance=regimen.clearance, bands=lambda: bands)
    with pytest.raises(InputError, match="is not calculated"):
        child.for_regimen(plan, mixed)
    by_age: Any = SimpleNamespace(clearance=regimen.clearance, bands=lambda: bands[:1])
    assert child.for_regimen(plan, by_age)[1] is None
