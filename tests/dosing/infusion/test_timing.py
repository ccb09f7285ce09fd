"""How long a dose takes on a ladder whose bag nobody knows: by hand, and by the fact sheet."""

from __future__ import annotations

import pytest

from dosing.infusion.timing import timed
from dosing.units import amount, weight
from schedules.library.reader import read_ladder
from tests.support.places import ROOT

TIMES = [
    # 25+50+75+100+125+150 mg run in 180 min; the 175 mg that are left run at 350 mg/h: 30 min.
    ("rituximab-first", "700 mg", None, 210),
    # 50+100+150 mg in 90 min; 400 mg at 400 mg/h: 60 min.
    ("rituximab-later", "700 mg", None, 150),
    # The label's 7 steps give 700 mg in 210 min; 300 mg at 400 mg/h: 45 min.
    ("rituximab-first", "1000 mg", None, 255),
    # Fact sheet 1A: 30 g, 70 kg, 2 h 25 min (145.4 min), in mg/kg/min and in mL/kg/h of 10 %.
    # 157.5 mL in 2 h; 142.5 mL at 336 mL/h: 142.5 / 336 x 60 = 25.446 min.
    ("immunoglobulin-privigen-us", "30 g", "70 kg", 145.446),
    ("immunoglobulin-privigen-eu", "30 g", "70 kg", 145.446),
    # Stated lengths: 20 % in 30 min and 80 % in 60 min; 60 min; not less than 25 min.
    ("rituximab-90-min", "700 mg", None, 90),
    ("efgartigimod-alfa-60-min", "700 mg", None, 60),
    ("eculizumab-25-to-45-min", "900 mg", None, 25),
]


@pytest.mark.parametrize(("name", "dose", "body", "expected"), TIMES)
def test_a_dose_is_timed_on_its_ladder_without_a_bag(
    name: str, dose: str, body: str | None, expected: float
) -> None:
    drug, ladder = read_ladder(ROOT, name)
    found = timed(
        drug, ladder, amount(dose, "dose"), weight=weight(body, "weight") if body else None
    )
    assert found is not None
    assert found.total.magnitude == pytest.approx(expected, abs=0.001)
    assert str(found.total.units) == "minute"


@pytest.mark.parametrize(
    ("name", "dose"),
    [
        ("inebilizumab-250-ml", "300 mg"),  # mL/h of a bag
        ("rozanolixizumab-pump", "560 mg"),  # mL/h
        ("immunoglobulin-privigen-us", "30 g"),  # per kg, and no weight
        ("immunoglobulin-kiovig-eu", "30 g"),  # a person states how it goes on
        ("immunoglobulin-gammagard", "30 g"),  # a highest rate alone
        ("ravulizumab-10-mg-per-ml-load-2700-mg", "2400 mg"),  # for another dose
    ],
)
def test_what_depends_on_a_bag_a_weight_or_a_person_is_not_timed(name: str, dose: str) -> None:
    drug, ladder = read_ladder(ROOT, name)
    assert timed(drug, ladder, amount(dose, "dose"), weight=None) is None
