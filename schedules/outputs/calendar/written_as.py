"""In which form a course was written to a calendar: singly or as runs, discreet, checked, alarms.

A push and a comparison both ask what the program may have written there, in every state.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from schedules.course.course import Course
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointments import (
    Appointment,
    appointments_in_each_state,
    key_of,
    list_appointments,
)
from schedules.outputs.calendar.ics import AT_HOME, ELSEWHERE, resources_of
from schedules.outputs.calendar.reading import CANCELLED, ReadEvent, read_events

_OTHER = {"each": "run", "run": "each", "note": "event", "event": "note"}
# An event that is missing is an edit; another form of the calendar lacks more than one.
_MORE_THAN_AN_EDIT = 2
_ALARM = re.compile(r"DISPLAY (-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?: |$)")


def choices_like(own: CalendarChoice) -> Iterator[CalendarChoice]:
    """Yield a choice, then those that make other events of the same course."""
    for oral, watch in product((own.oral, _OTHER[own.oral]), (own.watch, _OTHER[own.watch])):
        yield own.model_copy(update={"oral": oral, "watch": watch})


def events_in_each_state(
    course: Course, choice: CalendarChoice, *, discreet: bool, checked: bool
) -> Iterator[tuple[str, ReadEvent]]:
    """Yield each version of each event by its UID, from the plan to the last change."""
    for number, state in enumerate(appointments_in_each_state(course, choice)):
        altered = [one for one in state if one.change == number]
        resources = resources_of(course, altered, discreet=discreet, choice=choice, checked=checked)
        for uid, content in resources.items():
            yield uid, read_events(content)[0]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAs:
    """How a calendar was written; the versions of its events are made when they are asked for."""

    choice: CalendarChoice
    discreet: bool
    checked: bool
    keeps_status: bool
    _versions: dict[str, list[ReadEvent]] = dataclasses.field(default_factory=dict, repr=False)

    @classmethod
    def seen_in(
        cls, events: Mapping[str, list[ReadEvent]], course: Course, choice: CalendarChoice | None
    ) -> WrittenAs:
        """Return the form in which the events of a course, by their keys, stand in a calendar."""
        own = choice or course.plan.site.calendar
        if choice is None:
            fits = {one: _fits(events, course, one) for one in choices_like(own)}
            own = max(fits, key=lambda one: fits[one] - (one != own) * _MORE_THAN_AN_EDIT)
        found = [
            (one, events[one.key][0]) for one in list_appointments(course, own) if one.key in events
        ]
        if choice is None and len(found) > 1:
            own = own.model_copy(update={"alarm": _alarm(found, own.alarm)})
        titles = [event.summary.removeprefix(f"{CANCELLED}: ") for _, event in found]
        firm = [event.status == "CONFIRMED" for one, event in found if not one.depends]
        return cls(
            choice=own,
            discreet=is_most(title in (AT_HOME, ELSEWHERE) for title in titles),
            checked=is_most(firm),
            keeps_status=any(event.status for _, event in found),
        )

    def events_of(
        self, course: Course, appointments: Iterable[Appointment]
    ) -> dict[str, ReadEvent]:
        """Return the events that the program writes, as it reads them, by their keys."""
        resources = resources_of(
            course,
            appointments,
            discreet=self.discreet,
            choice=self.choice,
            checked=self.checked,
        )
        return {key_of(uid): read_events(content)[0] for uid, content in resources.items()}

    def earlier(self, course: Course, key: str) -> list[ReadEvent]:
        """Return every version of an event."""
        if not self._versions:
            for uid, event in events_in_each_state(
                course, self.choice, discreet=self.discreet, checked=self.checked
            ):
                self._versions.setdefault(key_of(uid), []).append(event)
        return self._versions.get(key, [])


def _fits(events: Mapping[str, list[ReadEvent]], course: Course, choice: CalendarChoice) -> int:
    """Return how many events a choice explains, less those that it lacks."""
    return sum(
        1 if one.key in events else -1
        for one in list_appointments(course, choice)
        if not one.cancelled
    )


def is_most(said: Iterable[bool]) -> bool:
    """Return whether more than half are true."""
    said = list(said)
    return said.count(True) * 2 > len(said)


def _alarm(found: Iterable[tuple[Appointment, ReadEvent]], own: str) -> str:
    """Return the alarm that most events have; it is chosen for a whole calendar at once."""
    alarms: Counter[str] = Counter()
    for appointment, event in found:
        if event.cancelled:
            continue
        texts = [text for name, text in event.more if name == "ALARM"]
        match = _ALARM.match(texts[0]) if len(texts) == 1 else None
        alarms[f"{_minutes_before(appointment, match)} minutes" if match else "none"] += 1
    [(most, count), *_] = alarms.most_common(1) or [(own, 0)]
    return most if count * 2 > alarms.total() else own


def _minutes_before(appointment: Appointment, trigger: re.Match[str]) -> int:
    """Return how long before a dose an alarm comes; that of a run is told from midnight."""
    sign, *parts = trigger.groups()
    days, hours, minutes = (int(part or 0) for part in parts)
    after = ((days * 24 + hours) * 60 + minutes) * (-1 if sign else 1)
    time = appointment.rows[0].time
    return (time.hour * 60 + time.minute if appointment.is_run else 0) - after
