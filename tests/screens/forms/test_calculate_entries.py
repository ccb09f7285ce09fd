"""What the Calculate screen reads of its fields."""

from __future__ import annotations

import pytest

from dosing.units import KG, in_unit
from screens.forms.calculate import read_entries
from screens.state.session import CalculateEntries
from tests.support.planning import library


def test_lost_parts_of_the_body_count_for_the_size() -> None:
    entries = CalculateEntries(weight="70 kg", height="175 cm", amputations="below knee left")
    patient = read_entries(entries, library()).patient
    # 5.9 % is missing: 70 / (1 - 0.059) = 74.39 kg
    assert patient.weight is not None
    assert in_unit(patient.whole(patient.weight), KG, "weight") == pytest.approx(74.39, abs=0.01)


def test_a_part_that_is_not_known_is_said() -> None:
    read = read_entries(CalculateEntries(amputations="left ear"), library())
    assert [problem.field for problem in read.problems] == ["amputations"]
