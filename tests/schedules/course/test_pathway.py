"""A pathway: the outcome of a review opens its branch as one change; an undo closes it again."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.read_change import read_change, with_change
from schedules.course.read_outcome import open_reviews, regimens_opened
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.course_json import course_as_dict
from schedules.outputs.fhir.bundle import to_fhir
from schedules.outputs.paper.worksheet import print_worksheet
from schedules.outputs.table import dated_rows
from schedules.plans.making import make_plan
from schedules.plans.plan import Acknowledgement, Plan
from schedules.plans.undo import undone
from schedules.review.due import due_in_a_week
from tests.support.planning import MADE_ON, SAID, man, whole_library

STEROID = "glucocorticoid-first-pathway-in-cidp"
TWO_MONTHS = "response after 2 months"
TWO = f"{TWO_MONTHS} (month 2 cycle 1 day 1)"
NORMAL: dict[str, Any] = {
    "genotype": "normal",
    "clearance": "95 mL/min",
    "clearance_by": "cystatin C",
}


def course(
    regimen: str = STEROID,
    choices: dict[str, str] | None = None,
    start: str = "2026-11-30",
    **who: Any,
) -> Course:
    library = whole_library()
    found = library.regimen(regimen)
    plan = make_plan(
        found,
        library.knowledge_for(found),
        library.site,
        man(**who),
        first_day=start,
        made_on=MADE_ON,
        choices=choices or {},
    )
    return work_out(plan, library)


def take(before: Course, outcome: str, review: str = TWO_MONTHS, **choose: str) -> Course:
    typed = {"review": review, "outcome": outcome, "choose": choose}
    change = read_change("outcome", typed, before, whole_library(), **SAID)
    return with_change(before.plan, change, whole_library())


def undo(after: Course) -> Course:
    changes = undone(after.plan.changes, "undo", None, **SAID)
    return work_out(after.plan.model_copy(update={"changes": changes}), whole_library())


def totals(found: Course) -> dict[str, str]:
    return {total.drug: f"{total.course.magnitude:g} in {total.doses}" for total in found.totals}


def taper(found: Course) -> set[tuple[str, str]]:
    return {(row.state, row.condition) for row in found.every if row.phase == "taper"}


GATED = "strength holds and the EMG shows no new denervation"


@pytest.mark.hazard("H73")
def test_nothing_opens_by_itself_and_a_phase_that_waits_is_conditional() -> None:
    found = course()
    assert taper(found) == {("planned", f"{TWO_MONTHS} has its outcome; {GATED}")}
    # 4A of the fact sheet: 28 x 70 mg and the steps down, 147 doses, 5,425 mg
    assert totals(found) == {"prednisolone": "5425 in 147"}
    assert [one.what for one in open_reviews(found)][:2] == [
        "response after 20 to 30 days",
        TWO_MONTHS,
    ]


def test_improved_opens_the_taper_and_the_cover_on_the_day_after_the_review() -> None:
    after = take(course(**NORMAL), "improved", step_length="28 days")
    # Booked on Friday 22 January, since Sunday the 24th is closed: the cover begins on the 23rd
    assert taper(after) == {("planned", GATED)}
    cover = [row for row in after.rows if row.course_number == 2]
    assert (cover[0].date, cover[0].drug) == (dt.date(2027, 1, 23), "azathioprine")
    # 28 x (50 + 100 + 150) + 84 x 175 = 23,100 mg in 168 doses
    assert totals(after) == {"prednisolone": "5425 in 147", "azathioprine": "23100 in 168"}
    decided = next(one for one in after.occasions if one.what == TWO_MONTHS)
    assert (decided.outcome, decided.open_branches) == ("improved", ())


def test_the_cover_asks_for_the_genotype_before_it_is_opened() -> None:
    with pytest.raises(InputError, match="azathioprine-cover, genotype: is missing"):
        take(course(), "improved", step_length="28 days")
    with pytest.raises(InputError, match="azathioprine-cover, step_length: is not chosen"):
        take(course(**NORMAL), "improved")


def test_an_undo_closes_the_branch_and_another_outcome_opens_another() -> None:
    before = course(**NORMAL)
    back = undo(take(before, "improved", step_length="28 days"))
    assert (totals(back), taper(back)) == (totals(before), taper(before))
    other = take(back, "no response")
    assert taper(other) == {("planned", GATED)}
    # 70 kg x 2 g/kg = 140 g over 5 days from the day after Friday 22 January
    assert totals(other) == {"prednisolone": "5425 in 147", "immunoglobulin": "140 in 5"}
    first = next(row for row in other.rows if row.drug == "immunoglobulin")
    assert first.date == dt.date(2027, 1, 23)


def test_spontaneous_activity_gives_the_full_dose_for_14_days_more() -> None:
    after = take(course(), "spontaneous activity")
    steps = [row for row in after.rows if row.phase == "taper"]
    # The full dose from 25 January on, every second day of 14: 7 doses of 70 mg, 490 mg
    assert totals(after) == {"prednisolone": "5915 in 154"}
    assert (steps[0].date, steps[0].dose.amount.magnitude) == (dt.date(2027, 2, 8), 65)
    more = [row for row in after.rows if row.phase == "full dose"][28:]
    assert [row.date.day for row in more] == [25, 27, 29, 31, 2, 4, 6]
    assert {row.dose.amount.magnitude for row in more} == {70}


def test_what_is_not_opened_is_ceased_and_a_regimen_can_end_at_a_review() -> None:
    before = course("immunoglobulin-first-pathway-in-cidp", {"infusions": "3"})
    review = "response after 20 to 30 days"
    kept_up = take(before, "improved", review)
    assert totals(kept_up) == {"immunoglobulin": "350 in 8"}  # 140 g, then 3 x 70 g
    other = take(before, "no response", review)
    states = {row.state for row in other.every if row.phase == "maintenance"}
    assert states == {"ceased"}
    # 28 + 119 doses of prednisolone as by itself, from the day after Monday 21 December
    assert totals(other) == {"immunoglobulin": "140 in 5", "prednisolone": "5425 in 147"}
    steroid = next(row for row in other.rows if row.drug == "prednisolone")
    assert steroid.date == dt.date(2026, 12, 22)
    ended = take(kept_up, "relapse")
    gone = [row.date for row in ended.cancelled]
    # Booked on Friday 29 January; the infusion of 1 February and the later review are ceased
    assert gone == [dt.date(2027, 2, 1), dt.date(2027, 5, 30)]


def test_the_first_look_lies_on_an_open_day_within_its_time_before_the_infusion() -> None:
    # 21 days later is the weekday of the first dose; the article looks after 20 to 30 days
    for start, review in (
        ("2026-11-30", "2026-12-21"),  # Monday and Monday
        ("2026-12-01", "2026-12-22"),  # Tuesday and Tuesday
        ("2027-01-09", "2027-01-29"),  # Saturday; the third Saturday is closed, Friday is not
    ):
        found = course("immunoglobulin-first-pathway-in-cidp", {"infusions": "1"}, start)
        look = next(one for one in found.occasions if one.what == "response after 20 to 30 days")
        infusion = next(row for row in found.rows if row.phase == "maintenance")
        assert (start, look.date.isoformat()) == (start, review)
        assert (infusion.date - dt.date.fromisoformat(start)).days == 21
        assert (look.date, look.time) < (infusion.date, infusion.time)


def test_an_outcome_is_entered_once_and_has_to_be_one_of_the_review() -> None:
    after = take(course(), "spontaneous activity")
    with pytest.raises(InputError, match="is no review that waits for its outcome"):
        take(after, "improved")
    with pytest.raises(
        InputError, match="is not an outcome of this review; write one of: improved"
    ):
        take(course(), "better")
    with pytest.raises(InputError, match="is no choice of what this outcome opens"):
        take(course(), "no response", step_length="28 days")


def test_courses_repeat_by_the_month_or_by_days_from_the_first_day() -> None:
    before = course("immunoglobulin-first-pathway-in-mmn")
    review = "response to immunoglobulin"
    first: dict[str, dt.date] = {}
    for outcome, choose in (
        ("improved for 1 month", {"courses": "2"}),
        ("improved for 2 months", {"courses": "2"}),
        ("improved for 4 to 8 weeks", {"courses": "2", "repeat_every": "42 days"}),
    ):
        after = take(before, outcome, review, **choose)
        own = [row.date for row in after.rows if row.course_number == 2]
        first[outcome] = own[0]
        assert totals(after) == {"immunoglobulin": "420 in 15"}
    # 1 and 2 calendar months and 28 days after 30 November
    assert list(map(str, first.values())) == ["2026-12-30", "2027-01-30", "2026-12-28"]


def test_two_exchanges_then_cyclophosphamide_or_rituximab_follow_no_response() -> None:
    before = course("immunoglobulin-first-pathway-in-mmn")
    review = "response to immunoglobulin"
    after = take(before, "no response - exchange and cyclophosphamide", review)
    exchanges = [one.date for one in after.occasions if one.what == "plasma exchange"]
    # Booked on Thursday 24 December: the day after, and the next
    assert exchanges == [dt.date(2026, 12, 25), dt.date(2026, 12, 26)]
    # 1.8447 m2 x 1 g/m2, to 1,850 mg, six times
    assert totals(after)["cyclophosphamide"] == "11100 in 6"
    assert totals(take(before, "no response - rituximab", review))["rituximab"] == "2800 in 4"


def acknowledged(found: Course) -> Course:
    codes = {finding.code for finding in found.findings if finding.level == "WARN"}
    seen = [Acknowledgement(code=code, reason="seen", who="AB") for code in sorted(codes)]
    plan = Plan.model_validate({**found.plan.model_dump(), "acknowledgements": seen})
    return work_out(plan, whole_library())


def events(found: Course) -> dict[str, Any]:
    text = to_ics(acknowledged(found))
    return {str(one["UID"]): one for one in Calendar.from_ical(text).walk("VEVENT")}


def test_a_calendar_follows_an_outcome_and_its_undo() -> None:
    before = course(**NORMAL)
    improved = take(before, "improved", step_length="28 days")
    planned, opened, closed = events(before), events(improved), events(undo(improved))
    review = next(uid for uid, one in planned.items() if one["SUMMARY"] == TWO_MONTHS)
    assert "- improved: opens phase taper" in planned[review]["DESCRIPTION"]
    assert "Result: improved" in opened[review]["DESCRIPTION"]
    assert [one[review]["SEQUENCE"] for one in (planned, opened, closed)] == [0, 1, 2]
    only_if = f"ONLY IF {TWO_MONTHS} has its outcome; {GATED}"
    waiting = [uid for uid, one in planned.items() if only_if in one["SUMMARY"]]
    # 119 doses and the 17 reviews between the steps down
    assert len(waiting) == 119 + 17
    assert all(opened[uid]["SUMMARY"].startswith(f"ONLY IF {GATED}: ") for uid in waiting)
    assert {str(opened[uid]["STATUS"]) for uid in waiting} == {"TENTATIVE"}
    cover = [uid for uid, one in opened.items() if "azathioprine" in one["SUMMARY"]]
    assert cover
    assert not planned.keys() & set(cover)
    assert {str(closed[uid]["STATUS"]) for uid in cover} == {"CANCELLED"}


def test_every_output_says_what_a_review_may_open_and_what_it_found() -> None:
    before = acknowledged(course("immunoglobulin-first-pathway-in-mmn"))
    review = "response to immunoglobulin"
    after = acknowledged(take(before, "no response - rituximab", review))
    may, found = "no response - rituximab: opens rituximab-weekly", "no response - rituximab"
    for one, said in ((before, may), (after, found)):
        row = next(row for row in dated_rows(one) if row["item"] == review)
        assert said in row["results"]
        (stated,) = course_as_dict(one)["reviews"]
        assert stated["outcome"] == ("" if one is before else found)
        assert said in to_fhir(one).decode()
        paper = print_worksheet(one, whole_library(), printed_at=SAID["when"])
        pages = PdfReader(io.BytesIO(paper)).pages
        assert said in " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_review_is_due_until_its_outcome_is_entered() -> None:
    before = course("immunoglobulin-first-pathway-in-mmn")
    review, friday = "response to immunoglobulin", dt.date(2026, 12, 25)
    after = take(before, "no response - rituximab", review)
    overdue = [
        [one.what for one in due_in_a_week(found, friday, frozenset()).overdue]
        for found in (before, after)
    ]
    assert [review in names for names in overdue] == [True, False]


def test_a_plan_file_keeps_the_outcome_and_all_that_it_opened() -> None:
    after = take(course(**NORMAL), "improved", step_length="28 days")
    again = Plan.from_json(after.plan.to_json())
    assert again == after.plan
    assert totals(work_out(again, whole_library())) == totals(after)


def test_a_relapse_while_immunoglobulin_is_withdrawn_brings_back_the_full_dose() -> None:
    before = course("immunoglobulin-withdrawal-three-steps", weight="80 kg", height="180 cm")
    # 60, 60, 40 and 40 g
    assert totals(before) == {"immunoglobulin": "200 in 4"}
    library = whole_library()
    typed = {"from": "half cycle 1 day 1", "outcome": "relapse", "choose": {"infusions": "3"}}
    change = read_change("outcome", typed, before, library, **SAID)
    after = with_change(before.plan, change, library)
    # 11 January: the infusion of 40 g at 09:00 stands before the review at 10:00. What is planned
    # after it is ceased, and 80 g begin 21 days later, on 1 February: 60 + 60 + 40 + 3 x 80 g
    assert totals(after) == {"immunoglobulin": "400 in 6"}
    full = [row.date for row in after.rows if row.course_number == 2]
    assert full == [dt.date(2027, 2, 1) + dt.timedelta(days=21 * n) for n in range(3)]
    assert {row.phase for row in after.cancelled} == {"half", "nothing", "week 24"}


def test_a_review_has_one_outcome_at_its_own_place() -> None:
    before, library = course(), whole_library()
    typed = {"review": TWO_MONTHS, "outcome": "spontaneous activity"}
    change = read_change("outcome", typed, before, library, **SAID)
    twice = before.plan.model_copy(update={"changes": [change, change]})
    with pytest.raises(InputError, match="has its outcome already: spontaneous activity"):
        work_out(twice, library)
    other = change.model_copy(update={"review": "another"})
    with pytest.raises(InputError, match=f"is no review of this place; write one of: {TWO_MONTHS}"):
        work_out(before.plan.model_copy(update={"changes": [other]}), library)


def test_a_dose_is_not_held_where_none_is_left() -> None:
    before, library = course(), whole_library()
    ceased = with_change(
        before.plan,
        read_change("cease", {"from": "taper cycle 1 day 1"}, before, library, **SAID),
        library,
    )
    with pytest.raises(InputError, match="asks to step back, and no later dose is planned"):
        take(ceased, "spontaneous activity")


def test_a_review_that_is_not_named_is_the_only_one_or_asked_for() -> None:
    def refusal(found: Course, typed: dict[str, Any]) -> str:
        with pytest.raises(InputError) as refused:
            read_change("outcome", typed, found, whole_library(), **SAID)
        return str(refused.value)

    said = refusal(course(), {"outcome": "improved"})
    assert "could mean several reviews" in said
    assert f"write one of: response after 20 to 30 days (day 25 cycle 1 day 1); {TWO}" in said
    none = course("immunoglobulin-5-days")
    assert "review: is missing; no review here waits for its outcome" in refusal(none, {})
    mmn = course("immunoglobulin-first-pathway-in-mmn")
    typed = {"outcome": "no response - rituximab"}
    assert read_change("outcome", typed, mmn, whole_library(), **SAID).kind == "outcome"


def test_a_choice_that_the_outcome_does_not_have_is_answered_with_those_that_it_has() -> None:
    with pytest.raises(InputError, match="what this outcome opens; write one of: step_length"):
        take(course(**NORMAL), "improved", nothing="1", step_length="28 days")


def test_what_an_outcome_opens_does_not_begin_before_the_outcome() -> None:
    # a calendar month after 30 November is 30 December
    before, review = course("immunoglobulin-first-pathway-in-mmn"), "response to immunoglobulin"
    typed = {"review": review, "outcome": "improved for 1 month", "choose": {"courses": "2"}}
    on_the_day = read_change(
        "outcome", {**typed, "on": "2026-12-30"}, before, whole_library(), **SAID
    )
    after = with_change(before.plan, on_the_day, whole_library())
    assert min(row.date for row in after.rows if row.course_number == 2) == dt.date(2026, 12, 30)
    with pytest.raises(InputError, match="is after 2026-12-30, on which"):
        read_change("outcome", {**typed, "on": "2026-12-31"}, before, whole_library(), **SAID)


def test_what_is_counted_from_the_first_day_is_counted_from_that_of_its_own_course() -> None:
    before, library = course("immunoglobulin-5-days"), whole_library()
    typed = {"regimen": "immunoglobulin-first-pathway-in-mmn", "start": "2027-01-11"}
    both = with_change(before.plan, read_change("add", typed, before, library, **SAID), library)
    after = take(both, "improved for 1 month", "response to immunoglobulin", courses="2")
    assert min(row.date for row in after.rows if row.course_number == 3) == dt.date(2027, 2, 11)


def test_the_regimens_that_an_outcome_opens_are_those_of_the_library() -> None:
    review = next(one for one in open_reviews(course()) if one.what == TWO_MONTHS)
    opened = {
        branch.outcome: [one.id for one in regimens_opened(branch, whole_library())]
        for branch in review.branches
    }
    assert opened["improved"] == ["azathioprine-cover"]
    assert opened["spontaneous activity"] == []


def test_every_output_says_that_the_steps_of_a_withdrawal_are_proposed() -> None:
    found = course("immunoglobulin-withdrawal-three-steps")
    said = "the steps of 75 % and 50 % are proposed, since no source that was read states them"
    calendar = to_ics(found).replace(b"\r\n ", b"").decode().replace("\\,", ",")
    assert calendar.count(said) == len(found.rows) == 4
    assert said in str(course_as_dict(found))
    assert said in str(to_fhir(found))
    paper = print_worksheet(found, whole_library(), printed_at=SAID["when"])
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "75%and50%areproposed" in "".join(text.split())
