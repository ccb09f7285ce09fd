"""A plan: a regimen, a patient, a first day and choices, as one JSON file.

Every value is kept as the text that was typed, so that the file says what the person said. The
same file gives the same course and the same bytes, always.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from pydantic import Field, ValidationError, field_validator

from dosing.drugs.file_model import FileModel
from dosing.errors import InputError, Problem, refuse
from schedules.knowledge.days import DayPick
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site, read_zone
from schedules.knowledge.span import Span
from schedules.plans.changes import AddCourse, Change
from schedules.plans.patient_entry import _EARLIEST, _LATEST, PatientEntry

FORMAT = 1


class Acknowledgement(FileModel):
    """That a person has seen a finding (by its code) or a check, and why it may stand."""

    code: str
    reason: str = Field(min_length=1)
    who: str = ""


class PlannedAdjustment(FileModel):
    """That a person gives a part of the standard dose of a drug, and why."""

    drug: str
    part: str
    reason: str = Field(min_length=1)
    who: str = ""


class Plan(FileModel):
    """What was decided. ``id`` and ``made_on`` are fixed when the plan is made."""

    format: int = FORMAT
    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    made_on: dt.date = Field(strict=False)
    program: str
    regimen: KnowledgeUsed
    drugs: list[KnowledgeUsed]
    bands: list[KnowledgeUsed] = Field(default_factory=list)
    patient: PatientEntry
    first_day: dt.date = Field(strict=False, ge=_EARLIEST, le=_LATEST)
    zone: str
    choices: dict[str, str]
    dose: str = ""
    adjustments: list[PlannedAdjustment] = Field(default_factory=list)
    site: Site
    acknowledgements: list[Acknowledgement] = Field(default_factory=list)
    changes: list[Change] = Field(default_factory=list)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        read_zone(name)
        return name

    def to_json(self) -> str:
        """Write the plan file: the same plan gives the same bytes."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    def before(self, count: int) -> Plan:
        """Give the plan as it was when only so many of its changes had been made."""
        return self.model_copy(update={"changes": self.changes[:count]})

    def by_regimen(self) -> list[Plan]:
        """Give one plan without changes for each of its regimens: its own, then those added."""
        own = self.before(0)
        added = [change for change in self.changes if isinstance(change, AddCourse)]
        return [own] + [
            own.model_copy(
                update={
                    "id": f"{self.id}.{number}",
                    "regimen": change.regimen,
                    "drugs": change.drugs,
                    "first_day": change.first_day,
                    "choices": change.choices,
                    "dose": change.dose,
                    "adjustments": [],
                }
            )
            for number, change in enumerate(added, 2)
        ]

    @property
    def hash(self) -> str:
        """Give the SHA-256 of the plan's content, which stands on every output."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read a plan file.

        Raises:
            InputError: with every problem, if it is not a plan file of this program.
        """
        _known_format(text)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InputError(
                *(
                    Problem(
                        field="plan file" + "".join(f", {part}" for part in problem["loc"]),
                        typed="",
                        why=problem["msg"].removeprefix("Value error, "),
                        accepted="give a plan file saved here",
                    )
                    for problem in error.errors(include_url=False)
                )
            ) from None


def _known_format(text: str) -> None:
    """Refuse a plan file of another format before its parts are looked at."""
    try:
        content = json.loads(text)
    except ValueError:
        return
    form = content.get("format") if isinstance(content, dict) else FORMAT
    if form != FORMAT:
        refuse(
            "plan file, format",
            "" if form is None else str(form),
            why="is missing" if form is None else "is not known here",
            accepted=f"this program reads format {FORMAT}",
        )


def chosen(regimen: Regimen, plan: Plan, name: str) -> Span | int | str | DayPick | None:
    """Give what the plan chose, or None for an optional choice that was left out."""
    text = plan.choices.get(name)
    return None if text is None else regimen.choice(name).read(text)
