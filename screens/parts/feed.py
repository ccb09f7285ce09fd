"""What a program that subscribes to a calendar is given: see ``screens.access.feed``."""

from __future__ import annotations

from typing import Final

from screens.access.feed import feed_route


def read_feed(token: str) -> bytes | None:
    """Return the calendar of a link, or None where there is no open one.

    Raises:
        KnowledgeError: if the library cannot be used.
        RefusedError: if no version of the plan may be shown.
    """
    # The database and the writer are half of a start, and a desk without links asks for neither.
    from screens.parts.linked_calendars import read_calendar

    return read_calendar(token)


FEED: Final = feed_route(read_feed)
