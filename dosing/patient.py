"""The patient as measured, and the typos that a body size reveals."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from dosing.amputation import Amputated
from dosing.columns import any_of, choose, greatest, is_column, least, negated
from dosing.plausibility import PLAUSIBLE, Between
from dosing.rounding import above, any_above, any_below, below
from dosing.trace import SHOWN_DIGITS, Derivation, Finding, not_stopped
from dosing.units import (
    CM,
    CREATININE_UMOL_PER_L,
    CYSTATIN_MG_PER_L,
    KG,
    M2,
    ML_PER_MIN,
    YEAR,
    Number,
    Quantity,
    Unit,
    in_unit,
    quantity,
    show,
    show_rows,
)

_POSSIBLE, _USUAL = PLAUSIBLE.possible, PLAUSIBLE.usual


@dataclasses.dataclass(frozen=True, slots=True)
class _Scale:
    """In which unit a measurement is judged, and from where to where it is possible and usual."""

    unit: Unit
    low: Number
    high: Number
    usual_low: Number
    usual_high: Number


def _scale(field: str, unit: Unit) -> _Scale:
    # In numbers, because every dose asks: a conversion of units costs more than the comparison.
    possible = getattr(_POSSIBLE, field)
    usual = getattr(_USUAL, field, possible)
    ends = (possible.low, possible.high, usual.low, usual.high)
    return _Scale(unit, *(in_unit(end, unit, field) for end in ends))


_SCALES = {
    field: _scale(field, unit)
    for field, unit in (
        ("weight", KG),
        ("height", CM),
        ("age", YEAR),
        ("surface", M2),
        ("creatinine", CREATININE_UMOL_PER_L),
        ("clearance", ML_PER_MIN),
        ("cystatin_c", CYSTATIN_MG_PER_L),
    )
}
_ADULTS_FROM = in_unit(_USUAL.adults_are_from, YEAR, "age")
_SMALL_IN_ADULTS = {
    "weight": in_unit(_USUAL.adult_weight_from, KG, "weight"),
    "height": in_unit(_USUAL.adult_height_from, CM, "height"),
}
_POUNDS_IN_KG = 1 / 0.45359237
_BMI = PLAUSIBLE.body_mass_index
_CHILDREN_BELOW = in_unit(_BMI.children_are_below, YEAR, "age")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What was measured of one patient, or of a column of patients. Nothing has a default value.

    ``clearance`` is in mL/min, never indexed; ``indexed_clearance`` is the same for 1.73 m2.
    ``genotype`` is that of TPMT and NUDT15.
    ``size_confirmed``: somebody has weighed and measured again, because the size is rare.
    ``weight`` is the one that doses go by: the dry weight where one was entered.
    """

    weight: Quantity | None = None
    height: Quantity | None = None
    surface: Quantity | None = None
    sex: Any = None
    age: Quantity | None = None
    creatinine: Quantity | None = None
    clearance: Quantity | None = None
    indexed_clearance: Quantity | None = None
    genotype: str | None = None
    severity: str | None = None
    hematocrit: Any = None
    size_confirmed: bool = False
    amputated: Amputated | None = None
    weight_before_pregnancy: Quantity | None = None
    cystatin_c: Quantity | None = None

    def whole(self, weight: Quantity) -> Quantity:
        """Return a weight as it would be with what was lost by amputation."""
        return weight if self.amputated is None else self.amputated.whole(weight)


def implausible(patient: Patient) -> tuple[Finding, ...]:
    """Find measurements that no patient has, or that look like a typo.

    The body-mass index finds pounds taken for kilograms, and a height typed as a weight.
    """
    derivation = Derivation()
    numbers: dict[str, Number] = {}
    for field, scale in _SCALES.items():
        value = getattr(patient, field)
        if value is not None:
            numbers[field] = in_unit(value, scale.unit, field)
            check_possible(derivation, field, numbers[field], f"body.{field}")
    _check_usual(derivation, numbers)
    # A row that is stopped already hides no other one.
    possible = not_stopped(derivation.findings)
    if any_of(possible) and patient.weight is not None and "height" in numbers:
        kg = in_unit(patient.whole(patient.weight), KG, "weight")
        _check_size(derivation, patient, kg, numbers["height"], possible)
    return derivation.findings


def check_possible(
    derivation: Derivation, field: str, number: Number, code: str, which: str = ""
) -> None:
    """Stop a measurement, or one that was calculated from others, that nobody has.

    Args:
        derivation: takes the STOP.
        field: a measurement of ``Patient``.
        number: one value or a column, in the unit of this field: kg, cm, m2 ...
        code: that of the STOP.
        which: what is meant, where it is not the field itself: "ideal weight".
    """
    scale, which = _SCALES[field], which or field.replace("_c", " C")
    if not any_of((least(number) < scale.low) | (greatest(number) > scale.high)):
        return
    rows: Any = (number < scale.low) | (number > scale.high)
    if is_column(rows):
        what = f"the {which} in {show_rows(rows)}"
    else:
        article = "an" if which[0] in "aeiou" else "a"
        what = f"{article} {which} of {show(quantity(number, scale.unit), SHOWN_DIGITS)}"
    ends = (show(quantity(end, scale.unit)) for end in (scale.low, scale.high))
    text = f"No patient has {what}; possible is {' to '.join(ends)}."
    derivation.stop(code, text, _POSSIBLE.source, rows)


def _check_usual(derivation: Derivation, numbers: Mapping[str, Number]) -> None:
    """Warn of what is possible and all but never measured; what is small in adults only."""
    for field, number in numbers.items():
        scale, adult_low = _SCALES[field], _SMALL_IN_ADULTS.get(field)
        low: Any = scale.usual_low
        if adult_low is not None and "age" in numbers:
            low = choose(numbers["age"] >= _ADULTS_FROM, adult_low, low)
        if not any_of((least(number) < low) | (greatest(number) > scale.usual_high)):
            continue
        rows: Any = (number < low) | (number > scale.usual_high)
        rows = rows & (number >= scale.low) & (number <= scale.high)
        what = f"The {field} in {show_rows(rows)}" if is_column(rows) else f"The {field}"
        whom = " of an adult" if any_of(rows & (number > scale.usual_low) & (number < low)) else ""
        text = f"{what} is at the edge of what is plausible{whom}; check the number and its unit."
        derivation.warn(f"body.edge.{field}", text, _USUAL.source, rows)


def _check_size(
    derivation: Derivation, patient: Patient, kg: Number, cm: Number, among: Any
) -> None:
    """Stop a size that nobody has among some rows, and a very rare one until it is confirmed."""
    cm = choose(among, cm, math.nan)
    index = kg / (cm / 100) ** 2
    in_a_child = patient.age is not None and any_above(index, _BMI.rare_in_children_above)
    if not (
        in_a_child or any_below(index, _BMI.not_rare.low) or any_above(index, _BMI.not_rare.high)
    ):
        return
    possible = _within(index, _BMI.possible)
    swapped = among & negated(possible) & _within(cm / (kg / 100) ** 2, _BMI.not_rare)
    child: Any = False
    if patient.age is not None:
        child = in_unit(patient.age, YEAR, "age") < _CHILDREN_BELOW
    heavy = above(index, _BMI.not_rare.high) | (child & above(index, _BMI.rare_in_children_above))
    rare = among & possible & (heavy | below(index, _BMI.not_rare.low))
    pounds = rare & heavy & _within(index / _POUNDS_IN_KG, _BMI.common)

    size, in_pounds = "Weight at height in these rows", ""
    if not is_column(index):
        measured = [v for v in (patient.weight, patient.height) if v is not None]
        size = " at ".join(show(value, SHOWN_DIGITS) for value in measured)
        in_pounds = f" In pounds it would be {show(quantity(kg / _POUNDS_IN_KG, KG), 4)}."
    text = f"{size} is impossible: height and weight look exchanged."
    derivation.stop("body.swapped", text, _BMI.source, swapped)
    text = f"{size} is a size that nobody has; check both numbers and their units."
    derivation.stop("body.impossible", text, _BMI.source, among & negated(possible | swapped))
    add, confirm = derivation.warn, ""
    if not patient.size_confirmed:
        add, confirm = derivation.stop, " If it is right, measure again and confirm the size."
    text = f"{size} is a very rare size. Was the weight in pounds?{in_pounds}{confirm}"
    add("body.pounds_as_kilograms", text, _BMI.source, pounds)
    text = f"{size} is a very rare size; check both numbers and their units.{confirm}"
    add("body.rare_size", text, _BMI.source, rare & negated(pounds))


def _within(value: Any, bounds: Between[float]) -> Any:
    return negated(below(value, bounds.low) | above(value, bounds.high))
