"""The one door to pint: text to Quantity by kind of value, and Quantity to text.

Text never reaches pint's own parser, which reads ``1,5 kg`` as 15 kg, ``10 000 mg`` as 0 mg and
``10 units`` as a unit of light. A value is digits, at most one point, at most one space and one
spelling out of a closed table for its kind. The units themselves stand in ``clinical_units.txt``.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeGuard

import pint

from dosing.columns import all_finite, finite, in_rows, is_column, negated
from dosing.corrections import LONGEST_TEXT, explain
from dosing.errors import InputError, refuse, text_of

# NumPy comes with columns only, and pint's own generics are types for mypy alone.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pint.facets.plain import PlainQuantity, PlainUnit

    Quantity: TypeAlias = PlainQuantity[Any]
    Unit: TypeAlias = PlainUnit
else:
    Quantity = pint.Quantity
    Unit = pint.Unit

_UNITS: dict[object, Unit] = {}


class _Quantity(pint.Quantity):  # type: ignore[type-arg]  # pint's generics are no classes
    """A Quantity whose unit is the same object each time: pint makes and compares one anew."""

    def __new__(cls, value: Any, units: Any = None) -> Self:
        """Join a number, or a column, and a unit at once; pint takes texts and lists apart too."""
        if not (isinstance(units, Unit) and (isinstance(value, float) or is_column(value))):
            made: Self = super().__new__(cls, value, units)  # type: ignore[assignment]
            return made
        made = object.__new__(cls)
        made._magnitude, made._units = value, units._units
        return made

    @property
    def units(self) -> Unit:
        """Return the one Unit object of its unit."""
        return _UNITS.get(self._units) or _UNITS.setdefault(self._units, super().units)


class _Registry(pint.UnitRegistry):  # type: ignore[type-arg]
    Quantity = _Quantity


# Made at import: pint's lazy registry, first touched by several threads at once, loses units.
_registry: pint.UnitRegistry[Any] = _Registry(
    str(Path(__file__).with_name("clinical_units.txt")), cache_folder=None
)
pint.set_application_registry(_registry)  # type: ignore[no-untyped-call]  # pint has no type for it

Number: TypeAlias = "float | NDArray[np.float64]"

EXACT_DIGITS = 12
NO_BREAK_SPACE = "\u00a0"


def _one_object(unit: Unit) -> Unit:
    return _registry.Quantity(1.0, unit).units


def _unit(text: str) -> Unit:
    return _one_object(_registry.Unit(text))


@functools.cache
def _per(unit: Unit, *others: Unit) -> Unit:
    """Return a unit divided by others; pint divides slowly, and many spellings share a unit."""
    for other in others:
        unit = unit / other
    return _one_object(unit)


G, MG, MCG = _unit("gram"), _unit("milligram"), _unit("microgram")
ACTIVITY_UNIT, MMOL = _unit("unit"), _unit("millimole")
ML, L = _unit("millilitre"), _unit("litre")
KG, BODY_GRAM, LB = _unit("kilogram"), _unit("body_gram"), _unit("pound")
CM, METRE, INCH, FOOT = _unit("centimetre"), _unit("metre"), _unit("inch"), _unit("foot")
M2 = _unit("square_metre")
PLASMA = _unit("plasma_litre")
YEAR, MONTH, WEEK, DAY = _unit("year"), _unit("month"), _unit("week"), _unit("day")
HOUR, MINUTE = _unit("hour"), _unit("minute")
KG_PER_M2 = _unit("kilogram / metre ** 2")
ML_PER_MIN = _unit("millilitre / minute")
ML_PER_H = _unit("millilitre / hour")
DROPS_PER_ML, DROPS_PER_MIN = _unit("drop / millilitre"), _unit("drop / minute")
ML_PER_MIN_PER_173 = _unit("millilitre / minute / standard_surface")
CREATININE_MG_PER_DL = _unit("creatinine_mg_per_dl")
CREATININE_UMOL_PER_L = _unit("creatinine_umol_per_l")
CYSTATIN_MG_PER_L = _unit("cystatin_mg_per_l")

_AMOUNTS: dict[str, Unit] = {
    "mg": MG,
    "milligram": MG,
    "milligrams": MG,
    "g": G,
    "gram": G,
    "grams": G,
    "mcg": MCG,
    "µg": MCG,
    "μg": MCG,
    "microgram": MCG,
    "micrograms": MCG,
    "units": ACTIVITY_UNIT,
    "unit": ACTIVITY_UNIT,
    "mL": ML,
    "ml": ML,
    "mmol": MMOL,
}
_VOLUMES = {"mL": ML, "ml": ML, "L": L, "litre": L, "litres": L}
_WEIGHTS = {
    "kg": KG,
    "kilogram": KG,
    "kilograms": KG,
    "g": BODY_GRAM,
    "gram": BODY_GRAM,
    "grams": BODY_GRAM,
    "lb": LB,
    "lbs": LB,
    "pound": LB,
    "pounds": LB,
}
_HEIGHTS = {
    "cm": CM,
    "m": METRE,
    "in": INCH,
    "inch": INCH,
    "inches": INCH,
    "ft": FOOT,
    "foot": FOOT,
    "feet": FOOT,
}
_SURFACES = {"m2": M2, "m²": M2, "m^2": M2}
_DURATIONS = {
    "min": MINUTE,
    "minute": MINUTE,
    "minutes": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "hours": HOUR,
    "days": DAY,
    "day": DAY,
    "weeks": WEEK,
    "week": WEEK,
}
_AGES = {
    "years": YEAR,
    "year": YEAR,
    "y": YEAR,
    "months": MONTH,
    "month": MONTH,
    "weeks": WEEK,
    "week": WEEK,
    "days": DAY,
    "day": DAY,
}
_CREATININE = {
    "mg/dL": CREATININE_MG_PER_DL,
    "mg/dl": CREATININE_MG_PER_DL,
    "umol/L": CREATININE_UMOL_PER_L,
    "umol/l": CREATININE_UMOL_PER_L,
    "µmol/L": CREATININE_UMOL_PER_L,
    "µmol/l": CREATININE_UMOL_PER_L,
    "μmol/L": CREATININE_UMOL_PER_L,
    "μmol/l": CREATININE_UMOL_PER_L,
    "micromol/L": CREATININE_UMOL_PER_L,
}
_CYSTATIN = {"mg/L": CYSTATIN_MG_PER_L, "mg/l": CYSTATIN_MG_PER_L}
_CLEARANCES = {
    "mL/min": ML_PER_MIN,
    "ml/min": ML_PER_MIN,
    "mL/min/1.73m2": ML_PER_MIN_PER_173,
    "ml/min/1.73m2": ML_PER_MIN_PER_173,
    "mL/min/1.73m²": ML_PER_MIN_PER_173,
    "ml/min/1.73m²": ML_PER_MIN_PER_173,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """What a dose unit is made of: an amount, the body it is per (if any), and whether per day."""

    amount: Unit
    body: Unit | None
    per_day: bool


@dataclasses.dataclass(frozen=True, slots=True)
class RateParts:
    """What an infusion rate is made of: an amount or volume, the body it is per, and a time."""

    amount: Unit
    body: Unit | None
    time: Unit


def _dose_units() -> dict[str, tuple[Unit, Parts]]:
    """Spell every dose unit: an amount, alone or per body weight, body surface or day.

    A fluid is also given per litre of plasma: 1000 mL/L-plasma replaces one plasma volume.
    """
    spelled: dict[str, tuple[Unit, Parts]] = {}
    for text, amount_unit in _AMOUNTS.items():
        spelled[text] = (amount_unit, Parts(amount_unit, None, False))
        spelled[f"{text}/day"] = (_per(amount_unit, DAY), Parts(amount_unit, None, True))
        for body_text, body in {"kg": KG, **_SURFACES}.items():
            rate, a_day = _per(amount_unit, body), _per(amount_unit, body, DAY)
            spelled[f"{text}/{body_text}"] = (rate, Parts(amount_unit, body, False))
            spelled[f"{text}/{body_text}/day"] = (a_day, Parts(amount_unit, body, True))
    spelled["mL/L-plasma"] = (_per(ML, PLASMA), Parts(ML, PLASMA, False))
    return spelled


_DOSE_UNITS = _dose_units()
_DOSES = {text: unit for text, (unit, _) in _DOSE_UNITS.items()}
_RATES = {text: unit for text, unit in _DOSES.items() if text not in _AMOUNTS}
_PARTS: dict[Unit, Parts] = dict(_DOSE_UNITS.values())
_UNIT_OF_PARTS: dict[Parts, Unit] = {parts: unit for unit, parts in _PARTS.items()}


def _infusion_units() -> dict[str, tuple[Unit, RateParts]]:
    """Spell every infusion rate: an amount or a volume, alone or per body, per hour or minute."""
    spelled: dict[str, tuple[Unit, RateParts]] = {}
    for text, amount_unit in _AMOUNTS.items():
        for time_text, time in {"h": HOUR, "min": MINUTE}.items():
            rate = _per(amount_unit, time)
            spelled[f"{text}/{time_text}"] = (rate, RateParts(amount_unit, None, time))
            for body_text, body in {"kg": KG, **_SURFACES}.items():
                spelled[f"{text}/{body_text}/{time_text}"] = (
                    _per(amount_unit, body, time),
                    RateParts(amount_unit, body, time),
                )
    return spelled


_INFUSION_UNITS = _infusion_units()
_RATE_PARTS: dict[Unit, RateParts] = dict(_INFUSION_UNITS.values())


def _concentrations() -> dict[str, Unit]:
    return {
        f"{amount_text}/{volume_text}": _per(amount_unit, volume_unit)
        for amount_text, amount_unit in _AMOUNTS.items()
        if amount_unit != ML
        for volume_text, volume_unit in _VOLUMES.items()
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of value: the spellings of its units, and how to write one."""

    name: str
    spellings: Mapping[str, Unit]
    examples: str
    zero: bool = False


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(name="weight", spellings=_WEIGHTS, examples="70 kg, 3500 g or 154 lb"),
        Kind(name="height", spellings=_HEIGHTS, examples="175 cm, 1.75 m, 69 in or 5.75 ft"),
        Kind(name="surface", spellings=_SURFACES, examples="1.84 m2"),
        Kind(name="body-mass index", spellings={"kg/m2": KG_PER_M2}, examples="22 kg/m2"),
        Kind(name="age", spellings=_AGES, examples="48 years or 7 months", zero=True),
        Kind(name="creatinine", spellings=_CREATININE, examples="80 umol/L or 0.9 mg/dL"),
        Kind(name="cystatin C", spellings=_CYSTATIN, examples="1.05 mg/L"),
        Kind(name="clearance", spellings=_CLEARANCES, examples="42 mL/min or 42 mL/min/1.73m2"),
        Kind(name="amount", spellings=_AMOUNTS, examples="600 mg, 0.5 g, 50 mcg or 100 units"),
        Kind(name="dose rate", spellings=_RATES, examples="0.4 g/kg, 375 mg/m2 or 600 mg/day"),
        Kind(
            name="dose",
            spellings=_DOSES,
            examples="600 mg, 0.4 g/kg or 375 mg/m2",
        ),
        Kind(name="concentration", spellings=_concentrations(), examples="10 mg/mL"),
        Kind(name="volume", spellings=_VOLUMES, examples="500 mL or 1.5 L"),
        Kind(
            name="infusion rate",
            spellings={text: unit for text, (unit, _) in _INFUSION_UNITS.items()},
            examples="50 mg/h, 2 mg/kg/min, 0.5 mL/kg/h or 125 mL/h",
        ),
        Kind(name="drip rate", spellings={"drops/min": DROPS_PER_MIN}, examples="20 drops/min"),
        Kind(name="duration", spellings=_DURATIONS, examples="30 min, 3 h or 28 days"),
    )
}


def _text_of_units() -> dict[Unit, tuple[str, str]]:
    """Return the one printed form of each unit (singular, plural): its first spelling."""
    texts: dict[Unit, tuple[str, str]] = {}
    for kind in KINDS.values():
        for text, unit in kind.spellings.items():
            texts.setdefault(unit, (text, text))
    for unit, singular in ((YEAR, "year"), (MONTH, "month"), (WEEK, "week"), (DAY, "day")):
        texts[unit] = (singular, f"{singular}s")
    texts[ACTIVITY_UNIT] = ("unit", "units")
    texts[BODY_GRAM] = ("g", "g")
    texts[KG_PER_M2] = ("kg/m2", "kg/m2")
    texts[PLASMA] = ("L of plasma", "L of plasma")
    texts[DROPS_PER_ML] = ("drop/mL", "drops/mL")
    texts[DROPS_PER_MIN] = ("drop/min", "drops/min")
    return texts


_TEXT = _text_of_units()

# [0-9], never \d, which also matches the digits of other scripts. No Unicode normalisation
# either: it would turn "10⁵ mg" into 105 mg. The accepted signs (µ, ²) are spelled out above.
_ANCHORED = re.compile(r"([0-9]+(?:\.[0-9]+)?)[ \u00a0\u202f]?([^\s0-9.,+-][^\s]*)")


def read(kind_name: str, text: object, *, field: str | None = None) -> Quantity:
    """Read a text as a value of one kind, or raise an InputError that says what to write.

    Args:
        kind_name: one of ``KINDS``.
        text: what was typed, at most 40 characters: ``"70 kg"``.
        field: the name the person sees; the kind's own name if not given.

    Returns:
        A Quantity with one value, in the unit that was typed.

    Raises:
        InputError: with the field, what was typed, why it is refused and what is accepted.
    """
    kind = KINDS[kind_name]
    field = field or kind.name
    if not isinstance(text, str) and text is not None:
        refuse(field, text_of(text), why="is not text with a unit", write=kind.examples)
    stripped = (text or "").strip()
    match = _ANCHORED.fullmatch(stripped) if len(stripped) <= LONGEST_TEXT else None
    unit = kind.spellings.get(match[2]) if match else None
    if match is None or unit is None:
        raise InputError(explain(kind, KINDS.values(), field, stripped))
    number = float(match[1])
    if number == 0 and not kind.zero:
        refuse(field, stripped, why="is zero", write=f"a value above zero: {kind.examples}")
    return _registry.Quantity(number, unit)


def weight(text: object, field: str = "weight") -> Quantity:
    """Read a body weight in kg, g or lb."""
    return read("weight", text, field=field)


def height(text: object, field: str = "height") -> Quantity:
    """Read a body height in cm, m, in or ft."""
    return read("height", text, field=field)


def surface(text: object, field: str = "surface") -> Quantity:
    """Read a body surface in m2."""
    return read("surface", text, field=field)


def age(text: object, field: str = "age") -> Quantity:
    """Read an age in years, months, weeks or days."""
    return read("age", text, field=field)


def creatinine(text: object, field: str = "creatinine") -> Quantity:
    """Read a serum creatinine in mg/dL or umol/L."""
    return read("creatinine", text, field=field)


def clearance(text: object, field: str = "clearance") -> Quantity:
    """Read a creatinine clearance in mL/min, or a filtration rate indexed to 1.73 m2."""
    return read("clearance", text, field=field)


def amount(text: object, field: str = "amount") -> Quantity:
    """Read an amount of drug in mg, g, mcg, units, mL or mmol."""
    return read("amount", text, field=field)


def dose_rate(text: object, field: str = "dose rate") -> Quantity:
    """Read an amount per kg, per m2 or per day, such as 0.4 g/kg or 15 mg/kg/day."""
    return read("dose rate", text, field=field)


def dose(text: object, field: str = "dose") -> Quantity:
    """Read what a rule may state: an amount (600 mg) or a dose rate (375 mg/m2)."""
    return read("dose", text, field=field)


def concentration(text: object, field: str = "concentration") -> Quantity:
    """Read a concentration such as 10 mg/mL."""
    return read("concentration", text, field=field)


def volume(text: object, field: str = "volume") -> Quantity:
    """Read a volume in mL or L."""
    return read("volume", text, field=field)


def infusion_rate(text: object, field: str = "rate") -> Quantity:
    """Read an infusion rate: an amount or a volume, alone or per kg or m2, per hour or minute."""
    return read("infusion rate", text, field=field)


def duration(text: object, field: str = "duration") -> Quantity:
    """Read a length of time in minutes, hours, days or weeks."""
    return read("duration", text, field=field)


def quantity(value: Number, unit: Unit) -> Quantity:
    """Join a number, or a column of numbers, and a unit."""
    return _registry.Quantity(value, unit)


def is_quantity(value: object) -> TypeGuard[Quantity]:
    """Return whether a value is a Quantity."""
    return isinstance(value, pint.Quantity)


def in_unit(value: Quantity, unit: Unit, field: str) -> Number:
    """Return the number, or the column, of a Quantity in a unit.

    Raises:
        InputError: if it is not a Quantity, not of this kind, or not a finite number.
    """
    if not isinstance(value, pint.Quantity):
        accepted = f"give a Quantity in {spelling(unit)}"
        refuse(field, text_of(value), why="is a bare number", accepted=accepted)
    magnitude: Any = value.magnitude
    try:
        if value.units is not unit and value.units != unit:
            magnitude = magnitude * _factor(value.units, unit)
    except pint.DimensionalityError:
        typed = f"{value.magnitude} {spelling(value.units)}"
        accepted = f"give it in {spelling(unit)}"
        refuse(field, typed, why="is another kind of value", accepted=accepted)
    # NaN passes every comparison with a limit, so it must not get past this door.
    if not all_finite(magnitude):
        accepted = f"give it in {spelling(unit)}"
        typed = "" if is_column(magnitude) else str(magnitude)
        why = f"is not a finite number{in_rows(negated(finite(magnitude)))}"
        refuse(field, typed, why=why, accepted=accepted)
    number: Number = magnitude
    return number


@functools.lru_cache(maxsize=1024)
def _factor(unit: Unit, into: Unit) -> float:
    """Return what a number in a unit is multiplied by: pint looks for it at each conversion."""
    factor: float = _registry.convert(1, unit, into)
    return factor


def is_of_kind(value: Quantity, kind_name: str) -> bool:
    """Return whether a Quantity is of a kind and was made by the one registry of the program."""
    known = KINDS[kind_name].spellings.values()
    ours = isinstance(value, _registry.Quantity)
    return ours and any(value.units == unit or same_kind(value, unit) for unit in known)


def parts(unit: Unit) -> Parts:
    """Take a dose unit apart: mg/m2/day is an amount in mg, per m2, per day."""
    return _PARTS[unit]


def rate_parts(unit: Unit) -> RateParts:
    """Take an infusion rate apart: mg/kg/min is an amount in mg, per kg, per minute."""
    return _RATE_PARTS[unit]


def dose_unit(amount_unit: Unit, body: Unit | None = None, *, per_day: bool = False) -> Unit:
    """Put a dose unit together from its parts."""
    return _UNIT_OF_PARTS[Parts(amount_unit, body, per_day)]


def same_kind(first: Quantity | Unit, second: Quantity | Unit) -> bool:
    """Return whether two quantities, or units, can be compared."""
    # Of a unit pint keeps the dimensions; of a Quantity it works them out each time.
    one, other = (getattr(value, "units", value) for value in (first, second))
    return one is other or bool(one.dimensionality == other.dimensionality)


def spelling(unit: Unit) -> str:
    """Return the one printed form of a unit, in the plural: mg/m2, units, years."""
    return _TEXT[unit][1] if unit in _TEXT else str(unit)


def show(value: Quantity, digits: int = EXACT_DIGITS) -> str:
    """Write a Quantity for a person: 1,844.7 mg, 0.5 g, 100 units, 48 years.

    There is no trailing zero, no missing leading zero, no exponent and no micro sign; thousands
    have commas and a no-break space keeps number and unit together.

    Args:
        value: one value (a column has no single text).
        digits: significant digits; digits before the point are never dropped.
    """
    number = show_number(float(value.magnitude), digits)
    singular, plural = _TEXT.get(value.units) or (str(value.units),) * 2
    return f"{number}{NO_BREAK_SPACE}{singular if number == '1' else plural}"


def show_number(number: float, digits: int = EXACT_DIGITS) -> str:
    """Write a bare number for a person, by the rules of ``show``."""
    exact = Decimal(repr(float(number)))
    whole_digits = exact.adjusted() + 1 if exact else 1
    rounded = Context(prec=max(digits, whole_digits), rounding=ROUND_HALF_UP).plus(exact)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_percent(fraction: float) -> str:
    """Write a deviation such as +1.2 % or -0.8 %, or 0 % when there is none."""
    percent = Decimal(repr(float(fraction) * 100)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    sign = "+" if percent > 0 else ""
    return f"{sign}{show_number(float(percent) if percent else 0)}{NO_BREAK_SPACE}%"


def show_share(factor: float) -> str:
    """Write a share of a whole as a percentage: 75 %."""
    return show_percent(factor).removeprefix("+")


def show_rows(rows: Any) -> str:
    """Write how many rows of a column something holds for: 1 row, 1,200 rows."""
    count = int(rows.sum())
    return f"{count:,} row{'' if count == 1 else 's'}"


def plain(value: Quantity) -> str:
    """Write a Quantity as this program reads it back: no commas, an ordinary space, every digit."""
    number = repr(float(value.magnitude))
    if "e" in number:
        number = format(Decimal(number), "f")
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number} {spelling(value.units)}"


def ordinary_spaces(text: str) -> str:
    """Return a text with ordinary spaces, for terminals, JSON and CSV, where it is searched."""
    return text.replace(NO_BREAK_SPACE, " ")


def in_ordinary_spaces(content: dict[str, Any]) -> dict[str, Any]:
    """Return plain values with ordinary spaces in every text: what programs search in."""
    return {key: _in_ordinary_spaces(value) for key, value in content.items()}


def _in_ordinary_spaces(value: Any) -> Any:
    if isinstance(value, str):
        return ordinary_spaces(value)
    if isinstance(value, dict):
        return in_ordinary_spaces(value)
    if isinstance(value, list):
        return [_in_ordinary_spaces(one) for one in value]
    return value
