"""The hospital's own choices, from site.yaml: zone, clock times, tolerance, calendar, pharmacy."""

from __future__ import annotations

import datetime as dt
import functools
import re
from importlib import resources
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from dosing.drugs.file_model import Day, FileModel, Words, no_entries
from dosing.drugs.weight_rule import SiteWeight
from dosing.errors import InputError, refuse, text_of
from dosing.formulas.body import BSA
from dosing.names import Jurisdiction
from dosing.trace import Finding, Source, note
from dosing.units import duration
from schedules.knowledge.capacity import Capacity, Weekday
from schedules.knowledge.public_holidays import country_holidays

# [0-9], never \d, which also matches the digits of other scripts.
# A host, perhaps a port; what comes after that is the program's own.
_ADDRESS = re.compile(r"(https?://[A-Za-z0-9.\[\]:-]+)?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_SHOWN = 40


def _is_zone(name: str) -> bool:
    """Return whether there is a zone of this name; nearly every one stands in one list."""
    return name in _listed_zones() or name in _all_zones()


@functools.cache
def _listed_zones() -> frozenset[str]:
    """Return the names of the zones that come with the program."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


@functools.cache
def _all_zones() -> frozenset[str]:
    """Return also those of the machine; it takes 13 ms to open their files, ten whole courses."""
    return frozenset(available_timezones())


class CalendarChoice(FileModel):
    """How a course is written to a calendar unless the person chooses otherwise.

    Tests and decisions stand in the text of the doses they belong to, or as events of their own.
    ``place`` is where the patient comes to, for what is not taken at home.
    """

    oral: Literal["each", "run"]
    times: Literal["utc", "zone"]
    alarm: str
    watch: Literal["note", "event"] = "note"
    place: str = ""

    @model_serializer(mode="wrap")
    def _as_decided(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a place that was not stated: a plan of an earlier version keeps its hash."""
        written: dict[str, Any] = handler(self)
        if not self.place:
            written.pop("place", None)
        return written

    @field_validator("alarm")
    @classmethod
    def _alarm_reads(cls, text: str) -> str:
        if text != "none":
            try:
                duration(text, "alarm")
            except InputError as error:
                raise ValueError(f"{error}, or none") from None
        return text


class ClosedDays(FileModel):
    """When the clinic is closed, and what then happens to what would be given there.

    ``stay`` leaves it and says so; ``earlier`` and ``later`` move it within its window.
    """

    weekdays: list[Weekday] = Field(default_factory=no_entries)
    country: str = Field(default="", pattern="^([A-Z]{2})?$")
    subdivision: str = ""
    own: list[Day] = Field(default_factory=no_entries)
    rule: Literal["stay", "earlier", "later"]

    @model_validator(mode="after")
    def _known(self) -> ClosedDays:
        if self.country:
            try:
                subdivisions = country_holidays(self.country).subdivisions
            except NotImplementedError:
                why = f'country "{self.country}" has no known holidays; write GB'
                raise ValueError(why) from None
            if self.subdivision and self.subdivision not in subdivisions:
                write = f"write one of {', '.join(subdivisions)}"
                raise ValueError(f'"{self.subdivision}" is not a part of {self.country}; {write}')
        return self


AS_THE_DRUG_FILE = "drug file"


class Pharmacy(FileModel):
    """What the pharmacy stocks and how it prepares; what is left empty is not stated.

    ``products`` names those of a drug that are stocked. ``share_vials`` says how long an opened
    vial may serve the next dose: a length of time, or "drug file" for the one that the drug file
    states with its source. ``dose_bands`` names the tables of ``bands/`` by which doses are banded.
    """

    products: dict[str, list[str]] = Field(default_factory=dict)
    share_vials: dict[str, str] = Field(default_factory=dict)
    dose_bands: list[str] = Field(default_factory=no_entries)

    @field_validator("share_vials")
    @classmethod
    def _lengths_read(cls, shared: dict[str, str]) -> dict[str, str]:
        for drug, text in shared.items():
            if text != AS_THE_DRUG_FILE:
                try:
                    duration(text, drug)
                except InputError as error:
                    raise ValueError(f"{error}, or {AS_THE_DRUG_FILE}") from None
        return shared


Point = Literal["before preparing", "after preparing", "before giving", "at the chair"]
POINTS: tuple[Point, ...] = get_args(Point)


class Verify(FileModel):
    """At which points each dose is looked at again, in their order, each by another person.

    At the ``blind`` one weight, height and dose are entered anew by somebody who does not see them.
    """

    points: list[Point] = Field(default_factory=no_entries)
    blind: Point | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Verify:
        if self.points != [point for point in POINTS if point in self.points]:
            raise ValueError(f"write the points once and in this order: {', '.join(POINTS)}")
        if self.blind is not None and self.blind not in self.points:
            raise ValueError(f'"{self.blind}" is not among the points')
        return self


class SiteSurface(FileModel):
    """The formula of the body surface that a hospital decided on; its source is written out."""

    formula: str
    source: Words

    @field_validator("formula")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in BSA:
            raise ValueError(f'"{name[:_SHOWN]}" is none of {", ".join(BSA)}')
        return name

    @property
    def words(self) -> str:
        """Return which formula it is and whose: Mosteller, by this site: our policy."""
        return f"{BSA[self.formula].title}, by this site: {self.source}"

    def as_finding(self) -> Finding:
        """Return that a surface goes by it, where nobody chose a formula."""
        text = f"Surface by {self.words}. Nobody chose a formula for this dose."
        return note("surface.of_the_site", text, Source(cite=self.source, place="site.yaml"))


class Site(FileModel):
    """What the hospital decided once for all plans. There are no defaults behind it.

    Without ``closed`` it is always open; without ``weight_valid_days`` it has no rule on how old
    a weight may be. ``dosing_weight`` holds the formula by drug, ``call`` whom a patient calls,
    ``address`` where people reach the program, if they do from other machines than its own.
    ``surface_formula`` is for a dose without a regimen, where nobody chooses one; ``capacity`` is
    what schedules are proposed for. Both are no part of a plan.
    """

    name: str
    call: str = ""
    address: str = ""
    zone: str
    jurisdiction: list[Jurisdiction] = Field(default_factory=no_entries)
    times: dict[str, str] = Field(min_length=1)
    rounding_tolerance_percent: float = Field(gt=0, le=100)
    calendar: CalendarChoice
    closed: ClosedDays = Field(default_factory=lambda: ClosedDays(rule="stay"))
    weight_valid_days: int | None = Field(default=None, ge=1)
    pharmacy: Pharmacy = Field(default_factory=Pharmacy)
    dosing_weight: dict[str, SiteWeight] = Field(default_factory=dict)
    verify: Verify = Field(default_factory=Verify)
    surface_formula: SiteSurface | None = Field(default=None, exclude=True)
    capacity: Capacity | None = Field(default=None, exclude=True)

    @model_serializer(mode="wrap")
    def _as_decided(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what was not decided: a plan of an earlier version keeps its hash."""
        written: dict[str, Any] = handler(self)
        if not self.dosing_weight:
            written.pop("dosing_weight", None)
        if not self.verify.points:
            written.pop("verify", None)
        for name in ("call", "address"):
            if not written[name]:
                written.pop(name)
        return written

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        if not _is_zone(name):
            raise ValueError(f'"{name[:_SHOWN]}" is not a time zone; write Europe/London')
        return name

    @field_validator("address")
    @classmethod
    def _is_address(cls, text: str) -> str:
        if not _ADDRESS.fullmatch(text):
            accepted = "write https://posology.hospital.example, with nothing after the host"
            raise ValueError(f'"{text[:_SHOWN]}" is not the address of a program; {accepted}')
        return text

    @field_validator("times")
    @classmethod
    def _times_read(cls, times: dict[str, str]) -> dict[str, str]:
        for text in times.values():
            read_clock(text)
        return times


def read_clock(text: str) -> dt.time:
    """Read a clock time such as 09:00.

    Raises:
        ValueError: if it is not hours and minutes of a 24-hour clock.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text[:_SHOWN]}" is not a clock time; write 09:00')
    return dt.time(int(match[1]), int(match[2]))


def read_zone(name: str, field: str = "zone") -> ZoneInfo:
    """Read the name of a time zone.

    Raises:
        InputError: if there is no such zone.
    """
    if not isinstance(name, str) or not _is_zone(name):
        refuse(field, text_of(name), why="is not a time zone", write="a name such as Europe/London")
    return ZoneInfo(name)
