"""Files that only this user may have written, below the cache folder of the user.

A kept value that somebody else wrote would be a dose that nobody checked. So a file bears its own
hash, and is read only where no other user can write. Whatever is in the way (another owner, a full
disk, a file cut short) only makes the start slower.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

SWITCH = "POSOLOGY_NO_CACHE"


def private_folder(name: str) -> Path:
    """Return the folder in which files of one kind are kept.

    Raises:
        FileNotFoundError: if nothing is kept, because the person or the system does not want it.
    """
    if os.environ.get(SWITCH) or sys.platform == "win32":
        raise FileNotFoundError
    return user_cache_path("posology") / name


def read_private(path: Path) -> bytes:
    """Return what a file keeps; nothing where it is not whole, or not ours alone.

    Raises:
        OSError: if it is not there, or cannot be read.
    """
    if not _is_ours_alone(path.parent):
        return b""
    digest, _, body = _read_own(path).partition(b"\n")
    return body if digest == hashlib.sha256(body).hexdigest().encode() else b""


def write_private(path: Path, body: bytes, most: int) -> None:
    """Write a file in one step; of all beside it only so many of the newest stay.

    Raises:
        OSError: if it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_ours_alone(path.parent):
        return
    digest = hashlib.sha256(body).hexdigest().encode()
    # mkstemp lets only the owner read and write.
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(digest + b"\n" + body)
    Path(name).replace(path)
    newest_first = sorted(path.parent.iterdir(), key=lambda one: -one.stat().st_mtime_ns)
    for old in newest_first[most:]:
        old.unlink()


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
