"""What earlier files mean, for plans and signatures that know them by another hash.

A plan of the first format knows a file by the hash of its bytes, a later one by that of its reading
in the words of that day. The table says which meaning each is today: a file that only says the same
in another format or in other words has not changed. ``docs.making.reworded`` writes it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

_TABLE = Path(__file__).with_name("earlier_files.json")


def meaning_of(sha256: str) -> str:
    """Return the hash of the meaning of a file in the words of today."""
    return _meanings().get(sha256, sha256)


def write_table(meanings: Mapping[str, str]) -> None:
    """Write by which hash each earlier file is known, and that of its meaning today."""
    table = {known: now for known, now in sorted(meanings.items()) if known != now}
    _TABLE.write_text(f"{json.dumps(table, indent=0)}\n", encoding="utf-8")


@functools.cache
def _meanings() -> dict[str, str]:
    table: dict[str, str] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table
