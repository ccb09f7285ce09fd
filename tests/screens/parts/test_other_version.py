"""Which saved version a person's plan comes from, and what was saved after it."""

from __future__ import annotations

import pytest

from records.versions import PlanVersion
from schedules.plans.plan import Plan
from screens.parts.other_version import find_other_version, version_looked_at
from screens.state.session import Session
from tests.support.ward import PLANNER, deferred, heavier, minutes, noted, plan


def saved(*plans: Plan) -> list[PlanVersion]:
    return [
        PlanVersion(
            n=number, plan_id=one.id, version=number, sha256="", plan=one, by=PLANNER, at=minutes(1)
        )
        for number, one in enumerate(plans, 1)
    ]


@pytest.fixture
def session() -> Session:
    return Session()


def test_the_version_that_says_the_same_is_the_one_looked_at(session: Session) -> None:
    first, second = plan(), heavier(plan())
    assert version_looked_at(session, first, saved(first, second)) == 1
    assert version_looked_at(session, second, saved(first, second)) == 2


def test_an_edited_plan_comes_from_the_version_looked_at_before(session: Session) -> None:
    first = plan()
    version_looked_at(session, first, saved(first))
    versions = saved(first, deferred(first))
    assert version_looked_at(session, noted(first, "mine"), versions) == 1


def test_a_plan_from_a_file_continues_the_newest_version_it_holds(session: Session) -> None:
    first = plan()
    mine = deferred(first)
    assert version_looked_at(session, mine, saved(first, heavier(first))) == 1


def test_a_plan_that_was_never_saved_comes_from_none(session: Session) -> None:
    assert version_looked_at(session, plan(), []) == 0
    assert version_looked_at(session, noted(plan(), "mine"), saved(heavier(plan()))) == 0


def test_only_what_came_after_the_version_looked_at_was_saved_meanwhile() -> None:
    first, second, mine = plan(), heavier(plan()), noted(plan(), "mine")
    versions = saved(first, second)
    assert find_other_version(mine, 2, versions) is None
    assert find_other_version(second, 1, versions) is None  # both say the same
    other = find_other_version(mine, 1, versions)
    assert other is not None
    assert other.base == versions[0]
    assert other.theirs == (versions[1],)
    unknown = find_other_version(mine, 0, versions)
    assert unknown is not None
    assert unknown.base is None
