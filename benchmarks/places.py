"""Where the checkout lies, its library, and the environment of the programs that are started."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from schedules.knowledge.library import Library
from schedules.library.reader import read_library

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def library() -> Library:
    """Read the library of this checkout."""
    return read_library(ROOT)


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which a program keeps everything in a folder of its own.

    Records and caches are those of the folder, so that an empty folder is a first start. Byte code
    is kept as it is where people run the program.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("POSOLOGY_", "STREAMLIT_", "PYTHON"))
    }
    own = {"POSOLOGY_DATA": "data", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
    return {**inherited, **{name: str(home / folder) for name, folder in own.items()}}
