"""A column is calculated twice, and every row is what a single patient gets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing import units
from dosing.amputation import read_amputations
from dosing.calculation import measure, second_column, stages
from dosing.calculation.calculate import Dose, calculate
from dosing.calculation.rule import Adjustment, DoseRule, Rounding
from dosing.formulas import body
from dosing.names import ROUNDING_RULES
from dosing.patient import Patient
from dosing.trace import TYPED, stops
from dosing.units import CM, KG, LB, M2, MG, in_unit, quantity
from tests.support.made_up import per_kg, per_m2, rounding

Size = tuple[float, float, str]
BODIES: list[Mapping[str, Any]] = [
    {"weight_basis": "actual"},
    {"weight_basis": "lean"},
    *({"weight_basis": "ideal", "ideal": name} for name in body.IDEAL_WEIGHT),
    *({"weight_basis": "adjusted", "ideal": n, "fraction": 0.4} for n in body.IDEAL_WEIGHT),
    *({"surface": name} for name in body.BSA),
]
AGREES = ("second calculation", "agrees")
sizes = st.lists(
    st.tuples(
        st.integers(300, 2000).map(lambda tenths: tenths / 10),
        st.integers(140, 205).map(float),
        st.sampled_from(["male", "female"]),
    ),
    min_size=1,
    max_size=6,
)


def men_and_women(rows: list[Size], unit: units.Unit = KG) -> Patient:
    weights, heights, sexes = zip(*rows, strict=True)
    return Patient(
        weight=quantity(np.array(weights), unit),
        height=quantity(np.array(heights), CM),
        sex=np.array(sexes),
        size_confirmed=True,
    )


def alone(row: Size, unit: units.Unit) -> Patient:
    weight, height, sex = row
    return Patient(
        weight=quantity(weight, unit), height=quantity(height, CM), sex=sex, size_confirmed=True
    )


def last_step(dose: Dose) -> tuple[str, Any]:
    return dose.steps[-1].what, dose.steps[-1].value


@given(
    rows=sizes,
    which=st.sampled_from(BODIES),
    amount=st.sampled_from(["0.4 g", "15 mg", "2.5 mcg", "100 units", "0.7 mL"]),
    share=st.sampled_from([None, 0.333, 0.75]),
    cap=st.sampled_from([None, 1.5, 60]),
    step=st.sampled_from([None, 0.01, 0.1, 0.25, 1, 5]),
    rule=st.sampled_from(ROUNDING_RULES),
    unit=st.sampled_from([KG, LB]),
    times=st.sampled_from([1, 5]),
)
@settings(max_examples=300, deadline=None)
def test_each_row_is_the_dose_of_that_patient_alone(
    rows: list[Size],
    which: Any,
    amount: str,
    share: Any,
    cap: Any,
    step: Any,
    rule: Any,
    unit: units.Unit,
    times: int,
) -> None:
    per = units.dose(f"{amount}/{'m2' if 'surface' in which else 'kg'}")
    one, number = units.amount(amount).units, float(per.magnitude)
    choices = dict(which)
    if share is not None:
        choices["adjustments"] = (Adjustment(factor=share, reason="x", source=TYPED),)
    if cap is not None:
        choices["cap"] = quantity(float(f"{number * cap:.6g}"), one)
    if step is not None:
        by = quantity(float(f"{number * step:.6g}"), one)
        choices["rounding"] = Rounding(step=by, rule=rule)
    doses = DoseRule(rate=per, **choices)
    column = calculate(doses, men_and_women(rows, unit), times=times)
    assert last_step(column) == AGREES
    singles = [calculate(doses, alone(row, unit), times=times).amount for row in rows]
    assert {single.units for single in singles} == {column.amount.units}
    expected = np.array([single.magnitude for single in singles], dtype=float)
    got = np.broadcast_to(column.amount.magnitude, expected.shape)
    if step is None:
        assert (abs(got - expected) <= np.spacing(expected)).all()
    else:
        # Equal in ticks, as whole numbers of the step are one and the same number.
        assert (got == expected).all()


def test_columns_have_the_ticks_that_were_worked_out_by_hand() -> None:
    # 0.1 mg/kg of 0.5, 1, 1.5 ... kg to 0.1 mg: 0.5, 1, 1.5 ... ticks; a half goes up
    kg = np.arange(1, 61) / 2
    dose = calculate(
        per_kg("0.1 mg/kg", rounding=rounding("0.1 mg", "nearest")),
        Patient(weight=quantity(kg, KG)),
    )
    ticks = [1, 1, 2, 2, 3, 3, 4, 4]
    amounts = np.asarray(in_unit(dose.amount, MG, "dose"))
    assert amounts[:8].tolist() == [tick / 10 for tick in ticks]
    assert last_step(dose) == AGREES


def test_a_dose_beside_a_tie_is_told_by_fractions() -> None:
    # 0.15 mg/kg by 1 kg to 0.1 mg: 1.5 ticks; a thousand millionth of a tick below is not a half
    kg = np.array([1.0, 1.0 - 1e-8, 3.0])
    dose = calculate(
        per_kg("0.15 mg/kg", rounding=rounding("0.1 mg")), Patient(weight=quantity(kg, KG))
    )
    assert np.asarray(in_unit(dose.amount, MG, "dose")).tolist() == [0.2, 0.1, 0.5]
    assert last_step(dose) == AGREES


WRONG = "dose.second_calculation"
TALL = [(70.0 + number, 175.0, "male") for number in range(5)]


def wrong_rows(rule: DoseRule, who: Patient) -> list[bool]:
    found = [f for f in calculate(rule, who).findings if f.code == WRONG]
    if not found:
        return []
    (finding,) = found
    assert finding.level == "STOP"
    assert finding.rows is not None
    return [bool(row) for row in finding.rows]


@pytest.mark.parametrize("name", sorted(body.BSA))
def test_a_wrong_surface_formula_is_noticed_in_a_column(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = body.BSA["haycock" if name != "haycock" else "boyd"]
    wrong = dataclasses.replace(body.BSA[name], function=other.function, inputs=other.inputs)
    rule = per_m2("375 mg/m2", surface=name)
    assert wrong_rows(rule, men_and_women(TALL)) == []
    monkeypatch.setitem(body.BSA, name, wrong)
    assert wrong_rows(rule, men_and_women(TALL)) == [True] * 5


@pytest.mark.hazard("H10")
def test_one_wrong_row_of_many_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.linspace(40, 140, 50_000)
    right: Any = measure._dosing_weight

    def slip(*given: Any) -> Any:
        kg = right(*given).copy()
        kg[31_415] *= 1.00001
        return kg

    rule, who = per_kg("10 mg/kg"), Patient(weight=quantity(weights, KG))
    assert wrong_rows(rule, who) == []
    monkeypatch.setattr(measure, "_dosing_weight", slip)
    assert [row for row, wrong in enumerate(wrong_rows(rule, who)) if wrong] == [31_415]


@pytest.mark.parametrize("slip", [np.nan, np.inf])
def test_an_amount_that_is_no_number_is_noticed(slip: float) -> None:
    entered = second_column.Entered(
        rate=(10.0, "mg/kg"), weight=(np.array([70.0, 80.0, 90.0]), "kg"), basis="actual"
    )
    amounts = np.array([700.0, slip, 900.0])
    assert second_column.differing_rows((amounts, "mg"), entered).tolist() == [False, True, False]


def test_a_forgotten_cap_and_a_rounding_to_the_even_are_noticed_in_a_column(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who = Patient(weight=quantity(np.array([50.0, 60.0]), KG))
    capped = per_kg("20 mg/kg", cap=units.amount("1.1 g"))
    rounded = per_kg("0.25 g/kg", rounding=rounding("5 g"))
    assert wrong_rows(capped, who) == wrong_rows(rounded, who) == []

    def to_even(amount: units.Quantity, step: units.Quantity, rule: str) -> units.Quantity:
        ticks = np.round(in_unit(amount, step.units, "dose") / step.magnitude)
        return quantity(ticks * float(step.magnitude), step.units)

    with monkeypatch.context() as patched:
        patched.setattr(stages, "round_to", to_even)
        # 12.5 g are 2.5 steps of 5 g, of which even is 2; 15 g are 3 steps
        assert wrong_rows(rounded, who) == [True, False]
    monkeypatch.setattr(stages.Calculation, "cap", lambda self, amount: amount)
    assert wrong_rows(capped, who) == [False, True]


def test_a_row_that_is_stopped_for_its_size_does_not_accuse_the_calculation() -> None:
    # Hamwi, a man of 100 cm: -7.7 kg
    rule = per_kg("10 mg/kg", weight_basis="ideal", ideal="hamwi", rounding=rounding("5 mg"))
    dose = calculate(rule, men_and_women([(16.0, 100.0, "male"), (80.0, 175.0, "male")]))
    assert WRONG not in {finding.code for finding in stops(dose.findings)}
    assert last_step(dose) == AGREES


# Of rows that differ a thousand are calculated once more in fractions; a column has to agree by
# itself. Men and women, light and heavy: 1,500 of each.
MANY = 6000


def many(low: float = 40, high: float = 160, **more: Any) -> Patient:
    sizes: dict[str, Any] = {
        "weight": quantity(np.linspace(low, high, MANY), KG),
        "height": quantity(np.resize([160.0, 168.0, 175.0, 181.5, 190.0], MANY), CM),
        "sex": np.resize(["male", "female"], MANY),
        "size_confirmed": True,
    }
    return Patient(**(sizes | more))


def agrees(rule: DoseRule, who: Patient, times: int = 1) -> bool:
    found = calculate(rule, who, times=times)
    return last_step(found) == AGREES and WRONG not in {one.code for one in found.findings}


HALF = Adjustment(factor=0.5, reason="x", source=TYPED)
LONG: dict[str, tuple[DoseRule, int]] = {
    **{
        str([*which.values()]): (DoseRule(rate=units.dose("3 mg/kg"), **which), 1)
        for which in BODIES
        if "surface" not in which
    },
    **{name: (per_m2("375 mg/m2", surface=name), 1) for name in body.BSA},
    "of a day": (per_kg("9 mg/kg/day"), 1),
    "in three doses a day": (per_kg("9 mg/kg/day", doses_a_day=3), 1),
    "not divided": (per_kg("9 mg/kg", doses_a_day=3), 1),
    "five times, half, at most": (
        per_kg("0.01 g/kg", adjustments=(HALF, HALF), cap=units.amount("250 mg")),
        5,
    ),
    **{name: (per_kg("2 mg/kg", rounding=rounding("7 mg", name)), 1) for name in ROUNDING_RULES},
}


@pytest.mark.parametrize("name", LONG)
def test_a_column_of_thousands_agrees_in_every_row(name: str) -> None:
    rule, times = LONG[name]
    assert agrees(rule, many(), times)


def test_a_column_of_thousands_agrees_with_what_was_lost_by_amputation() -> None:
    lost = read_amputations(["below knee left"])
    for rule in (per_m2("375 mg/m2"), per_kg("3 mg/kg", weight_basis="lean"), per_kg("3 mg/kg")):
        assert agrees(rule, many(amputated=lost))


def test_a_column_of_thousands_of_infants_agrees_around_ten_kilograms() -> None:
    # From 10 kg on the surface by Livingston and Lee has another factor.
    by_size = per_m2("100 mg/m2", surface="livingston_lee")
    assert agrees(by_size, Patient(weight=quantity(np.linspace(8, 12, MANY), KG)))
    assert agrees(by_size, Patient(weight=quantity(np.full(MANY, 10.0), KG)))


def test_a_column_of_thousands_agrees_at_the_ties_of_its_rounding() -> None:
    # 0.1 mg/kg of 0.5, 1.5, 2.5 ... kg to 0.1 mg: each half way between two steps
    at_ties = Patient(weight=quantity(np.resize(np.arange(1, 199, 2) / 2, MANY), KG))
    assert agrees(per_kg("0.1 mg/kg", rounding=rounding("0.1 mg")), at_ties)
    for name in ROUNDING_RULES:  # and of whole kg to 0.1 mg: each a whole step
        whole = Patient(weight=quantity(np.resize(np.arange(1.0, 99), MANY), KG))
        assert agrees(per_kg("0.1 mg/kg", rounding=rounding("0.1 mg", name)), whole)


def test_a_column_longer_than_one_stretch_agrees_in_all_of_its_facts() -> None:
    # Rows are taken by 16,384.
    rows = 20_000
    shares = np.linspace(0.3, 0.5, rows)
    who = Patient(
        weight=quantity(np.linspace(50, 110, rows), KG),
        height=quantity(np.linspace(190, 150, rows), CM),
        sex=np.resize(["male", "female"], rows),
        hematocrit=shares,
    )
    volume = units.dose("1000 mL/L-plasma")
    assert agrees(DoseRule(rate=volume, plasma="nadler"), who)
    assert agrees(DoseRule(rate=volume, plasma="kaplan"), who)
    one_height = dataclasses.replace(who, height=quantity(175.0, CM), sex="female", hematocrit=0.4)
    assert agrees(DoseRule(rate=volume, plasma="nadler"), one_height)
    typed = Patient(surface=quantity(np.linspace(1.2, 2.4, rows), M2))
    assert agrees(per_m2("375 mg/m2"), typed)


BANDS = (("10 mg", "20 mg", "20 mg"), ("20 mg", "30 mg", "25 mg"))


def test_a_column_of_thousands_is_banded_once_and_to_the_edges() -> None:
    # 1 mg/kg of 12 kg: 20 mg, which is the start of the next band
    for kilograms, milligrams in (
        (9.0, 9.0),
        (10.0, 20.0),
        (12.0, 20.0),
        (20.0, 25.0),
        (30.0, 30.0),
    ):
        entered = second_column.Entered(
            rate=(1.0, "mg/kg"),
            weight=(np.full(MANY, kilograms), "kg"),
            basis="actual",
            bands=BANDS,
        )
        amounts = np.full(MANY, milligrams)
        assert not second_column.differing_rows((amounts, "mg"), entered).any(), kilograms


def test_a_column_of_thousands_is_banded_by_weight_where_an_end_is_open() -> None:
    bands = ((None, "14 kg", "72 mg"), ("14 kg", None, "84 mg"))
    for kilograms, milligrams in ((9.0, 72.0), (14.0, 84.0), (15.0, 84.0)):
        entered = second_column.Entered(
            rate=(6.0, "mg/kg"),
            weight=(np.full(MANY, kilograms), "kg"),
            basis="actual",
            bands=bands,
            banded_by="weight",
        )
        amounts = np.full(MANY, milligrams)
        assert not second_column.differing_rows((amounts, "mg"), entered).any(), kilograms


def test_rows_that_differ_are_named_beyond_those_that_are_calculated_once_more() -> None:
    # 1 mg/kg of 70 kg is 70 mg, whatever the first calculation says
    entered = second_column.Entered(
        rate=(1.0, "mg/kg"), weight=(np.full(MANY, 70.0), "kg"), basis="actual"
    )
    amounts = np.resize([70.0, 70.0001, 69.9999], MANY)
    found = second_column.differing_rows((amounts, "mg"), entered)
    assert found.tolist() == [False, True, True] * (MANY // 3)


def test_a_very_small_or_great_number_is_handed_over_in_plain_digits() -> None:
    """Python writes 0.00001 as 1e-05 and 10^16 as 1e+16, which no text of an amount may be."""
    entered = second_column.Entered(rate=(np.array([1e-05, 1e16, 2.5]), "g"))
    rates = [texts["rate"] for _, texts in entered.texts(range(3))]
    assert rates == ["0.00001 g", "10000000000000000 g", "2.5 g"]
