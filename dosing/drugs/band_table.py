"""Dose bands: the standard doses that a hospital prepares, out of a table of its own.

A table goes by the calculated dose or, where its ends are in kg, by the weight of the patient.

A calculated dose is moved to the dose of its band, once: banded again it may move again, as 75 mg
in the label table of trifluridine/tipiracil would to 70 mg. A table is refused unless its bands
follow one another without a gap and none moves a dose by more than the table states.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from dosing.columns import choose, is_column, negated, pick
from dosing.errors import InputError, KnowledgeError, echo_of, refuse
from dosing.numbers import read_count, read_percent
from dosing.rounding import above, below, deviation
from dosing.trace import Source
from dosing.units import (
    KG,
    Quantity,
    amount,
    in_unit,
    plain,
    quantity,
    read,
    same_kind,
    show,
    show_percent,
    show_share,
    spelling,
    weight,
)

# What holds for the whole table stands on each of its rows, the same on all of them.
_WHOLE = ("drug", "strength", "version", "within_percent", "source")
# Without a route a table holds for every route; without a yes it is not confirmed.
_OPTIONAL = ("route", "confirmed")
# A thousand bands take a tenth of it.
_LONGEST = 1_000_000
COLUMNS = ("from", "to", "dose", *_WHOLE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From ``low`` on and below ``high`` this is the dose. The ends of a table may be open."""

    low: Quantity | None
    high: Quantity | None
    dose: Quantity

    @property
    def by_weight(self) -> bool:
        """Return whether its ends are weights."""
        return any(end is not None and end.units == KG for end in (self.low, self.high))

    def __str__(self) -> str:
        """Return where it lies: from 4.6 mg to below 5.09 mg."""
        if self.low is None or self.high is None:
            ends = (("from", self.low), ("below", self.high))
            return " ".join(f"{word} {show(end)}" for word, end in ends if end is not None)
        return f"from {show(self.low)} to below {show(self.high)}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BandTable:
    """The bands of one drug, in rising order. ``within`` is a fraction: 0.06 is 6 %.

    ``route`` is the one that it holds for; empty, it holds for every route.
    ``strength`` is what the bands are made of: a concentration (1 mg/mL) or a pack (100 mg). It
    goes by the calculated dose, or ``by`` the weight of the patient.
    """

    id: str
    drug: str
    route: str
    strength: Quantity
    version: int
    within: float
    source: Source
    bands: tuple[Band, ...]
    by: Literal["dose", "weight"] = "dose"

    def __str__(self) -> str:
        """Return its name as outputs print it: table trust-rituximab version 2."""
        return f"table {self.id} version {self.version}"

    def holds_for(self, drug: str, route: str) -> bool:
        """Return whether doses of a drug by a route are banded by it."""
        return self.drug == drug and self.route in ("", route)

    def position_of(self, measured: Quantity) -> Any:
        """Return the position of a dose, or of a weight, among the bands; of a column, of each.

        1 is the first band; 0 lies below the table, one more than there are bands above it.

        Raises:
            InputError: if it is of another kind than the table.
        """
        unit = KG if self.by == "weight" else self.bands[0].dose.units
        value = in_unit(measured, unit, self.by)
        ends = [*(band.low for band in self.bands), self.bands[-1].high]
        # Nothing lies below an open first band, and nothing above an open last one.
        passed: Any = int(self.bands[0].low is None)
        for end in ends:
            if end is not None:
                passed = passed + negated(below(value, float(end.magnitude)))
        return passed if is_column(value) else int(passed)

    def band_of(self, measured: Quantity) -> Band | None:
        """Return the band of one dose, or of one weight, or None where the table has none."""
        position = self.position_of(measured)
        return self.bands[position - 1] if 1 <= position <= len(self.bands) else None

    def move(self, dose: Quantity, weight: Quantity | None = None) -> tuple[Quantity, Any]:
        """Return the dose of the band, and whether the table has no band; of a column, columns.

        What lies outside the table is left as it is.

        Raises:
            InputError: if the table goes by weight and none is known.
        """
        unit = self.bands[0].dose.units
        position = self.position_of(self.measured(dose, weight))
        outside = (position < 1) | (position > len(self.bands))
        doses = [float(band.dose.magnitude) for band in self.bands]
        moved = pick([0.0, *doses, 0.0], position)
        return quantity(choose(outside, in_unit(dose, unit, "dose"), moved), unit), outside

    def measured(self, dose: Quantity, weight: Quantity | None) -> Quantity:
        """Return that by which the table goes: the dose, or the weight.

        Raises:
            InputError: if it goes by weight and none is known.
        """
        if self.by == "dose":
            return dose
        if weight is None:
            refuse("weight", "", why="is missing", accepted=f"{self} goes by it; write 14 kg")
        return weight


def read_table(text: str, place: str, name: str) -> BandTable:
    """Read a table of dose bands and prove it.

    Args:
        text: the CSV text, with the columns of ``COLUMNS`` and perhaps ``route`` and ``confirmed``
            (yes or no); ``from`` of the first band and ``to`` of the last may be empty, where the
            table is open.
        place: the file as a person knows it, for the problems.
        name: the id of the table, by which site.yaml names it.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    rows = _read_rows(text, place)
    whole, problems_of_whole = _read_whole(rows[0])
    problems = [*_find_unlike_rows(rows), *((2, problem) for problem in problems_of_whole)]
    bands: list[Band] = []
    for line, row in enumerate(rows, 2):
        band, problems_of_band = _read_band(row, first=row is rows[0], last=row is rows[-1])
        problems += ((line, problem) for problem in problems_of_band)
        bands += [band] if band else []
    by_weight = bool(bands) and bands[0].by_weight
    if not problems:
        far = _find_falls(bands) if by_weight else _find_far_moves(bands, whole["within"])
        problems = [*_find_other_unit(bands)] or [*_find_gaps(bands), *far]
    if problems:
        raise KnowledgeError(*(f"{place}:{line}: {problem}" for line, problem in problems))
    by: Literal["dose", "weight"] = "weight" if by_weight else "dose"
    return BandTable(id=name, bands=tuple(bands), by=by, **whole)


_Row: TypeAlias = Mapping[str, str | None]


def _read_rows(text: str, place: str) -> Sequence[_Row]:
    if len(text) > _LONGEST:
        raise KnowledgeError(f"{place}:1: is longer than {_LONGEST:,} characters")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        # Its own line_num is that of the last row that could be read.
        line = reader.reader.line_num
        raise KnowledgeError(f"{place}:{line}: is not a table ({error})") from None
    head = list(reader.fieldnames or ())
    if len(set(head)) != len(head) or set(head) - {*_OPTIONAL} != {*COLUMNS}:
        columns = f"{', '.join(COLUMNS)}, and optionally {' and '.join(_OPTIONAL)}"
        raise KnowledgeError(f"{place}:1: the columns must be {columns}")
    if not rows:
        raise KnowledgeError(f"{place}:1: has no band")
    return rows


def _find_unlike_rows(rows: Sequence[_Row]) -> Iterator[tuple[int, str]]:
    """Find rows that lack a cell, or differ from the first in what holds for the whole table."""
    for line, row in enumerate(rows, 2):
        if None in row or None in row.values():
            yield line, "does not have as many cells as the header"
            continue
        for column in (*_WHOLE, *_OPTIONAL):
            if row.get(column) != rows[0].get(column):
                yield line, f'{column} "{echo_of(row[column])}" is not that of the first band'


def _read_whole(row: _Row) -> tuple[dict[str, Any], list[str]]:
    """Return what the first row states for the whole table, and its problems."""
    cells = {column: (row.get(column) or "").strip() for column in (*_WHOLE, *_OPTIONAL)}
    problems = [f"{column}: is missing" for column in _WHOLE if not cells[column]]
    whole: dict[str, Any] = {"drug": cells["drug"], "route": cells["route"]}
    kind = "concentration" if "/" in cells["strength"] else "amount"
    readers: dict[str, Any] = {
        "strength": lambda text, field: read(kind, text, field=field),
        "version": read_count,
        "within_percent": read_percent,
    }
    for column, reader in readers.items():
        if cells[column]:
            try:
                whole[column] = reader(cells[column], column)
            except InputError as error:
                problems += map(str, error.problems)
    if cells["confirmed"] not in {"yes", "no", ""}:
        problems.append(f'confirmed: "{echo_of(cells["confirmed"])}" is not yes or no')
    whole["source"] = Source(cite=cells["source"], confirmed=cells["confirmed"] == "yes")
    whole["within"] = whole.pop("within_percent", None)
    return whole, problems


def _read_band(row: _Row, *, first: bool, last: bool) -> tuple[Band | None, list[str]]:
    """Return one band, and its problems; only the outermost ends may be open."""
    cells: dict[str, Quantity | None] = {}
    problems: list[str] = []
    for column, may_be_open in (("from", first), ("to", last), ("dose", False)):
        text = (row.get(column) or "").strip()
        if not text and may_be_open:
            cells[column] = None
            continue
        try:
            # A weight is written in kg, as no dose is: 3500 g would be one.
            of_weight = column != "dose" and text.endswith("kg")
            cells[column] = weight(text, column) if of_weight else amount(text, column)
        except InputError as error:
            problems += map(str, error.problems)
    dose = cells.get("dose")
    if problems or dose is None:
        return None, problems
    ends: list[Quantity | None] = []
    for column in ("from", "to"):
        end = cells[column]
        if end is not None and end.units != KG and not same_kind(end, dose):
            return None, [f"{column}: {plain(end)} is another kind of value than {plain(dose)}"]
        if end is not None and end.units != KG:
            end = quantity(in_unit(end, dose.units, column), dose.units)
        ends.append(end)
    if ends == [None, None]:
        return None, ["from: is missing, and so is to; write one of them"]
    return Band(low=ends[0], high=ends[1], dose=dose), []


def _find_other_unit(bands: Sequence[Band]) -> Iterator[tuple[int, str]]:
    """Find the first band that is not in the unit of the table, or goes by something else."""
    unit = bands[0].dose.units
    for line, band in enumerate(bands, 2):
        if band.dose.units != unit:
            yield line, f"{show(band.dose)} is not in {spelling(unit)}, as the first band is"
            return
        ends = [end for end in (band.low, band.high) if end is not None]
        if any((end.units == KG) != bands[0].by_weight for end in ends):
            by = "weight" if bands[0].by_weight else "dose"
            yield line, f"{band} does not go by the {by}, as the first band does"
            return


def _find_gaps(bands: Sequence[Band]) -> Iterator[tuple[int, str]]:
    """Find where a band does not begin at the end of the one before it."""
    for line, (one, other) in enumerate(itertools.pairwise(bands), 3):
        # Both are there: a band was refused that is open where it is not the first or the last.
        end: Any = one.high
        start: Any = other.low
        if above(start.magnitude, float(end.magnitude)):
            yield line, f"a gap: no band holds from {show(end)} to {show(start)}"
        elif below(start.magnitude, float(end.magnitude)):
            yield line, f"an overlap: two bands hold from {show(start)} to {show(end)}"


def _find_falls(bands: Sequence[Band]) -> Iterator[tuple[int, str]]:
    """Find bands in which who weighs more gets less than in the one before."""
    for line, (one, other) in enumerate(itertools.pairwise(bands), 3):
        if below(other.dose.magnitude, float(one.dose.magnitude)):
            yield line, f"{show(other.dose)} {other} is less than {show(one.dose)} {one}"


def _find_far_moves(bands: Sequence[Band], within: float) -> Iterator[tuple[int, str]]:
    """Find bands that move a dose further than the table states."""
    for line, band in enumerate(bands, 2):
        for edge in (band.low, band.high):
            if edge is None:
                continue
            away = float(deviation(band.dose, edge))
            if above(abs(away), within):
                text = (
                    f"at {show(edge)} the dose {show(band.dose)} is {show_percent(away)} away, "
                    f"more than the {show_share(within)} that the table states"
                )
                yield line, text
