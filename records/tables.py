"""The tables of the store. They grow row by row; a row never changes.

``listed_plans`` alone is no record: see ``records.listing``.

A record is one row of ``audit``, one row of the table that ``audit.record`` names, and, where a
person wrote something, one row of ``texts``. All three bear the same number ``n``. What could
identify a patient stands in ``texts`` alone, so that it can be erased and the chain still proven.

Times are text in UTC (2026-11-20T14:05:00Z): the same bytes in SQLite and in PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _number(*of: ForeignKey) -> Column[int]:
    return Column("n", Integer, *of, primary_key=True, autoincrement=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


audit = Table(
    "audit",
    metadata,
    _number(),
    _text("at"),
    _text("who"),
    _text("role"),
    _text("sign_in"),
    _text("record"),
    _text("sha256"),
    _text("previous"),
    _text("hash"),
)

texts = Table(
    "texts",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    _text("sha256"),
    Column("content", Text),
)

plan_versions = Table(
    "plan_versions",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    Column("version", Integer, nullable=False),
    UniqueConstraint("plan", "version", name="plan_versions_once"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    Column("version", Integer, nullable=False),
    _text("code"),
)

signatures = Table(
    "signatures",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    Column("version", Integer, nullable=False),
    _text("outcome"),
    _text("checked"),
    _text("covers"),
)

administrations = Table(
    "administrations",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    Column("version", Integer, nullable=False),
    _text("dose_id"),
    _text("outcome"),
    _text("given_at"),
)

verified_points = Table(
    "verified_points",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    Column("version", Integer, nullable=False),
    _text("dose_id"),
    _text("point"),
    _text("outcome"),
)

erasures = Table(
    "erasures",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    _text("why"),
)

feeds = Table(
    "feeds",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    _text("token"),
    _text("audience"),
    _text("words"),
    _text("ends"),
    Index("feeds_of_token", "token"),
)

revoked_feeds = Table(
    "revoked_feeds",
    metadata,
    _number(ForeignKey("audit.n")),
    _text("plan"),
    _text("token"),
    Index("revoked_feeds_of_token", "token"),
)

# How a label begins is one range of an index only where letters are compared by their bytes.
_BY_BYTES = Text().with_variant(Text(collation="C"), "postgresql")

listed_plans = Table(
    "listed_plans",
    metadata,
    Column("plan", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("label", _BY_BYTES, nullable=False),
    _text("state"),
    Index("listed_by_n", "n"),
    Index("listed_by_state", "state", "n"),
    Index("listed_by_label", "label", "n"),
    Index("listed_by_state_and_label", "state", "label", "n"),
)
# What belongs to one plan is looked up each time that it is shown.
for _table in (acknowledgements, signatures, administrations, verified_points, erasures):
    Index(f"{_table.name}_of_plan", _table.c.plan, _table.c.n)

RECORDS: dict[str, Table] = {
    table.name: table
    for table in (
        plan_versions,
        acknowledgements,
        signatures,
        administrations,
        verified_points,
        erasures,
        feeds,
        revoked_feeds,
    )
}
# A person's own words come with every record but an erasure, which must outlast what it erases,
# and the link of a calendar, which has none.
WITH_TEXT = frozenset(RECORDS) - {"erasures", "feeds", "revoked_feeds"}
