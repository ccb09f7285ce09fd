"""The one way to the records: save, sign, acknowledge, record, erase, and read them again.

Every writing call takes the actor and the time (UTC), checks the actor against ``records.roles``,
and writes the record with its row of the audit trail in one transaction: all of it, or nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Row, Table, make_url, select
from sqlalchemy.exc import DBAPIError

from dosing.errors import Problems, refuse
from dosing.trace import Finding, RefusedError, stops
from records import chain
from records.chain import (
    NOTHING_PROVED,
    Broken,
    Proved,
    Verdict,
    append,
    canonical,
    read_time,
    write_time,
)
from records.conditions import (
    dose_text,
    must_be_the_saved_one,
    must_be_ticked,
    must_not_be_erased,
    must_not_be_own,
    must_say_why_unverified,
    refuse_unsaved,
    remarks_must_fit,
    require_words,
    versions_of,
)
from records.database import (
    DamagedError,
    clean_up_erased,
    open_copy,
    open_engine,
    place_of,
    reading,
    writing,
)
from records.file_signature import content_of, must_be_able_to_sign, used_now
from records.heads import (
    append_line,
    find_copies,
    find_lost,
    head_of,
    holds_heads_of,
    read_heads,
    row_of,
)
from records.lifetime import find_lifetime_of_label
from records.listing import (
    EVERY_PLAN,
    PAGE,
    Place,
    PlanPage,
    Search,
    count_plans_by_file,
    find_wrong_row,
    list_anew,
    read_page,
)
from records.models import (
    Acknowledged,
    AuditRow,
    DoseRecord,
    DoseReport,
    read_acknowledged,
    read_dose_record,
    read_plan_version,
    read_signature,
    select_records,
    who_acted,
)
from records.roles import Actor, must_be_allowed
from records.signature import Outcome, Signature, checked_content, status_of
from records.tables import (
    RECORDS,
    acknowledgements,
    administrations,
    audit,
    plan_versions,
    signatures,
    texts,
)
from records.uses import uses_of
from records.verified import find_given_unverified, points_at, points_left
from records.versions import OtherVersionSavedError, PlanVersion
from schedules.course.checked import Verification
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.signed import Part
from schedules.plans.plan import Acknowledgement, Plan
from schedules.review.affected import FileUse

T = TypeVar("T")


def open_store(url: URL | str, heads: Path | None = None) -> Store:
    """Open the records, and bring their tables up to this program's version.

    Args:
        url: the address, as ``database.database_url`` returns it.
        heads: the file elsewhere to which the head of the chain is written with every write.

    Raises:
        InputError: if they cannot be opened.
    """
    return Store(open_engine(make_url(url)), heads)


def open_copy_of_store(path: Path, heads: Path | None = None) -> Store:
    """Open a copy of the records in a SQLite file, such as a backup, to verify it.

    Raises:
        InputError: if there is no such file.
    """
    return Store(open_copy(path), heads, is_copy=True)


# As long as the id of a plan.
_NAME_BYTES = 8


class Store:
    """The records of one database. Threads may share it."""

    def __init__(self, engine: Engine, heads: Path | None = None, *, is_copy: bool = False) -> None:
        """Use an opened database, and the file for the heads of its chain."""
        self.engine = engine
        self.heads = heads
        self.is_copy = is_copy

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def save(
        self, plan: Plan, actor: Actor, *, expected_version: int, at: dt.datetime
    ) -> PlanVersion:
        """Save a plan as its next version. What equals the last version is not saved twice.

        Args:
            plan: what was decided.
            actor: who saves it.
            expected_version: the version it was made from; 0 for a new plan.
            at: when, in UTC.

        Returns:
            The last version after this call.

        Raises:
            OtherVersionSavedError: if somebody else has saved the plan since that version.
            RefusedError: if the role may not save, or the plan's label was erased.
        """
        must_be_allowed(actor, "save")
        with self.writing(at) as connection:
            must_not_be_erased(connection, plan.record_id)
            versions = versions_of(connection, plan.record_id)
            if versions and versions[-1].plan == plan:
                return versions[-1]
            if len(versions) != expected_version:
                if not versions:
                    refuse_unsaved(plan.record_id)
                known = 0 < expected_version < len(versions)
                base = versions[expected_version - 1] if known else None
                raise OtherVersionSavedError(
                    plan, base, versions[expected_version if known else 0 :]
                )
            values = {"plan": plan.record_id, "version": expected_version + 1}
            content = canonical(plan.content)
            append(connection, actor, at, "plan_versions", values, content)
            list_anew(connection, plan.record_id)
            return versions_of(connection, plan.record_id)[-1]

    def save_first(self, plan: Plan, actor: Actor, *, at: dt.datetime) -> PlanVersion:
        """Save a plan for the first time, under a name of its own.

        The same plan made by somebody else is another one, and bears nobody's check. The plan that
        comes back has the name, by which it is known from then on.

        Raises:
            RefusedError: if the role may not save.
        """
        named = plan.model_copy(update={"saved_as": secrets.token_hex(_NAME_BYTES)})
        return self.save(named, actor, expected_version=0, at=at)

    @contextmanager
    def writing(self, at: dt.datetime) -> Iterator[Connection]:
        """Open a transaction that alone may write, and keep the head that it leaves elsewhere.

        That the file can be written is tried before; the line follows once the rows are there, so
        that no head is kept of rows that were never written.
        """
        if self.heads is None:
            with writing(self.engine) as connection:
                yield connection
            return
        append_line(self.heads)
        place = place_of(self.engine.url)
        with writing(self.engine) as connection:
            before = head_of(connection, place, at)
            yield connection
            head = head_of(connection, place, at)
        if head is not None and head != before:
            append_line(self.heads, str(head))

    def plans(
        self,
        library: Library,
        search: Search = EVERY_PLAN,
        *,
        after: Place | None = None,
        size: int = PAGE,
    ) -> PlanPage:
        """Return one page of the saved plans that were not erased, each as it was saved last.

        Args:
            library: the knowledge as it is now, which says whether a signature still holds.
            search: how the labels begin and in which state the plans are; then they come by label,
                otherwise the newest first.
            after: where the page before this one ended.
            size: how many plans a page has at most.
        """
        with reading(self.engine) as connection:
            return read_page(connection, library, search, after, size)

    def count_plans_by_file(self) -> Mapping[str, int]:
        """Return how many saved plans were made with each file of the library."""
        with reading(self.engine) as connection:
            return count_plans_by_file(connection)

    def uses_of(self, file: str) -> list[FileUse]:
        """Return which plans were saved or signed with a file, and what it meant then."""
        with reading(self.engine) as connection:
            return list(uses_of(connection, file))

    def versions(self, plan_id: str) -> list[PlanVersion]:
        """Return every version of a plan, the oldest first; none if it is not there."""
        with reading(self.engine) as connection:
            return versions_of(connection, plan_id)

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
        """Record that a warning of the saved plan was seen, and why it is accepted.

        Raises:
            InputError: if the reason is missing or the plan has no such warning.
            RefusedError: if the role may not, or the plan is not the saved one.
        """
        must_be_allowed(actor, "acknowledge")
        problems = Problems()
        require_words(problems, "reason", reason)
        current = work_out(plan, library)
        warnings = (finding.code for finding in current.findings if finding.level == "WARN")
        codes = [warning for warning in warnings if warning not in current.undecided]
        if code not in codes:
            remedy = f"write one of: {', '.join(codes)}" if codes else "it has no warning"
            problems.add("code", code, why="is not a warning of this plan", accepted=remedy)
        problems.raise_if_any()
        with self.writing(at) as connection:
            saved = must_be_the_saved_one(connection, plan)
            values = {"plan": plan.record_id, "version": saved.version, "code": code}
            content = canonical({"reason": reason.strip()})
            n = append(connection, actor, at, "acknowledgements", values, content)
            return _read_one(connection, acknowledgements, n, read_acknowledged)

    def acknowledged(self, plan_id: str) -> list[Acknowledged]:
        """Return the acknowledgements recorded beside a plan, without those in its own content."""
        return self._read_all(acknowledgements, plan_id, read_acknowledged)

    def waiting(self, plan: Plan, library: Library) -> tuple[Finding, ...]:
        """Return what prevents a signature: each STOP, and each WARN that nobody acknowledged."""
        with reading(self.engine) as connection:
            return _waiting(
                connection, work_out(plan, library), versions_of(connection, plan.record_id)
            )

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
        """Record what a pharmacist decided on the very content in front of them.

        Args:
            plan: the plan as it was seen; it must be the last saved version.
            library: the knowledge as it was read when it was seen.
            actor: the pharmacist.
            outcome: signed, signed with remarks, or sent back.
            remarks: the remarks, or the reasons for sending it back; none with "signed".
            ticked: the keys of the checklist's items that the pharmacist has verified. They are
                recorded with the signature.
            at: when, in UTC.

        Raises:
            InputError: if remarks are missing or stand where none belong.
            RefusedError: if the role may not sign; if the actor planned it; if there is a STOP or
                an unacknowledged WARN; if an item of the checklist that needs a person is not
                ticked; if the plan is not the saved one.
        """
        must_be_allowed(actor, "sign")
        remarks_must_fit(outcome, remarks)
        current = work_out(plan, library)
        with self.writing(at) as connection:
            saved = must_be_the_saved_one(connection, plan)
            versions = versions_of(connection, plan.record_id)
            must_not_be_own(actor, plan, versions)
            if outcome != "sent back":
                if waiting := _waiting(connection, current, versions):
                    raise RefusedError(*waiting)
                must_be_ticked(current, library, ticked)
            covers = checked_content(plan, library)
            values = {
                "plan": plan.record_id,
                "version": saved.version,
                "outcome": outcome,
                "checked": covers.sha256,
                "covers": covers.to_json(),
            }
            content = canonical({"remarks": remarks.strip(), "ticked": sorted(ticked)})
            n = append(connection, actor, at, "signatures", values, content)
            list_anew(connection, plan.record_id)
            return _read_one(connection, signatures, n, read_signature)

    def sign_file(
        self, library: Library, file: str, actor: Actor, part: Part, *, at: dt.datetime
    ) -> Signature:
        """Record that somebody wrote or checked a regimen or drug file, as it means now.

        Args:
            library: the knowledge as it was read when it was seen.
            file: ``regimens/ID`` or ``drugs/ID``.
            actor: who signs.
            part: what they did: wrote it, or checked it.
            at: when, in UTC.

        Raises:
            InputError: if the library has no such file.
            RefusedError: if the role may not, or the same person signed the other part.
        """
        covers, version = content_of(library, file), used_now(library, file).version
        with self.writing(at) as connection:
            earlier = _read_of(connection, signatures, file, read_signature)
            must_be_able_to_sign(actor, part, covers, earlier)
            values = {
                "plan": file,
                "version": version,
                "outcome": "signed",
                "checked": covers.sha256,
                "covers": covers.to_json(),
            }
            content = canonical({"remarks": part, "ticked": []})
            n = append(connection, actor, at, "signatures", values, content)
            return _read_one(connection, signatures, n, read_signature)

    def signatures(self, plan_id: str) -> list[Signature]:
        """Return every signature on a plan, or on a file by its name, in the order of signing."""
        return self._read_all(signatures, plan_id, read_signature)

    def status(self, plan: Plan, library: Library) -> Verification:
        """Return whether this very content is checked: see ``signature.status_of``."""
        return status_of(plan, library, self.signatures(plan.record_id))

    def look_up_check(self, current: Course, library: Library) -> Course:
        """Return the course with what the records hold on this very content.

        That is whether it is checked, which warnings were acknowledged after it was saved, which
        doses were given without the points that the site demands, and what other plans of its label
        add to a lifetime.
        """
        plan = current.plan
        with reading(self.engine) as connection:
            versions = versions_of(connection, plan.record_id)
            seen = _acknowledged(connection, plan, versions)
            row = row_of(connection, plan.record_id)
            found = [
                *find_given_unverified(connection, current, versions, library),
                *find_lifetime_of_label(connection, current, library),
            ]
        acknowledged = tuple(
            Acknowledgement(code=one.code, reason=one.reason, who=str(one.by))
            for one in seen
            if one.reason is not None
        )
        checked = dataclasses.replace(self.status(plan, library), row=row)
        return dataclasses.replace(
            current,
            checked=checked,
            acknowledged=acknowledged,
            # A page may have looked them up already.
            findings=tuple(dict.fromkeys((*current.findings, *found))),
        )

    def lifetime_of_label(self, current: Course, library: Library) -> list[Finding]:
        """Return what other saved plans of its label add to a course in a lifetime."""
        with reading(self.engine) as connection:
            return [*find_lifetime_of_label(connection, current, library)]

    def record(
        self, plan: Plan, library: Library, actor: Actor, report: DoseReport, *, at: dt.datetime
    ) -> DoseRecord:
        """Record what became of one dose of the saved plan.

        A second record of the same dose corrects the first, which stays.

        Args:
            plan: the last saved version.
            library: the knowledge.
            actor: who gave it, or did not.
            report: what became of the dose, and when; not after ``at``.
            at: when this is recorded, in UTC.

        Raises:
            InputError: with everything that is missing or wrong; a dose that was given without the
                points that the site demands needs a note that says why.
            RefusedError: if the role may not record, or the plan is not the saved one.
        """
        must_be_allowed(actor, "record")
        dose = dose_text(work_out(plan, library), report, at)
        with self.writing(at) as connection:
            saved = must_be_the_saved_one(connection, plan)
            done = points_at(connection, plan.record_id, saved.version, report.dose_id)
            must_say_why_unverified(report, points_left(library.site.verify, done))
            values = {
                "plan": plan.record_id,
                "version": saved.version,
                "dose_id": report.dose_id,
                "outcome": report.outcome,
                "given_at": write_time(report.given_at),
            }
            content = canonical({"dose": dose, "note": report.note.strip()})
            n = append(connection, actor, at, "administrations", values, content)
            return _read_one(connection, administrations, n, read_dose_record)

    def administrations(self, plan_id: str) -> list[DoseRecord]:
        """Return the records of a plan's doses in the order of recording."""
        return self._read_all(administrations, plan_id, read_dose_record)

    def audit(self, plan_id: str) -> list[AuditRow]:
        """Return the audit trail of a plan, the oldest row first."""
        rows: list[AuditRow] = []
        with reading(self.engine) as connection:
            for table in RECORDS.values():
                query = select(table.c.n, audit).join(audit).where(table.c.plan == plan_id)
                rows += [_read_audit_row(row, plan_id) for row in connection.execute(query)]
        return sorted(rows, key=lambda row: row.n)

    def verify(
        self,
        *,
        head: str = "",
        after: Proved = NOTHING_PROVED,
        tell: Callable[[Proved], None] | None = None,
    ) -> Verdict:
        """Prove the whole chain, or name the first row that breaks it: see ``chain.verify``."""
        try:
            with reading(self.engine) as connection:
                verdict = chain.verify(connection, head, after=after, tell=tell)
                if verdict.broken is None:
                    broken = self._find_lost(connection) or self._find_wrong_list(connection)
                    verdict = dataclasses.replace(verdict, broken=broken)
                return verdict
        except DamagedError:  # pages of the file itself
            kind = "DatabaseError"
        except DBAPIError as error:
            kind = type(error.orig).__name__
        broken = Broken(table="file", n=0, why=f"cannot be read ({kind})")
        return Verdict(entries=0, erased=0, head="", broken=broken)

    def _find_lost(self, connection: Connection) -> Broken | None:
        if self.heads is None:
            return None
        place = place_of(self.engine.url)
        return find_lost(connection, read_heads(self.heads), place, is_copy=self.is_copy)

    def _find_wrong_list(self, connection: Connection) -> Broken | None:
        # A copy may be of a version of the program that had no list.
        wrong = None if self.is_copy else find_wrong_row(connection)
        if wrong is None:
            return None
        why = "is not as the records say; export them and restore the export"
        return Broken(table="listed_plans", n=wrong, why=why)

    def notes(self, now: dt.datetime) -> list[str]:
        """Return what a verification says beside its verdict: of heads, copies and clocks."""
        with reading(self.engine) as connection:
            said = list(chain.find_odd_times(connection, now))
            if self.heads is None:
                return said
            place, heads = place_of(self.engine.url), read_heads(self.heads)
            copies = find_copies(connection, heads, place)
            kept = holds_heads_of(connection, heads)
        if not kept and not self.is_copy:
            said.append(
                "WARN  No head of these records is kept yet: the next write brings the first, "
                "unless somebody has taken them out."
            )
        return said + [
            f"These records were also written at {copy}, which is still there: one is a copy."
            for copy in copies
        ]

    def check_clock(self, at: dt.datetime) -> str:
        """Return what is odd about a time at which something is to be written, or nothing."""
        with reading(self.engine) as connection:
            return chain.check_clock(connection, at)

    def keep_head(self, at: dt.datetime) -> None:
        """Keep the head elsewhere as it is now, after rows that came by another way."""
        if self.heads is None:
            return
        with reading(self.engine) as connection:
            head = head_of(connection, place_of(self.engine.url), at)
        if head is not None:
            append_line(self.heads, str(head))

    def count_entries(self) -> int:
        """Return how many rows there are to prove."""
        with reading(self.engine) as connection:
            return chain.count_entries(connection)

    def erase(self, label: str, actor: Actor, *, why: str, at: dt.datetime) -> list[str]:
        """Erase what was written about one label: every plan that ever had it, in all versions.

        What stays is that there was a plan, its number, who acted and when, and the hashes. The
        chain stays whole, and ``verify`` counts these texts as erased.

        Returns:
            The ids of the plans that were erased.

        Raises:
            InputError: if the reason is missing or no plan has the label.
            RefusedError: if the role may not erase.
        """
        must_be_allowed(actor, "erase")
        problems = Problems()
        require_words(problems, "why", why)
        problems.raise_if_any()
        with self.writing(at) as connection:
            query = select_records(plan_versions).where(texts.c.content.is_not(None))
            versions = [read_plan_version(row) for row in connection.execute(query)]
            plans = sorted(
                {v.plan_id for v in versions if v.plan and v.plan.patient.label == label}
            )
            if not plans:
                why = "is not on any plan in the records"
                refuse("label", label, why=why, write="it as it stands on the plan")
            for plan_id in plans:
                append(connection, actor, at, "erasures", {"plan": plan_id, "why": why.strip()})
            connection.execute(texts.update().where(texts.c.plan.in_(plans)).values(content=None))
            for plan_id in plans:
                list_anew(connection, plan_id)
        clean_up_erased(self.engine)
        return plans

    def _read_all(self, table: Table, plan_id: str, read: Callable[[Row[Any]], T]) -> list[T]:
        with reading(self.engine) as connection:
            return _read_of(connection, table, plan_id, read)


def _read_of(
    connection: Connection, table: Table, plan_id: str, read: Callable[[Row[Any]], T]
) -> list[T]:
    query = select_records(table).where(table.c.plan == plan_id).order_by(table.c.n)
    return [read(row) for row in connection.execute(query)]


def _read_one(connection: Connection, table: Table, n: int, read: Callable[[Row[Any]], T]) -> T:
    return read(connection.execute(select_records(table).where(table.c.n == n)).one())


def _read_audit_row(row: Row[Any], plan_id: str) -> AuditRow:
    return AuditRow(
        n=row.n,
        record=row.record,
        plan=plan_id,
        by=who_acted(row),
        at=read_time(row.at),
        hash=row.hash,
    )


def _acknowledged(
    connection: Connection, plan: Plan, versions: Sequence[PlanVersion]
) -> list[Acknowledged]:
    """Return what was acknowledged of this very content, the oldest first."""
    table = acknowledgements
    same = [version.version for version in versions if version.plan == plan]
    query = select_records(table).where(table.c.plan == plan.record_id, table.c.version.in_(same))
    return [read_acknowledged(row) for row in connection.execute(query.order_by(table.c.n))]


def _waiting(
    connection: Connection, current: Course, versions: Sequence[PlanVersion]
) -> tuple[Finding, ...]:
    codes = {one.code for one in _acknowledged(connection, current.plan, versions)}
    codes -= current.undecided
    unseen = tuple(finding for finding in current.unacknowledged if finding.code not in codes)
    return stops(current.findings) + unseen
