"""The points at which a dose was verified, with the triggers that let them only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from records.guards import triggers

revision = "0004"
down_revision = "0003"

_TABLE = "verified_points"


def upgrade() -> None:
    """Create the table, what it is looked up by, and its triggers."""
    op.create_table(
        _TABLE,
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("dose_id", "point", "outcome")),
        sa.ForeignKeyConstraint(["n"], ["audit.n"]),
    )
    op.create_index(f"{_TABLE}_of_plan", _TABLE, ["plan", "n"])
    for statement in triggers(op.get_bind().dialect.name, (_TABLE,)).values():
        op.execute(statement)
