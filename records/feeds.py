"""The links under which a saved plan's calendar is subscribed to: secret, for a time, revocable.

A link holds a token of 128 bits, of which only the SHA-256 is kept. A link is looked up by that
hash, so that how long it takes tells nothing of the tokens that there are.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from typing import Any, Literal, get_args

from sqlalchemy import Row, Select, select

from dosing.errors import InputError, Problems, refuse
from dosing.trace import RefusedError
from records.chain import append, read_time, sha256, write_time
from records.database import reading
from records.models import who_acted
from records.roles import Actor, must_be_allowed
from records.store import Store
from records.tables import audit, feeds, revoked_feeds
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library

Audience = Literal["ward", "pharmacy", "patient"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
MOST_DAYS = 366
_TOKEN_BYTES = 16


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One link: to which plan, for whom, until when, who made it, and when it was revoked."""

    n: int
    plan_id: str
    audience: str
    discreet: bool
    ends: dt.datetime
    by: Actor
    at: dt.datetime
    revoked: bool

    def is_open(self, at: dt.datetime) -> bool:
        """Return whether the link is answered at a time."""
        return not self.revoked and at < self.ends

    def __str__(self) -> str:
        """Return what tells the link from others; the secret itself is known to nobody here."""
        words = "discreet" if self.discreet else "clinical"
        ends = "revoked" if self.revoked else f"until {self.ends:%d-%b-%Y %H:%M} UTC"
        made = f"made by {self.by}, {self.at:%d-%b-%Y %H:%M} UTC"
        return f"{self.n}: plan {self.plan_id}, {self.audience}, {words}, {ends}, {made}"


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
    if audience not in AUDIENCES:
        expected = f"one of: {', '.join(AUDIENCES)}"
        problems.add("audience", audience, why="is not known here", write=expected)
    if not 0 < days <= MOST_DAYS:
        problems.add("days", str(days), why=f"is not 1 to {MOST_DAYS}", write="such as 90")
    versions = store.versions(plan_id)
    if not versions or versions[-1].plan is None:
        why = "was erased" if versions else "is not in the records"
        problems.add("plan", plan_id, why=why, accepted="save it first")
    problems.raise_if_any()
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    values = {
        "plan": plan_id,
        "token": sha256(token),
        "audience": audience,
        "words": "discreet" if discreet else "clinical",
        "ends": write_time(at + dt.timedelta(days=days)),
    }
    with store.writing(at) as connection:
        n = append(connection, actor, at, "feeds", values)
        row = connection.execute(_feeds().where(feeds.c.n == n)).one()
    return token, _read(row)


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


def show_feed(store: Store, library: Library, feed: Feed) -> FeedCourse | None:
    """Return the course that a link shows, with what the records know of its content.

    That is the newest saved version. While it is stopped, or waits for an acknowledgement, none of
    its doses leaves the program: then it is the last version before it that may be shown, and not
    up to date. None if the plan was erased.

    Raises:
        InputError: if no version may be shown, as the newest gives no course now.
        RefusedError: if no version may be shown, with what holds the newest back.
    """
    held_back: InputError | RefusedError | None = None
    for saved in reversed(store.versions(feed.plan_id)):
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
    return Feed(
        n=row.n,
        plan_id=row.plan,
        audience=row.audience,
        discreet=row.words == "discreet",
        ends=read_time(row.ends),
        by=who_acted(row),
        at=read_time(row.at),
        revoked=row.revoked is not None,
    )
