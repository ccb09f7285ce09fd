"""By columns every patient gets the very doses and findings that ``work_out`` gives to one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest

from dosing.calculation.packs import deal
from schedules.cohort.expand import Expanded, expand, expand_alone
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow
from tests.schedules.cohort.patients import patients
from tests.support.planning import shelved

MADE_ON = dt.date(2026, 11, 20)


def doses(one: Expanded) -> list[tuple[object, ...]]:
    return [
        (
            row.id.partition("/")[2],
            row.date,
            row.time,
            row.status,
            amount,
            str(row.dose.amount.units),
            tablets,
        )
        for row, amount, tablets in one.rows
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
    screened = screen.screen(patients(42, **more))
    by_columns = expand(screen, screened.classes, ())
    assert not screened.bad
    assert len([one for one in by_columns if one.rows and not one.alone]) > 30
    differing = []
    for one in by_columns:
        single = expand_alone(screen, one.person)
        if (doses(one), one.found) != (doses(single), single.found):
            differing.append(one.person.row)
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
    screened = screen.screen(people)
    found = sorted(expand(screen, screened.classes, ()), key=lambda one: one.person.row.number)
    above = ("WARN", "limit.usual.above.day")
    assert [above in one.found for one in found] == [*weights.values()]
    assert not [one for one in found if one.alone]


def test_a_column_of_totals_is_dealt_as_each_of_them() -> None:
    """140 g in steps of 5 g are 28 steps: three days of 6 and two of 5; 100 g are 4 each."""
    dealt = deal(np.array([140.0, 100.0]), 5, 5.0)
    assert [np.asarray(day).tolist() for day in dealt] == [
        *[[30.0, 20.0]] * 3,
        *[[25.0, 20.0]] * 2,
    ]
