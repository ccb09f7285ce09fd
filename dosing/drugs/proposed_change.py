"""What a file proposes where a result holds a dose back, in the words of a change."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from dosing.drugs.file_model import FileModel, no_entries

_CHANGE = re.compile(
    r"(?:defer|hold|step back) (?:1 day|1 week|[1-9][0-9]? (?:days|weeks))"
    r"|give [1-9][0-9]? % of the (?:standard|previous) dose(?: from then on)?|omit|stop"
)


def _known(text: str) -> str:
    if not _CHANGE.fullmatch(text):
        write = '"defer 7 days", "give 75 % of the standard dose", "omit", "hold 14 days"'
        raise ValueError(f'"{text}" is not known; write {write}, "step back 14 days" or "stop"')
    return text


ProposedText = Annotated[str, AfterValidator(_known)]


class Proposed(FileModel):
    """The changes of which a person may take one; ``source`` is that of their figures.

    They hold for doses by its routes, for every dose where it names none.
    """

    changes: list[ProposedText] = Field(min_length=1)
    routes: list[str] = Field(default_factory=no_entries)
    source: str
