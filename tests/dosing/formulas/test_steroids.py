"""Steroid equivalence: cases from outside, and what is refused."""

from __future__ import annotations

import json
import re

import pytest

from commands.dosing import main
from dosing.errors import InputError
from dosing.formulas.steroids import STEROIDS, equivalent
from dosing.units import MG, amount, in_unit, ordinary_spaces, quantity
from tests.support.outside import case_id, holds, rows

CASES = rows("steroid_conversion", "steroid_conversion_cc_by_sa")
REJECTS = rows("steroid_rejects", "steroid_rejects_cc_by_sa")


def converted(row: dict[str, str]) -> float:
    found = equivalent(
        amount=quantity(float(row["dose_mg"]), MG), of=row["from_drug"], to=row["to_drug"]
    )
    return float(in_unit(found.amount, MG, "amount"))


@pytest.mark.parametrize("row", CASES, ids=case_id)
def test_an_equivalent_is_what_the_source_prints(row: dict[str, str]) -> None:
    assert holds(row, converted(row))


@pytest.mark.parametrize("row", REJECTS, ids=case_id)
def test_what_a_source_prints_wrongly_does_not_come_out(row: dict[str, str]) -> None:
    assert not holds(row, converted(row))


def test_the_table_is_what_the_cases_from_outside_state() -> None:
    stated = re.compile(r"(\w+) ([0-9.]+) mg")
    for row in CASES:
        pair = stated.findall(row["equivalents"])
        assert [STEROIDS[name].mg for name, _ in pair] == [float(mg) for _, mg in pair]


def test_a_drug_outside_the_table_is_refused_with_those_in_it() -> None:
    with pytest.raises(InputError, match="write prednisolone, prednisone") as raised:
        equivalent(amount=amount("70 mg"), of="methyl", to="fludrocortisone")
    assert [problem.field for problem in raised.value.problems] == ["from", "to"]


@pytest.mark.parametrize(("mg", "typed"), [(0.0, "0 mg"), (-1.0, "-1 mg")])
def test_an_amount_of_nothing_or_less_has_no_equivalent(mg: float, typed: str) -> None:
    with pytest.raises(InputError) as refused:
        equivalent(amount=quantity(mg, MG), of="prednisolone", to="hydrocortisone")
    said = f'amount: "{typed}" is not above zero; write "70 mg"'
    assert ordinary_spaces(str(refused.value)) == said


def test_what_is_from_memory_says_so_in_its_step() -> None:
    found = equivalent(amount=amount("6 mg"), of="deflazacort", to="prednisolone")
    assert float(found.amount.magnitude) == 5
    assert [step.source.confirmed for step in found.steps] == [True, False, True, True]


def test_the_command_converts_and_warns(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["steroid", "--from", "methylprednisolone 70 mg", "--to", "prednisolone"]
    assert main([*asked, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["amount"] == {"value": 87.5, "unit": "mg", "text": "87.5 mg"}
    assert said["findings"][0]["code"] == "steroid.equivalence"
    assert main(asked) == 0
    assert capsys.readouterr().out.startswith("prednisolone 87.5 mg\n")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("methylprednisolone", 'from: is missing; write "methylprednisolone 70 mg"'),
        ("methylprednisolone 70", "has no unit"),
        ("methylprednisolone 0 mg", "is zero"),
        ("hydrocortisol 70 mg", "is not in the table of equivalents"),
    ],
)
def test_the_command_refuses_what_it_cannot_convert(
    given: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["steroid", "--from", given, "--to", "prednisolone"]) == 2
    assert why in capsys.readouterr().err
