"""A comparison looks at all that a person can edit in a calendar, or says what it does not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from dosing.errors import InputError
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.calendar.ward import CalendarDifference, compare_calendar
from schedules.plans.changes import Change, Defer, NewFacts, Omit
from schedules.plans.plan import Acknowledgement, Plan
from schedules.plans.undo import undone
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    SAID,
    THIOCTIC,
    changed,
    example_of,
    library,
    planned,
    shelved,
)

NOW = dt.datetime(2026, 12, 20, 9, tzinfo=dt.UTC)
EXCHANGE = "plasma-exchange-5-weekdays"
# What a person can edit in one event, and the word by which it is named.
ADDED = {
    "LOCATION:Room 3": "its place",
    "COMMENT:bring the chart": "its comment",
    "RRULE:FREQ=DAILY;COUNT=3": "its repetition",
    "TRANSP:TRANSPARENT": "time shown as",
    "CATEGORIES:WARD": "its categories",
    "GEO:51.5;-0.1": "its geo",
    "DURATION:PT1H": "its duration",
    "ATTENDEE:mailto:a@b.example": "its attendee",
    "RECURRENCE-ID:20261207T090000Z": "its recurrence-id",
}
REPLACED = {
    r"SUMMARY:(\d*)": (r"SUMMARY:9\g<1>", "its title"),
    r"DESCRIPTION:": ("DESCRIPTION:call first\\\\n", "its text"),
    r"SEQUENCE:(\d+)": (r"SEQUENCE:7", "its version"),
    r"CLASS:PRIVATE": ("CLASS:PUBLIC", "its privacy"),
    r"STATUS:(CONFIRMED|TENTATIVE)": ("STATUS:CANCELLED", "cancelled in the calendar"),
    r"STATUS:CANCELLED": ("STATUS:CONFIRMED", "its status"),
    r"STATUS:\w+\r\n": ("", "its status is missing"),
}


def compared(course: Course, file: bytes, shelf: Library | None = None) -> list[CalendarDifference]:
    return compare_calendar(course, file, shelf or library(), who="AB", when=NOW)


def calendars() -> dict[str, tuple[Course, CalendarChoice, bool, Library]]:
    """Return courses that have every kind of event between them, each with its form."""
    infusions = work_out(planned(RITUXIMAB), library())
    omitted = changed(planned(RITUXIMAB), Omit(at="cycle 1 day 22", scope="this day", **SAID))
    tablets = work_out(planned(THIOCTIC), library())
    tests = work_out(planned(CYCLOPHOSPHAMIDE), library())
    exchange = example_of(EXCHANGE)
    own = infusions.plan.site.calendar
    run, event = own.model_copy(update={"oral": "run"}), own.model_copy(update={"watch": "event"})
    return {
        "infusions": (infusions, own, False, library()),
        "discreet": (infusions, own, True, library()),
        "one omitted": (omitted, own, False, library()),
        "runs": (tablets, run, False, library()),
        "tests": (tests, event, False, library()),
        "procedures": (exchange, own, False, shelved(EXCHANGE)),
    }


def edits(event: str) -> Iterator[tuple[str, str]]:
    """Yield an event as somebody has edited one field of it, and what is to be said of it."""
    for line, word in ADDED.items():
        yield event.replace("END:VEVENT", f"{line}\r\nEND:VEVENT"), word
    for pattern, (new, word) in REPLACED.items():
        edited = re.sub(pattern, new, event, count=1)
        if edited != event:
            yield edited, word
    for field, word in (("DTSTART", "moved in|begins on"), ("DTEND", "its end")):
        found = re.search(rf"{field}(;VALUE=DATE)?:(\d{{8}})", event)
        assert found
        day = dt.datetime.strptime(found[2], "%Y%m%d").replace(tzinfo=dt.UTC)
        later = f"{field}{found[1] or ''}:{day + dt.timedelta(days=1):%Y%m%d}"
        yield event.replace(found[0], later), word
    yield event + event, "2 times"


@pytest.mark.parametrize("name", calendars())
def test_every_edit_of_one_field_is_named(name: str) -> None:
    course, choice, discreet, shelf = calendars()[name]
    file = to_ics(course, choice=choice, discreet=discreet).decode()
    assert compared(course, file.encode(), shelf) == []
    events = re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r\n", file, re.DOTALL)
    event = events[-1]  # a run, a test and an omitted dose come last in their calendars
    unnamed = []
    for edited, word in edits(event):
        texts = [one.text for one in compared(course, file.replace(event, edited).encode(), shelf)]
        if len(texts) != 1 or not re.search(word, texts[0]):
            unnamed.append((word, texts))
    assert unnamed == []


def test_an_event_that_is_missing_and_one_that_is_strange_are_named() -> None:
    course = work_out(planned(RITUXIMAB), library())
    file = to_ics(course).decode()
    events = re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r\n", file, re.DOTALL)
    other = re.sub("UID:.", "UID:x", events[1]).replace("SUMMARY:", "SUMMARY:Mr Smith ")
    texts = [one.text for one in compared(course, file.replace(events[1], other).encode())]
    assert texts[0] == (
        "induction cycle 1 day 8, rituximab, Mon 07-Dec-2026 09:00: no longer in the calendar."
    )
    assert texts[1].startswith(
        'The calendar holds 1 event that is not of this course: "Mr Smith 700 mg rituximab'
    )


def test_the_only_test_of_a_course_that_is_missing_is_named() -> None:
    # Without its only test the calendar would fit a site that keeps tests in the texts of doses.
    name = "prednisolone-alternate-days"
    course = example_of(name)
    file = to_ics(course).decode()
    [test] = re.findall(r"BEGIN:VEVENT\r\nSUMMARY:bone .*?END:VEVENT\r\n", file, re.DOTALL)
    [difference] = compared(course, file.replace(test, "").encode(), shelved(name))
    assert difference.text.endswith("Mon 30-Nov-2026 08:00: no longer in the calendar.")


@pytest.mark.parametrize("form", [{"oral": "each"}, {"oral": "run"}, {"alarm": "30 minutes"}])
def test_the_form_in_which_a_calendar_was_written_is_found(form: dict[str, str]) -> None:
    course = work_out(planned(THIOCTIC), library())
    choice = course.plan.site.calendar.model_copy(update=form)
    assert compared(course, to_ics(course, choice=choice)) == []


def test_a_calendar_that_was_not_given_the_last_change_is_of_an_earlier_version() -> None:
    plan = planned(RITUXIMAB)
    deferred = changed(plan, Defer(at="cycle 1 day 22", by_days=1, scope="this day", **SAID))
    [difference] = compared(deferred, to_ics(work_out(plan, library())))
    assert difference.text == (
        "induction cycle 1 day 22, rituximab, Tue 22-Dec-2026 09:00: the calendar holds an earlier "
        "version (0, the plan has 1), Mon 21-Dec-2026 09:00; give it the newest file."
    )
    assert difference.change is None  # nobody moved it there


def test_a_calendar_that_was_given_no_undo_is_of_an_earlier_version() -> None:
    plan = planned(RITUXIMAB)
    omitted = changed(plan, Omit(at="cycle 1 day 22", scope="this day", **SAID))
    changes = undone(omitted.plan.changes, "undo", None, **SAID)
    back = work_out(Plan.from_json(_with(plan, changes).to_json()), library())
    [difference] = compared(back, to_ics(omitted))
    assert "an earlier version (1, the plan has 2)" in difference.text


def _with(plan: Plan, changes: list[Change]) -> Plan:
    return plan.model_copy(update={"changes": changes})


def test_an_event_without_a_title_of_its_own_has_one_all_the_same() -> None:
    course = work_out(planned(RITUXIMAB), library())
    strange = b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261130T090000Z\r\nEND:VEVENT\r\n"
    [difference] = compared(course, to_ics(course).replace(b"END:VCAL", strange + b"END:VCAL"))
    assert difference.text.endswith('not of this course: "without a title".')


def test_a_day_that_ends_at_an_instant_is_an_edit_and_no_crash() -> None:
    course = work_out(planned(RITUXIMAB), library())
    file = to_ics(course).replace(b"DTSTART:20261130T090000Z", b"DTSTART;VALUE=DATE:20261130")
    [difference] = compared(course, file)
    assert "its end" in difference.text


@pytest.mark.parametrize(
    "line", ["DTEND:20270230T090000Z", "DTEND:99991231T000000Z", "DURATION:long", "DTEND:x"]
)
def test_an_end_that_does_not_exist_is_refused_in_words(line: str) -> None:
    event = f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261130T090000Z\r\n{line}\r\nEND:VEVENT\r\n"
    file = f"BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n".encode()
    with pytest.raises(InputError, match=r"^calendar file: "):
        compared(work_out(planned(RITUXIMAB), library()), file)


def test_a_warning_acknowledged_for_the_calendar_alone_is_no_edit() -> None:
    """An export acknowledges in its file and keeps the plan, with which it is compared later."""
    facts = NewFacts(
        from_day=dt.date(2026, 12, 27),
        facts={"results": ["neutrophils 1.7 10^9/L 2026-12-27"]},
        **SAID,
    )
    shelf = shelved(CYCLOPHOSPHAMIDE)
    course = work_out(_with(example_of(CYCLOPHOSPHAMIDE).plan, [facts]), shelf)
    waiting = [one.code for one in course.unacknowledged]
    assert any("laboratory.neutrophils_from_1_5" in code for code in waiting)
    seen = [Acknowledgement(code=code, reason="seen by AB") for code in waiting]
    known = [*course.plan.acknowledgements, *seen]
    file = to_ics(work_out(course.plan.model_copy(update={"acknowledgements": known}), shelf))
    assert file.count(b"seen by AB") > 0
    assert compared(course, file, shelf) == []
    [edited] = compared(course, file.replace(b"pulses\\, cycle 2", b"pulses\\, cycle 9", 1), shelf)
    assert "its text was edited" in edited.text
