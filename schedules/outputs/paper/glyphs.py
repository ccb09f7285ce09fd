"""The fonts of the papers and the characters they lack. One of two doors to fpdf2."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from dosing.errors import Problem

Style = Literal["", "B"]

FAMILY = "DejaVuSansCondensed"
FILES: dict[Style, str] = {"": "DejaVuSansCondensed.ttf", "B": "DejaVuSansCondensed-Bold.ttf"}
_FOLDER = Path(__file__).parent / "fonts"
# A break in a typed text; a no-break space is none.
_BREAKS = re.compile(r"[ \t\r\n]+")


class FontDocument(FPDF):
    """An A4 document with our fonts, which are open files until ``close_fonts``."""

    def __init__(self, *, landscape: bool = False) -> None:
        """Open the fonts and begin a document."""
        super().__init__(orientation="landscape" if landscape else "portrait", format="A4")
        for style, name in FILES.items():
            self.add_font(FAMILY, style, _FOLDER / name)
        # By itself it would put the number of pages wherever a text says {nb}.
        self.str_alias_nb_pages = ""
        self.set_auto_page_break(False)
        self.set_lang("en-GB")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)

    def close_fonts(self) -> None:
        """Close the files of the fonts."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()


def find_unprintable(texts: Iterable[str]) -> list[Problem]:
    """Return one problem for each character that the fonts lack, without printing anything."""
    return [missing_glyph(character) for character in missing_from(" ".join(texts))]


def without_breaks(text: str) -> str:
    """Return the text with an ordinary space for each break in it."""
    return _BREAKS.sub(" ", text)


def missing_from(text: str) -> list[str]:
    """Return the characters of a text that the fonts lack, each once."""
    available = _glyphs()
    return [one for one in dict.fromkeys(without_breaks(text)) if ord(one) not in available]


def missing_glyph(character: str) -> Problem:
    """Describe a character that cannot be printed, by its code and name."""
    code = f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
    return Problem(
        field="print",
        typed=character if character.isprintable() else "",
        why=f"cannot be printed ({code})",
        accepted="write it with Latin, Greek or Cyrillic letters",
    )


@functools.cache
def _glyphs() -> frozenset[int]:
    """Return the code points that both fonts can print."""
    document = FontDocument()
    glyphs = [frozenset(f.cmap) for f in document.fonts.values() if isinstance(f, TTFFont)]
    document.close_fonts()
    return frozenset.intersection(*glyphs)
