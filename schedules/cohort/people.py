"""The patients of a table as read, by columns: each different text is read once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosing import units
from dosing.errors import InputError, Problems
from dosing.patient import Patient
from dosing.units import Quantity, Unit
from schedules.cohort.cells import Cells
from schedules.cohort.table import (
    FIELDS,
    FIRST_DAY,
    CellColumn,
    PatientRow,
    PatientTable,
    Positions,
    typed_value,
)
from schedules.plans.label import about_label, form_of_label
from schedules.plans.patient_reading import age_on, read_date

# Their numbers go in columns; every other fact of a class is equal.
MEASURED = ("weight", "height", "age", "creatinine")
UNDATED = np.iinfo(np.int64).min
Code: TypeAlias = tuple[str, str]
_InUnit: TypeAlias = tuple[float, Unit]
_TEXTS_KEPT = 1 << 16
_AS_TYPED = ("text", "word")
# Up to so many combinations a row a table of them is quicker than a sort.
_COMBINATIONS_A_ROW = 8


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One patient of a table: as typed, and as read."""

    row: PatientRow
    entry: dict[str, Any]
    first_day: dt.date
    measured: dict[str, Quantity]

    @property
    def sex(self) -> str | None:
        """Return the sex, if it was entered."""
        return self.entry.get("sex") or None

    @property
    def patient(self) -> Patient:
        """Return the measurements."""
        measured: dict[str, Any] = {**self.measured}
        return Patient(
            **measured,
            sex=self.sex,
            genotype=self.entry.get("genotype") or None,
            size_confirmed=bool(self.entry.get("size_confirmed")),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Numbers:
    """One measurement of all: the number of each in the unit that was typed, -1 without any."""

    numbers: NDArray[np.float64]
    units: Sequence[Unit]
    unit: Positions
    cell: Positions

    def of_unit(self) -> Iterator[tuple[Unit, NDArray[np.bool_]]]:
        """Yield each unit, and in whom it was typed."""
        yield from ((unit, self.unit == n) for n, unit in enumerate(self.units))

    def at(self, position: int) -> Quantity | None:
        """Return the measurement of one patient."""
        unit = self.unit[position]
        return None if unit < 0 else units.quantity(float(self.numbers[position]), self.units[unit])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The patients of a table; ``wrong`` are those of whom something cannot be read.

    Days are counted as ``date.toordinal`` counts them. ``weighed_before`` is how many days before
    the first day the weight was measured, or UNDATED.
    """

    table: PatientTable
    wrong: NDArray[np.bool_]
    first_days: NDArray[np.int64]
    weighed_before: NDArray[np.int64]
    measured: dict[str, Numbers]

    def stated(self, name: str) -> NDArray[np.bool_]:
        """Return in whom a field is filled."""
        column = self.table.columns.get(name)
        return np.zeros(len(self.table), bool) if column is None else column.filled

    def measured_alike(self, rows: NDArray[np.bool_]) -> list[Positions]:
        """Return the positions of those who are of one sex, with the same units, of like age."""
        positions = rows.nonzero()[0]
        if not len(positions):
            return []
        facts = [measured.unit + 1 for measured in self.measured.values()]
        if "age" in self.measured:
            facts.append(self.measured["age"].cell)
        if "sex" in self.table.columns:
            facts.append(self.table.columns["sex"].which)
        alike = combined((which[positions], int(which.max()) + 1) for which in facts)
        return [positions[own] for own in places_of_each(alike)]

    def patient(self, rows: Positions) -> Patient:
        """Return a column of the measurements of some who are measured alike."""
        columns: dict[str, Any] = {}
        for name, measured in self.measured.items():
            unit = measured.unit[rows[0]]
            if unit >= 0:
                columns[name] = units.quantity(measured.numbers[rows], measured.units[unit])
        sex = self.table.columns.get("sex")
        return Patient(**columns, sex=(sex.texts[sex.which[rows[0]]] if sex else "") or None)

    def note_labels(self, found: Found, rows: Positions) -> None:
        """Note whose label seems to name a person."""
        column = self.table.columns.get("label")
        if column is None:
            return
        # Kept for this table alone: the forms of millions of labels are many.
        forms = column.changed(map(form_of_label, column.texts))
        born = self.stated("born")[rows]
        for beside, own in ((False, rows[~born]), (True, rows[born])):
            if not len(own):
                continue
            about = [_about_label(form, beside) for form in forms.texts]
            for code in dict.fromkeys(itertools.chain.from_iterable(about)):
                holds = np.array([code in codes for codes in about])
                found.add(code, own[holds[forms.which[own]]])


class Found:
    """What is found in the patients of a table: in whom each level and code."""

    def __init__(self, count: int) -> None:
        """Begin without findings in so many patients."""
        self._count = count
        self.rows: dict[Code, NDArray[np.bool_]] = {}

    def add(self, code: Code, positions: Positions) -> None:
        """Note a finding in some of them."""
        if code not in self.rows:
            self.rows[code] = np.zeros(self._count, dtype=bool)
        self.rows[code][positions] = True

    def remove(self, positions: Sequence[int]) -> None:
        """Forget what was found in some of them."""
        for rows in self.rows.values() if positions else ():
            rows[list(positions)] = False

    def any_of(self, wanted: Callable[[str, str], bool]) -> NDArray[np.bool_]:
        """Return in whom there is any finding of a level and code that are wanted."""
        rows = [rows for code, rows in self.rows.items() if wanted(*code)]
        found: NDArray[np.bool_] = np.logical_or.reduce([np.zeros(self._count, bool), *rows])
        return found

    def of(self, position: int) -> set[Code]:
        """Return what is found in one of them."""
        return {code for code, rows in self.rows.items() if rows[position]}


def _about_label(text: str, born: bool) -> tuple[Code, ...]:
    return tuple((found.level, found.code) for found in about_label(text, born=born))


@functools.lru_cache(maxsize=_TEXTS_KEPT)
def _read_cell(name: str, text: str) -> Any:
    value = typed_value(name, text)
    if name == FIRST_DAY:
        return read_date(text, "first day")
    if not text or name not in FIELDS:
        return None
    kind = FIELDS[name].kind
    if kind == "date":
        return read_date(text, name.replace("_", " "))
    return units.read(kind, text, field=name) if name in MEASURED else value


@functools.lru_cache(maxsize=_TEXTS_KEPT)
def _read_number(name: str, text: str) -> _InUnit | None:
    return _in_its_unit(_read_cell(name, text))


def _in_its_unit(value: Quantity | None) -> _InUnit | None:
    return None if value is None else (float(value.magnitude), value.units)


def read_person(row: PatientRow) -> Person:
    """Read one row.

    Raises:
        InputError: with everything in it that cannot be read.
    """
    problems = Problems()
    read = {
        name: problems.reading(_read_cell, name, text)
        for name, text in {FIRST_DAY: "", **row.cells}.items()
    }
    first_day = read.pop(FIRST_DAY)
    measured = {name: value for name, value in read.items() if name in MEASURED and value}
    entry = {name: value for name, value in read.items() if value is not None}
    entry |= {name: row.cells[name] for name in measured}
    born = entry.get("born")
    if born is not None and first_day is not None and "age" not in measured:
        measured["age"] = problems.reading(age_on, born, first_day)
    day: dt.date = problems.settled(first_day)
    return Person(row=row, entry=entry, first_day=day, measured=measured)


def read_people(table: PatientTable, cells: Cells) -> People:
    """Read the patients of a table.

    Args:
        table: what was typed.
        cells: the numbers that any rule compares a patient's with.
    """
    wrong, columns = np.zeros(len(table), dtype=bool), {}
    missing = {FIRST_DAY: CellColumn([""], np.zeros(len(table), dtype=np.intp))}
    for name, column in {**missing, **table.columns}.items():
        if name in FIELDS and FIELDS[name].kind in _AS_TYPED:
            continue
        read = _read_number if name in MEASURED else _read_cell
        values, refused = _each(functools.partial(read, name), column.texts)
        wrong |= refused[column.which]
        columns[name] = values, column.which
    days, which = columns[FIRST_DAY]
    first_days = _ordinals(days)[which]
    weighed, on = columns.get("weight_on", ([None], np.zeros(len(table), dtype=np.intp)))
    dated = _ordinals(weighed)[on]
    measured = {name: _numbers(name, *columns[name], cells) for name in MEASURED if name in columns}
    if "born" in columns:
        ages, own = _ages(columns["born"], columns[FIRST_DAY])
        values, refused = _each(lambda pair: pair and _in_its_unit(age_on(*pair)), ages)
        by_birth = _numbers("age", values, own, cells)
        typed = measured["age"].unit >= 0 if "age" in measured else np.zeros(len(table), bool)
        wrong |= refused[own] & ~typed
        measured["age"] = _merged(measured["age"], by_birth) if "age" in measured else by_birth
    return People(
        table=table,
        wrong=wrong,
        first_days=first_days,
        weighed_before=np.where(dated == UNDATED, UNDATED, first_days - dated),
        measured=measured,
    )


def _each(read: Callable[[Any], Any], texts: Sequence[Any]) -> tuple[list[Any], NDArray[np.bool_]]:
    """Return what each text says, and which of them are refused."""
    refused = np.zeros(len(texts), dtype=bool)
    try:
        return [*map(read, texts)], refused
    except InputError:
        values: list[Any] = []
    for n, text in enumerate(texts):
        try:
            values.append(read(text))
        except InputError:
            values.append(None)
            refused[n] = True
    return values, refused


def _ordinals(days: Iterable[dt.date | None]) -> NDArray[np.int64]:
    return np.array([UNDATED if day is None else day.toordinal() for day in days], dtype=np.int64)


def _ages(
    born: tuple[Sequence[Any], Positions], first: tuple[Sequence[Any], Positions]
) -> tuple[list[Any], Positions]:
    """Return the different pairs of a birth date and a first day, and which each patient has."""
    pair = combined([(born[1], len(born[0])), (first[1], len(first[0]))])
    begins = first_of_each(pair)
    pairs = [(born[0][born[1][n]], first[0][first[1][n]]) for n in begins.tolist()]
    return [pair if all(pair) else None for pair in pairs], pair


def _numbers(
    name: str,
    values: Sequence[_InUnit | None],
    which: Positions,
    cells: Cells,
) -> Numbers:
    numbers = np.array([0.0 if one is None else one[0] for one in values], dtype=np.float64)
    typed = [None if value is None else value[1] for value in values]
    # Equal units are one object, and its identity is asked for sooner than its hash.
    known = list({id(unit): unit for unit in typed if unit is not None}.values())
    place = {id(None): -1, **{id(unit): n for n, unit in enumerate(known)}}
    unit = np.array([place[id(one)] for one in typed], dtype=np.intp)
    cell = np.zeros(len(values), dtype=np.intp)
    for n, one in enumerate(known):
        own = unit == n
        cell[own] = 1 + cells.numbered(name, units.quantity(numbers[own], one))
    return Numbers(numbers[which], known, unit[which], cell[which])


def _merged(typed: Numbers, other: Numbers) -> Numbers:
    """Return what was typed, and the other number where nothing was."""
    missing = typed.unit < 0
    there = other.unit >= 0
    return Numbers(
        np.where(missing, other.numbers, typed.numbers),
        [*typed.units, *other.units],
        np.where(missing & there, other.unit + len(typed.units), typed.unit),
        np.where(missing, other.cell, typed.cell),
    )


def combined(columns: Iterable[tuple[NDArray[Any], int]]) -> Positions:
    """Return a number for each row, from 0 on: the same where all columns are alike.

    Args:
        columns: numbers from 0 on, and how many there are of them.
    """
    whole, size = None, 1
    for which, count in columns:
        if count == 1 and whole is not None:
            continue  # all are alike in it
        whole = which.astype(np.intp) if whole is None else whole * count + which
        size *= count
        if size > _COMBINATIONS_A_ROW * len(which):
            _, whole = np.unique(whole, return_inverse=True)
            size = int(whole.max(initial=0)) + 1
    if whole is None:
        raise ValueError("no column")
    there = np.zeros(size, dtype=bool)
    there[whole] = True
    numbered: Positions = (np.cumsum(there) - 1)[whole]
    return numbered


def places_of_each(numbered: Positions) -> list[Positions]:
    """Return where each number of a column stands, from 0 on."""
    # Small numbers are sorted several times as fast.
    small = numbered.astype(np.uint16) if int(numbered.max(initial=0)) < 1 << 16 else numbered
    places = np.argsort(small, kind="stable")
    ends = np.cumsum(np.bincount(numbered)).tolist()
    return [places[begin:end] for begin, end in itertools.pairwise([0, *ends])]


def how_many(numbers: Positions, size: int) -> tuple[Positions, Positions]:
    """Return the numbers that are there, of those below a size, and how many rows have each."""
    if size > _COMBINATIONS_A_ROW * len(numbers):
        return np.unique(numbers, return_counts=True)
    counts = np.bincount(numbers, minlength=size)
    there = counts.nonzero()[0]
    return there, counts[there]


def first_of_each(numbered: Positions) -> Positions:
    """Return the position of the first row with each number."""
    first = np.zeros(int(numbered.max(initial=-1)) + 1, dtype=np.intp)
    first[numbered[::-1]] = np.arange(len(numbered), dtype=np.intp)[::-1]
    return first
