"""Paper: A4 pages with a head and a foot on each, and a code that opens the plan.

What is printed here is complete: a text that is too long for its place goes on in the next line, a
row that is too long for its page on the next page, and a character that the fonts lack is an error.
The same content gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import segno

from dosing.errors import InputError
from schedules.outputs.paper.canvas import GREY, MARGIN, SHADE, Canvas, line_height
from schedules.outputs.paper.glyphs import Style, missing_glyph
from schedules.outputs.paper.grid import PAD, Column, Grid, Row
from schedules.outputs.progress import Progress, unreported
from schedules.version import VERSION

_CODE, _CODE_TO_SCAN = 19.0, 28.0
_HAIR = 0.02
_BLANK_HEIGHT = 12.0
_TEXT_SIZE, _FOOT_SIZE, _FIELD_SIZE = 9.0, 7.5, 7.5
_BANNER_SIZE = 20.0
_STATE = ("draw_color", "fill_color", "font_family", "font_style", "font_size_pt", "current_font")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands on each page of a paper, above and below what the page is for.

    ``label`` and ``title`` are empty on a discreet paper. With ``identity`` there is a field for
    the patient's name, which this program does not know. ``of`` says what the hash and the label
    are of. ``address`` is what the code opens; without one there is none. ``banner`` stands in
    large letters across each page.
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
    address: str = ""
    banner: str = ""


def make_pdf(
    head: Head,
    draw: Callable[[Paper], None],
    *,
    rows: int = 0,
    progress: Progress = unreported,
) -> bytes:
    """Return a paper as PDF.

    Args:
        head: what stands on each page.
        draw: lays out the rest, on the paper it is given.
        rows: about how many rows of tables that are, to tell how far it is.
        progress: called after each row; what it raises ends the printing.

    Raises:
        InputError: naming every character the fonts lack.
    """
    paper = Paper(head, rows, progress)
    try:
        paper.add_page()
        draw(paper)
        if paper.unprintable:
            raise InputError(*map(missing_glyph, paper.unprintable))
        paper.print_feet()
        return bytes(paper.output())
    finally:
        paper.close_fonts()


# What a reader of ISO 14289-1 looks for; nothing here claims that standard.
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)


class Paper(Canvas):
    """The pages of one paper, filled from above."""

    def __init__(self, head: Head, rows: int = 0, progress: Progress = unreported) -> None:
        """Begin a paper on which about this many rows of tables will be printed."""
        super().__init__(landscape=head.landscape)
        self._head = head
        self._rows, self._printed, self._progress = rows, 0, progress
        self._code = b""
        self._ends: list[dict[str, Any]] = []
        self._top = MARGIN
        title = f"{head.kind}: {head.title}" if head.title else head.kind
        self.set_title(title)
        self.set_xmp_metadata(_XMP.format(title=html.escape(title, quote=False)))
        self.set_subject(head.about)
        self.set_creator(f"Posology {VERSION}")
        self.set_creation_date(dt.datetime.combine(head.made_on, dt.time(), tzinfo=dt.UTC))
        printed_at = head.printed_at.astimezone(ZoneInfo(head.zone))
        texts = (
            head.about,
            f"{head.of} {head.hash}. Printed {printed_at:%d-%b-%Y %H:%M}, {head.zone}",
        )
        self._foot = [
            line for text in texts for line in self.wrap(text, self.epw - 25, _FOOT_SIZE, "")
        ]
        self._bottom = self.h - MARGIN - (len(self._foot) * line_height(_FOOT_SIZE)) - 2

    def header(self) -> None:
        """Print the head: what the paper is, for whom, and what opens its plan. fpdf2 calls it."""
        head = self._head
        right = self.w - MARGIN
        if head.address:
            right -= _CODE
            alt = f"QR code that opens the {head.of.lower()}, {head.address}"
            with self.tagged("Figure", alt=alt) if self.page == 1 else self.artifact():
                self._draw_head_code(right, MARGIN - 2)
            right -= 4
        if head.identity:
            right -= 82
            self._draw_identity(right)
        self._print_title(right)
        if head.identity:
            self.y = max(self.y, MARGIN + _CODE - 3)
        if head.address:
            self.y = max(self.y, MARGIN + _CODE)  # the code needs an empty rim
        with self.artifact():
            self.draw_rule(self.y)
        self.y += 2
        if head.banner:
            self._print_banner(head.banner)
        self._top = self.y

    def _print_banner(self, text: str) -> None:
        with self.artifact():
            self.set_fill_color(SHADE)
            self.set_draw_color(0)
            self.rect(MARGIN, self.y, self.epw, line_height(_BANNER_SIZE) + 1, style="DF")
        with self.tagged("P") if self.page == 1 else self.artifact():
            for line in self.wrap(text, self.epw, _BANNER_SIZE, "B"):
                left = MARGIN + (self.epw - self.width_of(line, _BANNER_SIZE, "B")) / 2
                self.print_line(left, self.y + 0.8, line, _BANNER_SIZE, "B")
                self.y += line_height(_BANNER_SIZE)
        self.y += 2

    def _draw_identity(self, left: float) -> None:
        """Draw the field for the patient's name and allergies."""
        with self.artifact():
            self.set_draw_color(GREY)
            self.rect(left + 2, MARGIN, 80, _CODE - 4)
        with self.tagged("P") if self.page == 1 else self.artifact():
            self.print_line(
                left + 3.5, MARGIN + 1, "Patient: name, date of birth, number", _FIELD_SIZE
            )
            self.print_line(left + 3.5, MARGIN + 1 + (_CODE - 4) / 2, "Allergies", _FIELD_SIZE)

    def _print_title(self, right: float) -> None:
        head = self._head
        self.set_y(MARGIN - 1)
        label = f"{head.of} label {head.label}" if head.label else ""
        for tag, text, size in (
            ("H1", head.kind, 14.0),
            ("P", head.title, 11.0),
            ("P", label, 9.0),
        ):
            if not text:
                continue
            with self.tagged(tag) if self.page == 1 else self.artifact():
                for line in self.wrap(text, right - MARGIN - 2, size, "B"):
                    self.print_line(MARGIN, self.y, line, size, "B")
                    self.y += line_height(size)

    def footer(self) -> None:
        """Remember the state in which a page ends. fpdf2 calls it."""
        self._ends.append({name: getattr(self, name) for name in _STATE})

    def print_feet(self) -> None:
        """Print the foot of each page, which states how many there are, once all are laid out."""
        self.footer()
        for page, state in enumerate(self._ends, 1):
            # fpdf2 writes a colour or a font into a page only where it differs from the last one.
            self.page = page
            for name, value in state.items():
                setattr(self, name, value)
            with self.artifact():
                self._print_foot()

    def _print_foot(self) -> None:
        """Print provenance, whole hash, time of printing, page."""
        y = self._bottom + 1.5
        self.draw_rule(y)
        y += 0.8
        page = f"page {self.page} of {self.pages_count}"
        width = self.width_of(page, 9.0, "B")
        self.print_line(self.w - MARGIN - width, y, page, 9.0, "B")
        for line in self._foot:
            self.print_line(MARGIN, y, line, _FOOT_SIZE)
            y += line_height(_FOOT_SIZE)

    def heading(self, text: str, *, room: float = 24) -> None:
        """Print a heading, on the same page as what follows it within ``room`` mm."""
        self._make_room(room)
        if self.y > self._top:
            self.y += 2
        self._print_block("H2", text, 11.0, "B")

    def paragraph(self, text: str, *, size: float = _TEXT_SIZE, style: Style = "") -> None:
        """Print a paragraph over the whole width."""
        self._print_block("P", text, size, style)

    def ticks(self, texts: Sequence[str], *, size: float = _TEXT_SIZE) -> None:
        """Print a list with a box to tick before each text, two side by side where all fit."""
        half = self.epw / 2
        across = 2 if all(self.width_of(one, size, "") <= half - 7 for one in texts) else 1
        for at in range(0, len(texts), across):
            cells = [self.wrap(one, self.epw - 7, size, "") for one in texts[at : at + across]]
            height = max(map(len, cells)) * line_height(size)
            self._make_room(height)
            for column, lines in enumerate(cells):
                self._print_tick(MARGIN + column * half, lines, size)
            self.y += height + 0.8

    def _print_tick(self, x: float, lines: Sequence[str], size: float) -> None:
        with self.artifact():
            self.set_draw_color(0)
            self.rect(x + 1, self.y + 0.5, 3, 3)
        with self.tagged("P"):
            for number, line in enumerate(lines):
                self.print_line(x + 6, self.y + number * line_height(size), line, size)

    def blanks(self, names: Sequence[str]) -> None:
        """Print lines to write on, side by side, each with what belongs there."""
        self._make_room(_BLANK_HEIGHT)
        width = self.epw / len(names)
        for n, name in enumerate(names):
            x = MARGIN + n * width
            with self.artifact():
                self.set_draw_color(GREY)
                self.line(x, self.y + 8, x + width - 4, self.y + 8)
            with self.tagged("P"):
                self.print_line(x, self.y + 8.5, name, _FIELD_SIZE)
        self.y += _BLANK_HEIGHT

    def code_beside(self, address: str, texts: Sequence[str], *, size: float) -> None:
        """Print a code that opens an address, and beside it what it is and the address itself."""
        height = _CODE_TO_SCAN + 4
        self._make_room(height)
        top = self.y
        with self.tagged("Figure", alt=f"QR code that opens {address}"):
            self._draw_code(address, MARGIN + 1, top + 1, _CODE_TO_SCAN)
        left = MARGIN + _CODE_TO_SCAN + 6
        with self.tagged("P"):
            for text in (*texts, address):
                for line in self.wrap(text, self.w - MARGIN - left, size, ""):
                    self.print_line(left, self.y, line, size)
                    self.y += line_height(size)
        self.y = max(self.y, top + height)

    def print_table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Row],
        *,
        least: float = 0,
        pad: float = PAD,
    ) -> None:
        """Print a table, its heads again on each page.

        Args:
            columns: heads and widths; an empty cell is one to write in.
            rows: the texts, one for each column.
            least: the least height of a row, in mm.
            pad: how much stays free above and below the text of a row, in mm.
        """
        heads, body = Grid.of_heads(self, columns), Grid(self, columns, pad)
        head = Row(cells=[column.head for column in columns])
        head_height = heads.height(head)
        page = self._bottom - MARGIN - 2 * _CODE - head_height
        fresh = True
        pieces = [piece for row in rows for piece in body.divide(row, page)]
        heights = [body.height(piece, least) for piece in pieces]
        with self.group("Table"):
            for number, (piece, height) in enumerate(zip(pieces, heights, strict=True)):
                needed = height + (head_height if fresh else 0)
                # No page bears the last row alone: the one before it goes along.
                if number and number == len(pieces) - 2 and needed + heights[-1] < page:
                    needed += heights[-1]
                if self.y + needed > self._bottom:
                    self.add_page()
                    fresh = True
                if fresh:
                    heads.draw(head, head_height, shaded=True)
                    fresh = False
                body.draw(piece, height)
                self._printed += 1
                self._progress(min(1.0, self._printed / max(1, self._rows)))
        self.y += 2

    def _print_block(self, tag: str, text: str, size: float, style: Style) -> None:
        lines = self.wrap(text, self.epw, size, style)
        while lines:
            self._make_room(line_height(size))
            fitting = int((self._bottom - self.y) / line_height(size) + 0.001)
            now, lines = lines[:fitting], lines[fitting:]
            with self.tagged(tag):
                for line in now:
                    self.print_line(MARGIN, self.y, line, size, style)
                    self.y += line_height(size)
        self.y += 1

    def _make_room(self, height: float) -> None:
        if self.y + height > self._bottom:
            self.add_page()

    def _draw_head_code(self, x: float, y: float) -> None:
        if not self._code:  # the same on each page
            begin = len(self._drawn())
            self._draw_code(self._head.address, x, y, _CODE)
            self._code = self._drawn()[begin:].removesuffix(b"\n")
            return
        self.set_fill_color(0)
        self._out(self._code)

    def _draw_code(self, text: str, x: float, y: float, size: float) -> None:
        """Draw a text as a QR code, out of cells, so that it stays sharp."""
        self.set_fill_color(0)
        cells = segno.make_qr(text, error="m").matrix
        cell = size / len(cells)
        for down, line in enumerate(cells):
            across = 0
            for dark, run in groupby(map(bool, line)):
                count = len(list(run))
                if dark:  # a hair wider, so that no light shows between two dark cells
                    self.rect(
                        x + across * cell, y + down * cell, count * cell + _HAIR, cell + _HAIR, "F"
                    )
                across += count

    def _drawn(self) -> bytes:
        """Return what was written into the page until now."""
        content = self.pages[self.page].contents
        return bytes(content) if isinstance(content, bytearray) else b""
