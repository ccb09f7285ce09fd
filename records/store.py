"""The one way to the records: save, sign, acknowledge, record, erase, and read them again.

Every writing call takes the actor and the moment (UTC), holds the actor to ``records.roles``, and
writes one row of the audit trail with the record in one transaction: all of it, or nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Row, Table, func, make_url, select
from sqlalchemy.exc import DBAPIError

from dosing.errors import InputError, Problem, Problems, refuse
from dosing.trace import Finding, RefusedError, stops
from dosing.units import amount, ordinary_spaces, show
from records import chain
from records.chain import Broken, Verdict, append, canonical, moment, written
from records.database import clean_up_erased, open_engine, reading, writing
from records.models import (
    GIVEN,
    Acknowledged,
    AuditRow,
    Given,
    Recorded,
    asked_for,
    read_acknowledged,
    read_plan_version,
    read_recorded,
    read_signature,
    who_acted,
)
from records.roles import Actor, must_be_allowed, refused, same_person
from records.signature import OUTCOMES, Outcome, Signature, checked, status_of
from records.tables import (
    RECORDS,
    acknowledgements,
    administrations,
    audit,
    erasures,
    plan_versions,
    signatures,
    texts,
)
from records.versions import PlanVersion, SavedMeanwhileError
from schedules.course.checked import Verification
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Acknowledgement, Plan
from schedules.review.checklist import checklist

T = TypeVar("T")

_DOSE_DIGITS = 6


def open_store(url: URL | str) -> Store:
    """Open the records, and bring their tables up to this program's version.

    Args:
        url: the address, as ``database.database_url`` gives it.

    Raises:
        InputError: if they cannot be opened.
    """
    return Store(open_engine(make_url(url)))


class Store:
    """The records of one database. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        """Take the opened database."""
        self.engine = engine

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    # Plans

    def save(
        self, plan: Plan, actor: Actor, *, expected_version: int, at: dt.datetime
    ) -> PlanVersion:
        """Keep a plan as its next version. What is the same as the last version is not kept twice.

        Args:
            plan: what was decided.
            actor: who saves it.
            expected_version: the version that it was made from; 0 for a new plan.
            at: when, in UTC.

        Returns:
            The version that stands now.

        Raises:
            SavedMeanwhileError: if somebody else has saved the plan since that version.
            RefusedError: if the role may not save, or the plan's label was erased.
        """
        must_be_allowed(actor, "save")
        with writing(self.engine) as connection:
            _must_not_be_erased(connection, plan.id)
            there = _versions(connection, plan.id)
            if there and there[-1].plan == plan:
                return there[-1]
            if len(there) != expected_version:
                if not there:
                    raise _not_there(plan.id)
                base = there[expected_version - 1] if 0 < expected_version < len(there) else None
                theirs = there[expected_version if base else 0 :]
                raise SavedMeanwhileError(plan, base, theirs)
            values = {"plan": plan.id, "version": expected_version + 1}
            content = canonical(plan.model_dump(mode="json"))
            append(connection, actor, at, "plan_versions", values, content)
            return _versions(connection, plan.id)[-1]

    def plans(self) -> list[PlanVersion]:
        """Give the last version of every plan that was not erased, the newest first."""
        with reading(self.engine) as connection:
            last = select(func.max(plan_versions.c.n)).group_by(plan_versions.c.plan)
            asked = asked_for(plan_versions).where(
                plan_versions.c.n.in_(last), texts.c.content.is_not(None)
            )
            rows = connection.execute(asked.order_by(plan_versions.c.n.desc())).all()
            return [read_plan_version(row) for row in rows]

    def versions(self, plan_id: str) -> list[PlanVersion]:
        """Give every version of a plan, the first one first; nothing if it is not there."""
        with reading(self.engine) as connection:
            return _versions(connection, plan_id)

    # Warnings and signatures

    def acknowledge(
        self,
        plan: Plan,
        library: Library,
        actor: Actor,
        *,
        code: str,
        reason: str,
        at: dt.datetime,
    ) -> Acknowledged:
        """Keep that a warning of the saved plan was seen, and why it may stand.

        Raises:
            InputError: if the reason is missing or the plan has no such warning.
            RefusedError: if the role may not, or the plan is not the saved one.
        """
        must_be_allowed(actor, "acknowledge")
        problems = Problems()
        _needs_words(problems, "reason", reason)
        warned = [f.code for f in work_out(plan, library).findings if f.level == "WARN"]
        if code not in warned:
            accepted = f"write one of: {', '.join(warned)}" if warned else "it has no warning"
            problems.add("code", code, why="is no warning of this plan", accepted=accepted)
        problems.raise_if_any()
        with writing(self.engine) as connection:
            agenda = _must_be_the_saved_one(connection, plan)
            values = {"plan": plan.id, "version": agenda.version, "code": code}
            content = canonical({"reason": reason.strip()})
            n = append(connection, actor, at, "acknowledgements", values, content)
            return _one(connection, acknowledgements, n, read_acknowledged)

    def acknowledged(self, plan_id: str) -> list[Acknowledged]:
        """Give the acknowledgements kept beside a plan, those in its own content not among them."""
        return self._read(acknowledgements, plan_id, read_acknowledged)

    def waiting(self, plan: Plan, library: Library) -> tuple[Finding, ...]:
        """Give what stands in the way of a signature: a STOP, or a WARN nobody acknowledged."""
        with reading(self.engine) as connection:
            return _waiting(connection, work_out(plan, library), _versions(connection, plan.id))

    def sign(
        self,
        plan: Plan,
        library: Library,
        actor: Actor,
        *,
        outcome: Outcome,
        remarks: str = "",
        ticked: Collection[str] = (),
        at: dt.datetime,
    ) -> Signature:
        """Keep what a pharmacist decided on the very content in front of them.

        Args:
            plan: the plan as it was seen; it must be the last saved version.
            library: the knowledge as it was read when it was seen.
            actor: the pharmacist.
            outcome: signed, signed with remarks, or sent back.
            remarks: the remarks, or the reasons for sending it back; none with "signed".
            ticked: the keys of what the pharmacist has verified of the checklist. They are kept
                with the signature.
            at: when, in UTC.

        Raises:
            InputError: if remarks are missing or stand where none belong.
            RefusedError: if the role may not sign; if the actor planned it; if a STOP or an
                unacknowledged WARN stands in the way; if something on the checklist that needs a
                person is not ticked; if the plan is not the saved one.
        """
        must_be_allowed(actor, "sign")
        _outcome_holds(outcome, remarks)
        found = work_out(plan, library)
        with writing(self.engine) as connection:
            agenda = _must_be_the_saved_one(connection, plan)
            versions = _versions(connection, plan.id)
            planners = [version.by.name for version in versions]
            planners += [change.who for change in plan.changes]
            if any(same_person(name, actor.name) for name in planners):
                raise refused(
                    "records.own_plan",
                    f"{actor.name} has planned this; another pharmacist has to check it.",
                )
            if outcome != "sent back" and (stand := _waiting(connection, found, versions)):
                raise RefusedError(*stand)
            if outcome != "sent back":
                _must_be_ticked(found, library, ticked)
            covers = checked(plan, library)
            values = {
                "plan": plan.id,
                "version": agenda.version,
                "outcome": outcome,
                "checked": covers.sha256,
                "covers": covers.to_json(),
            }
            content = canonical({"remarks": remarks.strip(), "ticked": sorted(ticked)})
            n = append(connection, actor, at, "signatures", values, content)
            return _one(connection, signatures, n, read_signature)

    def signatures(self, plan_id: str) -> list[Signature]:
        """Give every signature on a plan in the order in which they were given."""
        return self._read(signatures, plan_id, read_signature)

    def status(self, plan: Plan, library: Library) -> Verification:
        """Say whether this very content is checked: see ``signature.status_of``."""
        return status_of(plan, library, self.signatures(plan.id))

    def known(self, found: Course, library: Library) -> Course:
        """Give a course with what the records know of this very content.

        That is whether it is checked, and which warnings were acknowledged after it was saved.
        """
        with reading(self.engine) as connection:
            seen = _seen(connection, found.plan, _versions(connection, found.plan.id))
        return dataclasses.replace(
            found,
            checked=self.status(found.plan, library),
            acknowledged=tuple(
                Acknowledgement(code=one.code, reason=one.reason, who=str(one.by))
                for one in seen
                if one.reason is not None
            ),
        )

    # What was given

    def record(
        self,
        plan: Plan,
        library: Library,
        actor: Actor,
        *,
        dose_id: str,
        outcome: Given,
        given_at: dt.datetime,
        dose: str = "",
        note: str = "",
        at: dt.datetime,
    ) -> Recorded:
        """Keep what became of one dose of the saved plan.

        A second record of the same dose corrects the first, which stays.

        Args:
            plan: the last saved version.
            library: the knowledge.
            actor: who gave it, or did not.
            dose_id: the identity of the row of the course.
            outcome: given as planned, given otherwise, or not given.
            given_at: when, in UTC; not after ``at``.
            dose: what was given, where it was given otherwise, with its unit.
            note: why it was otherwise or not given.
            at: when this is recorded, in UTC.

        Raises:
            InputError: with everything that is missing or wrong.
            RefusedError: if the role may not record, or the plan is not the saved one.
        """
        must_be_allowed(actor, "record")
        found = work_out(plan, library)
        rows = {row.id: row for row in found.rows}
        known = {row.id for row in found.every}
        problems = Problems()
        if dose_id not in known:
            problems.add(
                "dose", dose_id, why="is not in this course", accepted="choose a row of the course"
            )
        said = _dose_said(problems, rows.get(dose_id), outcome, dose)
        if outcome != "given":
            _needs_words(problems, "note", note)
        if given_at > at:
            problems.add(
                "given at", written(given_at), why="is to come", accepted="record what has been"
            )
        problems.raise_if_any()
        with writing(self.engine) as connection:
            agenda = _must_be_the_saved_one(connection, plan)
            values = {
                "plan": plan.id,
                "version": agenda.version,
                "dose_id": dose_id,
                "outcome": outcome,
                "given_at": written(given_at),
            }
            content = canonical({"dose": said, "note": note.strip()})
            n = append(connection, actor, at, "administrations", values, content)
            return _one(connection, administrations, n, read_recorded)

    def administrations(self, plan_id: str) -> list[Recorded]:
        """Give what was recorded of a plan's doses, in the order in which it was recorded."""
        return self._read(administrations, plan_id, read_recorded)

    # The audit trail

    def audit(self, plan_id: str) -> list[AuditRow]:
        """Give the audit trail of a plan, the first row first."""
        found = []
        with reading(self.engine) as connection:
            for table in RECORDS.values():
                asked = select(table.c.n, audit).join(audit).where(table.c.plan == plan_id)
                found += [
                    AuditRow(
                        n=row.n,
                        record=row.record,
                        plan=plan_id,
                        by=who_acted(row),
                        at=moment(row.at),
                        hash=row.hash,
                    )
                    for row in connection.execute(asked)
                ]
        return sorted(found, key=lambda row: row.n)

    def verify(self, *, head: str = "") -> Verdict:
        """Prove the whole chain, with a head kept elsewhere, or name the first row that breaks."""
        try:
            with reading(self.engine) as connection:
                return chain.verify(connection, head)
        except DBAPIError as error:  # pages of the file itself are damaged
            why = f"cannot be read ({type(error.orig).__name__})"
            broken = Broken(table="file", n=0, why=why)
            return Verdict(entries=0, erased=0, head="", broken=broken)

    def erase(self, label: str, actor: Actor, *, why: str, at: dt.datetime) -> list[str]:
        """Erase what was written about one label: every plan that ever bore it, in all versions.

        What stays is that there was a plan, its number, who acted and when, and the hashes. The
        chain stays whole, and ``verify`` counts these texts as erased.

        Returns:
            The ids of the plans that were erased.

        Raises:
            InputError: if the reason is missing or no plan bears the label.
            RefusedError: if the role may not erase.
        """
        must_be_allowed(actor, "erase")
        problems = Problems()
        _needs_words(problems, "why", why)
        problems.raise_if_any()
        with writing(self.engine) as connection:
            asked = asked_for(plan_versions).where(texts.c.content.is_not(None))
            versions = [read_plan_version(row) for row in connection.execute(asked)]
            plans = sorted(
                {v.plan_id for v in versions if v.plan and v.plan.patient.label == label}
            )
            if not plans:
                refuse(
                    "label",
                    label,
                    why="is on no plan in the records",
                    write="it as it stands on the plan",
                )
            for plan_id in plans:
                append(connection, actor, at, "erasures", {"plan": plan_id, "why": why.strip()})
            connection.execute(texts.update().where(texts.c.plan.in_(plans)).values(content=None))
        clean_up_erased(self.engine)
        return plans

    def _read(self, table: Table, plan_id: str, made: Callable[[Row[Any]], T]) -> list[T]:
        with reading(self.engine) as connection:
            asked = asked_for(table).where(table.c.plan == plan_id).order_by(table.c.n)
            return [made(row) for row in connection.execute(asked)]


def _one(connection: Connection, table: Table, n: int, made: Callable[[Row[Any]], T]) -> T:
    return made(connection.execute(asked_for(table).where(table.c.n == n)).one())


def _versions(connection: Connection, plan_id: str) -> list[PlanVersion]:
    asked = asked_for(plan_versions).where(plan_versions.c.plan == plan_id)
    return [read_plan_version(row) for row in connection.execute(asked.order_by(plan_versions.c.n))]


def _must_not_be_erased(connection: Connection, plan_id: str) -> None:
    asked = select(audit.c.at, audit.c.who).join(erasures).where(erasures.c.plan == plan_id)
    row = connection.execute(asked).one_or_none()
    if row is not None:
        raise refused(
            "records.erased",
            f"This plan was erased by {row.who} on {moment(row.at):%d-%b-%Y}; make a new one.",
        )


def _not_there(plan_id: str) -> InputError:
    return InputError(
        Problem(field="plan", typed=plan_id, why="is not in the records", accepted="save it first")
    )


def _must_be_the_saved_one(connection: Connection, plan: Plan) -> PlanVersion:
    """Refuse to act on a content that is not the one that everybody else sees."""
    _must_not_be_erased(connection, plan.id)
    there = _versions(connection, plan.id)
    if not there:
        raise _not_there(plan.id)
    if there[-1].plan != plan:
        raise refused(
            "records.not_the_saved_plan",
            f"This is not the plan as it was saved last ({there[-1]}); open that one.",
        )
    return there[-1]


def _waiting(
    connection: Connection, found: Course, versions: Sequence[PlanVersion]
) -> tuple[Finding, ...]:
    codes = {one.code for one in _seen(connection, found.plan, versions)}
    unseen = tuple(finding for finding in found.unacknowledged if finding.code not in codes)
    return stops(found.findings) + unseen


def _seen(
    connection: Connection, plan: Plan, versions: Sequence[PlanVersion]
) -> list[Acknowledged]:
    """Give what was acknowledged of this very content, in the order in which it was."""
    table = acknowledgements
    same = [version.version for version in versions if version.plan == plan]
    asked = asked_for(table).where(table.c.plan == plan.id, table.c.version.in_(same))
    return [read_acknowledged(row) for row in connection.execute(asked.order_by(table.c.n))]


def _must_be_ticked(found: Course, library: Library, ticked: Collection[str]) -> None:
    left = [item.what for item in checklist(found, library).open if item.key not in ticked]
    if left:
        raise refused("records.open_tick", f"Not ticked on the checklist: {'; '.join(left)}.")


def _outcome_holds(outcome: str, remarks: str) -> None:
    problems = Problems()
    if outcome not in OUTCOMES:
        problems.add(
            "outcome", outcome, why="is not known here", write=f"one of: {', '.join(OUTCOMES)}"
        )
    elif outcome != "signed":
        _needs_words(problems, "remarks", remarks)
    elif remarks.strip():
        problems.add(
            "remarks",
            remarks,
            why="stand on a plain signature",
            accepted="choose signed with remarks, or leave them",
        )
    problems.raise_if_any()


def _needs_words(problems: Problems, field: str, typed: str) -> None:
    if not typed.strip():
        problems.add(field, "", why="is missing", accepted="say it in a few words")


def _dose_said(problems: Problems, row: Administration | None, outcome: str, dose: str) -> str:
    """Give the dose that goes into the record: the planned one, the one stated, or none."""
    if outcome not in GIVEN:
        problems.add(
            "outcome", outcome, why="is not known here", write=f"one of: {', '.join(GIVEN)}"
        )
    if outcome == "given otherwise" and row is not None:
        problems.reading(amount, dose, "dose given")
        return dose.strip()
    if dose.strip():
        problems.add(
            "dose given",
            dose,
            why="stands where none belongs",
            accepted="choose given otherwise, or take it out",
        )
    planned = outcome == "given" and row is not None
    return ordinary_spaces(show(row.dose.amount, _DOSE_DIGITS)) if planned and row else ""
