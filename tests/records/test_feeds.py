"""The links of calendars in the records: secret, for a time, revocable, in the chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import URL, select

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.feeds import (
    Feed,
    find_feed,
    last_decisions,
    link_of,
    list_feeds,
    make_feed,
    make_ward_feed,
    plans_of_ward,
    revoke_feed,
    show_plan,
)
from records.store import Store, open_store
from records.tables import feeds
from records.transfer import export, restore
from schedules.plans.plan import Plan
from tests.records.test_lifetime_of_label import giving_no_course
from tests.support.planning import library
from tests.support.ward import (
    ADMINISTRATOR,
    NURSE,
    PLANNER,
    VIEWER,
    deferred,
    heavier,
    minutes,
    plan,
    saved,
    signed,
)

DAY = dt.timedelta(days=1)


def made(store: Store, of: Plan | None = None, days: int = 90) -> tuple[str, Feed]:
    of = of or plan()
    saved(store, of)
    return make_feed(
        store,
        of.record_id,
        PLANNER,
        audience="patient",
        discreet=True,
        days=days,
        at=minutes(1),
    )


@pytest.mark.hazard("H233")
def test_a_link_is_found_until_it_ends_or_is_revoked(store: Store) -> None:
    token, feed = made(store, days=2)
    assert feed.ends == minutes(1) + 2 * DAY
    found = find_feed(store, token, minutes(1) + 2 * DAY - dt.timedelta(seconds=1))
    assert found == feed
    assert find_feed(store, token, minutes(1) + 2 * DAY) is None
    assert find_feed(store, f"{token}A", minutes(2)) is None
    revoke_feed(store, feed.n, PLANNER, at=minutes(3))
    assert find_feed(store, token, minutes(4)) is None
    assert [(one.n, one.revoked) for one in list_feeds(store)] == [(feed.n, True)]


@pytest.mark.hazard("H233")
def test_the_token_is_kept_as_its_hash_alone(store: Store) -> None:
    token, _ = made(store)
    # 128 bits in base64 without its filling are 22 letters.
    assert len(token) == 22
    assert token not in "".join(export(store.engine))
    with store.engine.connect() as connection:
        assert len(connection.execute(select(feeds.c.token)).scalar_one()) == 64


def test_making_and_revoking_stand_in_the_audit_trail(store: Store) -> None:
    _, feed = made(store)
    revoke_feed(store, feed.n, ADMINISTRATOR, at=minutes(2))
    rows = [(row.record, row.by.name) for row in store.audit(plan().record_id)]
    assert rows == [("plan_versions", "CD"), ("feeds", "CD"), ("revoked_feeds", "KL")]
    assert store.verify().broken is None


def test_links_come_along_in_an_export(store: Store, other_url: URL) -> None:
    token, feed = made(store)
    revoked, other = made(store, heavier(plan()))
    revoke_feed(store, other.n, PLANNER, at=minutes(2))
    restored = open_store(other_url)
    restore(restored.engine, export(store.engine))
    assert find_feed(restored, token, minutes(3)) == feed
    assert find_feed(restored, revoked, minutes(3)) is None
    assert list(export(restored.engine)) == list(export(store.engine))
    restored.close()


@pytest.mark.parametrize("table", ["feeds", "revoked_feeds"])
def test_neither_a_link_nor_its_end_can_be_changed_or_taken_away(store: Store, table: str) -> None:
    _, feed = made(store)
    revoke_feed(store, feed.n, PLANNER, at=minutes(2))
    for statement in (f"UPDATE {table} SET plan = 'other'", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="only grows"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_a_link_shows_the_newest_version(store: Store) -> None:
    first = plan()
    token, _ = made(store, first)
    store.save(deferred(first), PLANNER, expected_version=1, at=minutes(5))
    feed = find_feed(store, token, minutes(6))
    assert feed is not None
    shown = show_plan(store, library(), feed.plan_id)
    assert shown is not None
    # The doses are a week apart from 30 November on; the last is put off from the 21st by a day.
    assert [row.date.isoformat() for row in shown.course.rows] == [
        "2026-11-30",
        "2026-12-07",
        "2026-12-14",
        "2026-12-22",
    ]
    assert shown.up_to_date


@pytest.mark.hazard("H234")
def test_a_version_that_is_held_back_shows_the_one_before_as_out_of_date(store: Store) -> None:
    first = plan()
    token, _ = made(store, first)
    # 200 kg is so far from 70 kg that the plan waits for a person.
    held = heavier(first, "200 kg")
    store.save(held, PLANNER, expected_version=1, at=minutes(5))
    assert store.waiting(held, library())
    feed = find_feed(store, token, minutes(6))
    assert feed is not None
    shown = show_plan(store, library(), feed.plan_id)
    assert shown is not None
    assert (shown.course.plan, shown.up_to_date) == (first, False)


def test_an_erased_plan_shows_nothing(store: Store) -> None:
    token, feed = made(store)
    store.erase("ward-7", ADMINISTRATOR, why="ten years have passed", at=minutes(5))
    assert find_feed(store, token, minutes(6)) == feed
    assert show_plan(store, library(), feed.plan_id) is None


def test_a_plan_of_which_no_version_may_be_shown_is_refused(sqlite_store: Store) -> None:
    held = heavier(plan(), "200 kg")
    _, feed = made(sqlite_store, held)
    with pytest.raises(RefusedError):
        show_plan(sqlite_store, library(), feed.plan_id)


def test_who_may_not_share_makes_and_revokes_no_link(store: Store) -> None:
    _, feed = made(store)
    for actor in (NURSE, VIEWER):
        with pytest.raises(RefusedError, match="link of a calendar"):
            make_feed(
                store, feed.plan_id, actor, audience="ward", discreet=False, days=1, at=minutes(2)
            )
        with pytest.raises(RefusedError, match="link of a calendar"):
            revoke_feed(store, feed.n, actor, at=minutes(2))


def test_what_is_wrong_about_a_link_is_said_at_once(sqlite_store: Store) -> None:
    with pytest.raises(InputError) as refused:
        make_feed(
            sqlite_store,
            "nothing",
            PLANNER,
            audience="ward",
            discreet=False,
            days=400,
            at=minutes(1),
        )
    assert [problem.field for problem in refused.value.problems] == ["days", "plan"]
    with pytest.raises(InputError, match="number of a link"):
        revoke_feed(sqlite_store, 1, PLANNER, at=minutes(1))


def test_a_ward_is_the_words_with_which_labels_begin(store: Store) -> None:
    labels = ("ward-7", "ward-7 bed 3", "Ward-7-12", "ward-70", "ward", "bed ward-7")
    ids = {label: saved(store, plan(label)).plan_id for label in labels}
    by_id = {plan_id: label for label, plan_id in ids.items()}
    found = [by_id[one] for one in plans_of_ward(store, " WARD-7 ")]
    assert found == ["ward-7", "ward-7 bed 3", "Ward-7-12"]
    assert [by_id[one] for one in plans_of_ward(store, "ward-7 bed")] == ["ward-7 bed 3"]
    assert plans_of_ward(store, "") == plans_of_ward(store, "ward-8") == []


@pytest.mark.hazard("H233")
def test_the_link_of_a_ward_is_one_like_the_others(store: Store) -> None:
    saved(store)
    token, feed = make_ward_feed(store, "ward-7", PLANNER, audience="ward", days=9, at=minutes(1))
    assert (feed.plan_id, feed.ward, feed.discreet) == ("", "ward-7", False)
    assert str(feed).startswith("2: ward ward-7, ward, clinical, until ")
    assert find_feed(store, token, minutes(2)) == feed
    revoke_feed(store, feed.n, PLANNER, at=minutes(3))
    assert find_feed(store, token, minutes(4)) is None
    assert store.verify().broken is None


def test_a_link_to_no_ward_and_one_for_a_patient_are_not_made(sqlite_store: Store) -> None:
    saved(sqlite_store)
    for ward in ("ward-8", ""):
        with pytest.raises(InputError) as refused:
            make_ward_feed(sqlite_store, ward, PLANNER, audience="ward", days=9, at=minutes(1))
        assert [problem.field for problem in refused.value.problems] == ["ward"]
    with pytest.raises(InputError, match="whole ward"):
        make_ward_feed(sqlite_store, "ward-7", PLANNER, audience="patient", days=9, at=minutes(1))
    with pytest.raises(RefusedError, match="link of a calendar"):
        make_ward_feed(sqlite_store, "ward-7", NURSE, audience="ward", days=9, at=minutes(1))


def test_everything_wrong_with_the_link_of_a_ward_is_said_at_once(sqlite_store: Store) -> None:
    for ward, why in (("ward-8", '"ward-8" is how no label begins'), (" ", "is missing")):
        with pytest.raises(InputError) as refused:
            make_ward_feed(sqlite_store, ward, PLANNER, audience="ward", days=367, at=minutes(1))
        assert [str(problem) for problem in refused.value.problems] == [
            'days: "367" is not 1 to 366; write such as 90',
            f"ward: {why}; write how the labels of its plans begin: ward-7",
        ]


def test_what_a_link_shows_changes_with_versions_signatures_and_erasure(store: Store) -> None:
    first, other = saved(store), saved(store, plan("ward-9"))
    seen = [last_decisions(store, [first.plan_id])[first.plan_id]]
    signed(store, plan())
    seen += last_decisions(store, [first.plan_id]).values()
    store.save(deferred(plan()), PLANNER, expected_version=1, at=minutes(5))
    seen += last_decisions(store, [first.plan_id]).values()
    store.erase("ward-7", ADMINISTRATOR, why="ten years have passed", at=minutes(6))
    seen += last_decisions(store, [first.plan_id]).values()
    # Row 1 and 2 are the two plans; then come signature, version and erasure.
    assert seen == [1, 3, 4, 5]
    assert last_decisions(store, [first.plan_id, other.plan_id])[other.plan_id] == 2


def test_a_link_lasts_one_to_366_days_and_is_for_somebody_known(sqlite_store: Store) -> None:
    _, day = made(sqlite_store, days=1)
    _, year = made(sqlite_store, days=366)
    assert (day.ends - day.at, year.ends - year.at) == (DAY, 366 * DAY)
    anybody: Any = "everybody"  # from a command, where no type holds
    for days in (0, 367):
        with pytest.raises(InputError) as refused:
            make_feed(
                sqlite_store,
                day.plan_id,
                PLANNER,
                audience=anybody,
                discreet=False,
                days=days,
                at=minutes(1),
            )
        assert [str(problem) for problem in refused.value.problems] == [
            'audience: "everybody" is not known here; write one of: ward, pharmacy, patient',
            f'days: "{days}" is not 1 to 366; write such as 90',
        ]


def test_a_list_of_links_tells_what_each_is_without_its_secret(sqlite_store: Store) -> None:
    token, first = made(sqlite_store, days=1)
    _, ward = make_ward_feed(
        sqlite_store, " ward-7 ", PLANNER, audience="pharmacy", days=9, at=minutes(2)
    )
    revoke_feed(sqlite_store, first.n, ADMINISTRATOR, at=minutes(3))
    told = [str(one) for one in list_feeds(sqlite_store)]
    assert told == [
        "3: ward ward-7, pharmacy, clinical, until 29-Nov-2026 12:02 UTC, made by CD, planner, "
        "20-Nov-2026 12:02 UTC",
        f"2: plan {plan().id}, patient, discreet, revoked, made by CD, planner, "
        "20-Nov-2026 12:01 UTC",
    ]
    assert token not in "".join(told)
    assert first.shows(plan().id, "ward-9")
    assert not first.shows("another", "ward-7")
    assert ward.shows("another", "Ward-7 bed 3")
    assert not ward.shows(plan().id, "ward-70")


def test_the_whole_link_is_told_once_with_the_address_of_the_program() -> None:
    assert link_of("https://ward.example/", "T") == "https://ward.example/feed/T.ics"
    assert link_of("", "T") == "/feed/T.ics"


def test_a_link_is_revoked_once(sqlite_store: Store) -> None:
    _, feed = made(sqlite_store)
    assert revoke_feed(sqlite_store, feed.n, PLANNER, at=minutes(2)).revoked
    with pytest.raises(InputError) as refused:
        revoke_feed(sqlite_store, feed.n, PLANNER, at=minutes(3))
    assert str(refused.value) == ('feed: "2" is revoked already; choose one that feed list shows')


def test_an_erased_plan_is_linked_to_no_more_and_says_so(sqlite_store: Store) -> None:
    saved(sqlite_store)
    sqlite_store.erase("ward-7", ADMINISTRATOR, why="asked for", at=minutes(5))
    with pytest.raises(InputError, match=r"was erased; save it first"):
        make_feed(
            sqlite_store,
            plan().id,
            PLANNER,
            audience="ward",
            discreet=False,
            days=9,
            at=minutes(6),
        )


def test_a_newest_version_that_gives_no_course_now_shows_the_one_before_as_out_of_date(
    sqlite_store: Store,
) -> None:
    assert show_plan(sqlite_store, library(), "nothing") is None
    saved(sqlite_store)
    sqlite_store.save(giving_no_course(plan()), PLANNER, expected_version=1, at=minutes(5))
    shown = show_plan(sqlite_store, library(), plan().id)
    assert shown is not None
    assert (shown.course.plan, shown.up_to_date) == (plan(), False)


def test_where_no_version_may_be_shown_it_is_said_why_the_newest_may_not(
    sqlite_store: Store,
) -> None:
    saved(sqlite_store, heavier(plan(), "200 kg"))
    wrong = giving_no_course(plan())
    sqlite_store.save(wrong, PLANNER, expected_version=1, at=minutes(5))
    with pytest.raises(InputError, match="cycle 99"):
        show_plan(sqlite_store, library(), plan().id)
