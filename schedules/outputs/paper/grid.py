"""The rows of a printed table: how high each is, where it may be divided, and drawing it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from itertools import accumulate

from schedules.outputs.paper.canvas import GREY, MARGIN, SHADE, Canvas, line_height
from schedules.outputs.paper.glyphs import Style

PAD, DENSE = 1.2, 0.45
_SMALLEST, _SMALLER = 5.0, 0.25
_NOTE_SIZE = 8.5
_HEAD_SIZE = 7.5
_STRIP_SIZE = 7.5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table. A ``whole`` one is never broken: it is set smaller instead."""

    head: str
    width: float
    size: float = 8.5
    style: Style = ""
    whole: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A line of boxes below a row, each with what it is for; there is room for ``across``."""

    cells: Sequence[str]
    across: int
    least: float = 0
    size: float = _STRIP_SIZE


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table; ``note`` stands above its cells, over the whole width, in bold.

    Below the cells stand ``strips``, lines of boxes to tick or to write in.
    """

    cells: Sequence[str]
    note: str = ""
    strips: Sequence[Strip] = ()


class Grid:
    """The columns of one table on a canvas: they measure, divide and draw its rows."""

    def __init__(self, canvas: Canvas, columns: Sequence[Column], pad: float = PAD) -> None:
        """Place the columns beside one another, from the left margin on.

        Above and below the text of a row there is ``pad``.
        """
        self._canvas = canvas
        self._pad = pad
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
        """Return the height of a row in mm, at least ``least`` without note and strips."""
        heights = [
            len(self._lines(column, text)) * line_height(column.size)
            for column, text in zip(self._columns, row.cells, strict=True)
        ]
        tallest = max(*heights, least - 2 * self._pad)
        return tallest + 2 * self._pad + self._around(row)

    def _around(self, row: Row) -> float:
        """Return the height of a row's note and strips."""
        strips = sum(self._of_strip(strip).height_of(strip) for strip in row.strips)
        return len(self._note(row)) * line_height(_NOTE_SIZE) + strips

    def height_of(self, strip: Strip) -> float:
        """Return the height of a strip."""
        return self.height(Row(cells=strip.cells), strip.least)

    def _of_strip(self, strip: Strip) -> Grid:
        """Return the grid of a strip, whose boxes are equally wide."""
        width = self._width / strip.across
        columns = [Column(head="", width=width, size=strip.size)] * len(strip.cells)
        return Grid(self._canvas, columns)

    def divide(self, row: Row, page: float) -> Iterator[Row]:
        """Return the row, in pieces if it is higher than a page of this height."""
        if self.height(row) <= page:
            yield row
            return
        room = page - self._around(row) - 2 * self._pad
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
            yield dataclasses.replace(row, cells=cells)
            number += 1

    def draw(self, row: Row, height: float, *, shaded: bool = False) -> None:
        """Draw a row at the canvas's place, and move that place below it."""
        canvas, note = self._canvas, self._note(row)
        top = canvas.y + len(note) * line_height(_NOTE_SIZE)
        height -= self._around(row) - (top - canvas.y)
        with canvas.artifact():
            self._draw_frame(top, height, shaded=shaded, noted=bool(note))
        with canvas.group("TR"):
            for column, text, x in zip(self._columns, row.cells, self._lefts, strict=True):
                with canvas.tagged("TH" if shaded else "TD"):
                    self._print_note(note)
                    self._draw_cell(column, text, x, top + self._pad)
                note = []
        canvas.y += height
        for strip in row.strips:
            grid = self._of_strip(strip)
            grid.draw(Row(cells=strip.cells), grid.height_of(strip))

    def _print_note(self, note: Sequence[str]) -> None:
        y = self._canvas.y + 0.2
        for line in note:
            self._canvas.print_line(MARGIN + PAD, y, f"{line} ", _NOTE_SIZE, "B")
            y += line_height(_NOTE_SIZE)

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
            while canvas.width_of(line, size, column.style) > column.width - 2 * PAD:
                size -= _SMALLER
            # The space keeps it apart from the next cell where the text is taken out.
            canvas.print_line(x + PAD, y, f"{line} ", size, column.style)
            y += line_height(column.size)

    def _wrap(self, column: Column, text: str) -> list[str]:
        room = column.width - 2 * PAD
        if column.whole and self._canvas.width_of(text, _SMALLEST, column.style) <= room:
            return [self._canvas.on_one_line(text)] if text else []
        return self._canvas.wrap(text, room, column.size, column.style)

    def _note(self, row: Row) -> list[str]:
        if not row.note:
            return []
        return self._canvas.wrap(row.note, self._canvas.epw - 2 * PAD, _NOTE_SIZE, "B")
