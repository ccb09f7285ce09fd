"""A drug as its file states it: names, products, limits. The file format is these models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from dosing.errors import InputError
from dosing.files import FileModel as FileModel
from dosing.files import KnowledgeFile
from dosing.proposal import Proposal
from dosing.trace import Level, Source
from dosing.units import Quantity, Unit, in_unit, parts, plain, read, same_kind, spelling


def _reader(kind: str) -> PlainValidator:
    """Read a text through the one reader of its kind; what is wrong is said in its words."""

    def read_text(text: object) -> Quantity:
        try:
            return read(kind, text)
        except InputError as error:
            raise ValueError("; ".join(map(str, error.problems))) from None

    return PlainValidator(read_text, json_schema_input_type=str)


_WRITTEN = PlainSerializer(plain, return_type=str)

Amount = Annotated[Quantity, _reader("amount"), _WRITTEN]
DoseValue = Annotated[Quantity, _reader("dose"), _WRITTEN]
Duration = Annotated[Quantity, _reader("duration"), _WRITTEN]
Concentration = Annotated[Quantity, _reader("concentration"), _WRITTEN]


Jurisdiction = Literal["", "US", "EU", "UK", "AU", "CA-ON"]


class SourceEntry(FileModel):
    """Where figures are from. ``confirmed`` means that the figure was seen in the cited source."""

    cite: str = Field(min_length=1)
    says: str = ""
    place: str = ""
    link: str = ""
    confirmed: bool

    def as_source(self) -> Source:
        """Give it as it travels with a number."""
        return Source(cite=self.cite, place=self.place, link=self.link, confirmed=self.confirmed)


class Bounds(FileModel):
    """A lowest and a highest value; one of them may be left out."""

    low: DoseValue | None = None
    high: DoseValue | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        if self.low is None and self.high is None:
            raise ValueError("needs low, high or both")
        if self.low is not None and self.high is not None:
            if not same_kind(self.low, self.high):
                raise ValueError(
                    f"low {plain(self.low)} and high {plain(self.high)} differ in kind"
                )
            if in_unit(self.low, self.high.units, "low") > self.high.magnitude:
                raise ValueError(f"low {plain(self.low)} is above high {plain(self.high)}")
        return self

    @property
    def any_bound(self) -> Quantity:
        """Give whichever bound is there, to know the unit."""
        bound = self.low if self.low is not None else self.high
        assert bound is not None  # noqa: S101 - the validator above saw to it
        return bound


class Limit(FileModel):
    """How much of a drug is noted (NOTE), usual (outside: WARN) and possible (outside: STOP).

    A limit in mg/kg, mg/m2 and the like holds for the rate; one in mg or g for the absolute amount.
    """

    per: Literal["dose", "day", "cycle", "course", "lifetime"]
    routes: list[str] = Field(default_factory=list)
    note: Bounds | None = None
    usual: Bounds | None = None
    hard: Bounds | None = None
    source: str

    @property
    def levels(self) -> list[tuple[Level, str, Bounds]]:
        """Give the stated bounds with their level and word, the gravest first."""
        stated: list[tuple[Level, str, Bounds | None]] = [
            ("STOP", "hard limit", self.hard),
            ("WARN", "usual dose", self.usual),
            ("NOTE", "level to note", self.note),
        ]
        return [(level, word, bounds) for level, word, bounds in stated if bounds is not None]

    @property
    def unit(self) -> Unit:
        """Give the unit in which it is stated."""
        return self.levels[0][2].any_bound.units

    @model_validator(mode="after")
    def _one_kind(self) -> Limit:
        if not self.levels:
            raise ValueError("a limit needs note, usual or hard")
        if any(not same_kind(self.unit, bounds.any_bound.units) for _, _, bounds in self.levels):
            raise ValueError("note, usual and hard differ in kind")
        if parts(self.unit).per_day:
            raise ValueError(f'write {spelling(self.unit).removesuffix("/day")} and "per: day"')
        if self.usual is not None and self.hard is not None:
            self._usual_inside_hard(self.usual, self.hard)
        return self

    @staticmethod
    def _usual_inside_hard(usual: Bounds, hard: Bounds) -> None:
        if usual.low is not None and hard.low is not None:
            if in_unit(hard.low, usual.low.units, "low") > usual.low.magnitude:
                raise ValueError("hard low is above usual low")
        if usual.high is not None and hard.high is not None:
            if in_unit(hard.high, usual.high.units, "high") < usual.high.magnitude:
                raise ValueError("hard high is below usual high")


class Opened(FileModel):
    """How long an opened vial may serve the next dose."""

    within: Duration
    source: str


class Product(FileModel):
    """A form in which the drug comes: whole vials or tablets of stated strengths."""

    name: str
    form: Literal["vial", "tablet", "capsule", "ampoule", "bottle"]
    routes: list[str] = Field(min_length=1)
    strengths: list[Amount] = Field(min_length=1)
    scored: bool = False
    concentration: Concentration | None = None
    jurisdiction: Jurisdiction = ""
    opened: Opened | None = None
    source: str


class Alert(FileModel):
    """What has to be said when the drug meets a disease or another drug."""

    meets: list[str] = Field(min_length=1)
    level: Level
    text: str = Field(min_length=1)
    source: str

    def holds_for(self, words: Iterable[str]) -> bool:
        """Tell whether one of the patient's diseases or drugs is one that it names."""
        said = [word.casefold() for word in words]
        return any(name.casefold() in word for name in self.meets for word in said)


class Spacing(FileModel):
    """What must not stand near a dose: a procedure or another drug, by its name or id.

    ``after`` holds for what ends after the dose begins, up to so many days later (0 is the same
    day); ``either`` for both sides.
    """

    meets: str = Field(min_length=1)
    order: Literal["after", "either"]
    days: int = Field(ge=0)
    level: Level
    text: str = Field(min_length=1)
    source: str


class Drug(KnowledgeFile):
    """One drug: its names and products, its limits, alerts, adjustments and spacing."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    also: list[str] = Field(default_factory=list)
    about: str = ""
    version: int = Field(ge=1)
    sources: dict[str, SourceEntry]
    products: list[Product] = Field(default_factory=list)
    limits: list[Limit] = Field(min_length=1)
    alerts: list[Alert] = Field(default_factory=list)
    adjustments: list[Proposal] = Field(default_factory=list)
    spacing: list[Spacing] = Field(default_factory=list)

    @model_validator(mode="after")
    def _sources_exist(self) -> Drug:
        named = [(f"limits {n}", limit.source) for n, limit in enumerate(self.limits, 1)]
        named += [(f"products {n}", product.source) for n, product in enumerate(self.products, 1)]
        named += [
            (f"products {n}, opened", product.opened.source)
            for n, product in enumerate(self.products, 1)
            if product.opened is not None
        ]
        named += [(f"alerts {n}", alert.source) for n, alert in enumerate(self.alerts, 1)]
        named += [(f"adjustments {n}", p.source) for n, p in enumerate(self.adjustments, 1)]
        named += [(f"spacing {n}", rule.source) for n, rule in enumerate(self.spacing, 1)]
        problems = [
            f"{at}: no source named {name!r}" for at, name in named if name not in self.sources
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def limits_for(self, route: str) -> list[Limit]:
        """Give the limits that hold for a route."""
        return [limit for limit in self.limits if not limit.routes or route in limit.routes]

    def source(self, name: str) -> Source:
        """Give a source by its name in the file."""
        return self.sources[name].as_source()
