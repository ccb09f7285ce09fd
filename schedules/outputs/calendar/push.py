"""A course pushed into a calendar: what stands there is read first, and read again afterwards.

Nothing that a person edited or deleted there is overwritten unasked: what stands there must be
what was last written, as its hash was kept, or where none was kept, a state of this very course.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Literal

from dosing.errors import InputError, refuse
from schedules.course.course import Course
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointments import list_appointments
from schedules.outputs.calendar.caldav import (
    CalendarCollection,
    CalendarServer,
    ConflictError,
    NotStoredError,
    Resource,
    SilentError,
)
from schedules.outputs.calendar.ics import to_resources
from schedules.outputs.calendar.reading import ReadEvent, read_events
from schedules.outputs.calendar.written_as import choices_like, events_in_each_state, is_most

Answer = Literal[
    "written",
    "as it was",
    "removed",
    "moved in the calendar",
    "edited in the calendar",
    "deleted in the calendar",
    "changed meanwhile",
    "refused",
    "not stored",
    "not confirmed",
    "not tried",
]
DONE: frozenset[Answer] = frozenset(("written", "as it was", "removed"))
# The hashes of what was last written of each event, and of what was about to be.
Written = dict[str, list[str]]
# Stands for what was there before an event that was about to be written for the first time.
_NOTHING = ""
_ASK = "compare it first, or push with --overwrite"
_LONGEST = 300.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What became of one event."""

    uid: str
    place: str
    answer: Answer
    why: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HowToPush:
    """How a course is pushed.

    ``discreet`` names no drug, dose or disease; ``choice`` is as for a calendar file;
    ``overwrite`` also writes over what was edited there. ``seconds_left`` bounds the whole of it,
    from whoever asks the clock; ``progress`` is told the number done and the number in all.
    """

    discreet: bool = False
    choice: CalendarChoice | None = None
    overwrite: bool = False
    seconds_left: Callable[[], float] = lambda: _LONGEST
    progress: Callable[[int, int], None] = lambda done, of: None


def push(
    course: Course,
    server: CalendarServer,
    how: HowToPush | None = None,
    *,
    written: Written | None = None,
) -> list[Pushed]:
    """Write every event of a course into a calendar collection.

    What is there already is left as it is, so that a push that was cut off goes on where it ended.

    Args:
        course: the course; it must be exportable.
        server: the calendar collection, and who signs in to it.
        how: discreet or not, over edits or not, for how long.
        written: the hashes of what was last written there; brought up to date as it goes.

    Raises:
        RefusedError: while a finding stops the course or waits for an acknowledgement.
        InputError: if the server cannot be reached, is no calendar, or refuses this user.
    """
    how = how or HowToPush()
    with CalendarCollection(server, how.seconds_left) as collection:
        return list(_Push(course, collection, how, {} if written is None else written).run())


class _Push:
    """One push: what is to stand in the calendar, what stands there, and what was written."""

    def __init__(
        self, course: Course, collection: CalendarCollection, how: HowToPush, written: Written
    ) -> None:
        self._course, self._collection, self._how = course, collection, how
        self._written = written
        self._choice = how.choice or course.plan.site.calendar
        self._wanted = to_resources(course, discreet=how.discreet, choice=how.choice)
        appointments = list_appointments(course, how.choice)
        self._places = {
            one.uid(discreet=form): one.rows[0].place
            for one in appointments
            for form in (False, True)
        }
        self._states: dict[str, list[ReadEvent]] | None = None
        self._seen_checked = False

    def run(self) -> Iterator[Pushed]:
        """Write and remove, then read what was written again, and say what is not there."""
        other = [uid for uid in self._uids_of_other_shapes() if uid not in self._wanted]
        try:
            found = self._collection.read([*self._wanted, *other])
        except SilentError as error:
            remedy = "check the address and the network, then push again"
            refuse("caldav", "", why=str(error).removeprefix("it "), accepted=remedy)
        # A calendar is written as a whole; where one event alone is confirmed, the ward did it.
        self._seen_checked = is_most(
            event.status == "CONFIRMED"
            for resource in found.values()
            for event in _read(resource.content)
        )
        tasks = [*self._wanted, *(uid for uid in found if uid not in self._wanted)]
        results: list[Pushed] = []
        silent = ""
        for number, uid in enumerate(tasks, 1):
            try:
                results.append(self._result(uid, *self._one(uid, found.get(uid))))
            except SilentError as error:
                silent = str(error)
                break
            self._how.progress(number, len(tasks))
        if silent:
            again = f"{silent}; push again to go on"
            results += [self._result(uid, "not tried", again) for uid in tasks[len(results) :]]
        yield from self._confirmed(results)

    def _result(self, uid: str, answer: Answer, why: str = "") -> Pushed:
        return Pushed(uid=uid, place=self._place(uid), answer=answer, why=why)

    def _place(self, uid: str) -> str:
        return self._places.get(uid, "an event of another form of this course")

    def _uids_of_other_shapes(self) -> Iterator[str]:
        """Yield the UIDs under which the course may have been written with another choice."""
        yield from self._written
        for choice in choices_like(self._choice):
            for one in list_appointments(self._course, choice):
                yield from (one.uid(discreet=form) for form in (False, True))

    def _one(self, uid: str, resource: Resource | None) -> tuple[Answer, str]:
        """Bring one event up to date, unless somebody edited it."""
        content = self._wanted.get(uid)
        if resource is None:
            return self._missing(uid, content or b"")
        events = _read(resource.content)
        if content is not None and self._is_as_wanted(events, resource, content):
            self._written[uid] = [events[0].fingerprint]
            return "as it was", ""
        if not self._how.overwrite and not self._is_unedited(uid, events):
            return self._edited(uid, events, resource)
        return self._change(uid, content, resource.tag)

    def _missing(self, uid: str, content: bytes) -> tuple[Answer, str]:
        [event] = read_events(content)
        if _NOTHING in self._written.get(uid, [_NOTHING]) or self._how.overwrite:
            return self._change(uid, content, None)
        if event.cancelled:
            return "as it was", ""
        return "deleted in the calendar", _ASK

    def _change(self, uid: str, content: bytes | None, tag: str | None) -> tuple[Answer, str]:
        try:
            if content is None:
                self._collection.remove(uid, tag or "*")
                self._written.pop(uid, None)
                return "removed", ""
            # An answer that is lost on its way must not make an edit of what was written, nor a
            # deletion of what never arrived.
            new = read_events(content)[0].fingerprint
            before = [_NOTHING] if tag is None else self._written.get(uid, [])[-1:]
            self._written[uid] = [*before, new]
            self._collection.write(uid, content, tag)
        except ConflictError:
            return "changed meanwhile", "somebody else changed it just now; push again"
        except NotStoredError as error:
            return "refused", f"the server {error}"
        return "written", ""

    def _is_as_wanted(self, events: list[ReadEvent], resource: Resource, content: bytes) -> bool:
        [wanted] = read_events(content)
        return (
            [event.fingerprint for event in events] == [wanted.fingerprint]
            and events[0].sequence >= wanted.sequence
            and not (self._how.discreet and self._names_a_drug(resource))
        )

    def _names_a_drug(self, resource: Resource) -> bool:
        text = resource.content.decode("utf-8", "replace").replace("\r\n ", "").lower()
        return any(drug.name.lower() in text for drug in self._course.drugs.values())

    def _is_unedited(self, uid: str, events: list[ReadEvent]) -> bool:
        if len(events) != 1:
            return False
        if uid in self._written:
            return events[0].fingerprint in self._written[uid]
        return events[0].shape in {ours.shape for ours in self._in_each_state(uid)}

    def _edited(self, uid: str, events: list[ReadEvent], resource: Resource) -> tuple[Answer, str]:
        drug = self._how.discreet and self._names_a_drug(resource)
        why = f"it still names the drug; {_ASK}" if drug else _ASK
        starts = {ours.start for ours in self._in_each_state(uid)}
        moved = [event for event in events if event.start not in starts]
        return "moved in the calendar" if moved else "edited in the calendar", why

    def _in_each_state(self, uid: str) -> list[ReadEvent]:
        """Return how an event stood in every state of the course: what may have been written."""
        if self._states is None:
            self._states = {}
            for choice, discreet in product(choices_like(self._choice), (False, True)):
                for one, event in events_in_each_state(
                    self._course, choice, discreet=discreet, checked=self._seen_checked
                ):
                    self._states.setdefault(one, []).append(event)
        return self._states.get(uid, [])

    def _confirmed(self, results: Iterable[Pushed]) -> Iterator[Pushed]:
        """Yield the results, with what the server does not hold although it took it."""
        results = list(results)
        uids = [one.uid for one in results if one.answer == "written"]
        try:
            held: Mapping[str, Resource] | None = self._collection.read(uids) if uids else {}
        except (SilentError, InputError):
            held = None
        for one in results:
            if one.answer != "written":
                yield one
            elif held is None:
                why = "the server took it and no longer answers; push again to make sure"
                yield dataclasses.replace(one, answer="not confirmed", why=why)
            else:
                yield self._as_held(one, held.get(one.uid))

    def _as_held(self, one: Pushed, resource: Resource | None) -> Pushed:
        """Return a result, and keep the hash of what the server made of the event."""
        [wanted] = read_events(self._wanted[one.uid])
        events = _read(resource.content) if resource is not None else []
        if len(events) == 1 and events[0].gist == wanted.gist:
            self._written[one.uid] = [events[0].fingerprint]
            return one
        why = "the server took it, and holds something else; look at it there"
        return dataclasses.replace(one, answer="not stored", why=why)


def _read(content: bytes) -> list[ReadEvent]:
    """Read what a server holds; what cannot be read is no event of ours."""
    try:
        return read_events(content)
    except InputError:
        return []
