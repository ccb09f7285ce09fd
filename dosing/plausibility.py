"""The numbers that somebody decided, as ``plausibility.toml`` states them, each with its source.

The file is read once, at import. The tables below are its format: a word that they do not know, a
source that is missing or a low above its high is refused, because a misspelt bound would otherwise
be no bound. They are neither pydantic models nor dataclasses: every command reads them, and to make
seventeen dataclasses takes longer than to read the file.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Generic, Never, TypeVar, get_args, get_origin, get_type_hints

from dosing.errors import KnowledgeError
from dosing.trace import Source
from dosing.units import Quantity, plain
from dosing.units import read as read_quantity

T = TypeVar("T")
# Reads one value of the file, given the sources by name; it raises a ValueError that says why not.
Reader = Callable[[Any, Mapping[str, Source]], Any]

_FILE = Path(__file__).with_name("plausibility.toml")
# The steps and the pages say "equals prednisolone 5 mg".
_PREDNISOLONE_MG = 5
_WHOLE = 100


class _PartsError(ValueError):
    """What is wrong with parts of a table: where in it, and why."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        self.problems = problems


def _read_parts(
    parts: Iterable[tuple[str, Reader, Any]], sources: Mapping[str, Source]
) -> dict[str, Any]:
    """Read parts by name; what is wrong with any of them is raised at once."""
    found: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, read, value in parts:
        try:
            found[name] = read(value, sources)
        except _PartsError as error:
            wrong += [(f"{name}.{where}", why) for where, why in error.problems]
        except ValueError as error:
            wrong.append((name, str(error)))
    if wrong:
        raise _PartsError(*wrong)
    return found


def _value(
    is_meant: Callable[[Any], bool], words: str, make: Callable[[Any], Any] | None = None
) -> Reader:
    """Read one value, as ``make`` returns it."""

    def read(value: Any, _sources: Mapping[str, Source]) -> Any:
        if not is_meant(value):
            raise ValueError(f"is not {words}")
        return value if make is None else make(value)

    return read


def _refuse(value: Any, _sources: Mapping[str, Source]) -> Any:
    raise ValueError("is missing" if value is None else "is not a word that is known here")


def _table(readers: Mapping[str, Reader], make: Callable[..., Any]) -> Reader:
    """Read a table of exactly these words."""

    def read(table: Any, sources: Mapping[str, Source]) -> Any:
        table = _A_TABLE(table, sources)
        parts = [(word, readers[word] if word in table else _refuse) for word in readers]
        parts += [(word, _refuse) for word in table if word not in readers]
        return make(**_read_parts(((word, read, table.get(word)) for word, read in parts), sources))

    return read


def _reader_of(kind: Any) -> Reader:
    """Return what reads the values of a field: its annotation says so."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        read: Reader = inner[1]
        return read
    if origin is dict:
        return _each(_reader_of(inner[1]))
    if origin is list:
        return _list_of(_reader_of(inner[0]))
    if origin is Between:
        return _table(dict.fromkeys(("low", "high"), _reader_of(inner[0])), Between)
    hints = get_type_hints(kind, include_extras=True)
    return _table({word: _reader_of(hint) for word, hint in hints.items()}, kind)


def _each(read_one: Reader) -> Reader:
    """Read a table of any words, each with the same kind of value."""

    def read(table: Any, sources: Mapping[str, Source]) -> dict[str, Any]:
        parts = _A_TABLE(table, sources).items()
        return _read_parts(((word, read_one, value) for word, value in parts), sources)

    return read


def _list_of(read_one: Reader) -> Reader:
    """Read a list that holds at least one value."""

    def read(values: Any, sources: Mapping[str, Source]) -> list[Any]:
        parts = enumerate(_A_LIST(values, sources))
        return [*_read_parts(((str(n), read_one, one) for n, one in parts), sources).values()]

    return read


def _measured(kind: str) -> Reader:
    return lambda value, _sources: read_quantity(kind, value)


def _named(name: Any, sources: Mapping[str, Source]) -> Source:
    if not isinstance(name, str) or name not in sources:
        raise ValueError(f'no source is named "{name}"')
    return sources[name]


def _in_small_letters(word: Any, sources: Mapping[str, Source]) -> str:
    # A disease is compared in small letters: another word would never be found.
    text: str = _A_TEXT(word, sources)
    if not text.strip() or text != text.casefold():
        raise ValueError(f'"{text}" is not a word in small letters')
    return text


def _cited(table: Any, sources: Mapping[str, Source]) -> Source:
    """Read a source of the head: whether it is confirmed is never left open."""
    table = {"place": "", "link": ""} | _A_TABLE(table, sources)
    read = {"cite": _A_TEXT, "place": _ANY_TEXT, "link": _ANY_TEXT, "confirmed": _YES_OR_NO}
    source: Source = _table(read, Source)(table, sources)
    return source


# By type and not isinstance: true is no number, and a time of a day is no date.
_A_TABLE = _value(lambda value: type(value) is dict, "a table")
_A_LIST = _value(lambda value: type(value) is list and value != [], "a list of words")
_ANY_TEXT = _value(lambda value: type(value) is str, "a text")
_A_TEXT = _value(lambda value: type(value) is str and value != "", "a text")
_YES_OR_NO = _value(lambda value: type(value) is bool, "true or false")
_A_DAY = _value(lambda value: type(value) is dt.date, "a date")
_ABOVE_ZERO = _value(
    lambda value: type(value) in (int, float) and 0 < value < math.inf, "a number above 0", float
)
_BELOW_ONE = _value(
    lambda value: type(value) is float and 0 < value < 1, "a number between 0 and 1"
)
_COUNT = _value(lambda value: type(value) is int and value > 0, "a whole number above 0")
_PERCENT = _value(
    lambda value: type(value) is int and 0 < value <= _WHOLE, "a whole number from 1 to 100"
)


_Weight = Annotated[Quantity, _measured("weight")]
_Height = Annotated[Quantity, _measured("height")]
_Age = Annotated[Quantity, _measured("age")]
_Surface = Annotated[Quantity, _measured("surface")]
_Creatinine = Annotated[Quantity, _measured("creatinine")]
_Clearance = Annotated[Quantity, _measured("clearance")]
_Cystatin = Annotated[Quantity, _measured("cystatin C")]
_Amount = Annotated[Quantity, _measured("amount")]
_Word = Annotated[str, _in_small_letters]
_AboveZero = Annotated[float, _ABOVE_ZERO]
_Count = Annotated[int, _COUNT]
_Day = Annotated[dt.date, _A_DAY]


class _Table(SimpleNamespace):
    """A table of the file: the value of each of its words, which nothing changes afterwards."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._refuse_contradictions()

    def _refuse_contradictions(self) -> None:
        """Refuse values that do not fit together; most tables have none."""

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"{name} stands in {_FILE.name}, and is changed there")


class Between(_Table, Generic[T]):
    """From ``low`` to ``high``, both included."""

    low: T
    high: T

    def _refuse_contradictions(self) -> None:
        _refuse_reversed(self.low, self.high)


def _refuse_reversed(low: Any, high: Any) -> None:
    if low > high:
        raise ValueError(f"low {_written(low)} is above high {_written(high)}")


def _written(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) else plain(value)


class Decided(_Table):
    """A table of the file: what somebody decided, and where that is from."""

    source: Annotated[Source, _named]


class Possible(Decided):
    """What somebody can measure at all."""

    weight: Between[_Weight]
    height: Between[_Height]
    age: Between[_Age]
    surface: Between[_Surface]
    creatinine: Between[_Creatinine]
    clearance: Between[_Clearance]
    cystatin_c: Between[_Cystatin]
    most_of_a_dose: list[_Amount]


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

    possible: Between[_AboveZero]
    not_rare: Between[_AboveZero]
    common: Between[_AboveZero]
    rare_in_children_above: _AboveZero
    children_are_below: _Age

    def _refuse_contradictions(self) -> None:
        """Refuse a range that lies outside the next wider one."""
        for inner, outer, words in (
            (self.common, self.not_rare, "common lies outside not_rare"),
            (self.not_rare, self.possible, "not_rare lies outside possible"),
        ):
            if inner.low < outer.low or inner.high > outer.high:
                raise ValueError(words)


class ExtremesOfSize(Decided):
    """Outside which body-mass index of an adult it is said which weight each dose went by."""

    body_mass_index: Between[_AboveZero]


class BodyPart(_Table):
    """What a part weighs in percent of the body, its limb, and what else it is called."""

    percent: _AboveZero
    limb: _Word
    also: list[_Word]


class Amputation(Decided):
    """The parts by which the weight before is estimated, and those without a figure."""

    parts: dict[str, BodyPart]
    without_a_figure: dict[str, _Word]


class PlasmaVolumes(Decided):
    """By how much, in percent, two formulas may differ, and which haematocrit is plausible."""

    differ_by_percent: _AboveZero
    hematocrit: Between[Annotated[float, _BELOW_ONE]]


class NearAnEdge(Decided):
    """How near to an edge of a dose table a result is named, in percent of the edge."""

    within_percent: _AboveZero


class AdjustedWeightShare(Decided):
    """The share of the excess weight that counts, where nobody states another."""

    usual_fraction: Annotated[float, _BELOW_ONE]


class ShareOfDose(Decided):
    """The greatest share of the standard dose, in percent."""

    greatest_percent: _Count


class TotalAsOneDose(Decided):
    """How near to the total of a course a dose is that total, in percent of it."""

    within_percent: _AboveZero


class Drops(Decided):
    """How many drops a minute somebody can count by eye."""

    countable_per_minute: _Count


class AfterAReaction(Decided):
    """The percentage of its rate at which an infusion goes on after a reaction."""

    resume_percent: Annotated[int, _PERCENT]


class Farthest(Decided):
    """How many days something is looked for, or moved, at most."""

    farthest_days: _Count


class FirstDay(Decided):
    """How far the first day of a plan may lie from the day on which it was made."""

    days_back: _Count
    days_ahead: _Count


class Dates(Decided):
    """The first and the last day that can be planned with."""

    low: _Day
    high: _Day

    def _refuse_contradictions(self) -> None:
        _refuse_reversed(self.low, self.high)


class ImpairedKidney(Decided):
    """Below which clearance the kidney is impaired, for drug files without a figure."""

    below: _Clearance


class WastedMuscle(Decided):
    """Parts of the names of diseases in which creatinine reads kidney function too high."""

    words: list[_Word]


class Equivalent(Decided):
    """How many mg of one corticosteroid equal 5 mg of prednisolone, and who says so."""

    mg: _AboveZero


class Plausibility(_Table):
    """The whole file."""

    sources: dict[str, Annotated[Source, _cited]]
    possible: Possible
    usual: Usual
    equations_of_adults: EquationsOfAdults
    body_mass_index: BodyMassIndex
    extremes_of_size: ExtremesOfSize
    amputation: Amputation
    plasma_volumes: PlasmaVolumes
    near_an_edge: NearAnEdge
    adjusted_weight: AdjustedWeightShare
    share_of_dose: ShareOfDose
    total_as_one_dose: TotalAsOneDose
    drops: Drops
    after_a_reaction: AfterAReaction
    closed_days: Farthest
    changes: Farthest
    first_day: FirstDay
    dates: Dates
    impaired_kidney: ImpairedKidney
    wasted_muscle: WastedMuscle
    steroids: dict[str, Equivalent]

    def _refuse_contradictions(self) -> None:
        """Refuse another measure than prednisolone."""
        own = self.steroids.get("prednisolone")
        if own is None or own.mg != _PREDNISOLONE_MG:
            raise ValueError(f"steroids: prednisolone is the measure, {_PREDNISOLONE_MG} mg")


def read_plausibility(text: str, place: str) -> Plausibility:
    """Read the file from its text.

    Raises:
        KnowledgeError: with every problem, each with the file and the table.
    """
    try:
        content = tomllib.loads(text)
        head = _read_parts([("sources", _each(_cited), content.get("sources"))], {})
        whole: Plausibility = _reader_of(Plausibility)(content, head["sources"])
    except _PartsError as error:
        problems = (f"{place}: {where}: {why}" for where, why in error.problems)
        raise KnowledgeError(*problems) from None
    except ValueError as error:
        raise KnowledgeError(f"{place}: {error}") from None
    return whole


PLAUSIBLE = read_plausibility(_FILE.read_text(encoding="utf-8"), f"dosing/{_FILE.name}")
# The source of what was decided without one: a number of the file, or a rule of the program.
PROPOSED = PLAUSIBLE.sources["proposed"]
EARLIEST_DAY, LATEST_DAY = PLAUSIBLE.dates.low, PLAUSIBLE.dates.high
