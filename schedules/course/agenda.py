"""The dates of a course while changes are carried out, and the measurements in force."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypedDict

from dosing.calculation.rule import Adjustment, DoseRule
from dosing.trace import Finding
from dosing.units import Quantity
from schedules.course.measurements import Measurements
from schedules.course.places import find, touched_from
from schedules.course.rows import D, Dated, Occasion, Slot, State, replaced
from schedules.knowledge.medicine import Medicine
from schedules.plans.changes import Record, Scope


class DoseFields(TypedDict, total=False):
    """What a change can decide of a dose; the other fields are as they were laid out."""

    medicine: Medicine
    rule: DoseRule
    measurement: int
    adjustments: tuple[Adjustment, ...]
    amount: Quantity | None


@dataclasses.dataclass(frozen=True, eq=False)
class DoseKind:
    """Doses laid out by one rule, on which every change so far has decided the same.

    ``dose`` is one of them, with the ``fields`` that were decided. Kinds are equal only to
    themselves, so that a mapping finds one without comparing rules.
    """

    dose: Slot
    fields: DoseFields = dataclasses.field(default_factory=DoseFields)

    @functools.cached_property
    def own(self) -> bool:
        """Whether they are no shares of another dose."""
        return self.dose.medicine.percent_of is None

    def decided(self, fields: DoseFields) -> DoseKind:
        """Return the kind of those of its doses on which one more change has decided."""
        return DoseKind(replaced(self.dose, **fields), {**self.fields, **fields})


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
    def planned(self) -> Sequence[Slot | Occasion]:
        """Return those that were neither given nor left out when they were laid out."""
        return [d for d in self.everything if d.state == "planned"]

    @functools.cached_property
    def at_place(self) -> Mapping[str, Sequence[Slot | Occasion]]:
        """Return them by their places, in full words."""
        places: dict[str, list[Slot | Occasion]] = {}
        for dated in self.everything:
            places.setdefault(dated.place, []).append(dated)
        return places

    @functools.cached_property
    def kinds(self) -> Mapping[str, DoseKind]:
        """Return the kind of each dose by its id."""
        kinds: dict[tuple[object, ...], DoseKind] = {}
        of_each: dict[str, DoseKind] = {}
        for s in self.slots:
            laid_by = s.course_number, s.phase, id(s.rule), id(s.medicine), s.dealt
            # What was laid out by a later change may have been decided on before.
            alike = *laid_by, s.measurement, s.adjustments, id(s.amount)
            of_each[s.id] = kinds.get(alike) or kinds.setdefault(alike, DoseKind(s))
        return of_each

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
    ``recorded`` what was recorded when it was given, and
    ``decided`` the kind that it is of since something was decided on its dose. ``decided_last`` are
    the kinds that were decided on last. ``found`` has the outcome of a review, by its id, and
    ``opened`` what still conditions a phase that an outcome has opened, by its course and name.
    ``measurements`` are those of the plan and of each re-weigh, in their order; ``newest`` is the
    index of those in force after the changes carried out so far.
    """

    laid: Laid
    measurements: tuple[Measurements, ...]
    moved_to: Mapping[str, dt.date] = dataclasses.field(default_factory=dict)
    given_at: Mapping[str, dt.time] = dataclasses.field(default_factory=dict)
    recorded: Mapping[str, Record] = dataclasses.field(default_factory=dict)
    became: Mapping[str, State] = dataclasses.field(default_factory=dict)
    decided: Mapping[str, DoseKind] = dataclasses.field(default_factory=dict)
    decided_last: Collection[DoseKind] = ()
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

    @functools.cached_property
    def at_clinic(self) -> Sequence[Sequence[Slot | Occasion]]:
        """Return what is done at the clinic on one day of a cycle, together: it moves together.

        What follows a dose is not among them: it may lie before or after the midnight of its day.
        """
        places: dict[tuple[dt.date, int, str], list[Slot | Occasion]] = {}
        for dated in self.dated:
            if dated.state == "planned" and not dated.at_home and not dated.follows:
                key = dated.date, dated.course_number, dated.place
                places.setdefault(key, []).append(dated)
        return [places[key] for key in sorted(places)]

    def standing(self, laid: Iterable[D]) -> tuple[D, ...]:
        """Return some of those that were laid out as they stand."""
        return tuple([self._stands(d) for d in laid])

    def _stands(self, dated: D) -> D:
        key, fields = dated.id, dict[str, object]()
        if key in self.decided:
            fields |= self.decided[key].fields
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
            d for d in self.laid.planned if d.id not in became and moved_to.get(d.id, d.date) >= day
        ]

    @functools.cached_property
    def kinds(self) -> Mapping[str, DoseKind]:
        """Return the kind of each dose by its id."""
        return {**self.laid.kinds, **self.decided} if self.decided else self.laid.kinds

    @property
    def each_dose(self) -> Sequence[Slot]:
        """Return one dose of each kind."""
        return [kind.dose for kind in dict.fromkeys(self.kinds.values())]

    def each_dose_since(self, before: Agenda) -> Sequence[Slot]:
        """Return one dose of each kind that the last change decided on.

        Args:
            before: the agenda before that change, which has laid out nothing.
        """
        return [] if self.decided is before.decided else [kind.dose for kind in self.decided_last]

    def own_doses(self, dated: Iterable[Dated]) -> list[str]:
        """Return the ids of the doses among some that were laid out, without shares of another."""
        kinds = self.kinds
        found = ((d.id, kinds.get(d.id)) for d in dated)
        return [key for key, kind in found if kind is not None and kind.own]

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
        return touched_from(target, self.laid.planned, at, scope, self.moved_to, self.became)

    def with_rows(self, slots: tuple[Slot, ...], occasions: tuple[Occasion, ...]) -> Agenda:
        """Return it with others, as they stand, for its doses, procedures and reviews."""
        return Agenda(
            laid=Laid(slots, occasions),
            measurements=self.measurements,
            recorded=self.recorded,
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

    def dosed(self, ids: Sequence[str], decide: Callable[[DoseKind], DoseFields]) -> Agenda:
        """Return it with other fields of some doses, decided once for all that are alike."""
        before = [*map(self.kinds.__getitem__, ids)]
        after = {kind: kind.decided(decide(kind)) for kind in dict.fromkeys(before)}
        decided = {**self.decided, **dict(zip(ids, map(after.__getitem__, before), strict=True))}
        return dataclasses.replace(self, decided=decided, decided_last=after.values())
