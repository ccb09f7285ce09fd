"""What other saved plans of the same label hold counts toward a lifetime, and nobody else's."""

from __future__ import annotations

import pytest

from dosing.trace import Finding
from records.store import Store
from schedules.course.work_out import work_out
from schedules.plans.plan import Plan
from tests.support.planning import CYCLOPHOSPHAMIDE, library, man, planned
from tests.support.ward import NOON, PLANNER


def monthly(label: str, start: str, **earlier: str) -> Plan:
    """1000 mg/m2 of 1.8446 m2 (Mosteller), to the nearest 50 mg: 1.85 g, six times 11.1 g."""
    return planned(CYCLOPHOSPHAMIDE, start=start, who=man(label=label, earlier=earlier))


def found(store: Store, plan: Plan) -> list[Finding]:
    course = store.look_up_check(work_out(plan, library()), library())
    return [one for one in course.findings if one.code.startswith("lifetime.")]


def saved(store: Store, *plans: Plan) -> None:
    for plan in plans:
        store.save(plan, PLANNER, expected_version=0, at=NOON)


@pytest.mark.hazard("H288")
def test_doses_in_other_plans_of_the_label_count_and_say_where_they_come_from(
    store: Store,
) -> None:
    saved(store, monthly("Ward-7", "2026-11-30"))
    (within,) = found(store, monthly("ward-7", "2028-01-03"))
    assert within.level == "NOTE"
    text = within.text.replace("\u00a0", " ")
    assert "cyclophosphamide: 22,200 mg in a lifetime" in text
    assert f"({CYCLOPHOSPHAMIDE} from 30-Nov-2026)" in text
    # The file stops above 36 g: four plans of 11.1 g are 44.4 g.
    saved(store, monthly("ward-7", "2027-06-07"), monthly("ward-7", "2027-12-06"))
    (above,) = found(store, monthly("ward-7", "2028-07-03"))
    assert above.level == "WARN"
    assert "44,400 mg in a lifetime" in above.text.replace("\u00a0", " ")
    # It is said as well of a course that is only planned, and looked up nowhere yet.
    course = work_out(monthly("ward-7", "2028-07-03"), library())
    assert store.lifetime_of_label(course, library()) == [above]


@pytest.mark.hazard("H288")
def test_a_plan_counts_itself_once_and_no_other_label(store: Store) -> None:
    own = monthly("ward-7", "2026-11-30")
    saved(store, own, monthly("ward-70", "2026-11-30"), monthly("bed 3", "2026-11-30"))
    assert found(store, own) == []


def test_looking_a_course_up_twice_says_it_once(store: Store) -> None:
    saved(store, monthly("ward-7", "2026-11-30"))
    once = store.look_up_check(work_out(monthly("ward-7", "2028-01-03"), library()), library())
    assert store.look_up_check(once, library()).findings == once.findings
