"""A slice of the comparison with exact fractions: nothing differs, and a wrong number would."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dosebench.adapters import posology
from dosing.calculation import second
from dosing.columns import square_root
from dosing.formulas import body
from dosing.formulas.body import BSA, LEAN_WEIGHT
from dosing.formulas.renal import CREATININE_CLEARANCE, EGFR
from dosing.infusion import second as second_infusion
from dosing.units import Quantity
from schedules.cohort.cells import Cells
from tests.support.assurance import bags, columns, dates, proofs
from tests.support.assurance.bags import compare_bands, compare_infusions, compare_packs
from tests.support.assurance.columns import compare as compare_columns
from tests.support.assurance.dates import compare as compare_dates
from tests.support.assurance.equations import EQUATIONS, Equation
from tests.support.assurance.formulas import compare as compare_formulas
from tests.support.assurance.page import page
from tests.support.assurance.run import RUNS
from tests.support.assurance.scalars import differs, exact
from tests.support.assurance.tables import compare as compare_tables
from tests.support.assurance.tally import Tally

SURFACE = {"rate": "375 mg/m2", "surface": "mosteller", "weight": "70 kg", "height": "175 cm"}


def slices(monkeypatch: pytest.MonkeyPatch) -> dict[str, Tally]:
    monkeypatch.setattr(columns, "ROWS", 40)
    counts = {"scalars": 200, "columns": 400, "bands": 200, "packs": 60, "infusions": 60}
    counts |= {"formulas": 440, "dates": 60, "tables": 20}
    assert set(counts) == set(RUNS)
    return {name: RUNS[name][0](count, 2) for name, count in counts.items()}


def test_a_slice_of_each_kind_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    tallies = slices(monkeypatch)
    assert {name: tally.different for name, tally in tallies.items() if tally.different} == {}
    assert set(tallies["scalars"].compared) == {
        f"doses: {kind}" for kind in ("flat", "per kg", "per kg a day", "per m2")
    }
    for name, tally in tallies.items():
        assert tally.compared.total() > 2 * tally.without.total(), name


def test_a_whole_run_compares_more_than_a_million_and_a_hundred_thousand_plans() -> None:
    assert sum(count for _, count, _ in RUNS.values()) > 1_100_000
    assert RUNS["dates"][1] == 100_000


def test_the_fractions_are_what_is_derived_by_hand() -> None:
    # 154 lb are 69.85322498 kg, x 2.5 is 174.63306245 mg, down to 25 mg is 150 mg
    asked = {"rate": "2.5 mg/kg", "basis": "actual", "weight": "154 lb"}
    assert exact({**asked, "round_to": "25 mg", "rounding": "down"}) == 150


def test_every_formula_of_a_size_or_of_kidney_function_is_compared() -> None:
    formulas = {"bsa": BSA, "lean_weight": LEAN_WEIGHT, "egfr": EGFR}
    formulas["creatinine_clearance"] = CREATININE_CLEARANCE
    assert {kind: set(known) for kind, known in formulas.items()} == {
        kind: set(equations) for kind, equations in EQUATIONS.items()
    }


def test_a_formula_that_differs_by_2_in_a_million_million_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for equations in EQUATIONS.values():
        for name, equation in equations.items():
            monkeypatch.setitem(equations, name, _a_little_more(equation))
    tally = compare_formulas(22, 2)
    assert len(tally.different) == tally.compared.total() == 22


def _a_little_more(equation: Equation) -> Equation:
    return lambda one: equation(one) * (1 + Decimal("2e-12"))


def test_a_wrong_coefficient_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert differs(SURFACE) is False
    monkeypatch.setattr(body, "square_root", lambda square: square_root(square * 1.0000001))
    assert differs(SURFACE) is True


def test_a_wrong_step_end_or_day_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "ROWS", 40)
    monkeypatch.setattr(second, "amount", lambda **asked: Fraction(1, 7))
    assert compare_columns(40, 2).different
    assert compare_bands(100, 2).different
    monkeypatch.undo()
    monkeypatch.setattr(bags, "_reachable", lambda sizes, upto: [7] * (upto + 1))
    assert compare_packs(20, 2).different
    monkeypatch.setattr(second_infusion, "steps", lambda **order: [])
    assert compare_infusions(20, 2).different
    monkeypatch.setattr(dates, "solve", lambda asked: {"dates": ["2026-11-30"]})
    assert compare_dates(4, 2).different


def test_patients_who_are_classed_without_their_numbers_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def of_all(_: Cells, __: str, values: Quantity) -> Any:
        return np.zeros(np.shape(values.magnitude), dtype=np.intp)

    monkeypatch.setattr(Cells, "numbered", of_all)
    assert compare_tables(60, 2).different


def test_the_page_says_of_every_proof_what_its_run_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuzzed = {"date": {"inputs": 900, "fell": 0}, "order": {"inputs": 1100, "fell": 2}}
    path = tmp_path / "fuzzed.json"
    path.write_text(json.dumps(fuzzed), encoding="ascii")
    monkeypatch.setattr(proofs, "FUZZED", path)
    mutated = {"dosing.rounding": {"mutants": 50, "noticed": 46, "equivalent": 3}}
    monkeypatch.setattr(proofs, "tried_modules", lambda: mutated)
    monkeypatch.setattr(proofs, "tried_hazards", lambda: {"H01": True, "H02": False})
    monkeypatch.setattr(proofs, "ALL", [Law(broken=True), Law(broken=False)])
    monkeypatch.setattr(proofs, "read_items", lambda: [{"question": {}}] * 3)
    monkeypatch.setattr(posology, "answer", lambda question: "the answer")
    monkeypatch.setattr(proofs, "is_right", lambda item, answer: answer == "the answer")
    found = list(proofs.prove())
    said = page({name: Tally() for name in RUNS}, 60.0, found)
    for proof, words, holds in zip(
        found,
        (
            "2 of 2 proved; of as many broken rules 1 harm a patient",
            "3 of 3 items answered right",
            "tried: of 50 mutants 46 noticed, 3 change nothing or were tried by hand "
            "(each with its reason), 1 survived",
            "2,000 inputs at 2 doors, 2 of which fell",
            "hazards tried: 1 proved",
        ),
        (False, True, False, False, False),
        strict=True,
    ):
        assert words in str(proof)
        assert str(proof) in said
        assert proof.holds is holds


@dataclasses.dataclass
class Law:
    """A law whose broken twin is found to harm a patient, or not."""

    broken: bool

    def counterexample(self, *, broken: bool) -> str:
        """Return what contradicts it."""
        return "a patient" if broken and self.broken else ""
