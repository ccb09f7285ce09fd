"""What several plans hold of a drug together, beside its limits of a lifetime."""

from __future__ import annotations

import datetime as dt

from dosing.units import show
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.review.exposure import Exposure, add_up_exposure, doses_in_runs
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, library, man, planned

DAY = dt.date(2026, 12, 7)


def course(regimen: str, start: str, **earlier: str) -> Course:
    return work_out(planned(regimen, start=start, who=man(earlier=earlier)), library())


def exposures(*courses: Course) -> dict[str, Exposure]:
    return {one.drug: one for one in add_up_exposure(courses, library(), DAY)}


def test_the_doses_of_two_plans_are_added_up() -> None:
    # Four times 700 mg each; of the first, two by 7 December.
    found = exposures(course(RITUXIMAB, "2026-11-30"), course(RITUXIMAB, "2027-06-07"))
    rituximab = found["rituximab"]
    assert (rituximab.doses, rituximab.plans) == (8, 2)
    assert show(rituximab.by_day).replace("\u00a0", " ") == "1,400 mg"
    assert show(rituximab.in_all).replace("\u00a0", " ") == "5,600 mg"
    assert rituximab.before is None


def test_what_was_given_before_a_plan_is_not_counted_twice() -> None:
    """The second plan states 33 g before its first day, which hold the doses of the first plan."""
    # 1000 mg/m2 of 1.8446 m2 (Mosteller), to the nearest 50 mg: 1.85 g, six times 11.1 g.
    first = course(CYCLOPHOSPHAMIDE, "2026-11-30")
    second = course(CYCLOPHOSPHAMIDE, "2028-01-03", cyclophosphamide="33 g")
    found = exposures(first, second)["cyclophosphamide"]
    assert found.before is not None
    assert float(found.before.to("g").magnitude) == 33
    assert show(found.lifetime).replace("\u00a0", " ") == "44,100 mg"
    assert show(found.in_all).replace("\u00a0", " ") == "22,200 mg"


def test_a_sum_above_the_limit_of_a_lifetime_is_found() -> None:
    """The file stops above 36 g: 14 g and 11.1 g stay below it, 14 g and twice 11.1 g do not."""
    alone = course(CYCLOPHOSPHAMIDE, "2026-11-30", cyclophosphamide="14 g")
    assert not alone.stopped
    assert not any(f.level == "STOP" for f in exposures(alone)["cyclophosphamide"].findings)
    both = exposures(alone, course(CYCLOPHOSPHAMIDE, "2028-01-03"))["cyclophosphamide"]
    assert any(f.level == "STOP" for f in both.findings)
    assert any("36" in line for line in both.limits)


def test_equal_doses_are_folded_and_stand_by_date() -> None:
    later, first = course(RITUXIMAB, "2027-06-07"), course(RITUXIMAB, "2026-11-30")
    runs = doses_in_runs([later, first])
    assert [
        (run.plan, run.doses, run.first, run.last) for run in runs if run.name == "rituximab"
    ] == [
        (2, 4, dt.date(2026, 11, 30), dt.date(2026, 12, 21)),
        (1, 4, dt.date(2027, 6, 7), dt.date(2027, 6, 28)),
    ]
