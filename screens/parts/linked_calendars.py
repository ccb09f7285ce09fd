"""The calendars that a link gives, each written once for what the records decided last of it."""

from __future__ import annotations

import functools

from dosing.clock import now
from dosing.errors import InputError
from dosing.trace import RefusedError
from records.feeds import find_feed, last_decisions, plans_of_ward, show_plan
from records.store import Store
from schedules.knowledge.library import Library
from schedules.outputs.calendar.ics import to_feed, to_ward_events, to_ward_feed
from screens.state.knowledge import shared_library
from screens.state.records import store

# Of 10 to 100 KB each.
_KEPT = 512


def read_calendar(token: str) -> bytes | None:
    """Return the calendar of a link, or None where there is no open one.

    Raises:
        InputError: if the plan gives no course now, or the records do not answer.
        KnowledgeError: if the library cannot be used.
        RefusedError: if no version of the plan may be shown.
    """
    records = store()
    feed = find_feed(records, token, now())
    if feed is None:
        return None
    library = shared_library()
    if feed.ward:
        return _ward_calendar(records, library, feed.ward)
    last = last_decisions(records, [feed.plan_id])
    return _plan_calendar(records, library, feed.plan_id, last[feed.plan_id], feed.discreet)


def _ward_calendar(records: Store, library: Library, ward: str) -> bytes:
    plans = plans_of_ward(records, ward)
    last = last_decisions(records, plans)
    parts = [_ward_events(records, library, plan, last[plan]) for plan in plans]
    not_shown = [label for label, events in parts if events is None]
    return to_ward_feed(ward, [events for _, events in parts if events is not None], not_shown)


@functools.lru_cache(maxsize=_KEPT)
def _plan_calendar(
    records: Store, library: Library, plan_id: str, last: int, discreet: bool
) -> bytes | None:
    """Return the calendar of a plan; it is written anew after another ``last`` record."""
    shown = show_plan(records, library, plan_id)
    if shown is None:
        return None
    return to_feed(shown.course, discreet=discreet, up_to_date=shown.up_to_date)


@functools.lru_cache(maxsize=_KEPT)
def _ward_events(
    records: Store, library: Library, plan_id: str, last: int
) -> tuple[str, bytes | None]:
    """Return the label of a plan, and its events; None where nothing may be shown of it."""
    try:
        shown = show_plan(records, library, plan_id)
    except (InputError, RefusedError):
        shown = None
    if shown is None:
        [*_, newest] = records.versions(plan_id)
        return newest.plan.patient.label if newest.plan else "", None
    label = shown.course.plan.patient.label
    return label, to_ward_events(shown.course, up_to_date=shown.up_to_date)
