"""Reads a table of patients: every cell is text, and the head names the field and may name a unit.

Ids stay text: ``007`` keeps its zeros, ``NA`` is an id.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dosing.errors import Problem, Problems, refuse
from schedules.cohort import parquet
from schedules.plans.patient_entry import PATIENT_FIELDS
from schedules.plans.patient_field import PatientField

FIRST_DAY, REGIMEN = "first_day", "regimen"
_HEAD = re.compile(r"([^(\[]+?)\s*(?:[(\[]\s*([^)\]]+?)\s*[)\]])?\s*")
_BARE_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_AMOUNT = re.compile(r"([^=]+)=(.+)")
_YES = {"yes": True, "no": False, "": False}
_ALIASES = {"id": "label", "start": FIRST_DAY, "first_day": FIRST_DAY, "regimen": REGIMEN}
_FIELDS: Mapping[str, PatientField] = {field.name: field for field in PATIENT_FIELDS}
_BY_OPTION = {field.option.replace("-", "_"): field.name for field in PATIENT_FIELDS}


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
class _TableColumn:
    name: str
    unit: str


def read_table(path: Path) -> list[PatientRow]:
    """Read the patients of a CSV or Parquet file.

    Raises:
        InputError: if the file cannot be read, or a head names no field of a plan.
    """
    rows = parquet.read(path) if path.suffix == ".parquet" else _read_csv(path)
    heads = next(rows, None)
    if not heads:
        refuse("patients", str(path), why="has no head", write="label,weight (kg),height (cm)")
    columns = _read_heads(heads)
    found: list[PatientRow] = []
    for number, cells in enumerate(rows, 2):
        if any(cell.strip() for cell in cells):
            found.append(_row(number, columns, cells))
    if not found:
        refuse("patients", str(path), why="has no rows", accepted="one patient on each row")
    return found


def _row(number: int, columns: Sequence[_TableColumn], cells: Sequence[str]) -> PatientRow:
    values = {}
    if len(cells) > len(columns):
        values[""] = ",".join(cells[len(columns) :])
    for column, text in zip(columns, cells, strict=False):
        typed = text.strip()
        if column.unit and _BARE_NUMBER.fullmatch(typed):
            typed = f"{typed} {column.unit}"
        values[column.name] = typed
    return PatientRow(number, values)


def _read_csv(path: Path) -> Iterator[Sequence[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        refuse("patients", str(path), why="cannot be read", accepted="a CSV file in UTF-8")
    yield from csv.reader(io.StringIO(text, newline=""))


def _read_heads(heads: Sequence[str]) -> list[_TableColumn]:
    problems = Problems()
    columns: list[_TableColumn] = []
    known = (*_BY_OPTION, FIRST_DAY, REGIMEN)
    for head in heads:
        match = _HEAD.fullmatch(head.strip())
        word = (match[1] if match else head).strip().lower().replace(" ", "_").replace("-", "_")
        name = _ALIASES.get(word) or _BY_OPTION.get(word) or (word if word in _FIELDS else "")
        if not name:
            why = "is not a field of a plan"
            problems.add("column", head, why=why, accepted=f"name one of {', '.join(known)}")
        elif name in {column.name for column in columns}:
            problems.add("column", head, why="stands twice", accepted="keep one of them")
        columns.append(_TableColumn(name, (match[2] or "") if match else ""))
        measured = name in _FIELDS and _FIELDS[name].measured
        if name and columns[-1].unit and not measured:
            problems.add("column", head, why="has no unit", accepted=f"write {name} alone")
    problems.raise_if_any()
    return columns


def entry_of(row: PatientRow) -> tuple[dict[str, object], list[Problem]]:
    """Return the fields of ``PatientEntry`` that a row states; lists are parted by semicolons."""
    problems = Problems()
    entry: dict[str, object] = {}
    found: list[Problem] = []
    for name, text in row.cells.items():
        if not name:
            found.append(
                Problem(
                    field="row",
                    typed=text,
                    why="is longer than the head",
                    accepted="put quotes around a comma",
                )
            )
        elif name in _FIELDS and text:
            value, wrong = _value(_FIELDS[name], text)
            entry[name] = value
            found += wrong
    del problems
    return entry, found


def _value(field: PatientField, text: str) -> tuple[object, list[Problem]]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if field.kind == "several":
        return parts, []
    if field.kind == "confirmed":
        if text.lower() in _YES:
            return _YES[text.lower()], []
        return False, [
            Problem(
                field=field.in_words,
                typed=text,
                why="is not known here",
                accepted="write yes or no",
            )
        ]
    if field.kind == "amounts":
        pairs = [_AMOUNT.fullmatch(part) for part in parts]
        if not all(pairs):
            return {}, [
                Problem(
                    field=field.in_words,
                    typed=text,
                    why="is not a name and a value",
                    accepted="write DRUG=AMOUNT",
                )
            ]
        return {pair[1].strip(): pair[2].strip() for pair in pairs if pair}, []
    return text, []
