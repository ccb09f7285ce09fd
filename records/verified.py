"""What was verified of a dose, as it is read, and which doses were given without it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row

from dosing.errors import InputError
from dosing.trace import Finding, Source, note
from records.chain import read_time
from records.models import select_records, who_acted
from records.roles import Actor
from records.tables import verified_points
from records.versions import PlanVersion
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import Point, Verify
from schedules.plans.changes import Record
from schedules.plans.plan import Plan

_SITE = Source(cite="points of this site (site.yaml)", confirmed=True)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPoint:
    """That somebody verified a dose at a point, or entered something else than the plan has.

    ``entered`` is what was typed at the blind point, ``differs`` how it differs from the plan; both
    are empty elsewhere, and once the label was erased.
    """

    n: int
    version: int
    dose_id: str
    point: str
    agrees: bool
    entered: Mapping[str, str]
    differs: tuple[str, ...]
    by: Actor
    at: dt.datetime

    def __str__(self) -> str:
        """Return who verified which point, when, and what differed."""
        return self._in_words("; ".join(self.differs))

    @property
    def without_figures(self) -> str:
        """Return the same without a figure: whoever enters blind next must not read the plan's."""
        return self._in_words(self.differs_in)

    @property
    def differs_in(self) -> str:
        """Return the names of what differed: weight and dose."""
        return " and ".join(one.split(" ", 1)[0] for one in self.differs)

    def _in_words(self, differs: str) -> str:
        told = f", differs: {differs}" if not self.agrees else ""
        return f"{self.point}: {self.by}, {self.at:%d-%b-%Y %H:%M} UTC{told}"


def next_point(demanded: Verify, done: Sequence[VerifiedPoint]) -> Point | None:
    """Return the point that comes next for a dose, None where all have been passed."""
    return next(iter(points_left(demanded, done)), None)


def points_left(demanded: Verify, done: Sequence[VerifiedPoint]) -> list[Point]:
    """Return the points that a dose has not passed, in their order."""
    passed = {one.point for one in done if one.agrees}
    return [point for point in demanded.points if point not in passed]


def tell_points(demanded: Verify, done: Sequence[VerifiedPoint]) -> list[str]:
    """Return what was verified of a dose in words; with no figure while one is to come blind."""
    is_blind = demanded.blind in points_left(demanded, done)
    return [one.without_figures if is_blind else str(one) for one in done]


def points_at(
    connection: Connection, plan_id: str, version: int, dose_id: str
) -> list[VerifiedPoint]:
    """Return what was verified of a dose in one version of its plan, in the order of time."""
    table = verified_points.c
    query = select_records(verified_points).where(
        table.plan == plan_id, table.version == version, table.dose_id == dose_id
    )
    return [_read(row) for row in connection.execute(query.order_by(table.n))]


def _read(row: Row[Any]) -> VerifiedPoint:
    said = {"entered": {}, "differs": []} if row.content is None else json.loads(row.content)
    return VerifiedPoint(
        n=row.n,
        version=row.version,
        dose_id=row.dose_id,
        point=row.point,
        agrees=row.outcome == "agrees",
        entered=said["entered"],
        differs=tuple(said["differs"]),
        by=who_acted(row),
        at=read_time(row.at),
    )


def find_given_unverified(
    connection: Connection, current: Course, saved: Sequence[PlanVersion], library: Library
) -> Iterator[Finding]:
    """Yield a NOTE on each dose that was given without the points that the site demands.

    The points count that it had passed in the last version before it was recorded: another version
    begins at the first point. That it was given is a fact, which nothing holds back.

    Args:
        connection: to the records.
        current: the course as it is looked at, saved or not.
        saved: each saved version of its plan, the oldest first.
        library: the knowledge; its site demands the points.
    """
    demanded = library.site.verify
    if not demanded.points:
        return
    before = _versions_before(current, saved, library)
    for row in current.rows:
        if row.state == "given":
            version = before.get(row.id, 0)
            done = points_at(connection, current.plan.record_id, version, row.id)
            if left := points_left(demanded, done):
                text = f"{row.place}: {row.name} was given, and not verified {', '.join(left)}."
                yield note("verify.given_unverified", text, _SITE)


def _versions_before(
    current: Course, saved: Sequence[PlanVersion], library: Library
) -> Mapping[str, int]:
    """Return for each given dose the last version that did not record it; none for the first."""
    given = {row.id for row in current.rows if row.state == "given"}
    before: dict[str, int] = {}
    for version in reversed([*takewhile(lambda one: one.plan != current.plan, saved)]):
        if not given:
            break
        recorded = given & _given_in(version.plan, library)
        before |= dict.fromkeys(given - recorded, version.version)
        given = recorded
    return before


def _given_in(plan: Plan | None, library: Library) -> set[str]:
    """Return the ids of the doses that a version records as given; none of an erased one."""
    if plan is None or not any(isinstance(change, Record) for change in plan.changes):
        return set()
    try:
        rows = work_out(plan, library).rows
    except InputError:  # a version that the library no longer carries out keeps no plan from view
        return set()
    return {row.id for row in rows if row.state == "given"}
