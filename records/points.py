"""The points at which each dose is verified again: as the site demands, none skipped, nobody twice.

At the blind point a second person enters weight, height and dose without seeing those of the plan.
What was entered is compared and kept either way; where it differs, the point is not passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from dosing import units
from dosing.errors import Problems, refuse
from dosing.units import in_unit, ordinary_spaces, show
from records.chain import append, canonical
from records.conditions import must_be_the_saved_one
from records.database import reading
from records.roles import Actor, forbid, must_be_allowed, same_person
from records.store import Store
from records.verified import VerifiedPoint, next_point, points_at
from schedules.course.rows import Administration
from schedules.course.visit import height_on, weight_on
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan

_CLEAN, _DIGITS = 9, 6
_KINDS = {"weight": "weight", "height": "height", "dose": "amount"}
# No example: whoever enters blind might take it for the plan's figure.
_WRITE = "a number with its unit, as measured or looked up anew"


def points_of_dose(store: Store, plan_id: str, dose_id: str) -> list[VerifiedPoint]:
    """Return what was verified of one dose, as the plan was saved last, in the order of time."""
    versions = store.versions(plan_id)
    with reading(store.engine) as connection:
        return points_at(connection, plan_id, len(versions), dose_id)


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
        done = points_at(connection, plan.record_id, version, dose_id)
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
        return points_at(connection, plan.record_id, version, dose_id)[-1]


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
                write = _WRITE if then else "nothing here"
                problems.add(name, typed, why=why, write=write)
            continue
        value = problems.reading(units.read, kind, typed, field=name)
        if value is None:
            continue
        known = units.read(kind, then.replace(",", ""))
        # In the unit of the plan: a refusal tells what was typed, and must not tell its figure.
        number = problems.reading(in_unit, value, known.units, name)
        if number is not None and round(float(number) - float(known.magnitude), _CLEAN):
            differs.append(f"{name} {typed}, the plan has {then}")
    problems.raise_if_any()
    yield from differs
