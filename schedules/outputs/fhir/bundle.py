"""The course as FHIR R4 JSON: one transaction of a plan and its requests. Same plan, same bytes.

A system that stores it twice has everything once: each resource is put where its identifier is
already, and the patient is made only where the label is not known. After a change it brings the new
version of each, and withdraws the requests that an earlier version asked for and this one does not.

Nothing here is an order: what no clinician has endorsed is a draft, what depends on something not
known yet a proposal. Nothing of the patient but the label goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal
from urllib.parse import quote

from dosing.units import ordinary_spaces
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion, outcome_lines
from schedules.outputs.fhir.medications import (
    administrations,
    as_needed_requests,
    medication_requests,
)
from schedules.outputs.fhir.parts import (
    Activity,
    Agent,
    Bundle,
    BundleEntry,
    CarePlan,
    DetectedIssue,
    Entity,
    EntryRequest,
    Identifier,
    MedicationAdministration,
    MedicationRequest,
    Mitigation,
    PatientResource,
    Period,
    ProvenanceResource,
    Reference,
    Resource,
    ServiceRequest,
    Text,
)
from schedules.outputs.fhir.timing import one_timing
from schedules.outputs.fhir.writer import CourseWriter, intent
from schedules.version import VERSION

_LABELS = "urn:posology:label"
_GRAVITY: dict[str, Literal["high", "moderate", "low"]] = {
    "STOP": "high",
    "WARN": "moderate",
    "NOTE": "low",
}

Acted = MedicationRequest | ServiceRequest | MedicationAdministration | DetectedIssue


def to_fhir(course: Course) -> bytes:
    """Return the course as a FHIR R4 transaction, JSON in UTF-8.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    writer = CourseWriter(course)
    acted = list(_acted(writer))
    requests = [one for one in acted if isinstance(one, MedicationRequest | ServiceRequest)]
    resources: list[Resource] = [
        _patient(writer),
        _care_plan(writer, requests),
        *acted,
        *_withdrawn(writer, acted),
        *_provenances(writer),
    ]
    bundle = Bundle(
        id=writer.id_of("bundle"),
        identifier=Identifier(system="urn:posology:plan", value=course.plan.hash),
        timestamp=writer.since,
        entry=[
            BundleEntry(full_url=f"urn:uuid:{one.id}", resource=one, request=_stored(one))
            for one in resources
        ],
    )
    text = bundle.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    return f"{text}\n".encode()


def _acted(writer: CourseWriter) -> Iterator[Acted]:
    """Yield what is asked for, what was given, and what was found."""
    yield from medication_requests(writer)
    yield from as_needed_requests(writer)
    yield from _services(writer)
    yield from administrations(writer)
    yield from _issues(writer)


def _stored(one: Resource) -> EntryRequest:
    """Return how a server stores a resource, so that a second time makes no second one."""
    if isinstance(one, ProvenanceResource):
        return EntryRequest(method="PUT", url=f"{one.resource_type}/{one.id}")
    if isinstance(one, PatientResource) and one.identifier:
        found = _token(one.identifier[0])
        return EntryRequest(method="POST", url="Patient", if_none_exist=f"identifier={found}")
    if not one.identifier:
        return EntryRequest(method="PUT", url=f"{one.resource_type}/{one.id}")
    url = f"{one.resource_type}?identifier={_token(one.identifier[-1])}"
    return EntryRequest(method="PUT", url=url)


def _token(identifier: Identifier) -> str:
    return f"{quote(identifier.system, safe=':')}|{quote(identifier.value)}"


def _patient(writer: CourseWriter) -> PatientResource:
    label = writer.course.plan.patient.label
    return PatientResource(
        id=writer.id_of("patient"),
        identifier=[Identifier(system=_LABELS, value=label)] if label else None,
    )


def _care_plan(
    writer: CourseWriter, requests: Sequence[MedicationRequest | ServiceRequest]
) -> CarePlan:
    course = writer.course
    days = sorted(row.date.isoformat() for row in (*course.rows, *course.occasions))
    other = f"Not the regimen's dose but {course.plan.dose}. " if course.plan.dose else ""
    activities = [Activity(reference=Reference(reference=f"urn:uuid:{one.id}")) for one in requests]
    # The hash changes with each change, the other name never: a server finds it by that.
    names = [Identifier(system="urn:posology:plan", value=course.plan.hash)]
    return CarePlan(
        id=writer.id_of("plan"),
        meta=writer.meta,
        identifier=[*names, writer.identifier("plan")],
        status=writer.open,
        title=course.regimen.title,
        description=ordinary_spaces(f"{other}{writer.about.text}"),
        subject=writer.subject,
        period=Period(start=days[0], end=days[-1]) if days else None,
        created=writer.made_on,
        activity=activities or None,
        note=[writer.about],
    )


def _services(writer: CourseWriter) -> Iterator[ServiceRequest]:
    """Yield one request for each procedure, review, test and decision of a phase."""
    groups: dict[str, list[Occasion]] = {}
    for row in (*writer.course.every, *writer.course.tests_and_decisions):
        if not isinstance(row, Administration):
            groups.setdefault(_occasion_key(row), []).append(row)
    for key, rows in groups.items():
        first = rows[0]
        status = writer.status(first)
        name = f"act/{key}"
        yield ServiceRequest(
            id=writer.id_of(name),
            meta=writer.meta,
            identifier=[writer.identifier(name)],
            status="revoked" if status == "cancelled" or status == "stopped" else status,
            intent=intent(first.condition),
            category=[Text(text=first.kind)],
            code=Text(text=first.what),
            subject=writer.subject,
            based_on=writer.based_on,
            occurrence_timing=one_timing(rows, writer.zone),
            authored_on=writer.made_on,
            note=writer.notes(first, " ".join(_review_lines(first))),
        )


def _issues(writer: CourseWriter) -> Iterator[DetectedIssue]:
    """Yield each finding, with the reason for which it was accepted."""
    course = writer.course
    reasons = {entry.code: entry.reason for entry in course.acknowledgements}
    codes: list[str] = []
    for finding in course.findings:
        codes.append(finding.code)
        reason = reasons.get(finding.code)
        name = f"finding/{finding.code}/{codes.count(finding.code)}"
        yield DetectedIssue(
            id=writer.id_of(name),
            meta=writer.meta,
            identifier=[writer.identifier(name)],
            code=Text(text=finding.code),
            severity=_GRAVITY[finding.level],
            patient=writer.subject,
            identified_date_time=writer.made_on,
            detail=ordinary_spaces(f"{finding.text} [{finding.source}]"),
            mitigation=[Mitigation(action=Text(text=reason))] if reason else None,
        )


def _withdrawn(writer: CourseWriter, acted: Sequence[Acted]) -> Iterator[Acted]:
    """Yield what an earlier version of the plan brought and this one does not, as withdrawn.

    A system keeps what nobody withdraws: without these it would act on the doses of before.
    """
    stay = {one.id for one in acted}
    for state in writer.course.states[:-1]:
        for one in _acted(CourseWriter(state)):
            if one.id not in stay:
                stay.add(one.id)
                yield _as_withdrawn(one, writer)


def _as_withdrawn(one: Acted, writer: CourseWriter) -> Acted:
    status = {
        "MedicationRequest": "cancelled",
        "ServiceRequest": "revoked",
        "MedicationAdministration": "entered-in-error",
        "DetectedIssue": "cancelled",
    }[one.resource_type]
    update: dict[str, object] = {"status": status, "meta": writer.meta}
    if isinstance(one, MedicationRequest):
        update["prior_prescription"] = None
    return one.model_copy(update=update)


def _provenances(writer: CourseWriter) -> Iterator[ProvenanceResource]:
    """Yield by what the plan was made, and who changed it when and why."""
    course = writer.course
    regimen = course.regimen
    used = f"Regimen {regimen.id} version {regimen.version}, {regimen.status}"
    program = Agent(type=Text(text="program"), who=Reference(display=f"Posology {VERSION}"))
    source = [Entity(what=Reference(display=used))]
    checked = [Agent(type=Text(text="verifier"), who=Reference(display=str(course.checked)))]
    yield ProvenanceResource(
        id=writer.id_of("made"),
        target=writer.based_on,
        recorded=f"{writer.made_on}T00:00:00Z",
        activity=Text(text="planned"),
        agent=[program, *(checked if course.checked.state == "checked" else [])],
        entity=source,
    )
    for number, change in enumerate(course.plan.changes, 1):
        who = Agent(type=Text(text="author"), who=Reference(display=change.who))
        yield ProvenanceResource(
            id=writer.id_of(f"change/{number}"),
            target=writer.based_on,
            recorded=change.when.isoformat(),
            activity=Text(text=change.kind),
            reason=[Text(text=change.why)],
            agent=[who, program],
            entity=source,
        )


def _occasion_key(row: Occasion) -> str:
    what = [row.phase, row.kind, row.what, row.condition, row.state]
    found = [row.outcome] if row.branches and row.outcome else []
    return "/".join((str(row.course_number), *what, *found))


def _review_lines(row: Occasion) -> list[str]:
    """Return what a review found; until then, what it may open."""
    return [f"Outcome: {row.outcome}."] if row.branches and row.outcome else outcome_lines(row)
