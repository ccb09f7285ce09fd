"""The records as they are read back, each with who acted and when."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any, Literal, get_args

from sqlalchemy import Row, Select, Table, select

from records.chain import read_time
from records.roles import Actor
from records.signature import CheckedContent, Signature
from records.tables import audit, texts
from records.versions import PlanVersion
from schedules.plans.plan import Plan

Given = Literal["given", "given otherwise", "not given"]
GIVEN: tuple[Given, ...] = get_args(Given)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An acknowledged warning of one plan version. The reason is None once erased."""

    n: int
    version: int
    code: str
    reason: str | None
    by: Actor
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DoseReport:
    """What a person reports of one dose, before it is recorded.

    ``dose_id`` is the id of its row in the course, ``given_at`` a time in UTC. ``dose`` states with
    its unit what was given otherwise; ``note`` says why it was otherwise or not given.
    """

    dose_id: str
    outcome: Given
    given_at: dt.datetime
    dose: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DoseRecord:
    """The record of one dose. ``dose`` and ``note`` are None once their label was erased."""

    n: int
    version: int
    dose_id: str
    outcome: Given
    given_at: dt.datetime
    dose: str | None
    note: str | None
    by: Actor
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row of the audit trail: who did what, when, to which plan."""

    n: int
    record: str
    plan: str
    by: Actor
    at: dt.datetime
    hash: str


def select_records(table: Table) -> Select[Any]:
    """Return the query for records with their rows of the audit trail and their texts."""
    who = (audit.c.who, audit.c.role, audit.c.sign_in, audit.c.at)
    joined = table.join(audit, audit.c.n == table.c.n).join(texts, texts.c.n == table.c.n)
    return select(table, *who, texts.c.content, texts.c.sha256).select_from(joined)


def who_acted(row: Row[Any]) -> Actor:
    """Return who wrote a record, in which role."""
    return Actor(name=row.who, role=row.role, verified=row.sign_in == "verified")


def read_plan_version(row: Row[Any]) -> PlanVersion:
    """Read a version of a plan; its content is None once erased."""
    return PlanVersion(
        n=row.n,
        plan_id=row.plan,
        version=row.version,
        sha256=row.sha256,
        plan=None if row.content is None else _read_plan(row.content, row.plan),
        by=who_acted(row),
        at=read_time(row.at),
    )


def _read_plan(content: str, name: str) -> Plan:
    """Return a plan with its name: what is kept of it is the content that a signature covers."""
    plan = Plan.from_json(content)
    return plan if plan.id == name else plan.model_copy(update={"saved_as": name})


def _read_text(row: Row[Any], key: str) -> str | None:
    return None if row.content is None else str(json.loads(row.content)[key])


def read_acknowledged(row: Row[Any]) -> Acknowledged:
    """Read an acknowledgement."""
    return Acknowledged(
        n=row.n,
        version=row.version,
        code=row.code,
        reason=_read_text(row, "reason"),
        by=who_acted(row),
        at=read_time(row.at),
    )


def read_signature(row: Row[Any]) -> Signature:
    """Read a signature with what it covers."""
    return Signature(
        n=row.n,
        plan=row.plan,
        version=row.version,
        outcome=row.outcome,
        remarks=_read_text(row, "remarks"),
        covers=CheckedContent.from_json(row.covers),
        by=who_acted(row),
        at=read_time(row.at),
    )


def read_dose_record(row: Row[Any]) -> DoseRecord:
    """Read the record of a dose."""
    return DoseRecord(
        n=row.n,
        version=row.version,
        dose_id=row.dose_id,
        outcome=row.outcome,
        given_at=read_time(row.given_at),
        dose=_read_text(row, "dose"),
        note=_read_text(row, "note"),
        by=who_acted(row),
        at=read_time(row.at),
    )
