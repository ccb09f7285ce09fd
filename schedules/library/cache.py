"""Keeps between starts what reading the library takes long for; it never decides what a file says.

Kept are the values of each YAML file under the hash of its content, which files mean what their
readings say, and for which files together the worked examples were seen to reproduce. A file that
changed by a byte is parsed again and compared with its reading, and all examples are replayed.
Every value passes the models and cross-checks at every start, kept or not.

A kept value that somebody else wrote would be a dose that nobody checked. So it is JSON, which runs
nothing; it bears its own hash; and it is read only where no other user can write. Whatever is in
the way (another owner, a full disk, a file cut short) only makes the start slower.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from schedules.knowledge.library import Library
from schedules.library.reader import Kept, read_again

SWITCH = "POSOLOGY_NO_CACHE"
_KEPT_FILES = 4
# What parses, checks and replays the files: our own code, and the packages that it asks.
_ROOMS = tuple(Path(__file__).resolve().parents[2] / room for room in ("dosing", "schedules"))
_READ_AS_CODE = {".json", ".py", ".toml", ".txt", ".xz"}
_PACKAGES = (
    "holidays",
    "pint",
    "pydantic",
    "pydantic-core",
    "ruamel.yaml",
    "ruamel.yaml.clib",
    "tzdata",
)
# NUL is no character of YAML: no file has a key like this.
_DATE = "\0date"


def hash_of_code(rooms: Iterable[Path]) -> str:
    """Return one hash of the content of every source file, and of the versions it runs with."""
    code = hashlib.sha256(sys.version.encode())
    for package in _PACKAGES:
        code.update(f"{package} {version(package)}\n".encode())
    for room in rooms:
        for path in sorted(path for path in room.rglob("*") if path.suffix in _READ_AS_CODE):
            content = path.read_bytes()
            code.update(f"{path.relative_to(room.parent)} {len(content)}\n".encode() + content)
    return code.hexdigest()


# Taken when the code is: a program that runs on while its files are replaced is the old one.
_CODE = hash_of_code(_ROOMS)


def read_cached(root: Path) -> Library:
    """Read a library as ``read_usable`` does, with what an earlier start kept to save time.

    It is never for where files are judged.
    """
    kept = load_kept(root)
    library, known = read_again(root, kept)
    if known is not kept:
        save_kept(root, known)
    return library


def load_kept(root: Path) -> Kept:
    """Return what an earlier start of this very code kept of a library; nothing where it did not.

    Args:
        root: the folder of the library.
    """
    try:
        path = _file_for(root)
        if not _is_ours_alone(path.parent):
            return Kept()
        digest, _, body = _read_own(path).partition(b"\n")
        if digest != hashlib.sha256(body).hexdigest().encode():
            return Kept()
        content = json.loads(body, object_hook=_with_dates)
    except (OSError, ValueError):
        return Kept()
    return Kept(content["documents"], content["meanings"], content["proven"])


def save_kept(root: Path, kept: Kept) -> None:
    """Keep what was read for the next start, in one step; older files are removed."""
    try:
        path = _file_for(root)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours_alone(path.parent):
            return
        body = json.dumps(dataclasses.asdict(kept), default=_write_date).encode()
        digest = hashlib.sha256(body).hexdigest().encode()
        # mkstemp lets only the owner read and write.
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(digest + b"\n" + body)
        Path(name).replace(path)
        newest_first = sorted(path.parent.iterdir(), key=lambda one: -one.stat().st_mtime_ns)
        for old in newest_first[_KEPT_FILES:]:
            old.unlink()
    except (OSError, TypeError):  # a value that is not JSON is read from its file each time
        return


def _file_for(root: Path) -> Path:
    """Return where a library is kept, which differs for another folder and other code.

    Raises:
        FileNotFoundError: if nothing is kept, because the person or the system does not want it.
    """
    if os.environ.get(SWITCH) or sys.platform == "win32":
        raise FileNotFoundError
    name = hashlib.sha256(f"{_CODE} {root.resolve()}".encode()).hexdigest()
    return user_cache_path("posology") / "library" / f"{name}.json"


def _is_ours_alone(folder: Path) -> bool:
    """Return whether nobody else (but root) can write into a folder, or put another in its place.

    Raises:
        OSError: if it is not there.
    """
    own = folder.lstat()
    if not stat.S_ISDIR(own.st_mode) or not _is_private(own):
        return False
    for above in map(Path.stat, folder.resolve(strict=True).parents):
        open_to_others = above.st_mode & 0o022 and not above.st_mode & stat.S_ISVTX
        if above.st_uid not in (0, os.geteuid()) or open_to_others:
            return False
    return True


def _is_private(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _read_own(path: Path) -> bytes:
    """Return the content of a plain file that is ours alone; of any other, nothing."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        status = os.fstat(file.fileno())
        return file.read() if stat.S_ISREG(status.st_mode) and _is_private(status) else b""


def _write_date(value: object) -> dict[str, str]:
    if type(value) is not dt.date:
        raise TypeError(f"{type(value)} is not kept")
    return {_DATE: value.isoformat()}


def _with_dates(mapping: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(mapping[_DATE]) if _DATE in mapping else mapping
