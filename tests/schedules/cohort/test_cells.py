"""Patients of one cell compare alike with every number that a file states."""

from __future__ import annotations

from dosing.drugs.conditions import Interval
from dosing.drugs.safety import Whom
from dosing.units import KG, quantity
from schedules.cohort.cells import Cells


def cell(cells: Cells, kg: float) -> int:
    return int(cells.numbered("weight", quantity(kg, KG)))


def test_a_number_at_the_end_of_an_interval_has_a_cell_of_its_own() -> None:
    whom = Whom(weight=Interval(below="40 kg"))
    cells = Cells.of([whom])
    below, at, above = (cell(cells, kg) for kg in (39.9, 40.0, 40.1))
    assert len({below, at, above}) == 3
    assert cell(cells, 39.9) == cells.numbered("weight", quantity(39.95, KG))


def test_a_number_near_an_end_is_in_another_cell_than_one_far_from_it() -> None:
    """The files say within which share of an end a patient is told of it: far less than a half."""
    cells = Cells.of([Whom(weight=Interval(below="40 kg"))])
    assert cell(cells, 20.0) != cells.numbered("weight", quantity(39.9, KG))
