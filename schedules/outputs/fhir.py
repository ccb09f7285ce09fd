"""The course as FHIR R4 JSON: a bundle of requests, each dose on its date. Same plan, same bytes.

One MedicationRequest for equal doses of a phase, its dates as explicit events; ServiceRequests for
procedures and reviews; DetectedIssues for findings; a CarePlan that holds them together. Nothing
here is an order: what no clinician has endorsed is a draft, what depends on something not known yet
a proposal. Nothing of the patient but the label goes out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from dosing.trace import SHOWN_DIGITS
from dosing.units import MINUTE, Quantity, ordinary_spaces, quantity, show, spelling
from schedules.course.course import Course
from schedules.course.plan_findings import DRUG_UNDER_REVIEW
from schedules.course.provenance import provenance
from schedules.course.rows import Administration, Dated, Occasion, outcome_lines

_UCUM = "http://unitsofmeasure.org"
# Units of activity differ by product; the international unit would be wrong for most of them.
_CODES = {
    "mg": "mg",
    "g": "g",
    "mcg": "ug",
    "mL": "mL",
    "mmol": "mmol",
    "units": "[arb'U]",
}
_SECONDS = 60
_LABELS = "urn:posology:label"
_IDS = uuid.UUID("6f0b4d1c-5c8f-5d0e-9a53-0d6b8f2f7a11")
_GRAVITY: dict[str, Literal["high", "moderate", "low"]] = {
    "STOP": "high",
    "WARN": "moderate",
    "NOTE": "low",
}


class _Part(BaseModel):
    """A part of a FHIR resource, with the names that the standard gives its fields."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid", strict=True
    )


class Text(_Part):
    """A concept in words, or an annotation: a resource part that has only a text."""

    text: str


class Identifier(_Part):
    """A label by which a patient or a plan is known."""

    system: str
    value: str


class Reference(_Part):
    """A pointer to another resource of the bundle."""

    reference: str


class Amount(_Part):
    """A quantity with its UCUM code."""

    value: int | float
    unit: str
    system: str = _UCUM
    code: str


class DoseAndRate(_Part):
    """How much is given at one time."""

    dose_quantity: Amount


class Timing(_Part):
    """The times at which something takes place, each with its offset from UTC."""

    event: list[str]


class Dosage(_Part):
    """What is given, by which route, when."""

    text: str
    timing: Timing
    route: Text
    dose_and_rate: list[DoseAndRate]


class Period(_Part):
    """From a first to a last day."""

    start: str
    end: str


class PatientResource(_Part):
    """The patient: a label, never a name."""

    resource_type: Literal["Patient"] = "Patient"
    id: str
    identifier: list[Identifier] | None


class MedicationRequest(_Part):
    """Equal doses of one drug in one phase."""

    resource_type: Literal["MedicationRequest"] = "MedicationRequest"
    id: str
    status: Literal["draft", "active", "completed", "cancelled", "stopped"]
    intent: Literal["plan", "proposal"]
    medication_codeable_concept: Text
    subject: Reference
    authored_on: str
    note: list[Text]
    dosage_instruction: list[Dosage]


class ServiceRequest(_Part):
    """A procedure or a review on its dates."""

    resource_type: Literal["ServiceRequest"] = "ServiceRequest"
    id: str
    status: Literal["draft", "active", "completed", "revoked"]
    intent: Literal["plan", "proposal"]
    category: list[Text]
    code: Text
    subject: Reference
    occurrence_timing: Timing
    authored_on: str
    note: list[Text]


class Mitigation(_Part):
    """The reason for which a finding was accepted."""

    action: Text


class DetectedIssue(_Part):
    """A finding of the program, with the reason for which a person accepted it."""

    resource_type: Literal["DetectedIssue"] = "DetectedIssue"
    id: str
    status: Literal["final"] = "final"
    code: Text
    severity: Literal["high", "moderate", "low"]
    patient: Reference
    identified_date_time: str
    detail: str
    mitigation: list[Mitigation] | None


class Activity(_Part):
    """One request of the plan."""

    reference: Reference


class CarePlan(_Part):
    """The plan: regimen, first and last day, and its requests."""

    resource_type: Literal["CarePlan"] = "CarePlan"
    id: str
    identifier: list[Identifier]
    status: Literal["draft", "active"]
    intent: Literal["plan"] = "plan"
    title: str
    description: str
    subject: Reference
    period: Period | None
    created: str
    activity: list[Activity] | None
    note: list[Text]


Resource = PatientResource | CarePlan | MedicationRequest | ServiceRequest | DetectedIssue


class BundleEntry(_Part):
    """A resource with the address by which others point to it."""

    full_url: str
    resource: Resource = Field(discriminator="resource_type")


class Bundle(_Part):
    """The whole course."""

    resource_type: Literal["Bundle"] = "Bundle"
    id: str
    type: Literal["collection"] = "collection"
    timestamp: str
    entry: list[BundleEntry]


def to_fhir(course: Course) -> bytes:
    """Return the course as a FHIR R4 bundle, JSON in UTF-8.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
    """
    course.must_be_exportable()
    writer = _Writer(course)
    requests: list[MedicationRequest | ServiceRequest]
    requests = [*writer.medications(), *writer.services()]
    resources: list[Resource] = [
        writer.patient(),
        writer.care_plan(requests),
        *requests,
        *writer.issues(),
    ]
    bundle = Bundle(
        id=writer.id_of("bundle"),
        timestamp=f"{course.plan.made_on.isoformat()}T00:00:00Z",
        entry=[BundleEntry(full_url=f"urn:uuid:{one.id}", resource=one) for one in resources],
    )
    text = bundle.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    return f"{text}\n".encode()


def _is_under_review(course: Course) -> bool:
    """Return whether a regimen of a course, or a drug of it, is one that nobody endorsed."""
    if any(regimen.status != "endorsed" for regimen in course.regimens):
        return True
    return any(one.code.startswith(DRUG_UNDER_REVIEW) for one in course.findings)


class _Writer:
    """Writes the resources of one course, which share ids, subject, dates and provenance."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._zone = ZoneInfo(course.plan.zone)
        self._about = Text(text=f"{provenance(course)}; times in {course.plan.zone}")
        self._made_on = course.plan.made_on.isoformat()
        self._subject = Reference(reference=f"urn:uuid:{self.id_of('patient')}")
        self._open: Literal["active", "draft"] = "draft" if _is_under_review(course) else "active"

    def id_of(self, what: str) -> str:
        """Return an id that follows from the plan and tells a reader nothing."""
        return str(uuid.uuid5(_IDS, f"{self._course.plan.id}/{what}"))

    def patient(self) -> PatientResource:
        label = self._course.plan.patient.label
        return PatientResource(
            id=self.id_of("patient"),
            identifier=[Identifier(system=_LABELS, value=label)] if label else None,
        )

    def care_plan(self, requests: Sequence[MedicationRequest | ServiceRequest]) -> CarePlan:
        course = self._course
        days = sorted(row.date.isoformat() for row in (*course.rows, *course.occasions))
        other = f"Not the regimen's dose but {course.plan.dose}. " if course.plan.dose else ""
        activities = [
            Activity(reference=Reference(reference=f"urn:uuid:{one.id}")) for one in requests
        ]
        return CarePlan(
            id=self.id_of("plan"),
            identifier=[Identifier(system="urn:posology:plan", value=course.plan.hash)],
            status=self._open,
            title=course.regimen.title,
            description=ordinary_spaces(f"{other}{self._about.text}"),
            subject=self._subject,
            period=Period(start=days[0], end=days[-1]) if days else None,
            created=self._made_on,
            activity=activities or None,
            note=[self._about],
        )

    def medications(self) -> Iterator[MedicationRequest]:
        """Return one request for equal doses of a phase, in the order of their first dates."""
        groups: dict[str, list[Administration]] = {}
        for row in self._course.every:
            if isinstance(row, Administration):
                groups.setdefault(_dose_key(row), []).append(row)
        for key, rows in groups.items():
            first = rows[0]
            steps = (f"{s.what}: {s.value_text} ({s.why})" for s in first.dose.steps)
            yield MedicationRequest(
                id=self.id_of(f"dose/{key}"),
                status=self._status(first),
                intent=_intent(first),
                medication_codeable_concept=Text(text=first.drug_name),
                subject=self._subject,
                authored_on=self._made_on,
                dosage_instruction=[self._dosage(rows)],
                note=self._notes(first, "; ".join(steps)),
            )

    def services(self) -> Iterator[ServiceRequest]:
        """Return one request for each procedure, review, test and decision of a phase."""
        groups: dict[str, list[Occasion]] = {}
        for row in (*self._course.every, *self._course.tests_and_decisions):
            if not isinstance(row, Administration):
                groups.setdefault(_occasion_key(row), []).append(row)
        for key, rows in groups.items():
            first = rows[0]
            status = self._status(first)
            yield ServiceRequest(
                id=self.id_of(f"act/{key}"),
                status="revoked" if status == "cancelled" or status == "stopped" else status,
                intent=_intent(first),
                category=[Text(text=first.kind)],
                code=Text(text=first.what),
                subject=self._subject,
                occurrence_timing=self._timing(rows),
                authored_on=self._made_on,
                note=self._notes(first, " ".join(_review_lines(first))),
            )

    def issues(self) -> Iterator[DetectedIssue]:
        """Return each finding, with the reason for which it was accepted."""
        reasons = {entry.code: entry.reason for entry in self._course.acknowledgements}
        for number, finding in enumerate(self._course.findings, 1):
            reason = reasons.get(finding.code)
            yield DetectedIssue(
                id=self.id_of(f"finding/{number}"),
                code=Text(text=finding.code),
                severity=_GRAVITY[finding.level],
                patient=self._subject,
                identified_date_time=self._made_on,
                detail=ordinary_spaces(f"{finding.text} [{finding.source}]"),
                mitigation=[Mitigation(action=Text(text=reason))] if reason else None,
            )

    def _dosage(self, rows: Sequence[Administration]) -> Dosage:
        first = rows[0]
        depends = f" - ONLY IF {first.condition}" if first.condition else ""
        amount = show(first.dose.amount, SHOWN_DIGITS + 1)
        return Dosage(
            text=ordinary_spaces(f"{amount} {first.name}, {first.route}{depends}"),
            timing=self._timing(rows),
            route=Text(text=first.route),
            dose_and_rate=[DoseAndRate(dose_quantity=_amount(first.dose.amount))],
        )

    def _status(
        self, row: Dated
    ) -> Literal["draft", "active", "completed", "cancelled", "stopped"]:
        if row.state == "given":
            return "completed"
        if row.state == "omitted":
            return "cancelled"
        return "stopped" if row.state == "ceased" else self._open

    def _notes(self, row: Dated, derivation: str = "") -> list[Text]:
        depends = f"Only if {row.condition}." if row.condition else ""
        where = f"{row.phase}, from cycle {row.cycle}, day {row.day} on"
        beside = row.beside if isinstance(row, Administration) else ""
        texts = (where, depends, beside and f"Given {beside}.", _stay_text(row), derivation)
        return [*(Text(text=ordinary_spaces(text)) for text in texts if text), self._about]

    def _timing(self, rows: Sequence[Dated]) -> Timing:
        times = sorted(dt.datetime.combine(r.date, r.time, tzinfo=self._zone) for r in rows)
        return Timing(event=[time.isoformat() for time in times])


def _dose_key(row: Administration) -> str:
    what = (row.phase, row.item, row.route, row.condition, row.state, show(row.dose.amount))
    return "/".join((str(row.course_number), *what))


def _occasion_key(row: Occasion) -> str:
    what = [row.phase, row.kind, row.what, row.condition, row.state]
    found = [row.outcome] if row.branches and row.outcome else []
    return "/".join((str(row.course_number), *what, *found))


def _review_lines(row: Occasion) -> list[str]:
    """Return what a review found; until then, what it may open."""
    return [f"Outcome: {row.outcome}."] if row.branches and row.outcome else outcome_lines(row)


def _intent(row: Dated) -> Literal["plan", "proposal"]:
    return "proposal" if row.condition else "plan"


def _stay_text(row: Dated) -> str:
    """Describe the stay around an infusion."""
    texts = []
    if row.before:
        texts.append(f"Arrives {_minutes_text(row.before)} before the infusion.")
    if row.after:
        texts.append(f"Observed for {_minutes_text(row.after)} after the infusion.")
    return " ".join(texts)


def _minutes_text(time: dt.timedelta) -> str:
    return show(quantity(time.total_seconds() / _SECONDS, MINUTE))


def _amount(value: Quantity) -> Amount:
    """Return an amount as a number without a trailing zero, and its UCUM code."""
    number, unit = float(value.magnitude), spelling(value.units)
    return Amount(
        value=int(number) if number.is_integer() else number, unit=unit, code=_CODES[unit]
    )
