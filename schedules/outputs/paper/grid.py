"""The rows of a printed table: how high each is, where it may be divided, and drawing it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from itertools import accumulate

from schedules.outputs.paper.canvas import GREY, MARGIN, SHADE, Canvas, line_height
from schedules.outputs.paper.glyphs import Style

_PAD = 1.2
_SMALLEST, _SMALLER = 5.0, 0.25
_NOTE_SIZE = 8.5
_HEAD_SIZE = 7.5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table. A ``whole`` one is never broken: it is set smaller instead."""

    head: str
    width: float
    size: float = 8.5
    style: Style = ""
    whole: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table; ``note`` stands above its cells, over the whole width, in bold."""

    cells: Sequence[str]
    note: str = ""


class Grid:
    """The columns of one table on a canvas: they measure, divide and draw its rows."""

    def __init__(self, canvas: Canvas, columns: Sequence[Column]) -> None:
        """Place the columns beside one another, from the left margin on."""
        self._canvas = canvas
        self._columns = columns
        *self._lefts, _ = accumulate((column.width for column in columns), initial=MARGIN)
        self._width = sum(column.width for column in columns)
        # A row is measured, divided and drawn, and many rows share a text.
        self._lines = functools.cache(self._wrap)

    @classmethod
    def of_heads(cls, canvas: Canvas, columns: Sequence[Column]) -> Grid:
        """Return the grid of the row of heads above these columns."""
        return cls(
            canvas,
            [
                dataclasses.replace(column, size=_HEAD_SIZE, style="B", whole=False)
                for column in columns
            ],
        )

    def height(self, row: Row, least: float = 0) -> float:
        """Return the height of a row in mm, at least ``least`` without its note."""
        heights = [
            len(self._lines(column, text)) * line_height(column.size)
            for column, text in zip(self._columns, row.cells, strict=True)
        ]
        tallest = max(*heights, least - 2 * _PAD)
        return tallest + 2 * _PAD + len(self._note(row)) * line_height(_NOTE_SIZE)

    def divide(self, row: Row, page: float) -> Iterator[Row]:
        """Return the row, in pieces if it is higher than a page of this height."""
        if self.height(row) <= page:
            yield row
            return
        room = page - len(self._note(row)) * line_height(_NOTE_SIZE) - 2 * _PAD
        lines = [
            self._lines(column, text) for column, text in zip(self._columns, row.cells, strict=True)
        ]
        counts = [int(room / line_height(column.size)) for column in self._columns]
        number = 0
        while any(number * count < len(cell) for cell, count in zip(lines, counts, strict=True)):
            cells = [
                " ".join(cell[number * count : (number + 1) * count])
                for cell, count in zip(lines, counts, strict=True)
            ]
            yield Row(cells=cells, note=row.note)
            number += 1

    def draw(self, row: Row, height: float, *, shaded: bool = False) -> None:
        """Draw a row at the canvas's place, and move that place below it."""
        canvas, note = self._canvas, self._note(row)
        top = canvas.y + len(note) * line_height(_NOTE_SIZE)
        with canvas.artifact():
            self._draw_frame(top, height, shaded=shaded, noted=bool(note))
        with canvas.tagged("P"):
            y = canvas.y + 0.2
            for line in note:
                canvas.print_line(MARGIN + _PAD, y, line, _NOTE_SIZE, "B")
                y += line_height(_NOTE_SIZE)
            for column, text, x in zip(self._columns, row.cells, self._lefts, strict=True):
                self._draw_cell(column, text, x, top + _PAD)
        canvas.y += height

    def _draw_frame(self, top: float, height: float, *, shaded: bool, noted: bool) -> None:
        canvas = self._canvas
        canvas.set_draw_color(GREY)
        canvas.set_fill_color(SHADE)
        if shaded:
            canvas.rect(MARGIN, canvas.y, self._width, height, style="F")
        elif noted:
            canvas.rect(MARGIN, canvas.y, self._width, top - canvas.y + 0.4, style="F")
        for column, x in zip(self._columns, self._lefts, strict=True):
            canvas.rect(x, top, column.width, height - (top - canvas.y))
        canvas.rect(MARGIN, canvas.y, self._width, height)

    def _draw_cell(self, column: Column, text: str, x: float, y: float) -> None:
        canvas, size = self._canvas, column.size
        for line in self._lines(column, text):
            while canvas.width_of(line, size, column.style) > column.width - 2 * _PAD:
                size -= _SMALLER
            canvas.print_line(x + _PAD, y, line, size, column.style)
            y += line_height(column.size)

    def _wrap(self, column: Column, text: str) -> list[str]:
        room = column.width - 2 * _PAD
        if column.whole and self._canvas.width_of(text, _SMALLEST, column.style) <= room:
            return [self._canvas.on_one_line(text)] if text else []
        return self._canvas.wrap(text, room, column.size, column.style)

    def _note(self, row: Row) -> list[str]:
        if not row.note:
            return []
        return self._canvas.wrap(row.note, self._canvas.epw - 2 * _PAD, _NOTE_SIZE, "B")
