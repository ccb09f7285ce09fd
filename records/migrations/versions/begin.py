"""The first tables, and the triggers that let them only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from records.guards import functions, triggers

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
    dialect = op.get_bind().dialect.name
    for statement in (*functions(dialect), *triggers(dialect, _TABLES).values()):
        op.execute(statement)
