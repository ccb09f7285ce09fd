"""A scripted series of writes: each leaves one state that can be told from every other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from records.models import DoseReport
from records.store import Store
from tests.support.planning import library
from tests.support.ward import (
    ADMINISTRATOR,
    CHECKED_AT,
    FIRST_DOSE,
    NURSE,
    PHARMACIST,
    PLANNER,
    TICKED,
    heavier,
    minutes,
    noted,
    plan,
)

Write = Callable[[Store], object]


def writes() -> list[Write]:
    """Return the writes of a ward's day: saved, erased, signed, given. The slow ones come last."""
    first, second = plan(), heavier(plan())
    third, other = noted(second, "seen"), plan("ward-8")
    dose = f"{first.id}/induction/1/1/rituximab/1"
    later = FIRST_DOSE + dt.timedelta(hours=4)
    return [
        lambda store: store.save(first, PLANNER, expected_version=0, at=minutes(1)),
        lambda store: store.save(second, PLANNER, expected_version=1, at=minutes(2)),
        lambda store: store.save(other, PLANNER, expected_version=0, at=minutes(3)),
        lambda store: store.save(third, PLANNER, expected_version=2, at=minutes(4)),
        lambda store: store.save(heavier(other), PLANNER, expected_version=1, at=minutes(5)),
        lambda store: store.erase("ward-8", ADMINISTRATOR, why="asked for", at=minutes(6)),
        lambda store: store.sign(
            third,
            library(),
            PHARMACIST,
            outcome="signed with remarks",
            remarks="slowly",
            at=CHECKED_AT,
            ticked=TICKED,
        ),
        lambda store: store.record(
            third,
            library(),
            NURSE,
            DoseReport(
                dose_id=dose,
                outcome="given otherwise",
                dose="600 mg",
                note="a reaction",
                given_at=FIRST_DOSE,
            ),
            at=later,
        ),
    ]
