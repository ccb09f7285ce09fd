from __future__ import annotations

import pytest

import records.guards
from records.database import reading
from records.feeds import make_feed
from records.guards import find_unguarded, functions, triggers
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


def test_the_guards_of_a_server_call_the_functions_that_are_made_for_them() -> None:
    made = triggers("postgresql", ["audit", "texts"])
    head = "CREATE TRIGGER {0}_no_{1} BEFORE {2} ON {0} FOR EACH {3} EXECUTE FUNCTION {4}()"
    assert made == {
        f"{table}_no_{act}": head.format(table, act, act.upper(), each, function)
        for table, act, each, function in (
            ("audit", "update", "ROW", "only_grows"),
            ("audit", "delete", "ROW", "only_grows"),
            ("audit", "truncate", "STATEMENT", "only_grows"),
            # an erased text is blanked
            ("texts", "update", "ROW", "only_blanks"),
            ("texts", "delete", "ROW", "only_grows"),
            ("texts", "truncate", "STATEMENT", "only_grows"),
        )
    }
    names = [text.partition("(")[0] for text in functions("postgresql")]
    assert names == ["CREATE FUNCTION only_grows", "CREATE FUNCTION only_blanks"]
    assert list(functions("sqlite")) == []


def test_a_trigger_that_is_gone_is_named(sqlite_store: Store) -> None:
    said = found(sqlite_store, "DROP TRIGGER audit_no_delete")
    assert said == "audit: the trigger against delete is missing"


@pytest.mark.parametrize(
    ("body", "wrong"), [(" BEGIN RETURN NEW; END ", "only_grows"), ("", "only_grows"), (None, "")]
)
def test_a_function_that_is_another_is_named(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, body: str | None, wrong: str
) -> None:
    """The functions are PostgreSQL's; what a database says of them is put beside SQLite's."""
    (own, _) = functions("postgresql")
    right = own.partition("$$")[2].removesuffix("$$")
    with reading(sqlite_store.engine) as connection:
        there = records.guards._what_is_there(connection)
        told = {**there, "function": {"only_grows": right if body is None else body}}
        monkeypatch.setattr(records.guards, "_what_is_there", lambda _: told)
        said = find_unguarded(connection)
    assert said == ((wrong, "this function is not as the program made it") if wrong else None)
