"""Keeps between starts what reading the library takes long for; it never decides what a file says.

Kept are the values of each YAML file under the hash of its content, which files mean what their
readings say, and for which files together the worked examples were seen to reproduce. A file that
changed by a byte is parsed again and compared with its reading, and all examples are replayed.
Every value passes the models and cross-checks at every start, kept or not.

Where nobody else can write, and how that is held, is in ``private_files.py``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from schedules.knowledge.library import Library
from schedules.knowledge.model_file import parse_values
from schedules.library.kept_values import from_json, installed, parse_kept, to_json
from schedules.library.private_files import private_folder, read_private, write_private
from schedules.library.reader import Kept, read_again

_KEPT_LIBRARIES, _KEPT_REGIMENS = 4, 64
# What parses, checks and replays the files: our own code, and the packages that it asks.
_ROOMS = tuple(Path(__file__).resolve().parents[2] / room for room in ("dosing", "schedules"))
_READ_AS_CODE = {".csv", ".json", ".py", ".toml", ".txt", ".xz"}


def hash_of_code(rooms: Iterable[Path]) -> str:
    """Return one hash of the content of every source file, and of all that is installed."""
    code = hashlib.sha256(f"{sys.version} {installed()}".encode())
    for room in rooms:
        # Sorted as texts: to compare paths takes as long as to read all files.
        paths = (f"{at}{os.sep}{name}" for at, _, names in os.walk(room) for name in names)
        read = (path for path in paths if f".{path.rpartition('.')[2]}" in _READ_AS_CODE)
        for path in sorted(read):
            content = Path(path).read_bytes()
            place = path.removeprefix(str(room.parent))
            code.update(f"{place} {len(content)}\n".encode() + content)
    return code.hexdigest()


# Taken when the code is: a program that runs on while its files are replaced is the old one.
_CODE = hash_of_code(_ROOMS)


def read_cached(root: Path, only: str | None = None) -> Library:
    """Read a library as ``read_usable`` does, with what an earlier start kept to save time.

    It is never for where files are judged.
    """
    kept = load_kept(root, only)
    library, known = read_again(root, kept, only, parse_kept if only else parse_values)
    if known is not kept:
        save_kept(root, known, only)
    return library


def load_kept(root: Path, only: str | None = None) -> Kept:
    """Return what an earlier start of this very code kept of a library; nothing where it did not.

    Args:
        root: the folder of the library.
        only: the regimen that was read of it, if it was not read whole.
    """
    try:
        content = from_json(read_private(_file_for(root, only)))
    except (OSError, ValueError):
        return Kept()
    return Kept(content["documents"], content["meanings"], content["proven"])


def save_kept(root: Path, kept: Kept, only: str | None = None) -> None:
    """Keep what was read for the next start, in one step; older files are removed."""
    try:
        path = _file_for(root, only)  # first: where nothing is kept, nothing is written out
        most = _KEPT_LIBRARIES if only is None else _KEPT_REGIMENS
        # Each value as it is: ``asdict`` would copy every document, at six times the cost.
        body = to_json({one.name: getattr(kept, one.name) for one in dataclasses.fields(kept)})
        write_private(path, body, most)
    except (OSError, TypeError):  # a value that is not JSON is read from its file each time
        return


def _file_for(root: Path, only: str | None) -> Path:
    """Return where a library is kept, which differs for another folder, regimen and other code.

    Raises:
        FileNotFoundError: if nothing is kept, because the person or the system does not want it.
    """
    name = hashlib.sha256(f"{_CODE} {root.resolve()} {only or ''}".encode()).hexdigest()
    return private_folder("library" if only is None else "regimens") / f"{name}.json"
