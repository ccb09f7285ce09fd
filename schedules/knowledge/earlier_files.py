"""What earlier files meant, for plans and signatures that know them by the hash of their bytes.

Since then a plan holds the hash of what a file means. The table was made once, from the files as
they were when that began, and does not grow.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

_TABLE = Path(__file__).with_name("earlier_files.json")


def meaning_of(sha256: str) -> str:
    """Return the hash of the meaning of a file, also where a plan knows it by its bytes."""
    return _meanings().get(sha256, sha256)


@functools.cache
def _meanings() -> dict[str, str]:
    table: dict[str, str] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table
