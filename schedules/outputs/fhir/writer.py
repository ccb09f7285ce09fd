"""What the resources of one course share: ids, subject, dates, version, and where they are from."""

from __future__ import annotations

import uuid
from typing import Literal
from zoneinfo import ZoneInfo

from dosing.units import MINUTE, ordinary_spaces, quantity, show
from schedules.course.course import Course
from schedules.course.plan_findings import DRUG_UNDER_REVIEW
from schedules.course.provenance import provenance
from schedules.course.rows import Administration, Dated
from schedules.outputs.fhir.parts import Identifier, Meta, Reference, Text

_IDS = uuid.UUID("6f0b4d1c-5c8f-5d0e-9a53-0d6b8f2f7a11")
_SECONDS = 60

OpenStatus = Literal["active", "draft"]


class CourseWriter:
    """Names and dates the resources of one course, so that a later bundle finds them again."""

    def __init__(self, course: Course) -> None:
        """Take the course that the resources tell."""
        self.course = course
        self.zone = ZoneInfo(course.plan.zone)
        self.about = Text(text=f"{provenance(course)}; times in {course.plan.zone}")
        self.made_on = course.plan.made_on.isoformat()
        self.subject = self.pointer("patient")
        self.based_on = [self.pointer("plan")]
        self.open: OpenStatus = "draft" if _is_under_review(course) else "active"
        changes = course.plan.changes
        self.since = changes[-1].when.isoformat() if changes else f"{self.made_on}T00:00:00Z"
        self.meta = Meta(version_id=str(len(changes) + 1), last_updated=self.since)

    def id_of(self, what: str) -> str:
        """Return an id that follows from the plan and tells a reader nothing."""
        return str(uuid.uuid5(_IDS, f"{self.course.plan.id}/{what}"))

    def pointer(self, what: str) -> Reference:
        """Return the address of a resource within the bundle."""
        return Reference(reference=f"urn:uuid:{self.id_of(what)}")

    def identifier(self, what: str) -> Identifier:
        """Return the name by which a server finds a resource that it was sent before."""
        return Identifier(system="urn:posology:resource", value=self.id_of(what))

    def group(self, course_number: int) -> Identifier:
        """Return the name of all requests of one regimen of the plan."""
        return Identifier(system="urn:posology:course", value=self.id_of(f"course/{course_number}"))

    def status(self, row: Dated) -> Literal["draft", "active", "completed", "cancelled", "stopped"]:
        """Return what became of a row, as a request has it."""
        if row.state == "given":
            return "completed"
        if row.state == "omitted":
            return "cancelled"
        return "stopped" if row.state in {"ceased", "stopped"} else self.open

    def notes(self, row: Dated, derivation: str = "") -> list[Text]:
        """Return where a row stands, what it depends on, and how its dose was derived."""
        depends = f"Only if {row.condition}." if row.condition else ""
        where = f"{row.phase}, from cycle {row.cycle}, day {row.day} on"
        beside = row.beside if isinstance(row, Administration) else ""
        texts = (where, depends, beside and f"Given {beside}.", _stay_text(row), derivation)
        return [*(Text(text=ordinary_spaces(text)) for text in texts if text), self.about]


def intent(condition: str) -> Literal["plan", "proposal"]:
    """Return what is decided, and what waits for something that is not known yet."""
    return "proposal" if condition else "plan"


def _is_under_review(course: Course) -> bool:
    """Return whether a regimen of a course, or a drug of it, is one that nobody endorsed."""
    if any(regimen.status != "endorsed" for regimen in course.regimens):
        return True
    return any(one.code.startswith(DRUG_UNDER_REVIEW) for one in course.findings)


def _stay_text(row: Dated) -> str:
    """Describe the stay around an infusion."""
    texts = []
    if row.before:
        texts.append(f"Arrives {_minutes_text(row.before.total_seconds())} before the infusion.")
    if row.after:
        texts.append(f"Observed for {_minutes_text(row.after.total_seconds())} after the infusion.")
    return " ".join(texts)


def _minutes_text(seconds: float) -> str:
    return show(quantity(seconds / _SECONDS, MINUTE))
