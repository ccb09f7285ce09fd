"""Closed days: what falls on them, what the site's rule moves, and what it may not move."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedules.course.agenda import Agenda, Laid
from schedules.course.closed_days import (
    move_off_closed_days,
    nearest_open_day,
    next_open_day,
    open_day_for_a_test,
    window_allows,
)
from schedules.course.course import Course
from schedules.course.measurements import read_measurements
from schedules.course.planned_regimen import plan_regimen
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Window
from schedules.knowledge.phase import OpenDays, Procedure
from schedules.knowledge.site import ClosedDays
from schedules.library.reader import read_library
from schedules.plans.changes import Defer, Record
from schedules.plans.making import make_plan
from schedules.plans.plan import Plan
from tests.support.places import ROOT
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    example_of,
    library,
    man,
    planned,
    shelved,
)

ENGLAND: dict[str, Any] = {"weekdays": ["Sat", "Sun"], "country": "GB", "subdivision": "ENG"}


def at_site(plan: Plan, **closed: Any) -> Course:
    site = plan.site.model_copy(update={"closed": ClosedDays.model_validate(closed)})
    return work_out(plan.model_copy(update={"site": site}), library())


def dates(found: Course) -> list[str]:
    return [row.date.isoformat() for row in found.rows]


def texts(found: Course, code: str) -> list[str]:
    return [finding.text for finding in found.findings if finding.code == code]


def test_a_dose_on_christmas_day_stays_and_is_named() -> None:
    # Fridays from 11 Dec 2026: 25 Dec is Christmas Day, 1 Jan New Year's Day
    found = at_site(planned(RITUXIMAB, start="2026-12-11"), rule="stay", **ENGLAND)
    assert dates(found) == ["2026-12-11", "2026-12-18", "2026-12-25", "2027-01-01"]
    assert [text.split(", ")[1] for text in texts(found, "closed.day")] == [
        "Christmas Day. The nearest open days are Thu 24-Dec-2026 and Tue 29-Dec-2026.",
        "New Year's Day. The nearest open days are Thu 31-Dec-2026 and Mon 04-Jan-2027.",
    ]


def test_many_closed_days_are_one_line_with_their_dates() -> None:
    # Sundays: 6, 13, 20 and 27 December 2026
    found = at_site(planned(RITUXIMAB, start="2026-12-06"), rule="stay", weekdays=["Sat", "Sun"])
    (text,) = texts(found, "closed.day")
    assert text.startswith("4 days are closed: ")
    assert text.count("; ") == 3
    assert ", a Sunday." in text
    days = ["06-Dec-2026", "13-Dec-2026", "20-Dec-2026", "27-Dec-2026"]
    assert [text.count(day) for day in days] == [1, 1, 1, 1]


def test_a_dose_on_a_closed_day_goes_to_the_day_before_within_its_window() -> None:
    # the window allows one day early; 24 and 31 December are open
    found = at_site(planned(RITUXIMAB, start="2026-12-11"), rule="earlier", **ENGLAND)
    assert dates(found) == ["2026-12-11", "2026-12-18", "2026-12-24", "2026-12-31"]
    assert len(texts(found, "closed.moved")) == 2
    assert not found.unacknowledged


def test_a_move_beyond_the_window_is_not_made_but_asked_about() -> None:
    # later than Christmas Day the next open day is Tuesday 29 December: 4 days, the window says 2
    found = at_site(planned(RITUXIMAB, start="2026-12-11"), rule="later", **ENGLAND)
    assert dates(found)[2] == "2026-12-25"
    [text] = [text for text in texts(found, "closed.no_way") if "25-Dec" in text]
    assert text.endswith(
        "Ways out: leave it, or move it by hand to Thu 24-Dec-2026 or Tue 29-Dec-2026."
    )
    assert found.unacknowledged


def test_a_window_that_allows_no_earlier_day_beats_the_rule() -> None:
    # five days running, on which nothing may be early: Saturday's dose cannot go to Friday
    found = at_site(planned(IMMUNOGLOBULIN, start="2026-12-01"), rule="earlier", **ENGLAND)
    assert dates(found)[4] == "2026-12-05"
    assert texts(found, "closed.no_way")


def test_tablets_taken_at_home_do_not_move() -> None:
    found = at_site(planned(THIOCTIC), rule="later", **ENGLAND)
    days = [row.date for row in found.rows if row.route == "oral"]
    assert days == [days[0] + dt.timedelta(days=n) for n in range(len(days))]


def test_the_sites_own_closure_counts() -> None:
    found = at_site(planned(RITUXIMAB), rule="later", own=["2026-12-07"])
    assert dates(found)[1] == "2026-12-08"


def test_a_country_without_known_holidays_is_refused() -> None:
    with pytest.raises(ValidationError, match="no known holidays"):
        ClosedDays(country="XX", rule="stay")
    with pytest.raises(ValidationError, match="is not a part of GB"):
        ClosedDays(country="GB", subdivision="BY", rule="stay")


@pytest.mark.parametrize(("own", "to"), [(2, "2026-12-02"), (3, "2026-11-30")])
def test_a_dose_may_come_as_near_to_the_next_as_its_least_gap(own: int, to: str) -> None:
    # Mondays; at least 5 days apart and 2 days late at most. From 30 November closed for 2 days the
    # dose goes to Wednesday, 5 days before the next; closed for 3 it would be Thursday.
    closed = [f"2026-{day}" for day in ("11-30", "12-01", "12-02")[:own]]
    found = at_site(planned(RITUXIMAB), rule="later", own=closed)
    assert dates(found)[:2] == [to, "2026-12-07"]
    assert bool(texts(found, "closed.no_way")) is (own == 3)


def test_what_was_given_on_a_closed_day_is_not_moved_off_it() -> None:
    # Fridays from 11 December; that of Christmas Day was given, that of New Year's Day was not
    plan = planned(RITUXIMAB, start="2026-12-11")
    given = Record(at="cycle 1 day 15", on=dt.date(2026, 12, 25), **SAID)
    found = at_site(plan.model_copy(update={"changes": [given]}), rule="earlier", **ENGLAND)
    assert dates(found) == ["2026-12-11", "2026-12-18", "2026-12-25", "2026-12-31"]


@pytest.mark.parametrize(("count", "lines"), [(2, 2), (3, 3), (4, 1)])
def test_up_to_three_closed_days_stand_apart(count: int, lines: int) -> None:
    # Mondays from 30 November
    own = ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"][:count]
    found = at_site(planned(RITUXIMAB), rule="stay", own=own)
    assert len(texts(found, "closed.day")) == lines


def test_a_window_holds_to_its_last_day_on_either_side() -> None:
    # Mondays, 1 day early and 2 days late at most: Sunday and Wednesday are the last
    early = at_site(planned(RITUXIMAB), rule="earlier", own=["2026-12-07"])
    assert dates(early)[1] == "2026-12-06"
    too_early = at_site(planned(RITUXIMAB), rule="earlier", own=["2026-12-06", "2026-12-07"])
    assert dates(too_early)[1] == "2026-12-07"
    late = at_site(planned(RITUXIMAB), rule="later", own=["2026-12-07", "2026-12-08"])
    assert dates(late)[1] == "2026-12-09"


def open_days(**most: str) -> OpenDays:
    return OpenDays.model_validate({**most, "source": "proposed"})


def test_a_review_comes_on_the_nearest_open_day_of_its_window_the_earlier_of_two() -> None:
    closed = ClosedDays.model_validate({**ENGLAND, "rule": "stay"})
    # Saturday 5 December: Friday is 1 day off, Monday 2; Sunday 6: Monday is nearer than Friday
    saturday, sunday = dt.date(2026, 12, 5), dt.date(2026, 12, 6)
    both = [open_days(early="3 days", late="3 days")]
    assert nearest_open_day(saturday, both, closed) == dt.date(2026, 12, 4)
    assert nearest_open_day(sunday, both, closed) == dt.date(2026, 12, 7)
    assert nearest_open_day(sunday, [open_days(early="3 days")], closed) == dt.date(2026, 12, 4)
    # from Christmas Day to Monday 28 December nothing is open
    christmas = dt.date(2026, 12, 25)
    assert nearest_open_day(christmas, [open_days(late="3 days")], closed) is None
    assert nearest_open_day(christmas, [open_days(late="4 days")], closed) == dt.date(2026, 12, 29)


def test_a_test_is_done_on_the_working_day_before_where_no_window_says_otherwise() -> None:
    closed = ClosedDays.model_validate({**ENGLAND, "rule": "stay"})
    # 25 December is a Friday, Thursday 24 is open; of Monday 28, a holiday, the day before is 24
    for day in (25, 26, 27, 28):
        assert open_day_for_a_test(dt.date(2026, 12, day), None, closed) == dt.date(2026, 12, 24)
    late = open_days(late="4 days")
    assert open_day_for_a_test(dt.date(2026, 12, 26), late, closed) == dt.date(2026, 12, 29)
    assert open_day_for_a_test(dt.date(2026, 12, 23), late, closed) == dt.date(2026, 12, 23)


def test_a_test_that_may_not_come_early_never_precedes_its_time() -> None:
    closed = ClosedDays.model_validate({**ENGLAND, "rule": "stay"})
    # Christmas Day is a Friday: of the 25th to the 28th no day is open, the 29th is the next
    for day in (25, 26, 27, 28):
        due = dt.date(2026, 12, day)
        for most in ("1 day", "2 days"):
            on = open_day_for_a_test(due, open_days(late=most), closed)
            assert on == dt.date(2026, 12, 29)
    both = open_days(early="1 day", late="1 day")
    assert open_day_for_a_test(dt.date(2026, 12, 27), both, closed) == dt.date(2026, 12, 24)


@pytest.mark.hazard("H278")
def test_haemolysis_is_looked_for_36_to_96_hours_after_the_last_infusion() -> None:
    # 5 infusions to Friday 4 December: day 7 is Sunday the 6th, and Monday is 72 h after the last
    found = at_site(planned(IMMUNOGLOBULIN, watch="event"), rule="stay", **ENGLAND)
    tests = [
        one.date for one in found.tests_and_decisions if one.what == "haemoglobin for haemolysis"
    ]
    assert tests == [dt.date(2026, 12, 7)]


def test_a_review_that_no_open_day_of_its_window_takes_is_asked_about() -> None:
    own = [dt.date(2027, 1, day).isoformat() for day in range(18, 25)]
    library = read_library(ROOT, only="prednisolone-alternate-days")
    regimen = library.regimen("prednisolone-alternate-days")
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site.model_copy(
            update={"closed": ClosedDays.model_validate({"rule": "stay", "own": own})}
        ),
        man(),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={},
    )
    found = work_out(plan, library)
    # day 56 is 24 January; the 5 days before it are closed as well
    (text,) = texts(found, "closed.day")
    assert text.startswith("full dose cycle 1 day 56 falls on Sun 24-Jan-2027, closed by the site.")
    assert found.occasions[0].date == dt.date(2027, 1, 24)


def test_windows_of_open_days_say_something_and_belong_to_reviews() -> None:
    with pytest.raises(ValidationError, match="needs early, late or both"):
        OpenDays.model_validate({"source": "proposed"})
    exchange = {
        "what": "x",
        "kind": "procedure",
        "days": [1],
        "at": ["clinic"],
        "source": "proposed",
    }
    with pytest.raises(ValidationError, match="only a review has a window"):
        Procedure.model_validate({**exchange, "window": {"early": "1 day", "source": "proposed"}})


def test_reviews_on_closed_days_are_booked_on_the_nearest_open_one_and_said_in_one_line() -> None:
    # days 14 of two steps: Sun 07-Feb-2027 and Sun 21-Feb-2027; the window is 5 days early
    library = read_library(ROOT, only="prednisolone-alternate-days")
    regimen = library.regimen("prednisolone-alternate-days")
    closed = ClosedDays.model_validate({"rule": "stay", "weekdays": ["Sat", "Sun"]})
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site.model_copy(update={"closed": closed}),
        man(),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 20),
        choices={},
    )
    found = work_out(plan, library)
    reviews = [one.date.isoformat() for one in found.occasions if one.kind == "review"][:3]
    assert reviews == ["2027-01-22", "2027-02-05", "2027-02-19"]
    (text,) = texts(found, "closed.review_booked")
    assert text.startswith(
        "Reviews are booked on open days within their window: full dose cycle 1 day 56 on "
        "Fri 22-Jan-2027 (Sun 24-Jan-2027 is closed); taper cycle 1 day 14 on Fri 05-Feb-2027 "
        "(Sun 07-Feb-2027 is closed); "
    )
    (finding,) = (f for f in found.findings if f.code == "closed.review_booked")
    assert finding.source is not None
    assert finding.source.confirmed


def test_what_lies_later_than_it_was_laid_out_moves_off_the_closed_days_of_then() -> None:
    """Six days on, day 56 is Sat 30-Jan-2027, and the taper's are 13-Feb and 27-Feb: each a day
    early, so that as laid out from 30-Nov-2026 on they are the 23-Jan, 06-Feb and 20-Feb."""
    plan, known = (
        example_of("prednisolone-alternate-days").plan,
        shelved("prednisolone-alternate-days"),
    )
    laid = plan_regimen(plan, known, read_measurements(plan)[0], 1).lay_out()
    agenda = Agenda(laid=Laid(laid.slots, laid.occasions), measurements=())
    weekends = ClosedDays.model_validate({"rule": "stay", "weekdays": ["Sat", "Sun"]})
    site = plan.site.model_copy(update={"closed": weekends})
    moved, _ = move_off_closed_days(agenda, site, dt.timedelta(days=6))
    reviews = [f"{one.date:%d-%b}" for one in moved.occasions if one.kind == "review"]
    assert reviews[:3] == ["23-Jan", "06-Feb", "20-Feb"]


def test_a_site_without_closed_days_moves_nothing() -> None:
    found = at_site(planned(RITUXIMAB, start="2026-12-06"), rule="earlier")
    assert dates(found) == ["2026-12-06", "2026-12-13", "2026-12-20", "2026-12-27"]
    assert not [finding for finding in found.findings if finding.code.startswith("closed.")]


def test_the_next_open_day_may_be_the_next_one_and_the_farthest_that_is_looked_at() -> None:
    # 14 days are looked at: with 13 closed before it the 14th is found, with 14 none is
    def before(closed_days: int) -> dt.date:
        day = dt.date(2026, 12, 31)
        own = [(day - dt.timedelta(days=n)).isoformat() for n in range(closed_days + 1)]
        closed = ClosedDays.model_validate({"rule": "stay", "own": own})
        return open_day_for_a_test(day, None, closed)

    assert before(0) == dt.date(2026, 12, 30)
    assert before(13) == dt.date(2026, 12, 17)
    assert before(14) == dt.date(2026, 12, 31)


@pytest.mark.hazard("H70")
@pytest.mark.parametrize(("rule", "closed"), [("later", "2026-12-09"), ("earlier", "2026-12-14")])
def test_a_move_off_a_closed_day_keeps_the_least_gap_to_both_neighbours(
    rule: str, closed: str
) -> None:
    # the second dose put off from 7 to 9 December lies 5 days before the third, which is the least
    defer = Defer(at="induction cycle 1 day 8", by_days=2, scope="this day", **SAID)
    plan = planned(RITUXIMAB).model_copy(update={"changes": [defer]})
    found = at_site(plan, rule=rule, own=[closed])
    assert dates(found) == ["2026-11-30", "2026-12-09", "2026-12-14", "2026-12-21"]
    assert len(texts(found, "closed.no_way")) == 1


def test_the_second_dose_keeps_the_least_gap_to_the_first() -> None:
    # the first put off to 2 December: 6 December would be 4 days after it, the least is 5
    defer = Defer(at="induction cycle 1 day 1", by_days=2, scope="this day", **SAID)
    plan = planned(RITUXIMAB).model_copy(update={"changes": [defer]})
    found = at_site(plan, rule="earlier", own=["2026-12-07"])
    assert dates(found)[:2] == ["2026-12-02", "2026-12-07"]
    assert len(texts(found, "closed.no_way")) == 1


def test_what_has_no_window_keeps_everything_of_its_place_on_a_closed_day() -> None:
    # mesna has no window of its own; the pulse alone may be 14 days late
    name = "cyclophosphamide-monthly-mesna"
    plan = example_of(name).plan
    closed = ClosedDays.model_validate({"rule": "later", "own": ["2027-04-19"]})
    site = plan.site.model_copy(update={"closed": closed})
    found = work_out(plan.model_copy(update={"site": site}), shelved(name))
    last = {(row.drug, row.date.isoformat()) for row in found.rows if row.cycle == 6}
    assert last == {("cyclophosphamide", "2027-04-19"), ("mesna", "2027-04-19")}
    assert len(texts(found, "closed.no_way")) == 1


def test_one_day_later_is_by_the_window_for_later_days() -> None:
    # a pulse may be 14 days late and no day early; the last, which none follows, is on 19 April
    found = at_site(planned(CYCLOPHOSPHAMIDE), rule="later", own=["2027-04-19"])
    assert dates(found)[4:] == ["2027-03-22", "2027-04-20"]


COMPANIONS = {
    RITUXIMAB: {"premedication": "given"},
    CYCLOPHOSPHAMIDE: {
        "hydration": "given",
        "antiemetic": "given",
        "pneumocystis_prophylaxis": "given",
    },
}


def test_a_dose_with_premedication_leaves_a_closed_day_and_takes_it_along() -> None:
    # Fridays from 11 Dec 2026: 25 December and 1 January are closed, the days before are open
    plan = planned(RITUXIMAB, start="2026-12-11", choices=COMPANIONS[RITUXIMAB])
    found = at_site(plan, rule="earlier", **ENGLAND)
    wanted = ["2026-12-11", "2026-12-18", "2026-12-24", "2026-12-31"]
    for drug in ("rituximab", "methylprednisolone", "paracetamol", "dexchlorpheniramine"):
        assert [row.date.isoformat() for row in found.rows if row.drug == drug] == wanted
    assert not texts(found, "closed.no_way")


def test_premedication_before_midnight_goes_as_many_days_as_its_dose() -> None:
    # at 00:30 on 25 December, a closed day; an hour before it is 23:30 on the 24th, an open one
    plan = planned(
        RITUXIMAB,
        start="2026-12-11",
        choices=COMPANIONS[RITUXIMAB],
        times={"infusion": "00:30"},
    )
    found = at_site(plan, rule="earlier", **ENGLAND)
    third = {(row.drug, row.date.isoformat()) for row in found.rows if row.day == 15}
    assert third == {
        ("rituximab", "2026-12-24"),
        ("methylprednisolone", "2026-12-23"),
        ("paracetamol", "2026-12-23"),
        ("dexchlorpheniramine", "2026-12-23"),
    }


@pytest.mark.parametrize(("day", "closed", "to"), [(1, "19", "20"), (2, "20", "20")])
def test_fluid_on_a_day_that_its_file_lists_decides_nothing_about_the_pulse(
    day: int, closed: str, to: str
) -> None:
    # the last pulse is on 19 April, and may be late; fluid has no window. On the same day it goes
    # with the pulse to the 20th; on a day of its own it stays, and somebody is asked
    regimen = library().regimen(CYCLOPHOSPHAMIDE)
    (phase,) = regimen.phases
    pulse, fluid = (one for one in phase.medicines if one.companion in ("", "hydration"))
    fluid = fluid.model_copy(update={"days": [day], "at": ["infusion"]})
    phases = [phase.model_copy(update={"medicines": [pulse, fluid]})]
    listed = regimen.model_copy(update={"phases": phases})
    drugs = {name: library().drug(name) for name in regimen.drugs}
    used, site = library().knowledge_for(regimen), library().site
    rule = ClosedDays.model_validate({"rule": "later", "own": [f"2027-04-{closed}"]})
    plan = planned(CYCLOPHOSPHAMIDE, choices={"hydration": "given"})
    found = work_out(
        plan.model_copy(update={"site": plan.site.model_copy(update={"closed": rule})}),
        Library({regimen.id: listed}, drugs, used, site),
    )
    last = {row.drug: row.date.isoformat() for row in found.rows if row.cycle == 6}
    pulse_on = to if day == 1 else "19"
    assert last == {"cyclophosphamide": f"2027-04-{pulse_on}", "sodium-chloride": f"2027-04-{to}"}
    assert len(texts(found, "closed.no_way")) == day - 1


def test_a_move_is_allowed_within_a_window_and_back_to_the_own_day() -> None:
    window = Window.model_validate({"late": "2 days", "least_gap": "5 days", "source": "x"})
    assert [days for days in range(-3, 4) if window_allows(window, days)] == [0, 1, 2]
    window = Window.model_validate({"early": "1 day", "least_gap": "5 days", "source": "x"})
    assert [days for days in range(-3, 4) if window_allows(window, days)] == [-1, 0]
    assert [days for days in range(-3, 4) if window_allows(None, days)] == [0]


def test_the_next_open_day_is_never_the_day_itself() -> None:
    # Thursday 24 December is open, as is Wednesday; from Christmas Day to Monday 28 all are closed
    closed = ClosedDays.model_validate({**ENGLAND, "rule": "stay"})
    thursday = dt.date(2026, 12, 24)
    assert next_open_day(thursday, 1, closed) == dt.date(2026, 12, 29)
    assert next_open_day(thursday, -1, closed) == dt.date(2026, 12, 23)


def test_tablets_on_days_of_their_own_stay_when_the_pulse_moves() -> None:
    # the last pulse, on 19 April, goes to the 20th with its fluid; co-trimoxazole is taken at home
    plan = planned(CYCLOPHOSPHAMIDE, choices=COMPANIONS[CYCLOPHOSPHAMIDE])
    found = at_site(plan, rule="later", own=["2027-04-19"])
    first = {(row.drug, row.date.isoformat()) for row in found.rows if row.cycle == 6}
    assert {one for one in first if one[0] != "co-trimoxazole"} == {
        ("cyclophosphamide", "2027-04-20"),
        ("sodium-chloride", "2027-04-20"),
        ("ondansetron", "2027-04-20"),
    }
    assert ("co-trimoxazole", "2027-04-19") in first


@given(
    regimen=st.sampled_from(sorted(COMPANIONS)),
    start=st.dates(dt.date(2026, 11, 21), dt.date(2027, 3, 31)),
    rule=st.sampled_from(["stay", "earlier", "later"]),
    own=st.lists(st.integers(0, 170), max_size=4),
)
def test_a_companion_changes_no_date_of_what_it_goes_with(
    regimen: str, start: dt.date, rule: str, own: list[int]
) -> None:
    closed = [(start + dt.timedelta(days=days)).isoformat() for days in own]
    bare, whole = (
        at_site(
            planned(regimen, start=start.isoformat(), choices=choices),
            rule=rule,
            own=closed,
            **ENGLAND,
        )
        for choices in ({}, COMPANIONS[regimen])
    )
    days = [row.date for row in bare.rows]
    assert [row.date for row in whole.rows if not row.companion] == days
    assert {row.date for row in whole.rows if row.beside} == set(days)
