"""From the rate of a label to the rate of a pump, and back.

A label states its rates in its own unit (mg/h, mg/kg/min, mL/kg/h, mL/min). Each is carried with
that unit to the bag that is really there and becomes mL/h only by its concentration and, where it
is per kg or m2, by the body: 50 mg/h can never be read as 50 mL/h.
"""

from __future__ import annotations

from dosing.errors import refuse
from dosing.infusion.bag import must_measure_alike
from dosing.rounding import round_to, snapped
from dosing.units import (
    DROPS_PER_MIN,
    DROPS_PER_ML,
    KG,
    M2,
    MINUTE,
    ML,
    ML_PER_H,
    NO_BREAK_SPACE,
    Quantity,
    Unit,
    in_unit,
    quantity,
    rate_parts,
    show,
)

_MINUTES = 60
_LEAST_DIGITS = 3
_TWO_DECIMALS_BELOW = 10


def ml_per_h(
    rate: Quantity,
    *,
    dose: Quantity | None = None,
    volume: Quantity | None = None,
    weight: Quantity | None = None,
    surface: Quantity | None = None,
) -> Quantity:
    """Return a label's rate in mL/h: 50 mg/h of 700 mg in 500 mL are 35.7 mL/h.

    Args:
        rate: an amount or a volume, alone or per kg or m2, per hour or minute.
        dose: the amount in the bag, for a rate of an amount.
        volume: what it is in, for a rate of an amount.
        weight: the body weight, for a rate per kg.
        surface: the body surface, for a rate per m2.

    Raises:
        InputError: if what the rate needs is missing or of another kind.
    """
    parts = rate_parts(rate.units)
    an_hour = float(rate.magnitude) * (_MINUTES if parts.time == MINUTE else 1)
    if parts.body is not None:
        an_hour *= _body_size(parts.body, weight, surface, rate)
    if parts.amount == ML:
        return quantity(an_hour, ML_PER_H)
    if dose is None:
        needs = f"the rate {show(rate)} needs the amount in the bag, such as 700 mg"
        refuse("dose", "", why="is missing", accepted=needs)
    if volume is None:
        refuse("volume", "", why="is missing", write="500 mL")
    must_measure_alike(dose, quantity(1.0, parts.amount), "dose")
    amount = in_unit(dose, parts.amount, "dose")
    return quantity(an_hour * in_unit(volume, ML, "volume") / amount, ML_PER_H)


def label_rate(
    pump: Quantity,
    unit: Unit,
    *,
    dose: Quantity | None = None,
    volume: Quantity | None = None,
    weight: Quantity | None = None,
    surface: Quantity | None = None,
) -> Quantity:
    """Return the rate of a running pump in a label's unit: 48 mL/h as 100 mcg/kg/min.

    The arguments are those of ``ml_per_h``, whose answer it reverses.

    Raises:
        InputError: if what the unit needs is missing or of another kind.
    """
    one = ml_per_h(
        quantity(1.0, unit), dose=dose, volume=volume, weight=weight, surface=surface
    ).magnitude
    return quantity(snapped(in_unit(pump, ML_PER_H, "rate") / one), unit)


def drops_per_minute(pump: Quantity, factor: Quantity) -> Quantity:
    """Return how many drops a minute a gravity set makes of a rate.

    Args:
        pump: the rate in mL/h.
        factor: the drops that make 1 mL, as printed on the set.
    """
    a_minute = in_unit(pump, ML_PER_H, "rate") / _MINUTES
    return quantity(
        snapped(a_minute * in_unit(factor, DROPS_PER_ML, "drops per mL")), DROPS_PER_MIN
    )


def pump_of_drops(drip: Quantity, factor: Quantity) -> Quantity:
    """Return the rate in mL/h of a gravity set that makes so many drops a minute.

    Args:
        drip: the drops that are counted in a minute.
        factor: the drops that make 1 mL, as printed on the set.
    """
    a_minute = in_unit(drip, DROPS_PER_MIN, "rate") / in_unit(factor, DROPS_PER_ML, "drops per mL")
    return quantity(snapped(a_minute * _MINUTES), ML_PER_H)


def pump_text(pump: Quantity) -> str:
    """Return a pump's rate as it is set: one decimal, below 10 mL/h three digits."""
    whole = len(str(int(pump.magnitude)))
    return show(pump, max(whole + 1, _LEAST_DIGITS))


def volume_text(volume: Quantity) -> str:
    """Return a volume as it is read at a pump: one decimal, below 10 mL two."""
    place = quantity(0.1 if volume.magnitude >= _TWO_DECIMALS_BELOW else 0.01, ML)
    said = round_to(volume, place, "nearest")
    return show(said) if said.magnitude else f"under{NO_BREAK_SPACE}{show(place)}"


def _body_size(
    body: Unit, weight: Quantity | None, surface: Quantity | None, rate: Quantity
) -> float:
    by_weight = body == KG
    size, field = (weight, "weight") if by_weight else (surface, "surface")
    if size is None:
        example = "70 kg" if by_weight else "1.84 m2"
        needs = f"the rate {show(rate)} needs it: write {example}"
        refuse(field, "", why="is missing", accepted=needs)
    return float(in_unit(size, KG if by_weight else M2, field))
