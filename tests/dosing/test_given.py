"""A dose that was given, per kg and per m2."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.errors import InputError
from dosing.given import given_per_size
from dosing.trace import RefusedError


def test_a_dose_is_told_per_kg_and_per_m2() -> None:
    # 700 / 70 = 10 mg/kg; 175 x 70 / 3600 = 3.40278, root 1.844662 m2: 379.4734 mg/m2.
    told = given_per_size("700 mg", weight="70 kg", height="175 cm", surface="mosteller")
    assert told["per kg"].magnitude == 10
    assert told["per m2"].magnitude == pytest.approx(379.4734, abs=1e-4)
    assert list(given_per_size("700 mg", bsa="2 m2")) == ["per m2"]


@pytest.mark.parametrize(
    ("given", "facts", "fields"),
    [
        ("28", {"weight": "70 kg"}, ["given"]),
        ("28 g", {}, ["weight"]),
        ("28 g", {"weight": "70 kg", "surface": "mostly"}, ["surface"]),
        ("28 g", {"weight": "70 kg", "bsa": "1.8 m2", "surface": "mosteller"}, ["surface"]),
        ("28 g", {"weight": "70 kg", "surface": "mosteller"}, ["height"]),
    ],
)
def test_what_is_wrong_is_named(given: str, facts: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        given_per_size(given, **facts)
    assert [problem.field for problem in caught.value.problems] == fields


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"weight": ["70 kg", "80 kg"]}, ["weight"]),
        ({"bsa": ["1.8 m2", "2 m2"]}, ["bsa"]),
        ({"weight": ["70 kg", "80 kg"], "bsa": ["1.8 m2", "2 m2"]}, ["weight", "bsa"]),
    ],
)
def test_a_column_is_refused_because_one_dose_was_given_to_one_patient(
    facts: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(InputError, match="is a column; give one value") as caught:
        given_per_size("700 mg", **facts)
    assert [problem.field for problem in caught.value.problems] == fields


def test_a_size_that_nobody_has_is_refused() -> None:
    with pytest.raises(RefusedError):
        given_per_size("28 g", weight="900 kg")
