"""Keeps the plain values of the YAML files that the start of one plan reads.

Parsing them takes longer than a plan takes to work out, and hardly any day changes one. Kept are
plain values under the hash of the content and of what parses it; they pass the models, and are
compared with their readings, at every start, kept or not. A check parses every file.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from schedules import knowledge
from schedules.library.private_files import private_folder, read_private, write_private

# A plan reads about eight files: those of some regimens, and of the version before.
_MOST = 64
# NUL is no character of YAML: no file has a key like this.
_DATE = "\0date"
_PACKAGES = (".dist-info", ".egg-info")


@functools.lru_cache(maxsize=_MOST)
def parse_kept(content: bytes) -> Any:
    """Return the plain values of a YAML file, parsed now or by an earlier start.

    The arguments and the errors are those of ``parse_quickly``.
    """
    name = hashlib.sha256(_parser() + content).hexdigest()
    try:
        path = private_folder("values") / f"{name}.json"
        return from_json(read_private(path))
    except (OSError, ValueError):
        from schedules.knowledge import yaml_file  # brings ruamel, which few starts need

        values = yaml_file.parse_quickly(content)
    with contextlib.suppress(OSError, TypeError):  # a value that is not JSON is parsed each time
        write_private(private_folder("values") / f"{name}.json", to_json(values), _MOST)
    return values


def installed() -> list[str]:
    """Return every package that is installed, with its version, as its folder is named.

    To ask for the versions of a few by name takes as long as a plan takes to work out.
    """
    folders = filter(Path.is_dir, map(Path, sys.path))
    names = (name for folder in folders for name in sorted(one.name for one in folder.iterdir()))
    return [name for name in names if name.endswith(_PACKAGES)]


@functools.cache
def _parser() -> bytes:
    """Return a hash of what parses: our own module, and the versions that it runs with."""
    own = Path(knowledge.__file__ or "").with_name("yaml_file.py").read_bytes()
    return hashlib.sha256(f"{sys.version} {installed()}".encode() + own).digest()


def to_json(values: Any) -> bytes:
    """Return plain values as they are kept: JSON that has dates.

    Raises:
        TypeError: if a value is neither JSON nor a date.
    """
    return json.dumps(values, default=_write_date).encode()


def from_json(body: bytes) -> Any:
    """Return what ``to_json`` wrote.

    Raises:
        ValueError: if it is not JSON.
    """
    return json.loads(body, object_hook=_with_dates)


def _write_date(value: object) -> dict[str, str]:
    if type(value) is not dt.date:
        raise TypeError(f"{type(value)} is not kept")
    return {_DATE: value.isoformat()}


def _with_dates(mapping: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(mapping[_DATE]) if _DATE in mapping else mapping
