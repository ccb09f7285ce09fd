"""The words that are known of a patient, as a page: what each means, and whom a group holds."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from schedules.knowledge.library import Library
from schedules.knowledge.terms import TermsFile
from screens.parts.reading.head import entry_head, standing
from screens.parts.reading.page import reading_page


def words_title(words: TermsFile) -> str:
    """Return what a file of words is called."""
    return f"{words.id.capitalize()}, words of patients"


def words_reading(words: TermsFile, knowledge: Library) -> Iterator[h.Renderable | None]:
    """Yield everything that a file of words means."""
    file = f"terms/{words.id}"
    yield entry_head(words_title(words), words, knowledge.status(file))
    yield standing(file, knowledge)
    yield from reading_page(words)
