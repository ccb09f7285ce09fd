"""What goes with every equation: for whom it was made, where it goes wrong, what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dosing import units
from dosing.errors import InputError, Problem
from dosing.formulas.formula import ADULT_AGE, Formula, Range, by_sex, fraction, number
from dosing.trace import Source
from dosing.units import CM, KG, YEAR, in_unit, ordinary_spaces, quantity

MADE_UP = Formula(
    name="made_up",
    title="Made-up",
    function=lambda weight, height: weight,
    inputs=("weight", "height"),
    source=Source(cite="a paper", confirmed=True),
    population="adults",
    valid=(
        Range(field="age", unit=YEAR, low=18, high=80, wrong_below=6),
        Range(field="height", unit=CM, low=120),
    ),
    # it turns back above 100 kg
    falls=lambda weight, height: in_unit(weight, KG, "weight") > in_unit(height, CM, "height") - 50,
)
SIZE = {"weight": units.weight("70 kg"), "height": units.height("150 cm")}


def outside(**inputs: Any) -> list[tuple[str, str, str]]:
    found = MADE_UP.outside(**inputs)
    return [(one.level, one.code, ordinary_spaces(one.text)) for one in found]


def problem_of(call: Any, *args: Any) -> Problem:
    with pytest.raises(InputError) as error:
        call(*args)
    (problem,) = error.value.problems
    return problem


@pytest.mark.parametrize(
    ("low", "high", "words", "inside", "beyond"),
    [
        (18, None, "age from 18 years", (18, 90), (17,)),
        (None, 80, "age up to 80 years", (1, 80), (81,)),
        (18, 80, "age 18 years to 80 years", (18, 80), (17, 81)),
    ],
)
def test_a_range_holds_up_to_its_ends(
    low: float | None,
    high: float | None,
    words: str,
    inside: tuple[float, ...],
    beyond: tuple[float, ...],
) -> None:
    made = Range(field="age", unit=YEAR, low=low, high=high)
    assert ordinary_spaces(str(made)) == words
    assert [bool(made.excludes(quantity(float(x), YEAR))) for x in inside] == [False] * len(inside)
    assert [bool(made.excludes(quantity(float(x), YEAR))) for x in beyond] == [True] * len(beyond)
    # without a limit it goes wrong for nobody
    assert bool(made.goes_wrong(quantity(1.0, YEAR))) is False


def test_an_adult_is_18_and_below_6_an_equation_of_adults_goes_wrong() -> None:
    # proposed in plausibility.toml, and named on every finding that it leads to
    ages = [units.age(text) for text in ("5 years", "71 months", "6 years", "17 years", "18 years")]
    assert [bool(ADULT_AGE.excludes(age)) for age in ages] == [True, True, True, True, False]
    assert [bool(ADULT_AGE.goes_wrong(age)) for age in ages] == [True, True, False, False, False]


def test_outside_its_people_it_warns_and_where_it_goes_wrong_it_stops() -> None:
    made_for = "Made-up was made for adults (age 18 years to 80 years); here: "
    assert outside(**SIZE, age=units.age("48 years")) == []
    assert outside(**SIZE) == []
    assert outside(**SIZE, age=units.age("17 years")) == [
        ("WARN", "formula.outside_range.age", f"{made_for}17 years.")
    ]
    assert outside(**SIZE, age=units.age("5 years")) == [
        (
            "STOP",
            "formula.wrong.age",
            f"{made_for}5 years, and below 6 years it goes wrong.",
        )
    ]


def test_of_a_column_each_row_has_its_own_finding() -> None:
    ages = quantity(np.array([48.0, 17.0, 5.0, 85.0]), YEAR)
    warned, stopped = MADE_UP.outside(**SIZE, age=ages)
    assert (warned.level, stopped.level) == ("WARN", "STOP")
    assert warned.rows is not None
    assert stopped.rows is not None
    assert warned.rows.tolist() == [False, True, False, True]
    assert stopped.rows.tolist() == [False, False, True, False]
    assert "here: 2 rows." in warned.text
    assert "here: 1 row, and below" in stopped.text


def test_where_it_falls_as_the_weight_rises_it_stops() -> None:
    heavy = {"weight": units.weight("101 kg"), "height": units.height("150 cm")}
    said = "Made-up goes wrong here: it falls as the weight rises."
    assert outside(**heavy) == [("STOP", "formula.wrong.weight", said)]
    # without the height that it needs nothing can be said of it
    assert outside(weight=heavy["weight"]) == []


def test_each_range_is_looked_at_by_itself() -> None:
    short = {"weight": units.weight("40 kg"), "height": units.height("119 cm")}
    for more in ({}, {"age": units.age("48 years")}):
        assert [code for _, code, _ in outside(**short, **more)] == ["formula.outside_range.height"]


def test_it_asks_for_every_input_that_it_needs() -> None:
    assert MADE_UP(**SIZE, age=None) == SIZE["weight"]
    with pytest.raises(InputError) as error:
        MADE_UP(age=units.age("48 years"))
    assert [problem.field for problem in error.value.problems] == ["weight", "height"]


def test_a_measurement_is_above_zero_and_of_a_column_the_row_is_named() -> None:
    assert number(units.weight("3500 g"), KG, "weight") == 3.5
    assert number(units.weight("500 g"), KG, "weight") == 0.5
    one = problem_of(number, quantity(0.0, KG), KG, "weight")
    assert (one.typed, one.why) == ("0.0", "is not above zero")
    column = problem_of(number, quantity(np.array([70.0, 0.0]), KG), KG, "weight")
    assert (column.typed, column.why) == ("", "is not above zero in row 2")


def test_a_fraction_lies_between_0_and_1_also_in_a_column() -> None:
    assert fraction(0.4, "fraction", "0.4") == 0.4
    shares = np.array([0.01, 0.4, 0.99])
    assert fraction(shares, "fraction", "0.4") is shares
    why = "is not a fraction between 0 and 1"
    for wrong in (0, 1, -0.5, 1.5, "0.4", None):
        assert problem_of(fraction, wrong, "fraction", "0.4").why == why
    for column in ([0.4, 0.0], [0.4, 1.0], [0.4, -0.5], [0.4, 1.5], [0.4, float("nan")]):
        problem = problem_of(fraction, np.array(column), "fraction", "0.4")
        assert (problem.typed, problem.why) == ("", f"{why} in row 2")
    assert problem_of(fraction, np.array([1, 2]), "fraction", "0.4").why == f"{why} in rows 1, 2"
    assert problem_of(fraction, np.array(["0.4"]), "fraction", "0.4").why == why


def test_a_constant_goes_by_the_sex_and_none_is_taken_for_granted() -> None:
    values = {"male": 50.0, "female": 45.5}
    assert (by_sex("male", values), by_sex("female", values)) == (50, 45.5)
    column = by_sex(np.array(["female", "male"]), values)
    assert column.tolist() == [45.5, 50]
    for sex, typed, why in ((None, "", "is missing"), ("man", "man", "is not known here")):
        problem = problem_of(by_sex, sex, values)
        assert (problem.typed, problem.why) == (typed, why)
        assert problem.accepted == "write male or female"
    assert "man" in problem_of(by_sex, np.array(["male", "man"]), values).typed
