"""A drug as its file states it: names, products, limits, rates. These models are the format."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

from pydantic import Field, model_validator

from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.file_model import FileModel, MisplacedError, Words, no_entries
from dosing.drugs.file_quantities import Amount, Concentration, DoseValue, Duration, must_not_fall
from dosing.drugs.rate_ladder import Chair, Dilution, RateLadder
from dosing.drugs.safety import SEE_ADJUSTMENTS, Question, Safety
from dosing.drugs.weight_rule import WeightRule
from dosing.names import Jurisdiction
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

# What it means to lie outside each pair of bounds of a limit, the gravest first.
LIMIT_LEVELS: dict[str, tuple[Level, str]] = {
    "hard": ("STOP", "hard limit"),
    "usual": ("WARN", "usual dose"),
    "note": ("NOTE", "level to note"),
}


class SourceEntry(FileModel):
    """Where figures are from. ``confirmed`` means that the figure was seen in the cited source."""

    cite: Words
    says: str = ""
    place: str = ""
    link: str = ""
    confirmed: bool

    def as_source(self) -> Source:
        """Return it as it travels with a number."""
        return _source(self.cite, self.place, self.link, self.confirmed)


@functools.lru_cache(maxsize=1 << 14)
def _source(cite: str, place: str, link: str, confirmed: bool) -> Source:
    """Return a source, one for all the numbers that are from it."""
    return Source(cite=cite, place=place, link=link, confirmed=confirmed)


def _exceeds(value: Quantity | None, limit: Quantity | None) -> bool:
    """Return whether a value lies above a limit, where both are stated."""
    if value is None or limit is None:
        return False
    return bool(in_unit(value, limit.units, "value") > limit.magnitude)


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
        """Return whichever bound is stated, for its unit."""
        return next(bound for bound in (self.low, self.high) if bound is not None)


class Limit(FileModel):
    """How much of a drug is usual (outside: WARN), possible (outside: STOP) and noted (NOTE).

    A limit in mg/kg, mg/m2 and the like holds for the rate, one in mg or g for the amount itself.
    """

    per: Literal["dose", "day", "cycle", "course", "lifetime"]
    routes: list[Words] = Field(default_factory=no_entries)
    note: Bounds | None = None
    usual: Bounds | None = None
    hard: Bounds | None = None
    source: str

    @property
    def levels(self) -> list[tuple[Level, str, Bounds]]:
        """Return the stated bounds with their level and word, the gravest first."""
        return [
            (level, word, bounds)
            for key, (level, word) in LIMIT_LEVELS.items()
            if (bounds := getattr(self, key)) is not None
        ]

    @property
    def unit(self) -> Unit:
        """Return the unit in which it is stated."""
        stated = (self.hard, self.usual, self.note)
        return next(bounds for bounds in stated if bounds is not None).any_bound.units

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
        if _exceeds(hard.low, usual.low):
            raise ValueError("hard low is above usual low")
        if _exceeds(usual.high, hard.high):
            raise ValueError("hard high is below usual high")


class Opened(FileModel):
    """How long an opened vial may serve the next dose."""

    within: Duration
    source: str


class Product(FileModel):
    """A form in which the drug is supplied: whole vials or tablets of stated strengths.

    One that is counted only ``if_named`` is of another make than the rest, such as the 5 % among
    the immunoglobulins of 10 %: packs are counted with it where the site's pharmacy names it.
    A bottle to take from by mouth is counted where it states what it ``holds``.
    """

    name: Words
    form: Literal["vial", "tablet", "capsule", "ampoule", "bottle"]
    routes: list[Words] = Field(min_length=1)
    strengths: list[Amount] = Field(min_length=1)
    scored: bool = False
    concentration: Concentration | None = None
    holds: Amount | None = None
    jurisdiction: Jurisdiction = ""
    opened: Opened | None = None
    if_named: bool = False
    source: str

    @property
    def solid(self) -> bool:
        """Return whether it is given in whole pieces: tablets or capsules."""
        return self.form in {"tablet", "capsule"}

    @property
    def content(self) -> Quantity:
        """Return how much of the drug a bottle holds; its strength where it states no volume."""
        if self.holds is None or self.concentration is None:
            return self.strengths[0]
        held: Quantity = self.holds * self.concentration
        return held

    @model_validator(mode="after")
    def _of_a_bottle(self) -> Product:
        if self.holds is not None and (self.form != "bottle" or self.concentration is None):
            raise MisplacedError((("holds",), "is for a bottle that states its concentration"))
        return self


class Spacing(FileModel):
    """What must not come near a dose: a procedure or another drug, by its name or id.

    ``after`` holds for what ends after the dose begins, up to this many days later (0 is the same
    day); ``either`` for both sides.
    """

    meets: Words
    order: Literal["after", "either"]
    days: int = Field(ge=0)
    level: Level
    text: Words
    source: str


class Drug(FileModel):
    """One drug: its names and products, its limits, adjustments, spacing and answers."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: Words
    also: list[Words] = Field(default_factory=no_entries)
    about: str = ""
    version: int = Field(ge=1)
    sources: dict[str, SourceEntry]
    products: list[Product] = Field(default_factory=no_entries)
    limits: list[Limit] = Field(min_length=1)
    adjustments: list[ProposedAdjustment] = Field(default_factory=no_entries)
    spacing: list[Spacing] = Field(default_factory=no_entries)
    dosing_weight: list[WeightRule] = Field(default_factory=no_entries)
    safety: Safety = Field(default_factory=Safety)
    dilutions: list[Dilution] = Field(default_factory=no_entries)
    ladders: list[RateLadder] = Field(default_factory=no_entries)
    chair: list[Chair] = Field(default_factory=no_entries)

    @model_validator(mode="after")
    def _sources_exist(self) -> Drug:
        problems = [
            f"{place}: no source named {name!r}"
            for place, name in self._sources_named()
            if name not in self.sources
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _sources_named(self) -> Iterator[tuple[str, str]]:
        """Find every place that names a source, and the name."""
        for number, limit in enumerate(self.limits, 1):
            yield f"limits {number}", limit.source
        for number, product in enumerate(self.products, 1):
            yield f"products {number}", product.source
            if product.opened is not None:
                yield f"products {number}, opened", product.opened.source
        for key in ("adjustments", "spacing", "dosing_weight", "dilutions"):
            for number, part in enumerate(getattr(self, key), 1):
                yield f"{key} {number}", part.source
        yield from self.safety.sources_named()
        for number, ladder in enumerate(self.ladders, 1):
            for name in ladder.sources:
                yield f"ladders {number}", name
        for number, stay in enumerate(self.chair, 1):
            yield f"chair {number}", stay.source

    @model_validator(mode="after")
    def _adjustments_stand_where_they_are_named(self) -> Drug:
        asked = {adjustment.question for adjustment in self.adjustments}
        for question in get_args(Question):
            named = getattr(self.safety, question) == SEE_ADJUSTMENTS
            if named and question not in asked:
                raise ValueError(f"safety {question}: no adjustment answers it")
        return self

    @model_validator(mode="after")
    def _one_weight_for_a_place(self) -> Drug:
        taken: set[tuple[str, str]] = set()
        for rule in self.dosing_weight:
            for route in rule.routes or [""]:
                if (rule.jurisdiction, route) in taken:
                    raise ValueError(f"dosing_weight: {rule.jurisdiction} appears twice")
                taken.add((rule.jurisdiction, route))
        return self

    @model_validator(mode="after")
    def _ladders_fit(self) -> Drug:
        problems = [*self._ladder_problems(), *self._chair_problems()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _ladder_problems(self) -> Iterator[str]:
        for what, names in (
            ("product", [product.name for product in self.products]),
            ("ladder", [ladder.id for ladder in self.ladders]),
        ):
            for name in dict.fromkeys(names):
                if names.count(name) > 1:
                    yield f'{what} "{name}" appears twice'
        concentrations = {product.name: product.concentration for product in self.products}
        for ladder in self.ladders:
            if ladder.rates and not self._measured_as(ladder.rates[0]):
                yield f'ladder "{ladder.id}": no product is measured as its rates are'
            if None not in (ladder.concentration, concentrations.get(ladder.product)):
                yield f'ladder "{ladder.id}": the product states its concentration'
        diluted = {*concentrations, *(ladder.product for ladder in self.ladders)}
        for dilution in self.dilutions:
            if dilution.product not in diluted:
                yield f'dilution: no product or ladder names "{dilution.product}"'

    def _chair_problems(self) -> Iterator[str]:
        routes = [route for stay in self.chair for route in stay.routes]
        for route in dict.fromkeys(routes):
            if routes.count(route) > 1:
                yield f'chair: route "{route}" appears twice'

    def _measured_as(self, rate: Quantity) -> bool:
        """Return whether a rate is one of fluid, or of what the products are measured in."""
        amount = rate_parts(rate.units).amount
        strengths = [strength for product in self.products for strength in product.strengths]
        return amount == ML or any(same_kind(strength, amount) for strength in strengths)

    def chair_for(self, route: str) -> Chair | None:
        """Return how long a person stays around an infusion by a route, if it is stated."""
        return next((part for part in self.chair if route in part.routes), None)

    def ladder(self, name: str) -> RateLadder:
        """Return a rate ladder by its id."""
        return next(ladder for ladder in self.ladders if ladder.id == name)

    def concentration_for(self, ladder: RateLadder) -> Quantity | None:
        """Return the concentration of the product that a ladder is for, if it is stated."""
        if ladder.concentration is not None:
            return ladder.concentration
        return next((p.concentration for p in self.products if p.name == ladder.product), None)

    def dilution_for(self, ladder: RateLadder) -> Dilution | None:
        """Return how the product that a ladder is for may be diluted, if it is stated."""
        return next((part for part in self.dilutions if part.product == ladder.product), None)

    @property
    def routes(self) -> list[str]:
        """Return the routes of its products and its limits, each once."""
        named = [product.routes for product in self.products]
        named += [limit.routes for limit in self.limits]
        return list(dict.fromkeys(route for routes in named for route in routes))

    @property
    def answers_about_the_kidney(self) -> bool:
        """Whether an answer or an adjustment of the file is about the kidney."""
        return bool(self.safety.answers("kidney")) or any(
            adjustment.question == "kidney" for adjustment in self.adjustments
        )

    def limits_for(self, route: str) -> list[Limit]:
        """Return the limits that hold for a route."""
        return [limit for limit in self.limits if not limit.routes or route in limit.routes]

    def source(self, name: str) -> Source:
        """Return a source by its name in the file."""
        return self.sources[name].as_source()


class DrugLadder(NamedTuple):
    """A rate ladder with the drug whose file holds it: its limits and its dilution go with it."""

    drug: Drug
    ladder: RateLadder
