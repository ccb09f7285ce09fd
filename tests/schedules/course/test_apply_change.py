"""What each change does to a course: which dates, which doses, which totals. Dates by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import vobject
from pydantic import ValidationError

from dosing.errors import InputError
from dosing.units import ordinary_spaces, show
from schedules.course.course import Course
from schedules.course.read_change import may_be_kept, read_change, with_change
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.change_words import in_words
from schedules.plans.changes import (
    AddCourse,
    Adjust,
    Cease,
    Defer,
    Hold,
    Omit,
    Record,
    Reweigh,
    Switch,
)
from schedules.plans.making import make_plan
from schedules.review.course_diff import new_findings, rows_that_differ, totals_that_differ
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    MADE_ON,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    example_of,
    library,
    man,
    planned,
    shelved,
    whole_library,
)

# Six pulses 28 days apart from Mon 30-Nov-2026.
PULSES = ["2026-11-30", "2026-12-28", "2027-01-25", "2027-02-22", "2027-03-22", "2027-04-19"]


def dates(found: Course) -> list[str]:
    return [row.date.isoformat() for row in found.rows]


def doses(found: Course) -> list[str]:
    return [ordinary_spaces(show(row.dose.amount, 6)) for row in found.rows]


def codes(found: Course, level: str) -> set[str]:
    return {finding.code for finding in found.findings if finding.level == level}


def test_all_later_pulses_move_with_a_deferred_one() -> None:
    change = Defer(at="pulses cycle 2 day 1", by_days=7, scope="later", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    # each seven days later from the second on
    assert dates(found) == [
        "2026-11-30",
        "2027-01-04",
        "2027-02-01",
        "2027-03-01",
        "2027-03-29",
        "2027-04-26",
    ]
    assert not codes(found, "STOP")


def test_a_regimen_counted_from_the_dose_given_takes_its_later_cycles_along() -> None:
    change = Defer(at="pulses cycle 2 day 1", by_days=7, scope="this cycle", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    assert dates(found)[2] == "2027-02-01"


def test_a_regimen_counted_from_its_first_day_leaves_its_later_doses_in_place() -> None:
    change = Defer(at="induction cycle 1 day 8", by_days=1, scope="this day", **SAID)
    found = changed(planned(RITUXIMAB), change)
    assert dates(found) == ["2026-11-30", "2026-12-08", "2026-12-14", "2026-12-21"]


@pytest.mark.hazard("H65")
def test_doses_nearer_than_the_least_gap_are_stopped() -> None:
    # 7 Dec put off to 10 Dec lies 4 days before 14 Dec; the regimen asks for 5
    change = Defer(at="induction cycle 1 day 8", to=dt.date(2026, 12, 10), scope="this day", **SAID)
    found = changed(planned(RITUXIMAB), change)
    assert "window.least_gap" in codes(found, "STOP")
    assert any("4 days after the dose before it" in finding.text for finding in found.findings)


def test_a_dose_outside_its_window_waits_for_an_acknowledgement() -> None:
    # the window allows 2 days late; all later doses move along, so no gap is broken
    change = Defer(at="induction cycle 1 day 8", by_days=4, scope="later", **SAID)
    found = changed(planned(RITUXIMAB), change)
    assert not codes(found, "STOP")
    assert "window.late" in codes(found, "WARN")


def test_an_omitted_dose_is_counted_out_and_kept_as_cancelled() -> None:
    change = Omit(at="cycle 3 day 1", scope="this day", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    assert dates(found) == [day for day in PULSES if day != "2027-01-25"]
    assert [(row.place, row.status) for row in found.cancelled] == [
        ("pulses cycle 3 day 1", "omitted")
    ]
    assert found.totals[0].doses == 5
    assert found.totals[0].course.magnitude == pytest.approx(5 * 1850)


def test_a_ceased_course_ends_and_keeps_what_was_to_come_as_cancelled() -> None:
    found = changed(planned(CYCLOPHOSPHAMIDE), Cease(at="28-Dec-2026", **SAID))
    assert dates(found) == PULSES[:1]
    assert {row.status for row in found.cancelled} == {"ceased"}
    assert len(found.cancelled) == 5


def test_75_percent_is_of_the_standard_dose_and_is_rounded_again() -> None:
    # 75 % of 1,844.66 mg is 1,383.5 mg, to the nearest 50 mg 1,400 mg
    change = Adjust(at="cycle 4 day 1", scope="later", percent=75, of="standard dose", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    assert doses(found) == ["1,850 mg"] * 3 + ["1,400 mg"] * 3


def test_80_percent_of_the_previous_dose_builds_on_its_reduction() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    first = Adjust(at="cycle 4 day 1", scope="later", percent=75, of="standard dose", **SAID)
    second = Adjust(at="cycle 5 day 1", scope="later", percent=80, of="previous dose", **SAID)
    # 80 % of 75 % of 1,844.66 mg is 1,106.8 mg, to the nearest 50 mg 1,100 mg
    found = changed(plan, first, second)
    assert doses(found)[3:] == ["1,400 mg", "1,100 mg", "1,100 mg"]
    told = [" ".join(map(str, row.dose.steps)) for row in found.rows]
    assert ["of the previous dose" in text for text in told] == [False] * 4 + [True] * 2


@pytest.mark.hazard("H68")
def test_a_bare_percentage_is_refused() -> None:
    with pytest.raises(ValidationError, match="names its base"):
        Adjust(at="cycle 4 day 1", scope="later", percent=75, **SAID)


@pytest.mark.hazard("H68")
@pytest.mark.parametrize(
    ("give", "why"),
    [
        ("75", "has no unit"),
        ("0.75", "has no unit"),
        ("75 %", "does not say of which dose"),
        ("75%", "does not say of which dose"),
        ("75 % of the dose", "does not say of which dose"),
        ("75 % of the first dose", "does not say of which dose"),
        ("75 % of the standard dos", "does not say of which dose"),
    ],
)
def test_a_percentage_is_taken_of_no_dose_that_is_not_named(give: str, why: str) -> None:
    course = work_out(planned(CYCLOPHOSPHAMIDE), library())
    typed = {"from": "cycle 4 day 1", "scope": "later", "give": give}
    with pytest.raises(InputError, match=f"give: .*{why}"):
        read_change("adjust", typed, course, library(), **SAID)


def test_a_stated_amount_stands_and_is_held_to_the_limits() -> None:
    change = Adjust(at="cycle 2 day 1", scope="this day", amount="185 g", **SAID)
    assert codes(changed(planned(CYCLOPHOSPHAMIDE), change), "STOP")


def test_a_new_weight_counts_from_its_day_on() -> None:
    # Mosteller: sqrt(175 x 80 / 3600) = 1.97203 m2, 1,972 mg, to the nearest 50 mg 1,950 mg
    change = Reweigh(from_day=dt.date(2027, 1, 1), weight="80 kg", doses="worked out again", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    assert doses(found) == ["1,850 mg"] * 2 + ["1,950 mg"] * 4
    assert "weight.changed" in codes(found, "NOTE")  # +14.3 % is more than 10 %


@pytest.mark.hazard("H69")
def test_doses_that_are_kept_are_held_to_the_newest_weight() -> None:
    # at 98 kg 2,183 mg would be due: 1,850 mg lies 15 % below
    change = Reweigh(from_day=dt.date(2027, 1, 1), weight="98 kg", doses="kept", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    assert doses(found) == ["1,850 mg"] * 6
    [finding] = [f for f in found.findings if f.code == "dose.total_deviation"]
    assert finding.level == "WARN"
    assert "25-Jan-2027" in finding.text  # the first dose after the new weight


@pytest.mark.parametrize(
    ("kilos", "named"), [("77 kg", False), ("77.1 kg", True), ("63 kg", False), ("62.9 kg", True)]
)
def test_a_change_of_weight_above_a_tenth_is_named(kilos: str, named: bool) -> None:
    # 7 kg of 70 kg is the tenth that the site tolerates.
    change = Reweigh(from_day=dt.date(2027, 1, 1), weight=kilos, doses="kept", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    assert ("weight.changed" in codes(found, "NOTE")) is named


@pytest.mark.parametrize(
    ("days", "code"),
    [(2, None), (3, "window.late"), (1, None), (-1, None), (-2, "window.early")],
)
def test_a_dose_may_move_as_far_as_its_window(days: int, code: str | None) -> None:
    # The last of four weekly doses: a day early, two days late.
    change = Defer(at="induction cycle 1 day 22", by_days=days, scope="this day", **SAID)
    found = changed(planned(RITUXIMAB), change)
    assert codes(found, "WARN") == ({code} if code else set())


def test_a_longer_drip_phase_puts_the_tablets_off() -> None:
    change = Switch(at="intravenous cycle 1 day 8", choices={"iv_days": "12 days"}, **SAID)
    before = work_out(planned(THIOCTIC), library())
    found = changed(planned(THIOCTIC), change)
    drips = [row for row in found.rows if row.phase == "intravenous"]
    assert [row.date.isoformat() for row in drips[-2:]] == ["2026-12-10", "2026-12-11"]
    tablets = [row for row in found.rows if row.phase == "oral"]
    assert tablets[0].date == dt.date(2026, 12, 12)
    by = [ordinary_spaces(total.by) for total in totals_that_differ(before, found)]
    assert by == ["1,200 mg more"]


def test_a_choice_that_is_not_offered_is_refused() -> None:
    change = Switch(at="intravenous cycle 1 day 8", choices={"iv_days": "40 days"}, **SAID)
    with pytest.raises(InputError, match="10 days to 15 days"):
        changed(planned(THIOCTIC), change)


def test_a_dose_as_given_keeps_its_place_and_takes_later_pulses_along() -> None:
    change = Record(
        at="cycle 1 day 1", on=dt.date(2026, 12, 1), time="10:30", amount="900 mg", **SAID
    )
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    first = found.rows[0]
    assert (first.status, first.time, first.planned_on) == (
        "given",
        dt.time(10, 30),
        dt.date(2026, 11, 30),
    )
    assert doses(found)[0] == "900 mg"
    assert dates(found)[:2] == ["2026-12-01", "2026-12-29"]
    # five pulses and the part that was given
    assert found.totals[0].course.magnitude == pytest.approx(5 * 1850 + 900)


@pytest.mark.hazard("H67")
def test_what_was_given_does_not_move_again() -> None:
    given = Record(at="cycle 1 day 1", on=dt.date(2026, 11, 30), **SAID)
    defer = Defer(at="cycle 1 day 1", by_days=7, scope="later", **SAID)
    with pytest.raises(InputError, match=r"change 2.*it is given"):
        changed(planned(CYCLOPHOSPHAMIDE), given, defer)


def test_a_dose_is_recorded_once_and_by_its_number() -> None:
    given = Record(at="cycle 1 day 1", on=dt.date(2026, 11, 30), **SAID)
    with pytest.raises(InputError, match=r"change 2.*is already given"):
        changed(planned(CYCLOPHOSPHAMIDE), given, given)
    second = given.model_copy(update={"n": 2})
    with pytest.raises(InputError, match="write one of: cyclophosphamide"):
        changed(planned(CYCLOPHOSPHAMIDE), second)
    other = given.model_copy(update={"item": "mesna"})
    with pytest.raises(InputError, match="does not name one dose"):
        changed(planned(CYCLOPHOSPHAMIDE), other)


def test_a_share_of_another_dose_follows_it_and_is_adjusted_once() -> None:
    # 20 % of cyclophosphamide each: 370 mg of 1,850 mg, and 280 mg of 1,400 mg, which is 75 %
    def amounts(*changes: Adjust) -> list[str]:
        found = example_of("cyclophosphamide-monthly-mesna")
        plan = found.plan.model_copy(update={"changes": list(changes)})
        rows = work_out(plan, shelved("cyclophosphamide-monthly-mesna")).rows
        return [ordinary_spaces(show(row.dose.amount)) for row in rows if row.cycle == 1]

    given = Adjust(at="cycle 1 day 1", scope="this day", percent=75, of="standard dose", **SAID)
    assert amounts() == ["1,850 mg", *["370 mg"] * 3]
    assert amounts(given) == ["1,400 mg", *["280 mg"] * 3]


def test_an_overdose_that_was_given_can_be_recorded() -> None:
    change = Record(at="cycle 1 day 1", on=dt.date(2026, 11, 30), amount="18.5 g", **SAID)
    found = changed(planned(CYCLOPHOSPHAMIDE), change)
    assert doses(found)[0] == "18.5 g"
    assert any(f.code.startswith("limit.") for f in found.findings if f.level == "WARN")


def test_what_was_given_above_a_limit_of_the_day_is_recorded_and_stays_in_sight() -> None:
    known = whole_library()
    regimen = known.regimen("azathioprine-maintenance")
    plan = make_plan(
        regimen,
        known.knowledge_for(regimen),
        known.site,
        man(genotype="normal"),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={},
    )
    before = work_out(plan, known)
    # 70 kg x 3 mg/kg a day are 210 mg, the hard limit
    change = Record(at=before.rows[0].place, on=before.rows[0].date, amount="500 mg", **SAID)
    after = with_change(plan, change, known)
    assert may_be_kept(change, before, after)
    assert not after.stopped
    told = {f.code: f.level for f in after.findings if f.code.startswith("limit.hard")}
    assert told == {"limit.hard.above.day": "WARN", "limit.hard.above.dose": "WARN"}
    assert after.rows[0].state == "given"


def test_a_day_with_a_dose_to_come_stays_stopped_and_what_was_given_is_kept() -> None:
    known = whole_library()
    regimen = known.regimen("mycophenolate")
    choices = {"target_length": "28 days"}
    plan = make_plan(
        regimen,
        known.knowledge_for(regimen),
        known.site,
        man(),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=choices,
    )
    before = work_out(plan, known)
    morning, evening = before.rows[:2]
    change = Record(at=morning.place, item=morning.item, on=morning.date, amount="6 g", **SAID)
    after = with_change(plan, change, known)
    assert may_be_kept(change, before, after)
    # 6 g and the 500 mg of the evening are above 3 g a day
    assert [f.code for f in after.findings if f.level == "STOP"] == ["limit.hard.above.day"]
    later = Record(at=evening.place, item=evening.item, n=evening.n, on=evening.date, **SAID)
    assert not with_change(after.plan, later, known).stopped


def test_a_course_with_a_stated_total_is_not_held() -> None:
    with pytest.raises(InputError, match="stated total"):
        changed(planned(IMMUNOGLOBULIN), Hold(kind="hold", at="cycle 1 day 3", days=2, **SAID))


def test_a_place_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(InputError, match="pulses cycle 1 day 1"):
        changed(planned(CYCLOPHOSPHAMIDE), Cease(at="cycle 9 day 1", **SAID))


def test_a_second_regimen_stands_on_the_same_timeline() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    known = library().knowledge_for(library().regimen(RITUXIMAB))
    change = AddCourse(
        regimen=known[f"regimens/{RITUXIMAB}"],
        drugs=[known["drugs/rituximab"]],
        first_day=dt.date(2026, 12, 7),
        choices={},
        **SAID,
    )
    found = changed(plan, change)
    second = [row for row in found.rows if row.course_number == 2]
    assert [row.date.isoformat() for row in second] == [
        "2026-12-07",
        "2026-12-14",
        "2026-12-21",
        "2026-12-28",
    ]
    assert second[0].place == "course 2, induction cycle 1 day 1"
    assert [regimen.id for regimen in found.regimens] == [CYCLOPHOSPHAMIDE, RITUXIMAB]
    later = Defer(at="course 2, cycle 1 day 8", by_days=1, scope="this day", **SAID)
    moved = changed(plan, change, later)
    assert [d.text for d in rows_that_differ(found, moved)] == [
        "course 2, induction cycle 1 day 8, rituximab: Mon 14-Dec-2026 to Tue 15-Dec-2026"
    ]


def events(found: Course, **how: Any) -> dict[str, Any]:
    """Read the calendar file again with a program that is not ours: events by UID."""
    calendar = vobject.readOne(to_ics(found, **how).decode())
    return {event.uid.value: event for event in calendar.vevent_list}


def test_only_events_that_changed_have_a_higher_sequence() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    defer = Defer(at="cycle 5 day 1", by_days=7, scope="later", **SAID)
    omit = Omit(at="cycle 6 day 1", scope="this day", **SAID)
    first, second = events(work_out(plan, library())), events(changed(plan, defer, omit))
    assert list(second) == list(first)
    assert [int(event.sequence.value) for event in second.values()] == [0, 0, 0, 0, 1, 2]
    for uid in list(first)[:4]:
        assert second[uid].serialize() == first[uid].serialize()


def test_an_omitted_dose_is_cancelled_in_its_state_and_in_its_name() -> None:
    found = changed(planned(CYCLOPHOSPHAMIDE), Omit(at="cycle 6 day 1", scope="this day", **SAID))
    last = list(events(found).values())[-1]
    assert last.status.value == "CANCELLED"
    assert last.summary.value.startswith("CANCELLED: 1,850")
    assert "neutrophils 0.9 (AB)" in last.description.value
    discreet = list(events(found, discreet=True).values())[-1]
    assert discreet.summary.value == "CANCELLED: Appointment"
    assert "neutrophils" not in discreet.serialize()


def test_a_file_of_what_changed_holds_nothing_else() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    defer = Defer(at="cycle 5 day 1", by_days=7, scope="later", **SAID)
    omit = Omit(at="cycle 6 day 1", scope="this day", **SAID)
    found = changed(plan, defer, omit)
    assert len(events(found, since=1)) == 2
    assert len(events(found, since=2)) == 1


def test_a_warning_that_a_later_change_took_away_stands_in_no_event() -> None:
    def later(day: int, scope: str) -> Defer:
        at = f"induction cycle 1 day {day}"
        return Defer.model_validate({"at": at, "by_days": 36, "scope": scope, **SAID})

    # 43 days after the first infusion instead of 7 is late, until the first one is put off as well
    late = later(8, "this cycle")
    assert "window.late" in codes(changed(planned(RITUXIMAB), late), "WARN")
    found = changed(planned(RITUXIMAB), late, later(1, "this day"))
    assert codes(found, "WARN") == set()
    assert b"Acknowledged" not in to_ics(found).replace(b"\r\n ", b"")


def test_a_run_of_tablets_that_begins_elsewhere_cancels_the_old_one() -> None:
    plan = planned(THIOCTIC)
    omit = Omit(at="oral cycle 1 day 1", scope="this day", **SAID)
    before, after = events(work_out(plan, library())), events(changed(plan, omit))
    assert set(before) < set(after)
    [old_run] = [uid for uid, event in before.items() if "each day" in event.summary.value]
    assert after[old_run].status.value == "CANCELLED"
    [new_run] = [
        event
        for uid, event in after.items()
        if "each day" in event.summary.value and uid != old_run
    ]
    assert new_run.status.value == "TENTATIVE"  # not checked
    # tablets from the second day on: 11 December after ten days of drips and one left out
    assert new_run.dtstart.value == dt.date(2026, 12, 11)


def test_removing_the_last_change_gives_the_same_bytes_as_before_it() -> None:
    plan = planned(CYCLOPHOSPHAMIDE)
    once = plan.model_copy(
        update={"changes": [Defer(at="cycle 2 day 1", by_days=7, scope="later", **SAID)]}
    )
    assert once.before(0).to_json() == plan.to_json()
    assert once.hash != plan.hash


def test_a_change_needs_a_person_a_reason_and_an_instant() -> None:
    for field, value in (
        ("who", ""),
        ("why", ""),
        ("when", dt.datetime.fromisoformat("2026-12-20T09:00")),
    ):
        with pytest.raises(ValidationError):
            Omit(at="cycle 3 day 1", scope="this day", **{**SAID, field: value})


def test_a_change_reads_as_one_sentence() -> None:
    change = Defer(at="pulses cycle 2 day 1", by_days=7, scope="later", **SAID)
    assert in_words(change) == "pulses cycle 2 day 1, all later: deferred by 7 days"


def test_the_preview_names_new_findings_only() -> None:
    before = work_out(planned(RITUXIMAB), library())
    change = Defer(at="induction cycle 1 day 8", by_days=4, scope="later", **SAID)
    after = changed(planned(RITUXIMAB), change)
    new = [finding for finding in new_findings(before, after) if finding.level != "NOTE"]
    assert {finding.code for finding in new} == {"window.late"}


@pytest.mark.parametrize(
    ("regimen", "at"),
    [
        # the total of two days is dealt out over them
        ("cyclophosphamide-oral", "daily cycle 1 day 8"),
        # the dose before the operation has a stated total, what runs over 24 hours has none
        ("steroid-cover-surgery", "operation cycle 1 day 1"),
    ],
)
def test_what_is_part_of_a_total_is_not_held(regimen: str, at: str) -> None:
    plan = example_of(regimen).plan
    hold = Hold(kind="hold", at=at, days=7, **SAID)
    with pytest.raises(InputError, match="has a stated total, which more days exceed"):
        work_out(plan.model_copy(update={"changes": [hold]}), shelved(regimen))


def test_a_dose_that_is_dealt_out_within_its_day_can_be_held() -> None:
    # ciclosporin 5 mg/kg a day as 100 and 75 mg, seven days longer
    regimen = "ciclosporin-start"
    plan = example_of(regimen).plan
    before = work_out(plan, shelved(regimen))
    hold = Hold(kind="hold", at="start cycle 1 day 8", days=7, **SAID)
    after = work_out(plan.model_copy(update={"changes": [hold]}), shelved(regimen))
    assert len(after.rows) == len(before.rows) + 2 * 7


def test_the_companions_of_a_dose_given_late_stay_where_they_stood() -> None:
    # the pulse is given two days late; what is to come of its cycle goes two days on
    given = {"hydration": "given", "pneumocystis_prophylaxis": "given"}
    plan = planned(CYCLOPHOSPHAMIDE, choices=given)
    late = Record(at="cycle 1 day 1", item="cyclophosphamide", on=dt.date(2026, 12, 2), **SAID)
    first = [row for row in changed(plan, late).rows if row.cycle == 1][:5]
    assert [(row.drug, row.date.isoformat()) for row in first] == [
        ("co-trimoxazole", "2026-11-30"),
        ("sodium-chloride", "2026-11-30"),
        ("cyclophosphamide", "2026-12-02"),
        ("co-trimoxazole", "2026-12-04"),
        ("co-trimoxazole", "2026-12-06"),
    ]


def test_reviews_that_a_switch_dates_anew_stand_there_once() -> None:
    # after 6, 12, 24 and 36 months, however long a step is; Sunday 30 May is booked on Friday
    regimen = "azathioprine-cover"
    plan = example_of(regimen).plan
    longer = Switch(at="step 2 cycle 1 day 1", choices={"step_length": "35 days"}, **SAID)
    after = work_out(plan.model_copy(update={"changes": [longer]}), shelved(regimen))
    reviews = [one.date.isoformat() for one in after.occasions]
    assert reviews == ["2027-05-28", "2027-11-30", "2028-11-30", "2029-11-30"]
