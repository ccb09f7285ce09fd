from __future__ import annotations

import ast
import dataclasses
import random
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dosing import units
from dosing.calculation import measure, second, stages
from dosing.calculation.calculate import calculate
from dosing.calculation.rule import Adjustment, DoseRule, Rounding
from dosing.formulas import body
from dosing.infusion import second as second_infusion
from dosing.names import ROUNDING_RULES
from dosing.patient import Patient
from dosing.trace import TYPED, stops
from dosing.units import CM, KG, LB, MG, in_unit, quantity
from tests.support.made_up import patient, per_kg, per_m2, rounding, spoken

WRONG = ("STOP", "dose.second_calculation")


def verdicts(rule: DoseRule, who: Patient) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in calculate(rule, who).findings]


def imported(module: ModuleType) -> set[str]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import reaches into this package"
            names.add(str(node.module))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"__import__", "eval", "exec"}
    return names - {"__future__"}


@pytest.mark.parametrize(
    ("module", "of_ours"), [(second, set()), (second_infusion, {"dosing.calculation.second"})]
)
def test_it_imports_neither_pint_nor_numpy_nor_the_first_calculation(
    module: ModuleType, of_ours: set[str]
) -> None:
    names = imported(module)
    assert {name for name in names if name.startswith("dosing")} == of_ours
    others = {name.split(".")[0] for name in names - of_ours}
    assert others <= set(sys.stdlib_module_names) - {"importlib"}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"rate": "0.4 g/kg", "weight": "70 kg", "basis": "actual"}, "28000"),
        ({"rate": "600 mg"}, "600"),
        ({"rate": "50 mcg/kg", "weight": "70 kg", "basis": "actual"}, "3.5"),
        # 100 lb are 45.359237 kg
        ({"rate": "50 mg/kg", "weight": "100 lb", "basis": "actual"}, "2267.96185"),
        ({"rate": "50 mg/kg", "weight": "3500 g", "basis": "actual"}, "175"),
        ({"rate": "15 mg/kg/day", "weight": "9 kg", "basis": "actual", "doses_a_day": 2}, "67.5"),
        ({"rate": "375 mg/m2", "surface": "1.8 m2"}, "675"),
        # sqrt(120 x 30 / 3600) is 1
        (
            {"rate": "375 mg/m2", "weight": "30 kg", "height": "1.2 m", "formula": "mosteller"},
            "375",
        ),
        ({"rate": "0.4 g/kg", "weight": "70 kg", "basis": "actual", "times": 5}, "140000"),
        ({"rate": "100 mg", "factors": [0.75, 0.5]}, "37.5"),
        ({"rate": "20 mg/kg", "weight": "70 kg", "basis": "actual", "cap": "1 g"}, "1000"),
        (
            {"rate": "20 mg/kg", "weight": "70 kg", "basis": "actual", "cap": "1 g", "times": 5},
            "5000",
        ),
        ({"rate": "250 mg", "step": "100 mg", "rounding": "nearest"}, "300"),
        ({"rate": "250 mg", "step": "100 mg", "rounding": "down"}, "200"),
        ({"rate": "250 mg", "step": "100 mg", "rounding": "up"}, "300"),
        ({"rate": "300 mg", "step": "100 mg", "rounding": "up"}, "300"),
        ({"rate": "249.9 mg", "step": "0.1 g", "rounding": "nearest"}, "200"),
        # 152.4 cm are 60 inches
        (
            {
                "rate": "1 mg/kg",
                "weight": "80 kg",
                "height": "60 in",
                "sex": "female",
                "basis": "ideal",
                "ideal": "devine",
            },
            "45.5",
        ),
        (
            {
                "rate": "1 mg/kg",
                "weight": "80 kg",
                "height": "5 ft",
                "sex": "male",
                "basis": "adjusted",
                "ideal": "devine",
                "fraction": 0.4,
            },
            "62",
        ),
        (
            {
                "rate": "1 mg/kg",
                "weight": "40 kg",
                "height": "5 ft",
                "sex": "male",
                "basis": "adjusted",
                "ideal": "devine",
                "fraction": 0.4,
            },
            "40",
        ),
    ],
)
def test_it_gives_the_amount_that_was_worked_out_by_hand(
    inputs: dict[str, Any], expected: str
) -> None:
    assert second.amount(**inputs) == Fraction(expected)


@pytest.mark.parametrize(
    "inputs",
    [
        {"rate": "1 mg/kg", "basis": "actual"},
        {"rate": "1 mg/m2", "weight": "70 kg", "formula": "mosteller"},
        {"rate": "1 mg/m2", "height": "70 cm", "formula": "mosteller"},
        {"rate": "1 mg/kg", "weight": "70 kg", "height": "70 kg", "sex": "male", "basis": "lean"},
        {"rate": "1 mg", "step": "1 mg", "rounding": "half even"},
        {"rate": "1 mg", "step": "1 mg"},
        {
            "rate": "1 mg/kg",
            "weight": "70 kg",
            "height": "175 cm",
            "sex": "male",
            "basis": "other",
            "ideal": "devine",
        },
    ],
)
def test_it_refuses_what_it_does_not_know(inputs: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        second.amount(**inputs)


def test_a_dose_half_way_between_two_is_rounded_up_where_the_surface_has_a_whole_root() -> None:
    """160 cm x 67.6 kg / 3,600 is 676/225, its root 26/15 m2; x 375 mg/m2 is 650 mg exactly."""
    dose = second.amount(
        rate="375 mg/m2",
        weight="67.6 kg",
        height="160 cm",
        formula="mosteller",
        step="100 mg",
        rounding="nearest",
    )
    assert dose == 700


def test_it_agrees_within_a_billionth_and_no_further() -> None:
    assert second.agrees("28 g", Fraction(28000))
    assert second.agrees("28.00000001 g", Fraction(28000))
    assert not second.agrees("28.0000001 g", Fraction(28000))
    assert not second.agrees("28 mg", Fraction(28000))
    assert second.agrees("0 mg", Fraction(0))
    assert not second.agrees("0.000001 mg", Fraction(0))
    assert second.agrees("1050 mg/day", Fraction(1050))


CASES = 12_000
BASES: list[dict[str, Any]] = [
    {"weight_basis": "actual"},
    {"weight_basis": "lean"},
    *({"weight_basis": "ideal", "ideal": name} for name in body.IDEAL_WEIGHT),
    *(
        {"weight_basis": "adjusted", "ideal": name, "fraction": share}
        for name in body.IDEAL_WEIGHT
        for share in (0.25, 0.4)
    ),
]


def random_case(pick: random.Random) -> tuple[DoseRule, Patient, int]:
    """Make up a case; a quarter of the roundings are ties or whole counts on purpose."""
    kilograms = round(pick.uniform(20, 200), pick.choice([0, 1, 1, 2]))
    weight = pick.choice(
        [quantity(kilograms, KG), quantity(round(kilograms * 2.2), LB), quantity(kilograms, KG)]
    )
    size: dict[str, Any] = {
        "weight": weight,
        "height": pick.choice([quantity(pick.randint(140, 205), CM), units.height("5.75 ft")]),
        "sex": pick.choice(["male", "female"]),
    }
    choices: dict[str, Any] = {}
    amount = pick.choice(["0.4 g", "15 mg", "1.5 mg", "375 mg", "2.5 mcg", "100 units", "0.7 mL"])
    day = pick.choice(["", "", "/day"])
    if pick.random() < 0.5:
        choices |= pick.choice(BASES)
        text = f"{amount}/kg{day}"
    else:
        choices["surface"] = pick.choice(list(body.BSA))
        text = f"{amount}/m2{day}"
        if pick.random() < 0.2:
            size["surface"] = quantity(pick.randint(50, 300) / 100, units.M2)
    if day:
        choices["doses_a_day"] = pick.randint(1, 4)
    rate = units.dose(text)
    unit = units.parts(rate.units).amount
    if pick.random() < 0.4:
        factors = pick.sample([0.25, 0.5, 0.75, 0.8, 0.333, 1.25], pick.randint(1, 2))
        choices["adjustments"] = tuple(
            Adjustment(factor=factor, reason="x", source=TYPED) for factor in factors
        )
    if pick.random() < 0.4:
        factor = pick.choice([1, 1.5, 30, 60])
        choices["cap"] = quantity(float(f"{rate.magnitude * factor:.6g}"), unit)
    if pick.random() < 0.8:
        step = float(rate.magnitude) * pick.choice([0.01, 0.1, 0.25, 1, 2, 5, 20])
        if pick.random() < 0.3:
            # a weight of 2.5 steps and the like: an exact half, or an exact step
            size["weight"] = quantity(pick.randint(40, 390) / 2, KG)
            step = float(rate.magnitude)
        step = float(f"{step:.6g}")
        choices["rounding"] = Rounding(step=quantity(step, unit), rule=pick.choice(ROUNDING_RULES))
    times = pick.choice([1, 1, 1, 5])
    return DoseRule(rate=rate, **choices), Patient(size_confirmed=True, **size), times


@pytest.mark.parametrize("seed", range(8))
def test_both_calculations_agree_in_thousands_of_random_cases(seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311 - made-up patients, not a secret
    for _ in range(CASES // 8):
        rule, who, times = random_case(pick)
        result = calculate(rule, who, times=times)
        found = [finding.code for finding in stops(result.findings)]
        assert "dose.second_calculation" not in found, (rule, who, times)
        assert result.steps[-1].what == "second calculation"
        assert result.steps[-1].value == "agrees"


@pytest.mark.parametrize("rule", ROUNDING_RULES)
@pytest.mark.parametrize("half_steps", range(1, 60))
def test_both_calculations_agree_on_every_tie(rule: Any, half_steps: int) -> None:
    # 0.1 mg/kg by a weight of n/2 kg, to 0.1 mg: exactly n/2 steps, such as 2.5.
    choice = per_kg("0.1 mg/kg", rounding=rounding("0.1 mg", rule))
    who = Patient(weight=quantity(half_steps / 2, KG))
    result = calculate(choice, who)
    whole, half = divmod(half_steps, 2)
    expected = whole + (half if rule in ("nearest", "up") else 0)
    assert in_unit(result.amount, MG, "dose") == expected / 10
    assert result.steps[-1].what == "second calculation"


@pytest.mark.parametrize("tenths", [5, 35, 50, 99, 100, 101])
def test_both_calculations_agree_on_the_surface_of_an_infant(tenths: int) -> None:
    who = Patient(weight=quantity(tenths / 10, KG))
    result = calculate(per_m2("100 mg/m2", surface="livingston_lee"), who)
    assert result.steps[-1].what == "second calculation"


def test_two_calculations_that_agree_are_a_step_without_a_finding() -> None:
    result = calculate(per_m2("375 mg/m2", rounding=rounding("100 mg")), patient())
    assert result.findings == ()
    assert result.steps[-1].what == "second calculation"


@pytest.mark.hazard("H10")
@pytest.mark.parametrize("name", sorted(body.BSA))
def test_a_wrong_surface_formula_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = body.BSA["haycock" if name != "haycock" else "boyd"]
    wrong = dataclasses.replace(body.BSA[name], function=other.function, inputs=other.inputs)
    assert verdicts(per_m2("375 mg/m2", surface=name), patient()) == []
    monkeypatch.setitem(body.BSA, name, wrong)
    assert verdicts(per_m2("375 mg/m2", surface=name), patient()) == [WRONG]


def test_a_surface_wrong_by_a_millionth_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = body.BSA["mosteller"]

    def slip(*, weight: units.Quantity, height: units.Quantity) -> units.Quantity:
        found = right(weight=weight, height=height)
        return quantity(found.magnitude * 1.000001, found.units)

    monkeypatch.setitem(body.BSA, "mosteller", dataclasses.replace(right, function=slip))
    assert verdicts(per_m2("375 mg/m2"), patient()) == [WRONG]


@pytest.mark.parametrize("name", ["devine", "robinson", "miller", "hamwi"])
def test_a_wrong_ideal_weight_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {"devine": "robinson", "robinson": "miller", "miller": "hamwi", "hamwi": "devine"}
    rule = per_kg("10 mg/kg", weight_basis="ideal", ideal=name)
    heavy = patient(weight=units.weight("90 kg"))
    assert verdicts(rule, heavy) == []
    monkeypatch.setitem(body.IDEAL_WEIGHT, name, body.IDEAL_WEIGHT[others[name]])
    assert verdicts(rule, heavy) == [WRONG]


def test_a_rounding_to_the_even_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def to_even(amount: units.Quantity, step: units.Quantity, rule: str) -> units.Quantity:
        ticks = round(in_unit(amount, step.units, "dose") / step.magnitude)
        return quantity(ticks * float(step.magnitude), step.units)

    # 70 kg by 0.25 g/kg are 17.5 g, 3.5 steps of 5 g; 50 kg are 12.5 g, 2.5 steps: even is 2.
    rule = per_kg("0.25 g/kg", rounding=rounding("5 g"))
    half = patient(weight=units.weight("50 kg"))
    assert verdicts(rule, half) == []
    monkeypatch.setattr(stages, "round_to", to_even)
    assert verdicts(rule, half) == [WRONG]


def test_a_cap_that_is_forgotten_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = per_kg("20 mg/kg", cap=units.amount("1 g"))
    assert verdicts(rule, patient()) == []
    monkeypatch.setattr(stages.Calculation, "cap", lambda self, amount: amount)
    assert verdicts(rule, patient()) == [WRONG]


def test_a_wrong_conversion_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    who = patient(weight=units.weight("154 lb"))
    assert verdicts(per_kg("1 mg/kg"), who) == []
    monkeypatch.setattr(measure, "_dosing_weight", lambda *given: 154 / 2.2)
    assert verdicts(per_kg("1 mg/kg"), who) == [WRONG]


def test_the_stop_says_which_amount_not_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "_dosing_weight", lambda *given: 71.0)
    (finding,) = calculate(per_kg("0.4 g/kg"), patient()).findings
    assert spoken(finding.text) == (
        "The second calculation gives a different amount from 28.4 g; use neither."
    )
