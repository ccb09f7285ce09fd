"""What a change leaves alone, and at which day it begins: the edges, with dates by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from dosing.errors import InputError
from schedules.course.apply_change import _dose_of
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.plans.changes import AddCourse, Adjust, Defer, Hold, Omit, Record, Reweigh, Switch
from tests.schedules.course.test_apply_change import dates, doses
from tests.schedules.course.test_taper import codes
from tests.schedules.course.test_taper import planned as tapered
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    library,
    planned,
    whole_library,
)


def of_previous(cycle: int) -> Adjust:
    at = f"cycle {cycle} day 1"
    return Adjust(at=at, scope="later", percent=80, of="previous dose", **SAID)


def percent(cycle: int, share: int) -> Adjust:
    at = f"cycle {cycle} day 1"
    return Adjust(at=at, scope="this day", percent=share, of="standard dose", **SAID)


def added(regimen: str, first_day: dt.date) -> AddCourse:
    known = library().knowledge_for(library().regimen(regimen))
    drugs = [text for name, text in known.items() if name.startswith("drugs/")]
    return AddCourse(
        regimen=known[f"regimens/{regimen}"], drugs=drugs, first_day=first_day, choices={}, **SAID
    )


def test_a_dose_is_not_moved_to_the_day_on_which_it_stands() -> None:
    same = Defer(at="cycle 2 day 1", to=dt.date(2026, 12, 28), scope="this day", **SAID)
    with pytest.raises(InputError, match="stands already"):
        changed(planned(CYCLOPHOSPHAMIDE), same)


def test_the_previous_dose_is_the_last_that_takes_place_before_the_first_that_changes() -> None:
    # 80 % of 75 % of 1,844.66 mg is 1,106.8 mg, to the nearest 50 mg 1,100 mg
    found = changed(planned(CYCLOPHOSPHAMIDE), percent(2, 75), of_previous(3))
    assert doses(found) == ["1,850 mg", "1,400 mg"] + ["1,100 mg"] * 4
    # what was left out is no dose
    left_out = Omit(at="cycle 2 day 1", scope="this day", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), percent(1, 75), left_out, of_previous(3))
    assert doses(found) == ["1,400 mg"] + ["1,100 mg"] * 4


def test_the_first_dose_has_none_before_it() -> None:
    with pytest.raises(InputError, match="there is no dose before this one"):
        changed(planned(CYCLOPHOSPHAMIDE), of_previous(1))


def test_the_previous_dose_is_one_of_the_same_medicine() -> None:
    # the infusion of 21 December is halved; 80 % of 1,844.66 mg is 1,475.7 mg: 1,500 mg
    at = "course 2, cycle 1 day 1"
    half = Adjust(at=at, scope="this day", percent=50, of="standard dose", **SAID)
    second = added(RITUXIMAB, dt.date(2026, 12, 21))
    found = changed(planned(CYCLOPHOSPHAMIDE), second, half, of_previous(2))
    own = [dose for row, dose in zip(found.rows, doses(found), strict=True) if row.cycle == 2]
    assert own == ["1,500 mg"]


def test_a_review_has_no_dose_to_adjust() -> None:
    change = Adjust(at="taper cycle 1 day 14", scope="this day", amount="20 mg", **SAID)
    with pytest.raises(InputError, match="has no dose to adjust"):
        tapered(changes=[change])


def test_a_dose_given_a_day_late_moves_nothing_where_the_days_are_counted_from_the_first() -> None:
    late = Record(at="cycle 1 day 8", on=dt.date(2026, 12, 8), **SAID)
    assert dates(changed(planned(RITUXIMAB), late)) == [
        "2026-11-30",
        "2026-12-08",
        "2026-12-14",
        "2026-12-21",
    ]


def test_a_dose_given_late_moves_what_stands_on_the_next_day_and_nothing_before() -> None:
    # the second pulse is to be the day after the first, the third two days before it
    early = Defer(at="cycle 2 day 1", by_days=-27, scope="this day", **SAID)
    plan = planned(CYCLOPHOSPHAMIDE)
    assert dates(changed(plan, early))[:3] == ["2026-11-30", "2026-12-01", "2026-12-29"]
    late = Record(at="cycle 1 day 1", on=dt.date(2026, 12, 2), **SAID)
    assert sorted(dates(changed(plan, early, late)))[:3] == [
        "2026-12-02",
        "2026-12-03",
        "2026-12-31",
    ]


def test_a_time_that_is_no_time_is_refused() -> None:
    wrong = Record(at="cycle 1 day 1", on=dt.date(2026, 11, 30), time="25:00", **SAID)
    with pytest.raises(InputError, match="is not a clock time"):
        changed(planned(CYCLOPHOSPHAMIDE), wrong)


def tablets(found: Course) -> dict[int, tuple[str, str]]:
    """Return the date and the dose of each day of the infusions."""
    return {
        row.day: (row.date.isoformat(), dose)
        for row, dose in zip(found.rows, doses(found), strict=True)
        if row.phase == "intravenous"
    }


def switched(length: str, at: int = 8) -> Switch:
    return Switch(at=f"intravenous cycle 1 day {at}", choices={"iv_days": length}, **SAID)


def test_a_switch_goes_on_from_where_the_last_dose_stands_and_keeps_what_was_decided() -> None:
    # ten infusions from 30 November; from the 4th on two days later: the 10th on 11 December
    plan = planned(THIOCTIC)
    later = Defer(at="intravenous cycle 1 day 4", by_days=2, scope="later", **SAID)
    alone = Defer(at="intravenous cycle 1 day 2", by_days=1, scope="this day", **SAID)
    small = Adjust(at="intravenous cycle 1 day 6", scope="later", amount="300 mg", **SAID)
    ninth = Adjust(at="intravenous cycle 1 day 9", scope="this day", amount="500 mg", **SAID)
    tenth = Adjust(at="intravenous cycle 1 day 10", scope="this day", amount="400 mg", **SAID)
    found = tablets(changed(plan, later, alone, small, ninth, tenth, switched("12 days")))
    assert found[1] == ("2026-11-30", "600 mg")
    assert found[2] == ("2026-12-02", "600 mg")
    assert found[3] == ("2026-12-02", "600 mg")
    assert found[4] == ("2026-12-05", "600 mg")
    assert found[8] == ("2026-12-09", "300 mg")
    assert found[9] == ("2026-12-10", "500 mg")
    # the two that are new have the dose of the last
    assert found[10] == ("2026-12-11", "400 mg")
    assert found[11] == ("2026-12-12", "400 mg")
    assert found[12] == ("2026-12-13", "400 mg")


def test_a_switch_counts_from_the_last_dose_that_stays_and_not_from_the_first_that_goes() -> None:
    alone = Defer(at="intravenous cycle 1 day 8", by_days=1, scope="this day", **SAID)
    found = tablets(changed(planned(THIOCTIC), alone, switched("12 days")))
    assert [found[day][0] for day in (7, 8, 12)] == ["2026-12-06", "2026-12-07", "2026-12-11"]


def test_a_switch_of_the_first_course_lays_out_that_course() -> None:
    second = added(RITUXIMAB, dt.date(2026, 12, 7))
    found = changed(planned(THIOCTIC), second, switched("12 days"))
    assert max(tablets(found)) == 12
    assert [row.date.isoformat() for row in found.rows if row.course_number == 2] == [
        "2026-12-07",
        "2026-12-14",
        "2026-12-21",
        "2026-12-28",
    ]


def test_what_a_switch_no_longer_gives_is_ceased_unless_it_was_left_out_before() -> None:
    plan = planned(THIOCTIC, choices={"iv_days": "14 days", "oral_length": "1 month"})
    left_out = Omit(at="intravenous cycle 1 day 13", scope="this day", **SAID)
    found = changed(plan, left_out, switched("10 days", at=11))
    assert max(tablets(found)) == 10
    assert [(row.day, row.status) for row in found.cancelled if row.phase == "intravenous"] == [
        (11, "ceased"),
        (12, "ceased"),
        (13, "omitted"),
        (14, "ceased"),
    ]


def test_a_new_weight_during_the_full_dose_says_that_the_steps_stay() -> None:
    weight = Reweigh(
        from_day=dt.date(2027, 1, 10), doses="worked out again", weight="80 kg", **SAID
    )
    assert "taper.not_reweighed" in codes(tapered(changes=[weight]), "WARN")


def held(days: int, *before: Defer, at: str = "taper cycle 2 day 7") -> Course:
    hold = Hold(kind="hold", at=at, days=days, **SAID)
    return tapered(changes=[*before, hold])


def second_step(found: Course) -> list[tuple[int, str]]:
    return [
        (row.day, row.date.isoformat())
        for row in found.rows
        if row.phase == "taper" and row.cycle == 2
    ]


@pytest.mark.hazard("H67")
def test_a_hold_repeats_a_step_in_its_rhythm_even_where_one_dose_was_moved_by_a_day() -> None:
    # the step is every second day from 8 February; its 7th day is the 14th, its last the 13th day
    rest = [(7, "2027-02-18"), (9, "2027-02-20"), (11, "2027-02-22"), (13, "2027-02-24")]
    again = [(14, "2027-02-14"), (16, "2027-02-16")]
    first = [(1, "2027-02-08"), (3, "2027-02-10"), (5, "2027-02-12")]
    assert second_step(held(4)) == [*first, *again, *rest]
    moved = Defer(at="taper cycle 2 day 3", by_days=1, scope="this day", **SAID)
    first[1] = (3, "2027-02-11")
    assert second_step(held(4, moved)) == [*first, *again, *rest]


def test_a_hold_that_is_no_multiple_of_the_rhythm_is_as_long_as_the_next_one() -> None:
    # Every second day: held for 7 days from the 14th, the 7th day stands on the 22nd, not the 21st
    found = held(7)
    again = [(14, "2027-02-14"), (16, "2027-02-16"), (18, "2027-02-18"), (20, "2027-02-20")]
    assert second_step(found)[3:8] == [*again, (7, "2027-02-22")]
    days = sorted({row.date for row in found.rows if row.phase == "taper"})
    assert min((after - one).days for one, after in pairwise(days)) == 2
    assert not found.stopped
    (text,) = [one.text for one in found.findings if one.code == "hold.rhythm"]
    assert text == (
        "taper cycle 2 day 7: held for 8 days, not 7: its doses are 2 days apart, and the next "
        "one stays in this rhythm."
    )
    assert "hold.rhythm" not in codes(held(8), "NOTE")


def test_the_review_of_a_hold_comes_no_later_than_the_days_that_were_asked_for() -> None:
    # The review of step 2 stands on Friday 19 February; a hold of 7 days repeats it on the 26th.
    found = held(7, at="taper cycle 2 day 1")
    reviews = [one.date for one in found.occasions if one.kind == "review" and one.phase == "taper"]
    assert [f"{day:%d-%b}" for day in sorted(reviews)[1:3]] == ["19-Feb", "26-Feb"]


def test_a_hold_repeats_the_last_dose_of_the_step() -> None:
    last = Adjust(at="taper cycle 2 day 13", scope="this day", amount="40 mg", **SAID)
    hold = Hold(kind="hold", at="taper cycle 2 day 7", days=4, **SAID)
    found = tapered(changes=[last, hold])
    by_day = {
        row.day: float(row.dose.amount.magnitude)
        for row in found.rows
        if row.phase == "taper" and row.cycle == 2
    }
    assert {day for day, number in by_day.items() if number == 40} == {13, 14, 16}


def test_the_doses_of_a_hold_are_known_by_days_of_their_own() -> None:
    found = held(4)
    ids = [row.id.rsplit("/", 4)[1:4] for row in found.rows if row.cycle == 2]
    own = [day for _, day, _ in ids]
    assert own[3:5] == ["14", "16"]
    assert len({row.id for row in found.rows}) == len(found.rows)


def test_the_first_step_cannot_be_stepped_back_from() -> None:
    # without the eight weeks before it, which were left out, the taper has none
    left_out = Omit(at="full dose cycle 1 day 1", scope="this cycle", **SAID)
    back = Hold(kind="step back", at="taper cycle 1 day 3", days=4, **SAID)
    with pytest.raises(InputError, match="is the first step"):
        tapered(changes=[left_out, back])


@pytest.mark.parametrize(("days", "reviews"), [(5, 1), (6, 2)])
def test_a_review_is_repeated_when_a_hold_is_longer_than_its_window(
    days: int, reviews: int
) -> None:
    # the review of the second step may come 5 days early
    found = held(days, at="taper cycle 2 day 1")
    own = [one for one in found.occasions if one.kind == "review" and one.cycle == 2]
    assert len([one for one in own if one.phase == "taper"]) == reviews


def test_a_review_is_put_off_as_a_dose_is() -> None:
    # after 56 days the taper begins on Monday 25 January; its day 14 is Sunday 7 February, booked
    # on Friday. Put off by a day it is on Monday 8 February, and no other review moves.
    later = Defer(at="taper cycle 1 day 14", by_days=1, scope="this day", **SAID)

    def reviews(found: Course) -> set[tuple[str, str]]:
        return {(one.id, one.date.isoformat()) for one in found.occasions}

    before, after = reviews(tapered()), reviews(tapered(changes=[later]))
    assert [day for _, day in before - after] == ["2027-02-05"]
    assert [day for _, day in after - before] == ["2027-02-08"]


def test_a_taper_that_is_added_after_a_new_weight_was_planned_with_it() -> None:
    weight = Reweigh(
        from_day=dt.date(2026, 12, 20), doses="worked out again", weight="80 kg", **SAID
    )
    name = "prednisolone-alternate-days"
    known = whole_library().knowledge_for(whole_library().regimen(name))
    second = AddCourse(
        regimen=known[f"regimens/{name}"],
        drugs=[text for file, text in known.items() if file.startswith("drugs/")],
        first_day=dt.date(2026, 12, 21),
        choices={},
        **SAID,
    )
    plan = planned(CYCLOPHOSPHAMIDE).model_copy(update={"changes": [weight, second]})
    found = work_out(plan, whole_library())
    assert {row.course_number for row in found.rows} == {1, 2}
    assert "taper.not_reweighed" not in codes(found, "WARN")


def test_a_dose_that_a_switch_adds_to_a_taper_keeps_the_amount_of_its_own_step() -> None:
    # No taper of the library has a choice yet, a site's own may: nothing is taken from other doses.
    fresh: Any = SimpleNamespace(rule=SimpleNamespace(derived=True))
    assert _dose_of(None, fresh, {}) == {}
