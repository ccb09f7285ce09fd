"""How each medicine of a plan is dosed, and which typed doses and patients have no rule."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import InputError
from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    MADE_ON,
    RITUXIMAB,
    codes,
    course_of,
    man,
    shelved,
)

REDUCED = "azathioprine-reduced-genotype"
RAVULIZUMAB = "ravulizumab"
EUVAS = "cyclophosphamide-euvas"
TOTAL = "dose.course_total_as_dose"


def course(name: str, dose: str = "", choices: dict[str, str] | None = None, **who: Any) -> Course:
    shelf = shelved(name)
    regimen = shelf.regimen(name)
    plan = make_plan(
        regimen,
        shelf.knowledge_for(regimen),
        shelf.site,
        man(**who),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=choices or {},
        dose_text=dose,
    )
    return work_out(plan, shelf)


def test_a_patient_for_whom_a_regimen_is_not_is_told_that_alone() -> None:
    # nothing is planned, and no missing row of the table is spoken of beside it
    found = course(REDUCED, choices={"step_length": "28 days"}, genotype="poor")
    assert found.rows == ()
    assert [c for c in codes(found, "STOP") if c.startswith("band.")] == ["band.not_for"]


def test_a_weight_below_every_row_of_a_table_stops_the_course() -> None:
    # ravulizumab is stated from 40 kg
    found = course(RAVULIZUMAB, choices={"doses": "4"}, weight="39 kg", height="150 cm")
    assert found.rows == ()
    outside = [c for c in codes(found, "STOP") if c.startswith("band.")]
    assert outside == ["band.outside"]


def test_a_patient_whom_a_regimen_is_for_is_not_refused() -> None:
    # 0.75 mg/kg x 70 kg = 52.5 mg, down to 50 mg
    found = course(REDUCED, choices={"step_length": "28 days"}, genotype="intermediate")
    assert "band.not_for" not in codes(found)
    assert ordinary_spaces(str(found.rows[0].dose)) == "50 mg"


def test_who_is_below_the_only_row_of_a_table_is_told_what_is_stated_and_where() -> None:
    found = course("eculizumab", choices={"doses": "4"}, weight="39 kg", height="150 cm")
    said = {
        (ordinary_spaces(one.text), one.source.cite)
        for one in found.findings
        if one.code == "band.outside"
    }
    assert said == {
        (
            "No dose of eculizumab is stated for this patient. Stated are: weight from 40 kg.",
            "Soliris, US and EU product information",
        )
    }


@pytest.mark.parametrize(
    ("dose", "is_total"),
    [
        # 4 x 375 mg/m2 = 1500 mg/m2, and a thousandth of that either way
        ("1.5 g/m2", True),
        ("1498.5 mg/m2", True),
        ("1501.5 mg/m2", True),
        ("1501.51 mg/m2", False),
        ("1498.49 mg/m2", False),
    ],
)
def test_a_dose_is_called_the_total_of_a_course_within_a_thousandth_of_it(
    dose: str, is_total: bool
) -> None:
    assert (TOTAL in codes(course_of(RITUXIMAB, dose=dose), "STOP")) == is_total


def test_the_number_of_a_total_in_another_kind_of_unit_is_not_called_that_total() -> None:
    # 6 g/m2 is the total; 6 g/kg and 6 units/m2 are stopped for what they are
    found = course_of(CYCLOPHOSPHAMIDE, dose="6 g/kg")
    assert "limit.hard.above.dose" in codes(found, "STOP")
    assert TOTAL not in codes(found)
    of_another_kind = course_of(CYCLOPHOSPHAMIDE, dose="6 units/m2")
    assert "limit.wrong_kind" in codes(of_another_kind, "STOP")
    assert TOTAL not in codes(of_another_kind)


def test_the_one_dose_of_a_course_is_not_called_its_total() -> None:
    # 80,000 units once: the total is that dose
    name = "diphtheria-antitoxin-lower"
    severity = {"severity": "3 days or more or swelling of the neck"}
    found = course(name, "80000 units", severity)
    assert TOTAL not in codes(found)
    assert [ordinary_spaces(str(row.dose)) for row in found.rows] == ["80,000 units"]


@pytest.mark.parametrize(
    ("name", "dose", "choices", "said"),
    [
        (
            "duloxetine",
            "45 mg",
            {},
            'dose: "45 mg" could be meant for several steps; duloxetine gives 30 mg, 60 mg',
        ),
        (
            "occipital-block-local-only",
            "10 mg",
            {"side": "left greater occipital nerve", "interval": "7 days", "blocks": "1"},
            'dose: "10 mg" could be meant for several drugs; '
            "occipital-block-local-only gives bupivacaine, lidocaine",
        ),
    ],
)
def test_a_dose_that_two_steps_or_two_drugs_could_be_meant_by_is_refused(
    name: str, dose: str, choices: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        course(name, dose, choices)
    assert ordinary_spaces(str(refused.value)) == said


def source_of(found: Course, step: str) -> str:
    (one,) = (one for one in found.rows[0].dose.steps if one.what == step)
    return one.source.cite


def test_a_step_cites_the_file_or_who_typed_the_dose() -> None:
    own, typed = course_of(RITUXIMAB), course_of(RITUXIMAB, dose="350 mg/m2")
    assert source_of(own, "dose before rounding") == "MabThera, EU product information"
    assert source_of(typed, "dose before rounding") == "as entered"


def test_a_cap_cites_the_source_of_the_cap() -> None:
    # 100 kg at 50 years: 15 mg/kg are 1,500 mg, held at 1,200 mg
    found = course(EUVAS, weight="100 kg", age="50 years", creatinine="80 umol/L")
    assert ordinary_spaces(str(found.rows[0].dose)) == "1,200 mg"
    cyclops = "Edinburgh Renal Unit handbook, systemic vasculitis (CYCLOPS scheme)"
    assert source_of(found, "held at the cap") == cyclops
