"""What several changes come to together: none of them takes away what another has decided."""

from __future__ import annotations

import datetime as dt

import pytest

from dosing.units import plain
from schedules.course.work_out import work_out
from schedules.plans.changes import Adjust, Change, Reweigh
from tests.support.planning import CYCLOPHOSPHAMIDE, SAID, library, planned

THREE_QUARTERS = Adjust(
    at="pulses cycle 2 day 1", scope="later", percent=75, of="standard dose", **SAID
)
HEAVIER = Reweigh(from_day=dt.date(2027, 1, 20), weight="90 kg", doses="worked out again", **SAID)


@pytest.mark.parametrize("changes", [(THREE_QUARTERS, HEAVIER), (HEAVIER, THREE_QUARTERS)])
def test_a_weighing_keeps_the_share_that_was_decided_in_either_order(
    changes: tuple[Change, ...],
) -> None:
    # 1 g/m2 on six days from 30 November. Mosteller for 175 cm: 70 kg are 1.84466 m2, 1,850 mg to
    # the nearest 50; three quarters are 1,383 mg. 90 kg are 2.09165 m2, of which 1,569 mg
    plan = planned(CYCLOPHOSPHAMIDE).model_copy(update={"changes": [*changes]})
    given = [
        (f"{row.date:%d-%b}", plain(row.dose.amount))
        for row in work_out(plan, library()).rows
        if row.drug == "cyclophosphamide"
    ]
    assert given == [
        ("30-Nov", "1850 mg"),
        ("28-Dec", "1400 mg"),
        ("25-Jan", "1550 mg"),
        ("22-Feb", "1550 mg"),
        ("22-Mar", "1550 mg"),
        ("19-Apr", "1550 mg"),
    ]
