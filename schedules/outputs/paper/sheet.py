"""Paper: A4 pages with a head, a foot and the plan's code on each. The one door to fpdf2.

What is printed here is complete: a text that is too long for its place goes on in the next line, a
row that is too long for its page on the next page, and a letter that the fonts do not hold is an
error. Only black and grey are used. The same content gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import segno
from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from dosing.errors import InputError, Problem
from dosing.units import NO_BREAK_SPACE
from schedules import VERSION

Style = Literal["", "B"]

_FONTS = Path(__file__).parent / "fonts"
_FILES: dict[Style, str] = {"": "DejaVuSansCondensed.ttf", "B": "DejaVuSansCondensed-Bold.ttf"}
_FAMILY = "DejaVuSansCondensed"
# Lengths are in mm, sizes of letters in points.
_MARGIN = 10.0
_PAD = 1.2
_MM_OF_A_POINT = 25.4 / 72
_LINE = 1.28
_CODE = 19.0
_HAIR = 0.02
_BLANK_HEIGHT = 13.0
_GREY, _SHADE = 110, 234
_MEASURED_AT = 100.0
_SMALLEST, _SMALLER = 5.0, 0.25
_TEXT_SIZE, _TABLE_HEAD_SIZE, _FOOT_SIZE = 9.0, 7.5, 7.0
# A break in a typed text; a no-break space is none.
_BREAKS = re.compile(r"[ \t\r\n]+")
# A number stays on the line of its unit, in titles out of files too.
_NUMBER_AND_UNIT = re.compile(r"(?<![^ (])([0-9][0-9.,]*) (?=[A-Za-z%])")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands on each page of a document, above and below what the page is for.

    ``label`` and ``title`` are empty on a discreet paper. With ``identity`` there is a field for
    the patient's name, which this program does not know. ``of`` says what the hash and the label
    are of.
    """

    kind: str
    title: str
    label: str
    about: str
    hash: str
    made_on: dt.date
    printed_at: dt.datetime
    zone: str
    landscape: bool = False
    identity: bool = False
    of: str = "Plan"


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


def printed(head: Head, draw: Callable[[Sheet], None]) -> bytes:
    """Print a document.

    It is laid out twice, because each page says of how many it is one.

    Args:
        head: what stands on each page.
        draw: lays out the rest, on the sheet that it is given.

    Raises:
        InputError: naming every letter that the fonts do not hold.
    """
    pages = 0
    content = b""
    for last in (False, True):
        sheet = Sheet(head, pages)
        try:
            sheet.add_page()
            draw(sheet)
            if sheet.unprintable:
                raise InputError(*(_no_glyph(letter) for letter in sheet.unprintable))
            pages = sheet.pages_count
            content = bytes(sheet.output()) if last else b""
        finally:
            sheet.close_fonts()
    return content


def unprintable(texts: Iterable[str]) -> list[Problem]:
    """Name the letters of texts that the fonts do not hold, without printing anything."""
    return [_no_glyph(letter) for letter in _missing(" ".join(texts))]


def _missing(text: str) -> list[str]:
    held = _held()
    return [letter for letter in dict.fromkeys(_BREAKS.sub(" ", text)) if ord(letter) not in held]


@functools.cache
def _held() -> frozenset[int]:
    """Give the letters that both fonts hold."""
    sheet = _Fonts()
    held = [frozenset(font.cmap) for font in sheet.fonts.values() if isinstance(font, TTFFont)]
    sheet.close_fonts()
    return frozenset.intersection(*held)


def _no_glyph(letter: str) -> Problem:
    code = f"U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')}"
    seen = letter if letter.isprintable() else ""
    return Problem(
        field="print",
        typed=seen,
        why=f"cannot be printed ({code})",
        accepted="write it with Latin, Greek or Cyrillic letters",
    )


class _Fonts(FPDF):
    """A document with our fonts, which are open files until they are closed."""

    def __init__(self, *, landscape: bool = False) -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", format="A4")
        for style, name in _FILES.items():
            self.add_font(_FAMILY, style, _FONTS / name)

    def close_fonts(self) -> None:
        """Close the files of the fonts."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()


class Sheet(_Fonts):
    """The pages of one document, filled from above."""

    def __init__(self, head: Head, pages: int) -> None:
        """Begin a document of so many pages; how many is not known at first."""
        super().__init__(landscape=head.landscape)
        self._head, self._of = head, pages
        self.unprintable: list[str] = []
        self._widths: dict[Style, dict[str, float]] = {style: {} for style in _FILES}
        # By itself it would put the number of pages wherever a text says {nb}.
        self.str_alias_nb_pages = ""
        self.set_auto_page_break(False)
        self.set_margin(_MARGIN)
        self.set_lang("en-GB")
        self.set_title(f"{head.kind}: {head.title}" if head.title else head.kind)
        self.set_subject(head.about)
        self.set_creator(f"Posology {VERSION}")
        self.set_creation_date(dt.datetime.combine(head.made_on, dt.time(), tzinfo=dt.UTC))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._foot = self._wrapped(head.about, self.epw - 30, _FOOT_SIZE, "")
        self._foot += [
            f"{head.of} {head.hash}",
            f"Printed {head.printed_at.astimezone(ZoneInfo(head.zone)):%d-%b-%Y %H:%M}, "
            f"{head.zone}",
        ]
        self._bottom = self.h - _MARGIN - (len(self._foot) * _height(_FOOT_SIZE)) - 2

    # Head and foot, which fpdf2 calls for each page

    def header(self) -> None:
        """Print the head: what the paper is, for whom, and the code of the plan."""
        head = self._head
        code_x = self.w - _MARGIN - _CODE
        first = self.page == 1
        alt = f"QR code of the {head.of.lower()}'s hash, {head.hash}"
        with self._tagged("Figure", alt=alt) if first else self._artifact():
            self._code(code_x, _MARGIN - 2)
        right = code_x - 4
        if head.identity:
            right -= 82
            with self._artifact():
                self.set_draw_color(_GREY)
                self.rect(right + 2, _MARGIN, 80, _CODE - 4)
            with self._tagged("P") if first else self._artifact():
                self._line(right + 3.5, _MARGIN + 1, "Patient: name, date of birth, number", 7.0)
                self._line(right + 3.5, _MARGIN + 1 + (_CODE - 4) / 2, "Allergies", 7.0)
        self.set_y(_MARGIN - 1)
        label = f"{head.of} label {head.label}" if head.label else ""
        for tag, text, size in (
            ("H1", head.kind, 14.0),
            ("P", head.title, 11.0),
            ("P", label, 9.0),
        ):
            if not text:
                continue
            with self._tagged(tag) if first else self._artifact():
                for line in self._wrapped(text, right - _MARGIN - 2, size, "B"):
                    self._line(_MARGIN, self.y, line, size, "B")
                    self.y += _height(size)
        self.y = max(self.y, _MARGIN + _CODE)  # the code needs an empty rim
        with self._artifact():
            self._rule(self.y)
        self.y += 2

    def footer(self) -> None:
        """Print the foot: where it is from, the whole hash, when it was printed, which page."""
        with self._artifact():
            y = self._bottom + 1.5
            self._rule(y)
            y += 0.8
            page = f"page {self.page} of {self._of}"
            width = self._width(page, 9.0, "B")
            self._line(self.w - _MARGIN - width, y, page, 9.0, "B")
            for line in self._foot:
                self._line(_MARGIN, y, line, _FOOT_SIZE)
                y += _height(_FOOT_SIZE)

    # What a document is made of

    def heading(self, text: str, *, room: float = 24) -> None:
        """Print a heading, on the same page as what follows it."""
        self._space(room)
        self.y += 2
        self._block("H2", text, 11.0, "B")

    def paragraph(self, text: str, *, size: float = _TEXT_SIZE, style: Style = "") -> None:
        """Print a paragraph over the whole width."""
        self._block("P", text, size, style)

    def ticks(self, texts: Iterable[str], *, size: float = _TEXT_SIZE) -> None:
        """Print a list with a box to tick before each text."""
        for text in texts:
            lines = self._wrapped(text, self.epw - 7, size, "")
            self._space(len(lines) * _height(size))
            with self._artifact():
                self.set_draw_color(0)
                self.rect(_MARGIN + 1, self.y + 0.5, 3, 3)
            with self._tagged("P"):
                for line in lines:
                    self._line(_MARGIN + 6, self.y, line, size)
                    self.y += _height(size)
            self.y += 0.8

    def blanks(self, names: Sequence[str]) -> None:
        """Print lines to write on, side by side, each with what belongs there."""
        self._space(_BLANK_HEIGHT)
        width = self.epw / len(names)
        for n, name in enumerate(names):
            x = _MARGIN + n * width
            with self._artifact():
                self.set_draw_color(_GREY)
                self.line(x, self.y + 8, x + width - 4, self.y + 8)
            with self._tagged("P"):
                self._line(x, self.y + 8.5, name, 7.5)
        self.y += _BLANK_HEIGHT

    def print_table(
        self, columns: Sequence[Column], rows: Iterable[Row], *, least: float = 0
    ) -> None:
        """Print a table, its heads again on each page.

        Args:
            columns: heads and widths; an empty cell is one to write in.
            rows: the texts, one for each column.
            least: the least height of a row, in mm.
        """
        heads = Row(cells=[column.head for column in columns])
        headed = [
            dataclasses.replace(column, size=_TABLE_HEAD_SIZE, style="B", whole=False)
            for column in columns
        ]
        head_height = self._row_height(headed, heads, 0)
        fresh = True
        for row in rows:
            for piece in self._pieces(columns, row, head_height):
                height = self._row_height(columns, piece, least)
                needed = height + (head_height if fresh else 0)
                if self.y + needed > self._bottom:
                    self.add_page()
                    fresh = True
                if fresh:
                    self._draw_row(headed, heads, head_height, shaded=True)
                    fresh = False
                self._draw_row(columns, piece, height)
        self.y += 2

    # Rows

    def _pieces(self, columns: Sequence[Column], row: Row, head_height: float) -> Iterator[Row]:
        """Give the row, in pieces if it is longer than a page."""
        page = self._bottom - _MARGIN - 2 * _CODE - head_height
        if self._row_height(columns, row, 0) <= page:
            yield row
            return
        room = page - len(self._note(row)) * _height(8.5)
        lines = [
            self._cell_lines(column, text) for column, text in zip(columns, row.cells, strict=True)
        ]
        counts = [int((room - 2 * _PAD) / _height(column.size)) for column in columns]
        number = 0
        while any(number * count < len(cell) for cell, count in zip(lines, counts, strict=True)):
            cells = [
                " ".join(cell[number * count : (number + 1) * count])
                for cell, count in zip(lines, counts, strict=True)
            ]
            yield Row(cells=cells, note=row.note)
            number += 1

    def _note(self, row: Row) -> list[str]:
        return self._wrapped(row.note, self.epw - 2 * _PAD, 8.5, "B") if row.note else []

    def _cell_lines(self, column: Column, text: str) -> list[str]:
        room = column.width - 2 * _PAD
        if column.whole and self._width(text, _SMALLEST, column.style) <= room:
            return [self._said(text)] if text else []
        return self._wrapped(text, room, column.size, column.style)

    def _row_height(self, columns: Sequence[Column], row: Row, least: float) -> float:
        heights = [
            len(self._cell_lines(column, text)) * _height(column.size)
            for column, text in zip(columns, row.cells, strict=True)
        ]
        height = max((*heights, least - 2 * _PAD))
        return height + 2 * _PAD + len(self._note(row)) * _height(8.5)

    def _draw_row(
        self, columns: Sequence[Column], row: Row, height: float, *, shaded: bool = False
    ) -> None:
        note = self._note(row)
        top = self.y + len(note) * _height(8.5)
        width = sum(column.width for column in columns)
        with self._artifact():
            self.set_draw_color(_GREY)
            self.set_fill_color(_SHADE)
            if shaded:
                self.rect(_MARGIN, self.y, width, height, style="F")
            elif note:
                self.rect(_MARGIN, self.y, width, top - self.y + 0.4, style="F")
            x = _MARGIN
            for column in columns:
                self.rect(x, top, column.width, height - (top - self.y))
                x += column.width
            self.rect(_MARGIN, self.y, width, height)
        with self._tagged("P"):
            y = self.y + 0.2
            for line in note:
                self._line(_MARGIN + _PAD, y, line, 8.5, "B")
                y += _height(8.5)
            x = _MARGIN
            for column, text in zip(columns, row.cells, strict=True):
                self._draw_cell(column, text, x, top + _PAD)
                x += column.width
        self.y += height

    def _draw_cell(self, column: Column, text: str, x: float, y: float) -> None:
        size = column.size
        for line in self._cell_lines(column, text):
            while self._width(line, size, column.style) > column.width - 2 * _PAD:
                size -= _SMALLER
            self._line(x + _PAD, y, line, size, column.style)
            y += _height(column.size)

    # Texts

    def _block(self, tag: str, text: str, size: float, style: Style) -> None:
        lines = self._wrapped(text, self.epw, size, style)
        while lines:
            self._space(_height(size))
            fitting = int((self._bottom - self.y) / _height(size) + 0.001)
            now, lines = lines[:fitting], lines[fitting:]
            with self._tagged(tag):
                for line in now:
                    self._line(_MARGIN, self.y, line, size, style)
                    self.y += _height(size)
        self.y += 1

    def _space(self, height: float) -> None:
        if self.y + height > self._bottom:
            self.add_page()

    def _said(self, text: str) -> str:
        """Give the text on one line, and remember the letters in it that cannot be printed."""
        one_line = _BREAKS.sub(" ", text).strip(" ")
        self.unprintable += [e for e in _missing(one_line) if e not in self.unprintable]
        return _NUMBER_AND_UNIT.sub(rf"\1{NO_BREAK_SPACE}", one_line)

    def _wrapped(self, text: str, width: float, size: float, style: Style) -> list[str]:
        """Break a text into lines; a word is broken only if a line cannot hold it."""
        lines: list[str] = []
        line = ""
        for word in self._said(text).split(" "):
            longer = f"{line} {word}" if line else word
            if self._width(longer, size, style) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while self._width(line, size, style) > width and len(line) > 1:
                count = 1
                while self._width(line[: count + 1], size, style) <= width:
                    count += 1
                lines.append(line[:count])
                line = line[count:]
        return [*lines, line] if line else lines

    def _width(self, text: str, size: float, style: Style) -> float:
        """Give the width of a text, which is the sum of its letters': nothing is kerned here."""
        known = self._widths[style]
        for letter in set(text) - known.keys():
            self.set_font(_FAMILY, style, _MEASURED_AT)
            known[letter] = self.get_string_width(letter)
        return sum(known[letter] for letter in text) * size / _MEASURED_AT

    def _line(self, x: float, y: float, text: str, size: float, style: Style = "") -> None:
        """Print one line whose upper edge is y."""
        self.set_font(_FAMILY, style, size)
        self.text(x, y + size * _MM_OF_A_POINT, text)

    def _rule(self, y: float) -> None:
        self.set_draw_color(_GREY)
        self.line(_MARGIN, y, self.w - _MARGIN, y)

    def _code(self, x: float, y: float) -> None:
        """Draw the hash of the plan as a QR code, out of cells, so that it stays sharp."""
        cells = _cells(self._head.hash)
        cell = _CODE / len(cells)
        self.set_fill_color(0)
        for down, line in enumerate(cells):
            across = 0
            for dark, run in groupby(line):
                count = len(list(run))
                if dark:  # a hair wider, so that no light shows between two dark cells
                    self.rect(
                        x + across * cell, y + down * cell, count * cell + _HAIR, cell + _HAIR, "F"
                    )
                across += count

    # Structure: which text is read aloud, in which order, and what is only drawn

    @contextmanager
    def _tagged(self, kind: str, *, alt: str | None = None) -> Iterator[None]:
        # fpdf2 tags pictures only; its own tree takes other elements too, all of one level.
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{kind}", mcid=number, alt_text=alt)
        self._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def _artifact(self) -> Iterator[None]:
        self._out("/Artifact BMC")
        yield
        self._out("EMC")


def _height(size: float) -> float:
    """Give the height of a line of letters of a size, in mm."""
    return size * _MM_OF_A_POINT * _LINE


@functools.lru_cache(maxsize=1)
def _cells(text: str) -> tuple[tuple[bool, ...], ...]:
    """Give the dark and light cells of a QR code; it is the same on each page."""
    code = segno.make_qr(text, error="m")
    return tuple(tuple(map(bool, line)) for line in code.matrix)
