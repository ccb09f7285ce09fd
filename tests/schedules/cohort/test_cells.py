"""Patients of one cell compare alike with every number that a file states."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from dosing.drugs.conditions import Interval
from dosing.drugs.safety import Whom
from dosing.units import CREATININE_UMOL_PER_L, KG, YEAR, quantity
from schedules.cohort.cells import Cells, walk
from tests.support.planning import library


def cell(cells: Cells, kg: float) -> int:
    return int(cells.numbered("weight", quantity(kg, KG)))


def test_a_number_at_the_end_of_an_interval_is_in_the_cell_of_those_above() -> None:
    """Below 40 kg is whoever weighs 39.9 kg, and neither 40 kg nor 40.1 kg: see ``Interval``."""
    cells = Cells.of([Whom(weight=Interval(below="40 kg"))])
    below, at, above = (cell(cells, kg) for kg in (39.9, 40.0, 40.1))
    assert below != at
    assert at == above
    assert below == cell(cells, 39.95)


def test_a_number_on_a_limit_that_is_no_interval_has_a_cell_of_its_own() -> None:
    """A limit may hold for what lies on it or not: who weighs just as much is a class alone."""
    cells = Cells.of([SimpleNamespace(limit=quantity(40.0, KG))])
    below, at, above = (cell(cells, kg) for kg in (39.9, 40.0, 40.1))
    assert len({below, at, above}) == 3
    assert above == cell(cells, 40.2)


def test_a_number_near_an_end_is_in_another_cell_than_one_far_from_it() -> None:
    """The files say within which share of an end a patient is told of it: far less than a half."""
    cells = Cells.of([Whom(creatinine=Interval(below="200 umol/L"))])
    far, near, at, above = (
        int(cells.numbered("creatinine", quantity(number, CREATININE_UMOL_PER_L)))
        for number in (100.0, 199.5, 200.0, 300.0)
    )
    assert len({far, near, at, above}) == 4


def test_a_weight_near_an_end_is_in_the_cell_of_one_far_from_it() -> None:
    """Nobody is told that a weight lies near to an end: two classes would find the same."""
    cells = Cells.of([Whom(weight=Interval(below="40 kg"))])
    assert cell(cells, 30.0) == cell(cells, 39.9)


def test_a_limit_of_a_companion_parts_those_alone_who_are_given_it() -> None:
    """Dexchlorpheniramine asks from 65 years, rituximab and its dose do not."""
    years = quantity(np.array([64.0, 66.0]), YEAR)
    cells = {
        given: Cells.of_regimen("rituximab-weekly", {"premedication": given}, library())
        for given in ("given", "left out: allergic to it")
    }
    parted = {given: len({*one.numbered("age", years).tolist()}) for given, one in cells.items()}
    assert parted == {"given": 2, "left out: allergic to it": 1}


def test_every_part_of_a_model_is_walked_over_with_the_name_of_its_field() -> None:
    whom = Whom(weight=Interval(below="40 kg"), takes=["rifampicin"])
    walked = list(walk([whom]))
    assert ("below", "40 kg") in walked
    assert ("takes", "rifampicin") in walked
    assert ("weight", whom.weight) in walked
