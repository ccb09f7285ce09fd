"""Say what earlier files mean in today's words: ``python -m docs.making.reworded FOLDER ...``.

Plans and signatures know a file by the hash of its reading, or of its bytes where it had none. Each
folder is a library as it was when somebody may have planned with it: of the last commit of the
first format, and of each commit after which the words of the readings changed::

    git archive COMMIT regimens drugs terms site.yaml | tar -x -C FOLDER
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dosing.errors import KnowledgeError
from schedules.knowledge.earlier_files import write_table
from schedules.knowledge.reading.page import meaning_of, read_aloud
from schedules.library.convert import convert
from schedules.library.one_file import read_version
from schedules.library.reading_file import StatedReading, reading_of

_FOLDERS = ("regimens", "drugs", "terms")


def meanings_in(library: Path) -> Iterator[tuple[str, str]]:
    """Yield the hash by which each file of a library is known, and that of its meaning today."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(library, Path(folder) / "library"))
        paths = [path for kind in _FOLDERS for path in sorted((root / kind).glob("*.yaml"))]
        known = {path: _known_by(path) for path in paths}
        convert(root, write=True)
        for path in paths:
            try:
                yield known[path], read_aloud(read_version(path)).meaning
            except KnowledgeError as error:  # it cannot be said today: its plans hear of a change
                sys.stderr.write(f"{library}: {error.problems[0]}\n")


def _known_by(path: Path) -> str:
    reading = reading_of(path)
    if reading.is_file():
        return meaning_of(StatedReading.parse(reading.read_text(encoding="utf-8")).text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    write_table(dict(pair for folder in sys.argv[1:] for pair in meanings_in(Path(folder))))
