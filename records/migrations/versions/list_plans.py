"""The list of saved plans, with its indexes. Its rows are written after the last migration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the list, empty, and what it is looked up by."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "listed_plans",
        sa.Column("plan", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("label", by_bytes, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_index("listed_by_n", "listed_plans", ["n"])
    op.create_index("listed_by_state", "listed_plans", ["state", "n"])
    op.create_index("listed_by_label", "listed_plans", ["label", "n"])
    op.create_index("listed_by_state_and_label", "listed_plans", ["state", "label", "n"])
    for table in ("acknowledgements", "signatures", "administrations", "erasures"):
        op.create_index(f"{table}_of_plan", table, ["plan", "n"])
