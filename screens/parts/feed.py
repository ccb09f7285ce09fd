"""What a program that subscribes to a calendar is given: see ``screens.access.feed``."""

from __future__ import annotations

from typing import Final

from dosing.clock import now
from screens.access.feed import feed_route
from screens.state.knowledge import shared_library
from screens.state.records import store


def read_feed(token: str) -> bytes | None:
    """Return the calendar of a link, or None where there is no open one.

    Raises:
        InputError: if the plan gives no course now, or the records do not answer.
        KnowledgeError: if the library cannot be used.
        RefusedError: if no version of the plan may be shown.
    """
    # The database and the writer are half of a start, and a desk without links asks for neither.
    from records.feeds import find_feed, show_feed
    from schedules.outputs.calendar.ics import to_feed

    records = store()
    feed = find_feed(records, token, now())
    shown = None if feed is None else show_feed(records, shared_library(), feed)
    if feed is None or shown is None:
        return None
    return to_feed(shown.course, discreet=feed.discreet, up_to_date=shown.up_to_date)


FEED: Final = feed_route(read_feed)
