"""What is prescribed: an amount, the body measure that it goes by, its cap and its rounding."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Literal

from dosing.columns import any_of, in_rows, is_column
from dosing.errors import refuse
from dosing.formulas.formula import fraction
from dosing.names import ROUNDING_RULES, RoundingRule
from dosing.numbers import GREATEST_SHARE
from dosing.rounding import describe
from dosing.trace import TYPED, Source, Step
from dosing.units import Quantity, in_unit, show

if TYPE_CHECKING:  # only rules that band a dose meet a table
    from dosing.drugs.band_table import BandTable

WeightBasis = Literal["actual", "ideal", "adjusted", "lean"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """To which step a dose is rounded, and by which named rule."""

    step: Quantity
    rule: RoundingRule
    source: Source = TYPED

    def __post_init__(self) -> None:
        """Refuse a step of nothing or less, and a rule without a name."""
        _must_be_above_zero("round to", self.step)
        if self.rule not in ROUNDING_RULES:
            write = ", ".join(ROUNDING_RULES)
            refuse("rounding", str(self.rule), why="is not a rounding rule", write=write)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """The share of the standard dose to give, for a stated reason (renal, age, marrow)."""

    factor: float
    reason: str
    source: Source

    def __post_init__(self) -> None:
        """Refuse a factor that is no share of a dose, above all 75 where 0.75 was meant."""
        if not 0 < self.factor <= GREATEST_SHARE:
            refuse(
                "adjustment",
                str(self.factor),
                why="is not a part of the standard dose",
                write="0.75 for 75 %",
            )

    def __hash__(self) -> int:
        """Go by what tells adjustments apart: each dose of a course is looked up by its own."""
        return hash((self.factor, self.reason))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PercentOf:
    """A percentage of the dose of another drug: 20 % of the cyclophosphamide."""

    percent: float
    of: str

    def __post_init__(self) -> None:
        """Refuse a percentage that is none."""
        if not 0 < self.percent < math.inf:
            refuse("percent", str(self.percent), why="is not a percentage", write="20")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DoseRule:
    """How much to give: an amount per body weight, surface or litre of plasma, or flat.

    ``rate`` is a Quantity such as 0.4 g/kg, 375 mg/m2, 15 mg/kg/day or 600 mg. A rate per kg needs
    ``weight_basis``, a rate per m2 ``surface`` (the name of a BSA formula), one per litre of plasma
    ``plasma`` (kaplan or nadler); none has a default.
    A rate per day is divided into ``doses_a_day``; without it the amount stays one per day. A dose
    is rounded or banded, never both.
    With ``percent_of`` the rate is the dose of another drug, and this one is a share of it.
    ``basis_stated`` is false where the actual weight is taken as the only one given.
    ``weight_because`` and ``weight_source`` say why a rule of a place chose this weight basis, and
    ``before_pregnancy`` that the weight before a pregnancy counts.
    ``derived`` holds the steps to a rate that no source states as it is, such as one of a taper.
    """

    rate: Quantity
    weight_basis: WeightBasis | None = None
    basis_stated: bool = True
    weight_because: str = ""
    weight_source: Source = TYPED
    before_pregnancy: bool = False
    ideal: str | None = None
    fraction: float | None = None
    surface: str | None = None
    plasma: str | None = None
    doses_a_day: int | None = None
    percent_of: PercentOf | None = None
    adjustments: tuple[Adjustment, ...] = ()
    cap: Quantity | None = None
    cap_source: Source = TYPED
    rounding: Rounding | None = None
    banding: BandTable | None = None
    source: Source = TYPED
    derived: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a rate or cap of nothing, and to move a dose twice: by a step and by a band."""
        if self.percent_of is None:  # the dose of which it is a share was stopped where it is 0
            _must_be_above_zero("rate", self.rate)
        if self.cap is not None:
            _must_be_above_zero("cap", self.cap)
        must_be_a_count("doses a day", self.doses_a_day)
        if self.fraction is not None:
            fraction(self.fraction, "fraction", "0.4")
        if self.rounding is not None and self.banding is not None:
            refuse(
                "rounding",
                describe(self.rounding.step, self.rounding.rule),
                why="cannot be combined with dose bands",
                accepted="round a dose or band it",
            )


def must_be_a_count(field: str, count: object) -> None:
    """Refuse what is no whole number from 1 on; None is none that was asked for."""
    if count is None:
        return
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        refuse(field, str(count), why="is not a count", write="1 or more")


def _must_be_above_zero(field: str, value: Quantity) -> None:
    if not hasattr(value, "units"):
        refuse(field, str(value), why="is a bare number", accepted="give a Quantity")
    number = in_unit(value, value.units, field)
    if any_of(wrong := number <= 0):
        typed = "" if is_column(wrong) else show(value)
        refuse(field, typed, why=f"is not above zero{in_rows(wrong)}", accepted="give more")
