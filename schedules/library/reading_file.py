"""The reading beside a knowledge file, which must say what the file means, word for word.

``regimens/readings/x.md`` stands beside ``regimens/x.yaml``: somebody reads it aloud against the
sources and signs. From then on nothing that has a meaning can change in the file alone.
"""

from __future__ import annotations

import dataclasses
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from dosing.errors import KnowledgeError
from schedules.knowledge.signed import SIGNATURES, Signed
from schedules.library.one_file import read_version

if TYPE_CHECKING:  # imported where it is used: a start that has kept the meanings reads none aloud
    from schedules.knowledge.reading.page import Reading

FOLDER = "readings"


@dataclasses.dataclass(frozen=True, slots=True)
class StatedReading:
    """What stands in the file of a reading: its text, and who signed."""

    text: str
    signed: Signed

    @classmethod
    def parse(cls, content: str) -> StatedReading:
        """Read the file of a reading.

        Raises:
            ValueError: if its signatures cannot be read.
        """
        text, found, block = content.rpartition(SIGNATURES)
        if not found:
            raise ValueError("has no signatures at its end")
        return cls(text, Signed.read(block))


def reading_of(path: Path) -> Path:
    """Return where the reading of a file stands."""
    return path.parent / FOLDER / f"{path.stem}.md"


def difference(reading: Reading, stated: str) -> str:
    """Return the first sentence that a file means and its reading does not say, or the reverse."""
    from schedules.knowledge.reading.page import sentences_of

    means = list(sentences_of(reading.text))
    says = list(sentences_of(stated))
    for meant, said in zip_longest(means, says, fillvalue=("", "nothing more")):
        if meant != said:
            where = " or ".join(dict.fromkeys(filter(None, (meant[0], said[0]))))
            says_so, means_so = _ended(said[1]), _ended(meant[1])
            return f"under “{where}” the reading says: {says_so} The file means: {means_so}"
    return "the reading is laid out otherwise than it is written"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", ".”")) else f"{sentence}."


def write_reading(path: Path) -> Reading:
    """Write the reading of a file anew, and keep its signatures, which may be void then.

    Raises:
        KnowledgeError: if the file does not hold.
    """
    from schedules.knowledge.reading.page import read_aloud

    reading = read_aloud(read_version(path))
    write_signed(path, reading, signed_in(path))
    return reading


def signed_in(path: Path) -> Signed:
    """Return who signed the reading of a file; nobody where there is none that can be read."""
    try:
        return StatedReading.parse(reading_of(path).read_text(encoding="utf-8")).signed
    except (OSError, ValueError):
        return Signed()


def write_signed(path: Path, reading: Reading, signed: Signed) -> None:
    """Write the reading of a file with its signatures."""
    at = reading_of(path)
    try:
        at.parent.mkdir(exist_ok=True)
        at.write_text(reading.text + signed.lines, encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(f"{at}: cannot be written ({error.strerror})") from None
