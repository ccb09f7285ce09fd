"""Arithmetic on one value and on a column of them: the same answer, and the rows that are named."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dosing import columns

ROWS = np.array([False, True, False, True])
NAN = float("nan")


def test_a_column_is_told_from_one_value() -> None:
    assert columns.is_column(np.array([1.0]))
    for one in (1.0, 1, True, "1", None, [1.0], np.float64(1.0)):
        assert not columns.is_column(one)


def test_a_condition_holds_for_any_row_or_for_every_row() -> None:
    none, every = np.array([False, False]), np.array([True, True])
    assert [columns.any_of(rows) for rows in (none, ROWS, every, True, False)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert columns.any_of(np.array([False, True])) is True
    assert [columns.all_of(rows) for rows in (none, ROWS, every, True, False)] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_the_opposite_of_true_is_false_and_not_minus_2() -> None:
    assert columns.negated(True) is False
    assert columns.negated(False) is True
    assert columns.negated(ROWS).tolist() == [True, False, True, False]


def test_a_value_is_chosen_or_picked_for_each_row() -> None:
    assert (columns.choose(True, 50, 45.5), columns.choose(False, 50, 45.5)) == (50, 45.5)
    assert columns.choose(ROWS, 50, 45.5).tolist() == [45.5, 50, 45.5, 50]
    assert columns.pick([5, 10, 25], 1) == 10
    assert columns.pick([5, 10, 25], np.array([2, 0])).tolist() == [25, 5]


def test_every_text_of_a_column_has_to_be_known() -> None:
    sexes = ("male", "female")
    assert columns.all_among(np.array(["male", "female"]), sexes) is True
    assert columns.all_among(np.array(["male", "man"]), sexes) is False


def test_what_is_not_finite_is_found_in_one_value_and_in_a_column() -> None:
    assert [columns.all_finite(x) for x in (1.0, NAN, math.inf)] == [True, False, False]
    assert columns.finite(np.array([1.0, NAN, -math.inf])).tolist() == [True, False, False]
    assert columns.all_finite(np.array([1.0, 2.0])) is True
    assert columns.all_finite(np.array([1.0, NAN])) is False


def test_the_greatest_and_the_least_pass_over_what_is_missing() -> None:
    weights = np.array([70.0, NAN, 3.5, 110.0])
    assert (columns.greatest(weights), columns.least(weights)) == (110, 3.5)
    assert (columns.greatest(70.0), columns.least(70.0)) == (70, 70)
    nobody = np.array([])
    assert columns.greatest(nobody) is nobody
    assert columns.least(nobody) is nobody


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([2], "row 2"),
        ([1, 3], "rows 1, 3"),
        ([1, 2, 3, 4, 5], "rows 1, 2, 3, 4, 5"),
        ([1, 2, 3, 4, 5, 9], "rows 1, 2, 3, 4, 5 and 1 more"),
        ([2, 3, 4, 5, 6, 7, 8], "rows 2, 3, 4, 5, 6 and 2 more"),
    ],
)
def test_rows_are_counted_as_a_spreadsheet_counts_them(numbers: list[int], said: str) -> None:
    rows = np.isin(np.arange(1, 11), numbers)
    assert columns.name_rows(rows) == said
    assert columns.in_rows(rows) == f" in {said}"


def test_of_one_value_no_row_is_named() -> None:
    assert columns.in_rows(True) == ""


def test_a_power_a_root_and_a_logarithm_are_those_of_one_value_in_each_row() -> None:
    # ln 70 is 4.248495, x 0.425 is 1.805610; e^1.8 is 6.049647, x e^0.005610 (1.005626) 6.08368
    kg = np.array([70.0, 3.5, 110.0])
    assert columns.power(70.0, 0.425) == pytest.approx(6.08368, abs=1e-5)
    assert columns.power(kg, 0.425).tolist() == [x**0.425 for x in (70.0, 3.5, 110.0)]
    assert columns.power(2.0, np.array([3.0, -1.0])).tolist() == [8, 0.5]
    assert columns.power(np.array([2.0, 3.0]), np.array([3.0, 2.0])).tolist() == [8, 9]
    assert columns.square_root(6.25) == 2.5
    assert columns.square_root(np.array([6.25, 9.0])).tolist() == [2.5, 3]
    assert columns.log10(1000.0) == 3
    assert columns.log10(np.array([1000.0, 0.1])).tolist() == [3, -1]


def test_equal_values_are_worked_once_and_each_row_has_its_own() -> None:
    worked: list[float] = []

    def work(value: float) -> tuple[float, float]:
        worked.append(value)
        return value * 2, value / 2

    twice, half = columns.for_each_different(np.array([10.0, 4.0, 10.0]), work)
    assert (twice.tolist(), half.tolist()) == ([20, 8, 20], [5, 2, 5])
    assert worked == [4, 10]


def test_a_column_of_whole_numbers_is_its_own_rounding() -> None:
    assert columns.rounded(np.array([2.0, 30.0, -4.0]), 9).tolist() == [2.0, 30.0, -4.0]


def test_a_number_is_rounded_as_python_rounds_it_in_each_row() -> None:
    # 2.675 lies just below in binary; 0.125 lies half way and goes to the even digit
    assert columns.rounded(2.675, 2) == 2.67
    assert columns.rounded(np.array([2.675, 0.125, 2.675, 1.0]), 2).tolist() == [
        2.67,
        0.12,
        2.67,
        1,
    ]


def test_the_greatest_of_several_is_taken_row_by_row() -> None:
    assert columns.greatest_of([1.0, 3.0, 2.0]) == 3
    assert columns.greatest_of(iter([1.0, 3.0])) == 3
    found = columns.greatest_of([np.array([1.0, 5.0]), 2.0, np.array([3.0, 4.0])])
    assert found.tolist() == [3, 5]
