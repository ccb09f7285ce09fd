"""The clock at the bedside; only the screens and the command lines ask it."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """Return the time now, on the clock of the place where the program runs."""
    return dt.datetime.now(tz=dt.UTC).astimezone()
