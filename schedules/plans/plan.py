"""A plan: a regimen, a patient, a first day and choices, as one JSON file.

Every value is kept as the text that was typed, so that the file holds the person's own words. The
same file always gives the same course and the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
)

from dosing.drugs.file_model import Day, FileModel, no_entries
from dosing.errors import InputError, refuse
from schedules.knowledge.days import DayPick
from schedules.knowledge.json_text import read_json
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site, read_zone
from schedules.knowledge.span import Span
from schedules.plans.changes import Change, NewFacts, Reweigh, courses_added
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.undo import numbers_in_force
from schedules.plans.wrong_values import problems_of

FORMAT = 1


class Acknowledgement(FileModel):
    """A finding (by its code) or a check that a person has seen and accepts, with the reason."""

    code: str
    reason: str = Field(min_length=1)
    who: str = ""


class PlannedAdjustment(FileModel):
    """A share of the standard dose of a drug that a person decided on, with the reason."""

    drug: str
    part: str
    reason: str = Field(min_length=1)
    who: str = ""


class Plan(FileModel):
    """What was decided. ``id`` and ``made_on`` are fixed when the plan is made.

    ``id`` follows from what was decided: the same plan made twice names the same events of a
    calendar. ``saved_as`` is what the records call this one since they were given it.
    """

    format: int = FORMAT
    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    made_on: Day
    program: str
    regimen: KnowledgeUsed
    drugs: list[KnowledgeUsed]
    bands: list[KnowledgeUsed] = Field(default_factory=no_entries)
    terms: list[KnowledgeUsed] = Field(default_factory=no_entries)
    patient: PatientEntry
    first_day: Day
    zone: str
    choices: dict[str, str]
    dose: str = ""
    adjustments: list[PlannedAdjustment] = Field(default_factory=no_entries)
    site: Site
    acknowledgements: list[Acknowledgement] = Field(default_factory=no_entries)
    changes: list[Change] = Field(default_factory=no_entries)
    saved_as: str = Field(
        default="", pattern=r"^([0-9a-f]{16})?$", exclude_if=lambda text: not text
    )

    @model_serializer(mode="wrap")
    def _as_made(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out words that are not stated: a plan of an earlier version keeps its hash."""
        written: dict[str, Any] = handler(self)
        return {name: value for name, value in written.items() if value or name != "terms"}

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        read_zone(name)
        return name

    @field_validator("changes")
    @classmethod
    def _undo_what_is_there(cls, changes: list[Change]) -> list[Change]:
        numbers_in_force(changes)
        return changes

    def to_json(self) -> str:
        """Return the text of the plan file: the same plan gives the same bytes."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    def before(self, count: int) -> Plan:
        """Return the plan as it was after only this many of its changes."""
        return self.model_copy(update={"changes": self.changes[:count]})

    @property
    def in_force(self) -> list[Change]:
        """Return the changes that are in force: all, but those that were undone and their undos."""
        return [self.changes[number - 1] for number in numbers_in_force(self.changes)]

    @property
    def known_since(self) -> dt.date:
        """Return the day from which the newest facts are known: the first day, or a later one."""
        days = [change.from_day for change in self.in_force if isinstance(change, NewFacts)]
        return days[-1] if days else self.first_day

    @property
    def patient_now(self) -> PatientEntry:
        """Return the patient with all that became known, and was measured, after the plan."""
        return self._patient_after(self.in_force)

    def _patient_after(self, changes: list[Change]) -> PatientEntry:
        entry = self.patient
        for change in changes:
            if isinstance(change, NewFacts | Reweigh):
                entry = change.applied_to(entry)
        return entry

    def by_regimen(self) -> list[Plan]:
        """Return one plan without changes for each regimen: its own, then those added.

        One that was added knows of the patient what was known and measured by then.
        """
        own, in_force = self.before(0), self.in_force
        added = [
            (change.when, one, self._patient_after(in_force[:count]))
            for count, change in enumerate(in_force)
            for one in courses_added(change)
        ]
        return [own] + [
            own.model_copy(
                update={
                    "id": f"{self.id}.{number}",
                    "patient": patient,
                    "made_on": when.date(),
                    "regimen": one.regimen,
                    "drugs": one.drugs,
                    "first_day": one.first_day,
                    "choices": one.choices,
                    "dose": one.dose,
                    "adjustments": [],
                }
            )
            for number, (when, one, patient) in enumerate(added, 2)
        ]

    @property
    def added(self) -> str:
        """Return which regimen of the course this plan is of, if a change added it ("2")."""
        return self.id.partition(".")[2]

    @property
    def record_id(self) -> str:
        """Return what the records know it by; before they gave names, that was its ``id``."""
        return self.saved_as or self.id

    @property
    def content(self) -> dict[str, Any]:
        """Return all that was decided, which the hash covers."""
        return self.model_dump(mode="json", exclude={"saved_as"})

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the plan's content, which stands on every output.

        What the records call it is no content: it is the same before it is saved and afterwards.
        """
        canonical = json.dumps(self.content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read a plan file.

        Raises:
            InputError: with every problem, if it is not a plan file of this program.
        """
        _refuse_another_format(text)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            accepted, within = "give a plan file saved here", ("plan file",)
            raise InputError(*problems_of(error, "", accepted, within=within)) from None


def _refuse_another_format(text: str) -> None:
    """Refuse what is no JSON, and a plan file of another format, before its parts are read."""
    try:
        content = read_json(text)
    except ValueError as error:
        refuse("plan file", "", why=str(error), accepted="give a plan file saved here")
    number = content.get("format") if isinstance(content, dict) else FORMAT
    if type(number) is not int or number != FORMAT:
        why = "is missing" if number is None else "is not known here"
        accepted = f"this program reads format {FORMAT}"
        typed = "" if number is None else json.dumps(number)
        refuse("plan file, format", typed, why=why, accepted=accepted)


def chosen(regimen: Regimen, plan: Plan, name: str) -> Span | int | str | DayPick | None:
    """Return what the plan chose, or None for an optional choice that was left out."""
    text = plan.choices.get(name)
    return None if text is None else regimen.choice(name).read(text)
