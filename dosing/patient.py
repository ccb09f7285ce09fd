"""The patient as measured, and the typos that a body size reveals."""

from __future__ import annotations

import dataclasses
from typing import Any

from dosing.columns import all_of, any_of, is_column, negated
from dosing.rounding import above, below
from dosing.trace import SHOWN_DIGITS, Derivation, Finding, Source
from dosing.units import CM, KG, YEAR, Quantity, in_unit, quantity, show, show_rows

PROPOSED = Source(cite="proposed engineering value, needs a clinician's sign-off")

# From the smallest newborns to the records of humankind; outside nobody has been measured.
_POSSIBLE = {
    "weight": (KG, (0.3, 650.0)),
    "height": (CM, (20.0, 272.0)),
    "age": (YEAR, (0.0, 125.0)),
}
_POUNDS_IN_KG = 1 / 0.45359237
# Body-mass index, kg/m2. Outside what is possible: refuse. Between rare and possible: ask.
_BMI_POSSIBLE = (5.0, 110.0)
_BMI_RARE = (11.0, 50.0)
_BMI_RARE_IN_CHILDREN = 35.0
_BMI_COMMON = (13.0, 35.0)
_CHILD_BELOW_YEARS = 18


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
    for field, (unit, (low, high)) in _POSSIBLE.items():
        value = getattr(patient, field)
        if value is None:
            continue
        number = in_unit(value, unit, field)
        rows: Any = (number < low) | (number > high)
        if any_of(rows):
            lowest, highest = show(quantity(low, unit)), show(quantity(high, unit))
            if is_column(rows):
                what = f"the {field} in {show_rows(rows)}"
            else:
                what = f"a {field} of {show(value, SHOWN_DIGITS)}"
            text = f"No patient has {what}; possible is {lowest} to {highest}."
            derivation.stop(f"body.{field}", text, PROPOSED, rows)
    if not derivation.findings and patient.weight is not None and patient.height is not None:
        _check_size(derivation, patient, patient.weight, patient.height)
    return derivation.findings


def _check_size(
    derivation: Derivation, patient: Patient, weight: Quantity, height: Quantity
) -> None:
    kg, cm = in_unit(weight, KG, "weight"), in_unit(height, CM, "height")
    index = kg / (cm / 100) ** 2
    if all_of(_within(index, _BMI_COMMON)):
        return
    possible = _within(index, _BMI_POSSIBLE)
    swapped = negated(possible) & _within(cm / (kg / 100) ** 2, _BMI_RARE)
    child: Any = False
    if patient.age is not None:
        child = in_unit(patient.age, YEAR, "age") < _CHILD_BELOW_YEARS
    heavy = above(index, _BMI_RARE[1]) | (child & above(index, _BMI_RARE_IN_CHILDREN))
    rare = possible & (heavy | below(index, _BMI_RARE[0]))
    pounds = rare & heavy & _within(index / _POUNDS_IN_KG, _BMI_COMMON)

    size, in_pounds = "Weight at height in these rows", ""
    if not is_column(index):
        size = f"{show(weight, SHOWN_DIGITS)} at {show(height, SHOWN_DIGITS)}"
        in_pounds = f" In pounds it would be {show(quantity(kg / _POUNDS_IN_KG, KG), 4)}."
    text = f"{size} is impossible: height and weight look exchanged."
    derivation.stop("body.swapped", text, PROPOSED, swapped)
    text = f"{size} is a size that nobody has; check both numbers and their units."
    derivation.stop("body.impossible", text, PROPOSED, negated(possible | swapped))
    add, confirm = derivation.warn, ""
    if not patient.size_confirmed:
        add, confirm = derivation.stop, " If it is right, measure again and confirm the size."
    text = f"{size} is a very rare size. Was the weight in pounds?{in_pounds}{confirm}"
    add("body.pounds_as_kilograms", text, PROPOSED, pounds)
    text = f"{size} is a very rare size; check both numbers and their units.{confirm}"
    add("body.rare_size", text, PROPOSED, rare & negated(pounds))


def _within(value: Any, bounds: tuple[float, float]) -> Any:
    return negated(below(value, bounds[0]) | above(value, bounds[1]))
