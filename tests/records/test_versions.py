"""How two versions of a plan differ, in the words of the ward, and what the second of two hears."""

from __future__ import annotations

import pytest

from records.store import Store
from records.versions import OtherVersionSavedError, plan_changes
from schedules.plans.plan import Plan
from tests.support.planning import library
from tests.support.ward import (
    OTHER_PLANNER,
    PLANNER,
    deferred,
    heavier,
    minutes,
    noted,
    plan,
    saved,
)


def said(before: Plan, after: Plan) -> list[str]:
    return [line.replace("\u00a0", " ") for line in plan_changes(before, after, library())]


def refused(store: Store, mine: Plan, version: int) -> OtherVersionSavedError:
    with pytest.raises(OtherVersionSavedError) as found:
        store.save(mine, PLANNER, expected_version=version, at=minutes(9))
    return found.value


def test_a_change_that_is_there_no_longer_is_said_to_be_taken_back() -> None:
    # a change that stands in both versions is said in neither direction
    assert said(deferred(plan()), plan()) == [
        "taken back: induction cycle 1 day 22, this day: deferred by 1 day",
        "induction cycle 1 day 22, rituximab: Tue 22-Dec-2026 to Mon 21-Dec-2026",
    ]
    assert said(deferred(plan()), noted(deferred(plan()), "hepatitis B negative")) == [
        "acknowledged check.dose_1: hepatitis B negative"
    ]


def test_a_newer_version_of_the_regimen_is_said_with_both_numbers() -> None:
    before = plan()
    newer = before.regimen.model_copy(update={"version": before.regimen.version + 1})
    number = before.regimen.version
    assert said(before, before.model_copy(update={"regimen": newer})) == [
        f"regimen: rituximab-weekly version {number + 1}, was rituximab-weekly version {number}"
    ]


def test_the_second_hears_the_last_of_several_versions(sqlite_store: Store) -> None:
    saved(sqlite_store)
    for version, weight in enumerate(("95 kg", "71 kg", "72 kg"), 1):
        later = heavier(plan(), weight)
        sqlite_store.save(later, OTHER_PLANNER, expected_version=version, at=minutes(version))
    error = refused(sqlite_store, deferred(plan()), version=1)
    assert error.first_did(library()) == ["weight: 72 kg, was 70 kg"]


def test_a_plan_that_was_new_to_the_second_is_compared_with_no_version(sqlite_store: Store) -> None:
    saved(sqlite_store)
    error = refused(sqlite_store, heavier(plan()), version=0)
    assert (error.first_did(library()), error.you_did(library())) == ([], [])
