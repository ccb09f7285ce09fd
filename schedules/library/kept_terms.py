"""Keeps the values of the files of ``terms/``, which each plan needs and hardly any day changes.

Their YAML takes longer to parse than a plan takes to work out. Kept are plain values under the hash
of the content and of what parses it; they pass the models at every start, kept or not.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from schedules.knowledge import yaml_file
from schedules.library.private_files import private_folder, read_private, write_private

# Three files of each version of the program, and those of the version before.
_MOST = 12


@functools.lru_cache(maxsize=_MOST)
def parse_kept(content: bytes) -> Any:
    """Return the plain values of a YAML file, parsed now or by an earlier start.

    The arguments and the errors are those of ``parse_quickly``.
    """
    name = hashlib.sha256(_parser() + content).hexdigest()
    try:
        path = private_folder("terms") / f"{name}.json"
        return json.loads(read_private(path))
    except (OSError, ValueError):
        values = yaml_file.parse_quickly(content)
    with contextlib.suppress(OSError, TypeError):  # a value that is not JSON is parsed each time
        write_private(private_folder("terms") / f"{name}.json", json.dumps(values).encode(), _MOST)
    return values


@functools.cache
def _parser() -> bytes:
    """Return a hash of what parses: our own module, and the versions that it runs with."""
    own = Path(yaml_file.__file__).read_bytes()
    return hashlib.sha256(f"{sys.version} {version('ruamel.yaml')}".encode() + own).digest()
