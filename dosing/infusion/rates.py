"""From the rate of a label to the rate of a pump, and back.

A label states its rates in its own unit (mg/h, mg/kg/min, mL/kg/h, mL/min). Each is carried with
that unit to the bag that is really there and becomes mL/h only by its concentration and, where it
is per kg or m2, by the body: 50 mg/h can never be read as 50 mL/h.
"""

from __future__ import annotations

import dataclasses

from dosing.errors import refuse
from dosing.infusion.bag import Bag, must_measure_alike
from dosing.rounding import snapped
from dosing.units import (
    DROPS_PER_MIN,
    DROPS_PER_ML,
    KG,
    M2,
    MINUTE,
    ML,
    ML_PER_H,
    Quantity,
    Unit,
    in_unit,
    quantity,
    rate_parts,
    same_kind,
    show,
)

_MINUTES = 60
_LEAST_DIGITS = 3


def ml_per_h(
    rate: Quantity,
    *,
    dose: Quantity | None = None,
    volume: Quantity | None = None,
    weight: Quantity | None = None,
    surface: Quantity | None = None,
) -> Quantity:
    """Give a label's rate in mL/h: 50 mg/h of 700 mg in 500 mL are 35.7 mL/h.

    Args:
        rate: an amount or a volume, alone or per kg or m2, per hour or minute.
        dose: the amount in the bag, for a rate of an amount.
        volume: what it is in, for a rate of an amount.
        weight: the body weight, for a rate per kg.
        surface: the body surface, for a rate per m2.

    Raises:
        InputError: if what the rate needs is missing or of another kind.
    """
    made_of = rate_parts(rate.units)
    number = float(rate.magnitude) * (_MINUTES if made_of.time == MINUTE else 1)
    if made_of.body is not None:
        number *= _body(made_of.body, weight, surface, rate)
    if made_of.amount == ML:
        return quantity(number, ML_PER_H)
    if dose is None:
        refuse(
            "dose",
            "",
            why="is missing",
            accepted=f"the rate {show(rate)} needs the amount in the bag, such as 700 mg",
        )
    if volume is None:
        refuse("volume", "", why="is missing", write="500 mL")
    must_measure_alike(dose, quantity(1.0, made_of.amount), "dose")
    held = in_unit(dose, made_of.amount, "dose")
    return quantity(number * in_unit(volume, ML, "volume") / held, ML_PER_H)


def label_rate(
    pump: Quantity,
    unit: Unit,
    *,
    dose: Quantity | None = None,
    volume: Quantity | None = None,
    weight: Quantity | None = None,
    surface: Quantity | None = None,
) -> Quantity:
    """Give the rate of a running pump in a label's unit: 48 mL/h as 100 mcg/kg/min.

    The arguments are those of ``ml_per_h``, whose answer it reverses.

    Raises:
        InputError: if what the unit needs is missing or of another kind.
    """
    one = ml_per_h(
        quantity(1.0, unit), dose=dose, volume=volume, weight=weight, surface=surface
    ).magnitude
    return quantity(snapped(in_unit(pump, ML_PER_H, "rate") / one), unit)


def drops_per_minute(pump: Quantity, factor: Quantity) -> Quantity:
    """Give how many drops a minute a gravity set makes of a rate.

    Args:
        pump: the rate in mL/h.
        factor: the drops that make 1 mL, as printed on the set.
    """
    a_minute = in_unit(pump, ML_PER_H, "rate") / _MINUTES
    return quantity(
        snapped(a_minute * in_unit(factor, DROPS_PER_ML, "drops per mL")), DROPS_PER_MIN
    )


def pump_text(pump: Quantity) -> str:
    """Write a pump's rate as it is set: one decimal, below 10 mL/h three digits."""
    whole = len(str(int(pump.magnitude)))
    return show(pump, whole + 1 if whole + 1 > _LEAST_DIGITS else _LEAST_DIGITS)


def _body(body: Unit, weight: Quantity | None, surface: Quantity | None, rate: Quantity) -> float:
    value, field, example = (
        (weight, "weight", "70 kg") if body == KG else (surface, "surface", "1.84 m2")
    )
    if value is None:
        refuse(
            field, "", why="is missing", accepted=f"the rate {show(rate)} needs it: write {example}"
        )
    return float(in_unit(value, KG if body == KG else M2, field))


@dataclasses.dataclass(frozen=True, slots=True)
class RateContext:
    """What turns a label's rate into the pump's."""

    dose: Quantity | None
    bag: Bag
    weight: Quantity | None
    surface: Quantity | None

    @property
    def concentration(self) -> Quantity | None:
        """Give what the bag holds in a mL, where the dose is known and is no volume."""
        if self.dose is None or same_kind(self.dose, ML):
            return None
        held = self.dose.magnitude / self.bag.volume.magnitude
        return quantity(snapped(held), self.dose.units / ML)

    def pump(self, rate: Quantity) -> float:
        """Give a label's rate in mL/h."""
        found = ml_per_h(
            rate, dose=self.dose, volume=self.bag.volume, weight=self.weight, surface=self.surface
        )
        return float(found.magnitude)
