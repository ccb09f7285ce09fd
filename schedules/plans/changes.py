"""What was decided after the plan: changes in the clinic's words, each with who, when and why.

A change names a place of the course ("pulses cycle 2 day 1"), never a row's date, so that it still
means the same dose when an earlier change has moved it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from dosing.drugs.file_model import Day, FileModel, no_entries
from dosing.errors import InputError
from dosing.plausibility import EARLIEST_DAY, LATEST_DAY, PLAUSIBLE
from dosing.units import amount
from schedules.knowledge.regimen import KnowledgeUsed
from schedules.plans.patient_entry import KNOWN_LATER, MEASURED_AGAIN, PatientEntry

Scope = Literal["this day", "this cycle", "later"]
SCOPES: dict[Scope, str] = {
    "this day": "this day",
    "this cycle": "rest of this cycle",
    "later": "all later",
}
STANDARD, PREVIOUS = "standard dose", "previous dose"
_FARTHEST_DAYS = PLAUSIBLE.changes.farthest_days
_GREATEST_PERCENT = PLAUSIBLE.share_of_dose.greatest_percent


class _Decision(FileModel):
    """Who decided it, when, and why."""

    who: str = Field(min_length=1, max_length=60)
    when: dt.datetime = Field(strict=False)
    why: str = Field(min_length=1, max_length=400)

    @field_validator("when", mode="before")
    @classmethod
    def _is_no_number(cls, when: object) -> object:
        if not isinstance(when, str | dt.datetime):
            raise ValueError("is not a date with a time; write 2026-12-20T09:00:00Z")
        return when

    @field_validator("when")
    @classmethod
    def _is_an_instant(cls, when: dt.datetime) -> dt.datetime:
        if when.utcoffset() is None:
            raise ValueError("has no time zone; write 2026-12-20T09:00:00Z")
        # A day in UTC may be the next one or the one before; at the ends of the calendar is none.
        if not EARLIEST_DAY <= when.date() <= LATEST_DAY:
            raise ValueError(f"is not of a year from {EARLIEST_DAY.year} to {LATEST_DAY.year}")
        return when.astimezone(dt.UTC).replace(microsecond=0)


class Defer(_Decision):
    """Doses take place some days later or earlier, or from another day on."""

    kind: Literal["defer"] = "defer"
    at: str
    by_days: int | None = Field(default=None, ge=-_FARTHEST_DAYS, le=_FARTHEST_DAYS)
    to: Day | None = None
    scope: Scope

    @model_validator(mode="after")
    def _one_way(self) -> Defer:
        if (self.by_days is None) == (self.to is None):
            raise ValueError("is put off by days or to a date: one of them")
        if self.by_days == 0:
            raise ValueError("by 0 days changes nothing")
        return self


class Omit(_Decision):
    """Doses are left out and not made up for."""

    kind: Literal["omit"] = "omit"
    at: str
    scope: Scope


class Cease(_Decision):
    """The course ends: nothing more is given from a place on."""

    kind: Literal["cease"] = "cease"
    at: str


# Measurements that the first re-weighs had no key for.
_SINCE = ("dry_weight", "cystatin_c", "hematocrit")


class Reweigh(_Decision):
    """New measurements from a day on; the doses are recomputed, or kept knowingly."""

    kind: Literal["re-weigh"] = "re-weigh"
    from_day: Day
    weight: str = ""
    height: str = ""
    creatinine: str = ""
    dry_weight: str = ""
    cystatin_c: str = ""
    hematocrit: str = ""
    doses: Literal["worked out again", "kept"]

    @model_serializer(mode="wrap")
    def _as_decided(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what was not measured then: a plan of an earlier version keeps its hash."""
        written: dict[str, Any] = handler(self)
        return {name: value for name, value in written.items() if value or name not in _SINCE}

    @model_validator(mode="after")
    def _something_measured(self) -> Reweigh:
        if not any(getattr(self, field.name) for field in MEASURED_AGAIN):
            raise ValueError("needs a weight or another measurement")
        return self

    def applied_to(self, entry: PatientEntry) -> PatientEntry:
        """Return the patient as measured from then on."""
        texts = {field.name: getattr(self, field.name) for field in MEASURED_AGAIN}
        measured: dict[str, object] = {name: text for name, text in texts.items() if text}
        if self.weight or self.dry_weight:
            measured["weight_on"] = self.from_day
        return entry.model_copy(update=measured)


class Adjust(_Decision):
    """Another dose: a share of the standard or of the previous dose, or a stated amount."""

    kind: Literal["adjust"] = "adjust"
    at: str
    scope: Scope
    percent: float | None = Field(default=None, gt=0, le=_GREATEST_PERCENT)
    of: Literal["standard dose", "previous dose"] | None = None
    amount: str = ""

    @model_validator(mode="after")
    def _one_dose(self) -> Adjust:
        if (self.percent is None) == (not self.amount):
            raise ValueError("needs a percentage or an amount: one of them")
        if (self.percent is None) != (self.of is None):
            raise ValueError("a percentage names its base: of the standard dose or the previous")
        if self.amount:
            _refuse_unreadable(self.amount)
        return self


class Switch(_Decision):
    """Another choice of the regimen (an interval, a length) from a place on."""

    kind: Literal["switch"] = "switch"
    at: str
    choices: dict[str, str] = Field(min_length=1)


# What the first records of a dose had no key for.
_OF_THE_PACK = ("batch", "expires")


class Record(_Decision):
    """One dose as it was really given: on which day, at what time, how much of it, from what pack.

    ``expires`` is the last day on which the pack may be used.
    """

    kind: Literal["record"] = "record"
    at: str
    item: str = ""
    n: int = Field(default=1, ge=1)
    on: Day
    time: str = ""
    amount: str = ""
    batch: str = Field(default="", max_length=40)
    expires: Day | None = None

    @field_validator("amount")
    @classmethod
    def _reads(cls, text: str) -> str:
        if text:
            _refuse_unreadable(text)
        return text

    @property
    def pack(self) -> str:
        """Return the pack in words: batch H0123B01, expires 31-Mar-2027; "" if none is known."""
        batch = f"batch {self.batch}" if self.batch else ""
        expires = f"expires {self.expires:%d-%b-%Y}" if self.expires else ""
        return ", ".join(filter(None, (batch, expires)))

    @model_serializer(mode="wrap")
    def _as_decided(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a pack that nobody wrote down: a plan of an earlier version keeps its hash."""
        written: dict[str, Any] = handler(self)
        return {name: value for name, value in written.items() if value or name not in _OF_THE_PACK}


class Hold(_Decision):
    """A titration or taper stays on a step, or goes back one, for some days more."""

    kind: Literal["hold", "step back"]
    at: str
    days: int = Field(ge=1, le=_FARTHEST_DAYS)


class AddCourse(_Decision):
    """Another regimen for the same patient, on the same timeline."""

    kind: Literal["add course"] = "add course"
    regimen: KnowledgeUsed
    drugs: list[KnowledgeUsed]
    first_day: Day
    choices: dict[str, str]
    dose: str = ""


class OpenedCourse(FileModel):
    """A regimen that the outcome of a review opens, on the same timeline."""

    regimen: KnowledgeUsed
    drugs: list[KnowledgeUsed]
    first_day: Day
    choices: dict[str, str]
    dose: str = ""


class ReviewOutcome(_Decision):
    """What a review found, and all that it opens and ends, as one change.

    Of the phases that wait for the review, those that ``goes_on`` names are opened and those that
    ``leaves`` names are ceased. ``then`` holds the next step, goes back one, or ends the regimen.
    """

    kind: Literal["outcome"] = "outcome"
    at: str
    review: str
    outcome: str
    on: Day
    goes_on: list[str] = Field(default_factory=no_entries)
    leaves: list[str] = Field(default_factory=no_entries)
    then: Literal["", "hold", "step back", "stop"] = ""
    days: int | None = Field(default=None, ge=1, le=_FARTHEST_DAYS)
    opens: list[OpenedCourse] = Field(default_factory=no_entries)

    @model_validator(mode="after")
    def _held_for_days(self) -> ReviewOutcome:
        if (self.days is not None) != (self.then in {"hold", "step back"}):
            raise ValueError("a hold and a step back last some days; nothing else does")
        return self


class Result(_Decision):
    """A result that a gate asks for. It moves nothing; what it proposes is decided by a person."""

    kind: Literal["result"] = "result"
    at: str
    gate: str
    value: str


class Decline(_Decision):
    """A person declines what is proposed because of a result: the dose stays as it is planned."""

    kind: Literal["decline"] = "decline"
    at: str
    gate: str
    result: str


# Lists of what happened on a day: what comes later takes nothing away.
_ADDED = {"results", "vaccinations"}


class NewFacts(_Decision):
    """What is known of the patient from a day on: conditions, medicines, results, a pregnancy.

    A list is the whole list from then on; results and vaccinations are added to those before. No
    dose is changed.
    """

    kind: Literal["facts"] = "facts"
    from_day: Day
    facts: dict[str, str | list[str]] = Field(min_length=1)

    @model_validator(mode="after")
    def _may_become_another(self) -> NewFacts:
        known = [field.name for field in KNOWN_LATER]
        for name in self.facts:
            if name not in known:
                raise ValueError(f"{name} is none of {', '.join(known)}")
        return self

    def applied_to(self, entry: PatientEntry) -> PatientEntry:
        """Return the patient as known from then on."""
        facts = dict(self.facts)
        for name in _ADDED & facts.keys():
            before = [text for text in getattr(entry, name) if text.casefold().strip() != "none"]
            facts[name] = [*before, *facts[name]]
        return PatientEntry.model_validate({**dict(entry), **facts})


class Undo(_Decision):
    """An earlier change is withdrawn, or one that was withdrawn is put back in its place."""

    kind: Literal["undo", "redo"]
    number: int = Field(ge=1)


Change = Annotated[
    Defer
    | Omit
    | Cease
    | Reweigh
    | Adjust
    | Switch
    | Record
    | Hold
    | AddCourse
    | ReviewOutcome
    | Result
    | Decline
    | NewFacts
    | Undo,
    Field(discriminator="kind"),
]


def _refuse_unreadable(text: str) -> None:
    try:
        amount(text)
    except InputError as error:
        raise ValueError("; ".join(map(str, error.problems))) from None


def courses_added(change: Change) -> Sequence[AddCourse | OpenedCourse]:
    """Return the regimens that a change adds to the timeline."""
    if isinstance(change, AddCourse):
        return [change]
    return change.opens if isinstance(change, ReviewOutcome) else []
