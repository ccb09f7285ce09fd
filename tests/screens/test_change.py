"""A change on the Plan screen: seen, stopped where it must be, confirmed, taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_ics
from screens.state.knowledge import library
from screens.state.session import Session
from tests.support.driving import (
    PATIENT,
    downloads,
    filled,
    opened,
    shown,
    type_in,
    with_all_files,
)

CYCLOPHOSPHAMIDE = "cyclophosphamide-monthly"
PATHWAY = "immunoglobulin-first-pathway-in-mmn"
KIDNEY = {"Age": "48 years", "Creatinine": "80 umol/L"}


def kept(app: AppTest) -> Session:
    found = app.session_state["posology"]
    assert isinstance(found, Session)
    return found


def changes(app: AppTest) -> int:
    plan = kept(app).change.plan
    assert plan is not None
    return len(plan.changes)


def on_change(app: AppTest) -> AppTest:
    """Have the form of a change open below the course."""
    return press(app, "Change or record a dose")


def pick(app: AppTest, place: str, what: str = "") -> AppTest:
    box = next(box for box in app.selectbox if box.label == "Dose")
    option = next(n for n, said in enumerate(box.options) if f", {place}, {what}" in said)
    app = box.select_index(option).run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    app = next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def act(app: AppTest, kind: str, scope: str | None = None) -> AppTest:
    """Choose what happens and how far."""
    for name, value in (("kind", kind), ("scope", scope)):
        if value is not None:
            group = next(one for one in app.button_group if str(one.key).endswith(f"-{name}"))
            app = group.set_value(value).run()
            assert not app.exception
    return app


def with_result(pulses: AppTest) -> AppTest:
    """Type neutrophils of 0.9 on the day before the second pulse, 28 days after 30 November."""
    app = act(pick(pulses, "pulses cycle 2 day 1", "neutrophils"), "results")
    test = next(one for one in app.radio if one.label == "Which result")
    app = test.set_value("neutrophils").run()
    app = type_in(app, "Result in 10^9/L", "0.9")
    return type_in(app, "Taken on", "2026-12-27")


def confirmable(app: AppTest) -> bool:
    buttons = [one for one in app.button if one.label == "Confirm this change"]
    return bool(buttons) and not buttons[0].disabled


@pytest.fixture(scope="module", autouse=True)
def regimens_read() -> None:
    """Read the regimens once, outside of the time that a page may take."""
    library()


@pytest.fixture
def rituximab() -> AppTest:
    return on_change(filled(opened(), PATIENT))


@pytest.fixture
def deferred(rituximab: AppTest) -> AppTest:
    """The second rituximab dose and all later ones a week later, seen and not confirmed."""
    app = act(pick(rituximab, "induction cycle 1 day 8"), "defer", "later")
    return type_in(app, "By how long", "7 days")


@pytest.fixture
def pulses() -> AppTest:
    app = filled(opened(), PATIENT | KIDNEY, regimen=CYCLOPHOSPHAMIDE)
    return on_change(app)


def signed(app: AppTest) -> AppTest:
    return type_in(type_in(app, "Reason", "neutrophils 0.9"), "Who decides", "AB")


def test_a_course_that_is_not_changed_asks_for_no_change() -> None:
    app = filled(opened(), PATIENT)
    assert not [box for box in app.selectbox if box.label == "Dose"]
    assert not [words for words in ("One change", "History") if words in shown(app)]
    app = on_change(app)
    assert "One change" in shown(app)
    app = press(app, "Change nothing")
    assert not [box for box in app.selectbox if box.label == "Dose"]


def test_a_change_is_seen_confirmed_and_taken_back(deferred: AppTest) -> None:
    text = shown(deferred)
    # Mon 7 December and what follows, seven days later each
    for before, after in (("07", "14"), ("14", "21"), ("21", "28")):
        assert f"Mon {before}-Dec-2026 09:00 700 mg Mon {after}-Dec-2026 09:00 700 mg" in text
    assert "Every total stays the same" in text
    assert "the reason is missing; who decides is missing" in text
    assert not confirmable(deferred)
    app = signed(deferred)
    assert changes(app) == 0
    app = press(app, "Confirm this change")
    assert changes(app) == 1
    text = shown(app)
    assert "1. Induction cycle 1 day 8, all later: deferred by 7 days" in text
    assert "neutrophils 0.9 (AB, " in text
    assert not confirmable(app)
    app = press(app, "Undo back to here")
    assert "Go back to the course as it was planned?" in shown(app)
    assert changes(app) == 1
    assert next(one for one in app.button if one.label == "Yes, take back").disabled
    app = type_in(app, "Reason", "another patient")
    app = press(app, "Yes, take back")
    # The change and its undo both stay, and each is told.
    assert changes(app) == 2
    text = shown(app)
    assert "1. Induction cycle 1 day 8, all later: deferred by 7 days; undone" in text
    assert "2. Change 1 undone: induction cycle 1 day 8, all later: deferred by 7 days" in text
    app = press(app, "Undo back to here")
    assert "Go back to the course as it was after change 1?" in shown(app)


def open_in_drawer(app: AppTest, number: int) -> AppTest:
    """Have a dose in its drawer, as a click in the calendar does."""
    change = kept(app).change
    assert change.plan is not None
    course = work_out(change.plan, library())
    change.row, change.in_drawer = course.every[number].id, True
    app = app.run()
    assert not app.exception
    return app


def test_a_dose_opens_in_a_drawer_with_its_reasons_and_is_recorded_there(
    rituximab: AppTest,
) -> None:
    app = open_in_drawer(rituximab, 1)
    text = shown(app)
    assert "Mon 07-Dec-2026 09:00 induction cycle 1 day 8 intravenous infusion planned" in text
    assert "1,400 mg of rituximab in all by that day" in text
    assert "Results before it IgG: no result, due by Mon 07-Dec-2026" in text
    assert "1.8447 m2" in text
    app = act(app, "record")
    for label, typed in {"Given on": "2026-12-07", "Batch": "H1", "Expires": "2026-11"}.items():
        app = type_in(app, label, typed)
    assert "the pack was to be used by 30-Nov-2026" in shown(app)
    app = press(signed(app), "Confirm this change")
    assert changes(app) == 1
    app = open_in_drawer(app, 1)
    text = shown(app)
    assert "As it was given Induction cycle 1 day 8, rituximab: given on Mon 07-Dec-2026" in text
    assert "batch H1" in text
    assert "What was given or left out is not changed" in text


def test_the_days_that_a_window_allows_are_offered_and_a_proposal_is_dismissed(
    rituximab: AppTest,
) -> None:
    app = act(pick(rituximab, "induction cycle 1 day 8"), "defer", "this day")
    days = next(one for one in app.button_group if str(one.key).endswith("-allowed"))
    assert days.options == ["Tue 08-Dec-2026"]
    assert "Not Sun 06-Dec-2026 (closed), Wed 09-Dec-2026 (next too near)" in shown(app)
    app = days.set_value(dt.date(2026, 12, 8)).run()
    assert not app.exception
    assert "this day: moved to Tue 08-Dec-2026" in shown(app)
    app = press(app, "Dismiss it")
    assert "moved to" not in shown(app)
    assert changes(app) == 0


def test_the_scopes_say_how_many_doses_they_touch(rituximab: AppTest) -> None:
    app = act(pick(rituximab, "induction cycle 1 day 15"), "omit")
    scopes = next(one for one in app.button_group if str(one.key).endswith("-scope"))
    # days 15 and 22 of the one cycle of four doses
    assert scopes.options == ["this day: 1", "rest of this cycle: 2", "all later: 2"]
    # What is still needed is named as the question that stands above it, and as its buttons.
    assert "How far: choose this day, rest of this cycle or all later" in shown(app)


def test_what_a_scope_of_a_course_counted_from_the_dose_given_takes_along_is_said(
    pulses: AppTest,
) -> None:
    app = act(pick(pulses, "pulses cycle 2 day 1", "cyclophosphamide"), "defer")
    scopes = next(one for one in app.button_group if str(one.key).endswith("-scope"))
    assert scopes.options == ["this day: 5", "rest of this cycle: 5", "all later: 5"]
    assert "whatever is chosen, they move along" in shown(app)


def test_a_stop_cannot_be_confirmed_and_the_ways_out_are_named(rituximab: AppTest) -> None:
    # 7 December put off to 10 December lies 4 days before the next; the regimen asks for 5
    app = act(pick(rituximab, "induction cycle 1 day 8"), "defer", "this day")
    app = signed(type_in(app, "or to which day", "2026-12-10"))
    text = shown(app)
    assert "! STOP" in text
    assert "It cannot be confirmed: a STOP stands above" in text
    assert "Ways out that are not stopped: the same for rest of this cycle" in text
    assert "omit this day's dose" in text
    assert not confirmable(app)


def test_facts_that_stop_the_course_can_be_saved_and_the_course_ceased(rituximab: AppTest) -> None:
    app = act(pick(rituximab, "induction cycle 1 day 8"), "facts")
    app = type_in(signed(app), "Conditions", "hepatitis B")
    text = shown(app)
    assert "! STOP" in text
    assert "no dose from Mon 07-Dec-2026 on" in text
    assert "Ways out" not in text
    assert confirmable(app)
    app = press(app, "Confirm this change")
    assert changes(app) == 1
    assert "No dose is given from Mon 07-Dec-2026 on while this stands" in shown(app)
    # nothing leaves but the plan itself, with what was entered
    assert [button.label for button in app.download_button] == ["Plan file (.json)"]
    assert downloads(app) == [True]
    app = signed(press(app, "Cease from Mon 07-Dec-2026 on"))
    app = press(app, "Confirm this change")
    assert changes(app) == 2
    text = shown(app)
    assert "no dose is left from then on" in text
    assert "! STOP" not in text


@pytest.mark.hazard("H61")
def test_a_press_confirms_only_what_was_seen(deferred: AppTest) -> None:
    app = signed(deferred)
    # another number of days and the press arrive together
    field = next(one for one in app.text_input if one.label == "By how long")
    button = next(one for one in app.button if one.label == "Confirm this change")
    field.set_value("14 days")
    app = button.click().run()
    assert not app.exception
    assert changes(app) == 0
    assert "deferred by 14 days" in shown(app)


def test_a_result_that_is_not_reached_proposes_to_defer(pulses: AppTest) -> None:
    app = with_result(pulses)
    assert "The file proposes: defer 7 days, or give 75 % of" in shown(app)
    app = press(signed(app), "Confirm this change")
    # what each of them does stands beside it before it is begun
    text = shown(app)
    assert "A result waits for a decision Pulses cycle 2 day 1" in text
    assert "cyclophosphamide: Mon 28-Dec-2026 to Mon 04-Jan-2027" in text
    assert "cyclophosphamide: 1,850 mg to 1,400 mg" in text
    app = press(app, "Defer 7 days")
    text = shown(app)
    # the second pulse, 28 days after Mon 30 November, a week later
    assert "Mon 28-Dec-2026 09:00 1,850 mg Mon 04-Jan-2027 09:00 1,850 mg" in text
    # Mon 22 March put off by 7 days is Easter Monday of 2027
    assert "NOTE Pulses cycle 5 day 1 falls on Mon 29-Mar-2027" in text
    assert changes(app) == 1
    app = press(app, "Confirm this change")
    assert changes(app) == 2


def test_a_proposal_is_refused_only_with_a_reason(pulses: AppTest) -> None:
    app = press(signed(with_result(pulses)), "Confirm this change")
    app = press(app, "Keep the dose as planned")
    assert not confirmable(app)
    app = type_in(app, "Reason", "infection ruled out")
    app = press(app, "Confirm this change")
    plan = kept(app).change.plan
    assert plan is not None
    assert [(one.kind, one.why) for one in plan.changes[1:]] == [("decline", "infection ruled out")]
    assert "A result waits for a decision" not in shown(app)


@pytest.mark.hazard("H62")
def test_the_plan_screen_gives_out_the_changed_course(deferred: AppTest) -> None:
    app = press(signed(deferred), "Confirm this change")
    now, was = shown(app).split("What was planned, and what the patient now has")
    assert "Mon 28-Dec-2026" in now
    assert "Mon 07-Dec-2026 09:00 700 mg Mon 14-Dec-2026 09:00 700 mg" in was
    # the calendar of the page, day by day
    assert "2026-12-28T09:00" in was
    assert "2026-12-07T09:00" not in was
    planned = kept(app).planned
    assert planned is not None
    assert len(planned.changes) == 1


@pytest.mark.hazard("H286")
def test_a_new_plan_does_not_take_away_what_was_decided(deferred: AppTest) -> None:
    decided = press(signed(deferred), "Confirm this change")
    app = type_in(decided, "Label, no name", "ward-8")
    assert changes(app) == 1
    assert "The fields hold another plan: ward-8, rituximab-weekly" in shown(app)
    assert "belongs to ward-7, rituximab-weekly and is kept" in shown(app)
    # until a person has chosen, nothing is changed
    assert "Change or record a dose" not in [button.label for button in app.button]
    app = press(app, "Go back to what was decided")
    assert changes(app) == 1
    assert "1. Induction cycle 1 day 8, all later: deferred by 7 days" in shown(app)
    app = press(type_in(app, "Label, no name", "ward-8"), "Let it go and work on this plan")
    assert changes(app) == 0
    text = shown(app)
    assert "The fields hold another plan" not in text
    assert "2026-12-07T09:00" in text
    assert "2026-12-28T09:00" not in text


def test_after_a_change_what_changed_can_be_taken_alone(deferred: AppTest) -> None:
    app = press(signed(deferred), "Confirm this change")
    labels = [button.label for button in with_all_files(app).download_button]
    assert "Calendar, only what changed last (.ics)" in labels
    # seven days beyond a window of two: a person says why it may stand
    assert not any(downloads(app))
    app = app.checkbox[0].check().run()
    app = type_in(app, "Initials of the person who confirms", "AB")
    reasons = [one for one in app.text_input if str(one.key).startswith("seen-")]
    app = reasons[0].set_value("neutrophils 0.9").run()
    assert all(downloads(app))


def test_a_calendar_from_the_ward_is_read_and_taken_over(rituximab: AppTest) -> None:
    found = kept(rituximab).change.plan
    assert found is not None
    file = to_ics(work_out(found, library()))
    # Tuesday instead of Monday, in somebody's calendar
    moved = file.replace(b"DTSTART:20261207T", b"DTSTART:20261208T")
    moved = moved.replace(b"DTEND:20261207T", b"DTEND:20261208T")
    app = type_in(act(pick(rituximab, "induction cycle 1 day 8"), "omit"), "Who decides", "AB")
    upload = next(one for one in app.file_uploader if one.label == "Calendar file (.ics)")
    app = upload.set_value(("ward.ics", moved, "text/calendar")).run()
    assert not app.exception
    assert "moved in the calendar from Mon 07-Dec-2026 09:00 to Tue 08-Dec-2026" in shown(app)
    app = press(app, "Take over as a change")
    assert changes(app) == 1
    # Nothing is moved any more; the calendar has yet to get the text and number of the change.
    assert "moved in the calendar" not in shown(app)
    assert 'its version is "0", in the plan "1"' in shown(app)


def test_the_outcome_of_a_review_is_chosen_seen_and_confirmed() -> None:
    app = on_change(filled(opened(), PATIENT | {"Age": "48 years"}, regimen=PATHWAY))
    # 24 days after 30 November, or a day near it on which the clinic is open
    assert "A review waits for its outcome" in shown(app)
    assert "Nothing opens by itself" in shown(app)
    rituximab = "No response - rituximab: opens rituximab-weekly 1 day after the review"
    app = press(app, rituximab)
    text = shown(app)
    assert "rituximab-weekly opened from" in text
    assert changes(app) == 0
    app = press(signed(app), "Confirm this change")
    assert changes(app) == 1
    assert "A review waits for its outcome" not in shown(app)


def test_what_an_outcome_opens_asks_for_its_own_choices() -> None:
    app = on_change(filled(opened(), PATIENT | {"Age": "48 years"}, regimen=PATHWAY))
    repeat = "opens immunoglobulin-calendar-month 1 month after the first day"
    app = press(app, f"Improved for 1 month: {repeat}")
    assert not confirmable(signed(app))
    app = type_in(app, "How many courses, month apart?", "2")
    assert "immunoglobulin-calendar-month opened from" in shown(app)
