"""By columns every patient gets the very doses and findings that ``work_out`` gives to one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest

from dosing.calculation.packs import Packs, deal
from schedules.cohort.doses import Doses
from schedules.cohort.expand import expand, expand_alone
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow, PatientTable
from schedules.course.rows import Administration
from tests.schedules.cohort.patients import patients
from tests.support.planning import shelved

MADE_ON = dt.date(2026, 11, 20)


def dose(
    row: Administration, date: dt.date, amount: float, tablets: Packs | None
) -> tuple[object, ...]:
    unit = str(row.dose.amount.units)
    return row.id.partition("/")[2], date, row.time, row.status, amount, unit, tablets


def by_columns(doses: Doses, position: int) -> list[tuple[object, ...]]:
    own = (doses.person == position).nonzero()[0].tolist()
    kinds = [doses.kinds[doses.kind[n]] for n in own]
    dates = [dt.date.fromordinal(int(doses.date[n])) for n in own]
    return [
        dose(kind.row, date, float(doses.amount[n]), kind.tablets)
        for kind, date, n in zip(kinds, dates, own, strict=True)
    ]


@pytest.mark.parametrize(
    ("regimen", "choices", "more"),
    [
        ("rituximab-weekly", {}, {}),  # by surface
        ("azathioprine", {"step_length": "28 days"}, {"genotype": "normal"}),  # by weight
        ("immunoglobulin-5-days", {}, {}),  # the total dealt out
        ("cyclophosphamide-euvas", {}, {}),  # by bands of age and creatinine
        ("prednisolone-alternate-days", {}, {}),  # a taper with tablets
        ("plasma-exchange-twice-then-cyclophosphamide", {}, {}),  # mixed, with what is kept apart
    ],
)
def test_columns_give_the_doses_and_findings_of_the_course(
    regimen: str, choices: Mapping[str, str], more: Mapping[str, str]
) -> None:
    order = TableOrder(regimen=regimen, made_on=MADE_ON, choices=choices)
    screen = Screen(order, shelved(regimen))
    screened = screen.screen(PatientTable.of(patients(42, **more)))
    assert not screened.bad
    doses = expand(screen, dataclasses.replace(screened, alone=()))
    assert len(set(doses.count.nonzero()[0]) - set(doses.alone)) > 30
    differing = []
    for n in {*range(42)} - {*screened.alone}:
        course = expand_alone(screen, screened.people, n)
        single = [
            dose(row, row.date, float(row.dose.amount.magnitude), row.tablets)
            for row in course.rows
        ]
        found = {(finding.level, finding.code) for finding in course.findings}
        if (by_columns(doses, n), doses.found.of(n)) != (single, found):
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


def test_a_column_of_totals_is_dealt_as_each_of_them() -> None:
    """140 g in steps of 5 g are 28 steps: three days of 6 and two of 5; 100 g are 4 each."""
    dealt = deal(np.array([140.0, 100.0]), 5, 5.0)
    assert [np.asarray(day).tolist() for day in dealt] == [
        *[[30.0, 20.0]] * 3,
        *[[25.0, 20.0]] * 2,
    ]
