"""What is known of a patient, as a programmer gives it: texts, Quantities or columns of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias, TypedDict, TypeVar

from dosing import units
from dosing.amputation import Amputated, read_amputations
from dosing.columns import any_of, in_rows, is_column, name_rows
from dosing.errors import Problems, refuse
from dosing.names import SEXES
from dosing.numbers import read_fraction
from dosing.patient import Patient
from dosing.units import Quantity, quantity

# A text with its unit, a Quantity, or a column: texts with their units (pandas, NumPy or a list),
# or numbers whose unit is stated once, as attrs["unit"] of a pandas column or as (numbers, "kg").
Measured: TypeAlias = Any
T = TypeVar("T")

_PAIR = 2


class Facts(TypedDict, total=False):
    """What is known of a patient, or of a column of patients."""

    weight: Measured
    height: Measured
    bsa: Measured
    sex: Any
    age: Measured
    creatinine: Measured
    cystatin_c: Measured
    hematocrit: Any
    amputations: str | Sequence[str]
    size_confirmed: bool


# Fact -> the kind of value that it is.
_KINDS = {
    "weight": "weight",
    "height": "height",
    "bsa": "surface",
    "age": "age",
    "creatinine": "creatinine",
    "cystatin_c": "cystatin C",
}


def read_facts(problems: Problems, facts: Mapping[str, Any]) -> Patient:
    """Read what is known of a patient; what is wrong with it is added to the problems.

    Where one fact is a column, each other one is the same for all of its rows.
    """
    for unknown in facts.keys() - Facts.__annotations__.keys():
        problems.add(unknown, "", why="is not a known fact", write=", ".join(Facts.__annotations__))
    found = {
        field: read_value(problems, kind, facts.get(field), field) for field, kind in _KINDS.items()
    }
    rows = _rows_of(problems, found)
    _must_align(problems, facts)
    confirmed = facts.get("size_confirmed", False)
    if not isinstance(confirmed, bool):
        problems.add(
            "size_confirmed", str(confirmed), why="is not yes or no", write="True or False"
        )
    hematocrit = facts.get("hematocrit")
    if isinstance(hematocrit, str):
        hematocrit = problems.reading(read_fraction, hematocrit, "hematocrit")
    return Patient(
        weight=_for_all(found["weight"], rows),
        height=_for_all(found["height"], rows),
        surface=_for_all(found["bsa"], rows),
        age=_for_all(found["age"], rows),
        creatinine=_for_all(found["creatinine"], rows),
        cystatin_c=_for_all(found["cystatin_c"], rows),
        sex=_sex(problems, facts.get("sex"), rows),
        hematocrit=hematocrit,
        size_confirmed=confirmed is True,
        amputated=_lost(problems, facts),
    )


def _lost(problems: Problems, facts: Mapping[str, Any]) -> Amputated | None:
    typed = facts.get("amputations")
    if typed is None:
        return None
    return problems.reading(read_amputations, typed, "amputations")


def _rows_of(problems: Problems, found: Mapping[str, Quantity | None]) -> int | None:
    """Return how many rows the columns have; None where each fact is one value."""
    lengths = {
        field: value.magnitude.size
        for field, value in found.items()
        if value is not None and is_column(value.magnitude)
    }
    if len(set(lengths.values())) > 1:
        has = " and ".join(f"{field} {count}" for field, count in lengths.items())
        problems.add("rows", "", why=f"differ: {has}", accepted="give columns of the same length")
        return None
    return next(iter(lengths.values()), None)


def _must_align(problems: Problems, facts: Mapping[str, Any]) -> None:
    """Refuse pandas columns with different rows: they would be paired by place, not by row."""
    indexes = [value.index for value in facts.values() if hasattr(value, "to_numpy")]
    if any(not index.equals(indexes[0]) for index in indexes):
        align = "align the columns first: take them from one frame"
        problems.add("rows", "", why="have different labels in the columns", accepted=align)


def _for_all(value: Quantity | None, rows: int | None) -> Quantity | None:
    """Return a value as a column where the others are columns."""
    if value is None or rows is None or is_column(value.magnitude):
        return value
    import numpy as np

    return quantity(np.full(rows, value.magnitude), value.units)


def _sex(problems: Problems, sex: Any, rows: int | None) -> Any:
    if sex is None or not hasattr(sex, "__len__") or isinstance(sex, str):
        known = one_of(problems, "sex", sex, SEXES)
        if known is None or rows is None:
            return known
        sex = [known] * rows
    import numpy as np

    column = np.asarray(sex, dtype=str)
    if rows is not None and column.size != rows:
        problems.add("sex", "", why=f"has {column.size} rows, not {rows}", write="one for each row")
    return column


def formula_inputs(patient: Patient, *, whole: bool = False) -> dict[str, Any]:
    """Return what the published equations take, by the names of their inputs.

    Args:
        patient: the measurements.
        whole: whether an equation for the size of the body takes them: then the weight before an
            amputation counts.
    """
    weight = patient.weight
    return {
        "weight": patient.whole(weight) if whole and weight is not None else weight,
        "height": patient.height,
        "sex": patient.sex,
        "age": patient.age,
        "creatinine": patient.creatinine,
        "cystatin_c": patient.cystatin_c,
        "hematocrit": patient.hematocrit,
    }


def one_of(problems: Problems, field: str, name: T | None, known: Collection[str]) -> T | None:
    """Return a word that is known, or None; an unknown one is a problem."""
    if name is not None and (not isinstance(name, str) or name not in known):
        problems.add(field, str(name), why="is not known here", write=", ".join(known))
        return None
    return name


def read_value(problems: Problems, kind: str, value: Measured, field: str) -> Quantity | None:
    """Read a text, a Quantity or a column; None stays None."""
    if value is None:
        return None
    if isinstance(value, units.Quantity):
        return problems.reading(_must_be, kind, value, field)
    if isinstance(value, str | float | int):
        return problems.reading(units.read, kind, value, field=field)
    return problems.reading(_column, kind, value, field)


def _must_be(kind: str, value: Quantity, field: str) -> Quantity:
    """Return a Quantity of the kind, if it is finite and above zero as a typed one must be."""
    accepted = units.KINDS[kind]
    if not units.is_of_kind(value, kind):
        refuse(field, str(value), why=f"is no {kind}", write=accepted.examples)
    number = units.in_unit(value, value.units, field)
    too_small = number < 0 if accepted.zero else number <= 0
    if any_of(too_small):
        why = f"is not above zero{in_rows(too_small)}"
        refuse(field, "", why=why, write=accepted.examples)
    return value


def _column(kind: str, value: Any, field: str) -> Quantity:
    """Read a column of texts, each with its unit, or of numbers whose unit is stated once."""
    import numpy as np

    unit = getattr(value, "attrs", {}).get("unit")
    if isinstance(value, tuple) and len(value) == _PAIR and isinstance(value[1], str):
        numbers, stated = value
        value, unit = (value, unit) if isinstance(numbers, str) else (numbers, stated)
    column = np.atleast_1d(np.asarray(value))
    if column.ndim > 1:
        refuse(field, "", why="is a table", accepted="give one column, a value for each patient")
    if column.dtype.kind not in "iuf":
        return _column_of_texts(kind, column, field)
    if unit is None:
        examples = units.KINDS[kind].examples
        why = "is a column of numbers without a unit"
        refuse(field, "", why=why, accepted=f'give texts such as {examples}, or (numbers, "unit")')
    whole = quantity(column.astype(float), units.read(kind, f"1 {unit}", field=field).units)
    return _must_be(kind, whole, field)


def _column_of_texts(kind: str, column: Any, field: str) -> Quantity:
    import numpy as np

    texts, where = np.unique(column.astype(str), return_inverse=True)
    problems = Problems()
    read = [
        problems.reading(units.read, kind, text, field=f"{field}, {name_rows(where == n)}")
        for n, text in enumerate(texts)
    ]
    problems.raise_if_any()
    known = [value for value in read if value is not None]
    if not known:
        refuse(field, "", why="is an empty column", accepted="give one value for each patient")
    unit = known[0].units
    numbers = np.array([units.in_unit(value, unit, field) for value in known])
    return quantity(numbers[where], unit)
