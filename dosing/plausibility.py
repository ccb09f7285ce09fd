"""The numbers that somebody decided, as ``plausibility.toml`` states them, each with its source.

The file is read once, at import. These models are its format: a word that they do not know, a
source that is missing or a low above its high is refused, because a misspelt bound would otherwise
be no bound.
"""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from dosing.errors import KnowledgeError
from dosing.trace import Source
from dosing.units import Quantity, plain, read

T = TypeVar("T")

_FILE = Path(__file__).with_name("plausibility.toml")
_STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)
# The steps and the pages say "equals prednisolone 5 mg".
_PREDNISOLONE_MG = 5
_IN_PLAIN_WORDS = {"extra_forbidden": "is not a word that is known here", "missing": "is missing"}


class CitedSource(BaseModel):
    """A source as the head of the file states it: whether it is confirmed is never left open."""

    model_config = _STRICT

    cite: str = Field(min_length=1)
    place: str = ""
    link: str = ""
    confirmed: bool

    def as_source(self) -> Source:
        """Return it as it travels with a number."""
        return Source(cite=self.cite, place=self.place, link=self.link, confirmed=self.confirmed)


class CitedSources(BaseModel):
    """The head of the file: the sources that its tables name."""

    sources: dict[str, CitedSource]

    def by_name(self) -> dict[str, Source]:
        """Return the sources as they travel with a number."""
        return {name: one.as_source() for name, one in self.sources.items()}


def _by_name(name: object, info: ValidationInfo) -> Source:
    sources: dict[str, Source] = info.context or {}
    if not isinstance(name, str) or name not in sources:
        raise ValueError(f'no source is named "{name}"')
    return sources[name]


def _in_small_letters(word: str) -> str:
    # A disease is compared in small letters: another word would never be found.
    if not word.strip() or word != word.casefold():
        raise ValueError(f'"{word}" is not a word in small letters')
    return word


def _measured(kind: str) -> PlainValidator:
    return PlainValidator(functools.partial(read, kind))


_Weight = Annotated[Quantity, _measured("weight")]
_Height = Annotated[Quantity, _measured("height")]
_Age = Annotated[Quantity, _measured("age")]
_Surface = Annotated[Quantity, _measured("surface")]
_Creatinine = Annotated[Quantity, _measured("creatinine")]
_Clearance = Annotated[Quantity, _measured("clearance")]
_Amount = Annotated[Quantity, _measured("amount")]
_Word = Annotated[str, AfterValidator(_in_small_letters)]


class Decided(BaseModel):
    """A table of the file: what somebody decided, and where that is from."""

    model_config = _STRICT

    source: Annotated[Source, PlainValidator(_by_name)]


class Between(BaseModel, Generic[T]):
    """From ``low`` to ``high``, both included."""

    model_config = _STRICT

    low: T
    high: T

    @model_validator(mode="after")
    def _in_order(self) -> Between[T]:
        _refuse_reversed(self.low, self.high)
        return self


def _refuse_reversed(low: Any, high: Any) -> None:
    if low > high:
        raise ValueError(f"low {_written(low)} is above high {_written(high)}")


def _written(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) else plain(value)


class Possible(Decided):
    """What somebody can measure at all."""

    weight: Between[_Weight]
    height: Between[_Height]
    age: Between[_Age]
    surface: Between[_Surface]
    creatinine: Between[_Creatinine]
    clearance: Between[_Clearance]
    most_of_a_dose: list[_Amount] = Field(min_length=1)


class Usual(Decided):
    """What is measured so seldom that it is asked about; small sizes only of adults."""

    weight: Between[_Weight]
    height: Between[_Height]
    age: Between[_Age]
    surface: Between[_Surface]
    adults_are_from: _Age
    adult_weight_from: _Weight
    adult_height_from: _Height


class EquationsOfAdults(Decided):
    """Below which size and age an equation that was made for adults goes wrong."""

    stop_below_height: _Height
    stop_below_age: _Age


class BodyMassIndex(Decided):
    """Sizes in kg/m2: outside possible nobody is, outside not rare few are, within common most."""

    possible: Between[PositiveFloat]
    not_rare: Between[PositiveFloat]
    common: Between[PositiveFloat]
    rare_in_children_above: PositiveFloat
    children_are_below: _Age

    @model_validator(mode="after")
    def _one_within_the_other(self) -> BodyMassIndex:
        for inner, outer, words in (
            (self.common, self.not_rare, "common lies outside not_rare"),
            (self.not_rare, self.possible, "not_rare lies outside possible"),
        ):
            if inner.low < outer.low or inner.high > outer.high:
                raise ValueError(words)
        return self


class NearAnEdge(Decided):
    """How near to an edge of a dose table a result is named, in percent of the edge."""

    within_percent: PositiveFloat


class AdjustedWeightShare(Decided):
    """The share of the excess weight that counts, where nobody states another."""

    usual_fraction: float = Field(gt=0, lt=1)


class ShareOfDose(Decided):
    """The greatest share of the standard dose, in percent."""

    greatest_percent: PositiveInt


class TotalAsOneDose(Decided):
    """How near to the total of a course a dose is that total, in percent of it."""

    within_percent: PositiveFloat


class Drops(Decided):
    """How many drops a minute somebody can count by eye."""

    countable_per_minute: PositiveInt


class AfterAReaction(Decided):
    """The percentage of its rate at which an infusion goes on after a reaction."""

    resume_percent: int = Field(gt=0, le=100)


class Farthest(Decided):
    """How many days something is looked for, or moved, at most."""

    farthest_days: PositiveInt


class Dates(Decided):
    """The first and the last day that can be planned with."""

    low: dt.date
    high: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Dates:
        _refuse_reversed(self.low, self.high)
        return self


class WastedMuscle(Decided):
    """Parts of the names of diseases in which creatinine reads kidney function too high."""

    words: list[_Word] = Field(min_length=1)


class Equivalent(Decided):
    """How many mg of one corticosteroid equal 5 mg of prednisolone, and who says so."""

    mg: PositiveFloat


class Plausibility(CitedSources):
    """The whole file."""

    model_config = _STRICT

    possible: Possible
    usual: Usual
    equations_of_adults: EquationsOfAdults
    body_mass_index: BodyMassIndex
    near_an_edge: NearAnEdge
    adjusted_weight: AdjustedWeightShare
    share_of_dose: ShareOfDose
    total_as_one_dose: TotalAsOneDose
    drops: Drops
    after_a_reaction: AfterAReaction
    closed_days: Farthest
    changes: Farthest
    dates: Dates
    wasted_muscle: WastedMuscle
    steroids: dict[str, Equivalent]

    @model_validator(mode="after")
    def _counted_in_prednisolone(self) -> Plausibility:
        own = self.steroids.get("prednisolone")
        if own is None or own.mg != _PREDNISOLONE_MG:
            raise ValueError(f"steroids: prednisolone is the measure, {_PREDNISOLONE_MG} mg")
        return self


def read_plausibility(text: str, place: str) -> Plausibility:
    """Read the file from its text.

    Raises:
        KnowledgeError: with every problem, each with the file and the table.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{place}: {error}") from None
    try:
        sources = CitedSources.model_validate(content).by_name()
        return Plausibility.model_validate(content, context=sources)
    except ValidationError as error:
        raise KnowledgeError(*(f"{place}: {line}" for line in _problems(error))) from None


def _problems(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False):
        message = problem["msg"].removeprefix("Value error, ")
        message = _IN_PLAIN_WORDS.get(problem["type"], message)
        where = ".".join(map(str, problem["loc"]))
        lines.append(f"{where}: {message}" if where else message)
    return lines


PLAUSIBLE = read_plausibility(_FILE.read_text(encoding="utf-8"), f"dosing/{_FILE.name}")
# The source of what was decided without one: a number of the file, or a rule of the program.
PROPOSED = PLAUSIBLE.by_name()["proposed"]
