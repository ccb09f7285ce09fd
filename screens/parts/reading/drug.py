"""A drug: its reading, how many answers of which level it has, and where it is given."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h

from dosing.drugs.drug import Drug
from schedules.knowledge.library import Library
from screens.marks import bullets, title
from screens.parts.reading.head import entry_head, standing
from screens.parts.reading.page import reading_page
from screens.parts.reading.safety import answers_counted


def drug_reading(drug: Drug, knowledge: Library) -> Iterator[h.Renderable | None]:
    """Yield everything that the file of a drug means, and which regimens give it."""
    file = f"drugs/{drug.id}"
    given_in = [one.title for one in knowledge.regimens.values() if drug.id in one.drugs]
    yield entry_head(f"{drug.name}, drug", drug, knowledge.status(file))
    yield standing(file, knowledge)
    yield answers_counted(drug)
    yield from reading_page(drug)
    if given_in:
        yield h.fragment[title("Given in"), bullets(given_in)]
