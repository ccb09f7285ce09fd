"""The second calculation of a column: every row in whole ticks, the doubtful ones in fractions.

It shares the tables and the exact arithmetic of ``second``, and nothing with the first calculation.
A row on which the two differ may lie so near to a tie that floating point cannot tell: it is
calculated again in exact fractions, as are the rows with the least and the greatest values.
The columns bring NumPy with them: here are only their own operators.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import inf
from typing import Any, TypeAlias

from dosing.calculation import second

# One number or a column of them, and the unit in which it is written.
Written: TypeAlias = tuple[Any, str]

# Rows at a time, so that what is calculated of them stays in the cache of the processor.
_ROWS = 1 << 14
# More rows than these differ by no accident of a tie.
_MOST_RECHECKED = 1000
_AGREE = 1e-9
# A count of steps that lies this little below a tie is the tie, with floating-point noise.
_NOISE = 1e-9
_MEASURED = ("rate", "weight", "height", "surface")
_INCH_CM, _INCHES_AT_5_FEET = 2.54, 60
_LIVINGSTON_SMALL_KG = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What the first calculation was given, as numbers and units; see ``second.amount``."""

    rate: Written
    weight: Written | None = None
    missing: float | None = None
    height: Written | None = None
    surface: Written | None = None
    sex: Any = None
    basis: str | None = None
    ideal: str | None = None
    fraction: float | None = None
    formula: str | None = None
    hematocrit: Any = None
    plasma: str | None = None
    doses_a_day: int | None = None
    times: int = 1
    factors: Sequence[float] = ()
    cap: str | None = None
    step: str | None = None
    rounding: str | None = None
    bands: Sequence[tuple[str | None, str | None, str]] = ()
    banded_by: str = "dose"

    def rows(self, which: Any) -> Entered:
        """Return what was entered for some of the rows."""
        changed: dict[str, Any] = {
            field: (value[0][which], value[1])
            for field in _MEASURED
            if (value := getattr(self, field)) is not None and _is_column(value[0])
        }
        for name in ("sex", "hematocrit"):
            if _is_column(getattr(self, name)):
                changed[name] = getattr(self, name)[which]
        return dataclasses.replace(self, **changed)

    def texts(self, rows: Iterable[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield what was entered for each of some rows, as ``second.amount`` reads it."""
        alike = {name: getattr(self, name) for name in _FIELDS}
        stated = {name: alike[name] for name in _MEASURED if alike[name] is not None}
        for row in rows:
            sex = self.sex[row] if _is_column(self.sex) else self.sex
            share = self.hematocrit[row] if _is_column(self.hematocrit) else self.hematocrit
            own: dict[str, Any] = {
                name: _text(number[row] if _is_column(number) else number, unit)
                for name, (number, unit) in stated.items()
            }
            yield row, alike | own | {"sex": None if sex is None else str(sex), "hematocrit": share}


_FIELDS = tuple(field.name for field in dataclasses.fields(Entered))


def differing_rows(first: Written, entered: Entered) -> Any:
    """Return for each row whether the second calculation gives another amount than the first.

    Args:
        first: the amounts of the first calculation.
        entered: what it was given.
    """
    numbers, unit = first
    size = _size(unit.removesuffix("/day"))
    # A dose of nothing or less is stopped for what it is. Written so that NaN differs.
    different = ~(numbers <= 0)
    for start in range(0, numbers.size, _ROWS):
        which = slice(start, start + _ROWS)
        again = _amounts(entered if numbers.size <= _ROWS else entered.rows(which))
        different[which] &= ~(abs(numbers[which] * size - again) <= _AGREE * again)
    doubtful = different.nonzero()[0][:_MOST_RECHECKED]
    rows = {*doubtful.tolist(), *_extreme_rows(numbers, entered)}
    for row, texts in entered.texts(row for row in rows if 0 < numbers[row] < inf):
        different[row] = not second.agrees(_text(numbers[row], unit), second.amount(**texts))
    return different


def _extreme_rows(numbers: Any, entered: Entered) -> set[int]:
    """Return the rows of the least and greatest doses, and of the least and greatest measures."""
    measures = [value[0] for value in (entered.weight, entered.height, entered.surface) if value]
    columns = [numbers, *(one for one in measures if _is_column(one))]
    return {int(place) for one in columns for place in (one.argmin(), one.argmax())}


def _text(number: Any, unit: str) -> str:
    digits = repr(float(number))
    return f"{Decimal(digits):f} {unit}" if "e" in digits else f"{digits} {unit}"


def _is_column(value: Any) -> bool:
    return bool(getattr(value, "ndim", 0))


def _size(unit: str) -> float:
    return float(second.UNITS[unit][1])


def _of(text: str) -> float:
    return float(second.read(text))


def _amounts(entered: Entered) -> Any:
    number, unit = entered.rate
    what, *per = unit.split("/")
    result: Any = number * (_size(what) * entered.times)
    if "kg" in per:
        result = result * _dosing_kilograms(entered)
    if "m2" in per:
        result = result * _square_metres(entered)
    if "L-plasma" in per:
        result = result * _litres_of_plasma(entered)
    if "day" in per and entered.doses_a_day:
        result = result / entered.doses_a_day
    for factor in entered.factors:
        result = result * factor
    if entered.cap is not None:
        cap = _of(entered.cap) * entered.times
        result[result > cap] = cap
    if entered.step is not None:
        step = _of(entered.step)
        result = _whole(result / step, entered.rounding) * step
    if entered.banded_by == "weight":
        return _banded(result, _kilograms(entered), entered.bands)
    return _banded(result, result, entered.bands)


def _whole(steps: Any, rounding: str | None) -> Any:
    """Count whole steps; the steps are above zero, where to cut off is to round down."""
    if rounding == "nearest":
        return (steps + (0.5 + _NOISE)).astype("int64")
    down = (steps + _NOISE).astype("int64")
    return down + (steps - down > _NOISE) if rounding == "up" else down


def _banded(amounts: Any, by: Any, bands: Sequence[tuple[str | None, str | None, str]]) -> Any:
    result = amounts.copy() if bands else amounts
    for start, end, dose in bands:
        inside = amounts > 0
        if start is not None:
            inside = inside & (by >= float(second.read_end(start)))
        if end is not None:
            inside = inside & (by < float(second.read_end(end)))
        result[inside] = _of(dose)
    return result


def _given(value: Written | None) -> Written:
    if value is None:
        raise ValueError("a measurement is missing")
    return value


def _kilograms(entered: Entered) -> Any:
    number, unit = _given(entered.weight)
    return number * float(second.WEIGHTS[unit])


def _whole_kilograms(entered: Entered) -> Any:
    return _kilograms(entered) * (100 / (100 - (entered.missing or 0)))


def _centimetres(entered: Entered) -> Any:
    number, unit = _given(entered.height)
    return number * _size(unit)


def _by_sex(sex: Any, male: Any, female: Any) -> Any:
    men = sex == "male"
    return men * male + (1 - men) * female


def _dosing_kilograms(entered: Entered) -> Any:
    if entered.basis == "actual":
        return _kilograms(entered)
    kg = _whole_kilograms(entered)
    cm, sex = _centimetres(entered), entered.sex
    if entered.basis == "lean":
        index = kg / cm / cm * 10000
        start, each = _by_sex(sex, 6680, 8780), _by_sex(sex, 216, 244)
        return 9270 * kg / (start + each * index)
    (of_men, by_men), (of_women, by_women) = (
        map(float, second.IDEAL_WEIGHTS[str(entered.ideal), male]) for male in (True, False)
    )
    inches = cm / _INCH_CM - _INCHES_AT_5_FEET
    ideal = _by_sex(sex, of_men, of_women) + _by_sex(sex, by_men, by_women) * inches
    if entered.basis == "ideal":
        return ideal
    share = float(entered.fraction or 0)
    light = kg < ideal
    return light * kg + (1 - light) * ((1 - share) * ideal + share * kg)


def _square_metres(entered: Entered) -> Any:
    if entered.surface is not None:
        return entered.surface[0]
    kg, formula = _whole_kilograms(entered), str(entered.formula)
    if formula == "livingston_lee":
        low = kg < _LIVINGSTON_SMALL_KG
        return low * 0.1037 * kg**0.6724 + (1 - low) * 0.1173 * kg**0.6466
    cm = _centimetres(entered)
    if formula == "mosteller":
        return (kg * cm) ** 0.5 / 60
    if formula == "boyd":
        from numpy import exp, log

        of_grams = log(kg * 1000)
        of_grams = exp(of_grams * (0.7285 - 0.0188 / log(10) * of_grams))
        return 0.0003207 * cm**0.3 * of_grams
    if formula == "schlich":
        of_men, of_women = _powers("schlich male", kg, cm), _powers("schlich female", kg, cm)
        return _by_sex(entered.sex, of_men, of_women)
    return _powers(formula, kg, cm)


def _litres_of_plasma(entered: Entered) -> Any:
    kg, share = _kilograms(entered), 1 - entered.hematocrit
    if entered.plasma == "kaplan":
        return 0.065 * kg * share
    metres = _centimetres(entered) / 100
    men, women = (map(float, second.BLOOD_VOLUMES[sex]) for sex in ("male", "female"))
    of_m, of_kg, more = (_by_sex(entered.sex, *pair) for pair in zip(men, women, strict=True))
    return (of_m * metres**3 + of_kg * kg + more) * share


def _powers(formula: str, kg: Any, cm: Any) -> Any:
    factor, of_kg, of_cm = map(float, second.SURFACES[formula])
    return factor * kg**of_kg * cm**of_cm
