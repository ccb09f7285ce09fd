"""How often Python looks for garbage in a server of pages."""

from __future__ import annotations

import gc

# Python looks after every 700 objects, which a page makes at each letter that is typed: a
# twentieth of its time, and a third of a start. What is garbage meanwhile is a few megabytes.
_NEW_OBJECTS = 10_000


def look_for_garbage_less_often() -> None:
    """Let Python look for garbage after more new objects than it does by itself."""
    gc.set_threshold(_NEW_OBJECTS)
