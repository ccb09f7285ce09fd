"""The links under which a saved plan's calendar is subscribed to: secret, for a time, revocable.

A link holds a token of 128 bits, of which only the SHA-256 is kept. A link is looked up by that
hash, so that how long it takes tells nothing of the tokens that there are.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Collection
from typing import Any, Literal, get_args

from sqlalchemy import Row, Select, func, select, union_all

from dosing.errors import InputError, Problems, refuse
from dosing.trace import RefusedError
from records.chain import Values, append, read_time, sha256, write_time
from records.database import reading
from records.listing import find_of_ward, is_of_ward
from records.models import who_acted
from records.roles import Actor, must_be_allowed
from records.store import Store
from records.tables import (
    acknowledgements,
    audit,
    erasures,
    feeds,
    plan_versions,
    revoked_feeds,
    signatures,
)
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library

Audience = Literal["ward", "pharmacy", "patient"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
MOST_DAYS = 366
_TOKEN_BYTES = 16
# Stands before the words of a ward where another link has its plan: no id has a blank.
_OF_WARD = "labels "
# What the calendar of a plan is made of.
_DECIDE = (plan_versions, acknowledgements, signatures, erasures)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One link: to what, for whom, until when, who made it, and whether it was revoked.

    It is of one plan, or of all whose labels begin with the words of ``ward``; the other is empty.
    """

    n: int
    plan_id: str
    ward: str
    audience: str
    discreet: bool
    ends: dt.datetime
    by: Actor
    at: dt.datetime
    revoked: bool

    def is_open(self, at: dt.datetime) -> bool:
        """Return whether the link is answered at a time."""
        return not self.revoked and at < self.ends

    def shows(self, plan_id: str, label: str) -> bool:
        """Return whether it shows a plan, by itself or as one of its ward."""
        return is_of_ward(label, self.ward) if self.ward else plan_id == self.plan_id

    def __str__(self) -> str:
        """Return what tells the link from others, a plan by its id."""
        return self.said(f"plan {self.plan_id}")

    def said(self, plan: str) -> str:
        """Return what tells the link from others, and not its secret, which nobody here knows.

        Args:
            plan: what the one plan is called of which it is.
        """
        words = "discreet" if self.discreet else "clinical"
        ends = "revoked" if self.revoked else f"until {self.ends:%d-%b-%Y %H:%M} UTC"
        made = f"made by {self.by}, {self.at:%d-%b-%Y %H:%M} UTC"
        of = f"ward {self.ward}" if self.ward else plan
        return f"{self.n}: {of}, {self.audience}, {words}, {ends}, {made}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FeedCourse:
    """What a link shows: the newest saved version, or the last one that may still be shown."""

    course: Course
    up_to_date: bool


def make_feed(
    store: Store,
    plan_id: str,
    actor: Actor,
    *,
    audience: Audience,
    discreet: bool,
    days: int,
    at: dt.datetime,
) -> tuple[str, Feed]:
    """Make a link to the calendar of a saved plan.

    Returns:
        The token, which is told this once, and the link.

    Raises:
        InputError: if the plan is not saved or was erased, or the time is not 1 to 366 days.
        RefusedError: if the role may not.
    """
    must_be_allowed(actor, "share")
    problems = Problems()
    _check_terms(problems, audience, days)
    versions = store.versions(plan_id)
    if not versions or versions[-1].plan is None:
        why = "was erased" if versions else "is not in the records"
        problems.add("plan", plan_id, why=why, accepted="save it first")
    problems.raise_if_any()
    words = "discreet" if discreet else "clinical"
    values = {"plan": plan_id, "audience": audience, "words": words}
    return _make(store, actor, values, days, at)


def make_ward_feed(
    store: Store, ward: str, actor: Actor, *, audience: Audience, days: int, at: dt.datetime
) -> tuple[str, Feed]:
    """Make a link to the calendar of all saved plans whose labels begin with the words of a ward.

    Returns:
        The token, which is told this once, and the link.

    Raises:
        InputError: if no plan has such a label, or the link is for a patient.
        RefusedError: if the role may not.
    """
    must_be_allowed(actor, "share")
    problems = Problems()
    _check_terms(problems, audience, days)
    ward = ward.strip()
    if not plans_of_ward(store, ward):
        why = "is how no label begins" if ward else "is missing"
        problems.add("ward", ward, why=why, write="how the labels of its plans begin: ward-7")
    if audience == "patient":
        why = "reads no calendar of a whole ward"
        problems.add("audience", audience, why=why, write="ward or pharmacy")
    problems.raise_if_any()
    values = {"plan": f"{_OF_WARD}{ward}", "audience": audience, "words": "clinical"}
    return _make(store, actor, values, days, at)


def _check_terms(problems: Problems, audience: str, days: int) -> None:
    if audience not in AUDIENCES:
        expected = f"one of: {', '.join(AUDIENCES)}"
        problems.add("audience", audience, why="is not known here", write=expected)
    if not 0 < days <= MOST_DAYS:
        problems.add("days", str(days), why=f"is not 1 to {MOST_DAYS}", write="such as 90")


def _make(
    store: Store, actor: Actor, values: Values, days: int, at: dt.datetime
) -> tuple[str, Feed]:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    ends = write_time(at + dt.timedelta(days=days))
    with store.writing(at) as connection:
        n = append(connection, actor, at, "feeds", {**values, "token": sha256(token), "ends": ends})
        row = connection.execute(_feeds().where(feeds.c.n == n)).one()
    return token, _read(row)


def link_of(address: str, token: str) -> str:
    """Return the whole link of a token, or its path where nobody states the program's address."""
    return f"{address.rstrip('/')}/feed/{token}.ics"


def revoke_feed(store: Store, number: int, actor: Actor, *, at: dt.datetime) -> Feed:
    """End a link by its number, from now on.

    Raises:
        InputError: if there is no such link, or it is revoked.
        RefusedError: if the role may not.
    """
    must_be_allowed(actor, "share")
    with store.writing(at) as connection:
        row = connection.execute(_feeds().where(feeds.c.n == number)).one_or_none()
        if row is None or row.revoked is not None:
            why = "is not the number of a link" if row is None else "is revoked already"
            refuse("feed", str(number), why=why, accepted="choose one that feed list shows")
        values = {"plan": row.plan, "token": row.token}
        append(connection, actor, at, "revoked_feeds", values)
    return dataclasses.replace(_read(row), revoked=True)


def list_feeds(store: Store) -> list[Feed]:
    """Return every link that was ever made, the newest first."""
    with reading(store.engine) as connection:
        rows = connection.execute(_feeds().order_by(feeds.c.n.desc())).all()
    return [_read(row) for row in rows]


def find_feed(store: Store, token: str, at: dt.datetime) -> Feed | None:
    """Return the link of a token; None alike for one that is wrong, has ended or was revoked."""
    with reading(store.engine) as connection:
        row = connection.execute(_feeds().where(feeds.c.token == sha256(token))).first()
    found = None if row is None else _read(row)
    return found if found is not None and found.is_open(at) else None


def plans_of_ward(store: Store, ward: str) -> list[str]:
    """Return the ids of the saved plans whose labels begin with the words of a ward."""
    with reading(store.engine) as connection:
        return find_of_ward(connection, ward)


def last_decisions(store: Store, plan_ids: Collection[str]) -> dict[str, int]:
    """Return the number of the last record that decides what a link shows of each plan."""
    rows = union_all(
        *(select(one.c.plan, one.c.n).where(one.c.plan.in_(plan_ids)) for one in _DECIDE)
    ).subquery()
    query = select(rows.c.plan, func.max(rows.c.n)).group_by(rows.c.plan)
    with reading(store.engine) as connection:
        return {plan: n for plan, n in connection.execute(query)}


def show_plan(store: Store, library: Library, plan_id: str) -> FeedCourse | None:
    """Return the course that a link shows of a plan, with what the records know of its content.

    That is the newest saved version. While it is stopped, or waits for an acknowledgement, none of
    its doses leaves the program: then it is the last version before it that may be shown, and not
    up to date. None if the plan was erased.

    Raises:
        InputError: if no version may be shown, as the newest gives no course now.
        RefusedError: if no version may be shown, with what holds the newest back.
    """
    held_back: InputError | RefusedError | None = None
    for saved in reversed(store.versions(plan_id)):
        if saved.plan is None:
            return None
        try:
            course = store.look_up_check(work_out(saved.plan, library), library)
            course.must_be_exportable()
        except (InputError, RefusedError) as error:
            held_back = held_back or error
        else:
            return FeedCourse(course=course, up_to_date=held_back is None)
    if held_back is not None:
        raise held_back
    return None


def _feeds() -> Select[Any]:
    """Return the query for links, each with who made it and its revocation."""
    joined = feeds.join(audit, audit.c.n == feeds.c.n).outerjoin(
        revoked_feeds, revoked_feeds.c.token == feeds.c.token
    )
    who = (audit.c.who, audit.c.role, audit.c.sign_in, audit.c.at)
    return select(feeds, *who, revoked_feeds.c.n.label("revoked")).select_from(joined)


def _read(row: Row[Any]) -> Feed:
    is_ward = row.plan.startswith(_OF_WARD)
    return Feed(
        n=row.n,
        plan_id="" if is_ward else row.plan,
        ward=row.plan.removeprefix(_OF_WARD) if is_ward else "",
        audience=row.audience,
        discreet=row.words == "discreet",
        ends=read_time(row.ends),
        by=who_acted(row),
        at=read_time(row.at),
        revoked=row.revoked is not None,
    )
