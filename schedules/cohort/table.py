"""Reads a table of patients in batches: cells are text, a head names the field, maybe a unit.

Ids stay text: ``007`` keeps its zeros, ``NA`` is an id. A batch keeps each different text of a
column once, so that it is read once for all the rows that have it.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosing.errors import Problem, Problems, refuse
from schedules.cohort import parquet
from schedules.plans.patient_entry import PATIENT_FIELDS
from schedules.plans.patient_field import PatientField

FIRST_DAY, REGIMEN = "first_day", "regimen"
FIELDS: Mapping[str, PatientField] = {field.name: field for field in PATIENT_FIELDS}
Positions: TypeAlias = NDArray[np.intp]
_HEAD = re.compile(r"([^(\[]+?)\s*(?:[(\[]\s*([^)\]]+?)\s*[)\]])?\s*")
_BARE_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_AMOUNT = re.compile(r"([^=]+)=(.+)")
_YES = {"yes": True, "no": False, "": False}
_ALIASES = {"id": "label", "start": FIRST_DAY, "first_day": FIRST_DAY, "regimen": REGIMEN}
_BY_OPTION = {field.option.replace("-", "_"): field.name for field in PATIENT_FIELDS}
_TOO_LONG = ""  # the column of what stands beyond the head
_FIRST_ROW = 2


@dataclasses.dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient as typed. ``number`` is that of a spreadsheet, in which the head is row 1."""

    number: int
    cells: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class BadRow:
    """A row of which nothing is computed, and everything that is wrong with it."""

    number: int
    problems: tuple[Problem, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class CellColumn:
    """Each different text of a column once, and which of them every row has."""

    texts: Sequence[str]
    which: Positions

    @classmethod
    def of(cls, texts: Sequence[str]) -> CellColumn:
        """Keep each different text once."""
        different = list(dict.fromkeys(texts))
        if len(different) == len(texts):
            return cls(different, np.arange(len(texts), dtype=np.intp))
        place = dict(zip(different, range(len(different)), strict=True))
        which = np.fromiter(map(place.__getitem__, texts), dtype=np.intp, count=len(texts))
        return cls(different, which)

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Return in which rows there is a text."""
        if "" not in self.texts:
            return np.ones(len(self.which), dtype=bool)
        filled: NDArray[np.bool_] = self.which != self.texts.index("")
        return filled

    def each(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Return for each row whether something holds of its text."""
        return np.array([holds(text) for text in self.texts], dtype=bool)[self.which]

    def picked(self, rows: NDArray[np.bool_]) -> CellColumn:
        """Return those rows alone for which a condition holds, and only their texts."""
        which = self.which[rows]
        there = np.zeros(len(self.texts), dtype=bool)
        there[which] = True
        if there.all():
            return CellColumn(self.texts, which)
        texts = [self.texts[n] for n in there.nonzero()[0].tolist()]
        return CellColumn(texts, (np.cumsum(there) - 1)[which])

    def changed(self, texts: Iterable[str]) -> CellColumn:
        """Return the column with another text in the place of each."""
        others = list(texts)
        if others == self.texts:
            return self
        other = CellColumn.of(others)
        return CellColumn(other.texts, other.which[self.which])


@dataclasses.dataclass(frozen=True, slots=True)
class PatientTable:
    """Some patients as typed, by columns; ``numbers`` are those of their rows."""

    numbers: NDArray[np.int64]
    columns: Mapping[str, CellColumn]

    @classmethod
    def of(cls, rows: Sequence[PatientRow]) -> PatientTable:
        """Put rows into columns."""
        cells = [row.cells for row in rows]
        names = dict.fromkeys(itertools.chain.from_iterable(cells))
        return cls(
            np.array([row.number for row in rows], dtype=np.int64),
            {name: CellColumn.of([own.get(name, "") for own in cells]) for name in names},
        )

    def __len__(self) -> int:
        """Return how many patients there are."""
        return len(self.numbers)

    def row(self, position: int) -> PatientRow:
        """Return one patient."""
        cells = {name: one.texts[one.which[position]] for name, one in self.columns.items()}
        return PatientRow(int(self.numbers[position]), cells)

    def picked(self, rows: NDArray[np.bool_]) -> PatientTable:
        """Return those patients alone for whom a condition holds."""
        if rows.all():
            return self
        columns = {name: column.picked(rows) for name, column in self.columns.items()}
        return PatientTable(self.numbers[rows], columns)


@dataclasses.dataclass(frozen=True, slots=True)
class _Head:
    name: str
    unit: str

    def typed(self, text: str) -> str:
        """Return a cell with the unit of its head."""
        text = text.strip()
        return f"{text} {self.unit}" if self.unit and _BARE_NUMBER.fullmatch(text) else text


class TableFile:
    """A CSV or Parquet file of patients, which may be larger than the memory."""

    def __init__(self, path: Path) -> None:
        """Read the head, and count the rows.

        Raises:
            InputError: if the file cannot be read, a head names no field of a plan, or no row is
                there.
        """
        self.path, self._parquet = path, path.suffix == ".parquet"
        heads = parquet.heads(path) if self._parquet else next(self._lines(), None)
        if not heads:
            refuse("patients", str(path), why="has no head", write="label,weight (kg),height (cm)")
        self._heads = _read_heads(heads)
        if self._parquet:
            self.rows = parquet.count(path)
        else:
            self.rows = sum(1 for _ in self._lines()) - 1
        if not self.rows or not (self._parquet or any(map(any, self._data_lines()))):
            refuse("patients", str(path), why="has no rows", accepted="one patient on each row")

    @property
    def numbers(self) -> range:
        """Return the numbers of the rows."""
        return range(_FIRST_ROW, _FIRST_ROW + self.rows)

    @property
    def sha256(self) -> str:
        """Return the hash of the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def tables(self, sizes: Sequence[int], dropped: Collection[int] = ()) -> Iterator[PatientTable]:
        """Yield the patients in batches of so many rows, without blank and dropped ones."""
        first = _FIRST_ROW
        batches: Iterable[Sequence[CellColumn]] = self._batches(sizes)
        if self._parquet:
            batches = (
                [CellColumn(*one) for one in some] for some in parquet.batches(self.path, sizes)
            )
        for size, columns in zip(sizes, batches, strict=True):
            numbers = np.arange(first, first + size, dtype=np.int64)
            first += size
            named = {
                head.name: column.changed(map(head.typed, column.texts))
                for head, column in zip(self._heads, columns, strict=False)
            }
            if len(columns) > len(self._heads):
                named[_TOO_LONG] = columns[-1]
            kept = np.zeros(size, dtype=bool)
            for column in named.values():
                kept |= column.filled
            kept &= ~np.isin(numbers, list(dropped))
            yield PatientTable(numbers, named).picked(kept)

    def left_out(self, typed: Iterable[str]) -> frozenset[int]:
        """Return the numbers of the rows that are left out, as they were typed.

        Raises:
            InputError: if one is no row of the table, or none is left.
        """
        problems = Problems()
        texts = list(typed)
        dropped = frozenset(int(text) for text in texts if text.isdecimal())
        for text in texts:
            if not text.isdecimal() or int(text) not in self.numbers:
                write = f"a number from {self.numbers[0]} to {self.numbers[-1]}"
                problems.add("drop", text, why="is no row of the table", write=write)
        if len(dropped) == self.rows:
            problems.add("drop", " ".join(texts), why="leaves no row", accepted="keep one")
        problems.raise_if_any()
        return dropped

    def patients(self, dropped: Collection[int] = ()) -> list[PatientRow]:
        """Return every patient at once, without blank and dropped rows."""
        [table] = self.tables([self.rows], dropped)
        return [table.row(position) for position in range(len(table))]

    def _lines(self) -> Iterator[Sequence[str]]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                yield from csv.reader(file)
        except (OSError, UnicodeDecodeError):
            refuse("patients", str(self.path), why="cannot be read", accepted="a CSV file in UTF-8")

    def _data_lines(self) -> Iterator[Sequence[str]]:
        lines = self._lines()
        next(lines)
        return lines

    def _batches(self, sizes: Sequence[int]) -> Iterator[Sequence[CellColumn]]:
        lines, width = self._data_lines(), len(self._heads)
        for size in sizes:
            rows = list(itertools.islice(lines, size))
            beyond = [",".join(cells[width:]) for cells in rows]
            columns = itertools.zip_longest(*(cells[:width] for cells in rows), fillvalue="")
            yield [*map(CellColumn.of, columns), CellColumn.of(beyond)]


def _read_heads(heads: Sequence[str]) -> list[_Head]:
    problems = Problems()
    columns: list[_Head] = []
    known = (*_BY_OPTION, FIRST_DAY, REGIMEN)
    for head in heads:
        match = _HEAD.fullmatch(head.strip())
        word = (match[1] if match else head).strip().lower().replace(" ", "_").replace("-", "_")
        name = _ALIASES.get(word) or _BY_OPTION.get(word) or (word if word in FIELDS else "")
        if not name:
            why = "is not a field of a plan"
            problems.add("column", head, why=why, accepted=f"name one of {', '.join(known)}")
        elif name in {column.name for column in columns}:
            problems.add("column", head, why="stands twice", accepted="keep one of them")
        columns.append(_Head(name, (match[2] or "") if match else ""))
        measured = name in FIELDS and FIELDS[name].measured
        if name and columns[-1].unit and not measured:
            problems.add("column", head, why="has no unit", accepted=f"write {name} alone")
    problems.raise_if_any()
    return columns


def typed_value(name: str, text: str) -> object:
    """Return what a cell states; the parts of a list have semicolons between them.

    Raises:
        InputError: if it is written otherwise than its field is.
    """
    if name == _TOO_LONG and text:
        refuse("row", text, why="is longer than the head", accepted="put quotes around a comma")
    if name not in FIELDS or not text:
        return text
    field = FIELDS[name]
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if field.kind == "several":
        return parts
    if field.kind == "confirmed":
        if text.lower() not in _YES:
            refuse(field.in_words, text, why="is not known here", write="yes or no")
        return _YES[text.lower()]
    if field.kind == "amounts":
        pairs = [_AMOUNT.fullmatch(part) for part in parts]
        if not all(pairs):
            refuse(field.in_words, text, why="is not a name and a value", write="DRUG=AMOUNT")
        return {pair[1].strip(): pair[2].strip() for pair in pairs if pair}
    return text
