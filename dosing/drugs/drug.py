"""A drug as its file states it: names, products, limits, rates. The file format is these models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator

from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.file_model import (
    Amount,
    Concentration,
    DoseValue,
    Duration,
    FileModel,
    KnowledgeFile,
    must_not_fall,
)
from dosing.drugs.rate_ladder import Chair, Dilution, RateLadder
from dosing.trace import Level, Source
from dosing.units import (
    ML,
    Quantity,
    Unit,
    in_unit,
    parts,
    rate_parts,
    same_kind,
    spelling,
)

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
        must_not_fall(self.low, self.high)
        return self

    @property
    def any_bound(self) -> Quantity:
        """Give whichever bound is there, to know the unit."""
        return next(bound for bound in (self.low, self.high) if bound is not None)


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
    adjustments: list[ProposedAdjustment] = Field(default_factory=list)
    spacing: list[Spacing] = Field(default_factory=list)
    dilutions: list[Dilution] = Field(default_factory=list)
    ladders: list[RateLadder] = Field(default_factory=list)
    chair: list[Chair] = Field(default_factory=list)

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
        named += [(f"dilutions {n}", part.source) for n, part in enumerate(self.dilutions, 1)]
        named += [
            (f"ladders {n}", at) for n, lad in enumerate(self.ladders, 1) for at in lad.sources
        ]
        named += [(f"chair {n}", part.source) for n, part in enumerate(self.chair, 1)]
        problems = [
            f"{at}: no source named {name!r}" for at, name in named if name not in self.sources
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _ladders_fit(self) -> Drug:
        problems = []
        ids = [ladder.id for ladder in self.ladders]
        products = {product.name: product for product in self.products}
        for ladder in self.ladders:
            if ids.count(ladder.id) > 1:
                problems.append(f'ladder "{ladder.id}" is there twice')
            if ladder.rates and not self._measured_as(ladder.rates[0]):
                problems.append(f'ladder "{ladder.id}": no product is measured as its rates are')
            known = products[ladder.product].concentration if ladder.product in products else None
            if known is not None and ladder.concentration is not None:
                problems.append(f'ladder "{ladder.id}": the product states its concentration')
        problems += [
            f'dilution: no product or ladder names "{dilution.product}"'
            for dilution in self.dilutions
            if dilution.product not in {*products, *(ladder.product for ladder in self.ladders)}
        ]
        stays = [route for part in self.chair for route in part.routes]
        problems += [
            f'chair: route "{route}" comes twice'
            for route in dict.fromkeys(stays)
            if stays.count(route) > 1
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _measured_as(self, rate: Quantity) -> bool:
        """Tell whether a rate is of fluid, or of what the products are measured in."""
        amount = rate_parts(rate.units).amount
        strengths = [strength for product in self.products for strength in product.strengths]
        return amount == ML or any(same_kind(strength, amount) for strength in strengths)

    def chair_for(self, route: str) -> Chair | None:
        """Give how long a person stays before and after an infusion by a route, if it is stated."""
        return next((part for part in self.chair if route in part.routes), None)

    def ladder(self, name: str) -> RateLadder:
        """Give a rate ladder by its id."""
        return next(ladder for ladder in self.ladders if ladder.id == name)

    def concentration_for(self, ladder: RateLadder) -> Quantity | None:
        """Give the concentration of the product that a ladder is for, where the file states it."""
        if ladder.concentration is not None:
            return ladder.concentration
        stated = [p.concentration for p in self.products if p.name == ladder.product]
        return stated[0] if stated else None

    def dilution_for(self, ladder: RateLadder) -> Dilution | None:
        """Give how the product that a ladder is for may be diluted, where the file states it."""
        return next((part for part in self.dilutions if part.product == ladder.product), None)

    def limits_for(self, route: str) -> list[Limit]:
        """Give the limits that hold for a route."""
        return [limit for limit in self.limits if not limit.routes or route in limit.routes]

    def source(self, name: str) -> Source:
        """Give a source by its name in the file."""
        return self.sources[name].as_source()


SOLID = ("tablet", "capsule")
