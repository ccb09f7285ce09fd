"""Each dose with its visit: which infusion is the first of its drug, and for how long it runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dosing.units import ordinary_spaces
from schedules.course.measurements import read_measurements
from schedules.course.rows import Administration, replaced
from schedules.course.visit import height_on, time_visit, with_visits
from schedules.course.work_out import work_out
from schedules.plans.changes import Adjust, Reweigh
from schedules.plans.plan import Plan
from tests.support.planning import RITUXIMAB, SAID, course_of, library, man, planned


def four_doses() -> tuple[Administration, ...]:
    """Return 700 mg of rituximab on four Mondays from 30 November 2026."""
    return tuple(course_of(RITUXIMAB).rows)


def infusions(rows: Sequence[Administration]) -> list[str]:
    found, _ = with_visits(rows, read_measurements(planned(RITUXIMAB)), library())
    return [row.infusion for row in found]


def test_after_a_dose_that_may_not_be_given_the_next_is_still_a_first_infusion() -> None:
    first, *later = four_doses()
    waits = replaced(first, condition="B cells are back")
    assert infusions([first, *later]) == ["first", "later", "later", "later"]
    assert infusions([waits, *later]) == ["first", "first", "later", "later"]
    # once it was given, the reaction to expect is that of a later one
    assert infusions([replaced(waits, state="given"), *later])[1] == "later"
    assert infusions([replaced(first, state="stopped"), *later])[1] == "first"


def test_a_dose_that_is_no_infusion_keeps_its_place_and_begins_nothing() -> None:
    first, *later = four_doses()
    by_mouth = replaced(first, route="oral", infusion="")
    found, _ = with_visits([by_mouth, *later], read_measurements(planned(RITUXIMAB)), library())
    assert found[0] is by_mouth
    assert [row.infusion for row in found] == ["", "first", "later", "later"]
    assert [row.id for row in found] == [row.id for row in (by_mouth, *later)]


def test_an_infusion_of_two_days_names_the_date_on_which_it_ends() -> None:
    row = replaced(
        four_doses()[0], length=dt.timedelta(hours=48), before=dt.timedelta(), after=dt.timedelta()
    )
    said = str(time_visit(row, ZoneInfo("Europe/London")))
    assert said == "Infusion 09:00 to 09:00 on 02-Dec-2026"


def test_an_amount_that_takes_longer_is_said_to_its_sixth_digit() -> None:
    # 700 mg in 210 min, and 70.2554 mg at 400 mg/h in 10.54
    change = Adjust(at="induction cycle 1 day 1", scope="later", amount="770.2554 mg", **SAID)
    plan = planned(RITUXIMAB).model_copy(update={"changes": [change]})
    (first, *_) = [
        ordinary_spaces(finding.text)
        for finding in work_out(plan, library()).findings
        if finding.code == "visit.booked_too_short"
    ]
    assert first.startswith("770.255 mg of rituximab as a first infusion takes 220.54 min")


def with_heights(plan: Plan, *heights: tuple[int, str]) -> Plan:
    changes = [
        Reweigh(from_day=dt.date(2026, 12, day), height=height, doses="kept", **SAID)
        for day, height in heights
    ]
    return plan.model_copy(update={"changes": changes})


def test_the_height_of_a_day_is_the_last_one_measured_up_to_it() -> None:
    plan = with_heights(planned(RITUXIMAB), (7, "176 cm"), (14, "177 cm"))
    days = (6, 7, 13, 14, 31)
    assert [height_on(plan, dt.date(2026, 12, day)) for day in days] == [
        "175 cm",
        "176 cm",
        "176 cm",
        "177 cm",
        "177 cm",
    ]
    weighed = Reweigh(from_day=dt.date(2026, 12, 7), weight="80 kg", doses="kept", **SAID)
    plan = planned(RITUXIMAB).model_copy(update={"changes": [weighed]})
    assert height_on(plan, dt.date(2026, 12, 7)) == "175 cm"


def test_a_height_that_was_never_measured_is_empty() -> None:
    plan = planned(RITUXIMAB)
    plan = plan.model_copy(update={"patient": man(height="")})
    assert height_on(plan, dt.date(2026, 12, 7)) == ""
