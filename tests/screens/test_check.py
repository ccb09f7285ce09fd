"""The Check screen: another person signs this content, and a change makes the signature void."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from records.database import sqlite_url
from records.place import FILE
from records.store import Store, open_store
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import Verify
from schedules.plans.plan import Plan
from screens.state import clock, courses, knowledge
from tests.support.driving import APP, PATIENT, filled, shown, type_in, unfold
from tests.support.ward import changed_library, damage, saved, signed
from tests.support.ward import plan as ward_plan


@pytest.fixture(autouse=True)
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))


def app_opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


def page(app: AppTest, name: str) -> AppTest:
    # A browser forgets what the address asks for on its way to another page.
    app.query_params.pop("plan", None)
    app = app.switch_page(f"screens/{name}.py").run()
    assert not app.exception
    return app


def acting(app: AppTest, who: str, role: str) -> AppTest:
    app = type_in(app, "Your name or initials", who)
    app = app.radio(key="check-role").set_value(role).run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app = app.button(key=key).click().run()
    assert not app.exception
    return app


def ticked(app: AppTest) -> AppTest:
    for box in app.checkbox:
        box.check()
    app = app.run()
    assert not app.exception
    return app


def at_half_past_ten(app: AppTest) -> AppTest:
    """Type another clock time on Plan: the same plan with another content."""
    fields = unfold(app).text_input
    clock = next(field for field in fields if (field.key or "").startswith("plan-time-"))
    return clock.set_value("10:30").run()


def handed_over() -> AppTest:
    app = page(filled(app_opened(), PATIENT), "check")
    text = shown(app)
    assert "planned 700 mg calculated a second time 700 mg, agrees" in text
    assert "120.53 mg/m2 below its highest" in text
    assert "of 8 questions looked at; not asked: " in text
    assert (
        "height 175 cm doses of Rituximab 375 mg/m2 once a week, 4 doses; plausible sizes doses"
        in text
    )
    assert "Not checked by a pharmacist" in text
    return press(acting(app, "CD", "planner"), "check-hand-over")


def test_the_screen_says_first_what_to_do() -> None:
    assert "Make a plan on the Plan page" in shown(page(app_opened(), "check"))


def test_an_address_that_names_no_saved_plan_is_answered_above_the_queue() -> None:
    app = page(app_opened(), "check")
    app.query_params["plan"] = "zzz"
    text = shown(app.run())
    assert "zzz" in text
    assert text.index("This plan was not opened") < text.index("Another person checks the plan")


def test_in_the_place_of_a_plan_that_is_not_opened_stands_no_other() -> None:
    app = handed_over()
    assert "Not checked by a pharmacist" in shown(app)
    app.query_params["plan"] = "zzz"
    text = shown(app.run())
    assert "This plan was not opened" in text
    assert "Not checked by a pharmacist" not in text


@pytest.mark.parametrize("way", ["check-open", "go-waiting"])
def test_a_plan_on_a_damaged_page_is_refused_in_words(tmp_path: Path, way: str) -> None:
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    store.close()
    app = page(app_opened(), "check") if way == "check-open" else app_opened()
    (key,) = [str(one.key) for one in app.button if str(one.key).startswith(way)]
    # A date in a button is held together by its hyphens.
    assert "20\u2011Nov" in app.button(key=key).label
    damage(tmp_path / FILE, "texts")
    assert "put back the last good copy of their file" in shown(press(app, key))


def test_a_course_is_worked_out_once_for_all_that_is_ticked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = acting(handed_over(), "AB", "pharmacist")
    worked: list[Plan] = []

    def count(plan: Plan, library: Library) -> Course:
        worked.append(plan)
        return work_out(plan, library)

    monkeypatch.setattr(courses, "work_out", count)
    app.session_state["posology"].worked_out = None
    for box in app.checkbox[:2]:
        app = box.check().run()
    assert not app.exception
    assert len(worked) == 1


@pytest.mark.hazard("H77")
def test_a_plan_is_signed_by_another_person_and_void_after_a_change() -> None:
    app = press(ticked(acting(handed_over(), "AB", "pharmacist")), "check-signed")
    assert "Checked by AB (unverified), pharmacist" in shown(app)
    app = page(app, "plan")
    assert "this content" in shown(app)
    app = at_half_past_ten(app)
    assert "void: checked by AB (unverified), pharmacist" in shown(app)
    app = page(app, "check")
    assert "Void: checked by AB" in shown(app)
    assert "the plan has changed" in shown(app)
    assert "Changed since it was signed by AB" in shown(app)
    assert not any(box.value for box in app.checkbox)


def test_the_planner_cannot_sign_the_own_plan() -> None:
    app = press(ticked(acting(handed_over(), "cd", "pharmacist")), "check-signed")
    assert "has planned this; another pharmacist has to check it" in shown(app)
    assert "Not checked by a pharmacist" in shown(app)


def test_nobody_but_a_pharmacist_signs_and_an_open_tick_is_named() -> None:
    app = press(ticked(acting(handed_over(), "AB", "nurse")), "check-signed")
    assert "The role nurse may not sign a plan" in shown(app)
    app = acting(app, "AB", "pharmacist")
    app.checkbox[0].uncheck()
    app = press(app.run(), "check-signed")
    assert "Not ticked on the checklist: Patient." in shown(app)


def test_a_refused_signature_says_why_beneath_its_button() -> None:
    app = press(acting(handed_over(), "AB", "nurse"), "check-signed")
    drawn = [
        (one.proto.body if one.type == "html" else one.key or "")
        for one in app.main
        if one.type in {"html", "button"}
    ]
    (refusal,) = [at for at, one in enumerate(drawn) if "may not sign a plan" in one]
    assert refusal == drawn.index("check-sent-back") + 1


def test_a_warning_is_acknowledged_where_it_stands() -> None:
    app = filled(app_opened(), PATIENT)
    app = page(type_in(app, "Conditions", "foo disease"), "check")
    app = press(acting(app, "CD", "planner"), "check-hand-over")
    app = acting(app, "AB", "pharmacist")
    assert shown(app).count("nothing was checked about it") == 1
    app = type_in(app, "Why it may stand", "asked: no diagnosis")
    app = press(app, "check-acknowledge-fact.unknown_word.foo_disease")
    assert "Acknowledged: condition" in shown(app)
    assert not [one for one in app.button if str(one.key).startswith("check-acknowledge-")]


def test_a_plan_is_sent_back_with_reasons() -> None:
    app = press(acting(handed_over(), "AB", "pharmacist"), "check-sent-back")
    assert "remarks: is missing" in shown(app)
    app = type_in(app, "Remarks, or the reasons to send it back", "weight is old")
    app = press(app, "check-sent-back")
    assert "Sent back by AB (unverified), pharmacist" in shown(app)
    # Whoever corrects it reads why, and so does whoever checks what was corrected.
    assert "Why version 1 was sent back by AB" in shown(app)
    assert "weight is old" in shown(app)
    app = page(at_half_past_ten(page(app, "plan")), "check")
    assert "Not checked by a pharmacist" in shown(app)
    assert "weight is old" in shown(app)


@pytest.mark.hazard("H264", "H289")
def test_a_dose_is_verified_without_the_plan_in_sight_and_a_difference_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demanded = Verify(points=["before preparing", "before giving"], blind="before giving")
    here = knowledge.library()
    site = here.site.model_copy(update={"verify": demanded})
    demanding = here.with_only(here.regimen("rituximab-weekly"), site)
    # The page reads the library anew in each run, by this name.
    monkeypatch.setattr(knowledge, "library", lambda: demanding)
    app = handed_over()
    assert not [one for one in app.button if one.key == "check-verify"]
    app = press(ticked(acting(app, "AB", "pharmacist")), "check-signed")
    app = press(app, "check-verify")
    dose = app.selectbox(key="points-dose_id")
    assert dose.options[0] == "Mon 30-Nov-2026, rituximab"
    app = press(acting(dose.select_index(0).run(), "N1", "nurse"), "points-verified")
    assert "Saved: before preparing: N1 (unverified), nurse" in shown(app)
    assert "70 kg" not in shown(app)
    assert "700 mg" not in shown(app)
    app = press(app, "points-verified")
    assert "N1 has verified this dose before; another person has to." in shown(app)
    app = press(acting(app, "N2", "nurse"), "points-verified")
    assert "weight: is missing; write a number with its unit" in shown(app)
    for label, text in (("Weight", "70 kg"), ("Height", "175 cm"), ("Dose", "70 mg")):
        app = type_in(app, label, text)
        # A refusal of what stood there before is none of what stands there now.
        assert "Not verified" not in shown(app)
    app = press(app, "points-verified")
    assert "Do not give it: the plan has another dose." in shown(app)
    # Who enters next reads no figure of the plan, and none that looks like it.
    assert "700 mg" not in shown(app)
    assert {one.placeholder for one in app.text_input if one.label == "Dose"} == {"number and unit"}
    assert app.text_input(key="points-dose").value == ""
    assert "Next: before giving" in shown(app)
    # What was said of one dose does not stand beside another.
    app = app.selectbox(key="points-dose_id").select_index(1).run()
    assert "Do not give it" not in shown(app)


def later(app: AppTest, hour: str) -> AppTest:
    """Plan the same course at another clock time: another version of the same plan."""
    app = unfold(page(app, "plan"))
    clock = next(field for field in app.text_input if (field.key or "").startswith("plan-time-"))
    return page(clock.set_value(hour).run(), "check")


def moved(app: AppTest, by: str, why: str) -> AppTest:
    """Move the second dose, as another person does on the Plan screen."""
    app = press(page(app, "plan"), "ask-change")
    box = next(box for box in app.selectbox if box.label == "Dose")
    option = next(n for n, text in enumerate(box.options) if "day 8" in text)
    app = box.select_index(option).run()
    kind = next(one for one in app.button_group if str(one.key).endswith("-kind"))
    app = kind.set_value("defer").run()
    scope = next(one for one in app.button_group if str(one.key).endswith("-scope"))
    app = scope.set_value("this day").run()
    for label, text in (("By how long", by), ("Reason", why), ("Who decides", "CD")):
        app = type_in(app, label, text)
    button = next(one for one in app.button if one.label == "Confirm this change")
    return page(button.click().run(), "check")


def looking() -> AppTest:
    """A second person, in a session of their own, who looks at the version in the records."""
    app = page(app_opened(), "check")
    rows = app.radio(key="check-saved")
    app = rows.set_value(rows.options[0]).run()
    app = press(app, "check-take")
    assert "In the records: version" in shown(acting(app, "AB", "pharmacist"))
    return app


@pytest.mark.hazard("H47")
def test_the_second_of_two_people_is_told_what_the_first_did() -> None:
    first = handed_over()
    second = looking()
    first = press(moved(first, "1 day", "neutrophils 0.9"), "check-hand-over")
    assert "Saved: version 2 by CD" in shown(first)
    text = shown(second.run())
    assert "Somebody else has saved this plan in the meantime" in text
    assert "What CD (unverified), planner did since version 1, which you looked at" in text
    # 7-Dec-2026 is day 8 of a course from 30-Nov-2026; a day later is Tuesday the 8th
    assert "deferred by 1 day (CD: neutrophils 0.9)" in text
    assert "Tue 08-Dec-2026" in text
    assert "What you did" not in text
    assert "This is version 1; version 2 is saved." in text
    assert not [button for button in second.button if button.key == "check-signed"]
    second = press(second, "check-newest")
    assert "in the meantime" not in shown(second)
    assert "In the records: version 2" in shown(second)


@pytest.mark.hazard("H47")
def test_a_plan_saved_onto_an_older_version_overwrites_nothing_unseen() -> None:
    first, second = handed_over(), page(filled(app_opened(), PATIENT), "check")
    # The second has the plan from the file of the first, which brings its name in the records.
    second.session_state["posology"].saved_as.update(first.session_state["posology"].saved_as)
    second = later(acting(second, "EF", "planner"), "10:30")
    assert "version 1 is saved" in shown(second)
    # The first saves while the page of the second stands open with its button.
    press(moved(first, "1 day", "neutrophils 0.9"), "check-hand-over")
    second = press(second, "check-hand-over")
    text = shown(second)
    assert "this plan was saved meanwhile" in text
    assert "deferred by 1 day (CD: neutrophils 0.9)" in text
    assert "What you did, not saved" in text
    assert "10:30" in text.split("What you did, not saved")[1]
    # Having read it, the second may go on: the version of the first stays in the records.
    label = next(button.label for button in second.button if button.key == "check-hand-over")
    assert label == "Hand over mine after version 2"
    second = press(second, "check-hand-over")
    assert "Saved: version 3 by EF" in shown(second)
    assert "in the meantime" not in shown(second)


@pytest.mark.hazard("H77")
def test_the_same_plan_made_in_another_browser_bears_nobodys_check() -> None:
    press(ticked(acting(handed_over(), "AB", "pharmacist")), "check-signed")
    other = page(filled(app_opened(), PATIENT), "check")
    assert "Not checked by a pharmacist" in shown(other)
    other = acting(other, "EF", "planner")
    assert "it is not in the records yet" in shown(other)
    other = press(other, "check-hand-over")
    assert "Saved: version 1 by EF" in shown(other)
    assert "Not checked by a pharmacist" in shown(other)


@pytest.mark.hazard("H47")
def test_the_second_of_two_who_sign_is_told_that_the_first_has() -> None:
    first = acting(handed_over(), "AB", "pharmacist")
    second = ticked(acting(looking(), "GH", "pharmacist"))
    first = type_in(first, "Remarks, or the reasons to send it back", "weight is old")
    press(first, "check-sent-back")
    text = shown(press(second, "check-signed"))
    assert "sent back in the meantime by AB (unverified), pharmacist" in text
    assert "weight is old; read it, then decide again" in text
    assert "Checked by GH" not in text


def filled_with(tmp_path: Path, count: int) -> Store:
    store = open_store(sqlite_url(tmp_path / FILE))
    for number in range(count):
        saved(store, ward_plan(f"bed-{number}"))
    return store


def listed(app: AppTest) -> list[str]:
    return [option.split(",")[0] for option in app.radio(key="check-saved").options]


def test_a_list_without_the_plan_that_was_chosen_is_another_list(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / FILE))
    first, second = (saved(store, ward_plan(label)).plan_id for label in ("bed-1", "bed-2"))
    store.close()
    app = page(app_opened(), "check")
    app = app.radio(key="check-saved").set_value(first).run()
    app = type_in(app, "Label begins with", "bed-2")
    # Under its old key the browser would leave none of its lines within reach of Tab.
    (found,) = [one for one in app.radio if one.label == "From the records"]
    assert (found.key, found.value) == ("check-saved-1", None)
    app = type_in(found.set_value(second).run(), "Label begins with", "bed")
    assert app.radio(key="check-saved-1").value == second


def test_saved_plans_are_looked_for_by_label_and_state_a_page_at_a_time(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / FILE))
    plans = [ward_plan(f"bed-{number}") for number in range(12)]
    # One was made and signed when the regimen meant something else.
    then = changed_library()
    plans[3] = plans[3].model_copy(update={"regimen": then.used("regimens/rituximab-weekly")})
    for one in plans:
        saved(store, one)
    signed(store, plans[3], then)
    store.close()
    app = page(app_opened(), "check")
    assert listed(app) == [f"bed-{number}" for number in range(11, 1, -1)]
    title = "bed-11, Rituximab 375 mg/m2 once a week, 4 doses, version 1 by CD, planner"
    assert app.radio(key="check-saved").options[0].startswith(title)
    app = press(app, "saved-next")
    assert listed(app) == ["bed-1", "bed-0"]
    assert "Page 2" in shown(app)
    app = press(app, "saved-before")
    assert listed(app)[0] == "bed-11"
    # Another search begins on its first page.
    app = type_in(press(app, "saved-next"), "Label begins with", "BED-1")
    assert listed(app) == ["bed-1", "bed-10", "bed-11"]
    app = app.radio(key="saved-state").set_value("signed").run()
    assert "No saved plan whose label begins with BED-1, signed." in shown(app)
    app = type_in(app, "Label begins with", "")
    assert listed(app) == ["bed-3"]
    (option,) = app.radio(key="check-saved").options
    assert "20\u2011Nov\u20112026 14" in option
    assert "since then rituximab-weekly has changed" in option
    assert "Where a file or the program has changed since, its line says void." in shown(app)


def test_records_without_a_plan_say_so(tmp_path: Path) -> None:
    app = page(app_opened(), "check")
    assert "No plan was handed over yet: make one on the Plan page." in shown(app)


def test_a_clock_that_is_wrong_is_said_where_something_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = handed_over()
    assert "Look whether its clock is right" not in shown(app)
    ahead = clock.now() + dt.timedelta(days=3650)
    monkeypatch.setattr(clock, "now", lambda: ahead)
    app = press(ticked(acting(app, "AB", "pharmacist")), "check-signed")
    text = shown(app)
    assert "Saved: signed by AB" in text
    assert "Look whether its clock is right." in text
