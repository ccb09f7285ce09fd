"""Move on the Ward screen: what is proposed for a closed day, what is taken, and by whom.

Two people have rituximab on four Mondays from 30 November. When Monday 7 December is closed, both
go to Tuesday, as a Sunday has no hours and the window is 1 day early, 2 late: 2 x (1 + 2 + 5) = 16.
"""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from records.store import Store
from schedules.cohort import schedule
from schedules.knowledge.capacity import Capacity
from screens.state import knowledge
from screens.state.ward_move import TakenMoves
from tests.support.driving import shown, type_in
from tests.support.planning import whole_library
from tests.support.ward import heavier, plan, saved
from tests.support.ward_screen import TODAY, asked, press, session

CLOSED = "2026-12-07"


pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture(autouse=True)
def capacity(monkeypatch: pytest.MonkeyPatch) -> None:
    """State what the ward of these tests has in its site file."""
    stated = {
        "chairs": 2,
        "nurses": 1,
        "start": "15 min",
        "watches": 4,
        "pharmacy_per_hour": 4,
        "hours": dict.fromkeys(("Mon", "Tue", "Wed"), "08:00 to 18:00"),
        "overtime": "none",
        "cost": {"day": 1, "weekday": 2, "other_day": 5, "overtime_hour": 10},
    }
    library = whole_library()
    site = library.site.model_copy(update={"capacity": Capacity.model_validate(stated)})
    stating = copy.copy(library)
    monkeypatch.setattr(stating, "site", site)
    monkeypatch.setattr(knowledge, "shared_library", lambda: stating)


def on_move(closed: str = CLOSED) -> AppTest:
    app = asked(last="2026-12-27")
    app.session_state["view-of-ward"] = "Move"
    app = press(app, "Add up 2 plans")
    return type_in(app, "Closed day", closed)


def taking(app: AppTest) -> AppTest:
    app = type_in(type_in(app, "Your name or initials", "AB"), "Why", "bank holiday")
    return next(one for one in app.radio if one.label == "Your role").set_value("planner").run()


def changes(store: Store, label: str) -> list[str]:
    from records.ward import find_plans

    (name,) = find_plans(store, label)
    newest = store.versions(name)[-1].plan
    assert newest is not None
    return [f"{one.kind} {one.who}: {one.why}" for one in newest.changes]


def test_each_move_stands_before_and_after_with_its_reason(store: Store) -> None:
    text = shown(press(on_move(), "Propose moves"))
    assert "2 of 8 visits move, of 2 plans" in text
    assert "Cost 16: no schedule costs less." in text
    assert "rituximab 700 mg Mon 07-Dec-2026 Tue 08-Dec-2026, " in text
    assert "Mon 07-Dec-2026 is closed: closed by the site" in text
    assert "no STOP, no WARN that it has not now" in text
    assert [changes(store, label) for label in ("ward-7", "bed 3")] == [[], []]


@pytest.mark.hazard("H306")
def test_only_what_is_ticked_is_moved_by_whom_and_why(store: Store) -> None:
    app = taking(press(on_move(), "Propose moves"))
    app = next(one for one in app.checkbox if one.label == "bed 3").uncheck().run()
    app = press(app, "Move 1 plan")
    (change,) = changes(store, "ward-7")
    assert change.startswith("defer AB: bank holiday; proposed for ")
    assert changes(store, "bed 3") == []
    text = shown(app)
    assert "1 plan moved Each is a new version that nobody has checked" in text
    assert "1 proposed, and not moved." in text
    assert "a plan, has changed since: add up again" in text


def test_nothing_is_saved_without_a_name_a_role_and_a_reason(store: Store) -> None:
    app = press(on_move(), "Propose moves")
    (button,) = [one for one in app.button if one.label == "Move 2 plans"]
    assert button.disabled
    (button,) = [one for one in taking(app).button if one.label == "Move 2 plans"]
    assert not button.disabled


def test_a_nurse_moves_nothing(store: Store) -> None:
    app = taking(press(on_move(), "Propose moves"))
    app = next(one for one in app.radio if one.label == "Your role").set_value("nurse").run()
    app = press(app, "Move 2 plans")
    assert "Not done" in shown(app)
    assert "planner, pharmacist" in shown(app)
    assert [changes(store, label) for label in ("ward-7", "bed 3")] == [[], []]


def test_a_plan_that_is_saved_meanwhile_clears_the_proposal(store: Store) -> None:
    app = taking(press(on_move(), "Propose moves"))
    saved(store, heavier(plan()))
    app = app.run()
    assert not [one for one in app.button if one.label.startswith("Move ")]
    assert "add up again" in shown(app)


def test_another_closed_day_clears_the_proposal(store: Store) -> None:
    app = press(on_move(), "Propose moves")
    app = type_in(app, "Closed day 2", "2026-12-08")
    assert "has changed since: propose again" in shown(app)
    assert "Wed 09-Dec-2026" in shown(press(app, "Propose moves"))


def test_where_there_is_no_schedule_the_reasons_are_named(store: Store) -> None:
    app = type_in(type_in(on_move(), "Closed day 2", "2026-12-08"), "Closed day 3", "2026-12-09")
    text = shown(press(app, "Propose moves"))
    assert "There is no schedule These together leave none" in text
    assert "Tue 08-Dec-2026 is closed: closed by the site" in text
    assert "Plans without days even in an empty ward: 2." in text
    assert "ward-7, induction cycle 1 day 8" in text
    assert "bed 3, induction cycle 1 day 8" in text


def test_plans_without_days_are_left_as_they_stand(store: Store) -> None:
    app = on_move()
    for number, day in ((2, "2026-12-08"), (3, "2026-12-09")):
        app = type_in(app, f"Closed day {number}", day)
    app = press(press(app, "Propose moves"), "Leave 2 plans as they stand")
    assert "These stay as they stand, for a person to decide: " in shown(app)
    text = shown(press(app, "Propose moves"))
    assert "visits move, of 0 plans" in text
    assert "These stay on a closed day. Decide each by hand." in text
    assert text.count("it is left as it stands") == 2


def test_without_the_solver_one_line_says_how_to_install_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "find_spec", lambda name: None)
    app = asked()
    app.session_state["view-of-ward"] = "Move"
    text = shown(press(app, "Add up 2 plans"))
    assert "pip install 'posology[scheduling]'" in text
    assert "Closed day" not in text


def test_the_days_of_a_move_begin_tomorrow(store: Store) -> None:
    """Today is Friday 27 November, whose people are on their way."""
    assert dt.date(2026, 11, 27) == TODAY.date()
    app = asked(first="2026-11-02", last="2026-11-27")
    app.session_state["view-of-ward"] = "Move"
    assert "is before the first day" in shown(press(app, "Add up 2 plans"))


def test_one_of_many_moved_plans_is_found_by_its_label() -> None:
    """Six have a link each; of seven one is looked for, in the place of seven links."""
    for count, links in ((6, 6), (7, 0)):
        app = asked()
        moved = tuple((f"{n:016x}", f"bed {n}") for n in range(count))
        session(app).ward.move.taken = TakenMoves(saved=moved, unsaved=(), of=count)
        app = app.run()
        assert f"{count} plans moved" in shown(app)
        assert len(app.get("page_link")) == links
    app = app.selectbox(key="moved-found").set_value("0000000000000003").run()
    assert [one.proto.label for one in app.get("page_link")] == ["bed 3"]
