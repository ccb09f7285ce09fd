"""By columns every patient gets the very doses and findings that ``work_out`` gives to one."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from dosing.calculation.packs import Packs, deal
from schedules.cohort.compute import BY_ROW, Work, compute
from schedules.cohort.doses import DaysWritten, RowKind, Rows
from schedules.cohort.expand import expand, expand_alone
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow, PatientTable
from schedules.course.planned_regimen import PlannedRegimen, plan_regimen
from schedules.course.rows import Administration
from schedules.plans.plan import Plan
from tests.schedules.cohort.patients import patients
from tests.support.planning import library, shelved

MADE_ON = dt.date(2026, 11, 20)


def dose(
    row: Administration, date: dt.date, amount: float, tablets: Packs | None
) -> tuple[object, ...]:
    unit = str(row.dose.amount.units)
    return row.id.partition("/")[2], date, row.time, row.status, amount, unit, tablets


def by_columns(
    rows: Rows, kinds_of_all: Sequence[RowKind], position: int
) -> list[tuple[object, ...]]:
    own = (rows.person == position).nonzero()[0].tolist()
    kinds = [kinds_of_all[rows.kind[n]] for n in own]
    dates = [dt.date.fromordinal(int(rows.date[n])) for n in own]
    return [
        dose(kind.row, date, float(rows.amount[n]), kind.tablets)
        for kind, date, n in zip(kinds, dates, own, strict=True)
    ]


@pytest.mark.parametrize(
    ("regimen", "choices", "more"),
    [
        ("rituximab-weekly", {}, {}),  # by surface
        ("azathioprine", {"step_length": "28 days"}, {"genotype": "normal"}),  # by weight
        ("immunoglobulin-5-days", {}, {}),  # the total dealt out
        ("cyclophosphamide-euvas", {}, {}),  # by bands of age and creatinine
        ("cyclophosphamide-monthly-mesna", {}, {}),  # a share of another dose
        ("prednisolone-alternate-days", {}, {}),  # a taper with tablets
        ("plasma-exchange-twice-then-cyclophosphamide", {}, {}),  # mixed, with what is kept apart
        ("immunoglobulin-mg-exacerbation-ontario", {}, {}),  # by a weight that differs by sex
    ],
)
def test_columns_give_the_doses_and_findings_of_the_course(
    regimen: str, choices: Mapping[str, str], more: Mapping[str, str]
) -> None:
    order = TableOrder(regimen=regimen, made_on=MADE_ON, choices=choices)
    screen = Screen(order, shelved(regimen))
    # What is kept of an earlier table, whose texts come in another order, changes nothing.
    screen.screen(PatientTable.of(patients(42, **more)[::-2]))
    screened = screen.screen(PatientTable.of(patients(42, **more)))
    assert not screened.bad
    doses = expand(screen, dataclasses.replace(screened, alone=()))
    rows = doses.in_rows()
    assert len(set(rows.count.nonzero()[0]) - set(doses.alone)) > 30
    differing = []
    for n in {*range(42)} - {*screened.alone}:
        course = expand_alone(screen, screened.people, n)
        single = [
            dose(row, row.date, float(row.dose.amount.magnitude), row.tablets)
            for row in course.rows
        ]
        found = {(finding.level, finding.code) for finding in course.findings}
        if (by_columns(rows, doses.kinds, n), doses.found.of(n)) != (single, found):
            differing.append(screened.people.table.row(n))
    assert not differing


def test_flat_doses_of_a_column_are_held_to_the_limits_per_kg_and_day() -> None:
    # three times 50 mg are 150 mg a day: 27.3, 25 and 18.75 mg/kg; above 20 the drug file warns
    weights = {"5.5 kg": True, "6 kg": True, "8 kg": False}
    people = [
        PatientRow(
            n,
            {
                "label": f"{n}",
                "age": "11 months",
                "sex": "female",
                "weight": weight,
                "first_day": "2026-11-30",
            },
        )
        for n, weight in enumerate(weights, 2)
    ]
    regimen = "ibuprofen-child-uk"
    order = TableOrder(regimen=regimen, made_on=MADE_ON, choices={"planned": "1 day"})
    screen = Screen(order, shelved(regimen))
    doses = expand(screen, screen.screen(PatientTable.of(people)))
    above = ("WARN", "limit.usual.above.day")
    assert [above in doses.found.of(n) for n in range(3)] == [*weights.values()]
    assert not len(doses.alone)


def kidney_findings(regimen: str, facts: Mapping[str, Mapping[str, str]]) -> dict[str, set[str]]:
    """Return what is found by the clearance in each patient; whoever comes first is another's."""
    screen = Screen(TableOrder(regimen=regimen, made_on=MADE_ON), shelved(regimen))
    found: dict[str, set[str]] = {}
    for order in ([*facts], [*facts][::-1]):
        rows = [{"label": name, "first_day": "2026-11-30", **facts[name]} for name in order]
        people = [PatientRow(n, cells) for n, cells in enumerate(rows, 2)]
        doses = expand(screen, screen.screen(PatientTable.of(people)))
        assert not len(doses.alone)
        for n, name in enumerate(order):
            own = {code for _, code in doses.found.of(n) if ".kidney.clearance_" in code}
            assert found.setdefault(name, own) == own
    return found


@pytest.mark.hazard("H324")
def test_a_limit_for_173_square_metres_parts_patients_of_one_clearance() -> None:
    """By Cockcroft and Gault (140 - 50) x kg / (72 x mg/dL), by Mosteller root of cm x kg / 3600.

    115 kg, 195 cm, 2 mg/dL: 71.9 mL/min and 2.496 m2, so 49.8 for 1.73 m2, below 60.
    54 kg, 170 cm, 0.9 mg/dL: 75 mL/min and 1.597 m2, so 81.3 for 1.73 m2, from 60 to below 90.
    """
    of_both = {"sex": "male", "age": "50 years"}
    found = kidney_findings(
        "efgartigimod-iv-eu",
        {
            "large": {**of_both, "weight": "115 kg", "height": "195 cm", "creatinine": "2 mg/dL"},
            "small": {**of_both, "weight": "54 kg", "height": "170 cm", "creatinine": "0.9 mg/dL"},
        },
    )
    code = "safety.efgartigimod_alfa.kidney.clearance_"
    assert found == {
        "large": {f"{code}below_60_ml_min_1_73m2"},
        "small": {f"{code}from_60_ml_min_1_73m2_below_90_ml_min_1_73m2"},
    }


@pytest.mark.hazard("H324")
def test_every_limit_of_a_clearance_parts_children_for_173_square_metres() -> None:
    """By bedside Schwartz 0.413 x 110 cm / (mg/dL) for 1.73 m2; 110 cm and 20 kg are 0.782 m2.

    1 mg/dL: 45.4 for 1.73 m2, in the child 20.5 mL/min. 1.6 mg/dL: 28.4, in the child 12.8 mL/min.
    """
    of_both = {"sex": "female", "age": "6 years", "weight": "20 kg", "height": "110 cm"}
    found = kidney_findings(
        "glycopyrrolate-child-us",
        {
            "less": {**of_both, "creatinine": "1.6 mg/dL"},
            "more": {**of_both, "creatinine": "1 mg/dL"},
        },
    )
    assert found == {
        "less": {"safety.glycopyrronium.kidney.clearance_below_30_ml_min"},
        "more": {"safety.glycopyrronium.kidney.clearance_from_30_ml_min_below_60_ml_min"},
    }


@pytest.mark.hazard("H321")
def test_a_patient_of_a_further_table_has_no_fact_or_unit_of_one_before() -> None:
    """By 375 mg/m2 in steps of 100 mg: 180 cm and 100 kg are 2.236 m2, 838.5 mg, given as 800 mg.

    220 lb are 99.79 kg: 837.6 mg, 800 mg too; 220 kg would come to 1,200 mg, 100 lb to 600 mg.
    """
    of_all = {"age": "50 years", "sex": "male", "height": "180 cm", "first_day": "2026-11-30"}
    facts = [
        {"weight": "100 kg", "conditions": "hepatitis B"},
        {"weight": "220 lb", "conditions": ""},
        {"weight": "100 kg", "conditions": "none"},
    ]
    regimen = "rituximab-weekly"
    screen = Screen(TableOrder(regimen=regimen, made_on=MADE_ON), shelved(regimen))
    # Each table names its texts and units in another order than the one before.
    for order in ([0, 1, 2], [1, 2, 0], [2, 0, 1]):
        people = [PatientRow(n, {**of_all, **facts[n]}) for n in order]
        doses = expand(screen, screen.screen(PatientTable.of(people)))
        rows = doses.in_rows()
        assert rows.count.tolist() == [0 if n == 0 else 4 for n in order]
        assert rows.amount.tolist() == [800.0] * 8
        stopped = [any(level == "STOP" for level, _ in doses.found.of(n)) for n in range(3)]
        assert stopped == [n == 0 for n in order]


def test_a_class_that_was_met_before_is_not_planned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[str] = []

    def plan_and_count(plan: Plan, *args: Any) -> PlannedRegimen:
        planned.append(plan.regimen.id)
        return plan_regimen(plan, *args)

    monkeypatch.setattr("schedules.cohort.screening.plan_regimen", plan_and_count)
    order = TableOrder(regimen=BY_ROW, made_on=MADE_ON)
    work = Work(order=order, library=library(), between=DaysWritten(), packs=False)
    of_all = {"age": "50 years", "height": "180 cm", "first_day": "2026-11-30"}
    rows = [
        PatientRow(n, {**of_all, "weight": f"{80 + n} kg", "sex": sex, "regimen": regimen})
        for n, (sex, regimen) in enumerate(
            itertools.product(("male", "female"), ("rituximab-weekly", "immunoglobulin-5-days"))
        )
    ]
    assert compute(work, PatientTable.of(rows)).patients == 4
    assert sorted(planned) == sorted(row.cells["regimen"] for row in rows)
    assert compute(work, PatientTable.of(rows[::-1])).patients == 4
    assert len(planned) == 4


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("stay", ["30 7 14 21", "7 14 21 28", "4 11 18 25", "5 12 19 26"]),
        ("later", ["30 7 14 21", "7 14 21 29", "4 11 18 25", "7 14 21 26"]),
        ("earlier", ["30 7 14 21", "7 14 21 28", "4 11 18 24", "4 11 18 26"]),
    ],
)
def test_what_falls_on_a_closed_day_moves_for_each_first_day(rule: str, days: list[str]) -> None:
    """Weekly, at most 1 day early or 2 days late; 25 to 28 December 2026 are closed in England.

    So are Saturdays: later is Monday, two days late, earlier is Friday, one day early. Of the four
    closed days Friday the 25th is a day after an open one, Monday the 28th a day before one.
    """
    known = copy.copy(shelved("rituximab-weekly"))
    closed = known.site.closed.model_copy(update={"rule": rule})
    known.site = known.site.model_copy(update={"closed": closed})
    screen = Screen(TableOrder(regimen="rituximab-weekly", made_on=MADE_ON), known)
    of_all = {"age": "50 years", "sex": "male", "weight": "70 kg", "height": "180 cm"}
    firsts = ["2026-11-30", "2026-12-07", "2026-12-04", "2026-12-05"]
    people = [PatientRow(n, {**of_all, "first_day": day}) for n, day in enumerate(firsts)]
    rows = expand(screen, screen.screen(PatientTable.of(people))).in_rows()
    dates = [str(dt.date.fromordinal(date).day) for date in rows.date.tolist()]
    assert [" ".join(dates[n : n + 4]) for n in range(0, 16, 4)] == days


def test_a_column_of_totals_is_dealt_as_each_of_them() -> None:
    """140 g in steps of 5 g are 28 steps: three days of 6 and two of 5; 100 g are 4 each."""
    dealt = deal(np.array([140.0, 100.0]), 5, 5.0)
    assert [np.asarray(day).tolist() for day in dealt] == [
        *[[30.0, 20.0]] * 3,
        *[[25.0, 20.0]] * 2,
    ]
