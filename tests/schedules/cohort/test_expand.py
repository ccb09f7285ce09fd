"""By columns every patient gets the very doses and findings that ``work_out`` gives to one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest

from dosing.calculation.packs import deal
from schedules.cohort.expand import Expanded, expand, expand_alone
from schedules.cohort.screening import Screen, TableOrder
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


def test_a_column_of_totals_is_dealt_as_each_of_them() -> None:
    """140 g in steps of 5 g are 28 steps: three days of 6 and two of 5; 100 g are 4 each."""
    dealt = deal(np.array([140.0, 100.0]), 5, 5.0)
    assert [np.asarray(day).tolist() for day in dealt] == [
        *[[30.0, 20.0]] * 3,
        *[[25.0, 20.0]] * 2,
    ]
