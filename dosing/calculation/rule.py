"""What is prescribed: an amount, the body measure that it goes by, its cap and its rounding."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from dosing.errors import refuse
from dosing.names import RoundingRule
from dosing.numbers import GREATEST_SHARE
from dosing.rounding import describe
from dosing.trace import TYPED, Source, Step
from dosing.units import Quantity

if TYPE_CHECKING:  # only rules that band a dose meet a table
    from dosing.drugs.band_table import BandTable

WeightBasis = Literal["actual", "ideal", "adjusted", "lean"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """To which step a dose is rounded, and by which named rule."""

    step: Quantity
    rule: RoundingRule
    source: Source = TYPED


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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PercentOf:
    """A percentage of the dose of another drug: 20 % of the cyclophosphamide."""

    percent: float
    of: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DoseRule:
    """How much to give: an amount per body weight, per body surface, or flat.

    ``rate`` is a Quantity such as 0.4 g/kg, 375 mg/m2, 15 mg/kg/day or 600 mg. A rate per kg needs
    ``weight_basis``, a rate per m2 ``surface`` (the name of a BSA formula); neither has a default.
    A rate per day is divided into ``doses_a_day``; without it the amount stays one per day. A dose
    is rounded or banded, never both.
    With ``percent_of`` the rate is the dose of another drug, and this one is a share of it.
    ``basis_stated`` is false where the actual weight is taken as the only one given.
    ``derived`` holds the steps to a rate that no source states as it is, such as one of a taper.
    """

    rate: Quantity
    weight_basis: WeightBasis | None = None
    basis_stated: bool = True
    ideal: str | None = None
    fraction: float | None = None
    surface: str | None = None
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
        """Refuse to move a dose twice: what is banded is not rounded."""
        if self.rounding is not None and self.banding is not None:
            refuse(
                "rounding",
                describe(self.rounding.step, self.rounding.rule),
                why="cannot be combined with dose bands",
                accepted="round a dose or band it",
            )
