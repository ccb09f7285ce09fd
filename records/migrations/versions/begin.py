"""The first tables, and the triggers that let them only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TABLES = {
    "audit": ("at", "who", "role", "sign_in", "record", "sha256", "previous", "hash"),
    "texts": ("plan", "sha256"),
    "plan_versions": ("plan", "version"),
    "acknowledgements": ("plan", "version", "code"),
    "signatures": ("plan", "version", "outcome", "checked", "covers"),
    "administrations": ("plan", "version", "dose_id", "outcome", "given_at"),
    "erasures": ("plan", "why"),
}

# The one allowed path: the text of a plan whose erasure is recorded may be blanked.
_BLANKED = (
    "NEW.content IS NULL AND NEW.n = OLD.n AND NEW.plan = OLD.plan AND NEW.sha256 = OLD.sha256 "
    "AND EXISTS (SELECT 1 FROM erasures WHERE erasures.plan = OLD.plan)"
)


def upgrade() -> None:
    """Create the tables and their triggers."""
    for name, columns in _TABLES.items():
        number = sa.Column("n", sa.Integer, primary_key=True, autoincrement=False)
        rest: list[sa.schema.SchemaItem] = [
            sa.Column(column, sa.Integer if column == "version" else sa.Text, nullable=False)
            for column in columns
        ]
        if name == "texts":
            rest.append(sa.Column("content", sa.Text))
        if name == "plan_versions":
            rest.append(sa.UniqueConstraint("plan", "version", name="plan_versions_once"))
        if name != "audit":
            rest.append(sa.ForeignKeyConstraint(["n"], ["audit.n"]))
        op.create_table(name, number, *rest)
    triggers = _in_postgresql if op.get_bind().dialect.name == "postgresql" else _in_sqlite
    triggers()


def _in_sqlite() -> None:
    for name in _TABLES:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{name} only grows'); END"
        unless = f"WHEN NOT ({_BLANKED})" if name == "texts" else ""
        op.execute(f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {unless} {refuse}")
        op.execute(f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {refuse}")
        # INSERT OR REPLACE deletes without asking the trigger above. A trigger takes no parameters:
        # the names in its text are those of _TABLES, never anything that was typed.
        there = "n >= NEW.n" + (
            " OR (plan = NEW.plan AND version >= NEW.version)" if name == "plan_versions" else ""
        )
        taken = f"WHEN EXISTS (SELECT 1 FROM {name} WHERE {there})"  # noqa: S608 - constants  # nosec B608
        op.execute(f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} {taken} {refuse}")


def _in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION only_blanks() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_BLANKED} THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    for name in _TABLES:
        update = "only_blanks" if name == "texts" else "only_grows"
        for act, each, function in (
            ("update", "ROW", update),
            ("delete", "ROW", "only_grows"),
            ("truncate", "STATEMENT", "only_grows"),
        ):
            op.execute(
                f"CREATE TRIGGER {name}_no_{act} BEFORE {act.upper()} ON {name} "
                f"FOR EACH {each} EXECUTE FUNCTION {function}()"
            )
