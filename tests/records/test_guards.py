from __future__ import annotations

import pytest

from records.feeds import make_feed
from records.store import Store
from tests.support.ward import PLANNER, minutes, saved

EMPTIED = {
    "sqlite": (
        "DROP TRIGGER audit_no_delete",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT 1; END",
    ),
    "postgresql": (
        "CREATE OR REPLACE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "FOR EACH ROW WHEN (OLD.n < 0) EXECUTE FUNCTION only_grows()",
    ),
}
ADDED = {
    "sqlite": ("CREATE TRIGGER more AFTER INSERT ON audit BEGIN DELETE FROM listed_plans; END",),
    "postgresql": (
        "CREATE TRIGGER more AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION only_grows()",
    ),
}


def found(store: Store, *statements: str) -> str:
    saved(store)
    assert store.verify().broken is None
    with store.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    return str(store.verify().broken)


@pytest.mark.hazard("H52")
def test_an_emptied_trigger_of_the_same_name_is_named(store: Store) -> None:
    said = found(store, *EMPTIED[store.engine.dialect.name])
    assert said == "audit: the trigger against delete is not as the program made it"


def test_a_trigger_that_the_program_did_not_make_is_named(store: Store) -> None:
    said = found(store, *ADDED[store.engine.dialect.name])
    assert said == "more: this trigger was not made by the program"


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("table", "CREATE TABLE more (n INTEGER)"),
        ("view", "CREATE VIEW more AS SELECT n FROM audit"),
    ],
)
def test_what_the_program_did_not_make_is_named(store: Store, kind: str, statement: str) -> None:
    assert found(store, statement) == f"more: this {kind} was not made by the program"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NEW; END $$",
            "only_grows: this function is not as the program made it",
        ),
        (
            "ALTER TABLE audit ENABLE REPLICA TRIGGER audit_no_delete",
            "audit: the trigger against delete is missing",
        ),
        (
            "CREATE RULE more AS ON DELETE TO audit DO INSTEAD NOTHING",
            "more: this rule was not made by the program",
        ),
    ],
)
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_empties_a_guard_of_postgresql_is_named(
    store: Store, statement: str, said: str
) -> None:
    assert found(store, statement) == said


@pytest.mark.hazard("H52")
def test_a_table_that_was_taken_away_is_missed_by_the_audit_trail(store: Store) -> None:
    what = saved(store)
    make_feed(store, what.plan_id, PLANNER, audience="ward", discreet=False, days=1, at=minutes(1))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE feeds")
    assert str(store.verify().broken) == "feeds 2 is missing"
