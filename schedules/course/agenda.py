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
from schedules.course.places import exactly_at, find, touched_from
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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Agenda:
    """The dates of a course after some changes.

    A change may concern most of a year of doses. So it only notes what becomes of each, and doses
    are copied when ``slots`` or ``occasions`` are asked for, once for many changes.

    ``laid_slots`` and ``laid_occasions`` stand as they were laid out. By the id of each,
    ``moved_to`` has the day to which it was moved since, ``given_at`` the time at which it was
    given, ``became`` what became of it, and ``decided`` the fields of its dose that were decided;
    equal ones are one object.
    ``measurements`` are those of the plan and of each re-weigh, in their order; ``newest`` is the
    index of those in force after the changes carried out so far.
    """

    laid_slots: tuple[Slot, ...]
    laid_occasions: tuple[Occasion, ...]
    measurements: tuple[Measurements, ...]
    moved_to: Mapping[str, dt.date] = dataclasses.field(default_factory=dict)
    given_at: Mapping[str, dt.time] = dataclasses.field(default_factory=dict)
    became: Mapping[str, State] = dataclasses.field(default_factory=dict)
    decided: Mapping[str, DoseFields] = dataclasses.field(default_factory=dict)
    newest: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def measured(self) -> tuple[Measurements, ...]:
        """Return the measurements of the plan and of the re-weighs carried out so far."""
        return self.measurements[: self.newest + 1]

    @functools.cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Return the doses as they stand."""
        return self.standing(self.laid_slots)

    @functools.cached_property
    def occasions(self) -> tuple[Occasion, ...]:
        """Return procedures and reviews as they stand."""
        return self.standing(self.laid_occasions)

    @property
    def dated(self) -> tuple[Slot | Occasion, ...]:
        """Return doses, procedures and reviews together, as they stand."""
        return (*self.slots, *self.occasions)

    @functools.cached_property
    def laid(self) -> tuple[Slot | Occasion, ...]:
        """Return doses, procedures and reviews together, as they were laid out."""
        return (*self.laid_slots, *self.laid_occasions)

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
        return replaced(dated, **fields) if fields else dated

    def planned_from(self, day: dt.date) -> list[Slot | Occasion]:
        """Return what is still planned for a day or a later one, as it was laid out."""
        moved_to, became = self.moved_to, self.became
        return [
            d
            for d in self.laid
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
        return find(at, self.standing(exactly_at(at, self.laid)) or self.dated)

    def touched(self, at: str, scope: Scope) -> Sequence[Dated]:
        """Return what a change of this scope touches, as it was laid out.

        Raises:
            InputError: if the place is not there, or was given or left out already.
        """
        return self.touched_from(self.find(at), at, scope)

    def touched_from(self, target: Dated, at: str, scope: Scope) -> Sequence[Dated]:
        """Return the same where the first dose, procedure or review is found already."""
        return touched_from(target, self.laid, at, scope, self.moved_to, self.became)

    def with_rows(self, slots: tuple[Slot, ...], occasions: tuple[Occasion, ...]) -> Agenda:
        """Return it with others, as they stand, for its doses, procedures and reviews."""
        return Agenda(
            laid_slots=slots,
            laid_occasions=occasions,
            measurements=self.measurements,
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

    def given(self, key: str, day: dt.date, time: dt.time | None) -> Agenda:
        """Return it with a dose that was given on a day, and at a time if one is known."""
        times = self.given_at if time is None else {**self.given_at, key: time}
        return dataclasses.replace(
            self.on_days({key: day}), became={**self.became, key: "given"}, given_at=times
        )

    def dosed(self, fields: Mapping[str, DoseFields]) -> Agenda:
        """Return it with other fields of some doses, by the id of each; equal ones one object."""
        joined: dict[tuple[int, int], DoseFields] = {}

        def join(key: str, new: DoseFields) -> DoseFields:
            old = self.decided.get(key, new)
            if old is new:
                return new
            both = id(old), id(new)
            if both not in joined:
                joined[both] = {**old, **new}
            return joined[both]

        own = {key: join(key, new) for key, new in fields.items()}
        return dataclasses.replace(self, decided={**self.decided, **own})

    def each_dose(self, since: Agenda | None = None) -> list[Slot]:
        """Return one of the doses that are alike, as it stands.

        Args:
            since: only of those that were decided after it, with nothing laid out since.
        """
        now, slots = self.decided, list(self.laid_slots)
        if since is not None:
            then = since.decided
            slots = [] if now is then else [s for s in slots if now.get(s.id) is not then.get(s.id)]
        alike = {(id(now.get(s.id)), id(s.rule), id(s.medicine), s.dealt): s for s in slots}
        return [*self.standing(alike.values())]
