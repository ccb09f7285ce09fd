"""What must hold before a row is written: each condition refuses in words when it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NoReturn

from sqlalchemy import Connection, select

from dosing.errors import Problems, refuse
from dosing.units import amount, ordinary_spaces, show
from records.chain import read_time, write_time
from records.models import GIVEN, DoseReport, read_plan_version, select_records
from records.roles import Actor, forbid, same_person
from records.signature import OUTCOMES
from records.tables import audit, erasures, plan_versions
from records.versions import PlanVersion
from schedules.course.course import Course
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.review.checklist import checklist

_DOSE_DIGITS = 6


def versions_of(connection: Connection, plan_id: str) -> list[PlanVersion]:
    """Return every version of a plan, the oldest first; none if it is not there."""
    query = select_records(plan_versions).where(plan_versions.c.plan == plan_id)
    return [read_plan_version(row) for row in connection.execute(query.order_by(plan_versions.c.n))]


def refuse_unsaved(plan_id: str) -> NoReturn:
    """Refuse a plan that was never saved."""
    refuse("plan", plan_id, why="is not in the records", accepted="save it first")


def must_not_be_erased(connection: Connection, plan_id: str) -> None:
    """Refuse a plan whose label was erased."""
    query = select(audit.c.at, audit.c.who).join(erasures).where(erasures.c.plan == plan_id)
    row = connection.execute(query).one_or_none()
    if row is not None:
        day = f"{read_time(row.at):%d-%b-%Y}"
        text = f"This plan was erased by {row.who} on {day}; make a new one."
        forbid("records.erased", text)


def must_be_the_saved_one(connection: Connection, plan: Plan) -> PlanVersion:
    """Return the last version of a plan, or refuse a content that is not what others see."""
    must_not_be_erased(connection, plan.record_id)
    versions = versions_of(connection, plan.record_id)
    if not versions:
        refuse_unsaved(plan.record_id)
    last = versions[-1]
    if last.plan != plan:
        text = f"This is not the plan as it was saved last ({last}); open that one."
        forbid("records.not_the_saved_plan", text)
    return last


def must_not_be_own(actor: Actor, plan: Plan, versions: Sequence[PlanVersion]) -> None:
    """Refuse a signature by somebody who planned or changed the plan."""
    planners = [version.by.name for version in versions]
    planners += [change.who for change in plan.changes]
    if any(same_person(name, actor.name) for name in planners):
        text = f"{actor.name} has planned this; another pharmacist has to check it."
        forbid("records.own_plan", text)


def must_be_ticked(current: Course, library: Library, ticked: Collection[str]) -> None:
    """Refuse a signature while an item of the checklist that needs a person is not ticked."""
    left = [item.what for item in checklist(current, library).open if item.key not in ticked]
    if left:
        forbid("records.open_tick", f"Not ticked on the checklist: {'; '.join(left)}.")


def remarks_must_fit(outcome: str, remarks: str) -> None:
    """Refuse an unknown outcome, remarks on a plain signature, and missing ones on any other."""
    problems = Problems()
    if outcome not in OUTCOMES:
        expected = f"one of: {', '.join(OUTCOMES)}"
        problems.add("outcome", outcome, why="is not known here", write=expected)
    elif outcome != "signed":
        require_words(problems, "remarks", remarks)
    elif remarks.strip():
        remedy = "choose signed with remarks, or leave them out"
        problems.add("remarks", remarks, why="stand on a plain signature", accepted=remedy)
    problems.raise_if_any()


def require_words(problems: Problems, field: str, typed: str) -> None:
    """Note as a problem that nothing was written where words belong."""
    if not typed.strip():
        problems.add(field, "", why="is missing", accepted="write it in a few words")


def must_say_why_unverified(report: DoseReport, left: Sequence[str]) -> None:
    """Refuse a dose that was given without its points of verification and without a reason."""
    if left and report.outcome != "not given" and not report.note.strip():
        why = f"is missing, and the dose was not verified {', '.join(left)}"
        refuse("note", "", why=why, accepted="write why it was given without")


def dose_text(current: Course, report: DoseReport, at: dt.datetime) -> str:
    """Return the dose to record: the planned one, the one reported, or none.

    Raises:
        InputError: with everything that is missing from the report or wrong in it.
    """
    problems = Problems()
    if report.dose_id not in {row.id for row in current.every}:
        remedy = "choose a row of the course"
        problems.add("dose", report.dose_id, why="is not in this course", accepted=remedy)
    if report.outcome not in GIVEN:
        expected = f"one of: {', '.join(GIVEN)}"
        problems.add("outcome", report.outcome, why="is not known here", write=expected)
    row = next((row for row in current.rows if row.id == report.dose_id), None)
    dose = ""
    if report.outcome == "given otherwise" and row is not None:
        problems.reading(amount, report.dose, "dose given")
        dose = report.dose.strip()
    elif report.dose.strip():
        remedy = "choose given otherwise, or take it out"
        problems.add("dose given", report.dose, why="does not belong here", accepted=remedy)
    elif report.outcome == "given" and row is not None:
        dose = ordinary_spaces(show(row.dose.amount, _DOSE_DIGITS))
    if report.outcome != "given":
        require_words(problems, "note", report.note)
    if report.given_at > at:
        time = write_time(report.given_at)
        problems.add("given at", time, why="is in the future", accepted="record what has happened")
    problems.raise_if_any()
    return dose
