"""The clock at the bedside, as the screens show it."""

from __future__ import annotations

import datetime as dt

from dosing import clock


def now() -> dt.datetime:
    """Return the time now, on the clock of the place where the program runs."""
    return clock.now().astimezone()
