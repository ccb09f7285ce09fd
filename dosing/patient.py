"""The patient as measured, and the typos that a body size reveals."""

from __future__ import annotations

import dataclasses
from typing import Any

from dosing.columns import any_of, is_column, negated
from dosing.plausibility import PLAUSIBLE, Between
from dosing.rounding import above, any_above, any_below, below
from dosing.trace import SHOWN_DIGITS, Derivation, Finding
from dosing.units import CM, KG, YEAR, Number, Quantity, in_unit, quantity, show, show_rows

_POSSIBLE = PLAUSIBLE.possible
# In numbers, because every dose asks: a conversion of units costs more than the comparison.
_BOUNDS = {
    field: (unit, in_unit(bounds.low, unit, field), in_unit(bounds.high, unit, field))
    for field, unit, bounds in (
        ("weight", KG, _POSSIBLE.weight),
        ("height", CM, _POSSIBLE.height),
        ("age", YEAR, _POSSIBLE.age),
    )
}
_POUNDS_IN_KG = 1 / 0.45359237
_BMI = PLAUSIBLE.body_mass_index
_CHILDREN_BELOW = in_unit(_BMI.children_are_below, YEAR, "age")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What was measured of one patient, or of a column of patients. Nothing has a default value.

    ``clearance`` is in mL/min, never indexed; ``genotype`` is that of TPMT and NUDT15.
    ``size_confirmed``: somebody has weighed and measured again, because the size is rare.
    """

    weight: Quantity | None = None
    height: Quantity | None = None
    surface: Quantity | None = None
    sex: Any = None
    age: Quantity | None = None
    creatinine: Quantity | None = None
    clearance: Quantity | None = None
    genotype: str | None = None
    severity: str | None = None
    hematocrit: Any = None
    size_confirmed: bool = False


def implausible(patient: Patient) -> tuple[Finding, ...]:
    """Find measurements that no patient has, or that look like a typo.

    The body-mass index finds pounds taken for kilograms, and a height typed as a weight.
    """
    derivation = Derivation()
    numbers: dict[str, Number] = {}
    for field, (unit, low, high) in _BOUNDS.items():
        value = getattr(patient, field)
        if value is None:
            continue
        number = numbers[field] = in_unit(value, unit, field)
        rows: Any = (number < low) | (number > high)
        if any_of(rows):
            lowest, highest = show(quantity(low, unit)), show(quantity(high, unit))
            if is_column(rows):
                what = f"the {field} in {show_rows(rows)}"
            else:
                what = f"a {field} of {show(value, SHOWN_DIGITS)}"
            text = f"No patient has {what}; possible is {lowest} to {highest}."
            derivation.stop(f"body.{field}", text, _POSSIBLE.source, rows)
    if not derivation.findings and "weight" in numbers and "height" in numbers:
        _check_size(derivation, patient, numbers["weight"], numbers["height"])
    return derivation.findings


def _check_size(derivation: Derivation, patient: Patient, kg: Number, cm: Number) -> None:
    index = kg / (cm / 100) ** 2
    in_a_child = patient.age is not None and any_above(index, _BMI.rare_in_children_above)
    if not (
        in_a_child or any_below(index, _BMI.not_rare.low) or any_above(index, _BMI.not_rare.high)
    ):
        return
    possible = _within(index, _BMI.possible)
    swapped = negated(possible) & _within(cm / (kg / 100) ** 2, _BMI.not_rare)
    child: Any = False
    if patient.age is not None:
        child = in_unit(patient.age, YEAR, "age") < _CHILDREN_BELOW
    heavy = above(index, _BMI.not_rare.high) | (child & above(index, _BMI.rare_in_children_above))
    rare = possible & (heavy | below(index, _BMI.not_rare.low))
    pounds = rare & heavy & _within(index / _POUNDS_IN_KG, _BMI.common)

    size, in_pounds = "Weight at height in these rows", ""
    if not is_column(index):
        measured = [v for v in (patient.weight, patient.height) if v is not None]
        size = " at ".join(show(value, SHOWN_DIGITS) for value in measured)
        in_pounds = f" In pounds it would be {show(quantity(kg / _POUNDS_IN_KG, KG), 4)}."
    text = f"{size} is impossible: height and weight look exchanged."
    derivation.stop("body.swapped", text, _BMI.source, swapped)
    text = f"{size} is a size that nobody has; check both numbers and their units."
    derivation.stop("body.impossible", text, _BMI.source, negated(possible | swapped))
    add, confirm = derivation.warn, ""
    if not patient.size_confirmed:
        add, confirm = derivation.stop, " If it is right, measure again and confirm the size."
    text = f"{size} is a very rare size. Was the weight in pounds?{in_pounds}{confirm}"
    add("body.pounds_as_kilograms", text, _BMI.source, pounds)
    text = f"{size} is a very rare size; check both numbers and their units.{confirm}"
    add("body.rare_size", text, _BMI.source, rare & negated(pounds))


def _within(value: Any, bounds: Between[float]) -> Any:
    return negated(below(value, bounds.low) | above(value, bounds.high))
