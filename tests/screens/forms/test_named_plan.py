"""The Plan page under the address of a saved plan."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from records.database import database_url
from records.place import home_of_records
from records.store import Store, open_store
from tests.support.driving import APP, dose, opened, shown, type_in
from tests.support.ward import ADMINISTRATOR, NOON, PLANNER, deferred, heavier, plan


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    opened_store = open_store(database_url(os.environ, home_of_records()))
    yield opened_store
    opened_store.close()


def under(query: dict[str, str], app: AppTest | None = None) -> AppTest:
    """Open the Plan page under an address: of a new session, or of one that is there."""
    app = app or opened()
    app.query_params.clear()
    app.query_params.update(query)
    app = app.run()
    assert not app.exception
    return app


def address(app: AppTest) -> dict[str, str]:
    found = app.query_params.items()
    return {name: text if isinstance(text, str) else text[0] for name, text in found}


def test_a_saved_plan_is_opened_by_its_address_which_keeps_its_name(store: Store) -> None:
    name = store.save_first(plan(), PLANNER, at=NOON).plan_id
    app = under({"plan": name})
    assert dose(app) == "700 mg"
    # No draft: nothing was typed that is not saved.
    assert address(app) == {"plan": name}
    # What is changed is another plan, of which a draft is kept.
    app = type_in(app, "Weight", "95 kg")
    assert dose(app) == "800 mg"
    assert set(address(app)) == {"draft"}


def test_the_newest_version_is_opened(store: Store) -> None:
    saved = store.save_first(plan(), PLANNER, at=NOON).plan
    assert saved is not None
    store.save(heavier(saved), PLANNER, expected_version=1, at=NOON)
    assert dose(under({"plan": saved.record_id})) == "800 mg"


def test_a_plan_that_was_erased_or_never_saved_is_answered_in_words(store: Store) -> None:
    name = store.save_first(plan(), PLANNER, at=NOON).plan_id
    store.erase("ward-7", ADMINISTRATOR, why="test", at=NOON)
    for unknown in (name, "0" * 16):
        app = under({"plan": unknown})
        assert f'plan: "{unknown}" was erased, or is not in the records' in shown(app)
        assert (dose(app), address(app)) == ("", {})


def test_what_was_typed_before_is_left_as_a_draft_that_is_offered(store: Store) -> None:
    name = store.save_first(plan(), PLANNER, at=NOON).plan_id
    app = type_in(opened(), "Weight", "61 kg")
    draft = address(app)["draft"]
    app = under({"plan": name, "draft": draft}, app)
    assert dose(app) == "700 mg"
    assert "What was typed here before is kept for a day: go back to it" in shown(app)
    again = AppTest.from_file(str(APP), default_timeout=120)
    again.query_params["draft"] = draft
    again = again.run().switch_page("screens/plan.py").run()
    assert next(one.value for one in again.text_input if one.label == "Weight") == "61 kg"


def test_all_plans_of_a_label_stand_on_one_page_with_what_was_deferred_and_why(
    store: Store,
) -> None:
    name = store.save_first(plan(), PLANNER, at=NOON).plan_id
    store.save_first(deferred(plan()), PLANNER, at=NOON)
    store.save_first(plan("ward-70"), PLANNER, at=NOON)
    app = under({"plan": name})
    # Nothing is read for what is folded away.
    assert "Added up by drug" not in shown(app)
    app.session_state["plans-of-label"] = True
    text = shown(app.run())
    assert not app.exception
    # Four doses of 700 mg in each of two plans; the third has another label.
    assert "rituximab 8 in 2 plans" in text
    assert "5,600 mg" in text
    assert "public holiday (AB, 20-Nov-2026)" in text
    assert "Mon 30-Nov-2026 to Tue 22-Dec-2026 rituximab 4 times 700 mg" in text
