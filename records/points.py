"""The points at which each dose is verified again: as the site demands, none skipped, nobody twice.

At the blind point a second person enters weight, height and dose without seeing those of the plan.
What was entered is compared and kept either way; where it differs, the point is not passed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from dosing import units
from dosing.errors import Problems, refuse
from dosing.units import in_unit, ordinary_spaces, show
from records.chain import append, canonical, read_time
from records.database import reading
from records.models import select_records, who_acted
from records.roles import Actor, forbid, must_be_allowed, same_person
from records.store import Store, must_be_the_saved_one
from records.tables import verified_points
from schedules.course.rows import Administration
from schedules.course.visit import height_on, weight_on
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import Point, Verify
from schedules.plans.plan import Plan

_CLEAN, _DIGITS = 9, 6
_KINDS = {"weight": "weight", "height": "height", "dose": "amount"}
_EXAMPLES = {"weight": "70 kg", "height": "175 cm", "dose": "700 mg"}


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
        differs = f", differs: {'; '.join(self.differs)}" if not self.agrees else ""
        return f"{self.point}: {self.by}, {self.at:%d-%b-%Y %H:%M} UTC{differs}"


def points_of_dose(store: Store, plan_id: str, dose_id: str) -> list[VerifiedPoint]:
    """Return what was verified of one dose, as the plan was saved last, in the order of time."""
    versions = store.versions(plan_id)
    with reading(store.engine) as connection:
        return _points(connection, plan_id, len(versions), dose_id)


def next_point(demanded: Verify, done: Sequence[VerifiedPoint]) -> Point | None:
    """Return the point that comes next for a dose, None where all have been passed."""
    passed = {one.point for one in done if one.agrees}
    return next((point for point in demanded.points if point not in passed), None)


def verify_point(
    store: Store,
    plan: Plan,
    library: Library,
    actor: Actor,
    *,
    dose_id: str,
    entered: Mapping[str, str],
    at: dt.datetime,
) -> VerifiedPoint:
    """Record that a dose was verified at the point that comes next.

    Args:
        store: the records.
        plan: the last saved version, which must be signed.
        library: the knowledge; its site demands the points.
        actor: who verified it.
        dose_id: the id of its row in the course.
        entered: weight, height and dose as typed, at the blind point; of the three, those that the
            plan has.
        at: when, in UTC.

    Raises:
        InputError: with everything that is missing or wrong.
        RefusedError: if the role may not; if the plan is not the saved one, or is not signed; if no
            point is left; if the same person has verified this dose before.
    """
    must_be_allowed(actor, "verify")
    course = work_out(plan, library)
    row = next((row for row in course.rows if row.id == dose_id), None)
    if row is None:
        refuse("dose", dose_id, why="is not in this course", accepted="choose a row of the course")
    if store.status(plan, library).state != "checked":
        forbid("records.not_signed", "This plan is not signed: it is verified once it is.")
    with store.writing(at) as connection:
        version = must_be_the_saved_one(connection, plan).version
        done = _points(connection, plan.record_id, version, dose_id)
        point = next_point(library.site.verify, done)
        if point is None:
            forbid("records.no_point_left", "This dose has passed every point that the site has.")
        if any(same_person(one.by.name, actor.name) for one in done):
            text = f"{actor.name} has verified this dose before; another person has to."
            forbid("records.same_person", text)
        blind = point == library.site.verify.blind
        differs = list(_differences(plan, row, entered)) if blind else []
        values = {
            "plan": plan.record_id,
            "version": version,
            "dose_id": dose_id,
            "point": point,
            "outcome": "differs" if differs else "agrees",
        }
        kept = {name: entered.get(name, "").strip() for name in _KINDS} if blind else {}
        content = canonical({"entered": kept, "differs": differs})
        append(connection, actor, at, "verified_points", values, content)
        return _points(connection, plan.record_id, version, dose_id)[-1]


def _differences(plan: Plan, row: Administration, entered: Mapping[str, str]) -> Iterator[str]:
    """Yield in words how what was entered blind differs from the plan."""
    planned = {
        "weight": weight_on(plan, row.date),
        "height": height_on(plan, row.date),
        "dose": ordinary_spaces(show(row.dose.amount, _DIGITS)),
    }
    problems, differs = Problems(), []
    for name, kind in _KINDS.items():
        typed, then = entered.get(name, "").strip(), planned[name]
        if not typed or not then:
            if typed or then:
                why = "is missing" if then else "is not in the plan"
                write = _EXAMPLES[name] if then else "nothing here"
                problems.add(name, typed, why=why, write=write)
            continue
        value = problems.reading(lambda text, _, kind=kind: units.read(kind, text), typed, name)
        if value is None:
            continue
        number = in_unit(units.read(kind, then.replace(",", "")), value.units, name)
        if round(float(number) - float(value.magnitude), _CLEAN):
            differs.append(f"{name} {typed}, the plan has {then}")
    problems.raise_if_any()
    yield from differs


def _points(
    connection: Connection, plan_id: str, version: int, dose_id: str
) -> list[VerifiedPoint]:
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
