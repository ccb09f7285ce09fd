"""What the files of the last release meant, to say what changed since.

The readings of a release are kept beside this module, written when the release is made.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from schedules.knowledge.earlier_files import meaning_of
from schedules.knowledge.library import Library

if TYPE_CHECKING:  # a plan by the files of the release reads and compares no sentences
    from schedules.knowledge.reading.comparison import SentenceChange

_HERE = Path(__file__).parent
_MEANINGS = "released.json"
# The texts are asked for only where a hash differs.
_TEXTS = "released.json.xz"


@dataclasses.dataclass(frozen=True, slots=True)
class SinceRelease:
    """How a file differs from that of a release; it is new where the release did not have it."""

    file: str
    release: str
    is_new: bool
    changes: tuple[SentenceChange, ...] = ()

    @property
    def in_full(self) -> str:
        """Return every sentence that is gone or new."""
        return "\n".join(one.text for one in self.changes)

    def __str__(self) -> str:
        """Return it as one short line."""
        name = self.file.rpartition("/")[2]
        if self.is_new:
            return f"{name} is new since release {self.release}"
        count = len(self.changes)
        differ = "sentence differs" if count == 1 else "sentences differ"
        return f"{name}: {count} {differ} from release {self.release}"


def since_release(library: Library, file: str) -> SinceRelease | None:
    """Return how a file, named as ``used`` takes it, differs from the release; None if not."""
    used = library.used(file)
    release, meanings = _released()
    if used is None or used.sha256 == meaning_of(meanings.get(file, "")):
        return None
    if file not in meanings:
        return SinceRelease(file, release, is_new=True)
    from schedules.knowledge.reading.comparison import compare_readings
    from schedules.knowledge.reading.page import read_aloud

    changes = compare_readings(_texts()[file], read_aloud(library.entries[file]).text)
    return SinceRelease(file, release, is_new=False, changes=tuple(changes))


def all_since_release(library: Library) -> list[SinceRelease]:
    """Return how each file that differs from the release does."""
    found = (since_release(library, file) for file in library.entries)
    return [one for one in found if one is not None]


def released_text(file: str) -> str | None:
    """Return the reading of ``regimens/ID`` or ``drugs/ID`` in the release; None if it is new."""
    return _texts().get(file)


def write_release(library: Library, release: str, folder: Path = _HERE) -> None:
    """Write the readings of a library as those of a release."""
    import lzma

    from schedules.knowledge.reading.page import read_aloud

    read = {file: read_aloud(entry) for file, entry in library.entries.items()}
    meanings = {file: reading.meaning for file, reading in sorted(read.items())}
    texts = {file: reading.text for file, reading in sorted(read.items())}
    content = json.dumps({"release": release, "meanings": meanings}, indent=0)
    (folder / _MEANINGS).write_text(f"{content}\n", encoding="utf-8")
    (folder / _TEXTS).write_bytes(lzma.compress(json.dumps(texts).encode()))


@functools.cache
def _released() -> tuple[str, dict[str, str]]:
    """Return the name of the release, and the hash of what each file meant."""
    content = json.loads((_HERE / _MEANINGS).read_text(encoding="utf-8"))
    return content["release"], content["meanings"]


@functools.cache
def _texts() -> dict[str, str]:
    import lzma  # brings a library that few starts need

    texts: dict[str, str] = json.loads(lzma.decompress((_HERE / _TEXTS).read_bytes()))
    return texts
