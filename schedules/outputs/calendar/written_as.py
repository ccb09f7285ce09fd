"""In which form a course was written to a calendar: singly or as runs, discreet, with which alarm.

A push and a comparison both ask what the program may have written there, in every state.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from schedules.course.course import Course
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointments import (
    Appointment,
    appointments_in_each_state,
    list_appointments,
)
from schedules.outputs.calendar.ics import DISCREET_TITLE, resources_of
from schedules.outputs.calendar.reading import CANCELLED, ReadEvent, read_events

_OTHER = {"each": "run", "run": "each", "note": "event", "event": "note"}
_ALARM = re.compile(r"DISPLAY -P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?: |$)")


def choices_like(own: CalendarChoice) -> Iterator[CalendarChoice]:
    """Yield a choice, then those that make other events of the same course."""
    for oral, watch in product((own.oral, _OTHER[own.oral]), (own.watch, _OTHER[own.watch])):
        yield own.model_copy(update={"oral": oral, "watch": watch})


def events_in_each_state(
    course: Course, choice: CalendarChoice, *, discreet: bool
) -> Iterator[tuple[str, ReadEvent]]:
    """Yield each version of each event by its UID, from the plan to the last change."""
    for number, state in enumerate(appointments_in_each_state(course, choice)):
        altered = [one for one in state if one.change == number]
        resources = resources_of(course, altered, discreet=discreet, choice=choice)
        for uid, content in resources.items():
            yield uid, read_events(content)[0]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAs:
    """How a calendar was written; the versions of its events are made when they are asked for."""

    choice: CalendarChoice
    discreet: bool
    _versions: dict[str, list[ReadEvent]] = dataclasses.field(default_factory=dict, repr=False)

    @classmethod
    def seen_in(
        cls, events: Mapping[str, list[ReadEvent]], course: Course, choice: CalendarChoice | None
    ) -> WrittenAs:
        """Return the form in which the events of a course stand in a calendar."""
        own = choice or course.plan.site.calendar
        if choice is None:
            own = max(choices_like(own), key=lambda one: _fits(events, course, one))
        uids = [one.uid for one in list_appointments(course, own) if one.uid in events]
        found = [events[uid][0] for uid in uids]
        titles = [one.summary.removeprefix(f"{CANCELLED}: ") for one in found]
        if choice is None and len(found) > 1:
            own = own.model_copy(update={"alarm": _alarm(found, own.alarm)})
        discreet = titles.count(DISCREET_TITLE) * 2 > len(titles)
        return cls(choice=own, discreet=discreet)

    def events_of(
        self, course: Course, appointments: Iterable[Appointment]
    ) -> dict[str, ReadEvent]:
        """Return the events that the program writes, as it reads them, by UID."""
        resources = resources_of(course, appointments, discreet=self.discreet, choice=self.choice)
        return {uid: read_events(content)[0] for uid, content in resources.items()}

    def earlier(self, course: Course, uid: str) -> list[ReadEvent]:
        """Return every version of an event."""
        if not self._versions:
            for one, event in events_in_each_state(course, self.choice, discreet=self.discreet):
                self._versions.setdefault(one, []).append(event)
        return self._versions.get(uid, [])


def _fits(events: Mapping[str, list[ReadEvent]], course: Course, choice: CalendarChoice) -> int:
    """Return how many events a choice explains, less those that it lacks."""
    return sum(
        1 if one.uid in events else -1
        for one in list_appointments(course, choice)
        if not one.cancelled
    )


def _alarm(found: Iterable[ReadEvent], own: str) -> str:
    """Return the alarm that most timed events have; it is chosen for a whole calendar at once."""
    alarms: Counter[str] = Counter()
    for event in found:
        if event.cancelled or not isinstance(event.start, dt.datetime):
            continue
        texts = [text for name, text in event.more if name == "ALARM"]
        match = _ALARM.match(texts[0]) if len(texts) == 1 else None
        days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        alarms[f"{(days * 24 + hours) * 60 + minutes} minutes" if match else "none"] += 1
    [(most, count), *_] = alarms.most_common(1) or [(own, 0)]
    return most if count * 2 > alarms.total() else own
