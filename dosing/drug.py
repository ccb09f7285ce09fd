"""A drug as its file states it: names, products, limits, rates. The file format is these models."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from dosing.errors import InputError
from dosing.files import FileModel as FileModel
from dosing.files import KnowledgeFile
from dosing.proposal import Proposal
from dosing.trace import Level, Source
from dosing.units import (
    ML,
    Quantity,
    Unit,
    in_unit,
    parts,
    plain,
    rate_parts,
    read,
    same_kind,
    spelling,
)


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
InfusionRate = Annotated[Quantity, _reader("infusion rate"), _WRITTEN]

_WHOLE = 100


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


def _must_not_fall(low: Quantity | None, high: Quantity | None) -> None:
    """Refuse a low above its high, or one of another kind; either may be open."""
    if low is None or high is None:
        return
    if not same_kind(low, high):
        raise ValueError(f"low {plain(low)} and high {plain(high)} differ in kind")
    if in_unit(low, high.units, "low") > high.magnitude:
        raise ValueError(f"low {plain(low)} is above high {plain(high)}")


class Bounds(FileModel):
    """A lowest and a highest value; one of them may be left out."""

    low: DoseValue | None = None
    high: DoseValue | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        if self.low is None and self.high is None:
            raise ValueError("needs low, high or both")
        _must_not_fall(self.low, self.high)
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


class Dilution(FileModel):
    """In what a product may be diluted, and how weak and how strong the bag may be."""

    product: str
    diluents: list[str] = Field(default_factory=list)
    low: Concentration | None = None
    high: Concentration | None = None
    source: str

    @model_validator(mode="after")
    def _ordered(self) -> Dilution:
        if not self.diluents and self.low is None and self.high is None:
            raise ValueError("a dilution needs diluents, low or high")
        _must_not_fall(self.low, self.high)
        return self


class RateStep(FileModel):
    """One step of a rate ladder: a rate, or a share of the bag, and how long it is held.

    The last step need not say how long: it is held until the bag is empty.
    """

    rate: InfusionRate | None = None
    percent: int | None = Field(default=None, ge=1, le=_WHOLE)
    hold: Duration | None = None

    @model_validator(mode="after")
    def _one_form(self) -> RateStep:
        if (self.rate is None) == (self.percent is None):
            raise ValueError("a step has a rate, or a percent of the bag")
        if self.percent is not None and self.hold is None:
            raise ValueError("a percent of the bag needs hold, the time in which it runs in")
        return self


class Most(FileModel):
    """The highest rate that a source allows."""

    rate: InfusionRate
    source: str


class Reaction(FileModel):
    """At what share of its rate an infusion begins again after a reaction has passed."""

    resume_percent: int = Field(ge=1, le=_WHOLE)
    source: str


class RateLadder(FileModel):
    """How fast a product runs in: steps that rise, one length of time, or bounds alone.

    Rates stand in the label's own unit. ``over`` is the length of the whole infusion, ``least`` and
    ``longest`` are the shortest and longest that the source allows. A ladder whose last step says
    how long it is held is open: a person states how it goes on, up to ``most``.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    infusion: Literal["first", "later", "any"]
    product: str = ""
    routes: list[str] = Field(min_length=1)
    dose: Amount | None = None
    only_if: str = ""
    steps: list[RateStep] = Field(default_factory=list)
    over: Duration | None = None
    least: Duration | None = None
    longest: Duration | None = None
    most: Most | None = None
    reaction: Reaction | None = None
    concentration: Concentration | None = None
    source: str

    @property
    def rates(self) -> list[Quantity]:
        """Give the rates of its steps and its highest rate."""
        stated = [step.rate for step in self.steps if step.rate is not None]
        return stated + ([self.most.rate] if self.most else [])

    @property
    def sources(self) -> list[str]:
        """Name every source that it leans on."""
        parts_with_source = [part for part in (self.most, self.reaction) if part is not None]
        return [self.source, *(part.source for part in parts_with_source)]

    def is_for(self, dose: Quantity) -> bool:
        """Tell whether it may be followed for a dose: some ladders are for one dose alone."""
        if self.dose is None:
            return True
        same = same_kind(self.dose, dose)
        return same and in_unit(dose, self.dose.units, "dose") == self.dose.magnitude

    @property
    def open_end(self) -> bool:
        """Tell whether a person has to state how it goes on after its last step, or at all."""
        if not self.steps:
            return self.over is None
        return self.steps[-1].hold is not None and self.steps[-1].percent is None

    @model_validator(mode="after")
    def _says_something(self) -> RateLadder:
        if not (self.steps or self.over or self.least or self.longest or self.most):
            raise ValueError("a ladder needs steps, over, least, longest or most")
        if self.steps and self.over is not None:
            raise ValueError("a ladder has steps or over, not both")
        times = [time for time in (self.least, self.over, self.longest) if time is not None]
        for shorter, longer in pairwise(times):
            if in_unit(shorter, longer.units, "time") > longer.magnitude:
                raise ValueError(f"{plain(shorter)} is longer than {plain(longer)}")
        return self

    @model_validator(mode="after")
    def _rising(self) -> RateLadder:
        if any(step.hold is None for step in self.steps[:-1]):
            raise ValueError("each step but the last needs hold, how long it is held")
        shares = [step.percent for step in self.steps if step.percent is not None]
        if shares and (len(shares) != len(self.steps) or sum(shares) != _WHOLE):
            raise ValueError("steps by percent of the bag are all so, and add up to 100")
        if any(not same_kind(self.rates[0], rate) for rate in self.rates):
            raise ValueError("the rates of a ladder differ in kind")
        for lower, higher in pairwise(step.rate for step in self.steps):
            if lower is not None and higher is not None:
                if in_unit(lower, higher.units, "rate") >= higher.magnitude:
                    raise ValueError(f"{plain(higher)} does not rise above {plain(lower)}")
        for rate in self.rates:
            if self.most and in_unit(rate, self.most.rate.units, "rate") > self.most.rate.magnitude:
                raise ValueError(f"{plain(rate)} is above the most, {plain(self.most.rate)}")
        return self


class Chair(FileModel):
    """How long a person stays before and after an infusion, besides the infusion itself."""

    routes: list[str] = Field(min_length=1)
    before: Duration | None = None
    after: Duration | None = None
    source: str

    @model_validator(mode="after")
    def _one_of_them(self) -> Chair:
        if self.before is None and self.after is None:
            raise ValueError("a chair time needs before, after or both")
        return self


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
        named += [(f"ladders {n}", at) for n, lad in enumerate(self.ladders, 1)
                  for at in lad.sources]  # fmt: skip
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
