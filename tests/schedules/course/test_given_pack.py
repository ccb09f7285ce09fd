"""The pack that a dose was given from: its batch, and the last day of its use."""

from __future__ import annotations

import datetime as dt

import pytest

from dosing.errors import InputError
from schedules.course.read_change import read_change, with_change
from schedules.plans.change_words import in_words
from schedules.plans.changes import Change, Record
from schedules.plans.plan import Plan
from tests.support.planning import RITUXIMAB, SAID, codes, course_of, library, planned, text_of

FIRST = "induction cycle 1 day 1"


def recorded(**typed: str) -> Change:
    fields = {"from": FIRST, "on": "2026-11-30", **typed}
    return read_change("record", fields, course_of(RITUXIMAB), library(), **SAID)


def test_a_month_on_a_pack_lasts_to_its_last_day() -> None:
    change = recorded(batch="H0123B01", expires="2028-02")
    assert isinstance(change, Record)
    assert (change.batch, change.expires) == ("H0123B01", dt.date(2028, 2, 29))
    words = "given on Mon 30-Nov-2026, batch H0123B01, expires 29-Feb-2028"
    assert in_words(change).endswith(words)


@pytest.mark.hazard("H283")
def test_a_pack_that_was_past_its_use_is_recorded_and_warned_of() -> None:
    after = with_change(planned(RITUXIMAB), recorded(expires="2026-10"), library())
    assert after.rows[0].state == "given"
    assert "given.expired" in codes(after, "WARN")
    assert "the pack was to be used by 31-Oct-2026" in text_of(after, "given.expired")


def test_a_pack_on_its_last_day_is_in_use() -> None:
    after = with_change(planned(RITUXIMAB), recorded(expires="2026-11-30"), library())
    assert "given.expired" not in codes(after)


def test_an_end_of_use_that_is_no_date_is_refused() -> None:
    with pytest.raises(InputError, match="2026-11-30 or 30-Nov-2026"):
        recorded(expires="11/26")
    with pytest.raises(InputError, match="expires"):
        recorded(expires="2026-13")


def test_a_record_without_a_pack_is_written_as_before() -> None:
    """So that a plan of an earlier version keeps its hash."""
    plan = planned(RITUXIMAB)
    changed: Plan = plan.model_copy(update={"changes": [recorded()]})
    assert "batch" not in changed.to_json()
    assert "expires" not in changed.to_json()
