"""The patient as measured, and the slips of hand that a body size gives away."""

from __future__ import annotations

import dataclasses
from typing import Any

from dosing.columns import all_of, any_of, is_column, negated
from dosing.rounding import above, below
from dosing.trace import Finding, Level, Source
from dosing.units import CM, KG, YEAR, Quantity, in_unit, quantity, show, show_rows

PROPOSED = Source(cite="proposed engineering value, needs a clinician's sign-off")

# Beyond these nobody has been measured: the smallest newborns to the records of humankind.
_POSSIBLE = {
    "weight": (KG, (0.3, 650.0)),
    "height": (CM, (20.0, 272.0)),
    "age": (YEAR, (0.0, 125.0)),
}
_POUNDS_IN_KG = 1 / 0.45359237
# Body-mass index, kg/m2. Below and above nobody has been; between is rare enough to ask.
_BMI_POSSIBLE = (5.0, 110.0)
_BMI_RARE = (11.0, 50.0)
_BMI_RARE_IN_CHILDREN = 35.0
_BMI_COMMON = (13.0, 35.0)
_CHILD_BELOW_YEARS = 18


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What was measured of one patient, or of a column of patients. Nothing has a default value.

    ``clearance`` is in mL/min, never indexed; ``genotype`` is that of TPMT and NUDT15.
    ``size_confirmed`` says that a person has weighed and measured again because the size is rare.
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
    """Find measurements that no patient has, or that look like a slip of hand.

    A pound taken for a kilogram and a height typed as a weight are found by the body-mass index.
    """
    found: list[Finding] = []
    for field, (unit, (low, high)) in _POSSIBLE.items():
        value = getattr(patient, field)
        if value is None:
            continue
        number = in_unit(value, unit, field)
        rows: Any = (number < low) | (number > high)
        if any_of(rows):
            lowest, highest = show(quantity(low, unit)), show(quantity(high, unit))
            seen = (
                f"the {field} in {show_rows(rows)}"
                if is_column(rows)
                else f"a {field} of {show(value, 5)}"
            )
            text = f"No patient has {seen}; possible is {lowest} to {highest}."
            found.append(_finding("STOP", f"body.{field}", text, rows))
    if not found and patient.weight is not None and patient.height is not None:
        found.extend(_size(patient, patient.weight, patient.height))
    return tuple(found)


def _finding(level: Level, code: str, text: str, rows: Any) -> Finding:
    column = rows if is_column(rows) else None
    return Finding(level=level, code=code, text=text, source=PROPOSED, rows=column)


def _size(patient: Patient, weight: Quantity, height: Quantity) -> list[Finding]:
    kg, cm = in_unit(weight, KG, "weight"), in_unit(height, CM, "height")
    index = kg / (cm / 100) ** 2
    if all_of(_within(index, _BMI_COMMON)):
        return []
    possible = _within(index, _BMI_POSSIBLE)
    swapped = negated(possible) & _within(cm / (kg / 100) ** 2, _BMI_RARE)
    child: Any = False
    if patient.age is not None:
        child = in_unit(patient.age, YEAR, "age") < _CHILD_BELOW_YEARS
    heavy = above(index, _BMI_RARE[1]) | (child & above(index, _BMI_RARE_IN_CHILDREN))
    rare = possible & (heavy | below(index, _BMI_RARE[0]))
    pounds = rare & heavy & _within(index / _POUNDS_IN_KG, _BMI_COMMON)

    one = not is_column(index)
    seen = f"{show(weight, 5)} at {show(height, 5)}" if one else "Weight at height in these rows"
    as_kg = f" In pounds it would be {show(quantity(kg / _POUNDS_IN_KG, KG), 4)}." if one else ""
    level: Level = "WARN" if patient.size_confirmed else "STOP"
    confirm = (
        "" if patient.size_confirmed else " If it is right, measure again and confirm the size."
    )
    slips: tuple[tuple[Level, str, str, Any], ...] = (
        ("STOP", "body.swapped", f"{seen} cannot be: height and weight look exchanged.", swapped),
        (
            "STOP",
            "body.impossible",
            f"{seen} is a size that nobody has; check both numbers and their units.",
            negated(possible | swapped),
        ),
        (
            level,
            "body.pounds_as_kilograms",
            f"{seen} is a very rare size. Was the weight in pounds?{as_kg}{confirm}",
            pounds,
        ),
        (
            level,
            "body.rare_size",
            f"{seen} is a very rare size; check both numbers and their units.{confirm}",
            rare & negated(pounds),
        ),
    )
    return [_finding(*slip) for slip in slips if any_of(slip[3])]


def _within(value: Any, bounds: tuple[float, float]) -> Any:
    return negated(below(value, bounds[0]) | above(value, bounds[1]))
