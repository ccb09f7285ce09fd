"""What the list of plans says of each: its state, its files, its ward, ten plans to a page."""

from __future__ import annotations

import pytest

from records.database import reading, writing
from records.listing import (
    Search,
    find_all,
    find_of_ward,
    find_wrong_row,
    is_of_ward,
    list_all_anew,
)
from records.store import Store
from schedules.plans.plan import Plan
from tests.support.planning import library
from tests.support.ward import CHECKED_AT, PHARMACIST, heavier, plan, saved, signed


def labels(store: Store, search: Search) -> list[str]:
    return [one.label for one in store.plans(library(), search).plans]


def send_back(store: Store, what: Plan) -> None:
    remarks = "weight is old"
    store.sign(what, library(), PHARMACIST, outcome="sent back", remarks=remarks, at=CHECKED_AT)


def test_a_page_has_ten_plans_unless_more_are_asked_for(sqlite_store: Store) -> None:
    for bed in range(11):
        saved(sqlite_store, plan(f"bed-{bed}"))
    page = sqlite_store.plans(library())
    assert [one.label for one in page.plans] == [f"bed-{bed}" for bed in range(10, 0, -1)]
    last = sqlite_store.plans(library(), after=page.next)
    assert ([one.label for one in last.plans], last.next) == (["bed-0"], None)


def test_a_plan_is_void_once_any_earlier_content_was_signed_and_waits_otherwise(
    sqlite_store: Store,
) -> None:
    for label in ("ward-7", "ward-8"):
        saved(sqlite_store, plan(label))
    signed(sqlite_store, plan("ward-7"))
    for label in ("ward-7", "ward-8"):
        saved(sqlite_store, heavier(plan(label)))
        send_back(sqlite_store, heavier(plan(label)))
    assert labels(sqlite_store, Search(state="sent back")) == ["ward-8", "ward-7"]
    for label in ("ward-7", "ward-8"):
        saved(sqlite_store, heavier(plan(label), "80 kg"))
    assert labels(sqlite_store, Search(state="void")) == ["ward-7"]
    assert labels(sqlite_store, Search(state="waiting")) == ["ward-8"]


def test_a_list_is_made_anew_from_the_records_whatever_it_said(sqlite_store: Store) -> None:
    with writing(sqlite_store.engine) as connection:
        list_all_anew(connection)
    for label in ("ward-8", "ward-7", "bed-1"):
        saved(sqlite_store, plan(label))
    with writing(sqlite_store.engine) as connection:
        connection.exec_driver_sql("DELETE FROM listed_plans WHERE label = 'bed-1'")
        connection.exec_driver_sql(
            "INSERT INTO listed_plans (plan, n, label, state) "
            "VALUES ('y', 2, 'y', 'signed'), ('x', 1, 'x', 'signed')"
        )
        assert find_wrong_row(connection) == 3
        list_all_anew(connection)
        assert find_wrong_row(connection) is None
        assert find_all(connection) == [plan(one).id for one in ("bed-1", "ward-7", "ward-8")]


def test_the_first_of_the_rows_that_follow_from_no_record_is_named(sqlite_store: Store) -> None:
    for label in ("ward-8", "ward-7", "bed-1"):
        saved(sqlite_store, plan(label))
    with writing(sqlite_store.engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO listed_plans (plan, n, label, state) "
            "VALUES ('y', 3, 'y', 'signed'), ('x', 2, 'x', 'signed')"
        )
        assert find_wrong_row(connection) == 2


@pytest.mark.parametrize(
    ("label", "ward", "is_of"),
    [
        ("Ward-7", " WARD-7 ", True),
        ("ward-7 bed 3", "ward-7", True),
        ("ward-7-12", "ward-7", True),
        ("ward-7", "ward-", True),
        ("ward-70", "ward-7", False),
        ("ward-7a bed 3", "ward-7", False),
        ("ward-7a/3", "ward-7", False),
        ("ward-70 bed 3", "ward-7", False),
        ("bed ward-7", "ward-7", False),
        ("ward-7", "", False),
    ],
)
def test_a_label_is_of_a_ward_whose_words_it_begins_with(
    sqlite_store: Store, label: str, ward: str, is_of: bool
) -> None:
    assert is_of_ward(label, ward) == is_of
    saved(sqlite_store, plan(label))
    with reading(sqlite_store.engine) as connection:
        assert find_of_ward(connection, ward) == ([plan(label).id] if is_of else [])
