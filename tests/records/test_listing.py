from __future__ import annotations

import pytest
from sqlalchemy import event

from records.listing import PlanPage, SavedPlan, Search
from records.store import Store
from records.tables import metadata
from tests.support.planning import library
from tests.support.ward import (
    ADMINISTRATOR,
    CHECKED_AT,
    NOON,
    PHARMACIST,
    PLANNER,
    changed_library,
    heavier,
    minutes,
    plan,
    saved,
    signed,
)


def labels(page: PlanPage) -> list[str]:
    return [one.label for one in page.plans]


def pages(store: Store, search: Search, size: int) -> list[list[str]]:
    """Return the labels of every page."""
    page = store.plans(library(), search, size=size)
    found = [labels(page)]
    while page.next is not None:
        page = store.plans(library(), search, after=page.next, size=size)
        found.append(labels(page))
    return found


def send_back(store: Store, label: str) -> None:
    saved(store, plan(label))
    store.sign(
        plan(label),
        library(),
        PHARMACIST,
        outcome="sent back",
        remarks="weight is old",
        at=CHECKED_AT,
    )


@pytest.fixture
def ward(store: Store) -> Store:
    """Return a store with a plan in each state, the last of them in two versions."""
    for label in ("Ward-7", "ward-70", "bed-1"):
        saved(store, plan(label))
    signed(store, plan("ward-70"))
    send_back(store, "bed-2")
    saved(store, plan("ward-8"))
    signed(store, plan("ward-8"))
    saved(store, heavier(plan("ward-8")))
    return store


def test_pages_hold_every_plan_once_the_newest_first(ward: Store) -> None:
    newest = ["ward-8", "bed-2", "bed-1", "ward-70", "Ward-7"]
    for size in (1, 2, 3, 5, 6):
        expected = [newest[start : start + size] for start in range(0, 5, size)]
        assert pages(ward, Search(), size) == expected


def test_a_label_is_found_by_how_it_begins_whatever_its_case(ward: Store) -> None:
    assert pages(ward, Search(label=" WARD-7"), 1) == [["Ward-7"], ["ward-70"]]
    assert pages(ward, Search(label="ward"), 2) == [["Ward-7", "ward-70"], ["ward-8"]]
    assert pages(ward, Search(label="ard"), 2) == [[]]
    assert pages(ward, Search(label="%"), 2) == [[]]


def test_two_plans_of_one_label_come_the_newest_first_on_every_page(store: Store) -> None:
    saved(store, plan("ward-7", weight="60 kg"))
    saved(store, plan("ward-7", weight="61 kg"))
    saved(store, plan("ward-7", weight="62 kg"))
    found: list[SavedPlan] = []
    page = store.plans(library(), Search(label="ward-7"), size=2)
    while page.plans:
        found += page.plans
        if page.next is None:
            break
        page = store.plans(library(), Search(label="ward-7"), after=page.next, size=2)
    assert [one.n for one in found] == [3, 2, 1]


def test_plans_are_found_by_what_was_decided_on_their_last_content(ward: Store) -> None:
    assert pages(ward, Search(state="waiting"), 9) == [["bed-1", "Ward-7"]]
    assert pages(ward, Search(state="signed"), 9) == [["ward-70"]]
    assert pages(ward, Search(state="sent back"), 9) == [["bed-2"]]
    assert pages(ward, Search(state="void"), 9) == [["ward-8"]]
    assert pages(ward, Search(state="waiting", label="ward"), 9) == [["Ward-7"]]
    # Changed back to what was signed: the signature is on that very content.
    saved(ward, plan("ward-8"))
    assert pages(ward, Search(state="signed"), 9) == [["ward-8", "ward-70"]]


def test_a_row_of_the_list_says_whether_its_signature_holds_with_the_files_of_today(
    ward: Store,
) -> None:
    (now,) = ward.plans(library(), Search(state="signed")).plans
    assert (now.label, now.regimen, now.version) == ("ward-70", "rituximab-weekly", 1)
    assert (now.by, now.at) == (PLANNER, NOON)
    assert str(now.checked) == "checked by AB, pharmacist, 20-Nov-2026 14:05 UTC, this content"
    (edited,) = ward.plans(changed_library(), Search(state="signed")).plans
    assert edited.checked == ward.status(plan("ward-70"), changed_library())
    assert str(edited.checked).endswith("since then rituximab-weekly has changed")
    for one in ward.plans(library()).plans:
        (last,) = ward.versions(one.plan_id)[-1:]
        assert last.plan is not None
        assert one.checked.state == ward.status(last.plan, library()).state


def test_an_erased_plan_is_in_no_list(ward: Store) -> None:
    ward.erase("ward-70", ADMINISTRATOR, why="asked for by letter", at=minutes(200))
    assert pages(ward, Search(label="ward"), 9) == [["Ward-7", "ward-8"]]
    assert pages(ward, Search(state="signed"), 9) == [[]]
    assert ward.verify().broken is None


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE listed_plans SET state = 'signed' WHERE state = 'waiting'",
        "UPDATE listed_plans SET label = 'x' WHERE label = 'bed-1'",
        "UPDATE listed_plans SET n = 1 WHERE label = 'bed-1'",
        "DELETE FROM listed_plans WHERE label = 'bed-1'",
        "INSERT INTO listed_plans (plan, n, label, state) VALUES ('x', 1, 'y', 'signed')",
    ],
)
def test_a_list_that_says_other_than_the_records_is_named(ward: Store, lie: str) -> None:
    assert ward.verify().broken is None
    with ward.engine.begin() as connection:
        assert connection.exec_driver_sql(lie).rowcount
    broken = ward.verify().broken
    assert broken is not None
    assert (broken.table, broken.n > 0) == ("listed_plans", True)


def test_a_page_reads_a_page_of_plans_and_no_more(ward: Store) -> None:
    """Three queries, whatever the number of plans: what is listed, the plans, the signatures."""
    queries: list[str] = []
    event.listen(ward.engine, "before_cursor_execute", lambda *given: queries.append(str(given[2])))
    for search in (Search(), Search(label="ward"), Search(state="signed", label="ward")):
        queries.clear()
        ward.plans(library(), search, size=1)
        asked = [query for query in queries if query.startswith("SELECT")]
        assert len(asked) == 3
        assert "LIMIT" in asked[0]


@pytest.mark.parametrize(
    "where",
    [
        "state = 'waiting' AND n < 9 ORDER BY n DESC",
        "n < 9 ORDER BY n DESC",
        "label >= 'w' AND label < 'x' ORDER BY label, n DESC",
        "state = 'waiting' AND label >= 'w' AND label < 'x' ORDER BY label, n DESC",
    ],
)
def test_each_way_of_looking_goes_along_an_index(sqlite_store: Store, where: str) -> None:
    asked = f"EXPLAIN QUERY PLAN SELECT * FROM listed_plans WHERE {where} LIMIT 11"
    with sqlite_store.engine.connect() as connection:
        steps = [row.detail for row in connection.exec_driver_sql(asked)]
    assert len(steps) == 1 or ("ORDER BY" in where and "n DESC" in where and len(steps) == 2)
    assert steps[0].startswith("SEARCH listed_plans USING INDEX listed_by_")


def test_the_list_is_the_one_table_that_is_no_record() -> None:
    assert "listed_plans" in metadata.tables


def test_the_plans_of_each_file_are_counted_once_and_without_erased_ones(ward: Store) -> None:
    # Five plans of the ward, one of them in two versions; one of them is erased.
    assert ward.count_plans_by_file() == {"regimens/rituximab-weekly": 5, "drugs/rituximab": 5}
    ward.erase("bed-1", ADMINISTRATOR, why="asked for", at=minutes(600))
    assert ward.count_plans_by_file() == {"regimens/rituximab-weekly": 4, "drugs/rituximab": 4}
