"""Courses that were added to a plan, or opened by a review, are uses of their files as its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from records.store import Store
from schedules.plans.changes import AddCourse, Change, OpenedCourse, ReviewOutcome
from schedules.plans.plan import Plan
from tests.support.planning import CYCLOPHOSPHAMIDE, SAID, library
from tests.support.ward import plan, saved

REGIMEN = "regimens/rituximab-weekly"


def with_cyclophosphamide(of: Plan, *, by_review: bool) -> Plan:
    """Return the plan with a second course, opened by a review or added by a person."""
    known = library().knowledge_for(library().regimen(CYCLOPHOSPHAMIDE))
    second: dict[str, Any] = {
        "regimen": known[f"regimens/{CYCLOPHOSPHAMIDE}"],
        "drugs": [known["drugs/cyclophosphamide"]],
        "first_day": dt.date(2027, 1, 4),
        "choices": {},
    }
    review: dict[str, Any] = {"at": "induction cycle 1 day 22", "review": "response", **SAID}
    if by_review:
        opened = [OpenedCourse(**second)]
        on = dt.date(2026, 12, 21)
        change: Change = ReviewOutcome(outcome="worse", on=on, opens=opened, **review)
    else:
        change = AddCourse(**second, **SAID)
    return of.model_copy(update={"changes": [change]})


@pytest.mark.parametrize("review", [True, False])
def test_a_course_that_a_review_opened_or_a_person_added_is_a_use_of_its_files(
    sqlite_store: Store, review: bool
) -> None:
    """Cyclophosphamide after rituximab: a wrong figure of its file concerns this patient too."""
    saved(sqlite_store, with_cyclophosphamide(plan(), by_review=review))
    for file in ("regimens/cyclophosphamide-monthly", "drugs/cyclophosphamide", REGIMEN):
        assert [(one.label, one.how) for one in sqlite_store.uses_of(file)] == [
            ("ward-7", "saved as version 1")
        ]
    assert sqlite_store.count_plans_by_file() == {
        REGIMEN: 1,
        "drugs/rituximab": 1,
        "regimens/cyclophosphamide-monthly": 1,
        "drugs/cyclophosphamide": 1,
    }
