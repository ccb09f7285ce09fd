"""The parts of FHIR R4 that are written here: datatypes first, then resources, all strict."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from schedules.knowledge.codes import UCUM


class FhirPart(BaseModel):
    """A part of a FHIR resource, with the names that the standard gives its fields."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid", strict=True
    )


class Text(FhirPart):
    """A concept in words, or an annotation: a resource part that has only a text."""

    text: str


class Coding(FhirPart):
    """A code of a terminology, and what that calls it."""

    system: str
    code: str
    display: str


class Concept(FhirPart):
    """A concept by its code, where it has one, and in words."""

    coding: list[Coding] | None = None
    text: str


class Identifier(FhirPart):
    """A label by which a patient or a plan is known."""

    system: str
    value: str


class Reference(FhirPart):
    """A pointer to another resource of the bundle, or a name where there is none."""

    reference: str | None = None
    display: str | None = None


class Period(FhirPart):
    """From a first to a last day or instant, both of them in it."""

    start: str
    end: str


class Meta(FhirPart):
    """Which version of a resource this is, and since when."""

    version_id: str
    last_updated: str


class Amount(FhirPart):
    """A quantity with its UCUM code."""

    value: int | float
    unit: str
    system: str = UCUM
    code: str


class AmountRange(FhirPart):
    """From a lowest to a highest quantity."""

    low: Amount
    high: Amount


class Ratio(FhirPart):
    """An amount for each so much of something else."""

    numerator: Amount
    denominator: Amount


class DoseAndRate(FhirPart):
    """How much is given at one time, and how fast: one rate, or from the first to the highest."""

    dose_quantity: Amount
    rate_ratio: Ratio | None = None
    rate_range: AmountRange | None = None
    rate_quantity: Amount | None = None


class Repeat(FhirPart):
    """A rhythm from its first to its last day; ``duration`` is how long each time takes."""

    bounds_period: Period | None = None
    duration: int | None = None
    duration_unit: str | None = None
    frequency: int | None = None
    period: int | None = None
    period_unit: str | None = None
    day_of_week: list[str] | None = None
    time_of_day: list[str] | None = None


class Timing(FhirPart):
    """When something takes place: a rhythm, or instants, each with its offset from UTC."""

    event: list[str] | None = None
    repeat: Repeat | None = None


class Dosage(FhirPart):
    """What is given, by which route, when, how fast, or at most how often."""

    text: str
    additional_instruction: list[Text] | None = None
    timing: Timing | None = None
    as_needed_codeable_concept: Text | None = None
    route: Concept
    dose_and_rate: list[DoseAndRate]
    max_dose_per_period: Ratio | None = None


class Batch(FhirPart):
    """Which pack it is, and the last day of its use."""

    lot_number: str | None = None
    expiration_date: str | None = None


class ContainedMedication(FhirPart):
    """The pack that a dose was given from, within what was given."""

    resource_type: Literal["Medication"] = "Medication"
    id: Literal["pack"] = "pack"
    code: Concept
    batch: Batch


class Given(FhirPart):
    """What was given, by which route."""

    text: str
    route: Concept
    dose: Amount


class PatientResource(FhirPart):
    """The patient: a label, never a name."""

    resource_type: Literal["Patient"] = "Patient"
    id: str
    identifier: list[Identifier] | None


class MedicationRequest(FhirPart):
    """Equal doses of one drug in one phase, or a drug to take when it is needed."""

    resource_type: Literal["MedicationRequest"] = "MedicationRequest"
    id: str
    meta: Meta
    identifier: list[Identifier]
    status: Literal["draft", "active", "completed", "cancelled", "stopped"]
    intent: Literal["plan", "proposal"]
    medication_codeable_concept: Concept
    subject: Reference
    authored_on: str
    based_on: list[Reference]
    group_identifier: Identifier
    note: list[Text]
    dosage_instruction: list[Dosage]
    prior_prescription: Reference | None = None


class MedicationAdministration(FhirPart):
    """A dose that was recorded as given: of a drug, or from a pack that it contains."""

    resource_type: Literal["MedicationAdministration"] = "MedicationAdministration"
    id: str
    meta: Meta
    identifier: list[Identifier]
    contained: list[ContainedMedication] | None = None
    status: Literal["completed", "entered-in-error"] = "completed"
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    subject: Reference
    effective_date_time: str | None = None
    effective_period: Period | None = None
    request: Reference
    dosage: Given


class ServiceRequest(FhirPart):
    """A procedure or a review on its dates."""

    resource_type: Literal["ServiceRequest"] = "ServiceRequest"
    id: str
    meta: Meta
    identifier: list[Identifier]
    status: Literal["draft", "active", "completed", "revoked"]
    intent: Literal["plan", "proposal"]
    category: list[Text]
    code: Text
    subject: Reference
    based_on: list[Reference]
    occurrence_timing: Timing
    authored_on: str
    note: list[Text]


class Mitigation(FhirPart):
    """The reason for which a finding was accepted."""

    action: Text


class DetectedIssue(FhirPart):
    """A finding of the program, with the reason for which a person accepted it."""

    resource_type: Literal["DetectedIssue"] = "DetectedIssue"
    id: str
    meta: Meta
    identifier: list[Identifier]
    status: Literal["final", "cancelled"] = "final"
    code: Text
    severity: Literal["high", "moderate", "low"]
    patient: Reference
    identified_date_time: str
    detail: str
    mitigation: list[Mitigation] | None


class Activity(FhirPart):
    """One request of the plan."""

    reference: Reference


class CarePlan(FhirPart):
    """The plan: regimen, first and last day, and its requests."""

    resource_type: Literal["CarePlan"] = "CarePlan"
    id: str
    meta: Meta
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


class Agent(FhirPart):
    """Who had a part in it, and which."""

    type: Text
    who: Reference


class Entity(FhirPart):
    """What was used."""

    role: Literal["source"] = "source"
    what: Reference


class ProvenanceResource(FhirPart):
    """Who decided it, when and why: the plan, then each change of it."""

    resource_type: Literal["Provenance"] = "Provenance"
    id: str
    target: list[Reference]
    recorded: str
    activity: Text
    reason: list[Text] | None = None
    agent: list[Agent]
    entity: list[Entity]


Resource = (
    PatientResource
    | CarePlan
    | MedicationRequest
    | ServiceRequest
    | MedicationAdministration
    | DetectedIssue
    | ProvenanceResource
)


class EntryRequest(FhirPart):
    """What a server does with a resource: it never makes a second one of the same."""

    method: Literal["POST", "PUT"]
    url: str
    if_none_exist: str | None = None


class BundleEntry(FhirPart):
    """A resource, the address by which others point to it, and how it is stored."""

    full_url: str
    resource: Resource = Field(discriminator="resource_type")
    request: EntryRequest


class Bundle(FhirPart):
    """The whole course."""

    resource_type: Literal["Bundle"] = "Bundle"
    id: str
    identifier: Identifier
    type: Literal["transaction"] = "transaction"
    timestamp: str
    entry: list[BundleEntry]
