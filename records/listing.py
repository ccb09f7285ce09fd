"""The list of saved plans: found by label and by state, page by page, without reading every plan.

Each row of ``listed_plans`` follows from the chained records of its plan, is written in one
transaction with them, and decides nothing: whether a content is checked is read from its
signatures. ``records verify`` compares every row with the records that it follows from.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, or_, select

from records.chain import read_time
from records.models import read_signature, select_records, who_acted
from records.roles import Actor
from records.signature import Outcome, Signature, status_of_saved
from records.tables import listed_plans, metadata, plan_versions, signatures, texts
from schedules.course.checked import Verification
from schedules.knowledge.library import Library
from schedules.review.affected import courses_in

# Of the last saved content: nobody has decided, signed, sent back, or an earlier one was signed.
ListedState = Literal["waiting", "signed", "sent back", "void"]
LISTED_STATES: tuple[ListedState, ...] = get_args(ListedState)
PAGE = 10

_AT_ONCE = 500
_BEYOND_EVERY_LETTER = "\U0010ffff"
_NEWEST_FIRST = listed_plans.c.n.desc()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which plans are looked for: those whose label begins so, and those in one state."""

    label: str = ""
    state: ListedState | None = None


EVERY_PLAN = Search()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ends: the next one begins after this row."""

    label: str
    n: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """The last version of one plan, with whether this very content is checked."""

    n: int
    plan_id: str
    version: int
    label: str
    regimen: str
    by: Actor
    at: dt.datetime
    checked: Verification


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """One page of the list, and where the next one begins; None on the last page."""

    plans: tuple[SavedPlan, ...]
    next: Place | None


def read_page(
    connection: Connection, library: Library, search: Search, after: Place | None, size: int
) -> PlanPage:
    """Return one page: the newest first, or by label where one is looked for."""
    found = connection.execute(_listed(search, after).limit(size + 1)).all()
    # In a query of its own, so that no planner reads more plans than one page shows.
    query = select_records(plan_versions).where(plan_versions.c.n.in_([row.n for row in found]))
    saved = {row.n: row for row in connection.execute(query)}
    decisions = _signatures_of(connection, [row.plan for row in found])
    return PlanPage(
        plans=tuple(
            _read_saved_plan(saved[row.n], library, decisions.get(row.plan, []))
            for row in found[:size]
        ),
        next=Place(label=found[size - 1].label, n=found[size - 1].n) if found[size:] else None,
    )


def _listed(search: Search, after: Place | None) -> Select[Any]:
    """Return the query for the rows after a place, each way along an index of its own."""
    listed = listed_plans.c
    query = select(listed_plans)
    if search.state is not None:
        query = query.where(listed.state == search.state)
    begins = search.label.strip().casefold()
    if not begins:
        follows = [] if after is None else [listed.n < after.n]
        return query.where(*follows).order_by(_NEWEST_FIRST)
    follows = [listed.label < begins + _BEYOND_EVERY_LETTER]
    if after is None:
        follows += [listed.label >= begins]
    else:
        follows += [listed.label >= after.label, _comes_after(after)]
    return query.where(*follows).order_by(listed.label, _NEWEST_FIRST)


def _comes_after(place: Place) -> ColumnElement[bool]:
    same_label = and_(listed_plans.c.label == place.label, listed_plans.c.n < place.n)
    return or_(listed_plans.c.label > place.label, same_label)


def find_all(connection: Connection) -> list[str]:
    """Return every plan, by its label."""
    query = select(listed_plans.c.plan).order_by(listed_plans.c.label, listed_plans.c.n)
    return list(connection.scalars(query))


def find_of_ward(connection: Connection, ward: str) -> list[str]:
    """Return the plans whose labels begin with the words of a ward: ward-7 is not in ward-70."""
    begins = ward.strip().casefold()
    query = select(listed_plans.c.plan, listed_plans.c.label).where(
        listed_plans.c.label >= begins, listed_plans.c.label < begins + _BEYOND_EVERY_LETTER
    )
    rows = connection.execute(query.order_by(listed_plans.c.label, listed_plans.c.n)).all()
    return [row.plan for row in rows if is_of_ward(row.label, ward)]


def is_of_ward(label: str, ward: str) -> bool:
    """Return whether a label begins with the words of a ward."""
    label, begins = label.casefold(), ward.strip().casefold()
    if not begins or not label.startswith(begins):
        return False
    return not (begins[-1].isalnum() and label[len(begins) :][:1].isalnum())


def count_plans_by_file(connection: Connection) -> Counter[str]:
    """Count the saved plans that were made with each file, as ``regimens/ID`` or ``drugs/ID``."""
    query = select(texts.c.content).where(texts.c.n == listed_plans.c.n)
    return Counter(
        file
        for content in connection.scalars(query)
        if content is not None
        for file in _files_of(json.loads(content))
    )


def _files_of(content: Mapping[str, Any]) -> set[str]:
    """Return the files that a plan was made with, those of added courses too."""
    made = list(courses_in(content))
    regimens = {f"regimens/{one['regimen']['id']}" for one in made}
    return regimens | {f"drugs/{drug['id']}" for one in made for drug in one["drugs"]}


def _signatures_of(
    connection: Connection, plan_ids: Sequence[str]
) -> Mapping[str, list[Signature]]:
    query = select_records(signatures).where(signatures.c.plan.in_(plan_ids))
    found: dict[str, list[Signature]] = {}
    for row in connection.execute(query.order_by(signatures.c.n)):
        found.setdefault(row.plan, []).append(read_signature(row))
    return found


def _read_saved_plan(row: Row[Any], library: Library, decisions: Sequence[Signature]) -> SavedPlan:
    content = json.loads(row.content)
    return SavedPlan(
        n=row.n,
        plan_id=row.plan,
        version=row.version,
        label=content["patient"]["label"],
        regimen=content["regimen"]["id"],
        by=who_acted(row),
        at=read_time(row.at),
        checked=status_of_saved(row.sha256, library, decisions),
    )


def list_anew(connection: Connection, plan_id: str) -> None:
    """Write the row of one plan as it follows from its records now."""
    connection.execute(listed_plans.delete().where(listed_plans.c.plan == plan_id))
    for row in derive(connection, plan_id):
        connection.execute(listed_plans.insert(), row)


def list_all_anew(connection: Connection) -> None:
    """Write every row as it follows from the records now."""
    connection.execute(listed_plans.delete())
    rows = list(derive(connection))
    if rows:
        connection.execute(listed_plans.insert(), rows)
    if connection.dialect.name == "postgresql":
        # After many rows at once it would read all of them until it has counted them by itself.
        for table in metadata.tables:
            connection.exec_driver_sql(f"ANALYZE {table}")


def derive(connection: Connection, plan_id: str | None = None) -> Iterator[dict[str, Any]]:
    """Return the rows as they follow from the records: of one plan, or of all."""
    newer = plan_versions.alias()
    is_last = ~exists().where(
        newer.c.plan == plan_versions.c.plan, newer.c.version > plan_versions.c.version
    )
    last = select_records(plan_versions).where(is_last, texts.c.content.is_not(None))
    decided = select(signatures.c.plan, signatures.c.outcome, signatures.c.covers)
    if plan_id is not None:
        last = last.where(plan_versions.c.plan == plan_id)
        decided = decided.where(signatures.c.plan == plan_id)
    decisions: dict[str, list[tuple[Outcome, str]]] = {}
    for row in connection.execute(decided.order_by(signatures.c.n)):
        decisions.setdefault(row.plan, []).append((row.outcome, json.loads(row.covers)["plan"]))
    with connection.execute(last, execution_options={"yield_per": _AT_ONCE}) as rows:
        for row in rows:
            yield {
                "plan": row.plan,
                "n": row.n,
                "label": json.loads(row.content)["patient"]["label"].casefold(),
                "state": _state(row.sha256, decisions.get(row.plan, [])),
            }


def _state(content: str, decisions: Sequence[tuple[Outcome, str]]) -> ListedState:
    """Return the state of a content after decisions, each of which covers a content."""
    for outcome, covered in reversed(decisions):
        if covered == content:
            return "sent back" if outcome == "sent back" else "signed"
    earlier = any(outcome != "sent back" for outcome, _ in decisions)
    return "void" if earlier else "waiting"


def find_wrong_row(connection: Connection) -> int | None:
    """Return the number of the first plan version that is listed otherwise than it was recorded."""
    stored = {row.plan: dict(row._mapping) for row in connection.execute(select(listed_plans))}
    for row in derive(connection):
        if stored.pop(row["plan"], None) != row:
            return int(row["n"])
    return min((int(row["n"]) for row in stored.values()), default=None)
