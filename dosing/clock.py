"""The one place that asks the clock; only the faces of the program may ask it here."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """Return the time now, in UTC."""
    return dt.datetime.now(tz=dt.UTC)
