"""Doses that depend on the kidney: the clearance used, its edges, and what little muscle hides."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.safety import Safety
from dosing.errors import InputError
from dosing.trace import RefusedError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.library.reader import read_library
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement
from tests.support.places import ROOT
from tests.support.planning import MADE_ON, codes, text_of

GABAPENTIN_EU, GABAPENTIN_US = "gabapentin-renal-eu", "gabapentin-renal-us"
PREGABALIN_EU, PREGABALIN_US = "pregabalin-renal-eu", "pregabalin-renal-us"
WOMAN = {"sex": "female", "age": "61 years"}


@functools.cache
def only(name: str) -> Library:
    return read_library(ROOT, only=name)


def planned(name: str, choices: Any = None, **patient: Any) -> Course:
    regimen = only(name).regimen(name)
    plan = make_plan(
        regimen,
        only(name).knowledge_for(regimen),
        only(name).site,
        PatientEntry.model_validate({"label": "ward-7", **patient}),
        first_day="2027-01-04",
        made_on=MADE_ON,
        choices=choices or {},
    )
    return work_out(plan, only(name))


def entered(name: str, clearance: str, by: str = "cystatin C", **more: Any) -> Course:
    return planned(name, **{**WOMAN, "clearance": clearance, "clearance_by": by, **more})


def a_day(found: Course) -> tuple[float, int]:
    """Return the amount of each dose in mg and how many there are in the 7 days of the start."""
    (amount,) = {row.dose.amount.magnitude for row in found.rows}
    return amount, len(found.rows)


@pytest.mark.parametrize(
    ("name", "clearance", "dose", "doses"),
    [
        # the EU table of pregabalin: 150 in 2, 75 in 3, 25 in 1, 25 in 1 a day, over 7 days
        (PREGABALIN_EU, "200 mL/min", 75, 14),
        (PREGABALIN_EU, "60 mL/min", 75, 14),
        (PREGABALIN_EU, "59.9 mL/min", 25, 21),
        (PREGABALIN_EU, "30 mL/min", 25, 21),
        (PREGABALIN_EU, "29.9 mL/min", 25, 7),
        (PREGABALIN_EU, "15 mL/min", 25, 7),
        (PREGABALIN_EU, "14.9 mL/min", 25, 7),
        (PREGABALIN_US, "60 mL/min", 50, 21),
        (PREGABALIN_US, "59.9 mL/min", 25, 21),
        (PREGABALIN_US, "22 mL/min", 25, 7),
        # the tables of gabapentin disagree: at 70 mL/min 600 and 900, at 35 300 and 400 mg a day
        (GABAPENTIN_EU, "80 mL/min", 300, 21),
        (GABAPENTIN_EU, "79.6 mL/min", 200, 21),
        (GABAPENTIN_EU, "70 mL/min", 200, 21),
        (GABAPENTIN_EU, "50 mL/min", 200, 21),
        (GABAPENTIN_EU, "49.9 mL/min", 100, 21),
        (GABAPENTIN_EU, "35 mL/min", 100, 21),
        (GABAPENTIN_EU, "29.9 mL/min", 300, 4),
        (GABAPENTIN_EU, "10 mL/min", 300, 4),
        (GABAPENTIN_US, "70 mL/min", 300, 21),
        (GABAPENTIN_US, "59.5 mL/min", 200, 14),
        (GABAPENTIN_US, "35 mL/min", 200, 14),
        (GABAPENTIN_US, "29.9 mL/min", 200, 7),
        (GABAPENTIN_US, "15 mL/min", 200, 7),
    ],
)
def test_the_start_is_what_the_table_states_for_the_clearance(
    name: str, clearance: str, dose: float, doses: int
) -> None:
    assert a_day(entered(name, clearance)) == (dose, doses)


def test_where_the_table_gives_no_dose_nothing_is_planned_and_it_says_why() -> None:
    found = entered(GABAPENTIN_US, "14.9 mL/min")
    assert found.rows == ()
    assert "below 15 mL/min" in text_of(found, "band.not_for")
    assert "in proportion" in text_of(found, "band.not_for")


@pytest.mark.parametrize(
    ("patient", "clearance", "doses"),
    [
        # band flip, worked by hand: 100 x 60 / (72 x 123 / 88.4) = 59.892, by 1.23 it is 60.000
        ({"sex": "male", "weight": "60 kg", "creatinine": "123 umol/L"}, "59.892", 21),
        # 100 x 65 / (72 x 113 / 88.4) x 0.85 = 60.031, by 1.04 it is 59.823
        ({"sex": "female", "weight": "65 kg", "creatinine": "113 umol/L"}, "60.031", 14),
    ],
)
@pytest.mark.hazard("H31")
def test_the_form_in_mg_per_dl_decides_unrounded_and_a_near_edge_is_named(
    patient: dict[str, str], clearance: str, doses: int
) -> None:
    found = planned(PREGABALIN_EU, age="40 years", **patient)
    assert f"Creatinine clearance {clearance} mL/min" in text_of(found, "kidney.clearance")
    assert "form in mg/dL, actual weight" in text_of(found, "kidney.clearance")
    assert len(found.rows) == doses
    near = text_of(found, "band.near_edge")
    assert f"The clearance of {clearance} mL/min lies within 5 % of the edge at 60 mL/min" in near


@pytest.mark.parametrize(
    ("clearance", "near"),
    # 5 % of 60 is 3, of 30 is 1.5, of 15 is 0.75
    [
        ("63 mL/min", True),
        ("63.1 mL/min", False),
        ("57 mL/min", True),
        ("56.9 mL/min", False),
        ("31.5 mL/min", True),
        ("31.6 mL/min", False),
        ("14.2 mL/min", False),
        ("14.3 mL/min", True),
    ],
)
def test_an_edge_is_near_within_5_percent_of_it(clearance: str, near: bool) -> None:
    assert ("band.near_edge" in codes(entered(PREGABALIN_EU, clearance))) is near


# Pregabalin depresses the breathing in motor neurone disease (MHRA), for which no regimen of it is.
BREATHING = "safety.pregabalin.conditions.has_motor_neurone_disease"
ALS = {"sex": "male", "age": "60 years", "weight": "60 kg", "creatinine": "30 umol/L"}


@pytest.mark.hazard("H30")
def test_a_clearance_from_creatinine_has_to_be_accepted_where_muscle_is_lost() -> None:
    # worked example: 80 x 60 / (72 x 30 / 88.4) = 196.44 mL/min, which means nothing in ALS
    found = planned(PREGABALIN_EU, conditions=["amyotrophic lateral sclerosis"], **ALS)
    assert "196.44 mL/min" in text_of(found, "kidney.clearance")
    assert {f.code for f in found.unacknowledged} == {"renal.low_muscle_mass", BREATHING}
    assert "cystatin C" in text_of(found, "renal.low_muscle_mass")
    accepted = [
        Acknowledgement(code="renal.low_muscle_mass", reason="muscle normal", who="AB"),
        Acknowledgement(code=BREATHING, reason="breathing normal", who="AB"),
    ]
    plan = found.plan.model_copy(update={"acknowledgements": accepted})
    without = plan.model_copy(update={"acknowledgements": accepted[1:]})
    with pytest.raises(RefusedError, match="Creatinine"):
        work_out(without, only(PREGABALIN_EU)).must_be_exportable()
    work_out(plan, only(PREGABALIN_EU)).must_be_exportable()


@pytest.mark.parametrize("by", ["cystatin C", "measured"])
def test_a_clearance_that_is_not_from_creatinine_carries_no_warning(by: str) -> None:
    found = planned(
        PREGABALIN_EU,
        conditions=["amyotrophic lateral sclerosis"],
        clearance="62 mL/min",
        clearance_by=by,
        **ALS,
    )
    assert [f.code for f in found.unacknowledged] == [BREATHING]
    assert by in text_of(found, "kidney.clearance")
    assert a_day(found) == (75, 14)


def test_an_entered_clearance_from_creatinine_carries_the_warning_too() -> None:
    found = entered(PREGABALIN_EU, "45 mL/min", by="creatinine")
    assert "renal.low_muscle_mass" in codes(found, "WARN")


@pytest.mark.hazard("H30")
@pytest.mark.parametrize(
    ("conditions", "level"),
    [([], "WARN"), (["none"], "NOTE"), (["asthma"], "NOTE"), (["polyneuropathy"], "WARN")],
)
def test_muscle_is_a_note_where_conditions_were_asked_and_none_wastes_it(
    conditions: list[str], level: str
) -> None:
    # The regimen itself is for polyneuropathies: where nobody asked, that counts.
    found = planned(PREGABALIN_EU, conditions=conditions, **ALS)
    assert [f.level for f in found.findings if f.code == "renal.low_muscle_mass"] == [level]


def test_a_band_by_creatinine_itself_carries_the_warning() -> None:
    found = planned(
        "cyclophosphamide-euvas",
        {},
        weight="70 kg",
        height="175 cm",
        sex="male",
        age="48 years",
        creatinine="310 umol/L",
    )
    assert "renal.low_muscle_mass" in codes(found, "WARN")
    assert "creatinine of 310 umol/L" in text_of(found, "band.near_edge")


def test_an_indexed_rate_is_undone_by_the_surface_and_said() -> None:
    # 60 x 1.8447 / 1.73 = 63.98; Mosteller sqrt(175 x 70 / 3600) = 1.84466 m2
    found = entered(PREGABALIN_EU, "60 mL/min/1.73m2", weight="70 kg", height="175 cm")
    said = text_of(found, "kidney.clearance")
    assert "1.8447 m2 (Mosteller)" in said
    assert "63.977 mL/min" in said


def test_an_indexed_rate_without_the_body_is_asked_for_the_body() -> None:
    with pytest.raises(InputError) as error:
        entered(PREGABALIN_EU, "60 mL/min/1.73m2")
    assert {problem.field for problem in error.value.problems} == {"weight", "height"}


def test_what_the_clearance_needs_is_asked_for_all_at_once() -> None:
    with pytest.raises(InputError) as error:
        planned(PREGABALIN_EU)
    said = {problem.field: problem.accepted for problem in error.value.problems}
    assert set(said) == {"creatinine", "weight", "age", "sex"}
    assert "80 umol/L, or enter a clearance: 42 mL/min" in said["creatinine"]


def test_cockcroft_and_gault_is_not_used_under_18_years() -> None:
    child = {"sex": "male", "age": "17 years", "weight": "60 kg", "creatinine": "60 umol/L"}
    with pytest.raises(InputError, match="18 years"):
        planned(PREGABALIN_EU, **child)


@pytest.mark.parametrize("by", ["", "a guess"])
def test_an_entered_clearance_says_what_it_is_from(by: str) -> None:
    with pytest.raises(InputError) as error:
        entered(PREGABALIN_EU, "45 mL/min", by=by)
    (problem,) = error.value.problems
    assert problem.field == "clearance by"
    assert problem.accepted == "write cystatin C, creatinine or measured"


@pytest.mark.parametrize("text", ["45", "0 mL/min", "45 mL", "4,5 mL/min", "45 mL/h"])
def test_a_clearance_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(InputError) as error:
        entered(PREGABALIN_EU, text)
    assert {problem.field for problem in error.value.problems} == {"clearance"}


@pytest.mark.parametrize("name", ["gabapentin-ladder", "pregabalin-ladder-us"])
def test_a_ladder_is_stopped_below_60_and_names_the_table_to_use(name: str) -> None:
    assert entered(name, "60 mL/min").rows
    found = entered(name, "59.9 mL/min")
    assert found.rows == ()
    assert "-renal-us" in text_of(found, "band.not_for")


def test_a_band_that_stands_in_an_adjustment_is_named() -> None:
    # NHS Dumfries and Galloway: up to a half less below 29 mL/min
    size = {"weight": "70 kg", "height": "175 cm", "genotype": "normal"}
    below = entered("azathioprine-maintenance", "28.9 mL/min", **size)
    assert text_of(below, "kidney.band") == "The kidney: azathioprine: clearance below 29 mL/min."
    # 28.9 lies within 5 % of 29, 27.5 does not: 1.45 below it is 27.55
    assert "edge at 29 mL/min" in text_of(below, "band.near_edge")
    assert "band.near_edge" not in codes(entered("azathioprine-maintenance", "27.5 mL/min", **size))
    above = entered("azathioprine-maintenance", "29 mL/min", **size)
    assert text_of(above, "kidney.band").endswith("in no band of its file.")
    # immunoglobulin: its sources state no figure
    size |= {"genotype": ""}
    said = text_of(entered("immunoglobulin-5-days", "50 mL/min", **size), "kidney.band")
    assert said == "The kidney: immunoglobulin: its file states no figure."


SIZE = {"weight": "70 kg", "height": "175 cm", "genotype": "normal"}


@pytest.mark.parametrize(
    ("routes", "near"),
    [
        (["oral"], True),
        (["oral", "intravenous infusion"], True),
        ([], True),
        (["intravenous infusion"], False),
    ],
)
def test_an_edge_of_an_adjustment_for_another_route_is_not_named(
    routes: list[str], near: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drugs = only("azathioprine-maintenance").drugs
    tablets = drugs["azathioprine"]
    adjustment = ProposedAdjustment.model_validate(
        {
            "when": {"clearance": "below 50 mL/min"},
            "routes": routes,
            "propose": "half",
            "level": "WARN",
            "text": "Less.",
            "source": tablets.adjustments[0].source,
        }
    )
    other = tablets.model_copy(update={"adjustments": [adjustment]})
    monkeypatch.setitem(drugs, "azathioprine", other)
    # 49 lies within 5 % of 50
    found = entered("azathioprine-maintenance", "49 mL/min", **SIZE)
    assert ("band.near_edge" in codes(found)) is near


def test_the_clearance_of_a_dose_is_said_where_the_drug_file_says_nothing_of_the_kidney(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drugs = only(PREGABALIN_EU).drugs
    silent = drugs["pregabalin"].model_copy(update={"safety": Safety(), "adjustments": []})
    monkeypatch.setitem(drugs, "pregabalin", silent)
    said = text_of(entered(PREGABALIN_EU, "45 mL/min"), "kidney.clearance")
    assert said.startswith("Clearance 45 mL/min, estimated from cystatin C")


def test_a_dose_that_no_number_of_the_kidney_decides_carries_no_warning_about_muscle() -> None:
    found = planned("immunoglobulin-5-days", **ALS, height="175 cm")
    assert "renal.low_muscle_mass" not in codes(found)
