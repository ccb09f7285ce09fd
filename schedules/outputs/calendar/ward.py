"""How a ward's calendar differs from a course: which doses were moved there, and whether they may.

The calendar proposes, a person decides: each difference comes with the change that would adopt it
and with the findings that this change would raise.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from dosing.errors import InputError
from dosing.trace import Finding, stops
from schedules.course.course import Course
from schedules.course.read_change import with_change
from schedules.course.rows import Administration
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import CalendarChoice
from schedules.outputs.calendar.appointment_text import acknowledgement_line
from schedules.outputs.calendar.appointments import Appointment, key_of, list_appointments
from schedules.outputs.calendar.reading import ReadEvent, read_events
from schedules.outputs.calendar.written_as import WrittenAs
from schedules.plans.changes import Change, Defer, Omit
from schedules.plans.plan import Acknowledgement
from schedules.plans.wrong_values import make_of
from schedules.review.course_diff import new_findings

_ONE_DAY = dt.timedelta(days=1)
_NAMED, _LONGEST = 5, 80
_FIELDS = {
    "LOCATION": "place",
    "COMMENT": "comment",
    "TRANSP": "time shown as",
    "CLASS": "privacy",
    "RRULE": "repetition",
    "ALARM": "alarm",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDifference:
    """One difference between a calendar and the course, with the change that would adopt it."""

    text: str
    change: Change | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def allowed(self) -> bool:
        """Return whether it may be adopted."""
        return self.change is not None and not stops(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain text for JSON."""
        return {
            "text": self.text,
            "allowed": self.allowed,
            "change": None if self.change is None else self.change.model_dump(mode="json"),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def compare_calendar(
    course: Course,
    file: bytes,
    library: Library,
    *,
    who: str,
    when: dt.datetime,
    choice: CalendarChoice | None = None,
) -> list[CalendarDifference]:
    """Compare a calendar file with a course: all that a person can edit, and ``NOT_COMPARED``.

    Args:
        course: the course as it stands.
        file: the calendar as some program saved it.
        library: to compute what a change would break.
        who: who would make the changes.
        when: now, from whoever asks the clock.
        choice: how the course was written to that calendar; as the file shows it if not given.

    Raises:
        InputError: if it is no calendar file, or an event in it cannot be placed in time.
    """
    events: dict[str, list[ReadEvent]] = {}
    for event in read_events(file):
        events.setdefault(key_of(event.uid), []).append(event)
    course = _acknowledged_as_in(events, course, library)
    written = WrittenAs.seen_in(events, course, choice)
    appointments = list_appointments(course, written.choice)
    if not any(one.key in events for one in appointments):
        return [CalendarDifference(text="The calendar holds no event of this course.")]
    comparison = _Comparison(course=course, library=library, who=who, when=when, written=written)
    ours = written.events_of(course, appointments)
    differences: list[CalendarDifference] = []
    texts = {key for key, own in ours.items() if key in events and own.told != events[key][0].told}
    # A text that is another in most events is that of another plan or program, not an edit.
    if many := len(texts) > max(1, sum(key in events for key in ours) // 2):
        text = f"The texts of {len(texts)} events are not those of this plan; compare them there."
        differences.append(CalendarDifference(text=text))
    for appointment in appointments:
        found = events.pop(appointment.key, [])
        difference = comparison.difference(
            appointment, found, ours[appointment.key], texts_too=not many
        )
        differences += [difference] if difference else []
    return differences + _strange(events)


def _acknowledged_as_in(
    events: Mapping[str, list[ReadEvent]], course: Course, library: Library
) -> Course:
    """Return the course with the reasons that were acknowledged for the calendar alone.

    ``export --acknowledge`` writes them into the texts and keeps the plan as it was.
    """
    waiting = {finding.code for finding in course.unacknowledged}
    if not waiting:
        return course
    begins = {
        acknowledgement_line(finding, ""): finding.code
        for state in course.states
        for finding in state.findings
        if finding.code in waiting
    }
    lines = {line for own in events.values() for line in own[0].text.split("\n")}
    seen = {
        code: Acknowledgement(code=code, reason=line.removeprefix(begin))
        for begin, code in begins.items()
        for line in sorted(lines)
        if line.startswith(begin) and line != begin
    }
    known = [*course.plan.acknowledgements, *seen.values()]
    return work_out(course.plan.model_copy(update={"acknowledgements": known}), library)


def _strange(events: Mapping[str, list[ReadEvent]]) -> list[CalendarDifference]:
    """Return one difference for what is not of this course, with the first titles."""
    titles = [event.summary or "without a title" for own in events.values() for event in own]
    if not titles:
        return []
    count = "1 event that is" if len(titles) == 1 else f"{len(titles)} events that are"
    first = "; ".join(f'"{_short(title)}"' for title in titles[:_NAMED])
    more = "; ..." if len(titles) > _NAMED else ""
    text = f"The calendar holds {count} not of this course: {first}{more}."
    return [CalendarDifference(text=text)]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """The course that a calendar is compared with, and who would make the changes."""

    course: Course
    library: Library
    who: str
    when: dt.datetime
    written: WrittenAs

    def difference(
        self, appointment: Appointment, found: list[ReadEvent], own: ReadEvent, *, texts_too: bool
    ) -> CalendarDifference | None:
        """Return how one event differs from its appointment, if it does."""
        row = appointment.rows[0]
        name = row.name if isinstance(row, Administration) else row.what
        what, planned = f"{row.place}, {name}", self._day(appointment.start)
        if not found:
            if appointment.cancelled:
                return None
            return CalendarDifference(text=f"{what}, {planned}: no longer in the calendar.")
        event, edits = found[0], []
        if len(found) > 1:
            edits.append(f"it stands {len(found)} times in the calendar")
        if event.sequence < own.sequence and self._is_of_an_earlier_state(event):
            versions = f"{event.sequence}, the plan has {own.sequence}"
            text = (
                f"{what}, {planned}: the calendar holds an earlier version ({versions}), "
                f"{self._day(event.start)}; give it the newest file."
            )
            return CalendarDifference(text=text)
        edits += self._edits(event, own, texts_too=texts_too)
        return self._moved_or_cancelled(appointment, event, f"{what}, {planned}", edits)

    def _moved_or_cancelled(
        self, appointment: Appointment, event: ReadEvent, what: str, edits: list[str]
    ) -> CalendarDifference | None:
        """Return a difference with the change that would adopt it, where there is such a change."""
        row, also = appointment.rows[0], f" Also: {'; '.join(edits)}." if edits else ""
        if event.cancelled and not appointment.cancelled:
            omit = {"at": row.place, "scope": "this day"}
            return self._judge(f"{what}: cancelled in the calendar", also, Omit, omit)
        if appointment.cancelled and not event.cancelled:
            edits = ["cancelled in the plan, and not in the calendar", *edits]
        elif event.start != appointment.start and not appointment.cancelled:
            where = what.rpartition(", ")[0]
            text = (
                f"{where}: moved in the calendar from {self._day(appointment.start)} to "
                f"{self._day(event.start)}"
            )
            days = (self._date(event.start) - self._date(appointment.start)).days
            if not days:
                text += "; record the dose to keep another time of the same day."
                return CalendarDifference(text=text + also)
            scope = "this cycle" if appointment.is_run else "this day"
            return self._judge(
                text, also, Defer, {"at": row.place, "by_days": days, "scope": scope}
            )
        elif event.start != appointment.start:
            edits = [f"it begins on {self._day(event.start)}", *edits]
        return CalendarDifference(text=f"{what}: {'; '.join(edits)}.") if edits else None

    def _is_of_an_earlier_state(self, event: ReadEvent) -> bool:
        earlier = self.written.earlier(self.course, key_of(event.uid))
        return any(event.shape == was.shape for was in earlier)

    def _edits(self, event: ReadEvent, own: ReadEvent, *, texts_too: bool) -> Iterator[str]:
        """Yield each field that was edited, but the start and whether it is cancelled."""
        both = event.cancelled == own.cancelled
        if both and event.summary != own.summary:
            yield _edited("title", event.summary, own.summary)
        if event.length != own.length:
            yield _edited("end", self._last(event.end), self._last(own.end))
        if both and event.status != own.status and (event.status or self.written.keeps_status):
            yield _edited("status", event.status.lower(), own.status.lower())
        if texts_too and event.told != own.told:
            yield "its text was edited"
        for name in dict.fromkeys(name for name, _ in (*event.more, *own.more)):
            theirs, ours = (
                ", ".join(text for other, text in one.more if other == name) for one in (event, own)
            )
            if theirs != ours:
                yield _edited(_FIELDS.get(name, name.lower()), theirs, ours)
        if event.sequence != own.sequence:
            yield _edited("version", str(event.sequence), str(own.sequence))
        if event.unread:
            yield "a line of it cannot be read"

    def _last(self, end: dt.datetime | dt.date) -> str:
        return self._day(end if isinstance(end, dt.datetime) else end - _ONE_DAY)

    @property
    def _decision(self) -> dict[str, Any]:
        return {"who": self.who, "when": self.when, "why": "as the ward's calendar has it"}

    def _judge(
        self, text: str, also: str, kind: type[Omit | Defer], what: dict[str, Any]
    ) -> CalendarDifference:
        """Judge a change by making it and looking at the findings that follow."""
        try:
            accepted = "record the dose, or make another plan"
            change: Change = make_of(kind, {**what, **self._decision}, "change", accepted)
            after = with_change(self.course.plan, change, self.library)
        except InputError as error:
            why = "; ".join(map(str, error.problems))
            return CalendarDifference(text=f"{text}; it cannot be taken over: {why}.{also}")
        findings = new_findings(self.course, after)
        stopping = stops(findings)
        warnings = [finding for finding in findings if finding.level == "WARN"]
        verdict = "not allowed" if stopping else "allowed with a reason" if warnings else "allowed"
        reasons = " ".join(finding.text for finding in stopping or warnings)
        text = f"{text}; {verdict}. {reasons}".strip() + also
        return CalendarDifference(text=text, change=change, findings=findings)

    def _date(self, start: dt.datetime | dt.date) -> dt.date:
        return self._local(start).date() if isinstance(start, dt.datetime) else start

    def _day(self, start: dt.datetime | dt.date) -> str:
        if isinstance(start, dt.datetime):
            return f"{self._local(start):%a %d-%b-%Y %H:%M}"
        return f"{start:%a %d-%b-%Y}"

    def _local(self, at: dt.datetime) -> dt.datetime:
        return at.astimezone(ZoneInfo(self.course.plan.zone))


def _edited(field: str, theirs: str, ours: str) -> str:
    found = f'is "{_short(theirs)}"' if theirs else "is missing"
    return f"its {field} {found}, in the plan " + (f'"{_short(ours)}"' if ours else "there is none")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
