"""How far a chain was proved, remembered between two runs of ``records verify``.

What is remembered is believed only where nobody else could have written it: the file and its
folder are the user's own. That its last row is still there is for ``chain.verify`` to see.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from dosing.errors import refuse
from records.chain import Proved, read_time, write_time
from records.database import place_of

_OTHERS_MAY_WRITE = 0o022


def remember(file: Path, url: URL, proved: Proved, at: dt.datetime) -> None:
    """Write how far the chain at an address is proved."""
    known = _read(file) if _is_own(file) else {}
    entry = {"entries": proved.entries, "head": proved.head, "at": write_time(at)}
    content = json.dumps({**known, place_of(url): entry}, indent=2) + "\n"
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.touch(mode=0o600)
        part.write_text(content, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        why = f"cannot be written ({error.strerror}): --resume will not know of this run"
        refuse("file", str(file), why=why, accepted="make its folder one that you may write to")


def recall(file: Path, url: URL) -> tuple[Proved, dt.datetime]:
    """Return how far the chain at an address was proved, and when.

    Raises:
        InputError: if nothing is remembered of it, or others may have written what is.
    """
    if file.exists() and not _is_own(file):
        why = "may be written by others: it is not believed"
        refuse("--resume", str(file), why=why, accepted="verify from the first row, without it")
    entry: Any = _read(file).get(place_of(url), {})
    try:
        proved = Proved(entries=int(entry["entries"]), head=str(entry["head"]))
        return proved, read_time(entry["at"])
    except (TypeError, KeyError, ValueError):
        why = "of these records nothing was proved earlier"
        refuse("--resume", "", why=why, accepted="verify from the first row, without it")


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_own(file: Path) -> bool:
    """Return whether nobody but this user may write the file or replace it."""
    try:
        found = [path.stat() for path in (file, file.parent)]
    except OSError:
        return False
    return all(one.st_uid == os.geteuid() and not one.st_mode & _OTHERS_MAY_WRITE for one in found)
