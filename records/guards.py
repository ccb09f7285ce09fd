"""The triggers that let the tables only grow: made from here, and compared with what is there.

A trigger is compared by its whole text, in PostgreSQL also its function: one of the same name that
does nothing holds nothing. What the program did not make is named too, because it may undo what is
written or write by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, text

from records.tables import RECORDS, metadata

GUARDED = ("audit", "texts", *RECORDS)
KNOWN_TABLES = frozenset({*metadata.tables, "alembic_version"})

# The one allowed path: the text of a plan whose erasure is recorded may be blanked.
_BLANKED = (
    "NEW.content IS NULL AND NEW.n = OLD.n AND NEW.plan = OLD.plan AND NEW.sha256 = OLD.sha256 "
    "AND EXISTS (SELECT 1 FROM erasures WHERE erasures.plan = OLD.plan)"
)
_FUNCTIONS = {
    "only_grows": " BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END ",
    "only_blanks": f" BEGIN IF {_BLANKED} THEN RETURN NEW; END IF; "
    "RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END ",
}


def functions(dialect: str) -> Iterator[str]:
    """Return the statements that make what the guards of a database call."""
    if dialect == "postgresql":
        for name, body in _FUNCTIONS.items():
            yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"


def triggers(dialect: str, tables: Iterable[str]) -> Mapping[str, str]:
    """Return the statements that make the guards of some tables, by the name of the trigger."""
    one_table = _in_postgresql if dialect == "postgresql" else _in_sqlite
    return {
        f"{table}_no_{act}": f"CREATE TRIGGER {table}_no_{act} {does}"
        for table in tables
        for act, does in one_table(table).items()
    }


def _in_sqlite(name: str) -> Mapping[str, str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name} only grows'); END"
    unless = f"WHEN NOT ({_BLANKED})" if name == "texts" else ""
    # INSERT OR REPLACE deletes without asking the trigger above. A trigger takes no parameters:
    # the names in its text are those of GUARDED, never anything that was typed.
    there = "n >= NEW.n" + (
        " OR (plan = NEW.plan AND version >= NEW.version)" if name == "plan_versions" else ""
    )
    taken = f"WHEN EXISTS (SELECT 1 FROM {name} WHERE {there})"  # noqa: S608 - constants  # nosec B608
    return {
        "update": f"BEFORE UPDATE ON {name} {unless} {refuse}",
        "delete": f"BEFORE DELETE ON {name} {refuse}",
        "replace": f"BEFORE INSERT ON {name} {taken} {refuse}",
    }


def _in_postgresql(name: str) -> Mapping[str, str]:
    update = "only_blanks" if name == "texts" else "only_grows"
    return {
        act: f"BEFORE {act.upper()} ON {name} FOR EACH {each} EXECUTE FUNCTION {function}()"
        for act, each, function in (
            ("update", "ROW", update),
            ("delete", "ROW", "only_grows"),
            ("truncate", "STATEMENT", "only_grows"),
        )
    }


def find_unguarded(connection: Connection) -> tuple[str, str] | None:
    """Return the table whose guard is not as it was made, or what else is there, and why."""
    dialect = connection.dialect.name
    there = _what_is_there(connection)
    # A copy may be older than a table. One that was taken away is missed by the audit trail.
    made_here = triggers(dialect, [name for name in GUARDED if name in there["table"]])
    for name, made in made_here.items():
        table, _, act = name.rpartition("_no_")
        if name not in there["trigger"]:
            return table, f"the trigger against {act} is missing"
        if _words(there["trigger"][name]) != _words(made):
            return table, f"the trigger against {act} is not as the program made it"
    for name, body in there.get("function", {}).items():
        if body != _FUNCTIONS.get(name, body):
            return name, "this function is not as the program made it"
    known = {"trigger": {*made_here}, "table": KNOWN_TABLES, "function": {*_FUNCTIONS}}
    for kind, names in there.items():
        for name in sorted({*names} - known.get(kind, set())):
            return name, f"this {kind} was not made by the program"
    return None


_IN_SQLITE = """
    SELECT type AS kind, name, sql AS made FROM sqlite_master
    WHERE type IN ('trigger', 'table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""
# An enabled trigger is marked O or A: D never fires, R only where changes are replicated.
_IN_POSTGRESQL = """
    SELECT 'trigger' AS kind, tgname AS name, pg_get_triggerdef(t.oid, true) AS made
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
      AND c.relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT DISTINCT 'function', p.proname, p.prosrc
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT CASE table_type WHEN 'BASE TABLE' THEN 'table' ELSE 'view' END, table_name, ''
    FROM information_schema.tables WHERE table_schema = current_schema()
    UNION ALL
    SELECT 'rule', rulename, definition FROM pg_rules WHERE schemaname = current_schema()
"""


def _what_is_there(connection: Connection) -> Mapping[str, Mapping[str, str]]:
    """Return what the database holds beside the rows: by its kind, by its name, how it was made."""
    query = _IN_SQLITE if connection.dialect.name == "sqlite" else _IN_POSTGRESQL
    there: dict[str, dict[str, str]] = {"trigger": {}, "table": {}}
    for row in connection.execute(text(query)):
        there.setdefault(row.kind, {})[row.name] = row.made
    return there


def _words(made: str) -> list[str]:
    return made.split()
