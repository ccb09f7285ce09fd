"""A slice of the comparison with exact fractions: nothing differs, and a wrong number would."""

from __future__ import annotations

import pytest

from dosing.columns import square_root
from dosing.formulas import body
from tests.support.assurance import differs, exact, run

SURFACE = {"rate": "375 mg/m2", "surface": "mosteller", "weight": "70 kg", "height": "175 cm"}


def test_a_slice_of_each_kind_is_exact() -> None:
    compared, without, different = run(200, seed=2)
    assert different == []
    assert set(compared) == {"flat", "per kg", "per kg a day", "per m2"}
    assert compared.total() + without.total() == 200
    assert compared.total() > 150


def test_the_fractions_are_what_is_derived_by_hand() -> None:
    # 154 lb are 69.85322498 kg, x 2.5 is 174.63306245 mg, down to 25 mg is 150 mg
    asked = {"rate": "2.5 mg/kg", "basis": "actual", "weight": "154 lb"}
    assert exact({**asked, "round_to": "25 mg", "rounding": "down"}) == 150


def test_a_wrong_coefficient_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert differs(SURFACE) is False
    monkeypatch.setattr(body, "square_root", lambda square: square_root(square * 1.0000001))
    assert differs(SURFACE) is True
