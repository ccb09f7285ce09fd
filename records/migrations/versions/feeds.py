"""The links of calendars and their revocations, with the triggers that let them only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from records.guards import triggers

revision = "0003"
down_revision = "0002"

_TABLES = {
    "feeds": ("plan", "token", "audience", "words", "ends"),
    "revoked_feeds": ("plan", "token"),
}


def upgrade() -> None:
    """Create both tables, what they are looked up by, and their triggers."""
    for name, columns in _TABLES.items():
        op.create_table(
            name,
            sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
            *(sa.Column(column, sa.Text, nullable=False) for column in columns),
            sa.ForeignKeyConstraint(["n"], ["audit.n"]),
        )
        op.create_index(f"{name}_of_token", name, ["token"])
    for statement in triggers(op.get_bind().dialect.name, _TABLES).values():
        op.execute(statement)
