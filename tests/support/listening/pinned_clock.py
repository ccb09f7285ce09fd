"""Stands in the place of dosing.clock in every program of the tests.

The tests plan for fixed days, and the program asks how far those are from today. Here it is always
the same day; the hour is that of the machine, and it goes on.
"""

from __future__ import annotations

import os

TODAY = "2026-11-27"
DAYS = "POSOLOGY_TESTS_DAYS_AGO"


def now():  # type: ignore[no-untyped-def]  # datetime is imported when it is asked for
    import datetime as dt

    return dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=int(os.environ[DAYS]))


def days_ago() -> int:
    """Return how many days ago the tests play."""
    import datetime as dt

    return (dt.datetime.now(tz=dt.UTC).date() - dt.date.fromisoformat(TODAY)).days
