"""The dates of a course while changes are carried out, and the measurements in force."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from dosing.calculation.rule import Adjustment, DoseRule
from dosing.trace import Finding
from dosing.units import Quantity
from schedules.course.measurements import Measurements
from schedules.course.places import find, touched_from
from schedules.course.rows import D, Dated, Occasion, Slot, State, replaced
from schedules.knowledge.medicine import Medicine
from schedules.plans.changes import Scope


class DoseFields(TypedDict, total=False):
    """What a change can decide of a dose; the other fields are as they were laid out."""

    medicine: Medicine
    rule: DoseRule
    measurement: int
    adjustments: tuple[Adjustment, ...]
    amount: Quantity | None


_NOTHING: DoseFields = {}


@dataclasses.dataclass(frozen=True)
class Laid:
    """What was laid out, before any change, and what every change looks up in it."""

    slots: tuple[Slot, ...]
    occasions: tuple[Occasion, ...]

    @functools.cached_property
    def everything(self) -> tuple[Slot | Occasion, ...]:
        """Return doses, procedures and reviews together."""
        return (*self.slots, *self.occasions)

    @functools.cached_property
    def at_place(self) -> Mapping[str, Sequence[Slot | Occasion]]:
        """Return them by their places, in full words."""
        places: dict[str, list[Slot | Occasion]] = {}
        for dated in self.everything:
            places.setdefault(dated.place, []).append(dated)
        return places

    @functools.cached_property
    def by_id(self) -> Mapping[str, Slot]:
        """Return the doses by their ids."""
        return {slot.id: slot for slot in self.slots}

    @functools.cached_property
    def alike(self) -> Mapping[str, int]:
        """Return a number for each dose, by its id: that of all that have its rule and medicine."""
        numbers: dict[tuple[object, ...], int] = {}
        return {
            s.id: numbers.setdefault(
                (s.course_number, s.phase, id(s.rule), id(s.medicine), s.dealt), len(numbers)
            )
            for s in self.slots
        }

    @functools.cached_property
    def followed(self) -> Sequence[Slot]:
        """Return the doses from which later cycles are counted once they are given."""
        return [slot for slot in self.slots if slot.follows_given_dose]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Agenda:
    """The dates of a course after some changes.

    A change may concern most of a year of doses. So it only notes what becomes of each, and doses
    are copied when ``slots`` or ``occasions`` are asked for, once for many changes.

    What was ``laid`` out stays as it was. By the id of each, ``moved_to`` has the day to which it
    was moved since, ``given_at`` the time at which it was given, ``became`` what became of it, and
    ``decided`` the fields of its dose that were decided; equal ones are one object.
    ``found`` has the outcome of a review, by its id, and ``opened`` what still conditions a phase
    that an outcome has opened, by its course and name.
    ``measurements`` are those of the plan and of each re-weigh, in their order; ``newest`` is the
    index of those in force after the changes carried out so far.
    """

    laid: Laid
    measurements: tuple[Measurements, ...]
    moved_to: Mapping[str, dt.date] = dataclasses.field(default_factory=dict)
    given_at: Mapping[str, dt.time] = dataclasses.field(default_factory=dict)
    became: Mapping[str, State] = dataclasses.field(default_factory=dict)
    decided: Mapping[str, DoseFields] = dataclasses.field(default_factory=dict)
    found: Mapping[str, str] = dataclasses.field(default_factory=dict)
    opened: Mapping[tuple[int, str], str] = dataclasses.field(default_factory=dict)
    newest: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def measured(self) -> tuple[Measurements, ...]:
        """Return the measurements of the plan and of the re-weighs carried out so far."""
        return self.measurements[: self.newest + 1]

    @functools.cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Return the doses as they stand."""
        return self.standing(self.laid.slots)

    @functools.cached_property
    def occasions(self) -> tuple[Occasion, ...]:
        """Return procedures and reviews as they stand."""
        return self.standing(self.laid.occasions)

    @property
    def dated(self) -> tuple[Slot | Occasion, ...]:
        """Return doses, procedures and reviews together, as they stand."""
        return (*self.slots, *self.occasions)

    def standing(self, laid: Iterable[D]) -> tuple[D, ...]:
        """Return some of those that were laid out as they stand."""
        return tuple([self._stands(d) for d in laid])

    def _stands(self, dated: D) -> D:
        key, fields = dated.id, dict[str, object]()
        if key in self.decided:
            fields |= self.decided[key]
        if key in self.given_at:
            fields["time"] = self.given_at[key]
        if key in self.became:
            fields["state"] = self.became[key]
        if key in self.moved_to:
            fields["date"], fields["original_date"] = self.moved_to[key], dated.planned_on
        if key in self.found:
            fields["outcome"] = self.found[key]
        if self.opened and (phase := (dated.course_number, dated.phase)) in self.opened:
            fields["condition"] = self.opened[phase]
        return replaced(dated, **fields) if fields else dated

    def planned_from(self, day: dt.date) -> list[Slot | Occasion]:
        """Return what is still planned for a day or a later one, as it was laid out."""
        moved_to, became = self.moved_to, self.became
        return [
            d
            for d in self.laid.everything
            if moved_to.get(d.id, d.date) >= day and d.state == "planned" and d.id not in became
        ]

    def is_share(self, slot: Slot) -> bool:
        """Return whether a dose, as it was laid out, is now a share of another dose."""
        decided = self.decided.get(slot.id, _NOTHING)
        return decided.get("medicine", slot.medicine).percent_of is not None

    def find(self, at: str) -> Dated:
        """Return the first dose, procedure or review of a place, as it stands.

        Raises:
            InputError: if it is not there, or could mean two places.
        """
        return find(at, self.standing(self.laid.at_place.get(at, ())) or self.dated)

    def touched(self, at: str, scope: Scope) -> Sequence[Dated]:
        """Return what a change of this scope touches, as it was laid out.

        Raises:
            InputError: if the place is not there, or was given or left out already.
        """
        return self.touched_from(self.find(at), at, scope)

    def touched_from(self, target: Dated, at: str, scope: Scope) -> Sequence[Dated]:
        """Return the same where the first dose, procedure or review is found already."""
        return touched_from(target, self.laid.everything, at, scope, self.moved_to, self.became)

    def with_rows(self, slots: tuple[Slot, ...], occasions: tuple[Occasion, ...]) -> Agenda:
        """Return it with others, as they stand, for its doses, procedures and reviews."""
        return Agenda(
            laid=Laid(slots, occasions),
            measurements=self.measurements,
            opened=self.opened,
            newest=self.newest,
            findings=self.findings,
        )

    def moved(self, dated: Iterable[Dated], days: int) -> Agenda:
        """Return it with some doses, procedures and reviews moved by a number of days."""
        by, now = dt.timedelta(days=days), self.moved_to
        return self.on_days({d.id: now.get(d.id, d.date) + by for d in dated})

    def on_days(self, days: Mapping[str, dt.date]) -> Agenda:
        """Return it with some doses, procedures and reviews on other days, by the id of each."""
        return dataclasses.replace(self, moved_to={**self.moved_to, **days})

    def marked(self, ids: Iterable[str], state: State) -> Agenda:
        """Return it with what became of some doses, procedures and reviews."""
        return dataclasses.replace(self, became={**self.became, **dict.fromkeys(ids, state)})

    def answered(self, review: str, outcome: str, opened: Mapping[tuple[int, str], str]) -> Agenda:
        """Return it with the outcome of a review, by its id, and the phases that it opened."""
        return dataclasses.replace(
            self, found={**self.found, review: outcome}, opened={**self.opened, **opened}
        )

    def given(self, key: str, day: dt.date, time: dt.time | None) -> Agenda:
        """Return it with a dose that was given on a day, and at a time if one is known."""
        times = self.given_at if time is None else {**self.given_at, key: time}
        return dataclasses.replace(
            self.on_days({key: day}), became={**self.became, key: "given"}, given_at=times
        )

    def dosed(self, fields: Mapping[str, DoseFields]) -> Agenda:
        """Return it with other fields of some doses, by the id of each; equal ones one object."""
        joined: dict[tuple[int, int], DoseFields] = {}
        before, decided = self.decided, {**self.decided, **fields}
        for key in before.keys() & fields.keys():
            old, new = before[key], fields[key]
            both = id(old), id(new)
            if both not in joined:
                joined[both] = {**old, **new}
            decided[key] = joined[both]
        return dataclasses.replace(self, decided=decided)

    def each_dose(self, since: Agenda | None = None) -> list[Slot]:
        """Return one of the doses that are alike, as it stands.

        Args:
            since: only of those that were decided after it, with nothing laid out since.
        """
        now, numbers = self.decided, self.laid.alike
        if since is None:
            keys = {(id(now.get(key)), number): key for key, number in numbers.items()}
        elif now is since.decided:
            return []
        else:
            then = since.decided.get
            keys = {
                (id(fields), numbers[key]): key
                for key, fields in now.items()
                if then(key) is not fields
            }
        return [*self.standing(self.laid.by_id[key] for key in keys.values())]
