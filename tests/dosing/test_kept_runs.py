"""Which runs on a ladder are kept, and what is said of a weight that no rate goes by."""

from __future__ import annotations

from typing import Any

import pytest

from dosing.infusion import timing
from dosing.infusion.timing import timed
from dosing.units import KG, amount, quantity, weight
from schedules.library.reader import read_ladder
from tests.support.places import ROOT


def test_a_weight_that_is_unlikely_is_said_though_no_rate_goes_by_it() -> None:
    drug, ladder = read_ladder(ROOT, "rituximab-first")
    dose = amount("700 mg", "dose")
    heavy = timed(drug, ladder, dose, weight=quantity(700, KG))
    usual = timed(drug, ladder, dose, weight=weight("70 kg", "weight"))
    assert heavy is not None
    assert usual is not None
    assert len(heavy.findings) == len(usual.findings) + 1
    assert (heavy.findings[0].code, heavy.steps) == ("body.weight", usual.steps)


def test_runs_are_kept_up_to_a_number_and_each_is_the_one_of_its_own_weight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: dict[Any, Any] = {}
    monkeypatch.setattr(timing, "_runs", kept)
    monkeypatch.setattr(timing, "_MOST_RUNS", 2)
    drug, ladder = read_ladder(ROOT, "immunoglobulin-privigen-us")
    lengths = []
    for kilograms in ("70 kg", "35 kg", "70 kg", "140 kg"):
        run = timed(drug, ladder, amount("30 g"), weight=weight(kilograms, "weight"))
        assert run is not None
        lengths.append((round(float(run.total.magnitude), 3), len(kept)))
    # 30 g are 300 mL. At 35 kg 78.75 mL in 2 h, then 221.25 mL at 168 mL/h: 79.018 min; at 140 kg
    # 147 mL in 90 min, then 153 mL at 336 mL/h: 27.321 min.
    assert lengths == [(145.446, 1), (199.018, 2), (145.446, 2), (117.321, 1)]
