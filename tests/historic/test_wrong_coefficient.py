"""A calculator had a wrong coefficient, and was used.

A calculator for rheumatologists gave scores 15 to 20 % too high, or 50 % too low, and was recalled.
Two equations of the kidney in a public program had wrong coefficients, one by about 20 %.

Seen: J. Mack, The First Ever Dear Doctor Letter (of October 2011),
https://www.pharma-mkting.com/blog/the-first-ever-dear-doctor-letter/
and clinPK, pull requests 30 and 31, https://github.com/InsightRX/clinPK/pull/30
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dosing.columns import square_root
from dosing.formulas import body
from tests.historic.walking import BODY, ask_in
from tests.support.asking import Ask


def test_the_second_calculation_stops_a_wrong_coefficient(
    ask: Ask, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Mosteller's 3600 as 3006, as a digit is exchanged.
    monkeypatch.setattr(body, "square_root", lambda square: square_root(square * 3600 / 3006))
    said = ask_in(ask, known, "dose", "--rate", "375 mg/m2", "--surface", "mosteller", *BODY)
    assert said.code == 3
    # 70 x 175 / 3006 = 4.0751829, root 2.0187082 m2; x 375 = 757.0156 mg
    (line,) = said.out.splitlines()
    assert line.startswith("STOP  The second calculation gives a different amount from 757.0155")
    assert line.endswith(" mg; use neither.  [dose.second_calculation; arithmetic]")


def test_the_equations_of_the_kidney_have_the_coefficients_of_their_papers(
    ask: Ask,
) -> None:
    # At 0.7 mg/dL the curve of both is 1 in a woman, so that the coefficients stand alone:
    # 2021: 142 x 1.012 x 0.9938^50 = 143.704 x 0.73274 = 105.30
    # 2009: 141 x 1.018 x 0.993^50 = 143.538 x 0.70382 = 101.03
    woman = ("--sex", "female", "--age", "50 years", "--creatinine", "0.7 mg/dL", *BODY)
    said = ask("body", *woman, program="posology")
    assert "ckd epi 2021       105.3 mL/min/1.73m2" in said.out
    assert "ckd epi 2009       101.03 mL/min/1.73m2" in said.out
