"""Text measured, wrapped and placed on a page, and which of it a screen reader reads aloud.

Lengths are in mm, sizes of letters in points. Only black and grey are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from dosing.units import NO_BREAK_SPACE
from schedules.outputs.paper.glyphs import (
    FAMILY,
    FILES,
    FontDocument,
    Style,
    missing_from,
    without_breaks,
)
from schedules.outputs.paper.structure import StructureTree

MARGIN = 10.0
GREY, SHADE = 110, 234
_MM_OF_A_POINT = 25.4 / 72
_LINE = 1.28
_MEASURED_AT = 100.0
# A number stays on the line of its unit, in titles out of files too.
_NUMBER_AND_UNIT = re.compile(r"(?<![^ (])([0-9][0-9.,]*) (?=[A-Za-z%])")


def line_height(size: float) -> float:
    """Return the height of a line of letters of this size, in mm."""
    return size * _MM_OF_A_POINT * _LINE


class Canvas(FontDocument):
    """A document that measures and wraps text itself, and tags what is to be read aloud.

    ``unprintable`` collects the characters that the fonts lack.
    """

    def __init__(self, *, landscape: bool) -> None:
        """Begin a document with margins and no pages."""
        super().__init__(landscape=landscape)
        self.set_margin(MARGIN)
        self._tree = self.struct_builder = StructureTree()
        self.unprintable: list[str] = []
        self._widths: dict[Style, dict[str, float]] = {style: {} for style in FILES}

    def on_one_line(self, text: str) -> str:
        """Return the text on one line, and remember the characters that cannot be printed."""
        one_line = without_breaks(text).strip(" ")
        self.unprintable += [one for one in missing_from(one_line) if one not in self.unprintable]
        return _NUMBER_AND_UNIT.sub(rf"\1{NO_BREAK_SPACE}", one_line)

    def wrap(self, text: str, width: float, size: float, style: Style) -> list[str]:
        """Break a text into lines; a word is broken only if a line cannot hold it."""
        lines: list[str] = []
        line = ""
        for word in self.on_one_line(text).split(" "):
            longer = f"{line} {word}" if line else word
            if self.width_of(longer, size, style) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *whole, line = self._break_word(word, width, size, style)
            lines += whole
        return [*lines, line] if line else lines

    def _break_word(self, word: str, width: float, size: float, style: Style) -> Iterator[str]:
        while self.width_of(word, size, style) > width and len(word) > 1:
            count = 1
            while self.width_of(word[: count + 1], size, style) <= width:
                count += 1
            yield word[:count]
            word = word[count:]
        yield word

    def width_of(self, text: str, size: float, style: Style) -> float:
        """Return the width of a text: the sum of its characters', since nothing is kerned."""
        widths = self._widths[style]
        for character in set(text) - widths.keys():
            self.set_font(FAMILY, style, _MEASURED_AT)
            widths[character] = self.get_string_width(character)
        return sum(widths[character] for character in text) * size / _MEASURED_AT

    def print_line(self, x: float, y: float, text: str, size: float, style: Style = "") -> None:
        """Print one line whose upper edge is y."""
        self.set_font(FAMILY, style, size)
        self.text(x, y + size * _MM_OF_A_POINT, text)

    def draw_rule(self, y: float) -> None:
        """Draw a line from margin to margin."""
        self.set_draw_color(GREY)
        self.line(MARGIN, y, self.w - MARGIN, y)

    @contextmanager
    def tagged(self, kind: str, *, alt: str | None = None) -> Iterator[None]:
        """Mark what is printed within as an element that is read aloud, such as H1 or P."""
        # fpdf2 tags pictures only; its tree takes other elements too.
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{kind}", mcid=number, alt_text=alt)
        self._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """Mark what is printed within as parts of one element, such as Table or TR."""
        with self._tree.group(kind):
            yield

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Mark what is drawn within as not to be read aloud."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")
